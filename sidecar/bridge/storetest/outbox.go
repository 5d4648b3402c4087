package storetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// insert stores messages of a line, in order.
func (s *suite) insert(list ...bridge.MessageRecord) {
	s.Helper()
	s.write(func(tx bridge.Tx) (err error) {
		for _, m := range list {
			err = errors.Join(err, tx.InsertMessage(&m))
		}
		return err
	})
}

func messageLists(t *testing.T, s *suite) {
	s.put("one")
	s.put("two")
	sent := message("one", "b")
	sent.Status, sent.Settled = schema.StatusSent, true
	s.insert(message("one", "a"), sent, message("one", "c"), message("two", "d"))
	for _, c := range []struct {
		filter bridge.MessageFilter
		want   []schema.Key
	}{
		{bridge.MessageFilter{Count: 9}, []schema.Key{"c", "b", "a"}},
		{bridge.MessageFilter{Count: 2}, []schema.Key{"c", "b"}},
		{bridge.MessageFilter{Count: 9, Before: 3}, []schema.Key{"b", "a"}},
		{bridge.MessageFilter{Count: 9, Status: schema.StatusQueued}, []schema.Key{"c", "a"}},
		{bridge.MessageFilter{Count: 9, Status: schema.StatusRead}, nil},
	} {
		s.read(func(v bridge.View) error {
			list, err := v.Messages("one", c.filter)
			var got []schema.Key
			for _, m := range list {
				got = append(got, m.Key)
			}
			equal(t, fmt.Sprintf("%+v", c.filter), got, c.want)
			return err
		})
	}
	s.read(func(v bridge.View) error {
		list, err := v.Messages("two", bridge.MessageFilter{Count: 1})
		want := light(message("two", "d"))
		want.Seq = 1
		equal(t, "as a list gives it", list, []bridge.MessageRecord{want})
		return err
	})
}

func expiries(t *testing.T, s *suite) {
	s.put("one")
	s.read(func(v bridge.View) error {
		_, ok, err := v.NextExpiry("one", time.Time{})
		equal(t, "an expiry of nothing", ok, false)
		return err
	})
	never, late, soon, over := message("one", "never"), message("one", "late"), message("one", "soon"), message("one", "over")
	late.Expires, soon.Expires, over.Expires = began.Add(time.Hour), began.Add(time.Minute), began
	soon.Begun, over.Settled = true, true
	s.insert(never, late, soon, over)
	s.read(func(v bridge.View) error {
		at, ok, err := v.NextExpiry("one", began)
		equal(t, "next", []any{at, ok}, []any{soon.Expires, true})
		after, ok, err6 := v.NextExpiry("one", soon.Expires)
		equal(t, "the one after", []any{after, ok}, []any{late.Expires, true})
		due, err2 := v.Expired("one", late.Expires, 9)
		equal(t, "expired", due, []schema.Key{"soon", "late"})
		few, err3 := v.Expired("one", late.Expires, 1)
		none, err4 := v.Expired("one", soon.Expires.Add(-time.Millisecond), 9)
		other, err7 := v.Expired("two", late.Expires, 9)
		equal(t, "few and none", []int{len(few), len(none), len(other)}, []int{1, 0, 0})
		got, _, err5 := v.Message("one", "late")
		equal(t, "kept", got.Expires, late.Expires)
		return errors.Join(err, err2, err3, err4, err5, err6, err7)
	})
}

