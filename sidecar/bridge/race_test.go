package bridge_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
	"github.com/nodeline/nodeline/sidecar/deliver"
)

// busy keeps the store's writer at work until release, so that what is written
// meanwhile shares one commit.
func (r *rig) busy() (release func()) {
	entered, leave := make(chan struct{}), make(chan struct{})
	go func() {
		_ = r.store.Write(context.Background(), func(bridge.Tx) error { close(entered); <-leave; return nil })
	}()
	<-entered
	return func() { close(leave) }
}

func TestTextThatSharesACommitWithANewAskAnswersTheOneBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		r.ask("before")
		var calls sync.WaitGroup
		release := r.busy()
		calls.Go(func() {
			if _, err := r.Ask(context.Background(), admin, askRequest("new")); err != nil {
				t.Error(err)
			}
		})
		synctest.Wait()
		calls.Go(func() {
			if err := r.Receive(context.Background(), r.net.incoming(anna, "1")); err != nil {
				t.Error(err)
			}
		})
		synctest.Wait()
		release()
		calls.Wait()
		if before, fresh := r.getAsk("before").State, r.getAsk("new").State; before != schema.AskAnswered || fresh != schema.AskWaiting {
			t.Errorf("before %s, new %s", before, fresh)
		}
	})
}

// What a receipt settled since the worker took it up is not tried.
func TestAReceiptThatOvertakesATryEndsIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		door := make(chan struct{})
		r.net.set(func(n *network) { n.looking = door })
		var calls sync.WaitGroup
		calls.Go(func() { r.send("k1", anna) })
		synctest.Wait()
		id := r.message("k1").MessageID
		err := r.Receipt(t.Context(), bridge.Receipt{Line: theLine, IDs: []schema.MessageID{id}, Status: schema.StatusDelivered, At: time.Now()})
		if err != nil {
			t.Fatal(err)
		}
		close(door)
		calls.Wait()
		synctest.Wait()
		if n := len(r.net.sent()); n != 0 {
			t.Errorf("%d tries of what is there", n)
		}
		if m := r.message("k1"); m.Status != schema.StatusDelivered {
			t.Errorf("message %+v", m)
		}
	})
}

// What is cancelled in the commit that stores it was never in the queue.
func TestACancelThatSharesACommitWithItsAskKnowsThatNothingWent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		r.net.report(theLine, schema.LineReconnecting, "acc:1")
		var calls sync.WaitGroup
		release := r.busy()
		calls.Go(func() {
			if _, err := r.Ask(context.Background(), admin, askRequest("q1")); err != nil {
				t.Error(err)
			}
		})
		synctest.Wait()
		calls.Go(func() {
			if _, err := r.AskCancel(context.Background(), admin, schema.AskCancelRequest{Line: theLine, ID: "q1"}); err != nil {
				t.Error(err)
			}
		})
		synctest.Wait()
		release()
		calls.Wait()
		r.wantState("q1", schema.AskCancelled)
		if m := r.message("q1"); m.Status != schema.StatusFailed || m.Error.Code != schema.CodeAskEnded {
			t.Errorf("message %+v", m)
		}
		r.net.linked(theLine)
		synctest.Wait()
		if n := len(r.net.sent()); n != 0 {
			t.Errorf("%d sends of a cancelled ask", n)
		}
	})
}

func TestAnAskThatEndsWhileItsNumberIsLookedUpIsNotSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		door := make(chan struct{})
		r.net.set(func(n *network) { n.looking = door })
		var calls sync.WaitGroup
		calls.Go(func() {
			if _, err := r.Ask(context.Background(), admin, askRequest("q1")); err != nil {
				t.Error(err)
			}
		})
		synctest.Wait()
		if _, err := r.AskCancel(t.Context(), admin, schema.AskCancelRequest{Line: theLine, ID: "q1"}); err != nil {
			t.Fatal(err)
		}
		close(door)
		calls.Wait()
		synctest.Wait()
		if n := len(r.net.sent()); n != 0 {
			t.Errorf("%d sends of a cancelled ask", n)
		}
		if m := r.message("q1"); m.Status != schema.StatusFailed || m.Error.Code != schema.CodeAskEnded {
			t.Errorf("message %+v", m)
		}
	})
}

