package storetest

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

func events(t *testing.T, s *suite) {
	s.put("one")
	s.put("two")
	var ids []schema.EventID
	s.write(func(tx bridge.Tx) error {
		ids = nil
		for range 3 {
			e, err := tx.AppendEvent(schema.Event{Line: "one", Kind: schema.EventMessage, At: began, Message: &schema.IncomingMessage{Text: "Привет"}})
			if err != nil {
				return err
			}
			ids = append(ids, e.ID)
		}
		return nil
	})
	s.read(func(v bridge.View) error {
		list, err := v.Events("one", 1, 9)
		equal(t, "events", []any{len(list), list[0].Cursor, list[0].ID, list[0].Message.Text, list[0].At}, []any{2, int64(2), ids[1], "Привет", began})
		first, err2 := v.Events("one", 0, 1)
		equal(t, "first", []any{len(first), first[0].ID}, []any{1, ids[0]})
		one, err3 := v.Cursor("one")
		two, err4 := v.Cursor("two")
		equal(t, "cursors", []int64{one, two}, []int64{3, 0})
		return errors.Join(err, err2, err3, err4)
	})
}

func eventsOfMessages(t *testing.T, s *suite) {
	s.put("one")
	s.put("two")
	s.write(func(tx bridge.Tx) error {
		for _, text := range []string{"первое", "второе"} { // the same id twice
			e, err := tx.AppendEvent(schema.Event{Line: "one", Kind: schema.EventMessage, At: began, Message: &schema.IncomingMessage{ID: "IN1", Text: text}})
			if err == nil {
				err = tx.PutPayload("one", e.Cursor, []byte(text))
			}
			if err != nil {
				return err
			}
		}
		_, err := tx.AppendEvent(schema.Event{Line: "one", Kind: schema.EventMessage, At: began, Message: &schema.IncomingMessage{ID: "IN2"}})
		return err
	})
	s.read(func(v bridge.View) error {
		e, payload, ok, err := v.EventOf("one", "IN1")
		if !ok || err != nil {
			t.Fatal(ok, err)
		}
		equal(t, "the newest", []any{e.Message.Text, e.Cursor, string(payload), e.At}, []any{"второе", int64(2), "второе", began})
		e, payload, ok, err2 := v.EventOf("one", "IN2")
		equal(t, "without bytes", []any{ok, e.Cursor, payload == nil}, []any{true, int64(3), true})
		_, _, none, err3 := v.EventOf("one", "IN3")
		_, _, other, err4 := v.EventOf("two", "IN1")
		equal(t, "others", []any{none, other}, []any{false, false})
		return errors.Join(err2, err3, err4)
	})
}

func chats(t *testing.T, s *suite) {
	s.put("one")
	s.put("two")
	hidden := bridge.ChatRecord{Line: "one", Chat: schema.Address{LID: "5@lid", JID: "5@lid"}, Title: "Анна", Heard: began, Unread: []bridge.Unread{{ID: "A1", From: "5@lid"}}}
	group := bridge.ChatRecord{Line: "one", Chat: schema.Address{JID: "1@g.us"}, Heard: began.Add(time.Second)}
	s.write(func(tx bridge.Tx) error { return errors.Join(tx.PutChat(hidden), tx.PutChat(group)) })
	s.write(func(tx bridge.Tx) error {
		return errors.Join(tx.PutChat(bridge.ChatRecord{Line: "two", Chat: schema.Address{JID: "1@g.us"}, Heard: began}),
			tx.PutChat(bridge.ChatRecord{Line: "two", Chat: schema.Address{LID: "9@lid", JID: "9@lid"}, Heard: began}))
	})
	known := hidden
	known.Chat.Phone, known.Unread = "+7912", nil
	s.write(func(tx bridge.Tx) error { return tx.PutChat(known) })
	s.read(func(v bridge.View) error {
		for _, a := range []schema.Address{{Phone: "+7912"}, {Phone: "+7912", LID: "6@lid"}} {
			rec, ok, err := v.Chat("one", a)
			equal(t, "by any name", []any{rec.Chat, rec.Title, rec.Heard, len(rec.Unread), ok, err}, []any{known.Chat, "Анна", began, 0, true, error(nil)})
		}
		best, _, _ := v.Chat("two", schema.Address{LID: "9@lid", JID: "1@g.us"})
		second, _, _ := v.Chat("two", schema.Address{LID: "8@lid", JID: "1@g.us"})
		equal(t, "by the best name", []schema.Address{best.Chat, second.Chat}, []schema.Address{{LID: "9@lid", JID: "9@lid"}, {JID: "1@g.us"}})
		_, ok, err := v.Chat("one", schema.Address{LID: "5@lid"})
		_, other, err2 := v.Chat("two", schema.Address{Phone: "+7912"})
		equal(t, "moved, and of a line", []bool{ok, other}, []bool{false, false})
		for query, want := range map[string]int{"": 2, "анн": 1, "7912": 1, "g.us": 1, "нет": 0} {
			list, err := v.Chats("one", bridge.ChatFilter{Query: query, Count: 9})
			if err != nil || len(list) != want {
				t.Errorf("%q: %d, %v", query, len(list), err)
			}
		}
		list, err3 := v.Chats("one", bridge.ChatFilter{Skip: 1, Count: 1})
		equal(t, "the second", []any{len(list), list[0].Title}, []any{1, "Анна"})
		return errors.Join(err, err2, err3)
	})
}

