// Package storetest is what every bridge.Store has to pass, whatever database is
// behind it.
package storetest

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// Opened is a store under test.
type Opened interface {
	bridge.Store
	bridge.Grants
}

// Run runs the suite. open gives a new, empty store, closed by its own cleanup.
func Run(t *testing.T, open func(testing.TB) Opened) {
	for name, test := range map[string]func(*testing.T, *suite){
		"lines":                    lines,
		"messages":                 messages,
		"messages without bytes":   messagesWithoutBytes,
		"lists of messages":        messageLists,
		"messages that expire":     expiries,
		"receipts that are due":    receipts,
		"messages begin":           beginnings,
		"allowances":               allowances,
		"who wrote":                whoWrote,
		"asks":                     asks,
		"asks of a chat":           asksOfAChat,
		"asks of an item":          asksOfAnItem,
		"asks in turn":             asksInTurn,
		"held messages":            heldMessages,
		"deadlines":                deadlines,
		"reminders":                reminders,
		"events":                   events,
		"chats":                    chats,
		"events of messages":       eventsOfMessages,
		"deliveries":               deliveries,
		"files":                    files,
		"forgetting files":         forgettingFiles,
		"templates":                templates,
		"webhooks":                 webhooks,
		"next for a webhook":       nextForAWebhook,
		"dead deliveries":          deadDeliveries,
		"replies":                  replies,
		"unacknowledged":           unacknowledged,
		"webhooks of a line gone":  webhooksOfADeletedLine,
		"forgetting deliveries":    forgettingDeliveries,
		"seen":                     seen,
		"people":                   people,
		"forgetting":               forgetting,
		"forgetting behind":        forgettingBehindWhatStays,
		"forgetting people":        forgettingPeople,
		"a deleted line":           deletedLine,
		"tokens":                   tokens,
		"all or nothing":           allOrNothing,
		"hooks":                    hooks,
		"counters under load":      countersUnderLoad,
		"a panic is an error":      panics,
		"a cancelled call":         cancelled,
		"snapshots":                snapshots,
		"a message with no line":   orphan,
		"a message of a known key": repeatedKey,
	} {
		t.Run(name, func(t *testing.T) { test(t, &suite{T: t, s: open(t)}) })
	}
}

type suite struct {
	*testing.T
	s Opened
}

var began = time.Date(2026, 3, 1, 12, 0, 0, int(time.Millisecond), time.UTC)

func (s *suite) write(fn func(bridge.Tx) error) {
	s.Helper()
	if err := s.s.Write(context.Background(), fn); err != nil {
		s.Fatal(err)
	}
}

func (s *suite) read(fn func(bridge.View) error) {
	s.Helper()
	if err := s.s.Read(context.Background(), fn); err != nil {
		s.Fatal(err)
	}
}

func equal[T any](t testing.TB, what string, got, want T) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("%s:\n got %+v\nwant %+v", what, got, want)
	}
}

func line(id schema.LineID) bridge.LineRecord {
	return bridge.LineRecord{ID: id, Name: "Клиника «Север»", Region: "RU", Secret: []byte{0, 1, 2}, State: schema.LineUnlinked, Since: began, Created: began,
		Undelivered: time.Minute}
}

func message(l schema.LineID, key schema.Key) bridge.MessageRecord {
	return bridge.MessageRecord{Line: l, Key: key, Hash: []byte{9}, ID: schema.MessageID("WA" + key), Phones: []string{"+79123456789", "+79210001122"},
		Content: bridge.Content{Header: "H", Body: "Тело", Footer: "F", Buttons: []schema.Button{{ID: "a", Text: "Да"}}, Rendering: schema.RenderNumbered},
		Payload: []byte("payload"), Rendering: schema.RenderNumbered, Reason: bridge.ReasonAuto, Status: schema.StatusQueued, StatusAt: began, Created: began,
		Priority: schema.PriorityBroadcast, Warning: schema.WarnFirstContact, Window: began.Add(time.Hour)}
}

