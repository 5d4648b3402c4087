package bridge_test

import (
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

func TestAnAskIsAnsweredByTapQuoteNumberOrWords(t *testing.T) {
	for name, c := range map[string]struct {
		text   string
		change func(id schema.MessageID) func(*bridge.Incoming)
		index  int
		id     string
	}{
		"tap":             {"Нет", func(id schema.MessageID) func(*bridge.Incoming) { return tapping(id, "b2") }, 2, "b2"},
		"tap, no quote":   {"Позже", func(schema.MessageID) func(*bridge.Incoming) { return tapping("", "late") }, 3, "late"},
		"quote":           {"да, ПРИДУ", quoting, 1, "yes"},
		"number":          {"1", nil, 1, "yes"},
		"number and dot":  {" 2. ", nil, 2, "b2"},
		"number, bracket": {"3)", nil, 3, "late"},
		"full width":      {"２", nil, 2, "b2"},
		"words":           {"  да,   приду ", nil, 1, "yes"},
		"other":           {"а можно в среду?", nil, 0, ""},
		"no such number":  {"4", nil, 0, ""},
		"other, quoted":   {"не знаю", quoting, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := linkedRig(t, quick)
			a := r.ask("q1")
			if a.State != schema.AskWaiting || a.Status != schema.StatusSent || a.Chat.LID != lidOf(anna) {
				t.Fatalf("ask %+v", a)
			}
			var change []func(*bridge.Incoming)
			if c.change != nil {
				change = append(change, c.change(a.MessageID))
			}
			r.says(anna, c.text, change...)
			got := r.getAsk("q1")
			if got.State != schema.AskAnswered || got.Outcome == nil || got.Outcome.Answer == nil {
				t.Fatalf("ask %+v", got)
			}
			kind, text := schema.OutcomeButton, ""
			if c.index > 0 {
				text = a.Buttons[c.index-1].Text
			} else {
				kind, text = schema.OutcomeOther, c.text
			}
			answer := got.Outcome.Answer
			if got.Outcome.Kind != kind || answer.Text != text || answer.Index != c.index || answer.ID != c.id || answer.Raw != c.text || answer.From.Phone != anna {
				t.Errorf("outcome %s %+v", got.Outcome.Kind, answer)
			}
			list := r.outcomes()
			if len(list) != 1 || list[0].Ask.Outcome.Kind != kind || list[0].Node != "n1" || string(list[0].Context) != `{"n":1}` {
				t.Errorf("deliveries %+v", list)
			}
			if e := r.events(schema.EventMessage); len(e) != 1 || e[0].Message.Ask != "q1" || e[0].Message.Late {
				t.Errorf("events %+v", e)
			}
		})
	}
}

