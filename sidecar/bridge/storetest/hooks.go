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

var both = []schema.EventKind{schema.EventMessage, schema.EventLineState}

func webhook(id schema.WebhookID, l schema.LineID) bridge.WebhookRecord {
	return bridge.WebhookRecord{ID: id, Line: l, Name: "CRM «Север»", URL: "https://crm.example.com/in?x=1", Host: "red", Events: both,
		Secrets: []bridge.Secret{{Text: "whsec_bmV3"}, {Text: "whsec_b2xk", Until: began.Add(time.Hour)}}, Lang: schema.Russian, Enabled: true, Created: began, Cursor: 2}
}

func outcome(l schema.LineID, host schema.HostID, id schema.Key, at time.Time) bridge.DeliveryRecord {
	return bridge.DeliveryRecord{Way: bridge.WayHost, Opened: at, Delivery: schema.Delivery{Kind: schema.DeliverAskOutcome, Line: l, Host: host,
		Ask: &schema.Ask{ID: id}, Context: json.RawMessage(`{}`), At: at}}
}

// keep stores deliveries and gives them back as they are stored.
func (s *suite) keep(recs ...bridge.DeliveryRecord) (made []bridge.DeliveryRecord) {
	s.Helper()
	s.write(func(tx bridge.Tx) error {
		made = nil
		for _, rec := range recs {
			rec, err := tx.InsertDelivery(rec)
			if err != nil {
				return err
			}
			made = append(made, rec)
		}
		return nil
	})
	return made
}

// log appends events of the kinds, a second apart.
func (s *suite) log(l schema.LineID, kinds ...schema.EventKind) (made []schema.Event) {
	s.Helper()
	s.write(func(tx bridge.Tx) error {
		made = nil
		for i, kind := range kinds {
			e, err := tx.AppendEvent(schema.Event{Line: l, Kind: kind, At: began.Add(time.Duration(i) * time.Second), Message: &schema.IncomingMessage{Text: fmt.Sprint(i + 1)}})
			if err != nil {
				return err
			}
			made = append(made, e)
		}
		return nil
	})
	return made
}

func webhooks(t *testing.T, s *suite) {
	s.put("one")
	a, b := webhook("whk_a", "one"), webhook("whk_b", "one")
	b.Created, b.Host, b.Events = began.Add(time.Second), "", both[:1]
	b.Filter = &schema.EventFilter{Chat: "+7912", Content: []schema.ContentKind{schema.ContentText}, Text: "да|нет"}
	other := webhook("whk_c", "two")
	other.Created = began.Add(time.Minute)
	s.write(func(tx bridge.Tx) error {
		return errors.Join(tx.InsertWebhook(b), tx.InsertWebhook(a), tx.InsertWebhook(other))
	})
	a.Name, a.URL, a.Events, a.Enabled, a.Cursor, a.Secrets = "N", "https://x.example/", nil, false, 9, a.Secrets[:1]
	a.Head, a.Attempt, a.Failures, a.NextTry, a.Why, a.Status = "evt_1.whk_a", 3, 5, began.Add(time.Hour), bridge.WhyStatus.With("no"), 502
	a.Tried, a.Succeeded = began.Add(time.Minute), began.Add(2*time.Minute)
	a.Filter = &schema.EventFilter{Text: "^1$"}
	s.write(func(tx bridge.Tx) error { return tx.UpdateWebhook(a) })
	s.read(func(v bridge.View) error {
		got, ok, err := v.Webhook("whk_a")
		equal(t, "webhook", got, a)
		_, none, err2 := v.Webhook("whk_none")
		equal(t, "found", []bool{ok, none}, []bool{true, false})
		list, err3 := v.Webhooks("one")
		equal(t, "of a line", list, []bridge.WebhookRecord{a, b})
		all, err4 := v.Webhooks("")
		equal(t, "of all", all, []bridge.WebhookRecord{a, b, other})
		return errors.Join(err, err2, err3, err4)
	})
	s.keep(bridge.DeliveryRecord{Way: bridge.WayWebhook, Webhook: "whk_a", Delivery: bridge.EventDelivery("whk_a", schema.Event{ID: "evt_1", Line: "one", At: began})})
	s.write(func(tx bridge.Tx) error { return tx.DeleteWebhook("whk_a") })
	s.read(func(v bridge.View) error {
		_, ok, err := v.Webhook("whk_a")
		list, err2 := v.Deliveries(bridge.DeliveryFilter{Line: "one", Count: 9})
		equal(t, "left", []any{ok, len(list)}, []any{false, 0})
		return errors.Join(err, err2)
	})
}

