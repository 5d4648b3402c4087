package sandbox

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/proto"

	"github.com/nodeline/nodeline/sidecar/sandbox/chat"
	"github.com/nodeline/nodeline/sidecar/sandbox/signal"
)

// keptSent is how many sent messages a phone can send again when asked.
const keptSent = 256

// sentCopy is a message that was sent, for devices that could not read it.
type sentCopy struct {
	id    string
	room  room // none for a peer message, which goes to own devices
	kind  string
	plain []byte
	own   []byte // as own devices get it
}

// messageID is an id as phones make them.
func messageID() string { return "3A" + strings.ToUpper(randomHex(9)) }

// quote refers to a message of the chat with a number.
func (p *Phone) quote(with, id string) (*waE2E.ContextInfo, error) {
	r, err := p.room(with)
	if err != nil {
		return nil, err
	}
	m, original, ok := p.book.Get(r.key(), id)
	if !ok {
		return nil, errNoMessage
	}
	author := p.author(r, m)
	if original == nil {
		original = &waE2E.Message{Conversation: &m.Body}
	}
	return &waE2E.ContextInfo{StanzaID: &id, Participant: proto.String(p.named(r, author).String()), QuotedMessage: original}, nil
}

// tapped is what a phone sends for a tapped quick_reply button, or for a list's row.
//
// Rests on tulir/whatsmeow pull request 1235: a tap comes back as an
// InteractiveResponseMessage whose parameters hold the button's id; for lists on
// reports of peers, who name it menu_options.
func tapped(name string, b Button, context *waE2E.ContextInfo) *waE2E.Message {
	params, err := json.Marshal(struct {
		ID   string `json:"id"`
		Text string `json:"display_text"`
	}{b.ID, b.Text})
	if err != nil {
		params = []byte("{}") // two strings always encode
	}
	return &waE2E.Message{InteractiveResponseMessage: &waE2E.InteractiveResponseMessage{
		Body: &waE2E.InteractiveResponseMessage_Body{Text: &b.Text, Format: waE2E.InteractiveResponseMessage_Body_DEFAULT.Enum()},
		InteractiveResponseMessage: &waE2E.InteractiveResponseMessage_NativeFlowResponseMessage_{
			NativeFlowResponseMessage: &waE2E.InteractiveResponseMessage_NativeFlowResponseMessage{
				Name: proto.String(name), ParamsJSON: proto.String(string(params)), Version: proto.Int32(3),
			},
		},
		ContextInfo: context,
	}}
}

// addressOf is an account's address in the namespace that the phone writes in.
func (p *Phone) addressOf(a *account) types.JID {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.numbers {
		return a.pn
	}
	return a.hidden()
}

// write puts a message into a chat and sends it, now or when the phone is online.
func (p *Phone) write(to string, message *waE2E.Message) (string, error) {
	r, err := p.room(to)
	if err != nil {
		return "", err
	}
	id := messageID()
	content := chat.Render(message, true)
	if content.Silent {
		p.amend(r, p.account, content)
	} else {
		p.book.Put(p.bubble(r, p.account, id, content, chat.StatusPending), message)
	}
	p.note(UpdateMessage, r.key(), id)
	p.do(func() {
		if err := p.transmit(r, id, message); err != nil {
			p.account.net.log.Warn("phone could not send", "error", err)
			p.book.Update(r.key(), id, func(m *Message) { m.Note = err.Error() })
		}
		p.note(UpdateStatus, r.key(), id)
	})
	return id, nil
}

// author is who wrote a message of a room.
func (p *Phone) author(r room, m Message) *account {
	switch other := p.account.net.Phone(m.From); {
	case m.FromMe:
		return p.account
	case r.group != nil && other != nil:
		return other.account
	case r.group != nil:
		return p.account
	}
	return r.peer
}

