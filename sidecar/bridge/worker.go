package bridge

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/nodeline/nodeline/schema"
)

// beginMax is how many messages are marked as begun by one commit.
const beginMax = 32

// run sends the line's messages, one at a time; doc.go draws it.
func (o *owner) run() {
	defer close(o.done)
	for {
		p := o.next()
		if p == nil {
			return
		}
		o.work(p)
		o.mu.Lock()
		if c := p.chat; c != nil {
			c.trying = nil
			o.place(c)
		}
		o.mu.Unlock()
	}
}

// next waits for the message whose turn it is, and marks its chat so; nil
// when the line ends. What cannot go any more fails here.
func (o *owner) next() *pending {
	for {
		o.mu.Lock()
		state, news := o.rec.State, o.news
		p, wake := o.pick(time.Now())
		o.mu.Unlock()
		switch {
		case o.ctx.Err() != nil:
			return nil
		case p != nil:
			return p
		case !state.Linked():
			if o.failAll(stateError(state)) {
				continue
			}
		}
		if !o.rest(news, wake) {
			return nil
		}
	}
}

// rest waits for news, at most until wake (zero: without end); false when the line ends.
func (o *owner) rest(news <-chan struct{}, wake time.Time) bool {
	var alarm <-chan time.Time
	if !wake.IsZero() {
		timer := time.NewTimer(time.Until(wake))
		defer timer.Stop()
		alarm = timer.C
	}
	select {
	case <-news:
	case <-alarm:
	case <-o.ctx.Done():
		return false
	}
	return true
}

// pick gives the message to try now, or when to look again (zero: at the next
// news). The caller holds mu.
func (o *owner) pick(now time.Time) (p *pending, wake time.Time) {
	if o.rec.State != schema.LineConnected || !o.rec.PausedAt.IsZero() {
		return nil, wake
	}
	waiting := &o.chats.waiting
	for waiting.Len() > 0 && !waiting.list[0].at.After(now) {
		o.place(waiting.list[0])
	}
	if o.brake.After(now) {
		return nil, o.brake
	}
	c, wake := o.chats.choose(now, o.pace.lineOpen())
	if c == nil {
		if waiting.Len() > 0 && (wake.IsZero() || waiting.list[0].at.Before(wake)) {
			wake = waiting.list[0].at
		}
		return nil, wake
	}
	c.trying = c.queue[0]
	o.chats.park(c)
	return c.trying, wake
}

// work makes one try of a message and acts on how it ended.
func (o *owner) work(p *pending) {
	o.mu.Lock()
	over := p.rec.expired(o.b.now())
	o.mu.Unlock()
	if over {
		if _, err := o.b.endExpired(o, o.b.now()); err != nil {
			o.b.log.Error("end expired messages", "line", o.id, "error", err)
			o.again(p, verdict{err: err, certain: true, retry: true})
		}
		return
	}
	if !o.begun(p) {
		return
	}
	turns := o.turned()
	v, made := o.try(p)
	if !made {
		return // it is being taken back, or was, or is to be
	}
	if o.ctx.Err() != nil && v.err != nil {
		return // stored as it was: the next life tries again under the same id
	}
	o.mu.Lock()
	if v.err == nil {
		o.slack = 0
	}
	// A line that comes and goes is waited for without end; one that stays
	// connected and cannot send is not.
	if p.tries++; errors.Is(v.err, ErrOffline) && o.turns != turns {
		p.tries = 0
	}
	over = !v.again() || p.tries >= o.b.timing.Tries || p.rec.Settled || p.cancelled
	if v.certain && p.cancelled {
		v.err = errState(schema.CodeCancelled)
	}
	o.mu.Unlock()
	if over {
		o.settle(p, v)
		return
	}
	o.again(p, v)
}

// begun has it on disk that a message may have gone from here on. Most have that
// from their first commit; of the others the ones that may go next share one.
func (o *owner) begun(p *pending) bool {
	o.mu.Lock()
	if p.rec.Begun {
		o.mu.Unlock()
		return true
	}
	list := []*pending{p}
	for k := range o.chats.ready {
		for _, c := range o.chats.ready[k].list {
			if len(list) < beginMax && !c.queue[0].rec.Begun && !o.pace.on {
				list = append(list, c.queue[0])
			}
		}
	}
	keys := make([]schema.Key, len(list))
	for i, q := range list {
		keys[i] = q.key
	}
	o.mu.Unlock()
	err := o.b.store.Write(context.WithoutCancel(o.ctx), func(tx Tx) error {
		tx.AfterCommit(func() {
			o.mu.Lock()
			defer o.mu.Unlock()
			for _, q := range list {
				q.rec.Begun = true
			}
		})
		return tx.Begin(o.id, keys)
	})
	if err != nil {
		o.b.log.Error("begin messages", "line", o.id, "error", err)
		o.again(p, verdict{err: err, certain: true, retry: true})
	}
	return err == nil
}

