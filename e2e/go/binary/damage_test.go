package binary_test

import (
	"bytes"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nodeline/nodeline/internal/wait"
	"github.com/nodeline/nodeline/schema"
)

// Pages turn bad under a sidecar that runs: calls say so, and so do the health
// check and the status; the next start refuses, and a restored backup works.
func TestDamageWhileRunning(t *testing.T) {
	w := linked(t)
	w.text("before", "sent before")
	w.shown("sent before")
	backup := w.backup()
	// The next life has nothing in its memory, and nothing in SQLite's log.
	if err := w.serve.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	<-w.serve.done
	w.start()
	w.connected(clinic)
	path := filepath.Join(w.dir, "nodeline.db")
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	info, err := file.Stat()
	if err == nil {
		_, err = file.WriteAt(bytes.Repeat([]byte{0xa5}, int(info.Size())-4096), 4096)
	}
	if err := errors.Join(err, file.Close()); err != nil {
		t.Fatal(err)
	}
	var e *rpcError
	wait.Until(t, "an error that says so", func() bool {
		err := w.call("message.sendText", schema.SendTextRequest{Line: clinic, Key: key(), Chat: w.customer, Text: "lost"}, nil)
		return errors.As(err, &e) && e.Data.Code == schema.CodeStorageDamaged
	})
	if !strings.Contains(e.Data.Hint, "nodeline restore") || e.Data.Retry {
		t.Errorf("the error is %+v", e.Data)
	}
	var h health
	if code := w.get("/healthz", &h); code != http.StatusServiceUnavailable || h.Storage != "damaged" {
		t.Errorf("health: %d %+v", code, h)
	}
	if code := w.get("/status.json", &h); code != http.StatusOK || h.Storage != "damaged" {
		t.Errorf("status: %d %+v", code, h)
	}
	w.serve.kill()
	if _, said, code := command(t, "serve", "--listen", w.sidecar, "--data", w.dir, "--sandbox", w.sandbox); code != 3 || !strings.Contains(said, "nodeline restore") {
		t.Errorf("the next start: %d %s", code, said)
	}
	w.restore(backup)
	w.start()
	w.connected(clinic)
	w.must("line.resume", schema.LineRequest{Line: clinic}, nil)
	w.text("after", "sent after")
	if n := w.shown("sent after"); n != 1 {
		t.Errorf("it is shown %d times", n)
	}
}
