package bridge_test

import (
	"errors"
	"testing"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

const newLID = "555000555000@lid"

// Who writes under another LID than was known is written to under that one from
// now on, and WhatsApp is not asked.
func TestAMovedPersonIsFollowed(t *testing.T) {
	r := linkedRig(t, quick)
	if _, err := r.text("a", anna, "раз"); err != nil {
		t.Fatal(err)
	}
	r.says(anna, "я под новым адресом", func(in *bridge.Incoming) {
		in.Chat = schema.Address{Phone: anna, LID: newLID, JID: newLID}
		in.From = in.Chat
	})
	if _, err := r.text("b", anna, "два"); err != nil {
		t.Fatal(err)
	}
	sent := r.net.sent()
	if len(sent) != 2 || sent[0].To != lidOf(anna) || sent[1].To != newLID {
		t.Errorf("sent %+v", sent)
	}
	if len(r.net.asked) != 1 {
		t.Errorf("WhatsApp was asked for %v", r.net.asked)
	}
}

// Nobody is at the address any more: the phone is looked up again, and the same
// message goes to where it is now. Where it has not moved, the refusal stands.
func TestARefusalBecauseNobodyIsThere(t *testing.T) {
	r := linkedRig(t, quick)
	nobody := func(_ int, out bridge.Outgoing) error {
		if out.To == "gone@lid" || out.To == lidOf(boris) {
			return &bridge.SendError{Certain: true, Server: 404, Err: errors.New("nobody")}
		}
		return nil
	}
	r.net.set(func(n *network) { n.script = nobody })
	if _, err := r.text("a", anna, "раз"); err != nil {
		t.Fatal(err)
	}
	// The contact that is remembered is of another day.
	r.says(anna, "старое", func(in *bridge.Incoming) {
		in.Chat = schema.Address{Phone: anna, LID: "gone@lid", JID: "gone@lid"}
		in.From = in.Chat
	})
	m, err := r.text("b", anna, "два")
	if err != nil || m.Status != schema.StatusSent || m.Chat.JID != lidOf(anna) {
		t.Fatalf("the message is %+v (%v)", m, err)
	}
	sent := r.net.sent()
	if len(sent) != 3 || sent[1].To != "gone@lid" || sent[2].To != lidOf(anna) || sent[1].ID != sent[2].ID {
		t.Errorf("sent %+v", sent)
	}
	m, err = r.text("c", boris, "три")
	if err != nil || m.Status != schema.StatusFailed || m.Error.Server != 404 {
		t.Errorf("the message is %+v (%v)", m, err)
	}
	if n := len(r.net.sent()); n != 4 {
		t.Errorf("%d tries, 4 expected", n)
	}
}