// verdict is the end of one try.
type verdict struct {
	err     error // nil: sent
	certain bool  // with err: surely not sent
	retry   bool  // with certain: it can help to try again
	server  int
	at      time.Time
}

// doubt: it may have gone.
func (v verdict) doubt() bool { return v.err != nil && !v.certain }

func (v verdict) again() bool { return v.err != nil && (!v.certain || v.retry) }

// try makes one try and keeps what is known of it up to date. It is not made
// where the message was held or settled meanwhile.
func (o *owner) try(p *pending) (v verdict, made bool) {
	ctx, cancel := context.WithTimeout(o.ctx, o.b.timing.Try)
	defer cancel()
	o.mu.Lock()
	m, tried := p.rec, p.tried
	p.trying = true
	o.mu.Unlock()
	v, made = o.attempt(ctx, p, m, tried)
	o.mu.Lock()
	p.trying = false
	p.tried = tried || made && (v.err == nil || v.doubt())
	o.mu.Unlock()
	return v, made
}

// attempt finds the chat if that is still to do, and sends. tried: it may have
// gone before.
func (o *owner) attempt(ctx context.Context, p *pending, m MessageRecord, tried bool) (v verdict, made bool) {
	var err error
	if p.light {
		row, err := o.row(m.Key)
		if err != nil {
			return verdict{err: err, certain: true, retry: true}, true
		}
		m = row
	}
	if m, v = o.bind(ctx, p, m, tried); v.err != nil {
		return v, true
	}
	if m.Chat.JID == "" {
		chat, v := o.resolve(ctx, m.Phones)
		if v.err != nil {
			return v, true
		}
		m.Chat = chat
		if err := o.change(p, func(row *MessageRecord) { row.Chat = chat }); err != nil {
			return verdict{err: err, certain: true, retry: true}, true
		}
	}
	if v = o.admitAgain(ctx, p, m, tried); v.err != nil {
		return v, true
	}
	if !o.begin(p) {
		return verdict{}, false
	}
	v = o.hand(ctx, m)
	if v.nobody() {
		if found, ok := o.findAgain(ctx, p, m); ok {
			m, v = found, o.hand(ctx, found)
		}
	}
	for v.err != nil && v.certain && refusesForm(v.server) {
		next, why, ok := below(m)
		if !ok || tried && o.unwanted(p) {
			break
		}
		if m, err = o.stepDown(p, m, next, why, tried); err != nil {
			return verdict{err: err, certain: true, retry: true}, true
		}
		if o.unwanted(p) {
			return v, true
		}
		v = o.hand(ctx, m)
	}
	return v, true
}

func (o *owner) hand(ctx context.Context, m MessageRecord) verdict {
	sent, err := o.b.sessions.Send(ctx, o.id, Outgoing{ID: m.ID, To: m.Chat.JID, Payload: m.Payload, Rendering: m.Rendering})
	return judge(sent, err)
}

func judge(sent Sent, err error) verdict {
	if err == nil {
		return verdict{at: sent.At}
	}
	if known, ok := errors.AsType[*SendError](err); ok {
		return verdict{err: err, certain: known.Certain, retry: known.Retry, server: known.Server}
	}
	// An error that does not say whether the message went may mean that it did.
	return verdict{err: err}
}

// resolve finds the first phone that is on WhatsApp. Nothing has been sent yet,
// so every failure is certain.
func (o *owner) resolve(ctx context.Context, phones []string) (schema.Address, verdict) {
	found, err := o.b.check(ctx, o, phones)
	if err != nil {
		v := verdict{err: err, certain: true, retry: true}
		if known, ok := errors.AsType[*SendError](err); ok {
			v.retry, v.server = known.Retry || known.Server == 429, known.Server
		} else if errors.Is(err, ErrNotLinked) || errors.Is(err, ErrNotOnWhatsApp) {
			v.retry = false
		}
		return schema.Address{}, v
	}
	for _, f := range found {
		if f.Contact.Exists {
			return f.Contact.Address, verdict{}
		}
	}
	return schema.Address{}, verdict{err: ErrNotOnWhatsApp, certain: true}
}

// row reads a message whole.
func (o *owner) row(key schema.Key) (m MessageRecord, err error) {
	err = o.b.store.Read(o.ctx, func(v View) (err error) {
		m, _, err = v.Message(o.id, key)
		return err
	})
	return m, err
}

