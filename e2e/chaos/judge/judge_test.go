package judge_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/nodeline/nodeline/e2e/chaos/judge"
	"github.com/nodeline/nodeline/schema"
)

const (
	shop  = schema.LineID("shop")
	anna  = "+79120000001"
	flows = schema.HostID("flows")
)

var chat = judge.Chat{Line: shop, Phone: anna}

func at(second int) time.Time { return time.Unix(1_700_000_000+int64(second), 0) }

// good are records of a run in which all went well: two texts, buttons, four
// asks (tapped, typed, cancelled, without an answer), one message unasked.
func good() *judge.Records {
	r := &judge.Records{Shown: map[judge.Chat][]judge.Shown{}, Events: map[schema.HostID][]judge.Event{}, Kept: map[schema.Key]judge.Answer{}, Now: at(100)}
	add := func(kind judge.Kind, mark string, second int, id schema.MessageID) *judge.Request {
		q := &judge.Request{Chat: chat, Kind: kind, Key: schema.Key("key-" + mark), Mark: mark, Begun: at(second)}
		a := judge.Answer{At: at(second + 1), ID: id, Status: schema.StatusSent}
		if kind != judge.Text {
			a.Form = schema.RenderNumbered
		}
		if kind != judge.Ask {
			a.Priority = schema.PriorityNormal
		} else {
			a.State = schema.AskWaiting
			q.Host, q.Choices = flows, []schema.Button{{ID: "yes", Text: "Приду"}, {ID: "no", Text: "Не приду"}}
		}
		q.Answers = []judge.Answer{a}
		a.Status = schema.StatusDelivered
		r.Requests, r.Kept[q.Key] = append(r.Requests, q), a
		r.Shown[chat] = append(r.Shown[chat], judge.Shown{ID: id, Body: "Текст <" + mark + "> здесь", Visible: true})
		return q
	}
	end := func(q *judge.Request, d schema.DeliveryID, o schema.Outcome) {
		r.Deliveries = append(r.Deliveries, judge.Delivery{Host: flows, ID: d, Line: shop, Ask: q.Key, Outcome: o, Context: q.Mark})
		kept := r.Kept[q.Key]
		kept.Outcome = &o
		r.Kept[q.Key] = kept
	}
	add(judge.Text, "one", 0, "A1")
	add(judge.Text, "two", 2, "A2")
	add(judge.Buttons, "three", 4, "A3")
	tapped := add(judge.Ask, "four", 6, "A4")
	tapped.Acts = []judge.Act{{ID: "B1", Text: "Не приду", Index: 2}}
	end(tapped, "dlv_1", button("B1", "Не приду"))
	typed := add(judge.Ask, "five", 10, "A5")
	typed.Acts = []judge.Act{{ID: "B2", Text: "А в пятницу?"}}
	end(typed, "dlv_2", schema.Outcome{Kind: schema.OutcomeOther, Answer: &schema.Answer{Text: "А в пятницу?", Raw: "А в пятницу?", MessageID: "B2", From: schema.Address{Phone: anna}}})
	cancelled := add(judge.Ask, "six", 14, "A6")
	cancelled.Cancel = "stage"
	end(cancelled, "dlv_3", schema.Outcome{Kind: schema.OutcomeCancelled, Reason: "stage"})
	silent := add(judge.Ask, "seven", 18, "A7")
	silent.Deadline = at(20)
	end(silent, "dlv_4", schema.Outcome{Kind: schema.OutcomeNoAnswer})
	for i, w := range []struct{ id, text string }{{"B1", "Не приду"}, {"B2", "А в пятницу?"}, {"B3", "Привет"}} {
		r.Written = append(r.Written, judge.Written{Chat: chat, ID: schema.MessageID(w.id), Text: w.text})
		r.Events[flows] = append(r.Events[flows], judge.Event{Line: shop, Cursor: int64(i + 1), ID: schema.EventID("evt_" + w.id), Message: schema.MessageID(w.id), Text: w.text})
	}
	return r
}

func button(id schema.MessageID, raw string) schema.Outcome {
	return schema.Outcome{Kind: schema.OutcomeButton, Answer: &schema.Answer{Text: "Не приду", Index: 2, ID: "no", Raw: raw, MessageID: id, From: schema.Address{Phone: anna}}}
}

