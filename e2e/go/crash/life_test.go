package crash_test

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/nodeline/nodeline/internal/wait"
	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
	"github.com/nodeline/nodeline/sidecar/deliver"
	"github.com/nodeline/nodeline/sidecar/line"
	"github.com/nodeline/nodeline/sidecar/media"
	"github.com/nodeline/nodeline/sidecar/outward"
	"github.com/nodeline/nodeline/sidecar/sandbox"
	"github.com/nodeline/nodeline/sidecar/store"
)

const (
	clinic = schema.LineID("clinic")
	flows  = schema.HostID("flows")
	hooked = schema.HostID("hooked") // served by the webhook
)

// admin is who the host calls as.
var admin = bridge.Caller{Grant: bridge.Grant{Scope: schema.ScopeAdmin}, Lang: schema.English}

// house is what outlives a life: the files, the line's own phone, the host.
type house struct {
	t       testing.TB
	dir     string
	owner   *sandbox.Phone
	device  int
	host    *host
	outward outward.Policy // lets files be fetched from the host
	refuses bool           // the network, native buttons and polls
	refused refusals
}

// life is one process of the sidecar: every part as cmd/nodeline wires them,
// without rpc.
type life struct {
	*bridge.Bridge
	h        *house
	fate     *fate
	cable    *cable
	store    *store.Store
	sessions *sql.DB
	feeds    *deliver.Feeds
	media    *media.Files
	line     *line.Sessions
	ctx      context.Context // ends with the life
	cancel   context.CancelFunc
	calls    sync.WaitGroup // of the host, in the background
}

// Waits that fit a test in real time.
var (
	bridgeTiming = bridge.Timing{RetryMin: 5 * time.Millisecond, RetryMax: 40 * time.Millisecond, ReceiptWait: 30 * time.Millisecond}
	lineTiming   = line.Timing{RetryMin: 10 * time.Millisecond, RetryMax: 100 * time.Millisecond, Ack: 10 * time.Second, Login: wait.Patience}
)

func newHouse(t testing.TB, hook bool) *house {
	t.Helper()
	h := &house{t: t, dir: t.TempDir(), owner: addPhone(t, "North Clinic"), host: newHost(t)}
	var err error
	if h.outward.Allowed, err = outward.ParseTargets([]string{"127.0.0.1"}); err != nil {
		t.Fatal(err)
	}
	l := h.live(point{})
	defer l.end()
	if _, err := l.LineCreate(l.ctx, admin, schema.LineCreateRequest{ID: clinic, Name: "Clinic"}); err != nil {
		t.Fatal(err)
	}
	h.link(l)
	if hook {
		r := schema.WebhookCreateRequest{Line: clinic, Name: "flows", URL: h.host.server.URL, Host: hooked,
			Events: []schema.EventKind{schema.EventMessage, schema.EventStatus, schema.EventLineState}}
		if _, err := l.WebhookCreate(l.ctx, admin, r); err != nil {
			t.Fatal(err)
		}
	}
	return h
}

// link links the line to the owner's phone and waits until it is connected.
func (h *house) link(l *life) {
	h.t.Helper()
	r := schema.LineLinkRequest{Line: clinic, WaitMs: 20}
	for deadline := time.Now().Add(patience); ; {
		res, err := l.LineLink(l.ctx, admin, r)
		if err != nil {
			h.t.Fatal(err)
		}
		r.Since = res.Seq
		if res.State == schema.LinkCode {
			if h.device, err = h.owner.Link(l.ctx, res.QR); err != nil {
				h.t.Fatal(err)
			}
		}
		if res.State == schema.LinkLinked {
			break
		}
		if time.Now().After(deadline) {
			h.t.Fatalf("linking stands at %s", res.State)
		}
	}
	ctx, cancel := context.WithTimeout(l.ctx, patience)
	defer cancel()
	if err := wait.For(ctx, func() error {
		state, backlog := l.state(), network.Backlog(h.owner.Number(), h.device)
		if state == schema.LineConnected && backlog == 0 {
			return nil
		}
		return fmt.Errorf("the line is %s; of what the phone tells a new device, %d stanzas are not acknowledged", state, backlog)
	}); err != nil {
		h.t.Fatal(err)
	}
}

// live begins a life on the house's files; it ends at target, or with end.
func (h *house) live(target point) *life {
	h.t.Helper()
	l := &life{h: h, cable: newCable(h.t)}
	l.fate = newFate(target, l.cable.cut)
	l.ctx, l.cancel = context.WithCancel(context.Background())
	log := slog.New(slog.DiscardHandler)
	if os.Getenv("CRASH_LOG") != "" {
		log = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	var err error
	if l.store, err = store.Open(h.dir, store.Options{Sandbox: true, Log: log}); err != nil {
		h.t.Fatal(err)
	}
	l.sessions = openSessions(h.t, h.dir, l.fate)
	guarded := doomed{l.store, l.fate}
	h.host.life.Store(l)
	l.feeds = deliver.New(deliver.Config{Store: guarded, Log: log, RetryMin: 10 * time.Millisecond, RetryMax: 100 * time.Millisecond})
	if l.media, err = media.Open(media.Config{Dir: filepath.Join(h.dir, "media"), Policy: h.outward, Log: log}); err != nil {
		h.t.Fatal(err)
	}
	l.Bridge = bridge.New(bridge.Config{Store: guarded, Wake: l.feeds, Courier: l.feeds, Files: shelf{l.media, l.fate}, Log: log, Timing: bridgeTiming,
		Pace: schema.Pace{LineMs: 1, LineBurst: 10_000, RecipientMs: 1, RecipientBurst: 10_000}})
	l.line, err = line.New(l.ctx, line.Config{DB: l.sessions, Inbox: l.Bridge, Timing: lineTiming, Log: log,
		Network: line.Network{Addr: l.cable.addr(), Root: network.Root()}})
	if err != nil && !l.fate.ended() {
		h.t.Fatal(err)
	}
	go func() {
		<-l.fate.over
		l.cancel()
	}()
	if err != nil {
		return l // what waits for a host goes out before the sessions are there
	}
	l.UseSessions(&sender{Sessions: l.line, t: h.t, fate: l.fate, cable: l.cable, refuses: h.refuses, refused: &h.refused})
	if err := l.Start(l.ctx); err != nil && !l.fate.ended() {
		h.t.Fatal(err)
	}
	h.host.attach(l)
	return l
}

// end kills the life, if it was not killed, and clears up what is left of it in
// this process. It reports whether the life had come to its target.
func (l *life) end() (reached bool) {
	reached = l.fate.kill()
	l.cancel()
	l.feeds.Stop()
	l.Stop()
	if l.line != nil {
		l.line.Close()
	}
	l.calls.Wait()
	l.media.Close()
	if err := l.sessions.Close(); err != nil {
		l.h.t.Error(err)
	}
	if err := l.store.Close(); err != nil {
		l.h.t.Error(err)
	}
	return reached
}

func (l *life) state() schema.LineState {
	s, err := l.LineStatus(l.ctx, admin, schema.LineRequest{Line: clinic})
	if err != nil {
		return ""
	}
	return s.State
}
