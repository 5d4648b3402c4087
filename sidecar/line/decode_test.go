package line

import (
	"context"
	"errors"
	"testing"

	"go.mau.fi/whatsmeow/proto/waCommon"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"

	"github.com/nodeline/nodeline/schema"
)

func quote(id string) *waE2E.ContextInfo { return &waE2E.ContextInfo{StanzaID: proto.String(id)} }

func nativeTap(params string) *waE2E.Message { return nativeChoice("quick_reply", params) }

func nativeChoice(name, params string) *waE2E.Message {
	return &waE2E.Message{InteractiveResponseMessage: &waE2E.InteractiveResponseMessage{
		Body:        &waE2E.InteractiveResponseMessage_Body{Text: proto.String("Да")},
		ContextInfo: quote("Q"),
		InteractiveResponseMessage: &waE2E.InteractiveResponseMessage_NativeFlowResponseMessage_{
			NativeFlowResponseMessage: &waE2E.InteractiveResponseMessage_NativeFlowResponseMessage{
				Name: &name, ParamsJSON: proto.String(params)},
		},
	}}
}

func TestDecode(t *testing.T) {
	for name, c := range map[string]struct {
		message *waE2E.Message
		want    content
	}{
		"text":          {&waE2E.Message{Conversation: proto.String("hi")}, content{schema.ContentText, "hi", "", ""}},
		"empty text":    {&waE2E.Message{Conversation: proto.String("")}, content{schema.ContentText, "", "", ""}},
		"extended text": {&waE2E.Message{ExtendedTextMessage: &waE2E.ExtendedTextMessage{Text: proto.String("2"), ContextInfo: quote("Q")}}, content{schema.ContentText, "2", "", "Q"}},
		"native tap":    {nativeTap(`{"id":"yes"}`), content{schema.ContentButton, "Да", "yes", "Q"}},
		"other flow":    {nativeTap(`{"flow_token":"x"}`), content{schema.ContentUnsupported, "Да", "", "Q"}},
		"broken flow":   {nativeTap(`{`), content{schema.ContentUnsupported, "Да", "", "Q"}},
		"legacy tap": {&waE2E.Message{ButtonsResponseMessage: &waE2E.ButtonsResponseMessage{
			SelectedButtonID: proto.String("b1"), ContextInfo: quote("Q"),
			Response: &waE2E.ButtonsResponseMessage_SelectedDisplayText{SelectedDisplayText: "One"}}}, content{schema.ContentButton, "One", "b1", "Q"}},
		"template tap": {&waE2E.Message{TemplateButtonReplyMessage: &waE2E.TemplateButtonReplyMessage{
			SelectedID: proto.String("t1"), SelectedDisplayText: proto.String("One"), ContextInfo: quote("Q")}}, content{schema.ContentButton, "One", "t1", "Q"}},
		"list row": {&waE2E.Message{ListResponseMessage: &waE2E.ListResponseMessage{
			Title: proto.String("One"), ContextInfo: quote("Q"),
			SingleSelectReply: &waE2E.ListResponseMessage_SingleSelectReply{SelectedRowID: proto.String("r1")}}}, content{schema.ContentList, "One", "r1", "Q"}},
		"native row": {nativeChoice(menuOptions, `{"id":"r1","description":"30 min"}`), content{schema.ContentList, "Да", "r1", "Q"}},
		"poll": {&waE2E.Message{PollCreationMessageV3: &waE2E.PollCreationMessage{Name: proto.String("When?"), ContextInfo: quote("Q")}},
			content{schema.ContentPoll, "When?", "", "Q"}},
		"vote": {&waE2E.Message{PollUpdateMessage: &waE2E.PollUpdateMessage{Vote: &waE2E.PollEncValue{},
			PollCreationMessageKey: &waCommon.MessageKey{ID: proto.String("P")}}}, content{schema.ContentVote, "", "", "P"}},
		"poll closed": {&waE2E.Message{PollUpdateMessage: &waE2E.PollUpdateMessage{}}, content{schema.ContentUnsupported, "", "", ""}},
		"picture":     {&waE2E.Message{ImageMessage: &waE2E.ImageMessage{Caption: proto.String("look"), ContextInfo: quote("Q")}}, content{schema.ContentUnsupported, "", "", "Q"}},
		"sticker":     {&waE2E.Message{StickerMessage: &waE2E.StickerMessage{}}, content{schema.ContentUnsupported, "", "", ""}},
	} {
		if got := decode(c.message); got != c.want {
			t.Errorf("%s: %+v, not %+v", name, got, c.want)
		}
	}
}

