package bridge_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/deliver"
)

// These tests hold deliver's reply URLs.

func toN8N(c *receiver) schema.Reply {
	return schema.Reply{Host: "n8n-1", URL: c.url() + "?signature=s3cret", Mode: schema.ReplyN8N}
}

func resumed(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	fmt.Fprint(w, `{"resumed":true}`)
}

func page(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	fmt.Fprint(w, "<!DOCTYPE html><title>n8n</title>")
}

func TestN8NTakesAnOutcomeOnceItHasSavedTheExecution(t *testing.T) {
	// Pauses are so long that only the short ones after a 409 can bring it in time.
	r := postingRig(t, func(c *deliver.Config) { c.RetryMin, c.RetryMax = time.Hour, time.Hour })
	c := newReceiver(t, func(n int, _ posted, w http.ResponseWriter) {
		if n <= 3 {
			w.WriteHeader(http.StatusConflict)
			return
		}
		resumed(w)
	})
	r.answerWith("q1", toN8N(c))
	got := c.waitFor(4)
	eventually(t, "it is acknowledged", func() bool { return r.openOutcomes() == 0 })
	for i, p := range got {
		if p.id() != got[0].id() || p.Attempt != i+1 || p.Kind != schema.DeliverAskOutcome || p.Ask.ID != "q1" || string(p.Context) != `{"n":1}` || p.header.Get("Webhook-Signature") != "" {
			t.Errorf("post %d: %s", i, p.body)
		}
	}
}

// openOutcomes counts the line's open deliveries of every host and way.
func (r *rig) openOutcomes() int {
	r.t.Helper()
	list, err := r.DeliveryList(r.ctx(), admin, schema.DeliveryListRequest{Line: theLine})
	if err != nil {
		r.t.Fatal(err)
	}
	return len(list.Deliveries)
}

func TestN8NThatIsDownGetsItLater(t *testing.T) {
	r := postingRig(t)
	c := newReceiver(t, func(n int, _ posted, w http.ResponseWriter) {
		switch n {
		case 1:
			page(w, http.StatusNotFound) // starting: no route yet
		case 2:
			page(w, http.StatusInternalServerError) // two at once
		case 3:
			fmt.Fprint(w, `{"resumed":false}`)
		case 4:
			w.WriteHeader(http.StatusConflict)
		default:
			resumed(w)
		}
	})
	c.down()
	r.answerWith("q1", toN8N(c))
	eventually(t, "a try is refused", func() bool { return r.outcome("q1").Stored.TriedAt != nil })
	if d := r.outcome("q1"); d.Stored.State != schema.DeliveryOpen || d.Stored.Reason == "" || d.Stored.To != "http://"+c.addr+"/..." || d.Stored.NextTryAt == nil {
		t.Errorf("while it is down: %+v", d.Stored)
	}
	c.up()
	if got := c.waitFor(5); len(got) != 5 {
		t.Errorf("%d POSTs", len(got))
	}
	eventually(t, "it is acknowledged", func() bool { return r.openOutcomes() == 0 })
}

// outcome is an ask's open delivery.
func (r *rig) outcome(id schema.Key) schema.Delivery {
	r.t.Helper()
	list, err := r.DeliveryList(r.ctx(), admin, schema.DeliveryListRequest{Line: theLine})
	if err != nil {
		r.t.Fatal(err)
	}
	for _, d := range list.Deliveries {
		if d.Ask != nil && d.Ask.ID == id {
			return d
		}
	}
	r.t.Fatalf("no open outcome of %s", id)
	panic("unreachable")
}

func TestAnExecutionThatIsOverTakesNothing(t *testing.T) {
	r := postingRig(t, func(c *deliver.Config) { c.RetryMin, c.RetryMax = time.Hour, time.Hour })
	var waits atomic.Bool
	c := newReceiver(t, func(_ int, _ posted, w http.ResponseWriter) {
		if waits.Load() {
			resumed(w)
			return
		}
		page(w, http.StatusOK)
	})
	r.answerWith("q1", toN8N(c))
	eventually(t, "it is given up", func() bool { return len(r.dead()) == 1 })
	d := r.dead()[0]
	if d.Ask.ID != "q1" || d.Attempt != 1 || d.Stored.HTTPStatus != 200 || !strings.HasPrefix(d.Stored.Reason, "n8n answered that the execution is over") {
		t.Errorf("dead %+v %+v", d, d.Stored)
	}
	waits.Store(true)
	if n := r.replayAll(); n != 1 {
		t.Errorf("%d replayed", n)
	}
	if got := c.waitFor(2); got[1].id() != got[0].id() || got[1].Attempt != 2 {
		t.Errorf("came back as %s", got[1].body)
	}
	eventually(t, "it is acknowledged", func() bool { return r.openOutcomes() == 0 && len(r.dead()) == 0 })
}

