package chat_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"go.mau.fi/whatsmeow/proto/waCommon"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"

	"github.com/nodeline/nodeline/sidecar/sandbox/chat"
)

const customer = "+79123456789"

func native(params ...string) *waE2E.Message {
	var buttons []*waE2E.InteractiveMessage_NativeFlowMessage_NativeFlowButton
	for _, p := range params {
		name, text, _ := strings.Cut(p, " ")
		buttons = append(buttons, &waE2E.InteractiveMessage_NativeFlowMessage_NativeFlowButton{Name: &name, ButtonParamsJSON: &text})
	}
	return &waE2E.Message{InteractiveMessage: &waE2E.InteractiveMessage{
		Body: &waE2E.InteractiveMessage_Body{Text: proto.String("Когда?")},
		InteractiveMessage: &waE2E.InteractiveMessage_NativeFlowMessage_{
			NativeFlowMessage: &waE2E.InteractiveMessage_NativeFlowMessage{Buttons: buttons},
		},
	}}
}

func wrapped(m *waE2E.Message) *waE2E.FutureProofMessage {
	return &waE2E.FutureProofMessage{Message: m}
}

const goodList = `single_select {"title":"Выбрать","sections":[{"title":"Сегодня","rows":[{"id":"a","title":"A","description":"30 минут"},{"id":"b","title":"B"}]},{"title":"Завтра","rows":[{"id":"c","title":"C"}]}]}`

func aPoll(secret int, options ...string) *waE2E.Message {
	poll := &waE2E.PollCreationMessage{Name: proto.String("Когда?")}
	for _, text := range options {
		poll.Options = append(poll.Options, &waE2E.PollCreationMessage_Option{OptionName: &text})
	}
	return &waE2E.Message{PollCreationMessage: poll, MessageContextInfo: &waE2E.MessageContextInfo{MessageSecret: make([]byte, secret)}}
}

func TestRowsKeepTheirSections(t *testing.T) {
	got := chat.Render(native(goodList), true)
	want := []chat.Button{{ID: "a", Text: "A", Description: "30 минут", Section: "Сегодня"}, {ID: "b", Text: "B", Section: "Сегодня"}, {ID: "c", Text: "C", Section: "Завтра"}}
	if !slices.Equal(got.Buttons, want) || got.ListButton != "Выбрать" {
		t.Errorf("rendered %+v", got)
	}
}

