package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nodeline/nodeline/internal/wait"
	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// hold has the writer busy with one call until leave is closed, so that others
// queue up behind it; last is what the call then does.
func hold(s *Store, last func(bridge.Tx) error) (leave chan struct{}) {
	entered, leave := make(chan struct{}), make(chan struct{})
	go func() {
		_ = s.Write(context.Background(), func(tx bridge.Tx) error {
			close(entered)
			<-leave
			return last(tx)
		})
	}()
	<-entered
	return leave
}

// addPages makes the disk full after so many more pages. For the writer only.
func addPages(s *Store, n int) error {
	var pages int
	rows, err := s.writer.conn.conn.QueryContext(context.Background(), "pragma page_count")
	if err != nil {
		return err
	}
	rows.Next()
	if err := errors.Join(rows.Scan(&pages), rows.Close()); err != nil {
		return err
	}
	return s.writer.conn.run(fmt.Sprintf("pragma max_page_count = %d", pages+n))
}

// A full disk fails the whole batch that meets it: nobody is told yes whose
// write is not there, no hook runs, and the next write finds a sound store.
func TestAFullDiskLosesNothingThatWasAnswered(t *testing.T) {
	s := open(t, t.TempDir(), false)
	leave := hold(s, func(bridge.Tx) error { return addPages(s, 4) })
	const calls = 40
	var (
		wg     sync.WaitGroup
		mu     sync.Mutex
		failed int
		yes    = map[schema.LineID]bool{}
		hooked = map[schema.LineID]bool{}
	)
	for i := range calls {
		wg.Go(func() {
			id := schema.LineID(fmt.Sprintf("l%d", i))
			err := s.Write(context.Background(), func(tx bridge.Tx) error {
				tx.AfterCommit(func() { mu.Lock(); defer mu.Unlock(); hooked[id] = true })
				return tx.InsertLine(bridge.LineRecord{ID: id, Name: strings.Repeat("x", 3000), Secret: []byte("s"), Created: time.Now()})
			})
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				yes[id] = true
			} else {
				failed++
				if !errors.Is(err, bridge.ErrStorageFull) {
					t.Errorf("%s: %v", id, err)
				}
			}
		})
	}
	wait.Until(t, "all calls are queued", func() bool { return len(s.writer.queue) == calls })
	close(leave)
	wg.Wait()
	if failed == 0 || len(hooked) != len(yes) {
		t.Errorf("%d failed, %d told yes, %d hooks", failed, len(yes), len(hooked))
	}
	if s.State() != bridge.StorageFull {
		t.Errorf("the store is %s", s.State())
	}
	if n := countLines(t, s); n != len(yes) {
		t.Errorf("%d lines are there, %d callers were told so", n, len(yes))
	}
	if err := s.Write(t.Context(), func(bridge.Tx) error { return s.writer.conn.run("pragma max_page_count = 100000") }); err != nil {
		t.Fatal(err)
	}
	if err := s.Write(t.Context(), insertLine("after")); err != nil {
		t.Error(err)
	}
	if n := countLines(t, s); n != len(yes)+1 {
		t.Errorf("%d lines", n)
	}
	// Nobody has to call for the store to notice.
	wait.Until(t, "the store is well", func() bool { return s.State() == bridge.StorageOK })
}
