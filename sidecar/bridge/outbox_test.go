package bridge_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// off lets everything go as fast as it can.
var off = schema.Pace{Mode: schema.PaceOff}

func (r *rig) pace(p schema.Pace) {
	r.t.Helper()
	if _, err := r.LineUpdate(r.ctx(), admin, schema.LineUpdateRequest{Line: theLine, Pace: &p}); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) pause(reason string) schema.Line {
	r.t.Helper()
	line, err := r.LinePause(r.ctx(), admin, schema.LinePauseRequest{Line: theLine, Reason: reason})
	if err != nil {
		r.t.Fatal(err)
	}
	return line
}

func (r *rig) resume() schema.Line {
	r.t.Helper()
	line, err := r.LineResume(r.ctx(), admin, schema.LineRequest{Line: theLine})
	if err != nil {
		r.t.Fatal(err)
	}
	return line
}

func (r *rig) status() schema.Line {
	r.t.Helper()
	line, err := r.LineStatus(r.ctx(), admin, schema.LineRequest{Line: theLine})
	if err != nil {
		r.t.Fatal(err)
	}
	return line
}

// send sends a text that is its key.
func (r *rig) send(key schema.Key, chat string, change ...func(*schema.SendTextRequest)) schema.SendResult {
	r.t.Helper()
	req := schema.SendTextRequest{Line: theLine, Key: key, Chat: chat, Text: "<" + string(key) + ">"}
	for _, fn := range change {
		fn(&req)
	}
	got, err := r.SendText(r.ctx(), admin, req)
	if err != nil {
		r.t.Fatal(err)
	}
	return got
}

func priority(p schema.Priority) func(*schema.SendTextRequest) {
	return func(q *schema.SendTextRequest) { q.Priority = p }
}

func within(seconds int) func(*schema.SendTextRequest) {
	return func(q *schema.SendTextRequest) { q.ExpiresSeconds = seconds }
}

func (r *rig) cancel(key schema.Key) schema.SendResult {
	r.t.Helper()
	got, err := r.MessageCancel(r.ctx(), admin, schema.MessageCancelRequest{Line: theLine, Key: key})
	if err != nil {
		r.t.Fatal(err)
	}
	return got
}

// keys are those of the texts that went out, in order.
func (n *network) keys() (list []string) {
	for _, out := range n.sent() {
		_, rest, _ := strings.Cut(string(out.Payload), `\u003c`)
		key, _, _ := strings.Cut(rest, `\u003e`)
		list = append(list, key)
	}
	return list
}

func wantKeys(t *testing.T, got []string, want string) {
	t.Helper()
	if s := strings.Join(got, " "); s != want {
		t.Errorf("went out: %s\nwant:     %s", s, want)
	}
}

func chatOf(i int) string { return fmt.Sprintf("+7912%07d", i) }

func TestTheMoreUrgentGoesFirstAndNothingOvertakesInAChat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		r.pace(off)
		r.pause("")
		r.send("b1", chatOf(1), priority(schema.PriorityBroadcast))
		r.send("n2", chatOf(2))
		r.send("b3", chatOf(3), priority(schema.PriorityBroadcast))
		r.send("n4", chatOf(4), priority(schema.PriorityNormal))
		r.send("d5", chatOf(5), priority(schema.PriorityDialogue))
		r.send("d3", chatOf(3), priority(schema.PriorityDialogue)) // lifts b3, which is before it
		r.send("b2", chatOf(2), priority(schema.PriorityBroadcast))
		r.resume()
		synctest.Wait()
		wantKeys(t, r.net.keys(), "b3 d5 d3 n2 n4 b1 b2")
	})
}

func TestABroadcastAdvancesBesideABusyDialogue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		// Long used up for anything but a dialogue.
		r.pace(schema.Pace{LineMs: 3600000, LineBurst: 1})
		r.send("n0", chatOf(99))
		r.pause("")
		for i := range 3 {
			r.send(schema.Key(fmt.Sprint("n", i+1)), chatOf(200+i))
			r.send(schema.Key(fmt.Sprint("b", i+1)), chatOf(300+i), priority(schema.PriorityBroadcast))
		}
		for i := range 40 {
			r.send(schema.Key(fmt.Sprint("d", i)), chatOf(i), priority(schema.PriorityDialogue))
		}
		r.resume()
		synctest.Wait()
		var slow []string
		run := 0
		for _, key := range r.net.keys()[1:] {
			if key[0] == 'd' {
				run++
				continue
			}
			if slow = append(slow, key); run > 8 {
				t.Errorf("%d went before %s", run, key)
			}
			run = 0
		}
		wantKeys(t, slow, "n1 b1 n2 b2 n3 b3")
	})
}

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

