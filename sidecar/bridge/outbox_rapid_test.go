package bridge_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// TestTheOutboxKeepsItsWord sends, cancels, pauses, breaks and restarts at random,
// and compares what is said of each message with what went over the network:
// in each chat in order, one id for each key, failed only if it surely did not go,
// sent only if it did, and everything comes to an end.
func TestTheOutboxKeepsItsWord(t *testing.T) {
	fewer(t)
	rapid.Check(t, func(rt *rapid.T) {
		steps := rapid.SliceOfN(rapid.Custom(drawMove), 5, 40).Draw(rt, "steps")
		synctest.Test(t, func(t *testing.T) {
			timing := bridge.Timing{FirstTry: time.Millisecond}
			m := &outboxModel{rig: linkedRig(t, timing), timing: timing, chats: map[schema.Key]string{}, went: map[string]*fate{}, seen: map[schema.Key]schema.MessageStatus{}}
			m.pace(schema.Pace{LineMs: 2000, LineBurst: 3, RecipientMs: 5000, RecipientBurst: 2})
			m.listen()
			for i, s := range steps {
				m.move(i, s)
				if err := m.look(); err != nil {
					t.Fatalf("after step %d of %v: %v", i, steps, err)
				}
			}
			m.set("fine")
			m.net.linked(theLine)
			m.resume()
			time.Sleep(2 * time.Hour)
			if err := m.look(); err != nil {
				t.Fatalf("in the end of %v: %v", steps, err)
			}
			if err := m.judge(); err != nil {
				t.Fatalf("%v: %v", steps, err)
			}
		})
	})
}

// outboxMove is one thing that happens.
type outboxMove struct {
	What     string
	Chat     int
	Priority schema.Priority
	Seconds  int
}

func drawMove(rt *rapid.T) outboxMove {
	return outboxMove{
		What: rapid.SampledFrom([]string{"send", "send", "send", "send", "send", "cancel", "pause", "resume", "away", "back", "doubt", "refuse", "busy",
			"offline", "fine", "fine", "say", "receipt", "wait", "wait", "restart", "kill"}).Draw(rt, "what"),
		Chat:     rapid.IntRange(0, 2).Draw(rt, "chat"),
		Priority: rapid.SampledFrom([]schema.Priority{schema.PriorityDialogue, schema.PriorityNormal, schema.PriorityBroadcast}).Draw(rt, "priority"),
		Seconds:  rapid.SampledFrom([]int{0, 0, 1, 10, 100}).Draw(rt, "seconds"),
	}
}

// fate is what the network knows of one key.
type fate struct {
	ids            map[schema.MessageID]bool
	taken, doubted bool
	place          int // of its first try, among all
}

type outboxModel struct {
	*rig
	timing bridge.Timing
	mode   string
	order  []schema.Key // as sent in
	chats  map[schema.Key]string
	went   map[string]*fate
	tries  int
	lives  int
	seen   map[schema.Key]schema.MessageStatus
}

// listen has the network record the fate of every try.
func (m *outboxModel) listen() {
	m.net.set(func(n *network) {
		n.script = func(_ int, out bridge.Outgoing) error {
			_, rest, _ := strings.Cut(string(out.Payload), `\u003c`)
			key, _, _ := strings.Cut(rest, `\u003e`)
			n.mu.Lock()
			defer n.mu.Unlock()
			m.tries++
			f := m.went[key]
			if f == nil {
				f = &fate{ids: map[schema.MessageID]bool{}, place: m.tries}
				m.went[key] = f
			}
			f.ids[out.ID] = true
			switch m.mode {
			case "doubt":
				f.doubted = true
				return &bridge.SendError{Err: errors.New("no ack")}
			case "refuse":
				return &bridge.SendError{Certain: true, Server: 463, Err: errors.New("refused")}
			case "busy":
				return &bridge.SendError{Certain: true, Retry: true, Server: 503, Err: errors.New("busy")}
			case "offline":
				return &bridge.SendError{Certain: true, Retry: true, Err: bridge.ErrOffline}
			}
			f.taken = true
			return nil
		}
	})
}

