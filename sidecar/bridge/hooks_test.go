package bridge_test

import (
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
