package store

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

func pages(t testing.TB, s *Store) (n int) {
	t.Helper()
	if err := s.read.QueryRow("pragma page_count").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// What is forgotten makes room for what comes: the file does not grow.
func TestSpaceIsUsedAgain(t *testing.T) {
	s := open(t, t.TempDir(), false)
	if err := s.Write(t.Context(), insertLine("one")); err != nil {
		t.Fatal(err)
	}
	days := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	fill := func(day int) {
		t.Helper()
		err := s.Write(t.Context(), func(tx bridge.Tx) error {
			at := days.AddDate(0, 0, day)
			for i := range 500 {
				m := bridge.MessageRecord{Line: "one", Key: schema.Key(fmt.Sprint(day, "-", i)), Hash: make([]byte, 32), ID: schema.MessageID(fmt.Sprint("WA", day, i)),
					Payload: make([]byte, 500), Status: schema.StatusSent, Settled: true, StatusAt: at, Created: at}
				if err := tx.InsertMessage(&m); err != nil {
					return err
				}
				if _, err := tx.AppendEvent(schema.Event{Line: "one", Kind: schema.EventMessage, At: at}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	fill(0)
	fill(1)
	before := pages(t, s)
	for day := 2; day < 12; day++ {
		at := days.AddDate(0, 0, day-1)
		for more := true; more; {
			err := s.Write(context.Background(), func(tx bridge.Tx) (err error) {
				more, err = tx.Forget(bridge.Horizon{Messages: at, Events: at, Seen: at}, 200)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		fill(day)
	}
	if after := pages(t, s); after > before*5/4 {
		t.Errorf("%d pages were enough for two days, now there are %d", before, after)
	}
}
