package bridge_test

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// hears reports the line connected, behind or not.
func (r *rig) hears(behind bool) {
	r.t.Helper()
	s := bridge.Session{Line: theLine, State: schema.LineConnected, Account: "acc:1", Behind: behind, At: time.Now()}
	if err := r.Session(r.ctx(), s); err != nil {
		r.t.Fatal(err)
	}
}

func written(at time.Time) func(*bridge.Incoming) {
	return func(in *bridge.Incoming) { in.At = at }
}

func in(seconds int) func(*schema.AskRequest) {
	return func(q *schema.AskRequest) { q.DeadlineSeconds = seconds }
}

func (r *rig) wantState(id schema.Key, want schema.AskState) schema.Ask {
	r.t.Helper()
	synctest.Wait()
	a := r.getAsk(id)
	if a.State != want {
		r.t.Fatalf("%s is %s (%+v), want %s", id, a.State, a.Outcome, want)
	}
	return a
}

// down is a line that asked, and a sidecar that was down for an hour since.
func down(t *testing.T, ids ...schema.Key) (*rig, schema.Ask) {
	r := linkedRig(t, bridge.Timing{})
	var a schema.Ask
	for _, id := range ids {
		a = r.ask(id, in(60))
	}
	r.net.set(func(n *network) { n.silent = true })
	r.stop()
	time.Sleep(time.Hour)
	return startRig(t, r.dir, r.net, bridge.Timing{}), a
}

func TestAnAnswerWrittenInTimeWhileTheSidecarWasDownCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, a := down(t, "other", "q1")
		r.wantState("q1", schema.AskWaiting)
		r.hears(true)
		r.says(anna, "1", written(a.Deadline))
		r.wantState("q1", schema.AskAnswered)
		r.wantState("other", schema.AskWaiting)
		r.hears(false)
		if got := r.wantState("other", schema.AskNoAnswer); time.Until(got.Outcome.At).Abs() > time.Second {
			t.Errorf("ended %s, now %s", got.Outcome.At, time.Now())
		}
		r.wantState("q1", schema.AskAnswered)
		if n := len(r.outcomes()); n != 2 {
			t.Errorf("%d outcomes, want 2", n)
		}
	})
}

func TestAnAnswerWrittenAfterTheDeadlineIsLateThoughTheAskIsOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, a := down(t, "q1")
		r.hears(true)
		after := written(a.Deadline.Add(time.Second))
		r.says(anna, "1", after)
		r.says(anna, "Да, приду", tapping(a.MessageID, "yes"), after)
		r.says(anna, "и ещё вопрос", after)
		r.wantState("q1", schema.AskWaiting)
		r.hears(false)
		r.wantState("q1", schema.AskNoAnswer)
		var late []bool
		for _, e := range r.events(schema.EventMessage) {
			late = append(late, e.Message.Late && e.Message.Ask == "q1")
		}
		if len(late) != 3 || !late[0] || !late[1] || late[2] {
			t.Errorf("late: %v", late)
		}
	})
}

func TestTextTooLateForTheNewestAskAnswersTheOneBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		r.ask("day")
		r.ask("minute", in(60))
		r.net.report(theLine, schema.LineReconnecting, "acc:1")
		time.Sleep(2 * time.Minute)
		r.hears(true)
		r.says(anna, "2")
		r.wantState("day", schema.AskAnswered)
		r.wantState("minute", schema.AskWaiting)
	})
}

func TestHowLongADeadlineWaitsForTheLine(t *testing.T) {
	for name, c := range map[string]struct {
		after func(*rig) // once the sidecar is up again
		wait  time.Duration
	}{
		"it never connects": {func(*rig) {}, 10 * time.Minute},
		"it connects and is never done": {func(r *rig) {
			r.hears(true)
		}, 2 * time.Minute},
		"it comes and goes": {func(r *rig) {
			go func() {
				for range 30 {
					r.hears(true)
					time.Sleep(time.Minute)
					r.net.report(theLine, schema.LineReconnecting, "acc:1")
				}
			}()
		}, 10 * time.Minute},
		"it was unlinked": {func(r *rig) { r.net.report(theLine, schema.LineLoggedOut, "") }, 0},
		"it was replaced": {func(r *rig) { r.net.report(theLine, schema.LineReplaced, "acc:1") }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r, _ := down(t, "q1")
				synctest.Wait()
				c.after(r)
				if c.wait > 0 {
					time.Sleep(c.wait - time.Second)
					r.wantState("q1", schema.AskWaiting)
					time.Sleep(2 * time.Second)
				}
				r.wantState("q1", schema.AskNoAnswer)
				time.Sleep(time.Hour)
			})
		})
	}
}

func TestADeadlineWaitsForALineThatIsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		r.ask("soon", in(60*60))
		r.ask("later", in(65*60))
		r.net.report(theLine, schema.LineReconnecting, "acc:1")
		time.Sleep(70*time.Minute - time.Second)
		r.wantState("soon", schema.AskWaiting)
		time.Sleep(2 * time.Second)
		r.wantState("soon", schema.AskNoAnswer)
		time.Sleep(4 * time.Minute)
		r.wantState("later", schema.AskWaiting)
		time.Sleep(time.Minute)
		r.wantState("later", schema.AskNoAnswer)
	})
}

