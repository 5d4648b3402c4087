package line_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// A line that has heard all says so once everything that waited is committed, and
// at every connection anew: deadlines that passed meanwhile are judged by it.
func TestALineHasHeardAllOnceWhatWaitedIsCommitted(t *testing.T) {
	r, owner, customer, device, session := pair(t)
	heard := func(i *inbox, after int) bridge.Session {
		return await(t, i, "all that waited", func() (bridge.Session, bool) {
			return first(i.sessions[after:], func(s bridge.Session) bool { return s.State == schema.LineConnected && !s.Behind })
		})
	}
	heard(r.inbox, 0)
	r.stop()
	const waiting = 20
	for n := range waiting {
		if _, err := customer.Text(owner.Number(), fmt.Sprintf("while it was down %d", n)); err != nil {
			t.Fatal(err)
		}
	}
	g := newGate(t)
	g.open.Store(true)
	again := rigAt(t, r.dir, g.addr)
	var came []int // messages there were each time
	again.inbox.told = func(s bridge.Session) {
		if s.State == schema.LineConnected && !s.Behind {
			ids := map[schema.MessageID]bool{} // what was refused may come twice
			for _, in := range again.inbox.messages {
				ids[in.ID] = true
			}
			came = append(came, len(ids))
		}
	}
	if err := again.Start(north, session.Account); err != nil {
		t.Fatal(err)
	}
	heard(again.inbox, 0)
	again.inbox.mu.Lock()
	if came[0] != waiting {
		t.Errorf("%d of %d had come when the line said that it has heard all", came[0], waiting)
	}
	mark := len(again.inbox.sessions)
	again.inbox.mu.Unlock()
	// Once more on a connection after that, and with a store that takes nothing at first.
	g.open.Store(false) // until all is written
	again.inbox.mu.Lock()
	came = nil
	for range 3 {
		again.inbox.refuse = append(again.inbox.refuse, func() error { return errors.New("the disk is full") })
	}
	again.inbox.mu.Unlock()
	network.Kick(owner.Number(), device)
	await(t, again.inbox, "the cut", func() (bridge.Session, bool) {
		return first(again.inbox.sessions[mark:], func(s bridge.Session) bool { return s.State == schema.LineReconnecting })
	})
	for n := range waiting {
		if _, err := customer.Text(owner.Number(), fmt.Sprintf("while it was away %d", n)); err != nil {
			t.Fatal(err)
		}
	}
	g.open.Store(true)
	heard(again.inbox, mark)
	again.inbox.mu.Lock()
	defer again.inbox.mu.Unlock()
	if came[0] != 2*waiting {
		t.Errorf("%d of %d had come when the line said so again", came[0], 2*waiting)
	}
}
