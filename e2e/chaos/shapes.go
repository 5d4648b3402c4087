package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/nodeline/nodeline/e2e/chaos/judge"
	"github.com/nodeline/nodeline/schema"
)

// What a question has beside its buttons, and how it stands to the one before it.

const stopWord = "стоп"

// shape gives a question buttons, rows, options, or a number to answer with.
func (k *question) shape(ask *schema.AskRequest) {
	switch k.rng.IntN(8) {
	case 0:
		for _, b := range k.q.Choices {
			ask.Rows = append(ask.Rows, schema.ListRow{ID: b.ID, Text: b.Text})
		}
	case 1:
		for _, b := range k.q.Choices {
			ask.Options = append(ask.Options, schema.PollOption(b))
		}
	case 2:
		k.q.Choices, k.q.Tries, k.q.Asides[judge.Again] = nil, 2+k.rng.IntN(2), true
		ask.Rendering = ""
		ask.Answer = &schema.AnswerRule{Kind: schema.AnswerNumber, Tries: k.q.Tries, RetryText: fmt.Sprintf("Напишите числом <%s~%s>", k.q.Mark, judge.Again)}
	default:
		ask.Buttons = k.q.Choices
	}
}

// extras gives some questions a reminder, a word that cancels, or an item.
func (k *question) extras(ask *schema.AskRequest) {
	if k.rng.IntN(6) == 0 && ask.DeadlineSeconds == 0 {
		k.q.Asides["reminder"] = true
		ask.Reminders = []schema.Reminder{{AfterSeconds: 1 + k.rng.IntN(2), Text: fmt.Sprintf("Ждём ответа <%s~reminder>", k.q.Mark)}}
	}
	if k.stops = k.rng.IntN(4) == 0; k.stops {
		ask.CancelWords = []string{stopWord}
	}
	if k.plan == planMove {
		ask.Kind, ask.Item, ask.Stage = schema.AskRobot, k.q.Mark, "new"
	}
}

// misses has the customer give answers that do not fit, each after the one before
// was asked again; over: as many as are read.
func (k *question) misses(ctx context.Context, b bubble) (over bool) {
	if k.q.Tries == 0 {
		return false
	}
	count := k.rng.IntN(k.q.Tries + 1)
	for n := range count {
		quote := ""
		if k.exact {
			quote = b.ID
		}
		text := fmt.Sprintf("много %d", n)
		k.did(judge.Act{Text: text, ID: k.write(ctx, text, quote)})
		if n+1 < k.q.Tries {
			k.askedAgain(ctx, n+1)
		}
	}
	return count == k.q.Tries
}

// askedAgain waits until the question was asked again so often, or has ended.
func (k *question) askedAgain(ctx context.Context, times int) {
	for end := time.Now().Add(patience); ctx.Err() == nil && time.Now().Before(end) && !k.ended(ctx, 0); {
		changed := k.r.net.changed(k.chat.Phone)
		if k.count(ctx, k.q.Mark+"~"+judge.Again) >= times {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
		case <-time.After(time.Second): // it may have ended
		}
	}
}

// count is how many bubbles of the customer carry a mark.
func (t *talk) count(ctx context.Context, mark string) (n int) {
	list, err := t.r.net.bubbles(ctx, t.chat.Phone, t.owner)
	if err != nil {
		return 0
	}
	for _, b := range list {
		if !b.FromMe && b.Visible && judge.MarkOf(b.Body) == mark {
			n++
		}
	}
	return n
}

// inWords types an answer that fits, or the word that cancels.
func (k *question) inWords(ctx context.Context, quote string) {
	act := judge.Act{Text: strconv.Itoa(1 + k.rng.IntN(999)), Fits: true}
	if k.stops && (k.q.Tries == 0 || k.rng.IntN(3) == 0) {
		act = judge.Act{Text: stopWord, Stops: true}
	}
	act.ID = k.write(ctx, act.Text, quote)
	k.did(act)
}

// move tells that the question's item stands at another stage.
func (k *question) move(ctx context.Context) {
	k.r.ledger.write(func(*judge.Records) { k.q.Cancel = schema.ReasonMoved })
	h, rng := k.host(), rand.New(rand.NewPCG(k.rng.Uint64(), 1))
	for k.r.alive(ctx) {
		bound, cancel := context.WithTimeout(ctx, k.r.temper(rng))
		err := h.call(bound, "item.moved", schema.ItemMovedRequest{Line: k.chat.Line, Item: k.q.Mark, Stage: "won"}, nil)
		cancel()
		if err == nil {
			return
		}
		wait(ctx, between(rng, 0, 50*time.Millisecond))
	}
}

// follow asks a question while another is open: it takes that one's place, or waits for its end.
func (t *talk) follow(ctx context.Context) {
	if !t.quiet(ctx) {
		return
	}
	how := []schema.Supersede{schema.SupersedeQueue, schema.SupersedeReplace}[t.rng.IntN(2)]
	first, second := t.question(planAnswer, false, ""), t.question(planAnswer, false, how)
	t.r.insist(ctx, t.host(), t.rng, first.call)
	if how == schema.SupersedeReplace {
		wait(ctx, between(t.rng, 0, 300*time.Millisecond))
		t.r.ledger.write(func(*judge.Records) { first.q.Cancel = schema.ReasonReplaced })
	} else {
		second.q.Behind = first.q
	}
	t.r.insist(ctx, t.host(), t.rng, second.call)
	if how == schema.SupersedeQueue {
		if _, ok := first.shown(ctx); ok && t.count(ctx, second.q.Mark) > 0 {
			t.r.ledger.write(func(*judge.Records) { second.q.Early = true })
		}
		first.play(ctx)
	}
	first.end(ctx)
	second.play(ctx)
	second.end(ctx)
}
