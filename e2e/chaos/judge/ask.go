package judge

import (
	"fmt"
	"slices"

	"github.com/nodeline/nodeline/schema"
)

// ask: exactly one outcome, at its host, and it is what the customer did.
func (j *bench) ask(q *Request) {
	pushed := j.acts[q.Key]
	ids := map[schema.DeliveryID]bool{}
	words := map[string]bool{}
	for _, d := range pushed {
		ids[d.ID] = true
		words[wordOf(d.Outcome)] = true
		if d.Host != q.Host || d.Line != q.Line {
			j.say(Outcome, false, q, "its outcome went to %s of %s", d.Host, d.Line)
		}
		if d.Context != q.Mark {
			j.say(Outcome, false, q, "its outcome came with the context of %q", d.Context)
		}
	}
	if len(ids) > 1 {
		j.say(Outcomes, false, q, "%d deliveries with ids of their own", len(ids))
	}
	answers := q.Answers
	if kept, ok := j.records.Kept[q.Key]; ok {
		answers = append(answers[:len(answers):len(answers)], kept)
	}
	for _, a := range answers {
		if a.Outcome != nil {
			words[wordOf(*a.Outcome)] = true
		}
	}
	if len(words) > 1 {
		j.say(Outcomes, false, q, "different outcomes were told: %v", words)
	}
	if len(pushed) > 0 {
		j.meant(q, pushed[0].Outcome)
		return
	}
	if why := j.due(q, answers); why != "" {
		j.say(Silent, true, q, "%s, and no outcome came to %s", why, q.Host)
	}
}

// wordOf tells one outcome from another.
func wordOf(o schema.Outcome) string {
	if a := o.Answer; a != nil {
		return fmt.Sprintf("%s %d %q %q raw %q by %s", o.Kind, a.Index, a.ID, a.Text, a.Raw, a.MessageID)
	}
	return fmt.Sprintf("%s %q", o.Kind, o.Reason)
}

// meant: the outcome is one that something brought about.
func (j *bench) meant(q *Request, o schema.Outcome) {
	switch o.Kind {
	case schema.OutcomeButton, schema.OutcomeOther, schema.OutcomeAnswered:
		j.answered(q, o)
	case schema.OutcomeCancelled:
		if o.Reason == schema.ReasonCustomer {
			j.answered(q, o)
			return
		}
		if q.Cancel == "" || o.Reason != q.Cancel {
			j.say(Outcome, false, q, "cancelled with the reason %q; it was cancelled with %q", o.Reason, q.Cancel)
		}
	case schema.OutcomeNoAnswer:
		if q.Deadline.IsZero() {
			j.say(Outcome, false, q, "no answer, long before its deadline")
		}
	case schema.OutcomeError:
		if len(j.places[q]) > 0 {
			j.say(Outcome, false, q, "failed, and its question shows")
		}
	default:
		j.say(Outcome, false, q, "an outcome of the kind %q", o.Kind)
	}
}

// answered: the answer is one of the customer's acts, read as it was meant.
func (j *bench) answered(q *Request, o schema.Outcome) {
	a := o.Answer
	if a == nil {
		j.say(Outcome, false, q, "%s without an answer", o.Kind)
		return
	}
	for _, act := range q.Acts {
		if act.ID != a.MessageID {
			continue
		}
		want := schema.Answer{Text: act.Text, Raw: act.Text}
		kind := schema.OutcomeOther
		switch {
		case act.Stops:
			kind = schema.OutcomeCancelled
		case act.Fits:
			kind = schema.OutcomeAnswered
		case act.Index > 0:
			kind = schema.OutcomeButton
			want.Text, want.ID, want.Index = q.Choices[act.Index-1].Text, q.Choices[act.Index-1].ID, act.Index
		}
		if kind == schema.OutcomeOther && q.Tries > len(q.Acts) {
			j.say(Outcome, false, q, "other after %d answers, %d are read", len(q.Acts), q.Tries)
		}
		if o.Kind != kind || a.Text != want.Text || a.ID != want.ID || a.Index != want.Index || a.Raw != want.Raw || a.From.Phone != q.Phone {
			j.say(Outcome, false, q, "the customer's %q means %s %d %q; the outcome is %s by %s", act.Text, kind, want.Index, want.ID, wordOf(o), a.From.Phone)
		}
		return
	}
	j.say(Outcome, false, q, "the outcome is %s; the customer did nothing of that id", wordOf(o))
}

// ends reports whether what the customer did ends the ask.
func (q *Request) ends() bool {
	return q.Tries > 0 && len(q.Acts) >= q.Tries ||
		slices.ContainsFunc(q.Acts, func(a Act) bool { return q.Tries == 0 || a.Fits || a.Stops })
}

// due says why the ask should have its outcome by now; "" if it should not.
func (j *bench) due(q *Request, answers []Answer) string {
	for _, a := range answers {
		if a.Outcome != nil {
			return "a call told its outcome"
		}
	}
	switch {
	case len(answers) == 0:
		return "" // nobody was told that it exists
	case q.ends():
		return "the customer answered"
	case q.Cancel != "":
		return "it was cancelled"
	case !q.Deadline.IsZero() && j.records.Now.After(q.Deadline):
		return "its deadline has passed"
	}
	return ""
}