func ask(l schema.LineID, id schema.Key) bridge.AskRecord {
	return bridge.AskRecord{Line: l, ID: id, MessageID: schema.MessageID("WA" + id), Chat: schema.Address{Phone: "+79123456789", LID: "5@lid", JID: "5@lid"},
		Buttons: []schema.Button{{ID: "a", Text: "Да"}}, State: schema.AskSending, Lang: schema.Russian, Created: began, Deadline: began.Add(time.Hour),
		Reply: &schema.Reply{Host: "red", Node: "n1"}, Context: json.RawMessage(`{"a":1}`)}
}

// light is a message as lists give it.
func light(m bridge.MessageRecord) bridge.MessageRecord {
	m.Content, m.Payload, m.Hash = bridge.Content{}, nil, nil
	return m
}

// put stores a line, and asks on it with their messages.
func (s *suite) put(l schema.LineID, asks ...bridge.AskRecord) {
	s.Helper()
	s.write(func(tx bridge.Tx) error {
		if err := tx.InsertLine(line(l)); err != nil {
			return err
		}
		for _, a := range asks {
			m := message(l, a.ID)
			m.Ask = true
			if err := errors.Join(tx.InsertMessage(&m), tx.InsertAsk(a)); err != nil {
				return err
			}
		}
		return nil
	})
}

func lines(t *testing.T, s *suite) {
	s.put("one")
	two := line("two")
	two.Created = began.Add(time.Second)
	two.Renderings, two.Window = []schema.Rendering{schema.RenderPoll, schema.RenderNative}, schema.WindowOff
	s.write(func(tx bridge.Tx) error { return tx.InsertLine(two) })
	s.read(func(v bridge.View) error {
		got, _, err := v.Line("two")
		equal(t, "line", got, two)
		return err
	})
	if err := s.s.Write(t.Context(), func(tx bridge.Tx) error { return tx.InsertLine(two) }); !errors.Is(err, bridge.ErrExists) {
		t.Fatalf("a second line two: %v", err)
	}
	two.State, two.Account, two.Phone, two.LID, two.Trouble, two.Since = schema.LineConnected, "acc", "+7900", "9@lid", "t", began.Add(time.Minute)
	two.Pace, two.PausedAt, two.PausedReason = &schema.Pace{Mode: schema.PaceOff, LineMs: 7}, began.Add(time.Hour), "lunch"
	two.Renderings, two.Window, two.Undelivered = []schema.Rendering{schema.RenderNumbered}, schema.WindowEnforce, 0
	s.write(func(tx bridge.Tx) error { return tx.UpdateLine(two) })
	s.read(func(v bridge.View) error {
		list, err := v.Lines()
		equal(t, "lines", list, []bridge.LineRecord{line("one"), two})
		got, ok, err2 := v.Line("two")
		equal(t, "line", got, two)
		_, none, err3 := v.Line("three")
		equal(t, "found", []bool{ok, none}, []bool{true, false})
		return errors.Join(err, err2, err3)
	})
}

