package binary_test

import (
	"slices"
	"testing"

	"github.com/nodeline/nodeline/internal/wait"
	"github.com/nodeline/nodeline/schema"
)

// open is a question whose answer is in the customer's own words.
func open(body string, rule schema.AnswerRule) schema.AskRequest {
	r := ask("")
	r.Buttons, r.Body, r.Answer = nil, body, &rule
	return r
}

// retried waits for the message that asks again, as the phone shows it.
func (w *world) retried(id schema.Key, n string) message {
	w.t.Helper()
	var m schema.SendResult
	wait.Until(w.t, "the question once more", func() bool {
		var list schema.MessageListResult
		w.must("message.list", schema.MessageListRequest{Line: clinic}, &list)
		i := slices.IndexFunc(list.Messages, func(m schema.SendResult) bool { return m.Key == id+schema.Key("!"+n) })
		if i >= 0 {
			m = list.Messages[i]
		}
		return i >= 0
	})
	return w.question(m.MessageID)
}

func TestAnAnswerInOnesOwnWords(t *testing.T) {
	w := linked(t)
	h := w.attach()
	age := open("Сколько лет питомцу?", schema.AnswerRule{Kind: schema.AnswerNumber, Min: "0", Max: "30", RetryText: "Числом, от 0 до 30"})
	a, m := w.asked(age)
	if a.Rendering != "" || !m.Visible || m.Body != "Сколько лет питомцу?" || len(m.Buttons) != 0 {
		t.Errorf("the ask %+v, the phone shows %+v", a, m)
	}
	w.write("тридцать один", "")
	if again := w.retried(age.ID, "1"); again.Body != "Числом, от 0 до 30" {
		t.Errorf("the phone shows %+v", again)
	}
	w.write("31", "")
	again := w.retried(age.ID, "2")
	w.write("2,50", again.ID)
	d := h.outcome(age.ID)
	if o := d.Ask.Outcome; o.Kind != schema.OutcomeAnswered || o.Answer.Value != "2.5" || o.Answer.Raw != "2,50" || o.Answer.From.Phone != w.customer ||
		o.Answer.From.LID == "" || o.Answer.MessageID == "" || o.Answer.At.IsZero() || d.Ask.Misses != 2 {
		t.Errorf("the outcome is %+v %+v", o, o.Answer)
	}
	phone := open("Ваш второй номер?", schema.AnswerRule{Kind: schema.AnswerPhone, Tries: 1})
	w.asked(phone)
	w.write("не дам", "")
	if o := h.outcome(phone.ID).Ask.Outcome; o.Kind != schema.OutcomeOther || o.Answer.Text != "не дам" {
		t.Errorf("the outcome is %+v", o)
	}
	stop := open("Как зовут питомца?", schema.AnswerRule{Kind: schema.AnswerText})
	stop.CancelWords = []string{"стоп"}
	w.asked(stop)
	w.write("Стоп", "")
	if o := h.outcome(stop.ID).Ask.Outcome; o.Kind != schema.OutcomeCancelled || o.Reason != schema.ReasonCustomer {
		t.Errorf("the outcome is %+v", o)
	}
}

// A robot's question ends when its item moves, and the one that waited behind it is asked.
func TestAMoveLetsTheNextQuestionBy(t *testing.T) {
	w := linked(t)
	h := w.attach()
	robot := ask(schema.RenderAuto)
	robot.Item, robot.Stage, robot.Kind = "deal-7", "new", schema.AskRobot
	w.asked(robot)
	next := open("Удобно ли в пятницу?", schema.AnswerRule{Kind: schema.AnswerOneOf, Options: []string{"Да", "Нет"}})
	next.Supersede, next.Item, next.Stage = schema.SupersedeQueue, "deal-7", "new"
	var queued schema.Ask
	w.must("message.ask", next, &queued)
	if queued.WaitsFor == nil || queued.WaitsFor.Kind != schema.WaitAsk || w.shows("Удобно ли в пятницу?") != 0 {
		t.Fatalf("the ask %+v", queued)
	}
	var moved schema.ItemMovedResult
	w.must("item.moved", schema.ItemMovedRequest{Line: clinic, Item: "deal-7", Stage: "won"}, &moved)
	if len(moved.Asks) != 1 || moved.Asks[0].ID != robot.ID || moved.Asks[0].Outcome.Reason != schema.ReasonMoved {
		t.Errorf("ended %+v", moved.Asks)
	}
	if o := h.outcome(robot.ID).Ask.Outcome; o.Kind != schema.OutcomeCancelled || o.Reason != schema.ReasonMoved {
		t.Errorf("the outcome is %+v", o)
	}
	w.question(queued.MessageID)
	w.write("нет", "")
	if o := h.outcome(next.ID).Ask.Outcome; o.Kind != schema.OutcomeAnswered || o.Answer.Value != "Нет" || o.Answer.Index != 2 {
		t.Errorf("the outcome is %+v", o)
	}
}
