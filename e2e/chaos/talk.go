package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/nodeline/nodeline/e2e/chaos/judge"
	"github.com/nodeline/nodeline/schema"
)

// talk is one line with one customer: who sends, and how the customer answers.
// Its rounds follow each other, so that it is known what each answer means.
type talk struct {
	r     *run
	n     int
	chat  judge.Chat
	owner string // the line's phone
	rng   *rand.Rand
	turns int
	mine  []schema.MessageID // what the customer wrote
}

// loop makes rounds until stop ends; what is under way is brought to its end, or until ctx ends.
func (t *talk) loop(stop, ctx context.Context) {
	for stop.Err() == nil && ctx.Err() == nil {
		switch p := t.rng.IntN(100); {
		case p < 22:
			t.texts(ctx)
		case p < 30:
			t.takesBack(ctx)
		case p < 36:
			t.r.insist(ctx, t.host(), t.rng, t.offer())
		case p < 43:
			t.written(ctx)
		case p < 51:
			t.files(ctx)
		case p < 60:
			t.changes(ctx)
		case p < 63:
			t.forward(ctx)
		case p < 88:
			t.asks(ctx, 1)
		case p < 93:
			t.asks(ctx, 2)
		default:
			t.follow(ctx)
		}
		t.r.count.rounds.Add(1)
	}
}

// next is a new request of the talk.
func (t *talk) next(kind judge.Kind) *judge.Request {
	t.turns++
	mark := fmt.Sprintf("t%d.%d", t.n, t.turns)
	return &judge.Request{Chat: t.chat, Kind: kind, Key: schema.Key("key-" + mark), Mark: mark}
}

func (t *talk) host() *host { return t.r.hosts[t.rng.IntN(len(t.r.hosts))] }

// call is a request as it goes over the wire.
type call struct {
	q      *judge.Request
	method string
	params any
	parts  []*judge.Request // the later files of a call
}

func (t *talk) text() call {
	q := t.next(judge.Text)
	return call{q: q, method: "message.sendText", params: schema.SendTextRequest{Line: t.chat.Line, Key: q.Key, Chat: t.chat.Phone,
		Text: fmt.Sprintf("Здравствуйте! Заказ <%s> готов.", q.Mark), Priority: t.priority(q), TimeLimit: t.expiry(q)}}
}

// offer is buttons whose answer nobody waits for.
func (t *talk) offer() call {
	q := t.next(judge.Buttons)
	return call{q: q, method: "message.sendButtons", params: schema.SendButtonsRequest{Line: t.chat.Line, Key: q.Key, Chat: t.chat.Phone,
		Body: fmt.Sprintf("Оцените визит <%s>", q.Mark), Buttons: t.choices(q.Mark), Rendering: t.form(),
		Priority: t.priority(q), TimeLimit: t.expiry(q)}}
}

// priority draws one; half leave it out.
func (t *talk) priority(q *judge.Request) schema.Priority {
	list := []schema.Priority{"", "", "", schema.PriorityDialogue, schema.PriorityNormal, schema.PriorityBroadcast}
	q.Priority = list[t.rng.IntN(len(list))]
	return q.Priority
}

// expiry draws a time in which to begin to go: most have none, some very little,
// some an hour, which a wrong clock may take away.
func (t *talk) expiry(q *judge.Request) (seconds int) {
	switch p := t.rng.IntN(20); {
	case p < 3:
		seconds = 1 + t.rng.IntN(3)
	case p == 3:
		seconds = 3600
	}
	q.Expires = seconds > 0
	return seconds
}

// texts sends a few, in one of the ways in which hosts do.
func (t *talk) texts(ctx context.Context) {
	calls := make([]call, 1+t.rng.IntN(8))
	for i := range calls {
		calls[i] = t.text()
	}
	switch t.rng.IntN(5) {
	case 0, 1:
		t.r.pipe(ctx, t.host(), t.rng, calls)
	case 2:
		t.r.impatient(ctx, t, calls[0])
	default:
		for _, c := range calls {
			t.r.insist(ctx, t.host(), t.rng, c)
		}
		if t.rng.IntN(3) == 0 {
			t.r.conflict(ctx, t.host(), calls[0])
		}
	}
}

var forms = []schema.Rendering{schema.RenderNative, schema.RenderNumbered, schema.RenderAuto, schema.RenderPoll}

func (t *talk) form() schema.Rendering { return forms[t.rng.IntN(len(forms))] }

func (t *talk) choices(mark string) []schema.Button {
	list := []schema.Button{{ID: "yes-" + mark, Text: "Приду"}, {ID: "no-" + mark, Text: "Не приду"}, {ID: "later-" + mark, Text: "Позже"}}
	return list[:2+t.rng.IntN(2)]
}

