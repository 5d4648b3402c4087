package bridge_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
	"github.com/nodeline/nodeline/sidecar/deliver"
	"github.com/nodeline/nodeline/sidecar/store"
)

// The machines of message, ask and line, walked at random: people and hosts do
// things, the network does others, the sidecar stops and is killed, all on a
// clock of its own. After each step machines.Check (invariants_rapid_test.go)
// compares what is stored with what was stored before and with what the phones
// of the network have.

// sky is a network whose answers change like weather.
type sky struct {
	*network
	mu     sync.Mutex
	mode   weather
	hang   chan struct{} // not nil: a send does not come back before it is closed
	phones map[schema.MessageID]bool
	starts []schema.Key // of every try, in order
}

type weather string

const (
	fine     weather = "fine"
	lostWord weather = "lost word" // it went, and nobody says so
	lost     weather = "lost"      // it did not go, and nobody says so
	timelock weather = "timelock"  // refused for good
	busy     weather = "busy"      // refused for now
	noNative weather = "no native" // native buttons are refused
)

func (s *sky) Send(ctx context.Context, _ schema.LineID, out bridge.Outgoing) (bridge.Sent, error) {
	var content bridge.Content
	if err := json.Unmarshal(out.Payload, &content); err != nil {
		return bridge.Sent{}, err
	}
	key, _, _ := strings.Cut(content.Body, "\n") // numbered choices follow
	s.mu.Lock()
	s.starts = append(s.starts, schema.Key(key))
	err := s.answer(out)
	hang := s.hang
	s.mu.Unlock()
	if hang != nil {
		select {
		case <-hang:
		case <-ctx.Done():
			return bridge.Sent{}, &bridge.SendError{Err: ctx.Err()}
		}
	}
	if err != nil {
		return bridge.Sent{}, err
	}
	return bridge.Sent{At: time.Now()}, nil
}

// answer decides what becomes of a try. The caller holds mu.
func (s *sky) answer(out bridge.Outgoing) error {
	switch s.mode {
	case lostWord:
		s.phones[out.ID] = true
		return &bridge.SendError{Retry: true, Err: errors.New("no answer")}
	case lost:
		return &bridge.SendError{Retry: true, Err: errors.New("no answer")}
	case timelock:
		return &bridge.SendError{Certain: true, Server: 463, Err: errors.New("refused")}
	case busy:
		return &bridge.SendError{Certain: true, Retry: true, Server: 429, Err: bridge.ErrRateLimited}
	case noNative:
		if out.Rendering == schema.RenderNative {
			return &bridge.SendError{Certain: true, Server: 479, Err: errors.New("refused")}
		}
	}
	s.phones[out.ID] = true
	return nil
}

func (s *sky) has(id schema.MessageID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.phones[id]
}

func (s *sky) tries() []schema.Key {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]schema.Key(nil), s.starts...)
}

// machines are one sidecar's, through all its lives.
type machines struct {
	tb    testing.TB
	r     *rig
	sky   *sky
	life  int
	calls sync.WaitGroup
	line  schema.LineState // as the network reported it last
	asked []request
	came  []letter
	want  map[schema.Key]bool // asks that must have their outcome by the next check

	mu   sync.Mutex
	told map[schema.Key]schema.SendResult
	seen memory
}

// request is what a host asked for once and may ask for again.
type request struct {
	key       schema.Key
	chat      string
	rendering schema.Rendering // "" : text
	ask       bool
	seconds   int // the ask's deadline
	supersede schema.Supersede
	rule      *schema.AnswerRule // of answers that are no choice
	item      string             // of a robot, at its first stage
}

// patient are waits of minutes, which cost nothing here.
var patient = bridge.Timing{Tries: 4}

func newMachines(tb testing.TB) *machines {
	m := &machines{tb: tb, sky: &sky{network: newNetwork(), mode: fine, phones: map[schema.MessageID]bool{}},
		want: map[schema.Key]bool{}, told: map[schema.Key]schema.SendResult{}, seen: newMemory()}
	m.start(tb.TempDir())
	if _, err := m.r.LineCreate(tb.Context(), admin, schema.LineCreateRequest{ID: theLine, Name: "Clinic", Region: "RU"}); err != nil {
		tb.Fatal(err)
	}
	m.report(schema.LineConnected)
	return m
}

