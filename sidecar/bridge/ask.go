package bridge

import (
	"cmp"
	"context"
	"strconv"

	"github.com/nodeline/nodeline/schema"
)

// Ask implements API.
func (b *Bridge) Ask(ctx context.Context, c Caller, r schema.AskRequest) (schema.Ask, error) {
	o, err := b.owner(r.Line, c.Lang)
	if err != nil {
		return schema.Ask{}, err
	}
	if err := b.checkReply(r.Reply, c.Lang); err != nil {
		return schema.Ask{}, err
	}
	persons, err := askedPersons(o.line(), r, c.Lang)
	if err != nil {
		return schema.Ask{}, err
	}
	if err := checkAnswer(r.Answer, c.Lang); err != nil {
		return schema.Ask{}, err
	}
	if err := checkItem(r, c.Lang); err != nil {
		return schema.Ask{}, err
	}
	hash, err := hashOf("ask", plainAsk(r))
	if err != nil {
		return schema.Ask{}, b.fail("ask", c.Lang, err)
	}
	deadline := r.DeadlineSeconds
	if deadline == 0 {
		deadline = schema.DeadlineDefaultSeconds
	}
	at := b.now()
	d := draft{line: r.Line, key: r.ID, chat: r.Chat, hash: hash, priority: r.Priority, expires: seconds(r.TimeLimit),
		content: asked(r, c.Lang), wish: wish{rendering: r.Rendering, call: r.Renderings}, quote: r.Quote, mentions: r.Mentions}
	d.ask = &AskRecord{Line: r.Line, ID: r.ID, Buttons: d.content.Buttons, Persons: persons, Item: r.Item, Terms: termsOf(r), State: schema.AskSending, Lang: c.Lang,
		Deadline: at.Add(seconds(deadline)), Reminders: plan(r.Reminders, at), Reply: r.Reply, Context: r.Context}
	if r.Template != nil {
		d.template = &templateUse{TemplateUse: *r.Template, choices: r.Answer == nil}
	}
	m, err := b.accept(ctx, o, c.Lang, d)
	if err != nil {
		return schema.Ask{}, b.fail("accept ask", c.Lang, err)
	}
	b.firstTry(ctx, o, m)
	// Committed by now: whatever happens is the ask's outcome, not the call's error.
	return b.getAsk(context.WithoutCancel(ctx), o, r.Line, r.ID, c.Lang)
}

// plainAsk is an ask as hashOf wants it. The context is carried and not read: it
// does not make another request.
func plainAsk(r schema.AskRequest) schema.AskRequest {
	r.Context, r.Priority, r.Quote = nil, plainPriority(r.Priority), plainRef(r.Quote)
	if r.AnswerFrom == schema.AnswerAnyone {
		r.AnswerFrom = ""
	}
	if r.Kind == schema.AskActivity {
		r.Kind = ""
	}
	if r.Supersede == schema.SupersedeParallel {
		r.Supersede = ""
	}
	return r
}

// AskGet implements API.
func (b *Bridge) AskGet(ctx context.Context, c Caller, r schema.AskGetRequest) (schema.Ask, error) {
	o, err := b.owner(r.Line, c.Lang)
	if err != nil {
		return schema.Ask{}, err
	}
	return b.getAsk(ctx, o, r.Line, r.ID, c.Lang)
}

func (b *Bridge) getAsk(ctx context.Context, o *owner, line schema.LineID, id schema.Key, lang schema.Lang) (schema.Ask, error) {
	var (
		a  AskRecord
		ok bool
	)
	err := b.store.Read(ctx, func(v View) (err error) {
		a, ok, err = v.Ask(line, id)
		return err
	})
	if err != nil {
		return schema.Ask{}, b.fail("get ask", lang, err)
	}
	if !ok {
		return schema.Ask{}, schema.NewError(schema.CodeAskNotFound, lang, nil)
	}
	return askOf(a, o, lang), nil
}

// AskList implements API.
func (b *Bridge) AskList(ctx context.Context, c Caller, r schema.AskListRequest) (schema.AskListResult, error) {
	o, err := b.owner(r.Line, c.Lang)
	if err != nil {
		return schema.AskListResult{}, err
	}
	before, err := pageBefore(r.Before, c.Lang)
	if err != nil {
		return schema.AskListResult{}, err
	}
	filter := AskFilter{State: r.State, Node: r.Node, Item: r.Item, Before: before, Count: pageSize(r.Count) + 1}
	if r.Chat != "" {
		if filter.Phones, filter.Chat, err = readChat(r.Chat, regionOf(o.line())); err != nil {
			return schema.AskListResult{}, invalidPhone("chat", c.Lang, err)
		}
	}
	var asks []AskRecord
	err = b.store.Read(ctx, func(v View) (err error) {
		asks, err = v.Asks(r.Line, filter)
		return err
	})
	if err != nil {
		return schema.AskListResult{}, b.fail("list asks", c.Lang, err)
	}
	out := schema.AskListResult{Asks: []schema.Ask{}}
	if count := filter.Count - 1; len(asks) > count {
		asks = asks[:count]
		out.Next = strconv.FormatInt(asks[count-1].Message.Seq, 10)
	}
	for _, a := range asks {
		out.Asks = append(out.Asks, askOf(a, o, c.Lang))
	}
	return out, nil
}

// pageBefore reads where a page continues, 0: from the newest.
func pageBefore(s string, lang schema.Lang) (before int64, err error) {
	if s == "" {
		return 0, nil
	}
	if before, err = strconv.ParseInt(s, 10, 64); err != nil || before < 1 {
		return 0, invalidField("before", schema.Text{En: "pass the next of the page before, unchanged.",
			Ru: "передайте next предыдущей страницы без изменений."}, "page", schema.Text{En: "Page", Ru: "Страница"}, lang)
	}
	return before, nil
}

