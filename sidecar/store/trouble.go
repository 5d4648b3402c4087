package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"syscall"
	"time"

	"modernc.org/sqlite"

	"github.com/nodeline/nodeline/sidecar/bridge"
)

// SQLite's result codes (sqlite.org/rescode.html); the low byte is the family.
const (
	codeReadOnly = 8
	codeIO       = 10
	codeCorrupt  = 11
	codeFull     = 13
	codeCantOpen = 14
	codeNotADB   = 26
	// The shared memory beside the log could not grow, which is for want of space.
	codeShmSize = codeIO | 19<<8
)

// named adds to an error of SQLite or of the system what bridge knows it by; any other stays as it is.
func named(err error) error {
	if errors.Is(err, syscall.ENOSPC) && !errors.Is(err, bridge.ErrStorageFull) {
		return fmt.Errorf("%w: %w", bridge.ErrStorageFull, err)
	}
	driver, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return err
	}
	kind := error(nil)
	switch code := driver.Code(); {
	case code == codeShmSize, code&0xff == codeFull:
		kind = bridge.ErrStorageFull
	case code&0xff == codeCorrupt, code&0xff == codeNotADB:
		kind = bridge.ErrStorageDamaged
	case code&0xff == codeIO, code&0xff == codeReadOnly, code&0xff == codeCantOpen:
		kind = bridge.ErrStorageFailed
	}
	if kind == nil || errors.Is(err, kind) {
		return err
	}
	return fmt.Errorf("%w: %w", kind, err)
}

func stateOf(err error) bridge.StorageState {
	switch {
	case errors.Is(err, bridge.ErrStorageFull):
		return bridge.StorageFull
	case errors.Is(err, bridge.ErrStorageDamaged):
		return bridge.StorageDamaged
	case errors.Is(err, bridge.ErrStorageFailed):
		return bridge.StorageFailed
	}
	return bridge.StorageOK
}

// probeEvery is how soon a store that cannot write notices that it can again,
// when nobody else writes.
const probeEvery = 2 * time.Second

// health is what the last writes and reads showed:
//
//	ok ── a write finds no room, or the disk fails ──▶ full, failed ── the probe is written ──▶ ok
//	any ── a page is not as it was written ──▶ damaged, for the rest of this life
type health struct {
	log   *slog.Logger
	probe func(context.Context) error // a small write

	mu      sync.Mutex
	better  func() // told once the store writes again
	state   bridge.StorageState
	probing bool
	stopped bool
	quit    chan struct{}
	ended   sync.WaitGroup
}

func newHealth(log *slog.Logger, probe func(context.Context) error) *health {
	return &health{log: log, probe: probe, better: func() {}, state: bridge.StorageOK, quit: make(chan struct{})}
}

// saw takes note of an error, which is named already; nil says nothing.
func (h *health) saw(err error) {
	next := stateOf(err)
	if next == bridge.StorageOK {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.state == bridge.StorageDamaged || next == h.state {
		return
	}
	h.state = next
	h.log.Error("the store is in trouble", "storage", string(next), "error", err)
	if next != bridge.StorageDamaged && !h.probing && !h.stopped {
		h.probing = true
		h.ended.Go(h.watch)
	}
}

// watch writes now and then until that succeeds.
func (h *health) watch() {
	tick := time.NewTicker(probeEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-h.quit:
			return
		}
		if h.over(h.probe(context.Background())) {
			return
		}
	}
}

// over takes note of a probe's end, and says whether another is of use.
func (h *health) over(err error) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err == nil && h.state != bridge.StorageDamaged {
		h.state = bridge.StorageOK
		h.log.Info("the store writes again")
		h.better()
	}
	h.probing = err != nil && h.state != bridge.StorageDamaged
	return !h.probing
}

func (h *health) now() bridge.StorageState {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.state
}

func (h *health) stop() {
	h.mu.Lock()
	if !h.stopped {
		h.stopped = true
		close(h.quit)
	}
	h.mu.Unlock()
	h.ended.Wait()
}

// State says whether the store can write.
func (s *Store) State() bridge.StorageState { return s.health.now() }

// OnRecovery has fn told whenever the store writes again after trouble. fn returns at once.
func (s *Store) OnRecovery(fn func()) {
	s.health.mu.Lock()
	defer s.health.mu.Unlock()
	s.health.better = fn
}

// probe is the smallest write: it needs a page of the log.
func (s *Store) probe(ctx context.Context) error {
	return s.Write(ctx, func(w bridge.Tx) error {
		_, err := w.(*tx).exec("probe", "insert into meta (name, value) values ('probe', ?1) on conflict (name) do update set value = ?1",
			time.Now().UTC().Format(time.RFC3339Nano))
		return err
	})
}
