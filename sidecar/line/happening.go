package line

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// What comes to a line that is no message: edits, deletions and reactions, which
// travel as messages; calls; changes of groups.

// happening reads an edit, a deletion or a reaction. ok is false for anything else.
func happening(ctx context.Context, c *whatsmeow.Client, e *events.Message) (in bridge.Incoming, ok bool) {
	if !chatServer(e.Info.Chat.Server) || e.Info.Category == "peer" {
		return in, false
	}
	h := bridge.Happening{}
	protocol, reaction := e.Message.GetProtocolMessage(), e.Message.GetReactionMessage()
	said := content{}
	switch {
	case reaction != nil:
		h.Kind, h.Target = schema.EventReaction, schema.MessageID(reaction.GetKey().GetID())
		said.text = reaction.GetText()
	case protocol.GetKey().GetID() == "":
		return in, false
	// The zero type is REVOKE: a message without a type is not one.
	case protocol.Type != nil && protocol.GetType() == waE2E.ProtocolMessage_REVOKE:
		h.Kind, h.Target = schema.EventDeleted, schema.MessageID(protocol.GetKey().GetID())
	case protocol.GetType() == waE2E.ProtocolMessage_MESSAGE_EDIT && protocol.GetEditedMessage() != nil:
		h.Kind, h.Target = schema.EventEdited, schema.MessageID(protocol.GetKey().GetID())
		if said = decode(protocol.GetEditedMessage()); said.kind == schema.ContentUnsupported {
			if _, f, caption, ok := attachment(protocol.GetEditedMessage()); ok {
				said.kind, said.text = f.Kind, caption
			}
		}
	default:
		return in, false
	}
	if h.Target == "" {
		return in, false
	}
	in = header(ctx, c.Store.LIDs, c.Store.GetJID(), c.Store.GetLID(), e.Info)
	in.Kind, in.Text, in.Happening = said.kind, said.text, &h
	return in, true
}

// call reads an incoming call; ok is false for one of the account's own.
func call(ctx context.Context, c *whatsmeow.Client, event any) (in bridge.Incoming, ok bool) {
	var meta types.BasicCallMeta
	video := false
	switch e := event.(type) {
	case *events.CallOffer:
		meta = e.BasicCallMeta
		if e.Data != nil {
			_, video = e.Data.GetOptionalChildByTag("video")
		}
	case *events.CallOfferNotice:
		meta, video = e.BasicCallMeta, e.Media == "video"
	}
	caller := meta.CallCreator
	if caller.IsEmpty() {
		caller = meta.From
	}
	if meta.CallID == "" || caller.User == "" || caller.User == c.Store.GetJID().User || caller.User == c.Store.GetLID().User {
		return in, false
	}
	in = bridge.Incoming{ID: schema.MessageID(meta.CallID), At: meta.Timestamp, From: address(ctx, c.Store.LIDs, caller, meta.CallCreatorAlt),
		Happening: &bridge.Happening{Kind: schema.EventCall, Video: video}}
	in.Chat = in.From
	if !meta.GroupJID.IsEmpty() {
		in.Chat, in.Group = address(ctx, nil, meta.GroupJID, types.EmptyJID), true
	}
	return in, true
}

// groupChange reads what somebody did in a group; ok is false for what is not told:
// settings, admins, links.
func groupChange(ctx context.Context, c *whatsmeow.Client, event any) (in bridge.Incoming, ok bool) {
	var change schema.GroupChange
	var by, byPhone *types.JID
	// The notification's own id is not in whatsmeow's event: what it says names it,
	// so that its repeat is known.
	name := ""
	switch e := event.(type) {
	case *events.JoinedGroup:
		change.Group, change.Entered, change.At = address(ctx, nil, e.JID, types.EmptyJID), true, e.GroupCreated
		change.Subject = &e.Name
		if e.Topic != "" {
			change.Description = &e.Topic
		}
		for _, p := range e.Participants {
			change.Joined = append(change.Joined, address(ctx, c.Store.LIDs, p.JID, p.PhoneNumber))
		}
		by, byPhone, name = e.Sender, e.SenderPN, e.CreateKey+" "+e.ParticipantVersionID
	case *events.GroupInfo:
		change.Group, change.At = address(ctx, nil, e.JID, types.EmptyJID), e.Timestamp
		if e.Name != nil {
			change.Subject = &e.Name.Name
		}
		if e.Topic != nil {
			change.Description, name = &e.Topic.Topic, e.Topic.TopicID
		}
		change.Joined, change.Left = people(ctx, c, e.Join), people(ctx, c, e.Leave)
		by, byPhone, name = e.Sender, e.SenderPN, name+" "+e.ParticipantVersionID
		if change.Subject == nil && change.Description == nil && len(change.Joined)+len(change.Left) == 0 {
			return in, false
		}
	}
	if change.At.IsZero() {
		change.At = time.Now()
	}
	in = bridge.Incoming{Chat: change.Group, Group: true, At: change.At, Happening: &bridge.Happening{Kind: schema.EventGroup, Group: &change}}
	if by != nil && !by.IsEmpty() {
		alt := types.EmptyJID
		if byPhone != nil {
			alt = *byPhone
		}
		in.From = address(ctx, c.Store.LIDs, *by, alt)
		in.FromMe = by.User == c.Store.GetJID().User || by.User == c.Store.GetLID().User
	}
	in.ID = changeID(change, in.From, name)
	return in, true
}

func people(ctx context.Context, c *whatsmeow.Client, list []types.JID) (out []schema.Address) {
	for _, jid := range list {
		out = append(out, address(ctx, c.Store.LIDs, jid, types.EmptyJID))
	}
	return out
}

// changeID names a change of a group by all that is said of it. Names that come to
// light later do not count.
func changeID(change schema.GroupChange, by schema.Address, name string) schema.MessageID {
	h := sha256.New()
	_, _ = fmt.Fprintf(h, "%s %d %s %q %t", change.Group.JID, change.At.Unix(), by.JID, name, change.Entered)
	for _, text := range []*string{change.Subject, change.Description} {
		if text != nil {
			_, _ = fmt.Fprintf(h, " %q", *text)
		}
	}
	for _, list := range [][]schema.Address{change.Joined, change.Left} {
		for _, a := range list {
			_, _ = fmt.Fprintf(h, " %s", a.JID)
		}
		_, _ = fmt.Fprint(h, ";")
	}
	return schema.MessageID(hex.EncodeToString(h.Sum(nil)[:12]))
}

// insist has Inbox take what whatsmeow acknowledges whatever its handler says: it
// holds the acknowledgement up until that is stored. One of a session that is gone
// is not sent, and WhatsApp tells it again.
func (o *owner) insist(epoch int, in bridge.Incoming) {
	in.Line = o.id
	for try := 0; ; try++ {
		reply := make(chan error, 1)
		if !o.post(inward{epoch, func(ctx context.Context) error { return o.s.inbox.Receive(ctx, in) }, reply}) {
			return
		}
		if err := await[error](o, reply, context.Canceled); err == nil || errors.Is(err, errChanged) {
			return
		}
		timer := time.NewTimer(o.s.timing.pause(try))
		select {
		case <-timer.C:
		case <-o.ctx.Done():
			timer.Stop()
			return
		}
	}
}
