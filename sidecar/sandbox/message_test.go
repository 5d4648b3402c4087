package sandbox_test

import (
	"testing"

	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"github.com/nodeline/nodeline/sidecar/sandbox"
	"github.com/nodeline/nodeline/sidecar/sandbox/chat"
)

func TestTextBothWays(t *testing.T) {
	network, line, _ := linked(t)
	customer := network.Phone(anna)

	sent, err := line.text(anna, "Здравствуйте, Анна")
	if err != nil {
		t.Fatal(err)
	}
	got := shown(t, customer, says("Здравствуйте, Анна"))
	if got.ID != sent.ID || got.From != owner || got.FromMe || !got.Visible || got.Kind != chat.KindText {
		t.Errorf("customer sees %+v", got)
	}
	receipt := await(line, "delivery", func(e *events.Receipt) bool { return e.MessageIDs[0] == sent.ID })
	if receipt.Type != types.ReceiptTypeDelivered {
		t.Errorf("receipt type %q", receipt.Type)
	}
	copied := shown(t, network.Phone(owner), func(m sandbox.Message) bool {
		return m.ID == sent.ID && m.Status == chat.StatusDelivered
	})
	if !copied.FromMe || copied.Chat != anna || copied.From != owner {
		t.Errorf("owner's phone sees %+v", copied)
	}
	if err := customer.Read(owner); err != nil {
		t.Fatal(err)
	}
	await(line, "read", func(e *events.Receipt) bool { return e.Type == types.ReceiptTypeRead && e.MessageIDs[0] == sent.ID })
	shown(t, network.Phone(owner), func(m sandbox.Message) bool { return m.ID == sent.ID && m.Status == chat.StatusRead })

	id, err := customer.Reply(owner, sent.ID, "Добрый день")
	if err != nil {
		t.Fatal(err)
	}
	in := line.awaitText("Добрый день")
	if in.Info.ID != id || in.Info.Sender.Server != types.HiddenUserServer || in.Info.SenderAlt.User != jid(anna).User || in.Info.PushName != "Анна Петрова" {
		t.Errorf("line got %+v", in.Info)
	}
	if quoted := in.Message.GetExtendedTextMessage().GetContextInfo(); quoted.GetStanzaID() != sent.ID || quoted.GetQuotedMessage().GetConversation() != "Здравствуйте, Анна" {
		t.Errorf("line got the quote %v", quoted)
	}
	// The owner's phone has the customer's message too, and it is what confirms it.
	shown(t, customer, func(m sandbox.Message) bool { return m.ID == id && m.Status == chat.StatusDelivered })
}
