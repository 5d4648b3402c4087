package binary_test

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nodeline/nodeline/internal/wait"
	"github.com/nodeline/nodeline/schema"
)

// world is a sandbox, a sidecar on it with one linked line, and a customer.
type world struct {
	t               testing.TB
	sandbox         string // address
	sidecar         string
	dir             string
	admin           string // token
	serve           *process
	owner, customer string
	flags           []string // more of the sidecar's
	within          []string // command that runs the sidecar; none: it is run as it is
	root            string   // where the sidecar's files are for this process; "" : where they are
}

const (
	ownerPhone    = "+79000000001"
	customerPhone = "+79123456789"
	clinic        = schema.LineID("clinic")
)

func newWorld(t testing.TB) *world {
	t.Helper()
	w := sandboxOnly(t)
	w.start()
	return w
}

// sandboxOnly is a world whose sidecar does not run yet.
func sandboxOnly(t testing.TB) *world {
	t.Helper()
	w := &world{t: t, sandbox: freeAddr(t), sidecar: freeAddr(t), dir: filepath.Join(t.TempDir(), "data"), owner: ownerPhone, customer: customerPhone}
	run(t, "sandbox", "--listen", w.sandbox)
	wait.Until(t, "the sandbox's start", func() bool { return answers("http://" + w.sandbox + "/trust") })
	t.Cleanup(func() {
		var stats struct {
			Unhandled map[string]int `json:"unhandled"`
		}
		w.phoneGet("/api/stats", &stats)
		if len(stats.Unhandled) > 0 {
			t.Errorf("unhandled stanzas: %v", stats.Unhandled)
		}
	})
	return w
}

func answers(url string) bool {
	res, err := http.Get(url)
	if err != nil {
		return false
	}
	defer func() { _ = res.Body.Close() }()
	return res.StatusCode == http.StatusOK
}

// start runs the sidecar on its data directory.
func (w *world) start() {
	w.t.Helper()
	command := slices.Concat(w.within, []string{binary, "serve", "--listen", w.sidecar, "--data", w.dir, "--sandbox", w.sandbox}, w.flags)
	w.serve = runCommand(w.t, exec.Command(command[0], command[1:]...), "serve")
	wait.Until(w.t, "the sidecar's start", func() bool { return answers("http://" + w.sidecar + "/healthz") })
	if w.admin == "" {
		token, err := os.ReadFile(filepath.Join(w.root, w.dir, "admin-token"))
		if err != nil {
			w.t.Fatal(err)
		}
		w.admin = strings.TrimSpace(string(token))
	}
}

// linked is a world whose line is linked to the owner's phone.
func linked(t testing.TB) *world {
	t.Helper()
	w := newWorld(t)
	w.must("line.create", schema.LineCreateRequest{ID: clinic, Name: "Clinic"}, nil)
	w.link(clinic, w.owner)
	return w
}

// link scans the line's code with a phone, and returns the line's token.
func (w *world) link(id schema.LineID, phone string) string {
	w.t.Helper()
	var news schema.LineLinkResult
	scanned := false
	for end := time.Now().Add(patience); news.State != schema.LinkLinked; {
		if time.Now().After(end) {
			w.t.Fatalf("linking stands at %+v", news)
		}
		w.must("line.link", schema.LineLinkRequest{Line: id, Since: news.Seq, WaitMs: 2000}, &news)
		if news.State == schema.LinkCode && !scanned {
			scanned = true
			w.phonePost(phone, "/link", map[string]string{"qr": news.QR}, nil)
		}
	}
	w.connected(id)
	return news.Token
}

func (w *world) connected(id schema.LineID) {
	w.t.Helper()
	wait.Until(w.t, "the connection", func() bool {
		var line schema.Line
		w.must("line.status", schema.LineRequest{Line: id}, &line)
		return line.State == schema.LineConnected
	})
}
