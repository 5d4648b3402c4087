package bridge

import (
	"container/heap"
	"math"
	"sync"
	"time"

	"github.com/nodeline/nodeline/schema"
)

const (
	// dueBatch bounds how long others wait for the store while many things fall due.
	dueBatch = 50
	// checkEvery bounds how long a clock that was set forward, or a machine that
	// slept, can hold up what is due.
	checkEvery = 15 * time.Second
	// leapMin is how much more than it meant to the clock must have waited for the
	// machine to count as having slept.
	leapMin = 30 * time.Second
)

// timed is a kind of thing that falls due on a line at a moment of the wall clock.
// What is due, and when, is in the store; the clock keeps one moment for each line
// and kind, whatever their number:
//
//	committed, earlier than what is known ─ lower ─▶ ┌──────────────┐
//	line connects, has heard all ────────── look ──▶ │ one moment   │ ─ due ─▶ end (a batch) ─┐
//	                                                 │ per line     │                         │
//	                                                 └──────────────┘ ◀── the earlier of hold and next
//
// So a million open asks are a million rows, and no goroutine, timer or memory.
type timed struct {
	name string
	// next is when the earliest of a line falls due, of those after a moment.
	next func(v View, line schema.LineID, after time.Time) (at time.Time, ok bool, err error)
	// end sees to what is due at now, dueBatch at most. hold is when to call it again
	// for what it left; zero: nothing is left, or nothing is to be done but at a look.
	end func(o *owner, now time.Time) (hold time.Time, err error)
}

// kind is a timed thing's place in Bridge.timed.
type kind int

const (
	deadlines kind = iota
	expiries
	reminders
	receipts
)

func (b *Bridge) timed() []timed {
	return []timed{
		deadlines: {"deadlines", View.NextDeadline, b.endDeadlines},
		expiries:  {"expiries", View.NextExpiry, b.endExpired},
		reminders: {"reminders", View.NextReminder, b.remind},
		receipts:  {"receipts", View.NextReceipt, b.tellUndelivered},
	}
}

// kinds is how many there are.
const kinds = int(receipts) + 1

// never is later than anything that falls due.
var never = time.UnixMilli(1 << 50)

// slot is the moment at which a line's things of a kind are looked at.
type slot struct {
	line  schema.LineID
	kind  kind
	at    time.Time
	place int // in the heap
}

// clock holds the slots, the earliest first.
type clock struct {
	mu    sync.Mutex
	slots []*slot
	known map[schema.LineID]*[kinds]*slot
	poke  chan struct{} // the earliest has changed
}

func newClock() *clock {
	return &clock{known: map[schema.LineID]*[kinds]*slot{}, poke: make(chan struct{}, 1)}
}

// lower has a line's things of a kind looked at not later than at. It is called
// after the commit that stored them.
func (c *clock) lower(line schema.LineID, k kind, at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	of := c.known[line]
	if of == nil {
		of = new([kinds]*slot)
		c.known[line] = of
	}
	s := of[k]
	if s == nil {
		s = &slot{line: line, kind: k, at: never}
		of[k] = s
		heap.Push(c, s)
	}
	if !at.Before(s.at) {
		return
	}
	s.at = at
	heap.Fix(c, s.place)
	if s.place == 0 {
		select {
		case c.poke <- struct{}{}:
		default:
		}
	}
}

// earliest is when the next slot is due.
func (c *clock) earliest() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.slots) == 0 {
		return never
	}
	return c.slots[0].at
}

// take gives the earliest slot that is due, and puts it off: what is stored while
// it is seen to lowers it again, so that nothing falls between.
func (c *clock) take(now time.Time) (line schema.LineID, k kind, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.slots) == 0 || c.slots[0].at.After(now) {
		return "", 0, false
	}
	s := c.slots[0]
	s.at = never
	heap.Fix(c, 0)
	return s.line, s.kind, true
}

// drop forgets a line.
func (c *clock) drop(line schema.LineID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	of := c.known[line]
	if of == nil {
		return
	}
	for _, s := range of {
		if s != nil {
			heap.Remove(c, s.place)
		}
	}
	delete(c.known, line)
}

