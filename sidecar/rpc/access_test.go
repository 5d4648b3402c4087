package rpc_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/gorilla/websocket"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/rpc"
)

func TestNoToken(t *testing.T) {
	w := start(t)
	for name, header := range map[string]string{"none": "", "wrong": "Bearer nonsense", "other scheme": "Basic YWRtaW46", "empty": "Bearer "} {
		resp, text := w.post("", status, func(r *http.Request) { r.Header.Set("Authorization", header) })
		if resp.StatusCode != http.StatusUnauthorized || !strings.HasPrefix(resp.Header.Get("WWW-Authenticate"), "Bearer") {
			t.Errorf("%s: %s, WWW-Authenticate %q", name, resp.Status, resp.Header.Get("WWW-Authenticate"))
		}
		w.fails(w.parse(text), schema.CodeUnauthorized)
		_, resp, err := websocket.DefaultDialer.Dial("ws://"+w.addr+"/rpc", http.Header{"Authorization": {header}})
		if err == nil || resp == nil || resp.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s: websocket answered %v %v", name, resp, err)
		}
	}
}

func TestScopes(t *testing.T) {
	calls := map[string]string{
		"own line status":   `"line.status","params":{"line":"demo"}`,
		"other line status": `"line.status","params":{"line":"other"}`,
		"own line send":     `"message.sendText","params":{"line":"demo","key":"k","chat":"+79123456789","text":"t"}`,
		"other line send":   `"message.sendText","params":{"line":"other","key":"k","chat":"+79123456789","text":"t"}`,
		"create line":       `"line.create","params":{"name":"n"}`,
		"list tokens":       `"token.list","params":{}`,
	}
	refused := map[string][]string{
		"admin": {},
		"line":  {"other line status", "other line send", "create line", "list tokens"},
		"read":  {"own line send", "other line send", "create line", "list tokens"},
	}
	for token, names := range refused {
		both(t, token, func(t *testing.T, w *world, ask func(string) string) {
			close(w.api.door)
			for name, call := range calls {
				a := w.parse(ask(`{"jsonrpc":"2.0","id":1,"method":` + call + `}`))
				want := false
				for _, n := range names {
					want = want || n == name
				}
				if got := a.Error != nil && a.Error.Data.Code == schema.CodeForbidden; got != want {
					t.Errorf("%s token, %s: forbidden %t, want %t (%+v)", token, name, got, want, a.Error)
				}
			}
		})
	}
}

func TestLineListShowsOwnLineOnly(t *testing.T) {
	both(t, "line", func(t *testing.T, w *world, ask func(string) string) {
		var list schema.LineListResult
		if err := json.Unmarshal(w.parse(ask(`{"jsonrpc":"2.0","id":1,"method":"line.list"}`)).Result, &list); err != nil {
			t.Fatal(err)
		}
		if len(list.Lines) != 1 || list.Lines[0].ID != "demo" {
			t.Errorf("a token of demo sees %+v", list.Lines)
		}
	})
}

