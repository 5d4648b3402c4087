package bridge_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

func TestWhoWroteALittleWhileAgoIsADialogue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		r.pace(schema.Pace{LineMs: 600000, LineBurst: 1})
		r.send("n0", chatOf(99))
		late := r.send("queued", boris)
		if late.Status != schema.StatusQueued || late.WaitsFor == nil || late.WaitsFor.Kind != schema.WaitLinePace {
			t.Fatalf("%+v", late)
		}
		r.says(boris, "вы здесь?") // what waits for the line's pace waits no longer
		synctest.Wait()
		if got := r.message("queued"); got.Status != schema.StatusSent {
			t.Errorf("%+v", got)
		}
		r.says(anna, "здравствуйте")
		r.says("+79990000001", "я сам", func(in *bridge.Incoming) { in.FromMe, in.From = true, address("+79000000001") })
		r = r.restart(bridge.Timing{})
		if got := r.send("answer", anna); got.Status != schema.StatusSent {
			t.Errorf("after a restart: %+v", got)
		}
		if got := r.send("own", "+79990000001"); got.Status != schema.StatusQueued {
			t.Errorf("nobody wrote but ourselves: %+v", got)
		}
		if got := r.send("many", anna, priority(schema.PriorityBroadcast)); got.Status != schema.StatusQueued {
			t.Errorf("a broadcast stays one: %+v", got)
		}
		time.Sleep(16 * time.Minute)
		if got := r.send("cold", boris); got.Status != schema.StatusQueued {
			t.Errorf("long after: %+v", got)
		}
	})
}

func TestThePaceOfARecipient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		r.pace(schema.Pace{RecipientMs: 6000, RecipientBurst: 3})
		start := time.Now()
		for i := range 3 {
			if got := r.send(schema.Key(fmt.Sprint("k", i)), anna); got.Status != schema.StatusSent || time.Since(start) > 0 {
				t.Fatalf("the burst: %+v after %v", got, time.Since(start))
			}
		}
		for i := 3; i < 5; i++ {
			got := r.send(schema.Key(fmt.Sprint("k", i)), anna, priority(schema.PriorityDialogue))
			want := []schema.WaitKind{schema.WaitRecipientPace, schema.WaitEarlier}[i-3]
			if got.Status != schema.StatusQueued || got.WaitsFor == nil || got.WaitsFor.Kind != want || time.Since(start) > 0 {
				t.Fatalf("answers at once that it waits: %+v after %v", got, time.Since(start))
			}
		}
		if until := r.message("k3").WaitsFor.Until; until == nil || until.Sub(start) < 6*time.Second || until.Sub(start) > 7500*time.Millisecond {
			t.Errorf("until %v", until)
		}
		if got := r.send("other", boris); got.Status != schema.StatusSent {
			t.Errorf("another recipient: %+v", got)
		}
		// A restart neither forgets what was used nor makes anybody wait anew.
		time.Sleep(2 * time.Second)
		r = r.restart(bridge.Timing{})
		time.Sleep(3900 * time.Millisecond)
		if got := r.message("k3"); got.Status != schema.StatusQueued {
			t.Errorf("too early: %+v", got)
		}
		time.Sleep(1700 * time.Millisecond)
		if got := r.message("k3"); got.Status != schema.StatusSent {
			t.Errorf("too late: %+v", got)
		}
		time.Sleep(6 * time.Second)
		if got := r.message("k4"); got.Status != schema.StatusSent {
			t.Errorf("the jitter adds up: %+v", got)
		}
		time.Sleep(time.Minute)
		for i := range 3 {
			if got := r.send(schema.Key(fmt.Sprint("again", i)), anna); got.Status != schema.StatusSent {
				t.Errorf("after a rest: %+v", got)
			}
		}
	})
}

func TestThePaceOfALine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		r.pace(schema.Pace{LineMs: 10000, LineBurst: 2})
		start := time.Now()
		r.send("k0", chatOf(0))
		r.send("k1", chatOf(1))
		for i := 2; i < 6; i++ {
			got := r.send(schema.Key(fmt.Sprint("k", i)), chatOf(i))
			if got.Status != schema.StatusQueued || got.WaitsFor == nil || got.WaitsFor.Kind != schema.WaitLinePace || time.Since(start) > 0 {
				t.Fatalf("%+v after %v", got, time.Since(start))
			}
		}
		if got := r.send("live", chatOf(9), priority(schema.PriorityDialogue)); got.Status != schema.StatusSent || time.Since(start) > 0 {
			t.Errorf("a dialogue waits for the line's pace: %+v", got)
		}
		waits := r.status().Waits
		if len(waits) != 1 || waits[0].Kind != schema.WaitLinePace || waits[0].Count != 4 || waits[0].Text == "" {
			t.Errorf("waits %+v", waits)
		}
		r = r.restart(bridge.Timing{})
		time.Sleep(9 * time.Second)
		if n := len(r.net.sent()); n != 3 {
			t.Errorf("%d went out, the line's pace was forgotten", n)
		}
		time.Sleep(24 * time.Second)
		if n := len(r.net.sent()); n != 6 {
			t.Errorf("%d went out in 33 s, want 3 and one each 10 s", n)
		}
		r.pace(off)
		synctest.Wait()
		if n := len(r.net.sent()); n != 7 {
			t.Errorf("%d went out, and the pace is off", n)
		}
	})
}

