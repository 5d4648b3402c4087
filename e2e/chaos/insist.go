package main

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/nodeline/nodeline/e2e/chaos/judge"
	"github.com/nodeline/nodeline/schema"
)

// How hosts get a request through: again and again under its key, until an
// answer came.

// patience is how long a talk waits for what comes within seconds on a good day.
const patience = 15 * time.Second

// insist calls until the request is known to be accepted or refused.
func (r *run) insist(ctx context.Context, h *host, rng *rand.Rand, c call) {
	r.ledger.begin(c.q, c.parts...)
	r.again(ctx, h, rng, c)
}

// again is insist for a request that was begun.
func (r *run) again(ctx context.Context, h *host, rng *rand.Rand, c call) {
	for r.alive(ctx) {
		bound, cancel := context.WithTimeout(ctx, r.temper(rng))
		begun := time.Now()
		err := r.once(bound, h, c)
		cancel()
		if err == nil {
			return
		}
		var said *refused
		if errors.As(err, &said) && !said.Data.Retry {
			r.ledger.write(func(*judge.Records) {
				for _, q := range append([]*judge.Request{c.q}, c.parts...) {
					q.Refused, q.RefusedCall = said.Data.Code, begun
				}
			})
			r.count.refused.Add(1)
			return
		}
		r.count.retried.Add(1)
		// A caller that lost its answer looks by the key first, or just calls again.
		if c.method != "ask.cancel" && rng.IntN(2) == 0 {
			if r.find(ctx, h, c.q) {
				return
			}
		}
		wait(ctx, between(rng, 0, 100*time.Millisecond))
	}
}

// temper is how long a caller waits before it gives a call up.
func (r *run) temper(rng *rand.Rand) time.Duration {
	if rng.IntN(4) == 0 && !r.calm.Load() {
		r.count.abandoned.Add(1)
		return between(rng, time.Millisecond, 100*time.Millisecond)
	}
	return 10 * time.Second
}

// once makes one call and writes its answer down.
func (r *run) once(ctx context.Context, h *host, c call) error {
	var raw json.RawMessage
	if err := h.call(ctx, c.method, c.params, &raw); err != nil {
		return err
	}
	return r.heard(c, raw)
}

// heard writes an answer down.
func (r *run) heard(c call, raw json.RawMessage) error {
	a, err := read(c.q, raw)
	if err != nil {
		return err
	}
	r.ledger.answer(c.q, a)
	for i, part := range readParts(c, raw) {
		r.ledger.answer(c.parts[i], part)
	}
	r.happened()
	return nil
}

func read(q *judge.Request, raw json.RawMessage) (judge.Answer, error) {
	if q.Kind == judge.Ask {
		var a schema.Ask
		err := json.Unmarshal(raw, &a)
		return judge.Answer{ID: a.MessageID, Status: a.Status, Waits: waits(a.WaitsFor), Form: a.Rendering, State: a.State, Misses: a.Misses, Outcome: a.Outcome}, err
	}
	var m schema.SendResult
	err := json.Unmarshal(raw, &m)
	answer := judge.Answer{ID: m.MessageID, Status: m.Status, Waits: waits(m.WaitsFor), Form: m.Rendering, Priority: m.Priority}
	if m.Error != nil {
		answer.Code, answer.Server = m.Error.Code, m.Error.Server
	}
	return answer, err
}

func waits(w *schema.Wait) schema.WaitKind {
	if w == nil {
		return ""
	}
	return w.Kind
}

// lookup is the call that finds a request by its key.
func lookup(q *judge.Request) call {
	if q.Kind == judge.Ask {
		return call{q: q, method: "ask.get", params: schema.AskGetRequest{Line: q.Line, ID: q.Key}}
	}
	return call{q: q, method: "message.get", params: schema.MessageGetRequest{Line: q.Line, Key: q.Key}}
}

// find looks a request up by its key; false: it is not there, or nobody answers.
func (r *run) find(ctx context.Context, h *host, q *judge.Request) bool {
	bound, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	return r.once(bound, h, lookup(q)) == nil
}

// impatient has several callers insist on one key at once.
func (r *run) impatient(ctx context.Context, t *talk, c call) {
	r.ledger.begin(c.q)
	var all sync.WaitGroup
	for range 2 + t.rng.IntN(3) {
		h, rng := t.host(), rand.New(rand.NewPCG(t.rng.Uint64(), 1))
		all.Go(func() { r.again(ctx, h, rng, c) })
	}
	all.Wait()
}

// conflict uses a key again for another text, which must be refused.
func (r *run) conflict(ctx context.Context, h *host, c call) {
	if len(c.q.Answers) == 0 {
		return
	}
	mark := c.q.Mark + "-other"
	r.ledger.write(func(records *judge.Records) { records.Never = append(records.Never, mark) })
	bound, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	err := h.call(bound, "message.sendText", schema.SendTextRequest{Line: c.q.Line, Key: c.q.Key, Chat: c.q.Phone, Text: "Другое <" + mark + ">"}, nil)
	var said *refused
	switch {
	case err == nil:
		r.ledger.violation(judge.Ghost, string(c.q.Key), "another text under the same key was accepted")
	case errors.As(err, &said) && said.Data.Code == schema.CodeConflict:
		r.count.conflicts.Add(1)
	case errors.As(err, &said) && !said.Data.Retry:
		r.ledger.violation(judge.Ghost, string(c.q.Key), "another text under the same key was answered with "+string(said.Data.Code))
	}
}