func TestOriginAndHost(t *testing.T) {
	w := start(t, func(o *rpc.Options) {
		o.Origins = []string{"https://flows.example.com/"}
		o.Hosts = []string{"sidecar.local"}
	})
	origins := map[string]bool{"": true, "http://localhost:1880": true, "http://127.0.0.1:1880": true, "http://[::1]:1880": true,
		"https://flows.example.com": true, "https://flows.example.com.evil.example": false, "http://evil.example": false, "null": false,
		"http://127.0.0.1.evil.example": false}
	for origin, want := range origins {
		resp, _ := w.post("admin", status, func(r *http.Request) { r.Header.Set("Origin", origin) })
		if got := resp.StatusCode == http.StatusOK; got != want {
			t.Errorf("POST from origin %q: %s", origin, resp.Status)
		}
		header := http.Header{"Authorization": {"Bearer " + w.token("admin")}}
		if origin != "" {
			header.Set("Origin", origin)
		}
		ws, _, err := websocket.DefaultDialer.Dial("ws://"+w.addr+"/rpc", header)
		if got := err == nil; got != want {
			t.Errorf("websocket from origin %q: %v", origin, err)
		}
		if ws != nil {
			ws.Close()
		}
	}
	_, port, _ := strings.Cut(w.addr, ":")
	for host, want := range map[string]bool{"localhost:" + port: true, "127.0.0.1:" + port: true, "[::1]:" + port: true, "sidecar.local": true,
		"rebound.example:" + port: false, "localhost.evil.example": false} {
		for _, path := range []string{"/rpc", "/status.json", "/", "/healthz"} {
			method, body := http.MethodGet, ""
			if path == "/rpc" {
				method, body = http.MethodPost, status
			}
			resp, _ := w.post("admin", body, func(r *http.Request) { r.Host, r.Method, r.URL.Path = host, method, path })
			if got := resp.StatusCode == http.StatusOK; got != want {
				t.Errorf("%s %s for host %q: %s", method, path, host, resp.Status)
			}
		}
	}
}

func TestContentType(t *testing.T) {
	w := start(t)
	resp, _ := w.post("admin", status, func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") })
	if resp.StatusCode != http.StatusUnsupportedMediaType {
		t.Errorf("text/plain: %s", resp.Status)
	}
	resp, _ = w.post("admin", status, func(r *http.Request) { r.Header.Set("Content-Type", "application/json; charset=utf-8") })
	if resp.StatusCode != http.StatusOK {
		t.Errorf("application/json; charset=utf-8: %s", resp.Status)
	}
}

func TestRate(t *testing.T) {
	w := start(t, func(o *rpc.Options) { o.Rate, o.Burst = 0.001, 3 })
	s := w.dial("admin", "")
	for i := range 3 {
		if a := s.ask(status); a.Error != nil {
			t.Fatalf("call %d: %+v", i, a.Error)
		}
	}
	w.fails(s.ask(status), schema.CodeRateLimited)
	_, text := w.post("admin", status)
	w.fails(w.parse(text), schema.CodeRateLimited)
	if _, text = w.post("read", status); w.parse(text).Error != nil {
		t.Errorf("another token is held back too: %s", text)
	}
}

func TestTokens(t *testing.T) {
	w := start(t)
	call := func(method, params string) answer {
		t.Helper()
		_, text := w.post("admin", `{"jsonrpc":"2.0","id":1,"method":"`+method+`","params":`+params+`}`)
		return w.parse(text)
	}
	for _, params := range []string{`{"name":"n","scope":"line"}`, `{"name":"n","scope":"admin","line":"demo"}`} {
		a := call("token.create", params)
		w.fails(a, schema.CodeInvalidRequest)
		if a.Error.Data.Field != "line" {
			t.Errorf("%s: field %q", params, a.Error.Data.Field)
		}
	}
	w.fails(call("token.create", `{"name":"n","scope":"line","line":"nowhere"}`), schema.CodeLineNotFound)
	var made schema.TokenCreateResult
	if err := json.Unmarshal(call("token.create", `{"name":"flows","scope":"line","line":"demo"}`).Result, &made); err != nil {
		t.Fatal(err)
	}
	s := w.dial(made.Token, "")
	if a := s.ask(status); a.Error != nil {
		t.Fatalf("the new token does not work: %+v", a.Error)
	}
	var list schema.TokenListResult
	a := call("token.list", `{}`)
	if err := json.Unmarshal(a.Result, &list); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(a.Result), made.Token) {
		t.Error("the list shows a token's text")
	}
	if !strings.Contains(string(a.Result), string(made.Info.ID)) {
		t.Errorf("the list lacks %s: %s", made.Info.ID, a.Result)
	}
	if a := call("token.revoke", `{"id":"`+string(made.Info.ID)+`"}`); a.Error != nil {
		t.Fatalf("revoke: %+v", a.Error)
	}
	if code := s.closed(); code != websocket.ClosePolicyViolation {
		t.Errorf("its connection closed with %d", code)
	}
	if resp, _ := w.post(made.Token, status); resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("a revoked token gets %s", resp.Status)
	}
	w.fails(call("token.revoke", `{"id":"`+string(made.Info.ID)+`"}`), schema.CodeTokenNotFound)
}

