// Package wait is how tests wait for a condition of which nobody tells: they look
// again and again, until an end, and say what they waited for.
package wait

import (
	"context"
	"fmt"
	"testing"
	"time"
)

// Patience is how long a test waits for what must come: far longer than it takes
// on a machine that is busy with other tests, because only a failure waits so long.
const Patience = 30 * time.Second

const between = 2 * time.Millisecond

// Until looks at a condition until it holds, and fails the test after Patience.
// It belongs to the test's own goroutine.
func Until(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(Patience); !holds(); time.Sleep(between) {
		if time.Now().After(end) {
			t.Fatalf("waited %s for this: %s", Patience, what)
		}
	}
}

// For is Until for a goroutine that must not end its test: missing says what is
// not there yet, nil where nothing is. When ctx ends that becomes the error.
func For(ctx context.Context, missing func() error) error {
	for {
		why := missing()
		if why == nil {
			return nil
		}
		select {
		case <-time.After(between):
		case <-ctx.Done():
			return fmt.Errorf("waited until %w: %w", context.Cause(ctx), why)
		}
	}
}
