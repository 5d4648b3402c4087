package oauth_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
	"github.com/nodeline/nodeline/sidecar/oauth"
)

// visit opens the page as a browser does.
func (w *world) visit(q url.Values) reply {
	w.t.Helper()
	return w.do(http.MethodGet, "/oauth/authorize?"+q.Encode(), "", "")
}

func TestARequestInOrderShowsThePage(t *testing.T) {
	w := start(t)
	resp := w.visit(w.program().query())
	if resp.StatusCode != http.StatusOK || !strings.Contains(string(resp.body), `src="assets/app.js"`) ||
		!strings.Contains(resp.Header.Get("Content-Security-Policy"), "frame-ancestors 'none'") || resp.Header.Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("%s %v", resp.Status, resp.Header)
	}
	for _, asset := range []string{"app.js", "oauth.css", "common/base.css", "common/linking/round.js"} {
		if got := w.do(http.MethodGet, "/oauth/assets/"+asset, "", ""); got.StatusCode != http.StatusOK {
			t.Errorf("%s: %s", asset, got.Status)
		}
	}
	if got := w.do(http.MethodGet, "/oauth/", "", ""); got.StatusCode != http.StatusNotFound {
		t.Errorf("/oauth/: %s", got.Status)
	}
}

// What is wrong goes back to the program where a code would go without a sign-in; to
// any other address nothing is redirected, and the page says what is wrong.
func TestARequestThatIsNotInOrder(t *testing.T) {
	w := start(t)
	plain := func(q url.Values) { q.Set("code_challenge_method", "plain") }
	for what, c := range map[string]struct {
		change func(url.Values)
		want   string
	}{
		"plain":                 {plain, "invalid_request"},
		"no method":             {func(q url.Values) { q.Del("code_challenge_method") }, "invalid_request"},
		"no challenge":          {func(q url.Values) { q.Del("code_challenge") }, "invalid_request"},
		"a short challenge":     {func(q url.Values) { q.Set("code_challenge", "abc") }, "invalid_request"},
		"a padded challenge":    {func(q url.Values) { q.Set("code_challenge", q.Get("code_challenge")+"=") }, "invalid_request"},
		"no client":             {func(q url.Values) { q.Del("client_id") }, "invalid_request"},
		"a long client":         {func(q url.Values) { q.Set("client_id", strings.Repeat("x", 201)) }, "invalid_request"},
		"a client of two lines": {func(q url.Values) { q.Set("client_id", "a\nb") }, "invalid_request"},
		"another response":      {func(q url.Values) { q.Set("response_type", "token") }, "unsupported_response_type"},
		"a long state":          {func(q url.Values) { q.Set("state", strings.Repeat("x", 4097)) }, "invalid_request"},
	} {
		for redirect, follows := range map[string]bool{"http://localhost:5678/cb": true, "http://[::1]:5678/cb?a=1": true,
			"https://flows.example.com/cb": true, "https://elsewhere.example/cb": false} {
			p := w.program()
			p.redirect = redirect
			q := p.query()
			c.change(q)
			resp := w.visit(q)
			if !follows {
				if resp.StatusCode != http.StatusOK || resp.Header.Get("Location") != "" {
					t.Errorf("%s, to %s: %s %q", what, redirect, resp.Status, resp.Header.Get("Location"))
				}
				continue
			}
			to, err := url.Parse(resp.Header.Get("Location"))
			if err != nil || resp.StatusCode != http.StatusFound || !strings.HasPrefix(to.String(), redirect) || to.Query().Get("error") != c.want ||
				to.Query().Get("error_description") == "" || to.Query().Has("code") {
				t.Errorf("%s, to %s: %s %q", what, redirect, resp.Status, resp.Header.Get("Location"))
			}
			if state := to.Query().Get("state"); what != "a long state" && state != p.state {
				t.Errorf("%s: the state comes back as %q", what, state)
			}
		}
		p := w.program()
		q := p.query()
		c.change(q)
		if f := p.act("session", map[string]string{"query": q.Encode()}, nil); f.Code != "request" || f.Message == "" || f.Hint == "" {
			t.Errorf("%s: the page is told %+v", what, f)
		}
	}
}

