package bridge_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

func (r *rig) hasMessage(key schema.Key) bool {
	r.t.Helper()
	_, err := r.MessageGet(r.ctx(), admin, schema.MessageGetRequest{Line: theLine, Key: key})
	if err != nil {
		wantCode(r.t, err, schema.CodeMessageNotFound)
	}
	return err == nil
}

func (r *rig) countEvents() int {
	r.t.Helper()
	list, err := r.EventList(r.ctx(), admin, schema.EventListRequest{Line: theLine, Count: 200})
	if err != nil {
		r.t.Fatal(err)
	}
	return len(list.Events)
}

// Each kind goes at its own time, and nothing that is still open.
func TestWhatEndedLongAgoIsForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{KeepMessages: 10 * 24 * time.Hour, KeepEvents: 2 * 24 * time.Hour})
		r.ask("q1", func(q *schema.AskRequest) { q.DeadlineSeconds = schema.DeadlineMaxSeconds })
		if _, err := r.text("k1", anna, "Привет"); err != nil {
			t.Fatal(err)
		}
		r.confirms(schema.StatusDelivered, r.getAsk("q1").MessageID, r.message("k1").MessageID)
		time.Sleep(3 * 24 * time.Hour)
		synctest.Wait()
		if n := r.countEvents(); n != 0 || !r.hasMessage("k1") {
			t.Errorf("after 3 days: %d events, the message is kept: %t", n, r.hasMessage("k1"))
		}
		time.Sleep(8 * 24 * time.Hour)
		synctest.Wait()
		if r.hasMessage("k1") {
			t.Error("after 11 days the message is kept")
		}
		r.says(anna, "1")
		if got := r.getAsk("q1"); got.State != schema.AskAnswered {
			t.Errorf("an open ask is kept: %+v", got)
		}
	})
}

// A sidecar that never lives for an hour forgets too.
func TestAShortLifeForgetsToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keep := bridge.Timing{KeepMessages: 24 * time.Hour}
		r := linkedRig(t, keep)
		if _, err := r.text("k1", anna, "Привет"); err != nil {
			t.Fatal(err)
		}
		r.stop()
		time.Sleep(48 * time.Hour)
		r = startRig(t, r.dir, r.net, keep)
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if r.hasMessage("k1") {
			t.Error("the message is kept")
		}
	})
}

// A message that comes twice, weeks apart, is one, however short events are kept.
func TestARepeatIsKnownLongAfterItsEventIsForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{KeepEvents: 24 * time.Hour})
		in := bridge.Incoming{Line: theLine, ID: "IN1", Chat: schema.Address{Phone: anna}, From: schema.Address{Phone: anna}, Kind: schema.ContentText, Text: "hi", At: time.Now()}
		if err := r.Receive(t.Context(), in); err != nil {
			t.Fatal(err)
		}
		time.Sleep(30 * 24 * time.Hour)
		synctest.Wait()
		if n := r.countEvents(); n != 0 {
			t.Fatalf("%d events are kept", n)
		}
		if err := r.Receive(t.Context(), in); err != nil {
			t.Fatal(err)
		}
		if n := r.countEvents(); n != 0 {
			t.Errorf("the repeat is an event: %d", n)
		}
	})
}
