package bridge_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// link takes a file's link apart.
func linkOf(t testing.TB, m schema.Media) (until int64, sig string) {
	t.Helper()
	req := httptest.NewRequest(http.MethodGet, m.URL, nil)
	if !strings.HasPrefix(m.URL, "http://sidecar.test/media/"+string(theLine)+"/"+string(m.ID)+"?") {
		t.Errorf("link %s", m.URL)
	}
	if _, err := fmt.Sscan(req.URL.Query().Get("until"), &until); err != nil {
		t.Fatal(err)
	}
	return until, req.URL.Query().Get("sig")
}

func TestAReceivedFileIsFetchedWhenItIsAskedFor(t *testing.T) {
	r := linkedRig(t, quick)
	r.net.remote = map[string]string{"r1": "%PDF-1.7 от клиента"}
	r.says(anna, "Вот справка", func(in *bridge.Incoming) {
		in.Kind, in.Remote = schema.ContentDocument, []byte("r1")
		in.File = &bridge.File{Kind: schema.ContentDocument, Mime: "application/pdf", Name: "Справка.pdf", Size: 20}
	})
	got := r.events(schema.EventMessage)[0].Message
	if got.Kind != schema.ContentDocument || got.Text != "Вот справка" || got.Media == nil || got.Media.Name != "Справка.pdf" || got.Media.Mime != "application/pdf" {
		t.Fatalf("%+v", got)
	}
	open := func(until int64, sig string) (string, error) {
		_, file, err := r.MediaOpen(t.Context(), schema.English, theLine, got.Media.ID, until, sig)
		if err != nil {
			return "", err
		}
		defer file.Close()
		body, err := io.ReadAll(file)
		return string(body), err
	}
	until, sig := linkOf(t, *got.Media)
	for range 2 {
		if body, err := open(until, sig); err != nil || body != "%PDF-1.7 от клиента" {
			t.Fatalf("%q, %v", body, err)
		}
	}
	if r.net.downloads != 1 {
		t.Errorf("%d downloads", r.net.downloads)
	}
	for _, bad := range []struct {
		until int64
		sig   string
	}{{until + 1, sig}, {until, sig + "x"}, {until, ""}, {0, sig}} {
		_, err := open(bad.until, bad.sig)
		wantCode(t, err, schema.CodeMediaLink)
	}
	// What came can be sent on by its id.
	if sent := r.sendMedia("k1", "", schema.Attachment{MediaID: got.Media.ID}); sent.Status != schema.StatusSent {
		t.Errorf("%+v", sent)
	}
	fresh, err := r.MediaGet(t.Context(), admin, schema.MediaGetRequest{Line: theLine, MediaID: got.Media.ID})
	if err != nil || fresh.Name != "Справка.pdf" || fresh.URL == "" {
		t.Errorf("%+v, %v", fresh, err)
	}
	_, err = r.MediaGet(t.Context(), admin, schema.MediaGetRequest{Line: theLine, MediaID: "med_none"})
	wantCode(t, err, schema.CodeMediaNotFound)
}

func TestAFileThatWhatsAppHasNoMore(t *testing.T) {
	r := linkedRig(t, quick)
	r.says(anna, "", func(in *bridge.Incoming) {
		in.Kind, in.Remote, in.File = schema.ContentImage, []byte("lost"), &bridge.File{Kind: schema.ContentImage, Mime: "image/jpeg"}
	})
	media := r.events(schema.EventMessage)[0].Message.Media
	until, sig := linkOf(t, *media)
	_, _, err := r.MediaOpen(t.Context(), schema.Russian, theLine, media.ID, until, sig)
	wantCode(t, err, schema.CodeMediaGone)
}

func TestLinksAndFilesEnd(t *testing.T) {
	net := newNetwork()
	now := time.Now()
	net.now = func() time.Time {
		net.mu.Lock()
		defer net.mu.Unlock()
		return now
	}
	later := func(d time.Duration) { net.set(func(*network) { now = now.Add(d) }) }
	r := startRig(t, t.TempDir(), net, bridge.Timing{KeepMedia: 48 * time.Hour, Forget: 5 * time.Millisecond})
	if _, err := r.LineCreate(r.ctx(), admin, schema.LineCreateRequest{ID: theLine, Name: "Clinic", Region: "RU"}); err != nil {
		t.Fatal(err)
	}
	net.linked(theLine)
	kept, err := r.MediaUpload(t.Context(), admin, theLine, "a.txt", "", strings.NewReader("abc"))
	if err != nil {
		t.Fatal(err)
	}
	until, sig := linkOf(t, kept.Media)
	later(25 * time.Hour)
	_, _, err = r.MediaOpen(t.Context(), schema.English, theLine, kept.ID, until, sig)
	wantCode(t, err, schema.CodeMediaLink)
	fresh, err := r.MediaGet(t.Context(), admin, schema.MediaGetRequest{Line: theLine, MediaID: kept.ID})
	if err != nil {
		t.Fatal(err)
	}
	if end := now.Add(23 * time.Hour); fresh.URLExpiresAt.After(end) {
		t.Errorf("the link works until %v, the file is kept until %v", fresh.URLExpiresAt, end)
	}
	later(24 * time.Hour)
	eventually(t, "the file forgotten and swept", func() bool {
		entries, err := os.ReadDir(net.kept)
		if err != nil {
			t.Fatal(err)
		}
		left := 0
		for _, e := range entries {
			inner, err := os.ReadDir(net.kept + "/" + e.Name())
			if err != nil {
				t.Fatal(err)
			}
			left += len(inner)
		}
		return left == 0
	})
	_, err = r.MediaGet(t.Context(), admin, schema.MediaGetRequest{Line: theLine, MediaID: kept.ID})
	wantCode(t, err, schema.CodeMediaNotFound)
}

// As after a restore, whose backup holds no files.
func TestAFileThatWasLostIsFetchedAgain(t *testing.T) {
	r, from := linkedRig(t, brisk), newSource(t)
	r.net.report(theLine, schema.LineReconnecting, "acc:1")
	r.sendMedia("k1", "", links(from.url+"/a.pdf")...)
	if err := os.RemoveAll(r.net.kept); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(r.net.kept, 0o700); err != nil {
		t.Fatal(err)
	}
	r.net.linked(theLine)
	r.isSent("k1")
	if n := from.times("/a.pdf"); n != 2 {
		t.Errorf("asked %d times", n)
	}
}
