package deliver

import (
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// errStore says that the store could not be read, and not that the connection is gone.
var errStore = errors.New("read store")

// waiting is a delivery that was pushed and is not known to be acknowledged.
type waiting struct {
	pause time.Duration
	next  time.Time
}

// deliver pushes a host's open deliveries in order, and again those that stay open.
func (f *Feeds) deliver(h *feed, key hostKey) {
	pushed := map[schema.DeliveryID]waiting{}
	var newest int64 // sequence number of the newest pushed
	for h.ctx.Err() == nil {
		after := newest
		if due(pushed) {
			after = 0 // look at all that is open, to see what was acknowledged
		}
		last, err := f.round(h, key, after, pushed)
		newest = max(newest, last)
		switch {
		case errors.Is(err, errStore):
			f.troubled(h, "read deliveries", key.line, err)
		case err != nil:
			f.broken(h, "push deliveries", key.line, err)
			return
		default:
			pause(h, pushed)
		}
	}
}

// round pushes what is open after a sequence number, a page at a time: contexts
// can be large. It gives the last one's number, and drops from pushed what is
// not open any more where it has looked at everything.
func (f *Feeds) round(h *feed, key hostKey, after int64, pushed map[schema.DeliveryID]waiting) (last int64, err error) {
	all, still := after == 0, map[schema.DeliveryID]bool{}
	for last = after; ; {
		var page []bridge.DeliveryRecord
		err = f.store.Read(h.ctx, func(v bridge.View) (err error) {
			page, err = v.Deliveries(key.line, key.host, "", last, pageSize)
			return err
		})
		if err != nil {
			return last, fmt.Errorf("%w: %w", errStore, err)
		}
		for _, rec := range page {
			if err := f.pushOne(h, rec, pushed); err != nil {
				return last, err
			}
			last, still[rec.Delivery.ID] = rec.Seq, true
		}
		if len(page) == pageSize {
			continue
		}
		if all {
			maps.DeleteFunc(pushed, func(id schema.DeliveryID, _ waiting) bool { return !still[id] })
		}
		return last, nil
	}
}

// pushOne pushes a delivery unless it was pushed a short while ago.
func (f *Feeds) pushOne(h *feed, rec bridge.DeliveryRecord, pushed map[schema.DeliveryID]waiting) error {
	d := rec.Delivery
	w, again := pushed[d.ID]
	if again && time.Now().Before(w.next) {
		return nil
	}
	d.Attempt++
	// Counted beside the push, not before it: the customer's answer does not wait
	// for a disk. A crash in between repeats one number, never a delivery less.
	f.work.Go(func() { f.attempted(d.ID, d.Attempt) })
	if err := h.push(h.ctx, "delivery", d); err != nil {
		return err
	}
	w.pause = min(max(2*w.pause, f.min), f.max)
	w.next = time.Now().Add(w.pause)
	pushed[d.ID] = w
	return nil
}

func (f *Feeds) attempted(id schema.DeliveryID, attempt int) {
	err := f.store.Write(f.ctx, func(tx bridge.Tx) error { return tx.Attempted(id, attempt) })
	if err != nil && f.ctx.Err() == nil {
		f.log.Error("count attempt", "delivery", id, "error", err)
	}
}

func due(pushed map[schema.DeliveryID]waiting) bool {
	for _, w := range pushed {
		if !time.Now().Before(w.next) {
			return true
		}
	}
	return false
}

// pause waits for news, or until the first pushed delivery is due again.
func pause(h *feed, pushed map[schema.DeliveryID]waiting) {
	var timeout <-chan time.Time
	if len(pushed) > 0 {
		first := time.Time{}
		for _, w := range pushed {
			if first.IsZero() || w.next.Before(first) {
				first = w.next
			}
		}
		timer := time.NewTimer(max(time.Until(first), 0))
		defer timer.Stop()
		timeout = timer.C
	}
	select {
	case <-h.wake:
	case <-timeout:
	case <-h.ctx.Done():
	}
}