// Both ways round: the machine's clock is wrong by an hour, and only how the two
// clocks stood when the question was sent tells an answer in time from a late one.
func TestTheDeadlineIsTakenOverToWhatsAppsClock(t *testing.T) {
	for _, behind := range []time.Duration{time.Hour, -time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			r := linkedRig(t, bridge.Timing{})
			r.net.set(func(n *network) { n.behind = behind })
			var a schema.Ask
			for _, id := range []schema.Key{"late", "fine"} {
				a = r.ask(id, in(600))
			}
			r.net.report(theLine, schema.LineReconnecting, "acc:1")
			time.Sleep(12 * time.Minute)
			r.hears(true)
			deadline := a.Deadline.Add(-behind)
			r.says(anna, "1", quoting(a.MessageID), written(deadline.Add(-time.Minute)))
			r.wantState("fine", schema.AskAnswered)
			r.says(anna, "1", written(deadline.Add(time.Minute)))
			r.wantState("late", schema.AskWaiting)
		})
	}
}

// A wall clock that the test moves beside the bubble's own.
type wall struct{ apart atomic.Int64 }

func (w *wall) now() time.Time { return time.Now().Add(time.Duration(w.apart.Load())) }

func wallRig(t *testing.T) (*rig, *wall) {
	w := new(wall)
	net := newNetwork()
	net.now = w.now
	r := startRig(t, t.TempDir(), net, bridge.Timing{})
	if _, err := r.LineCreate(t.Context(), admin, schema.LineCreateRequest{ID: theLine, Name: "Clinic", Region: "RU"}); err != nil {
		t.Fatal(err)
	}
	net.linked(theLine)
	return r, w
}

func TestAClockSetForwardEndsWhatItPassedOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, w := wallRig(t)
		a := r.ask("hour", in(3600))
		r.ask("other", in(3600))
		r.ask("day")
		time.Sleep(time.Minute + time.Second)
		w.apart.Store(int64(2 * time.Hour))
		// The machine may have slept: what was written in time is still to come.
		time.Sleep(time.Minute)
		r.wantState("hour", schema.AskWaiting)
		r.says(anna, "1", quoting(a.MessageID), written(a.Deadline))
		r.wantState("hour", schema.AskAnswered)
		time.Sleep(time.Minute + 16*time.Second)
		r.wantState("other", schema.AskNoAnswer)
		r.wantState("day", schema.AskWaiting)
	})
}

func TestALineThatWakesAndHasHeardAllEndsWhatIsDue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, w := wallRig(t)
		r.ask("hour", in(3600))
		w.apart.Store(int64(2 * time.Hour))
		time.Sleep(16 * time.Second)
		r.wantState("hour", schema.AskWaiting)
		r.net.report(theLine, schema.LineReconnecting, "acc:1")
		r.hears(true)
		r.wantState("hour", schema.AskWaiting)
		r.hears(false)
		r.wantState("hour", schema.AskNoAnswer)
	})
}

// A sleep may have found the line away. It is as far behind as its next connection.
func TestALineThatWasAwayInASleepIsWaitedForFromItsConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, w := wallRig(t)
		a := r.ask("hour", in(3600))
		r.net.report(theLine, schema.LineReconnecting, "acc:1")
		w.apart.Store(int64(2 * time.Hour))
		time.Sleep(5 * time.Minute)
		r.hears(true)
		time.Sleep(2*time.Minute - time.Second)
		r.wantState("hour", schema.AskWaiting)
		r.says(anna, "1", quoting(a.MessageID), written(a.Deadline))
		r.wantState("hour", schema.AskAnswered)
	})
}

// A machine can fall asleep while the clock sees to something.
func TestASleepIsNoticedWhateverTheClockIsDoing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, w := wallRig(t)
		r.ask("minute", in(60))
		r.ask("hour", in(3600))
		time.Sleep(59 * time.Second)
		release := r.busy()
		time.Sleep(2 * time.Second)
		w.apart.Store(int64(2 * time.Hour))
		release()
		r.wantState("minute", schema.AskNoAnswer)
		time.Sleep(2*time.Minute - time.Second)
		r.wantState("hour", schema.AskWaiting)
		time.Sleep(17 * time.Second)
		r.wantState("hour", schema.AskNoAnswer)
	})
}

func TestAClockSetBackRefusesNoAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, w := wallRig(t)
		r.ask("hour", in(3600))
		time.Sleep(10 * time.Minute)
		w.apart.Store(int64(-time.Hour))
		time.Sleep(time.Hour) // past the deadline by WhatsApp's clock, not by this one
		r.says(anna, "1")
		r.wantState("hour", schema.AskAnswered)
	})
}

func TestAClockSetBackEndsNothingEarlyOrTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, w := wallRig(t)
		r.ask("minute", in(60))
		r.ask("hour", in(3600))
		time.Sleep(61 * time.Second)
		r.wantState("minute", schema.AskNoAnswer)
		w.apart.Store(int64(-2 * time.Hour))
		time.Sleep(2*time.Hour + 58*time.Minute)
		r.wantState("hour", schema.AskWaiting)
		time.Sleep(time.Minute)
		r.wantState("hour", schema.AskNoAnswer)
		if n := len(r.outcomes()); n != 2 {
			t.Errorf("%d outcomes, want 2", n)
		}
	})
}