func messages(t *testing.T, s *suite) {
	s.put("one")
	a, b := message("one", "a"), message("one", "b")
	s.write(func(tx bridge.Tx) error { return errors.Join(tx.InsertMessage(&a), tx.InsertMessage(&b)) })
	equal(t, "sequence", []int64{a.Seq, b.Seq}, []int64{1, 2})
	was := a
	a.Chat, a.ID, a.Payload = schema.Address{Phone: "+7912", LID: "5@lid", JID: "5@lid"}, "WA2", []byte("other")
	a.Rendering, a.Reason = schema.RenderNative, bridge.ReasonNative
	a.Status, a.StatusAt, a.Code, a.Server, a.Settled = schema.StatusFailed, began.Add(time.Second), schema.CodeRefused, 463, true
	a.SentAt, a.Warning = began.Add(2*time.Second), schema.WarnWindowClosed
	s.write(func(tx bridge.Tx) error { return tx.UpdateMessage(was, a) })
	s.read(func(v bridge.View) error {
		got, _, err := v.Message("one", "a")
		equal(t, "message", got, a)
		byID, _, err2 := v.MessageByID("one", "WA2")
		equal(t, "by id", byID, a)
		open, err3 := v.Unsettled("one")
		equal(t, "unsettled", open, []bridge.MessageRecord{light(b)})
		_, ok, err4 := v.MessageByID("two", "WA2")
		equal(t, "of another line", ok, false)
		waiting, queued, err5 := v.Counts("one")
		equal(t, "counts", []int{waiting, queued}, []int{0, 1})
		return errors.Join(err, err2, err3, err4, err5)
	})
}

// The bytes of some messages are made only before their first try.
func messagesWithoutBytes(t *testing.T, s *suite) {
	s.put("one")
	a := message("one", "a")
	a.Payload, a.Content = nil, bridge.Content{Edit: &bridge.Edit{Target: bridge.Target{Key: "b", FromMe: true}, Text: "иначе"}}
	s.write(func(tx bridge.Tx) error { return tx.InsertMessage(&a) })
	was := a
	a.Chat = schema.Address{Phone: "+7912", JID: "5@lid"}
	s.write(func(tx bridge.Tx) error { return tx.UpdateMessage(was, a) })
	s.read(func(v bridge.View) error {
		got, ok, err := v.Message("one", "a")
		equal(t, "message", []any{ok, len(got.Payload), got.Chat, *got.Content.Edit}, []any{true, 0, a.Chat, *a.Content.Edit})
		return err
	})
}

func repeatedKey(t *testing.T, s *suite) {
	s.put("one")
	a := message("one", "a")
	s.write(func(tx bridge.Tx) error { return tx.InsertMessage(&a) })
	err := s.s.Write(t.Context(), func(tx bridge.Tx) error { again := message("one", "a"); return tx.InsertMessage(&again) })
	if !errors.Is(err, bridge.ErrExists) {
		t.Fatalf("the same key again: %v", err)
	}
	b := message("one", "b")
	s.write(func(tx bridge.Tx) error { return tx.InsertMessage(&b) })
	equal(t, "no hole in the sequence", b.Seq, int64(2))
}

func orphan(t *testing.T, s *suite) {
	err := s.s.Write(t.Context(), func(tx bridge.Tx) error { m := message("nowhere", "a"); return tx.InsertMessage(&m) })
	if !errors.Is(err, bridge.ErrNoLine) {
		t.Fatalf("a message of no line: %v", err)
	}
}

func tokens(t *testing.T, s *suite) {
	ctx := t.Context()
	s.put("one")
	admin, a, err := s.s.Create(ctx, bridge.Grant{Name: "setup", Scope: schema.ScopeAdmin})
	own, b, err2 := s.s.Create(ctx, bridge.Grant{Name: "node", Scope: schema.ScopeLine, Line: "one"})
	if err := errors.Join(err, err2); err != nil || admin == own || len(admin) < 40 || a.ID == b.ID {
		t.Fatalf("%v", err)
	}
	got, ok, err := s.s.Find(ctx, own)
	equal(t, "found", got, b)
	equal(t, "ok", ok, true)
	list, err2 := s.s.List(ctx)
	equal(t, "listed", len(list), 2)
	if err := errors.Join(err, err2, s.s.Revoke(ctx, b.ID), s.s.Revoke(ctx, b.ID)); err != nil {
		t.Fatal(err)
	}
	for _, token := range []string{own, "", "nl_unknown"} {
		if _, ok, err := s.s.Find(ctx, token); ok || err != nil {
			t.Errorf("%q works: %t, %v", token, ok, err)
		}
	}
	if got, ok, err := s.s.Find(ctx, admin); !ok || err != nil || got.ID != a.ID {
		t.Errorf("the other one: %+v, %t, %v", got, ok, err)
	}
}

