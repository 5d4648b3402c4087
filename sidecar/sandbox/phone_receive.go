package sandbox

import (
	"errors"
	"strconv"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/proto"

	"github.com/nodeline/nodeline/sidecar/sandbox/chat"
	"github.com/nodeline/nodeline/sidecar/sandbox/signal"
)

// maxAttempts is how often a phone asks for a message that it cannot read
// (rests on whatsmeow's sendRetryReceipt, which stops at five).
const maxAttempts = 4

const noteHidden = "A real phone shows nothing here: it draws no buttons of linked devices."

const noteWaiting = "Waiting for this message. It could not be decrypted, and the sender was asked for another copy."

// receive handles what the server has for the phone, in order. A device that
// was unlinked since it wrote is still read: its keys are the phone's own affair.
func (p *Phone) receive(s stanza) {
	jid := attrJID(&s, "from")
	if jid.Server == types.GroupServer {
		jid = attrJID(&s, "participant")
	}
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
	case "call":
		p.drawCall(a, room{peer: a}, &s)
	case "notification":
		p.receiveNotice(a, &s)
	}
}

func (p *Phone) receiveMessage(from *Device, s *stanza) {
	id, sender := attr(s, "id"), from.account.pn.User
	var opened *waE2E.Message
	for _, sealed := range s.GetChildrenByTag("enc") {
		message, err := p.open(from, s, &sealed)
		switch {
		case err == nil:
			opened = message
			p.unsealKey(from, message)
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

func (p *Phone) open(from *Device, s, sealed *stanza) (*waE2E.Message, error) {
	raw, _ := sealed.Content.([]byte)
	var plain []byte
	var err error
	if form := signal.Form(attr(sealed, "type")); form == signal.FormGroup {
		plain, err = p.signal.DecryptGroup(attrJID(s, "from").String(), from.signal(), raw)
	} else {
		plain, err = p.signal.Decrypt(from.signal(), form, raw)
	}
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
	p.account.net.routeReceipt(p.device, &stanza{Tag: "receipt", Attrs: answering(s, attrs{})})
}

// answering names the message that a receipt is of.
func answering(s *stanza, more attrs) attrs {
	more["id"], more["to"] = attr(s, "id"), attrJID(s, "from")
	for _, name := range []string{"participant", "recipient"} {
		if value, ok := s.Attrs[name]; ok {
			more[name] = value
		}
	}
	return more
}

// chatOf is the chat that a message belongs to.
func (p *Phone) chatOf(from *Device, s *stanza) room {
	if g := p.account.net.group(attrJID(s, "from")); g != nil {
		return room{group: g}
	}
	if from.account != p.account {
		return room{peer: from.account}
	}
	return room{peer: p.account.net.account(attrJID(s, "recipient"))}
}

func (p *Phone) show(from *Device, s *stanza, message *waE2E.Message) {
	r := p.chatOf(from, s)
	if r.none() || r.peer == p.account {
		return
	}
	mine := from.account == p.account
	lenient := !p.account.net.rules.get().ButtonsNeedBiz
	content := chat.Render(message, lenient || hasFullNativeFlow(s))
	if meta, _ := child(s, "meta"); attr(s, "type") != "poll" || attr(&meta, "polltype") != "creation" {
		content = chat.Untyped(content)
	}
	if hasFullNativeFlow(s) && from.account != p.account && p.account.net.faults.find(Account, FaultHideButtons, p.Number(), 0, nil) != nil {
		content.Visible, content.Note = false, noteHidden
	}
	if vote := chat.VoteOf(message); vote != nil {
		p.count(r, from.account, vote)
		return
	}
	if content.Silent {
		p.amend(r, from.account, content)
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
	p.book.Put(p.bubble(r, from.account, id, content, status), original)
	p.keepFile(original)
	// In a group others' answers are not this phone's.
	if content.Kind == chat.KindAnswer && content.QuotedID != "" && (r.group == nil || mine) {
		p.book.Update(r.key(), content.QuotedID, func(m *Message) { m.Answered = content.Answer })
	}
	p.note(UpdateMessage, r.key(), id)
}

// amend applies an edit, a deletion or a reaction of an account to the message that
// it names. Only who wrote a message edits it; an admin of the group deletes it too.
func (p *Phone) amend(r room, by *account, c chat.Content) {
	id := c.Edits
	change := func(m *Message) {
		if m.From == by.e164() {
			m.Body, m.Edited = c.Body, true
		}
	}
	switch {
	case c.Reacts != "":
		id = c.Reacts
		change = func(m *Message) { m.React(by.e164(), c.Emoji) }
	case c.Revokes != "":
		id = c.Revokes
		change = func(m *Message) {
			if m.From != by.e164() && (r.group == nil || !r.group.admin(by)) {
				return
			}
			m.Kind, m.Header, m.Body, m.Footer, m.Buttons, m.Note = chat.KindUnsupported, "", "", "", []Button{}, c.Note
		}
	}
	if id != "" && p.book.Update(r.key(), id, change) {
		p.note(UpdateMessage, r.key(), id)
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
	if r := p.chatOf(from, s); !r.none() && r.peer != p.account && attr(s, "category") != "peer" {
		waiting := chat.Content{Kind: chat.KindUnsupported, Note: noteWaiting}
		p.book.Put(p.bubble(r, from.account, id, waiting, chat.StatusDelivered), nil)
		p.note(UpdateMessage, r.key(), id)
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
	out := stanza{Tag: "receipt", Attrs: answering(s, attrs{"type": "retry", "t": unix(p.now())}), Content: content}
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
	if kind == "server-error" {
		p.uploadAgain(from, s)
		return
	}
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
	r := room{peer: from.account}
	if g := p.account.net.group(attrJID(s, "from")); g != nil {
		r, ids = room{group: g}, p.reached(g, from.account, ids, status)
	}
	for _, id := range p.book.Raise(r.key(), ids, status) {
		p.note(UpdateStatus, r.key(), id)
	}
}
