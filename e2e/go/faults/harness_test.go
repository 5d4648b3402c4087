// Package faults_test puts each preset of the sandbox in force under a sidecar
// that works, and judges by what its user is told and by what the customer's
// phone shows: the real bridge, store and deliveries, unmodified whatsmeow.
package faults_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nodeline/nodeline/e2e/go/cast"
	"github.com/nodeline/nodeline/internal/wait"
	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
	"github.com/nodeline/nodeline/sidecar/deliver"
	"github.com/nodeline/nodeline/sidecar/line"
	"github.com/nodeline/nodeline/sidecar/sandbox"
	"github.com/nodeline/nodeline/sidecar/store"
)

// patience is how long a test waits for what must happen.
const patience = 30 * time.Second

// seed is one whose dice strike within four messages: see TestAConversationUnderTrouble.
const seed = 1

const (
	north = schema.LineID("north")
	host  = schema.HostID("flows")
)

// Who calls, in both languages.
var (
	english = bridge.Caller{Grant: bridge.Grant{Scope: schema.ScopeAdmin}, Lang: schema.English}
	russian = bridge.Caller{Grant: bridge.Grant{Scope: schema.ScopeAdmin}, Lang: schema.Russian}
)

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
	code := m.Run()
	network.Close()
	os.Exit(code)
}

// world is a sidecar with one line, the phone that it is linked to and a customer.
type world struct {
	t               testing.TB
	owner, customer *sandbox.Phone
	device          int
	*bridge.Bridge
	keys atomic.Int64
}

// newWorld starts a sidecar on empty files, with waits that fit a test. A first try
// is waited for far longer than a word from WhatsApp that does not come: what is
// before the word takes its time on a busy machine. So does a first login, of 812 keys.
func newWorld(t testing.TB) *world {
	t.Helper()
	level := slog.LevelError + 1
	if os.Getenv("SIDECAR_LOG") != "" {
		level = slog.LevelDebug
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level}))
	dir := t.TempDir()
	db, err := store.Open(dir, store.Options{Sandbox: true, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	sessions, err := store.OpenSessions(dir)
	if err != nil {
		t.Fatal(err)
	}
	// The dice of a test's faults do not depend on the tests before it.
	network.SetSeed(seed)
	w := &world{t: t, owner: phone(t, "North Clinic"), customer: phone(t, "Анна")}
	feeds := deliver.New(deliver.Config{Store: db, Log: log})
	w.Bridge = bridge.New(bridge.Config{Store: db, Grants: db, Wake: feeds, Log: log, Timing: bridge.Timing{
		RetryMin: 50 * time.Millisecond, RetryMax: 500 * time.Millisecond, ReceiptWait: 500 * time.Millisecond, FirstTry: 5 * time.Second,
	}})
	lines, err := line.New(t.Context(), line.Config{DB: sessions, Inbox: w.Bridge, Log: log, Network: line.Network{Addr: network.Addr(), Root: network.Root()},
		Timing: line.Timing{RetryMin: 50 * time.Millisecond, RetryMax: 500 * time.Millisecond, Ack: time.Second, Probe: time.Second, Login: 20 * time.Second}})
	if err != nil {
		t.Fatal(err)
	}
	w.UseSessions(lines)
	if err := w.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		w.Stop()
		lines.Close()
		feeds.Stop()
		if err := errors.Join(db.Close(), sessions.Close()); err != nil {
			t.Error(err)
		}
		network.ClearFaults()
		if unhandled := network.Unhandled(); len(unhandled) > 0 {
			t.Errorf("unhandled stanzas: %v", unhandled)
		}
	})
	if _, err := w.LineCreate(t.Context(), english, schema.LineCreateRequest{ID: north, Name: "North", Region: "RU"}); err != nil {
		t.Fatal(err)
	}
	return w
}

// linked is a world whose line is linked and connected.
func linked(t testing.TB) *world {
	t.Helper()
	w := newWorld(t)
	w.link()
	return w
}

// phone makes a simulated phone of its own.
func phone(t testing.TB, name string) *sandbox.Phone {
	t.Helper()
	return cast.Phone(t, network, name)
}