func TestAMessageThatWaitsHoldsBackItsChatOnly(t *testing.T) {
	for name, failure := range map[string]*bridge.SendError{
		"receipt": {Err: errors.New("no ack")},
		"retry":   {Certain: true, Retry: true, Server: 503, Err: errors.New("busy")},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := linkedRig(t, bridge.Timing{RetryMin: time.Minute, RetryMax: time.Minute, ReceiptWait: time.Minute})
				r.net.script = func(n int, out bridge.Outgoing) error {
					if n == 1 {
						return failure
					}
					return nil
				}
				var calls sync.WaitGroup
				defer calls.Wait()
				calls.Go(func() { r.send("a1", anna) })
				synctest.Wait()
				calls.Go(func() { r.send("a2", anna) })
				synctest.Wait()
				if got := r.send("b1", boris); got.Status != schema.StatusSent {
					t.Errorf("another chat: %+v", got)
				}
				first, second := r.message("a1"), r.message("a2")
				if w := first.WaitsFor; w == nil || w.Kind != schema.WaitKind(name) || w.Until == nil || time.Until(*w.Until) > time.Minute || w.Text == "" {
					t.Errorf("the first waits for %+v", w)
				}
				if w := second.WaitsFor; second.Status != schema.StatusQueued || w == nil || w.Kind != schema.WaitEarlier {
					t.Errorf("the second: %+v", second)
				}
				time.Sleep(time.Minute)
				synctest.Wait()
				wantKeys(t, r.net.keys(), "a1 b1 a1 a2")
				if w := r.message("a2").WaitsFor; w != nil {
					t.Errorf("sent and waits for %+v", w)
				}
			})
		})
	}
}

func TestWhatWouldFailForAnyHoldsBackTheLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{RetryMin: time.Minute, RetryMax: time.Minute})
		r.net.script = func(n int, _ bridge.Outgoing) error {
			if n == 1 {
				return &bridge.SendError{Certain: true, Retry: true, Server: 429, Err: errors.New("slow down")}
			}
			return nil
		}
		r.send("a1", anna)
		got := r.send("b1", boris)
		if got.Status != schema.StatusQueued || got.WaitsFor == nil || got.WaitsFor.Kind != schema.WaitRetry {
			t.Errorf("%+v", got)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if n := len(r.net.sent()); n != 3 {
			t.Errorf("%d tries: %v", n, r.net.keys())
		}
	})
}

// Two names of one person are one chat, and so are two that one message may mean.
func TestAPhoneAndItsLIDShareAQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		r.pace(off)
		r.says(anna, "привет") // phone and LID
		time.Sleep(time.Hour)
		r.pause("")
		many := priority(schema.PriorityBroadcast)
		r.send("other", chatOf(1), many)
		r.send("1", anna, many)
		r.send("2", lidOf(anna), many)
		r.send("3", boris, many)
		r.send("4", boris+"; "+anna, many)
		r.send("5", boris, priority(schema.PriorityDialogue))
		if w := r.message("2").WaitsFor; w == nil || w.Kind != schema.WaitPause {
			t.Errorf("waits for %+v", w)
		}
		r = r.restart(bridge.Timing{})
		r.resume()
		synctest.Wait()
		wantKeys(t, r.net.keys(), "1 2 3 4 5 other")

		for _, restarted := range []bool{false, true} {
			time.Sleep(48 * time.Hour) // what WhatsApp said of her phone is not believed any more
			r.pause("")
			before, mark := len(r.net.sent()), fmt.Sprint(restarted)
			r.send(schema.Key("6"+mark), anna, many)
			r.send(schema.Key("7"+mark), chatOf(1))
			r.send(schema.Key("8"+mark), lidOf(anna), priority(schema.PriorityDialogue))
			if restarted {
				r = r.restart(bridge.Timing{})
			}
			r.resume()
			synctest.Wait()
			wantKeys(t, r.net.keys()[before:], strings.ReplaceAll("6? 8? 7?", "?", mark))
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

func TestAMessageThatExpiresOnALineThatIsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		r.net.report(theLine, schema.LineReconnecting, "acc:1")
		got := r.send("k1", anna, within(60))
		if got.ExpiresAt == nil || got.ExpiresAt.Sub(got.Timestamp) != time.Minute {
			t.Errorf("%+v", got)
		}
		r.send("k2", anna, within(600))
		time.Sleep(49*time.Second + 999*time.Millisecond)
		if got := r.message("k1"); got.Status != schema.StatusQueued {
			t.Errorf("too early: %+v", got)
		}
		time.Sleep(2 * time.Second)
		if got := r.message("k1"); got.Status != schema.StatusFailed || got.Error.Code != schema.CodeExpired {
			t.Errorf("%+v", got)
		}
		// One whose time passes while nothing runs ends at the start.
		r.stop()
		time.Sleep(time.Hour)
		r.net.set(func(n *network) { n.hold = make(chan struct{}) })
		r = startRig(t, r.dir, r.net, bridge.Timing{})
		eventually(t, "expired", func() bool { return r.message("k2").Status == schema.StatusFailed })
		if e := r.message("k2").Error; e.Code != schema.CodeExpired || len(r.net.sent()) != 0 {
			t.Errorf("%+v, %d sends", e, len(r.net.sent()))
		}
	})
}

