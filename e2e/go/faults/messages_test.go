package faults_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/nodeline/nodeline/internal/wait"
	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/sandbox"
)

// A conversation goes on under a trouble that lets something through: each
// question is shown once, in order, and each answer is heard once.
func TestAConversationUnderTrouble(t *testing.T) {
	for _, name := range []string{
		"cut_before", "cut_after", "duplicated", "reordered", "garbled", "retry_receipts", "slow_network", "prekeys_used_up", "lost_ack", "restarts",
	} {
		t.Run(name, func(t *testing.T) {
			w := linked(t)
			w.preset(name)
			if name == "prekeys_used_up" {
				w.presetOf(sandbox.Fault{Preset: name, Phone: w.customer.Number()})
			}
			var bodies []string
			for i := range 4 {
				body := fmt.Sprintf("Вопрос %d из четырёх?", i+1)
				rendering, button := schema.RenderNumbered, "no"
				if i%2 == 1 {
					rendering, button = schema.RenderNative, "yes"
				}
				a := w.ask(body, rendering)
				bodies = append(bodies, body)
				m := w.shown(body)
				if rendering == schema.RenderNative {
					if _, err := w.customer.Tap(w.owner.Number(), m.ID, button); err != nil {
						t.Fatal(err)
					}
				} else {
					w.writes("2")
				}
				w.answered(a.ID, button)
			}
			w.struck()
			network.ClearFaults()
			w.fine(bodies...)
		})
	}
}

// The word on a message is lost: the caller is told that it is not known, and
// the receipt settles it.
func TestLostAck(t *testing.T) {
	w := linked(t)
	w.writes("здравствуйте") // so that a session is there and the first try is the message's own
	wait.Until(t, "the greeting", func() bool { return w.heard("здравствуйте") == 1 })
	w.customer.SetOnline(false)
	w.preset("lost_ack")
	key, result, failed := w.send("Ушло ли?")
	if result.Status != schema.StatusUnknown || failed == nil || failed.Code != schema.CodeUnknown || !failed.Retry || !strings.Contains(failed.Hint, "the customer sees it once") {
		t.Fatalf("the caller is told %s, %+v", result.Status, failed)
	}
	// The same key again is the same message.
	again, err := w.SendText(t.Context(), russian, schema.SendTextRequest{Line: north, Key: key, Chat: w.customer.Number(), Text: "Ушло ли?"})
	if err != nil || again.MessageID != result.MessageID || again.Status != schema.StatusUnknown || !strings.Contains(again.Error.Hint, "Не отправляйте повторно") {
		t.Fatalf("the second call is told %+v (%v)", again, err)
	}
	w.customer.SetOnline(true)
	w.becomes(key, schema.StatusDelivered)
	network.ClearFaults()
	w.fine("Ушло ли?")
}

// What is refused has surely not gone: the caller is told so at once, with
// WhatsApp's number, and a new request afterwards arrives once.
func TestRefusedMessages(t *testing.T) {
	for _, c := range []struct {
		preset string
		code   schema.Code
		server int
		hint   string
	}{
		{"reachout_refused", schema.CodeRefused, 463, "may not write first"},
		{"invalid_stanza", schema.CodeRefused, 479, "not sent"},
		{"too_many_messages", schema.CodeRateLimited, 429, "Wait a minute"},
	} {
		t.Run(c.preset, func(t *testing.T) {
			w := linked(t)
			w.preset(c.preset)
			key, _, _ := w.send("Не дойдёт")
			m := w.becomes(key, schema.StatusFailed)
			if m.Error.Code != c.code || m.Error.Server != c.server || !strings.Contains(m.Error.Hint, c.hint) {
				t.Errorf("the caller is told %+v", m.Error)
			}
			a := w.ask("Не дойдёт и это?", schema.RenderNumbered)
			wait.Until(t, "the end of the ask", func() bool { return len(w.outcomes(a.ID)) > 0 })
			if all := w.outcomes(a.ID); len(all) != 1 || all[0].Kind != schema.OutcomeError || all[0].Error.Code != c.code || all[0].Error.Server != c.server {
				t.Errorf("the outcomes are %+v", all)
			}
			network.ClearFaults()
			w.fine()
		})
	}
}

