package bridge_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// saying asks with a body of its own, in one of the ways to supersede.
func saying(body string, way schema.Supersede) func(*schema.AskRequest) {
	return func(q *schema.AskRequest) { q.Body, q.Supersede = body, way }
}

// questions are the first lines of what was sent.
func (r *rig) questions() (list []string) {
	r.t.Helper()
	for _, body := range r.bodies() {
		list = append(list, body[:slices.Index(append([]byte(body), '\n'), '\n')])
	}
	return list
}

func (r *rig) wantSent(want ...string) {
	r.t.Helper()
	synctest.Wait()
	if got := r.questions(); !slices.Equal(got, want) {
		r.t.Fatalf("sent %q, want %q", got, want)
	}
}

// In parallel, which is the default, an answer is for the question that it quotes,
// else for the newest.
func TestParallelAsksAreAnsweredByQuoteElseTheNewest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		first := r.ask("a", saying("A", schema.SupersedeParallel))
		r.ask("b", saying("B", ""))
		if again := r.ask("a", saying("A", "")); again.MessageID != first.MessageID {
			t.Errorf("the default is another request: %+v", again)
		}
		r.wantSent("A", "B")
		r.says(anna, "1", quoting(first.MessageID))
		r.wantState("a", schema.AskAnswered)
		r.says(anna, "1")
		r.wantState("b", schema.AskAnswered)
	})
}

func TestAQueuedAskWaitsForTheChatsEarlierOnes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		r.ask("a", saying("A", ""))
		b := r.ask("b", saying("B", schema.SupersedeQueue), reminding(10), func(q *schema.AskRequest) { q.DeadlineSeconds, q.TimeLimit = 3600, 60 })
		c := r.ask("c", saying("C", schema.SupersedeQueue))
		if b.State != schema.AskSending || b.Status != schema.StatusQueued || b.WaitsFor == nil || b.WaitsFor.Kind != schema.WaitAsk || b.WaitsFor.Text == "" {
			t.Fatalf("ask %+v", b)
		}
		if m := r.message("c"); m.WaitsFor == nil || m.WaitsFor.Kind != schema.WaitAsk || c.WaitsFor == nil {
			t.Fatalf("message %+v", m)
		}
		// Another chat does not wait, and what is no question goes.
		r.ask("d", saying("D", schema.SupersedeQueue), func(q *schema.AskRequest) { q.Chat = boris })
		if _, err := r.text("t", anna, "T"); err != nil {
			t.Fatal(err)
		}
		r.wantSent("A", "D", "T")
		// Longer than its deadline, its time limit and its reminder: none of them has begun.
		time.Sleep(2 * time.Hour)
		r.wantState("b", schema.AskSending)
		r.wantSent("A", "D", "T")
		r.says(anna, "2")
		r.wantState("a", schema.AskAnswered)
		r.wantSent("A", "D", "T", "B")
		got := r.wantState("b", schema.AskWaiting)
		if wait := got.Deadline.Sub(b.Deadline); wait != 2*time.Hour || got.WaitsFor != nil {
			t.Errorf("its deadline moved by %s, it waits for %+v", wait, got.WaitsFor)
		}
		time.Sleep(11 * time.Minute)
		r.wantReminders("b", "10", queued)
		time.Sleep(50 * time.Minute)
		r.wantState("b", schema.AskNoAnswer)
		r.wantState("c", schema.AskWaiting)
		if got := r.questions(); got[len(got)-1] != "C" {
			t.Errorf("sent %q", got)
		}
	})
}

// Each that came before has to end, in whatever order they do.
func TestAQueuedAskWaitsForAllOfThem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		r.ask("a", saying("A", ""))
		r.ask("b", saying("B", ""))
		r.ask("c", saying("C", schema.SupersedeQueue))
		r.ask("d", saying("D", "")) // later: c does not wait for it
		r.calledOff("b")
		r.wantSent("A", "B", "D")
		r.calledOff("a")
		r.wantSent("A", "B", "D", "C")
		r.wantState("c", schema.AskWaiting)
	})
}

func (r *rig) calledOff(id schema.Key) schema.Ask {
	r.t.Helper()
	a, err := r.AskCancel(r.ctx(), admin, schema.AskCancelRequest{Line: theLine, ID: id})
	if err != nil {
		r.t.Fatal(err)
	}
	return a
}

