package bridge_test

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

func about(item, stage string, kind schema.AskKind) func(*schema.AskRequest) {
	return func(q *schema.AskRequest) { q.Item, q.Stage, q.Kind = item, stage, kind }
}

func (r *rig) moved(item, stage string) (ended []schema.Key) {
	r.t.Helper()
	out, err := r.ItemMoved(r.ctx(), admin, schema.ItemMovedRequest{Line: theLine, Item: item, Stage: stage})
	if err != nil {
		r.t.Fatal(err)
	}
	for _, a := range out.Asks {
		if a.State != schema.AskCancelled || a.Outcome.Reason != schema.ReasonMoved {
			r.t.Errorf("%s is %s: %+v", a.ID, a.State, a.Outcome)
		}
		ended = append(ended, a.ID)
	}
	return ended
}

func TestAMoveEndsTheRobotsWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		first := r.ask("first", about("deal-7", "new", schema.AskRobot))
		if first.Item != "deal-7" || first.Stage != "new" || first.Kind != schema.AskRobot {
			t.Fatalf("ask %+v", first)
		}
		r.ask("second", about("deal-7", "new", schema.AskRobot), func(q *schema.AskRequest) { q.Chat = boris })
		r.ask("there", about("deal-7", "won", schema.AskRobot))
		r.ask("activity", about("deal-7", "new", schema.AskActivity))
		r.ask("default", about("deal-7", "new", ""))
		r.ask("other", about("deal-8", "new", schema.AskRobot))
		if got := r.moved("deal-7", "new"); !slices.Equal(got, []schema.Key{"there"}) {
			t.Errorf("back at its stage: %v", got)
		}
		if got := r.moved("deal-7", "won"); !slices.Equal(got, []schema.Key{"first", "second"}) {
			t.Errorf("moved: %v", got)
		}
		if got := r.moved("deal-7", "won"); got != nil {
			t.Errorf("moved once more: %v", got)
		}
		for _, id := range []schema.Key{"activity", "default", "other"} {
			r.wantState(id, schema.AskWaiting)
		}
		if list := r.outcomes(); len(list) != 3 || list[1].Ask.ID != "first" || list[1].Ask.Outcome.Reason != schema.ReasonMoved || list[1].Ask.Stage != "new" {
			t.Errorf("deliveries %+v", list)
		}
		// The same id again is the same ask, ended.
		if a := r.ask("first", about("deal-7", "new", schema.AskRobot)); a.State != schema.AskCancelled {
			t.Errorf("asked again: %s", a.State)
		}
	})
}

// An item that is gone has no stage, so nothing of a robot waits for it any more.
func TestAnItemThatIsGoneEndsEveryRobotsWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		r.net.report(theLine, schema.LineReconnecting, "acc:1")
		r.ask("q1", about("deal-7", "new", schema.AskRobot))
		if got := r.moved("deal-7", ""); !slices.Equal(got, []schema.Key{"q1"}) {
			t.Fatalf("ended %v", got)
		}
		// Its question had not gone, and does not.
		if m := r.message("q1"); m.Status != schema.StatusFailed || m.Error.Code != schema.CodeAskEnded {
			t.Errorf("the question is %s: %+v", m.Status, m.Error)
		}
		r.net.linked(theLine)
		synctest.Wait()
		if got := r.bodies(); len(got) != 0 {
			t.Errorf("sent %q", got)
		}
	})
}

func TestAsksAreListedByItem(t *testing.T) {
	r := linkedRig(t, quick)
	r.ask("q1", about("deal-7", "new", schema.AskActivity))
	r.ask("q2", about("deal-8", "", ""))
	r.ask("q3")
	list, err := r.AskList(t.Context(), admin, schema.AskListRequest{Line: theLine, Item: "deal-8"})
	if err != nil || len(list.Asks) != 1 || list.Asks[0].ID != "q2" || list.Asks[0].Item != "deal-8" {
		t.Errorf("asks %+v, %v", list.Asks, err)
	}
}

// An activity is the default: said or not, it is one request.
func TestTheDefaultKindIsTheSameRequest(t *testing.T) {
	r := linkedRig(t, quick)
	was := r.ask("q1", about("deal-7", "new", ""))
	if a := r.ask("q1", about("deal-7", "new", schema.AskActivity)); a.MessageID != was.MessageID {
		t.Errorf("asked anew: %+v", a)
	}
}

func TestARobotsQuestionNeedsItsItemAndStage(t *testing.T) {
	r := linkedRig(t, quick)
	for field, q := range map[string]func(*schema.AskRequest){"item": about("", "new", schema.AskRobot), "stage": about("deal-7", "", schema.AskRobot)} {
		_, err := r.Ask(t.Context(), admin, askRequest("q1", q))
		if e, ok := errors.AsType[*schema.Error](err); !ok || e.Code != schema.CodeInvalidRequest || e.Issues[0].Field != field {
			t.Errorf("%v, want the field %s", err, field)
		}
	}
}
