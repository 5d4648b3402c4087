package bridge

import (
	"container/heap"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/nodeline/nodeline/schema"
)

// owner is a line in memory: its record as committed, and its queues.
// Its worker (worker.go) is the only one that sends for the line.
type owner struct {
	b    *Bridge
	id   schema.LineID
	ctx  context.Context // ends with the bridge or with the line
	stop context.CancelFunc
	done chan struct{} // the worker has ended

	groups groupList // with a lock of its own

	mu    sync.Mutex
	rec   LineRecord
	turns int  // how often the state has changed
	ears  ears // see deadline.go
	chats chats
	pace  pacing
	brake time.Time     // nothing is sent before it: what failed would fail for any message
	slack time.Duration // the last brake's length; 0 after a success
	live  map[schema.Key]*pending
	// typing are the chats where the line is shown as typing, each with its end.
	typing map[string]context.CancelFunc
	news   chan struct{} // closed and replaced at every change of the above
	files  files
}

// pending is a message that is not settled, or whose end is being written. Guarded by the owner's mu.
type pending struct {
	key       schema.Key
	rec       MessageRecord // as committed; without Payload and Content if light
	light     bool          // the row is read anew before a try
	chat      *chat         // nil: it is in no queue any more
	class     class
	tried     bool          // it may have gone, in this life or an earlier one
	trying    bool          // a try is under way
	holds     int           // by those that are about to take it back: no try may begin
	cancelled bool          // no try may follow
	paced     bool          // it has taken its share of the pace
	tries     int           // in this life, since the line last came back
	pause     time.Duration // the last pause between tries
	first     chan struct{} // closed when the first try's end is written
	ended     bool          // first is closed

	// Of a message whose Stage is set; see prepare.go.
	progress  Progress
	fileTries int
	filePause time.Duration
	unprepare context.CancelFunc // nil: nothing is under way
}

// fullMax is how many messages of a line are kept in memory whole.
const fullMax = 64

func newOwner(b *Bridge, rec LineRecord) *owner {
	o := &owner{b: b, id: rec.ID, rec: rec, done: make(chan struct{}), live: map[schema.Key]*pending{}, typing: map[string]context.CancelFunc{}, news: make(chan struct{}),
		groups: groupList{asking: make(chan struct{}, 1)}, chats: newChats(), pace: pacing{used: map[string]time.Time{}}, files: files{wake: make(chan struct{}, 1)}}
	o.ctx, o.stop = context.WithCancel(b.ctx)
	o.pace.set(b.paceOf(rec), time.Now())
	return o
}

// past is what an earlier life left of a line.
type past struct {
	queue   []MessageRecord
	aliases map[schema.Key][]string // see aliasesOf
	wrote   map[string]time.Time    // who wrote to it of late
	used    map[string]time.Time
}

// recollect reads what an earlier life left of a line.
func (b *Bridge) recollect(v View, line schema.LineID) (p past, err error) {
	if p.queue, err = v.Unsettled(line); err != nil {
		return p, err
	}
	p.aliases = map[schema.Key][]string{}
	for _, m := range p.queue {
		if p.aliases[m.Key], err = aliasesOf(v, m); err != nil {
			return p, err
		}
	}
	if p.wrote, err = v.Heard(line, b.now().Add(-heardFor)); err != nil {
		return p, err
	}
	if p.used, err = v.Allowances(line, b.now()); err != nil {
		return p, err
	}
	// What is stored is by the wall clock; what is waited for is not.
	for _, stored := range []map[string]time.Time{p.wrote, p.used} {
		for name, at := range stored {
			stored[name] = time.Now().Add(at.Sub(b.now()))
		}
	}
	return p, nil
}