func TestOnlyTheCancelThatHeldAMessageLetsItGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		door := make(chan struct{})
		r.net.set(func(n *network) { n.hold = door })
		var calls sync.WaitGroup
		calls.Go(func() { _, _ = r.text("first", anna, "Привет") })
		synctest.Wait()
		calls.Go(func() { _, _ = r.Ask(context.Background(), admin, askRequest("q1")) })
		synctest.Wait()
		release := r.busy()
		cancel := schema.AskCancelRequest{Line: theLine, ID: "q1"}
		calls.Go(func() {
			if _, err := r.AskCancel(context.Background(), admin, cancel); err != nil {
				t.Error(err)
			}
		})
		synctest.Wait()
		gone, leave := context.WithCancel(context.Background())
		leave()
		// A caller that is gone is noticed before it queues, or after.
		noticed := make(chan struct{}, 64)
		for i := 0; i < cap(noticed) && len(noticed) == 0; i++ {
			calls.Go(func() { _, _ = r.AskCancel(gone, admin, cancel); noticed <- struct{}{} })
			synctest.Wait()
		}
		close(door)
		synctest.Wait()
		if n := len(r.net.sent()); n != 1 {
			t.Errorf("%d sends while a cancel is being written, want the first text only", n)
		}
		release()
		calls.Wait()
	})
}

