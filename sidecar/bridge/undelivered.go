package bridge

import (
	"time"

	"github.com/nodeline/nodeline/schema"
)

// A message that was sent and that no phone has confirmed is reported, once:
//
//	sent ─ one commit: when its receipt is due
//	  │ a receipt ────────────────────────────────────────── nothing is due any more
//	due ─ line has heard all that was sent to it by then? ─ no ── later, as with deadlines
//	  │ yes
//	one commit: reported + event message.undelivered
//	  │ a receipt, however late ── one commit: not reported + event message.status
//
// In a group it is the first member's receipt that counts.

// awaitReceipt follows a message's new status: a receipt is due from sent on, until one is there.
func (b *Bridge) awaitReceipt(tx Tx, m *MessageRecord) {
	m.ReceiptDue, m.Undelivered = time.Time{}, time.Time{}
	if m.Status != schema.StatusSent {
		return
	}
	b.mu.Lock()
	o := b.owners[m.Line]
	b.mu.Unlock()
	if o == nil {
		return
	}
	after := o.line().Undelivered
	if after == 0 {
		return
	}
	m.ReceiptDue = m.StatusAt.Add(after)
	due := m.ReceiptDue
	tx.AfterCommit(func() { b.clock.lower(o.id, receipts, due) })
}

// tellUndelivered reports a line's messages whose receipt is overdue. What was
// confirmed while the line was away comes when it is back.
func (b *Bridge) tellUndelivered(o *owner, now time.Time) (hold time.Time, err error) {
	until, hold := o.heard(now)
	var due []schema.Key
	err = b.store.Read(b.ctx, func(v View) (err error) {
		if due, err = v.NoReceipt(o.id, until, dueBatch); err == nil {
			hold, err = b.notHeard(v.NextReceipt, o.id, now, until, hold)
		}
		return err
	})
	if err != nil || len(due) == 0 {
		return hold, err
	}
	if len(due) == dueBatch {
		hold = now
	}
	return hold, b.store.Write(b.ctx, func(tx Tx) error {
		for _, key := range due {
			m, ok, err := tx.Message(o.id, key)
			if err == nil && ok && !m.ReceiptDue.IsZero() {
				err = b.undelivered(tx, m)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func (b *Bridge) undelivered(tx Tx, m MessageRecord) error {
	was := m
	m.ReceiptDue, m.Undelivered = time.Time{}, b.now()
	if err := tx.UpdateMessage(was, m); err != nil {
		return err
	}
	b.afterMove(tx, m)
	return b.append(tx, schema.Event{Line: m.Line, Kind: schema.EventUndelivered, At: m.Undelivered, Status: &schema.MessageStatusChange{
		Key: m.Key, MessageID: m.ID, Chat: m.Chat, Status: m.Status}})
}

var (
	noteSent = schema.Text{
		En: "Not delivered yet: WhatsApp took the message, and no phone has confirmed it. It is not sent again in another form, for a phone that is off would show it twice.",
		Ru: "Ещё не доставлено: WhatsApp принял сообщение, но телефон его пока не подтвердил. В другой форме оно не повторяется: выключенный телефон показал бы его дважды."}
	noteUndelivered = schema.Text{
		En: "Not delivered: WhatsApp took the message, and no phone has confirmed it in the time that the line waits. The phone may be off for long, or its owner has blocked this account. If it is confirmed yet, an event tells.",
		Ru: "Не доставлено: WhatsApp принял сообщение, но за время, которое ждёт линия, его не подтвердил ни один телефон. Телефон может быть надолго выключен, или его владелец заблокировал этот аккаунт. Если подтверждение ещё придёт, о нём сообщит событие."}
)

// noteOf says what sent does not mean.
func noteOf(s schema.MessageStatus, undelivered time.Time, lang schema.Lang) string {
	switch {
	case s != schema.StatusSent:
		return ""
	case !undelivered.IsZero():
		return noteUndelivered.In(lang)
	}
	return noteSent.In(lang)
}

// undeliveredAt is MessageRecord.Undelivered as results show it.
func undeliveredAt(m MessageRecord) *schema.Time {
	if m.Undelivered.IsZero() {
		return nil
	}
	return &m.Undelivered
}