// pageSize is the count of a page, 50 where none was asked for.
func pageSize(count int) int {
	if count <= 0 {
		return 50
	}
	return count
}

// AskCancel implements API.
func (b *Bridge) AskCancel(ctx context.Context, c Caller, r schema.AskCancelRequest) (schema.Ask, error) {
	o, err := b.owner(r.Line, c.Lang)
	if err != nil {
		return schema.Ask{}, err
	}
	held := &holds{o: o}
	defer held.release()
	held.take(r.ID)
	found := false
	err = b.store.Write(ctx, func(tx Tx) error {
		a, ok, err := tx.Ask(r.Line, r.ID)
		found = ok
		if err != nil || !ok {
			return err
		}
		_, err = b.finish(tx, a, schema.Outcome{Kind: schema.OutcomeCancelled, Reason: r.Reason}, held)
		return err
	})
	if err != nil {
		return schema.Ask{}, b.fail("cancel ask", c.Lang, err)
	}
	if !found {
		return schema.Ask{}, schema.NewError(schema.CodeAskNotFound, c.Lang, nil)
	}
	return b.getAsk(context.WithoutCancel(ctx), o, r.Line, r.ID, c.Lang)
}

// askOf shows an ask. o nil: its line is going away.
func askOf(a AskRecord, o *owner, lang schema.Lang) schema.Ask {
	m := a.Message
	out := schema.Ask{ID: a.ID, Line: a.Line, Chat: cmp.Or(a.Chat, shownChat(m)), State: a.State, MessageID: a.MessageID, Status: m.Status, Timestamp: m.StatusAt,
		Rendering: m.Rendering, Reason: m.Reason.in(lang), Buttons: a.Buttons, CreatedAt: a.Created, Deadline: a.Deadline, Reminders: remindersOf(a, o),
		Misses: a.Misses, Item: a.Item, Stage: a.Terms.Stage, Kind: a.Terms.Kind, Reply: shownReply(a.Reply)}
	if o != nil {
		out.Status, out.WaitsFor = o.shown(m), o.waitsOf(m, lang)
	}
	out.Note, out.UndeliveredAt = noteOf(out.Status, m.Undelivered, lang), undeliveredAt(m)
	out.Warning, out.WarningText = m.Warning, warningText(m.Warning, lang)
	if a.Outcome != nil {
		outcome := *a.Outcome
		if e := outcome.Error; e != nil {
			outcome.Error = inLang(e, lang)
		}
		out.Outcome = &outcome
	}
	return out
}

// stateOf is the state that an outcome leaves an ask in.
func stateOf(kind schema.OutcomeKind) schema.AskState {
	switch kind {
	case schema.OutcomeNoAnswer:
		return schema.AskNoAnswer
	case schema.OutcomeCancelled:
		return schema.AskCancelled
	case schema.OutcomeError:
		return schema.AskFailed
	}
	return schema.AskAnswered
}

// finish gives an ask its outcome, if it has none; ended is false for one that
// has. Outcome and delivery are one commit. Without an answer, a message that is
// still to be sent is taken back: as failed if it is held and so has surely not gone.
// Reminders and repeated questions that are still to be sent are taken back in any case.
func (b *Bridge) finish(tx Tx, a AskRecord, out schema.Outcome, held *holds) (ended bool, err error) {
	a, ok, err := tx.Ask(a.Line, a.ID)
	if err != nil || !ok || a.State.Final() {
		return false, err
	}
	out.At = b.now()
	out.Undelivered = out.Kind == schema.OutcomeNoAnswer && rank(a.Message.Status) < rank(schema.StatusDelivered)
	a.State, a.Outcome = stateOf(out.Kind), &out
	a.skipReminders()
	if err := tx.UpdateAsk(a); err != nil {
		return false, err
	}
	if !a.Message.Settled && out.Answer == nil {
		if err := b.takeBack(tx, a.Message, held.take(a.ID), schema.CodeAskEnded); err != nil {
			return false, err
		}
	}
	for _, r := range a.Reminders {
		if r.State == schema.ReminderQueued && !r.Message.Settled {
			if err := b.takeBack(tx, r.Message, held.take(r.Message.Key), schema.CodeAskEnded); err != nil {
				return false, err
			}
		}
	}
	if err := b.takeBackRepeats(tx, a, held); err != nil {
		return false, err
	}
	if err := b.giveTurn(tx, a); err != nil {
		return false, err
	}
	if a.Reply == nil {
		return true, nil
	}
	if a, _, err = tx.Ask(a.Line, a.ID); err != nil {
		return false, err
	}
	return true, b.deliverOutcome(tx, a, out.At)
}

// moveAsk has an ask follow its message: id and chat as they became known, waiting
// once it is sent, the outcome error once it surely cannot be.
func (b *Bridge) moveAsk(tx Tx, m MessageRecord) error {
	a, ok, err := tx.Ask(m.Line, m.Key)
	if err != nil || !ok {
		return err
	}
	before := a
	a.MessageID, a.Chat = m.ID, m.Chat
	if a.State.Final() {
		// Answered while it was sent: a late tap still finds it by the id that went out.
		if a.MessageID == before.MessageID && a.Chat == before.Chat {
			return nil
		}
		return tx.UpdateAsk(a)
	}
	if m.Settled && m.Status != schema.StatusFailed && a.State == schema.AskSending {
		a.State, a.Asked = schema.AskWaiting, b.now()
	}
	if err := tx.UpdateAsk(a); err != nil {
		return err
	}
	if m.Status == schema.StatusFailed {
		_, err = b.finish(tx, a, schema.Outcome{Kind: schema.OutcomeError, Error: errorOf(m, a.Lang)}, nil)
	}
	return err
}