func TestRender(t *testing.T) {
	text := &waE2E.Message{Conversation: proto.String("привет")}
	good := `quick_reply {"display_text":"Утром","id":"am"}`
	for _, c := range []struct {
		name    string
		message *waE2E.Message
		full    bool
		kind    chat.Kind
		body    string
		buttons int
		visible bool
		noted   bool
		silent  bool
	}{
		{name: "text", message: text, kind: chat.KindText, body: "привет", visible: true},
		{name: "copy of an own text", message: &waE2E.Message{DeviceSentMessage: &waE2E.DeviceSentMessage{Message: text}}, kind: chat.KindText, body: "привет", visible: true},
		{name: "vanishing text", message: &waE2E.Message{EphemeralMessage: wrapped(text)}, kind: chat.KindText, body: "привет", visible: true},
		{name: "empty text", message: &waE2E.Message{Conversation: proto.String(" \n")}, kind: chat.KindText, body: " \n", noted: true},
		{name: "nothing", message: &waE2E.Message{}, kind: chat.KindUnsupported, noted: true},
		{name: "no message", message: nil, kind: chat.KindUnsupported, noted: true},
		{name: "native buttons", message: native(good), full: true, kind: chat.KindButtons, body: "Когда?", buttons: 1, visible: true},
		{name: "native buttons to view once", message: &waE2E.Message{ViewOnceMessage: wrapped(native(good))}, full: true, kind: chat.KindButtons, body: "Когда?", buttons: 1, visible: true},
		{name: "native buttons without biz", message: native(good), kind: chat.KindButtons, body: "Когда?", buttons: 1, noted: true},
		{name: "parameters that are no JSON", message: native("quick_reply display_text=Утром"), full: true, kind: chat.KindButtons, body: "Когда?", noted: true},
		{name: "a button without text", message: native(`quick_reply {"id":"am"}`), full: true, kind: chat.KindButtons, body: "Когда?", buttons: 1, noted: true},
		{name: "other native flows only", message: native(`payment {"display_text":"Оплатить"}`), full: true, kind: chat.KindButtons, body: "Когда?", noted: true},
		{name: "a link and a call", message: native(`cta_url {"display_text":"Сайт","url":"https://example.org"}`, `cta_call {"display_text":"Позвонить","phone_number":"+78124381678"}`), full: true, kind: chat.KindButtons, body: "Когда?", buttons: 2, visible: true},
		{name: "a link without an address", message: native(`cta_url {"display_text":"Сайт"}`), full: true, kind: chat.KindButtons, body: "Когда?", buttons: 1, noted: true},
		{name: "a call without a number", message: native(`cta_call {"display_text":"Позвонить"}`), full: true, kind: chat.KindButtons, body: "Когда?", buttons: 1, noted: true},
		{name: "a list", message: native(goodList), full: true, kind: chat.KindList, body: "Когда?", buttons: 3, visible: true},
		{name: "a list without biz", message: native(goodList), kind: chat.KindList, body: "Когда?", buttons: 3, noted: true},
		{name: "a list that nothing opens", message: native(`single_select {"sections":[{"rows":[{"id":"a","title":"A"}]}]}`), full: true, kind: chat.KindList, body: "Когда?", buttons: 1, noted: true},
		{name: "a list with a row without id", message: native(`single_select {"title":"Выбрать","sections":[{"rows":[{"title":"A"}]}]}`), full: true, kind: chat.KindList, body: "Когда?", buttons: 1, noted: true},
		{name: "the retired list", message: &waE2E.Message{ListMessage: &waE2E.ListMessage{Description: proto.String("Когда?"), Sections: []*waE2E.ListMessage_Section{{Rows: []*waE2E.ListMessage_Row{{RowID: proto.String("a"), Title: proto.String("A")}}}}}}, full: true, kind: chat.KindList, body: "Когда?", buttons: 1, noted: true},
		{name: "reaction", message: &waE2E.Message{ReactionMessage: &waE2E.ReactionMessage{}}, silent: true},
		{name: "poll", message: aPoll(32, "Утром", "Днём"), kind: chat.KindPoll, body: "Когда?", buttons: 2, visible: true},
		{name: "own poll", message: &waE2E.Message{DeviceSentMessage: &waE2E.DeviceSentMessage{Message: aPoll(32, "Утром", "Днём")}}, kind: chat.KindPoll, body: "Когда?", buttons: 2, visible: true},
		{name: "poll without a secret", message: aPoll(0, "Утром", "Днём"), kind: chat.KindPoll, body: "Когда?", buttons: 2, noted: true},
		{name: "poll of one option", message: aPoll(32, "Утром"), kind: chat.KindPoll, body: "Когда?", buttons: 1, noted: true},
		{name: "poll of thirteen options", message: aPoll(32, strings.Split("абвгдежзиклмн", "")...), kind: chat.KindPoll, body: "Когда?", buttons: 13, noted: true},
		{name: "poll of equal options", message: aPoll(32, "Утром", "Утром"), kind: chat.KindPoll, body: "Когда?", buttons: 2, noted: true},
		{name: "vote", message: &waE2E.Message{PollUpdateMessage: &waE2E.PollUpdateMessage{Vote: &waE2E.PollEncValue{}}}, silent: true},
		{name: "tap of an older kind", message: &waE2E.Message{ButtonsResponseMessage: &waE2E.ButtonsResponseMessage{
			SelectedButtonID: proto.String("am"), Response: &waE2E.ButtonsResponseMessage_SelectedDisplayText{SelectedDisplayText: "Утром"},
		}}, kind: chat.KindAnswer, body: "Утром", visible: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := chat.Render(c.message, c.full)
			if got.Kind != c.kind || got.Body != c.body || len(got.Buttons) != c.buttons || got.Visible != c.visible || (got.Note != "") != c.noted || got.Silent != c.silent {
				t.Errorf("rendered %+v", got)
			}
		})
	}
}

