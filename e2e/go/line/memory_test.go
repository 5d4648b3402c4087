package line_test

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"sync"
	"testing"

	"github.com/nodeline/nodeline/internal/wait"
	"github.com/nodeline/nodeline/sidecar/bridge"
	"github.com/nodeline/nodeline/sidecar/sandbox"
	"github.com/nodeline/nodeline/sidecar/store"
)

// tally counts what marked sends ask of a session database, by table. Messages that
// come in meanwhile ask too.
type tally struct {
	mu            sync.Mutex
	reads, writes map[string]int
	err           error // of a marked send's write of sessions; nil: it is made
}

type tallyMark struct{}

var tableOf = regexp.MustCompile(`(?i)(?:from|into|update)\s+whatsmeow_(\w+)`)

func (n *tally) count(ctx context.Context, in map[string]int, query string) error {
	table := tableOf.FindStringSubmatch(query)
	if table == nil || ctx.Value(tallyMark{}) == nil {
		return nil
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	in[table[1]]++
	if table[1] == "sessions" {
		return n.err
	}
	return nil
}

func (n *tally) clear() {
	n.mu.Lock()
	defer n.mu.Unlock()
	clear(n.reads)
	clear(n.writes)
}

func (n *tally) fail(err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.err = err
}

// tallied is a rig whose marked sends are counted.
func tallied(t *testing.T, dir string) (*rig, *tally) {
	t.Helper()
	n := &tally{reads: map[string]int{}, writes: map[string]int{}}
	return rigOver(t, dir, network.Addr(), timing(), func(c store.Conn) store.Conn { return tallyConn{c, n} }), n
}

// sendMarked sends a text that is counted.
func (r *rig) sendMarked(to *sandbox.Phone, body string) error {
	_, err := r.Send(context.WithValue(r.t.Context(), tallyMark{}, true), north, r.outgoing(to, text(body)))
	return err
}

type tallyConn struct {
	store.Conn
	*tally
}

func (c tallyConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if err := c.count(ctx, c.writes, query); err != nil {
		return nil, err
	}
	return c.Conn.ExecContext(ctx, query, args)
}

func (c tallyConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if err := c.count(ctx, c.reads, query); err != nil {
		return nil, err
	}
	return c.Conn.QueryContext(ctx, query, args)
}

// A warm send costs the session database one write, of the sessions that it moved.
func TestAWarmSendWritesItsSessionsAndReadsNone(t *testing.T) {
	r, n := tallied(t, t.TempDir())
	owner, customer := phone(t, "North Clinic"), phone(t, "Анна")
	r.link(north, owner)
	// What comes in meanwhile, as from the line's own phone after linking, moves
	// sessions too, and the next send reads those.
	wait.Until(t, "a warm send", func() bool {
		n.clear()
		if err := r.sendMarked(customer, "counted"); err != nil {
			t.Fatal(err)
		}
		n.mu.Lock()
		defer n.mu.Unlock()
		return n.reads["sessions"]+n.reads["identity_keys"] == 0 && maps.Equal(n.writes, map[string]int{"sessions": 1})
	})
	shown(t, customer, "the message", says("counted"))
}

// What a line remembers of its sessions is what the database has: after answers,
// which move them, after a write that failed, and for a next life.
func TestWhatIsRememberedOfSessionsIsInTheDatabase(t *testing.T) {
	dir := t.TempDir()
	r, n := tallied(t, dir)
	owner, customer := phone(t, "North Clinic"), phone(t, "Анна")
	_, session := r.link(north, owner)
	r.talk(t, owner, customer, "first")
	// What either side cannot read from here on stays unread.
	for _, way := range []sandbox.Way{sandbox.Up, sandbox.Down} {
		fault(t, sandbox.Fault{Way: way, Tag: "receipt", Type: "retry", Phone: owner.Number(), Do: sandbox.FaultDrop})
	}
	for i := range 5 {
		r.talk(t, owner, customer, fmt.Sprint("one after the other ", i))
	}
	n.fail(errors.New("the disk is full"))
	var failed *bridge.SendError
	if err := r.sendMarked(customer, "not sealed"); !errors.As(err, &failed) || !failed.Certain {
		t.Errorf("%+v", err)
	}
	n.fail(nil)
	r.talk(t, owner, customer, "after a failure")
	if n := copies(customer, owner, "not sealed"); n != 0 {
		t.Errorf("what was not sealed shows %d times", n)
	}
	r.stop()
	next := rigOn(t, dir, timing())
	next.connect(t, session.Account)
	next.talk(t, owner, customer, "next life")
}