func TestARepeatedMessageCountsOnce(t *testing.T) {
	r := linkedRig(t, quick)
	r.ask("q1")
	in := r.net.incoming(anna, "1")
	for range 3 {
		if err := r.Receive(t.Context(), in); err != nil {
			t.Fatal(err)
		}
	}
	// The same message once more, addressed by phone only.
	in.Chat, in.From = schema.Address{Phone: anna}, schema.Address{Phone: anna}
	if err := r.Receive(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	if n := len(r.events(schema.EventMessage)); n != 1 {
		t.Errorf("%d events, want 1", n)
	}
	if n := len(r.outcomes()); n != 1 {
		t.Errorf("%d deliveries, want 1", n)
	}
}

func TestAnAnswerAfterTheOutcomeIsALateEvent(t *testing.T) {
	r := linkedRig(t, quick)
	a := r.ask("q1")
	r.says(anna, "1")
	r.says(anna, "2")
	r.says(anna, "Нет", tapping(a.MessageID, "b2"))
	r.says(anna, "спасибо")
	var late []schema.Key
	for _, e := range r.events(schema.EventMessage)[1:] {
		if e.Message.Late {
			late = append(late, e.Message.Ask)
		}
	}
	if len(late) != 2 || late[0] != "q1" || late[1] != "q1" {
		t.Errorf("late answers of %v", late)
	}
	if got := r.getAsk("q1"); got.Outcome.Answer.Index != 1 {
		t.Errorf("outcome changed: %+v", got.Outcome.Answer)
	}
	if n := len(r.outcomes()); n != 1 {
		t.Errorf("%d deliveries, want 1", n)
	}
}

func TestOfTwoOpenAsksTheQuotedElseTheNewest(t *testing.T) {
	r := linkedRig(t, quick)
	first := r.ask("q1")
	r.ask("q2")
	r.says(anna, "1")
	if s := r.getAsk("q2").State; s != schema.AskAnswered {
		t.Errorf("newest is %s, want answered", s)
	}
	r.ask("q3")
	r.says(anna, "2", quoting(first.MessageID))
	if a := r.getAsk("q1"); a.State != schema.AskAnswered || a.Outcome.Answer.Index != 2 {
		t.Errorf("quoted is %+v", a)
	}
	if s := r.getAsk("q3").State; s != schema.AskWaiting {
		t.Errorf("newest is %s, want waiting", s)
	}
}

func TestWhoMayAnswer(t *testing.T) {
	r := linkedRig(t, quick)
	a := r.ask("q1")
	r.says(boris, "1")
	r.says(boris, "1", quoting(a.MessageID))
	r.says(anna, "1", func(in *bridge.Incoming) { in.FromMe = true })
	r.says(anna, "", func(in *bridge.Incoming) { in.Kind = schema.ContentUnsupported })
	r.says(anna, "Нет", tapping("3EB0SOMETHINGELSE", "b2"))
	if got := r.getAsk("q1"); got.State != schema.AskWaiting {
		t.Fatalf("answered by a stranger, ourselves, a sticker or another message's button: %+v", got.Outcome)
	}
	if n := len(r.events(schema.EventMessage)); n != 5 {
		t.Errorf("%d events, want all 5", n)
	}
	// Anna by her phone alone, then the ask knows it from the number that was asked.
	r.says(anna, "1", func(in *bridge.Incoming) {
		in.Chat = schema.Address{Phone: anna, JID: "79123456789@s.whatsapp.net"}
		in.From = in.Chat
	})
	if got := r.getAsk("q1"); got.State != schema.AskAnswered {
		t.Errorf("ask %+v", got)
	}
}

func TestAnAskToALIDIsAnsweredOnceThePhoneIsKnown(t *testing.T) {
	r := linkedRig(t, quick)
	r.ask("q1", func(q *schema.AskRequest) { q.Chat = lidOf(anna) })
	// The pair becomes known by any message that carries both.
	r.says(anna, "привет", func(in *bridge.Incoming) { in.FromMe = true })
	r.says(anna, "1", func(in *bridge.Incoming) { in.Chat, in.From = schema.Address{Phone: anna}, schema.Address{Phone: anna} })
	if got := r.getAsk("q1"); got.State != schema.AskAnswered {
		t.Errorf("ask %+v", got)
	}
}

func TestInAGroupOnlyAQuoteAnswers(t *testing.T) {
	const group = "120363000000000001@g.us"
	r := linkedRig(t, quick)
	a := r.ask("q1", func(q *schema.AskRequest) { q.Chat = group })
	in := func(in *bridge.Incoming) { in.Group, in.Chat = true, schema.Address{JID: group} }
	r.says(boris, "1", in)
	if got := r.getAsk("q1"); got.State != schema.AskWaiting {
		t.Fatalf("answered by talk: %+v", got)
	}
	r.says(boris, "1", in, quoting(a.MessageID))
	if got := r.getAsk("q1"); got.State != schema.AskAnswered || got.Outcome.Answer.From.Phone != boris {
		t.Errorf("ask %+v", got)
	}
}

func TestAnAnswerBeforeTheAckIsRecordedCounts(t *testing.T) {
	r := linkedRig(t, bridge.Timing{FirstTry: 10 * time.Millisecond})
	r.net.hold = make(chan struct{})
	r.ask("q1")
	eventually(t, "handed to WhatsApp", func() bool { return len(r.net.sent()) == 1 })
	a := r.getAsk("q1")
	if a.State != schema.AskSending || a.Status != schema.StatusSending {
		t.Fatalf("ask %+v", a)
	}
	r.says(anna, "Да, приду", tapping(a.MessageID, "yes"))
	close(r.net.hold)
	if got := r.getAsk("q1"); got.State != schema.AskAnswered || got.Status != schema.StatusDelivered {
		t.Errorf("ask %+v", got)
	}
	eventually(t, "settled", func() bool {
		line, err := r.LineStatus(t.Context(), admin, schema.LineRequest{Line: theLine})
		return err == nil && line.Queued == 0 && line.Waiting == 0
	})
	if got := r.getAsk("q1"); got.State != schema.AskAnswered || got.Status != schema.StatusDelivered {
		t.Errorf("after the ack: %+v", got)
	}
}

func TestWhatWasWrittenBeforeTheQuestionIsNoAnswer(t *testing.T) {
	r := linkedRig(t, bridge.Timing{FirstTry: 10 * time.Millisecond})
	if _, err := r.text("k1", anna, "Привет"); err != nil { // her address is known from now on
		t.Fatal(err)
	}
	r.net.report(theLine, schema.LineReconnecting, "acc:1")
	r.ask("q1")
	r.says(anna, "добрый день") // the question waits for the line
	r.net.linked(theLine)
	eventually(t, "asked", func() bool { return r.getAsk("q1").State == schema.AskWaiting })
	r.says(anna, "вы работаете?", func(in *bridge.Incoming) { in.At = time.Now().Add(-time.Hour) })
	if got := r.getAsk("q1"); got.State != schema.AskWaiting {
		t.Errorf("ask %+v", got)
	}
}

func TestAWrongClockHereLosesNoAnswer(t *testing.T) {
	for _, behind := range []time.Duration{time.Hour, -time.Hour} {
		r := linkedRig(t, quick)
		r.net.set(func(n *network) { n.behind = behind })
		r.ask("q1")
		r.says(anna, "нет")
		if got := r.getAsk("q1"); got.State != schema.AskAnswered || got.Outcome.Answer.Index != 2 {
			t.Errorf("WhatsApp's clock %s behind: %+v", behind, got)
		}
	}
}

// Chaos, seed 100: the clock here was ahead, and WhatsApp's word on the question,
// which has its time, was lost or not written down yet. The answer looked older
// than the question, and was let go by.
func TestAWrongClockAndALostWordLoseNoAnswer(t *testing.T) {
	lost := func(r *rig) schema.Ask {
		r.net.set(func(n *network) {
			n.behind = time.Hour
			n.script = func(int, bridge.Outgoing) error { return &bridge.SendError{Retry: true, Err: errors.New("no word")} }
		})
		return r.ask("q1")
	}
	for name, hear := range map[string]func(*rig, schema.Ask){
		"the line has heard all": func(*rig, schema.Ask) {},
		"after the receipt": func(r *rig, a schema.Ask) {
			r.hears(true)
			at := time.Now().Add(-time.Hour)
			if err := r.Receipt(t.Context(), bridge.Receipt{Line: theLine, IDs: []schema.MessageID{a.MessageID}, Status: schema.StatusDelivered, At: at}); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := linkedRig(t, quick)
			hear(r, lost(r))
			r.says(anna, "нет")
			if got := r.getAsk("q1"); got.State != schema.AskAnswered || got.Outcome.Answer.Index != 2 {
				t.Errorf("the ask is %+v", got)
			}
		})
	}
	// What waited since before the question is still no answer to it.
	r := linkedRig(t, quick)
	r.hears(true)
	lost(r)
	r.says(anna, "нет")
	if got := r.getAsk("q1"); got.State.Final() {
		t.Errorf("old text answered: %+v", got)
	}
}

