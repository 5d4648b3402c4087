package media_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
	"github.com/nodeline/nodeline/sidecar/media"
	"github.com/nodeline/nodeline/sidecar/outward"
)

// files opens a folder that may fetch from this machine, or from what is given.
func files(t *testing.T, from ...string) *media.Files {
	t.Helper()
	return open(t, media.Config{Dir: t.TempDir(), Answer: 5 * time.Second, Stall: 5 * time.Second}, from...)
}

func open(t *testing.T, cfg media.Config, from ...string) *media.Files {
	t.Helper()
	allowed, err := outward.ParseTargets(from)
	if err != nil {
		t.Fatal(err)
	}
	cfg.Policy.Allowed, cfg.Policy.Plain, cfg.Log = allowed, true, slog.New(slog.DiscardHandler)
	f, err := media.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	return f
}

func serve(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

func picture(t *testing.T, w, h int) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, image.NewRGBA(image.Rect(0, 0, w, h))); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func wantFile(t *testing.T, err error, code schema.Code) *bridge.FileError {
	t.Helper()
	e, ok := errors.AsType[*bridge.FileError](err)
	if !ok || e.Code != code {
		t.Fatalf("error %v, want %s", err, code)
	}
	return e
}

func TestAFileIsFetchedAndKept(t *testing.T) {
	body := picture(t, 30, 20)
	base := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/pdf") // what is said is not what it is
		w.Header().Set("Content-Length", fmt.Sprint(len(body)))
		_, _ = w.Write(body)
	})
	f := files(t, "127.0.0.1")
	var last bridge.Progress
	got, err := f.Fetch(t.Context(), base+"/a/%D1%84%D0%BE%D1%82%D0%BE?secret=1", schema.AsMedia, func(p bridge.Progress) { last = p })
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(body)
	if got.Sum != hex.EncodeToString(sum[:]) || got.Kind != schema.ContentImage || got.Mime != "image/png" || got.Name != "фото.png" ||
		got.Size != int64(len(body)) || got.Width != 30 || got.Height != 20 || len(got.Thumb) == 0 {
		t.Errorf("%+v", got)
	}
	if want := (bridge.Progress{Kind: schema.ContentImage, Done: int64(len(body)), Total: int64(len(body))}); last != want {
		t.Errorf("progress ended at %+v", last)
	}
	kept, err := f.Open(got.Sum)
	if err != nil {
		t.Fatal(err)
	}
	defer kept.Close()
	if read, err := io.ReadAll(kept); err != nil || !bytes.Equal(read, body) {
		t.Errorf("kept %d bytes, %v", len(read), err)
	}
}

func TestWhatALinkCanGiveInstead(t *testing.T) {
	base := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/page", "/share.pdf":
			w.Header().Set("Content-Type", "application/pdf")
			_, _ = io.WriteString(w, "\n<!DOCTYPE html><html><body>Скачать</body></html>")
		case "/page.html":
			_, _ = io.WriteString(w, "<html></html>")
		case "/attached":
			w.Header().Set("Content-Disposition", `attachment; filename="report.html"`)
			_, _ = io.WriteString(w, "<html></html>")
		case "/empty":
		case "/busy":
			w.WriteHeader(http.StatusServiceUnavailable)
		case "/slow-down":
			w.WriteHeader(http.StatusTooManyRequests)
		case "/huge":
			w.Header().Set("Content-Length", fmt.Sprint(schema.DocumentMaxBytes+1))
			w.WriteHeader(http.StatusOK)
		case "/endless": // says nothing of its size
			w.Header().Set("Content-Type", "image/png")
			_, _ = w.Write(picture(t, 8, 8))
			block := make([]byte, 1<<20)
			for range 8 {
				if _, err := w.Write(block); err != nil {
					return
				}
			}
		case "/cut":
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, "only this")
		default:
			http.NotFound(w, r)
		}
	})
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	f := files(t, "127.0.0.1")
	for _, c := range []struct {
		path   string
		as     schema.SendAs
		code   schema.Code
		status int
		retry  bool
	}{
		{"/page", schema.AsMedia, schema.CodeFileIsPage, 200, false},
		{"/share.pdf", schema.AsDocument, schema.CodeFileIsPage, 200, false},
		{"/page.html", schema.AsDocument, "", 0, false},
		{"/attached", schema.AsDocument, "", 0, false},
		{"/empty", schema.AsMedia, schema.CodeFileEmpty, 200, false},
		{"/missing", schema.AsMedia, schema.CodeFileUnavailable, 404, false},
		{"/busy", schema.AsMedia, schema.CodeFileUnavailable, 503, true},
		{"/slow-down", schema.AsMedia, schema.CodeFileUnavailable, 429, true},
		{"/huge", schema.AsDocument, schema.CodeFileTooLarge, 200, false},
		{"/endless", schema.AsMedia, schema.CodeFileTooLarge, 200, false}, // a picture beyond 5 MB ...
		{"/endless", schema.AsDocument, "", 0, false},                     // ... is a document
		{"/cut", schema.AsMedia, schema.CodeFileUnavailable, 0, true},
	} {
		got, err := f.Fetch(t.Context(), base+c.path, c.as, nil)
		if c.code == "" {
			if err != nil || got.Size == 0 {
				t.Errorf("%s as %s: %+v, %v", c.path, c.as, got, err)
			}
			continue
		}
		if e := wantFile(t, err, c.code); e.Status != c.status || e.Retry != c.retry || e.Host != u.Host {
			t.Errorf("%s as %s: %+v", c.path, c.as, e)
		}
	}
}