func TestAGoodRunIsGood(t *testing.T) {
	r := good()
	// Repeats that hosts may see: a delivery again, an event again, a second host.
	r.Deliveries = append(r.Deliveries, r.Deliveries[0])
	r.Events[flows] = append(r.Events[flows], r.Events[flows][1])
	r.Events["other"] = r.Events[flows]
	for _, v := range judge.Judge(r) {
		t.Errorf("it objects: %+v", v)
	}
}

// Each case spoils one thing in the records of a good run.
func TestTheJudgeObjects(t *testing.T) {
	for name, c := range map[string]struct {
		rule  judge.Rule
		spoil func(*judge.Records)
	}{
		"a message is lost":            {judge.Lost, func(r *judge.Records) { r.Shown[chat] = r.Shown[chat][1:] }},
		"a question is lost":           {judge.Lost, func(r *judge.Records) { r.Shown[chat] = append(r.Shown[chat][:3:3], r.Shown[chat][4:]...) }},
		"a message cannot be read":     {judge.Lost, func(r *judge.Records) { r.Shown[chat][1].Visible = false }},
		"a message is doubled":         {judge.Doubled, func(r *judge.Records) { r.Shown[chat] = append(r.Shown[chat], twice(r.Shown[chat][0], "A9")) }},
		"doubled under the same id":    {judge.Doubled, func(r *judge.Records) { r.Shown[chat] = append(r.Shown[chat], r.Shown[chat][0]) }},
		"the order is wrong":           {judge.Order, func(r *judge.Records) { s := r.Shown[chat]; s[0], s[1] = s[1], s[0] }},
		"the order of a pipe is wrong": {judge.Order, func(r *judge.Records) { piped(r); s := r.Shown[chat]; s[0], s[1] = s[1], s[0] }},
		"in another chat":              {judge.Ghost, func(r *judge.Records) { move(r, judge.Chat{Line: "other", Phone: anna}) }},
		"nobody sent it": {judge.Ghost, func(r *judge.Records) {
			r.Shown[chat] = append(r.Shown[chat], judge.Shown{ID: "A9", Body: "<x>", Visible: true})
		}},
		"it was refused for its key": {judge.Ghost, func(r *judge.Records) { r.Never = []string{"one"} }},
		"told failed, and shows":     {judge.Ghost, func(r *judge.Records) { r.Requests[0].Answers[0].Status = schema.StatusFailed }},
		"told refused, and shows":    {judge.Ghost, func(r *judge.Records) { r.Requests[0].Refused, r.Requests[0].Answers = schema.CodeLineNotLinked, nil }},
		"accepted, then refused": {judge.Forgotten, func(r *judge.Records) {
			r.Requests[0].Refused, r.Requests[0].RefusedCall = schema.CodeLineNotLinked, at(2)
		}},
		"two ids were told":           {judge.TwoIDs, func(r *judge.Records) { again(r.Requests[0], "A9") }},
		"another id shows":            {judge.TwoIDs, func(r *judge.Records) { r.Shown[chat][0].ID = "A9" }},
		"two outcomes":                {judge.Outcomes, func(r *judge.Records) { r.Deliveries = append(r.Deliveries, other(r.Deliveries[0], "dlv_9")) }},
		"one outcome under two ids":   {judge.Outcomes, func(r *judge.Records) { r.Deliveries = append(r.Deliveries, again1(r.Deliveries[0])) }},
		"a call told another outcome": {judge.Outcomes, func(r *judge.Records) { o := button("B1", "2"); r.Requests[3].Answers[0].Outcome = &o }},
		"the wrong button":            {judge.Outcome, func(r *judge.Records) { r.Requests[3].Acts[0].Index = 1 }},
		"the wrong text":              {judge.Outcome, func(r *judge.Records) { r.Requests[4].Acts[0].Text = "А в среду?" }},
		"not what was done":           {judge.Outcome, func(r *judge.Records) { r.Requests[3].Acts[0].ID = "B9" }},
		"somebody else's answer":      {judge.Outcome, func(r *judge.Records) { r.Requests[3].Phone = "+79120000009" }},
		"nobody cancelled":            {judge.Outcome, func(r *judge.Records) { r.Requests[5].Cancel = "" }},
		"no answer before its time":   {judge.Outcome, func(r *judge.Records) { r.Requests[6].Deadline = time.Time{} }},
		"failed, and shows":           {judge.Outcome, func(r *judge.Records) { r.Deliveries[3].Outcome.Kind = schema.OutcomeError }},
		"at another host":             {judge.Outcome, func(r *judge.Records) { r.Deliveries[0].Host = "other" }},
		"with another context":        {judge.Outcome, func(r *judge.Records) { r.Deliveries[0].Context = "five" }},
		"no outcome of an answer":     {judge.Silent, func(r *judge.Records) { mute(r, 3) }},
		"no outcome of a cancel":      {judge.Silent, func(r *judge.Records) { mute(r, 5) }},
		"no outcome of a deadline":    {judge.Silent, func(r *judge.Records) { mute(r, 6) }},
		"told, and not delivered":     {judge.Silent, func(r *judge.Records) { r.Deliveries = r.Deliveries[1:]; r.Requests[3].Acts = nil }},
		"an incoming message is lost": {judge.Unheard, func(r *judge.Records) { r.Events[flows] = r.Events[flows][:2] }},
		"one host did not get it":     {judge.Unheard, func(r *judge.Records) { r.Events["other"] = r.Events[flows][:2] }},
		"an incoming message changed": {judge.Unheard, func(r *judge.Records) { r.Written[2].Text = "Пока" }},
		"one message, two events":     {judge.EventIDs, func(r *judge.Records) { r.Events[flows] = append(r.Events[flows], event(r, 2, 4, "evt_9")) }},
		"one cursor, two events":      {judge.EventIDs, func(r *judge.Records) { r.Events["other"] = append(r.Events["other"], event(r, 2, 3, "evt_9")) }},
		"a cursor is left out": {judge.Gap, func(r *judge.Records) {
			r.Events[flows] = append(r.Events[flows], judge.Event{Line: shop, Cursor: 5, ID: "evt_5"})
		}},
		"a key is forgotten": {judge.Forgotten, func(r *judge.Records) { delete(r.Kept, "key-one") }},
		"sent, then failed":  {judge.Forgotten, func(r *judge.Records) { keep(r, "key-one", schema.StatusFailed) }},
		"sent, then queued":  {judge.Forgotten, func(r *judge.Records) { keep(r, "key-one", schema.StatusQueued) }},
		"cancelled in time, and shows": {judge.Ghost, func(r *judge.Records) {
			cancel(r, schema.StatusFailed, "")
			tell(r, schema.StatusFailed, schema.CodeCancelled)
		}},
		"told cancelled by one call, and shows": {judge.Ghost, func(r *judge.Records) {
			cancel(r, schema.StatusFailed, "")
			r.Requests[0].Answers = append(r.Requests[0].Answers, judge.Answer{ID: "A1", Status: schema.StatusFailed, Code: schema.CodeCancelled})
		}},
		"cancelled too late, and lost": {judge.Lost, func(r *judge.Records) {
			cancel(r, schema.StatusSent, "")
			hide(r)
		}},
		"cancelled too late, and doubled": {judge.Doubled, func(r *judge.Records) {
			cancel(r, schema.StatusSent, "")
			r.Shown[chat] = append(r.Shown[chat], twice(r.Shown[chat][0], "A1"))
		}},
		"in doubt when it was cancelled, and doubled": {judge.Doubled, func(r *judge.Records) {
			cancel(r, schema.StatusUnknown, "")
			tell(r, schema.StatusUnknown, schema.CodeUnknown)
			r.Shown[chat] = append(r.Shown[chat], twice(r.Shown[chat][0], "A1"))
		}},
		"a cancel that was refused took nothing back": {judge.Lost, func(r *judge.Records) {
			cancel(r, "", schema.CodeMessageNotFound)
			tell(r, schema.StatusUnknown, schema.CodeUnknown)
			hide(r)
		}},
		"in doubt when it was cancelled, and tried again": {judge.Unsettled, func(r *judge.Records) {
			cancel(r, schema.StatusUnknown, "")
			tell(r, schema.StatusUnknown, schema.CodeUnknown)
			kept := r.Kept["key-one"]
			kept.Waits = schema.WaitReceipt
			r.Kept["key-one"] = kept
		}},
		"cancelled, and still queued":  {judge.TakenBack, func(r *judge.Records) { cancel(r, schema.StatusQueued, "") }},
		"cancelled, and still sending": {judge.TakenBack, func(r *judge.Records) { cancel(r, schema.StatusSending, "") }},
		"a cancel that was refused":    {judge.TakenBack, func(r *judge.Records) { cancel(r, "", schema.CodeMessageOfAsk) }},
		"cancelled, and nobody did":    {judge.TakenBack, func(r *judge.Records) { hide(r); tell(r, schema.StatusFailed, schema.CodeCancelled) }},
		"expired, and had no time to":  {judge.TakenBack, func(r *judge.Records) { hide(r); tell(r, schema.StatusFailed, schema.CodeExpired) }},
		"accepted, not found to cancel": {judge.Forgotten, func(r *judge.Records) {
			cancel(r, "", schema.CodeMessageNotFound)
			r.Requests[0].Cancels[0].Begun = at(2)
		}},
		"written, not found to cancel": {judge.Forgotten, func(r *judge.Records) {
			piped(r)
			cancel(r, "", schema.CodeMessageNotFound)
			r.Requests[0].Cancels[0].Behind = true
		}},
		"expired, and shows":            {judge.Ghost, func(r *judge.Records) { r.Requests[0].Expires = true; tell(r, schema.StatusFailed, schema.CodeExpired) }},
		"has a time, was sent, is lost": {judge.Lost, func(r *judge.Records) { r.Requests[0].Expires = true; hide(r) }},
		"in doubt as it expired, tried": {judge.Unsettled, func(r *judge.Records) {
			r.Requests[0].Expires = true
			keep(r, "key-one", schema.StatusQueued)
			r.Requests[0].Answers[0].Status = schema.StatusQueued
		}},
		"failed, then sent": {judge.Forgotten, func(r *judge.Records) { r.Requests[0].Answers[0].Status = schema.StatusFailed }},
		"failed for two reasons": {judge.Forgotten, func(r *judge.Records) {
			hide(r)
			r.Requests[0].Expires = true
			cancel(r, schema.StatusFailed, "")
			tell(r, schema.StatusFailed, schema.CodeExpired)
			r.Requests[0].Answers[0].Code = schema.CodeCancelled
		}},
		"a priority was lost":           {judge.Forgotten, func(r *judge.Records) { r.Requests[0].Priority = schema.PriorityBroadcast }},
		"a priority has changed":        {judge.Forgotten, func(r *judge.Records) { r.Requests[0].Answers[0].Priority = schema.PriorityDialogue }},
		"a dialogue overtakes its chat": {judge.Order, func(r *judge.Records) { overtaken(r); s := r.Shown[chat]; s[0], s[1] = s[1], s[0] }},
		"a dialogue overtakes its pipe": {judge.Order, func(r *judge.Records) { overtaken(r); piped(r); s := r.Shown[chat]; s[0], s[1] = s[1], s[0] }},
		"sent before it was cancelled":  {judge.Order, func(r *judge.Records) { cancel(r, schema.StatusSent, ""); s := r.Shown[chat]; s[0], s[1] = s[1], s[0] }},
		"it shows and is unknown": {judge.Unsettled, func(r *judge.Records) {
			r.Requests[0].Answers[0].Status = schema.StatusUnknown
			keep(r, "key-one", schema.StatusUnknown)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			r := good()
			c.spoil(r)
			found := judge.Judge(r)
			for _, v := range found {
				if v.Rule == c.rule {
					return
				}
			}
			t.Errorf("it finds %+v, and nothing %s", found, c.rule)
		})
	}
}

