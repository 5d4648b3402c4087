package line_test

import (
	"strings"
	"testing"

	"github.com/nodeline/nodeline/internal/wait"
	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
	"github.com/nodeline/nodeline/sidecar/sandbox"
)

func TestTextOutAndIn(t *testing.T) {
	r, owner, customer, device, session := pair(t)
	if session.Phone != owner.Number() || session.LID == "" || !strings.HasPrefix(session.Account, strings.TrimPrefix(owner.Number(), "+")+":") {
		t.Errorf("the session is %+v", session)
	}
	out := r.outgoing(customer, text("Здравствуйте, Анна!"))
	sent, err := r.Send(t.Context(), north, out)
	if err != nil {
		t.Fatal(err)
	}
	if sent.At.IsZero() {
		t.Error("sent without a time")
	}
	m := shown(t, customer, "the text", says("Здравствуйте, Анна!"))
	if m.ID != string(out.ID) {
		t.Errorf("it went as %s, not as %s", m.ID, out.ID)
	}
	r.inbox.receipt(t, out.ID, schema.StatusDelivered)
	if err := customer.Read(owner.Number()); err != nil {
		t.Fatal(err)
	}
	r.inbox.receipt(t, out.ID, schema.StatusRead)
	wait.Until(t, "the receipts' acknowledgement", func() bool { return network.Backlog(owner.Number(), device) == 0 })

	id, err := customer.Text(owner.Number(), "Да, приду")
	if err != nil {
		t.Fatal(err)
	}
	in := r.inbox.text(t, "Да, приду")
	if in.Line != north || in.Kind != schema.ContentText || string(in.ID) != id || in.FromMe || in.Group || in.QuotedID != "" || in.At.IsZero() {
		t.Errorf("it came as %+v", in)
	}
	for what, a := range map[string]schema.Address{"chat": in.Chat, "sender": in.From} {
		if a.Phone != customer.Number() || a.LID != customer.LID() || a.JID == "" {
			t.Errorf("the %s is %+v; the customer is %s, %s", what, a, customer.Number(), customer.LID())
		}
	}
}

func TestAQuotedReplyNamesTheMessage(t *testing.T) {
	r, owner, customer, _, _ := pair(t)
	id := r.send(customer, text("When?\n\n1. Today\n2. Tomorrow"))
	shown(t, customer, "the question", func(m sandbox.Message) bool { return m.ID == string(id) })
	if _, err := customer.Reply(owner.Number(), string(id), "2"); err != nil {
		t.Fatal(err)
	}
	if in := r.inbox.text(t, "2"); in.QuotedID != id || in.Kind != schema.ContentText {
		t.Errorf("it came as %+v, and quotes %s", in, id)
	}
}

func TestNativeButtonsRenderAndATapComesBack(t *testing.T) {
	r, owner, customer, _, _ := pair(t)
	question := bridge.Content{
		Header: "Запись", Body: "Придёте завтра?", Footer: "Клиника «Север»", Rendering: schema.RenderNative,
		Buttons: []schema.Button{{ID: "yes", Text: "Да"}, {ID: "no", Text: "Нет"}},
	}
	id := r.send(customer, question)
	m := shown(t, customer, "the question", func(m sandbox.Message) bool { return m.ID == string(id) })
	if !m.Visible || m.Header != question.Header || m.Body != question.Body || m.Footer != question.Footer {
		t.Fatalf("the phone shows %+v", m)
	}
	if len(m.Buttons) != 2 || m.Buttons[1].ID != "no" || m.Buttons[1].Text != "Нет" {
		t.Fatalf("its buttons are %+v", m.Buttons)
	}
	if _, err := customer.Tap(owner.Number(), m.ID, "no"); err != nil {
		t.Fatal(err)
	}
	in := r.inbox.message(t, "the tap", func(in bridge.Incoming) bool { return in.Kind == schema.ContentButton })
	if in.ButtonID != "no" || in.Text != "Нет" || in.QuotedID != id || in.From.Phone != customer.Number() {
		t.Errorf("the tap came as %+v", in)
	}
}