// One that ends in its place is not asked, and lets the next one by.
func TestAQueuedAskThatEndsIsNeverAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		r.ask("a", saying("A", ""))
		r.ask("b", saying("B", schema.SupersedeQueue))
		r.ask("c", saying("C", schema.SupersedeQueue))
		if b := r.calledOff("b"); b.State != schema.AskCancelled || b.Status != schema.StatusFailed || b.WaitsFor != nil {
			t.Errorf("ask %+v", b)
		}
		if m := r.message("b"); m.Error == nil || m.Error.Code != schema.CodeAskEnded {
			t.Errorf("message %+v", m)
		}
		r.calledOff("a")
		r.wantSent("A", "C")
		if n := len(r.outcomes()); n != 2 {
			t.Errorf("%d outcomes", n)
		}
	})
}

// The chat is not known yet, and both are to one number.
func TestAsksToANumberThatIsNotResolvedStandInOneQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		r.net.report(theLine, schema.LineReconnecting, "acc:1")
		r.ask("a", saying("A", ""))
		if b := r.ask("b", saying("B", schema.SupersedeQueue)); b.WaitsFor == nil || b.WaitsFor.Kind != schema.WaitAsk {
			t.Fatalf("ask %+v", b)
		}
		r.net.linked(theLine)
		r.wantSent("A")
		r.says(anna, "1")
		r.wantSent("A", "B")
		r.wantState("b", schema.AskWaiting)
	})
}

// What waits is stored with it: its turn comes in whichever life.
func TestAQueuedAskOutlivesTheSidecar(t *testing.T) {
	for name, next := range map[string]func(*rig) *rig{
		"stopped": func(r *rig) *rig { return r.restart(quick) },
		"killed":  func(r *rig) *rig { return r.kill(quick) },
	} {
		t.Run(name, func(t *testing.T) {
			r := linkedRig(t, quick)
			r.ask("a", saying("A", ""))
			r.ask("b", saying("B", schema.SupersedeQueue))
			r = next(r)
			if b := r.getAsk("b"); b.WaitsFor == nil || b.WaitsFor.Kind != schema.WaitAsk || b.Status != schema.StatusQueued {
				t.Fatalf("ask %+v", b)
			}
			r.says(anna, "1")
			eventually(t, "its turn", func() bool { return r.getAsk("b").State == schema.AskWaiting })
			if got := r.questions(); !slices.Equal(got, []string{"A", "B"}) {
				t.Errorf("sent %q", got)
			}
		})
	}
}

func TestAnAskThatReplacesEndsTheEarlierOnes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		r.ask("a", saying("A", ""))
		r.ask("b", saying("B", schema.SupersedeQueue))
		r.ask("c", saying("C", ""), func(q *schema.AskRequest) { q.Chat = boris })
		r.ask("d", saying("D", schema.SupersedeReplace))
		for _, id := range []schema.Key{"a", "b"} {
			if a := r.wantState(id, schema.AskCancelled); a.Outcome.Reason != schema.ReasonReplaced {
				t.Errorf("%s: %+v", id, a.Outcome)
			}
		}
		r.wantState("c", schema.AskWaiting)
		r.wantState("d", schema.AskWaiting)
		r.wantSent("A", "C", "D") // B had not gone, and does not
		if n := len(r.outcomes()); n != 2 {
			t.Errorf("%d outcomes", n)
		}
		// The same id again ends nothing more.
		r.ask("e", saying("E", ""))
		r.ask("d", saying("D", schema.SupersedeReplace))
		r.wantState("e", schema.AskWaiting)
	})
}

// A question of before that had surely not gone is not sent beside the new one.
func TestAReplacedQuestionThatHasNotGoneDoesNot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		r.net.report(theLine, schema.LineReconnecting, "acc:1")
		r.ask("a", saying("A", ""))
		r.ask("b", saying("B", schema.SupersedeReplace))
		if a := r.wantState("a", schema.AskCancelled); a.Status != schema.StatusFailed {
			t.Errorf("ask %+v", a)
		}
		r.net.linked(theLine)
		r.wantSent("B")
	})
}