// Len, Less, Swap, Push and Pop implement heap.Interface.
func (c *clock) Len() int           { return len(c.slots) }
func (c *clock) Less(i, j int) bool { return c.slots[i].at.Before(c.slots[j].at) }
func (c *clock) Swap(i, j int) {
	c.slots[i], c.slots[j] = c.slots[j], c.slots[i]
	c.slots[i].place, c.slots[j].place = i, j
}
func (c *clock) Push(x any) {
	s := x.(*slot)
	s.place = len(c.slots)
	c.slots = append(c.slots, s)
}
func (c *clock) Pop() any {
	last := len(c.slots) - 1
	s := c.slots[last]
	c.slots[last], c.slots = nil, c.slots[:last]
	return s
}

// look has everything timed of a line looked at now.
func (b *Bridge) look(line schema.LineID) {
	for k := range kinds {
		b.clock.lower(line, kind(k), time.Time{})
	}
}

// runClock sees to what falls due, what passed while nothing ran first. Moments
// are the wall clock's; the wait between two looks is not, so it is short and the
// wall clock is read after each.
//
// Set forward, or after a sleep: what is due is seen to within checkEvery. Set
// back: deadlines come as much later, and nothing ends twice, for what has ended
// is not open any more.
func (b *Bridge) runClock() {
	seen := glance{b.now(), time.Now()}
	for b.ctx.Err() == nil {
		wait := min(max(b.clock.earliest().Sub(b.now()), 0), checkEvery)
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-b.clock.poke:
		case <-b.ctx.Done():
		}
		timer.Stop()
		b.seeToDue(&seen, wait)
	}
}

// glance is a look at the wall clock, and at the clock that only runs.
type glance struct{ wall, running time.Time }

// leapt reports that the wall clock has leapt since the look before: it went on for
// longer than the machine was at work, or than the wait in between was meant to be
// (some systems' running clock goes on in a sleep). It is asked before anything is
// judged by that moment, so that no leap is met unnoticed.
func (g *glance) leapt(wall time.Time, meant time.Duration) bool {
	was := *g
	*g = glance{wall, time.Now()}
	return wall.Sub(was.wall) > min(g.running.Sub(was.running), meant)+leapMin
}

// woke follows a leap of the wall clock. Connections may have died in a sleep
// without notice, and what people wrote since waits at WhatsApp.
func (b *Bridge) woke() {
	b.awake.Store(b.now().UnixMilli())
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, o := range b.owners {
		o.wake()
	}
}

// seeToDue works through all that is due by now, in order. It follows a wait that
// was meant to be so long.
func (b *Bridge) seeToDue(seen *glance, wait time.Duration) {
	all := b.timed()
	for meant := wait; b.ctx.Err() == nil; meant = math.MaxInt64 {
		now := b.now()
		if seen.leapt(now, meant) {
			b.woke()
		}
		line, k, ok := b.clock.take(now)
		if !ok {
			return
		}
		b.mu.Lock()
		o := b.owners[line]
		b.mu.Unlock()
		if o == nil {
			b.clock.drop(line)
			continue
		}
		at, err := b.seeTo(o, all[k], now)
		if err != nil && b.ctx.Err() == nil {
			b.log.Error("see to "+all[k].name, "line", line, "error", err)
			at = now.Add(b.timing.RetryMax)
		}
		b.clock.lower(line, k, at)
	}
}

// seeTo ends what is due of one kind on one line, and says when to look again.
func (b *Bridge) seeTo(o *owner, t timed, now time.Time) (time.Time, error) {
	at := never
	hold, err := t.end(o, now)
	if err != nil {
		return at, err
	}
	err = b.store.Read(b.ctx, func(v View) error {
		next, ok, err := t.next(v, o.id, now)
		if ok {
			at = next
		}
		return err
	})
	if !hold.IsZero() && hold.Before(at) {
		at = hold
	}
	return at, err
}
