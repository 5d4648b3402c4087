package rpc

import (
	"context"
	"sync"
)

// turns keeps the order in which calls came where it matters: messages go out as
// they were sent in. Each call is judged beside the others and then waits until
// the one before it has its place in the store, not until that is written.
type turns struct {
	mu   sync.Mutex
	last *turn
}

// turn is one call's place; nil: the call has none and waits for nobody.
type turn struct {
	before <-chan struct{} // closed when the call before has passed
	passed chan struct{}
	once   sync.Once
}

func (t *turns) next() *turn {
	t.mu.Lock()
	defer t.mu.Unlock()
	mine := &turn{passed: make(chan struct{})}
	if t.last != nil {
		mine.before = t.last.passed
	} else {
		open := make(chan struct{})
		close(open)
		mine.before = open
	}
	t.last = mine
	return mine
}

// wait returns when the call before has passed, or with ctx's end.
func (t *turn) wait(ctx context.Context) error {
	if t == nil {
		return nil
	}
	select {
	case <-t.before:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// pass lets the next call on; a call that never came to its turn does not open
// the way past those before it.
func (t *turn) pass() {
	if t == nil {
		return
	}
	t.once.Do(func() {
		select {
		case <-t.before:
			close(t.passed)
		default:
			go func() { <-t.before; close(t.passed) }()
		}
	})
}
