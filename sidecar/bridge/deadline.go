package bridge

import (
	"time"

	"github.com/nodeline/nodeline/schema"
)

// An answer counts if it was written by the deadline, not if it arrived by then.
// So a deadline that passes while the line is away (or this process is down) is not
// judged before the line has heard what waited at WhatsApp:
//
//	at the deadline the line is
//	  connected ─────────────────────────── no_answer at once
//	  connected, still hearing the backlog ─ when that is done, Timing.Backlog at most
//	  away ──────────────────────────────── when it is back and has heard all; Timing.Away
//	                                        after the deadline (or the start) at the latest
//	  not linked ────────────────────────── at once: nothing can come
//
// Meanwhile the ask is open, and WhatsApp's own stamp on an answer decides; see tooLate.
// An ask whose question was not sent is not waited for: nobody can have answered it.

// ears is how far a line has heard what people wrote to it.
type ears struct {
	behind bool
	since  time.Time // with behind
}

// hear takes over whether a connected line has heard all that waited for it.
func (e *ears) hear(behind bool, at time.Time) {
	if behind && !e.behind {
		e.since = at
	}
	e.behind = behind
}

// wake has a line that was connected in a sleep count as behind.
func (o *owner) wake() {
	at := o.b.now()
	o.mu.Lock()
	defer o.mu.Unlock()
	o.ears.hear(true, at)
}

// present reports that the line is connected and has heard all that waited for it.
func (o *owner) present() bool {
	now := o.b.now()
	heard, _ := o.heard(now)
	return heard.Equal(now) && o.line().State == schema.LineConnected
}

// heard says up to which moment everything written to the line has come, as far as
// it is going to be waited for, and when to ask again; zero: not before news of the line.
func (o *owner) heard(now time.Time) (until, again time.Time) {
	o.mu.Lock()
	state, ears := o.rec.State, o.ears
	o.mu.Unlock()
	switch {
	case state == schema.LineConnected && !ears.behind, state == schema.LineReplaced, !state.Linked():
		return now, time.Time{}
	case state == schema.LineConnected:
		again = ears.since.Add(o.b.timing.Backlog)
		if !again.After(now) {
			return now, time.Time{}
		}
	}
	if from := time.UnixMilli(o.b.awake.Load()).Add(o.b.timing.Away); !from.After(now) {
		until = now.Add(-o.b.timing.Away)
	} else if again.IsZero() || from.Before(again) {
		again = from
	}
	return until, again
}

// endDeadlines ends a line's asks whose deadline has passed and may be judged.
func (b *Bridge) endDeadlines(o *owner, now time.Time) (hold time.Time, err error) {
	until, hold := o.heard(now)
	var due []schema.Key
	err = b.store.Read(b.ctx, func(v View) (err error) {
		if due, err = v.Due(o.id, now, until, dueBatch); err == nil {
			hold, err = b.notHeard(v.NextDeadline, o.id, now, until, hold)
		}
		return err
	})
	if err == nil && len(due) > 0 {
		err = b.noAnswer(o, due)
	}
	if len(due) == dueBatch {
		hold = now
	}
	return hold, err
}

// notHeard is when to see to what is due and may not be judged, the line having heard
// all that was written until a moment: hold, or sooner for the earliest of it. next is
// as in timed.
func (b *Bridge) notHeard(next func(schema.LineID, time.Time) (time.Time, bool, error), line schema.LineID, now, until, hold time.Time) (time.Time, error) {
	if until.Equal(now) {
		return hold, nil
	}
	first, ok, err := next(line, until)
	if at := first.Add(b.timing.Away); ok && !first.After(now) && !until.IsZero() && (hold.IsZero() || at.Before(hold)) {
		hold = at
	}
	return hold, err
}

func (b *Bridge) noAnswer(o *owner, due []schema.Key) error {
	held := &holds{o: o}
	defer held.release()
	for _, id := range due {
		held.take(id)
	}
	return b.store.Write(b.ctx, func(tx Tx) error {
		for _, id := range due {
			if _, err := b.finish(tx, AskRecord{Line: o.id, ID: id}, schema.Outcome{Kind: schema.OutcomeNoAnswer}, held); err != nil {
				return err
			}
		}
		return nil
	})
}

// tooLate reports that an answer to an ask that is still open was written after its
// deadline. Both clocks must say so: this machine's, and WhatsApp's stamp on the
// answer, in whole seconds. Where the two were far apart when the question was sent,
// the deadline is taken over to WhatsApp's clock.
func tooLate(a AskRecord, in Incoming, now time.Time) bool {
	if !now.After(a.Deadline) {
		return false
	}
	deadline := a.Deadline
	if sent := a.Message.SentAt; !a.Asked.IsZero() && !sent.IsZero() {
		if apart := sent.Sub(a.Asked); apart.Abs() > backlog {
			deadline = deadline.Add(apart)
		}
	}
	return in.At.After(deadline)
}
