package crash_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// host is a flow editor with a memory that survives the sidecar: what was pushed
// to it, how far it has read, and what its calls were answered.
type host struct {
	mu       sync.Mutex
	taken    []schema.Delivery // each delivery's first push, in order
	changed  []string          // repeats that differ from their first push
	events   []schema.Event    // in the order they came
	answered map[schema.Key]schema.SendResult
	asked    map[schema.Key]schema.Ask
	wake     chan struct{} // closed and replaced at every change

	server *httptest.Server     // for what comes by POST
	life   atomic.Pointer[life] // that sends it
}

func newHost(t testing.TB) *host {
	h := &host{answered: map[schema.Key]schema.SendResult{}, asked: map[schema.Key]schema.Ask{}, wake: make(chan struct{})}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /", h.post)
	mux.HandleFunc("GET /files/{name}", func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write(fileOf(r.PathValue("name"))) })
	h.server = httptest.NewServer(mux)
	t.Cleanup(h.server.Close)
	return h
}

// post takes a delivery that comes by POST, and answers as a waiting n8n node does.
func (h *host) post(w http.ResponseWriter, r *http.Request) {
	l := h.life.Load()
	if l.fate.pass("post arrived") {
		panic(http.ErrAbortHandler)
	}
	var d schema.Delivery
	if err := json.NewDecoder(r.Body).Decode(&d); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	h.take(d)
	if l.fate.pass("post taken") {
		panic(http.ErrAbortHandler)
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write([]byte(`{"resumed":true}`))
}

// attach connects the host to a life. It goes on reading where it stopped.
func (h *host) attach(l *life) {
	if _, _, err := l.feeds.Attach(l.ctx, clinic, flows, func(_ context.Context, _ string, params any) error {
		if l.fate.pass("delivery leaving") {
			return errOver
		}
		d := params.(schema.Delivery)
		h.take(d)
		if l.fate.pass("delivery pushed") {
			return errOver
		}
		l.calls.Go(func() { h.acknowledge(l, d.ID) })
		return nil
	}); err != nil && !l.fate.ended() {
		l.h.t.Error(err)
	}
	if _, _, err := l.feeds.Follow(l.ctx, clinic, h.cursor(), bridge.Filter{}, func(_ context.Context, _ string, params any) error {
		if l.fate.pass("event leaving") {
			return errOver
		}
		h.read(params.(schema.Event))
		if l.fate.pass("event pushed") {
			return errOver
		}
		return nil
	}); err != nil && !l.fate.ended() {
		l.h.t.Error(err)
	}
}

func (h *host) acknowledge(l *life, id schema.DeliveryID) {
	_, err := l.DeliveryAck(l.ctx, admin, schema.DeliveryAckRequest{Line: clinic, Host: flows, IDs: []schema.DeliveryID{id}})
	if err != nil && !l.fate.ended() {
		l.h.t.Errorf("acknowledge: %v", err)
	}
}

func (h *host) note(fn func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	fn()
	close(h.wake)
	h.wake = make(chan struct{})
}

// take keeps a delivery. A repeat must say the same.
func (h *host) take(d schema.Delivery) {
	h.note(func() {
		d.Attempt = 0
		i := slices.IndexFunc(h.taken, func(known schema.Delivery) bool { return known.ID == d.ID })
		if i < 0 {
			h.taken = append(h.taken, d)
			return
		}
		if first, again := text(h.taken[i]), text(d); first != again {
			h.changed = append(h.changed, first+" became "+again)
		}
	})
}

func (h *host) read(e schema.Event) { h.note(func() { h.events = append(h.events, e) }) }

// cursor is how far the host has read.
func (h *host) cursor() int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.events) == 0 {
		return 0
	}
	return h.events[len(h.events)-1].Cursor
}

// outcomes are the deliveries of an ask.
func (h *host) outcomes(id schema.Key) (list []schema.Delivery) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, d := range h.taken {
		if d.Ask != nil && d.Ask.ID == id {
			list = append(list, d)
		}
	}
	return list
}

// posted are the cursors of the events that came by POST, each at its first.
func (h *host) posted() (cursors []int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, d := range h.taken {
		if d.Event != nil {
			cursors = append(cursors, d.Event.Cursor)
		}
	}
	return cursors
}

// seen are the events of an incoming message.
func (h *host) seen(id string) (list []schema.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, e := range h.events {
		if e.Message != nil && string(e.Message.ID) == id {
			list = append(list, e)
		}
	}
	return list
}

// undelivered counts the events which say that a message was not delivered.
func (h *host) undelivered(key schema.Key) (n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, e := range h.events {
		if e.Kind == schema.EventUndelivered && e.Status.Key == key {
			n++
		}
	}
	return n
}

// wait returns once ok, called under no lock, is true, or when ctx ends.
func (h *host) wait(ctx context.Context, ok func() bool) error {
	for {
		h.mu.Lock()
		wake := h.wake
		h.mu.Unlock()
		if ok() {
			return nil
		}
		select {
		case <-wake:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}