// follow follows linking until match; restart asks for a new round first.
func (w *world) follow(what string, restart bool, match func(schema.LineLinkResult) bool) schema.LineLinkResult {
	w.t.Helper()
	deadline := time.Now().Add(patience)
	for request := (schema.LineLinkRequest{Line: north, Restart: restart}); ; {
		got, err := w.LineLink(w.t.Context(), english, request)
		if err != nil {
			w.t.Fatal(err)
		}
		if match(got) {
			return got
		}
		if time.Now().After(deadline) {
			w.t.Fatalf("%s did not come; linking stands at %s (%v)", what, got.State, got.Error)
		}
		request.Restart, request.Since, request.WaitMs = false, got.Seq, 1000
	}
}

// code gives a QR code that the line shows.
func (w *world) code(restart bool) string {
	w.t.Helper()
	return w.follow("a code", restart, func(r schema.LineLinkResult) bool { return r.State == schema.LinkCode }).QR
}

func (w *world) link() {
	w.t.Helper()
	code := w.code(true)
	ctx, cancel := context.WithTimeout(w.t.Context(), patience)
	defer cancel()
	var err error
	if w.device, err = w.owner.Link(ctx, code); err != nil {
		w.t.Fatal(err)
	}
	w.state(schema.LineConnected)
}

// state waits until the line is in a state.
func (w *world) state(want schema.LineState) schema.Line {
	w.t.Helper()
	return w.standing("state "+string(want), func(l schema.Line) bool { return l.State == want })
}

// standing waits until the line is as match says.
func (w *world) standing(what string, match func(schema.Line) bool) schema.Line {
	w.t.Helper()
	var last schema.Line
	wait.Until(w.t, what, func() bool {
		last = w.line(english)
		return match(last)
	})
	return last
}

func (w *world) line(c bridge.Caller) schema.Line {
	w.t.Helper()
	l, err := w.LineStatus(w.t.Context(), c, schema.LineRequest{Line: north})
	if err != nil {
		w.t.Fatal(err)
	}
	return l
}

// preset puts a preset in force for the owner's account.
func (w *world) preset(name string) { w.t.Helper(); w.presetOf(sandbox.Fault{Preset: name}) }

func (w *world) presetOf(how sandbox.Fault) {
	w.t.Helper()
	if how.Phone == "" {
		how.Phone = w.owner.Number()
	}
	if _, err := network.AddPreset(how); err != nil {
		w.t.Fatal(err)
	}
}

// struck waits until a fault has struck.
func (w *world) struck() {
	w.t.Helper()
	wait.Until(w.t, "a strike", func() bool {
		for _, f := range network.Faults() {
			if f.Hits > 0 {
				return true
			}
		}
		return false
	})
}

func (w *world) key() schema.Key { return schema.Key(fmt.Sprintf("key-%d", w.keys.Add(1))) }

// send sends a text and returns its key and what the caller is told.
func (w *world) send(text string) (schema.Key, schema.SendResult, *schema.Error) {
	w.t.Helper()
	key := w.key()
	result, err := w.SendText(w.t.Context(), english, schema.SendTextRequest{Line: north, Key: key, Chat: w.customer.Number(), Text: text})
	if err == nil {
		return key, result, result.Error
	}
	var known *schema.Error
	if !errors.As(err, &known) {
		w.t.Fatalf("an error without a code: %v", err)
	}
	return key, result, known
}

func (w *world) message(key schema.Key) schema.SendResult {
	w.t.Helper()
	m, err := w.MessageGet(w.t.Context(), english, schema.MessageGetRequest{Line: north, Key: key})
	if err != nil {
		w.t.Fatal(err)
	}
	return m
}

// becomes waits until a message has a status.
func (w *world) becomes(key schema.Key, want schema.MessageStatus) schema.SendResult {
	w.t.Helper()
	var m schema.SendResult
	wait.Until(w.t, fmt.Sprintf("%s %s", key, want), func() bool {
		m = w.message(key)
		return m.Status == want
	})
	return m
}

