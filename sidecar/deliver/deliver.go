package deliver

import (
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

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
		open, err := f.open(h, key, after)
		if err != nil {
			f.broken(h, "read deliveries", key.line, err)
			return
		}
		if after == 0 {
			forget(pushed, open)
		}
		for _, rec := range open {
			newest = max(newest, rec.Seq)
			if err := f.pushOne(h, rec, pushed); err != nil {
				f.broken(h, "push delivery", key.line, err)
				return
			}
		}
		pause(h, pushed)
	}
}

// open reads open deliveries after a sequence number, all of them.
func (f *Feeds) open(h *feed, key hostKey, after int64) (list []bridge.DeliveryRecord, err error) {
	for {
		var page []bridge.DeliveryRecord
		err = f.store.Read(h.ctx, func(v bridge.View) (err error) {
			page, err = v.Deliveries(key.line, key.host, "", after, pageSize)
			return err
		})
		list = append(list, page...)
		if err != nil || len(page) < pageSize {
			return list, err
		}
		after = page[len(page)-1].Seq
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
		f.log.Error("count attempt", "delivery", id, "err", err)
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

// forget drops what is not open any more.
func forget(pushed map[schema.DeliveryID]waiting, open []bridge.DeliveryRecord) {
	still := make(map[schema.DeliveryID]bool, len(open))
	for _, rec := range open {
		still[rec.Delivery.ID] = true
	}
	for id := range pushed {
		if !still[id] {
			delete(pushed, id)
		}
	}
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
