package bridge

import (
	"cmp"
	"container/heap"
	"slices"
	"time"

	"github.com/nodeline/nodeline/schema"
)

const (
	// heardFor is how long a chat that wrote to the line counts as a live dialogue.
	heardFor = 15 * time.Minute
	// passesMax is how many more urgent messages go before one that is less urgent
	// goes between them, whatever the line's pace: nothing starves.
	passesMax = 8
)

// class is a priority as a number, the most urgent first.
type class int

const (
	dialogue class = iota
	normal
	broadcast
	classes
)

func classOf(p schema.Priority) class {
	switch p {
	case schema.PriorityDialogue:
		return dialogue
	case schema.PriorityBroadcast:
		return broadcast
	}
	return normal
}

// chat is the queue of one chat. It stands in the heap ready, or in waiting until
// a moment, or in none: while its head is tried or held. Guarded by the owner's mu.
type chat struct {
	names  []string   // phones, LID, group: whoever shares one is the same chat
	queue  []*pending // by sequence number; only the head is tried
	counts [classes]int
	trying *pending // being tried; nil: none

	rest   time.Time       // no try before it
	why    schema.WaitKind // of rest: retry or receipt
	jitter time.Duration   // of the wait for the recipient's pace; 0: none drawn yet

	at    time.Time // in waiting: until when
	heap  *chatHeap
	index int
}

// class is that of the most urgent message.
func (c *chat) class() class {
	for k, n := range c.counts {
		if n > 0 {
			return class(k)
		}
	}
	return broadcast
}

// insert puts a message in its place.
func (c *chat) insert(p *pending) {
	at, _ := slices.BinarySearchFunc(c.queue, p.rec.Seq, func(q *pending, seq int64) int { return cmp.Compare(q.rec.Seq, seq) })
	c.queue = slices.Insert(c.queue, at, p)
	c.counts[p.class]++
	p.chat = c
}

// delete takes a message out, wherever it stands.
func (c *chat) delete(p *pending) {
	at := 0
	if c.queue[0] != p {
		at = slices.Index(c.queue, p)
	}
	if at == 0 {
		c.queue[0] = nil
		c.queue = c.queue[1:]
		c.rest, c.why, c.jitter = time.Time{}, "", 0
	} else {
		c.queue = slices.Delete(c.queue, at, at+1)
	}
	if c.trying == p {
		c.trying = nil
	}
	c.counts[p.class]--
	p.chat = nil
}

// lift makes the normal messages of a chat a dialogue.
func (c *chat) lift() {
	if c.counts[normal] == 0 {
		return
	}
	for _, p := range c.queue {
		if p.class == normal {
			p.class = dialogue
		}
	}
	c.counts[dialogue] += c.counts[normal]
	c.counts[normal] = 0
}

// chatHeap orders chats; it implements heap.Interface.
type chatHeap struct {
	list   []*chat
	before func(a, b *chat) bool
}

func bySeq(a, b *chat) bool  { return a.queue[0].rec.Seq < b.queue[0].rec.Seq }
func byTime(a, b *chat) bool { return a.at.Before(b.at) }

func (h *chatHeap) Len() int           { return len(h.list) }
func (h *chatHeap) Less(i, j int) bool { return h.before(h.list[i], h.list[j]) }
func (h *chatHeap) Swap(i, j int) {
	h.list[i], h.list[j] = h.list[j], h.list[i]
	h.list[i].index, h.list[j].index = i, j
}
func (h *chatHeap) Push(c any) {
	c.(*chat).heap, c.(*chat).index = h, len(h.list)
	h.list = append(h.list, c.(*chat))
}
func (h *chatHeap) Pop() any {
	last := len(h.list) - 1
	c := h.list[last]
	h.list[last], h.list = nil, h.list[:last]
	c.heap = nil
	return c
}

