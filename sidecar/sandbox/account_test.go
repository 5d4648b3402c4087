package sandbox_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/appstate"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/proto/waHistorySync"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"

	"github.com/nodeline/nodeline/internal/wait"
	"github.com/nodeline/nodeline/sidecar/sandbox"
	"github.com/nodeline/nodeline/sidecar/sandbox/chat"
)

// App state through the client's own, independent reading and writing of it.
func TestAppStateBothWays(t *testing.T) {
	network, line, _ := linked(t)
	second := newClient(t, network)
	second.link(network.Phone(owner))
	network.Phone(owner).SetName("Клиника «Юг»")
	for _, c := range []*client{line, second} {
		await(c, "new name", func(e *events.PushNameSetting) bool { return e.Action.GetName() == "Клиника «Юг»" })
	}
	if err := line.SendAppState(context.Background(), appstate.BuildMute(jid(anna), true, time.Hour)); err != nil {
		t.Fatal(err)
	}
	wait.Until(t, "mute on the other companion", func() bool {
		settings, err := second.Store.ChatSettings.GetChatSettings(context.Background(), jid(anna))
		return err == nil && settings.MutedUntil.After(time.Now())
	})
	// On top of a companion's patch the phone goes on.
	if err := second.SendAppState(context.Background(), appstate.BuildSettingPushName("Клиника «Восток»")); err != nil {
		t.Fatal(err)
	}
	await(line, "new name", func(e *events.PushNameSetting) bool { return e.Action.GetName() == "Клиника «Восток»" })
	network.Phone(owner).SetName("Клиника «Запад»")
	for _, c := range []*client{line, second} {
		await(c, "new name", func(e *events.PushNameSetting) bool { return e.Action.GetName() == "Клиника «Запад»" })
	}
}

// What one companion sends, the other sees; a new companion is in the next message.
func TestTwoCompanions(t *testing.T) {
	network, line, _ := linked(t)
	if _, err := line.text(anna, "раз"); err != nil {
		t.Fatal(err)
	}
	second := newClient(t, network)
	second.link(network.Phone(owner))
	sent, err := line.text(anna, "два")
	if err != nil {
		t.Fatal(err)
	}
	copied := second.awaitText("два")
	if !copied.Info.IsFromMe || copied.Info.ID != sent.ID || copied.Info.Chat.String() != network.Phone(anna).LID() || copied.Info.RecipientAlt != jid(anna) {
		t.Errorf("the other companion got %+v", copied.Info)
	}
	// A customer's new device too: the change is announced.
	phones := newClient(t, network)
	phones.link(network.Phone(anna))
	if _, err := line.text(anna, "три"); err != nil {
		t.Fatal(err)
	}
	in := phones.awaitText("три")
	if in.Info.SenderAlt.User != jid(owner).User {
		t.Errorf("the customer's companion got %+v", in.Info)
	}
}

func TestEditAndDelete(t *testing.T) {
	network, line, _ := linked(t)
	sent, err := line.text(anna, "в 10:00")
	if err != nil {
		t.Fatal(err)
	}
	shown(t, network.Phone(anna), says("в 10:00"))
	edit := line.BuildEdit(jid(anna), sent.ID, &waE2E.Message{Conversation: proto.String("в 11:00")})
	if _, err := line.SendMessage(context.Background(), jid(anna), edit); err != nil {
		t.Fatal(err)
	}
	if m := shown(t, network.Phone(anna), says("в 11:00")); m.ID != sent.ID {
		t.Errorf("edited %+v", m)
	}
	if _, err := line.SendMessage(context.Background(), jid(anna), line.BuildRevoke(jid(anna), types.EmptyJID, sent.ID)); err != nil {
		t.Fatal(err)
	}
	shown(t, network.Phone(anna), func(m sandbox.Message) bool { return m.ID == sent.ID && m.Kind == chat.KindUnsupported && m.Body == "" })
	if all := network.Phone(anna).Messages(owner); len(all) != 1 {
		t.Errorf("customer sees %+v", all)
	}
}

func TestReadingSeveral(t *testing.T) {
	network, line, _ := linked(t)
	var ids []string
	for _, text := range []string{"раз", "два", "три"} {
		sent, err := line.text(anna, text)
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, sent.ID)
		shown(t, network.Phone(anna), says(text))
	}
	if unread := network.Phone(anna).Info().Chats[0].Unread; unread != 3 {
		t.Errorf("%d unread", unread)
	}
	if err := network.Phone(anna).Read(owner); err != nil {
		t.Fatal(err)
	}
	read := await(line, "read", func(e *events.Receipt) bool { return e.Type == types.ReceiptTypeRead })
	if strings.Join(read.MessageIDs, " ") != strings.Join(ids, " ") {
		t.Errorf("read %v of %v", read.MessageIDs, ids)
	}
	// The other way: a companion reads, and the chat is read on the owner's phone.
	id, err := network.Phone(anna).Text(owner, "и вам")
	if err != nil {
		t.Fatal(err)
	}
	in := line.awaitText("и вам")
	shown(t, network.Phone(owner), says("и вам"))
	if err := line.MarkRead(context.Background(), []string{id}, time.Now(), in.Info.Chat, in.Info.Sender); err != nil {
		t.Fatal(err)
	}
	shown(t, network.Phone(anna), func(m sandbox.Message) bool { return m.ID == id && m.Status == chat.StatusRead })
	wait.Until(t, "read on the owner's phone", func() bool { return network.Phone(owner).Info().Chats[0].Unread == 0 })
}

