package bridge_test

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
	"github.com/nodeline/nodeline/sidecar/deliver"
)

// These tests hold deliver's webhooks, over the real store, bridge and HTTP.

func TestAWebhookGetsEventsAndOutcomesInOrder(t *testing.T) {
	r := postingRig(t, func(c *deliver.Config) { c.Sandbox = true })
	r.says(anna, "до него")
	c := newReceiver(t, nil)
	made := r.webhook(c, func(req *schema.WebhookCreateRequest) { req.Host = "red" })
	r.says(anna, "раз")
	r.answered("q1") // an outcome, then the message that is the answer
	r.says(anna, "два")
	got := c.waitFor(4)
	if want := []string{"раз", "q1", "1", "два"}; !slices.Equal(texts(t, got, every), want) {
		t.Errorf("got %q, want %q", texts(t, got, every), want)
	}
	for _, p := range got {
		if p.Attempt != 1 || !p.Sandbox || string(p.ID) != p.id() || p.Line != theLine || p.header.Get("Content-Type") != "application/json" {
			t.Errorf("posted %s", p.body)
		}
	}
	if e := got[0].Event; e == nil || got[0].Kind != schema.DeliverEvent || got[0].id() != string(e.ID)+"."+string(made.Webhook.ID) || !e.Sandbox {
		t.Errorf("event %s", got[0].body)
	}
	if p := got[1]; p.Kind != schema.DeliverAskOutcome || p.Host != "red" || string(p.Context) != `{"n":1}` || p.Ask.Outcome.Answer.ID != "yes" || !p.Ask.Sandbox {
		t.Errorf("outcome %s", p.body)
	}
	eventually(t, "everything is acknowledged", func() bool { return r.hook(made.Webhook.ID).Waiting == 0 && len(r.outcomes()) == 0 })
	if w := r.hook(made.Webhook.ID); w.State != schema.WebhookIdle || w.SucceededAt == nil || w.HTTPStatus != 204 || w.Dead != 0 {
		t.Errorf("webhook %+v", w)
	}
}

func TestAWebhookThatWasDownGetsAllOnceInOrder(t *testing.T) {
	r := postingRig(t)
	c := newReceiver(t, nil)
	made := r.webhook(c)
	r.says(anna, "0")
	c.waitFor(1)
	c.down()
	for i := 1; i <= 120; i++ { // more than a page
		r.says(anna, fmt.Sprint(i))
	}
	eventually(t, "a try fails", func() bool { return r.hook(made.Webhook.ID).State == schema.WebhookRetrying })
	if w := r.hook(made.Webhook.ID); w.Waiting != 120 || w.Reason == "" || w.HTTPStatus != 0 || w.NextTryAt == nil || w.Attempt == 0 {
		t.Errorf("while it is down: %+v", w)
	}
	c.up()
	got := c.waitFor(121)
	for i, text := range texts(t, got, every) {
		if text != fmt.Sprint(i) {
			t.Fatalf("place %d: %s", i, text)
		}
	}
	if got[1].Attempt < 2 || got[2].Attempt != 1 {
		t.Errorf("attempts %d and %d, want the first to have been tried before", got[1].Attempt, got[2].Attempt)
	}
}

