package bridge_test

import (
	"testing"

	"github.com/nodeline/nodeline/schema"
)

func inTheGroup(r *schema.AskRequest) { r.Chat = theGroup }

func ofPerson(person string) func(*schema.AskRequest) {
	return func(r *schema.AskRequest) { r.AnswerFrom, r.AskedPerson = schema.AnswerAsked, person }
}

// In a group typed words are talk; a tap, or a reply that quotes, is an answer.
func TestAnAskInAGroupIsAnsweredByWhoeverAnswersIt(t *testing.T) {
	r := linkedRig(t, quick)
	tapped, quoted := r.ask("tap", inTheGroup), r.ask("quote", inTheGroup)
	if sent := r.net.sent(); len(sent) != 2 || sent[0].To != theGroup {
		t.Fatalf("sent %+v", sent)
	}
	r.says(boris, "Нет", inGroup)
	r.says(boris, "1", inGroup)
	if got := r.getAsk("quote"); got.State != schema.AskWaiting {
		t.Fatalf("talk has answered: %+v", got.Outcome)
	}
	r.says(boris, "2", inGroup, quoting(quoted.MessageID))
	r.says(anna, "Позже", inGroup, tapping(tapped.MessageID, "late"))
	for id, want := range map[schema.Key]schema.Answer{"quote": {ID: "b2", Index: 2, From: address(boris)}, "tap": {ID: "late", Index: 3, From: address(anna)}} {
		got := r.getAsk(id)
		if got.State != schema.AskAnswered || got.Outcome.Answer.ID != want.ID || got.Outcome.Answer.Index != want.Index || got.Outcome.Answer.From != want.From || got.Chat.JID != theGroup {
			t.Errorf("%s ended as %+v, %+v", id, got, got.Outcome)
		}
	}
}

func TestAnAskOfOnePersonInAGroup(t *testing.T) {
	r := linkedRig(t, quick)
	// The same key with the default written out is the same request.
	r.ask("same", inTheGroup)
	r.ask("same", inTheGroup, func(r *schema.AskRequest) { r.AnswerFrom = schema.AnswerAnyone })
	byPhone, byLID := r.ask("phone", inTheGroup, ofPerson("8 (912) 345-67-89")), r.ask("lid", inTheGroup, ofPerson(lidOf(anna)))
	for _, a := range []schema.Ask{byPhone, byLID} {
		r.says(boris, "Нет", inGroup, tapping(a.MessageID, "b2"))
		if got := r.getAsk(a.ID); got.State != schema.AskWaiting {
			t.Errorf("somebody else has answered %s: %+v", a.ID, got.Outcome)
		}
	}
	for _, e := range r.events(schema.EventMessage) {
		if e.Message.Ask != "" || e.Message.Late {
			t.Errorf("somebody else's tap counts as %+v", e.Message)
		}
	}
	r = r.restart(quick)
	r.net.linked(theLine)
	for _, a := range []schema.Ask{byPhone, byLID} {
		r.says(anna, "Нет", inGroup, tapping(a.MessageID, "b2"))
		if got := r.getAsk(a.ID); got.State != schema.AskAnswered || got.Outcome.Answer.ID != "b2" {
			t.Errorf("%s is %s", a.ID, got.State)
		}
	}
}

func TestWhoIsAskedIsRead(t *testing.T) {
	r := linkedRig(t, quick)
	for what, c := range map[string]struct {
		change func(*schema.AskRequest)
		code   schema.Code
	}{
		"nobody":                {ofPerson(""), schema.CodeInvalidRequest},
		"a person for nothing":  {func(r *schema.AskRequest) { r.AskedPerson = anna }, schema.CodeInvalidRequest},
		"a group":               {ofPerson(theGroup), schema.CodeInvalidRequest},
		"a number that is none": {ofPerson("12345"), schema.CodeInvalidPhone},
	} {
		_, err := r.Ask(r.ctx(), admin, askRequest("q", inTheGroup, c.change))
		e := wantCode(t, err, c.code)
		if e.Field != "askedPerson" && (len(e.Issues) != 1 || e.Issues[0].Field != "askedPerson") {
			t.Errorf("%s: %+v", what, e)
		}
	}
	if n := len(r.net.sent()); n != 0 {
		t.Errorf("%d messages were sent", n)
	}
}
