package web_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/nodeline/nodeline/sidecar/web"
)

func site() fstest.MapFS {
	return fstest.MapFS{
		"index.html": {Data: []byte("<!doctype html><title>here</title>")},
		"app.js":     {Data: []byte("export const here = 1;")},
	}
}

func ask(t *testing.T, method, path string, head map[string]string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(method, path, nil)
	for k, v := range head {
		r.Header.Set(k, v)
	}
	w := httptest.NewRecorder()
	web.Page(site()).ServeHTTP(w, r)
	return w.Result()
}

func TestFilesAndTheirKinds(t *testing.T) {
	for path, want := range map[string]struct{ mediaType, holds string }{
		"/":                       {"text/html; charset=utf-8", "<title>here"},
		"/assets/app.js":          {"text/javascript; charset=utf-8", "here = 1"},
		"/assets/common/dom.js":   {"text/javascript; charset=utf-8", "export function h("},
		"/assets/common/base.css": {"text/css; charset=utf-8", ":root"},
		"/assets/common/icon.svg": {"image/svg+xml", "<svg"},
	} {
		res := ask(t, http.MethodGet, path, nil)
		body, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != want.mediaType || !strings.Contains(string(body), want.holds) {
			t.Errorf("%s: %d %q, body holds %q: %t", path, res.StatusCode, res.Header.Get("Content-Type"), want.holds, strings.Contains(string(body), want.holds))
		}
	}
}

func TestEveryAnswerCarriesThePolicy(t *testing.T) {
	for _, path := range []string{"/", "/assets/app.js", "/assets/nothing.js"} {
		head := ask(t, http.MethodGet, path, nil).Header
		policy := head.Get("Content-Security-Policy")
		for _, rule := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'", "require-trusted-types-for 'script'"} {
			if !strings.Contains(policy, rule) {
				t.Errorf("%s: policy %q misses %q", path, policy, rule)
			}
		}
		if strings.Contains(policy, "unsafe") {
			t.Errorf("%s: policy %q allows something unsafe", path, policy)
		}
		if head.Get("X-Content-Type-Options") != "nosniff" || head.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%s: headers %v", path, head)
		}
	}
}

func TestUnknownAddressesAndMethods(t *testing.T) {
	for _, path := range []string{"/index.html", "/app.js", "/assets/", "/assets/index.html", "/assets/../index.html", "/assets/common"} {
		if got := ask(t, http.MethodGet, path, nil).StatusCode; got != http.StatusNotFound {
			t.Errorf("GET %s: %d, want 404", path, got)
		}
	}
	res := ask(t, http.MethodPost, "/", nil)
	if res.StatusCode != http.StatusMethodNotAllowed || res.Header.Get("Allow") != "GET, HEAD" {
		t.Errorf("POST /: %d, Allow %q", res.StatusCode, res.Header.Get("Allow"))
	}
}

func TestUnchangedFilesAreNotSentAgain(t *testing.T) {
	first := ask(t, http.MethodGet, "/assets/app.js", nil)
	if first.Header.Get("Cache-Control") != "no-cache" {
		t.Errorf("Cache-Control %q: a new version would be mixed with an old one", first.Header.Get("Cache-Control"))
	}
	again := ask(t, http.MethodGet, "/assets/app.js", map[string]string{"If-None-Match": first.Header.Get("ETag")})
	if again.StatusCode != http.StatusNotModified {
		t.Errorf("with its tag: %d, want 304", again.StatusCode)
	}
	other := ask(t, http.MethodGet, "/", map[string]string{"If-None-Match": first.Header.Get("ETag")})
	if other.StatusCode != http.StatusOK {
		t.Errorf("with another file's tag: %d, want 200", other.StatusCode)
	}
}

func TestBrokenPagesDoNotStart(t *testing.T) {
	for name, files := range map[string]fstest.MapFS{
		"no index":     {"app.js": {Data: []byte("1")}},
		"unknown kind": {"index.html": {Data: []byte("x")}, "data.bin": {Data: []byte("x")}},
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			web.Page(files)
		})
	}
}
