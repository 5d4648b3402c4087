package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"time"

	"github.com/nodeline/nodeline/e2e/chaos/judge"
)

// lives kills the sidecar and starts it anew until ctx ends:
//
//	start ─ ready ─ work, perhaps in trouble ─ killed ─ perhaps a torn file ─ start ...
//	    └─ some are killed before they are ready
//
// It gives the life that ctx's end met.
func (r *run) lives(ctx context.Context, l *life) (*life, error) {
	rng := r.random("lives")
	killed := time.Time{}
	for {
		r.spend(ctx, l, rng, killed)
		if ctx.Err() != nil {
			return l, nil
		}
		r.end(l, rng)
		killed = time.Now()
		heal := r.apart(ctx, rng)
		var err error
		if l, err = r.start(r.clock(rng)); err != nil {
			return nil, err
		}
		heal(l)
	}
}

// end ends a life: one in twelve is asked to, the others are killed.
func (r *run) end(l *life, rng *rand.Rand) {
	if l.over() {
		return
	}
	if rng.IntN(12) == 0 {
		if err := l.stop(20 * time.Second); err != nil && !l.excused.Load() {
			r.ledger.violation(judge.Died, fmt.Sprintf("life %d", r.count.lives.Load()), "asked to end: "+err.Error())
		}
		r.count.stops.Add(1)
		return
	}
	l.kill()
	r.count.kills.Add(1)
}

// spend lets a life work until its time is up.
func (r *run) spend(ctx context.Context, l *life, rng *rand.Rand, killed time.Time) {
	length := between(rng, 200*time.Millisecond, 1300*time.Millisecond)
	switch p := rng.IntN(100); {
	case p < 12: // before it is ready, or about then
		r.endure(ctx, l, nil, between(rng, 0, 250*time.Millisecond))
		return
	case p < 16:
		length = between(rng, 3*time.Second, 8*time.Second)
	}
	if !r.ready(ctx, l) {
		r.died(ctx, l)
		return
	}
	if !killed.IsZero() {
		r.count.recovery.add(time.Since(killed))
		go r.reconnection(ctx, l, killed)
	}
	var strike <-chan struct{}
	if rng.IntN(2) == 0 {
		strike = r.after(1 + rng.Int64N(80))
	}
	over := r.trouble(ctx, l, rng)
	r.endure(ctx, l, strike, length)
	over()
	if strike != nil {
		wait(ctx, between(rng, 0, 3*time.Millisecond))
	}
}

// endure waits until a life is to end.
func (r *run) endure(ctx context.Context, l *life, strike <-chan struct{}, length time.Duration) {
	timer := time.NewTimer(length)
	defer timer.Stop()
	select {
	case <-strike:
	case <-timer.C:
	case <-ctx.Done():
	case <-l.done:
		r.died(ctx, l)
	}
}

// died complains of a life that ended by itself, unless its disk was full or its
// database locked: then it says so and ends, and is started again.
func (r *run) died(ctx context.Context, l *life) {
	if ctx.Err() != nil || !l.over() {
		return
	}
	if l.excused.Load() {
		r.count.excused.Add(1)
		return
	}
	r.ledger.violation(judge.Died, fmt.Sprintf("life %d", r.count.lives.Load()), fmt.Sprintf("it ended by itself: %v", l.err))
}

// reconnection measures when every line has its connection again.
func (r *run) reconnection(ctx context.Context, l *life, killed time.Time) {
	for ctx.Err() == nil && !l.over() {
		if r.connected(ctx) {
			r.count.reconnect.add(time.Since(killed))
			return
		}
		wait(ctx, 20*time.Millisecond)
	}
}

// trouble makes some for a life; the returned function ends it.
func (r *run) trouble(ctx context.Context, l *life, rng *rand.Rand) (over func()) {
	after := between(rng, 0, 400*time.Millisecond)
	last := between(rng, 20*time.Millisecond, 1200*time.Millisecond)
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	make := func(what func(context.Context, time.Duration)) func() {
		go func() {
			defer close(done)
			wait(ctx, after)
			if ctx.Err() == nil {
				what(ctx, last)
			}
		}()
		return func() {
			cancel()
			<-done
		}
	}
	switch p := rng.IntN(100); {
	case p < 10:
		return make(func(ctx context.Context, d time.Duration) { r.lock(ctx, fileState, d) })
	case p < 13:
		return make(func(ctx context.Context, d time.Duration) { r.lock(ctx, fileSessions, d) })
	case p < 21 && r.small:
		return make(func(ctx context.Context, d time.Duration) { r.full(ctx, l, d) })
	case p < 27:
		return make(func(ctx context.Context, d time.Duration) { r.freeze(ctx, l, d) })
	}
	cancel()
	return func() {}
}

