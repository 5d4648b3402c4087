package deliver

import (
	"errors"
	"fmt"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// errStore says that the store could not be read, and not that the connection is gone.
var errStore = errors.New("read store")

// windowMax bounds what is pushed to a host and not acknowledged: one that never
// acknowledges is not flooded.
const windowMax = 100

// window is how far the pushing to one host has come.
//
//	acknowledged │ given up for this pass │ in the window │ not pushed in this pass
//	           first                     base           pushed
//
// When first is not acknowledged in time, the pass starts again from it, so that a
// repeat never overtakes. A full window without an acknowledgement moves on after
// the shortest pause: a host that has lost one of its nodes, and never acknowledges
// what is for it, still gets the rest.
type window struct {
	pushed int64 // newest pushed in this pass
	high   int64 // newest ever pushed
	base   int64
	first  int64 // oldest pushed and not acknowledged; 0: none
	full   bool
	pause  time.Duration // between passes
	next   time.Time     // when to go on without an acknowledgement, while first is set
}

// deliver pushes a host's open deliveries in order, and again those that stay open.
func (f *Feeds) deliver(h *feed, key hostKey) {
	w := &window{}
	for h.ctx.Err() == nil {
		more, err := f.advance(h, key, w)
		switch {
		case errors.Is(err, errStore):
			f.troubled(h, "read deliveries", key.line, err)
		case err != nil:
			f.broken(h, "push deliveries", key.line, err)
			return
		case !more:
			f.wait(h, w)
		}
	}
}

// advance looks at what was acknowledged and pushes what fits into the window, a
// page at a time: contexts can be large.
func (f *Feeds) advance(h *feed, key hostKey, w *window) (more bool, err error) {
	var (
		page  []bridge.DeliveryRecord
		first int64
		room  int
	)
	err = f.store.Read(h.ctx, func(v bridge.View) (err error) {
		if _, first, err = v.Unacknowledged(key.line, key.host, 0, w.high); err != nil {
			return err
		}
		if first != 0 && (w.first == 0 || first < w.first) {
			w.restart() // an older one is open again
		}
		held, _, err := v.Unacknowledged(key.line, key.host, w.base, w.pushed)
		if room = windowMax - held; err != nil || room <= 0 {
			return err
		}
		page, err = v.Deliveries(bridge.DeliveryFilter{Line: key.line, Host: key.host, Way: bridge.WayHost, After: w.pushed, Count: min(room, pageSize)})
		return err
	})
	if err != nil {
		return false, fmt.Errorf("%w: %w", errStore, err)
	}
	if first != w.first {
		w.first = first
		f.again(w, f.min)
	}
	for _, rec := range page {
		if err := f.pushOne(h, rec); err != nil {
			return false, err
		}
		w.pushed, w.high = rec.Seq, max(w.high, rec.Seq)
		if w.first == 0 {
			w.first = rec.Seq
			f.again(w, f.min)
		}
	}
	w.full = len(page) >= room
	return len(page) == pageSize && !w.full, nil
}

// restart begins a pass from the oldest that is open.
func (w *window) restart() { w.pushed, w.base = 0, 0 }

// again sets when to go on without an acknowledgement.
func (f *Feeds) again(w *window, pause time.Duration) {
	w.pause = pause
	w.next = time.Now().Add(jitter(pause))
}

func (f *Feeds) pushOne(h *feed, rec bridge.DeliveryRecord) error {
	d := rec.Delivery
	d.Attempt++
	// Counted beside the push, not before it: the customer's answer does not wait
	// for a disk. A crash in between repeats one number, never a delivery less.
	f.work.Go(func() { f.attempted(d.ID, d.Attempt) })
	return h.push(h.ctx, "delivery", d)
}

func (f *Feeds) attempted(id schema.DeliveryID, attempt int) {
	err := f.store.Write(f.ctx, func(tx bridge.Tx) error { return tx.Attempted(id, attempt) })
	if err != nil && f.ctx.Err() == nil {
		f.log.Error("count attempt", "delivery", id, "error", err)
	}
}

// wait sleeps until there is news, or until what is not acknowledged is due.
func (f *Feeds) wait(h *feed, w *window) {
	var timeout <-chan time.Time
	if w.first != 0 {
		timer := time.NewTimer(max(time.Until(w.next), 0))
		defer timer.Stop()
		timeout = timer.C
	}
	select {
	case <-h.wake:
	case <-h.ctx.Done():
	case <-timeout:
		if w.full {
			w.base = w.pushed
			w.next = time.Now().Add(jitter(f.min))
			return
		}
		w.restart()
		f.again(w, min(2*w.pause, f.max))
	}
}
