package sandbox

import (
	"errors"
	"strconv"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"

	"github.com/nodeline/nodeline/sidecar/sandbox/chat"
	"github.com/nodeline/nodeline/sidecar/sandbox/signal"
)

// maxAttempts is how often a phone asks for a message that it cannot read
// (rests on whatsmeow's sendRetryReceipt, which stops at five).
const maxAttempts = 4

const noteWaiting = "Waiting for this message. It could not be decrypted, and the sender was asked for another copy."

// receive handles what the server has for the phone, in order. A device that
// was unlinked since it wrote is still read: its keys are the phone's own affair.
func (p *Phone) receive(s stanza) {
	jid := attrJID(&s, "from")
	a := p.account.net.account(jid)
	if a == nil {
		return // from the server itself: phones need none of it
	}
	from := a.device(jid.Device)
	if from == nil {
		from = &Device{account: a, id: jid.Device}
	}
	switch s.Tag {
	case "message":
		p.receiveMessage(from, &s)
	case "receipt":
		p.receiveReceipt(from, &s)
	}
}

func (p *Phone) receiveMessage(from *Device, s *stanza) {
	id, sender := attr(s, "id"), from.account.pn.User
	var opened *waE2E.Message
	for _, sealed := range s.GetChildrenByTag("enc") {
		message, err := p.open(from, &sealed)
		switch {
		case err == nil:
			opened = message
		case errors.Is(err, signal.ErrRepeated) || p.book.Knows(sender, id):
			p.repeat(from, s)
			return
		default:
			p.account.net.log.Debug("phone cannot read a message", "phone", p.Number(), "id", id, "error", err)
			p.askAgain(from, s)
			return
		}
	}
	if opened == nil {
		return
	}
	p.forgetAttempts(id)
	if attr(s, "category") == "peer" {
		p.answerPeer(from, id, opened)
		return
	}
	// A phone drops a message whose id it has seen, whatever it says.
	if p.book.Seen(sender, id) {
		p.repeat(from, s)
		return
	}
	p.show(from, s, opened)
	p.confirm(from, s)
}

func (p *Phone) open(from *Device, sealed *stanza) (*waE2E.Message, error) {
	raw, _ := sealed.Content.([]byte)
	plain, err := p.signal.Decrypt(from.signal(), signal.Form(attr(sealed, "type")), raw)
	if err != nil {
		return nil, err
	}
	message := &waE2E.Message{}
	if err := proto.Unmarshal(plain, message); err != nil {
		return nil, err
	}
	return message, nil
}

// repeat counts a message that came before; the sender is told again that it arrived.
func (p *Phone) repeat(from *Device, s *stanza) {
	p.repeats.Add(1)
	p.account.net.updates.publish(Update{Kind: UpdatePhone, Phone: p.Number()})
	p.confirm(from, s)
}

// confirm sends the delivery receipt. Copies of own messages need none.
func (p *Phone) confirm(from *Device, s *stanza) {
	if from.account == p.account {
		return
	}
	p.account.net.routeReceipt(p.device, &stanza{Tag: "receipt", Attrs: attrs{"id": attr(s, "id"), "to": attrJID(s, "from")}})
}

// chatOf is whose chat a message belongs to.
func (p *Phone) chatOf(from *Device, s *stanza) *account {
	if from.account != p.account {
		return from.account
	}
	return p.account.net.account(attrJID(s, "recipient"))
}

func (p *Phone) show(from *Device, s *stanza, message *waE2E.Message) {
	peer := p.chatOf(from, s)
	if peer == nil || peer == p.account {
		return
	}
	mine := from.account == p.account
	lenient := !p.account.net.rules.get().ButtonsNeedBiz
	content := chat.Render(message, lenient || hasFullNativeFlow(s))
	if content.Silent {
		p.amend(peer, content)
		return
	}
	status := chat.StatusDelivered
	if mine {
		status = chat.StatusSent
	}
	id := attr(s, "id")
	original := message
	if inner := message.GetDeviceSentMessage().GetMessage(); inner != nil {
		original = inner
	}
	p.book.Put(p.bubble(peer, id, mine, content, status), original)
	if content.Kind == chat.KindAnswer && content.QuotedID != "" {
		p.book.Update(peer.e164(), content.QuotedID, func(m *Message) { m.Answered = content.Answer })
	}
	p.note(UpdateMessage, peer.e164(), id)
}

// amend applies an edit or a deletion to the message that it names.
func (p *Phone) amend(peer *account, c chat.Content) {
	id := c.Edits
	change := func(m *Message) { m.Body = c.Body }
	if c.Revokes != "" {
		id = c.Revokes
		change = func(m *Message) {
			m.Kind, m.Header, m.Body, m.Footer, m.Buttons, m.Note = chat.KindUnsupported, "", "", "", []Button{}, c.Note
		}
	}
	if id != "" && p.book.Update(peer.e164(), id, change) {
		p.note(UpdateMessage, peer.e164(), id)
	}
}

// askAgain shows that a message waits and asks its sender for another copy; from
// the second time on with fresh keys (rests on whatsmeow's sendRetryReceipt).
func (p *Phone) askAgain(from *Device, s *stanza) {
	id := attr(s, "id")
	p.mu.Lock()
	if p.attempts == nil {
		p.attempts = map[string]int{}
	}
	p.attempts[id]++
	count := p.attempts[id]
	p.mu.Unlock()
	if peer := p.chatOf(from, s); peer != nil && peer != p.account && attr(s, "category") != "peer" {
		waiting := chat.Content{Kind: chat.KindUnsupported, Note: noteWaiting}
		p.book.Put(p.bubble(peer, id, from.account == p.account, waiting, chat.StatusDelivered), nil)
		p.note(UpdateMessage, peer.e164(), id)
	}
	if count > maxAttempts {
		return
	}
	bundle, err := p.signal.Bundle()
	if err != nil {
		p.account.net.log.Error("make bundle", "error", err)
		return
	}
	registration, keys := bundleStanzas(bundle)
	content := []stanza{
		{Tag: "retry", Attrs: attrs{"count": strconv.Itoa(count), "id": id, "t": attr(s, "t"), "v": "1"}},
		registration,
	}
	if count > 1 {
		content = append(content, stanza{Tag: "keys", Content: keys})
	}
	out := stanza{Tag: "receipt", Attrs: attrs{"id": id, "to": attrJID(s, "from"), "type": "retry", "t": unix(p.now())}, Content: content}
	if recipient, ok := s.Attrs["recipient"]; ok {
		out.Attrs["recipient"] = recipient
	}
	p.account.net.routeReceipt(p.device, &out)
}

func (p *Phone) forgetAttempts(id string) {
	p.mu.Lock()
	delete(p.attempts, id)
	p.mu.Unlock()
}

// receiveReceipt moves ticks on, or sends a message again.
func (p *Phone) receiveReceipt(from *Device, s *stanza) {
	kind := attr(s, "type")
	if kind == "retry" {
		if err := p.sendAgain(from, s); err != nil {
			p.account.net.log.Debug("phone cannot send again", "error", err)
		}
		return
	}
	var status chat.Status
	switch kind {
	case "":
		status = chat.StatusDelivered
	case "read", "played":
		status = chat.StatusRead
	default:
		return // "inactive" among others: phones draw no tick for it
	}
	ids := []string{attr(s, "id")}
	list, _ := child(s, "list")
	for _, item := range list.GetChildrenByTag("item") {
		ids = append(ids, attr(&item, "id"))
	}
	for _, id := range p.book.Raise(from.account.e164(), ids, status) {
		p.note(UpdateStatus, from.account.e164(), id)
	}
}