// written has the customer write without being asked.
func (t *talk) written(ctx context.Context) {
	for range 1 + t.rng.IntN(4) {
		t.turns++
		t.write(ctx, fmt.Sprintf("Сообщение %d.%d", t.n, t.turns), "")
	}
}

// write types a text and writes it down; "" when the phone could not.
func (t *talk) write(ctx context.Context, text, quote string) schema.MessageID {
	id, err := t.r.net.write(ctx, t.chat.Phone, t.owner, text, quote)
	return t.acted(id, text, err)
}

func (t *talk) tap(ctx context.Context, message schema.MessageID, b schema.Button) schema.MessageID {
	id, err := t.r.net.tap(ctx, t.chat.Phone, t.owner, string(message), b.ID)
	return t.acted(id, b.Text, err)
}

func (t *talk) vote(ctx context.Context, poll schema.MessageID, b schema.Button) schema.MessageID {
	id, err := t.r.net.vote(ctx, t.chat.Phone, t.owner, string(poll), b.Text)
	return t.acted(id, b.Text, err)
}

func (t *talk) acted(id, text string, err error) schema.MessageID {
	if err != nil {
		t.r.say("%s: %v", t.chat.Phone, err)
		return ""
	}
	t.r.ledger.wrote(t.chat, id, text)
	t.r.count.inbound.Add(1)
	t.mine = append(t.mine, schema.MessageID(id))
	return schema.MessageID(id)
}

// quiet waits until a host was given all that the customer wrote, so that no
// older text is taken for the answer to the next question.
func (t *talk) quiet(ctx context.Context) bool {
	ok := t.r.ledger.until(ctx.Done(), patience, func() bool {
		for _, id := range t.mine {
			if !t.r.ledger.heard[id] {
				return false
			}
		}
		return true
	})
	if ok {
		t.mine = nil
	}
	return ok
}

// plan is what becomes of a question.
type plan string

const (
	planAnswer plan = "answer"
	planTwice  plan = "twice"  // two answers, of which one counts
	planSilent plan = "silent" // its deadline passes
	planLate   plan = "late"   // answered about when its deadline passes
	planCancel plan = "cancel"
	planRace   plan = "race" // cancelled while the customer answers
	planMove   plan = "move" // its item moves to another stage
)

func (t *talk) pick() plan {
	switch p := t.rng.IntN(20); {
	case p < 11:
		return planAnswer
	case p < 13:
		return planTwice
	case p < 15:
		return planSilent
	case p < 16:
		return planLate
	case p < 17:
		return planCancel
	case p < 18:
		return planMove
	}
	return planRace
}

// asks puts one question, or two that are open at once and are answered by what
// points at one of them.
func (t *talk) asks(ctx context.Context, count int) {
	if !t.quiet(ctx) {
		return
	}
	open := make([]*question, count)
	for i := range open {
		open[i] = t.question(t.pick(), count > 1, "")
		t.r.insist(ctx, t.host(), t.rng, open[i].call)
	}
	for _, k := range open {
		k.play(ctx)
	}
	for _, k := range open {
		k.end(ctx)
	}
}

// question is one ask with what becomes of it.
type question struct {
	*talk
	call
	plan  plan
	exact bool // other questions are open: the answer must point at this one
	stops bool // stopWord cancels it
}

func (t *talk) question(p plan, exact bool, how schema.Supersede) *question {
	q := t.next(judge.Ask)
	q.Choices, q.Host, q.Asides = t.choices(q.Mark), t.host().id, map[string]bool{}
	k := &question{talk: t, call: call{q: q, method: "message.ask"}, plan: p, exact: exact}
	ask := schema.AskRequest{Line: t.chat.Line, ID: q.Key, Chat: t.chat.Phone, Body: fmt.Sprintf("Придёте завтра? <%s>", q.Mark),
		Rendering: t.form(), Priority: t.priority(q), Supersede: how, Reply: &schema.Reply{Host: q.Host, Node: "n1"}}
	k.shape(&ask)
	switch t.rng.IntN(8) {
	case 0:
		ask.Reply.URL = t.r.hooks.replyURL(q.Mark)
	case 1:
		ask.Reply.URL, ask.Reply.Mode = t.r.hooks.replyURL(q.Mark), schema.ReplyN8N
	}
	ask.Context, _ = json.Marshal(map[string]string{"mark": q.Mark})
	if k.plan == planSilent || k.plan == planLate {
		ask.DeadlineSeconds = 1 + t.rng.IntN(3)
		// Told later than it is: the clock of a life may run behind.
		q.Deadline = time.Now().Add(time.Duration(ask.DeadlineSeconds) * time.Second)
	}
	k.extras(&ask)
	k.params = ask
	return k
}