// chats are a line's queues:
//
//	push ─▶ chat ─┬─ may go ────────▶ ready, a heap for each class, the oldest first ─▶ pick
//	              └─ not before ... ▶ waiting, a heap, the soonest first ──▲
//
// Picking is by class, then age; see choose. Guarded by the owner's mu.
type chats struct {
	byName  map[string]*chat
	ready   [classes]chatHeap
	waiting chatHeap
	passed  [classes]int         // how many more urgent ones went while a class had some ready
	wrote   map[string]time.Time // when chats wrote to the line, by name
	swept   int                  // how many of wrote were left when it was last swept
}

func newChats() chats {
	c := chats{byName: map[string]*chat{}, wrote: map[string]time.Time{}, waiting: chatHeap{before: byTime}}
	for k := range c.ready {
		c.ready[k].before = bySeq
	}
	return c
}

// join gives the chat of these names. Queues that turn out to be one chat's are
// made one; a chat is never split.
func (s *chats) join(names []string) *chat {
	var c *chat
	for _, name := range names {
		other := s.byName[name]
		switch {
		case other == nil || other == c:
		case c == nil:
			c = other
		default:
			c = s.merge(c, other)
		}
	}
	if c == nil {
		c = &chat{}
	}
	for _, name := range names {
		if s.byName[name] == nil {
			s.byName[name] = c
			c.names = append(c.names, name)
		}
	}
	return c
}

func (s *chats) merge(a, b *chat) *chat {
	if len(a.queue) < len(b.queue) {
		a, b = b, a
	}
	if a.heap != nil {
		heap.Remove(a.heap, a.index)
	}
	if b.heap != nil {
		heap.Remove(b.heap, b.index)
	}
	for _, p := range b.queue {
		a.insert(p)
	}
	if a.trying == nil {
		a.trying = b.trying
	}
	if b.rest.After(a.rest) {
		a.rest, a.why = b.rest, b.why
	}
	for _, name := range b.names {
		s.byName[name] = a
	}
	a.names = append(a.names, b.names...)
	return a
}

// park takes a chat out of its heap, and forgets it once it is empty.
func (s *chats) park(c *chat) {
	if c.heap != nil {
		heap.Remove(c.heap, c.index)
	}
	if len(c.queue) == 0 {
		for _, name := range c.names {
			delete(s.byName, name)
		}
	}
}

// choose gives the chat whose head goes next: the most urgent class, in it the
// oldest message. While the line's pace is not open only dialogues go. A class
// that was passed too often comes between. With none, wake is when the line's pace
// opens for one that waits for it.
func (s *chats) choose(now, open time.Time) (c *chat, wake time.Time) {
	pick := classes
	for k := broadcast; k > dialogue; k-- {
		if s.ready[k].Len() > 0 && s.passed[k] >= passesMax {
			pick = k
		}
	}
	for k := dialogue; k < classes && pick == classes; k++ {
		if s.ready[k].Len() == 0 {
			continue
		}
		if k != dialogue && open.After(now) {
			return nil, open
		}
		pick = k
	}
	if pick == classes {
		return nil, wake
	}
	s.passed[pick] = 0
	for k := pick + 1; k < classes; k++ {
		if s.ready[k].Len() > 0 {
			s.passed[k]++
		}
	}
	return s.ready[pick].list[0], wake
}

// hear remembers that a chat wrote, and makes its messages a dialogue.
func (s *chats) hear(names []string, at time.Time) {
	for _, name := range names {
		s.wrote[name] = at
		if c := s.byName[name]; c != nil && c.counts[normal] > 0 {
			if c.heap == nil {
				c.lift()
				continue
			}
			h := c.heap
			heap.Remove(h, c.index)
			c.lift()
			if h != &s.waiting {
				h = &s.ready[c.class()]
			}
			heap.Push(h, c)
		}
	}
	if len(s.wrote) < 2*s.swept+1024 {
		return
	}
	for name, when := range s.wrote {
		if at.Sub(when) > heardFor {
			delete(s.wrote, name)
		}
	}
	s.swept = len(s.wrote)
}

// live reports whether one of these names wrote to the line a short while ago.
func (s *chats) live(names []string, now time.Time) bool {
	return slices.ContainsFunc(names, func(name string) bool {
		when, ok := s.wrote[name]
		return ok && now.Sub(when) < heardFor
	})
}