func TestWhatMayHaveGoneIsNotTriedAfterItsExpiry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{ReceiptWait: time.Minute})
		r.net.script = func(int, bridge.Outgoing) error { return &bridge.SendError{Err: errors.New("no ack")} }
		got := r.send("k1", anna, within(30))
		time.Sleep(time.Hour)
		if now := r.message("k1"); now.Status != schema.StatusUnknown || len(r.net.sent()) != 1 || r.status().Queued != 0 {
			t.Errorf("%+v after %d tries", now, len(r.net.sent()))
		}
		if err := r.Receipt(t.Context(), bridge.Receipt{Line: theLine, IDs: []schema.MessageID{got.MessageID}, Status: schema.StatusRead}); err != nil {
			t.Fatal(err)
		}
		if now := r.message("k1"); now.Status != schema.StatusRead || now.Error != nil {
			t.Errorf("a receipt still tells: %+v", now)
		}
	})
}

// A try that is under way when the time is over says how it ended.
func TestATryThatOutlivesItsExpiry(t *testing.T) {
	for want, failure := range map[schema.MessageStatus]*bridge.SendError{
		schema.StatusSent:    nil,
		schema.StatusUnknown: {Err: errors.New("no ack")},
		schema.StatusFailed:  {Certain: true, Retry: true, Server: 503, Err: errors.New("busy")},
	} {
		synctest.Test(t, func(t *testing.T) {
			r := linkedRig(t, bridge.Timing{})
			door := make(chan struct{})
			r.net.set(func(n *network) {
				n.hold = door
				n.script = func(int, bridge.Outgoing) error {
					if failure != nil {
						return failure
					}
					return nil
				}
			})
			r.send("k1", anna, within(30))
			time.Sleep(40 * time.Second)
			if got := r.message("k1"); got.Status != schema.StatusUnknown {
				t.Errorf("while it is tried: %+v", got)
			}
			close(door)
			time.Sleep(time.Hour)
			if got := r.message("k1"); got.Status != want || len(r.net.sent()) != 1 {
				t.Errorf("%+v, want %s", got, want)
			}
		})
	}
}

func TestCancelTakesBackWhatHasNotGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		r.send("gone", boris)
		r.net.report(theLine, schema.LineReconnecting, "acc:1")
		r.send("k1", anna)
		r.send("k2", anna)
		for range 2 {
			if got := r.cancel("k1"); got.Status != schema.StatusFailed || got.Error.Code != schema.CodeCancelled || got.WaitsFor != nil {
				t.Errorf("%+v", got)
			}
		}
		if got := r.cancel("gone"); got.Status != schema.StatusSent || got.Error != nil {
			t.Errorf("%+v", got)
		}
		_, err := r.MessageCancel(t.Context(), admin, schema.MessageCancelRequest{Line: theLine, Key: "never"})
		wantCode(t, err, schema.CodeMessageNotFound)
		r.ask("q1")
		_, err = r.MessageCancel(t.Context(), admin, schema.MessageCancelRequest{Line: theLine, Key: "q1"})
		wantCode(t, err, schema.CodeMessageOfAsk)
		if got := r.getAsk("q1"); got.State != schema.AskSending {
			t.Errorf("ask %+v", got)
		}
		// In the next life it is still known that it has not gone.
		r = r.kill(bridge.Timing{})
		r.net.report(theLine, schema.LineReconnecting, "acc:1")
		r.pause("")
		if got := r.send("k3", boris); got.Status != schema.StatusQueued {
			t.Errorf("%+v", got)
		}
		r.net.linked(theLine)
		r.resume()
		synctest.Wait()
		wantKeys(t, r.net.keys()[:3], "gone k2 ")
	})
}

