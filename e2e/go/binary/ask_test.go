package binary_test

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/nodeline/nodeline/internal/wait"
	"github.com/nodeline/nodeline/schema"
)

func TestEachWayOfAnswering(t *testing.T) {
	w := linked(t)
	h := w.attach()
	yes := schema.Answer{Text: "Приду", Index: 1, ID: "yes"}
	no := schema.Answer{Text: "Не приду", Index: 2, ID: "no"}
	for name, c := range map[string]struct {
		rendering schema.Rendering
		answer    func(message)
		kind      schema.OutcomeKind
		want      schema.Answer
		raw       string
	}{
		"a tap":               {schema.RenderNative, func(m message) { w.tap(m, "no") }, schema.OutcomeButton, no, "Не приду"},
		"a number, quoted":    {schema.RenderNumbered, func(m message) { w.write("2", m.ID) }, schema.OutcomeButton, no, "2"},
		"a number":            {schema.RenderAuto, func(message) { w.write("1", "") }, schema.OutcomeButton, yes, "1"},
		"a number with a dot": {schema.RenderAuto, func(message) { w.write(" 2. ", "") }, schema.OutcomeButton, no, " 2. "},
		"a bracket":           {schema.RenderAuto, func(message) { w.write("2)", "") }, schema.OutcomeButton, no, "2)"},
		"a wide digit":        {schema.RenderAuto, func(message) { w.write("１", "") }, schema.OutcomeButton, yes, "１"},
		"the label by hand":   {schema.RenderAuto, func(message) { w.write("  НЕ   приду ", "") }, schema.OutcomeButton, no, "  НЕ   приду "},
		"the label, native":   {schema.RenderNative, func(message) { w.write("приду", "") }, schema.OutcomeButton, yes, "приду"},
		"something else":      {schema.RenderAuto, func(message) { w.write("А можно в пятницу?", "") }, schema.OutcomeOther, schema.Answer{Text: "А можно в пятницу?"}, "А можно в пятницу?"},
	} {
		t.Run(name, func(t *testing.T) {
			r := ask(c.rendering)
			a, m := w.asked(r)
			if a.State != schema.AskWaiting || a.Status != schema.StatusSent && a.Status != schema.StatusDelivered {
				t.Errorf("the ask is %s, its message %s", a.State, a.Status)
			}
			if !m.Visible || !strings.Contains(m.Body, "Придёте завтра?") || (len(m.Buttons) == 2) != (c.rendering == schema.RenderNative) {
				t.Errorf("the phone shows %+v", m)
			}
			c.answer(m)
			d := h.outcome(r.ID)
			o := d.Ask.Outcome
			if o == nil || o.Kind != c.kind || o.Answer == nil {
				t.Fatalf("the outcome is %+v", o)
			}
			got := *o.Answer
			if got.Text != c.want.Text || got.Index != c.want.Index || got.ID != c.want.ID || got.Raw != c.raw || got.From.Phone != w.customer {
				t.Errorf("the answer is %+v", got)
			}
			if d.Host != flows || d.Node != "n1" || !d.Sandbox || !sameJSON(d.Context, r.Context) {
				t.Errorf("the delivery is %+v", d)
			}
			h.ack(d)
			var kept schema.Ask
			w.must("ask.get", schema.AskGetRequest{Line: clinic, ID: r.ID}, &kept)
			if kept.State != schema.AskAnswered || kept.Outcome == nil || kept.Outcome.Kind != c.kind {
				t.Errorf("ask.get says %+v", kept)
			}
			if n := h.outcomes(r.ID); n != 1 {
				t.Errorf("%d outcomes came", n)
			}
		})
	}
}

func sameJSON(a, b json.RawMessage) bool {
	var x, y any
	if json.Unmarshal(a, &x) != nil || json.Unmarshal(b, &y) != nil {
		return false
	}
	left, _ := json.Marshal(x)
	right, _ := json.Marshal(y)
	return string(left) == string(right)
}

