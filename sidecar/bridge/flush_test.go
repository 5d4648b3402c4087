package bridge_test

import (
	"context"
	"errors"
	"maps"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// flushes is a store that records which writes of a message waited for the disk.
type flushes struct {
	bridge.Store
	mu  sync.Mutex
	got map[schema.MessageStatus]bool
}

func (s *flushes) Write(ctx context.Context, fn func(bridge.Tx) error) error {
	return s.Store.Write(ctx, func(tx bridge.Tx) error { return fn(&flushesTx{tx, s, bridge.Flushed(ctx)}) })
}

// statuses are those that were written, and whether each was flushed.
func (s *flushes) statuses() map[schema.MessageStatus]bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.got)
}

type flushesTx struct {
	bridge.Tx
	store   *flushes
	flushed bool
}

func (t *flushesTx) note(status schema.MessageStatus) {
	t.store.mu.Lock()
	defer t.store.mu.Unlock()
	t.store.got[status] = t.flushed
}

func (t *flushesTx) InsertMessage(m *bridge.MessageRecord) error {
	t.note(m.Status)
	return t.Tx.InsertMessage(m)
}

func (t *flushesTx) UpdateMessage(was, m bridge.MessageRecord) error {
	t.note(m.Status)
	return t.Tx.UpdateMessage(was, m)
}

// Only the mark of success may be forgotten by a power cut: the message is then
// sent again under the same id. Everything else is on disk before it counts.
func TestOnlyTheMarkOfSuccessIsNotFlushed(t *testing.T) {
	r := linkedRig(t, quick)
	r.Stop()
	disk := &flushes{Store: r.store, got: map[schema.MessageStatus]bool{}}
	b := bridge.New(bridge.Config{Store: disk, Log: quiet(), Timing: quick})
	r.net.use(b)
	b.UseSessions(r.net)
	if err := b.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer b.Stop()
	r.net.set(func(n *network) {
		n.script = func(i int, _ bridge.Outgoing) error {
			switch i {
			case 2:
				return &bridge.SendError{Certain: true, Server: 463, Err: errors.New("refused")}
			case 3:
				return &bridge.SendError{Retry: true, Err: errors.New("no answer in time")}
			}
			return nil
		}
	})
	send := func(key schema.Key, want schema.MessageStatus) schema.SendResult {
		t.Helper()
		got, err := b.SendText(t.Context(), admin, schema.SendTextRequest{Line: theLine, Key: key, Chat: anna, Text: "Привет"})
		if err != nil || got.Status != want {
			t.Errorf("%s: %+v, %v; want %s", key, got, err, want)
		}
		return got
	}
	first := send("k1", schema.StatusSent)
	send("k2", schema.StatusFailed)
	send("k3", schema.StatusUnknown)
	if err := b.Receipt(t.Context(), bridge.Receipt{Line: theLine, IDs: []schema.MessageID{first.MessageID}, Status: schema.StatusDelivered}); err != nil {
		t.Fatal(err)
	}
	want := map[schema.MessageStatus]bool{schema.StatusQueued: true, schema.StatusSent: false, schema.StatusFailed: true,
		schema.StatusUnknown: true, schema.StatusDelivered: true}
	if got := disk.statuses(); !maps.Equal(got, want) {
		t.Errorf("flushed: %v, want %v", got, want)
	}
}

// reads is a store that counts what calls with the mark read beside their transactions.
type reads struct {
	bridge.Store
	marked atomic.Int32
}

type readMark struct{}

func (s *reads) Read(ctx context.Context, fn func(bridge.View) error) error {
	if ctx.Value(readMark{}) != nil {
		s.marked.Add(1)
	}
	return s.Store.Read(ctx, fn)
}

// A read of its own costs a send more than all that is read in the transaction that
// stores it, the chat's window too.
func TestASendReadsInItsTransactionsAlone(t *testing.T) {
	r := linkedRig(t, quick)
	r.Stop()
	disk := &reads{Store: r.store}
	b := bridge.New(bridge.Config{Store: disk, Log: quiet(), Timing: quick})
	r.net.use(b)
	b.UseSessions(r.net)
	if err := b.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer b.Stop()
	ctx := context.WithValue(t.Context(), readMark{}, true)
	for _, key := range []schema.Key{"k1", "k2"} {
		got, err := b.SendText(ctx, admin, schema.SendTextRequest{Line: theLine, Key: key, Chat: anna, Text: "Привет"})
		if err != nil || got.Warning != schema.WarnFirstContact {
			t.Fatalf("%+v, %v", got, err)
		}
		if n := disk.marked.Load(); n != 0 {
			t.Errorf("%s: %d reads beside its transactions", key, n)
		}
	}
	if _, err := b.MessageGet(ctx, admin, schema.MessageGetRequest{Line: theLine, Key: "k1"}); err != nil || disk.marked.Load() != 1 {
		t.Errorf("a read is counted as %d, %v", disk.marked.Load(), err)
	}
}