// Messages do not go like clockwork, and the pace on the whole is kept.
func TestWaitsForThePaceVary(t *testing.T) {
	for name, c := range map[string]struct {
		pace schema.Pace
		chat func(int) string
	}{
		"recipient": {schema.Pace{RecipientMs: 10000, RecipientBurst: 2}, func(int) string { return anna }},
		"line":      {schema.Pace{LineMs: 10000, LineBurst: 2}, chatOf},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := linkedRig(t, bridge.Timing{})
				r.pace(c.pace)
				start := time.Now()
				for i := range 8 {
					r.send(schema.Key(fmt.Sprint("a", i)), c.chat(i))
				}
				time.Sleep(time.Hour)
				late := map[time.Duration]bool{}
				for i := 2; i < 8; i++ {
					after := r.message(schema.Key(fmt.Sprint("a", i))).Timestamp.Sub(start)
					if turn := time.Duration(i-1) * 10 * time.Second; after < turn || after > turn+2500*time.Millisecond {
						t.Errorf("a%d went after %v", i, after)
					}
					late[after%(10*time.Second)] = true
				}
				if len(late) < 4 {
					t.Errorf("late by %v", late)
				}
			})
		})
	}
}

// Dialogues do not wait for the line's pace, and leave no debt behind that would
// hold up everything else for long.
func TestABurstOfDialogueLeavesNoDebt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		r.pace(schema.Pace{LineMs: 10000, LineBurst: 2})
		for i := range 50 {
			r.send(schema.Key(fmt.Sprint("d", i)), chatOf(i), priority(schema.PriorityDialogue))
		}
		if got := r.send("k1", boris); got.Status != schema.StatusQueued || time.Until(*got.WaitsFor.Until) > 12500*time.Millisecond {
			t.Errorf("%+v until %v", got, got.WaitsFor.Until)
		}
		time.Sleep(12500 * time.Millisecond)
		if got := r.message("k1"); got.Status != schema.StatusSent {
			t.Errorf("%+v", got)
		}
	})
}

// A machine whose clock was wrong does not make anybody wait for years.
func TestAnAllowanceFromAnotherClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		err := r.store.Write(t.Context(), func(tx bridge.Tx) error {
			return errors.Join(tx.PutAllowance(theLine, "", time.Now().AddDate(1, 0, 0)), tx.PutAllowance(theLine, anna, time.Now().AddDate(1, 0, 0)))
		})
		if err != nil {
			t.Fatal(err)
		}
		r = r.restart(bridge.Timing{})
		r.send("k1", anna)
		time.Sleep(10 * time.Second)
		if got := r.message("k1"); got.Status != schema.StatusSent {
			t.Errorf("%+v", got)
		}
	})
}

func TestWaitsSayWhyAndUntilWhen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		r.net.report(theLine, schema.LineReconnecting, "acc:1")
		start := time.Now()
		if got := r.send("a", anna); got.WaitsFor == nil || got.WaitsFor.Kind != schema.WaitLine {
			t.Errorf("%+v", got)
		}
		line := r.pause("обед")
		if !line.Paused || line.PausedReason != "обед" || line.PausedAt == nil || line.Queued != 1 {
			t.Errorf("line %+v", line)
		}
		ask := r.ask("q1", func(q *schema.AskRequest) { q.Chat = boris })
		if w := ask.WaitsFor; w == nil || w.Kind != schema.WaitPause || ask.State != schema.AskSending || time.Since(start) > 6*time.Second {
			t.Errorf("ask %+v", ask)
		}
		ru := bridge.Caller{Grant: admin.Grant, Lang: schema.Russian}
		got, err := r.MessageGet(t.Context(), ru, schema.MessageGetRequest{Line: theLine, Key: "a"})
		if err != nil || !strings.Contains(got.WaitsFor.Text, "приостановлена") {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

func TestAPausedLineReceivesAndSendsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		r.ask("q1")
		was := r.pause("restored").PausedAt
		time.Sleep(time.Second)
		if again := r.pause("audit"); !again.PausedAt.Equal(*was) || again.PausedReason != "audit" || !strings.Contains(again.Detail, "paused") {
			t.Errorf("%+v", again)
		}
		r.send("k1", boris)
		r.says(anna, "1")
		if got := r.getAsk("q1"); got.State != schema.AskAnswered {
			t.Errorf("ask %+v", got)
		}
		r = r.restart(bridge.Timing{})
		time.Sleep(time.Hour)
		if n, line := len(r.net.sent()), r.status(); n != 1 || !line.Paused || line.Waits[0].Kind != schema.WaitPause {
			t.Errorf("%d sends, line %+v", n, line)
		}
		if line := r.resume(); line.Paused || line.PausedAt != nil || line.PausedReason != "" {
			t.Errorf("line %+v", line)
		}
		synctest.Wait()
		if got := r.message("k1"); got.Status != schema.StatusSent {
			t.Errorf("%+v", got)
		}
		var told []bool
		for _, e := range r.events(schema.EventLineState) {
			told = append(told, e.State.Paused)
		}
		if !slices.Contains(told, true) || told[len(told)-1] {
			t.Errorf("events tell of paused: %v", told)
		}
	})
}
