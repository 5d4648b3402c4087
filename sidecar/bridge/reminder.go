package bridge

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nodeline/nodeline/schema"
)

// A reminder is planned with its ask and becomes a message of the outbox at its
// time, once:
//
//	planned ─ its time ─ line here, all heard? ─ no: it stays planned until then
//	                       │ yes
//	                     one commit: still waiting, question sent before ─ newest of those due: queued + message
//	                                 anything else ─────────────────────── skipped
//
// The message's key is made of the ask's, so its WhatsApp id is the same after any
// crash. The ask's end skips what is planned and takes back what is queued, in the
// commit of the outcome; one that is being handed to WhatsApp at that moment may cross.

// reminderSign parts an ask's id from a reminder's place. No key of a caller has it.
const reminderSign = "#"

// ReminderKey is the key of a reminder's message; place counts from 1.
func ReminderKey(ask schema.Key, place int) schema.Key {
	return ask + reminderSign + schema.Key(strconv.Itoa(place))
}

// askFollowed is the ask of a reminder or a repeated question, by that message's key.
func askFollowed(key schema.Key) (ask schema.Key, ok bool) {
	at := strings.IndexAny(string(key), reminderSign+repeatSign)
	return key[:max(at, 0)], at >= 0
}

// plan sets the times of an ask's reminders.
func plan(asked []schema.Reminder, from time.Time) (list []ReminderRecord) {
	for _, r := range asked {
		list = append(list, ReminderRecord{Due: from.Add(time.Duration(r.AfterSeconds) * time.Second), Text: r.Text, State: schema.ReminderPlanned})
	}
	return list
}

// NextReminder is when the ask's earliest planned reminder is due. One that is behind
// another ask has no time yet.
func (a AskRecord) NextReminder() (at time.Time, ok bool) {
	if a.Behind != "" {
		return time.Time{}, false
	}
	for _, r := range a.Reminders {
		if r.State == schema.ReminderPlanned {
			return r.Due, true
		}
	}
	return time.Time{}, false
}

func (a *AskRecord) skipReminders() {
	a.Reminders = slices.Clone(a.Reminders)
	for i := range a.Reminders {
		if a.Reminders[i].State == schema.ReminderPlanned {
			a.Reminders[i].State = schema.ReminderSkipped
		}
	}
}

func remindersOf(a AskRecord, o *owner) (list []schema.AskReminder) {
	for _, r := range a.Reminders {
		out := schema.AskReminder{DueAt: r.Due, State: r.State}
		if r.State == schema.ReminderQueued {
			out.MessageID, out.Status = r.Message.ID, r.Message.Status
			if o != nil {
				out.Status = o.shown(r.Message)
			}
			if at := r.Message.SentAt; !at.IsZero() {
				out.SentAt = &at
			}
		}
		list = append(list, out)
	}
	return list
}

// remind has a line send the reminders that are due. While the line is away they
// stay planned: an answer may be on its way.
func (b *Bridge) remind(o *owner, now time.Time) (hold time.Time, err error) {
	if !o.present() {
		_, hold = o.heard(now)
		return hold, nil
	}
	var due []schema.Key
	err = b.store.Read(b.ctx, func(v View) (err error) {
		due, err = v.DueReminders(o.id, now, dueBatch)
		return err
	})
	if err != nil || len(due) == 0 {
		return hold, err
	}
	if len(due) == dueBatch {
		hold = now
	}
	return hold, b.store.Write(b.ctx, func(tx Tx) error {
		for _, id := range due {
			a, ok, err := tx.Ask(o.id, id)
			if err == nil && ok && !a.State.Final() {
				err = b.remindOf(tx, o, a, now)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// remindOf queues the reminder of an ask that is to go now, if there is one, and
// skips the others that are due.
func (b *Bridge) remindOf(tx Tx, o *owner, a AskRecord, now time.Time) error {
	at, waits := -1, false
	a.Reminders = slices.Clone(a.Reminders)
	for i := range a.Reminders {
		r := &a.Reminders[i]
		waits = waits || r.State == schema.ReminderQueued && !r.Message.Settled
		if r.State != schema.ReminderPlanned || r.Due.After(now) {
			continue
		}
		r.State = schema.ReminderSkipped
		if a.State == schema.AskWaiting && !r.Due.Before(a.Asked) && now.Before(a.Deadline) {
			at = i
		}
	}
	if at >= 0 && !waits {
		m, err := b.reminder(o, a, at)
		if err != nil {
			// Its text cannot be encoded: that will not change.
			b.log.Error("make reminder", "line", o.id, "ask", a.ID, "error", err)
			return tx.UpdateAsk(a)
		}
		a.Reminders[at].State = schema.ReminderQueued
		if _, err := b.insert(tx, o, a.Lang, m, nil, nil); err != nil {
			return err
		}
	}
	return tx.UpdateAsk(a)
}

// reminder makes the message of a reminder: a text to the chat of the question,
// as urgent as that, and not to be sent after the deadline.
func (b *Bridge) reminder(o *owner, a AskRecord, place int) (MessageRecord, error) {
	return b.follow(o, a, ReminderKey(a.ID, place+1), "reminder", Content{Body: a.Reminders[place].Text}, a.Message.Priority)
}

// follow makes a message that follows an ask's question. what names its kind.
func (b *Bridge) follow(o *owner, a AskRecord, key schema.Key, what string, c Content, priority schema.Priority) (MessageRecord, error) {
	hash, err := hashOf(what, c.Body)
	if err != nil {
		return MessageRecord{}, err
	}
	payload, err := b.sessions.Encode(c)
	if err != nil {
		return MessageRecord{}, err
	}
	at := b.now()
	return MessageRecord{Line: a.Line, Key: key, Hash: hash, ID: mint(o.line().Secret, key), Chat: a.Chat, Payload: payload,
		Priority: priority, Expires: a.Deadline, Status: schema.StatusQueued, StatusAt: at, Created: at}, nil
}

// holds keeps messages from being tried while what takes them back is written.
type holds struct {
	o    *owner
	keys []schema.Key
}

// take holds a message, if it has surely not gone yet, and says whether it is held.
func (h *holds) take(key schema.Key) bool {
	if h == nil {
		return false
	}
	if slices.Contains(h.keys, key) {
		return true
	}
	if !h.o.hold(key) {
		return false
	}
	h.keys = append(h.keys, key)
	return true
}

func (h *holds) release() {
	for _, key := range h.keys {
		h.o.release(key)
	}
}
