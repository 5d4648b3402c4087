package bridge

import (
	"context"

	"github.com/nodeline/nodeline/schema"
)

// EventList implements API.
func (b *Bridge) EventList(ctx context.Context, c Caller, r schema.EventListRequest) (schema.EventListResult, error) {
	if _, err := b.owner(r.Line, c.Lang); err != nil {
		return schema.EventListResult{}, err
	}
	out := schema.EventListResult{}
	err := b.store.Read(ctx, func(v View) error {
		newest, err := v.Cursor(r.Line)
		if err != nil {
			return err
		}
		out.Cursor = From(r.After, newest)
		out.Events, err = v.Events(r.Line, out.Cursor, pageSize(r.Count))
		return err
	})
	if err != nil {
		return schema.EventListResult{}, b.fail("list events", c.Lang, err)
	}
	if out.Events == nil {
		out.Events = []schema.Event{}
	}
	for i := range out.Events {
		out.Events[i] = Translate(out.Events[i], c.Lang)
		out.Cursor = out.Events[i].Cursor
	}
	return out, nil
}

// From is where a reader goes on that has seen events up to after (-1: only what
// comes). A cursor that was never reached is of another log, of a line that was
// removed and made again or of a store that was restored: that log is new to it.
func From(after, newest int64) int64 {
	switch {
	case after < 0:
		return newest
	case after > newest:
		return 0
	}
	return after
}

// Translate says an event's sentences, stored in English, in another language.
func Translate(e schema.Event, lang schema.Lang) schema.Event {
	if e.State != nil {
		state := *e.State
		troubleOf(state).tell(&state, lang)
		e.State = &state
	}
	if e.Status != nil && e.Status.Error != nil {
		status := *e.Status
		status.Error = inLang(status.Error, lang)
		e.Status = &status
	}
	return e
}

// DeliveryList implements API. The deliveries of a line that was removed can
// still be read: its asks ended, and the host has to hear it.
func (b *Bridge) DeliveryList(ctx context.Context, c Caller, r schema.DeliveryListRequest) (schema.DeliveryListResult, error) {
	var list []DeliveryRecord
	err := b.store.Read(ctx, func(v View) (err error) {
		list, err = v.Deliveries(r.Line, r.Host, r.Node, 0, pageSize(r.Count))
		return err
	})
	if err != nil {
		return schema.DeliveryListResult{}, b.fail("list deliveries", c.Lang, err)
	}
	if len(list) == 0 {
		if _, err := b.owner(r.Line, c.Lang); err != nil {
			return schema.DeliveryListResult{}, err
		}
	}
	out := schema.DeliveryListResult{Deliveries: []schema.Delivery{}}
	for _, rec := range list {
		rec.Delivery.Attempt = max(rec.Delivery.Attempt, 1)
		out.Deliveries = append(out.Deliveries, rec.Delivery)
	}
	return out, nil
}

// DeliveryAck implements API; of a line that was removed too.
func (b *Bridge) DeliveryAck(ctx context.Context, c Caller, r schema.DeliveryAckRequest) (schema.DeliveryAckResult, error) {
	var out schema.DeliveryAckResult
	err := b.store.Write(ctx, func(tx Tx) (err error) {
		out.Acked, err = tx.Acknowledge(r.Line, r.Host, r.IDs)
		return err
	})
	if err != nil {
		return schema.DeliveryAckResult{}, b.fail("acknowledge deliveries", c.Lang, err)
	}
	return out, nil
}

// OpenDeliveries counts the deliveries of all lines and hosts that are not acknowledged.
func (b *Bridge) OpenDeliveries(ctx context.Context) (n int, err error) {
	err = b.store.Read(ctx, func(v View) (err error) {
		n, err = v.OpenDeliveries("", "")
		return err
	})
	return n, err
}