var (
	annaPN  = types.NewJID("79123456789", types.DefaultUserServer)
	annaLID = types.NewJID("111222333", types.HiddenUserServer)
	ownPN   = types.NewJID("79000000001", types.DefaultUserServer)
	ownLID  = types.NewJID("444555666", types.HiddenUserServer)
	group   = types.NewJID("1203630000", types.GroupServer)
)

func event(source types.MessageSource, m *waE2E.Message) *events.Message {
	return (&events.Message{Info: types.MessageInfo{MessageSource: source, ID: "M"}, RawMessage: m}).UnwrapRaw()
}

func TestWhatIsNoMessage(t *testing.T) {
	from := types.MessageSource{Chat: annaPN, Sender: annaPN}
	words := &waE2E.Message{Conversation: proto.String("hi")}
	for name, e := range map[string]*events.Message{
		"nothing":      event(from, &waE2E.Message{}),
		"key exchange": event(from, &waE2E.Message{SenderKeyDistributionMessage: &waE2E.SenderKeyDistributionMessage{}, MessageContextInfo: &waE2E.MessageContextInfo{}}),
		"deletion":     event(from, &waE2E.Message{ProtocolMessage: &waE2E.ProtocolMessage{Type: waE2E.ProtocolMessage_REVOKE.Enum()}}),
		"status":       event(types.MessageSource{Chat: types.StatusBroadcastJID, Sender: annaPN, IsGroup: true}, words),
		"channel":      event(types.MessageSource{Chat: types.NewJID("1", types.NewsletterServer)}, words),
	} {
		if in, ok := incoming(context.Background(), nil, ownPN, ownLID, e); ok {
			t.Errorf("%s is a message: %+v", name, in)
		}
	}
	peer := event(types.MessageSource{Chat: ownPN, Sender: ownPN, IsFromMe: true}, words)
	peer.Info.Category = "peer"
	if _, ok := incoming(context.Background(), nil, ownPN, ownLID, peer); ok {
		t.Error("what own devices say to each other is a message")
	}
}

func TestWhatIsNotReadIsReported(t *testing.T) {
	from := types.MessageSource{Chat: annaPN, Sender: annaPN}
	for name, m := range map[string]*waE2E.Message{
		"reaction": {ReactionMessage: &waE2E.ReactionMessage{Text: proto.String("👍")}},
		"edit": {EditedMessage: &waE2E.FutureProofMessage{Message: &waE2E.Message{ProtocolMessage: &waE2E.ProtocolMessage{
			Type: waE2E.ProtocolMessage_MESSAGE_EDIT.Enum(), EditedMessage: &waE2E.Message{Conversation: proto.String("1")}}}}},
	} {
		in, ok := incoming(context.Background(), nil, ownPN, ownLID, event(from, m))
		if !ok || in.Kind != schema.ContentUnsupported || in.Text != "" {
			t.Errorf("%s: %+v, %t", name, in, ok)
		}
	}
	wrapped := &waE2E.Message{EphemeralMessage: &waE2E.FutureProofMessage{Message: &waE2E.Message{Conversation: proto.String("gone tomorrow")}}}
	if in, ok := incoming(context.Background(), nil, ownPN, ownLID, event(from, wrapped)); !ok || in.Text != "gone tomorrow" {
		t.Errorf("a disappearing message: %+v, %t", in, ok)
	}
}

