package rpc

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"sync"
	"time"

	"github.com/creachadair/jrpc2"

	"github.com/nodeline/nodeline/schema"
)

// batchMax is how many calls one message may hold.
const batchMax = 256

func (s *Server) servePost(w http.ResponseWriter, r *http.Request) {
	grant, ok := s.authenticate(w, r)
	if !ok {
		return
	}
	lang := langOf(r)
	if kind := r.Header.Get("Content-Type"); kind != "" {
		if media, _, err := mime.ParseMediaType(kind); err != nil || media != "application/json" {
			s.answer(w, http.StatusUnsupportedMediaType, s.failure(worded(schema.CodeInvalidRPC, lang,
				schema.Text{En: "The request's Content-Type is not application/json.", Ru: "Content-Type запроса не application/json."},
				schema.Text{En: "Send Content-Type: application/json.", Ru: "Отправьте Content-Type: application/json."})))
			return
		}
	}
	if r.ContentLength > schema.RequestMaxBytes {
		s.answer(w, http.StatusRequestEntityTooLarge, s.failure(schema.NewError(schema.CodeTooLarge, lang, nil)))
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, schema.RequestMaxBytes))
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		s.answer(w, http.StatusRequestEntityTooLarge, s.failure(schema.NewError(schema.CodeTooLarge, lang, nil)))
		return
	}
	if err != nil {
		s.log.Debug("read request", "error", err)
		return
	}
	// The body is read; what may take long now is the call.
	_ = http.NewResponseController(w).SetReadDeadline(time.Time{})
	if refused := s.precheck(body, lang); refused != nil {
		s.answer(w, schema.InfoOf(refused.Code).HTTP, s.failure(refused))
		return
	}
	c := &session{server: s, grant: grant, lang: lang, gate: s.gates.get(schema.TokenID(grant.ID))}
	out := c.runAll(r.Context(), body)
	if out == nil {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	s.answer(w, http.StatusOK, out)
}

// precheck refuses a message that cannot be taken apart into calls.
func (s *Server) precheck(message []byte, lang schema.Lang) *schema.Error {
	if !json.Valid(message) {
		return schema.NewError(schema.CodeParse, lang, nil)
	}
	if trimmed := bytes.TrimSpace(message); trimmed[0] == '[' {
		var calls []json.RawMessage
		if err := json.Unmarshal(trimmed, &calls); err != nil {
			return schema.NewError(schema.CodeParse, lang, err)
		}
		switch {
		case len(calls) == 0:
			return schema.NewError(schema.CodeInvalidRPC, lang, nil)
		case len(calls) > batchMax:
			return batchTooLong(lang)
		}
	}
	return nil
}

// runAll answers a call or a batch that came by HTTP; nil when there is nothing to answer.
func (c *session) runAll(ctx context.Context, body []byte) []byte {
	calls, err := jrpc2.ParseRequests(body)
	if err != nil {
		return c.server.failure(schema.NewError(schema.CodeParse, c.lang, err))
	}
	answers := make([]*response, len(calls))
	var wait sync.WaitGroup
	for i, call := range calls {
		turn := c.turn(call.Method)
		wait.Go(func() { answers[i] = c.runOne(ctx, call, turn) })
	}
	wait.Wait()
	var kept []*response
	for _, a := range answers {
		if a != nil {
			kept = append(kept, a)
		}
	}
	if len(kept) == 0 {
		return nil
	}
	var v any = kept[0]
	if calls[0].Batch {
		v = kept
	}
	out, err := json.Marshal(v)
	if err != nil {
		return c.server.failure(c.server.known(ctx, err, "encode answer", c.lang))
	}
	return out
}

func (c *session) runOne(ctx context.Context, call *jrpc2.ParsedRequest, turn *turn) *response {
	defer turn.pass()
	answer := &response{Version: jrpc2.Version, ID: json.RawMessage(call.ID)}
	if call.ID == "" {
		answer.ID = json.RawMessage("null")
	}
	switch {
	case call.Error != nil:
		answer.Error = c.server.onWire(fromLibrary(call.Error, c.lang))
		return answer
	case call.Method == "":
		answer.Error = c.server.onWire(schema.NewError(schema.CodeInvalidRPC, c.lang, nil))
		return answer
	}
	result, failed := c.handle(ctx, call.Method, call.Params, turn)
	if call.ID == "" {
		return nil
	}
	if failed == nil {
		var err error
		if answer.Result, err = json.Marshal(result); err != nil {
			failed = c.server.known(ctx, err, call.Method, c.lang)
		}
	}
	if failed != nil {
		answer.Result, answer.Error = nil, c.server.onWire(failed)
	}
	return answer
}