func receipts(t *testing.T, s *suite) {
	s.put("one")
	s.put("two")
	none, late, soon, told := message("one", "none"), message("one", "late"), message("one", "soon"), message("one", "told")
	for _, m := range []*bridge.MessageRecord{&none, &late, &soon, &told} {
		m.Status, m.Settled = schema.StatusSent, true
	}
	late.ReceiptDue, soon.ReceiptDue, told.Undelivered = began.Add(time.Hour), began.Add(time.Minute), began
	s.insert(none, late, soon, told)
	due := func(now time.Time, count int, want ...schema.Key) {
		t.Helper()
		s.read(func(v bridge.View) error {
			got, err := v.NoReceipt("one", now, count)
			equal(t, "due", got, want)
			other, err2 := v.NoReceipt("two", now, count)
			equal(t, "of another line", len(other), 0)
			return errors.Join(err, err2)
		})
	}
	next := func(after time.Time, want time.Time, found bool) {
		t.Helper()
		s.read(func(v bridge.View) error {
			at, ok, err := v.NextReceipt("one", after)
			equal(t, "next", []any{at, ok}, []any{want, found})
			return err
		})
	}
	due(late.ReceiptDue, 9, "soon", "late")
	due(late.ReceiptDue, 1, "soon")
	due(soon.ReceiptDue.Add(-time.Millisecond), 9)
	next(time.Time{}, soon.ReceiptDue, true)
	next(soon.ReceiptDue, late.ReceiptDue, true)
	next(late.ReceiptDue, time.Time{}, false)
	s.write(func(tx bridge.Tx) error {
		was, _, err := tx.Message("one", "soon")
		m := was
		m.ReceiptDue, m.Undelivered = time.Time{}, began.Add(2*time.Minute)
		return errors.Join(err, tx.UpdateMessage(was, m))
	})
	due(late.ReceiptDue, 9, "late")
	s.read(func(v bridge.View) error {
		m, _, err := v.Message("one", "soon")
		equal(t, "reported", []time.Time{m.ReceiptDue, m.Undelivered}, []time.Time{{}, began.Add(2 * time.Minute)})
		return err
	})
	s.write(func(tx bridge.Tx) error {
		_, err := tx.Forget(until(began.Add(24*time.Hour)), 9)
		return err
	})
	s.read(func(v bridge.View) error {
		list, err := v.Messages("one", bridge.MessageFilter{Count: 9})
		equal(t, "what is left", []any{len(list), list[0].Key}, []any{1, schema.Key("late")})
		return err
	})
}

func beginnings(t *testing.T, s *suite) {
	s.put("one")
	over := message("one", "over")
	over.Settled = true
	s.insert(message("one", "a"), message("one", "b"), over)
	s.write(func(tx bridge.Tx) error { return tx.Begin("one", []schema.Key{"a", "over", "nothing"}) })
	s.read(func(v bridge.View) error {
		for key, want := range map[schema.Key]bool{"a": true, "b": false, "over": false} {
			m, _, err := v.Message("one", key)
			if err != nil || m.Begun != want {
				t.Errorf("%s has begun: %t, %v", key, m.Begun, err)
			}
		}
		return nil
	})
}

func allowances(t *testing.T, s *suite) {
	s.put("one")
	s.put("two")
	s.write(func(tx bridge.Tx) error {
		return errors.Join(tx.PutAllowance("one", "", began), tx.PutAllowance("one", "+7912", began),
			tx.PutAllowance("one", "+7912", began.Add(time.Minute)), tx.PutAllowance("two", "+7912", began.Add(time.Hour)))
	})
	want := func(line schema.LineID, after time.Time, want map[string]time.Time) {
		t.Helper()
		s.read(func(v bridge.View) error {
			got, err := v.Allowances(line, after)
			equal(t, "allowances", got, want)
			return err
		})
	}
	want("one", began.Add(-1), map[string]time.Time{"": began, "+7912": began.Add(time.Minute)})
	want("one", began, map[string]time.Time{"+7912": began.Add(time.Minute)})
	s.write(func(tx bridge.Tx) error {
		_, err := tx.Forget(until(began.Add(time.Second)), 9)
		return errors.Join(err, tx.DeleteLine("two"))
	})
	want("one", time.Time{}, map[string]time.Time{"+7912": began.Add(time.Minute)})
	want("two", time.Time{}, map[string]time.Time{})
}

func whoWrote(t *testing.T, s *suite) {
	s.put("one")
	s.put("two")
	s.write(func(tx bridge.Tx) (err error) {
		for i, c := range []struct {
			line         schema.LineID
			chat, sender string
			at           time.Duration
		}{
			{"one", "+7912", "+7912", 1}, {"one", "+7912", "+7912", 3}, {"one", "+7912", "+7912", 2},
			{"one", "5@lid", "5@lid", 0}, {"one", "7@g.us", "+7912", 4}, {"one", "+7913", "+7900", 4}, {"two", "+7914", "+7914", 4},
		} {
			_, e := tx.Seen(c.line, c.chat, c.sender, schema.MessageID(fmt.Sprint(i)), began.Add(c.at*time.Second))
			err = errors.Join(err, e)
		}
		return err
	})
	s.read(func(v bridge.View) error {
		got, err := v.Heard("one", began)
		equal(t, "direct chats after a moment, the last time", got, map[string]time.Time{"+7912": began.Add(3 * time.Second)})
		return err
	})
}