// cancel has the first text taken back by a call that told a status, or was refused.
func cancel(r *judge.Records, status schema.MessageStatus, code schema.Code) {
	r.Requests[0].Cancels = []judge.Cancel{{Begun: at(0), At: at(3), Status: status, Code: code}}
}

// tell has all calls say this of the first text.
func tell(r *judge.Records, status schema.MessageStatus, code schema.Code) {
	kept := r.Kept["key-one"]
	kept.Status, kept.Code = status, code
	r.Kept["key-one"] = kept
	r.Requests[0].Answers = []judge.Answer{kept}
}

// hide takes the first text off the phone.
func hide(r *judge.Records) { r.Shown[chat] = r.Shown[chat][1:] }

// overtaken makes the first text a broadcast, and the second one a dialogue.
func overtaken(r *judge.Records) {
	for i, p := range []schema.Priority{schema.PriorityBroadcast, schema.PriorityDialogue} {
		q := r.Requests[i]
		q.Priority, q.Answers[0].Priority = p, p
		kept := r.Kept[q.Key]
		kept.Priority = p
		r.Kept[q.Key] = kept
	}
}

func twice(s judge.Shown, id schema.MessageID) judge.Shown { s.ID = id; return s }

func piped(r *judge.Records) {
	for i, q := range r.Requests[:2] {
		q.Pipe, q.Place, q.Alone, q.Begun = 1, i, true, at(0)
	}
}