func contextOf(raw json.RawMessage) string {
	var out struct{ Mark string }
	_ = json.Unmarshal(raw, &out)
	return out.Mark
}

// play does the customer's and the host's part.
func (k *question) play(ctx context.Context) {
	switch k.plan {
	case planAnswer, planTwice, planLate:
		if k.plan == planLate {
			wait(ctx, between(k.rng, 500*time.Millisecond, 3*time.Second))
		}
		if b, ok := k.shown(ctx); ok {
			if k.misses(ctx, b) {
				return
			}
			k.answer(ctx, b)
			if k.plan == planTwice {
				k.answer(ctx, b)
			}
		}
	case planMove:
		wait(ctx, between(k.rng, 0, 300*time.Millisecond))
		k.move(ctx)
	case planCancel:
		wait(ctx, between(k.rng, 0, 300*time.Millisecond))
		k.cancel(ctx)
	case planRace:
		if b, ok := k.shown(ctx); ok {
			done := make(chan struct{})
			h, rng := k.host(), rand.New(rand.NewPCG(k.rng.Uint64(), 1))
			go func() {
				defer close(done)
				k.cancelBy(ctx, h, rng)
			}()
			k.answer(ctx, b)
			<-done
		}
	}
}

// shown waits until the question is seen; false: it ended and never was, or it
// does not come.
func (k *question) shown(ctx context.Context) (found bubble, ok bool) {
	for end := time.Now().Add(patience); ctx.Err() == nil && time.Now().Before(end); {
		changed := k.r.net.changed(k.chat.Phone)
		list, err := k.r.net.bubbles(ctx, k.chat.Phone, k.owner)
		if err != nil {
			return found, false
		}
		for _, b := range list {
			if !b.FromMe && b.Visible && judge.MarkOf(b.Body) == k.q.Mark {
				return b, true
			}
		}
		if k.ended(ctx, 0) {
			return found, false
		}
		select {
		case <-changed:
		case <-ctx.Done():
		case <-time.After(time.Second): // it may have ended
		}
	}
	return found, false
}

// answer taps, types the number or the words, quotes, or types something else.
func (k *question) answer(ctx context.Context, b bubble) {
	act, quote := judge.Act{}, ""
	if k.exact || k.rng.IntN(3) == 0 {
		quote = b.ID
	}
	if k.q.Tries > 0 || k.stops && k.rng.IntN(4) == 0 {
		k.inWords(ctx, quote)
		return
	}
	i := k.rng.IntN(len(k.q.Choices))
	chosen := k.q.Choices[i]
	act.Index = i + 1
	switch way := k.rng.IntN(10); {
	case b.Kind == "poll" && way < 6:
		act.Text, act.ID = chosen.Text, k.vote(ctx, schema.MessageID(b.ID), chosen)
	case len(b.Buttons) > 0 && way < 6:
		act.Text, act.ID = chosen.Text, k.tap(ctx, schema.MessageID(b.ID), chosen)
	case way < 4:
		act.Text = fmt.Sprint(i + 1)
	case way < 6:
		act.Text = fmt.Sprintf(" %d. ", i+1)
	case way < 8:
		act.Text = chosen.Text
	default:
		act.Index, act.Text = 0, fmt.Sprintf("А можно в пятницу? %s", k.q.Mark)
	}
	if act.ID == "" {
		act.ID = k.write(ctx, act.Text, quote)
	}
	k.did(act)
}

func (k *question) did(act judge.Act) {
	if act.ID != "" {
		k.r.ledger.write(func(*judge.Records) { k.q.Acts = append(k.q.Acts, act) })
	}
}

func (k *question) cancel(ctx context.Context) { k.cancelBy(ctx, k.host(), k.rng) }

func (k *question) cancelBy(ctx context.Context, h *host, rng *rand.Rand) {
	reason := "stage " + k.q.Mark
	k.r.ledger.write(func(*judge.Records) { k.q.Cancel = reason })
	k.r.again(ctx, h, rng, call{q: k.q, method: "ask.cancel", params: schema.AskCancelRequest{Line: k.chat.Line, ID: k.q.Key, Reason: reason}})
}

func (k *question) ended(ctx context.Context, limit time.Duration) bool {
	return k.r.ledger.until(ctx.Done(), limit, func() bool { return k.r.ledger.outcomes[k.q.Key] || k.q.Refused != "" })
}

// end waits for the outcome. A deadline that is far by a clock that was wrong is
// not waited for.
func (k *question) end(ctx context.Context) {
	if len(k.q.Acts) == 0 && k.q.Cancel == "" && !k.ended(ctx, patience) && ctx.Err() == nil {
		k.cancel(ctx)
	}
	k.ended(ctx, forever)
}
