package line

import (
	"time"

	"go.mau.fi/whatsmeow/proto/waCommon"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/proto"

	"github.com/nodeline/nodeline/sidecar/bridge"
)

// changeMessage makes a message about another one. whatsmeow sets the attribute
// that such a stanza needs by itself (getEditAttribute).
func changeMessage(c bridge.Content) (*waE2E.Message, error) {
	now := proto.Int64(time.Now().UnixMilli())
	switch {
	case c.Reaction != nil:
		key, err := keyOf(c.Reaction.Target)
		return &waE2E.Message{ReactionMessage: &waE2E.ReactionMessage{
			Key: key, Text: proto.String(c.Reaction.Emoji), SenderTimestampMS: now,
		}}, err
	case c.Revoke != nil:
		key, err := keyOf(c.Revoke.Target)
		return &waE2E.Message{ProtocolMessage: &waE2E.ProtocolMessage{
			Type: waE2E.ProtocolMessage_REVOKE.Enum(), Key: key,
		}}, err
	}
	key, err := keyOf(c.Edit.Target)
	return &waE2E.Message{EditedMessage: &waE2E.FutureProofMessage{Message: &waE2E.Message{
		ProtocolMessage: &waE2E.ProtocolMessage{
			Key: key, Type: waE2E.ProtocolMessage_MESSAGE_EDIT.Enum(),
			EditedMessage: &waE2E.Message{Conversation: proto.String(c.Edit.Text)}, TimestampMS: now,
		},
	}}}, err
}

// keyOf names a message as WhatsApp does; whose it is in a group has to be said.
func keyOf(t bridge.Target) (*waCommon.MessageKey, error) {
	chat, err := jid(t.Chat)
	if err != nil {
		return nil, err
	}
	key := &waCommon.MessageKey{FromMe: proto.Bool(t.FromMe), ID: proto.String(string(t.ID)), RemoteJID: proto.String(chat.String())}
	if chat.Server == types.GroupServer && !t.FromMe {
		from, err := jid(t.From)
		if err != nil {
			return nil, err
		}
		key.Participant = proto.String(from.String())
	}
	return key, nil
}
