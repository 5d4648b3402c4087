package store

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// levels records with which setting writes are committed, in the order of commit.
type levels struct {
	testing.TB
	s   *Store
	mu  sync.Mutex
	got []string
}

func (l *levels) write(ctx context.Context, id schema.LineID) {
	l.Helper()
	err := l.s.Write(ctx, func(tx bridge.Tx) error {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.got = append(l.got, pragma(l, l.s, "synchronous"))
		return insertLine(id)(tx)
	})
	if err != nil {
		l.Error(err)
	}
}

func (l *levels) want(levels ...string) {
	l.Helper()
	if !slices.Equal(l.got, levels) {
		l.Errorf("committed with synchronous = %v, want %v", l.got, levels)
	}
	l.got = nil
}

func TestOnlyTheWriteThatMayBeForgottenIsNotFlushed(t *testing.T) {
	l := &levels{TB: t, s: open(t, t.TempDir(), false)}
	soft := bridge.WithoutFlush(t.Context())
	l.write(t.Context(), "a")
	l.write(soft, "b")
	l.write(soft, "c")
	l.write(t.Context(), "d")
	l.want(full, normal, normal, full)
}

// Writes that meet in the queue share a commit, and it is as strict as the
// strictest of them; one that comes into a batch that flushes nothing waits for the next.
func TestABatchIsFlushedIfAnyWriteInItWantsThat(t *testing.T) {
	soft := bridge.WithoutFlush(context.Background())
	for name, c := range map[string]struct {
		first, second, third context.Context
		want                 []string
	}{
		"behind a strict one":           {context.Background(), soft, soft, []string{full, full, full}},
		"a strict one comes in":         {soft, soft, context.Background(), []string{normal, normal, full}},
		"a strict one comes in between": {soft, context.Background(), soft, []string{normal, full, full}},
	} {
		t.Run(name, func(t *testing.T) {
			l := &levels{TB: t, s: open(t, t.TempDir(), false)}
			entered, leave := make(chan struct{}), make(chan struct{})
			var all sync.WaitGroup
			all.Go(func() {
				err := l.s.Write(c.first, func(bridge.Tx) error {
					l.got = append(l.got, pragma(t, l.s, "synchronous"))
					close(entered)
					<-leave
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			})
			<-entered
			for i, ctx := range []context.Context{c.second, c.third} {
				queued := make(chan struct{})
				all.Go(func() {
					l.write(bridge.OnQueued(ctx, sync.OnceFunc(func() { close(queued) })), schema.LineID(fmt.Sprint(i)))
				})
				<-queued
			}
			close(leave)
			all.Wait()
			l.want(c.want...)
		})
	}
}

// A host keeps the cursor that it was shown. If a power cut forgot the event, the
// next one would get its number, and the host would never be told of it.
func TestAnEventIsShownOnceItIsOnDisk(t *testing.T) {
	s := open(t, t.TempDir(), false)
	event := func(tx bridge.Tx) error {
		_, err := tx.AppendEvent(schema.Event{Line: "l", Kind: schema.EventStatus, At: time.Now()})
		return err
	}
	write := func(ctx context.Context, fn func(bridge.Tx) error) {
		t.Helper()
		if err := s.Write(ctx, fn); err != nil {
			t.Fatal(err)
		}
	}
	write(t.Context(), insertLine("l"))
	for name, read := range map[string]func(bridge.View) error{
		"events": func(v bridge.View) error { _, err := v.Events("l", 0, 10); return err },
		"cursor": func(v bridge.View) error { _, err := v.Cursor("l"); return err },
	} {
		write(bridge.WithoutFlush(t.Context()), event)
		if countLines(t, s); !s.writer.behind.Load() {
			t.Fatalf("%s: not behind, though nothing was flushed", name)
		}
		before := walFrames(t, s)
		if err := s.Read(t.Context(), read); err != nil {
			t.Fatal(err)
		}
		if s.writer.behind.Load() || walFrames(t, s) == before || pragma(t, s, "synchronous") != full {
			t.Errorf("%s were read and may not be on disk", name)
		}
		before = walFrames(t, s)
		if err := s.Read(t.Context(), read); err != nil || walFrames(t, s) != before {
			t.Errorf("%s: flushed again, %v", name, err)
		}
	}
	for name, c := range map[string]struct {
		fn     func(bridge.Tx) error
		behind bool // still, after a flushed write of it
	}{
		"nothing":     {func(bridge.Tx) error { return nil }, true},
		"nothing new": {func(tx bridge.Tx) error { return tx.UpdateLine(bridge.LineRecord{ID: "l", Secret: []byte("s")}) }, true},
		"an event":    {event, false},
		"a message": {func(tx bridge.Tx) error {
			return tx.InsertMessage(&bridge.MessageRecord{Line: "l", Key: "k", ID: "m", Hash: []byte{1}, Payload: []byte{1}})
		}, false},
	} {
		write(bridge.WithoutFlush(t.Context()), event)
		if write(t.Context(), c.fn); s.writer.behind.Load() != c.behind {
			t.Errorf("after a flushed write of %s: behind is %t", name, !c.behind)
		}
	}
}

// A kill forgets nothing: the log's file has the commit, on disk or not.
func TestAWriteWithoutFlushOutlivesTheProcess(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, false)
	if err := s.Write(bridge.WithoutFlush(t.Context()), insertLine("one")); err != nil {
		t.Fatal(err)
	}
	if n := countLines(t, open(t, copyOf(t, dir), false)); n != 1 {
		t.Errorf("%d lines, want 1", n)
	}
}
