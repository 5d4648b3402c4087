package bridge_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
	"github.com/nodeline/nodeline/sidecar/deliver"
)

// These tests hold what happens to a webhook while it is read, tried or marked.

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
