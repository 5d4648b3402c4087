package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/nodeline/nodeline/schema"
)

// host is a flow system: it calls, takes outcomes and follows every line. It
// comes and goes, forgets to acknowledge and acknowledges twice.
type host struct {
	r   *run
	id  schema.HostID
	way way
	rng *rand.Rand

	mu      sync.Mutex
	s       *socket // nil while away
	seen    map[schema.DeliveryID]bool
	outcome chan schema.Delivery // to be acknowledged
}

// way is how a host gets its outcomes and events.
type way string

const (
	bySocket  way = "websocket"
	byPolling way = "polling" // HTTP only
	byHook    way = "webhook"
)

var ways = []way{bySocket, byHook, byPolling, bySocket, bySocket}

func newHost(r *run, n int) *host {
	id := schema.HostID(fmt.Sprintf("host-%d", n))
	return &host{r: r, id: id, way: ways[n%len(ways)], rng: r.random(string(id)), seen: map[schema.DeliveryID]bool{}, outcome: make(chan schema.Delivery, 1<<16)}
}

// socket is the host's connection, nil if it has none.
func (h *host) socket() *socket {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.s
}

// call goes by the connection where there is one, else by HTTP.
func (h *host) call(ctx context.Context, method string, params, out any) error {
	h.r.happened()
	if s := h.socket(); s != nil {
		return s.call(ctx, method, params, out)
	}
	return post(ctx, h.r.addr, h.r.token, method, params, out)
}

func (h *host) run(ctx context.Context) {
	switch h.way {
	case byPolling:
		h.poll(ctx)
		return
	case byHook:
		return // hooks takes what comes
	}
	go h.acknowledge(ctx)
	for h.r.alive(ctx) {
		stay := forever
		if h.rng.IntN(4) == 0 && !h.r.calm.Load() {
			stay = between(h.rng, 50*time.Millisecond, 2*time.Second)
		}
		err := h.visit(ctx, stay)
		pause := 5 * time.Millisecond
		if err == nil && !h.r.calm.Load() {
			pause = between(h.rng, 10*time.Millisecond, time.Second) // away on purpose
		}
		wait(ctx, pause)
	}
}

const forever = 24 * time.Hour

// visit is one connection; nil: the host itself left.
func (h *host) visit(ctx context.Context, stay time.Duration) error {
	s, err := dial(ctx, h.r.addr, h.r.token, h.pushed)
	if err != nil {
		return err
	}
	defer s.close()
	bound, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	for _, line := range h.r.lines {
		if err := s.call(bound, "host.attach", schema.HostAttachRequest{Line: line.id, Host: h.id}, nil); err != nil {
			return err
		}
		if err := s.call(bound, "event.subscribe", schema.EventSubscribeRequest{Line: line.id, After: h.r.ledger.cursor(h.id, line.id)}, nil); err != nil {
			return err
		}
	}
	h.mu.Lock()
	h.s = s
	h.mu.Unlock()
	defer func() {
		h.mu.Lock()
		h.s = nil
		h.mu.Unlock()
	}()
	timer := time.NewTimer(stay)
	defer timer.Stop()
	select {
	case <-s.gone:
		return errGone
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

func (h *host) pushed(method string, params json.RawMessage) {
	switch method {
	case "delivery":
		var d schema.Delivery
		if json.Unmarshal(params, &d) == nil {
			h.take(d)
			h.outcome <- d
		}
	case "event":
		var e schema.Event
		if json.Unmarshal(params, &e) == nil {
			h.r.ledger.event(h.id, e)
		}
	}
	h.r.happened()
}

// take writes a delivery down; a repeat is counted.
func (h *host) take(d schema.Delivery) {
	h.mu.Lock()
	if h.seen[d.ID] {
		h.r.count.redelivered.Add(1)
	}
	h.seen[d.ID] = true
	h.mu.Unlock()
	h.r.ledger.delivered(h.id, d)
}

// acknowledge does it late, twice, or not before the repeat.
func (h *host) acknowledge(ctx context.Context) {
	forgotten := map[schema.DeliveryID]bool{}
	rng := h.r.random(string(h.id) + " ack")
	for {
		var d schema.Delivery
		select {
		case d = <-h.outcome:
		case <-ctx.Done():
			return
		}
		if !h.r.calm.Load() && rng.IntN(8) == 0 && !forgotten[d.ID] {
			forgotten[d.ID] = true
			continue
		}
		for range 1 + rng.IntN(8)/7 {
			bound, cancel := context.WithTimeout(ctx, 2*time.Second)
			_ = h.call(bound, "delivery.ack", schema.DeliveryAckRequest{Line: d.Line, Host: h.id, IDs: []schema.DeliveryID{d.ID}}, nil)
			cancel()
		}
	}
}

// poll is the life of a host without a socket.
func (h *host) poll(ctx context.Context) {
	for h.r.alive(ctx) {
		for _, line := range h.r.lines {
			if err := h.fetch(ctx, line.id); err != nil {
				var said *refused
				if errors.As(err, &said) && !said.Data.Retry {
					h.r.say("%s: %v", h.id, err)
				}
			}
		}
		wait(ctx, between(h.rng, 20*time.Millisecond, 300*time.Millisecond))
	}
}

func (h *host) fetch(ctx context.Context, line schema.LineID) error {
	bound, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	for {
		var page schema.EventListResult
		after := h.r.ledger.cursor(h.id, line)
		if err := h.call(bound, "event.list", schema.EventListRequest{Line: line, After: after, Count: 200}, &page); err != nil {
			return err
		}
		for _, e := range page.Events {
			h.r.ledger.event(h.id, e)
		}
		if len(page.Events) < 200 {
			break
		}
	}
	var open schema.DeliveryListResult
	if err := h.call(bound, "delivery.list", schema.DeliveryListRequest{Line: line, Host: h.id, Count: 200}, &open); err != nil {
		return err
	}
	for _, d := range open.Deliveries {
		h.take(d)
		if h.rng.IntN(8) == 0 && !h.r.calm.Load() {
			continue
		}
		if err := h.call(bound, "delivery.ack", schema.DeliveryAckRequest{Line: line, Host: h.id, IDs: []schema.DeliveryID{d.ID}}, nil); err != nil {
			return err
		}
	}
	return nil
}
