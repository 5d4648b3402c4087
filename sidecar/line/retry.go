package line

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.mau.fi/whatsmeow"
	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// recall finds what was sent, for a device of that chat that asks for it again;
// nil for anybody else: an id alone must not open a message.
func (o *owner) recall(to types.JID, id types.MessageID) *waE2E.Message {
	payload, chat, err := o.s.inbox.Recall(o.ctx, o.id, schema.MessageID(id))
	if err != nil || payload == nil || !sameChat(to, chat) && !o.moved(to, chat) {
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

// moved reports that an address is the one that a chat has by now: its LID has
// changed since the message went.
func (o *owner) moved(to types.JID, chat schema.Address) bool {
	lid := lidOf(to)
	return lid != "" && lid == lidOf(o.now(chat))
}

// now asks WhatsApp for the LID of a chat's phone; empty where it is not told.
func (o *owner) now(chat schema.Address) types.JID {
	if chat.Phone == "" {
		return types.EmptyJID
	}
	ctx, cancel := context.WithTimeout(o.ctx, o.s.timing.Ack)
	defer cancel()
	found, err := o.s.Lookup(ctx, o.id, []string{chat.Phone})
	if err != nil {
		o.log.Warn("the address of a chat was not found out", "error", mask(err))
		return types.EmptyJID
	}
	lid, err := types.ParseJID(found[0].Address.LID)
	if err != nil {
		return types.EmptyJID
	}
	return lid
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

// Bounds of answering a retry receipt.
const (
	resendTries = 5
	resendPause = 200 * time.Millisecond // the first one, doubled each time
)

// resend answers a device that could not decrypt a message. whatsmeow's own
// answer would not do, for two reasons. It is sealed beside whatever is being
// sent, so that two messages can take one place of the ratchet, and the device
// drops the second as a copy of the first. And it leaves out the nodes that went
// beside the message: without bizNode the buttons would not render. So the
// stanza is built here, in a send's turn, from the parts that whatsmeow lends
// out. False: not sent, whatsmeow may try its own way; the receipt is
// acknowledged after that, and not where the connection is gone by then. While
// the database fails nothing could be sealed in either way, so that is outwaited.
func (o *owner) resend(c *whatsmeow.Client, r *events.Receipt, id types.MessageID, count int, m *waE2E.Message) bool {
	pause := resendPause
	for try := 1; ; try++ {
		err := o.resendOnce(c, r, id, count, m)
		if err == nil {
			return true
		}
		o.log.Warn("message not sent again", "id", id, "error", mask(err))
		if o.up.Load() != c || try >= resendTries && !ofDatabase(err) {
			return errors.Is(err, errRefused)
		}
		if errors.Is(err, errNobody) {
			r = o.follow(r, id)
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-o.ctx.Done():
			timer.Stop()
			return false
		}
		pause = min(2*pause, o.s.timing.RetryMax)
	}
}

// errRefused: WhatsApp does not take a copy. It took the message itself, so this may
// pass, but whatsmeow's own way would fare no better.
var errRefused = errors.New("WhatsApp refused to repeat a message")

// errNobody: WhatsApp has no keys of such a device, or not any more.
var errNobody = errors.New("no keys of the device")

// follow gives a receipt the address that its sender has by now: a LID may have
// changed since it asked.
func (o *owner) follow(r *events.Receipt, id types.MessageID) *events.Receipt {
	if r.Sender.Server != types.HiddenUserServer || r.IsFromMe || r.IsGroup {
		return r
	}
	_, chat, err := o.s.inbox.Recall(o.ctx, o.id, schema.MessageID(id))
	if err != nil {
		return r
	}
	lid := o.now(chat)
	if lid.IsEmpty() {
		return r
	}
	moved := *r
	moved.Chat = lid.ToNonAD()
	lid.Device = r.Sender.Device
	moved.Sender = lid
	return &moved
}

// copying are the messages that copies are on their way of. whatsmeow knows
// WhatsApp's word by the message's id alone, so the copies for two devices, such
// as the customer's phone and the account's own, go one after the other.
type copying struct {
	mu   sync.Mutex
	busy map[types.MessageID]chan struct{} // closed when the copy's end is known
}

// begin waits until no other copy is on its way; false: ctx ended before.
func (y *copying) begin(ctx context.Context, id types.MessageID) (end func(), ok bool) {
	for {
		y.mu.Lock()
		other := y.busy[id]
		if other == nil {
			done := make(chan struct{})
			if y.busy == nil {
				y.busy = map[types.MessageID]chan struct{}{}
			}
			y.busy[id] = done
			y.mu.Unlock()
			return func() {
				y.mu.Lock()
				defer y.mu.Unlock()
				delete(y.busy, id)
				close(done)
			}, true
		}
		y.mu.Unlock()
		select {
		case <-other:
		case <-ctx.Done():
			return nil, false
		}
	}
}

// resendOnce seals and sends a copy in a send's turn, then waits for WhatsApp's
// word on it: the device asks once, so a copy that does not arrive is a message
// that is lost.
func (o *owner) resendOnce(c *whatsmeow.Client, r *events.Receipt, id types.MessageID, count int, m *waE2E.Message) error {
	end, ok := o.copies.begin(o.ctx, id)
	if !ok {
		return o.ctx.Err()
	}
	defer end()
	ctx, cancel := context.WithTimeout(o.ctx, 2*o.s.timing.Ack) // a send before it may wait for a lost word
	defer cancel()
	select {
	case o.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	//lint:ignore SA1019 whatsmeow offers no other way to send a stanza of one's own
	lent := c.DangerousInternals()
	word := lent.WaitResponse(id) // whatsmeow forgets it with the word or the connection
	stanza, err := retryStanza(ctx, c, r, id, count, m)
	if err == nil {
		err = lent.SendNode(ctx, stanza)
	}
	<-o.turn
	if err != nil {
		return err
	}
	timer := time.NewTimer(o.s.timing.Ack)
	defer timer.Stop()
	select {
	case ack := <-word:
		return repeated(ack)
	case <-timer.C:
		return errors.New("no word from WhatsApp")
	case <-o.ctx.Done():
		return o.ctx.Err()
	}
}

// repeated reads WhatsApp's word on a copy.
func repeated(ack *waBinary.Node) error {
	code := ack.AttrGetter().OptionalInt("error")
	switch {
	case ack.Tag != "ack": // the connection ended
		return bridge.ErrOffline
	case code != 0 && passing(code):
		return fmt.Errorf("%w %d", whatsmeow.ErrServerReturnedError, code)
	case code != 0:
		return fmt.Errorf("%w: %d", errRefused, code)
	}
	return nil
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
		return waBinary.Node{}, errNobody
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
	if poll(m) {
		attrs["type"] = "poll"
		content = append(content, waBinary.Node{Tag: "meta", Attrs: waBinary.Attrs{"polltype": "creation"}})
	}
	if r.IsGroup {
		attrs["to"], attrs["participant"] = r.Chat, r.Sender
	} else {
		attrs["to"], attrs["device_fanout"] = r.Sender, false
		if r.IsFromMe {
			attrs["recipient"] = r.Chat
		}
	}
	if native(m) {
		content = append(content, bizNode())
	}
	return waBinary.Node{Tag: "message", Attrs: attrs, Content: content}, nil
}