// Chaos, seed 102: the clock was ahead when the question was stored, and right when
// the answer was among what had waited: the answer looked older than the question.
func TestAQuestionOfTheFutureLosesNoAnswer(t *testing.T) {
	var ahead atomic.Int64
	r := linkedRig(t, quick)
	r.net.now = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	ahead.Store(int64(time.Hour))
	r = r.restart(quick)
	r.net.set(func(n *network) {
		n.script = func(int, bridge.Outgoing) error { return &bridge.SendError{Retry: true, Err: errors.New("no word")} }
	})
	r.ask("q1")
	ahead.Store(0)
	r = r.restart(quick)
	r.hears(true)
	r.says(anna, "нет", written(time.Now().Add(-2*time.Minute)))
	if got := r.getAsk("q1"); got.State.Final() {
		t.Errorf("old text answered: %+v", got)
	}
	r.says(anna, "нет")
	if got := r.getAsk("q1"); got.State != schema.AskAnswered || got.Outcome.Answer.Index != 2 {
		t.Errorf("the ask is %+v", got)
	}
}

func TestTheSameAskAgainIsTheSameAsk(t *testing.T) {
	r := linkedRig(t, quick)
	a := r.ask("q1")
	again := r.ask("q1", func(q *schema.AskRequest) { q.Context = nil })
	if again.MessageID != a.MessageID || len(r.net.sent()) != 1 {
		t.Errorf("again %+v, %d sends", again, len(r.net.sent()))
	}
	_, err := r.Ask(t.Context(), admin, askRequest("q1", func(q *schema.AskRequest) { q.Body = "Другой вопрос" }))
	if e := wantCode(t, err, schema.CodeConflict); e.Field != "id" {
		t.Errorf("field %q", e.Field)
	}
	_, err = r.text("q1", anna, "Привет")
	wantCode(t, err, schema.CodeConflict)
}

