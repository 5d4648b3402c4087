package judge

import (
	"cmp"

	"github.com/nodeline/nodeline/schema"
)

// What is taken back: by message.cancel, by its expiry, or with its ask. What has
// surely not gone fails then, and never shows; what has gone shows once; and of
// what may have gone nobody can know, unless a receipt tells.

// cancels: a call that takes a message back finds what was accepted, and leaves
// nothing that is still to be sent. A failure has a cause that somebody gave.
func (j *bench) cancels(q *Request) {
	for _, c := range q.Cancels {
		known, ok := q.known()
		switch {
		case c.At.IsZero():
		case c.Code == schema.CodeMessageNotFound:
			if ok && known.Before(c.Begun) || c.Behind && q.Alone {
				j.say(Forgotten, false, q, "accepted, and not found when it was taken back")
			}
		case c.Code != "":
			j.say(TakenBack, false, q, "message.cancel was refused as %s", c.Code)
		case c.Status == schema.StatusQueued, c.Status == schema.StatusSending:
			j.say(TakenBack, false, q, "it was taken back, and is %q", c.Status)
		}
	}
	answers := q.Answers
	if kept, ok := j.records.Kept[q.Key]; ok {
		answers = append(answers[:len(answers):len(answers)], kept)
	}
	for _, a := range answers {
		switch {
		case a.Priority != "" && a.Priority != cmp.Or(q.Priority, schema.PriorityNormal):
			j.say(Forgotten, false, q, "asked for as %q, and told as %q", q.Priority, a.Priority)
		case a.Code == schema.CodeExpired && !q.Expires:
			j.say(TakenBack, false, q, "it has expired, and had no time to")
		case a.Code == schema.CodeCancelled && !q.cancelled():
			j.say(TakenBack, false, q, "it is cancelled, and nobody did that")
		default:
			continue
		}
		return
	}
}

// cancelled reports whether message.cancel may have taken the request back: it
// was called, and not told that there is no such message.
func (q *Request) cancelled() bool {
	for _, c := range q.Cancels {
		if c.Code == "" {
			return true
		}
	}
	return false
}

// mayBeGivenUp: something may have ended the tries while one was in doubt.
func (q *Request) mayBeGivenUp() bool {
	return q.Expires || q.cancelled() || q.Cancel != "" || !q.Deadline.IsZero()
}

// Doubt is why it stays unknown whether a message went, and nobody sends it any more.
type Doubt string

// The doubts.
const (
	DoubtAsk     Doubt = "its ask ended"
	DoubtCancel  Doubt = "cancelled"
	DoubtExpiry  Doubt = "expired"
	DoubtRefusal Doubt = "refused after a try that may have gone"
)

// doubtOf says why a message stays unknown for good; "" if it does not.
func doubtOf(q *Request, last Answer) Doubt {
	switch {
	case last.Status != schema.StatusUnknown, last.Waits != "":
	case q.Kind == Ask && last.Outcome != nil && last.Outcome.Answer == nil:
		return DoubtAsk
	case q.cancelled():
		return DoubtCancel
	case q.Expires:
		return DoubtExpiry
	case last.Server != 0:
		return DoubtRefusal
	}
	return ""
}

func givenUp(q *Request, last Answer) bool { return doubtOf(q, last) != "" }

// Doubtful is a message of which it stayed unknown whether it went.
type Doubtful struct {
	*Request
	Why   Doubt
	Last  Answer
	Shows bool
}

// InDoubt lists the accepted messages that stay unknown for good.
func InDoubt(r *Records) []Doubtful {
	on := map[string]bool{}
	for _, list := range r.Shown {
		for _, s := range list {
			on[MarkOf(s.Body)] = on[MarkOf(s.Body)] || s.Visible
		}
	}
	var out []Doubtful
	for _, q := range r.Requests {
		if kept, ok := r.Kept[q.Key]; ok && givenUp(q, kept) {
			out = append(out, Doubtful{q, doubtOf(q, kept), kept, on[q.Mark]})
		}
	}
	return out
}
