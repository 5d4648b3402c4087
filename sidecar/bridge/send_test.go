package bridge_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

func TestSendTextGoesOutOnceUnderAMintedID(t *testing.T) {
	r := linkedRig(t, quick)
	got, err := r.text("k1", "8 912 345-67-89", "Здравствуйте!")
	if err != nil {
		t.Fatal(err)
	}
	if got.Status != schema.StatusSent || got.Chat.Phone != anna || got.Chat.LID == "" || got.Error != nil {
		t.Fatalf("result %+v", got)
	}
	if !strings.HasPrefix(string(got.MessageID), "3EB0") || len(got.MessageID) != 22 {
		t.Fatalf("message id %q", got.MessageID)
	}
	again, err := r.text("k1", "8 912 345-67-89", "Здравствуйте!")
	if err != nil || again != got {
		t.Fatalf("the same request again: %+v, %v; want %+v", again, err, got)
	}
	if sent := r.net.sent(); len(sent) != 1 || sent[0].ID != got.MessageID || sent[0].To != lidOf(anna) {
		t.Fatalf("sent %+v", sent)
	}
	_, err = r.text("k1", anna, "Другой текст")
	wantCode(t, err, schema.CodeConflict)
	if r.message("k1") != got {
		t.Fatalf("message.get gives %+v, want %+v", r.message("k1"), got)
	}
	_, err = r.MessageGet(t.Context(), admin, schema.MessageGetRequest{Line: theLine, Key: "never"})
	wantCode(t, err, schema.CodeMessageNotFound)
}

func TestNothingIsStoredForALineThatCannotSend(t *testing.T) {
	r := newRig(t, quick)
	_, err := r.text("k1", anna, "Привет")
	wantCode(t, err, schema.CodeLineNotFound)
	if _, err := r.LineCreate(t.Context(), admin, schema.LineCreateRequest{ID: theLine, Name: "Clinic", Region: "RU"}); err != nil {
		t.Fatal(err)
	}
	_, err = r.text("k1", anna, "Привет")
	wantCode(t, err, schema.CodeLineNotLinked)
	r.net.report(theLine, schema.LineLoggedOut, "")
	_, err = r.text("k1", anna, "Привет")
	wantCode(t, err, schema.CodeLineLoggedOut)
	r.net.report(theLine, schema.LineReplaced, "acc:1")
	_, err = r.text("k1", anna, "Привет")
	wantCode(t, err, schema.CodeLineReplaced)
	r.net.linked(theLine)
	_, err = r.text("k2", "438-16-78", "Привет")
	if e := wantCode(t, err, schema.CodeInvalidPhone); e.Field != "chat" {
		t.Errorf("field %q, want chat", e.Field)
	}
	for _, key := range []schema.Key{"k1", "k2"} {
		_, err = r.MessageGet(t.Context(), admin, schema.MessageGetRequest{Line: theLine, Key: key})
		wantCode(t, err, schema.CodeMessageNotFound)
	}
}

func TestANumberThatIsNotOnWhatsAppFailsForCertain(t *testing.T) {
	r := linkedRig(t, quick)
	r.net.absent[anna] = true
	got, err := r.text("k1", anna, "Привет")
	if err != nil || got.Status != schema.StatusFailed || got.Error == nil || got.Error.Code != schema.CodeNotOnWhatsApp {
		t.Fatalf("%+v, %v", got, err)
	}
	alone := schema.Address{Phone: anna}
	if got.Chat != alone || got.Asked != "" {
		t.Errorf("the result is of %+v, asked %q", got.Chat, got.Asked)
	}
	if events := r.events(schema.EventStatus); events[len(events)-1].Status.Chat != alone || events[len(events)-1].Status.Status != schema.StatusFailed {
		t.Errorf("the event is %+v", events[len(events)-1].Status)
	}
	if a := r.ask("a1"); a.Chat != alone || a.State != schema.AskFailed {
		t.Errorf("the ask is %+v", a)
	}
	if list := r.outcomes(); len(list) != 1 || list[0].Ask.Chat != alone {
		t.Errorf("the outcome is %+v", list)
	}
	got, err = r.text("k2", anna+"; "+boris, "Привет")
	if err != nil || got.Status != schema.StatusSent || got.Chat.Phone != boris {
		t.Fatalf("the first on WhatsApp is meant: %+v, %v", got, err)
	}
}

