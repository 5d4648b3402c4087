package line

import (
	"context"
	"encoding/json"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// incoming reads a message event. ok is false for what is not a message to a
// person: keys, settings, deletions, history, statuses and channels.
func incoming(ctx context.Context, lids store.LIDStore, own types.JID, ownLID types.JID, e *events.Message) (in bridge.Incoming, ok bool) {
	if !chatServer(e.Info.Chat.Server) || !hasContent(e) {
		return in, false
	}
	in = header(ctx, lids, own, ownLID, e.Info)
	c := decode(e.Message)
	if e.IsEdit {
		// An edit changes what was said before; it is no new answer.
		c = content{kind: schema.ContentUnsupported}
	}
	in.Kind, in.Text, in.ButtonID, in.QuotedID = c.kind, c.text, c.button, c.quoted
	if c.kind != schema.ContentText && c.kind != schema.ContentButton && !e.IsEdit {
		// On an error it is nil: the event still says what came.
		in.Payload, _ = proto.Marshal(e.Message)
	}
	if c.kind == schema.ContentUnsupported && !e.IsEdit {
		attach(&in, e)
		place(&in, e.Message)
	}
	return in, true
}

// header fills in who wrote, where and when.
func header(ctx context.Context, lids store.LIDStore, own types.JID, ownLID types.JID, info types.MessageInfo) bridge.Incoming {
	in := bridge.Incoming{
		ID:     schema.MessageID(info.ID),
		FromMe: info.IsFromMe,
		Group:  info.IsGroup,
		At:     info.Timestamp,
	}
	if !info.IsFromMe {
		in.Name = info.PushName
	}
	switch {
	case info.IsGroup:
		in.Chat = address(ctx, nil, info.Chat, types.EmptyJID)
		in.From = address(ctx, lids, info.Sender, info.SenderAlt)
	case info.IsFromMe:
		in.Chat = address(ctx, lids, info.Chat, info.RecipientAlt)
		in.From = schema.Address{Phone: phoneOf(own), LID: lidOf(ownLID), JID: info.Sender.ToNonAD().String()}
	default:
		in.Chat = address(ctx, lids, info.Chat, info.SenderAlt)
		in.From = address(ctx, lids, info.Sender, info.SenderAlt)
	}
	return in
}

// chatServer reports whether people talk there: not statuses, broadcasts or channels.
func chatServer(server string) bool {
	switch server {
	case types.DefaultUserServer, types.HiddenUserServer, types.GroupServer:
		return true
	}
	return false
}

// service names the parts of a message that carry no words of a person.
var service = map[protoreflect.Name]bool{
	"messageContextInfo":                         true,
	"senderKeyDistributionMessage":               true,
	"fastRatchetKeySenderKeyDistributionMessage": true,
	"protocolMessage":                            true,
	"messageHistoryBundle":                       true,
	"messageHistoryNotice":                       true,
	"rootSecretDistributeMessage":                true,
	"groupRootKeyShare":                          true,
	"stickerSyncRmrMessage":                      true,
	"deviceSentMessage":                          true,
	"placeholderMessage":                         true,
}

func hasContent(e *events.Message) bool {
	if e.IsEdit {
		return true
	}
	if e.Message == nil || e.Info.Category == "peer" {
		return false
	}
	found := false
	e.Message.ProtoReflect().Range(func(field protoreflect.FieldDescriptor, _ protoreflect.Value) bool {
		found = !service[field.Name()]
		return !found
	})
	return found || len(e.Message.ProtoReflect().GetUnknown()) > 0
}

// content is what somebody said.
type content struct {
	kind   schema.ContentKind
	text   string
	button string // id of the tapped button
	quoted schema.MessageID
}

// decode reads each form that a text, a choice or a vote can have; what a vote holds is sealed. Anything else is
// unsupported, and keeps what it quotes.
func decode(m *waE2E.Message) content {
	switch {
	case m.Conversation != nil:
		return content{kind: schema.ContentText, text: m.GetConversation()}
	case m.ExtendedTextMessage != nil:
		t := m.GetExtendedTextMessage()
		return content{schema.ContentText, t.GetText(), "", quoted(t.GetContextInfo())}
	case m.InteractiveResponseMessage != nil:
		return decodeNativeTap(m.GetInteractiveResponseMessage())
	case m.ButtonsResponseMessage != nil:
		r := m.GetButtonsResponseMessage()
		return content{schema.ContentButton, r.GetSelectedDisplayText(), r.GetSelectedButtonID(), quoted(r.GetContextInfo())}
	case m.TemplateButtonReplyMessage != nil:
		r := m.GetTemplateButtonReplyMessage()
		return content{schema.ContentButton, r.GetSelectedDisplayText(), r.GetSelectedID(), quoted(r.GetContextInfo())}
	case m.ListResponseMessage != nil:
		r := m.GetListResponseMessage()
		return content{schema.ContentList, r.GetTitle(), r.GetSingleSelectReply().GetSelectedRowID(), quoted(r.GetContextInfo())}
	case m.PollUpdateMessage.GetVote() != nil:
		return content{kind: schema.ContentVote, quoted: schema.MessageID(m.GetPollUpdateMessage().GetPollCreationMessageKey().GetID())}
	default:
		if p := pollOf(m); p != nil {
			return content{schema.ContentPoll, p.GetName(), "", quoted(p.GetContextInfo())}
		}
		return content{kind: schema.ContentUnsupported, quoted: quoted(contextOf(m))}
	}
}

// pollOf finds a poll in any of the forms that it had.
func pollOf(m *waE2E.Message) *waE2E.PollCreationMessage {
	for _, p := range []*waE2E.PollCreationMessage{m.PollCreationMessage, m.PollCreationMessageV2, m.PollCreationMessageV3} {
		if p != nil {
			return p
		}
	}
	return nil
}

// menuOptions is the name under which phones answer a single_select.
const menuOptions = "menu_options"

func decodeNativeTap(r *waE2E.InteractiveResponseMessage) content {
	flow := r.GetNativeFlowResponseMessage()
	if flow == nil {
		return content{kind: schema.ContentUnsupported, quoted: quoted(r.GetContextInfo())}
	}
	c := content{kind: schema.ContentButton, text: r.GetBody().GetText(), quoted: quoted(r.GetContextInfo())}
	if flow.GetName() == flowList || flow.GetName() == menuOptions {
		c.kind = schema.ContentList
	}
	var params quickReply
	// Other native flows (a form, a payment) have parameters of their own.
	if err := json.Unmarshal([]byte(flow.GetParamsJSON()), &params); err != nil || params.ID == "" {
		c.kind = schema.ContentUnsupported
		return c
	}
	c.button = params.ID
	if c.text == "" {
		c.text = params.Text
	}
	return c
}

func quoted(info *waE2E.ContextInfo) schema.MessageID {
	return schema.MessageID(info.GetStanzaID())
}

// contextOf finds the quotation of a message whose form is not read here.
func contextOf(m *waE2E.Message) *waE2E.ContextInfo {
	var info *waE2E.ContextInfo
	m.ProtoReflect().Range(func(field protoreflect.FieldDescriptor, value protoreflect.Value) bool {
		if field.Kind() != protoreflect.MessageKind || field.IsList() || field.IsMap() {
			return true
		}
		inner := value.Message()
		if f := inner.Descriptor().Fields().ByName("contextInfo"); f != nil && inner.Has(f) {
			info, _ = inner.Get(f).Message().Interface().(*waE2E.ContextInfo)
		}
		return info == nil
	})
	return info
}
