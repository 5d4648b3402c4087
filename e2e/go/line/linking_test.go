package line_test

import (
	"testing"
	"time"

	"github.com/nodeline/nodeline/internal/wait"
	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
	"github.com/nodeline/nodeline/sidecar/line"
	"github.com/nodeline/nodeline/sidecar/sandbox"
)

func TestLinkingGoesThroughItsStates(t *testing.T) {
	r := newRig(t, timing())
	owner := phone(t, "Owner")
	if err := r.Start(north, ""); err != nil {
		t.Fatal(err)
	}
	if n := r.LinkNews(t.Context(), north, 0); n.State != "" {
		t.Errorf("before anybody asks, linking stands at %q", n.State)
	}
	code := r.code(north, false)
	n := r.news(north, "a code", is(schema.LinkCode))
	if left := time.Until(n.ExpiresAt); left < 50*time.Second || left > time.Minute {
		t.Errorf("the first code lives for %s", left)
	}
	if again := r.code(north, false); again != code {
		t.Error("joining a round shows another code")
	}
	if other := r.code(north, true); other == code {
		t.Error("a new round shows the code before")
	} else {
		scan(t, owner, other)
	}
	r.news(north, "linked", is(schema.LinkLinked))
	states := []schema.LineState{}
	r.inbox.state(t, north, 0, schema.LineConnected)
	r.inbox.mu.Lock()
	for _, s := range r.inbox.sessions {
		states = append(states, s.State)
		// The account is known before whatsmeow stores it: see owner.pairing.
		if s.State == schema.LineConnecting && s.Account == "" {
			t.Error("connecting without an account")
		}
	}
	r.inbox.mu.Unlock()
	if len(states) < 3 || states[0] != schema.LineLinking || states[1] != schema.LineConnecting {
		t.Errorf("the line went through %v", states)
	}
	if device := owner.Devices()[0]; device.Name != "Nodeline" {
		t.Errorf("the phone calls the device %q", device.Name)
	}
}

func TestCodesChangeExpireAndStartAgain(t *testing.T) {
	times := timing()
	times.FirstCode, times.NextCode = time.Second, 10*time.Millisecond
	r := newRig(t, times)
	if err := r.Start(north, ""); err != nil {
		t.Fatal(err)
	}
	before := r.LinkNews(t.Context(), north, 0).Seq
	seen := map[string]bool{r.code(north, false): true}
	last := r.news(north, "the end of the round", func(n bridge.LinkNews) bool {
		if n.State == schema.LinkCode {
			seen[n.QR] = true
		}
		return n.State == schema.LinkExpired
	}).Seq
	// The test need not have seen all: the news before the codes and after them are two.
	if codes := last - before - 2; codes < 2 || len(seen) > codes {
		t.Errorf("the round showed %d codes, %d of them seen", codes, len(seen))
	}
	r.inbox.state(t, north, 0, schema.LineUnlinked)
	// Asking in a loop does not begin another round; asking for one does.
	if err := r.Link(north, false); err != nil {
		t.Fatal(err)
	}
	if n := r.LinkNews(t.Context(), north, 0); n.State != schema.LinkExpired {
		t.Errorf("after the end linking stands at %s", n.State)
	}
	if err := r.Link(north, true); err != nil {
		t.Fatal(err)
	}
	n := r.news(north, "a code of the second round", is(schema.LinkCode))
	if seen[n.QR] {
		t.Error("the second round shows a code of the first")
	}
}

func TestScanningACodeOfTheSecondRound(t *testing.T) {
	r := newRig(t, timing())
	r.code(north, false)
	r.link(north, phone(t, "Owner"))
}

// evolution-api issue 2498: a scan on one line must not disturb another.
func TestOneLinePairsWhileAnotherWorks(t *testing.T) {
	r, owner, customer, device, _ := pair(t)
	mark := r.inbox.mark()
	other, south := phone(t, "South"), schema.LineID("south")
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := range 20 {
			if _, err := r.Send(t.Context(), north, r.outgoing(customer, text("meanwhile"))); err != nil {
				t.Errorf("send %d: %v", i, err)
			}
		}
	}()
	r.link(south, other)
	<-done
	network.StreamError(other.Number(), 1, "515", "")
	if _, err := customer.Text(owner.Number(), "still there?"); err != nil {
		t.Fatal(err)
	}
	r.inbox.text(t, "still there?")
	r.inbox.mu.Lock()
	for _, s := range r.inbox.sessions[mark:] {
		if s.Line == north && s.State != schema.LineConnected {
			t.Errorf("the other line went to %s", s.State)
		}
	}
	r.inbox.mu.Unlock()
	if got := owner.Devices()[0]; got.ID != device || !got.Online {
		t.Errorf("the phone sees %+v", got)
	}
}

