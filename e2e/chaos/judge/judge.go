package judge

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/nodeline/nodeline/schema"
)

// Judge lists every promise that the records show broken.
func Judge(r *Records) []Violation {
	j := &bench{records: r, marks: map[string]*Request{}, places: map[*Request][]place{}, acts: map[schema.Key][]Delivery{},
		changes: map[*Request][]*Request{}, asides: map[*Request]map[string]int{}}
	for _, q := range r.Requests {
		j.marks[q.Mark] = q
		if q.Target != nil {
			j.changes[q.Target] = append(j.changes[q.Target], q)
		}
	}
	for _, d := range r.Deliveries {
		j.acts[d.Ask] = append(j.acts[d.Ask], d)
	}
	j.phones()
	for _, q := range r.Requests {
		if q.Target == nil {
			j.once(q)
			j.changed(q)
		}
		j.ids(q)
		j.kept(q)
		j.cancels(q)
		if q.Kind == Ask {
			j.ask(q)
			j.beside(q)
		}
	}
	j.events()
	return j.found
}

// bench is one judgement under way.
type bench struct {
	records *Records
	marks   map[string]*Request
	places  map[*Request][]place
	acts    map[schema.Key][]Delivery
	changes map[*Request][]*Request // in the order in which they were asked for
	asides  map[*Request]map[string]int
	found   []Violation
}

// place is where a request shows on its phone.
type place struct {
	at    int
	shown Shown
}

func (j *bench) say(rule Rule, curable bool, q *Request, format string, args ...any) {
	j.found = append(j.found, Violation{Rule: rule, Curable: curable, Detail: fmt.Sprintf(format, args...),
		What: fmt.Sprintf("%s %s %s on %s", q.Kind, q.Key, q.Mark, q.Line)})
}

func (j *bench) note(rule Rule, curable bool, what, format string, args ...any) {
	j.found = append(j.found, Violation{Rule: rule, Curable: curable, What: what, Detail: fmt.Sprintf(format, args...)})
}

// MarkOf finds a body's mark: the word between '<' and '>'; "" for none.
func MarkOf(body string) string {
	_, rest, ok := strings.Cut(body, "<")
	mark, _, closed := strings.Cut(rest, ">")
	if !ok || !closed {
		return ""
	}
	return mark
}

// phones reads every bubble: whose it is, and whether they are in order.
func (j *bench) phones() {
	for chat, list := range j.records.Shown {
		var newest *Request         // of those above, the one begun last
		pipes := map[int]*Request{} // of those above, the last place of each pipe
		for at, s := range list {
			mark, aside, beside := strings.Cut(s.mark(), "~")
			if !s.Visible {
				continue // judged as lost, by the request that it should show
			}
			q := j.marks[mark]
			switch {
			case s.Deleted:
				j.deleted(chat, s)
				continue
			case beside && q != nil && q.Asides[aside] && q.Chat == chat:
				if j.asides[q] == nil {
					j.asides[q] = map[string]int{}
				}
				j.asides[q][aside]++
				continue
			case beside && q != nil:
				j.say(Ghost, false, q, "%s shows %q of it, which nobody asked for", chat.Phone, aside)
				continue
			case slices.Contains(j.records.Never, mark):
				j.note(Ghost, false, mark, "the phone %s shows what was refused for its key", chat.Phone)
				continue
			case q == nil:
				j.note(Ghost, false, string(s.ID), "the phone %s shows what nobody sent: %q", chat.Phone, s.Body)
				continue
			case q.Chat != chat:
				j.say(Ghost, false, q, "it shows on %s of %s", chat.Phone, chat.Line)
			}
			if q.Kind == File && s.Sum != q.Sum {
				j.say(Bytes, s.Sum == "", q, "the phone opens %q, sent was %q", s.Sum, q.Sum)
			}
			j.places[q] = append(j.places[q], place{at, s})
			if len(j.places[q]) > 1 {
				continue
			}
			j.order(q, newest, pipes)
			if newest == nil || q.Begun.After(newest.Begun) {
				newest = q
			}
		}
	}
}

// order: what was accepted before another one was asked for shows above it, and
// so does what was written before it to the same connection, whatever their priorities.
func (j *bench) order(q, newest *Request, pipes map[int]*Request) {
	if known, ok := q.placed(); ok && newest != nil && newest.Begun.After(known) {
		j.say(Order, false, q, "accepted %s before %s was asked for, and shown after it%s", newest.Begun.Sub(known), newest.Key, urgency(q, newest))
	}
	if q.Pipe == 0 || !q.Alone || q.mayBeGivenUp() {
		return
	}
	if last := pipes[q.Pipe]; last != nil && last.Place > q.Place {
		j.say(Order, false, q, "written to a connection before %s, and shown after it%s", last.Key, urgency(q, last))
	} else {
		pipes[q.Pipe] = q
	}
}

// urgency tells two priorities, where they could be why one overtook the other.
func urgency(q, other *Request) string {
	a, b := cmp.Or(q.Priority, schema.PriorityNormal), cmp.Or(other.Priority, schema.PriorityNormal)
	if a == b {
		return ""
	}
	return fmt.Sprintf(" (%s, overtaken by %s)", a, b)
}

