package main

import (
	"context"
	"fmt"
	"time"

	"github.com/nodeline/nodeline/e2e/chaos/judge"
	"github.com/nodeline/nodeline/schema"
)

// How hosts change what they have sent, and send on what came.

var emoji = []string{"👍", "❤️", "😀", "🙏", "🎉", "🔥", "👏", "😢"}

// changes sends a text and changes it some times, one after the other, at last with
// a deletion in every third round.
func (t *talk) changes(ctx context.Context) {
	text := t.next(judge.Text)
	t.r.insist(ctx, t.host(), t.rng, call{q: text, method: "message.sendText", params: schema.SendTextRequest{Line: t.chat.Line, Key: text.Key, Chat: t.chat.Phone,
		Text: fmt.Sprintf("Ждём вас <%s>", text.Mark)}})
	for n := range 1 + t.rng.IntN(5) {
		if t.rng.IntN(2) == 0 {
			t.change(ctx, text, judge.Edit, fmt.Sprintf("Ждём вас <%s>, исправлено %d", text.Mark, n))
			continue
		}
		t.change(ctx, text, judge.React, emoji[n])
	}
	switch t.rng.IntN(6) {
	case 0, 1:
		t.change(ctx, text, judge.Delete, "")
	case 2:
		t.change(ctx, text, judge.React, "")
	}
}

// change makes one.
func (t *talk) change(ctx context.Context, target *judge.Request, kind judge.Kind, says string) {
	q := t.next(kind)
	q.Target, q.Says = target, says
	ref := &schema.MessageRef{Key: target.Key}
	c := call{q: q}
	switch kind {
	case judge.Edit:
		c.method, c.params = "message.edit", schema.MessageEditRequest{Line: q.Line, Key: q.Key, Message: ref, Text: says, Priority: t.priority(q)}
	case judge.React:
		c.method, c.params = "message.react", schema.MessageReactRequest{Line: q.Line, Key: q.Key, Message: ref, Emoji: says, Priority: t.priority(q)}
	case judge.Delete:
		c.method, c.params = "message.delete", schema.MessageDeleteRequest{Line: q.Line, Key: q.Key, Message: ref, Priority: t.priority(q)}
	}
	t.r.insist(ctx, t.host(), t.rng, c)
	t.settled(ctx, q)
}

// settling is how long a change is waited for: its message may have failed.
const settling = 3 * time.Second

// settled waits until the phone shows a change: a copy of one that it could not read
// may come after the next one.
func (t *talk) settled(ctx context.Context, q *judge.Request) {
	for end := time.Now().Add(settling); q.Refused == "" && ctx.Err() == nil && time.Now().Before(end); {
		changed := t.r.net.changed(t.chat.Phone)
		list, err := t.r.net.bubbles(ctx, t.chat.Phone, t.owner)
		if err != nil {
			return
		}
		shows := q.Kind == judge.Delete // the last one
		for _, b := range list {
			shows = shows || !b.FromMe && (q.Kind == judge.Edit && b.Body == q.Says || q.Kind == judge.React && judge.MarkOf(b.Body) == q.Target.Mark && b.reaction(t.owner) == q.Says)
		}
		if shows {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
		case <-time.After(time.Second): // it may have failed
		}
	}
}

// forward has the customer write, and a host send that back as a forwarded message.
func (t *talk) forward(ctx context.Context) {
	q := t.next(judge.Text)
	id := t.write(ctx, fmt.Sprintf("Перешлите <%s>", q.Mark), "")
	if id == "" || !t.quiet(ctx) {
		return
	}
	t.r.insist(ctx, t.host(), t.rng, call{q: q, method: "message.forward", params: schema.MessageForwardRequest{Line: q.Line, Key: q.Key, Chat: q.Phone,
		Message: &schema.MessageRef{MessageID: id, From: &schema.RefAddress{Phone: q.Phone}}, Priority: t.priority(q)}})
}
