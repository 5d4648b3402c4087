package oauth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// bodyMax is the longest body of a page's call, bytes: a request with a long state.
const bodyMax = 32 << 10

// call is one call of the page.
type call struct {
	s       *Server
	r       *http.Request
	session *session // nil for the first one
	lang    schema.Lang
}

// envelope is a call's body. What else a call takes is in Params.
type envelope struct {
	Session string          `json:"session"`
	Lang    schema.Lang     `json:"lang"`
	Params  json.RawMessage `json:"params"`
}

// failure is an error as the page shows it.
type failure struct {
	status  int
	Code    string `json:"code"`
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
}

func (f *failure) Error() string { return f.Code }

// Codes of failures that are the page's own; others are schema's.
const (
	failGone     = "session_gone"
	failSignIn   = "sign_in"
	failRequest  = "request"
	failUnlinked = "line_not_linked"
)

func fail(status int, code string, lang schema.Lang, text, hint schema.Text) *failure {
	return &failure{status, code, text.In(lang), hint.In(lang)}
}

// action answers a call of the page.
type action func(context.Context, *call, json.RawMessage) (any, error)

// whole is an action that goes on when the page is closed meanwhile.
func whole(do action) action {
	return func(ctx context.Context, c *call, params json.RawMessage) (any, error) {
		return do(context.WithoutCancel(ctx), c, params)
	}
}

func (s *Server) actions() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{
		"session": s.act(start, false, false),
		"signin":  s.act(signIn, true, false),
		"lines":   s.act(lines, true, true),
		"create":  s.act(whole(create), true, true),
		"link":    s.act(link, true, true),
		"grant":   s.act(whole(grant), true, true),
		"cancel":  s.act(whole(cancel), true, false),
	}
}

// act reads a call and judges it: it must be of our own page, of an open session
// (inside), and of somebody who may link lines (signed).
func (s *Server) act(do action, inside, signed bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c := &call{s: s, r: r, lang: schema.English}
		result, err := c.run(w, do, inside, signed)
		if err == nil {
			s.answer(w, http.StatusOK, result)
			return
		}
		f := c.failed(err)
		s.answer(w, f.status, struct {
			Error *failure `json:"error"`
		}{f})
	}
}

func (c *call) run(w http.ResponseWriter, do action, inside, signed bool) (any, error) {
	body, err := c.read(w)
	if err != nil {
		return nil, err
	}
	if body.Lang == schema.Russian {
		c.lang = schema.Russian
	}
	if !c.s.sameOrigin(c.r) {
		return nil, fail(http.StatusForbidden, string(schema.CodeForbidden), c.lang, textForeign, textForeignHint)
	}
	if inside {
		if c.session = c.s.sessions.find(body.Session); c.session == nil {
			return nil, fail(http.StatusGone, failGone, c.lang, textGone, hintEditor)
		}
	}
	if signed && c.mustSignIn() && !c.session.signedIn() {
		return nil, fail(http.StatusForbidden, failSignIn, c.lang, textSignIn, textSignInHint)
	}
	return do(c.r.Context(), c, body.Params)
}

// read takes the body apart. Only JSON is one: a form of another page sends none.
func (c *call) read(w http.ResponseWriter) (body envelope, err error) {
	media, _, err := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	if err == nil && media == "application/json" {
		err = json.NewDecoder(http.MaxBytesReader(w, c.r.Body, bodyMax)).Decode(&body)
	} else if err == nil {
		err = fmt.Errorf("a body of %s", media)
	}
	if err != nil {
		return envelope{}, schema.NewError(schema.CodeInvalidRPC, c.lang, err)
	}
	// The body is read; what may take long now is the call.
	_ = http.NewResponseController(w).SetReadDeadline(time.Time{})
	return body, nil
}

// mustSignIn reports whether this session wants the admin token.
func (c *call) mustSignIn() bool {
	return !c.s.local(c.r) || !c.s.trusted(c.session.asked.at)
}

// failed turns any error into one for the page.
func (c *call) failed(err error) *failure {
	if f, ok := errors.AsType[*failure](err); ok {
		return f
	}
	e, ok := errors.AsType[*schema.Error](err)
	if !ok {
		code := bridge.StorageCode(err)
		if code == "" {
			code = schema.CodeInternal
			if c.r.Context().Err() == nil {
				c.s.log.Error("linking page", "error", err)
			}
		}
		e = schema.NewError(code, c.lang, err)
	}
	if len(e.Issues) > 0 { // each says what to do
		sentences := make([]string, 0, len(e.Issues))
		for _, issue := range e.Issues {
			sentences = append(sentences, issue.Message)
		}
		return &failure{http.StatusBadRequest, string(e.Code), strings.Join(sentences, " "), ""}
	}
	return &failure{schema.InfoOf(e.Code).HTTP, string(e.Code), e.Message, e.Hint}
}

// admin is the caller for what a person does here; what it may call is what is here.
func (c *call) admin() bridge.Caller {
	return bridge.Caller{Grant: bridge.Grant{Name: "linking page", Scope: schema.ScopeAdmin}, Lang: c.lang}
}

// started is what the page is told when it opens.
type started struct {
	Session string `json:"session"`
	Host    string `json:"host"` // who asks
	SignIn  bool   `json:"signIn"`
	Sandbox bool   `json:"sandbox"`
}

// start begins a session for the request in the page's address.
func start(_ context.Context, c *call, params json.RawMessage) (any, error) {
	if !c.s.limits.take(boundSession, c.r) {
		return nil, schema.NewError(schema.CodeRateLimited, c.lang, nil)
	}
	var p struct {
		Query string `json:"query"`
	}
	if err := json.Unmarshal(params, &p); err != nil {
		return nil, schema.NewError(schema.CodeInvalidRPC, c.lang, err)
	}
	query, err := url.ParseQuery(p.Query)
	if err != nil {
		return nil, schema.NewError(schema.CodeInvalidRPC, c.lang, err)
	}
	asked, refused := readRequest(query)
	if refused == nil {
		refused = c.s.mayReturn(asked.at)
	}
	if refused != nil {
		return nil, fail(http.StatusBadRequest, failRequest, c.lang, refused.text, refused.hint)
	}
	var secret string
	secret, c.session = c.s.sessions.open(asked)
	return started{Session: secret, Host: asked.at.Host, SignIn: c.mustSignIn(), Sandbox: c.s.opts.Sandbox}, nil
}

// signIn takes the sidecar's admin token.
func signIn(ctx context.Context, c *call, params json.RawMessage) (any, error) {
	var p struct {
		Token string `json:"token"`
	}
	if err := json.Unmarshal(params, &p); err != nil {
		return nil, schema.NewError(schema.CodeInvalidRPC, c.lang, err)
	}
	if !c.s.limits.open(boundWrong, c.r) {
		return nil, schema.NewError(schema.CodeRateLimited, c.lang, nil)
	}
	// Tokens are found by their hash, so how long it takes says nothing of them.
	g, ok, err := c.s.opts.Grants.Find(ctx, p.Token)
	if err != nil {
		return nil, fmt.Errorf("find token: %w", err)
	}
	if !ok || g.Scope != schema.ScopeAdmin {
		c.s.limits.take(boundWrong, c.r)
		c.s.log.Warn("somebody tried to sign in to the linking page with no admin token", "from", c.r.RemoteAddr)
		return nil, fail(http.StatusForbidden, failSignIn, c.lang, textNoAdmin, textSignInHint)
	}
	c.session.signIn()
	return struct{}{}, nil
}