func TestAPlainReplyURLTakesAnySuccess(t *testing.T) {
	for _, mode := range []schema.ReplyMode{"", schema.ReplyStatus} {
		r := postingRig(t)
		c := newReceiver(t, func(n int, _ posted, w http.ResponseWriter) {
			if n == 1 {
				page(w, http.StatusConflict)
				return
			}
			page(w, http.StatusAccepted)
		})
		r.answerWith("q1", schema.Reply{Host: "crm", URL: c.url(), Mode: mode})
		c.waitFor(2)
		eventually(t, "it is acknowledged", func() bool { return r.openOutcomes() == 0 })
	}
}

func TestAReplyURLIsGivenUpAfterItsTime(t *testing.T) {
	r := postingRig(t)
	c := newReceiver(t, func(_ int, _ posted, w http.ResponseWriter) { w.WriteHeader(http.StatusBadRequest) })
	r.answerWith("q1", schema.Reply{Host: "crm", URL: c.url()})
	c.waitFor(2)
	r = r.impatient()
	eventually(t, "it is given up", func() bool { return len(r.dead()) == 1 })
	all := c.all()
	if d := r.dead()[0]; d.Stored.HTTPStatus != 400 || d.Attempt < 2 || d.Attempt != all[len(all)-1].Attempt || d.Stored.DeadAt.Sub(d.At) < r.posts.GiveUp {
		t.Errorf("dead %+v %+v after %d POSTs", d, d.Stored, len(all))
	}
}

func TestReplyURLsSurviveACrash(t *testing.T) {
	r := postingRig(t)
	came, crashed := make(chan struct{}), make(chan struct{})
	c := newReceiver(t, func(n int, _ posted, w http.ResponseWriter) {
		if n == 1 {
			close(came)
			<-crashed
			return
		}
		resumed(w)
	})
	r.answerWith("q1", toN8N(c))
	<-came
	r = r.kill(quick)
	close(crashed)
	if got := c.waitFor(2); got[0].id() != got[1].id() {
		t.Errorf("got %s and %s", got[0].id(), got[1].id())
	}
	eventually(t, "it is acknowledged", func() bool { return r.openOutcomes() == 0 })
}

func TestOnePlaceHoldsUpNoOther(t *testing.T) {
	r := postingRig(t)
	let := make(chan struct{})
	var under, most atomic.Int32
	slow := newReceiver(t, func(_ int, _ posted, w http.ResponseWriter) {
		n := under.Add(1)
		for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
		}
		<-let
		under.Add(-1)
	})
	fast := newReceiver(t, nil)
	for i := range 30 {
		r.answerWith(schema.Key(fmt.Sprint("slow", i)), schema.Reply{Host: "h", URL: slow.url()})
	}
	slow.waitFor(8)
	r.answerWith("fast", schema.Reply{Host: "h", URL: fast.url()})
	fast.waitFor(1)
	close(let)
	got := slow.waitFor(30)
	eventually(t, "all are acknowledged", func() bool { return r.openOutcomes() == 0 })
	if n := most.Load(); n != 8 {
		t.Errorf("%d at once to one place, want 8", n)
	}
	if n := len(texts(t, got, every)); n != 30 {
		t.Errorf("%d outcomes", n)
	}
}

func TestAPlaceThatIsDownHoldsBackItsOwn(t *testing.T) {
	r := postingRig(t, func(c *deliver.Config) { c.RetryMin, c.RetryMax = time.Hour, time.Hour })
	c := newReceiver(t, nil)
	c.down()
	for i := range 40 {
		r.answerWith(schema.Key(fmt.Sprint("q", i)), schema.Reply{Host: "h", URL: c.url()})
	}
	up := newReceiver(t, nil)
	r.answerWith("elsewhere", schema.Reply{Host: "h", URL: up.url()})
	up.waitFor(1)
	tried := 0
	for _, d := range r.allOpen() {
		if d.Stored.TriedAt != nil {
			tried++
		}
	}
	if tried > 8 {
		t.Errorf("%d of 40 were tried at a place that is down, want no more than go out at once", tried)
	}
	// Those that were tried are due in an hour. With pauses of milliseconds that is
	// as if the clock had been set back.
	r.posts.RetryMin, r.posts.RetryMax = promptly.RetryMin, promptly.RetryMax
	c.up()
	r = r.restart(quick)
	c.waitFor(40)
	eventually(t, "all are acknowledged", func() bool { return r.openOutcomes() == 0 })
}

