package oauth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// shownLine is a line as the page lists it.
type shownLine struct {
	ID     schema.LineID    `json:"id"`
	Name   string           `json:"name"`
	Phone  string           `json:"phone,omitempty"`
	State  schema.LineState `json:"state"`
	Detail string           `json:"detail,omitempty"`
	Usable bool             `json:"usable"` // it is linked: a token may be had for it
}

func shown(l schema.Line) shownLine {
	return shownLine{l.ID, l.Name, l.Phone, l.State, l.Detail, usable(l)}
}

// usable reports whether a line is linked and ours: one that another program has taken
// over sends nothing until it is linked again.
func usable(l schema.Line) bool { return l.State.Linked() && l.State != schema.LineReplaced }

// lines lists what may be chosen.
func lines(ctx context.Context, c *call, _ json.RawMessage) (any, error) {
	all, err := c.s.opts.API.LineList(ctx, c.admin(), schema.LineListRequest{})
	if err != nil {
		return nil, err
	}
	out := struct {
		Lines []shownLine `json:"lines"`
	}{[]shownLine{}}
	for _, l := range all.Lines {
		out.Lines = append(out.Lines, shown(l))
	}
	return out, nil
}

// checked reads params as those of a method.
func checked[T any](c *call, method string, params json.RawMessage) (T, error) {
	request, issues, err := c.s.opts.Check(method, params, c.lang)
	var none T
	if err != nil {
		return none, schema.NewError(schema.CodeInvalidRPC, c.lang, err)
	}
	if len(issues) > 0 {
		e := schema.NewError(schema.CodeInvalidRequest, c.lang, nil)
		e.Issues = issues
		return none, e
	}
	typed, ok := request.(*T)
	if !ok {
		return none, fmt.Errorf("check %s: a %T", method, request)
	}
	return *typed, nil
}

// create makes a line to link, which goes again if nobody links it.
func create(ctx context.Context, c *call, params json.RawMessage) (any, error) {
	r, err := checked[schema.LineCreateRequest](c, "line.create", params)
	if err != nil {
		return nil, err
	}
	made, err := c.s.opts.API.LineCreate(ctx, c.admin(), r)
	if err != nil {
		return nil, err
	}
	if err := c.s.opts.Authorizations.Draft(ctx, made.ID, c.s.opts.Now().Add(sessionLife)); err != nil {
		c.s.log.Error("note a line that was begun", "line", made.ID, "error", err)
	}
	if before := c.session.swapDraft(made.ID); before != "" {
		c.s.drop(ctx, before)
	}
	return shown(made), nil
}

// link follows the linking of a line. It calls as the line itself, for which no token
// is made: the program's comes by its code.
func link(ctx context.Context, c *call, params json.RawMessage) (any, error) {
	r, err := checked[schema.LineLinkRequest](c, "line.link", params)
	if err != nil {
		return nil, err
	}
	caller := bridge.Caller{Grant: bridge.Grant{Name: "linking page", Scope: schema.ScopeLine, Line: r.Line}, Lang: c.lang}
	news, err := c.s.opts.API.LineLink(ctx, caller, r)
	if err != nil {
		return nil, err
	}
	news.SetSandbox(c.s.opts.Sandbox)
	if news.QR != "" {
		news.PhonesURL = c.s.opts.Phones
	}
	return news, nil
}

// away is where the browser goes next.
type away struct {
	Redirect string `json:"redirect"`
}

// grant gives the program a code for a line, and ends the session.
func grant(ctx context.Context, c *call, params json.RawMessage) (any, error) {
	r, err := checked[schema.LineRequest](c, "line.status", params)
	if err != nil {
		return nil, err
	}
	line, err := c.s.opts.API.LineStatus(ctx, c.admin(), r)
	if err != nil {
		return nil, err
	}
	if !usable(line) {
		return nil, fail(http.StatusConflict, failUnlinked, c.lang, textUnlinked, textUnlinkedHint)
	}
	asked := c.session.asked
	code, err := c.s.opts.Authorizations.Authorize(ctx, bridge.Authorization{
		Name: name(asked), Line: line.ID, Client: asked.client, Redirect: asked.redirect, Challenge: asked.challenge})
	if errors.Is(err, bridge.ErrNoLine) { // removed at this moment
		return nil, schema.NewError(schema.CodeLineNotFound, c.lang, err)
	}
	if err != nil {
		return nil, fmt.Errorf("make code: %w", err)
	}
	if !c.session.end() {
		return nil, fail(http.StatusGone, failGone, c.lang, textGone, hintEditor)
	}
	if draft := c.session.swapDraft(""); draft != "" {
		c.s.drop(ctx, draft)
	}
	return away{asked.back(url.Values{"code": {code}})}, nil
}

// nameMax is how much of a client's name a token's name holds, runes.
const nameMax = 40

// name is what lists of tokens show: the client and where it is.
func name(asked request) string {
	client := []rune(asked.client)
	if len(client) > nameMax {
		client = append(client[:nameMax-1], '…')
	}
	return fmt.Sprintf("%s (%s)", string(client), asked.at.Host)
}

// cancel sends the browser back without a code.
func cancel(ctx context.Context, c *call, _ json.RawMessage) (any, error) {
	if c.session.end() {
		if draft := c.session.swapDraft(""); draft != "" {
			c.s.drop(ctx, draft)
		}
	}
	return away{c.session.asked.back(url.Values{"error": {errDenied}, "error_description": {"Nothing was linked: the person cancelled."}})}, nil
}

// drop forgets a line that was made here, unless somebody has linked it.
func (s *Server) drop(ctx context.Context, line schema.LineID) {
	caller := bridge.Caller{Grant: bridge.Grant{Name: "linking page", Scope: schema.ScopeAdmin}, Lang: schema.English}
	now, err := s.opts.API.LineStatus(ctx, caller, schema.LineRequest{Line: line})
	switch {
	case err != nil: // it was removed elsewhere
	case now.State.Linked() || now.State == schema.LineLoggedOut || now.State == schema.LineBanned:
		err = s.opts.Authorizations.Settle(ctx, line)
	default:
		_, err = s.opts.API.LineRemove(ctx, caller, schema.LineRequest{Line: line})
	}
	if err != nil {
		s.log.Debug("drop a line that was begun", "line", line, "error", err)
	}
}

// sweep drops lines that were begun and left: the browser was closed, or the sidecar
// restarted meanwhile.
func (s *Server) sweep(ctx context.Context) {
	tick := time.NewTicker(s.opts.Sweep)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			s.sweepOnce(ctx)
		case <-ctx.Done():
			return
		}
	}
}

func (s *Server) sweepOnce(ctx context.Context) {
	left, err := s.opts.Authorizations.Drafts(ctx)
	if err != nil {
		if bridge.StorageCode(err) == "" && ctx.Err() == nil {
			s.log.Error("look for lines that were begun", "error", err)
		}
		return
	}
	working := s.sessions.working()
	for _, line := range left {
		if !working[line] {
			s.drop(ctx, line)
		}
	}
}
