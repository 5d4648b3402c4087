package bridge

import "time"

const (
	// forgetBatch is how many rows of a kind go in one transaction: sends wait no
	// longer for it than for each other.
	forgetBatch = 200
	// forgetSoon is when a new life first looks: one that is often restarted forgets too.
	forgetSoon = time.Minute
	// seenMin is how long incoming messages are remembered at the least. WhatsApp
	// keeps what it could not deliver for about a month, and may deliver it twice.
	seenMin = 45 * 24 * time.Hour
	// sweepAfter is how old bytes are that belong to no file before they are deleted:
	// longer than a file takes to come.
	sweepAfter = 24 * time.Hour
)

// Horizon says what is forgotten: all that ended before, each kind by a moment of its own.
type Horizon struct {
	Messages time.Time // messages with their asks, deliveries, webhooks that are gone, allowances, people
	Events   time.Time
	Seen     time.Time // the memory of incoming messages
	Files    time.Time // files that are kept until before it
	Grants   time.Time // codes and tokens that expired before it
}

func (b *Bridge) horizon() Horizon {
	now := b.now()
	return Horizon{Messages: now.Add(-b.timing.KeepMessages), Events: now.Add(-b.timing.KeepEvents), Seen: now.Add(-max(b.timing.KeepEvents, seenMin)), Files: now, Grants: now.Add(-grantsKept)}
}

// runForget deletes what is long over, beside the clock: it may take a while.
func (b *Bridge) runForget() {
	timer := time.NewTimer(min(forgetSoon, b.timing.Forget))
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
			b.forget()
			b.sweepFiles()
			timer.Reset(b.timing.Forget)
		case <-b.ctx.Done():
			return
		}
	}
}

// forget deletes a little at a time, so that sends go on between.
func (b *Bridge) forget() {
	for more := true; more && b.ctx.Err() == nil; {
		err := b.store.Write(b.ctx, func(tx Tx) (err error) {
			more, err = tx.Forget(b.horizon(), forgetBatch)
			return err
		})
		if err != nil {
			if b.ctx.Err() == nil && StorageCode(err) == "" {
				b.log.Error("forget", "error", err)
			}
			return
		}
	}
}
