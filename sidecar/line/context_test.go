package line

import (
	"testing"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

func encoded(t *testing.T, c bridge.Content) *waE2E.Message {
	t.Helper()
	payload, err := (&Sessions{}).Encode(c)
	if err != nil {
		t.Fatal(err)
	}
	m := &waE2E.Message{}
	if err := proto.Unmarshal(payload, m); err != nil {
		t.Fatal(err)
	}
	return m
}

func packed(t *testing.T, m *waE2E.Message) []byte {
	t.Helper()
	payload, err := proto.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return payload
}

func TestATextCarriesItsContext(t *testing.T) {
	picture := packed(t, &waE2E.Message{
		ImageMessage: &waE2E.ImageMessage{Caption: proto.String("look"), ContextInfo: &waE2E.ContextInfo{
			StanzaID: proto.String("OLDER"), ForwardingScore: proto.Uint32(3), IsForwarded: proto.Bool(true), MentionedJID: []string{"1@lid"}}},
		MessageContextInfo: &waE2E.MessageContextInfo{MessageSecret: []byte("secret")},
	})
	m := encoded(t, bridge.Content{Body: "@1 https://shop.example/a",
		Quote:    &bridge.Quote{ID: "Q1", From: annaLID.String(), Chat: "120363@g.us", Payload: picture},
		Mentions: []string{annaLID.String()},
		Preview:  &schema.Preview{URL: "https://shop.example/a", Title: "Shop", Description: "All"}})
	text, info := m.GetExtendedTextMessage(), m.GetExtendedTextMessage().GetContextInfo()
	if m.Conversation != nil || text.GetText() != "@1 https://shop.example/a" || text.GetMatchedText() != "https://shop.example/a" || text.GetTitle() != "Shop" || text.GetDescription() != "All" {
		t.Errorf("text %v", text)
	}
	if info.GetStanzaID() != "Q1" || info.GetParticipant() != annaLID.String() || info.GetRemoteJID() != "120363@g.us" || len(info.GetMentionedJID()) != 1 || info.GetIsForwarded() {
		t.Errorf("context %v", info)
	}
	quoted := info.GetQuotedMessage()
	if quoted.GetImageMessage().GetCaption() != "look" || quoted.MessageContextInfo != nil ||
		quoted.GetImageMessage().GetContextInfo().StanzaID != nil || quoted.GetImageMessage().GetContextInfo().MentionedJID != nil {
		t.Errorf("what it quotes keeps what it quoted, or its secret: %v", quoted)
	}
	m = encoded(t, bridge.Content{Body: "b", Quote: &bridge.Quote{ID: "Q", From: annaLID.String(), Text: "hi"}})
	if q := m.GetExtendedTextMessage().GetContextInfo(); q.GetQuotedMessage().GetConversation() != "hi" || q.RemoteJID != nil {
		t.Errorf("a quoted text: %v", q)
	}
	native := encoded(t, bridge.Content{Body: "b", Rendering: schema.RenderNative, Buttons: []schema.Button{{ID: "1", Text: "a"}}, Quote: &bridge.Quote{ID: "Q", Text: "hi"}})
	if native.GetInteractiveMessage().GetContextInfo().GetStanzaID() != "Q" {
		t.Errorf("buttons do not quote: %v", native)
	}
	if m = encoded(t, bridge.Content{Body: "plain"}); m.GetConversation() != "plain" {
		t.Errorf("a plain text is %v", m)
	}
}

func TestAForwardedMessageSaysSo(t *testing.T) {
	picture := packed(t, &waE2E.Message{ImageMessage: &waE2E.ImageMessage{DirectPath: proto.String("/p"), ContextInfo: &waE2E.ContextInfo{
		StanzaID: proto.String("OLDER"), ForwardingScore: proto.Uint32(3), IsForwarded: proto.Bool(true)}}})
	m := encoded(t, bridge.Content{Forwarded: &bridge.Forwarded{Payload: picture}})
	info := m.GetImageMessage().GetContextInfo()
	if m.GetImageMessage().GetDirectPath() != "/p" || !info.GetIsForwarded() || info.GetForwardingScore() != 4 || info.StanzaID != nil {
		t.Errorf("forwarded: %v", m)
	}
	m = encoded(t, bridge.Content{Body: "words", Forwarded: &bridge.Forwarded{}})
	if m.GetExtendedTextMessage().GetText() != "words" || m.GetExtendedTextMessage().GetContextInfo().GetForwardingScore() != 1 {
		t.Errorf("a forwarded text: %v", m)
	}
	if _, err := (&Sessions{}).Encode(bridge.Content{Forwarded: &bridge.Forwarded{Payload: []byte("\xff")}}); err == nil {
		t.Error("broken bytes were forwarded")
	}
}

func TestMessagesAboutOthers(t *testing.T) {
	own := bridge.Target{ID: "T", Chat: annaLID.String(), FromMe: true}
	edit := encoded(t, bridge.Content{Edit: &bridge.Edit{Target: own, Text: "new"}}).GetEditedMessage().GetMessage().GetProtocolMessage()
	if edit.GetType() != waE2E.ProtocolMessage_MESSAGE_EDIT || edit.GetKey().GetID() != "T" || !edit.GetKey().GetFromMe() || edit.GetEditedMessage().GetConversation() != "new" || edit.GetTimestampMS() == 0 {
		t.Errorf("edit %v", edit)
	}
	revoke := encoded(t, bridge.Content{Revoke: &bridge.Revoke{Target: own}}).GetProtocolMessage()
	if revoke.GetType() != waE2E.ProtocolMessage_REVOKE || revoke.GetKey().GetID() != "T" || revoke.GetKey().GetRemoteJID() != annaLID.String() {
		t.Errorf("revoke %v", revoke)
	}
	theirs := bridge.Target{ID: "T", Chat: "120363000000000001@g.us", From: annaLID.String()}
	reaction := encoded(t, bridge.Content{Reaction: &bridge.Reaction{Target: theirs, Emoji: "👍"}}).GetReactionMessage()
	if reaction.GetText() != "👍" || reaction.GetKey().GetFromMe() || reaction.GetKey().GetParticipant() != annaLID.String() || reaction.GetSenderTimestampMS() == 0 {
		t.Errorf("reaction %v", reaction)
	}
	direct := encoded(t, bridge.Content{Reaction: &bridge.Reaction{Target: bridge.Target{ID: "T", Chat: annaLID.String(), From: annaLID.String()}}}).GetReactionMessage()
	if direct.Text == nil || direct.GetText() != "" || direct.GetKey().Participant != nil {
		t.Errorf("taken back: %v", direct)
	}
	if _, err := (&Sessions{}).Encode(bridge.Content{Revoke: &bridge.Revoke{Target: bridge.Target{ID: "T", Chat: "nobody"}}}); err == nil {
		t.Error("a revoke in no chat")
	}
}

func TestKinds(t *testing.T) {
	for want, m := range map[schema.ContentKind]*waE2E.Message{
		schema.ContentText:        {Conversation: proto.String("hi")},
		schema.ContentButton:      {InteractiveMessage: &waE2E.InteractiveMessage{}},
		schema.ContentList:        {ListMessage: &waE2E.ListMessage{}},
		schema.ContentImage:       {ImageMessage: &waE2E.ImageMessage{}},
		schema.ContentVideo:       {VideoMessage: &waE2E.VideoMessage{}},
		schema.ContentVoice:       {AudioMessage: &waE2E.AudioMessage{PTT: proto.Bool(true)}},
		schema.ContentAudio:       {AudioMessage: &waE2E.AudioMessage{}},
		schema.ContentDocument:    {DocumentWithCaptionMessage: &waE2E.FutureProofMessage{}},
		schema.ContentSticker:     {StickerMessage: &waE2E.StickerMessage{}},
		schema.ContentLocation:    {LocationMessage: &waE2E.LocationMessage{}},
		schema.ContentContact:     {ContactsArrayMessage: &waE2E.ContactsArrayMessage{}},
		schema.ContentPoll:        {PollCreationMessageV3: &waE2E.PollCreationMessage{}},
		schema.ContentUnsupported: {ReactionMessage: &waE2E.ReactionMessage{}},
	} {
		if got := (&Sessions{}).Kind(packed(t, m)); got != want {
			t.Errorf("%v is %s, not %s", m, got, want)
		}
	}
	if got := (&Sessions{}).Kind([]byte("\xff")); got != schema.ContentUnsupported {
		t.Errorf("broken bytes are %s", got)
	}
}
