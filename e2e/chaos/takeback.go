package main

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/nodeline/nodeline/e2e/chaos/judge"
	"github.com/nodeline/nodeline/schema"
)

// How hosts take a message back, and how they write to a connection without waiting.

const cancelMethod = "message.cancel"

// cancelling is the call that takes a request back.
func cancelling(q *judge.Request) call {
	return call{q: q, method: cancelMethod, params: schema.MessageCancelRequest{Line: q.Line, Key: q.Key}}
}

// takesBack sends a few messages and takes some of them back: right behind them,
// after their calls, or while these are under way, by one host or by two.
func (t *talk) takesBack(ctx context.Context) {
	calls := make([]call, 1+t.rng.IntN(4))
	for i := range calls {
		if calls[i] = t.text(); t.rng.IntN(4) == 0 {
			calls[i] = t.offer()
		}
	}
	switch t.rng.IntN(3) {
	case 0:
		var written []call
		for _, c := range calls {
			if written = append(written, c); t.rng.IntN(2) == 0 {
				written = append(written, cancelling(c.q))
			}
		}
		t.r.pipe(ctx, t.host(), t.rng, written)
	case 1:
		for _, c := range calls {
			t.r.insist(ctx, t.host(), t.rng, c)
			wait(ctx, between(t.rng, 0, 100*time.Millisecond))
			t.r.takeBack(ctx, t.host(), t.rng, c.q, nil)
		}
	default:
		for _, c := range calls {
			t.race(ctx, c)
		}
	}
}

// race sends a message that is taken back meanwhile.
func (t *talk) race(ctx context.Context, c call) {
	t.r.ledger.begin(c.q)
	accepted := make(chan struct{})
	sender, rng := t.host(), rand.New(rand.NewPCG(t.rng.Uint64(), 1))
	go func() {
		defer close(accepted)
		t.r.again(ctx, sender, rng, c)
	}()
	wait(ctx, between(t.rng, 0, 100*time.Millisecond))
	second := make(chan struct{})
	other, rng2, both := t.host(), rand.New(rand.NewPCG(t.rng.Uint64(), 2)), t.rng.IntN(2) == 0
	go func() {
		defer close(second)
		if both {
			t.r.takeBack(ctx, other, rng2, c.q, accepted)
		}
	}()
	t.r.takeBack(ctx, t.host(), t.rng, c.q, accepted)
	<-second
	<-accepted
}

// takeBack calls message.cancel until it is answered. A message that is not there
// is asked for again until its own call has ended; nil: it has.
func (r *run) takeBack(ctx context.Context, h *host, rng *rand.Rand, q *judge.Request, accepted <-chan struct{}) {
	for r.alive(ctx) {
		last := accepted == nil
		select {
		case <-accepted:
			last = true
		default:
		}
		n := r.ledger.cancel(q, false)
		bound, cancel := context.WithTimeout(ctx, r.temper(rng))
		var raw json.RawMessage
		err := h.call(bound, cancelMethod, cancelling(q).params, &raw)
		cancel()
		if code, over := r.tookBack(q, n, raw, err); over && (last || code != schema.CodeMessageNotFound) {
			return
		}
		wait(ctx, between(rng, 0, 50*time.Millisecond))
	}
}

// tookBack writes down what message.cancel told; over: it did tell something.
func (r *run) tookBack(q *judge.Request, n int, raw json.RawMessage, err error) (code schema.Code, over bool) {
	var said *refused
	switch {
	case err == nil:
		a, err := read(q, raw)
		if err != nil {
			return "", false
		}
		r.ledger.cancelled(q, n, a.Status, "")
		r.ledger.answer(q, a)
		r.happened()
		return "", true
	case errors.As(err, &said) && !said.Data.Retry:
		r.ledger.cancelled(q, n, "", said.Data.Code)
		return said.Data.Code, true
	}
	return "", false
}

// pauses has lines paused now and then, so that messages wait, go by their
// priorities, expire and can be taken back.
func (r *run) pauses(ctx context.Context) {
	rng := r.random("pauses")
	for ctx.Err() == nil {
		wait(ctx, between(rng, 500*time.Millisecond, 3*time.Second))
		line := r.lines[rng.IntN(len(r.lines))].id
		length := between(rng, 100*time.Millisecond, 2500*time.Millisecond)
		if r.post(ctx, "line.pause", schema.LinePauseRequest{Line: line}, nil) == nil {
			r.count.pauses.Add(1)
		}
		wait(ctx, length)
		r.resume(ctx, line)
	}
}

// resume ends a pause, of which it may not be known whether it began.
func (r *run) resume(ctx context.Context, line schema.LineID) {
	for r.alive(ctx) && r.post(ctx, "line.resume", schema.LineRequest{Line: line}, nil) != nil {
		wait(ctx, 20*time.Millisecond)
	}
}

// piped is a call that was written, with where its answer comes to.
type piped struct {
	call
	answer <-chan answer // nil: it could not be written
	cancel int           // of message.cancel: its place among the request's
}

// pipe writes calls to one connection without waiting; what gets no answer is
// insisted on afterwards.
func (r *run) pipe(ctx context.Context, h *host, rng *rand.Rand, calls []call) {
	s := h.socket()
	if s == nil {
		for _, c := range calls {
			if c.method == cancelMethod {
				r.takeBack(ctx, h, rng, c.q, nil)
			} else {
				r.insist(ctx, h, rng, c)
			}
		}
		return
	}
	number := int(r.pipes.Add(1))
	written := make([]piped, len(calls))
	for i, c := range calls {
		written[i].call = c
		if c.method == cancelMethod {
			written[i].cancel = r.ledger.cancel(c.q, true)
		} else {
			c.q.Pipe, c.q.Place = number, i
			r.ledger.begin(c.q)
		}
		r.happened()
		if to, err := s.start(ctx, c.method, c.params); err == nil {
			written[i].answer = to
		}
	}
	for _, c := range written {
		r.collect(ctx, h, s, rng, c)
	}
}

// collect waits for the answer to a call that was written.
func (r *run) collect(ctx context.Context, h *host, s *socket, rng *rand.Rand, c piped) {
	bound, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	var raw json.RawMessage
	err := errGone
	if c.answer != nil {
		err = s.wait(bound, c.answer, &raw)
	}
	if c.method == cancelMethod {
		if code, over := r.tookBack(c.q, c.cancel, raw, err); !over || code != "" {
			r.takeBack(ctx, h, rng, c.q, nil)
		}
		return
	}
	if err == nil && r.heard(c.call, raw) == nil {
		r.ledger.write(func(*judge.Records) { c.q.Alone = true })
		return
	}
	r.again(ctx, h, rng, c.call)
}
