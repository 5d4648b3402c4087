// Package webtest checks a page without a browser: that everything it refers to
// is served, and that it needs nothing from elsewhere.
package webtest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"path"
	"regexp"
	"strings"
	"testing"
)

var (
	markup = regexp.MustCompile(`(?:src|href)="([^"]+)"`)
	module = regexp.MustCompile(`(?m)^\s*(?:import|export)[^'"]*?from '([^']+)'|^import '([^']+)'`)
	asset  = regexp.MustCompile(`'(assets/[^']+)'`)
	style  = regexp.MustCompile(`url\(["']?([^"')]+)|@import\s+["']([^"']+)`)
	// What the policy forbids anyway, and what would only fail in a browser.
	forbidden = map[string]*regexp.Regexp{
		"an inline script":    regexp.MustCompile(`<script[^>]*>[^<]`),
		"an inline style":     regexp.MustCompile(`<style|\sstyle="`),
		"an inline listener":  regexp.MustCompile(`<[^>]+\son\w+="`),
		"markup from strings": regexp.MustCompile(`innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function\(`),
	}
	// Addresses that are names, not places to fetch from: of the SVG language, and in hints.
	names   = regexp.MustCompile(`http://www\.w3\.org/2000/svg|https://wa\.me/`)
	outside = regexp.MustCompile(`(?:https?:)?//[a-z0-9-]+\.[a-z]`)
)

// Page follows everything that the page at "/" refers to, and fails for what is
// not served, not allowed by the policy, or elsewhere. It returns the addresses
// that were read.
func Page(t *testing.T, h http.Handler) map[string]bool {
	t.Helper()
	seen := map[string]bool{}
	todo := []string{"/"}
	for len(todo) > 0 {
		address := todo[0]
		todo = todo[1:]
		if seen[address] {
			continue
		}
		seen[address] = true
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, address, nil))
		if w.Code != http.StatusOK {
			t.Errorf("%s: %d", address, w.Code)
			continue
		}
		body, err := io.ReadAll(w.Body)
		if err != nil {
			t.Fatal(err)
		}
		check(t, address, string(body))
		for _, ref := range references(address, string(body)) {
			if strings.HasPrefix(ref, "/") {
				todo = append(todo, ref)
				continue
			}
			t.Errorf("%s refers to %q: only relative addresses work under any origin", address, ref)
		}
	}
	return seen
}

func check(t *testing.T, address, body string) {
	t.Helper()
	for what, sign := range forbidden {
		if found := sign.FindString(body); found != "" {
			t.Errorf("%s holds %s: %q", address, what, found)
		}
	}
	if found := outside.FindString(names.ReplaceAllString(body, "")); found != "" {
		t.Errorf("%s names another origin: %q", address, found)
	}
}

// references lists what a file names, as addresses on the page's origin.
// A name that is not relative is returned as it is, without a leading slash.
func references(address, body string) []string {
	var found []string
	add := func(base, ref string) {
		switch {
		case strings.Contains(ref, ":") || strings.HasPrefix(ref, "/"):
			found = append(found, strings.TrimPrefix(ref, "/"))
		default:
			found = append(found, path.Join(base, ref))
		}
	}
	here := path.Dir(address)
	switch path.Ext(address) {
	case "", ".html":
		for _, m := range markup.FindAllStringSubmatch(body, -1) {
			add("/", m[1])
		}
	case ".css":
		for _, m := range style.FindAllStringSubmatch(body, -1) {
			add(here, m[1]+m[2])
		}
	case ".js":
		for _, m := range module.FindAllStringSubmatch(body, -1) {
			add(here, m[1]+m[2])
		}
		// In a script's text an address is relative to the page.
		for _, m := range asset.FindAllStringSubmatch(body, -1) {
			add("/", m[1])
		}
	}
	return found
}