func TestCancelAndDeadline(t *testing.T) {
	w := linked(t)
	h := w.attach()
	cancelled := ask(schema.RenderAuto)
	w.asked(cancelled)
	w.must("ask.cancel", schema.AskCancelRequest{Line: clinic, ID: cancelled.ID, Reason: "stage changed"}, nil)
	if o := h.outcome(cancelled.ID).Ask.Outcome; o.Kind != schema.OutcomeCancelled || o.Reason != "stage changed" {
		t.Errorf("the outcome is %+v", o)
	}
	late := ask(schema.RenderAuto)
	late.DeadlineSeconds = 1
	_, m := w.asked(late)
	if o := h.outcome(late.ID).Ask.Outcome; o.Kind != schema.OutcomeNoAnswer {
		t.Errorf("the outcome is %+v", o)
	}
	// An answer after the outcome is an event that names the ask, and no second outcome.
	w.write("1", m.ID)
	wait.Until(t, "the late answer's event", func() bool {
		var list schema.EventListResult
		w.must("event.list", schema.EventListRequest{Line: clinic, Count: 200}, &list)
		for _, e := range list.Events {
			if e.Message != nil && e.Message.Ask == late.ID && e.Message.Late {
				return true
			}
		}
		return false
	})
	if n := h.outcomes(late.ID); n != 1 {
		t.Errorf("%d outcomes came", n)
	}
}

func TestDeliveryIsRepeatedUntilItIsAcknowledged(t *testing.T) {
	w := linked(t)
	h := w.attach()
	r := ask(schema.RenderAuto)
	w.asked(r)
	w.write("1", "")
	d := h.outcome(r.ID)
	h.wait("a repeat", func() bool {
		for _, again := range h.deliveries {
			if again.ID == d.ID && again.Attempt > d.Attempt {
				return true
			}
		}
		return false
	})
	// A host that comes back is given it first of all.
	h.close()
	back := w.attach()
	again := back.outcome(r.ID)
	if again.ID != d.ID || again.Attempt <= d.Attempt {
		t.Errorf("after the return it is %s, attempt %d; it was %s, attempt %d", again.ID, again.Attempt, d.ID, d.Attempt)
	}
	back.ack(again)
	var open schema.DeliveryListResult
	w.must("delivery.list", schema.DeliveryListRequest{Line: clinic, Host: flows}, &open)
	if len(open.Deliveries) != 0 {
		t.Errorf("still open: %+v", open.Deliveries)
	}
	if n := back.outcomes(r.ID); n != 1 {
		t.Errorf("%d outcomes came", n)
	}
}

// The customer answers while the sidecar is dead.
func TestKilledBetweenTheQuestionAndTheTap(t *testing.T) {
	for _, c := range []struct {
		rendering schema.Rendering
		answer    func(*world, message)
	}{
		{schema.RenderNative, func(w *world, m message) { w.tap(m, "no") }},
		{schema.RenderNumbered, func(w *world, _ message) { w.write("2", "") }},
	} {
		t.Run(string(c.rendering), func(t *testing.T) {
			w := linked(t)
			r := ask(c.rendering)
			_, m := w.asked(r)
			w.serve.kill()
			c.answer(w, m)
			w.start()
			h := w.attach()
			d := h.outcome(r.ID)
			if o := d.Ask.Outcome; o.Kind != schema.OutcomeButton || o.Answer.ID != "no" || o.Answer.Index != 2 {
				t.Errorf("the outcome is %+v", o)
			}
			h.ack(d)
			// And it stays the only one through one more life.
			w.serve.kill()
			w.start()
			w.connected(clinic)
			h = w.attach()
			var kept schema.Ask
			w.must("ask.get", schema.AskGetRequest{Line: clinic, ID: r.ID}, &kept)
			if kept.State != schema.AskAnswered || h.outcomes(r.ID) != 0 {
				t.Errorf("after one more life: %s, %d deliveries", kept.State, h.outcomes(r.ID))
			}
			if n := len(w.received()); n != 1 {
				t.Errorf("the customer sees %d messages", n)
			}
		})
	}
}

// The outcome is stored, and the sidecar dies before the host had it.
func TestKilledBeforeTheOutcomeIsAcknowledged(t *testing.T) {
	w := linked(t)
	h := w.attach()
	r := ask(schema.RenderAuto)
	w.asked(r)
	w.write("1", "")
	before := h.outcome(r.ID)
	w.serve.kill()
	w.start()
	h = w.attach()
	after := h.outcome(r.ID)
	if after.ID != before.ID || after.Ask.Outcome.Answer.ID != "yes" {
		t.Errorf("before: %+v; after: %+v", before, after)
	}
	h.ack(after)
}