// placed is when a caller first knew that the request has its place in the chat:
// that it was accepted. One that may be given up while it is in doubt keeps no
// place, for a try of it may still be under way then: of such a one it is when
// a caller first knew that WhatsApp has it.
func (q *Request) placed() (at time.Time, ok bool) {
	if !q.mayBeGivenUp() {
		return q.known()
	}
	i := slices.IndexFunc(q.Answers, func(a Answer) bool { return reached(a.Status) })
	if i < 0 {
		return at, false
	}
	return q.Answers[i].At, true
}

// known is when a caller first knew that the request was accepted.
func (q *Request) known() (at time.Time, ok bool) {
	if len(q.Answers) == 0 {
		return at, false
	}
	return q.Answers[0].At, true
}

// said reports whether any answer has a status.
func (q *Request) said(status schema.MessageStatus) bool {
	return slices.ContainsFunc(q.Answers, func(a Answer) bool { return a.Status == status })
}

// reached reports whether a status says that WhatsApp has the message.
func reached(s schema.MessageStatus) bool {
	return s == schema.StatusSent || s == schema.StatusDelivered || s == schema.StatusRead || s == schema.StatusPlayed
}

// last is the newest word on a request: by its key at the end, or else of a call.
func (j *bench) last(q *Request) (Answer, bool) {
	if a, ok := j.records.Kept[q.Key]; ok {
		return a, true
	}
	if len(q.Answers) == 0 {
		return Answer{}, false
	}
	return q.Answers[len(q.Answers)-1], true
}

// once: exactly one visible message for what was accepted, and none for what
// was said to have failed.
func (j *bench) once(q *Request) {
	shown := j.places[q]
	if len(shown) > 1 {
		ids := make([]string, len(shown))
		for i, p := range shown {
			ids[i] = string(p.shown.ID)
		}
		j.say(Doubled, false, q, "it shows %d times, as %s", len(shown), strings.Join(ids, ", "))
	}
	last, accepted := j.last(q)
	if !accepted && q.Refused == "" {
		return // nobody was told anything of it
	}
	if known, ok := q.known(); ok && q.Refused != "" && known.Before(q.RefusedCall) {
		j.say(Forgotten, false, q, "it was accepted, and a later call was refused as %s", q.Refused)
	}
	failed := q.Refused != "" && len(q.Answers) == 0 || last.Status == schema.StatusFailed || q.said(schema.StatusFailed)
	switch {
	case failed && len(shown) > 0:
		j.say(Ghost, false, q, "the host was told that it failed (%s), and it shows as %s", q.Refused, shown[0].shown.ID)
	case failed || len(shown) > 0:
	case givenUp(q, last):
	case j.mayBeDeleted(q):
	case j.records.Kept == nil && q.mayBeGivenUp() && !reached(last.Status): // old news: its key tells, in the end
	default:
		j.say(Lost, true, q, "the host was told %q, and it does not show%s", last.Status, j.hidden(q))
	}
}

// hidden says what the phone holds of a message that cannot be seen.
func (j *bench) hidden(q *Request) string {
	for _, s := range j.records.Shown[q.Chat] {
		if !s.Visible && slices.ContainsFunc(q.Answers, func(a Answer) bool { return a.ID == s.ID }) {
			return ": " + s.Note
		}
	}
	return ""
}

// ids: one request has one message id in each form that it was given: what was
// refused in one may have gone in another, under an id of its own.
func (j *bench) ids(q *Request) {
	ids := map[schema.MessageID]bool{}
	forms := map[schema.Rendering]bool{}
	answers := q.Answers
	if kept, ok := j.records.Kept[q.Key]; ok {
		answers = append(slices.Clone(answers), kept)
	}
	for _, a := range answers {
		ids[a.ID], forms[a.Form] = true, true
	}
	if len(ids) > max(len(forms), 1) {
		j.say(TwoIDs, false, q, "hosts were given %d message ids", len(ids))
	}
	if len(answers) == 0 {
		return
	}
	newest := answers[len(answers)-1].ID
	for _, p := range j.places[q] {
		if !ids[p.shown.ID] {
			j.say(TwoIDs, true, q, "the phone shows %s, hosts were given %s", p.shown.ID, newest)
		}
	}
}

// kept: what was acknowledged is found by its key, and agrees with the phone
// and with all that was said before.
func (j *bench) kept(q *Request) {
	if j.records.Kept == nil || len(q.Answers) == 0 {
		return
	}
	kept, ok := j.records.Kept[q.Key]
	if !ok {
		j.say(Forgotten, true, q, "accepted, and not found by its key")
		return
	}
	shows := len(j.places[q]) > 0 || j.mayBeDeleted(q)
	for _, a := range q.Answers {
		if why := changed(a, kept); why != "" {
			j.say(Forgotten, false, q, "%s", why)
			break
		}
	}
	switch {
	case givenUp(q, kept):
	case shows && !reached(kept.Status):
		j.say(Unsettled, true, q, "it shows on the phone, and is %q", kept.Status)
	case !shows && !reached(kept.Status) && kept.Status != schema.StatusFailed:
		j.say(Unsettled, true, q, "it is %q", kept.Status)
	}
}

// changed says what an answer told for good and the newest word denies; "" for nothing.
func changed(a, kept Answer) string {
	switch {
	case reached(a.Status) && !reached(kept.Status),
		a.Status == schema.StatusFailed && kept.Status != schema.StatusFailed:
		return fmt.Sprintf("it was %q, and is %q", a.Status, kept.Status)
	case a.Status == schema.StatusFailed && a.Code != kept.Code:
		return fmt.Sprintf("it had failed as %s, and has as %s", a.Code, kept.Code)
	}
	return ""
}
