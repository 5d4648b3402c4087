package bridge

import (
	"math/rand/v2"
	"time"

	"github.com/nodeline/nodeline/schema"
)

// A line and each of its recipients have an allowance: a burst, refilled by one
// message in every interval. It is kept as the one moment up to which it is used
// up (GCRA, the generic cell rate algorithm), so it needs no refilling, and a
// restart neither forgets it nor makes anybody wait anew.
type allowance struct {
	every time.Duration
	burst int
}

// open is when the next message may go, of an allowance used up to a moment.
func (a allowance) open(used time.Time) time.Time {
	return used.Add(-time.Duration(a.burst-1) * a.every)
}

// take gives the moment after one more message. One that did not wait for its
// turn makes no debt: the allowance is then as good as empty.
func (a allowance) take(used, now time.Time) time.Time {
	if used.Before(now) {
		used = now
	}
	return a.bound(used.Add(a.every), now)
}

// bound cuts off what no sending can have used: another setting, or another
// clock, was in force when it was stored.
func (a allowance) bound(used, now time.Time) time.Time {
	if full := now.Add(time.Duration(a.burst) * a.every); used.After(full) {
		return full
	}
	return used
}

// jitter is up to a quarter of the interval, at random, so that a broadcast does
// not go like clockwork. It delays a message and not the ones after it.
func (a allowance) jitter() time.Duration { return rand.N(a.every/4 + 1) }

// pacing is a line's pace at work. Guarded by the owner's mu.
type pacing struct {
	on        bool
	line      allowance
	recipient allowance
	used      map[string]time.Time // by recipient's name; "" is the line
	lineAt    time.Time            // when the line lets the next message go that is not of a dialogue
	swept     int                  // how many of used were left when it was last swept
}

// set puts a pace in force.
func (p *pacing) set(pace schema.Pace, now time.Time) {
	ms := func(n int) time.Duration { return time.Duration(n) * time.Millisecond }
	p.on = pace.Mode != schema.PaceOff
	p.line = allowance{ms(pace.LineMs), pace.LineBurst}
	p.recipient = allowance{ms(pace.RecipientMs), pace.RecipientBurst}
	for name, used := range p.used {
		p.used[name] = p.of(name).bound(used, now)
	}
	p.lineAt = p.line.open(p.used[""])
}

func (p *pacing) of(name string) allowance {
	if name == "" {
		return p.line
	}
	return p.recipient
}

// lineOpen is when the line lets the next message go that is not of a dialogue.
func (p *pacing) lineOpen() time.Time {
	if !p.on {
		return time.Time{}
	}
	return p.lineAt
}

// recipientOpen is when a chat of these names may have its next message.
func (p *pacing) recipientOpen(names []string) (at time.Time) {
	if !p.on {
		return at
	}
	for _, name := range names {
		if open := p.recipient.open(p.used[name]); open.After(at) {
			at = open
		}
	}
	return at
}

// take uses one message of the line's and of a recipient's allowance.
func (p *pacing) take(name string, now time.Time) {
	if !p.on {
		return
	}
	p.used[""] = p.line.take(p.used[""], now)
	if p.lineAt = p.line.open(p.used[""]); p.lineAt.After(now) {
		p.lineAt = p.lineAt.Add(p.line.jitter())
	}
	p.used[name] = p.recipient.take(p.used[name], now)
	if len(p.used) < 2*p.swept+1024 {
		return
	}
	for n, used := range p.used {
		if used.Before(now) {
			delete(p.used, n)
		}
	}
	p.swept = len(p.used)
}

// paceOf is the pace in force for a line.
func (b *Bridge) paceOf(rec LineRecord) schema.Pace {
	if rec.Pace == nil {
		return b.pace
	}
	return schema.PaceDefault.With(*rec.Pace)
}
