package bridge_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// answering asks for an answer in the customer's own words.
func answering(rule schema.AnswerRule) func(*schema.AskRequest) {
	return func(q *schema.AskRequest) { q.Buttons, q.Answer = nil, &rule }
}

// bodies are the texts that were handed to the network.
func (r *rig) bodies() (list []string) {
	r.t.Helper()
	for _, out := range r.net.sent() {
		list = append(list, bodyOf(r.t, out).Body)
	}
	return list
}

func bodyOf(t testing.TB, out bridge.Outgoing) (c bridge.Content) {
	t.Helper()
	if err := json.Unmarshal(out.Payload, &c); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAFreeAnswerEndsTheAskWithItsValue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		a := r.ask("q1", answering(schema.AnswerRule{Kind: schema.AnswerPhone}), func(q *schema.AskRequest) { q.Header, q.Footer = "Клиника", "До 18:00" })
		if a.Rendering != "" || a.Buttons == nil || len(a.Buttons) != 0 || a.State != schema.AskWaiting {
			t.Fatalf("ask %+v", a)
		}
		if got := r.bodies(); !slices.Equal(got, []string{"*Клиника*\nПридёте завтра?\n\n_До 18:00_"}) {
			t.Errorf("sent %q", got)
		}
		r.says(anna, " 8 921 000-11-22 ")
		got := r.wantState("q1", schema.AskAnswered)
		answer := got.Outcome.Answer
		if got.Outcome.Kind != schema.OutcomeAnswered || answer.Value != boris || answer.Raw != " 8 921 000-11-22 " || answer.Text != answer.Raw ||
			answer.Index != 0 || answer.ID != "" || answer.From.Phone != anna || answer.From.LID != lidOf(anna) || answer.MessageID == "" || answer.At.IsZero() {
			t.Errorf("outcome %s %+v", got.Outcome.Kind, answer)
		}
		if list := r.outcomes(); len(list) != 1 || list[0].Ask.Outcome.Answer.Value != boris {
			t.Errorf("deliveries %+v", list)
		}
	})
}

// What does not fit is answered by the retry text; the answer that fits then is the ask's.
func TestAnAnswerThatDoesNotFitIsAskedForAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		r.ask("q1", answering(schema.AnswerRule{Kind: schema.AnswerNumber, RetryText: "Числом, пожалуйста"}))
		r.says(anna, "пять")
		if a := r.wantState("q1", schema.AskWaiting); a.Misses != 1 || a.Outcome != nil {
			t.Fatalf("ask %+v", a)
		}
		again := r.message("q1!1")
		if got := r.bodies(); len(got) != 2 || got[1] != "Числом, пожалуйста" || again.Status != schema.StatusSent || again.Priority != schema.PriorityDialogue {
			t.Fatalf("sent %q, the retry %+v", got, again)
		}
		if e := r.events(schema.EventMessage); e[0].Message.Ask != "q1" || e[0].Message.Late {
			t.Errorf("event %+v", e[0].Message)
		}
		if len(r.outcomes()) != 0 {
			t.Error("the host heard of an outcome")
		}
		r.says(anna, "5", quoting(again.MessageID))
		a := r.wantState("q1", schema.AskAnswered)
		if a.Outcome.Answer.Value != "5" || a.Misses != 1 {
			t.Errorf("outcome %+v", a.Outcome)
		}
		if m := r.message("q1!1"); m.Status != schema.StatusDelivered {
			t.Errorf("the retry that was quoted is %s", m.Status)
		}
	})
}

func TestAfterTheLastTryTheAnswerIsOther(t *testing.T) {
	for name, c := range map[string]struct{ tries, repeats int }{"by default": {0, 2}, "one try": {1, 0}, "four": {4, 3}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := linkedRig(t, bridge.Timing{})
				r.ask("q1", answering(schema.AnswerRule{Kind: schema.AnswerDate, Tries: c.tries}))
				for range c.repeats {
					r.says(anna, "завтра")
					r.wantState("q1", schema.AskWaiting)
				}
				r.says(anna, "послезавтра")
				a := r.wantState("q1", schema.AskAnswered)
				if a.Outcome.Kind != schema.OutcomeOther || a.Outcome.Answer.Text != "послезавтра" || a.Outcome.Answer.Value != "" || a.Misses != c.repeats {
					t.Errorf("misses %d, outcome %s %+v", a.Misses, a.Outcome.Kind, a.Outcome.Answer)
				}
				if got := r.bodies(); len(got) != 1+c.repeats || c.repeats > 0 && !strings.Contains(got[1], "31.12.2026") {
					t.Errorf("sent %q", got)
				}
			})
		})
	}
}

