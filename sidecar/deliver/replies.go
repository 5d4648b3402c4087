package deliver

import (
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

const (
	repliesMax  = 64 // under way at once
	repliesEach = 8  // of them, to one place
	savingTries = 6  // while n8n saves an execution, before the usual pauses
	savingPause = 30 * time.Millisecond
)

// replies sends the outcomes that have a URL of their own, each for itself.
//
//	news, a try that ended, the timer ─ places with something due ─ free? ─ a goroutine each ─ POST ─┬ taken: ended
//	                                                                                                 ├ given up: dead
//	                                                                                                 └ anything else: due again later
//
// A place that cannot be reached gets one try at a time, after pauses of its own:
// thousands of outcomes for a host that is down do not hold up the others.
type replies struct {
	busy, dirty bool
	running     int
	under       map[schema.DeliveryID]bool
	ended       []schema.DeliveryID // stay in under until the store is read anew
	places      map[string]*place
	timer       *time.Timer
}

type place struct {
	running  int
	failures int // rounds of tries in a row without any answer
	until    time.Time
}

// Replies implements bridge.Waker.
func (f *Feeds) Replies() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.kickReplies()
}

// kickReplies has what is due looked for. The caller holds mu.
func (f *Feeds) kickReplies() {
	r := &f.replies
	switch {
	case f.stopped:
	case r.busy:
		r.dirty = true
	default:
		r.busy = true
		f.work.Go(f.runReplies)
	}
}

func (f *Feeds) runReplies() {
	for f.ctx.Err() == nil {
		pause, err := f.launch()
		if err != nil && !f.rest("read replies", err) {
			return
		}
		if f.restReplies(pause, err != nil) {
			return
		}
	}
}

func (f *Feeds) restReplies(pause time.Duration, again bool) (ended bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	r := &f.replies
	again = again || r.dirty
	r.dirty = false
	if again && !f.stopped {
		return false
	}
	r.busy = false
	if r.timer != nil {
		r.timer.Stop()
	}
	if pause > 0 && !f.stopped {
		r.timer = time.AfterFunc(pause, f.Replies)
	}
	return true
}

// launch starts what is due and finds room, and says when to look again (0: on news).
func (f *Feeds) launch() (pause time.Duration, err error) {
	f.mu.Lock()
	for _, id := range f.replies.ended {
		delete(f.replies.under, id)
	}
	f.replies.ended = nil
	f.mu.Unlock()
	var targets []bridge.ReplyTarget
	err = f.store.Read(f.ctx, func(v bridge.View) (err error) {
		targets, err = v.ReplyTargets()
		return err
	})
	if err != nil {
		return 0, err
	}
	f.forgetPlaces(targets)
	for _, t := range targets {
		free, wait := f.room(t)
		if free > 0 {
			if err = f.launchAt(t.Target, free); err != nil {
				return 0, err
			}
		}
		if wait > 0 && (pause == 0 || wait < pause) {
			pause = wait
		}
	}
	return pause, nil
}

// room says how many tries a place may have, or how long it has to wait.
func (f *Feeds) room(t bridge.ReplyTarget) (free int, wait time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	p := f.replies.places[t.Target]
	if p == nil {
		p = &place{}
		f.replies.places[t.Target] = p
	}
	if wait = max(f.until(t.Due), time.Until(p.until)); wait > 0 {
		return 0, wait
	}
	most := repliesEach
	if p.failures > 0 {
		most = 1
	}
	return min(most-p.running, repliesMax-f.replies.running), 0
}

// launchAt starts tries to one place.
func (f *Feeds) launchAt(target string, free int) error {
	f.mu.Lock()
	p := f.replies.places[target]
	count := free + p.running
	f.mu.Unlock()
	var due []bridge.DeliveryRecord
	err := f.store.Read(f.ctx, func(v bridge.View) (err error) {
		now := time.Now()
		due, err = v.DueReplies(target, now, now.Add(f.retryMax), count)
		return err
	})
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, rec := range due {
		if free == 0 || f.stopped || f.replies.under[rec.Delivery.ID] {
			continue
		}
		free--
		f.replies.under[rec.Delivery.ID] = true
		f.replies.running++
		p.running++
		before := p.failures
		f.work.Go(func() { f.reply(p, before, rec) })
	}
	return nil
}

// forgetPlaces drops what is known of places where nothing waits any more.
func (f *Feeds) forgetPlaces(targets []bridge.ReplyTarget) {
	f.mu.Lock()
	defer f.mu.Unlock()
	waits := map[string]bool{}
	for _, t := range targets {
		waits[t.Target] = true
	}
	for target, p := range f.replies.places {
		if !waits[target] && p.running == 0 {
			delete(f.replies.places, target)
		}
	}
}

// reply makes one try, and stores how it went. before are the place's failures when
// it began: tries that fail beside each other are one failure.
func (f *Feeds) reply(p *place, before int, rec bridge.DeliveryRecord) {
	got, err := f.postReply(&rec)
	if err == nil && f.ctx.Err() == nil {
		err = f.store.Write(f.ctx, func(tx bridge.Tx) error { return f.settleReply(tx, rec, got) })
	}
	if err != nil && f.ctx.Err() == nil {
		f.log.Error("deliver to reply URL", "delivery", rec.Delivery.ID, "error", err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.replies.ended = append(f.replies.ended, rec.Delivery.ID)
	f.replies.running--
	p.running--
	switch {
	case err != nil, got.Status == 0:
		p.failures = max(p.failures, before+1)
		p.until = time.Now().Add(backoff(f.retryMin, f.retryMax, p.failures))
	default:
		p.failures, p.until = 0, time.Time{}
	}
	f.kickReplies()
}

// postReply sends an outcome, and again soon while n8n is still saving what waits for it.
func (f *Feeds) postReply(rec *bridge.DeliveryRecord) (got bridge.Posted, err error) {
	pause := savingPause
	for range savingTries {
		rec.Delivery.Attempt++
		got, err = f.poster.post(f.ctx, rec.URL, rec.Mode, nil, stamped(rec.Delivery, f.sandbox))
		if err != nil || got.Why != bridge.WhySaving {
			break
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-f.ctx.Done():
			timer.Stop()
			return got, f.ctx.Err()
		}
		pause *= 2
	}
	return got, err
}

func (f *Feeds) settleReply(tx bridge.Tx, rec bridge.DeliveryRecord, got bridge.Posted) error {
	now := time.Now()
	rec.Tried, rec.Status, rec.Why = now, got.Status, got.Why
	switch {
	case got.Delivered:
		return tx.Delivered(rec.Delivery.ID)
	case got.Final || now.Sub(rec.Opened) >= f.giveUp:
		rec.Dead = now
		tx.AfterCommit(func() { f.buried(rec) })
	default:
		rec.NextTry = now.Add(backoff(f.retryMin, f.retryMax, rec.Delivery.Attempt))
	}
	return tx.UpdateDelivery(rec)
}
