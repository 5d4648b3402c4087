package bridge_test

import (
	"fmt"
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/deliver"
)

// These tests hold what becomes of deliveries that were given up, and of those whose webhook or line went.

func TestWhatIsGivenUpIsKeptAndComesBackInOrder(t *testing.T) {
	var up atomic.Bool
	r := postingRig(t)
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
	c.waitFor(2)
	r = r.impatient()
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
	// An event becomes a row when it is given up, an outcome has one from the start:
	// which of them is listed first depends on how soon the event was given up.
	outcome := slices.IndexFunc(list, func(d schema.Delivery) bool { return d.Ask != nil })
	if outcome < 0 || list[outcome].Host != "red" || list[outcome].Stored.Webhook != "" {
		t.Errorf("dead outcome in %+v", list)
	}
	first := list[slices.IndexFunc(list, func(d schema.Delivery) bool { return d.Ask == nil })]
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
