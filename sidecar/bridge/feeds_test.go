package bridge_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// These tests hold deliver, over the real store and bridge.

// host collects what is pushed to it.
type host struct {
	got chan any
	err error
}

func newHost() *host { return &host{got: make(chan any, 1000)} }

func (h *host) push(_ context.Context, _ string, params any) error {
	if h.err != nil {
		return h.err
	}
	h.got <- params
	return nil
}

func (h *host) delivery(t testing.TB) schema.Delivery {
	t.Helper()
	select {
	case v := <-h.got:
		return v.(schema.Delivery)
	case <-time.After(10 * time.Minute):
		t.Fatal("no delivery came")
		panic("unreachable")
	}
}

func (r *rig) answered(id schema.Key) {
	r.t.Helper()
	a := r.ask(id)
	r.says(anna, "1", quoting(a.MessageID))
}

func (r *rig) ack(ids ...schema.DeliveryID) int {
	r.t.Helper()
	res, err := r.DeliveryAck(r.ctx(), admin, schema.DeliveryAckRequest{Line: theLine, Host: "red", IDs: ids})
	if err != nil {
		r.t.Fatal(err)
	}
	return res.Acked
}

func TestAnAttachedHostIsPushedWhatIsOpenAndWhatComes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		for i := range 250 { // more than a page
			r.answered(schema.Key(fmt.Sprintf("before%d", i)))
		}
		h := newHost()
		open, detach, err := r.feeds.Attach(t.Context(), theLine, "red", h.push)
		if err != nil || open != 250 {
			t.Fatalf("%d open, %v", open, err)
		}
		for i := range 250 {
			d := h.delivery(t)
			if want := schema.Key(fmt.Sprintf("before%d", i)); d.Ask.ID != want || d.Attempt != 1 {
				t.Fatalf("place %d: %s, attempt %d", i, d.Ask.ID, d.Attempt)
			}
			r.ack(d.ID)
		}
		start := time.Now()
		r.answered("then")
		if d := h.delivery(t); d.Ask.ID != "then" || time.Since(start) > time.Second {
			t.Errorf("%s after %v", d.Ask.ID, time.Since(start))
		} else if r.ack(d.ID) != 1 || r.ack(d.ID) != 0 {
			t.Error("acknowledging twice counts twice")
		}
		time.Sleep(10 * time.Minute)
		if n := len(h.got); n != 0 {
			t.Errorf("%d pushes of what was acknowledged", n)
		}
		detach()
		detach()
		r.answered("after")
		synctest.Wait()
		if n := len(h.got); n != 0 {
			t.Errorf("%d pushes after detach", n)
		}
	})
}

func TestAnUnacknowledgedDeliveryIsPushedAgainAfterGrowingPauses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		h := newHost()
		if _, _, err := r.feeds.Attach(t.Context(), theLine, "red", h.push); err != nil {
			t.Fatal(err)
		}
		r.answered("q1")
		first := h.delivery(t)
		last := time.Now()
		for i, want := range []time.Duration{5, 10, 20, 40, 60, 60} {
			d := h.delivery(t)
			pause := time.Since(last)
			last = time.Now()
			if d.ID != first.ID || d.Attempt != i+2 || pause < want*time.Second/2 || pause > want*time.Second {
				t.Errorf("repeat %d: attempt %d after %v, want %v or up to half less", i, d.Attempt, pause, want*time.Second)
			}
		}
		synctest.Wait()
		// Another connection goes on counting, after a restart too.
		r = r.restart(bridge.Timing{})
		h = newHost()
		if _, _, err := r.feeds.Attach(t.Context(), theLine, "red", h.push); err != nil {
			t.Fatal(err)
		}
		if d := h.delivery(t); d.ID != first.ID || d.Attempt != 8 {
			t.Errorf("attempt %d, want 8", d.Attempt)
		}
	})
}