func deliveries(t *testing.T, s *suite) {
	s.put("one")
	var made []bridge.DeliveryRecord
	s.write(func(tx bridge.Tx) error {
		made = nil
		for i, node := range []string{"n1", "n2", "n1"} {
			rec, err := tx.InsertDelivery(bridge.DeliveryRecord{Delivery: schema.Delivery{Kind: schema.DeliverAskOutcome, Line: "one", Host: "red", Node: node,
				Ask: &schema.Ask{ID: schema.Key(fmt.Sprint("q", i))}, Context: json.RawMessage(`{"i":1}`), At: began}})
			if err != nil {
				return err
			}
			made = append(made, rec)
		}
		return tx.Attempted(made[1].Delivery.ID, 4)
	})
	made[1].Delivery.Attempt = 4
	s.write(func(tx bridge.Tx) error { return tx.Attempted(made[1].Delivery.ID, 2) })
	s.read(func(v bridge.View) error {
		all, err := v.Deliveries(bridge.DeliveryFilter{Line: "one", Host: "red", Count: 9})
		equal(t, "all", all, made)
		ofNode, err2 := v.Deliveries(bridge.DeliveryFilter{Line: "one", Host: "red", Node: "n1", Count: 9})
		after, err3 := v.Deliveries(bridge.DeliveryFilter{Line: "one", Host: "red", After: made[0].Seq, Count: 1})
		other, err4 := v.Deliveries(bridge.DeliveryFilter{Line: "one", Host: "blue", Count: 9})
		equal(t, "parts", []int{len(ofNode), len(after), len(other)}, []int{2, 1, 0})
		return errors.Join(err, err2, err3, err4)
	})
	for _, c := range []struct {
		host schema.HostID
		want int
	}{{"blue", 0}, {"red", 1}, {"red", 0}} {
		s.write(func(tx bridge.Tx) error {
			n, err := tx.Acknowledge("one", c.host, []schema.DeliveryID{made[0].Delivery.ID, "dlv_none"})
			equal(t, "acknowledged by "+string(c.host), n, c.want)
			return err
		})
	}
	s.read(func(v bridge.View) error {
		for where, want := range map[[2]string]int{{"", ""}: 2, {"one", "red"}: 2, {"one", "blue"}: 0, {"two", ""}: 0} {
			n, err := v.OpenDeliveries(schema.LineID(where[0]), schema.HostID(where[1]))
			if err != nil || n != want {
				t.Errorf("%v: %d open, %v; want %d", where, n, err, want)
			}
		}
		return nil
	})
}

func seen(t *testing.T, s *suite) {
	s.put("one")
	s.put("two")
	for i, c := range []struct {
		line         schema.LineID
		chat, sender string
		id           schema.MessageID
		fresh        bool
	}{{"one", "c", "s", "1", true}, {"one", "c", "s", "1", false}, {"one", "c", "s2", "1", true}, {"one", "c2", "s", "1", true}, {"two", "c", "s", "1", true}, {"one", "c", "s", "2", true}} {
		s.write(func(tx bridge.Tx) error {
			fresh, err := tx.Seen(c.line, c.chat, c.sender, c.id, began)
			equal(t, fmt.Sprintf("message %d is fresh", i), fresh, c.fresh)
			return err
		})
	}
}

