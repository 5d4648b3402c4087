// Package line_test tries sidecar/line against the sandbox network, with real
// session databases: linking, sending, receiving, and every way a session ends.
package line_test

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nodeline/nodeline/e2e/go/cast"
	"github.com/nodeline/nodeline/internal/wait"
	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
	"github.com/nodeline/nodeline/sidecar/line"
	"github.com/nodeline/nodeline/sidecar/sandbox"
	"github.com/nodeline/nodeline/sidecar/store"
)

// patience is how long a test waits for what must happen.
const patience = wait.Patience

// network is one for all tests: a process trusts one network. Each test has
// phones of its own.
var network *sandbox.Network

func TestMain(m *testing.M) {
	var err error
	config := sandbox.Config{Empty: true}
	if os.Getenv("SANDBOX_LOG") != "" {
		config.Log = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	if network, err = sandbox.Listen(config); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	// A walk takes a tenth of a second and more; -rapid.checks asks for others.
	if err = flag.Set("rapid.checks", "30"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	network.Close()
	if wrong := walked.wrong(); len(wrong) > 0 {
		fmt.Fprintln(os.Stderr, "these tests went ways that docs/states.md does not have:", wrong)
		code = 1
	}
	os.Exit(code)
}

// rig is a sidecar's sessions on a database of their own.
type rig struct {
	*line.Sessions
	t     testing.TB
	dir   string
	inbox *inbox
	heard heard
	stop  func()
}

// timing is short where a test would wait for it. A first login makes 812 keys, which
// takes seconds under the race detector on a machine that is busy.
func timing() line.Timing {
	return line.Timing{RetryMin: 50 * time.Millisecond, RetryMax: 500 * time.Millisecond, Ack: 2 * time.Second, Login: 20 * time.Second}
}

func newRig(t testing.TB, times line.Timing) *rig {
	t.Helper()
	return rigOn(t, t.TempDir(), times)
}

func rigOn(t testing.TB, dir string, times line.Timing) *rig {
	t.Helper()
	return rigOf(t, dir, network.Addr(), times)
}

// rigAt believes that the network is at another address.
func rigAt(t testing.TB, dir, addr string) *rig {
	t.Helper()
	return rigOf(t, dir, addr, timing())
}

func newDB(t testing.TB) *sql.DB {
	t.Helper()
	db, err := store.OpenSessions(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// gate is an address that leads to the network while it is open; else whoever calls
// is hung up on. The address is held all the while: nobody else can get it.
type gate struct {
	addr string
	open atomic.Bool
}

func newGate(t testing.TB) *gate {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	g := &gate{addr: listener.Addr().String()}
	go func() {
		for {
			in, err := listener.Accept()
			if err != nil {
				return
			}
			if !g.open.Load() {
				_ = in.Close()
				continue
			}
			out, err := net.Dial("tcp", network.Addr())
			if err != nil {
				_ = in.Close()
				continue
			}
			go func() { _, _ = io.Copy(out, in); _ = out.Close() }()
			go func() { _, _ = io.Copy(in, out); _ = in.Close() }()
		}
	}()
	return g
}

func rigOf(t testing.TB, dir, addr string, times line.Timing) *rig {
	t.Helper()
	return rigOver(t, dir, addr, times, nil)
}

// rigOver is rigOf with something put over each connection to the session database.
func rigOver(t testing.TB, dir, addr string, times line.Timing, over func(store.Conn) store.Conn) *rig {
	t.Helper()
	db, err := store.OpenSessionsOver(dir, over)
	if err != nil {
		t.Fatal(err)
	}
	level := slog.LevelError + 1
	if os.Getenv("LINE_LOG") != "" {
		level = slog.LevelDebug
	}
	r := &rig{t: t, dir: dir, inbox: newInbox()}
	r.Sessions, err = line.New(t.Context(), line.Config{
		DB: db, Inbox: r.inbox, Timing: times,
		Network: line.Network{Addr: addr, Root: network.Root()},
		Log:     slog.New(ear{slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level}), &r.heard}),
	})
	if err != nil {
		t.Fatal(err)
	}
	var once sync.Once
	r.stop = func() {
		once.Do(func() {
			r.Close()
			_ = db.Close()
		})
	}
	t.Cleanup(func() {
		r.stop()
		network.ClearFaults()
		if unhandled := network.Unhandled(); len(unhandled) > 0 {
			t.Errorf("unhandled stanzas: %v", unhandled)
		}
	})
	return r
}

// phone makes a simulated phone of its own.
func phone(t testing.TB, name string) *sandbox.Phone {
	t.Helper()
	return cast.Phone(t, network, name)
}

// news follows linking until match.
func (r *rig) news(id schema.LineID, what string, match func(bridge.LinkNews) bool) bridge.LinkNews {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), patience)
	defer cancel()
	was := bridge.LinkNews{}
	for since := 0; ; {
		n := r.LinkNews(ctx, id, since)
		if n.Seq == was.Seq+1 && was.State != "" {
			walked.step("Link", string(was.State), string(n.State))
		}
		was = n
		if match(n) {
			return n
		}
		if ctx.Err() != nil {
			r.t.Fatalf("%s did not come; linking stands at %s (%v)", what, n.State, n.Err)
		}
		since = n.Seq
	}
}

func is(state schema.LinkState) func(bridge.LinkNews) bool {
	return func(n bridge.LinkNews) bool { return n.State == state }
}