func TestAPlaceThatFailsIsTriedOneAtATime(t *testing.T) {
	r := postingRig(t)
	let := make(chan struct{})
	c := newReceiver(t, func(n int, _ posted, _ http.ResponseWriter) {
		if n <= 8 {
			panic(http.ErrAbortHandler) // no answer at all
		}
		<-let
	})
	for i := range 20 {
		r.answerWith(schema.Key(fmt.Sprint("q", i)), schema.Reply{Host: "h", URL: c.url()})
	}
	c.waitFor(9)
	// Whatever else could go out with the ninth has gone before these two.
	for i := range 2 {
		up := newReceiver(t, nil)
		r.answerWith(schema.Key(fmt.Sprint("elsewhere", i)), schema.Reply{Host: "h", URL: up.url()})
		up.waitFor(1)
	}
	if n := len(c.all()); n != 9 {
		t.Errorf("%d POSTs, want one beside the eight that failed", n)
	}
	close(let)
	eventually(t, "all are acknowledged", func() bool { return r.openOutcomes() == 0 })
}

// A place that breaks off all that is under way has failed once.
func TestTriesThatFailTogetherAreOneFailure(t *testing.T) {
	r := postingRig(t, func(c *deliver.Config) { c.RetryMin, c.RetryMax = 200*time.Millisecond, time.Hour })
	all := make(chan struct{})
	c := newReceiver(t, func(n int, _ posted, _ http.ResponseWriter) {
		if n == 8 {
			close(all)
		}
		if n <= 8 {
			<-all
			panic(http.ErrAbortHandler)
		}
	})
	for i := range 8 {
		r.answerWith(schema.Key(fmt.Sprint("q", i)), schema.Reply{Host: "h", URL: c.url()})
	}
	c.waitFor(8)
	eventually(t, "all are acknowledged", func() bool { return r.openOutcomes() == 0 })
}

// What goes to a URL is not announced to a connection that never gets it.
func TestAnAttachedHostIsToldOfItsOwnOnly(t *testing.T) {
	r := postingRig(t, func(c *deliver.Config) { c.RetryMin, c.RetryMax = time.Hour, time.Hour })
	c := newReceiver(t, nil)
	c.down()
	r.answerWith("posted", schema.Reply{Host: "red", URL: c.url()})
	r.answered("pushed")
	open, detach, err := r.feeds.Attach(r.ctx(), theLine, "red", func(context.Context, string, any) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	defer detach()
	if open != 1 {
		t.Errorf("%d open, want the one that is pushed", open)
	}
}

func (r *rig) allOpen() []schema.Delivery {
	r.t.Helper()
	list, err := r.DeliveryList(r.ctx(), admin, schema.DeliveryListRequest{Line: theLine, Count: 200})
	if err != nil {
		r.t.Fatal(err)
	}
	return list.Deliveries
}

func TestAReplyURLIsNobodysToSee(t *testing.T) {
	var log bytes.Buffer
	posts := promptly
	posts.Log = slog.New(slog.NewTextHandler(&log, nil))
	posts.GiveUp = time.Millisecond
	r := startPosting(t, t.TempDir(), newNetwork(), quick, posts.Log, posts)
	r.line(theLine)
	c := newReceiver(t, func(_ int, _ posted, w http.ResponseWriter) { w.WriteHeader(http.StatusInternalServerError) })
	reply := toN8N(c)
	asked := r.ask("q1", func(req *schema.AskRequest) { req.Reply = &reply })
	r.says(anna, "1")
	eventually(t, "it is given up", func() bool { return len(r.dead()) == 1 })
	list, err := r.AskList(r.ctx(), admin, schema.AskListRequest{Line: theLine})
	if err != nil {
		t.Fatal(err)
	}
	for what, got := range map[string]*schema.Reply{"ask": asked.Reply, "get": r.getAsk("q1").Reply, "list": list.Asks[0].Reply, "dead": r.dead()[0].Ask.Reply, "posted": c.all()[0].Ask.Reply} {
		if got == nil || got.URL != "http://"+c.addr+"/..." || got.Mode != schema.ReplyN8N || got.Host != "n8n-1" {
			t.Errorf("%s shows %+v", what, got)
		}
	}
	again := r.ask("q1", func(req *schema.AskRequest) { req.Reply = &reply })
	if again.MessageID != asked.MessageID {
		t.Error("the same ask again is another")
	}
	r.stop()
	if strings.Contains(log.String(), "s3cret") || !strings.Contains(log.String(), "delivery given up") {
		t.Errorf("log: %s", log.String())
	}
}