// Refused buttons go as numbered text by themselves, once.
func TestButtonsRefused(t *testing.T) {
	w := linked(t)
	w.preset("buttons_refused")
	a := w.ask("Кнопками?", schema.RenderNative)
	m := w.shown("Кнопками?")
	if len(m.Buttons) != 0 || !strings.Contains(m.Body, "1. Да") {
		t.Errorf("the phone shows %+v", m)
	}
	if got := w.message(a.ID); got.Rendering != schema.RenderNumbered || got.Reason == "" {
		t.Errorf("the caller is told %+v", got)
	}
	w.writes("2")
	w.answered(a.ID, "no")
	network.ClearFaults()
	b := w.ask("А теперь?", schema.RenderNative)
	if m := w.shown("А теперь?"); len(m.Buttons) != 2 {
		t.Errorf("the phone shows %+v", m)
	}
	if _, err := w.customer.Tap(w.owner.Number(), string(w.message(b.ID).MessageID), "yes"); err != nil {
		t.Fatal(err)
	}
	w.answered(b.ID, "yes")
	w.once("Кнопками?", "А теперь?")
}

// A check that WhatsApp does not answer is an error and never "No", and a
// message that needs one is surely not sent.
func TestTooManyQuestions(t *testing.T) {
	w := linked(t)
	w.preset("too_many_questions")
	_, err := w.NumberCheck(t.Context(), english, schema.NumberCheckRequest{Line: north, Phone: w.customer.Number()})
	if failed := mustFail(t, err); failed.Code != schema.CodeRateLimited || !failed.Retry {
		t.Errorf("the check is told %+v", failed)
	}
	key, _, _ := w.send("Ещё рано")
	if m := w.becomes(key, schema.StatusFailed); m.Error.Code != schema.CodeRateLimited {
		t.Errorf("the caller is told %+v", m.Error)
	}
	network.ClearFaults()
	found, err := w.NumberCheck(t.Context(), english, schema.NumberCheckRequest{Line: north, Phone: w.customer.Number()})
	if err != nil || found.Exists != schema.Yes {
		t.Errorf("afterwards the check says %+v (%v)", found, err)
	}
	w.fine()
}

// What was lost on the way to the line comes with its next connection, once.
func TestLostMessage(t *testing.T) {
	w := linked(t)
	a := w.ask("Придёте?", schema.RenderNumbered)
	w.shown("Придёте?")
	w.preset("lost_message")
	w.writes("1")
	w.struck()
	if n := len(w.outcomes(a.ID)); n != 0 {
		t.Fatalf("%d outcomes of an answer that was lost", n)
	}
	network.ClearFaults()
	if !network.Kick(w.owner.Number(), w.device) {
		t.Fatal("there was no connection")
	}
	w.answered(a.ID, "yes")
	if n := w.heard("1"); n != 1 {
		t.Errorf("the answer is in the events %d times", n)
	}
	network.ClearFaults()
	b := w.ask("А завтра?", schema.RenderNumbered)
	w.once("Придёте?", "А завтра?")
	w.writes("Нет")
	w.answered(b.ID, "no")
}

// The customer's LID changes between a question and its answer: typed, quoted
// and tapped answers still find their ask.
func TestLIDChange(t *testing.T) {
	w := linked(t)
	typed := w.ask("Первый?", schema.RenderNumbered)
	w.shown("Первый?")
	before := w.customer.LID()
	change := func() { w.t.Helper(); w.presetOf(sandbox.Fault{Preset: "lid_change", Phone: w.customer.Number()}) }
	change()
	w.writes("1")
	w.answered(typed.ID, "yes")
	tapped := w.ask("Второй?", schema.RenderNative)
	m := w.shown("Второй?")
	change()
	if _, err := w.customer.Tap(w.owner.Number(), m.ID, "no"); err != nil {
		t.Fatal(err)
	}
	w.answered(tapped.ID, "no")
	if w.customer.LID() == before {
		t.Error("the LID has not changed")
	}
	// Nobody writes from the next address: only WhatsApp knows it.
	change()
	key, _, _ := w.send("Под новым адресом")
	w.becomes(key, schema.StatusDelivered)
	network.ClearFaults()
	b := w.ask("Третий?", schema.RenderNumbered)
	w.once("Первый?", "Второй?", "Под новым адресом", "Третий?")
	w.writes("Нет")
	w.answered(b.ID, "no")
}