// A token of trust, without a word written, lets a limited account write.
func TestTokenOfTrust(t *testing.T) {
	network, line, _ := linked(t)
	friend := newClient(t, network)
	friend.link(network.Phone(anna))
	info, err := friend.IsOnWhatsApp(context.Background(), []string{owner})
	if err != nil {
		t.Fatal(err)
	}
	if err := network.SetRules(func() sandbox.Rules { r := network.Rules(); r.Limited = []string{owner}; return r }()); err != nil {
		t.Fatal(err)
	}
	if _, err := line.text(anna, "холодное"); err == nil || !strings.HasSuffix(err.Error(), "463") {
		t.Fatalf("answered %v", err)
	}
	//lint:ignore SA1019 a client gives its token with its first message; here it must come without one
	if _, err := friend.DangerousInternals().IssuePrivacyToken(context.Background(), info[0].JID, time.Now()); err != nil {
		t.Fatal(err)
	}
	wait.Until(t, "token is confirmed", func() bool { return network.Backlog(owner, 1) == 0 })
	if _, err := line.text(anna, "тёплое"); err != nil {
		t.Fatal(err)
	}
}

func TestTypingAndPresence(t *testing.T) {
	network, line, _ := linked(t)
	friend := newClient(t, network)
	friend.link(network.Phone(anna))
	if err := line.SendPresence(context.Background(), types.PresenceAvailable); err != nil {
		t.Fatal(err)
	}
	if err := line.SubscribePresence(context.Background(), jid(anna)); err != nil {
		t.Fatal(err)
	}
	await[*events.Presence](line, "presence", nil)
	if err := line.SendChatPresence(context.Background(), jid(anna), types.ChatPresenceComposing, ""); err != nil {
		t.Fatal(err)
	}
	await(friend, "typing", func(e *events.ChatPresence) bool { return e.State == types.ChatPresenceComposing })
}

// The phone gives its companion what the companion could not read, and what is older.
func TestPhoneHelpsItsCompanion(t *testing.T) {
	network, line, _ := linked(t)
	var ids []string
	for _, text := range []string{"раз", "два", "три"} {
		id, err := network.Phone(anna).Text(owner, text)
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
		line.awaitText(text)
		shown(t, network.Phone(owner), says(text))
	}
	lid, err := types.ParseJID(network.Phone(anna).LID())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := line.SendPeerMessage(context.Background(), line.BuildUnavailableMessageRequest(lid, lid, ids[1])); err != nil {
		t.Fatal(err)
	}
	again := line.awaitText("два")
	if again.Info.ID != ids[1] || again.UnavailableRequestID == "" || again.Info.PushName != "Анна Петрова" {
		t.Errorf("got %+v", again)
	}
	last := &types.MessageInfo{MessageSource: types.MessageSource{Chat: lid, Sender: lid}, ID: ids[2], Timestamp: time.Now()}
	if _, err := line.SendPeerMessage(context.Background(), line.BuildHistorySyncRequest(last, 50)); err != nil {
		t.Fatal(err)
	}
	history := await(line, "history", func(e *events.HistorySync) bool { return e.Data.GetSyncType() == waHistorySync.HistorySync_ON_DEMAND })
	messages := history.Data.GetConversations()[0].GetMessages()
	if len(messages) != 2 || messages[0].GetMessage().GetKey().GetID() != ids[1] || messages[1].GetMessage().GetMessage().GetConversation() != "раз" {
		t.Errorf("history %v", messages)
	}
}

func TestMediaThereAndBack(t *testing.T) {
	network, line, _ := linked(t)
	up, err := line.Upload(context.Background(), []byte("not a picture"), whatsmeow.MediaImage)
	if err != nil {
		t.Fatal(err)
	}
	image := &waE2E.ImageMessage{
		URL: &up.URL, DirectPath: &up.DirectPath, MediaKey: up.MediaKey, FileEncSHA256: up.FileEncSHA256, FileSHA256: up.FileSHA256,
		FileLength: &up.FileLength, Mimetype: proto.String("image/jpeg"), Caption: proto.String("план"),
	}
	back, err := line.Download(context.Background(), image)
	if err != nil || string(back) != "not a picture" {
		t.Errorf("%q, %v", back, err)
	}
	picture := &waE2E.Message{ImageMessage: image}
	if _, err := line.SendMessage(context.Background(), jid(anna), picture); err != nil {
		t.Fatal(err)
	}
	if m := shown(t, network.Phone(anna), says("план")); m.Kind != chat.KindFile || !m.Visible || m.File == nil || m.File.Kind != "image" {
		t.Errorf("customer sees %+v", m)
	}
}
