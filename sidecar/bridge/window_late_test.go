package bridge_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// queued accepts a text on a paused line.
func (r *rig) queued(key schema.Key, chat string) {
	r.t.Helper()
	if m, err := r.text(key, chat, "привет"); err != nil || m.Status != schema.StatusQueued {
		r.t.Fatalf("%+v, %v", m, err)
	}
}

// goesOn ends the pause, and everything that can go has gone.
func (r *rig) goesOn() {
	r.t.Helper()
	r.resume()
	time.Sleep(time.Minute)
	synctest.Wait()
}

func (r *rig) wantGone(key schema.Key, warning schema.WarningCode) {
	r.t.Helper()
	if m := r.message(key); m.Status != schema.StatusSent || m.Warning != warning || (warning == "") != (m.WarningText == "") {
		r.t.Errorf("%s is %s, warning %q %q, error %v; want sent, %q", key, m.Status, m.Warning, m.WarningText, m.Error, warning)
	}
}

func (r *rig) wantRefused(key schema.Key) {
	r.t.Helper()
	m := r.message(key)
	if m.Status != schema.StatusFailed || m.Error == nil || m.Error.Code != schema.CodeWindowClosed {
		r.t.Errorf("%s is %s, %v; want failed, window_closed", key, m.Status, m.Error)
	}
	for _, out := range r.net.sent() {
		if out.ID == m.MessageID {
			r.t.Errorf("%s was refused and went", key)
		}
	}
}

func TestAMessageThatWaitedPastItsWindowIsRefused(t *testing.T) {
	for name, next := range map[string]func(*rig) *rig{
		"in one life": func(r *rig) *rig { return r },
		"in the next": func(r *rig) *rig { return r.kill(bridge.Timing{}) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := linkedRig(t, bridge.Timing{})
				r.template("visit", visit())
				r.approve("visit")
				r.policy(schema.WindowEnforce)
				r.says(anna, "добрый день")
				r.says(boris, "добрый день")
				r.pause("late")
				r.queued("late", anna)
				r.queued("again", boris)
				r.queued("group", "120363000000000001@g.us")
				if m, err := r.sendTemplate("template", visitValues); err != nil || m.Status != schema.StatusQueued {
					t.Fatalf("%+v, %v", m, err)
				}
				r.ask("asked", in(100*60*60))
				time.Sleep(20 * time.Hour)
				r.says(boris, "вы тут?")
				time.Sleep(4*time.Hour - time.Minute)
				r.queued("heard", boris)
				r = next(r)
				time.Sleep(2 * time.Minute)
				r.goesOn()
				r.wantRefused("late")
				if a := r.wantState("asked", schema.AskFailed); a.Outcome.Error.Code != schema.CodeWindowClosed {
					t.Errorf("%+v", a.Outcome)
				}
				for _, key := range []schema.Key{"again", "group", "template", "heard"} {
					r.wantGone(key, "")
				}
			})
		})
	}
}

func TestAMessageThatWaitedPastItsWindowIsWarnedOf(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		r.says(anna, "добрый день")
		r.pause("late")
		r.queued("late", anna)
		r.queued("first", boris)
		if m := r.message("late"); m.Warning != "" {
			t.Errorf("%+v", m)
		}
		time.Sleep(25 * time.Hour)
		r.goesOn()
		r.wantGone("late", schema.WarnWindowClosed)
		r.wantGone("first", schema.WarnFirstContact)
	})
}

func TestThePolicyOfTheMomentJudgesWhatGoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		r.pause("late")
		r.queued("warned", anna)
		r.policy(schema.WindowOff)
		r.queued("free", boris)
		r.policy(schema.WindowEnforce)
		r.goesOn()
		r.wantRefused("warned")
		r.wantRefused("free")
		r.pause("late")
		r.policy(schema.WindowOff)
		r.queued("off", anna)
		r.policy(schema.WindowWarn)
		r.goesOn()
		r.wantGone("off", schema.WarnFirstContact)
		r.pause("late")
		r.policy(schema.WindowOff)
		r.queued("still off", anna)
		r.goesOn()
		r.wantGone("still off", "")
	})
}

func TestWhatMayHaveGoneIsNotRefusedByTheWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		r.policy(schema.WindowEnforce)
		r.says(anna, "добрый день")
		r.net.set(func(n *network) {
			n.script = func(count int, _ bridge.Outgoing) error {
				if count == 1 {
					return &bridge.SendError{Err: errors.New("the line was cut")}
				}
				return nil
			}
		})
		if m, err := r.text("k", anna, "привет"); err != nil || m.Status != schema.StatusUnknown {
			t.Fatalf("%+v, %v", m, err)
		}
		r.pause("late")
		time.Sleep(25 * time.Hour)
		r.goesOn()
		r.wantGone("k", "")
		if sent := r.net.sent(); len(sent) != 2 || sent[0].ID != sent[1].ID {
			t.Errorf("sent %+v", sent)
		}
	})
}
