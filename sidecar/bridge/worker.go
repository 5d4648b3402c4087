package bridge

import (
	"context"
	"errors"
	"time"

	"github.com/nodeline/nodeline/schema"
)

// run sends the line's messages, one after the other; doc.go draws it.
func (o *owner) run() {
	defer close(o.done)
	for {
		p := o.head()
		if p == nil {
			return
		}
		o.send(p)
	}
}

// head waits for a message that may be worked on; nil when the line ends.
func (o *owner) head() (p *pending) {
	o.until(o.ctx, 0, func() bool {
		p = nil
		if len(o.queue) > 0 && !o.queue[0].held {
			p = o.queue[0]
		}
		return p != nil
	})
	if o.ctx.Err() != nil {
		return nil
	}
	return p
}

// send works on one message until it is settled, taken away or the line ends.
func (o *owner) send(p *pending) {
	pause := o.b.timing.RetryMin
	for tries := 0; o.connected(p); pause = min(2*pause, o.b.timing.RetryMax) {
		turns := o.turned()
		v, made := o.try(p)
		if !made {
			continue // its ask is ending, or has
		}
		if o.ctx.Err() != nil && v.err != nil {
			return // stored as it was: the next life tries again under the same id
		}
		// A line that comes and goes is waited for without end; one that stays
		// connected and cannot send is not.
		if tries++; errors.Is(v.err, ErrOffline) && o.turned() != turns {
			tries = 0
		}
		if !v.again() || tries >= o.b.timing.Tries {
			o.settle(p, v)
			return
		}
		o.b.log.Debug("try again", "line", o.id, "key", p.key, "tries", tries, "pause", pause, "error", v.err)
		if !o.again(p, v, pause) {
			return
		}
	}
}

// connected waits until the line can send. It is false when the message is not
// to be sent any more: the bridge stops, its ask ended, or the account is gone.
func (o *owner) connected(p *pending) bool {
	var state schema.LineState
	off := false
	if !o.until(o.ctx, 0, func() bool {
		state, off = o.rec.State, p.rec.Settled || p.held
		return off || !state.Linked() || state == schema.LineConnected
	}) {
		return false
	}
	if !off && !state.Linked() {
		o.settle(p, verdict{err: stateError(state), certain: true})
		return false
	}
	return !off
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
	v, made = o.attempt(ctx, p, m)
	o.mu.Lock()
	p.trying = false
	p.tried = tried || made && (v.err == nil || v.doubt())
	o.mu.Unlock()
	return v, made
}

// attempt finds the chat if that is still to do, and sends.
func (o *owner) attempt(ctx context.Context, p *pending, m MessageRecord) (v verdict, made bool) {
	if m.Chat.JID == "" {
		chat, v := o.resolve(ctx, m.Phones)
		if v.err != nil {
			return v, true
		}
		m.Chat = chat
		if err := o.change(m.Key, func(row *MessageRecord) { row.Chat = chat }); err != nil {
			return verdict{err: err, certain: true, retry: true}, true
		}
	}
	if !o.begin(p) {
		return verdict{}, false
	}
	v = o.hand(ctx, m)
	if v.err != nil && v.certain && m.Rendering == schema.RenderNative && refusesButtons(v.server) {
		plain, err := o.renumber(m)
		if err != nil {
			return verdict{err: err, certain: true, retry: true}, true
		}
		return o.hand(ctx, plain), true
	}
	return v, true
}

// refusesButtons: 405 refuses legacy buttons, 479 a button stanza that is not whole.
func refusesButtons(server int) bool { return server == 405 || server == 479 }

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

// renumber makes the numbered form of a message whose native form was surely
// refused. It is another message to WhatsApp, so it gets an id of its own.
func (o *owner) renumber(m MessageRecord) (MessageRecord, error) {
	content := m.Content
	content.Rendering = schema.RenderNumbered
	payload, err := o.b.sessions.Encode(numbered(content))
	if err != nil {
		return m, err
	}
	m.ID, m.Payload = mint(o.line().Secret, m.Key, "numbered"), payload
	m.Rendering, m.Reason = schema.RenderNumbered, ReasonNativeRefused
	return m, o.change(m.Key, func(row *MessageRecord) {
		row.ID, row.Payload, row.Rendering, row.Reason = m.ID, m.Payload, m.Rendering, m.Reason
	})
}

// again waits before the next try; false when there is to be none.
func (o *owner) again(p *pending, v verdict, pause time.Duration) bool {
	settled := func() bool { return p.rec.Settled }
	if !v.doubt() {
		was := o.line().State
		// A line that comes back ends the pause.
		o.until(o.ctx, pause, func() bool {
			back := was != schema.LineConnected && o.rec.State == schema.LineConnected
			was = o.rec.State
			return settled() || back || !o.rec.State.Linked()
		})
		return o.ctx.Err() == nil
	}
	err := o.change(p.key, func(m *MessageRecord) {
		m.Status, m.Code, m.Server = schema.StatusUnknown, schema.CodeUnknown, v.server
	})
	if err != nil {
		o.b.log.Error("record unknown send", "line", o.id, "error", err)
	}
	// Receipts come over a connection: wait for that first.
	o.until(o.ctx, 0, func() bool {
		return settled() || o.rec.State == schema.LineConnected || !o.rec.State.Linked()
	})
	o.until(o.ctx, max(pause, o.b.timing.ReceiptWait), settled)
	return o.ctx.Err() == nil
}

// settle writes a message's end. The next message is not kept waiting for it.
func (o *owner) settle(p *pending, v verdict) {
	o.mu.Lock()
	o.remove(p)
	key, doubtful := p.key, p.tried && p.rec.Status == schema.StatusUnknown
	o.mu.Unlock()
	change := func(m *MessageRecord) {
		m.Settled = true
		switch {
		case v.err == nil:
			m.Status, m.Code, m.Server, m.SentAt = schema.StatusSent, "", 0, v.at
		case v.doubt() || doubtful:
			// An earlier try may have gone, whatever became of the last one.
			m.Status, m.Code, m.Server = schema.StatusUnknown, schema.CodeUnknown, v.server
		default:
			m.Status, m.Code, m.Server = schema.StatusFailed, codeOf(v.err, v.server), v.server
		}
	}
	if v.err != nil {
		o.b.log.Warn("message not sent", "line", o.id, "key", key, "server", v.server, "error", mask(v.err))
	}
	ctx := o.ctx
	if v.err == nil {
		ctx = WithoutFlush(ctx)
	}
	write := func() {
		pause := o.b.timing.RetryMin
		for o.changeUnder(ctx, key, change) != nil {
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

// change writes a message's progress; see Bridge.move.
func (o *owner) change(key schema.Key, fn func(*MessageRecord)) error {
	return o.changeUnder(o.ctx, key, fn)
}

func (o *owner) changeUnder(ctx context.Context, key schema.Key, fn func(*MessageRecord)) error {
	err := o.b.store.Write(context.WithoutCancel(ctx), func(tx Tx) error { return o.b.move(tx, o.id, key, fn) })
	if err != nil {
		o.b.log.Error("write message", "line", o.id, "key", key, "error", err)
	}
	return err
}
