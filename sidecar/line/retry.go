package line

import (
	"context"
	"fmt"
	"time"

	"go.mau.fi/whatsmeow"
	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"

	"github.com/nodeline/nodeline/schema"
)

// recall finds what was sent, for a device of that chat that asks for it again;
// nil for anybody else: an id alone must not open a message.
func (o *owner) recall(to types.JID, id types.MessageID) *waE2E.Message {
	payload, chat, err := o.s.inbox.Recall(o.ctx, o.id, schema.MessageID(id))
	if err != nil || payload == nil || !sameChat(to, chat) {
		o.log.Warn("asked to repeat a message that is not there", "id", id, "found", payload != nil, "error", err)
		return nil
	}
	message := &waE2E.Message{}
	if err := proto.Unmarshal(payload, message); err != nil {
		o.log.Error("stored message not readable", "id", id, "error", mask(err))
		return nil
	}
	return message
}

func sameChat(to types.JID, chat schema.Address) bool {
	to = to.ToNonAD()
	switch to.Server {
	case types.DefaultUserServer:
		return to.User != "" && chat.Phone == phoneOf(to)
	case types.HiddenUserServer:
		return to.User != "" && chat.LID == lidOf(to)
	}
	return to.User != "" && chat.JID == to.String()
}

// resend answers a device that could not decrypt a message with native buttons.
// whatsmeow's own answer leaves out the nodes that went beside the message, and
// without bizNode the buttons would not render; so the stanza is built here, the
// way whatsmeow does, from the parts that it lends out. Other messages are left
// to whatsmeow. False: not sent, whatsmeow may try its own way.
func (o *owner) resend(c *whatsmeow.Client, r *events.Receipt, id types.MessageID, count int, m *waE2E.Message) bool {
	ctx, cancel := context.WithTimeout(o.ctx, o.s.timing.Ack)
	defer cancel()
	stanza, err := retryStanza(ctx, c, r, id, count, m)
	if err == nil {
		//lint:ignore SA1019 whatsmeow offers no other way to send a stanza of one's own
		err = c.DangerousInternals().SendNode(ctx, stanza)
	}
	if err != nil {
		o.log.Warn("retry with buttons not sent", "id", id, "error", mask(err))
		return false
	}
	return true
}

func retryStanza(ctx context.Context, c *whatsmeow.Client, r *events.Receipt, id types.MessageID, count int, m *waE2E.Message) (waBinary.Node, error) {
	plaintext, err := proto.Marshal(m)
	if err != nil {
		return waBinary.Node{}, fmt.Errorf("marshal message: %w", err)
	}
	// The session is what failed: begin a new one with the device's own keys.
	identity := r.Sender
	if identity.Server == types.DefaultUserServer {
		if lid, err := c.Store.LIDs.GetLIDForPN(ctx, identity); err == nil && !lid.IsEmpty() {
			identity = lid
		}
	}
	//lint:ignore SA1019 the parts of whatsmeow's own retry
	lent := c.DangerousInternals()
	bundle := lent.FetchPreKeysNoError(ctx, []types.JID{r.Sender})[r.Sender]
	if bundle == nil {
		return waBinary.Node{}, fmt.Errorf("no keys of the device")
	}
	enc, withIdentity, err := lent.EncryptMessageForDevice(ctx, plaintext, identity, bundle, waBinary.Attrs{}, nil)
	if err != nil {
		return waBinary.Node{}, fmt.Errorf("encrypt: %w", err)
	}
	enc.Attrs["count"] = count
	content := []waBinary.Node{*enc}
	if withIdentity {
		content = append(content, lent.MakeDeviceIdentityNode())
	}
	attrs := waBinary.Attrs{"id": id, "type": "text", "t": time.Now().Unix()}
	if r.IsGroup {
		attrs["to"], attrs["participant"] = r.Chat, r.Sender
	} else {
		attrs["to"], attrs["device_fanout"] = r.Sender, false
		if r.IsFromMe {
			attrs["recipient"] = r.Chat
		}
	}
	return waBinary.Node{Tag: "message", Attrs: attrs, Content: append(content, bizNode())}, nil
}