func TestCancelNeverLiesOfWhatMayHaveGone(t *testing.T) {
	for name, c := range map[string]struct {
		failure error
		want    schema.MessageStatus
		code    schema.Code
	}{
		"it goes":       {nil, schema.StatusSent, ""},
		"no ack":        {&bridge.SendError{Err: errors.New("no ack")}, schema.StatusUnknown, schema.CodeUnknown},
		"it has failed": {&bridge.SendError{Certain: true, Retry: true, Server: 503, Err: errors.New("busy")}, schema.StatusFailed, schema.CodeCancelled},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := linkedRig(t, bridge.Timing{})
				door := make(chan struct{})
				r.net.set(func(n *network) { n.hold, n.script = door, func(int, bridge.Outgoing) error { return c.failure } })
				var calls sync.WaitGroup
				calls.Go(func() { r.send("k1", anna) })
				synctest.Wait()
				time.AfterFunc(time.Second, func() { close(door) })
				got := r.cancel("k1")
				if got.Status != c.want || (got.Error == nil) != (c.code == "") || got.Error != nil && got.Error.Code != c.code {
					t.Errorf("%+v, want %s %s", got, c.want, c.code)
				}
				calls.Wait()
				time.Sleep(time.Hour)
				if n := len(r.net.sent()); n != 1 {
					t.Errorf("%d tries", n)
				}
			})
		})
	}
}

func TestACancelDoesNotWaitForeverForATry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		door := make(chan struct{})
		r.net.set(func(n *network) { n.hold = door })
		r.send("k1", anna)
		if got := r.cancel("k1"); got.Status != schema.StatusUnknown {
			t.Errorf("%+v", got)
		}
		close(door)
		synctest.Wait()
		if got := r.message("k1"); got.Status != schema.StatusSent || got.Error != nil {
			t.Errorf("%+v", got)
		}
	})
}

func TestACancelSeesTheCallBeforeIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		r.pause("")
		release := r.busy()
		var calls sync.WaitGroup
		calls.Go(func() { r.send("k1", anna) })
		synctest.Wait()
		calls.Go(func() {
			if got := r.cancel("k1"); got.Status != schema.StatusFailed || got.Error.Code != schema.CodeCancelled {
				t.Errorf("%+v", got)
			}
		})
		synctest.Wait()
		release()
		calls.Wait()
	})
}

// A message that an earlier life may have tried is not said to have failed, one
// that it surely did not try is.
func TestARefusalInTheNextLife(t *testing.T) {
	refuse := func(int, bridge.Outgoing) error {
		return &bridge.SendError{Certain: true, Server: 463, Err: errors.New("refused")}
	}
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		r.send("known", anna)
		r.net.set(func(n *network) { n.hold = make(chan struct{}) })
		r.send("tried", anna)
		r.net.report(theLine, schema.LineReconnecting, "acc:1")
		r.send("waited", boris)
		r.pause("")
		r.net.linked(theLine)
		r.send("later", chatOf(1), priority(schema.PriorityDialogue))
		// Its first commit does not say that it has begun, a later one does.
		known := r.message("later").MessageID
		r.net.set(func(n *network) { n.hold = make(chan struct{}) })
		r.stop()
		r.net.set(func(n *network) { n.hold = nil })
		r = startRig(t, r.dir, r.net, bridge.Timing{})
		r.net.set(func(n *network) { n.hold = make(chan struct{}) })
		r.resume()
		time.Sleep(6 * time.Second) // what is in doubt waits for a receipt first
		if tried := r.net.sent(); tried[len(tried)-1].ID != known {
			t.Fatalf("the last try is not of the dialogue: %v", r.net.keys())
		}
		r = r.kill(bridge.Timing{})
		r.net.set(func(n *network) { n.hold, n.script = nil, refuse })
		time.Sleep(time.Hour)
		if got := r.message("tried"); got.Status != schema.StatusUnknown {
			t.Errorf("tried: %+v", got)
		}
		if got := r.message("later"); got.Status != schema.StatusUnknown {
			t.Errorf("later: %+v", got)
		}
		if got := r.message("waited"); got.Status != schema.StatusFailed || got.Error.Server != 463 {
			t.Errorf("waited: %+v", got)
		}
	})
}