// The connection ends while a code is on show: the round goes on with new codes.
func TestARoundSurvivesACut(t *testing.T) {
	r := newRig(t, timing())
	owner := phone(t, "Owner")
	code := r.code(north, false)
	fault(t, sandbox.Fault{Way: sandbox.Down, Tag: "iq", XMLNS: "md", Do: sandbox.FaultCutAfter, Times: 1})
	if err := r.Link(north, true); err != nil {
		t.Fatal(err)
	}
	wait.Until(t, "the cut", func() bool { return network.Faults()[0].Hits == 1 })
	// The code that was cut off may still be on show; it is dead.
	wait.Until(t, "a scan of a live code", func() bool {
		n := r.news(north, "a code after the cut", func(n bridge.LinkNews) bool { return n.State == schema.LinkCode && n.QR != code })
		_, err := owner.Link(t.Context(), n.QR)
		return err == nil
	})
	r.news(north, "linked", is(schema.LinkLinked))
}

func TestWhatsAppOutOfReachIsSaidAndTriedAgain(t *testing.T) {
	r, owner, customer, device, session := pair(t)
	r.stop()
	g := newGate(t)
	away := rigAt(t, r.dir, g.addr)
	if err := away.Start(north, session.Account); err != nil {
		t.Fatal(err)
	}
	s := await(t, away.inbox, "news of the trouble", func() (bridge.Session, bool) {
		return first(away.inbox.sessions, func(s bridge.Session) bool { return s.Detail != "" })
	})
	if s.State != schema.LineConnecting || s.Account != session.Account {
		t.Errorf("out of reach the line is %+v", s)
	}
	failed := away.refused(customer, text("x"))
	mustBe(t, failed, bridge.ErrOffline)
	if !failed.Certain || !failed.Retry {
		t.Errorf("the send ended with %+v", failed)
	}
	_, err := away.Lookup(t.Context(), north, []string{customer.Number()})
	mustBe(t, err, bridge.ErrOffline)
	g.open.Store(true)
	away.inbox.state(t, north, 0, schema.LineConnected)
	if got := owner.Devices()[0]; got.ID != device || !got.Online {
		t.Errorf("the phone sees %+v", got)
	}
}

func TestALineOutOfReachCannotShowACode(t *testing.T) {
	g := newGate(t)
	r := rigAt(t, t.TempDir(), g.addr)
	if err := r.Start(north, ""); err != nil {
		t.Fatal(err)
	}
	if err := r.Link(north, false); err != nil {
		t.Fatal(err)
	}
	n := r.news(north, "the trouble", func(n bridge.LinkNews) bool { return n.Err != nil })
	mustBe(t, n.Err, bridge.ErrOffline)
	if n.State != schema.LinkWaiting {
		t.Errorf("linking stands at %s", n.State)
	}
	g.open.Store(true)
	r.news(north, "a code once it can be reached", is(schema.LinkCode))
}

func TestOnlyALoopbackNetworkIsAccepted(t *testing.T) {
	for _, addr := range []string{"10.0.0.1:7460", "example.com:7460", "0.0.0.0:7460", "127.0.0.1"} {
		if _, err := line.New(t.Context(), line.Config{DB: newDB(t), Inbox: newInbox(), Network: line.Network{Addr: addr, Root: network.Root()}}); err == nil {
			t.Errorf("%s is accepted", addr)
		}
		if _, err := line.FetchRoot(t.Context(), addr); err == nil {
			t.Errorf("a root is fetched from %s", addr)
		}
	}
	root, err := line.FetchRoot(t.Context(), network.Addr())
	if err != nil || root != network.Root() {
		t.Errorf("the root is %x (%v), not %x", root, err, network.Root())
	}
	// One process, one network: the real one is refused now.
	if _, err := line.New(t.Context(), line.Config{DB: newDB(t), Inbox: newInbox()}); err == nil {
		t.Error("a second network is accepted")
	}
}