// bubble is a message of an account as a room shows it.
func (p *Phone) bubble(r room, from *account, id string, c chat.Content, status chat.Status) Message {
	m := Message{
		ID: id, Chat: r.key(), From: from.e164(), FromMe: from == p.account, At: p.now(), Kind: c.Kind,
		Header: c.Header, Body: p.withNames(c.Body, c.Mentions), Footer: c.Footer, Buttons: c.Buttons, Answered: c.Answer,
		ListButton: c.ListButton, Multiple: c.Multiple, File: c.File,
		Place: c.Place, Contacts: c.Contacts, Preview: c.Preview, Forwarded: c.Forwarded,
		Status: status, Visible: c.Visible, Note: c.Note,
		Reactions: []chat.Reaction{},
	}
	if m.Buttons == nil {
		m.Buttons = []Button{}
	}
	if c.QuotedID != "" {
		m.Quoted = &chat.Quote{ID: c.QuotedID, Text: c.QuotedText}
		if quoted, _, ok := p.book.Get(r.key(), c.QuotedID); ok {
			m.Quoted.Text, m.Quoted.FromMe = quoted.Body, quoted.FromMe
		}
	}
	return m
}

// stanzaKind is a message's "type" and its sealed parts' "mediatype" (rests on
// whatsmeow's getTypeFromMessage and getMediaTypeFromMessage).
func stanzaKind(m *waE2E.Message) (kind, media string) {
	if m.ReactionMessage != nil {
		return "reaction", ""
	}
	if m.InteractiveResponseMessage != nil {
		return "media", "native_flow_response"
	}
	if m.PollUpdateMessage != nil {
		return "poll", ""
	}
	if m.ContactMessage != nil {
		return "media", "vcard"
	}
	if _, f, _, _ := chat.Attachment(m); f.Kind != "" {
		if f.Kind == "voice" {
			f.Kind = "ptt"
		}
		return "media", f.Kind
	}
	return "text", ""
}

// editing marks what changes another message (rests on whatsmeow's getEditAttribute).
func editing(m *waE2E.Message, more attrs) attrs {
	switch c := chat.Render(m, true); {
	case c.Edits != "":
		more["edit"] = string(types.EditAttributeMessageEdit)
	case c.Revokes != "":
		more["edit"] = string(types.EditAttributeSenderRevoke)
		if !m.GetProtocolMessage().GetKey().GetFromMe() {
			more["edit"] = string(types.EditAttributeAdminRevoke)
		}
	case c.Reacts != "" && c.Emoji == "":
		more["edit"] = string(types.EditAttributeSenderRevoke)
	}
	return more
}

// transmit seals a message for every device of both sides and hands it to the server.
func (p *Phone) transmit(r room, id string, message *waE2E.Message) error {
	p.sending.Lock()
	defer p.sending.Unlock()
	if r.group != nil {
		return p.transmitGroup(r.group, id, message)
	}
	peer := r.peer
	chatJID := p.addressOf(peer)
	plain, err := proto.Marshal(message)
	if err != nil {
		return fmt.Errorf("encode message: %w", err)
	}
	own, err := proto.Marshal(&waE2E.Message{DeviceSentMessage: &waE2E.DeviceSentMessage{DestinationJID: proto.String(chatJID.String()), Message: message}})
	if err != nil {
		return fmt.Errorf("encode message: %w", err)
	}
	kind, media := stanzaKind(message)
	p.remember(sentCopy{id: id, room: r, kind: kind, plain: plain, own: own})
	var list []stanza
	for _, d := range append(peer.all(), p.account.companions()...) {
		body := plain
		if d.account == p.account {
			body = own
		}
		sealed, err := p.seal(d, body)
		if err != nil {
			return fmt.Errorf("seal message: %w", err)
		}
		if media != "" {
			sealed.Attrs["mediatype"] = media
		}
		list = append(list, stanza{Tag: "to", Attrs: attrs{"jid": d.as(chatJID)}, Content: []stanza{sealed}})
	}
	// Raised first: the other side's receipt may come before routing returns.
	p.book.Raise(peer.e164(), []string{id}, chat.StatusSent)
	content := []stanza{{Tag: "participants", Content: list}}
	if kind == "poll" {
		content = append(content, stanza{Tag: "meta", Attrs: attrs{"polltype": "vote"}})
	}
	code := p.account.net.routeMessage(p.device, &stanza{Tag: "message", Attrs: editing(message, attrs{"id": id, "to": chatJID, "type": kind}), Content: content})
	if code != 0 {
		p.book.Update(peer.e164(), id, func(m *Message) { m.Status = chat.StatusPending })
		return fmt.Errorf("the network refused the message: %d", code)
	}
	// Writing to someone makes them a trusted contact, once.
	if peer.knows(p.account).token == nil {
		p.account.net.trust(p.account, peer)
	}
	return nil
}

