package judge_test

import (
	"slices"
	"testing"

	"github.com/nodeline/nodeline/e2e/chaos/judge"
	"github.com/nodeline/nodeline/schema"
)

// changed are the records of a good run with more in them: the first text was edited
// twice and has a reaction, the second was deleted, two files came, and one question
// was asked again, reminded of and answered in the customer's own words.
func changed() *judge.Records {
	r := good()
	add := func(kind judge.Kind, mark string, second int, id schema.MessageID) *judge.Request {
		q := &judge.Request{Chat: chat, Kind: kind, Key: schema.Key("key-" + mark), Mark: mark, Begun: at(second)}
		a := judge.Answer{At: at(second + 1), ID: id, Status: schema.StatusSent}
		q.Answers = []judge.Answer{a}
		r.Requests, r.Kept[q.Key] = append(r.Requests, q), a
		return q
	}
	change := func(kind judge.Kind, mark string, second int, target int, says string) {
		q := add(kind, mark, second, schema.MessageID("C"+mark))
		q.Target, q.Says = r.Requests[target], says
	}
	change(judge.Edit, "e1", 30, 0, "Исправлено <one>")
	change(judge.Edit, "e2", 32, 0, "Снова <one>")
	change(judge.React, "r1", 34, 0, "👍")
	change(judge.React, "r2", 36, 0, "🙏")
	change(judge.Delete, "d1", 38, 1, "")
	r.Shown[chat][0].Body, r.Shown[chat][0].Emoji = "Снова <one>", "🙏"
	r.Shown[chat][1].Body, r.Shown[chat][1].Deleted = "", true
	for i, mark := range []string{"f1", "f2"} {
		q := add(judge.File, mark, 40+i, schema.MessageID("A1"+mark))
		q.Sum = "sum of " + mark
		r.Shown[chat] = append(r.Shown[chat], judge.Shown{ID: q.Answers[0].ID, Name: "Договор <" + mark + ">.txt", Sum: q.Sum, Visible: true})
	}
	ask := add(judge.Ask, "num", 50, "A20")
	ask.Host, ask.Tries, ask.Asides = flows, 3, map[string]bool{judge.Again: true, "reminder": true}
	ask.Acts = []judge.Act{{ID: "B5", Text: "много"}, {ID: "B6", Text: "12", Fits: true}}
	for _, mark := range []string{"num", "num~reminder", "num~again"} {
		r.Shown[chat] = append(r.Shown[chat], judge.Shown{ID: schema.MessageID("A20" + mark[3:]), Body: "Сколько <" + mark + ">", Visible: true})
	}
	o := schema.Outcome{Kind: schema.OutcomeAnswered, Answer: &schema.Answer{Text: "12", Raw: "12", Value: "12", MessageID: "B6", From: schema.Address{Phone: anna}}}
	r.Deliveries = append(r.Deliveries, judge.Delivery{Host: flows, ID: "dlv_20", Line: shop, Ask: ask.Key, Outcome: o, Context: "num"})
	kept := r.Kept[ask.Key]
	kept.Outcome, kept.Misses = &o, 1
	r.Kept[ask.Key] = kept
	return r
}

func find(r *judge.Records, mark string) *judge.Request {
	return r.Requests[slices.IndexFunc(r.Requests, func(q *judge.Request) bool { return q.Mark == mark })]
}

// last is the newest bubble.
func last(r *judge.Records, back int) *judge.Shown {
	return &r.Shown[chat][len(r.Shown[chat])-1-back]
}

func TestARunWithChangesIsGood(t *testing.T) {
	for name, change := range map[string]func(*judge.Records){
		"as it is": func(*judge.Records) {},
		"the last edit is in doubt": func(r *judge.Records) {
			keep(r, "key-e2", schema.StatusUnknown)
			find(r, "e2").Answers[0].Status = schema.StatusUnknown
			find(r, "e2").Expires = true
			r.Shown[chat][0].Body = "Исправлено <one>"
		},
		"a reaction that failed is taken off": func(r *judge.Records) {
			r.Shown[chat][0].Emoji = ""
			for _, mark := range []string{"r1", "r2"} {
				keep(r, schema.Key("key-"+mark), schema.StatusFailed)
				find(r, mark).Answers[0].Status = schema.StatusFailed
			}
			find(r, "r2").Says = ""
		},
		"a robot's question ended with its item": func(r *judge.Records) {
			q := find(r, "num")
			q.Cancel, q.Acts = schema.ReasonMoved, q.Acts[:1]
			o := schema.Outcome{Kind: schema.OutcomeCancelled, Reason: schema.ReasonMoved}
			end(r, q, o)
		},
		"the customer said the word that cancels": func(r *judge.Records) {
			q := find(r, "num")
			q.Acts[1] = judge.Act{ID: "B6", Text: "стоп", Stops: true}
			o := schema.Outcome{Kind: schema.OutcomeCancelled, Reason: schema.ReasonCustomer, Answer: &schema.Answer{Text: "стоп", Raw: "стоп", MessageID: "B6", From: schema.Address{Phone: anna}}}
			end(r, q, o)
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := changed()
			change(r)
			for _, v := range judge.Judge(r) {
				t.Errorf("it objects: %+v", v)
			}
		})
	}
}

