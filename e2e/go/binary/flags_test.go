package binary_test

import (
	"bytes"
	"database/sql"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nodeline/nodeline/internal/wait"
	"github.com/nodeline/nodeline/schema"
	_ "github.com/nodeline/nodeline/sidecar/store" // the driver "sqlite"
)

// Attachments are fetched by the proxy, links to files begin with the public
// address, and files are kept as long as serve was told.
func TestServesWordsOnFilesAreKept(t *testing.T) {
	var asked atomic.Value
	body := bytes.Repeat([]byte("by proxy "), 500)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Store(r.URL.String())
		_, _ = w.Write(body)
	}))
	t.Cleanup(proxy.Close)
	w := sandboxOnly(t)
	w.flags = []string{"--media-proxy", proxy.URL, "--public-url", "https://files.example/wa/", "--keep-media", "3"}
	w.start()
	w.must("line.create", schema.LineCreateRequest{ID: clinic, Name: "Clinic"}, nil)
	w.link(clinic, w.owner)

	var sent schema.SendMediaResult
	w.must("message.sendMedia", schema.SendMediaRequest{Line: clinic, Key: key(), Chat: w.customer, Attachments: []schema.Attachment{{URL: "http://93.184.216.34/price.txt"}}}, &sent)
	w.question(sent.Messages[0].MessageID)
	if got := w.fileOn(sent.Messages[0].MessageID); !bytes.Equal(got, body) || asked.Load() != "http://93.184.216.34/price.txt" {
		t.Errorf("%d bytes are on the phone, the proxy was asked for %v", len(got), asked.Load())
	}

	res, err := http.Post("http://"+w.sandbox+"/api/phones/"+strings.TrimPrefix(w.customer, "+")+"/files?to="+strings.TrimPrefix(w.owner, "+")+"&name=a.pdf", "application/pdf", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	w.read(res, nil)
	var media *schema.Media
	wait.Until(t, "the customer's file", func() bool {
		var out schema.EventListResult
		w.must("event.list", schema.EventListRequest{Line: clinic, Kinds: []schema.EventKind{schema.EventMessage}}, &out)
		for _, e := range out.Events {
			media = e.Message.Media
		}
		return media != nil
	})
	if !strings.HasPrefix(media.URL, "https://files.example/wa/media/clinic/") {
		t.Errorf("its link is %s", media.URL)
	}
	if kept := w.kept(media.ID); kept < 71*time.Hour || kept > 73*time.Hour {
		t.Errorf("it is kept for %s, want 3 days", kept)
	}
}

// kept is how long a file is kept from the moment it came.
func (w *world) kept(id schema.MediaID) time.Duration {
	w.t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(w.dir, "nodeline.db")+"?mode=ro")
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	var created, until int64
	if err := db.QueryRow("select created, until from media where id = ?", string(id)).Scan(&created, &until); err != nil {
		w.t.Fatal(err)
	}
	return time.Duration(until-created) * time.Millisecond
}
