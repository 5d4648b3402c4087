package bridge

import (
	"context"
	"sync"
	"time"

	"github.com/nodeline/nodeline/schema"
)

// owner is a line in memory: its record as committed, and its queue.
// Its worker (worker.go) is the only one that sends for the line.
type owner struct {
	b    *Bridge
	id   schema.LineID
	ctx  context.Context // ends with the bridge or with the line
	stop context.CancelFunc
	done chan struct{} // the worker has ended

	mu    sync.Mutex
	rec   LineRecord
	turns int        // how often the state has changed
	ears  ears       // see deadline.go
	queue []*pending // in order; the head is being sent
	live  map[schema.Key]*pending
	news  chan struct{} // closed and replaced at every change of the above
}

// pending is a message that is not settled, or whose end is being written. Guarded by the owner's mu.
type pending struct {
	key    schema.Key
	rec    MessageRecord // as committed
	tried  bool          // it may have gone, in this life or an earlier one
	trying bool          // a try is under way
	held   bool          // its ask is about to end: no try may begin
	first  chan struct{} // closed when the first try's end is written
	ended  bool          // first is closed
}

func newOwner(b *Bridge, rec LineRecord) *owner {
	o := &owner{b: b, id: rec.ID, rec: rec, done: make(chan struct{}), live: map[schema.Key]*pending{}, news: make(chan struct{})}
	o.ctx, o.stop = context.WithCancel(b.ctx)
	return o
}

// restore takes over what an earlier life left. Any of it may have been tried.
func (o *owner) restore(queue []MessageRecord) {
	for _, m := range queue {
		o.push(m)
		o.live[m.Key].tried = true
	}
}

// push appends a committed message; it is called in the order of commit.
func (o *owner) push(m MessageRecord) {
	o.mu.Lock()
	defer o.mu.Unlock()
	p := &pending{key: m.Key, rec: m, first: make(chan struct{})}
	o.queue = append(o.queue, p)
	o.live[m.Key] = p
	o.changed()
}

// changed wakes whoever waits in until. The caller holds mu.
func (o *owner) changed() {
	close(o.news)
	o.news = make(chan struct{})
}

// until waits until ready, called under mu, is true, at most for d (0: without
// end), and says whether it is. It gives up when ctx ends.
func (o *owner) until(ctx context.Context, d time.Duration, ready func() bool) bool {
	var timeout <-chan time.Time
	if d > 0 {
		timer := time.NewTimer(d)
		defer timer.Stop()
		timeout = timer.C
	}
	for {
		o.mu.Lock()
		ok, news := ready(), o.news
		o.mu.Unlock()
		if ok {
			return true
		}
		select {
		case <-news:
		case <-timeout:
			return false
		case <-ctx.Done():
			return false
		}
	}
}

func (o *owner) line() LineRecord {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.rec
}

// update takes over a committed line.
func (o *owner) update(rec LineRecord) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if rec.State != o.rec.State {
		o.turns++
	}
	o.rec = rec
	o.changed()
}

func (o *owner) turned() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.turns
}

// find gives the live message of a key.
func (o *owner) find(key schema.Key) *pending {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.live[key]
}

// written takes over a message's committed record. The first one that shows how
// a try ended ends the wait of the calls for it.
func (o *owner) written(m MessageRecord) {
	o.mu.Lock()
	defer o.mu.Unlock()
	p := o.live[m.Key]
	if p == nil {
		return
	}
	p.rec = m
	if m.Status != schema.StatusQueued && m.Status != schema.StatusSending && !p.ended {
		p.ended = true
		close(p.first)
	}
	if m.Settled {
		o.remove(p)
		delete(o.live, m.Key)
	}
	o.changed()
}

// remove takes a message out of the queue. The caller holds mu.
func (o *owner) remove(p *pending) {
	for i, q := range o.queue {
		if q == p {
			o.queue = append(o.queue[:i:i], o.queue[i+1:]...)
			return
		}
	}
}

// hold keeps a message from being tried, if it has surely not gone yet.
func (o *owner) hold(key schema.Key) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	p := o.live[key]
	if p == nil || p.tried || p.held {
		return false
	}
	p.held = true
	return true
}

// begin marks a message as tried; from here on it may have gone. False: it was
// held or settled since the worker took it up, and is not to be sent.
func (o *owner) begin(p *pending) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if p.held || p.rec.Settled {
		return false
	}
	p.tried = true
	return true
}

// release undoes a hold that was had; a message that was settled meanwhile is gone already.
func (o *owner) release(key schema.Key) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if p := o.live[key]; p != nil {
		p.held = false
		o.changed()
	}
}

// untried reports that a message has surely not gone: nobody can be answering
// it. One that is not settled and not here yet is of the commit under way.
func (o *owner) untried(m MessageRecord) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if p := o.live[m.Key]; p != nil {
		return !p.tried
	}
	return !m.Settled
}

// shown is a message's status as a caller sees it: sending is known in memory only.
func (o *owner) shown(m MessageRecord) schema.MessageStatus {
	o.mu.Lock()
	defer o.mu.Unlock()
	if p := o.live[m.Key]; p != nil && p.trying && m.Status == schema.StatusQueued {
		return schema.StatusSending
	}
	return m.Status
}