func TestARefusedOneHoldsItsPlace(t *testing.T) {
	var open atomic.Bool
	taken := func(p posted) bool { return open.Load() || p.Event.Message.Text != "b" }
	r := postingRig(t)
	c := newReceiver(t, func(_ int, p posted, w http.ResponseWriter) {
		if !taken(p) {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	r.webhook(c)
	for _, text := range []string{"a", "b", "c"} {
		r.says(anna, text)
	}
	for i, p := range c.waitFor(8)[1:8] {
		if p.Event.Message.Text != "b" || p.Attempt != i+1 || p.id() != c.all()[1].id() {
			t.Fatalf("try %d is of %q, attempt %d", i+1, p.Event.Message.Text, p.Attempt)
		}
	}
	open.Store(true)
	eventually(t, "c comes", func() bool { list := c.all(); return list[len(list)-1].Event.Message.Text == "c" })
}

func TestACrashBetweenPostAndMarkRepeatsTheSameID(t *testing.T) {
	r := postingRig(t)
	came, crashed := make(chan struct{}), make(chan struct{})
	c := newReceiver(t, func(n int, _ posted, _ http.ResponseWriter) {
		if n == 2 {
			close(came)
			<-crashed // the answer finds nobody
		}
	})
	r.webhook(c)
	r.says(anna, "раз")
	c.waitFor(1)
	eventually(t, "раз is marked", func() bool { return r.waiting() == 0 })
	r.says(anna, "два")
	<-came
	r = r.kill(quick)
	close(crashed)
	r.says(anna, "три")
	got := c.waitFor(4)
	if got[1].id() != got[2].id() || got[2].Event.Message.Text != "два" || got[3].Event.Message.Text != "три" {
		t.Errorf("got %q", []string{got[1].id(), got[2].id(), got[3].id()})
	}
}

// waiting is what the line's webhooks still have to deliver.
func (r *rig) waiting() (n int) {
	r.t.Helper()
	list, err := r.WebhookList(r.ctx(), admin, schema.WebhookListRequest{Line: theLine})
	if err != nil {
		r.t.Fatal(err)
	}
	for _, w := range list.Webhooks {
		n += w.Waiting
	}
	return n
}

func TestARestartGoesOnFromTheCursor(t *testing.T) {
	r := postingRig(t)
	c := newReceiver(t, nil)
	made := r.webhook(c, func(req *schema.WebhookCreateRequest) {
		req.Events = []schema.EventKind{schema.EventMessage, schema.EventLineState, schema.EventMessage}
	})
	if len(made.Webhook.Events) != 2 {
		t.Errorf("kinds %v", made.Webhook.Events)
	}
	r.says(anna, "раз")
	eventually(t, "раз is marked", func() bool { return len(c.all()) == 1 && r.waiting() == 0 })
	c.down()
	r.says(anna, "два")
	r = r.restart(quick)
	c.up()
	got := c.waitFor(3) // the restart's own line.state comes last
	if got[1].Event.Message == nil || got[1].Event.Message.Text != "два" || got[2].Event.Kind != schema.EventLineState {
		t.Errorf("after the restart: %s, %s", got[1].body, got[2].body)
	}
}

func TestWhatIsGivenUpIsKeptAndComesBackInOrder(t *testing.T) {
	var up atomic.Bool
	r := postingRig(t, func(c *deliver.Config) { c.GiveUp = 100 * time.Millisecond })
	c := newReceiver(t, func(_ int, p posted, w http.ResponseWriter) {
		if !up.Load() {
			w.Header().Set("Content-Type", "text/plain")
			w.WriteHeader(http.StatusBadGateway)
			fmt.Fprint(w, "no\n upstream\x07")
		}
	})
	made := r.webhook(c, func(req *schema.WebhookCreateRequest) { req.Host = "red" })
	r.says(anna, "a")
	r.answered("q1")
	eventually(t, "all three are given up", func() bool { return r.hook(made.Webhook.ID).Dead == 3 })
	list := r.dead()
	if len(list) != 3 || r.waiting() != 0 {
		t.Fatalf("dead %+v", list)
	}
	for _, d := range list {
		if s := d.Stored; s.State != schema.DeliveryDead || s.HTTPStatus != 502 || s.Reason != "The receiver answered with 502. (no upstream)" ||
			s.DeadAt == nil || s.TriedAt == nil {
			t.Errorf("dead letter %+v %+v", d, s)
		}
	}
	if d := list[0]; d.Ask == nil || d.Host != "red" || d.Stored.Webhook != "" {
		t.Errorf("dead outcome %+v", d)
	}
	first := list[1]
	if first.Event == nil || first.Event.Message.Text != "a" || first.Stored.Webhook != made.Webhook.ID || first.Attempt < 2 {
		t.Errorf("dead event %+v", first)
	}
	before := c.all()
	up.Store(true)
	if n := r.replayAll(); n != 3 {
		t.Errorf("%d replayed", n)
	}
	r.says(anna, "b") // comes after what was put back
	got := c.waitFor(len(before) + 4)[len(before):]
	if want := []string{"a", "q1", "1", "b"}; !slices.Equal(texts(t, got, every), want) {
		t.Errorf("came back as %q, want %q", texts(t, got, every), want)
	}
	if got[0].id() != string(first.ID) || got[0].id() != before[0].id() || got[0].Attempt != first.Attempt+1 {
		t.Errorf("came back as %s attempt %d, was %s attempt %d", got[0].id(), got[0].Attempt, first.ID, first.Attempt)
	}
	eventually(t, "nothing is left", func() bool { return r.waiting() == 0 && len(r.dead()) == 0 })
	if n := r.replayAll(); n != 0 {
		t.Errorf("%d replayed of nothing", n)
	}
}

func TestGoneIsFinalAndTheNextGoesOn(t *testing.T) {
	r := postingRig(t, func(c *deliver.Config) { c.RetryMin, c.RetryMax = time.Hour, time.Hour })
	c := newReceiver(t, func(n int, _ posted, w http.ResponseWriter) {
		if n == 1 {
			w.WriteHeader(http.StatusGone)
		}
	})
	r.webhook(c)
	r.says(anna, "a")
	r.says(anna, "b")
	if got := texts(t, c.waitFor(2), every); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("got %q", got)
	}
	if list := r.dead(); len(list) != 1 || list[0].Stored.HTTPStatus != 410 || list[0].Event.Message.Text != "a" {
		t.Errorf("dead %+v", list)
	}
}

func TestOneOfTheDeadCanBeReplayed(t *testing.T) {
	var up atomic.Bool
	r := postingRig(t)
	c := newReceiver(t, func(_ int, _ posted, w http.ResponseWriter) {
		if !up.Load() {
			w.WriteHeader(http.StatusGone)
		}
	})
	made := r.webhook(c)
	for _, text := range []string{"a", "b", "c"} {
		r.says(anna, text)
	}
	eventually(t, "three are dead", func() bool { return len(r.dead()) == 3 })
	page, err := r.DeliveryList(r.ctx(), admin, schema.DeliveryListRequest{Line: theLine, State: schema.DeliveryDead, Count: 2})
	if err != nil || len(page.Deliveries) != 2 || page.Next == "" {
		t.Fatalf("page %+v, %v", page, err)
	}
	rest := r.dead(func(req *schema.DeliveryListRequest) { req.After, req.Webhook = page.Next, made.Webhook.ID })
	if len(rest) != 1 || rest[0].Event.Message.Text != "c" {
		t.Errorf("second page %+v", rest)
	}
	up.Store(true)
	got, err := r.DeliveryReplay(r.ctx(), admin, schema.DeliveryReplayRequest{Line: theLine, IDs: []schema.DeliveryID{page.Deliveries[1].ID, "dlv_none"}})
	if err != nil || got.Replayed != 1 {
		t.Errorf("%+v, %v", got, err)
	}
	if all := c.waitFor(4); all[3].Event.Message.Text != "b" {
		t.Errorf("came back: %s", all[3].body)
	}
	for _, bad := range []schema.DeliveryReplayRequest{{Line: theLine}, {Line: theLine, All: true, IDs: []schema.DeliveryID{"dlv_1"}}} {
		_, err := r.DeliveryReplay(r.ctx(), admin, bad)
		wantCode(t, err, schema.CodeInvalidRequest)
	}
	_, err = r.DeliveryReplay(r.ctx(), admin, schema.DeliveryReplayRequest{Line: "nowhere", All: true})
	wantCode(t, err, schema.CodeLineNotFound)
}

func TestASlowWebhookHoldsUpNoOther(t *testing.T) {
	r := postingRig(t)
	let := make(chan struct{})
	slow := newReceiver(t, func(int, posted, http.ResponseWriter) { <-let })
	fast := newReceiver(t, nil)
	defer close(let)
	r.webhook(slow)
	r.webhook(fast)
	for i := range 20 {
		r.says(anna, fmt.Sprint(i))
	}
	fast.waitFor(20)
	if n := len(slow.waitFor(1)); n != 1 {
		t.Errorf("%d POSTs at once to the slow one", n)
	}
}

func TestIdleWebhooksCostNoGoroutine(t *testing.T) {
	r := postingRig(t)
	c := newReceiver(t, nil)
	before := runtime.NumGoroutine()
	for range 50 {
		r.webhook(c, func(req *schema.WebhookCreateRequest) { req.Events = []schema.EventKind{schema.EventLineState} })
	}
	r.says(anna, "wakes them all, for nothing")
	eventually(t, "the workers are at rest", func() bool { return runtime.NumGoroutine() <= before+5 })
	_, err := r.WebhookCreate(r.ctx(), admin, schema.WebhookCreateRequest{Line: theLine, Name: "one too many", URL: c.url(), Host: "h"})
	wantCode(t, err, schema.CodeInvalidRequest)
	if n := len(c.all()); n != 0 {
		t.Errorf("%d POSTs of what nobody wants", n)
	}
}

func TestAPausedWebhookWaits(t *testing.T) {
	r := postingRig(t, func(c *deliver.Config) { c.GiveUp = time.Millisecond })
	c, moved := newReceiver(t, nil), newReceiver(t, nil)
	made := r.webhook(c)
	off, on := false, true
	update := func(req schema.WebhookUpdateRequest) schema.Webhook {
		t.Helper()
		req.Line, req.ID = theLine, made.Webhook.ID
		w, err := r.WebhookUpdate(r.ctx(), admin, req)
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	if w := update(schema.WebhookUpdateRequest{Enabled: &off, Name: "Other"}); w.State != schema.WebhookPaused || w.Enabled || w.Name != "Other" {
		t.Errorf("paused: %+v", w)
	}
	r.says(anna, "a")
	if w := r.hook(made.Webhook.ID); w.Waiting != 1 || w.State != schema.WebhookPaused {
		t.Errorf("waiting: %+v", w)
	}
	if w := update(schema.WebhookUpdateRequest{Enabled: &on, URL: moved.url()}); w.State != schema.WebhookWorking || w.URL != moved.url() {
		t.Errorf("resumed: %+v", w)
	}
	if got := texts(t, moved.waitFor(1), every); !slices.Equal(got, []string{"a"}) || len(c.all()) != 0 {
		t.Errorf("moved got %q, the old one %d", got, len(c.all()))
	}
}

func TestNewKindsCountFromWhatWaitsFirst(t *testing.T) {
	r := postingRig(t)
	c := newReceiver(t, nil)
	made := r.webhook(c, func(req *schema.WebhookCreateRequest) { req.Events = []schema.EventKind{schema.EventLineState} })
	r.says(anna, "not wanted")
	_, err := r.WebhookUpdate(r.ctx(), admin, schema.WebhookUpdateRequest{Line: theLine, ID: made.Webhook.ID, Events: []schema.EventKind{schema.EventMessage}})
	if err != nil {
		t.Fatal(err)
	}
	r.says(anna, "wanted")
	if got := texts(t, c.waitFor(1), every); !slices.Equal(got, []string{"wanted"}) {
		t.Errorf("got %q", got)
	}
	if w, err := r.WebhookUpdate(r.ctx(), admin, schema.WebhookUpdateRequest{Line: theLine, ID: made.Webhook.ID, Events: []schema.EventKind{}}); err != nil || len(w.Events) != 0 {
		t.Errorf("no events any more: %+v, %v", w, err)
	}
}

func TestAnUpdateTriesAtOnce(t *testing.T) {
	r := postingRig(t, func(c *deliver.Config) { c.RetryMin, c.RetryMax = time.Hour, time.Hour })
	broken := newReceiver(t, func(_ int, _ posted, w http.ResponseWriter) { w.WriteHeader(http.StatusInternalServerError) })
	fixed := newReceiver(t, nil)
	made := r.webhook(broken)
	r.says(anna, "a")
	eventually(t, "a try fails", func() bool { return r.hook(made.Webhook.ID).State == schema.WebhookRetrying })
	if _, err := r.WebhookUpdate(r.ctx(), admin, schema.WebhookUpdateRequest{Line: theLine, ID: made.Webhook.ID, URL: fixed.url()}); err != nil {
		t.Fatal(err)
	}
	fixed.waitFor(1)
}

func TestAnUpdateDuringATryTriesAtOnce(t *testing.T) {
	r := postingRig(t, func(c *deliver.Config) { c.RetryMin, c.RetryMax = time.Hour, time.Hour })
	came, moved := make(chan struct{}), make(chan struct{})
	broken := newReceiver(t, func(_ int, _ posted, w http.ResponseWriter) {
		close(came)
		<-moved
		w.WriteHeader(http.StatusInternalServerError)
	})
	fixed := newReceiver(t, nil)
	made := r.webhook(broken)
	r.says(anna, "a")
	<-came
	_, err := r.WebhookUpdate(r.ctx(), admin, schema.WebhookUpdateRequest{Line: theLine, ID: made.Webhook.ID, URL: fixed.url()})
	if err != nil {
		t.Fatal(err)
	}
	close(moved)
	fixed.waitFor(1)
}

// held is a store whose next reader of a webhook keeps what it read until it is let go.
type held struct {
	bridge.Store
	next chan chan struct{}
}

type watched struct {
	bridge.View
	webhook bool // one was read
}

func (v *watched) Webhook(id schema.WebhookID) (bridge.WebhookRecord, bool, error) {
	v.webhook = true
	return v.View.Webhook(id)
}

func (s *held) Read(ctx context.Context, fn func(bridge.View) error) error {
	seen := &watched{}
	err := s.Store.Read(ctx, func(v bridge.View) error {
		seen.View = v
		return fn(seen)
	})
	if !seen.webhook {
		return err
	}
	select {
	case let := <-s.next:
		let <- struct{}{} // it has read
		<-let
	default:
	}
	return err
}

func TestAnUpdateWhileAWebhookIsReadIsNotMissed(t *testing.T) {
	r := postingRig(t)
	r.feeds.Stop()
	slow := &held{Store: r.store, next: make(chan chan struct{}, 1)}
	feeds := deliver.New(deliver.Config{Store: slow, Log: quiet(), RetryMin: time.Hour, RetryMax: time.Hour})
	defer feeds.Stop()
	broken := newReceiver(t, func(_ int, _ posted, w http.ResponseWriter) { w.WriteHeader(http.StatusInternalServerError) })
	fixed := newReceiver(t, nil)
	made := r.webhook(broken)
	r.says(anna, "a")
	feeds.Webhook(made.Webhook.ID)
	eventually(t, "a try fails", func() bool { return r.hook(made.Webhook.ID).State == schema.WebhookRetrying })
	let := make(chan struct{})
	slow.next <- let
	feeds.Webhook(made.Webhook.ID)
	<-let // the worker has read that it has to wait for an hour
	if _, err := r.WebhookUpdate(r.ctx(), admin, schema.WebhookUpdateRequest{Line: theLine, ID: made.Webhook.ID, URL: fixed.url()}); err != nil {
		t.Fatal(err)
	}
	feeds.Webhook(made.Webhook.ID)
	let <- struct{}{}
	fixed.waitFor(1)
}

func TestNewsWhileANewWebhookIsReadIsNotMissed(t *testing.T) {
	r := postingRig(t)
	r.feeds.Stop()
	slow := &held{Store: r.store, next: make(chan chan struct{}, 1)}
	feeds := deliver.New(deliver.Config{Store: slow, Log: quiet()})
	defer feeds.Stop()
	c := newReceiver(t, nil)
	let := make(chan struct{})
	slow.next <- let
	feeds.Webhook(r.webhook(c).Webhook.ID)
	<-let // the worker has read that there is nothing
	r.says(anna, "a")
	feeds.Events(theLine)
	let <- struct{}{}
	c.waitFor(1)
}

func TestAClockSetBackHoldsUpNoWebhook(t *testing.T) {
	r := postingRig(t, func(c *deliver.Config) { c.RetryMin, c.RetryMax = time.Hour, time.Hour })
	c := newReceiver(t, nil)
	made := r.webhook(c)
	c.down()
	r.says(anna, "a")
	eventually(t, "a try fails", func() bool { return r.hook(made.Webhook.ID).State == schema.WebhookRetrying })
	// It is due in an hour. With pauses of milliseconds that is as if the clock had been set back.
	r.posts.RetryMin, r.posts.RetryMax = promptly.RetryMin, promptly.RetryMax
	c.up()
	r.restart(quick)
	c.waitFor(1)
}

func TestARemovedWebhookGetsNothing(t *testing.T) {
	r := postingRig(t)
	c := newReceiver(t, func(_ int, _ posted, w http.ResponseWriter) { w.WriteHeader(http.StatusGone) })
	made := r.webhook(c, func(req *schema.WebhookCreateRequest) { req.Host = "red" })
	r.answered("q1")
	eventually(t, "two are dead", func() bool { return len(r.dead()) == 2 })
	which := schema.WebhookRequest{Line: theLine, ID: made.Webhook.ID}
	if _, err := r.WebhookRemove(r.ctx(), admin, which); err != nil {
		t.Fatal(err)
	}
	_, err := r.WebhookRemove(r.ctx(), admin, which)
	wantCode(t, err, schema.CodeWebhookNotFound)
	_, err = r.WebhookTest(r.ctx(), admin, which)
	wantCode(t, err, schema.CodeWebhookNotFound)
	r.says(anna, "later")
	// The outcome is the host's, and can still be brought to its next webhook.
	if list := r.dead(); len(list) != 1 || list[0].Ask == nil {
		t.Errorf("dead %+v", list)
	}
	next := newReceiver(t, nil)
	r.webhook(next, outcomesOf("red"))
	if n := r.replayAll(); n != 1 {
		t.Errorf("%d replayed", n)
	}
	if got := texts(t, next.waitFor(1), every); !slices.Equal(got, []string{"q1"}) || len(c.all()) != 2 {
		t.Errorf("got %q; the removed one has %d", got, len(c.all()))
	}
}

func TestAWebhookOutlivesItsLine(t *testing.T) {
	r := postingRig(t)
	c := newReceiver(t, nil)
	r.webhook(c, func(req *schema.WebhookCreateRequest) { req.Host = "red" })
	r.says(anna, "first")
	eventually(t, "first is marked", func() bool { return len(c.all()) == 1 && r.waiting() == 0 })
	c.down()
	r.says(anna, "second")
	r.ask("q1")
	if _, err := r.LineRemove(r.ctx(), admin, schema.LineRequest{Line: theLine}); err != nil {
		t.Fatal(err)
	}
	r.line(theLine) // another line of the same name is none of its business
	r.says(anna, "of the new line")
	r.answered("q2")
	r = r.restart(quick)
	c.up()
	if got := texts(t, c.waitFor(3), every); !slices.Equal(got, []string{"first", "second", "q1"}) {
		t.Errorf("got %q", got)
	}
	if got := c.all()[2].Ask.Outcome; got.Kind != schema.OutcomeCancelled {
		t.Errorf("outcome %+v", got)
	}
	eventually(t, "only the new line's outcome is open", func() bool { open := r.outcomes(); return len(open) == 1 && open[0].Ask.ID == "q2" })
	if list, err := r.WebhookList(r.ctx(), admin, schema.WebhookListRequest{Line: theLine}); err != nil || len(list.Webhooks) != 0 {
		t.Errorf("webhooks of the new line: %+v, %v", list, err)
	}
}

func TestWebhookTestSaysWhatCameBack(t *testing.T) {
	r := postingRig(t)
	var status atomic.Int32
	status.Store(200)
	c := newReceiver(t, func(_ int, _ posted, w http.ResponseWriter) { w.WriteHeader(int(status.Load())) })
	made := r.webhook(c)
	try := func() schema.WebhookTestResult {
		t.Helper()
		got, err := r.WebhookTest(r.ctx(), admin, schema.WebhookRequest{Line: theLine, ID: made.Webhook.ID})
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	if got := try(); !got.Delivered || got.HTTPStatus != 200 || got.Reason != "" {
		t.Errorf("good: %+v", got)
	}
	if p := c.all()[0]; p.Kind != schema.DeliverTest || p.header.Get("Webhook-Signature") == "" || p.Line != theLine {
		t.Errorf("posted %s %v", p.body, p.header)
	}
	status.Store(404)
	if got := try(); got.Delivered || got.HTTPStatus != 404 || got.Reason != "The receiver answered with 404." {
		t.Errorf("bad: %+v", got)
	}
	c.down()
	if got := try(); got.Delivered || got.HTTPStatus != 0 || got.Reason == "" {
		t.Errorf("down: %+v", got)
	}
	if w := r.hook(made.Webhook.ID); w.TriedAt != nil || w.State != schema.WebhookIdle {
		t.Errorf("the test is seen in %+v", w)
	}
}

func TestAStoreThatFailsAfterThePostLosesNothing(t *testing.T) {
	r := postingRig(t)
	c := newReceiver(t, nil)
	troubled := &flaky{Store: r.store}
	posts := promptly
	posts.Store, posts.RepeatMin = troubled, time.Millisecond
	feeds := deliver.New(posts)
	defer feeds.Stop()
	r.feeds.Stop()
	made := r.webhook(c)
	r.says(anna, "a")
	troubled.mu.Lock()
	troubled.fail, troubled.failWrites = 2, 2
	troubled.mu.Unlock()
	feeds.Webhook(made.Webhook.ID)
	eventually(t, "a is marked", func() bool { return r.waiting() == 0 })
	if n := len(c.all()); n != 3 {
		t.Errorf("%d POSTs, want one for each mark that failed, and the last", n)
	}
	for _, p := range c.all() {
		if p.id() != c.all()[0].id() {
			t.Errorf("another id: %s", p.id())
		}
	}
}

func TestWhatAWebhookDoesNotWantIsPassedOverOnce(t *testing.T) {
	r := postingRig(t)
	c := newReceiver(t, nil)
	made := r.webhook(c, func(req *schema.WebhookCreateRequest) { req.Events = []schema.EventKind{schema.EventLineState} })
	err := r.store.Write(r.ctx(), func(tx bridge.Tx) error {
		for range 1500 {
			if _, err := tx.AppendEvent(schema.Event{Line: theLine, Kind: schema.EventStatus, At: time.Now(), Status: &schema.MessageStatusChange{}}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	r.feeds.Events(theLine)
	eventually(t, "the cursor is stored", func() bool {
		var w bridge.WebhookRecord
		err := r.store.Read(r.ctx(), func(v bridge.View) (err error) {
			w, _, err = v.Webhook(made.Webhook.ID)
			return err
		})
		return err == nil && w.Cursor > 1500
	})
	r.net.report(theLine, schema.LineReconnecting, "acc:1")
	if p := c.waitFor(1)[0]; p.Event.Kind != schema.EventLineState {
		t.Errorf("posted %s", p.body)
	}
}