func people(t *testing.T, s *suite) {
	s.put("one")
	rec := bridge.ContactRecord{Line: "one", At: began, Contact: bridge.Contact{Asked: "+7912", Exists: true, Address: schema.Address{Phone: "+7912", LID: "5@lid", JID: "5@lid"}}}
	gone := bridge.ContactRecord{Line: "one", At: began.Add(time.Hour), Contact: bridge.Contact{Asked: "+7912"}}
	s.write(func(tx bridge.Tx) error {
		return errors.Join(tx.PutContact(rec), tx.Learn("one", rec.Contact.Address), tx.Learn("one", schema.Address{Phone: "+7000"}), tx.Learn("one", schema.Address{LID: "8@lid"}))
	})
	s.read(func(v bridge.View) error {
		got, _, err := v.Contact("one", "+7912")
		equal(t, "contact", got, rec)
		_, ok, err2 := v.Contact("one", "+7913")
		equal(t, "unknown", ok, false)
		for _, c := range [][2]schema.Address{
			{{Phone: "+7912"}, {Phone: "+7912", LID: "5@lid"}}, {{LID: "5@lid", JID: "5@lid"}, {Phone: "+7912", LID: "5@lid", JID: "5@lid"}},
			{{LID: "8@lid"}, {LID: "8@lid"}}, {{JID: "7@g.us"}, {JID: "7@g.us"}},
		} {
			got, err := v.Complete("one", c[0])
			if err != nil || got != c[1] {
				t.Errorf("%+v is completed to %+v, %v", c[0], got, err)
			}
		}
		return errors.Join(err, err2)
	})
	s.write(func(tx bridge.Tx) error {
		return errors.Join(tx.PutContact(gone), tx.Learn("one", schema.Address{Phone: "+7999", LID: "5@lid"}))
	})
	s.read(func(v bridge.View) error {
		got, _, err := v.Contact("one", "+7912")
		equal(t, "contact again", got, gone)
		moved, err2 := v.Complete("one", schema.Address{LID: "5@lid"})
		equal(t, "a new phone", moved.Phone, "+7999")
		return errors.Join(err, err2)
	})
}

func until(at time.Time) bridge.Horizon { return bridge.Horizon{Messages: at, Events: at, Seen: at} }

func forgetting(t *testing.T, s *suite) {
	open, over := ask("one", "open"), ask("one", "over")
	over.State, over.Outcome = schema.AskCancelled, &schema.Outcome{Kind: schema.OutcomeCancelled, At: began}
	s.put("one", open, over)
	settled, queued := message("one", "settled"), message("one", "queued")
	settled.Settled = true
	s.write(func(tx bridge.Tx) error {
		for _, key := range []schema.Key{"open", "over"} {
			m, _, err := tx.Message("one", key)
			was := m
			m.Settled = true
			if err := errors.Join(err, tx.UpdateMessage(was, m)); err != nil {
				return err
			}
		}
		_, err := tx.AppendEvent(schema.Event{Line: "one", Kind: schema.EventMessage, At: began})
		_, err2 := tx.AppendEvent(schema.Event{Line: "one", Kind: schema.EventMessage, At: began.Add(48 * time.Hour)})
		_, err3 := tx.Seen("one", "c", "s", "1", began)
		return errors.Join(tx.InsertMessage(&settled), tx.InsertMessage(&queued), err, err2, err3)
	})
	before := began.Add(24 * time.Hour)
	s.write(func(tx bridge.Tx) error {
		more, err := tx.Forget(until(before), 1)
		equal(t, "more", more, true)
		_, err2 := tx.Forget(until(before), 100)
		again, err3 := tx.Forget(until(before), 100)
		equal(t, "more after all", again, false)
		return errors.Join(err, err2, err3)
	})
	s.read(func(v bridge.View) error {
		for key, want := range map[schema.Key]bool{"open": true, "over": false, "settled": false, "queued": true} {
			_, ok, err := v.Message("one", key)
			if err != nil || ok != want {
				t.Errorf("message %s is kept: %t, %v", key, ok, err)
			}
		}
		_, ok, err := v.Ask("one", "over")
		equal(t, "the ask that ended is kept", ok, false)
		list, err2 := v.Events("one", 0, 9)
		equal(t, "events kept", len(list), 1)
		cursor, err3 := v.Cursor("one")
		equal(t, "cursor", cursor, int64(2))
		return errors.Join(err, err2, err3)
	})
	s.write(func(tx bridge.Tx) error {
		fresh, err := tx.Seen("one", "c", "s", "1", began)
		equal(t, "memory of the message is gone", fresh, true)
		return err
	})
}

