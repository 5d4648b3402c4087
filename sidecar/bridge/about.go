package bridge

import (
	"context"
	"errors"
	"time"

	"github.com/nodeline/nodeline/schema"
)

// about is what a message does to the one that it points at.
type about struct {
	ref schema.MessageRef
	// make gives the content once the target is known.
	make func(Target) Content
	own  bool // only the line's own messages will do
	text bool // only texts will do
	// within is how long after it was sent WhatsApp takes it, late what it fails with
	// then; 0: as long as one likes.
	within time.Duration
	late   schema.Code
}

// MessageReact implements API.
func (b *Bridge) MessageReact(ctx context.Context, c Caller, r schema.MessageReactRequest) (schema.SendResult, error) {
	plain := r
	plain.Message, plain.Priority = plainRef(r.Message), plainPriority(r.Priority)
	return b.sendAbout(ctx, c, "react", plain, draft{line: r.Line, key: r.Key, priority: r.Priority, expires: seconds(r.TimeLimit), about: &about{ref: *r.Message,
		make: func(t Target) Content { return Content{Reaction: &Reaction{Target: t, Emoji: r.Emoji}} }}})
}

// MessageEdit implements API.
func (b *Bridge) MessageEdit(ctx context.Context, c Caller, r schema.MessageEditRequest) (schema.SendResult, error) {
	plain := r
	plain.Message, plain.Priority = plainRef(r.Message), plainPriority(r.Priority)
	return b.sendAbout(ctx, c, "edit", plain, draft{line: r.Line, key: r.Key, priority: r.Priority, expires: seconds(r.TimeLimit), about: &about{ref: *r.Message,
		make: func(t Target) Content { return Content{Edit: &Edit{Target: t, Text: r.Text}} },
		own:  true, text: true, within: seconds(schema.EditMaxSeconds), late: schema.CodeEditTooLate}})
}

// MessageDelete implements API.
func (b *Bridge) MessageDelete(ctx context.Context, c Caller, r schema.MessageDeleteRequest) (schema.SendResult, error) {
	plain := r
	plain.Message, plain.Priority = plainRef(r.Message), plainPriority(r.Priority)
	return b.sendAbout(ctx, c, "delete", plain, draft{line: r.Line, key: r.Key, priority: r.Priority, expires: seconds(r.TimeLimit), about: &about{ref: *r.Message,
		make: func(t Target) Content { return Content{Revoke: &Revoke{Target: t}} },
		own:  true, within: seconds(schema.DeleteMaxSeconds), late: schema.CodeDeleteTooLate}})
}

// MessageForward implements API.
func (b *Bridge) MessageForward(ctx context.Context, c Caller, r schema.MessageForwardRequest) (schema.SendResult, error) {
	plain := r
	plain.Message, plain.Priority = plainRef(r.Message), plainPriority(r.Priority)
	return b.sendAbout(ctx, c, "forward", plain, draft{line: r.Line, key: r.Key, chat: r.Chat, forward: r.Message, priority: r.Priority, expires: seconds(r.TimeLimit)})
}

func (b *Bridge) sendAbout(ctx context.Context, c Caller, what string, plain any, d draft) (schema.SendResult, error) {
	hash, err := hashOf(what, plain)
	if err != nil {
		return schema.SendResult{}, b.fail(what+" message", c.Lang, err)
	}
	d.hash = hash
	return b.sendOne(ctx, c, d)
}

// aim finds the message that a draft is about: its chat is the draft's, and its
// content is made for it.
func (b *Bridge) aim(ctx context.Context, lang schema.Lang, d *draft) error {
	a := d.about
	found, err := b.refer(ctx, d.line, lang, "message", a.ref)
	if err == nil {
		err = b.pointable(found, lang, "message")
	}
	if err != nil {
		return err
	}
	code := schema.Code("")
	target, at := found.target()
	if a.within > 0 && !at.IsZero() {
		target.Until, target.Late = at.Add(a.within), a.late
	}
	switch {
	case a.own && !found.fromMe():
		code = schema.CodeNotOwn
	case a.text && !b.isText(found):
		code = schema.CodeUnfit
	case target.late(b.now()):
		code = a.late
	case target.Key == "" && target.Chat == "":
		code = schema.CodeTargetNotSent // taken back before its chat was found
	}
	if code != "" {
		e := schema.NewError(code, lang, nil)
		e.Field = "message"
		return e
	}
	to := found.to()
	d.to, d.content = &to, a.make(target)
	return nil
}

// isText reports whether a message is words alone, so that other words can replace them.
func (b *Bridge) isText(r referred) bool {
	if r.own == nil {
		return r.came.Kind == schema.ContentText
	}
	return r.own.Rendering == "" && b.sessions.Kind(r.own.Payload) == schema.ContentText
}

