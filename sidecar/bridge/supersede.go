package bridge

import (
	"slices"

	"github.com/nodeline/nodeline/schema"
)

// How a question stands to the chat's earlier ones that have no outcome:
//
//	parallel ── it goes at once
//	replace ─── they end, in the commit that stores it
//	queue ───── it is stored behind the newest of them, its message held: in no queue of the worker
//	              │ that one ends (finish)
//	            another that came before is open ─ yes: behind that one
//	              │ no
//	            the same commit: message admitted; deadline, reminders and expiry shifted by the wait
//
// What an ask waits for is written with it, so its turn comes whatever is learnt of
// the chat's names meanwhile, and in whichever life.

// earlierAsks are the open asks of a message's chat, newest first.
func earlierAsks(v View, m MessageRecord) ([]AskRecord, error) {
	chat, phone := m.Chat, ""
	if len(m.Phones) > 0 {
		phone = m.Phones[0]
	}
	var err error
	if chat.JID == "" {
		chat, err = personOf(v, m.Line, phone)
	} else {
		chat, err = v.Complete(m.Line, chat)
	}
	if err != nil {
		return nil, err
	}
	return v.OpenAsksTo(m.Line, chat, phone)
}

// insertAsk stores the ask of a message that is stored.
func (b *Bridge) insertAsk(tx Tx, m MessageRecord, a AskRecord, earlier []AskRecord, held *holds) error {
	a.MessageID, a.Chat, a.Created = m.ID, m.Chat, m.Created
	if len(m.Phones) > 0 {
		a.Phone = m.Phones[0]
	}
	if m.Held {
		a.Behind = earlier[0].ID
	}
	if err := tx.InsertAsk(a); err != nil {
		return err
	}
	b.awaited(tx, a)
	if a.Terms.Supersede != schema.SupersedeReplace {
		return nil
	}
	for _, old := range earlier {
		if _, err := b.finish(tx, old, schema.Outcome{Kind: schema.OutcomeCancelled, Reason: schema.ReasonReplaced}, held); err != nil {
			return err
		}
	}
	return nil
}

// awaited has what is timed of an ask looked at, once this is committed.
func (b *Bridge) awaited(tx Tx, a AskRecord) {
	if a.Behind != "" {
		return
	}
	tx.AfterCommit(func() {
		b.clock.lower(a.Line, deadlines, a.Deadline)
		if at, ok := a.NextReminder(); ok {
			b.clock.lower(a.Line, reminders, at)
		}
	})
}

// giveTurn has the asks behind one that has ended wait for another, or be asked.
func (b *Bridge) giveTurn(tx Tx, ended AskRecord) error {
	behind, err := tx.AsksBehind(ended.Line, ended.ID)
	if err != nil {
		return err
	}
	for _, a := range behind {
		earlier, err := earlierAsks(tx, a.Message)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(earlier, func(e AskRecord) bool { return e.Message.Seq < a.Message.Seq })
		if at >= 0 {
			a.Behind = earlier[at].ID
			err = tx.UpdateAsk(a)
		} else {
			err = b.askNow(tx, a)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// askNow has an ask whose turn has come go out; what is timed of it counts from now.
func (b *Bridge) askNow(tx Tx, a AskRecord) error {
	waited := b.now().Sub(a.Created)
	a.Behind, a.Deadline = "", a.Deadline.Add(waited)
	a.Reminders = slices.Clone(a.Reminders)
	for i := range a.Reminders {
		a.Reminders[i].Due = a.Reminders[i].Due.Add(waited)
	}
	if err := tx.UpdateAsk(a); err != nil {
		return err
	}
	m := a.Message
	if m.Held = false; !m.Expires.IsZero() {
		m.Expires = m.Expires.Add(waited)
	}
	if err := tx.Admit(m); err != nil {
		return err
	}
	aliases, err := aliasesOf(tx, m)
	if err != nil {
		return err
	}
	b.follows(tx, m, aliases)
	b.awaited(tx, a)
	return nil
}