func TestALineThatIsAwaySendsWhenItIsBackInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		r.net.report(theLine, schema.LineReconnecting, "acc:1")
		start := time.Now()
		for _, key := range []schema.Key{"k1", "k2", "k3"} {
			got, err := r.text(key, anna, string(key))
			if err != nil || got.Status != schema.StatusQueued || got.Chat != (schema.Address{Phone: anna}) || got.Asked != "" {
				t.Fatalf("%+v, %v", got, err)
			}
		}
		if waited := time.Since(start); waited != 15*time.Second {
			t.Errorf("three calls took %v, want 5 s each", waited)
		}
		if got, err := r.text("k4", anna+"; "+boris, "k4"); err != nil || got.Chat.Phone != anna || got.Asked != anna+", "+boris {
			t.Errorf("of several the first is shown, and all as asked: %+v, %v", got, err)
		}
		r.net.linked(theLine)
		synctest.Wait()
		eventually(t, "all three sent", func() bool { return r.message("k3").Status == schema.StatusSent })
		for i, key := range []string{"k1", "k2", "k3"} {
			if body := string(r.net.sent()[i].Payload); !strings.Contains(body, key) {
				t.Errorf("place %d holds %s, want %s", i, body, key)
			}
		}
	})
}

func TestAnUnknownSendIsRepeatedUnderTheSameID(t *testing.T) {
	r := linkedRig(t, quick)
	r.net.script = func(n int, _ bridge.Outgoing) error {
		if n < 3 {
			return &bridge.SendError{Err: errors.New("no ack")}
		}
		return nil
	}
	got, err := r.text("k1", anna, "Привет")
	if err != nil || got.Status != schema.StatusUnknown || got.Error == nil || got.Error.Code != schema.CodeUnknown {
		t.Fatalf("%+v, %v", got, err)
	}
	eventually(t, "sent in the end", func() bool { return r.message("k1").Status == schema.StatusSent })
	sent := r.net.sent()
	if len(sent) != 3 || sent[0].ID != sent[2].ID || string(sent[0].Payload) != string(sent[2].Payload) {
		t.Fatalf("tries %+v", sent)
	}
	if e := r.message("k1").Error; e != nil {
		t.Errorf("a sent message has the error %v", e)
	}
}

func TestAReceiptSettlesAnUnknownSend(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		r.net.script = func(int, bridge.Outgoing) error { return &bridge.SendError{Err: errors.New("no ack")} }
		got, err := r.text("k1", anna, "Привет")
		if err != nil || got.Status != schema.StatusUnknown {
			t.Fatalf("%+v, %v", got, err)
		}
		receipt := bridge.Receipt{Line: theLine, IDs: []schema.MessageID{got.MessageID, "not-ours"}, Status: schema.StatusDelivered, At: time.Now()}
		if err := r.Receipt(t.Context(), receipt); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		if n := len(r.net.sent()); n != 1 {
			t.Errorf("%d tries, want 1", n)
		}
		if got := r.message("k1"); got.Status != schema.StatusDelivered || got.Error != nil {
			t.Errorf("%+v", got)
		}
	})
}

func TestASendThatStaysUnknownIsNeverShownAsSent(t *testing.T) {
	r := linkedRig(t, quick)
	r.net.script = func(int, bridge.Outgoing) error { return &bridge.SendError{Err: errors.New("no ack")} }
	if _, err := r.text("k1", anna, "Привет"); err != nil {
		t.Fatal(err)
	}
	r.net.set(func(n *network) {
		n.script = func(_ int, out bridge.Outgoing) error {
			if strings.Contains(string(out.Payload), "Привет") {
				return &bridge.SendError{Err: errors.New("no ack")}
			}
			return nil
		}
	})
	// The next message has to wait for the first one's last try.
	if _, err := r.text("k2", anna, "Второе"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "second sent", func() bool { return r.message("k2").Status == schema.StatusSent })
	eventually(t, "first settled", func() bool {
		line, err := r.LineStatus(t.Context(), admin, schema.LineRequest{Line: theLine})
		return err == nil && line.Queued == 0
	})
	if got := r.message("k1"); got.Status != schema.StatusUnknown {
		t.Errorf("status %s, want unknown", got.Status)
	}
	if n := len(r.net.sent()); n != 7 {
		t.Errorf("%d sends, want 6 tries and the second message", n)
	}
}

