package binary_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/nodeline/nodeline/internal/wait"
	"github.com/nodeline/nodeline/schema"
)

// Chaos, seed 61: the power was cut, and with it the newest part of the sessions'
// log, which is not flushed at each commit. The next message was sealed with a key
// that the phone had used up: it took it for a copy, confirmed it, and showed nothing.
func TestAPowerCutThatTakesTheSessionsBackLosesNothing(t *testing.T) {
	w := linked(t)
	send := func(n int) schema.MessageID {
		t.Helper()
		var r schema.SendResult
		w.must("message.sendText", schema.SendTextRequest{Line: clinic, Key: key(), Chat: w.customer, Text: fmt.Sprint("message ", n)}, &r)
		w.question(r.MessageID)
		return r.MessageID
	}
	files := []string{"sessions.db", "sessions.db-wal"}
	kept := map[string][]byte{}
	send(1)
	w.serve.kill()
	for _, name := range files {
		data, err := os.ReadFile(filepath.Join(w.dir, name))
		if err != nil {
			t.Fatal(err)
		}
		kept[name] = data
	}
	w.start()
	w.connected(clinic)
	send(2)
	send(3)
	w.serve.kill()
	for _, name := range files {
		if err := os.WriteFile(filepath.Join(w.dir, name), kept[name], 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(w.dir, "running"), []byte("another boot"), 0o600); err != nil {
		t.Fatal(err)
	}
	w.start()
	w.connected(clinic)
	for n := 4; n < 8; n++ {
		send(n)
	}
	w.write("an answer", "")
	wait.Until(t, "the answer", func() bool {
		var list schema.EventListResult
		w.must("event.list", schema.EventListRequest{Line: clinic, Count: 200}, &list)
		for _, e := range list.Events {
			if e.Message != nil && e.Message.Text == "an answer" {
				return true
			}
		}
		return false
	})
	if n := len(w.received()); n != 7 {
		t.Errorf("the customer sees %d messages", n)
	}
}
