package bridge_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// texts sends a text that goes at once.
func (r *rig) texts(key schema.Key, chat string) schema.SendResult {
	r.t.Helper()
	m, err := r.text(key, chat, "привет")
	if err != nil || m.Status != schema.StatusSent {
		r.t.Fatalf("%+v, %v", m, err)
	}
	return m
}

func (r *rig) confirms(status schema.MessageStatus, ids ...schema.MessageID) {
	r.t.Helper()
	if err := r.Receipt(r.ctx(), bridge.Receipt{Line: theLine, IDs: ids, Status: status, At: time.Now()}); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) undeliveredAfter(seconds int) {
	r.t.Helper()
	line, err := r.LineUpdate(r.ctx(), admin, schema.LineUpdateRequest{Line: theLine, UndeliveredSeconds: &seconds})
	if err != nil || line.UndeliveredSeconds != seconds {
		r.t.Fatalf("%+v, %v", line, err)
	}
}

// wantUndelivered are the keys of the messages that were reported, in order.
func (r *rig) wantUndelivered(keys ...schema.Key) {
	r.t.Helper()
	synctest.Wait()
	var got []schema.Key
	for _, e := range r.events(schema.EventUndelivered) {
		if e.Status == nil || e.Status.Status != schema.StatusSent || e.Status.MessageID == "" || e.Status.Chat.JID == "" {
			r.t.Errorf("event %+v", e)
		}
		got = append(got, e.Status.Key)
	}
	if fmt.Sprint(got) != fmt.Sprint(keys) {
		r.t.Fatalf("reported %v, want %v", got, keys)
	}
}

func TestAMessageWithoutAReceiptIsReportedOnceUntilOneComes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		seen, silent, group := r.texts("seen", boris), r.texts("silent", anna), r.texts("group", "120363000000000001@g.us")
		r.confirms(schema.StatusDelivered, seen.MessageID)
		if silent.UndeliveredAt != nil || !strings.HasPrefix(silent.Note, "Not delivered yet") {
			t.Errorf("%+v", silent)
		}
		time.Sleep(24*time.Hour - time.Second)
		r.wantUndelivered()
		time.Sleep(2 * time.Second)
		r.wantUndelivered("silent", "group")
		m := r.message("silent")
		if m.Status != schema.StatusSent || m.UndeliveredAt == nil || m.UndeliveredAt.Sub(silent.Timestamp) != 24*time.Hour || !m.Timestamp.Equal(silent.Timestamp) {
			t.Errorf("%+v", m)
		}
		if !strings.HasPrefix(m.Note, "Not delivered: WhatsApp took the message") {
			t.Errorf("note %q", m.Note)
		}
		r.confirms(schema.StatusDelivered, silent.MessageID, group.MessageID)
		if m := r.message("silent"); m.Status != schema.StatusDelivered || m.UndeliveredAt != nil || m.Note != "" {
			t.Errorf("confirmed late: %+v", m)
		}
		time.Sleep(100 * time.Hour)
		r.wantUndelivered("silent", "group")
		last := r.events(schema.EventStatus)
		if e := last[len(last)-1]; e.Status.Key != "group" || e.Status.Status != schema.StatusDelivered {
			t.Errorf("the last status is %+v", e.Status)
		}
	})
}

func TestWhatIsUndeliveredIsSetByLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		line, err := r.LineStatus(r.ctx(), admin, schema.LineRequest{Line: theLine})
		if err != nil || line.UndeliveredSeconds != schema.UndeliveredDefaultSeconds {
			t.Fatalf("%+v, %v", line, err)
		}
		r.undeliveredAfter(0)
		r.texts("never", anna)
		r.undeliveredAfter(60)
		r.texts("soon", anna)
		r.undeliveredAfter(600)
		r.texts("later", anna)
		time.Sleep(time.Minute + time.Second)
		r.wantUndelivered("soon")
		time.Sleep(9 * time.Minute)
		r.wantUndelivered("soon", "later")
		time.Sleep(30 * 24 * time.Hour)
		r.wantUndelivered("soon", "later")
		if m := r.message("never"); m.UndeliveredAt != nil || !strings.HasPrefix(m.Note, "Not delivered yet") {
			t.Errorf("%+v", m)
		}
	})
}