func TestTheNewestAttachWins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		older, newer := newHost(), newHost()
		_, detachOlder, err := r.feeds.Attach(t.Context(), theLine, "red", older.push)
		if err != nil {
			t.Fatal(err)
		}
		r.answered("q1")
		older.delivery(t)
		if _, _, err := r.feeds.Attach(t.Context(), theLine, "red", newer.push); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		r.answered("q2")
		for _, want := range []schema.Key{"q1", "q2"} {
			if d := newer.delivery(t); d.Ask.ID != want {
				t.Errorf("%s, want %s", d.Ask.ID, want)
			}
		}
		time.Sleep(10 * time.Minute)
		if n := len(older.got); n != 0 {
			t.Errorf("the older connection got %d more", n)
		}
		detachOlder() // must not take the newer one down
		r.answered("q3")
		for newer.delivery(t).Ask.ID != "q3" { // repeats of the others come between
		}
	})
}

func TestABrokenConnectionLosesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		h := newHost()
		h.err = errors.New("connection reset")
		if _, _, err := r.feeds.Attach(t.Context(), theLine, "red", h.push); err != nil {
			t.Fatal(err)
		}
		r.answered("q1")
		synctest.Wait()
		again := newHost()
		if open, _, err := r.feeds.Attach(t.Context(), theLine, "red", again.push); err != nil || open != 1 {
			t.Fatalf("%d open, %v", open, err)
		}
		if d := again.delivery(t); d.Attempt != 2 {
			t.Errorf("attempt %d, want 2", d.Attempt)
		}
	})
}

func TestEventsAreFollowedFromACursorInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		for range 150 {
			r.says(anna, "раз")
		}
		h, fresh := newHost(), newHost()
		newest, stop, err := r.feeds.Follow(t.Context(), theLine, 1, bridge.Filter{}, h.push)
		if err != nil || newest != 151 { // the line's state, and 150 messages
			t.Fatalf("newest %d, %v", newest, err)
		}
		if _, _, err := r.feeds.Follow(t.Context(), theLine, -1, bridge.Filter{}, fresh.push); err != nil {
			t.Fatal(err)
		}
		r.says(anna, "два")
		synctest.Wait()
		if len(fresh.got) != 1 || (<-fresh.got).(schema.Event).Cursor != 152 {
			t.Error("from now on means only what comes")
		}
		for want := int64(2); want <= 152; want++ {
			if e := (<-h.got).(schema.Event); e.Cursor != want {
				t.Fatalf("cursor %d, want %d", e.Cursor, want)
			}
		}
		stop()
		r.says(anna, "три")
		synctest.Wait()
		if n := len(h.got); n != 0 {
			t.Errorf("%d events after stop", n)
		}
	})
}

func TestACursorOfAnotherLogReadsThisOneFromItsStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		r.says(anna, "раз")
		h := newHost()
		_, stop, err := r.feeds.Follow(t.Context(), theLine, 900, bridge.Filter{}, h.push)
		if err != nil {
			t.Fatal(err)
		}
		defer stop()
		synctest.Wait()
		if len(h.got) != 2 || (<-h.got).(schema.Event).Cursor != 1 {
			t.Errorf("%d events pushed, want both from the first on", len(h.got))
		}
		page, err := r.EventList(r.ctx(), admin, schema.EventListRequest{Line: theLine, After: 900})
		if err != nil || len(page.Events) != 2 || page.Cursor != 2 {
			t.Errorf("page %+v, %v", page, err)
		}
		page, err = r.EventList(r.ctx(), admin, schema.EventListRequest{Line: theLine, After: 2})
		if err != nil || len(page.Events) != 0 || page.Cursor != 2 {
			t.Errorf("after the newest: %+v, %v", page, err)
		}
	})
}

func TestStoppedFeedsTakeNobody(t *testing.T) {
	r := newRig(t, quick)
	r.feeds.Stop()
	r.feeds.Stop()
	_, _, err := r.feeds.Attach(t.Context(), theLine, "red", newHost().push)
	wantCode(t, err, schema.CodeShuttingDown)
}