func move(r *judge.Records, to judge.Chat) {
	r.Shown[to] = r.Shown[chat][:1]
	r.Shown[chat] = r.Shown[chat][1:]
}

func again(q *judge.Request, id schema.MessageID) {
	a := q.Answers[0]
	a.ID = id
	q.Answers = append(q.Answers, a)
}

func other(d judge.Delivery, id schema.DeliveryID) judge.Delivery {
	d.ID, d.Outcome = id, schema.Outcome{Kind: schema.OutcomeNoAnswer}
	return d
}

func again1(d judge.Delivery) judge.Delivery { d.ID = "dlv_9"; return d }

func mute(r *judge.Records, n int) {
	q := r.Requests[n]
	kept := r.Kept[q.Key]
	kept.Outcome = nil
	r.Kept[q.Key] = kept
	var left []judge.Delivery
	for _, d := range r.Deliveries {
		if d.Ask != q.Key {
			left = append(left, d)
		}
	}
	r.Deliveries = left
}

func event(r *judge.Records, n int, cursor int64, id schema.EventID) judge.Event {
	e := r.Events[flows][n]
	e.Cursor, e.ID = cursor, id
	return e
}

func keep(r *judge.Records, key schema.Key, status schema.MessageStatus) {
	a := r.Kept[key]
	a.Status = status
	r.Kept[key] = a
}