// An address that is none, or that browsers read otherwise than we, is never followed
// and gets no session.
func TestAddressesToComeBackTo(t *testing.T) {
	w := start(t)
	bad := []string{"", "/relative", "//localhost/cb", "localhost:5678/cb", "http://", "http:///cb", "javascript:alert(1)", "data:text/html,x",
		"http://localhost/cb#", "http://localhost/cb#part", "http://user@localhost/cb", "http://evil.example\\@localhost/cb", "http://localhost\\.evil.example/cb",
		"http://loc%61lhost/cb", "http://localhost/c b", "http://localhost/c\tb", "http://пример.рф/cb", "ftp://localhost/cb", "custom://localhost/cb",
		"http://localhost.evil.example/cb", "http://127.0.0.1.evil.example/cb", "http://192.168.0.5:5678/cb", "http://flows.example.com/cb",
		"http://localhost/" + strings.Repeat("x", 2000)}
	for _, redirect := range bad {
		p := w.program()
		p.redirect = redirect
		q := p.query()
		q.Set("code_challenge_method", "plain") // wrong as well: it would be sent back
		if resp := w.visit(q); resp.Header.Get("Location") != "" {
			t.Errorf("%q: redirected to %q", redirect, resp.Header.Get("Location"))
		}
		if f := p.act("session", map[string]string{"query": p.query().Encode()}, nil); f.Code != "request" {
			t.Errorf("%q: %+v", redirect, f)
		}
	}
	twice := w.program().query()
	twice.Add("redirect_uri", "http://localhost:1/cb")
	if resp := w.visit(twice); resp.StatusCode != http.StatusOK {
		t.Errorf("two addresses: %s %q", resp.Status, resp.Header.Get("Location"))
	}
	for redirect, signIn := range map[string]bool{"http://localhost:5678/cb": false, "https://LOCALHOST/cb": false, "http://127.9.0.1:1/cb": false, "http://[::1]/cb": false,
		"https://flows.example.com/cb": false, "https://flows.example.com:8443/cb": true, "https://elsewhere.example/cb": true} {
		p := w.program()
		p.redirect = redirect
		if got := p.open(); got != signIn {
			t.Errorf("%q: sign in %t, want %t", redirect, got, signIn)
		}
	}
}