func nextForAWebhook(t *testing.T, s *suite) {
	s.put("one")
	s.put("two")
	events := s.log("one", schema.EventMessage, schema.EventStatus, schema.EventLineState, schema.EventStatus)
	s.read(func(v bridge.View) error {
		for after, want := range map[int64]int64{0: 1, 1: 3, 2: 3, 3: 0} {
			e, ok, err := v.NextEvent("one", after, both)
			if err != nil || ok != (want != 0) || e.Cursor != want {
				return fmt.Errorf("after %d: %d %t %w", after, e.Cursor, ok, err)
			}
		}
		e, _, err := v.NextEvent("one", 0, []schema.EventKind{schema.EventStatus})
		equal(t, "event", e, events[1])
		_, ok, err2 := v.NextEvent("one", 0, nil)
		_, ok2, err3 := v.NextEvent("two", 0, both)
		equal(t, "nothing wanted, nothing there", []bool{ok, ok2}, []bool{false, false})
		return errors.Join(err, err2, err3)
	})
	w := webhook("whk_a", "one")
	w.Cursor = 1
	s.write(func(tx bridge.Tx) error { return tx.InsertWebhook(w) })
	put := bridge.EventDelivery("whk_a", schema.Event{ID: "evt_0", Line: "one", Kind: schema.EventMessage, At: began.Add(time.Hour)})
	made := s.keep(bridge.DeliveryRecord{Way: bridge.WayWebhook, Webhook: "whk_a", Opened: put.At, Delivery: put},
		outcome("one", "red", "q1", began.Add(time.Minute)), outcome("one", "red", "q2", began.Add(2*time.Hour)),
		outcome("one", "blue", "q3", began), outcome("two", "red", "q4", began))
	s.read(func(v bridge.View) error {
		waiting, dead, err := v.WebhookCounts(w, 100)
		most, _, err2 := v.WebhookCounts(w, 2)
		equal(t, "waiting, dead, counted up to 2", []int{waiting, dead, most}, []int{4, 0, 2})
		return errors.Join(err, err2)
	})
	for i, want := range []bridge.DeliveryRecord{made[1], made[0], made[2]} {
		s.read(func(v bridge.View) error {
			rec, ok, err := v.NextDelivery(w)
			equal(t, fmt.Sprint("found ", i), ok, true)
			equal(t, fmt.Sprint("next ", i), rec, want)
			return err
		})
		s.write(func(tx bridge.Tx) error { return tx.Delivered(want.Delivery.ID) })
	}
	s.read(func(v bridge.View) error {
		_, ok, err := v.NextDelivery(w)
		equal(t, "found after the last", ok, false)
		return err
	})
}

func deadDeliveries(t *testing.T, s *suite) {
	s.put("one")
	w := webhook("whk_a", "one")
	s.write(func(tx bridge.Tx) error { return tx.InsertWebhook(w) })
	put := func(id schema.WebhookID, e schema.EventID) bridge.DeliveryRecord {
		d := bridge.EventDelivery(id, schema.Event{ID: e, Line: "one", Kind: schema.EventMessage, At: began})
		return bridge.DeliveryRecord{Way: bridge.WayWebhook, Webhook: id, Opened: began, Dead: began.Add(time.Minute), Delivery: d}
	}
	made := s.keep(outcome("one", "red", "q1", began), outcome("one", "blue", "q2", began), put("whk_a", "evt_1"), put("whk_removed", "evt_2"))
	for i := range 2 {
		made[i].Dead, made[i].Tried, made[i].Why, made[i].Status, made[i].Delivery.Attempt = began.Add(time.Minute), began.Add(time.Second), bridge.WhyGone, 410, 4
		s.write(func(tx bridge.Tx) error { return tx.UpdateDelivery(made[i]) })
	}
	s.read(func(v bridge.View) error {
		open, err := v.Deliveries(bridge.DeliveryFilter{Line: "one", Count: 9})
		dead, err2 := v.Deliveries(bridge.DeliveryFilter{Line: "one", Dead: true, Count: 9})
		equal(t, "dead", dead, made)
		ofHook, err3 := v.Deliveries(bridge.DeliveryFilter{Line: "one", Dead: true, Webhook: "whk_a", Count: 9})
		after, err4 := v.Deliveries(bridge.DeliveryFilter{Line: "one", Dead: true, Way: bridge.WayHost, After: made[0].Seq, Count: 9})
		equal(t, "parts", []int{len(open), len(ofHook), len(after)}, []int{0, 1, 1})
		waiting, given, err5 := v.WebhookCounts(w, 100)
		equal(t, "of the webhook", []int{waiting, given}, []int{0, 2})
		n, err6 := v.OpenDeliveries("", "")
		d, err7 := v.DeadDeliveries()
		equal(t, "open, dead", []int{n, d}, []int{0, 4})
		return errors.Join(err, err2, err3, err4, err5, err6, err7)
	})
	later := began.Add(time.Hour)
	for i, c := range []struct {
		filter bridge.DeliveryFilter
		ids    []schema.DeliveryID
		want   int
	}{
		{bridge.DeliveryFilter{Line: "two"}, nil, 0},
		{bridge.DeliveryFilter{Line: "one"}, []schema.DeliveryID{made[1].Delivery.ID, made[3].Delivery.ID, "dlv_none"}, 1},
		{bridge.DeliveryFilter{Line: "one", Host: "blue"}, nil, 0},
		{bridge.DeliveryFilter{Line: "one"}, nil, 2},
	} {
		s.write(func(tx bridge.Tx) error {
			n, err := tx.Replay(c.filter, c.ids, later)
			equal(t, fmt.Sprint("replayed ", i), n, c.want)
			return err
		})
	}
	s.read(func(v bridge.View) error {
		open, err := v.Deliveries(bridge.DeliveryFilter{Line: "one", Host: "red", Count: 9})
		want := made[0]
		want.Dead, want.Opened = time.Time{}, later
		equal(t, "open again", open, []bridge.DeliveryRecord{want})
		return err
	})
}