// What may happen and is no fault.
func TestTheJudgeAllows(t *testing.T) {
	for name, allow := range map[string]func(*judge.Records){
		"buttons refused, numbers sent under an id of their own": func(r *judge.Records) {
			again(r.Requests[2], "A9")
			r.Requests[2].Answers[0].Form = schema.RenderNative
			kept := r.Kept["key-three"]
			kept.ID = "A9"
			r.Kept["key-three"], r.Shown[chat][2].ID = kept, "A9"
		},
		"a failed message that does not show": func(r *judge.Records) {
			r.Requests[0].Answers[0].Status = schema.StatusFailed
			keep(r, "key-one", schema.StatusFailed)
			r.Shown[chat] = r.Shown[chat][1:]
		},
		"a cancelled ask in doubt that does not show": func(r *judge.Records) {
			r.Requests[5].Answers[0].Status = schema.StatusUnknown
			keep(r, "key-six", schema.StatusUnknown)
			r.Shown[chat] = append(r.Shown[chat][:5:5], r.Shown[chat][6:]...)
		},
		"a message in doubt that WhatsApp refuses now": func(r *judge.Records) {
			r.Requests[0].Answers[0].Status = schema.StatusUnknown
			keep(r, "key-one", schema.StatusUnknown)
			kept := r.Kept["key-one"]
			kept.Server = 479
			r.Kept["key-one"] = kept
			r.Shown[chat] = r.Shown[chat][1:]
		},
		"a request nobody was told of": func(r *judge.Records) {
			r.Requests[0].Answers = nil
			delete(r.Kept, "key-one")
			r.Shown[chat] = r.Shown[chat][1:]
		},
		"two calls at once, in either order": func(r *judge.Records) {
			r.Requests[1].Begun = at(0)
			s := r.Shown[chat]
			s[0], s[1] = s[1], s[0]
		},
		"a host that is given some events only": func(r *judge.Records) {
			r.Some = map[schema.HostID]bool{flows: true}
			r.Events[flows][2].Cursor = 9
		},
		"cancelled in time": func(r *judge.Records) {
			cancel(r, schema.StatusFailed, "")
			tell(r, schema.StatusFailed, schema.CodeCancelled)
			hide(r)
		},
		"cancelled before it was there": func(r *judge.Records) { cancel(r, "", schema.CodeMessageNotFound) },
		"cancelled too late":            func(r *judge.Records) { cancel(r, schema.StatusDelivered, "") },
		"in doubt when it was cancelled, and it had not gone": func(r *judge.Records) {
			cancel(r, schema.StatusUnknown, "")
			tell(r, schema.StatusUnknown, schema.CodeUnknown)
			hide(r)
		},
		"in doubt when it was cancelled, and it had gone": func(r *judge.Records) {
			cancel(r, schema.StatusUnknown, "")
			tell(r, schema.StatusUnknown, schema.CodeUnknown)
		},
		"in doubt when it was cancelled, and on its way behind another one": func(r *judge.Records) {
			cancel(r, schema.StatusUnknown, "")
			tell(r, schema.StatusUnknown, schema.CodeUnknown)
			s := r.Shown[chat]
			s[0], s[1] = s[1], s[0]
		},
		"in doubt when it was cancelled behind it, and on its way behind the next": func(r *judge.Records) {
			piped(r)
			cancel(r, schema.StatusUnknown, "")
			tell(r, schema.StatusUnknown, schema.CodeUnknown)
			s := r.Shown[chat]
			s[0], s[1] = s[1], s[0]
		},
		"two callers, of which one was refused": func(r *judge.Records) {
			r.Requests[0].Refused, r.Requests[0].RefusedCall = schema.CodeLineNotLinked, at(0)
		},
		"expired": func(r *judge.Records) {
			r.Requests[0].Expires = true
			tell(r, schema.StatusFailed, schema.CodeExpired)
			hide(r)
		},
		"expired, and not asked for again yet": func(r *judge.Records) {
			r.Requests[0].Expires, r.Requests[0].Answers[0].Status = true, schema.StatusQueued
			r.Kept = nil
			hide(r)
		},
		"an ask that still waits": func(r *judge.Records) {
			r.Requests[3].Acts = nil
			mute(r, 3)
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := good()
			allow(r)
			for _, v := range judge.Judge(r) {
				t.Errorf("it objects: %+v", v)
			}
		})
	}
}

