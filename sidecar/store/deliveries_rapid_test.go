package store

import (
	"context"
	"log/slog"
	"maps"
	"os"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// walkState is where the model has a delivery.
type walkState string

const (
	walkOpen  walkState = "open"
	walkAcked walkState = "acknowledged"
	walkDead  walkState = "dead"
)

// walked is a delivery as the model knows it.
type walked struct {
	seq     int64
	state   walkState
	attempt int
}

// walk is one store, reopened now and then, beside its model.
type walk struct {
	dir   string
	store *Store
	model map[schema.DeliveryID]*walked
}

func (w *walk) reopen(t *rapid.T) {
	if w.store != nil {
		if err := w.store.Close(); err != nil {
			t.Fatal(err)
		}
	}
	var err error
	if w.store, err = Open(w.dir, Options{Log: slog.New(slog.DiscardHandler)}); err != nil {
		t.Fatal(err)
	}
}

func (w *walk) write(t *rapid.T, fn func(bridge.Tx) error) {
	if err := w.store.Write(context.Background(), fn); err != nil {
		t.Fatal(err)
	}
}

func (w *walk) in(s walkState) (ids []schema.DeliveryID) {
	for id, d := range w.model {
		if d.state == s {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, func(a, b schema.DeliveryID) int { return int(w.model[a].seq - w.model[b].seq) })
	return ids
}

// any draws a delivery in whatever state: hosts repeat themselves and come late.
// A walk begins with one, so that there always is one.
func (w *walk) any(t *rapid.T) schema.DeliveryID {
	ids := slices.Sorted(maps.Keys(w.model))
	return rapid.SampledFrom(ids).Draw(t, "delivery")
}

func (w *walk) insert(t *rapid.T) {
	var rec bridge.DeliveryRecord
	w.write(t, func(tx bridge.Tx) (err error) {
		rec, err = tx.InsertDelivery(bridge.DeliveryRecord{Delivery: schema.Delivery{Line: "a", Host: "red", Kind: schema.DeliverAskOutcome,
			Ask: &schema.Ask{ID: "q"}, At: schema.Time(time.Now())}})
		return err
	})
	w.model[rec.Delivery.ID] = &walked{seq: rec.Seq, state: walkOpen}
}

func (w *walk) acknowledge(t *rapid.T) {
	id, n := w.any(t), 0
	w.write(t, func(tx bridge.Tx) (err error) {
		n, err = tx.Acknowledge("a", "red", []schema.DeliveryID{id})
		return err
	})
	want := 0
	if d := w.model[id]; d.state != walkAcked {
		want, d.state = 1, walkAcked
	}
	if n != want {
		t.Errorf("%d acknowledged, want %d", n, want)
	}
}

// tried writes how a try ended: told late, a try of long ago may end after newer ones.
func (w *walk) tried(t *rapid.T) {
	id := w.any(t)
	attempt, dead := rapid.IntRange(1, 9).Draw(t, "attempt"), rapid.Bool().Draw(t, "given up")
	rec := bridge.DeliveryRecord{Delivery: schema.Delivery{ID: id, Attempt: attempt}, Tried: time.Now()}
	if dead {
		rec.Dead = time.Now()
	}
	w.write(t, func(tx bridge.Tx) error { return tx.UpdateDelivery(rec) })
	d := w.model[id]
	if d.state == walkAcked {
		return
	}
	d.attempt, d.state = max(d.attempt, attempt), walkOpen
	if dead {
		d.state = walkDead
	}
}

func (w *walk) replay(t *rapid.T) {
	var ids []schema.DeliveryID
	want := w.in(walkDead)
	if rapid.Bool().Draw(t, "one") {
		ids = []schema.DeliveryID{w.any(t)}
		want = slices.DeleteFunc(want, func(id schema.DeliveryID) bool { return id != ids[0] })
	}
	n := 0
	w.write(t, func(tx bridge.Tx) (err error) {
		n, err = tx.Replay(bridge.DeliveryFilter{Line: "a"}, ids, time.Now())
		return err
	})
	for _, id := range want {
		w.model[id].state = walkOpen
	}
	if n != len(want) {
		t.Errorf("%d replayed, want %d", n, len(want))
	}
}

// check compares what is listed, in its order, with the model.
func (w *walk) check(t *rapid.T) {
	for state, dead := range map[walkState]bool{walkOpen: false, walkDead: true} {
		var list []bridge.DeliveryRecord
		err := w.store.Read(context.Background(), func(v bridge.View) (err error) {
			list, err = v.Deliveries(bridge.DeliveryFilter{Line: "a", Dead: dead, Count: len(w.model) + 1})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		var ids []schema.DeliveryID
		for _, rec := range list {
			ids = append(ids, rec.Delivery.ID)
			if d := w.model[rec.Delivery.ID]; d != nil && d.attempt != rec.Delivery.Attempt {
				t.Errorf("%s: attempt %d, want %d", state, rec.Delivery.Attempt, d.attempt)
			}
		}
		if want := w.in(state); !slices.Equal(ids, want) {
			t.Errorf("%s: %v, want %v", state, ids, want)
		}
	}
}

// TestDeliveriesWalked walks the machine of a delivery at random: what was
// acknowledged never comes back, what is dead comes back by a replay or by the
// word of a later try, the order and the ids stay, tries are never counted down,
// whatever is restarted.
func TestDeliveriesWalked(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp("", "nodeline-walk")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		w := &walk{dir: dir, model: map[schema.DeliveryID]*walked{}}
		w.reopen(t)
		defer func() { _ = w.store.Close() }()
		w.write(t, insertLine("a"))
		w.insert(t)
		t.Repeat(map[string]func(*rapid.T){"insert": w.insert, "acknowledge": w.acknowledge, "tried": w.tried,
			"replay": w.replay, "reopen": w.reopen, "": w.check})
	})
}