// A message behind one in doubt has surely not gone, and the next life knows that too.
func TestBehindADoubtNothingBegins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{ReceiptWait: time.Hour})
		r.net.script = func(int, bridge.Outgoing) error { return &bridge.SendError{Err: errors.New("no ack")} }
		r.send("doubt", anna)
		r.send("behind", anna)
		r = r.kill(bridge.Timing{ReceiptWait: time.Hour})
		if got := r.cancel("behind"); got.Status != schema.StatusFailed || got.Error.Code != schema.CodeCancelled {
			t.Errorf("%+v", got)
		}
	})
}

// What is unknown when a life ends waits for its receipt in the next one first.
func TestAnUnknownSendOfAnEarlierLife(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		r.net.set(func(n *network) {
			n.script = func(int, bridge.Outgoing) error { return &bridge.SendError{Err: errors.New("no ack")} }
		})
		first := r.send("k1", anna)
		second := r.send("k2", boris)
		r = r.kill(bridge.Timing{})
		r.net.set(func(n *network) { n.script = nil })
		time.Sleep(time.Second)
		if err := r.Receipt(t.Context(), bridge.Receipt{Line: theLine, IDs: []schema.MessageID{first.MessageID}, Status: schema.StatusDelivered}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if got := r.message("k1"); got.Status != schema.StatusDelivered {
			t.Errorf("%+v", got)
		}
		if got := r.message("k2"); got.Status != schema.StatusSent || got.MessageID != second.MessageID {
			t.Errorf("%+v", got)
		}
		wantKeys(t, r.net.keys(), "k1 k2 k2")
	})
}

// A key that was used before requests had a priority still means its request.
func TestAKeyOfTheVersionBefore(t *testing.T) {
	r := linkedRig(t, quick)
	for key, body := range map[schema.Key]string{
		"t1": "text\x00" + `{"line":"clinic","key":"t1","chat":"+79123456789","text":"\u003ct1\u003e"}`,
		"b1": "buttons\x00" + `{"line":"clinic","key":"b1","chat":"+79123456789","body":"?","buttons":[{"id":"b1","text":"a"}],"rendering":"auto"}`,
		"q1": "ask\x00" + `{"line":"clinic","id":"q1","chat":"+79123456789","body":"?","buttons":[{"id":"b1","text":"a"}],"rendering":"auto","deadlineSeconds":86400}`,
	} {
		hash := sha256.Sum256([]byte(body))
		m := bridge.MessageRecord{Line: theLine, Key: key, Hash: hash[:], ID: schema.MessageID("WA" + key), Payload: []byte{}, Settled: true, Ask: key == "q1",
			Status: schema.StatusSent, Priority: schema.PriorityNormal, StatusAt: time.Now(), Created: time.Now()}
		if err := r.store.Write(t.Context(), func(tx bridge.Tx) error {
			if err := tx.InsertMessage(&m); err != nil || !m.Ask {
				return err
			}
			return tx.InsertAsk(bridge.AskRecord{Line: theLine, ID: key, MessageID: m.ID, State: schema.AskWaiting, Created: time.Now(), Deadline: time.Now()})
		}); err != nil {
			t.Fatal(err)
		}
	}
	if got := r.send("t1", anna, priority(schema.PriorityNormal)); got.MessageID != "WAt1" {
		t.Errorf("%+v", got)
	}
	buttons := []schema.Button{{ID: "b1", Text: "a"}}
	got, err := r.SendButtons(t.Context(), admin, schema.SendButtonsRequest{Line: theLine, Key: "b1", Chat: anna, Body: "?", Buttons: buttons,
		Rendering: schema.RenderAuto, Priority: schema.PriorityNormal})
	if err != nil || got.MessageID != "WAb1" {
		t.Errorf("%+v, %v", got, err)
	}
	ask, err := r.Ask(t.Context(), admin, schema.AskRequest{Line: theLine, ID: "q1", Chat: anna, Body: "?", Buttons: buttons,
		Rendering: schema.RenderAuto, DeadlineSeconds: 86400, Priority: schema.PriorityNormal})
	if err != nil || ask.MessageID != "WAq1" {
		t.Errorf("%+v, %v", ask, err)
	}
	_, err = r.SendText(t.Context(), admin, schema.SendTextRequest{Line: theLine, Key: "t1", Chat: anna, Text: "<t1>", Priority: schema.PriorityBroadcast})
	wantCode(t, err, schema.CodeConflict)
	_, err = r.SendText(t.Context(), admin, schema.SendTextRequest{Line: theLine, Key: "t1", Chat: anna, Text: "<t1>", ExpiresSeconds: 5})
	wantCode(t, err, schema.CodeConflict)
}

