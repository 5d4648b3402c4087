package line_test

import (
	"slices"
	"testing"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
	"github.com/nodeline/nodeline/sidecar/sandbox"
)

// crowd is pair with a group of the owner, the customer, who made it, and a neighbour.
func crowd(t testing.TB) (r *rig, owner, customer, neighbour *sandbox.Phone, group string) {
	t.Helper()
	r, owner, customer, _, _ = pair(t)
	neighbour = phone(t, "Борис")
	group, err := customer.NewGroup("Соседи", owner.Number(), neighbour.Number())
	if err != nil {
		t.Fatal(err)
	}
	return r, owner, customer, neighbour, group
}

// outTo encodes a message to a group.
func (r *rig) outTo(group string, c bridge.Content) bridge.Outgoing {
	r.t.Helper()
	payload, err := r.Encode(c)
	if err != nil {
		r.t.Fatal(err)
	}
	out := bridge.Outgoing{ID: mint(), To: group, Payload: payload, Rendering: c.Rendering}
	r.inbox.mu.Lock()
	r.inbox.sent[out.ID] = recalled{payload, schema.Address{JID: group}}
	r.inbox.mu.Unlock()
	return out
}

func TestAGroupMessageGoesOutAndAnAnswerComesBack(t *testing.T) {
	r, owner, customer, neighbour, group := crowd(t)
	question := bridge.Content{Body: "Субботник?", Rendering: schema.RenderNative, Buttons: []schema.Button{{ID: "yes", Text: "Да"}, {ID: "no", Text: "Нет"}}}
	id := r.goes(r.outTo(group, question))
	for _, p := range []*sandbox.Phone{customer, neighbour} {
		m := shown(t, p, "the question", func(m sandbox.Message) bool { return m.ID == string(id) })
		if !m.Visible || m.Chat != group || m.From != owner.Number() || len(m.Buttons) != 2 {
			t.Errorf("%s shows %+v", p.Name(), m)
		}
	}
	r.inbox.receipt(t, id, schema.StatusDelivered)
	if _, err := neighbour.Tap(group, string(id), "no"); err != nil {
		t.Fatal(err)
	}
	in := r.inbox.message(t, "the tap", func(in bridge.Incoming) bool { return in.Kind == schema.ContentButton })
	if !in.Group || in.Chat.JID != group || in.Chat.Phone != "" || in.From.Phone != neighbour.Number() || in.From.LID != neighbour.LID() || in.ButtonID != "no" || in.QuotedID != id {
		t.Errorf("it came as %+v", in)
	}
	if _, err := customer.Reply(group, string(id), "Да"); err != nil {
		t.Fatal(err)
	}
	if in := r.inbox.text(t, "Да"); in.QuotedID != id || in.From.Phone != customer.Number() || !in.Group {
		t.Errorf("it came as %+v", in)
	}
	if _, err := owner.Text(group, "с телефона владельца"); err != nil {
		t.Fatal(err)
	}
	if in := r.inbox.text(t, "с телефона владельца"); !in.FromMe || in.Chat.JID != group || in.From.Phone != owner.Number() {
		t.Errorf("the own phone's came as %+v", in)
	}
}

// A member that cannot read it asks, and gets buttons that render.
func TestAGroupMessageIsSentAgainOnRetry(t *testing.T) {
	r, _, customer, neighbour, group := crowd(t)
	out := r.outTo(group, bridge.Content{Body: "Sure?", Rendering: schema.RenderNative, Buttons: []schema.Button{{ID: "y", Text: "Yes"}}})
	f := garbled
	f.StanzaID, f.Times = string(out.ID), 1
	fault(t, f)
	id := r.goes(out)
	for _, p := range []*sandbox.Phone{customer, neighbour} {
		m := shown(t, p, "the question", func(m sandbox.Message) bool { return m.ID == string(id) && m.Body == "Sure?" })
		if !m.Visible || len(m.Buttons) != 1 {
			t.Errorf("%s shows %+v", p.Name(), m)
		}
	}
	if hits := network.Faults()[0].Hits; hits != 1 {
		t.Errorf("the fault struck %d times", hits)
	}
}

func TestWhoIsNotInAGroupCannotWriteThere(t *testing.T) {
	r, owner, customer, _, group := crowd(t)
	r.goes(r.outTo(group, text("ещё тут")))
	if err := customer.RemoveMembers(group, owner.Number()); err != nil {
		t.Fatal(err)
	}
	// whatsmeow takes a member off the very list that a send reads; until it has, the
	// race detector would report the two.
	r.inbox.message(t, "the removal", func(in bridge.Incoming) bool {
		return in.Happening != nil && in.Happening.Group != nil && len(in.Happening.Group.Left) == 1
	})
	for _, to := range []string{group, "120363999999999999@g.us"} {
		failed := r.notSent(r.outTo(to, text("нельзя")))
		mustBe(t, failed, bridge.ErrNotInGroup)
		if !failed.Certain || failed.Retry {
			t.Errorf("to %s it ended with %+v", to, failed)
		}
	}
	if slices.ContainsFunc(customer.Messages(group), says("нельзя")) {
		t.Error("it is on the phone all the same")
	}
}
