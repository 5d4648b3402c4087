package bridge

import (
	"github.com/nodeline/nodeline/schema"
)

// happened tells by an event what came that is no message.
func (b *Bridge) happened(tx Tx, o *owner, in Incoming) error {
	h := in.Happening
	e := schema.Event{Line: in.Line, Kind: h.Kind, At: b.now()}
	switch h.Kind {
	case schema.EventEdited:
		e.Edited = &schema.MessageEdit{ID: h.Target, Chat: in.Chat, From: in.From, FromMe: in.FromMe, Kind: in.Kind, Text: in.Text, At: in.At}
	case schema.EventDeleted:
		e.Deleted = &schema.MessageDeletion{ID: h.Target, Chat: in.Chat, From: in.From, FromMe: in.FromMe, At: in.At}
	case schema.EventReaction:
		e.Reaction = &schema.MessageReaction{ID: h.Target, Chat: in.Chat, From: in.From, FromMe: in.FromMe, Emoji: in.Text, At: in.At}
	case schema.EventCall:
		e.Call = &schema.IncomingCall{ID: string(in.ID), Chat: in.Chat, From: in.From, Video: h.Video, At: in.At}
		if err := heard(tx, o, in); err != nil {
			return err
		}
	case schema.EventGroup:
		change := *h.Group
		change.Group, change.At = in.Chat, in.At
		if in.From != (schema.Address{}) {
			by := in.From
			change.By = &by
		}
		for _, list := range []*[]schema.Address{&change.Joined, &change.Left} {
			if err := b.introduce(tx, in.Line, list); err != nil {
				return err
			}
		}
		e.Group = &change
		tx.AfterCommit(o.groups.forget)
		if change.Subject != nil {
			if err := entitle(tx, in.Line, in.Chat, *change.Subject); err != nil {
				return err
			}
			tx.AfterCommit(func() { o.groups.call(in.Chat.JID, *change.Subject) })
		}
	}
	return b.append(tx, e)
}

// introduce learns who the people of a list are, and fills in their other names.
func (b *Bridge) introduce(tx Tx, line schema.LineID, list *[]schema.Address) error {
	known := make([]schema.Address, len(*list))
	for i, a := range *list {
		err := b.meet(tx, line, a)
		if err == nil {
			known[i], err = tx.Complete(line, a)
		}
		if err != nil {
			return err
		}
	}
	if len(known) > 0 {
		*list = known
	}
	return nil
}

// meet learns that a phone and a LID are one person, and tells by an event if
// another LID or another phone was theirs before.
func (b *Bridge) meet(tx Tx, line schema.LineID, a schema.Address) error {
	if a.Phone == "" || a.LID == "" {
		return nil
	}
	before, err := tx.Complete(line, schema.Address{LID: a.LID})
	if err != nil {
		return err
	}
	if before.Phone == a.Phone {
		return tx.Learn(line, a)
	}
	if before.Phone == "" {
		if before, err = tx.Complete(line, schema.Address{Phone: a.Phone}); err != nil {
			return err
		}
	}
	if err := tx.Learn(line, a); err != nil || before.LID == "" {
		return err
	}
	before.JID = before.LID
	after := schema.Address{Phone: a.Phone, LID: a.LID, JID: a.LID}
	return b.append(tx, schema.Event{Line: line, Kind: schema.EventNumber, At: b.now(), Number: &schema.NumberChange{Before: before, After: after}})
}
