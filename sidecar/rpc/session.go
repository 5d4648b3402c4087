package rpc

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime/debug"
	"sync/atomic"

	"github.com/creachadair/jrpc2"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// session is one caller: a websocket, or one HTTP request.
type session struct {
	server *Server
	grant  bridge.Grant
	lang   schema.Lang
	gate   *gate
	socket *socket // nil by HTTP
	turns  turns   // of the calls that keep their order
	// disowned: the token was revoked, or its line removed, while the connection was open.
	disowned atomic.Bool
}

// counters are what /status.json shows of the validator.
type counters struct {
	calls, disagreements atomic.Int64
}

// Assign implements jrpc2.Assigner: every name has a handler, so that unknown
// methods get an error of ours.
func (c *session) Assign(_ context.Context, name string) jrpc2.Handler {
	turn := c.turn(name) // jrpc2 assigns calls one by one, as they come
	return func(ctx context.Context, req *jrpc2.Request) (any, error) {
		var params json.RawMessage
		if req.HasParams() {
			if err := req.UnmarshalParams(&params); err != nil {
				turn.pass()
				return nil, c.server.onWire(schema.NewError(schema.CodeInvalidRPC, c.lang, err))
			}
		}
		if req.IsNotification() {
			// jrpc2 reads no further call until a notification has ended.
			go c.handle(context.WithoutCancel(ctx), name, params, turn)
			return nil, nil
		}
		result, failed := c.handle(ctx, name, params, turn)
		if failed != nil {
			return nil, c.server.onWire(failed)
		}
		return result, nil
	}
}

// turn gives a call its place among those of its session; nil where order is nothing.
func (c *session) turn(name string) *turn {
	if !c.server.methods[name].ordered {
		return nil
	}
	return c.turns.next()
}

// handle runs one call from the bounds on a token to the stamped result.
func (c *session) handle(ctx context.Context, name string, params []byte, turn *turn) (result any, failed *schema.Error) {
	defer turn.pass()
	s := c.server
	if !s.running.enter() {
		return nil, schema.NewError(schema.CodeShuttingDown, c.lang, nil)
	}
	defer s.running.leave()
	if !c.gate.enter(len(params)) {
		return nil, tooFast(c.lang)
	}
	defer c.gate.leave(len(params))
	defer func() {
		if p := recover(); p != nil {
			s.log.Error("call panicked", "method", name, "panic", p, "stack", string(debug.Stack()))
			result, failed = nil, schema.NewError(schema.CodeInternal, c.lang, fmt.Errorf("panic: %v", p))
		}
	}()
	if name == "rpc.discover" {
		return json.RawMessage(s.opts.OpenRPC), nil
	}
	m, ok := s.methods[name]
	if !ok {
		return nil, schema.NewError(schema.CodeMethodNotFound, c.lang, nil)
	}
	if failed := c.mayCall(m.op); failed != nil {
		return nil, failed
	}
	request, err := s.judge(ctx, m, params, c.lang)
	if err != nil {
		return nil, s.known(ctx, err, name, c.lang)
	}
	if line := m.lineOf(request); line != "" && c.grant.Line != "" && line != c.grant.Line {
		return nil, schema.NewError(schema.CodeForbidden, c.lang, nil)
	}
	life, cancel := s.lifetime(ctx, m)
	defer cancel()
	if err := turn.wait(life); err != nil {
		return nil, s.known(ctx, err, name, c.lang)
	}
	result, err = m.run(bridge.OnQueued(life, turn.pass), c, request)
	if err != nil {
		return nil, s.known(ctx, err, name, c.lang)
	}
	if link, ok := result.(schema.LineLinkResult); ok && link.QR != "" {
		link.PhonesURL = s.opts.Phones
		result = link
	}
	return stamp(result, s.opts.Sandbox), nil
}

// mayCall judges what can be judged before the request is read.
func (c *session) mayCall(op schema.Operation) *schema.Error {
	if c.disowned.Load() && op.Method != "delivery.ack" && op.Method != "delivery.list" {
		return schema.NewError(schema.CodeUnauthorized, c.lang, nil)
	}
	if !covers(c.grant.Scope, op.Scope) {
		return schema.NewError(schema.CodeForbidden, c.lang, nil)
	}
	if op.Socket && c.socket == nil {
		return schema.NewError(schema.CodeNeedsSocket, c.lang, nil)
	}
	return nil
}

// covers reports whether a token of scope have may call what asks for need.
func covers(have, need schema.Scope) bool {
	switch have {
	case schema.ScopeAdmin:
		return true
	case schema.ScopeLine:
		return need == schema.ScopeLine || need == schema.ScopeRead
	}
	return have == schema.ScopeRead && need == schema.ScopeRead
}

// judge lifts the opaque fields, asks the validator, then the native check, and
// returns the typed request. Where the two disagree nothing is done.
func (s *Server) judge(ctx context.Context, m method, params []byte, lang schema.Lang) (any, error) {
	if len(params) == 0 {
		params = []byte("{}")
	}
	rest, lifted := lift(params, m.opaque)
	if issues := tooLong(m.opaque, lifted, lang); len(issues) > 0 {
		return nil, invalid(issues, lang)
	}
	if len(rest) > schema.ValidatorMaxBytes {
		return nil, schema.NewError(schema.CodeTooLarge, lang, nil)
	}
	s.counters.calls.Add(1)
	issues, err := s.opts.Validate(ctx, m.op.Method, lang, rest)
	if err != nil {
		return nil, fmt.Errorf("validate request: %w", err)
	}
	if len(issues) > 0 {
		return nil, invalid(issues, lang)
	}
	request, issues, err := s.opts.Check(m.op.Method, rest, lang)
	if err != nil {
		return nil, fmt.Errorf("check request: %w", err)
	}
	if len(issues) > 0 {
		s.counters.disagreements.Add(1)
		return nil, fmt.Errorf("validator and native check disagree on %s: field %s, rule %s",
			m.op.Method, issues[0].Field, issues[0].Rule)
	}
	return putBack(request, lifted), nil
}

// lifetime is how long a call may run: one that only watches ends with its
// caller, one that changes something goes on without it.
func (s *Server) lifetime(ctx context.Context, m method) (context.Context, context.CancelFunc) {
	end := s.drain
	if !m.follows {
		ctx, end = context.WithoutCancel(ctx), s.force
	}
	ctx, cancel := context.WithTimeout(ctx, s.opts.Timing.Call)
	stop := context.AfterFunc(end, cancel)
	return ctx, func() { stop(); cancel() }
}