// A grant that was withdrawn, or ended as stolen, is gone from the store already.
func TestTheConnectionsOfATokenThatEndedElsewhereAreClosed(t *testing.T) {
	w := start(t)
	var own, other schema.TokenInfo
	for _, info := range call[schema.TokenListResult](w, "admin", "token.list", `{}`).Tokens {
		switch info.Name {
		case "line":
			own = info
		case "read":
			other = info
		}
	}
	ended, stays := w.dial("line", ""), w.dial("read", "")
	for _, s := range []*socket{ended, stays} {
		if a := s.ask(status); a.Error != nil {
			t.Fatalf("%+v", a.Error)
		}
	}
	w.server.Ended(own.ID)
	if code := ended.closed(); code != websocket.ClosePolicyViolation {
		t.Errorf("closed with %d", code)
	}
	if a := stays.ask(status); a.Error != nil || other.ID == own.ID {
		t.Errorf("another token's connection: %+v", a.Error)
	}
}

// Beyond loopback the page's own origin is the address that it was opened at.
func TestThePagesOwnOriginIsAllowed(t *testing.T) {
	w := start(t, func(o *rpc.Options) { o.Hosts = []string{"wa.example.com"} })
	for origin, want := range map[string]bool{"https://wa.example.com": true, "http://WA.example.com": true, "https://wa.example.com:8443": false,
		"https://example.com": false, "https://": false, "https://wa.example.com.evil.example": false} {
		resp, _ := w.post("admin", status, func(r *http.Request) {
			r.Host = "wa.example.com"
			r.Header.Set("Origin", origin)
		})
		if got := resp.StatusCode == http.StatusOK; got != want {
			t.Errorf("from %q: %s", origin, resp.Status)
		}
	}
}

// What a flow editor's popup opens stands behind the same checks as everything else.
func TestOAuthIsServedBehindTheGuard(t *testing.T) {
	seen := 0
	w := start(t, func(o *rpc.Options) {
		o.OAuth = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			seen++
			w.WriteHeader(http.StatusTeapot)
		})
	})
	get := func(host string) int {
		resp, _ := w.post("", "", func(r *http.Request) { r.Host, r.Method, r.URL.Path = host, http.MethodGet, "/oauth/authorize" })
		return resp.StatusCode
	}
	if got := get(w.addr); got != http.StatusTeapot {
		t.Errorf("%d", got)
	}
	if got := get("rebound.example"); got != http.StatusForbidden || seen != 1 {
		t.Errorf("for another host name: %d, %d calls came through", got, seen)
	}
}

// A page that waits for news of its code is answered when the sidecar stops.
func TestWhatWaitsUnderOAuthEndsWithTheServer(t *testing.T) {
	began := make(chan struct{})
	w := start(t, func(o *rpc.Options) {
		o.OAuth = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			close(began)
			<-r.Context().Done()
			w.WriteHeader(http.StatusTeapot)
		})
	})
	got := make(chan int, 1)
	go func() {
		resp, err := http.Post("http://"+w.addr+"/oauth/link", "application/json", strings.NewReader("{}"))
		if err != nil {
			t.Error(err)
			got <- 0
			return
		}
		resp.Body.Close()
		got <- resp.StatusCode
	}()
	within(t, "the request", began)
	if err := w.shutdown(); err != nil {
		t.Fatal(err)
	}
	if status := within(t, "its answer", got); status != http.StatusTeapot {
		t.Errorf("%d", status)
	}
}