func TestRenderEditAndDeletion(t *testing.T) {
	key := &waCommon.MessageKey{ID: proto.String("A1")}
	edit := chat.Render(&waE2E.Message{EditedMessage: wrapped(&waE2E.Message{ProtocolMessage: &waE2E.ProtocolMessage{
		Type: waE2E.ProtocolMessage_MESSAGE_EDIT.Enum(), Key: key, EditedMessage: &waE2E.Message{Conversation: proto.String("в 11")},
	}})}, true)
	if !edit.Silent || edit.Edits != "A1" || edit.Body != "в 11" {
		t.Errorf("edit %+v", edit)
	}
	gone := chat.Render(&waE2E.Message{ProtocolMessage: &waE2E.ProtocolMessage{Type: waE2E.ProtocolMessage_REVOKE.Enum(), Key: key}}, true)
	if !gone.Silent || gone.Revokes != "A1" {
		t.Errorf("deletion %+v", gone)
	}
}

func put(b *chat.Book, id string, mine bool, status chat.Status) {
	b.Put(chat.Message{ID: id, Chat: customer, FromMe: mine, Kind: chat.KindText, Body: id, Visible: true, Status: status, At: time.Unix(1, 0)}, nil)
}

func TestTicksOnlyRise(t *testing.T) {
	var b chat.Book
	put(&b, "A1", true, chat.StatusSent)
	if changed := b.Raise(customer, []string{"A1"}, chat.StatusRead); !slices.Equal(changed, []string{"A1"}) {
		t.Errorf("changed %v", changed)
	}
	if changed := b.Raise(customer, []string{"A1"}, chat.StatusDelivered); len(changed) != 0 {
		t.Errorf("changed %v", changed)
	}
	// A receipt that overtakes the message it is for.
	b.Raise(customer, []string{"A2"}, chat.StatusRead)
	b.Raise(customer, []string{"A2"}, chat.StatusDelivered)
	put(&b, "A2", true, chat.StatusSent)
	// Received messages have no ticks of their own.
	put(&b, "B1", false, chat.StatusDelivered)
	b.Raise(customer, []string{"B1"}, chat.StatusRead)
	for id, want := range map[string]chat.Status{"A1": chat.StatusRead, "A2": chat.StatusRead, "B1": chat.StatusDelivered} {
		if m, _, ok := b.Get(customer, id); !ok || m.Status != want {
			t.Errorf("%s is %q", id, m.Status)
		}
	}
}

func TestOpeningAChat(t *testing.T) {
	var b chat.Book
	put(&b, "B1", false, chat.StatusDelivered)
	put(&b, "A1", true, chat.StatusSent)
	b.Put(chat.Message{ID: "B2", Chat: customer, Kind: chat.KindButtons, Status: chat.StatusDelivered}, nil) // not visible
	put(&b, "B3", false, chat.StatusDelivered)
	if s := b.Summaries(); len(s) != 1 || s[0].Unread != 2 || s[0].Last != "B3" {
		t.Errorf("summaries %+v", s)
	}
	if ids := b.Open(customer); !slices.Equal(ids, []string{"B1", "B3"}) {
		t.Errorf("read %v", ids)
	}
	if ids := b.Open(customer); len(ids) != 0 {
		t.Errorf("read again %v", ids)
	}
	if s := b.Summaries(); s[0].Unread != 0 {
		t.Errorf("summaries %+v", s)
	}
}

func TestSeenIDsAreForgottenLate(t *testing.T) {
	var b chat.Book
	if b.Knows("anna", "A1") || b.Seen("anna", "A1") || !b.Seen("anna", "A1") || !b.Knows("anna", "A1") {
		t.Error("an id was not noted once")
	}
	if b.Seen("boris", "A1") {
		t.Error("another sender's id")
	}
	for i := range 10_000 {
		b.Seen("anna", fmt.Sprint(i))
	}
	if !b.Seen("anna", "A1") {
		t.Error("forgotten after 10,000 messages")
	}
}

// A message that could not be read and then could takes the place it had.
func TestReplacingAMessage(t *testing.T) {
	var b chat.Book
	b.Put(chat.Message{ID: "B1", Chat: customer, Kind: chat.KindUnsupported, Status: chat.StatusDelivered}, nil)
	put(&b, "B2", false, chat.StatusDelivered)
	put(&b, "B1", false, chat.StatusDelivered)
	all := b.Messages(customer)
	if len(all) != 2 || all[0].ID != "B1" || all[0].Body != "B1" {
		t.Errorf("messages %+v", all)
	}
	if s := b.Summaries(); s[0].Unread != 2 {
		t.Errorf("summaries %+v", s)
	}
}