func (m *outboxModel) set(mode string) { m.net.set(func(*network) { m.mode = mode }) }

func (m *outboxModel) move(i int, s outboxMove) {
	switch s.What {
	case "send":
		key := schema.Key(fmt.Sprint("k", i))
		m.order, m.chats[key] = append(m.order, key), chatOf(s.Chat)
		m.send(key, chatOf(s.Chat), priority(s.Priority), within(s.Seconds))
	case "cancel":
		if len(m.order) > 0 {
			m.cancel(m.order[(s.Seconds+s.Chat)%len(m.order)])
		}
	case "pause":
		m.pause("")
	case "resume":
		m.resume()
	case "away":
		m.net.report(theLine, schema.LineReconnecting, "acc:1")
	case "back":
		m.net.linked(theLine)
	case "doubt", "refuse", "busy", "offline", "fine":
		m.set(s.What)
	case "say":
		m.says(chatOf(s.Chat), "?")
	case "receipt":
		m.receipt(s)
	case "wait":
		time.Sleep(time.Duration(s.Seconds) * time.Second)
		synctest.Wait()
	case "restart":
		m.lives++
		m.rig = m.restart(m.timing)
	case "kill":
		m.lives++
		synctest.Wait()
		m.rig = m.kill(m.timing)
	}
}

// receipt tells of a message that went or may have gone, as a phone would.
func (m *outboxModel) receipt(s outboxMove) {
	if len(m.order) == 0 {
		return
	}
	key := m.order[s.Seconds%len(m.order)]
	m.net.mu.Lock()
	f := m.went[string(key)]
	told := f != nil && (f.taken || f.doubted)
	if told {
		f.taken = true
	}
	m.net.mu.Unlock()
	if !told {
		return
	}
	id := m.message(key).MessageID
	if err := m.Receipt(m.ctx(), bridge.Receipt{Line: theLine, IDs: []schema.MessageID{id}, Status: schema.StatusDelivered}); err != nil {
		m.t.Fatal(err)
	}
}

// look checks that what is said of a message only ever goes forward, and is true.
func (m *outboxModel) look() error {
	for _, key := range m.order {
		now, was := m.message(key), m.seen[key]
		m.seen[key] = now.Status
		m.net.mu.Lock()
		f := m.went[string(key)]
		var (
			known fate
			ids   int
		)
		if f != nil {
			known, ids = *f, len(f.ids)
		}
		m.net.mu.Unlock()
		switch {
		case now.Status == schema.StatusFailed && (known.taken || known.doubted):
			return fmt.Errorf("%s failed with %v, and went: taken %t, doubted %t", key, now.Error, known.taken, known.doubted)
		case (now.Status == schema.StatusSent || now.Status == schema.StatusDelivered) && !known.taken:
			return fmt.Errorf("%s is %s and never went", key, now.Status)
		case now.Status == schema.StatusUnknown && !known.taken && !known.doubted && m.lives == 0:
			return fmt.Errorf("%s is unknown and surely did not go", key)
		case was == schema.StatusUnknown && now.Status == schema.StatusQueued, was == schema.StatusFailed && now.Status != was,
			was == schema.StatusDelivered && now.Status != was:
			return fmt.Errorf("%s went from %s to %s", key, was, now.Status)
		case ids > 1:
			return fmt.Errorf("%s went under %d ids", key, ids)
		}
	}
	return nil
}

// judge is called when everything has had its time.
func (m *outboxModel) judge() error {
	if n := m.status().Queued; n != 0 {
		return fmt.Errorf("%d messages never came to an end", n)
	}
	last := map[string]int{}
	for _, key := range m.order {
		f := m.went[string(key)]
		if f == nil {
			continue
		}
		if f.place < last[m.chats[key]] {
			return fmt.Errorf("%s overtook a message before it in its chat: %v", key, m.net.keys())
		}
		last[m.chats[key]] = f.place
	}
	return nil
}