func (m *machines) start(dir string) {
	st, err := store.Open(dir, store.Options{Sandbox: true, Log: quiet()})
	if err != nil {
		m.tb.Fatal(err)
	}
	m.r = &rig{t: m.tb, dir: dir, net: m.sky.network, store: st, feeds: deliver.New(deliver.Config{Store: st, Log: quiet()})}
	m.r.Bridge = bridge.New(bridge.Config{Store: st, Grants: st, Wake: m.r.feeds, Log: quiet(), Timing: patient})
	m.sky.use(m.r.Bridge)
	m.r.UseSessions(m.sky)
	if err := m.r.Start(m.tb.Context()); err != nil {
		m.tb.Fatal(err)
	}
}

// call has a host call in the background; what a life answers after its end is not heard.
func (m *machines) call(fn func(r *rig, heard func() bool)) {
	r, life := m.r, m.life
	m.calls.Go(func() { fn(r, func() bool { return m.life == life }) })
	synctest.Wait()
}

func (m *machines) report(state schema.LineState) {
	account := "acc:1"
	if !state.Linked() {
		account = ""
	}
	m.sky.report(theLine, state, account)
	m.line = state
}

// Send makes a new request.
func (m *machines) Send(t *rapid.T) {
	q := request{key: schema.Key(fmt.Sprintf("k%d", len(m.asked))), chat: rapid.SampledFrom([]string{anna, boris}).Draw(t, "to")}
	q.ask = rapid.Bool().Draw(t, "ask")
	forms := []schema.Rendering{schema.RenderNative, schema.RenderNumbered}
	if !q.ask {
		forms = append(forms, "")
	}
	q.rendering = rapid.SampledFrom(forms).Draw(t, "form")
	q.seconds = rapid.SampledFrom([]int{1, 60, 3600}).Draw(t, "deadline")
	if q.ask {
		q.supersede = rapid.SampledFrom([]schema.Supersede{"", "", schema.SupersedeQueue, schema.SupersedeReplace}).Draw(t, "supersede")
		q.item = rapid.SampledFrom([]string{"", "deal"}).Draw(t, "item")
		if rapid.Bool().Draw(t, "a rule") {
			q.rule = &schema.AnswerRule{Kind: schema.AnswerNumber, RetryText: string(q.key) + "!", Tries: 2}
		}
	}
	m.asked = append(m.asked, q)
	m.make(q)
}

// Move has the item move to another stage, which ends what robots wait for.
func (m *machines) Move(*rapid.T) {
	for _, q := range m.asked {
		if _, ok, _ := m.stored(q.key); ok && q.item != "" {
			m.want[q.key] = true
		}
	}
	m.call(func(r *rig, _ func() bool) {
		_, _ = r.ItemMoved(context.Background(), admin, schema.ItemMovedRequest{Line: theLine, Item: "deal", Stage: "won"})
	})
}

// Repeat makes a request again.
func (m *machines) Repeat(t *rapid.T) {
	if q, ok := m.any(t); ok {
		m.make(q)
	}
}

func (m *machines) any(t *rapid.T) (q request, ok bool) {
	if len(m.asked) == 0 {
		return q, false
	}
	return rapid.SampledFrom(m.asked).Draw(t, "request"), true
}

// known is any request that was taken, with its message.
func (m *machines) known(t *rapid.T) (q request, rec bridge.MessageRecord, ok bool) {
	if q, ok = m.any(t); ok {
		rec, ok, _ = m.stored(q.key)
	}
	return q, rec, ok
}

var two = []schema.Button{{ID: "yes", Text: "Да"}, {ID: "no", Text: "Нет"}}

