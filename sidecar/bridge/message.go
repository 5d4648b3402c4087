package bridge

import (
	"context"
	"strconv"
	"time"

	"github.com/nodeline/nodeline/schema"
)

// MessageGet implements API.
func (b *Bridge) MessageGet(ctx context.Context, c Caller, r schema.MessageGetRequest) (schema.SendResult, error) {
	o, err := b.owner(r.Line, c.Lang)
	if err != nil {
		return schema.SendResult{}, err
	}
	var (
		m  MessageRecord
		ok bool
	)
	err = b.store.Read(ctx, func(v View) (err error) {
		m, ok, err = v.Message(r.Line, r.Key)
		return err
	})
	if err != nil {
		return schema.SendResult{}, b.fail("get message", c.Lang, err)
	}
	if !ok {
		return schema.SendResult{}, schema.NewError(schema.CodeMessageNotFound, c.Lang, nil)
	}
	return sendResult(o, m, c.Lang), nil
}

// MessageList implements API.
func (b *Bridge) MessageList(ctx context.Context, c Caller, r schema.MessageListRequest) (schema.MessageListResult, error) {
	o, err := b.owner(r.Line, c.Lang)
	if err != nil {
		return schema.MessageListResult{}, err
	}
	before, err := pageBefore(r.Before, c.Lang)
	if err != nil {
		return schema.MessageListResult{}, err
	}
	count := pageSize(r.Count)
	var list []MessageRecord
	err = b.store.Read(ctx, func(v View) (err error) {
		list, err = v.Messages(r.Line, MessageFilter{Status: r.Status, Before: before, Count: count + 1})
		return err
	})
	if err != nil {
		return schema.MessageListResult{}, b.fail("list messages", c.Lang, err)
	}
	out := schema.MessageListResult{Messages: []schema.SendResult{}}
	if len(list) > count {
		list = list[:count]
		out.Next = strconv.FormatInt(list[count-1].Seq, 10)
	}
	for _, m := range list {
		out.Messages = append(out.Messages, sendResult(o, m, c.Lang))
	}
	return out, nil
}

// MessageCancel implements API. A try under way is waited for, for a few seconds:
// how it ends says more than that the message may have gone.
func (b *Bridge) MessageCancel(ctx context.Context, c Caller, r schema.MessageCancelRequest) (schema.SendResult, error) {
	o, err := b.owner(r.Line, c.Lang)
	if err != nil {
		return schema.SendResult{}, err
	}
	if o.find(r.Key) == nil {
		// It may be of a commit under way: behind that it is here, or never was.
		if err := b.store.Write(ctx, func(Tx) error { return nil }); err != nil {
			return schema.SendResult{}, b.fail("cancel message", c.Lang, err)
		}
	}
	held := o.hold(r.Key)
	if held {
		defer o.release(r.Key)
	} else {
		Queued(ctx) // nobody's order depends on how long this waits
		o.stopTrying(ctx, r.Key, b.timing.FirstTry)
	}
	var m MessageRecord
	err = b.store.Write(ctx, func(tx Tx) error {
		var ok bool
		var err error
		switch m, ok, err = tx.Message(r.Line, r.Key); {
		case err != nil:
			return err
		case !ok:
			return schema.NewError(schema.CodeMessageNotFound, c.Lang, nil)
		case m.Ask:
			return schema.NewError(schema.CodeMessageOfAsk, c.Lang, nil)
		case m.Settled:
			return nil
		}
		if err := b.takeBack(tx, m, held, schema.CodeCancelled); err != nil {
			return err
		}
		m, _, err = tx.Message(r.Line, r.Key)
		return err
	})
	if err != nil {
		return schema.SendResult{}, b.fail("cancel message", c.Lang, err)
	}
	return sendResult(o, m, c.Lang), nil
}

// takeBack ends a message that is to be tried no more: as failed if it surely has
// not gone, else as unknown, which a receipt can still resolve. One that this
// transaction finds not begun has not gone and will not, held or not: its try would
// have to be marked first, and is not made once this is committed.
func (b *Bridge) takeBack(tx Tx, m MessageRecord, held bool, code schema.Code) error {
	return b.move(tx, m.Line, m.Key, func(m *MessageRecord) {
		m.Settled, m.Status, m.Code = true, schema.StatusUnknown, schema.CodeUnknown
		if held || !m.Begun {
			m.Status, m.Code = schema.StatusFailed, code
		}
	})
}

// expired reports that a message's time to be sent is over.
func (m MessageRecord) expired(now time.Time) bool {
	return !m.Expires.IsZero() && !m.Expires.After(now)
}

// endExpired takes back a line's messages whose time to be sent has passed.
func (b *Bridge) endExpired(o *owner, now time.Time) (hold time.Time, err error) {
	var due []schema.Key
	err = b.store.Read(b.ctx, func(v View) (err error) {
		due, err = v.Expired(o.id, now, dueBatch)
		return err
	})
	if err != nil || len(due) == 0 {
		return hold, err
	}
	held := make([]bool, len(due))
	for i, key := range due {
		if held[i] = o.hold(key); held[i] {
			defer o.release(key)
		}
	}
	if len(due) == dueBatch {
		hold = now
	}
	return hold, b.store.Write(b.ctx, func(tx Tx) error {
		for i, key := range due {
			m, ok, err := tx.Message(o.id, key)
			if err == nil && ok && !m.Settled {
				err = b.takeBack(tx, m, held[i], schema.CodeExpired)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}