// freeze stops the process and lets it go on, as a laptop does that sleeps.
func (r *run) freeze(ctx context.Context, l *life, d time.Duration) {
	if freeze(l.cmd.Process) != nil {
		return
	}
	r.count.freezes.Add(1)
	wait(ctx, d)
	thaw(l.cmd.Process)
}

// full fills the disk for a while.
func (r *run) full(ctx context.Context, l *life, d time.Duration) {
	l.excused.Store(true)
	free, err := r.disk.fill()
	if err != nil {
		r.say("fill the disk: %v", err)
		return
	}
	r.count.full.Add(1)
	wait(ctx, d)
	free()
}

// lock holds a database's write lock, as a backup program or a curious person does.
func (r *run) lock(ctx context.Context, file string, d time.Duration) {
	unlock, err := r.disk.lock(file)
	if err != nil {
		r.count.missed.Add(1) // the sidecar had it all the time
		return
	}
	r.count.locks.Add(1)
	wait(ctx, d)
	unlock()
}

// apart is what happens while no sidecar runs; heal ends what the next one
// starts in.
func (r *run) apart(ctx context.Context, rng *rand.Rand) (heal func(*life)) {
	heal = func(*life) {}
	switch p := rng.IntN(100); {
	case p < 12:
		for _, file := range []string{fileState, fileSessions} {
			if err := tearTail(r.disk.file(file)+"-wal", rng); err == nil {
				r.count.torn.Add(1)
			} else if !os.IsNotExist(err) {
				r.say("tear %s: %v", file, err)
			}
		}
	case p < 15:
		if unlock, err := r.disk.lock(fileState); err == nil {
			r.count.locks.Add(1)
			heal = r.later(rng, unlock)
		}
	case p < 18 && r.small:
		if free, err := r.disk.fill(); err == nil {
			r.count.full.Add(1)
			heal = r.later(rng, free)
		}
	case p < 22:
		if err := r.powerCut(rng); err != nil && !os.IsNotExist(err) {
			r.say("cut the power: %v", err)
		}
	case p < 26:
		wait(ctx, between(rng, 100*time.Millisecond, 1500*time.Millisecond)) // down for a while
	}
	return heal
}

// powerCut leaves the files as a machine does that went down: what the sessions'
// log had not flushed is gone, and the next start is of another boot.
func (r *run) powerCut(rng *rand.Rand) error {
	cut, err := cutTail(r.disk.file(fileSessions), rng)
	if err != nil || !cut {
		return err
	}
	r.count.cuts.Add(1)
	return os.WriteFile(r.disk.file(fileRunning), []byte("another boot"), 0o600)
}

// later has a life begin in trouble, and ends the trouble.
func (r *run) later(rng *rand.Rand, end func()) func(*life) {
	d := between(rng, 50*time.Millisecond, 600*time.Millisecond)
	return func(l *life) {
		l.excused.Store(true)
		select {
		case <-time.After(d):
		case <-l.done:
		}
		end()
	}
}

// clock is the plan of a life's clock: wrong from its start, or from a moment on.
func (r *run) clock(rng *rand.Rand) string {
	if r.opt.clockBinary == "" || rng.IntN(8) > 0 {
		return ""
	}
	r.count.clocks.Add(1)
	offset := between(rng, -clockSpan, clockSpan)
	if rng.IntN(2) == 0 {
		return fmt.Sprintf("0:%d", offset.Milliseconds())
	}
	return fmt.Sprintf("%d:%d", between(rng, 100*time.Millisecond, time.Second).Milliseconds(), offset.Milliseconds())
}

// clockSpan is how far a life's clock is wrong at most.
const clockSpan = 3 * time.Hour