// seal encrypts for one device.
func (p *Phone) seal(d *Device, plain []byte) (stanza, error) {
	form, sealed, err := p.signal.Encrypt(d.signal(), plain, d.takeBundle)
	if err != nil {
		return stanza{}, err
	}
	return stanza{Tag: "enc", Attrs: attrs{"v": "2", "type": string(form)}, Content: sealed}, nil
}

func (p *Phone) remember(c sentCopy) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sent = append(p.sent, c)
	if len(p.sent) > keptSent {
		p.sent = slices.Delete(p.sent, 0, 1)
	}
}

func (p *Phone) remembered(id string) (sentCopy, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range slices.Backward(p.sent) {
		if c.id == id {
			return c, true
		}
	}
	return sentCopy{}, false
}

// sendAgain answers a device that could not read a message. At the first time
// of asking the session is taken to be good; keys in the receipt start a new one.
//
// Rests on whatsmeow's retry.go.
func (p *Phone) sendAgain(d *Device, s *stanza) error {
	retry, _ := child(s, "retry")
	id := attr(&retry, "id")
	if id == "" {
		id = attr(s, "id")
	}
	c, ok := p.remembered(id)
	if !ok {
		return fmt.Errorf("asked again for a message that is not kept")
	}
	p.sending.Lock()
	defer p.sending.Unlock()
	if bundle, ok := retryBundle(s); ok {
		if err := p.signal.Restart(d.signal(), bundle); err != nil {
			return fmt.Errorf("start session anew: %w", err)
		}
	} else if attrInt(&retry, "count") > 1 {
		p.signal.Forget(d.signal())
	}
	if c.room.none() {
		return p.sendPeerCopy(d, c.id, c.plain)
	}
	if c.room.group != nil {
		return p.sendGroupAgain(d, c, attr(&retry, "count"))
	}
	body, to := c.plain, d.as(attrJID(s, "from"))
	if d.account == p.account {
		body = c.own
	}
	sealed, err := p.seal(d, body)
	if err != nil {
		return fmt.Errorf("seal message again: %w", err)
	}
	sealed.Attrs["count"] = attr(&retry, "count")
	again := stanza{Tag: "message", Attrs: attrs{"id": id, "to": to, "type": c.kind, "device_fanout": "false"}, Content: []stanza{sealed}}
	if d.account == p.account {
		again.Attrs["recipient"] = c.room.peer.hidden()
	}
	p.account.net.routeMessage(p.device, &again)
	return nil
}

// retryBundle reads the keys of a retry receipt, where it has them.
func retryBundle(s *stanza) (signal.Bundle, bool) {
	keys, ok := child(s, "keys")
	registration, identity := bytesAt(s, "registration"), bytesAt(&keys, "identity")
	if !ok || len(registration) != 4 || len(identity) != 32 {
		return signal.Bundle{}, false
	}
	signed, _ := child(&keys, "skey")
	key, err := readKey(&signed)
	if err != nil {
		return signal.Bundle{}, false
	}
	b := signal.Bundle{Registration: uint32(registration[0])<<24 | readID(registration[1:]), Identity: [32]byte(identity), Signed: key}
	if once, ok := child(&keys, "key"); ok {
		if key, err := readKey(&once); err == nil {
			b.OneTime = &key
		}
	}
	return b, true
}

// sendRead tells who wrote what was read, in a group each for his own.
func (p *Phone) sendRead(r room, ids []string) {
	if r.group == nil {
		p.sendReadOf(attrs{"to": p.addressOf(r.peer)}, ids)
		return
	}
	by := map[*account][]string{}
	for _, id := range ids {
		if m, _, ok := p.book.Get(r.key(), id); ok {
			author := p.author(r, m)
			by[author] = append(by[author], id)
		}
	}
	for author, own := range by {
		p.sendReadOf(attrs{"to": r.group.jid, "participant": author.hidden()}, own)
	}
}

func (p *Phone) sendReadOf(to attrs, ids []string) {
	s := with(stanza{Tag: "receipt", Attrs: to}, attrs{"id": ids[0], "type": "read", "t": unix(p.now())})
	if len(ids) > 1 {
		items := make([]stanza, len(ids)-1)
		for i, id := range ids[1:] {
			items[i] = stanza{Tag: "item", Attrs: attrs{"id": id}}
		}
		s.Content = []stanza{{Tag: "list", Content: items}}
	}
	p.account.net.routeReceipt(p.device, &s)
}
