package bridge

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nodeline/nodeline/schema"
)

// Receive implements Inbox. One commit holds the memory of the message, its
// event, and the outcome and delivery of the ask that it answers.
func (b *Bridge) Receive(ctx context.Context, in Incoming) error {
	in.At = in.At.UTC().Truncate(time.Millisecond)
	b.mu.Lock()
	o := b.owners[in.Line]
	b.mu.Unlock()
	if o == nil {
		return fmt.Errorf("receive: %s: %w", in.Line, ErrNoLine)
	}
	held := &holds{o: o}
	defer held.release()
	err := b.store.Write(ctx, func(tx Tx) error { return b.receive(tx, o, in, held) })
	if err != nil {
		return fmt.Errorf("receive: %w", err)
	}
	return nil
}

func (b *Bridge) receive(tx Tx, o *owner, in Incoming, held *holds) error {
	var err error
	for _, a := range []*schema.Address{&in.Chat, &in.From} {
		if err = b.meet(tx, in.Line, *a); err == nil {
			err = moved(tx, in.Line, *a)
		}
		if err == nil {
			*a, err = tx.Complete(in.Line, *a)
		}
		if err != nil {
			return err
		}
	}
	if fresh, err := unseen(tx, in, b.now()); err != nil || !fresh {
		return err
	}
	if in.Happening != nil {
		return b.happened(tx, o, in)
	}
	var vote *schema.Vote
	if in.Vote != nil {
		var poll schema.Key
		vote, poll, err = readVote(tx, &in)
		if err == nil && poll != "" && !in.FromMe {
			err = b.arrived(tx, in.Line, poll)
		}
		if err != nil {
			return err
		}
	}
	m, err := matchAnswer(tx, o, in, b.now())
	if err != nil {
		return err
	}
	message := schema.IncomingMessage{ID: in.ID, Chat: in.Chat, From: in.From, FromMe: in.FromMe, Kind: in.Kind,
		Text: in.Text, ButtonID: in.ButtonID, Vote: vote, QuotedID: in.QuotedID, Place: in.Place, Contacts: in.Contacts, At: in.At}
	if message.Media, err = b.received(tx, o.line(), in); err != nil {
		return err
	}
	if vote != nil {
		message.ButtonID = ""
	}
	if m.found || m.aside {
		message.Ask, message.Late = m.ask.ID, m.late
	}
	if m.misses {
		if err := b.missed(tx, o, m, in); err != nil {
			return err
		}
	}
	if m.found && !m.late {
		if err := b.answered(tx, m, in, held); err != nil {
			return err
		}
	}
	if err := heard(tx, o, in); err != nil {
		return err
	}
	if !in.FromMe && !in.Group {
		tx.AfterCommit(func() { o.wrote(namesOf(in.Chat)) })
	}
	event, err := b.appended(tx, schema.Event{Line: in.Line, Kind: schema.EventMessage, At: b.now(), Message: &message})
	if err == nil && in.Payload != nil {
		err = tx.PutPayload(in.Line, event.Cursor, in.Payload)
	}
	return err
}

// answered ends an ask with its answer. A tap or a quote proves that the
// question, or the reminder, arrived, whatever is known of its send.
func (b *Bridge) answered(tx Tx, m match, in Incoming, held *holds) error {
	if m.quoted != "" {
		if err := b.arrived(tx, in.Line, m.quoted); err != nil {
			return err
		}
	}
	out := schema.Outcome{Kind: m.outcome, Answer: &m.answer}
	if m.outcome == schema.OutcomeCancelled {
		out.Reason = schema.ReasonCustomer
	}
	_, err := b.finish(tx, m.ask, out, held)
	return err
}

// arrived: somebody pointed at a message of ours, so a phone has it.
func (b *Bridge) arrived(tx Tx, line schema.LineID, key schema.Key) error {
	return b.move(tx, line, key, func(r *MessageRecord) { r.Status = schema.StatusDelivered })
}

// unseen remembers a message and says whether it is new. It is remembered under
// each name of its people: one of them may come to light between a message and its repeat.
func unseen(tx Tx, in Incoming, at time.Time) (bool, error) {
	fresh := true
	chats, senders := namesOf(in.Chat), namesOf(in.From)
	for i := range max(len(chats), len(senders)) {
		chat, sender := chats[min(i, len(chats)-1)], senders[min(i, len(senders)-1)]
		first, err := tx.Seen(in.Line, chat, sender, in.ID, at)
		if err != nil {
			return false, err
		}
		fresh = fresh && first
	}
	return fresh, nil
}

// namesOf is what a person goes by, phone before LID, as far as it is known; a
// group's one name is its JID.
func namesOf(a schema.Address) (names []string) {
	for _, name := range []string{a.Phone, a.LID} {
		if name != "" {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		names = []string{a.JID}
	}
	return names
}

// Receipt implements Inbox. Receipts of messages that are not ours are ignored.
func (b *Bridge) Receipt(ctx context.Context, r Receipt) error {
	err := b.store.Write(ctx, func(tx Tx) error {
		for _, id := range r.IDs {
			m, ok, err := tx.MessageByID(r.Line, id)
			if err != nil {
				return err
			}
			if !ok || rank(m.Status) >= rank(r.Status) {
				continue
			}
			if err := b.moveRead(tx, m, func(m *MessageRecord) { m.Status = r.Status }); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil && !errors.Is(err, ErrNoLine) {
		return fmt.Errorf("record receipt: %w", err)
	}
	return nil
}

// Recall implements Inbox: every message that was ever tried is in the outbox
// with the bytes that went out, so the sessions keep no second copy.
func (b *Bridge) Recall(ctx context.Context, line schema.LineID, id schema.MessageID) (payload []byte, chat schema.Address, err error) {
	err = b.store.Read(ctx, func(v View) error {
		m, ok, err := v.MessageByID(line, id)
		if ok {
			payload, chat = m.Payload, m.Chat
		}
		return err
	})
	if err != nil {
		return nil, schema.Address{}, fmt.Errorf("recall: %w", err)
	}
	return payload, chat, nil
}
