package bridge

import (
	"time"

	"github.com/nodeline/nodeline/schema"
)

const (
	dueBatch    = 100
	forgetBatch = 500
	forgetEvery = time.Hour
	// checkEvery bounds how long a clock that was set forward, or a machine that
	// slept, can hold up a deadline.
	checkEvery = time.Minute
)

// runClock ends asks at their deadlines, those that passed while nothing ran
// first, and forgets what is long over.
func (b *Bridge) runClock() {
	forget := time.NewTicker(forgetEvery)
	defer forget.Stop()
	for {
		timer := time.NewTimer(max(time.Until(b.nextDue()), 0))
		select {
		case <-timer.C:
			if err := b.endDue(); err != nil {
				b.troubled("end due asks", err)
			}
		case <-b.due:
		case <-forget.C:
			b.forget()
		case <-b.ctx.Done():
		}
		timer.Stop()
		if b.ctx.Err() != nil {
			return
		}
	}
}

// arm tells the clock of a new deadline.
func (b *Bridge) arm(at time.Time) {
	if at.UnixMilli() >= b.armed.Load() {
		return
	}
	select {
	case b.due <- struct{}{}:
	default:
	}
}

// nextDue reads the earliest deadline and remembers it for arm.
func (b *Bridge) nextDue() time.Time {
	// While the store is being read, any new deadline counts as earlier.
	far := now().Add(checkEvery)
	b.armed.Store(1 << 62)
	next := far
	err := b.store.Read(b.ctx, func(v View) error {
		at, ok, err := v.NextDeadline()
		if ok {
			next = at
		}
		return err
	})
	if err != nil {
		b.troubled("find next deadline", err)
	}
	if next.After(far) {
		next = far
	}
	b.armed.Store(next.UnixMilli())
	return next
}

// troubled logs that the store did not do its part, and gives it time.
func (b *Bridge) troubled(what string, err error) {
	if b.ctx.Err() != nil {
		return
	}
	b.log.Error(what, "error", err)
	timer := time.NewTimer(b.timing.RetryMax)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-b.ctx.Done():
	}
}

// endDue ends every ask whose deadline has passed.
func (b *Bridge) endDue() error {
	for {
		var due []AskRecord
		err := b.store.Read(b.ctx, func(v View) (err error) {
			due, err = v.Due(now(), dueBatch)
			return err
		})
		if err == nil && len(due) > 0 {
			err = b.noAnswer(due)
		}
		if err != nil || len(due) < dueBatch {
			return err
		}
	}
}

func (b *Bridge) noAnswer(due []AskRecord) error {
	held := make([]bool, len(due))
	for i, a := range due {
		b.mu.Lock()
		o := b.owners[a.Line]
		b.mu.Unlock()
		if o == nil {
			continue
		}
		if held[i] = o.hold(a.ID); held[i] {
			defer o.release(a.ID)
		}
	}
	return b.store.Write(b.ctx, func(tx Tx) error {
		for i, a := range due {
			if _, err := b.finish(tx, a, schema.Outcome{Kind: schema.OutcomeNoAnswer}, held[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

// forget deletes what ended long ago, a little at a time so that sends go on.
func (b *Bridge) forget() {
	for more := true; more && b.ctx.Err() == nil; {
		err := b.store.Write(b.ctx, func(tx Tx) (err error) {
			more, err = tx.Forget(now().Add(-b.timing.Keep), forgetBatch)
			return err
		})
		if err != nil {
			if b.ctx.Err() == nil {
				b.log.Error("forget", "error", err)
			}
			return
		}
	}
}
