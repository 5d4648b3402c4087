package line

import (
	"errors"
	"fmt"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// decorate puts a quote, mentions, a link's card and the mark of a forwarded message
// where WhatsApp has them: in the context of whatever the message is.
func decorate(message *waE2E.Message, c bridge.Content) error {
	if c.Quote == nil && len(c.Mentions) == 0 && c.Preview == nil && c.Forwarded == nil {
		return nil
	}
	if message.Conversation != nil { // which has no context
		message.ExtendedTextMessage = &waE2E.ExtendedTextMessage{Text: message.Conversation}
		message.Conversation = nil
	}
	info, err := contextFor(message)
	if err != nil {
		return err
	}
	if c.Quote != nil {
		if err := setQuote(info, *c.Quote); err != nil {
			return err
		}
	}
	info.MentionedJID = c.Mentions
	if c.Forwarded != nil {
		info.IsForwarded = proto.Bool(true)
		info.ForwardingScore = proto.Uint32(info.GetForwardingScore() + 1)
	}
	if text := message.ExtendedTextMessage; c.Preview != nil && text != nil {
		text.MatchedText, text.Title = proto.String(c.Preview.URL), proto.String(c.Preview.Title)
		text.PreviewType = waE2E.ExtendedTextMessage_NONE.Enum()
		if c.Preview.Description != "" {
			text.Description = proto.String(c.Preview.Description)
		}
	}
	return nil
}

// contextFor gives the context of the message's one part that has a place for it.
func contextFor(message *waE2E.Message) (info *waE2E.ContextInfo, err error) {
	err = errors.New("this kind of message has no context")
	message.ProtoReflect().Range(func(field protoreflect.FieldDescriptor, value protoreflect.Value) bool {
		if field.Kind() != protoreflect.MessageKind || field.IsList() || field.IsMap() {
			return true
		}
		inner := value.Message()
		f := inner.Descriptor().Fields().ByName("contextInfo")
		if f == nil || f.Message().FullName() != (&waE2E.ContextInfo{}).ProtoReflect().Descriptor().FullName() {
			return true
		}
		info, err = inner.Mutable(f).Message().Interface().(*waE2E.ContextInfo), nil
		return false
	})
	return info, err
}

func setQuote(info *waE2E.ContextInfo, q bridge.Quote) error {
	info.StanzaID, info.Participant = proto.String(string(q.ID)), proto.String(q.From)
	if q.Chat != "" {
		info.RemoteJID = proto.String(q.Chat)
	}
	quoted := &waE2E.Message{Conversation: proto.String(q.Text)}
	if q.Payload != nil {
		var err error
		if quoted, err = bare(q.Payload); err != nil {
			return fmt.Errorf("read quoted message: %w", err)
		}
	}
	info.QuotedMessage = quoted
	return nil
}

// bare reads a message as it can stand in another one: without what it quotes, its
// mentions and its secrets.
func bare(payload []byte) (*waE2E.Message, error) {
	message := &waE2E.Message{}
	if err := proto.Unmarshal(payload, message); err != nil {
		return nil, err
	}
	message.MessageContextInfo = nil
	if info, err := contextFor(message); err == nil {
		score, forwarded := info.ForwardingScore, info.IsForwarded
		proto.Reset(info)
		info.ForwardingScore, info.IsForwarded = score, forwarded
	}
	return message, nil
}

// forwardedMessage is a message as it is sent on.
func forwardedMessage(payload []byte) (*waE2E.Message, error) {
	message, err := bare(payload)
	if err != nil {
		return nil, fmt.Errorf("read forwarded message: %w", err)
	}
	return message, nil
}

// Kind implements bridge.Sessions.
func (s *Sessions) Kind(payload []byte) schema.ContentKind {
	message := &waE2E.Message{}
	if err := proto.Unmarshal(payload, message); err != nil {
		return schema.ContentUnsupported
	}
	return kindOf(message)
}

func kindOf(m *waE2E.Message) schema.ContentKind {
	switch {
	case m.Conversation != nil, m.ExtendedTextMessage != nil:
		return schema.ContentText
	case m.InteractiveMessage != nil, m.ButtonsMessage != nil:
		return schema.ContentButton
	case m.ListMessage != nil:
		return schema.ContentList
	case m.ImageMessage != nil:
		return schema.ContentImage
	case m.VideoMessage != nil, m.PtvMessage != nil:
		return schema.ContentVideo
	case m.AudioMessage.GetPTT():
		return schema.ContentVoice
	case m.AudioMessage != nil:
		return schema.ContentAudio
	case m.DocumentMessage != nil, m.DocumentWithCaptionMessage != nil:
		return schema.ContentDocument
	case m.StickerMessage != nil:
		return schema.ContentSticker
	case m.LocationMessage != nil, m.LiveLocationMessage != nil:
		return schema.ContentLocation
	case m.ContactMessage != nil, m.ContactsArrayMessage != nil:
		return schema.ContentContact
	case m.PollCreationMessage != nil, m.PollCreationMessageV2 != nil, m.PollCreationMessageV3 != nil:
		return schema.ContentPoll
	}
	return schema.ContentUnsupported
}

// jid reads an address that bridge keeps as text.
func jid(s string) (types.JID, error) {
	to, err := types.ParseJID(s)
	if err != nil || to.User == "" || !chatServer(to.Server) {
		return to, fmt.Errorf("%q is not the address of a chat", s)
	}
	return to.ToNonAD(), nil
}