func TestARefusalIsFinalAndSaysTheNumber(t *testing.T) {
	r := linkedRig(t, quick)
	r.net.script = func(int, bridge.Outgoing) error {
		return &bridge.SendError{Certain: true, Server: 463, Err: errors.New("refused")}
	}
	got, err := r.text("k1", anna, "Привет")
	if err != nil || got.Status != schema.StatusFailed || got.Error.Code != schema.CodeRefused || got.Error.Server != 463 {
		t.Fatalf("%+v, %v", got, err)
	}
	if n := len(r.net.sent()); n != 1 {
		t.Errorf("%d tries, want 1", n)
	}
	ru := bridge.Caller{Grant: admin.Grant, Lang: schema.Russian}
	again, err := r.MessageGet(t.Context(), ru, schema.MessageGetRequest{Line: theLine, Key: "k1"})
	if err != nil || again.Error.Message != schema.InfoOf(schema.CodeRefused).Message.Ru {
		t.Errorf("in Russian: %+v, %v", again.Error, err)
	}
}

func TestACertainFailureThatCanHelpIsTriedAgain(t *testing.T) {
	r := linkedRig(t, quick)
	r.net.script = func(n int, _ bridge.Outgoing) error {
		if n < 4 {
			return &bridge.SendError{Certain: true, Retry: true, Err: bridge.ErrOffline}
		}
		return nil
	}
	got, err := r.text("k1", anna, "Привет")
	if err != nil || got.Status != schema.StatusSent {
		t.Fatalf("%+v, %v", got, err)
	}
}

func TestRefusedNativeButtonsGoAsNumberedText(t *testing.T) {
	for _, server := range []int{405, 479} {
		r := linkedRig(t, quick)
		r.net.script = func(_ int, out bridge.Outgoing) error {
			if out.Rendering == schema.RenderNative {
				return &bridge.SendError{Certain: true, Server: server, Err: errors.New("refused")}
			}
			return nil
		}
		got, err := r.SendButtons(t.Context(), admin, schema.SendButtonsRequest{Line: theLine, Key: "k1", Chat: anna, Header: "Запись",
			Body: "Придёте?", Footer: "Клиника", Buttons: []schema.Button{{Text: "Да"}, {Text: "Нет"}}, Rendering: schema.RenderNative})
		if err != nil || got.Status != schema.StatusSent || got.Rendering != schema.RenderNumbered || !strings.Contains(got.Reason, "refused") {
			t.Fatalf("%+v, %v", got, err)
		}
		sent := r.net.sent()
		if len(sent) != 2 || sent[0].ID == sent[1].ID || sent[1].ID != got.MessageID {
			t.Fatalf("tries %+v", sent)
		}
		if want := `*Запись*\nПридёте?\n\n1. Да\n2. Нет\n\n_Клиника_`; !strings.Contains(string(sent[1].Payload), want) {
			t.Errorf("payload %s lacks %s", sent[1].Payload, want)
		}
	}
}

func TestAutoIsNumberedAndNativeWarns(t *testing.T) {
	r := linkedRig(t, quick)
	for _, c := range []struct {
		want, got schema.Rendering
		reason    string
	}{
		{"", schema.RenderNumbered, "every phone"},
		{schema.RenderAuto, schema.RenderNumbered, "every phone"},
		{schema.RenderNumbered, schema.RenderNumbered, "chosen"},
		{schema.RenderNative, schema.RenderNative, "not show it"},
	} {
		got, err := r.SendButtons(t.Context(), admin, schema.SendButtonsRequest{Line: theLine, Key: schema.Key("k:" + c.want), Chat: anna,
			Body: "Придёте?", Buttons: []schema.Button{{Text: "Да"}}, Rendering: c.want})
		if err != nil || got.Rendering != c.got || !strings.Contains(got.Reason, c.reason) {
			t.Errorf("%q: %+v, %v", c.want, got, err)
		}
	}
}

func TestReceiptsMoveTheStatusForwardOnly(t *testing.T) {
	r := linkedRig(t, quick)
	got, err := r.text("k1", anna, "Привет")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []schema.MessageStatus{schema.StatusDelivered, schema.StatusRead, schema.StatusDelivered, schema.StatusSent} {
		if err := r.Receipt(t.Context(), bridge.Receipt{Line: theLine, IDs: []schema.MessageID{got.MessageID}, Status: s, At: time.Now()}); err != nil {
			t.Fatal(err)
		}
	}
	if s := r.message("k1").Status; s != schema.StatusRead {
		t.Errorf("status %s, want read", s)
	}
	var seen []schema.MessageStatus
	for _, e := range r.events(schema.EventStatus) {
		seen = append(seen, e.Status.Status)
	}
	if len(seen) != 3 || seen[0] != schema.StatusSent || seen[1] != schema.StatusDelivered || seen[2] != schema.StatusRead {
		t.Errorf("events %v", seen)
	}
}