// ask asks the customer; the host is told of the outcome.
func (w *world) ask(body string, rendering schema.Rendering) schema.Ask {
	w.t.Helper()
	a, err := w.Ask(w.t.Context(), english, schema.AskRequest{Line: north, ID: w.key(), Chat: w.customer.Number(), Body: body, Rendering: rendering,
		Buttons: []schema.Button{{ID: "yes", Text: "Да"}, {ID: "no", Text: "Нет"}}, DeadlineSeconds: 600, Reply: &schema.Reply{Host: host}})
	if err != nil {
		w.t.Fatal(err)
	}
	return a
}

// outcomes are the host's deliveries of an ask.
func (w *world) outcomes(id schema.Key) (out []schema.Outcome) {
	w.t.Helper()
	list, err := w.DeliveryList(w.t.Context(), english, schema.DeliveryListRequest{Line: north, Host: host, Count: 200})
	if err != nil {
		w.t.Fatal(err)
	}
	for _, d := range list.Deliveries {
		if d.Ask.ID == id {
			out = append(out, *d.Ask.Outcome)
		}
	}
	return out
}

// answered waits for an ask's outcome, which must be the one with the button.
func (w *world) answered(id schema.Key, button string) {
	w.t.Helper()
	wait.Until(w.t, "the outcome of "+string(id), func() bool { return len(w.outcomes(id)) > 0 })
	all := w.outcomes(id)
	if len(all) != 1 || all[0].Kind != schema.OutcomeButton || all[0].Answer.ID != button {
		w.t.Errorf("the outcomes of %s are %+v", id, all)
	}
}

// heard counts the incoming messages with a text in the line's events.
func (w *world) heard(text string) (n int) {
	w.t.Helper()
	for after := int64(0); ; {
		list, err := w.EventList(w.t.Context(), english, schema.EventListRequest{Line: north, After: after, Count: 200})
		if err != nil {
			w.t.Fatal(err)
		}
		for _, e := range list.Events {
			if e.Message != nil && e.Message.Text == text && !e.Message.FromMe {
				n++
			}
		}
		if len(list.Events) == 0 {
			return n
		}
		after = list.Cursor
	}
}

// writes has the customer write to the line.
func (w *world) writes(text string) {
	w.t.Helper()
	if _, err := w.customer.Text(w.owner.Number(), text); err != nil {
		w.t.Fatal(err)
	}
}

// seen lists what the customer's phone shows of the line's messages, in order.
func (w *world) seen() (bodies []string) {
	for _, m := range w.customer.Messages(w.owner.Number()) {
		if !m.FromMe {
			bodies = append(bodies, m.Body)
		}
	}
	return bodies
}

// shown waits until the customer's phone shows a message that begins so.
func (w *world) shown(start string) sandbox.Message {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), patience)
	defer cancel()
	m, err := w.customer.Wait(ctx, func(m sandbox.Message) bool { return !m.FromMe && strings.HasPrefix(m.Body, start) })
	if err != nil {
		w.t.Fatalf("%q is not on the phone, which shows %q: %v", start, w.seen(), err)
	}
	return m
}

// once fails if the customer's phone does not show each text once, in that order.
func (w *world) once(want ...string) {
	w.t.Helper()
	for _, text := range want {
		w.shown(text)
	}
	got := w.seen()
	if len(got) != len(want) {
		w.t.Errorf("the phone shows %q, not %q", got, want)
		return
	}
	for i := range want {
		if !strings.HasPrefix(got[i], want[i]) {
			w.t.Errorf("the phone shows %q, not %q", got, want)
			return
		}
	}
}

// fine shows that the line works: what was accepted before arrives, and then a
// question and its answer go through once.
func (w *world) fine(before ...string) {
	w.t.Helper()
	w.state(schema.LineConnected)
	a := w.ask("Всё в порядке?", schema.RenderNumbered)
	w.once(append(before, "Всё в порядке?")...)
	w.writes("1")
	w.answered(a.ID, "yes")
	if n := w.heard("1"); n != 1 {
		w.t.Errorf("the answer is in the events %d times", n)
	}
}

func mustFail(t testing.TB, err error) *schema.Error {
	t.Helper()
	var known *schema.Error
	if !errors.As(err, &known) {
		t.Fatalf("it ended with %v", err)
	}
	return known
}
