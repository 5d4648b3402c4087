package line_test

import (
	"testing"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/store"
)

// Chaos, seed 1: the disk was full for half a second, and what came in it was
// lost. whatsmeow had taken the failed commit of its session database for a
// message that cannot be read, asked for it until its five times were used up,
// and acknowledged it.
func TestAMessageThatComesWhileTheSessionDatabaseFailsComesAgain(t *testing.T) {
	r, owner, customer, _, _ := pair(t)
	if _, err := customer.Text(owner.Number(), "before"); err != nil {
		t.Fatal(err)
	}
	r.inbox.text(t, "before")
	db, err := store.OpenSessions(r.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if _, err := db.ExecContext(t.Context(), `create trigger full before insert on whatsmeow_event_buffer begin select raise(abort, 'full'); end`); err != nil {
		t.Fatal(err)
	}
	mark := r.inbox.mark()
	if _, err := customer.Text(owner.Number(), "meanwhile"); err != nil {
		t.Fatal(err)
	}
	// The line asks WhatsApp for it on a new connection, and not once only.
	for range 3 {
		r.inbox.state(t, north, mark, schema.LineReconnecting)
		mark = r.inbox.mark()
	}
	if _, err := db.ExecContext(t.Context(), `drop trigger full`); err != nil {
		t.Fatal(err)
	}
	r.inbox.text(t, "meanwhile")
	if _, err := customer.Text(owner.Number(), "after"); err != nil {
		t.Fatal(err)
	}
	r.inbox.text(t, "after")
	if n := r.inbox.count("meanwhile"); n != 1 {
		t.Errorf("it came %d times", n)
	}
}
