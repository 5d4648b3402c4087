package oauth_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/nodeline/nodeline/schema"
)

// program is what asks for a line: n8n, as it does it.
type program struct {
	w                       *world
	id, redirect, verifier  string
	challenge, state, using string // using: the page's session
}

func (w *world) program() *program {
	verifier := strings.Repeat("v", 43)
	sum := sha256.Sum256([]byte(verifier))
	return &program{w: w, id: "n8n", redirect: "http://localhost:5678/rest/oauth2-credential/callback", verifier: verifier,
		challenge: base64.RawURLEncoding.EncodeToString(sum[:]), state: "the state"}
}

func (p *program) query() url.Values {
	return url.Values{"response_type": {"code"}, "client_id": {p.id}, "redirect_uri": {p.redirect}, "state": {p.state}, "scope": {"line"},
		"code_challenge": {p.challenge}, "code_challenge_method": {"S256"}}
}

// failed is an error of the page's calls.
type failed struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Hint    string `json:"hint"`
}

// act is one call of the page.
func (p *program) act(name string, params any, into any, change ...func(*http.Request)) (f failed) {
	p.w.t.Helper()
	body, err := json.Marshal(map[string]any{"session": p.using, "lang": "en", "params": params})
	if err != nil {
		p.w.t.Fatal(err)
	}
	change = append([]func(*http.Request){func(r *http.Request) { r.Header.Set("Origin", "http://"+p.w.addr) }}, change...)
	resp := p.w.do(http.MethodPost, "/oauth/"+name, "application/json", string(body), change...)
	var refused struct {
		Error *failed `json:"error"`
	}
	p.w.decode(resp, &refused)
	if (refused.Error != nil) != (resp.StatusCode != http.StatusOK) || resp.Header.Get("Cache-Control") != "no-store" {
		p.w.t.Fatalf("%s: %s %s", name, resp.Status, resp.body)
	}
	if refused.Error != nil {
		return *refused.Error
	}
	if into != nil {
		p.w.decode(resp, into)
	}
	return failed{}
}

// open begins the page's session.
func (p *program) open(change ...func(*http.Request)) (signIn bool) {
	p.w.t.Helper()
	var began struct {
		Session string `json:"session"`
		SignIn  bool   `json:"signIn"`
	}
	if f := p.act("session", map[string]string{"query": p.query().Encode()}, &began, change...); f.Code != "" {
		p.w.t.Fatalf("open the page: %+v", f)
	}
	p.using = began.Session
	p.w.secrets = append(p.w.secrets, began.Session)
	return began.SignIn
}

// choose has the person choose a line, and gives the code that comes back.
func (p *program) choose(line schema.LineID) (code string) {
	p.w.t.Helper()
	p.open()
	return p.grant(line)
}

func (p *program) grant(line schema.LineID, change ...func(*http.Request)) (code string) {
	p.w.t.Helper()
	var away struct {
		Redirect string `json:"redirect"`
	}
	if f := p.act("grant", schema.LineRequest{Line: line}, &away, change...); f.Code != "" {
		p.w.t.Fatalf("choose %s: %+v", line, f)
	}
	at, err := url.Parse(away.Redirect)
	if err != nil || !strings.HasPrefix(away.Redirect, p.redirect) || at.Query().Get("state") != p.state {
		p.w.t.Fatalf("back to %q", away.Redirect)
	}
	code = at.Query().Get("code")
	p.w.secrets = append(p.w.secrets, code, p.verifier)
	return code
}

// tokens is an answer of the token endpoint.
type tokens struct {
	status      int
	Access      string        `json:"access_token"`
	Type        string        `json:"token_type"`
	Seconds     int           `json:"expires_in"`
	Refresh     string        `json:"refresh_token"`
	Scope       string        `json:"scope"`
	Line        schema.LineID `json:"line"`
	Error       string        `json:"error"`
	Description string        `json:"error_description"`
}

const formType = "application/x-www-form-urlencoded"

func (p *program) post(path string, form url.Values, change ...func(*http.Request)) (out tokens, resp reply) {
	p.w.t.Helper()
	resp = p.w.do(http.MethodPost, path, formType, form.Encode(), change...)
	p.w.decode(resp, &out)
	out.status = resp.StatusCode
	if resp.Header.Get("Cache-Control") != "no-store" || (out.Error == "") != (out.status == http.StatusOK) {
		p.w.t.Fatalf("%s: %s, Cache-Control %q: %s", path, resp.Status, resp.Header.Get("Cache-Control"), resp.body)
	}
	p.w.secrets = append(p.w.secrets, out.Access, out.Refresh)
	return out, resp
}

func (p *program) exchangeForm(code string) url.Values {
	return url.Values{"grant_type": {"authorization_code"}, "client_id": {p.id}, "code": {code}, "redirect_uri": {p.redirect}, "code_verifier": {p.verifier}}
}

func (p *program) exchange(code string) tokens {
	p.w.t.Helper()
	out, _ := p.post("/oauth/token", p.exchangeForm(code))
	return out
}

func (p *program) refresh(token string) tokens {
	p.w.t.Helper()
	out, _ := p.post("/oauth/token", url.Values{"grant_type": {"refresh_token"}, "client_id": {p.id}, "refresh_token": {token}})
	return out
}

// linked is a program that has tokens of a line.
func (w *world) linked(id schema.LineID) (*program, tokens) {
	w.t.Helper()
	w.line(id)
	p := w.program()
	got := p.exchange(p.choose(id))
	if got.status != http.StatusOK {
		w.t.Fatalf("exchange: %+v", got)
	}
	return p, got
}

// listed are the tokens of programs that token.list shows.
func (w *world) listed() (list []schema.TokenInfo) {
	w.t.Helper()
	var all schema.TokenListResult
	if _, code := w.call(w.admin, "token.list", struct{}{}, &all); code != "" {
		w.t.Fatal(code)
	}
	return slices.DeleteFunc(all.Tokens, func(i schema.TokenInfo) bool { return i.Scope == schema.ScopeAdmin })
}

// works reports whether a token is taken; it fails the test where the answer is neither yes nor no.
func (w *world) works(token string) bool {
	w.t.Helper()
	status, code := w.call(token, "line.list", map[string]any{}, nil)
	switch {
	case status == http.StatusOK && code == "":
		return true
	case status == http.StatusUnauthorized && code == schema.CodeUnauthorized:
		return false
	}
	w.t.Fatalf("line.list answers %d %s", status, code)
	return false
}