func TestALineIsChanged(t *testing.T) {
	r := linkedRig(t, quick)
	line, err := r.LineUpdate(t.Context(), admin, schema.LineUpdateRequest{Line: theLine, Name: "Клиника"})
	if err != nil || line.Name != "Клиника" || line.Region != "RU" || line.Pace != schema.PaceDefault {
		t.Errorf("%+v, %v", line, err)
	}
	line, err = r.LineUpdate(t.Context(), admin, schema.LineUpdateRequest{Line: theLine, Region: "DE", Pace: &schema.Pace{LineMs: 5}})
	want := schema.PaceDefault
	want.LineMs = 5
	if err != nil || line.Name != "Клиника" || line.Region != "DE" || line.Pace != want || line.State != schema.LineConnected {
		t.Errorf("%+v, %v", line, err)
	}
	r = r.restart(quick)
	if got := r.status(); got.Pace != want || got.Name != "Клиника" {
		t.Errorf("after a restart %+v", got)
	}
	_, err = r.LineUpdate(t.Context(), admin, schema.LineUpdateRequest{Line: "nowhere"})
	wantCode(t, err, schema.CodeLineNotFound)
}

func TestMessagesAreListed(t *testing.T) {
	r := linkedRig(t, quick)
	r.send("k1", anna)
	r.ask("q1")
	r.pause("")
	r.send("k2", anna)
	page, err := r.MessageList(t.Context(), admin, schema.MessageListRequest{Line: theLine, Count: 2})
	if err != nil || len(page.Messages) != 2 || page.Messages[0].Key != "k2" || page.Messages[0].WaitsFor == nil || page.Next == "" {
		t.Fatalf("%+v, %v", page, err)
	}
	rest, err := r.MessageList(t.Context(), admin, schema.MessageListRequest{Line: theLine, Count: 2, Before: page.Next})
	if err != nil || len(rest.Messages) != 1 || rest.Messages[0].Key != "k1" || rest.Next != "" {
		t.Errorf("%+v, %v", rest, err)
	}
	sent, err := r.MessageList(t.Context(), admin, schema.MessageListRequest{Line: theLine, Status: schema.StatusSent})
	if err != nil || len(sent.Messages) != 2 {
		t.Errorf("%+v, %v", sent, err)
	}
	_, err = r.MessageList(t.Context(), admin, schema.MessageListRequest{Line: theLine, Before: "x"})
	wantCode(t, err, schema.CodeInvalidRequest)
}

// Beyond what is kept in memory whole, rows are read when their turn comes.
func TestALongQueueGoesOut(t *testing.T) {
	r := linkedRig(t, bridge.Timing{FirstTry: time.Millisecond})
	r.pace(off)
	r.pause("")
	for i := range 150 {
		r.send(schema.Key(fmt.Sprint("k", i)), chatOf(i%10))
	}
	r.resume()
	eventually(t, "all sent", func() bool { return len(r.net.sent()) == 150 })
	next := map[string]int{}
	for _, key := range r.net.keys() {
		var i int
		if _, err := fmt.Sscanf(key, "k%d", &i); err != nil {
			t.Fatal(err)
		}
		chat := chatOf(i % 10)
		if i/10 != next[chat] {
			t.Fatalf("%s went out of order: %v", key, r.net.keys())
		}
		next[chat]++
	}
}