func TestNothingIsLeftOfAFileThatDidNotCome(t *testing.T) {
	base := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "9000")
		_, _ = w.Write(make([]byte, 5000))
	})
	dir := t.TempDir()
	f := open(t, media.Config{Dir: dir}, "127.0.0.1")
	_, err := f.Fetch(t.Context(), base, schema.AsDocument, nil)
	wantFile(t, err, schema.CodeFileUnavailable)
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
	// A crash leaves a part; the next start removes it.
	part := filepath.Join(dir, "part-123")
	if err := os.WriteFile(part, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	open(t, media.Config{Dir: dir})
	if _, err := os.Stat(part); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the part is there: %v", err)
	}
}

func TestAHostThatFallsSilentIsGivenUp(t *testing.T) {
	done := make(chan struct{})
	base := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/mute" {
			<-done
			return
		}
		_, _ = w.Write(make([]byte, 5000))
		w.(http.Flusher).Flush()
		<-done
	})
	defer close(done)
	f := open(t, media.Config{Dir: t.TempDir(), Answer: 50 * time.Millisecond, Stall: 50 * time.Millisecond}, "127.0.0.1")
	for _, path := range []string{"/mute", "/stall"} {
		_, err := f.Fetch(t.Context(), base+path, schema.AsDocument, nil)
		if e := wantFile(t, err, schema.CodeFileUnavailable); !e.Retry {
			t.Errorf("%s: %+v", path, e)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := f.Fetch(ctx, base+"/mute", schema.AsDocument, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("a call that was given up: %v", err)
	}
}

func TestRedirectsAreFollowedSoFar(t *testing.T) {
	base := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/3":
			http.Redirect(w, r, "/2", http.StatusFound)
		case "/2":
			http.Redirect(w, r, "/file.txt", http.StatusTemporaryRedirect)
		case "/round":
			http.Redirect(w, r, "/round", http.StatusFound)
		case "/inner":
			http.Redirect(w, r, "http://10.0.0.1/", http.StatusFound)
		case "/meta":
			http.Redirect(w, r, "http://169.254.169.254/latest", http.StatusFound)
		case "/disk":
			http.Redirect(w, r, "file:///etc/passwd", http.StatusFound)
		default:
			_, _ = io.WriteString(w, "text")
		}
	})
	f := files(t, "127.0.0.1")
	if got, err := f.Fetch(t.Context(), base+"/3", schema.AsMedia, nil); err != nil || got.Name != "file.txt" {
		t.Errorf("%+v, %v", got, err)
	}
	_, err := f.Fetch(t.Context(), base+"/round", schema.AsMedia, nil)
	if e := wantFile(t, err, schema.CodeFileUnavailable); e.Trouble != schema.FileRedirects || e.Host != strings.TrimPrefix(base, "http://") {
		t.Errorf("%+v", e)
	}
	// Who is named is the one that it ended at.
	for path, host := range map[string]string{"/inner": "10.0.0.1", "/meta": "169.254.169.254", "/disk": ""} {
		_, err := f.Fetch(t.Context(), base+path, schema.AsMedia, nil)
		if e := wantFile(t, err, schema.CodeFileRefused); e.Host != host {
			t.Errorf("%s: %+v", path, e)
		}
	}
}

func TestAddressesThatAreNotFetchedFrom(t *testing.T) {
	f := files(t)
	for _, link := range []string{
		"http://127.0.0.1/", "http://localhost/", "http://[::1]/", "http://10.0.0.1/", "http://192.168.0.1/", "http://172.16.5.5/",
		"http://169.254.169.254/latest/meta-data", "http://100.64.0.1/", "http://0.0.0.0/", "http://[fe80::1]/", "http://[fd00::1]/",
		"http://[::ffff:127.0.0.1]/", "http://[::ffff:169.254.169.254]/", "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/",
		"http://[::127.0.0.1]/", "http://224.0.0.1/", "ftp://93.184.216.34/", "file:///etc/passwd", "http://",
	} {
		_, err := f.Fetch(t.Context(), link, schema.AsMedia, nil)
		if e, ok := errors.AsType[*bridge.FileError](err); !ok || e.Code != schema.CodeFileRefused {
			t.Errorf("%s: %v", link, err)
		}
	}
}

