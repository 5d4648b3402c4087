package binary_test

import (
	"testing"

	"github.com/nodeline/nodeline/internal/wait"
	"github.com/nodeline/nodeline/schema"
)

// A number that is written in one form and known to WhatsApp in another, through the
// whole product: checked, written to, asked, answered, and taken back from an event.
func TestANumberThatWhatsAppKnowsInAnotherForm(t *testing.T) {
	w := linked(t)
	h := w.attach()
	for country, n := range map[string]struct{ written, asked, known string }{
		"Brazil": {"+55 11 98765-4321", "+5511987654321", "+551187654321"},
		"Mexico": {"+52 55 1234 5678", "+525512345678", "+5215512345678"},
	} {
		t.Run(country, func(t *testing.T) {
			var made struct{ Phone, Also, LID string }
			w.sandboxPost("/api/phones", map[string]string{"phone": n.known, "name": country}, &made)
			if made.Phone != n.known || made.Also != n.asked {
				t.Fatalf("the phone is %+v", made)
			}
			w.customer = n.known
			var check schema.NumberCheckResult
			w.must("number.check", schema.NumberCheckRequest{Line: clinic, Phone: n.written}, &check)
			if check.Exists != schema.Yes || check.Asked != n.asked || check.Chat.Phone != n.known || check.Chat.LID != made.LID {
				t.Errorf("checked: %+v", check)
			}
			var sent schema.SendResult
			w.must("message.sendText", schema.SendTextRequest{Line: clinic, Key: schema.Key(country), Chat: n.written, Text: "Hello"}, &sent)
			if sent.Asked != n.asked || sent.Chat.Phone != n.known || sent.Error != nil {
				t.Errorf("sent: %+v", sent)
			}
			w.question(sent.MessageID)
			r := ask(schema.RenderNative)
			r.Chat = n.written
			a, m := w.asked(r)
			if a.Chat.Phone != n.known {
				t.Errorf("asked: %+v", a.Chat)
			}
			w.tap(m, "no")
			d := h.outcome(r.ID)
			if o := d.Ask.Outcome; o.Kind != schema.OutcomeButton || o.Answer.ID != "no" || o.Answer.From.Phone != n.known || o.Answer.From.LID != made.LID {
				t.Errorf("the outcome is %+v, %+v", o, o.Answer)
			}
			h.ack(d)
			// Typed, and matched by the number alone.
			r = ask(schema.RenderNumbered)
			r.Chat = n.written
			w.asked(r)
			w.write("1", "")
			d = h.outcome(r.ID)
			if o := d.Ask.Outcome; o.Kind != schema.OutcomeButton || o.Answer.ID != "yes" {
				t.Errorf("the outcome is %+v, %+v", o, o.Answer)
			}
			h.ack(d)
			// An event names WhatsApp's form; it is taken as it came, and either form picks it.
			var list schema.EventListResult
			wait.Until(t, "the event", func() bool {
				w.must("event.list", schema.EventListRequest{Line: clinic, Kinds: []schema.EventKind{schema.EventMessage}, Filter: &schema.EventFilter{Chat: n.written}}, &list)
				return len(list.Events) == 2
			})
			from := list.Events[1].Message.Chat.Phone
			w.must("message.sendText", schema.SendTextRequest{Line: clinic, Key: schema.Key(country + "-back"), Chat: from, Text: "And back"}, &sent)
			if from != n.known || sent.Chat.Phone != n.known || sent.Error != nil {
				t.Errorf("to %s: %+v", from, sent)
			}
			w.question(sent.MessageID)
			if n := len(w.received()); n != 4 {
				t.Errorf("%d messages are on the phone", n)
			}
		})
	}
	// A number that is there in neither form.
	var nobody schema.SendResult
	w.must("message.sendText", schema.SendTextRequest{Line: clinic, Key: "nobody", Chat: "+55 21 99876-5432", Text: "?"}, &nobody)
	if nobody.Error == nil || nobody.Error.Code != schema.CodeNotOnWhatsApp {
		t.Errorf("%+v", nobody)
	}
}
