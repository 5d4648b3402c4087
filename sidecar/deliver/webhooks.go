package deliver

import (
	"context"
	"fmt"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// skipMax is how many events that a webhook does not want are passed over before
// its cursor is stored: a restart looks at no more than these again.
const skipMax = 1000

// hook is a webhook's place among the workers. Only one that has something to send
// has a goroutine; one that waits for its next try has a timer.
//
//	news ─ at rest? ─ worker: next delivery ─ due? ─ POST ─┬ 2xx ──────────────── ended, the next one
//	                    ▲ none: at rest       no: timer    ├ given up ─── dead, the next one
//	                    └────────────────────────┴─────────┴ anything else ─ timer, the same one again
type hook struct {
	id schema.WebhookID

	// Guarded by Feeds.mu.
	line   schema.LineID
	host   schema.HostID
	events bool
	busy   bool
	dirty  bool // there was news since the worker looked
	forced bool // it may be due earlier than the worker knows
	until  time.Time
	timer  *time.Timer

	// Of the worker.
	seen     int64 // no event up to here is wanted
	seenWith string
}

// load makes the workers of the webhooks that are stored, and starts them all.
func (f *Feeds) load() {
	for f.ctx.Err() == nil {
		var list []bridge.WebhookRecord
		err := f.store.Read(f.ctx, func(v bridge.View) (err error) {
			list, err = v.Webhooks("")
			return err
		})
		if err == nil {
			for _, w := range list {
				f.Webhook(w.ID)
			}
			f.Replies()
			return
		}
		if !f.rest("read webhooks", err) {
			return
		}
	}
}

// rest logs a trouble of the store and gives it time; false when all ends.
func (f *Feeds) rest(what string, err error) bool {
	if f.ctx.Err() != nil {
		return false
	}
	f.log.Error(what, "error", err)
	timer := time.NewTimer(f.min)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-f.ctx.Done():
		return false
	}
}

// Webhook implements bridge.Waker.
func (f *Feeds) Webhook(id schema.WebhookID) {
	f.mu.Lock()
	defer f.mu.Unlock()
	h := f.hooks[id]
	if h == nil {
		h = &hook{id: id}
		f.hooks[id] = h
	}
	f.kick(h, true)
}

// kick has a webhook's worker look again. The caller holds mu.
func (f *Feeds) kick(h *hook, force bool) {
	switch {
	case f.stopped:
	case h.busy:
		h.dirty = true
		h.forced = h.forced || force
	case force || !time.Now().Before(h.until):
		if h.timer != nil {
			h.timer.Stop()
		}
		h.busy, h.timer, h.until = true, nil, time.Time{}
		f.work.Go(func() { f.runHook(h) })
	}
}

// runHook sends what there is, until there is nothing or a try has to wait.
func (f *Feeds) runHook(h *hook) {
	for f.ctx.Err() == nil {
		more, pause, err := f.step(h)
		if err != nil {
			pause = f.min
			if f.ctx.Err() == nil {
				f.log.Error("deliver to webhook", "webhook", h.id, "error", err)
			}
		}
		if more {
			continue
		}
		if f.restHook(h, pause) {
			return
		}
	}
}

// restHook ends a worker's turn, unless there was news meanwhile.
func (f *Feeds) restHook(h *hook, pause time.Duration) (ended bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	again := h.forced || h.dirty && pause == 0
	h.dirty, h.forced = false, false
	if again && !f.stopped {
		return false
	}
	h.busy = false
	if pause > 0 && !f.stopped {
		h.until = time.Now().Add(pause)
		h.timer = time.AfterFunc(pause, func() {
			f.mu.Lock()
			defer f.mu.Unlock()
			f.kick(h, true)
		})
	}
	return true
}

// item is what a webhook gets next: a stored delivery, or an event at its cursor.
type item struct {
	delivery schema.Delivery
	stored   *bridge.DeliveryRecord
	cursor   int64 // of an event that is not stored as a delivery
	opened   time.Time
}

