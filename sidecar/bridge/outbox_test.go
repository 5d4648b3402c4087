package bridge_test

import (
	"errors"
	"fmt"
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
	return func(q *schema.SendTextRequest) { q.TimeLimit = seconds }
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
