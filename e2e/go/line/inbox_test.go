package line_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// inbox keeps what the sessions report, and can be told to refuse.
type inbox struct {
	mu       sync.Mutex
	messages []bridge.Incoming
	receipts []bridge.Receipt
	sessions []bridge.Session
	refuse   []func() error // one per message to come
	lost     func(bridge.Incoming)
	told     func(bridge.Session)
	reject   int // how many receipts to come are refused
	wake     chan struct{}
	sent     map[schema.MessageID]recalled
}

// recalled is what a sidecar's outbox remembers of a message.
type recalled struct {
	payload []byte
	chat    schema.Address
}

func newInbox() *inbox {
	return &inbox{wake: make(chan struct{}), sent: map[schema.MessageID]recalled{}}
}

// Recall implements bridge.Inbox.
func (i *inbox) Recall(_ context.Context, _ schema.LineID, id schema.MessageID) ([]byte, schema.Address, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.sent[id].payload, i.sent[id].chat, nil
}

func (i *inbox) changed() {
	close(i.wake)
	i.wake = make(chan struct{})
}

// Receive implements bridge.Inbox.
func (i *inbox) Receive(_ context.Context, in bridge.Incoming) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	if len(i.refuse) > 0 {
		f := i.refuse[0]
		i.refuse = i.refuse[1:]
		if err := f(); err != nil {
			if i.lost != nil {
				i.lost(in)
			}
			return err
		}
	}
	i.messages = append(i.messages, in)
	i.changed()
	return nil
}

// Receipt implements bridge.Inbox.
func (i *inbox) Receipt(_ context.Context, r bridge.Receipt) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.reject > 0 {
		i.reject--
		return errors.New("the disk is full")
	}
	i.receipts = append(i.receipts, r)
	i.changed()
	return nil
}

// Session implements bridge.Inbox.
func (i *inbox) Session(_ context.Context, s bridge.Session) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.told != nil {
		i.told(s)
	}
	for _, was := range slices.Backward(i.sessions) {
		if was.Line == s.Line {
			walked.step("Line", string(was.State), string(s.State))
			break
		}
	}
	i.sessions = append(i.sessions, s)
	i.changed()
	return nil
}

// await returns what find finds, once it finds something.
func await[T any](t testing.TB, i *inbox, what string, find func() (T, bool)) T {
	t.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	for {
		i.mu.Lock()
		found, ok := find()
		wake := i.wake
		i.mu.Unlock()
		if ok {
			return found
		}
		select {
		case <-wake:
		case <-deadline.C:
			i.mu.Lock()
			defer i.mu.Unlock()
			t.Fatalf("%s did not come; there are\nmessages %+v\nreceipts %+v\nsessions %+v", what, i.messages, i.receipts, i.sessions)
		}
	}
}

func first[T any](list []T, match func(T) bool) (T, bool) {
	for _, v := range list {
		if match(v) {
			return v, true
		}
	}
	var none T
	return none, false
}

func (i *inbox) message(t testing.TB, what string, match func(bridge.Incoming) bool) bridge.Incoming {
	t.Helper()
	return await(t, i, what, func() (bridge.Incoming, bool) { return first(i.messages, match) })
}

func (i *inbox) text(t testing.TB, text string) bridge.Incoming {
	t.Helper()
	return i.message(t, "message "+text, func(in bridge.Incoming) bool { return in.Text == text })
}

// count is how many messages with that text came so far.
func (i *inbox) count(text string) (n int) {
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, in := range i.messages {
		if in.Text == text {
			n++
		}
	}
	return n
}

func (i *inbox) receipt(t testing.TB, id schema.MessageID, status schema.MessageStatus) bridge.Receipt {
	t.Helper()
	return await(t, i, string(status)+" receipt", func() (bridge.Receipt, bool) {
		return first(i.receipts, func(r bridge.Receipt) bool {
			for _, known := range r.IDs {
				if known == id && r.Status == status {
					return true
				}
			}
			return false
		})
	})
}

// mark is a place in the sessions' news: wait for what comes after it.
func (i *inbox) mark() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return len(i.sessions)
}

// state waits until the line is in a state, connected: with nothing left to
// hear, in the news after a mark.
func (i *inbox) state(t testing.TB, id schema.LineID, after int, want schema.LineState) bridge.Session {
	t.Helper()
	return await(t, i, fmt.Sprintf("%s %s", id, want), func() (bridge.Session, bool) {
		return first(i.sessions[after:], func(s bridge.Session) bool { return s.Line == id && s.State == want && !s.Behind })
	})
}
