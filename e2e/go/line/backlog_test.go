package line_test

import (
	"fmt"
	"testing"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// A line that has heard all says so once everything that waited is committed, and
// at every connection anew: deadlines that passed meanwhile are judged by it.
func TestALineHasHeardAllOnceWhatWaitedIsCommitted(t *testing.T) {
	r, owner, customer, _, session := pair(t)
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
	again := rigOn(t, r.dir, timing())
	var came []int // messages there were at each report of the session
	again.inbox.told = func(s bridge.Session) {
		if s.State == schema.LineConnected && !s.Behind {
			came = append(came, len(again.inbox.messages))
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
	network.StreamError(owner.Number(), 1, "503", "")
	await(t, again.inbox, "the cut", func() (bridge.Session, bool) {
		return first(again.inbox.sessions[mark:], func(s bridge.Session) bool { return s.State == schema.LineReconnecting })
	})
	heard(again.inbox, mark)
}