// target is the message as another one points at it, and when it was sent, if it was.
func (r referred) target() (Target, time.Time) {
	if r.own == nil {
		return Target{ID: r.came.ID, Chat: r.came.Chat.JID, From: r.came.From.JID, FromMe: r.came.FromMe}, r.came.At
	}
	return targetOf(*r.own)
}

func targetOf(m MessageRecord) (Target, time.Time) {
	if !m.Settled {
		return Target{Key: m.Key, FromMe: true}, time.Time{}
	}
	at := m.SentAt
	if at.IsZero() {
		at = m.StatusAt
	}
	return Target{ID: m.ID, Chat: m.Chat.JID, FromMe: true}, at
}

// late reports whether WhatsApp would not take the change any more.
func (t Target) late(now time.Time) bool { return !t.Until.IsZero() && now.After(t.Until) }

// forwarded are the kinds that can be sent on as they are.
var forwarded = map[schema.ContentKind]bool{
	schema.ContentText: true, schema.ContentLocation: true, schema.ContentContact: true, schema.ContentImage: true, schema.ContentVideo: true,
	schema.ContentAudio: true, schema.ContentVoice: true, schema.ContentDocument: true, schema.ContentSticker: true,
}

// forward makes a draft's content of the message that it sends on.
func (b *Bridge) forward(ctx context.Context, lang schema.Lang, d *draft) error {
	found, err := b.refer(ctx, d.line, lang, "message", *d.forward)
	if err == nil {
		err = b.pointable(found, lang, "message")
	}
	if err != nil {
		return err
	}
	if own := found.own; own != nil && own.Stage != "" {
		// Its bytes are not there yet: this one goes the same way to them.
		media := *own.Content.Media
		media.Field = "message"
		d.content, d.stage, d.file = Content{Body: own.Content.Body, Media: &media, Forwarded: &Forwarded{}}, own.Stage, own.File
		return nil
	}
	payload := found.payload
	if found.own != nil {
		payload = found.own.Payload
	}
	switch {
	case payload == nil && found.came != nil && found.came.Text != "":
		d.content = Content{Body: found.came.Text, Forwarded: &Forwarded{}}
	case len(payload) > 0 && forwarded[b.sessions.Kind(payload)]:
		d.content = Content{Forwarded: &Forwarded{Payload: payload}}
	default:
		e := schema.NewError(schema.CodeUnfit, lang, nil)
		e.Field = "message"
		return e
	}
	return nil
}

var errTargetWaits = errors.New("the message that this one is about waits itself")

// bind makes the bytes of a message whose target had not gone when it was accepted,
// and looks whether WhatsApp still takes it. tried: it may have gone before.
func (o *owner) bind(ctx context.Context, p *pending, m MessageRecord, tried bool) (MessageRecord, verdict) {
	t := m.Content.target()
	if t == nil {
		return m, verdict{}
	}
	fail := func(code schema.Code) verdict { return verdict{err: errState(code), certain: true} }
	if t.Key == "" || len(m.Payload) > 0 {
		if !tried && t.late(o.b.now()) {
			return m, fail(t.Late)
		}
		return m, verdict{}
	}
	later := verdict{err: errTargetWaits, certain: true, retry: true}
	// It stands before this one in the chat, so at most its end is still being written.
	if !o.until(ctx, o.b.timing.ReceiptWait, func() bool { return o.live[t.Key] == nil || o.live[t.Key].chat != nil }) {
		return m, later
	}
	row, err := o.row(t.Key)
	switch {
	case err != nil:
		return m, verdict{err: err, certain: true, retry: true}
	case row.Key == "" || row.Status == schema.StatusFailed:
		return m, fail(schema.CodeTargetNotSent)
	case !row.Settled:
		return m, later
	}
	bound, at := targetOf(row)
	bound.Late, bound.Until = lateness(m.Content, at)
	if bound.late(o.b.now()) {
		return m, fail(bound.Late)
	}
	payload, err := o.b.sessions.Encode(m.Content.aimed(bound))
	if err != nil {
		return m, verdict{err: err, certain: true}
	}
	m.Payload, m.Chat = payload, row.Chat
	if err := o.change(p, func(r *MessageRecord) { r.Payload, r.Chat = m.Payload, m.Chat }); err != nil {
		return m, verdict{err: err, certain: true, retry: true}
	}
	return m, verdict{}
}

// lateness says until when WhatsApp takes a change of a message that was sent at a moment.
func lateness(c Content, sent time.Time) (schema.Code, time.Time) {
	switch {
	case c.Edit != nil:
		return schema.CodeEditTooLate, sent.Add(seconds(schema.EditMaxSeconds))
	case c.Revoke != nil:
		return schema.CodeDeleteTooLate, sent.Add(seconds(schema.DeleteMaxSeconds))
	}
	return "", time.Time{}
}
