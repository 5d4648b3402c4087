package bridge_test

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// TestExactlyOneOutcome repeats and reorders whatever can happen to asks, and
// restarts between, and then counts: one outcome and one delivery per ask, and
// an outcome once seen never changes.
func TestExactlyOneOutcome(t *testing.T) {
	fewer(t)
	rapid.Check(t, func(rt *rapid.T) {
		// Drawn before the bubble: rapid's own locks stay outside it.
		steps := rapid.SliceOfN(rapid.Custom(drawStep), 5, 40).Draw(rt, "steps")
		synctest.Test(t, func(t *testing.T) {
			m := &machine{rig: linkedRig(t, bridge.Timing{FirstTry: time.Second}), ids: map[schema.Key]schema.MessageID{}, seen: map[schema.Key]schema.Outcome{}}
			for i, s := range steps {
				m.step(i, s)
				if err := m.check(); err != nil {
					t.Fatalf("after step %d of %v: %v", i, steps, err)
				}
			}
			m.net.set(func(n *network) { n.script = nil })
			m.net.linked(theLine)
			time.Sleep(time.Hour) // every deadline passes
			eventually(t, "all asks ended", func() bool {
				line, err := m.LineStatus(t.Context(), admin, schema.LineRequest{Line: theLine})
				return err == nil && line.Waiting == 0 && line.Queued == 0
			})
			if err := m.check(); err != nil {
				t.Fatalf("in the end, after %v: %v", steps, err)
			}
			m.count()
		})
	})
}

// step is one thing that happens; Ask and Word pick what it happens to and with.
type step struct {
	What string
	Ask  int
	Word string
}

func drawStep(rt *rapid.T) step {
	return step{
		What: rapid.SampledFrom([]string{"ask", "ask", "ask", "say", "say", "quote", "tap", "repeat", "cancel", "wait", "receipt", "away", "back",
			"doubt", "refuse", "fine", "restart", "kill"}).Draw(rt, "what"),
		Ask:  rapid.IntRange(0, 3).Draw(rt, "ask"),
		Word: rapid.SampledFrom([]string{"1", "2.", "нет", "позже", "что?"}).Draw(rt, "word"),
	}
}

type machine struct {
	*rig
	ids  map[schema.Key]schema.MessageID
	last bridge.Incoming
	seen map[schema.Key]schema.Outcome
}

func (m *machine) step(i int, s step) {
	key := schema.Key(fmt.Sprintf("q%d", s.Ask))
	switch s.What {
	case "ask":
		m.ids[key] = m.ask(key, func(q *schema.AskRequest) { q.DeadlineSeconds = 600 * (s.Ask + 1) }).MessageID
	case "say", "quote", "tap":
		var change []func(*bridge.Incoming)
		if id := m.ids[key]; id != "" && s.What == "quote" {
			change = append(change, quoting(id))
		} else if id != "" && s.What == "tap" {
			change = append(change, tapping(id, "b2"))
		}
		m.last = m.net.incoming(anna, s.Word, change...)
		m.receive()
	case "repeat":
		if m.last.ID != "" {
			m.receive()
		}
	case "cancel":
		_, err := m.AskCancel(m.ctx(), admin, schema.AskCancelRequest{Line: theLine, ID: key})
		if e, ok := errors.AsType[*schema.Error](err); err != nil && (!ok || e.Code != schema.CodeAskNotFound) {
			m.t.Fatal(err)
		}
	case "wait":
		time.Sleep(time.Duration(s.Ask*i) * time.Minute)
	case "receipt":
		if id := m.ids[key]; id != "" {
			if err := m.Receipt(m.ctx(), bridge.Receipt{Line: theLine, IDs: []schema.MessageID{id}, Status: schema.StatusDelivered, At: time.Now()}); err != nil {
				m.t.Fatal(err)
			}
		}
	case "away":
		m.net.report(theLine, schema.LineReconnecting, "acc:1")
	case "back":
		m.net.linked(theLine)
	case "doubt":
		m.net.set(func(n *network) {
			n.script = func(int, bridge.Outgoing) error { return &bridge.SendError{Err: errors.New("no ack")} }
		})
	case "refuse":
		m.net.set(func(n *network) {
			n.script = func(int, bridge.Outgoing) error {
				return &bridge.SendError{Certain: true, Server: 463, Err: errors.New("refused")}
			}
		})
	case "fine":
		m.net.set(func(n *network) { n.script = nil })
	case "restart":
		m.rig = m.restart(bridge.Timing{FirstTry: time.Second})
	case "kill":
		synctest.Wait()
		m.rig = m.kill(bridge.Timing{FirstTry: time.Second})
	}
}

func (m *machine) receive() {
	if err := m.Receive(m.ctx(), m.last); err != nil {
		m.t.Fatal(err)
	}
}

// check compares every outcome with what it was when it was first seen.
func (m *machine) check() error {
	list, err := m.AskList(m.ctx(), admin, schema.AskListRequest{Line: theLine})
	if err != nil {
		return err
	}
	for _, a := range list.Asks {
		if a.State.Final() != (a.Outcome != nil) {
			return fmt.Errorf("%s is %s with outcome %v", a.ID, a.State, a.Outcome)
		}
		if a.Outcome == nil {
			continue
		}
		was, ok := m.seen[a.ID]
		if !ok {
			m.seen[a.ID] = *a.Outcome
			continue
		}
		if was.Kind != a.Outcome.Kind || !was.At.Equal(a.Outcome.At) || (was.Answer == nil) != (a.Outcome.Answer == nil) ||
			was.Answer != nil && was.Answer.MessageID != a.Outcome.Answer.MessageID {
			return fmt.Errorf("%s ended as %+v and then as %+v", a.ID, was, *a.Outcome)
		}
	}
	return nil
}

// count has one delivery for every ask, which says what the ask says, and at
// most one ask for every message that answered.
func (m *machine) count() {
	got, answers := map[schema.Key]schema.Delivery{}, map[schema.MessageID]schema.Key{}
	for _, d := range m.outcomes() {
		if other, ok := got[d.Ask.ID]; ok {
			m.t.Fatalf("%s was delivered as %+v and as %+v", d.Ask.ID, other, d)
		}
		got[d.Ask.ID] = d
		if a := d.Ask.Outcome.Answer; a != nil {
			if other, ok := answers[a.MessageID]; ok {
				m.t.Fatalf("%s answered %s and %s", a.MessageID, other, d.Ask.ID)
			}
			answers[a.MessageID] = d.Ask.ID
		}
	}
	if len(got) != len(m.seen) || len(got) < len(m.ids) {
		m.t.Fatalf("%d deliveries, %d outcomes, %d asks", len(got), len(m.seen), len(m.ids))
	}
	for id, d := range got {
		if d.Ask.Outcome.Kind != m.seen[id].Kind {
			m.t.Fatalf("%s was delivered as %s and is %s", id, d.Ask.Outcome.Kind, m.seen[id].Kind)
		}
	}
}
