package storetest

import (
	"cmp"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

func asks(t *testing.T, s *suite) {
	bare := ask("one", "bare")
	bare.Reply, bare.Context = nil, nil
	q := ask("one", "q1")
	q.Persons = []schema.Address{{Phone: "+7912"}, {LID: "5@lid", JID: "5@lid"}}
	q.Terms = bridge.AskTerms{Answer: &schema.AnswerRule{Kind: schema.AnswerNumber, Min: "1", Tries: 2}, CancelWords: []string{"стоп"}, Stage: "new", Kind: schema.AskRobot}
	q.Item, q.Phone, q.Behind = "deal-7", "+7912", "bare"
	s.put("one", q, bare)
	q.MessageID, q.State, q.Chat = "WA9", schema.AskAnswered, schema.Address{JID: "g@g.us"}
	q.Asked, q.Misses = began.Add(time.Second), 1
	q.Behind, q.Deadline = "", q.Deadline.Add(time.Minute)
	q.Outcome = &schema.Outcome{Kind: schema.OutcomeButton, At: began, Answer: &schema.Answer{Text: "Да", Index: 1, ID: "a", Raw: "1", At: began}}
	s.write(func(tx bridge.Tx) error { return tx.UpdateAsk(q) })
	s.read(func(v bridge.View) error {
		got, _, err := v.Ask("one", "q1")
		equal(t, "its message", got.Message.Key, schema.Key("q1"))
		got.Message = bridge.MessageRecord{}
		equal(t, "ask", got, q)
		byID, ok, err2 := v.AskByMessage("one", "WA9")
		equal(t, "by message", byID.ID, q.ID)
		plain, _, err3 := v.Ask("one", "bare")
		equal(t, "no reply", plain.Reply, (*schema.Reply)(nil))
		_, none, err4 := v.Ask("one", "q9")
		equal(t, "found", []bool{ok, none}, []bool{true, false})
		for _, c := range []struct {
			filter bridge.AskFilter
			want   int
		}{
			{bridge.AskFilter{}, 2}, {bridge.AskFilter{Count: 1}, 1}, {bridge.AskFilter{Node: "n1"}, 1}, {bridge.AskFilter{Item: "deal-7"}, 1}, {bridge.AskFilter{Item: "deal"}, 0},
			{bridge.AskFilter{State: schema.AskSending}, 1}, {bridge.AskFilter{Before: 2}, 1}, {bridge.AskFilter{Before: 1}, 0},
			{bridge.AskFilter{Phones: []string{"+7999", "+7912"}}, 1}, {bridge.AskFilter{Phones: []string{"+7999"}}, 0},
			{bridge.AskFilter{Chat: schema.Address{JID: "g@g.us"}}, 1}, {bridge.AskFilter{Chat: schema.Address{JID: "h@g.us"}}, 0},
			{bridge.AskFilter{Phones: []string{"+7912"}, Item: "deal-8"}, 0},
		} {
			c.filter.Count = cmp.Or(c.filter.Count, 9)
			list, err := v.Asks("one", c.filter)
			if err != nil || len(list) != c.want {
				t.Errorf("%+v: %d, %v; want %d", c.filter, len(list), err, c.want)
			}
		}
		waiting, _, err5 := v.Counts("one")
		equal(t, "waiting", waiting, 1)
		return errors.Join(err, err2, err3, err4, err5)
	})
}

func asksOfAChat(t *testing.T, s *suite) {
	phone, lid, group, over := ask("one", "phone"), ask("one", "lid"), ask("one", "group"), ask("one", "over")
	phone.Chat = schema.Address{Phone: "+7912"}
	lid.Chat = schema.Address{LID: "5@lid", JID: "5@lid"}
	group.Chat = schema.Address{JID: "7@g.us"}
	over.Chat, over.State, over.Outcome = phone.Chat, schema.AskCancelled, &schema.Outcome{Kind: schema.OutcomeCancelled, At: began}
	s.put("one", phone, lid, group, over)
	s.put("two")
	s.read(func(v bridge.View) error {
		list, err := v.Asks("one", bridge.AskFilter{Chat: lid.Chat, Count: 9})
		if len(list) != 1 || list[0].ID != "lid" {
			t.Errorf("listed by LID: %+v", list)
		}
		return err
	})
	for _, c := range []struct {
		line schema.LineID
		chat schema.Address
		open []schema.Key
		last schema.Key
	}{
		{"one", schema.Address{Phone: "+7912", LID: "5@lid", JID: "5@lid"}, []schema.Key{"lid", "phone"}, "over"},
		{"one", schema.Address{Phone: "+7912"}, []schema.Key{"phone"}, "over"},
		{"one", schema.Address{LID: "5@lid"}, []schema.Key{"lid"}, "lid"},
		{"one", schema.Address{JID: "7@g.us"}, []schema.Key{"group"}, "group"},
		{"one", schema.Address{}, nil, ""},
		{"two", schema.Address{Phone: "+7912"}, nil, ""},
	} {
		s.read(func(v bridge.View) error {
			list, err := v.OpenAsks(c.line, c.chat)
			var got []schema.Key
			for _, a := range list {
				got = append(got, a.ID)
			}
			equal(t, fmt.Sprintf("open in %+v", c.chat), got, c.open)
			last, _, err2 := v.LastAsk(c.line, c.chat)
			equal(t, fmt.Sprintf("last in %+v", c.chat), last.ID, c.last)
			return errors.Join(err, err2)
		})
	}
}

// asksInTurn: what is behind another is not due, and is found by it.
func asksInTurn(t *testing.T, s *suite) {
	first, unresolved, behind, over := ask("one", "first"), ask("one", "unresolved"), ask("one", "behind"), ask("one", "over")
	first.Chat, first.Phone = schema.Address{Phone: "+7912", LID: "5@lid", JID: "5@lid"}, "+7912"
	unresolved.Chat, unresolved.Phone = schema.Address{}, "+7912"
	behind.Chat, behind.Behind, behind.Deadline = first.Chat, "first", began.Add(time.Second)
	behind.Reminders = []bridge.ReminderRecord{{Due: began, Text: "Ждём", State: schema.ReminderPlanned}}
	over.Chat, over.Behind, over.State, over.Outcome = first.Chat, "first", schema.AskCancelled, &schema.Outcome{Kind: schema.OutcomeCancelled, At: began}
	s.put("one", first, unresolved, over, behind)
	keys := func(list []bridge.AskRecord) (ids []schema.Key) {
		for _, a := range list {
			ids = append(ids, a.ID)
		}
		return ids
	}
	s.read(func(v bridge.View) error {
		to, err := v.OpenAsksTo("one", schema.Address{LID: "5@lid"}, "+7912")
		equal(t, "open to", keys(to), []schema.Key{"behind", "unresolved", "first"})
		moved, err2 := v.OpenAsksTo("one", schema.Address{LID: "6@lid"}, "")
		equal(t, "open to another", keys(moved), []schema.Key(nil))
		after, err3 := v.AsksBehind("one", "first")
		equal(t, "behind", keys(after), []schema.Key{"behind"})
		due, err4 := v.Due("one", began.Add(time.Minute), began.Add(time.Minute), 9)
		equal(t, "due", due, []schema.Key(nil))
		next, _, err5 := v.NextDeadline("one", time.Time{})
		equal(t, "next", next, first.Deadline)
		_, planned, err6 := v.NextReminder("one", time.Time{})
		equal(t, "a reminder", planned, false)
		return errors.Join(err, err2, err3, err4, err5, err6)
	})
	behind.Behind = ""
	s.write(func(tx bridge.Tx) error { return tx.UpdateAsk(behind) })
	s.read(func(v bridge.View) error {
		due, err := v.Due("one", began.Add(time.Minute), began.Add(time.Minute), 9)
		equal(t, "due in its turn", due, []schema.Key{"behind"})
		_, planned, err2 := v.NextReminder("one", time.Time{})
		equal(t, "a reminder in its turn", planned, true)
		return errors.Join(err, err2)
	})
}

// heldMessages are neither to be sent nor do they expire, until they are admitted.
func heldMessages(t *testing.T, s *suite) {
	m := message("one", "held")
	m.Held, m.Expires = true, began.Add(time.Second)
	s.write(func(tx bridge.Tx) error { return errors.Join(tx.InsertLine(line("one")), tx.InsertMessage(&m)) })
	check := func(what string, expiry time.Time, want ...schema.Key) {
		t.Helper()
		s.read(func(v bridge.View) error {
			queue, err := v.Unsettled("one")
			var keys []schema.Key
			for _, m := range queue {
				keys = append(keys, m.Key)
			}
			equal(t, "unsettled "+what, keys, want)
			expired, err2 := v.Expired("one", began.Add(time.Hour), 9)
			equal(t, "expired "+what, expired, want)
			at, ok, err3 := v.NextExpiry("one", time.Time{})
			equal(t, "there is a next expiry "+what, ok, !expiry.IsZero())
			if ok {
				equal(t, "next expiry "+what, at, expiry)
			}
			got, _, err4 := v.Message("one", "held")
			equal(t, "held "+what, got.Held, len(want) == 0)
			return errors.Join(err, err2, err3, err4)
		})
	}
	check("while it is held", time.Time{})
	m.Expires = began.Add(time.Minute)
	s.write(func(tx bridge.Tx) error { return tx.Admit(m) })
	check("once it is admitted", m.Expires, "held")
}

func asksOfAnItem(t *testing.T, s *suite) {
	first, second, over, other := ask("one", "first"), ask("one", "second"), ask("one", "over"), ask("one", "other")
	first.Item, second.Item, over.Item, other.Item = "deal-7", "deal-7", "deal-7", "deal-70"
	over.State, over.Outcome = schema.AskCancelled, &schema.Outcome{Kind: schema.OutcomeCancelled, At: began}
	s.put("one", first, second, over, other, ask("one", "none"))
	elsewhere := ask("two", "elsewhere")
	elsewhere.Item = "deal-7"
	s.put("two", elsewhere)
	for item, want := range map[string][]schema.Key{"deal-7": {"first", "second"}, "deal-70": {"other"}, "deal": nil, "": nil} {
		s.read(func(v bridge.View) error {
			list, err := v.OpenAsksAbout("one", item)
			var got []schema.Key
			for _, a := range list {
				got = append(got, a.Message.Key)
			}
			equal(t, "open about "+item, got, want)
			return err
		})
	}
}

func deadlines(t *testing.T, s *suite) {
	s.read(func(v bridge.View) error {
		_, ok, err := v.NextDeadline("one", time.Time{})
		equal(t, "a deadline of nothing", ok, false)
		return err
	})
	late, soon, over := ask("one", "late"), ask("one", "soon"), ask("one", "over")
	soon.Deadline = began.Add(time.Minute)
	over.Deadline, over.State, over.Outcome = began, schema.AskCancelled, &schema.Outcome{Kind: schema.OutcomeCancelled, At: began}
	late.State = schema.AskWaiting
	s.put("one", late, soon, over)
	other := ask("two", "other")
	other.Deadline = began
	s.put("two", other)
	s.read(func(v bridge.View) error {
		var errs []error
		for after, want := range map[time.Time]time.Time{{}: soon.Deadline, soon.Deadline: late.Deadline, late.Deadline: {}} {
			at, ok, err := v.NextDeadline("one", after)
			equal(t, "next", at, want)
			equal(t, "there is a next", ok, !want.IsZero())
			errs = append(errs, err)
		}
		for _, c := range []struct {
			now, heard time.Time
			count      int
			want       []schema.Key
		}{
			{soon.Deadline.Add(-time.Millisecond), late.Deadline, 9, nil},
			{soon.Deadline, soon.Deadline, 9, []schema.Key{"soon"}},
			{late.Deadline, late.Deadline, 9, []schema.Key{"soon", "late"}},
			{late.Deadline, late.Deadline, 1, []schema.Key{"soon"}},
			// Not heard: only one that nobody can have answered ends.
			{late.Deadline, soon.Deadline, 9, []schema.Key{"soon"}},
			{late.Deadline, time.Time{}, 9, []schema.Key{"soon"}},
		} {
			due, err := v.Due("one", c.now, c.heard, c.count)
			equal(t, fmt.Sprintf("due at %s, heard %s", c.now, c.heard), due, c.want)
			errs = append(errs, err)
		}
		return errors.Join(errs...)
	})
}

func reminders(t *testing.T, s *suite) {
	at := func(minutes int) time.Time { return began.Add(time.Duration(minutes) * time.Minute) }
	none, two, one, over := ask("one", "none"), ask("one", "two"), ask("one", "one"), ask("one", "over")
	two.Reminders = []bridge.ReminderRecord{{Due: at(3), Text: "Первое", State: schema.ReminderPlanned}, {Due: at(5), Text: "Второе", State: schema.ReminderPlanned}}
	one.Reminders = []bridge.ReminderRecord{{Due: at(4), Text: "Одно", State: schema.ReminderPlanned}}
	over.Reminders = []bridge.ReminderRecord{{Due: at(1), Text: "Поздно", State: schema.ReminderSkipped}}
	s.put("one", none, two, one, over)
	elsewhere := ask("two", "elsewhere")
	elsewhere.Reminders = one.Reminders
	s.put("two", elsewhere)
	check := func(after time.Time, next time.Time, due ...schema.Key) {
		t.Helper()
		s.read(func(v bridge.View) error {
			got, ok, err := v.NextReminder("one", after)
			equal(t, "next reminder", got, next)
			equal(t, "there is a next reminder", ok, !next.IsZero())
			list, err2 := v.DueReminders("one", after, 9)
			equal(t, "due", list, due)
			few, err3 := v.DueReminders("one", after, 1)
			equal(t, "the first of them", len(few), min(len(due), 1))
			return errors.Join(err, err2, err3)
		})
	}
	check(at(2), at(3))
	check(at(3), at(4), "two")
	check(at(4), time.Time{}, "two", "one")
	// The first goes out: a message of its own, read with the ask.
	two.Reminders[0].State = schema.ReminderQueued
	m := message("one", bridge.ReminderKey("two", 1))
	s.write(func(tx bridge.Tx) error { return errors.Join(tx.InsertMessage(&m), tx.UpdateAsk(two)) })
	check(at(4), at(5), "one")
	s.read(func(v bridge.View) error {
		got, _, err := v.Ask("one", "two")
		two.Reminders[0].Message = m
		equal(t, "reminders", got.Reminders, two.Reminders)
		bare, _, err2 := v.Ask("one", "none")
		equal(t, "no reminders", bare.Reminders, nil)
		return errors.Join(err, err2)
	})
}