// answers has every lookup of the test answered by a DNS server of its own; the
// n-th lookup of a name gets its n-th address, and the last one ever after.
func answers(t *testing.T, table map[string][][4]byte) {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	before := net.DefaultResolver
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
	t.Cleanup(func() {
		net.DefaultResolver = before
		conn.Close()
	})
	go func() {
		buf := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(buf[:n]) != nil || len(m.Questions) != 1 {
				continue
			}
			q := m.Questions[0]
			m.Response, m.Additionals = true, nil
			if addrs := table[q.Name.String()]; len(addrs) > 0 && q.Type == dnsmessage.TypeA {
				m.Answers = []dnsmessage.Resource{{Header: dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class, TTL: 0}, Body: &dnsmessage.AResource{A: addrs[0]}}}
				if len(addrs) > 1 {
					table[q.Name.String()] = addrs[1:]
				}
			}
			if _, known := table[q.Name.String()]; !known {
				m.RCode = dnsmessage.RCodeNameError
			}
			if out, err := m.Pack(); err == nil {
				_, _ = conn.WriteTo(out, from)
			}
		}
	}()
}

// A name that leads to a public address when it is looked at, and to this machine
// when it is connected to, reaches nothing: the address is judged as it is dialled.
func TestANameThatChangesReachesNothing(t *testing.T) {
	reached := false
	base := serve(t, func(http.ResponseWriter, *http.Request) { reached = true })
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(base, "http://"))
	home, outside := [4]byte{127, 0, 0, 1}, [4]byte{203, 0, 113, 1}
	answers(t, map[string][][4]byte{"rebound.example.": {outside, home}, "home.example.": {home}, "named.example.": {home}})
	f := files(t, "named.example")
	if f.Refuses("http://home.example/") != nil {
		t.Error("a name is refused by its text")
	}
	for _, name := range []string{"rebound.example", "home.example"} {
		for range 2 {
			_, err := f.Fetch(t.Context(), "http://"+name+":"+port+"/", schema.AsMedia, nil)
			wantFile(t, err, schema.CodeFileRefused)
		}
	}
	if reached {
		t.Fatal("this machine was reached")
	}
	// The operator's word for a name holds wherever it leads.
	_, err := f.Fetch(t.Context(), "http://named.example:"+port+"/", schema.AsMedia, nil)
	wantFile(t, err, schema.CodeFileEmpty)
	e := wantFile(t, errOf(f.Fetch(t.Context(), "http://nowhere.example/x", schema.AsMedia, nil)), schema.CodeFileUnavailable)
	if e.Host != "nowhere.example" || e.Retry || e.Trouble != schema.FileNoHost {
		t.Errorf("%+v", e)
	}
	moved := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://nowhere.example/x", http.StatusFound)
	})
	_, port, _ = net.SplitHostPort(strings.TrimPrefix(moved, "http://"))
	e = wantFile(t, errOf(f.Fetch(t.Context(), "http://named.example:"+port+"/", schema.AsMedia, nil)), schema.CodeFileUnavailable)
	if e.Host != "nowhere.example" || e.Trouble != schema.FileNoHost {
		t.Errorf("behind a redirect: %+v", e)
	}
}

func TestACertificateThatNobodyVouchesFor(t *testing.T) {
	s := httptest.NewUnstartedServer(http.NotFoundHandler())
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	e := wantFile(t, errOf(files(t, "127.0.0.1").Fetch(t.Context(), s.URL+"/x", schema.AsMedia, nil)), schema.CodeFileUnavailable)
	if e.Trouble != schema.FileCertificate || e.Retry || e.Host != strings.TrimPrefix(s.URL, "https://") {
		t.Errorf("%+v", e)
	}
}

func errOf(_ bridge.File, err error) error { return err }

// With a proxy the addresses are judged before it is asked.
func TestAProxyCarriesWhatMayBeFetched(t *testing.T) {
	var asked []string
	proxy := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodConnect {
			asked = append(asked, "CONNECT "+r.Host)
			w.WriteHeader(http.StatusForbidden) // it lets nobody through to 443
			return
		}
		asked = append(asked, r.URL.String())
		_, _ = io.WriteString(w, "by proxy")
	})
	answers(t, map[string][][4]byte{"inner.example.": {{10, 0, 0, 1}}, "outer.example.": {{93, 184, 216, 34}}})
	at, err := url.Parse(proxy)
	if err != nil {
		t.Fatal(err)
	}
	f := open(t, media.Config{Dir: t.TempDir(), Policy: outward.Policy{Proxy: at}})
	if got, err := f.Fetch(t.Context(), "http://outer.example/a.txt", schema.AsMedia, nil); err != nil || got.Size != 8 {
		t.Errorf("%+v, %v", got, err)
	}
	wantFile(t, errOf(f.Fetch(t.Context(), "https://outer.example/a.txt", schema.AsMedia, nil)), schema.CodeFileUnavailable)
	for _, link := range []string{"http://inner.example/", "https://inner.example/", "http://10.0.0.1/", "https://10.0.0.1/", "http://169.254.169.254/"} {
		wantFile(t, errOf(f.Fetch(t.Context(), link, schema.AsMedia, nil)), schema.CodeFileRefused)
	}
	if !slices.Equal(asked, []string{"http://outer.example/a.txt", "CONNECT outer.example:443"}) {
		t.Errorf("the proxy was asked for %v", asked)
	}
}