// The same message once more, which WhatsApp does, is one miss.
func TestAMissThatIsRepeatedByTheNetworkCountsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		r.ask("q1", answering(schema.AnswerRule{Kind: schema.AnswerNumber}))
		in := r.net.incoming(anna, "пять")
		for range 3 {
			if err := r.Receive(t.Context(), in); err != nil {
				t.Fatal(err)
			}
		}
		if a := r.wantState("q1", schema.AskWaiting); a.Misses != 1 || len(r.bodies()) != 2 {
			t.Errorf("misses %d, sent %q", a.Misses, r.bodies())
		}
	})
}

// The count, the event and the retry are one commit: a life that ends after it goes on from there.
func TestMissesOutliveTheSidecar(t *testing.T) {
	r := linkedRig(t, quick)
	r.ask("q1", answering(schema.AnswerRule{Kind: schema.AnswerNumber, Tries: 2}))
	r.net.report(theLine, schema.LineReconnecting, "acc:1")
	r.says(anna, "пять")
	minted := r.message("q1!1").MessageID
	r = r.kill(quick)
	eventually(t, "the retry", func() bool { return r.message("q1!1").Status == schema.StatusSent })
	if m := r.message("q1!1"); m.MessageID != minted {
		t.Errorf("the retry is %s, it was %s", m.MessageID, minted)
	}
	r.says(anna, "шесть")
	if a := r.getAsk("q1"); a.Misses != 1 || a.Outcome == nil || a.Outcome.Kind != schema.OutcomeOther {
		t.Errorf("ask %+v", a)
	}
}

// A retry that has not gone is taken back with the end of its ask.
func TestTheEndTakesBackARetry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		r.ask("q1", answering(schema.AnswerRule{Kind: schema.AnswerNumber}))
		r.net.report(theLine, schema.LineReconnecting, "acc:1")
		r.says(anna, "пять")
		r.says(anna, "5")
		r.wantState("q1", schema.AskAnswered)
		if m := r.message("q1!1"); m.Status != schema.StatusFailed || m.Error.Code != schema.CodeAskEnded {
			t.Errorf("the retry is %s: %+v", m.Status, m.Error)
		}
		r.net.linked(theLine)
		synctest.Wait()
		if got := r.bodies(); len(got) != 1 {
			t.Errorf("sent %q", got)
		}
	})
}

func TestAChoiceCountsBeforeTheAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		r.ask("q1", func(q *schema.AskRequest) { q.Answer = &schema.AnswerRule{Kind: schema.AnswerNumber} })
		r.says(anna, "2")
		if a := r.wantState("q1", schema.AskAnswered); a.Outcome.Kind != schema.OutcomeButton || a.Outcome.Answer.ID != "b2" {
			t.Errorf("outcome %+v", a.Outcome)
		}
		r.ask("q2", func(q *schema.AskRequest) { q.Answer = &schema.AnswerRule{Kind: schema.AnswerNumber} })
		r.says(anna, "17")
		if a := r.wantState("q2", schema.AskAnswered); a.Outcome.Kind != schema.OutcomeAnswered || a.Outcome.Answer.Value != "17" {
			t.Errorf("outcome %+v", a.Outcome)
		}
	})
}

// With one of several the place in the list is told too.
func TestOneOfGivesItsPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		r.ask("q1", answering(schema.AnswerRule{Kind: schema.AnswerOneOf, Options: []string{"Кошка", "Собака"}}))
		r.says(anna, "собака")
		if a := r.wantState("q1", schema.AskAnswered); a.Outcome.Answer.Index != 2 || a.Outcome.Answer.Value != "Собака" {
			t.Errorf("answer %+v", a.Outcome.Answer)
		}
	})
}

func TestAWordCancels(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		stop := func(q *schema.AskRequest) { q.CancelWords = []string{"Стоп", "нет"} }
		r.ask("q1", stop)
		r.says(anna, " СТОП ")
		a := r.wantState("q1", schema.AskCancelled)
		if a.Outcome.Kind != schema.OutcomeCancelled || a.Outcome.Reason != schema.ReasonCustomer || a.Outcome.Answer.Raw != " СТОП " || a.Status != schema.StatusSent {
			t.Errorf("ask %+v, outcome %+v", a, a.Outcome)
		}
		if list := r.outcomes(); len(list) != 1 || list[0].Ask.Outcome.Reason != schema.ReasonCustomer {
			t.Errorf("deliveries %+v", list)
		}
		// A button of the same words comes first; a word is a word that fits no other rule.
		r.ask("q2", stop)
		r.says(anna, "нет")
		if a := r.wantState("q2", schema.AskAnswered); a.Outcome.Answer.ID != "b2" {
			t.Errorf("outcome %+v", a.Outcome)
		}
		r.ask("q3", stop, answering(schema.AnswerRule{Kind: schema.AnswerText}))
		r.says(anna, "стоп")
		r.wantState("q3", schema.AskCancelled)
	})
}