func (m *machines) make(q request) {
	m.call(func(r *rig, heard func() bool) {
		var (
			res schema.SendResult
			err error
		)
		switch {
		case q.ask:
			var a schema.Ask
			ask := schema.AskRequest{Line: theLine, ID: q.key, Chat: q.chat, Body: string(q.key), Buttons: two, Rendering: q.rendering,
				DeadlineSeconds: q.seconds, Reply: &schema.Reply{Host: "red", Node: "n1"}, Supersede: q.supersede, Answer: q.rule}
			if q.item != "" {
				ask.Item, ask.Stage, ask.Kind = q.item, "new", schema.AskRobot
			}
			a, err = r.Ask(context.Background(), admin, ask)
			res = schema.SendResult{Key: a.ID, MessageID: a.MessageID, Status: a.Status, Rendering: a.Rendering}
		case q.rendering == "":
			res, err = r.SendText(context.Background(), admin, schema.SendTextRequest{Line: theLine, Key: q.key, Chat: q.chat, Text: string(q.key)})
		default:
			res, err = r.SendButtons(context.Background(), admin, schema.SendButtonsRequest{Line: theLine, Key: q.key, Chat: q.chat, Body: string(q.key),
				Buttons: two, Rendering: q.rendering})
		}
		if err == nil && heard() {
			m.mu.Lock()
			defer m.mu.Unlock()
			m.told[q.key] = res
		}
	})
}

// Conflict asks for something else under a key that is known.
func (m *machines) Conflict(t *rapid.T) {
	if q, _, ok := m.known(t); ok {
		_, err := m.r.text(q.key, q.chat, "another text")
		wantCode(m.tb, err, schema.CodeConflict)
	}
}

// Cancel ends an ask, unless it has ended.
func (m *machines) Cancel(t *rapid.T) {
	q, _, ok := m.known(t)
	if !ok || !q.ask {
		return
	}
	m.want[q.key] = true
	m.call(func(r *rig, _ func() bool) {
		_, _ = r.AskCancel(context.Background(), admin, schema.AskCancelRequest{Line: theLine, ID: q.key, Reason: "stage changed"})
	})
}

// Tap taps a button of a question that is on the phone.
func (m *machines) Tap(t *rapid.T) {
	q, rec, ok := m.known(t)
	if !ok || !q.ask || !m.sky.has(rec.ID) {
		return
	}
	m.want[q.key] = true
	m.comes(t, q.chat, "Нет", tapping(rec.ID, "no"))
}

// Write has a customer write something: to answer, or to talk.
func (m *machines) Write(t *rapid.T) {
	from := rapid.SampledFrom([]string{anna, boris}).Draw(t, "from")
	text := rapid.SampledFrom([]string{"1", "нет", "А когда?"}).Draw(t, "text")
	m.comes(t, from, text)
}

// Redeliver has a message come once more.
func (m *machines) Redeliver(t *rapid.T) {
	if len(m.came) == 0 {
		return
	}
	l := m.came[rapid.IntRange(0, len(m.came)-1).Draw(t, "message")]
	// The stanza is the same; a name that it lacks may have come to light since.
	if rapid.Bool().Draw(t, "named in full") {
		l.in.Chat, l.in.From = address(l.from), address(l.from)
	}
	if err := m.r.Receive(m.tb.Context(), l.in); err != nil {
		m.tb.Fatal(err)
	}
}

// naming is by which of their names the network calls somebody.
func naming(t *rapid.T, phone string) func(*bridge.Incoming) {
	name := address(phone)
	switch rapid.SampledFrom([]string{"both", "phone", "lid"}).Draw(t, "named by") {
	case "phone":
		name = schema.Address{Phone: name.Phone, JID: phone[1:] + "@s.whatsapp.net"}
	case "lid":
		name = schema.Address{LID: name.LID, JID: name.LID}
	}
	return func(in *bridge.Incoming) { in.Chat, in.From = name, name }
}

// letter is a message that came, and whose it is.
type letter struct {
	in   bridge.Incoming
	from string
}

func (m *machines) comes(t *rapid.T, from, text string, change ...func(*bridge.Incoming)) {
	in := m.sky.incoming(from, text, append(change, naming(t, from))...)
	in.ID = schema.MessageID(fmt.Sprintf("IN%d", len(m.came)))
	m.came = append(m.came, letter{in, from})
	if err := m.r.Receive(m.tb.Context(), in); err != nil {
		m.tb.Fatal(err)
	}
}