// restore takes over what an earlier life left.
func (o *owner) restore(p past) {
	o.mu.Lock()
	o.chats.wrote, o.pace.used = p.wrote, p.used
	o.pace.set(o.b.paceOf(o.rec), time.Now())
	o.mu.Unlock()
	for _, m := range p.queue {
		o.push(m, p.aliases[m.Key])
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, p := range o.live {
		// Until its chat is known nothing of it can have gone.
		p.tried = p.rec.Begun && p.rec.Chat.JID != ""
		p.light = true
		if p.rec.Status == schema.StatusUnknown {
			p.chat.why = schema.WaitReceipt // from the next connection on
		}
	}
}

// push appends a committed message; it is called in the order of commit.
func (o *owner) push(m MessageRecord, aliases []string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	p := &pending{key: m.Key, rec: m, class: classOf(m.Priority), first: make(chan struct{})}
	if len(o.live) >= fullMax {
		p.lighten()
	}
	o.live[m.Key] = p
	names := slices.Concat(m.Phones, namesIn(m.Chat), aliases)
	c := o.chats.join(names)
	if p.class == normal && o.chats.live(c.names, time.Now()) {
		p.class = dialogue
	}
	c.insert(p)
	o.place(c)
	if m.Stage != "" {
		o.stage(p)
	}
	o.changed()
}

// soon reports whether a message is likely to be tried as soon as it is stored: its
// first commit then says that it has begun, and no other is needed before the try.
func (o *owner) soon(m MessageRecord, aliases []string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if m.Stage != "" || o.rec.State != schema.LineConnected || !o.rec.PausedAt.IsZero() || len(o.live) >= beginMax {
		return false
	}
	now, names := time.Now(), slices.Concat(m.Phones, namesIn(m.Chat), aliases)
	if o.brake.After(now) || o.pace.recipientOpen(names).After(now) {
		return false
	}
	for _, name := range names {
		if c := o.chats.byName[name]; c != nil && c.rest.After(now) {
			return false // behind one that waits for its next try
		}
	}
	return classOf(m.Priority) == dialogue || o.chats.live(names, now) || !o.pace.lineOpen().After(now)
}

// namesIn are a chat's names; none for one that is not known yet.
func namesIn(a schema.Address) []string {
	if a == (schema.Address{}) {
		return nil
	}
	return namesOf(a)
}

// lighten drops what only a try needs.
func (p *pending) lighten() {
	p.light, p.rec.Payload, p.rec.Content, p.rec.Hash = true, nil, Content{}, nil
}

// place puts a chat where it belongs. It is called after every change of it. The
// caller holds mu.
func (o *owner) place(c *chat) {
	o.chats.park(c)
	if c.trying != nil || len(c.queue) == 0 || c.queue[0].holds > 0 || c.queue[0].rec.Stage != "" {
		return
	}
	now := time.Now()
	if c.at, _ = o.opens(c, now); c.at.After(now) {
		heap.Push(&o.chats.waiting, c)
		return
	}
	heap.Push(&o.chats.ready[c.class()], c)
}

// opens is when a chat's head may be tried, and why not before. The caller holds mu.
func (o *owner) opens(c *chat, now time.Time) (time.Time, schema.WaitKind) {
	at, why := c.rest, c.why
	if c.queue[0].paced {
		return at, why
	}
	paced := o.pace.recipientOpen(c.names)
	if paced.After(now) && c.jitter == 0 {
		c.jitter = o.pace.recipient.jitter()
	}
	if paced = paced.Add(c.jitter); paced.After(at) {
		return paced, schema.WaitRecipientPace
	}
	return at, why
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

// update takes over a committed line, and what the session said of what it has
// heard (nil: it said nothing): nobody sees one without the other.
func (o *owner) update(rec LineRecord, news *Session) {
	at := o.b.now()
	o.mu.Lock()
	defer o.mu.Unlock()
	was := o.rec
	o.rec = rec
	if news != nil {
		if rec.State != was.State {
			o.ears = ears{} // a connection has a backlog of its own, and a time for it
		}
		o.ears.hear(news.Behind, at)
	}
	if rec.State != was.State {
		o.turns++
		o.look() // uploads wait for the connection
		if rec.State == schema.LineConnected {
			o.back()
		}
	}
	if pace := o.b.paceOf(rec); pace != o.b.paceOf(was) {
		o.pace.set(pace, time.Now())
		o.placeAll()
	}
	o.changed()
}

// back ends the pauses of a line that is connected again; receipts come over a
// connection, so the wait for them begins now. The caller holds mu.
func (o *owner) back() {
	o.brake, o.slack = time.Time{}, 0
	for _, c := range o.chats.byName {
		switch c.why {
		case schema.WaitRetry:
			c.rest, c.why = time.Time{}, ""
		case schema.WaitReceipt:
			c.rest = time.Now().Add(o.b.timing.ReceiptWait)
		}
	}
	o.placeAll()
}

// placeAll places every chat anew. The caller holds mu.
func (o *owner) placeAll() {
	for _, c := range o.chats.byName {
		o.place(c)
	}
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
	known, staged := p.rec.Chat, p.rec.Stage
	p.rec = m
	if p.light {
		p.lighten()
	}
	if p.chat != nil && m.Chat != known {
		o.place(o.chats.join(append(namesIn(m.Chat), p.chat.names...)))
	}
	if p.chat != nil && m.Stage != staged {
		o.place(p.chat)
	}
	if m.Status != schema.StatusQueued && m.Status != schema.StatusSending && !p.ended {
		p.ended = true
		close(p.first)
	}
	if m.Settled {
		o.remove(p)
		delete(o.live, m.Key)
		if p.unprepare != nil {
			p.unprepare()
		}
	}
	o.changed()
}

// remove takes a message out of its queue. The caller holds mu.
func (o *owner) remove(p *pending) {
	if c := p.chat; c != nil {
		if c.heap != nil { // by the head that it still has
			heap.Remove(c.heap, c.index)
		}
		c.delete(p)
		o.place(c)
	}
}

// hold keeps a message from being tried, if it has surely not gone yet.
func (o *owner) hold(key schema.Key) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	p := o.live[key]
	if p == nil || p.tried {
		return false
	}
	p.holds++
	if p.chat != nil {
		o.place(p.chat)
	}
	return true
}

// stopTrying has a message that may have gone not be tried again, and waits, at
// most for d, until a try under way has ended.
func (o *owner) stopTrying(ctx context.Context, key schema.Key, d time.Duration) {
	o.mu.Lock()
	p := o.live[key]
	if p != nil && !p.rec.Ask {
		p.cancelled = true
	}
	o.mu.Unlock()
	if p != nil && !p.rec.Ask {
		o.until(ctx, d, func() bool { return !p.trying })
	}
}

// begin marks a message as tried, and has it take its share of the pace; from here
// on it may have gone. False: it was held or settled since the worker took it up,
// or its time is over, and it is not to be sent.
func (o *owner) begin(p *pending) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if p.holds > 0 || p.rec.Settled || p.rec.expired(o.b.now()) {
		return false
	}
	p.tried = true
	if !p.paced {
		p.paced = true
		o.pace.take(namesOf(p.rec.Chat)[0], time.Now())
	}
	return true
}

// unwanted reports that a message was taken back while it was tried: its ask has
// ended, or it was cancelled.
func (o *owner) unwanted(p *pending) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return p.rec.Settled || p.cancelled
}

// release undoes a hold that was had; a message that was settled meanwhile is gone already.
func (o *owner) release(key schema.Key) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if p := o.live[key]; p != nil {
		p.holds--
		if p.chat != nil {
			o.place(p.chat)
		}
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

// wrote takes over that a chat wrote to the line, once that is committed.
func (o *owner) wrote(names []string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.chats.hear(names, time.Now())
	o.changed()
}
