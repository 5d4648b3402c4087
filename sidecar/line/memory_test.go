package line

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"strconv"
	"testing"

	"go.mau.fi/whatsmeow/store"
	"pgregory.net/rapid"
)

// Reads and writes of one database overlap in every order; whatever is remembered
// at any moment is what the database has.
func TestWhatIsRememberedIsWhatIsStored(t *testing.T) {
	type reading struct {
		turn  int
		found map[string]int // nil: not read yet
	}
	type writing struct {
		written map[string]int
		done    bool
		fails   bool
		end     func(map[string]int)
	}
	key := rapid.SampledFrom([]string{"a", "b", "c"})
	rapid.Check(t, func(t *rapid.T) {
		var (
			r      recent[int]
			stored = map[string]int{}
			reads  []*reading
			writes []*writing
		)
		next := 0
		t.Repeat(map[string]func(*rapid.T){
			"look": func(*rapid.T) { reads = append(reads, &reading{turn: r.look()}) },
			"read": func(t *rapid.T) {
				for _, one := range reads {
					if one.found == nil {
						one.found = maps.Clone(stored)
					}
				}
			},
			"learn": func(t *rapid.T) {
				if len(reads) > 0 && reads[0].found != nil {
					r.learn(reads[0].turn, reads[0].found)
					reads = reads[1:]
				}
			},
			"change": func(t *rapid.T) {
				next++
				w := &writing{written: map[string]int{key.Draw(t, "key"): next}, fails: rapid.Bool().Draw(t, "fails")}
				w.end = r.change(func(k string) bool { _, ok := w.written[k]; return ok })
				writes = append(writes, w)
			},
			"write": func(t *rapid.T) {
				for _, w := range writes {
					if !w.done {
						w.done = true
						maps.Copy(stored, w.written)
						break
					}
				}
			},
			"end": func(t *rapid.T) {
				if len(writes) == 0 {
					return
				}
				at := rapid.IntRange(0, len(writes)-1).Draw(t, "which")
				w := writes[at]
				switch {
				case w.done && !w.fails:
					w.end(w.written)
				default: // an error may come before or after the write itself
					w.end(nil)
				}
				writes = append(writes[:at], writes[at+1:]...)
			},
			"": func(t *rapid.T) {
				for _, k := range []string{"a", "b", "c"} {
					if v, ok := r.get(k); ok && v != stored[k] {
						t.Fatalf("%s is remembered as %d and stored as %d", k, v, stored[k])
					}
				}
			},
		})
	})
}

func TestAWriteIsRememberedOnceItIsSurelyStored(t *testing.T) {
	known := func(r *recent[int]) bool { _, ok := r.get("a"); return ok }
	all := func(string) bool { return true }
	ok := func() error { return nil }
	var r recent[int]
	put := func(ctx context.Context, do func() error) error {
		return write(ctx, r.change(all), map[string]int{"a": 1}, do)
	}
	if err := put(t.Context(), ok); err != nil || !known(&r) {
		t.Errorf("a write: %v, known %t", err, known(&r))
	}
	full := errors.New("the disk is full")
	if err := put(t.Context(), func() error { return full }); !errors.Is(err, full) || known(&r) {
		t.Errorf("a write that failed: %v, known %t", err, known(&r))
	}
	work := &transaction{}
	within := context.WithValue(t.Context(), transactionKey{}, work)
	if err := put(within, ok); err != nil || known(&r) {
		t.Errorf("in a transaction: %v, known %t", err, known(&r))
	}
	r.learn(r.look(), map[string]int{"a": 0})
	if known(&r) {
		t.Error("what was read beside a transaction is remembered")
	}
	work.end()
	r.learn(r.look(), map[string]int{"a": 1})
	if !known(&r) {
		t.Error("nothing is remembered after the transaction")
	}
	if err := put(within, ok); err != nil || !known(&r) {
		t.Errorf("after the transaction: %v, known %t", err, known(&r))
	}
}

func TestOnlySoMuchIsRemembered(t *testing.T) {
	var r recent[int]
	for i := range 3 * recentMax {
		r.learn(r.look(), map[string]int{strconv.Itoa(i): i})
	}
	if v, ok := r.get(strconv.Itoa(3*recentMax - 1)); len(r.values) != recentMax || !ok || v != 3*recentMax-1 {
		t.Errorf("%d values, the newest %d, %t", len(r.values), v, ok)
	}
}

// What changes the database past the memory ends with a new client.
func TestANewClientBeginsWithoutAMemory(t *testing.T) {
	o := newOwner(&Sessions{log: slog.New(slog.DiscardHandler)}, "clinic")
	defer o.cancel()
	o.memory.sessions.learn(o.memory.sessions.look(), map[string][]byte{"a": {1}})
	o.memory.identities.learn(o.memory.identities.look(), map[string][32]byte{"a": {1}})
	o.newClient(&store.Device{})
	_, session := o.memory.sessions.get("a")
	if _, identity := o.memory.identities.get("a"); session || identity {
		t.Errorf("still known: session %t, identity %t", session, identity)
	}
}