func TestARepeatUnderAnotherAddressCountsOnce(t *testing.T) {
	r := linkedRig(t, quick)
	r.ask("older")
	r.ask("newer")
	byPhone := schema.Address{Phone: boris, JID: boris[1:] + "@s.whatsapp.net"}
	in := r.net.incoming(boris, "Здравствуйте", func(in *bridge.Incoming) { in.Chat, in.From = byPhone, byPhone })
	if err := r.Receive(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	// Between the message and its repeat the person's LID becomes known.
	if _, err := r.NumberCheck(t.Context(), admin, schema.NumberCheckRequest{Line: theLine, Phone: boris}); err != nil {
		t.Fatal(err)
	}
	if err := r.Receive(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	if n := len(r.events(schema.EventMessage)); n != 1 {
		t.Errorf("%d events of one message", n)
	}
}

func TestLogsHoldNoNumbers(t *testing.T) {
	var out bytes.Buffer
	var mu sync.Mutex
	log := slog.New(slog.NewJSONHandler(writer(func(p []byte) { mu.Lock(); defer mu.Unlock(); out.Write(p) }), nil))
	r := linkedRig(t, quick)
	r.stop()
	r = startLogged(t, r.dir, r.net, quick, log)
	cause := fmt.Errorf("no session with %s@s.whatsapp.net", anna[1:])
	r.net.set(func(n *network) {
		n.script = func(int, bridge.Outgoing) error { return &bridge.SendError{Certain: true, Server: 463, Err: cause} }
	})
	if m, err := r.text("k1", anna, "Секрет"); err != nil || m.Status != schema.StatusFailed {
		t.Fatalf("%+v, %v", m, err)
	}
	r.net.set(func(n *network) {
		n.lookup = cause
		n.news = bridge.LinkNews{Seq: 9, State: schema.LinkFailed, Err: cause}
	})
	_, err := r.NumberCheck(t.Context(), admin, schema.NumberCheckRequest{Line: theLine, Phone: boris})
	if !errors.Is(err, cause) {
		t.Fatal(err)
	}
	if _, err := r.LineLink(t.Context(), admin, schema.LineLinkRequest{Line: theLine, Since: 1}); err != nil {
		t.Fatal(err)
	}
	mu.Lock()
	defer mu.Unlock()
	if n := strings.Count(out.String(), "no session with"); n != 3 {
		t.Errorf("%d of the 3 failures are logged:\n%s", n, &out)
	}
	for _, secret := range []string{anna[1:], boris[1:], "Секрет"} {
		if strings.Contains(out.String(), secret) {
			t.Errorf("the log holds %s:\n%s", secret, &out)
		}
	}
}

type writer func([]byte)

func (w writer) Write(p []byte) (int, error) { w(p); return len(p), nil }

// flaky is a store whose next reads fail as often as told.
type flaky struct {
	bridge.Store
	mu         sync.Mutex
	fail       int // reads
	failWrites int
}

func (s *flaky) breakNext(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fail = n
}

func (s *flaky) Read(ctx context.Context, fn func(bridge.View) error) error {
	s.mu.Lock()
	broken := s.fail > 0
	if broken {
		s.fail--
	}
	s.mu.Unlock()
	if broken {
		return errors.New("disk I/O error")
	}
	return s.Store.Read(ctx, fn)
}

// Write breaks too: what a caller did before it stays undone.
func (s *flaky) Write(ctx context.Context, fn func(bridge.Tx) error) error {
	s.mu.Lock()
	broken := s.failWrites > 0
	if broken {
		s.failWrites--
	}
	s.mu.Unlock()
	if broken {
		return errors.New("disk I/O error")
	}
	return s.Store.Write(ctx, fn)
}

// full is a store whose disk takes nothing while on is set.
type full struct {
	bridge.Store
	on    atomic.Bool
	after func() error // fails a write when all of it was done
}

func (s *full) Write(ctx context.Context, fn func(bridge.Tx) error) error {
	if s.on.Load() {
		return errors.New("database or disk is full")
	}
	return s.Store.Write(ctx, func(tx bridge.Tx) error {
		err := fn(tx)
		if after := s.after; err == nil && after != nil {
			err = after()
		}
		return err
	})
}

func TestALineThatCannotBeForgottenStaysWithinReach(t *testing.T) {
	r := linkedRig(t, quick)
	r.Stop()
	disk := &full{Store: r.store}
	b := bridge.New(bridge.Config{Store: disk, Log: quiet(), Timing: quick})
	r.net.use(b)
	b.UseSessions(r.net)
	if err := b.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer b.Stop()
	which := schema.LineRequest{Line: theLine}
	disk.on.Store(true)
	_, err := b.LineRemove(t.Context(), admin, which)
	wantCode(t, err, schema.CodeInternal)
	disk.on.Store(false)
	if got, err := b.LineStatus(t.Context(), admin, which); err != nil || got.State != schema.LineUnlinked {
		t.Errorf("line %+v, %v", got, err)
	}
	if _, err := b.LineRemove(t.Context(), admin, which); err != nil {
		t.Error(err)
	}
	_, err = b.LineStatus(t.Context(), admin, which)
	wantCode(t, err, schema.CodeLineNotFound)
}

func TestFeedsOutliveATroubledStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		troubled := &flaky{Store: r.store}
		feeds := deliver.New(deliver.Config{Store: troubled, Log: quiet()})
		defer feeds.Stop()
		outcomes, events := newHost(), newHost()
		_, detach, err := feeds.Attach(t.Context(), theLine, "red", outcomes.push)
		if err != nil {
			t.Fatal(err)
		}
		defer detach()
		_, stop, err := feeds.Follow(t.Context(), theLine, -1, bridge.Filter{}, events.push)
		if err != nil {
			t.Fatal(err)
		}
		defer stop()
		synctest.Wait()
		troubled.breakNext(4)
		r.answered("q1")
		feeds.Deliveries(theLine, "red")
		feeds.Events(theLine)
		if d := outcomes.delivery(t); d.Ask.ID != "q1" {
			t.Errorf("delivery %+v", d)
		}
		select {
		case <-events.got:
		case <-time.After(time.Hour):
			t.Error("no event came")
		}
	})
}