// Rows that stay do not keep those behind them, and each kind has its own horizon.
func forgettingBehindWhatStays(t *testing.T, s *suite) {
	s.put("one", ask("one", "open-1"), ask("one", "open-2"), ask("one", "open-3"))
	s.write(func(tx bridge.Tx) error {
		var errs []error
		for _, key := range []schema.Key{"a", "b", "c", "d"} {
			m := message("one", key)
			m.Settled = true
			errs = append(errs, tx.InsertMessage(&m))
		}
		young := message("one", "young")
		young.Settled, young.Created = true, began.Add(48*time.Hour)
		_, err := tx.AppendEvent(schema.Event{Line: "one", Kind: schema.EventMessage, At: began})
		return errors.Join(append(errs, err, tx.InsertMessage(&young))...)
	})
	h := bridge.Horizon{Messages: began.Add(24 * time.Hour), Events: began, Seen: began}
	s.write(func(tx bridge.Tx) error {
		first, err := tx.Forget(h, 2)
		second, err2 := tx.Forget(h, 3)
		equal(t, "more", []bool{first, second}, []bool{true, false})
		return errors.Join(err, err2)
	})
	s.read(func(v bridge.View) error {
		for key, want := range map[schema.Key]bool{"open-1": true, "open-3": true, "a": false, "b": false, "c": false, "d": false, "young": true} {
			_, ok, err := v.Message("one", key)
			if err != nil || ok != want {
				t.Errorf("message %s is kept: %t, %v", key, ok, err)
			}
		}
		list, err := v.Events("one", 0, 9)
		equal(t, "events kept", len(list), 1)
		return err
	})
}

// What is known of people goes once nothing has used it for long, but not while
// an open ask may be answered under their other name.
func forgettingPeople(t *testing.T, s *suite) {
	byLID, byPhone := ask("one", "by LID"), ask("one", "by phone")
	byLID.Chat, byPhone.Chat = schema.Address{LID: "5@lid"}, schema.Address{Phone: "+79031112233"}
	s.put("one", byLID, byPhone)
	asked, other := schema.Address{Phone: "+79123456789", LID: "5@lid"}, schema.Address{Phone: "+79210001122", LID: "6@lid"}
	called := schema.Address{Phone: "+79031112233", LID: "7@lid"}
	old, fresh := contact("+79123456789", began), contact("+79210001122", began.Add(48*time.Hour))
	s.write(func(tx bridge.Tx) error {
		return errors.Join(tx.Learn("one", asked), tx.Learn("one", other), tx.Learn("one", called), tx.PutContact(old), tx.PutContact(fresh))
	})
	known := func(a schema.Address) bool {
		found := false
		s.read(func(v bridge.View) error {
			full, err := v.Complete("one", schema.Address{LID: a.LID})
			found = full.Phone == a.Phone
			return err
		})
		return found
	}
	s.write(func(tx bridge.Tx) error { _, err := tx.Forget(until(began.Add(24*time.Hour)), 9); return err })
	s.read(func(v bridge.View) error {
		_, gone, err := v.Contact("one", old.Contact.Asked)
		_, kept, err2 := v.Contact("one", fresh.Contact.Asked)
		equal(t, "contacts", []bool{gone, kept}, []bool{false, true})
		return errors.Join(err, err2)
	})
	equal(t, "people just learned are known", []bool{known(asked), known(called), known(other)}, []bool{true, true, true})
	s.write(func(tx bridge.Tx) error {
		_, err := tx.Forget(bridge.Horizon{Messages: time.Now().Add(time.Hour), Events: began, Seen: began}, 9)
		return err
	})
	equal(t, "people are known", []bool{known(asked), known(called), known(other)}, []bool{true, true, false})
}

func contact(phone string, at time.Time) bridge.ContactRecord {
	return bridge.ContactRecord{Line: "one", Contact: bridge.Contact{Asked: phone}, At: at}
}

func deletedLine(t *testing.T, s *suite) {
	s.put("one", ask("one", "q1"))
	token, _, err := s.s.Create(t.Context(), bridge.Grant{Scope: schema.ScopeLine, Line: "one"})
	if err != nil {
		t.Fatal(err)
	}
	s.write(func(tx bridge.Tx) error {
		_, err := tx.InsertDelivery(bridge.DeliveryRecord{Delivery: schema.Delivery{Line: "one", Host: "red", Ask: &schema.Ask{}, At: began}})
		_, err2 := tx.AppendEvent(schema.Event{Line: "one", At: began})
		_, err3 := tx.Seen("one", "c", "s", "1", began)
		return errors.Join(err, err2, err3, tx.DeleteLine("one"))
	})
	s.read(func(v bridge.View) error {
		_, ok, err := v.Line("one")
		_, ok2, err2 := v.Message("one", "q1")
		_, ok3, err3 := v.Ask("one", "q1")
		equal(t, "left", []bool{ok, ok2, ok3}, []bool{false, false, false})
		n, err4 := v.OpenDeliveries("one", "red")
		equal(t, "deliveries left", n, 1)
		return errors.Join(err, err2, err3, err4)
	})
	if _, ok, err := s.s.Find(t.Context(), token); ok || err != nil {
		t.Errorf("its token works: %t, %v", ok, err)
	}
	s.put("one")
	s.read(func(v bridge.View) error {
		cursor, err := v.Cursor("one")
		equal(t, "cursor of the next line of that name", cursor, int64(0))
		return err
	})
}