// end gives the last question another outcome.
func end(r *judge.Records, q *judge.Request, o schema.Outcome) {
	r.Deliveries[len(r.Deliveries)-1].Outcome = o
	kept := r.Kept[q.Key]
	kept.Outcome = &o
	r.Kept[q.Key] = kept
}

func TestTheJudgeObjectsToChanges(t *testing.T) {
	for name, c := range map[string]struct {
		rule  judge.Rule
		spoil func(*judge.Records)
	}{
		"an older edit shows":          {judge.Changed, func(r *judge.Records) { r.Shown[chat][0].Body = "Исправлено <one>" }},
		"no edit shows":                {judge.Changed, func(r *judge.Records) { r.Shown[chat][0].Body = "Текст <one> здесь" }},
		"an edit shows that failed":    {judge.Ghost, func(r *judge.Records) { fail(r, "e2") }},
		"an older reaction shows":      {judge.Changed, func(r *judge.Records) { r.Shown[chat][0].Emoji = "👍" }},
		"no reaction shows":            {judge.Changed, func(r *judge.Records) { r.Shown[chat][0].Emoji = "" }},
		"a reaction shows that failed": {judge.Ghost, func(r *judge.Records) { fail(r, "r2") }},
		"a deleted message shows":      {judge.Changed, func(r *judge.Records) { r.Shown[chat][1].Body, r.Shown[chat][1].Deleted = "Текст <two>", false }},
		"nobody deleted it":            {judge.Ghost, func(r *judge.Records) { r.Shown[chat][2].Body, r.Shown[chat][2].Deleted = "", true }},
		"deleted, though that failed":  {judge.Ghost, func(r *judge.Records) { fail(r, "d1") }},
		"lost, and its deletion failed": {judge.Lost, func(r *judge.Records) {
			fail(r, "d1")
			r.Shown[chat] = append(r.Shown[chat][:1:1], r.Shown[chat][2:]...)
		}},
		"a file's bytes are others":     {judge.Bytes, func(r *judge.Records) { last(r, 3).Sum = "sum of f1" }},
		"a file cannot be opened":       {judge.Bytes, func(r *judge.Records) { last(r, 4).Sum = "" }},
		"a file is lost":                {judge.Lost, func(r *judge.Records) { last(r, 3).Visible = false }},
		"a file is doubled":             {judge.Doubled, func(r *judge.Records) { r.Shown[chat] = append(r.Shown[chat], twice(*last(r, 3), "A9")) }},
		"a reminder is doubled":         {judge.Doubled, func(r *judge.Records) { r.Shown[chat] = append(r.Shown[chat], twice(*last(r, 1), "A9")) }},
		"asked again twice":             {judge.Doubled, func(r *judge.Records) { r.Shown[chat] = append(r.Shown[chat], twice(*last(r, 0), "A9")) }},
		"asked again, nobody knows why": {judge.Doubled, func(r *judge.Records) { r.Kept = nil; find(r, "num").Acts = find(r, "num").Acts[1:] }},
		"a reminder of nobody's":        {judge.Ghost, func(r *judge.Records) { delete(find(r, "num").Asides, "reminder") }},
		"a miss is counted twice":       {judge.Outcome, func(r *judge.Records) { k := r.Kept["key-num"]; k.Misses = 2; r.Kept["key-num"] = k }},
		"other before the last try": {judge.Outcome, func(r *judge.Records) {
			end(r, find(r, "num"), schema.Outcome{Kind: schema.OutcomeOther, Answer: &schema.Answer{Text: "много", Raw: "много", MessageID: "B5", From: schema.Address{Phone: anna}}})
		}},
		"an answer that fits is other": {judge.Outcome, func(r *judge.Records) { r.Deliveries[len(r.Deliveries)-1].Outcome.Kind = schema.OutcomeOther }},
		"cancelled by no word": {judge.Outcome, func(r *judge.Records) {
			end(r, find(r, "num"), schema.Outcome{Kind: schema.OutcomeCancelled, Reason: schema.ReasonCustomer})
		}},
		"all tries used, no outcome": {judge.Silent, func(r *judge.Records) {
			q := find(r, "num")
			q.Tries, q.Acts[1].Fits = 2, false
			r.Deliveries = r.Deliveries[:len(r.Deliveries)-1]
			k := r.Kept[q.Key]
			k.Outcome = nil
			r.Kept[q.Key] = k
		}},
		"asked before its turn": {judge.Order, func(r *judge.Records) { find(r, "num").Early, find(r, "num").Behind = true, find(r, "seven") }},
	} {
		t.Run(name, func(t *testing.T) {
			r := changed()
			c.spoil(r)
			found := judge.Judge(r)
			if !slices.ContainsFunc(found, func(v judge.Violation) bool { return v.Rule == c.rule }) {
				t.Errorf("it finds %+v, and nothing %s", found, c.rule)
			}
		})
	}
}

// fail has all calls say that a change failed.
func fail(r *judge.Records, mark string) {
	keep(r, schema.Key("key-"+mark), schema.StatusFailed)
	find(r, mark).Answers[0].Status = schema.StatusFailed
}