// A phone that cannot decrypt asks again; the second time the buttons must have
// their node beside them too, or they would not show.
func TestNativeButtonsRenderAfterARetry(t *testing.T) {
	r, _, customer, _, _ := pair(t)
	r.send(customer, text("hello"))
	shown(t, customer, "the greeting", says("hello"))
	question := bridge.Content{Body: "Sure?", Rendering: schema.RenderNative, Buttons: []schema.Button{{ID: "y", Text: "Yes"}}}
	id := r.goes(r.faulty(customer, question, garbled))
	m := shown(t, customer, "the question", func(m sandbox.Message) bool { return m.ID == string(id) && m.Body == "Sure?" })
	if !m.Visible || len(m.Buttons) != 1 {
		t.Errorf("the phone shows %+v", m)
	}
	if hits := network.Faults()[0].Hits; hits != 1 {
		t.Errorf("the fault struck %d times", hits)
	}
}

func TestATextIsSentAgainOnRetry(t *testing.T) {
	r, _, customer, _, _ := pair(t)
	r.goes(r.faulty(customer, text("garbled on the way"), garbled))
	shown(t, customer, "the text", says("garbled on the way"))
}

// The same in the other direction: the line asks, the phone repeats.
func TestAMessageThatCannotBeDecryptedIsAskedForAgain(t *testing.T) {
	r, owner, customer, _, _ := pair(t)
	fault(t, sandbox.Fault{Way: sandbox.Down, Tag: "message", Phone: owner.Number(), Do: sandbox.FaultGarble, Times: 1})
	if _, err := customer.Text(owner.Number(), "garbled to the line"); err != nil {
		t.Fatal(err)
	}
	r.inbox.text(t, "garbled to the line")
}

func TestOwnPhoneEchoes(t *testing.T) {
	r, owner, customer, _, _ := pair(t)
	if _, err := owner.Text(customer.Number(), "typed on the owner's phone"); err != nil {
		t.Fatal(err)
	}
	in := r.inbox.text(t, "typed on the owner's phone")
	if !in.FromMe || in.Chat.Phone != customer.Number() || in.Chat.LID != customer.LID() || in.From.Phone != owner.Number() {
		t.Errorf("the echo came as %+v", in)
	}
}

func TestAPhoneThatWasOfflineGetsItLater(t *testing.T) {
	r, owner, customer, _, _ := pair(t)
	customer.SetOnline(false)
	id := r.send(customer, text("while you were out"))
	if n := copies(customer, owner, "while you were out"); n != 0 {
		t.Fatalf("an offline phone shows %d messages", n)
	}
	customer.SetOnline(true)
	shown(t, customer, "the text", says("while you were out"))
	r.inbox.receipt(t, id, schema.StatusDelivered)
}

func TestLookup(t *testing.T) {
	r, _, customer, _, _ := pair(t)
	asked := []string{"+79990000001", customer.Number()}
	contacts, err := r.Lookup(t.Context(), north, asked)
	if err != nil {
		t.Fatal(err)
	}
	if len(contacts) != 2 || contacts[0].Exists || !contacts[1].Exists || contacts[0].Asked != asked[0] || contacts[1].Asked != asked[1] {
		t.Fatalf("lookup says %+v", contacts)
	}
	if a := contacts[1].Address; a.Phone != customer.Number() || a.LID != customer.LID() || a.JID == "" {
		t.Errorf("the address is %+v", a)
	}
}

func TestLookupTooOften(t *testing.T) {
	r, owner, customer, _, _ := pair(t)
	fault(t, sandbox.Fault{Way: sandbox.Up, Tag: "iq", XMLNS: "usync", Phone: owner.Number(), Do: sandbox.FaultRefuse, Code: 429})
	_, err := r.Lookup(t.Context(), north, []string{customer.Number()})
	mustBe(t, err, bridge.ErrRateLimited)
	// A send that has to ask for the chat first is surely not sent.
	failed := r.refused(customer, text("x"))
	if !failed.Certain || !failed.Retry || failed.Server != 429 {
		t.Errorf("the send ended with %+v", failed)
	}
	if n := network.Stats().Messages; n < 0 || copies(customer, owner, "x") != 0 {
		t.Error("it was sent all the same")
	}
}
