package sandbox_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"

	"github.com/nodeline/nodeline/sidecar/sandbox"
	"github.com/nodeline/nodeline/sidecar/sandbox/chat"
)

// crowd is a network with a client linked to the owner's phone, and a group of
// the owner, Anna and Boris that Anna has made.
func crowd(t testing.TB) (network *sandbox.Network, c *client, group types.JID) {
	t.Helper()
	network, c, _ = linked(t)
	jid, err := network.Phone(anna).NewGroup("Соседи", owner, boris)
	if err != nil {
		t.Fatal(err)
	}
	await(c, "the group", func(e *events.JoinedGroup) bool { return e.JID.String() == jid })
	group, err = types.ParseJID(jid)
	if err != nil {
		t.Fatal(err)
	}
	return network, c, group
}

func TestAClientReadsItsGroups(t *testing.T) {
	network, c, group := crowd(t)
	if err := network.Phone(anna).SetDescription(group.String(), "Дом 5"); err != nil {
		t.Fatal(err)
	}
	if _, err := network.Phone(anna).NewGroup("Без владельца", boris); err != nil {
		t.Fatal(err)
	}
	list, err := c.GetJoinedGroups(t.Context())
	if err != nil || len(list) != 1 {
		t.Fatalf("%d groups, %v", len(list), err)
	}
	one, err := c.GetGroupInfo(t.Context(), group)
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range []*types.GroupInfo{list[0], one} {
		if g.Name != "Соседи" || g.Topic != "Дом 5" || g.AddressingMode != types.AddressingModeLID || len(g.Participants) != 3 {
			t.Errorf("the group is %+v", g)
		}
		first := g.Participants[0]
		if first.LID.String() != network.Phone(anna).LID() || first.PhoneNumber != jid(anna) || !first.IsSuperAdmin {
			t.Errorf("its first member is %+v", first)
		}
	}
	_, err = c.GetGroupInfo(t.Context(), types.NewJID("120363999999999999", types.GroupServer))
	if !errors.Is(err, whatsmeow.ErrGroupNotFound) {
		t.Errorf("a group that is not there: %v", err)
	}
	if err := network.Phone(anna).RemoveMembers(group.String(), owner); err != nil {
		t.Fatal(err)
	}
	if _, err = c.GetGroupInfo(t.Context(), group); !errors.Is(err, whatsmeow.ErrNotInGroup) {
		t.Errorf("a group that it is no longer in: %v", err)
	}
}

func TestAGroupMessageOutAndIn(t *testing.T) {
	network, c, group := crowd(t)
	sent, err := c.SendMessage(t.Context(), group, &waE2E.Message{Conversation: proto.String("Всем привет")})
	if err != nil {
		t.Fatal(err)
	}
	for _, phone := range []string{anna, boris, owner} {
		m := shown(t, network.Phone(phone), says("Всем привет"))
		if m.ID != sent.ID || m.Chat != group.String() || m.From != owner || m.FromMe != (phone == owner) {
			t.Errorf("%s shows %+v", phone, m)
		}
	}
	for _, phone := range []string{anna, boris} {
		await(c, "a receipt of "+phone, func(e *events.Receipt) bool {
			return e.IsGroup && e.Chat == group && e.Sender.ToNonAD().String() == network.Phone(phone).LID() && slices.Contains(e.MessageIDs, sent.ID)
		})
	}
	for range 2 { // the second goes by the key that the first brought
		id, err := network.Phone(anna).Reply(group.String(), sent.ID, "И вам")
		if err != nil {
			t.Fatal(err)
		}
		in := c.awaitText("И вам")
		if in.Info.ID != id || !in.Info.IsGroup || in.Info.Chat != group || in.Info.IsFromMe || in.Info.Sender.ToNonAD().String() != network.Phone(anna).LID() || in.Info.SenderAlt.ToNonAD() != jid(anna) {
			t.Errorf("it came as %+v", in.Info)
		}
		quoted := in.Message.GetExtendedTextMessage().GetContextInfo()
		if quoted.GetStanzaID() != sent.ID || quoted.GetParticipant() != network.Phone(owner).LID() {
			t.Errorf("it quotes %+v", quoted)
		}
		shown(t, network.Phone(anna), func(m sandbox.Message) bool { return m.ID == id && m.Status == chat.StatusDelivered })
	}
	if _, err := network.Phone(owner).Text(group.String(), "с телефона"); err != nil {
		t.Fatal(err)
	}
	if in := c.awaitText("с телефона"); !in.Info.IsFromMe || in.Info.Chat != group {
		t.Errorf("the own phone's came as %+v", in.Info)
	}
	if err := network.Phone(boris).Read(group.String()); err != nil {
		t.Fatal(err)
	}
	await(c, "Boris has read", func(e *events.Receipt) bool {
		return e.Type == types.ReceiptTypeRead && e.Chat == group && slices.Contains(e.MessageIDs, sent.ID)
	})
}

