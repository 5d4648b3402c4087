package rpc

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"strings"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// handler is the code behind one method, with the types it was written for.
type handler struct {
	request, result reflect.Type
	run             func(context.Context, *session, any) (any, error)
}

// method is a handler and all that the table knows of it.
type method struct {
	op     schema.Operation
	run    func(context.Context, *session, any) (any, error)
	opaque []opaqueField
	line   int // index of the request's Line field, -1 without one
	// follows: the call only watches, so it ends when its caller goes away or
	// the server stops. Others go on.
	follows bool
	// ordered: calls of one connection, or of one batch, are taken as they came.
	ordered bool
}

func bind[Req, Res any](call func(context.Context, *session, Req) (Res, error)) handler {
	return handler{
		request: reflect.TypeFor[Req](), result: reflect.TypeFor[Res](),
		run: func(ctx context.Context, c *session, request any) (any, error) {
			switch r := request.(type) {
			case Req:
				return call(ctx, c, r)
			case *Req:
				return call(ctx, c, *r)
			}
			return nil, fmt.Errorf("request is a %T, not a %s", request, reflect.TypeFor[Req]())
		},
	}
}

func toBridge[Req, Res any](call func(context.Context, bridge.Caller, Req) (Res, error)) handler {
	return bind(func(ctx context.Context, c *session, r Req) (Res, error) {
		return call(ctx, bridge.Caller{Grant: c.grant, Lang: c.lang}, r)
	})
}

// handlers is the code behind every method.
func (s *Server) handlers() map[string]handler {
	all := map[string]handler{}
	for _, part := range []map[string]handler{
		s.lineHandlers(),
		s.chatHandlers(),
		s.messageHandlers(),
		s.mediaHandlers(),
		s.pollHandlers(),
		s.templateHandlers(),
		s.askHandlers(),
		s.feedHandlers(),
		s.webhookHandlers(),
		s.tokenHandlers(),
	} {
		maps.Copy(all, part)
	}
	return all
}

// match brings operations and handlers together and refuses what does not fit.
func match(ops []schema.Operation, handlers map[string]handler) (map[string]method, error) {
	methods := make(map[string]method, len(ops))
	var errs []error
	for _, op := range ops {
		h, ok := handlers[op.Method]
		switch {
		case !ok:
			errs = append(errs, fmt.Errorf("%s has no handler", op.Method))
			continue
		case h.request != reflect.TypeOf(op.Request) || h.result != reflect.TypeOf(op.Result):
			errs = append(errs, fmt.Errorf("%s: the handler takes %s and gives %s, the schema says %T and %T",
				op.Method, h.request, h.result, op.Request, op.Result))
			continue
		}
		m := method{op: op, run: h.run, opaque: opaqueFields(h.request), line: -1,
			follows: op.Scope == schema.ScopeRead || op.Method == "line.link",
			ordered: op.Scope == schema.ScopeLine && strings.HasPrefix(op.Method, "message.")}
		if f, ok := h.request.FieldByName("Line"); ok && f.Type == reflect.TypeFor[schema.LineID]() {
			m.line = f.Index[0]
		}
		methods[op.Method] = m
	}
	for name := range handlers {
		if _, ok := schema.OperationOf(name); !ok {
			errs = append(errs, fmt.Errorf("%s is in no operation", name))
		}
	}
	return methods, errors.Join(errs...)
}

// lineOf reads which line a request is about, "" if none.
func (m method) lineOf(request any) schema.LineID {
	if m.line < 0 {
		return ""
	}
	return reflect.Indirect(reflect.ValueOf(request)).Field(m.line).Interface().(schema.LineID)
}

// lineList shows a token of one line that line only.
func (s *Server) lineList(ctx context.Context, c *session, r schema.LineListRequest) (schema.LineListResult, error) {
	all, err := s.opts.API.LineList(ctx, bridge.Caller{Grant: c.grant, Lang: c.lang}, r)
	if err != nil || c.grant.Line == "" {
		return all, err
	}
	own := []schema.Line{}
	for _, l := range all.Lines {
		if l.ID == c.grant.Line {
			own = append(own, l)
		}
	}
	all.Lines = own
	return all, nil
}

func (s *Server) lineRemove(ctx context.Context, c *session, r schema.LineRequest) (schema.Line, error) {
	line, err := s.opts.API.LineRemove(ctx, bridge.Caller{Grant: c.grant, Lang: c.lang}, r)
	if err == nil {
		s.disown(r.Line)
	}
	return line, err
}
