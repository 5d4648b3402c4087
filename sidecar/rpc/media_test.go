package rpc_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/rpc"
)

// upload posts a file with a token.
func (w *world) upload(token, query, body string, change ...func(*http.Request)) (*http.Response, string) {
	w.t.Helper()
	req, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, "http://"+w.addr+"/media?"+query, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+w.token(token))
	}
	for _, fn := range change {
		fn(req)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return resp, string(text)
}

func TestUploads(t *testing.T) {
	w := start(t)
	close(w.api.door)
	for _, c := range []struct {
		name, token, query string
		status             int
	}{
		{"admin", "admin", "line=demo", http.StatusCreated},
		{"the line's own", "line", "line=demo", http.StatusCreated},
		{"another line's", "line", "line=other", http.StatusForbidden},
		{"one that reads", "read", "line=demo", http.StatusForbidden},
		{"none", "", "line=demo", http.StatusUnauthorized},
		{"no line", "admin", "", http.StatusNotFound},
	} {
		if resp, text := w.upload(c.token, c.query, "%PDF-1.7"); resp.StatusCode != c.status {
			t.Errorf("%s: %s %s", c.name, resp.Status, text)
		}
	}
	resp, text := w.upload("line", "line=demo&name="+url.QueryEscape("Счёт.pdf"), "%PDF-1.7 bytes")
	var kept schema.MediaGetResult
	if err := json.Unmarshal([]byte(text), &kept); err != nil || resp.StatusCode != http.StatusCreated {
		t.Fatalf("%s %s %v", resp.Status, text, err)
	}
	if kept.Name != "Счёт.pdf" || kept.Mime != "application/pdf" || kept.Size != 14 || kept.Kind != schema.ContentDocument || !kept.Sandbox || kept.URL == "" {
		t.Errorf("%+v", kept)
	}
	_, text = w.upload("line", "line=demo", "%PDF-1.7", func(r *http.Request) {
		r.Header.Set("Content-Disposition", `attachment; filename*=UTF-8''%D0%90.pdf`)
	})
	if err := json.Unmarshal([]byte(text), &kept); err != nil || kept.Name != "А.pdf" {
		t.Errorf("%s %v", text, err)
	}
	if resp, text := w.upload("line", "line=demo", ""); resp.StatusCode != http.StatusBadRequest || !strings.Contains(text, string(schema.CodeFileEmpty)) {
		t.Errorf("nothing: %s %s", resp.Status, text)
	}
	// What says that it is too large is not read.
	resp, text = w.upload("line", "line=demo", "x", func(r *http.Request) {
		r.ContentLength, r.Body = schema.DocumentMaxBytes+1, io.NopCloser(io.MultiReader(strings.NewReader("x"), neverEnds{r.Context().Done()}))
		r.Header.Set("Expect", "100-continue")
	})
	if resp.StatusCode != http.StatusRequestEntityTooLarge || !strings.Contains(text, string(schema.CodeFileTooLarge)) {
		t.Errorf("too large: %s %s", resp.Status, text)
	}
}

// A token uploads as fast as it calls, and few files at a time; others do not wait for it.
func TestUploadsAreBoundedPerToken(t *testing.T) {
	w := start(t)
	limited := func(token string) {
		t.Helper()
		if resp, text := w.upload(token, "line=demo", "%PDF-1.7"); resp.StatusCode != http.StatusTooManyRequests || !strings.Contains(text, string(schema.CodeRateLimited)) {
			t.Errorf("%s %s", resp.Status, text)
		}
	}
	var open sync.WaitGroup
	hold := func(token string) {
		open.Go(func() {
			if resp, text := w.upload(token, "line=demo", "%PDF-1.7"); resp.StatusCode != http.StatusCreated {
				t.Errorf("%s %s", resp.Status, text)
			}
		})
		<-w.api.began
	}
	for range 4 {
		hold("line")
	}
	limited("line")
	hold("admin")
	close(w.api.door)
	open.Wait()
	hold("line")
	open.Wait()

	w = start(t, func(o *rpc.Options) { o.Rate, o.Burst = 0.001, 2 })
	close(w.api.door)
	for range 2 {
		hold("line")
		open.Wait()
	}
	limited("line")
	hold("admin")
	open.Wait()
}

// neverEnds gives nothing until it is over.
type neverEnds struct{ over <-chan struct{} }

func (n neverEnds) Read([]byte) (int, error) {
	<-n.over
	return 0, io.EOF
}

func TestAFilesLinkIsEnough(t *testing.T) {
	w := start(t)
	close(w.api.door)
	_, text := w.upload("line", "line=demo&name=a.html", "<html><script>alert(1)</script></html>")
	var kept schema.MediaGetResult
	if err := json.Unmarshal([]byte(text), &kept); err != nil {
		t.Fatal(err)
	}
	get := func(link string) (*http.Response, string) {
		t.Helper()
		resp, err := http.Get("http://" + w.addr + link)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp, string(body)
	}
	resp, body := get(kept.URL)
	if resp.StatusCode != http.StatusOK || body != "<html><script>alert(1)</script></html>" {
		t.Fatalf("%s %s", resp.Status, body)
	}
	// A customer's page does not run as one of the sidecar's.
	for name, want := range map[string]string{"Content-Security-Policy": "sandbox; default-src 'none'", "X-Content-Type-Options": "nosniff", "Content-Disposition": "attachment; filename=a.html"} {
		if got := resp.Header.Get(name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
	for _, bad := range []string{strings.Replace(kept.URL, "sig=", "sig=A", 1), strings.Replace(kept.URL, "until=", "until=9", 1), strings.Split(kept.URL, "?")[0]} {
		if resp, body := get(bad); resp.StatusCode != http.StatusForbidden || !strings.Contains(body, string(schema.CodeMediaLink)) {
			t.Errorf("%s: %s %s", bad, resp.Status, body)
		}
	}
}