func TestAnAskThatCannotBeSentEndsAsError(t *testing.T) {
	r := linkedRig(t, quick)
	r.net.script = func(int, bridge.Outgoing) error {
		return &bridge.SendError{Certain: true, Server: 463, Err: errors.New("refused")}
	}
	a := r.ask("q1")
	if a.State != schema.AskFailed || a.Outcome == nil || a.Outcome.Kind != schema.OutcomeError || a.Outcome.Error.Server != 463 {
		t.Fatalf("ask %+v", a)
	}
	if list := r.outcomes(); len(list) != 1 || list[0].Ask.State != schema.AskFailed || list[0].Ask.Outcome.Error.Code != schema.CodeRefused {
		t.Errorf("deliveries %+v", list)
	}
}

func TestTheDeadlineGivesNoAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		day := r.ask("day")
		r.ask("hour", func(q *schema.AskRequest) { q.DeadlineSeconds = 3600 })
		if got := day.Deadline.Sub(day.CreatedAt); got != 24*time.Hour {
			t.Errorf("default deadline %v", got)
		}
		time.Sleep(time.Hour - time.Second)
		if s := r.getAsk("hour").State; s != schema.AskWaiting {
			t.Errorf("a second early it is %s", s)
		}
		time.Sleep(time.Second + time.Millisecond)
		eventually(t, "no answer", func() bool { return r.getAsk("hour").State == schema.AskNoAnswer })
		if s := r.getAsk("day").State; s != schema.AskWaiting {
			t.Errorf("the other is %s", s)
		}
		if list := r.outcomes(); len(list) != 1 || list[0].Ask.Outcome.Kind != schema.OutcomeNoAnswer {
			t.Errorf("deliveries %+v", list)
		}
	})
}

func TestADeadlineIsKeptToTheSecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		time.Sleep(time.Minute + time.Second) // off the clock's own beat
		a := r.ask("q1", func(q *schema.AskRequest) { q.DeadlineSeconds = 5 })
		time.Sleep(6 * time.Second)
		synctest.Wait()
		if got := r.getAsk("q1"); got.State != schema.AskNoAnswer || got.Outcome.At.Sub(a.Deadline) > time.Second {
			t.Errorf("ask %+v", got)
		}
	})
}

func TestADeadlineThatPassedMeanwhileEndsRightAfterTheStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		r.ask("q1", func(q *schema.AskRequest) { q.DeadlineSeconds = 60 })
		r.stop()
		time.Sleep(time.Hour)
		r = startRig(t, r.dir, r.net, bridge.Timing{})
		synctest.Wait()
		eventually(t, "no answer", func() bool { return r.getAsk("q1").State == schema.AskNoAnswer })
	})
}

func TestAnAskThatEndsBeforeItWasSentIsNotSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		r.net.report(theLine, schema.LineReconnecting, "acc:1")
		r.ask("cancelled")
		r.ask("expired", func(q *schema.AskRequest) { q.DeadlineSeconds = 60 })
		a, err := r.AskCancel(t.Context(), admin, schema.AskCancelRequest{Line: theLine, ID: "cancelled", Reason: "stage left"})
		if err != nil || a.State != schema.AskCancelled || a.Outcome.Reason != "stage left" {
			t.Fatalf("%+v, %v", a, err)
		}
		time.Sleep(2 * time.Minute)
		r.net.linked(theLine)
		if got, err := r.text("k", anna, "Привет"); err != nil || got.Status != schema.StatusSent {
			t.Fatalf("%+v, %v", got, err)
		}
		if n := len(r.net.sent()); n != 1 {
			t.Errorf("%d sends, want the text only", n)
		}
		for _, key := range []schema.Key{"cancelled", "expired"} {
			if m := r.message(key); m.Status != schema.StatusFailed || m.Error.Code != schema.CodeAskEnded {
				t.Errorf("%s: %+v", key, m)
			}
		}
	})
}

func TestACancelKeepsAnOutcome(t *testing.T) {
	r := linkedRig(t, quick)
	r.ask("q1")
	r.says(anna, "1")
	a, err := r.AskCancel(t.Context(), admin, schema.AskCancelRequest{Line: theLine, ID: "q1"})
	if err != nil || a.State != schema.AskAnswered {
		t.Errorf("%+v, %v", a, err)
	}
	_, err = r.AskCancel(t.Context(), admin, schema.AskCancelRequest{Line: theLine, ID: "never"})
	wantCode(t, err, schema.CodeAskNotFound)
}

func TestACancelOfSomethingElseHoldsNothingBack(t *testing.T) {
	r := linkedRig(t, bridge.Timing{FirstTry: 10 * time.Millisecond})
	r.net.report(theLine, schema.LineReconnecting, "acc:1")
	if _, err := r.text("k1", anna, "Привет"); err != nil {
		t.Fatal(err)
	}
	_, err := r.AskCancel(t.Context(), admin, schema.AskCancelRequest{Line: theLine, ID: "k1"})
	wantCode(t, err, schema.CodeAskNotFound)
	r.net.linked(theLine)
	eventually(t, "the text is sent", func() bool { return r.message("k1").Status == schema.StatusSent })
}

