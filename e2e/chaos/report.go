package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nodeline/nodeline/e2e/chaos/judge"
	"github.com/nodeline/nodeline/schema"
)

// counts are what a run did.
type counts struct {
	lives, kills, stops, excused                     atomic.Int64
	locks, missed, full, torn, cuts, freezes, clocks atomic.Int64
	rounds, inbound, redelivered, pauses             atomic.Int64
	retried, abandoned, refused, conflicts           atomic.Int64
	recovery, reconnect                              delays
}

// delays collects times.
type delays struct {
	mu  sync.Mutex
	all []time.Duration
}

func (d *delays) add(one time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.all = append(d.all, one)
}

func (d *delays) String() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.all) == 0 {
		return "never measured"
	}
	slices.Sort(d.all)
	at := func(q float64) time.Duration {
		return d.all[min(int(q*float64(len(d.all))), len(d.all)-1)].Round(time.Millisecond)
	}
	return fmt.Sprintf("p50 %s, p99 %s, longest %s (%d measured)", at(0.5), at(0.99), d.all[len(d.all)-1].Round(time.Millisecond), len(d.all))
}

// tally counts the ledger.
type tally struct {
	messages, asks, shown, events, deliveries, reordered int
	gone                                                 withdrawn
	doubts                                               []judge.Doubtful
	outcomes                                             map[string]int
}

func (l *ledger) tally() tally {
	l.mu.Lock()
	defer l.mu.Unlock()
	t := tally{outcomes: map[string]int{}, deliveries: len(l.records.Deliveries), reordered: judge.Reordered(&l.records)}
	t.messages = len(l.records.Requests)
	t.doubts, t.gone = judge.InDoubt(&l.records), withdrawals(&l.records)
	for _, q := range l.records.Requests {
		if q.Kind == judge.Ask {
			t.asks++
		}
	}
	for _, list := range l.records.Shown {
		for _, s := range list {
			if s.Visible {
				t.shown++
			}
		}
	}
	for _, list := range l.records.Events {
		t.events += len(list)
	}
	seen := map[string]bool{}
	for _, d := range l.records.Deliveries {
		if !seen[string(d.Ask)] {
			seen[string(d.Ask)] = true
			t.outcomes[string(d.Outcome.Kind)]++
		}
	}
	return t
}

// withdrawn counts what became of messages that were taken back, and of those
// that had a time to begin by.
type withdrawn struct {
	cancels, inTime, tooLate, expired, expiring int
}

func withdrawals(r *judge.Records) (w withdrawn) {
	for _, q := range r.Requests {
		kept := r.Kept[q.Key]
		w.cancels += len(q.Cancels)
		if q.Expires {
			w.expiring++
		}
		switch {
		case kept.Code == schema.CodeExpired:
			w.expired++
		case kept.Code == schema.CodeCancelled:
			w.inTime++
		case len(q.Cancels) > 0 && kept.Status != schema.StatusUnknown && kept.Status != schema.StatusFailed:
			w.tooLate++
		}
	}
	return w
}

// doubts counts by why, and how many of those show on their phones.
func doubts(list []judge.Doubtful) map[string]int {
	out := map[string]int{}
	for _, d := range list {
		out[string(d.Why)]++
		if d.Shows {
			out["of them on the phone"]++
		}
	}
	return out
}

// stories tells all that was said of messages that stayed unknown.
func stories(list []judge.Doubtful) string {
	var out strings.Builder
	for _, d := range list {
		at := func(t time.Time) string { return t.Format("15:04:05.000") }
		_, _ = fmt.Fprintf(&out, "%s %s %s on %s to %s, begun %s: %s; shows: %v\n", d.Kind, d.Key, d.Last.ID, d.Line, d.Phone, at(d.Begun), d.Why, d.Shows)
		for _, c := range d.Cancels {
			_, _ = fmt.Fprintf(&out, "  cancelled %s, told %s: %s%s\n", at(c.Begun), at(c.At), c.Status, c.Code)
		}
		for _, a := range append(d.Answers[:len(d.Answers):len(d.Answers)], d.Last) {
			_, _ = fmt.Fprintf(&out, "  told %s: %s %s %d %s %s\n", at(a.At), a.Status, a.Code, a.Server, a.Form, a.State)
		}
	}
	return out.String()
}

func list[V any](m map[string]V) string {
	out := []string{}
	for _, name := range slices.Sorted(maps.Keys(m)) {
		out = append(out, fmt.Sprintf("%s %v", name, m[name]))
	}
	return strings.Join(out, ", ")
}

// report prints what a run did.
func (r *run) report(repeats int64) {
	c, t := &r.count, r.ledger.tally()
	disk := fmt.Sprintf("full %d times", c.full.Load())
	if !r.small {
		disk = "never full: no small disk could be made on this machine"
	}
	clock := fmt.Sprintf("wrong in %d lives", c.clocks.Load())
	if r.opt.clockBinary == "" {
		clock = "never wrong: --clock was off"
	}
	r.say("lives %d, killed %d, asked to end %d, ended by themselves on a full disk %d", c.lives.Load(), c.kills.Load(), c.stops.Load(), c.excused.Load())
	r.say("disk %s; databases locked %d times, tails torn %d; power cut %d times; frozen %d; clock %s", disk, c.locks.Load(), c.torn.Load(), c.cuts.Load(), c.freezes.Load(), clock)
	r.say("asked for %d messages, %d of them asks; shown on phones %d; incoming %d, out of order %d", t.messages, t.asks, t.shown, c.inbound.Load(), t.reordered)
	r.say("lines paused %d times; message.cancel called %d times: %d messages taken back, %d gone already; of %d with a time to begin by %d expired",
		c.pauses.Load(), t.gone.cancels, t.gone.inTime, t.gone.tooLate, t.gone.expiring, t.gone.expired)
	r.say("unknown for good %d: %s", len(t.doubts), list(doubts(t.doubts)))
	r.say("outcomes: %s; pushed %d times, %d of them again", list(t.outcomes), t.deliveries, c.redelivered.Load())
	r.say("calls repeated %d, abandoned %d, refused %d, conflicts refused %d; events pushed %d", c.retried.Load(), c.abandoned.Load(), c.refused.Load(), c.conflicts.Load(), t.events)
	r.say("repeated ids that phones dropped: %d", repeats)
	r.mu.Lock()
	r.say("faults that struck: %s", list(r.faults))
	r.mu.Unlock()
	r.say("from kill to answering: %s; to every line connected: %s", &c.recovery, &c.reconnect)
}
