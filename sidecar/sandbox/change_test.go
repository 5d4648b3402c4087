package sandbox_test

import (
	"slices"
	"testing"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"

	"github.com/nodeline/nodeline/internal/wait"
	"github.com/nodeline/nodeline/sidecar/sandbox"
	"github.com/nodeline/nodeline/sidecar/sandbox/chat"
)

// What a person does with messages reaches a client, in a chat of two and in a group.
func TestAPersonChangesMessages(t *testing.T) {
	network, c, group := crowd(t)
	a := network.Phone(anna)
	for _, with := range []string{owner, group.String()} {
		id, err := a.Text(with, "в семь")
		if err != nil {
			t.Fatal(err)
		}
		c.awaitText("в семь")
		other := network.Phone(owner)
		seen := with
		if with == owner {
			seen = anna
		}
		find := func(p *sandbox.Phone, chat string) sandbox.Message {
			return shown(t, p, func(m sandbox.Message) bool { return m.ID == id && m.Chat == chat })
		}
		find(other, seen)
		if _, err := a.React(with, id, "👍"); err != nil {
			t.Fatal(err)
		}
		reaction := await(c, "the reaction", func(e *events.Message) bool { return e.Message.GetReactionMessage() != nil })
		if r := reaction.Message.GetReactionMessage(); r.GetKey().GetID() != id || r.GetText() != "👍" || reaction.Info.Type != "reaction" {
			t.Errorf("the reaction is %+v in %+v", r, reaction.Info)
		}
		m := shown(t, other, func(m sandbox.Message) bool { return m.ID == id && len(m.Reactions) == 1 })
		if m.Reactions[0] != (chat.Reaction{From: anna, Emoji: "👍"}) || len(find(a, with).Reactions) != 1 {
			t.Errorf("the phones show %+v", m.Reactions)
		}
		if _, err := a.React(with, id, ""); err != nil {
			t.Fatal(err)
		}
		gone := await(c, "no reaction", func(e *events.Message) bool { return e.Message.GetReactionMessage() != nil })
		if gone.Message.GetReactionMessage().GetText() != "" || gone.Info.Edit != types.EditAttributeSenderRevoke {
			t.Errorf("the reaction was taken off as %+v", gone.Info)
		}
		if _, err := other.Edit(seen, id, "чужое"); err == nil {
			t.Error("somebody edits what another one wrote")
		}
		if _, err := a.Edit(with, id, "в восемь"); err != nil {
			t.Fatal(err)
		}
		edit := await(c, "the edit", func(e *events.Message) bool { return e.IsEdit })
		if p := edit.Message.GetProtocolMessage(); p.GetKey().GetID() != id || p.GetEditedMessage().GetConversation() != "в восемь" || edit.Info.Edit != types.EditAttributeMessageEdit {
			t.Errorf("the edit is %+v in %+v", p, edit.Info)
		}
		if m := shown(t, other, says("в восемь")); !m.Edited || m.ID != id {
			t.Errorf("the phone shows %+v", m)
		}
		if _, err := other.Delete(seen, id); err == nil {
			t.Error("somebody who is no admin deletes what another one wrote")
		}
		if _, err := a.Delete(with, id); err != nil {
			t.Fatal(err)
		}
		revoke := await(c, "the deletion", func(e *events.Message) bool {
			p := e.Message.GetProtocolMessage()
			return p != nil && p.Type != nil && p.GetType() == waE2E.ProtocolMessage_REVOKE
		})
		if revoke.Message.GetProtocolMessage().GetKey().GetID() != id || revoke.Info.Edit != types.EditAttributeSenderRevoke {
			t.Errorf("the deletion is %+v", revoke.Info)
		}
		shown(t, other, func(m sandbox.Message) bool { return m.ID == id && m.Body == "" })
	}
	sent, err := c.SendMessage(t.Context(), group, &waE2E.Message{Conversation: proto.String("послушайте")})
	if err != nil {
		t.Fatal(err)
	}
	shown(t, a, says("послушайте"))
	if err := a.Play(group.String(), sent.ID); err != nil {
		t.Fatal(err)
	}
	await(c, "played", func(e *events.Receipt) bool {
		return e.Type == types.ReceiptTypePlayed && e.Chat == group && slices.Contains(e.MessageIDs, sent.ID)
	})
	if _, err := a.Delete(group.String(), sent.ID); err != nil {
		t.Fatal(err)
	}
	shown(t, network.Phone(boris), func(m sandbox.Message) bool { return m.ID == sent.ID && m.Body == "" })
}

func TestAPersonCalls(t *testing.T) {
	network, c, device := linked(t)
	id, err := network.Phone(anna).Call(owner, true)
	if err != nil {
		t.Fatal(err)
	}
	offer := await[*events.CallOffer](c, "the call", nil)
	if offer.CallID != id || offer.CallCreator.String() != network.Phone(anna).LID() || offer.CallCreatorAlt != jid(anna) {
		t.Errorf("the call is %+v", offer.BasicCallMeta)
	}
	if _, video := offer.Data.GetOptionalChildByTag("video"); !video {
		t.Error("it has no picture")
	}
	m := shown(t, network.Phone(owner), func(m sandbox.Message) bool { return m.ID == id })
	if m.Kind != chat.KindNotice || m.Body != "video" || m.From != anna {
		t.Errorf("the owner's phone shows %+v", m)
	}
	wait.Until(t, "the call's acknowledgement", func() bool { return network.Backlog(owner, device) == 0 })
}
