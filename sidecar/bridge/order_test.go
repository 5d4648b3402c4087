package bridge_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// These tests hold the order in which a host's websocket is pushed to.

// asked are the asks of what was pushed so far.
func (h *host) asked() (ids []schema.Key) {
	for len(h.got) > 0 {
		ids = append(ids, (<-h.got).(schema.Delivery).Ask.ID)
	}
	return ids
}

func keys(from, to int) (ids []schema.Key) {
	for i := from; i <= to; i++ {
		ids = append(ids, schema.Key(fmt.Sprintf("q%03d", i)))
	}
	return ids
}

func (r *rig) answeredAll(ids []schema.Key) {
	r.t.Helper()
	for _, id := range ids {
		r.answered(id)
	}
}

func (r *rig) attach(h *host) {
	r.t.Helper()
	if _, _, err := r.feeds.Attach(r.ctx(), theLine, "red", h.push); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) deliveryOf(id schema.Key) schema.DeliveryID {
	r.t.Helper()
	for _, d := range r.outcomes() {
		if d.Ask.ID == id {
			return d.ID
		}
	}
	r.t.Fatalf("no delivery of %s", id)
	panic("unreachable")
}

func TestARepeatIsFollowedByWhatCameAfterIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		h := newHost()
		r.attach(h)
		r.answeredAll(keys(1, 4))
		synctest.Wait()
		if got := h.asked(); !slices.Equal(got, keys(1, 4)) {
			t.Fatalf("first %v", got)
		}
		r.ack(r.deliveryOf("q002"))
		time.Sleep(5 * time.Second) // the first pause, at its longest
		synctest.Wait()
		if got := h.asked(); !slices.Equal(got, []schema.Key{"q001", "q003", "q004"}) {
			t.Errorf("again %v", got)
		}
		// What is new meanwhile comes once, at once, and last in the next pass.
		r.answered("q005")
		synctest.Wait()
		if got := h.asked(); !slices.Equal(got, keys(5, 5)) {
			t.Errorf("new %v", got)
		}
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if got := h.asked(); !slices.Equal(got, []schema.Key{"q001", "q003", "q004", "q005"}) {
			t.Errorf("third pass %v", got)
		}
	})
}

func TestAHostThatNeverAcknowledgesIsNotFlooded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		all := keys(1, 250)
		r.answeredAll(all)
		h := newHost()
		r.attach(h)
		synctest.Wait()
		if got := h.asked(); !slices.Equal(got, all[:100]) {
			t.Fatalf("%d pushed at once, want 100", len(got))
		}
		r.ack(r.deliveryOf("q001"), r.deliveryOf("q050"))
		synctest.Wait()
		if got := h.asked(); !slices.Equal(got, all[100:102]) {
			t.Errorf("for two acknowledged: %v", got)
		}
		// A window nobody acknowledges gives way after a short pause, so that nothing is
		// held up for ever; what comes after the last is the oldest again.
		time.Sleep(12 * time.Second)
		synctest.Wait()
		got := h.asked()
		if len(got) < 148 || !slices.Equal(got[:148], all[102:]) || len(got) > 148+200 || len(got) > 148 && got[148] != "q002" {
			t.Errorf("then %d from %v", len(got), got[:min(1, len(got))])
		}
		r.answered("q999")
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if got = append(got[148:], h.asked()...); !slices.Contains(got, "q999") || len(got) > 30*100 {
			t.Errorf("the newest is not among the %d that followed", len(got))
		}
		for i := 1; i < len(got); i++ {
			if got[i] < got[i-1] && got[i] != "q002" {
				t.Errorf("%s comes after %s", got[i], got[i-1])
			}
		}
	})
}

func TestAcknowledgingStartsTheShortPauseAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		h := newHost()
		r.attach(h)
		r.answeredAll(keys(1, 2))
		time.Sleep(5 * time.Minute) // the pause has grown to its longest
		synctest.Wait()
		h.asked()
		r.ack(r.deliveryOf("q001"))
		time.Sleep(15 * time.Second) // room for two of the short pauses, for none of the long
		synctest.Wait()
		if got := h.asked(); len(got) < 2 || got[0] != "q002" || got[1] != "q002" {
			t.Errorf("after progress %v", got)
		}
	})
}

func TestAnOlderOneThatIsOpenAgainComesFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		r.answered("q001")
		time.Sleep(91 * 24 * time.Hour) // nobody came for it
		synctest.Wait()
		if list := r.dead(); len(list) != 1 || list[0].Ask.ID != "q001" || list[0].Stored.Reason != "Its host never came for it." {
			t.Fatalf("dead %+v", list)
		}
		h := newHost()
		r.attach(h)
		r.answeredAll(keys(2, 3))
		synctest.Wait()
		h.asked()
		if n := r.replayAll(); n != 1 {
			t.Errorf("%d replayed", n)
		}
		synctest.Wait()
		if got := h.asked(); !slices.Equal(got, keys(1, 3)) {
			t.Errorf("replayed %v", got)
		}
		r.ack(r.deliveryOf("q001"), r.deliveryOf("q002"), r.deliveryOf("q003"))
		time.Sleep(time.Hour)
		synctest.Wait()
		if got := h.asked(); len(got) != 0 {
			t.Errorf("after all were acknowledged %v", got)
		}
	})
}

func TestDeadLettersAreKeptForAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		r.answered("q001")
		time.Sleep(91 * 24 * time.Hour)
		synctest.Wait()
		if n := len(r.dead()); n != 1 {
			t.Fatalf("%d dead", n)
		}
		time.Sleep(91 * 24 * time.Hour)
		synctest.Wait()
		if n := len(r.dead()); n != 0 {
			t.Errorf("%d dead after twice the time", n)
		}
	})
}

// Chaos, seed 102: a message was refused, the next one of its chat went, and the
// sidecar was killed before the refusal was on disk. The next life tried the first
// one again, WhatsApp took it, and it showed below the one that it came before.
func TestTheNextWaitsUntilAFailureIsOnDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		r.send("a0", anna)
		r.send("b0", boris)
		door, busy := make(chan struct{}), make(chan struct{})
		r.net.set(func(n *network) {
			n.hold = door
			n.script = func(count int, _ bridge.Outgoing) error {
				if count == 3 {
					return &bridge.SendError{Certain: true, Server: 479, Err: errors.New("refused")}
				}
				return nil
			}
		})
		first := r.send("k1", anna)
		r.send("k2", anna)
		other := r.send("k3", boris)
		go func() {
			_ = r.store.Write(t.Context(), func(bridge.Tx) error {
				<-busy
				return nil
			})
		}()
		synctest.Wait()
		close(door)
		synctest.Wait()
		var ids []schema.MessageID
		for _, out := range r.net.sent()[2:] {
			ids = append(ids, out.ID)
		}
		if want := []schema.MessageID{first.MessageID, other.MessageID}; !slices.Equal(ids, want) {
			t.Errorf("while the refusal is not on disk %v were sent, want %v", ids, want)
		}
		close(busy)
		synctest.Wait()
		if got, next := r.message("k1"), r.message("k2"); got.Status != schema.StatusFailed || next.Status != schema.StatusSent {
			t.Errorf("the refused one is %s, the next %s", got.Status, next.Status)
		}
	})
}