// As soon as the ask is accepted, and while it is being accepted.
func TestKilledRightAfterTheAsk(t *testing.T) {
	w := linked(t)
	warm := ask(schema.RenderAuto)
	w.asked(warm)
	w.must("ask.cancel", schema.AskCancelRequest{Line: clinic, ID: warm.ID}, nil)
	for _, pause := range []time.Duration{0, time.Millisecond, 2 * time.Millisecond, 4 * time.Millisecond, -1} {
		r := ask(schema.RenderAuto)
		before := len(w.received())
		answered := make(chan error, 1)
		go func() { answered <- w.call("message.ask", r, nil) }()
		if pause < 0 {
			if err := <-answered; err != nil {
				t.Fatal(err)
			}
		} else {
			<-time.After(pause)
		}
		w.serve.kill()
		w.start()
		// The host does not know what became of it, and asks again under the same id.
		a, m := w.asked(r)
		if got := w.received(); len(got) != before+1 {
			t.Fatalf("killed %s after the ask, the customer sees %d new messages", pause, len(got)-before)
		}
		w.connected(clinic)
		w.write("2", m.ID)
		h := w.attach()
		d := h.outcome(r.ID)
		if d.Ask.Outcome.Kind != schema.OutcomeButton || d.Ask.Outcome.Answer.ID != "no" || d.Ask.MessageID != a.MessageID {
			t.Errorf("killed %s after the ask: %+v", pause, d.Ask)
		}
		h.ack(d)
		h.close()
	}
	t.Logf("the phone dropped %d repeats", w.repeats())
}

// The question waits for the line, and goes out by itself in the next life.
func TestAQuestionAcceptedWhileTheLineIsAwayIsSentLater(t *testing.T) {
	w := linked(t)
	fault := map[string]any{"way": "down", "tag": "success", "do": "cut_before"}
	w.sandboxPost("/api/faults", fault, nil)
	w.serve.kill()
	w.start()
	r := ask(schema.RenderAuto)
	var a schema.Ask
	w.must("message.ask", r, &a)
	if a.State != schema.AskSending || a.Status != schema.StatusQueued {
		t.Errorf("on a line that is away the ask is %s, its message %s", a.State, a.Status)
	}
	w.serve.kill()
	req, err := newDelete(w.sandbox)
	if err != nil {
		t.Fatal(err)
	}
	w.read(req, nil)
	w.start()
	w.question(a.MessageID)
}

func TestTheDeadlinePassesWhileDown(t *testing.T) {
	w := linked(t)
	r := ask(schema.RenderAuto)
	r.DeadlineSeconds = 1
	a, _ := w.asked(r)
	w.serve.kill()
	wait.Until(t, "the deadline", func() bool { return time.Now().After(a.Deadline) })
	w.start()
	h := w.attach()
	d := h.outcome(r.ID)
	if d.Ask.Outcome.Kind != schema.OutcomeNoAnswer || d.Ask.State != schema.AskNoAnswer {
		t.Errorf("the outcome is %+v", d.Ask.Outcome)
	}
	h.ack(d)
	if n := h.outcomes(r.ID); n != 1 {
		t.Errorf("%d outcomes came", n)
	}
}

func TestTheSameKeyIsTheSameMessage(t *testing.T) {
	w := linked(t)
	r := schema.SendTextRequest{Line: clinic, Key: key(), Chat: w.customer, Text: "one"}
	var first, second schema.SendResult
	w.must("message.sendText", r, &first)
	w.must("message.sendText", r, &second)
	if first.MessageID != second.MessageID {
		t.Errorf("the repeat is %s, the first was %s", second.MessageID, first.MessageID)
	}
	w.question(first.MessageID)
	r.Text = "two"
	var refused *rpcError
	if err := w.call("message.sendText", r, nil); !errors.As(err, &refused) || refused.Data.Code != schema.CodeConflict {
		t.Errorf("another text under the same key: %v", err)
	}
	if n := len(w.received()); n != 1 || w.repeats() != 0 {
		t.Errorf("the customer sees %d messages and dropped %d", n, w.repeats())
	}
}

func TestAnInterruptEndsItInOrder(t *testing.T) {
	w := linked(t)
	if err := w.serve.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	select {
	case <-w.serve.done:
	case <-time.After(patience):
		t.Fatal("it does not end")
	}
	if code := w.serve.cmd.ProcessState.ExitCode(); code != 0 {
		t.Errorf("it ended with %d: %s", code, w.serve.log)
	}
	w.start()
	w.connected(clinic)
}