func replies(t *testing.T, s *suite) {
	s.put("one")
	to := func(url string, due time.Time) bridge.DeliveryRecord {
		rec := outcome("one", "n8n", "q", began)
		rec.Way, rec.URL, rec.Mode, rec.NextTry = bridge.WayURL, url, schema.ReplyN8N, due
		return rec
	}
	made := s.keep(to("https://b.example:8443/x?s=1", began.Add(time.Hour)), to("http://a.example/1", began.Add(time.Minute)), to("http://a.example/2", time.Time{}), to("http://a.example/3", began.Add(2*time.Hour)), outcome("one", "n8n", "q", began))
	s.read(func(v bridge.View) error {
		targets, err := v.ReplyTargets()
		equal(t, "targets", targets, []bridge.ReplyTarget{{Target: "http://a.example", Due: time.UnixMilli(0).UTC()}, {Target: "https://b.example:8443", Due: began.Add(time.Hour)}})
		far := began.Add(24 * time.Hour)
		due, err2 := v.DueReplies("http://a.example", began.Add(time.Minute), far, 9)
		equal(t, "due", due, []bridge.DeliveryRecord{made[2], made[1]})
		one, err3 := v.DueReplies("http://a.example", began.Add(time.Minute), began, 1)
		equal(t, "at most", len(one), 1)
		back, err5 := v.DueReplies("http://a.example", began.Add(time.Second), began.Add(time.Hour), 9)
		equal(t, "after a clock was set back", back, []bridge.DeliveryRecord{made[2], made[3]})
		n, first, err4 := v.Unacknowledged("one", "n8n", 0, 1<<62)
		equal(t, "of the host's own", []int64{int64(n), first}, []int64{1, made[4].Seq})
		return errors.Join(err, err2, err3, err4, err5)
	})
	s.write(func(tx bridge.Tx) error {
		dead := made[2]
		dead.Dead = began
		return errors.Join(tx.Delivered(made[0].Delivery.ID), tx.UpdateDelivery(dead))
	})
	s.write(func(tx bridge.Tx) error { // what is acknowledged stays so
		late := made[0]
		late.Dead = began
		return tx.UpdateDelivery(late)
	})
	s.read(func(v bridge.View) error {
		targets, err := v.ReplyTargets()
		equal(t, "targets left", targets, []bridge.ReplyTarget{{Target: "http://a.example", Due: began.Add(time.Minute)}})
		dead, err2 := v.Deliveries(bridge.DeliveryFilter{Line: "one", Dead: true, Count: 9})
		equal(t, "dead", len(dead), 1)
		return errors.Join(err, err2)
	})
}

func unacknowledged(t *testing.T, s *suite) {
	s.put("one")
	made := s.keep(outcome("one", "red", "q1", began), outcome("one", "red", "q2", began), outcome("one", "blue", "q3", began), outcome("one", "red", "q4", began))
	s.write(func(tx bridge.Tx) error {
		_, err := tx.Acknowledge("one", "red", []schema.DeliveryID{made[0].Delivery.ID})
		return err
	})
	s.read(func(v bridge.View) error {
		for _, c := range []struct{ after, upTo, count, first int64 }{
			{0, made[3].Seq, 2, made[1].Seq}, {0, made[2].Seq, 1, made[1].Seq}, {made[1].Seq, made[3].Seq, 1, made[3].Seq}, {0, made[0].Seq, 0, 0},
		} {
			n, first, err := v.Unacknowledged("one", "red", c.after, c.upTo)
			if err != nil || int64(n) != c.count || first != c.first {
				t.Errorf("(%d, %d]: %d from %d, %v", c.after, c.upTo, n, first, err)
			}
		}
		return nil
	})
}

