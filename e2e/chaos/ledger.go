package main

import (
	"context"
	"sync"
	"time"

	"github.com/nodeline/nodeline/e2e/chaos/judge"
	"github.com/nodeline/nodeline/schema"
)

// ledger writes down what hosts and customers did and were told. It is all that
// the judge sees, beside the phones' own chats.
type ledger struct {
	mu       sync.Mutex
	records  judge.Records
	heard    map[schema.MessageID]bool // incoming messages that a host was given
	outcomes map[schema.Key]bool
	cursors  map[hostLine]int64
	direct   []judge.Violation // seen as they happened
	news     chan struct{}     // closed and replaced at every entry
}

type hostLine struct {
	host schema.HostID
	line schema.LineID
}

func newLedger() *ledger {
	return &ledger{
		records:  judge.Records{Shown: map[judge.Chat][]judge.Shown{}, Events: map[schema.HostID][]judge.Event{}, Some: map[schema.HostID]bool{}},
		heard:    map[schema.MessageID]bool{},
		outcomes: map[schema.Key]bool{},
		cursors:  map[hostLine]int64{},
		news:     make(chan struct{}),
	}
}

// write makes one entry and wakes who waits for it.
func (l *ledger) write(fn func(*judge.Records)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	fn(&l.records)
	close(l.news)
	l.news = make(chan struct{})
}

// begin writes down a request, and the later files of its call.
func (l *ledger) begin(q *judge.Request, parts ...*judge.Request) {
	all := append([]*judge.Request{q}, parts...)
	for _, one := range all {
		one.Begun = time.Now()
	}
	l.write(func(r *judge.Records) { r.Requests = append(r.Requests, all...) })
}

// answer writes down what a call said; alone: the very call that was piped.
func (l *ledger) answer(q *judge.Request, a judge.Answer) {
	a.At = time.Now()
	l.write(func(*judge.Records) { q.Answers = append(q.Answers, a) })
}

// cancel writes down that a message is being taken back, and gives the call's place in its list.
func (l *ledger) cancel(q *judge.Request, behind bool) (n int) {
	l.write(func(*judge.Records) {
		n = len(q.Cancels)
		q.Cancels = append(q.Cancels, judge.Cancel{Begun: time.Now(), Behind: behind})
	})
	return n
}

// cancelled writes down what the call told: the message's status, or why it was refused.
func (l *ledger) cancelled(q *judge.Request, n int, status schema.MessageStatus, code schema.Code) {
	l.write(func(*judge.Records) {
		c := &q.Cancels[n]
		c.At, c.Status, c.Code = time.Now(), status, code
	})
}

func (l *ledger) wrote(chat judge.Chat, id, text string) {
	l.write(func(r *judge.Records) {
		r.Written = append(r.Written, judge.Written{Chat: chat, ID: schema.MessageID(id), Text: text})
	})
}

func (l *ledger) delivered(host schema.HostID, d schema.Delivery) {
	if d.Ask == nil || d.Ask.Outcome == nil {
		l.violation(judge.Outcome, string(d.ID), "a delivery without an outcome")
		return
	}
	l.write(func(r *judge.Records) {
		r.Deliveries = append(r.Deliveries, judge.Delivery{Host: host, ID: d.ID, Line: d.Line, Ask: d.Ask.ID,
			Outcome: *d.Ask.Outcome, Context: contextOf(d.Context)})
		l.outcomes[d.Ask.ID] = true
	})
}

// event writes an event down and moves the host's cursor.
func (l *ledger) event(host schema.HostID, e schema.Event) {
	out := judge.Event{Line: e.Line, Cursor: e.Cursor, ID: e.ID}
	if m := e.Message; m != nil && !m.FromMe {
		out.Message, out.Text = m.ID, m.Text
	}
	l.write(func(r *judge.Records) {
		r.Events[host] = append(r.Events[host], out)
		at := hostLine{host, e.Line}
		l.cursors[at] = max(l.cursors[at], e.Cursor)
		if out.Message != "" {
			l.heard[out.Message] = true
		}
	})
}

// cursor is where a host goes on.
func (l *ledger) cursor(host schema.HostID, line schema.LineID) int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.cursors[hostLine{host, line}]
}

func (l *ledger) violation(rule judge.Rule, what, detail string) {
	l.write(func(*judge.Records) {
		l.direct = append(l.direct, judge.Violation{Rule: rule, What: what, Detail: detail})
	})
}

// until waits for met, which is asked with the ledger locked, for at most limit.
func (l *ledger) until(done <-chan struct{}, limit time.Duration, met func() bool) bool {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	for {
		l.mu.Lock()
		ok, news := met(), l.news
		l.mu.Unlock()
		if ok {
			return true
		}
		select {
		case <-news:
		case <-timer.C:
			return false
		case <-done:
			return false
		}
	}
}

// still waits until nothing was written down for so long; false: done was first.
func (l *ledger) still(ctx context.Context, done <-chan struct{}, long time.Duration) bool {
	for {
		l.mu.Lock()
		news := l.news
		l.mu.Unlock()
		timer := time.NewTimer(long)
		select {
		case <-news:
			timer.Stop()
			continue
		case <-timer.C:
			return true
		case <-ctx.Done():
		case <-done:
		}
		timer.Stop()
		return false
	}
}

// judge reads the phones and judges; kept nil: the end is not here yet.
func (l *ledger) judge(shown map[judge.Chat][]judge.Shown, kept map[schema.Key]judge.Answer) []judge.Violation {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.records.Shown, l.records.Kept, l.records.Now = shown, kept, time.Now()
	return judge.Sorted(append(judge.Judge(&l.records), l.direct...))
}