func allOrNothing(t *testing.T, s *suite) {
	own := errors.New("no")
	hooked := false
	err := s.s.Write(t.Context(), func(tx bridge.Tx) error {
		tx.AfterCommit(func() { hooked = true })
		return errors.Join(tx.InsertLine(line("one")), own)
	})
	if !errors.Is(err, own) || hooked {
		t.Fatalf("%v, hooked %t", err, hooked)
	}
	s.read(func(v bridge.View) error {
		list, err := v.Lines()
		equal(t, "lines", len(list), 0)
		return err
	})
}

func hooks(t *testing.T, s *suite) {
	s.put("one")
	var (
		order []int64
		wg    sync.WaitGroup
	)
	for range 64 {
		wg.Go(func() {
			err := s.s.Write(context.Background(), func(tx bridge.Tx) error {
				e, err := tx.AppendEvent(schema.Event{Line: "one", At: began})
				// Hooks run one at a time: no lock.
				tx.AfterCommit(func() { order = append(order, e.Cursor) })
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for i, cursor := range order {
		if cursor != int64(i)+1 {
			t.Fatalf("hooks ran in the order %v", order)
		}
	}
	equal(t, "hooks", len(order), 64)
}

// A cursor that a reader has passed must never be filled in later.
func countersUnderLoad(t *testing.T, s *suite) {
	s.put("one")
	var (
		wg   sync.WaitGroup
		done atomic.Bool
	)
	for i := range 8 {
		wg.Go(func() {
			for j := range 50 {
				err := s.s.Write(context.Background(), func(tx bridge.Tx) error {
					if _, err := tx.AppendEvent(schema.Event{Line: "one", At: began}); err != nil {
						return err
					}
					if (i+j)%3 == 0 {
						return errUndo
					}
					return nil
				})
				if err != nil && !errors.Is(err, errUndo) {
					t.Error(err)
				}
			}
		})
	}
	go func() { wg.Wait(); done.Store(true) }()
	var after int64
	for last := false; ; {
		s.read(func(v bridge.View) error {
			list, err := v.Events("one", after, 1000)
			for _, e := range list {
				if e.Cursor != after+1 {
					t.Fatalf("cursor %d after %d", e.Cursor, after)
				}
				after = e.Cursor
			}
			return err
		})
		if last {
			break
		}
		last = done.Load()
	}
	if after < 200 {
		t.Errorf("%d events", after)
	}
}

var errUndo = errors.New("undo")

func panics(t *testing.T, s *suite) {
	err := s.s.Write(t.Context(), func(tx bridge.Tx) error {
		if err := tx.InsertLine(line("one")); err != nil {
			return err
		}
		panic("bug")
	})
	if err == nil {
		t.Fatal("no error")
	}
	s.put("one") // nothing was left, and the store still writes
}

func cancelled(t *testing.T, s *suite) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.s.Write(ctx, func(tx bridge.Tx) error { return tx.InsertLine(line("one")) }); !errors.Is(err, context.Canceled) {
		t.Fatalf("write: %v", err)
	}
	if err := s.s.Read(ctx, func(v bridge.View) error { _, err := v.Lines(); return err }); !errors.Is(err, context.Canceled) {
		t.Fatalf("read: %v", err)
	}
	s.put("one")
}

func snapshots(t *testing.T, s *suite) {
	s.put("one")
	s.read(func(v bridge.View) error {
		before, err := v.Lines()
		s.put("two")
		after, err2 := v.Lines()
		equal(t, "a snapshot", len(after), len(before))
		return errors.Join(err, err2)
	})
	s.read(func(v bridge.View) error {
		list, err := v.Lines()
		equal(t, "a later one", len(list), 2)
		return err
	})
}
