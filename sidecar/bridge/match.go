package bridge

import (
	"time"

	"github.com/nodeline/nodeline/schema"
)

const (
	// backlog: typed text older than the ask by more than this was not an answer
	// to it, but waited at WhatsApp while the line was away. Clocks may differ so much.
	backlog = 30 * time.Second
	// lateFor is how long after an outcome typed text still counts as a late answer.
	lateFor = 24 * time.Hour
)

// match is what an incoming message means for asks.
type match struct {
	ask     AskRecord
	found   bool
	late    bool // the ask has its outcome already, or is about to
	outcome schema.OutcomeKind
	answer  schema.Answer
	quoted  schema.Key // of our message that it points at, the question or one that follows it; "" for none
	aside   bool       // it is about the ask and answers nothing
	misses  bool       // with aside: it is an answer that does not fit, and the question is repeated
}

// answers reports that a kind of message can be an answer.
func answers(kind schema.ContentKind) bool { return kind == schema.ContentText || pressed(kind) }

// pressed reports that a message is a choice made on the question itself.
func pressed(kind schema.ContentKind) bool {
	return kind == schema.ContentButton || kind == schema.ContentList || kind == schema.ContentVote
}

// matchAnswer finds the ask that a message answers. What the message points at
// decides; text that points at no ask goes to the chat's newest open one.
//
//	tapped, chose, voted on
//	or quoted an ask,
//	or what followed it ──── that one, in whatever chat form; ended: late
//	tapped something else ─── none
//	typed ─────────────────── the chat's newest open ask that it is in time for; none
//	                          and it reads like an answer to the last one: late
//
// In a group only a tap or a quoted reply answers: people there talk. An ask of
// named people is answered by them only.
func matchAnswer(v View, o *owner, in Incoming, now time.Time) (match, error) {
	if in.FromMe || !answers(in.Kind) {
		return match{}, nil
	}
	if in.QuotedID != "" {
		a, quoted, err := askQuoted(v, in)
		if err != nil {
			return match{}, err
		}
		if quoted != "" && maybeSame(a.Chat, in) && mayAnswer(a, in) {
			m := decide(o, a, in, now)
			m.quoted = quoted
			if silent(in) {
				m.found, m.late, m.aside, m.misses = false, false, true, false
			}
			return m, nil
		}
	}
	if in.Group || pressed(in.Kind) && in.QuotedID != "" {
		return match{}, nil
	}
	open, err := v.OpenAsks(in.Line, in.Chat)
	if err != nil {
		return match{}, err
	}
	for _, a := range open {
		if o.untried(a.Message) || o.waited(a, in, now) {
			continue
		}
		if pressed(in.Kind) && buttonByID(a.Buttons, in.ButtonID) < 0 {
			continue
		}
		if m := decide(o, a, in, now); !m.late {
			return m, nil
		}
	}
	last, ok, err := v.LastAsk(in.Line, in.Chat)
	if err != nil || !ok || o.waited(last, in, now) {
		return match{}, err
	}
	if last.Outcome != nil && in.At.Sub(last.Outcome.At) > lateFor {
		return match{}, nil
	}
	if m := decide(o, last, in, now); m.late && m.outcome == schema.OutcomeButton {
		return m, nil
	}
	return match{}, nil
}

// askQuoted finds the ask whose question, or what followed it, a message points at, and the
// key of that message; "" for none.
func askQuoted(v View, in Incoming) (a AskRecord, quoted schema.Key, err error) {
	a, ok, err := v.AskByMessage(in.Line, in.QuotedID)
	if err != nil || ok {
		return a, a.ID, err
	}
	m, ok, err := v.MessageByID(in.Line, in.QuotedID)
	if err != nil || !ok {
		return a, "", err
	}
	id, ok := askFollowed(m.Key)
	if !ok {
		return a, "", nil
	}
	if a, ok, err = v.Ask(in.Line, id); err != nil || !ok {
		return a, "", err
	}
	return a, m.Key, nil
}

// waited reports that typed text is older than an ask and so no answer to it: it
// waited at WhatsApp while the line was away. While it is not known when by
// WhatsApp's clock the question went out, and this machine's may be wrong, the
// order of things tells: a line that has heard all that waited hears nothing old,
// and what comes after the question's delivery receipt was written after it.
func (o *owner) waited(a AskRecord, in Incoming, now time.Time) bool {
	m := a.Message
	if m.SentAt.IsZero() && (o.present() || rank(m.Status) >= rank(schema.StatusDelivered)) {
		return false
	}
	return in.At.Before(askedAt(a, now).Add(-backlog))
}

// askedAt is when the question went out, by the clock that dates the answers: this
// machine's own may be wrong by minutes. Then it was at least not after now.
func askedAt(a AskRecord, now time.Time) time.Time {
	switch {
	case !a.Message.SentAt.IsZero():
		return a.Message.SentAt
	case a.Created.After(now):
		return now
	}
	return a.Created
}

// maybeSame reports that the chat of an ask and of a message can be the same:
// what is known of both agrees, or they have no kind of name in common.
func maybeSame(a schema.Address, in Incoming) bool {
	c := in.Chat
	for _, pair := range [][2]string{{a.Phone, c.Phone}, {a.LID, c.LID}} {
		if pair[0] != "" && pair[1] != "" {
			return pair[0] == pair[1]
		}
	}
	// A quoted id is ours and secret until it is sent, so it speaks for itself
	// between two people; groups have one name only.
	return a.JID == c.JID || !in.Group && (a.Phone != "" || a.LID != "")
}

// decide reads a message as the answer to an ask: as a choice, as a word that
// cancels, then by the ask's rule.
func decide(o *owner, a AskRecord, in Incoming, now time.Time) match {
	m := match{ask: a, found: true, late: a.State.Final() || tooLate(a, in, now), outcome: schema.OutcomeOther,
		answer: schema.Answer{Text: in.Text, Raw: in.Text, From: in.From, MessageID: in.ID, At: in.At}}
	if i := choice(a.Buttons, in); i >= 0 {
		m.outcome = schema.OutcomeButton
		m.answer.Text, m.answer.ID, m.answer.Index = a.Buttons[i].Text, a.Buttons[i].ID, i+1
		return m
	}
	if cancels(a.Terms.CancelWords, in.Text) {
		m.outcome = schema.OutcomeCancelled
		return m
	}
	rule := a.Terms.Answer
	if rule == nil {
		return m
	}
	if read, ok := readAnswer(*rule, in.Text, regionOf(o.line())); ok {
		m.outcome, m.answer.Value, m.answer.Index = schema.OutcomeAnswered, read.value, read.index
	} else if !m.late && a.Misses+1 < triesOf(*rule) {
		m.found, m.aside, m.misses = false, true, true
	}
	return m
}

// choice is the place of the chosen button, row or option, -1 for none: by its id if tapped, by
// its words, then by its number.
func choice(buttons []schema.Button, in Incoming) int {
	if pressed(in.Kind) {
		if i := buttonByID(buttons, in.ButtonID); i >= 0 {
			return i
		}
	}
	typed := schema.FoldLabel(in.Text)
	for i, btn := range buttons {
		if schema.FoldLabel(btn.Text) == typed {
			return i
		}
	}
	if n := schema.LabelNumber(in.Text); n >= 1 && n <= len(buttons) {
		return n - 1
	}
	return -1
}

func buttonByID(buttons []schema.Button, id string) int {
	for i, btn := range buttons {
		if btn.ID == id {
			return i
		}
	}
	return -1
}
