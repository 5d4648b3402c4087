package sandbox

import (
	"errors"
	"strings"

	"go.mau.fi/whatsmeow/proto/waCommon"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"

	"github.com/nodeline/nodeline/sidecar/sandbox/chat"
)

// What a person does with messages that are there: edits, deletes, reacts, plays;
// and calls.

var (
	errNotOwn  = errors.New("only who wrote a message may do this")
	errNotText = errors.New("only a text or a caption can be edited")
	errOwn     = errors.New("this phone wrote the message itself")
)

// reach finds a message of a chat and names it as messages about it do.
//
// Rests on whatsmeow's BuildMessageKey.
func (p *Phone) reach(with, id string) (r room, m Message, key *waCommon.MessageKey, err error) {
	if r, err = p.room(with); err != nil {
		return r, m, nil, err
	}
	m, _, ok := p.book.Get(r.key(), id)
	if !ok {
		return r, m, nil, errNoMessage
	}
	key = &waCommon.MessageKey{ID: &id, FromMe: &m.FromMe, RemoteJID: proto.String(p.address(r).String())}
	if r.group != nil && !m.FromMe {
		key.Participant = proto.String(p.author(r, m).hidden().String())
	}
	return r, m, key, nil
}

// Edit changes a text or a caption that this phone has written and returns the id of
// the edit.
func (p *Phone) Edit(with, id, text string) (string, error) {
	if err := checkText(text); err != nil {
		return "", err
	}
	r, m, key, err := p.reach(with, id)
	switch {
	case err != nil:
		return "", err
	case !m.FromMe:
		return "", errNotOwn
	}
	edited := &waE2E.Message{Conversation: &text}
	if m.Kind != chat.KindText {
		_, original, _ := p.book.Get(r.key(), id)
		if edited = recaptioned(original, text); edited == nil {
			return "", errNotText
		}
	}
	return p.write(with, &waE2E.Message{EditedMessage: &waE2E.FutureProofMessage{Message: &waE2E.Message{ProtocolMessage: &waE2E.ProtocolMessage{
		Type: waE2E.ProtocolMessage_MESSAGE_EDIT.Enum(), Key: key, TimestampMS: proto.Int64(p.now().UnixMilli()),
		EditedMessage: edited}}}})
}

// recaptioned is a file's message with another caption; nil for what has none.
func recaptioned(m *waE2E.Message, caption string) *waE2E.Message {
	m = proto.CloneOf(m)
	a, _, _, _ := chat.Attachment(m)
	switch a := a.(type) {
	case *waE2E.ImageMessage:
		a.Caption = &caption
	case *waE2E.VideoMessage:
		a.Caption = &caption
	case *waE2E.DocumentMessage:
		a.Caption = &caption
	default:
		return nil
	}
	return m
}

// Delete deletes a message for everyone and returns the id of the deletion. It is
// this phone's own, or one of a group that the phone is an admin of.
func (p *Phone) Delete(with, id string) (string, error) {
	r, m, key, err := p.reach(with, id)
	switch {
	case err != nil:
		return "", err
	case !m.FromMe && (r.group == nil || !r.group.admin(p.account)):
		return "", errNotOwn
	}
	return p.write(with, &waE2E.Message{ProtocolMessage: &waE2E.ProtocolMessage{Type: waE2E.ProtocolMessage_REVOKE.Enum(), Key: key}})
}

// React puts an emoji on a message, or takes it off ("") and returns the id of that.
func (p *Phone) React(with, id, emoji string) (string, error) {
	_, m, key, err := p.reach(with, id)
	switch {
	case err != nil:
		return "", err
	case !m.Visible:
		return "", errHidden
	}
	emoji = strings.TrimSpace(emoji)
	return p.write(with, &waE2E.Message{ReactionMessage: &waE2E.ReactionMessage{Key: key, Text: &emoji, SenderTimestampMS: proto.Int64(p.now().UnixMilli())}})
}

// Play tells who wrote a message that it was played, as phones do of voice notes.
func (p *Phone) Play(with, id string) error {
	r, m, _, err := p.reach(with, id)
	switch {
	case err != nil:
		return err
	case m.FromMe:
		return errOwn
	}
	s := stanza{Tag: "receipt", Attrs: attrs{"id": id, "to": p.address(r), "type": "played", "t": unix(p.now())}}
	if r.group != nil {
		s.Attrs["participant"] = p.author(r, m).hidden()
	}
	p.do(func() { p.account.net.routeReceipt(p.device, &s) })
	return nil
}

// What KindNotice says of calls.
const (
	noticeCall  = "call"
	noticeVideo = "video"
)

// Call calls a number and returns the call's id. Nobody answers.
//
// Rests on whatsmeow's handleCallEvent. What phones exchange about sound and
// pictures is left out.
func (p *Phone) Call(to string, video bool) (string, error) {
	if !p.Online() {
		return "", errOffline
	}
	peer, err := p.peer(to)
	if err != nil {
		return "", err
	}
	offer := stanza{Tag: "offer", Attrs: attrs{"call-id": messageID(), "call-creator": p.account.hidden(), "caller_pn": p.account.pn},
		Content: []stanza{{Tag: "audio", Attrs: attrs{"enc": "opus", "rate": "16000"}}}}
	if video {
		offer.Content = append(offer.GetChildren(), stanza{Tag: "video", Attrs: attrs{"enc": "vp8"}})
	}
	s := stanza{Tag: "call", Attrs: attrs{"id": p.account.net.nextID(), "from": p.account.hidden(), "t": unix(p.now()),
		"platform": "android", "version": "2.26.1", "notify": p.Name()}, Content: []stanza{offer}}
	for _, d := range peer.all() {
		d.deliver(s)
	}
	p.drawCall(p.account, room{peer: peer}, &s)
	return attr(&offer, "call-id"), nil
}

// drawCall shows a call in the chat with the other side.
func (p *Phone) drawCall(by *account, r room, s *stanza) {
	_, offer := firstChild(s)
	c := chat.Content{Kind: chat.KindNotice, Body: noticeCall, Visible: true}
	if _, video := child(offer, "video"); video {
		c.Body = noticeVideo
	}
	p.book.Put(p.bubble(r, by, attr(offer, "call-id"), c, chat.StatusRead), nil)
	p.note(UpdateMessage, r.key(), attr(offer, "call-id"))
}
