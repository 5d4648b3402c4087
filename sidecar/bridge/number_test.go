package bridge_test

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

func (r *rig) check(change func(*schema.NumberCheckRequest)) (schema.NumberCheckResult, error) {
	q := schema.NumberCheckRequest{Line: theLine}
	change(&q)
	return r.NumberCheck(r.ctx(), admin, q)
}

func TestManyNumbersAreCheckedAtOnce(t *testing.T) {
	r := linkedRig(t, quick)
	r.net.absent[boris] = true
	got, err := r.check(func(q *schema.NumberCheckRequest) {
		q.Phone, q.Phones = anna, []string{"8 921 000-11-22", "нет", boris + "; " + anna, "+7 495 123-45-67"}
	})
	if err != nil || got.Exists != schema.Yes || got.Asked != anna || len(got.Numbers) != 4 {
		t.Fatalf("%+v, %v", got, err)
	}
	no, bad, both, last := got.Numbers[0], got.Numbers[1], got.Numbers[2], got.Numbers[3]
	if no.Exists != schema.No || no.Phone != "8 921 000-11-22" || no.Asked != boris || no.Error != nil || no.CheckedAt == nil {
		t.Errorf("absent: %+v", no)
	}
	if bad.Exists != "" || bad.Error == nil || bad.Error.Code != schema.CodeInvalidPhone || bad.Error.Field != "phones[1]" {
		t.Errorf("not a number: %+v", bad)
	}
	if both.Exists != schema.Yes || both.Asked != anna || last.Exists != schema.Yes || last.Chat.LID != lidOf("+74951234567") {
		t.Errorf("%+v, %+v", both, last)
	}
	if n := len(r.net.asked); n != 1 || len(r.net.asked[0]) != 3 {
		t.Errorf("asked %v: each number once, all at once", r.net.asked)
	}
	// WhatsApp is away: what is remembered is answered, the rest is an error and never a No.
	r.net.set(func(n *network) { n.lookup = errors.New("away") })
	got, err = r.check(func(q *schema.NumberCheckRequest) {
		q.Phones = []string{anna, "+79990000000", anna + "," + "+79990000000", "+79990000000," + anna}
	})
	if err != nil || got.Exists != "" || got.Asked != "" || got.CheckedAt != nil {
		t.Fatalf("%+v, %v", got, err)
	}
	for i, want := range []schema.YesNo{schema.Yes, "", schema.Yes, ""} {
		if n := got.Numbers[i]; n.Exists != want || (n.Error == nil) != (want != "") || want == "" && n.Error.Code != schema.CodeUnreachable {
			t.Errorf("%d: %+v", i, n)
		}
	}
	_, err = r.check(func(q *schema.NumberCheckRequest) { q.Phone, q.Phones = "нет", []string{anna} })
	if e := wantCode(t, err, schema.CodeInvalidPhone); e.Field != "phone" {
		t.Errorf("field %q", e.Field)
	}
	_, err = r.check(func(q *schema.NumberCheckRequest) { q.Phone = "+79990000000" })
	wantCode(t, err, schema.CodeUnreachable)
}

func TestTheCallerBoundsTheAgeOfAnAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		asked := func(phone string, age int) int {
			t.Helper()
			before := len(r.net.asked)
			if _, err := r.check(func(q *schema.NumberCheckRequest) { q.Phone, q.MaxAge = phone, age }); err != nil {
				t.Fatal(err)
			}
			return len(r.net.asked) - before
		}
		r.net.absent[boris] = true
		if asked(anna, 0) != 1 || asked(boris, 0) != 1 || asked(anna, 0)+asked(boris, 0) != 0 {
			t.Error("the first answers are not remembered")
		}
		time.Sleep(30 * time.Second)
		if asked(anna, 10) != 1 || asked(anna, 10) != 0 || asked(boris, 10) != 1 {
			t.Error("an answer of 30 seconds ago is not older than 10")
		}
		time.Sleep(2 * time.Minute)
		if asked(anna, 3600) != 0 || asked(boris, 3600) != 1 {
			t.Error("that somebody is not there is believed for a minute, whatever the caller says")
		}
		time.Sleep(25 * time.Hour)
		if asked(anna, 72*3600) != 0 || asked(anna, 0) != 1 {
			t.Error("the caller may take an older answer")
		}
	})
}

func TestACheckHasATimeLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		if _, err := r.check(func(q *schema.NumberCheckRequest) { q.Phone = anna }); err != nil {
			t.Fatal(err)
		}
		r.net.set(func(n *network) { n.looking = make(chan struct{}) })
		began := time.Now()
		_, err := r.check(func(q *schema.NumberCheckRequest) { q.Phone, q.TimeLimit = boris, 2 })
		if wantCode(t, err, schema.CodeTimedOut); time.Since(began) != 2*time.Second {
			t.Errorf("after %s", time.Since(began))
		}
		got, err := r.check(func(q *schema.NumberCheckRequest) { q.Phones, q.TimeLimit = []string{anna, boris, "нет"}, 2 })
		if err != nil || got.Numbers[0].Exists != schema.Yes || got.Numbers[1].Error.Code != schema.CodeTimedOut || got.Numbers[2].Error.Code != schema.CodeInvalidPhone {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

// WhatsApp knows some numbers under another form (Brazil's ninth digit): the result
// names both.
func TestANumberThatWhatsAppRewritesIsNamedTwice(t *testing.T) {
	r := linkedRig(t, quick)
	const asked, known = "+5511987654321", "+551187654321"
	r.net.set(func(n *network) { n.rewritten = map[string]string{asked: known} })
	got, err := r.check(func(q *schema.NumberCheckRequest) { q.Phone = "+55 11 98765-4321" })
	if err != nil || got.Asked != asked || got.Chat.Phone != known || got.Exists != schema.Yes {
		t.Errorf("%+v, %v", got, err)
	}
	sent, err := r.text("k1", "+55 11 98765-4321", "Oi")
	if err != nil || sent.Asked != asked || sent.Chat.Phone != known || r.last().To != lidOf(known) {
		t.Errorf("%+v, %v", sent, err)
	}
	if sent, err = r.text("k2", anna, "Привет"); err != nil || sent.Asked != "" {
		t.Errorf("%+v, %v", sent, err)
	}
}

// What came from the number's other form is the same chat: by either form it is read,
// its window is found, a later question takes an earlier one's place, and events are picked.
func TestAChatIsKnownByEitherFormOfItsNumber(t *testing.T) {
	const today, known = "+5511987654321", "+551187654321"
	r := linkedRig(t, quick)
	r.net.set(func(n *network) { n.rewritten = map[string]string{today: known} })
	r.says(known, "Oi")
	if w := r.window(today); w.State != schema.WindowOpen {
		t.Errorf("the window is %+v", w)
	}
	if got := r.picked(nil, &schema.EventFilter{Chat: today, Content: []schema.ContentKind{schema.ContentText}}); !slices.Contains(got, "Oi") {
		t.Errorf("picked %v", got)
	}
	// Asked by WhatsApp's form, then by today's, which WhatsApp has not been asked for yet.
	r.ask("a", func(q *schema.AskRequest) { q.Chat = known })
	r.ask("b", func(q *schema.AskRequest) { q.Chat, q.Supersede = today, schema.SupersedeReplace })
	if a := r.getAsk("a"); a.State != schema.AskCancelled || a.Outcome.Reason != schema.ReasonReplaced {
		t.Errorf("%s, %+v", a.State, a.Outcome)
	}
	r.says(known, "1")
	if a := r.getAsk("b"); a.State != schema.AskAnswered || a.Outcome.Answer.From.Phone != known {
		t.Errorf("%s, %+v", a.State, a.Outcome)
	}
	read, err := r.ChatMarkRead(r.ctx(), admin, schema.ChatMarkReadRequest{Line: theLine, Chat: today})
	if err != nil || read.Messages != 2 || read.Chat.Phone != known {
		t.Errorf("%+v, %v", read, err)
	}
}
