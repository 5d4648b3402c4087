package rpc

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
)

// Of two attaches at once on one connection the one that deliver knows as the
// newest lives on, whichever is answered first.
func TestOfTwoFeedsBegunAtOnceTheNewestLives(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newSocket(nil, nil, t.Context())
		key := feedKey{line: "demo", host: "one"}
		var mu sync.Mutex
		newest, stopped := 0, map[int]bool{}
		begin := func(n int, door <-chan struct{}) func() (func(), error) {
			return func() (func(), error) {
				mu.Lock()
				newest = n
				mu.Unlock()
				<-door
				return func() { mu.Lock(); defer mu.Unlock(); stopped[n] = true }, nil
			}
		}
		door, open := make(chan struct{}), make(chan struct{})
		close(open)
		var calls sync.WaitGroup
		for i, d := range []chan struct{}{door, open} {
			calls.Go(func() {
				if err := c.feed(context.Background(), key, begin(i+1, d)); err != nil {
					t.Error(err)
				}
			})
			synctest.Wait()
		}
		close(door)
		calls.Wait()
		if stopped[newest] || !stopped[3-newest] {
			t.Errorf("newest is %d, stopped %v", newest, stopped)
		}
	})
}