// A line that goes leaves its webhooks what they still had to get.
func webhooksOfADeletedLine(t *testing.T, s *suite) {
	s.put("one")
	w, idle := webhook("whk_a", "one"), webhook("whk_b", "one")
	w.Cursor, w.Host = 1, "red"
	idle.Cursor, idle.Host, idle.Created = 4, "", began.Add(time.Second)
	events := s.log("one", schema.EventMessage, schema.EventMessage, schema.EventStatus, schema.EventLineState)
	w.Head, w.Attempt = bridge.EventDelivery(w.ID, events[1]).ID, 3
	s.write(func(tx bridge.Tx) error { return errors.Join(tx.InsertWebhook(w), tx.InsertWebhook(idle)) })
	mine := s.keep(outcome("one", "red", "q1", began.Add(time.Hour)))
	s.write(func(tx bridge.Tx) error { return tx.DeleteLine("one") })
	s.put("one")
	s.keep(outcome("one", "red", "q2", began.Add(2*time.Hour)))
	s.log("one", schema.EventMessage)
	s.read(func(v bridge.View) error {
		list, err := v.Webhooks("one")
		all, err2 := v.Webhooks("")
		equal(t, "listed", []int{len(list), len(all)}, []int{0, 2})
		w = all[0]
		if w.Gone == nil || w.ID != "whk_a" {
			t.Fatalf("webhook %+v", w)
		}
		n, _, err3 := v.WebhookCounts(w, 100)
		equal(t, "waiting", n, 3)
		return errors.Join(err, err2, err3)
	})
	var got []any
	for range 3 {
		s.write(func(tx bridge.Tx) error {
			rec, ok, err := tx.NextDelivery(w)
			if err != nil || !ok {
				return fmt.Errorf("nothing left: %w", err)
			}
			if rec.Delivery.Event != nil {
				got = append(got, rec.Delivery.Event.Cursor, rec.Delivery.ID, rec.Delivery.Attempt)
			} else {
				got = append(got, rec.Delivery.ID)
			}
			return tx.Delivered(rec.Delivery.ID)
		})
	}
	equal(t, "carried over", got, []any{int64(2), bridge.EventDelivery("whk_a", events[1]).ID, 3,
		int64(4), bridge.EventDelivery("whk_a", events[3]).ID, 0, mine[0].Delivery.ID})
	s.write(func(tx bridge.Tx) error {
		_, ok, err := tx.NextDelivery(w)
		equal(t, "what is the new line's is left alone", ok, false)
		_, err2 := tx.Forget(until(began), 10)
		return errors.Join(err, err2)
	})
	s.read(func(v bridge.View) error {
		all, err := v.Webhooks("")
		equal(t, "webhooks with nothing left", len(all), 0)
		return err
	})
}

func forgettingDeliveries(t *testing.T, s *suite) {
	s.put("one")
	before := began.Add(24 * time.Hour)
	old, fresh := outcome("one", "red", "old", began), outcome("one", "red", "fresh", before)
	dead := outcome("one", "red", "dead", began)
	dead.Dead = began.Add(time.Hour)
	posted := outcome("one", "red", "posted", began)
	posted.Way, posted.URL = bridge.WayURL, "https://a.example/"
	// Of a webhook that is paused, whose line is gone: nobody can resume it.
	aside := bridge.DeliveryRecord{Way: bridge.WayWebhook, Webhook: "whk_paused", Opened: began,
		Delivery: bridge.EventDelivery("whk_paused", schema.Event{ID: "evt_1", Line: "one", Kind: schema.EventMessage, At: began})}
	made := s.keep(old, fresh, dead, posted, aside)
	s.write(func(tx bridge.Tx) error {
		_, err := tx.Forget(until(before), 100)
		return err
	})
	s.read(func(v bridge.View) error {
		open, err := v.Deliveries(bridge.DeliveryFilter{Line: "one", Count: 9})
		equal(t, "open", open, []bridge.DeliveryRecord{made[1], made[3]})
		dead, err2 := v.Deliveries(bridge.DeliveryFilter{Line: "one", Dead: true, Count: 9})
		if len(dead) != 2 || dead[0].Delivery.ID != made[0].Delivery.ID || dead[1].Delivery.ID != made[4].Delivery.ID {
			t.Fatalf("dead %+v", dead)
		}
		for _, d := range dead {
			if d.Why != bridge.WhyNeverCame || d.Dead.Before(began) {
				t.Errorf("dead %+v", d)
			}
		}
		return errors.Join(err, err2)
	})
}
