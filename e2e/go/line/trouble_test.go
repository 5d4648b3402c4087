package line_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/nodeline/nodeline/internal/wait"
	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
	"github.com/nodeline/nodeline/sidecar/sandbox"
)

func mustBe(t testing.TB, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("the error is %v, not %v", err, want)
	}
}

func TestRefusals(t *testing.T) {
	r, owner, customer, _, _ := pair(t)
	r.send(customer, text("hello"))
	for code, retry := range map[int]bool{463: false, 479: false, 429: true, 503: true} {
		failed := r.notSent(r.faulty(customer, text("refused"), sandbox.Fault{Way: sandbox.Up, Tag: "message", Do: sandbox.FaultRefuse, Code: code}))
		if !failed.Certain || failed.Server != code || failed.Retry != retry {
			t.Errorf("refused with %d: %+v", code, failed)
		}
		network.ClearFaults()
	}
	if n := copies(customer, owner, "refused"); n != 0 {
		t.Errorf("%d of the refused messages came", n)
	}
}

func TestANumberThatIsNotOnWhatsApp(t *testing.T) {
	r, _, _, _, _ := pair(t)
	payload, err := r.Encode(text("x"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = r.Send(t.Context(), north, bridge.Outgoing{ID: mint(), To: "79990000002@s.whatsapp.net", Payload: payload})
	mustBe(t, err, bridge.ErrNotOnWhatsApp)
	var failed *bridge.SendError
	if !errors.As(err, &failed) || !failed.Certain || failed.Retry {
		t.Errorf("the send ended with %+v", failed)
	}
}

// The server took the message and its word got lost: that is unknown, and
// repeating the same id shows the customer nothing new.
func TestALostAckIsUnknownAndTheSameIDIsShownOnce(t *testing.T) {
	r, owner, customer, _, _ := pair(t)
	r.send(customer, text("hello"))
	out := r.faulty(customer, text("once"), lostAck)
	_, err := r.Send(t.Context(), north, out)
	var failed *bridge.SendError
	if !errors.As(err, &failed) || failed.Certain || !failed.Retry {
		t.Fatalf("the send ended with %v", err)
	}
	r.inbox.receipt(t, out.ID, schema.StatusDelivered)
	if _, err := r.Send(t.Context(), north, out); err != nil {
		t.Fatal(err)
	}
	wait.Until(t, "the repeat", func() bool { return customer.Info().Repeats == 1 })
	if n := copies(customer, owner, "once"); n != 1 {
		t.Errorf("the customer sees it %d times", n)
	}
}

func TestACutBeforeTheServerSawIt(t *testing.T) {
	r, owner, customer, _, _ := pair(t)
	r.send(customer, text("hello"))
	mark := r.inbox.mark()
	r.goes(r.faulty(customer, text("through the cut"), cutBefore))
	shown(t, customer, "the text", says("through the cut"))
	r.inbox.state(t, north, mark, schema.LineReconnecting)
	r.inbox.state(t, north, mark, schema.LineConnected)
	if n := copies(customer, owner, "through the cut"); n != 1 {
		t.Errorf("the customer sees it %d times", n)
	}
}

func TestACutAfterTheServerTookIt(t *testing.T) {
	r, owner, customer, _, _ := pair(t)
	r.send(customer, text("hello"))
	out := r.faulty(customer, text("taken"), cutAfter)
	// whatsmeow repeats the stanza after the cut; whether it learns the outcome is its luck.
	_, err := r.Send(t.Context(), north, out)
	var failed *bridge.SendError
	if errors.As(err, &failed) && failed.Certain {
		t.Fatalf("a message that went is said to be surely not sent: %v", err)
	}
	shown(t, customer, "the text", says("taken"))
	r.inbox.receipt(t, out.ID, schema.StatusDelivered)
	if n := copies(customer, owner, "taken"); n != 1 {
		t.Errorf("the customer sees it %d times", n)
	}
}

func TestReconnectsAndGetsWhatCameMeanwhile(t *testing.T) {
	r, owner, customer, device, _ := pair(t)
	for i, name := range []string{"first", "second", "third"} {
		mark := r.inbox.mark()
		if !network.Kick(owner.Number(), device) {
			t.Fatalf("cut %d: there was no connection", i)
		}
		if _, err := customer.Text(owner.Number(), name); err != nil {
			t.Fatal(err)
		}
		r.inbox.state(t, north, mark, schema.LineReconnecting)
		r.inbox.state(t, north, mark, schema.LineConnected)
		r.inbox.text(t, name)
		r.send(customer, text("answer to "+name))
		shown(t, customer, "the answer", says("answer to "+name))
	}
}

func TestStreamErrorsAreSurvived(t *testing.T) {
	r, owner, customer, device, _ := pair(t)
	for _, code := range []string{"515", "503", "500"} {
		mark := r.inbox.mark()
		if !network.StreamError(owner.Number(), device, code, "") {
			t.Fatalf("%s: there was no connection", code)
		}
		r.inbox.state(t, north, mark, schema.LineConnected)
		r.send(customer, text("after "+code))
		shown(t, customer, "the text", says("after "+code))
	}
}

// What Inbox did not take is not acknowledged, so the server brings it again;
// a panic is no different from an error.
func TestWhatWasNotStoredComesAgain(t *testing.T) {
	r, owner, customer, device, _ := pair(t)
	r.inbox.mu.Lock()
	r.inbox.refuse = []func() error{
		func() error { return errors.New("the disk is full") },
		func() error { panic("a bug") },
	}
	r.inbox.mu.Unlock()
	if _, err := customer.Text(owner.Number(), "do not lose me"); err != nil {
		t.Fatal(err)
	}
	r.inbox.text(t, "do not lose me")
	wait.Until(t, "the acknowledgement", func() bool { return network.Backlog(owner.Number(), device) == 0 })
	if n := r.inbox.count("do not lose me"); n != 1 {
		t.Errorf("it was stored %d times", n)
	}
}

func TestAReceiptThatWasNotStoredComesAgain(t *testing.T) {
	r, _, customer, _, _ := pair(t)
	r.send(customer, text("hello"))
	r.inbox.mu.Lock()
	r.inbox.reject = 2
	r.inbox.mu.Unlock()
	id := r.send(customer, text("ticked?"))
	r.inbox.receipt(t, id, schema.StatusDelivered)
}

// The phone asks for another copy while the sidecar is down. The next life finds
// it in the outbox, and gives it to nobody but the chat that it went to.
func TestARetryIsAnsweredInTheNextLife(t *testing.T) {
	for name, mine := range map[string]bool{"to its chat": true, "to another": false} {
		t.Run(name, func(t *testing.T) { retryInTheNextLife(t, mine) })
	}
}

func retryInTheNextLife(t *testing.T, mine bool) {
	r, owner, customer, device, session := pair(t)
	r.send(customer, text("hello"))
	shown(t, customer, "the greeting", says("hello"))
	fault(t, sandbox.Fault{Way: sandbox.Down, Tag: "receipt", Type: "retry", Phone: owner.Number(), Do: sandbox.FaultDrop})
	id := r.goes(r.faulty(customer, text("kept for a retry"), garbled))
	wait.Until(t, "the request for another copy", func() bool { return network.Faults()[0].Hits > 0 })
	r.stop()
	network.ClearFaults()
	again := rigOn(t, r.dir, timing())
	again.inbox.sent = r.inbox.sent
	if !mine {
		again.inbox.sent[id] = recalled{r.inbox.sent[id].payload, schema.Address{Phone: owner.Number(), LID: owner.LID(), JID: jidOf(owner)}}
	}
	if err := again.Start(north, session.Account); err != nil {
		t.Fatal(err)
	}
	if mine {
		shown(t, customer, "the text", says("kept for a retry"))
		return
	}
	again.inbox.state(t, north, 0, schema.LineConnected)
	wait.Until(t, "the request's acknowledgement", func() bool { return network.Backlog(owner.Number(), device) == 0 })
	if n := copies(customer, owner, "kept for a retry"); n != 0 {
		t.Error("a message of another chat was given away")
	}
}

func TestStartingALineTwiceChangesNothing(t *testing.T) {
	r, _, customer, _, session := pair(t)
	mark := r.inbox.mark()
	if err := r.Start(north, session.Account); err != nil {
		t.Fatal(err)
	}
	r.send(customer, text("still here"))
	if now := r.inbox.mark(); now != mark {
		t.Errorf("the line went through %+v", r.inbox.sessions[mark:])
	}
}

func TestReplacedStaysDownUntilSomeoneActs(t *testing.T) {
	r, owner, customer, device, session := pair(t)
	mark := r.inbox.mark()
	network.StreamError(owner.Number(), device, "", "replaced")
	if s := r.inbox.state(t, north, mark, schema.LineReplaced); s.Account != session.Account {
		t.Errorf("the account is %q, it was %q", s.Account, session.Account)
	}
	failed := r.refused(customer, text("x"))
	mustBe(t, failed, bridge.ErrOffline)
	if !failed.Certain {
		t.Errorf("the send ended with %+v", failed)
	}
	if err := r.Link(north, false); err != nil {
		t.Fatal(err)
	}
	r.inbox.state(t, north, mark, schema.LineConnected)
	r.send(customer, text("back"))
}

func TestUnlinkedOnThePhone(t *testing.T) {
	r, owner, customer, device, _ := pair(t)
	mark := r.inbox.mark()
	if err := owner.Unlink(device); err != nil {
		t.Fatal(err)
	}
	if s := r.inbox.state(t, north, mark, schema.LineLoggedOut); s.Account != "" || s.Phone != "" {
		t.Errorf("the account is still there: %+v", s)
	}
	failed := r.refused(customer, text("x"))
	mustBe(t, failed, bridge.ErrNotLinked)
	if !failed.Certain || failed.Retry {
		t.Errorf("the send ended with %+v", failed)
	}
	// The line is linked again without being deleted.
	r.link(north, owner)
	r.send(customer, text("linked again"))
	shown(t, customer, "the text", says("linked again"))
}

func TestUnlinkLogsOutAtWhatsApp(t *testing.T) {
	r, owner, _, _, session := pair(t)
	mark := r.inbox.mark()
	if err := r.Unlink(t.Context(), north); err != nil {
		t.Fatal(err)
	}
	if s := r.inbox.state(t, north, mark, schema.LineUnlinked); s.Account != "" {
		t.Errorf("the account is still %q", s.Account)
	}
	wait.Until(t, "the phone's forgetting", func() bool { return len(owner.Devices()) == 0 })
	// The keys are gone here too.
	r.Stop(north)
	mark = r.inbox.mark()
	if err := r.Start(north, session.Account); err != nil {
		t.Fatal(err)
	}
	r.inbox.state(t, north, mark, schema.LineLoggedOut)
}

func TestRestartFromTheStore(t *testing.T) {
	r, owner, customer, _, session := pair(t)
	r.send(customer, text("before"))
	r.stop()
	if _, err := customer.Text(owner.Number(), "while it was down"); err != nil {
		t.Fatal(err)
	}
	again := rigOn(t, r.dir, timing())
	if err := again.Start(north, session.Account); err != nil {
		t.Fatal(err)
	}
	if s := again.inbox.state(t, north, 0, schema.LineConnected); s.Account != session.Account || s.Phone != owner.Number() || s.LID != session.LID {
		t.Errorf("it came back as %+v, it was %+v", s, session)
	}
	again.inbox.text(t, "while it was down")
	again.send(customer, text("after"))
	shown(t, customer, "the text", says("after"))
}

func TestLoginFailures(t *testing.T) {
	for _, c := range []struct {
		reason string
		more   map[string]string
		state  schema.LineState
		back   bool // it comes back by itself
	}{
		{"503", nil, schema.LineReconnecting, true},
		{"405", nil, schema.LineReconnecting, true},
		{"409", nil, schema.LineReconnecting, true},
		{"402", map[string]string{"code": "101", "expire": "1"}, schema.LineBanned, true},
		{"403", nil, schema.LineLoggedOut, false},
		{"406", nil, schema.LineBanned, false},
	} {
		t.Run(c.reason, func(t *testing.T) {
			r, owner, _, device, _ := pair(t)
			if err := network.FailNextLogin(owner.Number(), device, c.reason, c.more); err != nil {
				t.Fatal(err)
			}
			mark := r.inbox.mark()
			network.Kick(owner.Number(), device)
			s := r.inbox.state(t, north, mark, c.state)
			if c.back {
				r.inbox.state(t, north, mark, schema.LineConnected)
			} else if s.Account != "" {
				t.Errorf("the account is still %q", s.Account)
			}
		})
	}
}

// A message on its way when the caller gives up may have gone.
func TestACallerThatGivesUp(t *testing.T) {
	r, _, customer, _, _ := pair(t)
	r.send(customer, text("hello"))
	out := r.faulty(customer, text("given up"), lostAck)
	ctx, giveUp := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() {
		_, err := r.Send(ctx, north, out)
		ended <- err
	}()
	wait.Until(t, "the word that is lost", func() bool { return network.Faults()[0].Hits == 1 })
	giveUp()
	err := <-ended
	var failed *bridge.SendError
	if !errors.As(err, &failed) || failed.Certain {
		t.Fatalf("the send ended with %v", err)
	}
	shown(t, customer, "the text", says("given up"))
}

func TestStopTwiceAndSendAfterwards(t *testing.T) {
	r, _, customer, _, _ := pair(t)
	out := r.outgoing(customer, text("x"))
	r.Stop(north)
	r.Stop(north)
	_, err := r.Send(t.Context(), north, out)
	var failed *bridge.SendError
	if !errors.As(err, &failed) || !failed.Certain {
		t.Fatalf("the send ended with %v", err)
	}
	r.Close()
	r.Close()
	if err := r.Start(north, ""); err == nil {
		t.Error("a line starts after Close")
	}
}

// Once there is room again, nobody waits for the end of a pause that had grown.
func TestWhatCouldNotBeStoredComesAtOnceWhenItCan(t *testing.T) {
	times := timing()
	times.RetryMin, times.RetryMax = time.Hour, time.Hour
	r := newRig(t, times)
	owner, customer := phone(t, "North Clinic"), phone(t, "Анна")
	r.link(north, owner)
	refused := make(chan struct{})
	r.inbox.mu.Lock()
	r.inbox.refuse = []func() error{func() error { close(refused); return errors.New("the disk is full") }}
	r.inbox.mu.Unlock()
	if _, err := customer.Text(owner.Number(), "hello"); err != nil {
		t.Fatal(err)
	}
	<-refused
	wait.Until(t, "the message", func() bool {
		r.Better()
		return r.inbox.count("hello") == 1
	})
}
