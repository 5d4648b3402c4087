package bridge_test

import (
	"crypto/sha256"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

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

// The worker may come to a message before the clock notices that its time is over.
func TestWhatHasExpiredIsNotSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ahead atomic.Int64
		r := linkedRig(t, bridge.Timing{})
		r.net.now = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
		r = r.restart(bridge.Timing{})
		r.pause("")
		r.send("k1", anna, within(60))
		synctest.Wait()
		ahead.Store(int64(time.Hour)) // a machine that slept
		r.resume()
		synctest.Wait()
		if got := r.message("k1"); got.Status != schema.StatusFailed || got.Error.Code != schema.CodeExpired || len(r.net.sent()) != 0 {
			t.Errorf("%+v, %d sends", got, len(r.net.sent()))
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

func TestTwoCancelsAtOnceSayTheSame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		r.pause("")
		r.send("k1", anna)
		release := r.busy()
		var calls sync.WaitGroup
		for range 2 {
			calls.Go(func() {
				if got := r.cancel("k1"); got.Status != schema.StatusFailed || got.Error.Code != schema.CodeCancelled {
					t.Errorf("%+v", got)
				}
			})
		}
		synctest.Wait()
		release()
		calls.Wait()
		for _, e := range r.events(schema.EventStatus) {
			if e.Status.Status != schema.StatusFailed {
				t.Errorf("told as %s between", e.Status.Status)
			}
		}
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
		synctest.Wait() // until the chat rests
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
	_, err = r.SendText(t.Context(), admin, schema.SendTextRequest{Line: theLine, Key: "t1", Chat: anna, Text: "<t1>", TimeLimit: 5})
	wantCode(t, err, schema.CodeConflict)
}