// In a group a member that was off gets it later, and one that cannot read it asks.
func TestAGroupMessageSurvivesTrouble(t *testing.T) {
	network, c, group := crowd(t)
	network.Phone(boris).SetOnline(false)
	fault := sandbox.Fault{Way: sandbox.Down, Tag: "message", Phone: owner, Do: sandbox.FaultGarble, Times: 1}
	if _, err := network.AddFault(fault); err != nil {
		t.Fatal(err)
	}
	if _, err := network.Phone(anna).Text(group.String(), "garbled to the client"); err != nil {
		t.Fatal(err)
	}
	c.awaitText("garbled to the client")
	if hits := network.Faults()[0].Hits; hits != 1 {
		t.Errorf("the fault struck %d times", hits)
	}
	network.ClearFaults()
	typed := func(m sandbox.Message) bool { return m.Body == "garbled to the client" && m.FromMe }
	if m := shown(t, network.Phone(anna), typed); m.Status != chat.StatusSent {
		t.Errorf("while somebody is off it is %s", m.Status)
	}
	fault = sandbox.Fault{Way: sandbox.Up, Tag: "message", Phone: owner, Do: sandbox.FaultGarble, Times: 1}
	if _, err := network.AddFault(fault); err != nil {
		t.Fatal(err)
	}
	if _, err := c.SendMessage(t.Context(), group, &waE2E.Message{Conversation: proto.String("garbled by the client")}); err != nil {
		t.Fatal(err)
	}
	shown(t, network.Phone(anna), says("garbled by the client"))
	network.Phone(boris).SetOnline(true)
	shown(t, network.Phone(boris), says("garbled by the client"))
	shown(t, network.Phone(boris), says("garbled to the client"))
	shown(t, network.Phone(anna), func(m sandbox.Message) bool { return typed(m) && m.Status == chat.StatusDelivered })
}

// Who is in a group without the client's knowing it asks for the key; by the
// server's word on the message the client learns that there is somebody more.
func TestAMemberThatTheClientDoesNotKnowOf(t *testing.T) {
	network, c, group := crowd(t)
	if _, err := c.GetGroupInfo(t.Context(), group); err != nil {
		t.Fatal(err)
	}
	newcomer, err := network.AddPhone("+79990000078", "Вера")
	if err != nil {
		t.Fatal(err)
	}
	lost := sandbox.Fault{Way: sandbox.Down, Tag: "notification", Phone: owner, Do: sandbox.FaultDrop, Times: 1}
	if _, err := network.AddFault(lost); err != nil {
		t.Fatal(err)
	}
	if err := network.Phone(anna).AddMembers(group.String(), newcomer.Number()); err != nil {
		t.Fatal(err)
	}
	send := func(text string) {
		t.Helper()
		if _, err := c.SendMessage(t.Context(), group, &waE2E.Message{Conversation: proto.String(text)}); err != nil {
			t.Fatal(err)
		}
		shown(t, newcomer, says(text))
	}
	send("первое")
	asks, err := network.AddFault(sandbox.Fault{Way: sandbox.Up, Tag: "iq", XMLNS: "w:g2", Phone: owner, Do: sandbox.FaultDelay, DelayMS: 1})
	if err != nil {
		t.Fatal(err)
	}
	send("второе")
	for _, f := range network.Faults() {
		if f.ID == asks && f.Hits != 1 {
			t.Errorf("the client asked %d times who is in the group", f.Hits)
		}
	}
}

func TestGroupsChange(t *testing.T) {
	network, c, group := crowd(t)
	name, a, b := group.String(), network.Phone(anna), network.Phone(boris)
	newcomer, err := network.AddPhone("+79990000077", "Вера")
	if err != nil {
		t.Fatal(err)
	}
	for what, err := range map[string]error{"add": b.AddMembers(name, newcomer.Number()), "remove": b.RemoveMembers(name, anna)} {
		if err == nil {
			t.Errorf("%s by somebody who is no admin", what)
		}
	}
	if err := a.SetSubject(name, "Дом 5"); err != nil {
		t.Fatal(err)
	}
	await(c, "the subject", func(e *events.GroupInfo) bool {
		return e.JID == group && e.Name != nil && e.Name.Name == "Дом 5" && e.Sender.String() == a.LID()
	})
	if err := a.SetDescription(name, "о доме"); err != nil {
		t.Fatal(err)
	}
	await(c, "the description", func(e *events.GroupInfo) bool { return e.Topic != nil && e.Topic.Topic == "о доме" })
	if err := a.SetDescription(name, ""); err != nil {
		t.Fatal(err)
	}
	await(c, "no description", func(e *events.GroupInfo) bool { return e.Topic != nil && e.Topic.TopicDeleted })
	if err := a.AddMembers(name, newcomer.Number()); err != nil {
		t.Fatal(err)
	}
	await(c, "Vera", func(e *events.GroupInfo) bool { return len(e.Join) == 1 && e.Join[0].String() == newcomer.LID() })
	if err := b.RemoveMembers(name, boris); err != nil {
		t.Fatal(err)
	}
	await(c, "Boris leaves", func(e *events.GroupInfo) bool { return len(e.Leave) == 1 && e.Leave[0].String() == b.LID() })
	if _, err := b.Text(name, "я ещё тут"); err == nil {
		t.Error("somebody who left writes on")
	}
	if _, err := c.SendMessage(context.Background(), group, &waE2E.Message{Conversation: proto.String("новый состав")}); err != nil {
		t.Fatal(err)
	}
	shown(t, newcomer, says("новый состав"))
	for phone, notices := range map[*sandbox.Phone][]string{a: {"created", "subject", "description", "description", "added", "left"}, newcomer: {"added", "left"}} {
		var got []string
		for _, m := range phone.Messages(name) {
			if m.Kind == chat.KindNotice {
				got = append(got, m.Body)
			}
		}
		if !slices.Equal(got, notices) {
			t.Errorf("%s shows %v, not %v", phone.Name(), got, notices)
		}
	}
	if slices.ContainsFunc(b.Messages(name), says("новый состав")) {
		t.Error("somebody who left reads on")
	}
}
