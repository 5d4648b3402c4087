package bridge_test

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nodeline/nodeline/internal/repo"
	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// walks are the transitions that were met, by machine.
type walks struct {
	mu  sync.Mutex
	met map[string]map[[2]string]bool
}

func newWalks() *walks { return &walks{met: map[string]map[[2]string]bool{}} }

func (w *walks) step(machine, from, to string) {
	if from == to {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.met[machine] == nil {
		w.met[machine] = map[[2]string]bool{}
	}
	w.met[machine][[2]string{from, to}] = true
}

// compare holds docs/states.md to what was met; all: every row of it was.
func (w *walks) compare(t *testing.T, all bool) {
	t.Helper()
	for _, machine := range []string{"Message", "Ask"} {
		wrong, err := repo.Walks(machine, w.met[machine], all)
		if err != nil {
			t.Fatal(err)
		}
		for _, what := range wrong {
			t.Error(what)
		}
	}
}

// way is how to bring one message, an ask's or a text's, from a state to another.
type way struct {
	machine, from, to string
	ask               bool
	before            func(*machines) // brings it to from
	then              func(*machines)
}

// The only message of these walks.
const only = schema.Key("k0")

func (m *machines) one(ask bool, rendering schema.Rendering, seconds int) {
	q := request{key: only, chat: anna, ask: ask, rendering: rendering, seconds: seconds}
	m.asked = append(m.asked, q)
	m.make(q)
}

func (m *machines) id() schema.MessageID {
	rec, _, _ := m.stored(only)
	return rec.ID
}

func (m *machines) told1(status schema.MessageStatus) {
	if err := m.r.Receipt(m.tb.Context(), bridge.Receipt{Line: theLine, IDs: []schema.MessageID{m.id()}, Status: status, At: time.Now()}); err != nil {
		m.tb.Fatal(err)
	}
}

// Beginnings: text and question, and where they stand.
var (
	// inFlight is with the phone, and WhatsApp's server has not said so yet.
	inFlight = func(ask bool) func(*machines) {
		return func(m *machines) { m.set(fine, true); m.one(ask, schema.RenderNumbered, 60) }
	}
	away = func(ask bool) func(*machines) {
		return func(m *machines) {
			m.report(schema.LineReconnecting)
			m.one(ask, schema.RenderNumbered, 60)
		}
	}
	// doubted may have gone; the line is away, so that it stays so.
	doubted = func(ask bool) func(*machines) {
		return func(m *machines) {
			m.set(lostWord, false)
			m.one(ask, schema.RenderNumbered, 60)
			m.report(schema.LineReconnecting)
		}
	}
	gone = func(ask bool) func(*machines) {
		return func(m *machines) { m.one(ask, schema.RenderNumbered, 60) }
	}
	receipt   = func(s schema.MessageStatus) func(*machines) { return func(m *machines) { m.told1(s) } }
	weatherIs = func(w weather) func(*machines) {
		return func(m *machines) { m.set(w, false); m.report(schema.LineConnected); synctest.Wait() }
	}
	cancel = func(m *machines) {
		if _, err := m.r.AskCancel(m.tb.Context(), admin, schema.AskCancelRequest{Line: theLine, ID: only}); err != nil {
			m.tb.Fatal(err)
		}
	}
	late = func(m *machines) { time.Sleep(2 * time.Minute) }
	tap  = func(m *machines) {
		in := m.sky.incoming(anna, "Нет", tapping(m.id(), "no"))
		if err := m.r.Receive(m.tb.Context(), in); err != nil {
			m.tb.Fatal(err)
		}
	}
)

var ways = []way{
	{"Message", "queued", "sent", false, away(false), weatherIs(fine)},
	{"Message", "queued", "unknown", false, away(false), weatherIs(lostWord)},
	{"Message", "queued", "failed", false, away(false), weatherIs(timelock)},
	{"Message", "queued", "delivered", false, inFlight(false), receipt(schema.StatusDelivered)},
	{"Message", "queued", "read", false, inFlight(false), receipt(schema.StatusRead)},
	{"Message", "queued", "played", false, inFlight(false), receipt(schema.StatusPlayed)},
	{"Message", "unknown", "sent", false, doubted(false), func(m *machines) { weatherIs(fine)(m); late(m) }},
	{"Message", "unknown", "failed", true, func(m *machines) { m.set(timelock, true); m.one(true, schema.RenderNumbered, 60); cancel(m) },
		func(m *machines) { m.set(timelock, false) }},
	{"Message", "unknown", "delivered", false, doubted(false), receipt(schema.StatusDelivered)},
	{"Message", "unknown", "read", false, doubted(false), receipt(schema.StatusRead)},
	{"Message", "unknown", "played", false, doubted(false), receipt(schema.StatusPlayed)},
	{"Message", "sent", "delivered", false, gone(false), receipt(schema.StatusDelivered)},
	{"Message", "sent", "read", false, gone(false), receipt(schema.StatusRead)},
	{"Message", "sent", "played", false, gone(false), receipt(schema.StatusPlayed)},
	{"Message", "delivered", "read", false, func(m *machines) { gone(false)(m); m.told1(schema.StatusDelivered) }, receipt(schema.StatusRead)},
	{"Message", "delivered", "played", false, func(m *machines) { gone(false)(m); m.told1(schema.StatusDelivered) }, receipt(schema.StatusPlayed)},
	{"Message", "read", "played", false, func(m *machines) { gone(false)(m); m.told1(schema.StatusRead) }, receipt(schema.StatusPlayed)},
	{"Ask", "sending", "waiting", true, away(true), weatherIs(fine)},
	{"Ask", "sending", "answered", true, doubted(true), tap},
	{"Ask", "sending", "no_answer", true, inFlight(true), late},
	{"Ask", "sending", "cancelled", true, away(true), cancel},
	{"Ask", "sending", "failed", true, away(true), weatherIs(timelock)},
	{"Ask", "waiting", "answered", true, gone(true), tap},
	{"Ask", "waiting", "no_answer", true, gone(true), late},
	{"Ask", "waiting", "cancelled", true, gone(true), cancel},
}

// TestEachRowOfTheStates walks every row of docs/states.md, and no other.
func TestEachRowOfTheStates(t *testing.T) {
	all := newWalks()
	for _, w := range ways {
		t.Run(w.machine+" "+w.from+" "+w.to, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := newMachines(t)
				m.seen.walks = newWalks()
				defer m.close()
				w.before(m)
				m.Check(nil)
				if at := m.at(w.machine); at != w.from {
					t.Fatalf("it begins in %s", at)
				}
				w.then(m)
				m.Check(nil)
				step := [2]string{w.from, w.to}
				if !m.seen.walks.met[w.machine][step] {
					t.Errorf("it walked %v", m.seen.walks.met[w.machine])
				}
				all.step(w.machine, w.from, w.to)
			})
		})
	}
	all.compare(t, true)
}

// A message that may have gone is never said to have failed, however surely a
// later try was refused: not in this life, and not in the next.
func TestWhatMayHaveGoneNeverFails(t *testing.T) {
	for name, between := range map[string]func(*machines){
		"in one life":   func(*machines) {},
		"in the next":   func(m *machines) { m.Restart(nil) },
		"after a crash": func(m *machines) { m.Kill(nil) },
	} {
		for when, before := range map[string]func(*machines){"in doubt": doubted(true), "in flight": inFlight(true)} {
			t.Run(when+" "+name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					m := newMachines(t)
					m.seen.walks = newWalks()
					defer m.close()
					before(m)
					m.Check(nil)
					m.sky.mu.Lock()
					m.sky.mode = timelock
					m.sky.mu.Unlock()
					between(m)
					weatherIs(timelock)(m)
					time.Sleep(30 * time.Second)
					m.Check(nil)
					if at := m.at("Message"); at == string(schema.StatusFailed) {
						t.Errorf("it is %s, and the phone has it", at)
					}
				})
			})
		}
	}
}

// at is the state that the message or the ask was seen in last.
func (m *machines) at(machine string) string {
	if machine == "Ask" {
		return string(m.seen.ask[only].State)
	}
	return string(m.seen.message[only].Status)
}