// again has a message wait for its next try, and its chat with it. What would fail
// for any message holds back the line.
func (o *owner) again(p *pending, v verdict) {
	if v.doubt() {
		err := o.change(p, func(m *MessageRecord) {
			m.Status, m.Code, m.Server = schema.StatusUnknown, schema.CodeUnknown, v.server
		})
		if err != nil {
			o.b.log.Error("record unknown send", "line", o.id, "error", err)
		}
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	longer := func(d time.Duration) time.Duration {
		return min(max(2*d, o.b.timing.RetryMin), o.b.timing.RetryMax)
	}
	p.pause = longer(p.pause)
	o.b.log.Debug("try again", "line", o.id, "key", p.key, "tries", p.tries, "pause", p.pause, "error", v.err)
	if p.chat == nil {
		return
	}
	c, pause := p.chat, p.pause
	c.why = schema.WaitRetry
	if v.doubt() {
		c.why, pause = schema.WaitReceipt, max(pause, o.b.timing.ReceiptWait)
	}
	c.rest = time.Now().Add(pause)
	if errors.Is(v.err, ErrOffline) || errors.Is(v.err, ErrRateLimited) || v.certain && v.server == 429 {
		o.slack = longer(o.slack)
		o.brake = time.Now().Add(o.slack)
	}
}

// settle writes a message's end. After one that went, the next message of the chat
// is not kept waiting for that: a life that does not find it sends the same id again.
// After any other it is: such a life would try again what the next has overtaken.
func (o *owner) settle(p *pending, v verdict) {
	o.mu.Lock()
	if v.err == nil {
		o.remove(p)
	} else {
		p.holds++ // until written removes it
	}
	key, doubtful := p.key, p.tried
	o.mu.Unlock()
	if v.err != nil {
		o.b.log.Warn("message not sent", "line", o.id, "key", key, "server", v.server, "error", mask(v.err))
	}
	ctx := o.ctx
	if v.err == nil {
		ctx = WithoutFlush(ctx)
	}
	write := func() {
		pause := o.b.timing.RetryMin
		for o.changeUnder(ctx, p, func(m *MessageRecord) { v.end(m, doubtful) }) != nil {
			// The store is in trouble; the message must not be sent again meanwhile.
			timer := time.NewTimer(pause)
			select {
			case <-timer.C:
				pause = min(2*pause, o.b.timing.RetryMax)
			case <-o.ctx.Done():
				timer.Stop()
				return
			}
		}
	}
	if !o.b.background(write) {
		write()
	}
}

// end writes a verdict into a message that will not be tried again. doubtful: an
// earlier try may have gone, whatever became of the last one.
func (v verdict) end(m *MessageRecord, doubtful bool) {
	m.Settled = true
	switch {
	case v.err == nil:
		m.Status, m.Code, m.Server, m.SentAt = schema.StatusSent, "", 0, v.at
	case v.doubt() || doubtful:
		m.Status, m.Code, m.Server = schema.StatusUnknown, schema.CodeUnknown, v.server
	default:
		m.Status, m.Code, m.Server = schema.StatusFailed, codeOf(v.err, v.server), v.server
	}
}

// failAll fails what waits on a line that cannot send any more, the oldest first,
// some to a commit; false when nothing waits.
func (o *owner) failAll(cause error) bool {
	o.mu.Lock()
	var list []*pending
	for _, p := range o.live {
		if p.chat != nil && p.holds == 0 {
			list = append(list, p)
		}
	}
	o.mu.Unlock()
	slices.SortFunc(list, func(a, b *pending) int { return int(a.rec.Seq - b.rec.Seq) })
	for some := range slices.Chunk(list, dueBatch) {
		if o.ctx.Err() != nil || o.line().State.Linked() {
			break
		}
		err := o.b.store.Write(context.WithoutCancel(o.ctx), func(tx Tx) error {
			for _, p := range some {
				v, doubtful := verdict{err: cause, certain: true}, o.doubtful(p)
				if err := o.b.move(tx, o.id, p.key, func(m *MessageRecord) { v.end(m, doubtful) }); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			o.b.log.Error("fail messages", "line", o.id, "error", err)
			o.rest(nil, time.Now().Add(o.b.timing.RetryMax))
			break
		}
	}
	return len(list) > 0
}

// doubtful reports that a message may have gone.
func (o *owner) doubtful(p *pending) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return p.tried
}

// change writes a message's progress; see Bridge.move.
func (o *owner) change(p *pending, fn func(*MessageRecord)) error {
	return o.changeUnder(o.ctx, p, fn)
}

// changeUnder is change under a context. How far the pace is used up goes with it.
func (o *owner) changeUnder(ctx context.Context, p *pending, fn func(*MessageRecord)) error {
	err := o.b.store.Write(context.WithoutCancel(ctx), func(tx Tx) error {
		if err := o.savePace(tx, p); err != nil {
			return err
		}
		return o.b.move(tx, o.id, p.key, fn)
	})
	if err != nil {
		o.b.log.Error("write message", "line", o.id, "key", p.key, "error", err)
	}
	return err
}

func (o *owner) savePace(tx Tx, p *pending) error {
	o.mu.Lock()
	on, name := o.pace.on && p.paced, namesOf(p.rec.Chat)[0]
	line, recipient := o.b.now().Add(time.Until(o.pace.used[""])), o.b.now().Add(time.Until(o.pace.used[name]))
	o.mu.Unlock()
	if !on {
		return nil
	}
	if err := tx.PutAllowance(o.id, "", line); err != nil {
		return err
	}
	return tx.PutAllowance(o.id, name, recipient)
}