func TestReordered(t *testing.T) {
	r := good()
	if n := judge.Reordered(r); n != 0 {
		t.Errorf("%d out of order in a good run", n)
	}
	e := r.Events[flows]
	e[0].Cursor, e[1].Cursor = e[1].Cursor, e[0].Cursor
	if n := judge.Reordered(r); n != 1 {
		t.Errorf("%d out of order", n)
	}
}

func TestMarkOf(t *testing.T) {
	for body, want := range map[string]string{"a <t1.2> b": "t1.2", "none": "", "<open": "", "*<t1>*\n\n1. Да": "t1"} {
		if got := judge.MarkOf(body); got != want {
			t.Errorf("%q: %q", body, got)
		}
	}
}

func TestTheWorstComesFirst(t *testing.T) {
	list := judge.Sorted([]judge.Violation{{Rule: judge.Order, What: "a"}, {Rule: judge.Lost, What: "z"}, {Rule: judge.Lost, What: "b"}})
	var words []string
	for _, v := range list {
		words = append(words, string(v.Rule)+" "+v.What)
	}
	if got := strings.Join(words, ", "); got != "lost b, lost z, order a" {
		t.Errorf("sorted as %s", got)
	}
}

func TestInDoubt(t *testing.T) {
	r := good()
	if list := judge.InDoubt(r); len(list) != 0 {
		t.Errorf("in a good run these are in doubt: %+v", list)
	}
	keep(r, "key-six", schema.StatusUnknown) // cancelled
	keep(r, "key-four", schema.StatusUnknown)
	cancel(r, schema.StatusUnknown, "")
	keep(r, "key-one", schema.StatusUnknown)
	hide(r)
	r.Requests[1].Expires = true
	keep(r, "key-two", schema.StatusUnknown)
	keep(r, "key-three", schema.StatusUnknown)
	refused := r.Kept["key-three"]
	refused.Server = 479
	r.Kept["key-three"] = refused
	var got []string
	for _, d := range judge.InDoubt(r) {
		got = append(got, fmt.Sprintf("%s: %s, %v", d.Mark, d.Why, d.Shows))
	}
	want := "one: cancelled, false|two: expired, true|three: refused after a try that may have gone, true|six: its ask ended, true"
	if strings.Join(got, "|") != want {
		t.Errorf("in doubt are %q", got)
	}
}
