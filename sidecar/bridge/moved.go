package bridge

import (
	"context"
	"time"

	"github.com/nodeline/nodeline/schema"
)

// A person's LID can change. What is remembered of their phone then leads
// nowhere: it is corrected when they write, or when WhatsApp refuses a message
// because nobody is there.

// moved corrects what is remembered of a phone when its person writes under
// another LID.
func moved(tx Tx, line schema.LineID, a schema.Address) error {
	if a.Phone == "" || a.LID == "" {
		return nil
	}
	rec, ok, err := tx.Contact(line, a.Phone)
	if err != nil || !ok || !rec.Contact.Exists || rec.Contact.Address.LID == a.LID {
		return err
	}
	known := &rec.Contact.Address
	if known.JID == known.LID {
		known.JID = a.LID
	}
	known.LID = a.LID
	return tx.PutContact(rec)
}

// nobody: WhatsApp knows no such address.
func (v verdict) nobody() bool { return v.err != nil && v.certain && v.server == 404 }

// findAgain asks WhatsApp again where the phones of a message are. ok is false where
// that brings nothing new.
func (o *owner) findAgain(ctx context.Context, p *pending, m MessageRecord) (out MessageRecord, ok bool) {
	if len(m.Phones) == 0 {
		return m, false
	}
	err := o.b.store.Write(ctx, func(tx Tx) error {
		for _, phone := range m.Phones {
			rec, ok, err := tx.Contact(o.id, phone)
			if err != nil {
				return err
			}
			if !ok {
				continue
			}
			rec.At = time.Time{} // no longer believed
			if err := tx.PutContact(rec); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return m, false
	}
	chat, v := o.resolve(ctx, m.Phones)
	if v.err != nil || chat.JID == m.Chat.JID {
		return m, false
	}
	m.Chat = chat
	return m, o.change(p, func(row *MessageRecord) { row.Chat = chat }) == nil
}