// code starts a round and returns its first code.
func (r *rig) code(id schema.LineID, restart bool) string {
	r.t.Helper()
	if err := r.Start(id, ""); err != nil {
		r.t.Fatal(err)
	}
	if err := r.Link(id, restart); err != nil {
		r.t.Fatal(err)
	}
	return r.news(id, "a code", is(schema.LinkCode)).QR
}

// scan has a phone scan a code; it returns the device's number.
func scan(t testing.TB, p *sandbox.Phone, code string) int {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	device, err := p.Link(ctx, code)
	if err != nil {
		t.Fatal(err)
	}
	return device
}

// link links a line to a phone, to the point where it is connected.
func (r *rig) link(id schema.LineID, p *sandbox.Phone) (device int, session bridge.Session) {
	r.t.Helper()
	mark := r.inbox.mark()
	device = scan(r.t, p, r.code(id, false))
	session = r.inbox.state(r.t, id, mark, schema.LineConnected)
	linked := r.news(id, "linked", is(schema.LinkLinked))
	if linked.Phone != p.Number() {
		r.t.Fatalf("linked as %q, the phone is %q", linked.Phone, p.Number())
	}
	wait.Until(r.t, "the account's settings", r.heard.done)
	return device, session
}

// pair is a rig with one line linked, and a customer.
func pair(t testing.TB) (r *rig, owner, customer *sandbox.Phone, device int, session bridge.Session) {
	t.Helper()
	r = newRig(t, timing())
	owner, customer = phone(t, "North Clinic"), phone(t, "Анна")
	device, session = r.link(north, owner)
	return r, owner, customer, device, session
}

const north = schema.LineID("north")

var ids struct {
	sync.Mutex
	n int
}

// mint makes a message id in the form that bridge mints.
func mint() schema.MessageID {
	ids.Lock()
	defer ids.Unlock()
	ids.n++
	return schema.MessageID(fmt.Sprintf("3EB0%018X", ids.n))
}

func jidOf(p *sandbox.Phone) string {
	return strings.TrimPrefix(p.Number(), "+") + "@s.whatsapp.net"
}

// outgoing encodes a message to a phone.
func (r *rig) outgoing(to *sandbox.Phone, c bridge.Content) bridge.Outgoing {
	r.t.Helper()
	payload, err := r.Encode(c)
	if err != nil {
		r.t.Fatal(err)
	}
	out := bridge.Outgoing{ID: mint(), To: jidOf(to), Payload: payload, Rendering: c.Rendering}
	r.inbox.mu.Lock()
	r.inbox.sent[out.ID] = recalled{payload, schema.Address{Phone: to.Number(), LID: to.LID(), JID: out.To}}
	r.inbox.mu.Unlock()
	return out
}

func text(body string) bridge.Content { return bridge.Content{Body: body} }

// send sends and expects it to go.
func (r *rig) send(to *sandbox.Phone, c bridge.Content) schema.MessageID {
	r.t.Helper()
	return r.goes(r.outgoing(to, c))
}

// refused sends and expects it not to go, with the error that says why.
func (r *rig) refused(to *sandbox.Phone, c bridge.Content) *bridge.SendError {
	r.t.Helper()
	return r.notSent(r.outgoing(to, c))
}

func (r *rig) notSent(out bridge.Outgoing) *bridge.SendError {
	r.t.Helper()
	_, err := r.Send(r.t.Context(), north, out)
	var failed *bridge.SendError
	if !errors.As(err, &failed) {
		r.t.Fatalf("the send ended with %v, not with a SendError", err)
	}
	return failed
}

// shown waits until a phone has a message.
func shown(t testing.TB, p *sandbox.Phone, what string, match func(sandbox.Message) bool) sandbox.Message {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	m, err := p.Wait(ctx, match)
	if err != nil {
		t.Fatalf("%s is not on the phone: %v", what, err)
	}
	return m
}

func says(body string) func(sandbox.Message) bool {
	return func(m sandbox.Message) bool { return m.Body == body && !m.FromMe }
}

// copies counts the messages with a text that came to a phone from another.
func copies(p, from *sandbox.Phone, body string) (n int) {
	for _, m := range p.Messages(from.Number()) {
		if says(body)(m) {
			n++
		}
	}
	return n
}

func fault(t testing.TB, f sandbox.Fault) {
	t.Helper()
	if _, err := network.AddFault(f); err != nil {
		t.Fatal(err)
	}
}

// faulty encodes a message that a fault is going to strike, and no other: the
// client sends messages of its own too, to its own phone.
func (r *rig) faulty(to *sandbox.Phone, c bridge.Content, f sandbox.Fault) bridge.Outgoing {
	r.t.Helper()
	out := r.outgoing(to, c)
	f.StanzaID, f.Times = string(out.ID), 1
	fault(r.t, f)
	return out
}

// Faults of one sent message.
var (
	lostAck   = sandbox.Fault{Way: sandbox.Down, Tag: "ack", Class: "message", Do: sandbox.FaultDrop}
	cutBefore = sandbox.Fault{Way: sandbox.Up, Tag: "message", Do: sandbox.FaultCutBefore}
	cutAfter  = sandbox.Fault{Way: sandbox.Up, Tag: "message", Do: sandbox.FaultCutAfter}
	garbled   = sandbox.Fault{Way: sandbox.Up, Tag: "message", Do: sandbox.FaultGarble}
)

// goes sends what is expected to go in the end.
func (r *rig) goes(out bridge.Outgoing) schema.MessageID {
	r.t.Helper()
	if _, err := r.Send(r.t.Context(), north, out); err != nil {
		r.t.Fatal(err)
	}
	return out.ID
}
