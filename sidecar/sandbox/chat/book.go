package chat

import (
	"cmp"
	"slices"
	"sync"

	"go.mau.fi/whatsmeow/proto/waE2E"
)

// Bounds of what a phone remembers.
const (
	keptMessages = 5000  // per chat
	keptIDs      = 20000 // per phone, to drop repeats
	keptReceipts = 1000  // per phone, for messages that are not there yet
)

// Book holds a phone's chats. Its methods may be called from any goroutine.
type Book struct {
	mu    sync.Mutex
	chats map[string]*thread
	seen  fifo[struct{}]
	early fifo[Status]
}

type thread struct {
	messages []*entry
	byID     map[string]*entry
	unread   int
}

type entry struct {
	Message
	original *waE2E.Message
}

// fifo is a map that forgets its oldest keys.
type fifo[V any] struct {
	values map[string]V
	order  []string
}

func (f *fifo[V]) put(key string, value V, limit int) {
	if f.values == nil {
		f.values = map[string]V{}
	}
	if _, ok := f.values[key]; !ok {
		f.order = append(f.order, key)
	}
	f.values[key] = value
	if len(f.order) > limit {
		delete(f.values, f.order[0])
		f.order = f.order[1:]
	}
}

// Seen notes a message's id and reports whether it was there before.
func (b *Book) Seen(sender, id string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	key := sender + " " + id
	if _, ok := b.seen.values[key]; ok {
		return true
	}
	b.seen.put(key, struct{}{}, keptIDs)
	return false
}

// Knows reports whether a message's id was noted, without noting it.
func (b *Book) Knows(sender, id string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	_, ok := b.seen.values[sender+" "+id]
	return ok
}

// Put adds a message, or replaces the one with its id. original is kept for
// quoting; nil where there is none.
func (b *Book) Put(message Message, original *waE2E.Message) {
	b.mu.Lock()
	defer b.mu.Unlock()
	t := b.thread(message.Chat)
	if message.FromMe {
		if status, ok := b.early.values[message.ID]; ok && steps[status] > steps[message.Status] {
			message.Status = status
		}
	}
	if old, ok := t.byID[message.ID]; ok {
		if !old.Visible && message.Visible && !message.FromMe {
			t.unread++
		}
		old.Message, old.original = message, original
		return
	}
	e := &entry{Message: message, original: original}
	t.messages = append(t.messages, e)
	t.byID[message.ID] = e
	if !message.FromMe && message.Visible {
		t.unread++
	}
	if len(t.messages) > keptMessages {
		delete(t.byID, t.messages[0].ID)
		t.messages = t.messages[1:]
	}
}

func (b *Book) thread(with string) *thread {
	if b.chats == nil {
		b.chats = map[string]*thread{}
	}
	t, ok := b.chats[with]
	if !ok {
		t = &thread{byID: map[string]*entry{}}
		b.chats[with] = t
	}
	return t
}

// Get finds a message; original is nil where it was not kept.
func (b *Book) Get(with, id string) (message Message, original *waE2E.Message, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	t, ok := b.chats[with]
	if !ok {
		return Message{}, nil, false
	}
	e, ok := t.byID[id]
	if !ok {
		return Message{}, nil, false
	}
	return e.Message, e.original, true
}

// Update changes a message in place; it reports whether there is one.
func (b *Book) Update(with, id string, change func(*Message)) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	t, ok := b.chats[with]
	if !ok {
		return false
	}
	e, ok := t.byID[id]
	if ok {
		change(&e.Message)
	}
	return ok
}

// Raise moves own messages in a chat up to a status, never down, and returns
// the ids that changed. A receipt that came before its message is kept for it.
func (b *Book) Raise(with string, ids []string, status Status) []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	t := b.thread(with)
	var changed []string
	for _, id := range ids {
		e, ok := t.byID[id]
		switch {
		case !ok:
			if steps[status] > steps[b.early.values[id]] {
				b.early.put(id, status, keptReceipts)
			}
		case e.FromMe && steps[status] > steps[e.Status]:
			e.Status = status
			changed = append(changed, id)
		}
	}
	return changed
}

// Open marks a chat's received messages read and returns the ids that were not,
// oldest first. What cannot be seen is not read.
func (b *Book) Open(with string) []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	t, ok := b.chats[with]
	if !ok {
		return nil
	}
	t.unread = 0
	var ids []string
	for _, e := range slices.Backward(t.messages) {
		if e.FromMe || !e.Visible {
			continue
		}
		if e.Status == StatusRead {
			break
		}
		e.Status = StatusRead
		ids = append(ids, e.ID)
	}
	slices.Reverse(ids)
	return ids
}

// Messages are a chat's messages, oldest first; never nil.
func (b *Book) Messages(with string) []Message {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := []Message{}
	if t, ok := b.chats[with]; ok {
		for _, e := range t.messages {
			out = append(out, e.Message)
		}
	}
	return out
}

// Find returns the first message for which match is true, chat by chat.
func (b *Book) Find(match func(Message) bool) (Message, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, t := range b.chats {
		for _, e := range t.messages {
			if match(e.Message) {
				return e.Message, true
			}
		}
	}
	return Message{}, false
}

// Summaries lists the chats, the newest first. Names are left empty.
func (b *Book) Summaries() []Summary {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := []Summary{}
	for with, t := range b.chats {
		if len(t.messages) == 0 {
			continue
		}
		s := Summary{With: with, Unread: t.unread, At: t.messages[len(t.messages)-1].At}
		for _, e := range slices.Backward(t.messages) {
			if e.Visible {
				s.Last = e.Body
				break
			}
		}
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b Summary) int {
		if c := b.At.Compare(a.At); c != 0 {
			return c
		}
		return cmp.Compare(a.With, b.With)
	})
	return out
}
