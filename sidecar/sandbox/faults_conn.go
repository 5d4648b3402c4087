package sandbox

import (
	"context"
	"sync"
	"time"
)

// How faults act on one connection:
//
//	client ── frame ─▶ pace (half-open, slow) ─▶ receive ─┬─▶ handle
//	                                                      └─▶ shelf (reorder) ─▶ handle
//	client ◀─ frame ── pace ◀── write ◀── enqueue ◀─┬─ send
//	                                                └─ shelf ◀── send

// effect is a fault that lasts on a connection.
type effect struct {
	*strike
	until context.Context
}

// shelf holds stanzas back until others have overtaken them.
type shelf struct {
	mu   sync.Mutex
	held []*heldStanza
}

type heldStanza struct {
	left    int // how many must still go by
	timer   *time.Timer
	release func()
}

// hold keeps a stanza until as many as pass went by, or for a time.
func (h *shelf) hold(pass int, most time.Duration, release func()) {
	s := &heldStanza{left: pass, release: release}
	h.mu.Lock()
	defer h.mu.Unlock()
	s.timer = time.AfterFunc(most, func() {
		if h.take(s) {
			release()
		}
	})
	h.held = append(h.held, s)
}

// take removes a stanza from the shelf; false: somebody else has.
func (h *shelf) take(s *heldStanza) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i, other := range h.held {
		if other == s {
			h.held = append(h.held[:i:i], h.held[i+1:]...)
			return true
		}
	}
	return false
}

// passed says that one more has gone by.
func (h *shelf) passed() {
	h.mu.Lock()
	var due []*heldStanza
	for _, s := range h.held {
		if s.left--; s.left == 0 {
			due = append(due, s)
		}
	}
	h.mu.Unlock()
	for _, s := range due {
		s.timer.Stop()
		if h.take(s) {
			s.release()
		}
	}
}

// receive handles one stanza from the client, as far as faults let it.
func (c *conn) receive(s *stanza) error {
	struck := c.net.faults.stanza(Up, c.device, s)
	if struck == nil {
		c.handle(s)
		c.up.passed()
		return nil
	}
	switch struck.Do {
	case FaultDrop:
		return nil
	case FaultCutBefore:
		return errCut
	case FaultCutAfter:
		c.mute()
		c.handle(s)
		return errCut
	case FaultReorder:
		c.up.hold(struck.Pass, struck.delay, func() {
			if !c.ended() {
				c.handle(s)
			}
		})
		return nil
	case FaultRefuse:
		c.refuse(s, struck.Code)
		return nil
	case FaultDelay:
		c.sleep(struck.delay)
	case FaultGarble:
		garble(s)
	case FaultReplace:
		altered := struck.alter(*s)
		s = &altered
	case FaultDuplicate:
		c.handle(s)
	}
	c.handle(s)
	c.up.passed()
	return nil
}

// send queues a stanza for the client, as far as faults let it.
func (c *conn) send(s stanza) {
	struck := c.net.faults.stanza(Down, c.device, &s)
	if struck == nil {
		c.enqueue(outgoing{stanza: s})
		c.down.passed()
		return
	}
	switch struck.Do {
	case FaultDrop:
	case FaultDelay:
		time.AfterFunc(struck.delay, func() { c.enqueue(outgoing{stanza: s}) })
	case FaultReorder:
		c.down.hold(struck.Pass, struck.delay, func() { c.enqueue(outgoing{stanza: s}) })
	case FaultReplace:
		c.enqueue(lastWord(struck.alter(s)))
		c.down.passed()
	case FaultCutBefore:
		c.close()
	case FaultCutAfter:
		c.enqueue(outgoing{stanza: s, last: true})
	case FaultGarble:
		garble(&s)
		c.enqueue(outgoing{stanza: s})
		c.down.passed()
	case FaultDuplicate:
		c.enqueue(outgoing{stanza: s})
		c.enqueue(outgoing{stanza: s})
		c.down.passed()
	}
}

// lastWord ends the connection after a stanza that says so.
func lastWord(s stanza) outgoing {
	return outgoing{stanza: s, last: s.Tag == "stream:error" || s.Tag == "failure"}
}

// meetFaults has the faults of connections strike this one, where they match it
// and have not been decided for it yet. It may be called from any goroutine.
func (c *conn) meetFaults() {
	c.mu.Lock()
	d := c.loggedIn
	c.mu.Unlock()
	due, delays := c.net.faults.sockets(c, d)
	for i, r := range due {
		if delays[i] == 0 {
			c.suffer(r, d)
			continue
		}
		timer := time.AfterFunc(delays[i], func() { c.suffer(r, d) })
		context.AfterFunc(r.ctx, func() { timer.Stop() })
	}
}

// suffer does what a fault of connections says.
func (c *conn) suffer(r *rule, d *Device) {
	if c.ended() {
		return
	}
	struck := c.net.faults.strikeNow(r)
	if struck == nil {
		return
	}
	switch struck.Do {
	case FaultCut:
		if struck.With == nil {
			c.close()
			return
		}
		c.finish(struck.With.stanza(struck.fill(nil)))
	case FaultUnlink:
		c.net.unlink(d.account, d)
	case FaultHalfOpen, FaultSlow:
		e := effect{strike: struck, until: struck.ctx}
		if struck.LastMS > 0 {
			var cancel context.CancelFunc
			e.until, cancel = context.WithTimeout(struck.ctx, time.Duration(struck.LastMS)*time.Millisecond)
			context.AfterFunc(e.until, cancel)
		}
		c.mu.Lock()
		c.effects = append(c.effects, e)
		c.mu.Unlock()
	}
}

// lasting lists the effects that have not ended.
func (c *conn) lasting() []effect {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []effect
	for _, e := range c.effects {
		if e.until.Err() == nil {
			out = append(out, e)
		}
	}
	c.effects = out
	return out
}

// stuck reports whether nothing goes through the connection.
func (c *conn) stuck() bool {
	for _, e := range c.lasting() {
		if e.Do == FaultHalfOpen {
			return true
		}
	}
	return false
}

// pace holds a frame back as long as effects last. It returns early when the
// connection ends. lost: the client has ended while nothing came through.
func (c *conn) pace(size int) (lost bool) {
	for _, e := range c.lasting() {
		switch e.Do {
		case FaultHalfOpen:
			select {
			case <-e.until.Done():
			case <-c.done:
			case <-c.from.gone:
				return true
			}
		case FaultSlow:
			timer := time.NewTimer(e.slowed(size))
			select {
			case <-timer.C:
			case <-e.until.Done():
			case <-c.done:
			}
			timer.Stop()
		}
	}
	return false
}

// slowed is what a slow connection takes longer for so many bytes.
func (s *strike) slowed(size int) time.Duration {
	out := time.Duration(s.LatencyMS) * time.Millisecond
	if s.BytesPerSecond > 0 {
		out += time.Duration(size) * time.Second / time.Duration(s.BytesPerSecond)
	}
	return out
}

func (c *conn) ended() bool {
	select {
	case <-c.done:
		return true
	default:
		return false
	}
}