func TestWhatIsUndeliveredIsReportedByWhicheverLife(t *testing.T) {
	for name, next := range map[string]func(*rig) *rig{
		"stopped": func(r *rig) *rig { return r.restart(bridge.Timing{}) },
		"killed":  func(r *rig) *rig { return r.kill(bridge.Timing{}) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := linkedRig(t, bridge.Timing{})
				r.undeliveredAfter(60)
				m := r.texts("k", anna)
				synctest.Wait()
				r = next(r)
				time.Sleep(59 * time.Second)
				r.wantUndelivered()
				time.Sleep(2 * time.Second)
				r.wantUndelivered("k")
				r = next(r)
				time.Sleep(time.Hour)
				r.wantUndelivered("k")
				r.confirms(schema.StatusRead, m.MessageID)
				r = next(r)
				time.Sleep(time.Hour)
				r.wantUndelivered("k")
			})
		})
	}
}

func TestAReceiptThatWaitsAtWhatsAppIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		r.undeliveredAfter(60)
		first, second := r.texts("first", anna), r.texts("second", boris)
		r.net.set(func(n *network) { n.silent = true })
		r.stop()
		time.Sleep(time.Hour)
		r = startRig(t, r.dir, r.net, bridge.Timing{})
		time.Sleep(time.Minute)
		r.wantUndelivered()
		r.hears(true)
		r.confirms(schema.StatusDelivered, first.MessageID)
		r.wantUndelivered()
		r.hears(false)
		r.wantUndelivered("second")
		r.confirms(schema.StatusDelivered, second.MessageID)
		r.net.report(theLine, schema.LineReconnecting, "acc:1")
		time.Sleep(time.Hour)
		r.wantUndelivered("second")
	})
}

func TestALineThatStaysAwayReportsWhatItDidNotHear(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		r.undeliveredAfter(60 * 60)
		r.texts("first", anna)
		time.Sleep(time.Minute)
		r.texts("second", boris)
		r.net.report(theLine, schema.LineReconnecting, "acc:1")
		time.Sleep(69*time.Minute - time.Second)
		r.wantUndelivered()
		time.Sleep(2 * time.Second)
		r.wantUndelivered("first") // Timing.Away after it was due
		time.Sleep(time.Minute)
		r.wantUndelivered("first", "second")
	})
}

func TestManyUndeliveredAreAllReported(t *testing.T) {
	const many = 80 // more than one batch
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		if _, err := r.LineUpdate(r.ctx(), admin, schema.LineUpdateRequest{Line: theLine, Pace: &off}); err != nil {
			t.Fatal(err)
		}
		r.undeliveredAfter(60)
		for n := range many {
			r.texts(schema.Key(fmt.Sprintf("k%d", n)), anna)
		}
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if got := len(r.events(schema.EventUndelivered)); got != many {
			t.Errorf("%d were reported, want %d", got, many)
		}
	})
}

func TestAnAskThatNobodyReceivedSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		r.undeliveredAfter(60)
		r.ask("off", in(600))
		seen := r.ask("on", in(600), func(q *schema.AskRequest) { q.Chat = boris })
		r.confirms(schema.StatusDelivered, seen.MessageID)
		time.Sleep(61 * time.Second)
		r.wantUndelivered("off")
		a := r.wantState("off", schema.AskWaiting)
		if a.UndeliveredAt == nil || !strings.HasPrefix(a.Note, "Not delivered: ") {
			t.Errorf("%+v", a)
		}
		time.Sleep(10 * time.Minute)
		if a := r.wantState("off", schema.AskNoAnswer); !a.Outcome.Undelivered {
			t.Errorf("outcome %+v", a.Outcome)
		}
		if a := r.wantState("on", schema.AskNoAnswer); a.Outcome.Undelivered {
			t.Errorf("outcome %+v", a.Outcome)
		}
		var told []bool
		for _, d := range r.outcomes() {
			told = append(told, d.Ask.Outcome.Undelivered)
		}
		if fmt.Sprint(told) != "[true false]" {
			t.Errorf("hosts were told %v", told)
		}
	})
}

func TestAnAskThatNeverWentIsUndelivered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		r.net.report(theLine, schema.LineReconnecting, "acc:1")
		r.ask("q", in(60))
		time.Sleep(time.Hour)
		if a := r.wantState("q", schema.AskNoAnswer); !a.Outcome.Undelivered || a.UndeliveredAt != nil {
			t.Errorf("%+v", a)
		}
		r.wantUndelivered()
	})
}