// In a group people talk: only what quotes the question is read, and the retry
// quotes what did not fit.
func TestInAGroupAMissIsQuoted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		const group = "120363041234567890@g.us"
		a := r.ask("q1", answering(schema.AnswerRule{Kind: schema.AnswerNumber}), func(q *schema.AskRequest) { q.Chat = group })
		in := func(in *bridge.Incoming) { in.Chat, in.Group, in.ID = schema.Address{JID: group}, true, "MISS" }
		r.says(anna, "пять", in)
		if a := r.wantState("q1", schema.AskWaiting); a.Misses != 0 {
			t.Fatalf("talk counted: %+v", a)
		}
		r.says(anna, "пять", in, quoting(a.MessageID), func(in *bridge.Incoming) { in.ID = "MISS2" })
		synctest.Wait()
		sent := r.net.sent()
		if len(sent) != 2 || sent[1].To != group {
			t.Fatalf("sent %+v", sent)
		}
		if q := bodyOf(t, sent[1]).Quote; q == nil || q.ID != "MISS2" || q.From != lidOf(anna) || q.Text != "пять" {
			t.Errorf("the retry quotes %+v", q)
		}
	})
}

func TestARuleThatNoAnswerCouldMeetIsRefused(t *testing.T) {
	r := linkedRig(t, quick)
	for field, rule := range map[string]schema.AnswerRule{
		"answer.pattern": {Kind: schema.AnswerPattern},
		"answer.options": {Kind: schema.AnswerOneOf},
		"answer.min":     {Kind: schema.AnswerNumber, Min: "один"},
		"answer.max":     {Kind: schema.AnswerDate, Max: "31.02.2026"},
	} {
		wantField(t, r, field, rule)
	}
	wantField(t, r, "answer.pattern", schema.AnswerRule{Kind: schema.AnswerPattern, Pattern: "(a"})
	wantField(t, r, "answer.pattern", schema.AnswerRule{Kind: schema.AnswerPattern, Pattern: "a)(b"})
	wantField(t, r, "answer.pattern", schema.AnswerRule{Kind: schema.AnswerText, Pattern: "a"})
	wantField(t, r, "answer.options", schema.AnswerRule{Kind: schema.AnswerText, Options: []string{"a"}})
	wantField(t, r, "answer.min", schema.AnswerRule{Kind: schema.AnswerPhone, Min: "1"})
	wantField(t, r, "answer.min", schema.AnswerRule{Kind: schema.AnswerNumber, Min: "10", Max: "9"})
	wantField(t, r, "answer.min", schema.AnswerRule{Kind: schema.AnswerDate, Min: "01.12.2026", Max: "2026-11-30"})
	if len(r.net.sent()) != 0 {
		t.Error("something was sent")
	}
}

func wantField(t *testing.T, r *rig, field string, rule schema.AnswerRule) {
	t.Helper()
	_, err := r.Ask(t.Context(), admin, askRequest("bad", answering(rule)))
	e, ok := errors.AsType[*schema.Error](err)
	if !ok || e.Code != schema.CodeInvalidRequest || len(e.Issues) != 1 || e.Issues[0].Field != field {
		t.Errorf("%+v: %v, want the field %s", rule, err, field)
	}
}

// A repeated question is not sent after the deadline, and the answer that comes in time counts.
func TestARetryDoesNotOutliveTheDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		r.ask("q1", answering(schema.AnswerRule{Kind: schema.AnswerNumber}), func(q *schema.AskRequest) { q.DeadlineSeconds = 600 })
		r.says(anna, "пять")
		if m := r.message("q1!1"); m.ExpiresAt == nil || !m.ExpiresAt.Equal(r.getAsk("q1").Deadline) {
			t.Errorf("the retry %+v", m)
		}
		time.Sleep(11 * time.Minute)
		r.wantState("q1", schema.AskNoAnswer)
		r.says(anna, "5")
		if e := r.events(schema.EventMessage); e[len(e)-1].Message.Ask != "" {
			t.Errorf("event %+v", e[len(e)-1].Message)
		}
	})
}