// Receipt has a phone say how far a message came.
func (m *machines) Receipt(t *rapid.T) {
	_, rec, ok := m.known(t)
	if !ok || !m.sky.has(rec.ID) {
		return
	}
	status := rapid.SampledFrom([]schema.MessageStatus{schema.StatusSent, schema.StatusDelivered, schema.StatusRead, schema.StatusPlayed}).Draw(t, "receipt")
	if err := m.r.Receipt(m.tb.Context(), bridge.Receipt{Line: theLine, IDs: []schema.MessageID{rec.ID}, Status: status, At: time.Now()}); err != nil {
		m.tb.Fatal(err)
	}
}

// Weather changes.
func (m *machines) Weather(t *rapid.T) {
	mode := rapid.SampledFrom([]weather{fine, fine, lostWord, lost, timelock, busy, noNative}).Draw(t, "weather")
	hang := rapid.Bool().Draw(t, "sends hang")
	m.set(mode, hang)
}

func (m *machines) set(mode weather, hang bool) {
	m.sky.mu.Lock()
	defer m.sky.mu.Unlock()
	m.sky.mode = mode
	if m.sky.hang != nil {
		close(m.sky.hang)
		m.sky.hang = nil
	}
	if hang {
		m.sky.hang = make(chan struct{})
	}
}

// Line goes into another state.
func (m *machines) Line(t *rapid.T) {
	m.report(rapid.SampledFrom([]schema.LineState{schema.LineConnected, schema.LineConnected, schema.LineConnecting, schema.LineReconnecting,
		schema.LineReplaced, schema.LineLoggedOut, schema.LineBanned, schema.LineUnlinked, schema.LineLinking}).Draw(t, "state"))
}

// Wait lets time pass.
func (m *machines) Wait(t *rapid.T) {
	time.Sleep(rapid.SampledFrom([]time.Duration{10 * time.Millisecond, 2 * time.Second, 90 * time.Second, 2 * time.Hour}).Draw(t, "time"))
}

// Restart stops the sidecar and starts it again.
func (m *machines) Restart(*rapid.T) {
	m.life++
	m.r.stop()
	m.start(m.r.dir)
	m.restarted()
}

// Kill starts again on the files as they are at this moment, which nothing closed.
func (m *machines) Kill(*rapid.T) {
	synctest.Wait()
	dir := m.tb.TempDir()
	for _, name := range []string{"nodeline.db", "nodeline.db-wal"} {
		data, err := os.ReadFile(filepath.Join(m.r.dir, name))
		if err != nil {
			m.tb.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			m.tb.Fatal(err)
		}
	}
	m.life++
	m.r.stop()
	m.start(dir)
	m.restarted()
}

// restarted: the network reports a linked line connected at its start, and
// nothing of one that is not.
func (m *machines) restarted() {
	switch {
	case m.line.Linked():
		m.line = schema.LineConnected
	case m.line == schema.LineLinking:
		m.line = schema.LineUnlinked
	}
}

// TestMachines walks at random and then lets everything come to its end.
func TestMachines(t *testing.T) {
	walked := newWalks()
	fewer(t)
	rapid.Check(t, func(t *rapid.T) {
		rapid.SyncTest(t, func(t *rapid.T) {
			m := newMachines(drawn{t: t})
			m.seen.walks = walked
			defer m.close()
			t.Repeat(rapid.StateMachineActions(m))
			m.set(fine, false)
			m.report(schema.LineConnected)
			time.Sleep(24 * time.Hour)
			synctest.Wait()
			m.Check(t)
			m.checkEnd()
		})
	})
	walked.compare(t, false)
}

// fewer walks than rapid would take by itself: each is hundreds of commits.
// -rapid.checks asks for others.
func fewer(t *testing.T) {
	checks := flag.Lookup("rapid.checks")
	was := checks.Value.String()
	if was != checks.DefValue {
		return
	}
	t.Cleanup(func() { _ = checks.Value.Set(was) })
	if err := checks.Value.Set("40"); err != nil {
		t.Fatal(err)
	}
}

// close ends what is under way.
func (m *machines) close() {
	m.set(fine, false)
	m.r.stop()
	m.calls.Wait()
}