// step makes at most one try. more: look again at once; pause: not before.
func (f *Feeds) step(h *hook) (more bool, pause time.Duration, err error) {
	w, next, stale, err := f.next(h)
	if err != nil || next == nil {
		return stale && err == nil, 0, err
	}
	if pause = f.until(w.NextTry); pause > 0 {
		return false, pause, nil
	}
	d := stamped(next.delivery, f.sandbox)
	got, err := f.poster.post(f.ctx, w.URL, schema.ReplyStatus, w.Signing(time.Now()), d)
	if err != nil || f.ctx.Err() != nil {
		return false, 0, err
	}
	err = f.store.Write(f.ctx, func(tx bridge.Tx) error { return f.settle(tx, w, *next, got) })
	return err == nil, 0, err
}

// next reads a webhook and what it gets next, nil for nothing. stale: news may
// have passed it by while it was read.
func (f *Feeds) next(h *hook) (w bridge.WebhookRecord, next *item, stale bool, err error) {
	var (
		rec           bridge.DeliveryRecord
		event         schema.Event
		newest        int64
		reached       int64
		found, ok, is bool
	)
	err = f.store.Read(f.ctx, func(v bridge.View) (err error) {
		if w, found, err = v.Webhook(h.id); err != nil || !found || !w.Enabled {
			return err
		}
		if rec, ok, err = v.NextDelivery(w); err != nil || w.Gone != nil || len(w.Events) == 0 {
			return err
		}
		if event, is, reached, err = bridge.NextFor(v, w, h.after(w), skipMax); err != nil || is {
			return err
		}
		newest, err = v.Cursor(w.Line)
		return err
	})
	if err != nil {
		return w, nil, false, err
	}
	stale = f.describe(h, w, found)
	if reached > 0 {
		newest, stale = reached, true
	}
	switch {
	case !found || !w.Enabled:
		return w, nil, stale, nil
	case ok && (rec.Way == bridge.WayWebhook || !is || !rec.Delivery.At.After(event.At)):
		rec.Delivery.Attempt++
		if rec.Delivery.Event != nil {
			e := bridge.Translate(*rec.Delivery.Event, w.Lang)
			rec.Delivery.Event = &e
		}
		return w, &item{delivery: rec.Delivery, stored: &rec, opened: rec.Opened}, stale, nil
	case is:
		d := bridge.EventDelivery(w.ID, bridge.Translate(event, w.Lang))
		d.Attempt = 1
		if w.Head == d.ID {
			d.Attempt = w.Attempt + 1
		}
		return w, &item{delivery: d, cursor: event.Cursor, opened: event.At}, stale, nil
	}
	return w, nil, stale, f.passOver(h, w, newest)
}

// after is where to look for the next event from.
func (h *hook) after(w bridge.WebhookRecord) int64 {
	if wanted := wanted(w); h.seenWith != wanted {
		h.seen, h.seenWith = 0, wanted
	}
	return max(w.Cursor, h.seen)
}

// wanted says which events a webhook gets.
func wanted(w bridge.WebhookRecord) string {
	s := fmt.Sprint(w.Events)
	if w.Filter != nil {
		s += fmt.Sprintf("%q", *w.Filter)
	}
	return s
}

// describe keeps what Deliveries and Events ask for, or forgets the webhook. What
// they told of before something of it changed was for others.
func (f *Feeds) describe(h *hook, w bridge.WebhookRecord, found bool) (changed bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !found {
		delete(f.hooks, h.id)
		delete(f.hooksOf[h.line], h)
		if len(f.hooksOf[h.line]) == 0 {
			delete(f.hooksOf, h.line)
		}
		return false
	}
	events := w.Gone == nil && len(w.Events) > 0
	if f.hooksOf[w.Line][h] && h.host == w.Host && h.events == events {
		return false
	}
	h.line, h.host, h.events = w.Line, w.Host, events
	if f.hooksOf[h.line] == nil {
		f.hooksOf[h.line] = map[*hook]bool{}
	}
	f.hooksOf[h.line][h] = true
	return true
}