func TestWhatWasNotSentIsSentAfterARestart(t *testing.T) {
	r := linkedRig(t, bridge.Timing{FirstTry: 20 * time.Millisecond})
	r.net.hold = make(chan struct{})
	if _, err := r.text("k1", anna, "Привет"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "handed to WhatsApp", func() bool { return len(r.net.sent()) == 1 })
	if got := r.message("k1"); got.Status != schema.StatusSending {
		t.Errorf("message %+v", got)
	}
	r.stop()
	r.net.set(func(n *network) { n.hold = nil })
	r = startRig(t, r.dir, r.net, quick)
	eventually(t, "sent after the restart", func() bool { return r.message("k1").Status == schema.StatusSent })
	sent := r.net.sent()
	if len(sent) != 2 || sent[0].ID != sent[1].ID || string(sent[0].Payload) != string(sent[1].Payload) {
		t.Errorf("tries %+v", sent)
	}
}

func TestALogoutFailsWhatWaits(t *testing.T) {
	r := linkedRig(t, bridge.Timing{FirstTry: 20 * time.Millisecond})
	r.net.report(theLine, schema.LineReconnecting, "acc:1")
	if _, err := r.text("k1", anna, "Привет"); err != nil {
		t.Fatal(err)
	}
	r.net.report(theLine, schema.LineLoggedOut, "")
	eventually(t, "failed", func() bool { return r.message("k1").Status == schema.StatusFailed })
	if e := r.message("k1").Error; e == nil || e.Code != schema.CodeLineLoggedOut {
		t.Errorf("error %v", e)
	}
}

func TestARepeatIsAnsweredWhateverBecameOfTheLine(t *testing.T) {
	r := linkedRig(t, quick)
	got, err := r.text("k1", anna, "Привет")
	if err != nil {
		t.Fatal(err)
	}
	r.net.report(theLine, schema.LineLoggedOut, "")
	again, err := r.text("k1", anna, "Привет")
	if err != nil || again != got {
		t.Errorf("%+v, %v; want %+v", again, err, got)
	}
	_, err = r.text("k1", anna, "Другое")
	wantCode(t, err, schema.CodeConflict)
}

func TestALineThatComesAndGoesLosesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		r.net.script = func(n int, _ bridge.Outgoing) error {
			if n > 30 {
				return nil
			}
			r.net.report(theLine, schema.LineReconnecting, "acc:1")
			time.AfterFunc(time.Minute, func() { r.net.linked(theLine) })
			return &bridge.SendError{Certain: true, Retry: true, Err: bridge.ErrOffline}
		}
		if got, err := r.text("k1", anna, "Привет"); err != nil || got.Status != schema.StatusQueued {
			t.Fatalf("%+v, %v", got, err)
		}
		time.Sleep(time.Hour)
		if got := r.message("k1"); got.Status != schema.StatusSent {
			t.Errorf("%+v", got)
		}
	})
}

func TestAConnectedLineThatCannotSendGivesUp(t *testing.T) {
	r := linkedRig(t, quick)
	r.net.lookup = bridge.ErrOffline
	got, err := r.text("k1", anna, "Привет")
	if err != nil || got.Status != schema.StatusFailed || got.Error.Code != schema.CodeUnreachable || len(r.net.asked) != 6 {
		t.Errorf("%+v, %v, asked %d times", got, err, len(r.net.asked))
	}
}

func TestALineThatIsBackSendsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{RetryMin: time.Hour, RetryMax: time.Hour, FirstTry: time.Second})
		r.net.script = func(n int, _ bridge.Outgoing) error {
			if n == 1 {
				r.net.report(theLine, schema.LineReconnecting, "acc:1")
				return &bridge.SendError{Certain: true, Retry: true, Err: bridge.ErrOffline}
			}
			return nil
		}
		if _, err := r.text("k1", anna, "Привет"); err != nil {
			t.Fatal(err)
		}
		r.net.linked(theLine)
		synctest.Wait()
		eventually(t, "sent", func() bool { return r.message("k1").Status == schema.StatusSent })
	})
}

func TestARefusalAfterADoubtLeavesTheDoubt(t *testing.T) {
	r := linkedRig(t, quick)
	r.net.script = func(n int, _ bridge.Outgoing) error {
		if n == 1 {
			return &bridge.SendError{Err: errors.New("no ack")}
		}
		return &bridge.SendError{Certain: true, Server: 463, Err: errors.New("refused")}
	}
	r.ask("q1")
	eventually(t, "settled", func() bool { return r.getAsk("q1").State == schema.AskWaiting })
	if got := r.message("q1"); got.Status != schema.StatusUnknown || len(r.net.sent()) != 2 {
		t.Errorf("the first try may have gone: %+v", got)
	}
}