func from(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

// beyond is a browser that reached the sidecar by its name in the network.
func beyond(r *http.Request) {
	r.Host = "wa.example.com"
	r.Header.Set("Origin", "https://wa.example.com")
}

// Whatever shows that a request may be somebody else's than this machine's asks for a
// sign-in, and nothing is seen or done before it.
func TestBeyondThisMachineOneSignsInFirst(t *testing.T) {
	for what, change := range map[string]func(*http.Request){
		"by a name":            beyond,
		"through a proxy":      from("X-Forwarded-For", "203.0.113.7"),
		"through another":      from("Forwarded", "for=203.0.113.7"),
		"through a third":      from("Via", "1.1 proxy"),
		"a page of the origin": func(r *http.Request) { r.Header.Set("Origin", "https://flows.example.com") }, // its proxy changes the Host
	} {
		t.Run(what, func(t *testing.T) {
			w := start(t)
			w.line("clinic")
			signsIn(t, w, change)
		})
	}
	t.Run("the sidecar listens beyond loopback", func(t *testing.T) {
		w := start(t, func(o *oauth.Options) { o.SignIn = true })
		w.line("clinic")
		signsIn(t, w, func(*http.Request) {})
	})
}

func signsIn(t *testing.T, w *world, change func(*http.Request)) {
	t.Helper()
	p := w.program()
	if !p.open(change) {
		t.Fatal("no sign-in is asked for")
	}
	for _, name := range []string{"lines", "create", "link", "grant"} {
		if f := p.act(name, map[string]string{"line": "clinic", "name": "n"}, nil, change); f.Code != "sign_in" || f.Hint == "" {
			t.Errorf("%s before the sign-in: %+v", name, f)
		}
	}
	line, _, err := w.db.Create(t.Context(), bridge.Grant{Name: "flows", Scope: schema.ScopeLine, Line: "clinic"})
	if err != nil {
		t.Fatal(err)
	}
	for _, token := range []string{"", "nonsense", line} {
		if f := p.act("signin", map[string]string{"token": token}, nil, change); f.Code != "sign_in" {
			t.Errorf("signed in with another token: %+v", f)
		}
	}
	if f := p.act("signin", map[string]string{"token": w.admin}, nil, change); f.Code != "" {
		t.Fatalf("sign in: %+v", f)
	}
	if code := p.grant("clinic", change); p.exchange(code).status != http.StatusOK {
		t.Error("signed in, and no tokens")
	}
}

// A session that was begun on this machine is no key for another one.
func TestALocalSessionIsNotForOthers(t *testing.T) {
	w := start(t)
	p := w.program()
	if p.open() {
		t.Fatal("a sign-in is asked for")
	}
	if f := p.act("lines", struct{}{}, nil, beyond); f.Code != "sign_in" {
		t.Errorf("%+v", f)
	}
	if f := p.act("lines", struct{}{}, nil); f.Code != "" {
		t.Errorf("%+v", f)
	}
}

func TestWrongSignInsAreSlowedDown(t *testing.T) {
	w := start(t)
	p := w.program()
	p.open(beyond)
	limited := false
	for range 12 {
		f := p.act("signin", map[string]string{"token": "nonsense"}, nil, beyond)
		limited = limited || f.Code == "rate_limited"
	}
	if !limited {
		t.Fatal("twelve wrong tries in a row are all judged")
	}
	if f := p.act("signin", map[string]string{"token": w.admin}, nil, beyond); f.Code != "rate_limited" {
		t.Errorf("the right one at once: %+v", f)
	}
	w.clock.pass(10 * time.Second)
	if f := p.act("signin", map[string]string{"token": w.admin}, nil, beyond); f.Code != "" {
		t.Errorf("the right one a little later: %+v", f)
	}
}

// Another page in the same browser can neither begin nor use a session.
func TestOnlyOurOwnPageCalls(t *testing.T) {
	w := start(t)
	w.line("clinic")
	p := w.program()
	p.open()
	for what, change := range map[string]func(*http.Request){
		"no origin":                               func(r *http.Request) { r.Header.Del("Origin") },
		"another page on loopback":                from("Origin", "http://localhost:3000"),
		"the same host, other port":               from("Origin", "http://127.0.0.1:1"),
		"a site that the browser says is another": from("Sec-Fetch-Site", "same-site"),
	} {
		for name, params := range map[string]any{"session": map[string]string{"query": p.query().Encode()}, "lines": struct{}{}, "grant": map[string]string{"line": "clinic"}} {
			if f := p.act(name, params, nil, change); f.Code != "forbidden" {
				t.Errorf("%s from %s: %+v", name, what, f)
			}
		}
	}
	// A form of another page can be sent without asking, but not as JSON.
	if f := p.act("lines", struct{}{}, nil, from("Content-Type", "text/plain")); f.Code == "" {
		t.Error("a body that any form can send is taken")
	}
	secret := p.using
	p.using = "guessed"
	if f := p.act("lines", struct{}{}, nil); f.Code != "session_gone" {
		t.Errorf("without the session's secret: %+v", f)
	}
	p.using = secret
	p.grant("clinic")
	if f := p.act("grant", map[string]string{"line": "clinic"}, nil); f.Code != "session_gone" {
		t.Errorf("a second code from one press: %+v", f)
	}
}

func TestThePageSpeaksRussian(t *testing.T) {
	w := start(t)
	resp := w.do(http.MethodPost, "/oauth/session", "application/json", `{"lang":"ru","params":{"query":""}}`,
		func(r *http.Request) { r.Header.Set("Origin", "http://"+w.addr) })
	if !strings.Contains(string(resp.body), "Закройте это окно") {
		t.Errorf("%s", resp.body)
	}
}

// The form of the token endpoint's errors is RFC 6749's.
func TestTokenErrors(t *testing.T) {
	w := start(t)
	w.line("clinic")
	p := w.program()
	code := p.choose("clinic")
	for what, c := range map[string]struct {
		change func(url.Values)
		status int
		want   string
	}{
		"no grant type":      {func(f url.Values) { f.Del("grant_type") }, 400, "invalid_request"},
		"another grant type": {func(f url.Values) { f.Set("grant_type", "password") }, 400, "unsupported_grant_type"},
		"no client":          {func(f url.Values) { f.Del("client_id") }, 401, "invalid_client"},
		"no code":            {func(f url.Values) { f.Del("code") }, 400, "invalid_request"},
		"an unknown code":    {func(f url.Values) { f.Set("code", "nlc_unknown") }, 400, "invalid_grant"},
		"no address":         {func(f url.Values) { f.Del("redirect_uri") }, 400, "invalid_request"},
		"no verifier":        {func(f url.Values) { f.Del("code_verifier") }, 400, "invalid_request"},
		"a short verifier":   {func(f url.Values) { f.Set("code_verifier", "short") }, 400, "invalid_request"},
		"a verifier twice":   {func(f url.Values) { f.Add("code_verifier", p.verifier) }, 400, "invalid_request"},
		"no refresh token":   {func(f url.Values) { f.Set("grant_type", "refresh_token") }, 400, "invalid_request"},
		"a long body":        {func(f url.Values) { f.Set("code", strings.Repeat("x", 17<<10)) }, 400, "invalid_request"},
	} {
		form := p.exchangeForm(code)
		c.change(form)
		got, resp := p.post("/oauth/token", form)
		if got.status != c.status || got.Error != c.want || !strings.HasSuffix(got.Description, ".") || !strings.HasPrefix(resp.Header.Get("Content-Type"), "application/json") {
			t.Errorf("%s: %+v", what, got)
		}
		if (resp.Header.Get("WWW-Authenticate") != "") != (c.status == 401) {
			t.Errorf("%s: WWW-Authenticate %q", what, resp.Header.Get("WWW-Authenticate"))
		}
	}
	two, _ := p.post("/oauth/token", p.exchangeForm(code), func(r *http.Request) { r.SetBasicAuth("another", "") })
	if two.Error != "invalid_client" {
		t.Errorf("two names of a client: %+v", two)
	}
	json, _ := p.post("/oauth/token", p.exchangeForm(code), from("Content-Type", "application/json"))
	if json.Error != "invalid_request" {
		t.Errorf("a body that is called JSON: %+v", json)
	}
	if resp := w.do(http.MethodGet, "/oauth/token?"+p.exchangeForm(code).Encode(), "", ""); resp.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("by GET: %s", resp.Status)
	}
	// Of all that went wrong, the code has lost nothing; what stands in the address counts for nothing.
	if got, _ := p.post("/oauth/token?code=other&client_id=other", p.exchangeForm(code)); got.status != http.StatusOK {
		t.Errorf("the code at last: %+v", got)
	}
}

func TestTheTokenEndpointIsBounded(t *testing.T) {
	w := start(t)
	p := w.program()
	for i := range 200 {
		got, resp := p.post("/oauth/token", p.exchangeForm("nlc_unknown"))
		if got.status == http.StatusTooManyRequests {
			if i < 50 || resp.Header.Get("Retry-After") == "" || got.Description == "" {
				t.Errorf("after %d requests: %+v %v", i, got, resp.Header)
			}
			return
		}
	}
	t.Error("200 requests at one moment are all answered")
}