// passOver remembers that no event up to the newest is wanted.
func (f *Feeds) passOver(h *hook, w bridge.WebhookRecord, newest int64) error {
	h.seen = newest
	if newest-w.Cursor < skipMax {
		return nil
	}
	return f.store.Write(f.ctx, func(tx bridge.Tx) error {
		now, ok, err := tx.Webhook(w.ID)
		if err != nil || !ok || now.Gone != nil || now.Cursor != w.Cursor || wanted(now) != wanted(w) {
			return err
		}
		now.Cursor = newest
		return tx.UpdateWebhook(now)
	})
}

// settle stores how a try went. before is the webhook as it was when it began.
func (f *Feeds) settle(tx bridge.Tx, before bridge.WebhookRecord, next item, got bridge.Posted) error {
	w, ok, err := tx.Webhook(before.ID)
	if err != nil || !ok {
		return err
	}
	now := time.Now()
	dead := !got.Delivered && (got.Final || now.Sub(next.opened) >= f.giveUp)
	w.Tried, w.Status, w.Why = now, got.Status, got.Why
	w.Head, w.Attempt = "", 0
	switch {
	case got.Delivered:
		w.Failures, w.NextTry, w.Succeeded = 0, time.Time{}, now
	case got.Final:
		w.Failures, w.NextTry = 0, time.Time{}
	default:
		w.Failures++
		w.NextTry = now.Add(backoff(f.retryMin, f.retryMax, w.Failures))
		if !dead {
			w.Head, w.Attempt = next.delivery.ID, next.delivery.Attempt
		}
		if w.URL != before.URL { // that the old address failed is no reason to wait
			w.Failures, w.NextTry = 0, time.Time{}
		}
	}
	if err := f.settleItem(tx, &w, next, got, dead); err != nil {
		return err
	}
	return tx.UpdateWebhook(w)
}

func (f *Feeds) settleItem(tx bridge.Tx, w *bridge.WebhookRecord, next item, got bridge.Posted, dead bool) error {
	rec := bridge.DeliveryRecord{Delivery: next.delivery, Way: bridge.WayWebhook, Webhook: w.ID, Opened: next.opened}
	if next.stored != nil {
		rec = *next.stored
	}
	rec.Tried, rec.Status, rec.Why = w.Tried, got.Status, got.Why
	if dead {
		rec.Dead = w.Tried
		tx.AfterCommit(func() { f.buried(rec) })
	}
	switch {
	case next.stored != nil && got.Delivered:
		return tx.Delivered(rec.Delivery.ID)
	case next.stored != nil:
		return tx.UpdateDelivery(rec)
	case w.Gone != nil:
		return nil // its line went meanwhile, and the event is a delivery of its own now
	case dead:
		if _, err := tx.InsertDelivery(rec); err != nil {
			return err
		}
	case !got.Delivered:
		return nil
	}
	w.Cursor = max(w.Cursor, next.cursor)
	return nil
}

func (f *Feeds) buried(rec bridge.DeliveryRecord) {
	f.log.Warn("delivery given up", "delivery", rec.Delivery.ID, "line", rec.Delivery.Line, "webhook", rec.Webhook,
		"attempts", rec.Delivery.Attempt, "status", rec.Status)
}

// stamped says of a delivery, and of all in it, whether it comes from a sandbox.
func stamped(d schema.Delivery, sandbox bool) schema.Delivery {
	d.SetSandbox(sandbox)
	if d.Ask != nil {
		ask := *d.Ask
		ask.SetSandbox(sandbox)
		d.Ask = &ask
	}
	if d.Event != nil {
		event := *d.Event
		event.SetSandbox(sandbox)
		if event.State != nil {
			state := *event.State
			state.SetSandbox(sandbox)
			event.State = &state
		}
		d.Event = &event
	}
	return d
}

// Refuses implements bridge.Courier.
func (f *Feeds) Refuses(url string) error { return f.poster.policy.RefusesURL(url) }

// Test implements bridge.Courier.
func (f *Feeds) Test(ctx context.Context, w bridge.WebhookRecord, d schema.Delivery) bridge.Posted {
	got, err := f.poster.post(ctx, w.URL, schema.ReplyStatus, w.Signing(time.Now()), stamped(d, f.sandbox))
	if err != nil {
		f.log.Error("test webhook", "webhook", w.ID, "error", err)
		return bridge.Posted{Why: bridge.WhyNetwork}
	}
	return got
}