// lidMap is a store's memory of who is who.
type lidMap struct {
	store.LIDStore
	err error
}

func (m lidMap) GetPNForLID(_ context.Context, lid types.JID) (types.JID, error) {
	if lid.User == annaLID.User {
		return annaPN, m.err
	}
	return types.JID{}, m.err
}

func (m lidMap) GetLIDForPN(_ context.Context, pn types.JID) (types.JID, error) {
	if pn.User == annaPN.User {
		return annaLID, m.err
	}
	return types.JID{}, m.err
}

func TestAddresses(t *testing.T) {
	device := annaLID
	device.Device = 3
	whole := schema.Address{Phone: "+79123456789", LID: "111222333@lid", JID: annaLID.String()}
	for name, c := range map[string]struct {
		source     types.MessageSource
		chat, from schema.Address
	}{
		"LID with phone":    {types.MessageSource{Chat: annaLID, Sender: device, SenderAlt: annaPN}, whole, whole},
		"LID, phone stored": {types.MessageSource{Chat: annaLID, Sender: annaLID}, whole, whole},
		"phone with LID": {types.MessageSource{Chat: annaPN, Sender: annaPN, SenderAlt: device},
			schema.Address{Phone: "+79123456789", LID: "111222333@lid", JID: annaPN.String()}, schema.Address{Phone: "+79123456789", LID: "111222333@lid", JID: annaPN.String()}},
		"own echo": {types.MessageSource{Chat: annaLID, Sender: ownPN, RecipientAlt: annaPN, IsFromMe: true},
			whole, schema.Address{Phone: "+79000000001", LID: "444555666@lid", JID: ownPN.String()}},
		"group": {types.MessageSource{Chat: group, Sender: annaLID, SenderAlt: annaPN, IsGroup: true},
			schema.Address{JID: group.String()}, whole},
		"stranger": {types.MessageSource{Chat: types.NewJID("9", types.HiddenUserServer), Sender: types.NewJID("9", types.HiddenUserServer)},
			schema.Address{LID: "9@lid", JID: "9@lid"}, schema.Address{LID: "9@lid", JID: "9@lid"}},
	} {
		in := header(context.Background(), lidMap{}, ownPN, ownLID, types.MessageInfo{MessageSource: c.source})
		if in.Chat != c.chat || in.From != c.from || in.Group != c.source.IsGroup || in.FromMe != c.source.IsFromMe {
			t.Errorf("%s: chat %+v, from %+v", name, in.Chat, in.From)
		}
	}
	// The message is kept when the store cannot tell the second name.
	if a := address(context.Background(), lidMap{err: errors.New("locked")}, types.NewJID("9", types.HiddenUserServer), types.EmptyJID); a.LID != "9@lid" {
		t.Errorf("without the store: %+v", a)
	}
}

func TestReceipts(t *testing.T) {
	for kind, want := range map[types.ReceiptType]schema.MessageStatus{
		types.ReceiptTypeDelivered: schema.StatusDelivered,
		types.ReceiptTypeInactive:  schema.StatusSent,
		types.ReceiptTypeRead:      schema.StatusRead,
		types.ReceiptTypePlayed:    schema.StatusPlayed,
		types.ReceiptTypeRetry:     "",
		types.ReceiptTypeSender:    "",
		types.ReceiptTypeReadSelf:  "",
	} {
		e := &events.Receipt{MessageSource: types.MessageSource{Chat: annaLID, Sender: annaLID}, MessageIDs: []string{"A", "B"}, Type: kind}
		r, ok := receipt(e)
		if ok != (want != "") || r.Status != want || ok && (len(r.IDs) != 2 || r.IDs[1] != "B") {
			t.Errorf("%q: %+v, %t", kind, r, ok)
		}
		e.IsFromMe = true
		if _, ok := receipt(e); ok {
			t.Errorf("%q of an own device counts", kind)
		}
	}
}