func TestAskListPages(t *testing.T) {
	r := linkedRig(t, quick)
	for _, id := range []schema.Key{"q1", "q2", "q3", "q4"} {
		r.ask(id)
	}
	r.says(anna, "1")
	var got []string
	before := ""
	for page := range 3 {
		list, err := r.AskList(t.Context(), admin, schema.AskListRequest{Line: theLine, Count: 2, Before: before})
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range list.Asks {
			got = append(got, string(a.ID))
		}
		if before = list.Next; before == "" {
			if page != 1 {
				t.Errorf("ended on page %d", page)
			}
			break
		}
	}
	if s := strings.Join(got, " "); s != "q4 q3 q2 q1" {
		t.Errorf("listed %s", s)
	}
	list, err := r.AskList(t.Context(), admin, schema.AskListRequest{Line: theLine, State: schema.AskAnswered, Node: "n1"})
	if err != nil || len(list.Asks) != 1 || list.Asks[0].ID != "q4" {
		t.Errorf("answered: %+v, %v", list, err)
	}
	_, err = r.AskList(t.Context(), admin, schema.AskListRequest{Line: theLine, Before: "x"})
	wantCode(t, err, schema.CodeInvalidRequest)
}

func TestAskListOfAChat(t *testing.T) {
	r := linkedRig(t, quick)
	r.ask("q1")
	r.ask("q2")
	r.says(anna, "1")
	for chat, want := range map[string]string{
		anna: "q2 q1", strings.TrimPrefix(anna, "+") + "@s.whatsapp.net": "q2 q1", boris + "; " + anna: "q2 q1", boris: "", "1203630@g.us": "",
	} {
		list, err := r.AskList(t.Context(), admin, schema.AskListRequest{Line: theLine, Chat: chat})
		var got []string
		for _, a := range list.Asks {
			got = append(got, string(a.ID))
		}
		if s := strings.Join(got, " "); err != nil || s != want {
			t.Errorf("in %s: %q, %v; want %q", chat, s, err, want)
		}
	}
	list, err := r.AskList(t.Context(), admin, schema.AskListRequest{Line: theLine, Chat: anna, State: schema.AskWaiting})
	if err != nil || len(list.Asks) != 1 || list.Asks[0].ID != "q1" {
		t.Errorf("waiting: %+v, %v", list, err)
	}
	_, err = r.AskList(t.Context(), admin, schema.AskListRequest{Line: theLine, Chat: "438-16-78"})
	wantCode(t, err, schema.CodeInvalidPhone)
}

func TestRemovingALineCancelsItsAsks(t *testing.T) {
	r := linkedRig(t, quick)
	token, _, err := r.store.Create(t.Context(), bridge.Grant{Name: "node", Scope: schema.ScopeLine, Line: theLine})
	if err != nil {
		t.Fatal(err)
	}
	r.ask("q1")
	r.ask("q2")
	r.says(anna, "1")
	gone, err := r.LineRemove(t.Context(), admin, schema.LineRequest{Line: theLine})
	if err != nil || gone.State != schema.LineUnlinked || r.net.unlinks != 1 {
		t.Fatalf("%+v, %v", gone, err)
	}
	_, err = r.AskGet(t.Context(), admin, schema.AskGetRequest{Line: theLine, ID: "q1"})
	wantCode(t, err, schema.CodeLineNotFound)
	list := r.outcomes()
	if len(list) != 2 || list[0].Ask.Outcome.Kind != schema.OutcomeButton || list[1].Ask.Outcome.Kind != schema.OutcomeCancelled {
		t.Errorf("deliveries %+v", list)
	}
	if _, ok, err := r.store.Find(t.Context(), token); ok || err != nil {
		t.Errorf("the line's token still works (%v)", err)
	}
	ack, err := r.DeliveryAck(t.Context(), admin, schema.DeliveryAckRequest{Line: theLine, Host: "red", IDs: []schema.DeliveryID{list[0].ID, list[1].ID}})
	if err != nil || ack.Acked != 2 {
		t.Errorf("%+v, %v", ack, err)
	}
	if n, err := r.DeliveryCounts(t.Context()); n.Open != 0 || err != nil {
		t.Errorf("%d open, %v", n, err)
	}
	_, err = r.DeliveryList(t.Context(), admin, schema.DeliveryListRequest{Line: theLine, Host: "red"})
	wantCode(t, err, schema.CodeLineNotFound)
}
