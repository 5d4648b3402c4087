package bridge

import (
	"bytes"
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/nodeline/nodeline/schema"
)

// mint makes the WhatsApp id of a message. It is derived, so that even a store
// restored from a backup repeats the same id, which the customer's phone drops.
func mint(secret []byte, key schema.Key, form ...string) schema.MessageID {
	h := hmac.New(sha256.New, secret)
	h.Write([]byte(key))
	for _, f := range form {
		h.Write([]byte("\x00" + f))
	}
	return schema.MessageID("3EB0" + strings.ToUpper(hex.EncodeToString(h.Sum(nil)[:9])))
}

// hashOf tells one request from another. what names the operation. Fields that
// came later are left out where they hold their default, so that a key of before
// still means the same request.
func hashOf(what string, request any) ([]byte, error) {
	body, err := json.Marshal(request)
	if err != nil {
		return nil, fmt.Errorf("hash request: %w", err)
	}
	h := sha256.Sum256(append([]byte(what+"\x00"), body...))
	return h[:], nil
}

func plainText(r schema.SendTextRequest) schema.SendTextRequest {
	r.Priority, r.Quote = plainPriority(r.Priority), plainRef(r.Quote)
	return r
}

func plainButtons(r schema.SendButtonsRequest) schema.SendButtonsRequest {
	r.Priority, r.Quote = plainPriority(r.Priority), plainRef(r.Quote)
	return r
}

func plainPriority(p schema.Priority) schema.Priority {
	if p == schema.PriorityNormal {
		return ""
	}
	return p
}

// SendText implements API.
func (b *Bridge) SendText(ctx context.Context, c Caller, r schema.SendTextRequest) (schema.SendResult, error) {
	hash, err := hashOf("text", plainText(r))
	if err != nil {
		return schema.SendResult{}, b.fail("send text", c.Lang, err)
	}
	if r.Preview != nil && !strings.Contains(r.Text, r.Preview.URL) {
		e := schema.NewError(schema.CodePreviewLink, c.Lang, nil)
		e.Field = "preview.url"
		return schema.SendResult{}, e
	}
	return b.sendOne(ctx, c, draft{line: r.Line, key: r.Key, chat: r.Chat, hash: hash, content: Content{Body: r.Text, Preview: r.Preview},
		quote: r.Quote, mentions: r.Mentions, priority: r.Priority, expires: seconds(r.TimeLimit)})
}

// SendButtons implements API.
func (b *Bridge) SendButtons(ctx context.Context, c Caller, r schema.SendButtonsRequest) (schema.SendResult, error) {
	hash, err := hashOf("buttons", plainButtons(r))
	if err != nil {
		return schema.SendResult{}, b.fail("send buttons", c.Lang, err)
	}
	call, err := readCall(r.Call, c.Lang)
	if err != nil {
		return schema.SendResult{}, err
	}
	content := Content{Header: r.Header, Body: r.Body, Footer: r.Footer, Buttons: withIDs(r.Buttons), Link: r.Link, Call: call}
	return b.sendOne(ctx, c, draft{line: r.Line, key: r.Key, chat: r.Chat, hash: hash, content: content, quote: r.Quote,
		wish: wish{rendering: r.Rendering, call: r.Renderings}, priority: r.Priority, expires: seconds(r.TimeLimit)})
}

func (b *Bridge) sendOne(ctx context.Context, c Caller, d draft) (schema.SendResult, error) {
	o, err := b.owner(d.line, c.Lang)
	if err != nil {
		return schema.SendResult{}, err
	}
	m, err := b.accept(ctx, o, c.Lang, d)
	if err != nil {
		return schema.SendResult{}, b.fail("accept message", c.Lang, err)
	}
	return sendResult(o, b.firstTry(ctx, o, m), c.Lang), nil
}

func seconds(n int) time.Duration { return time.Duration(n) * time.Second }

// draft is a message that a call asks for.
type draft struct {
	line    schema.LineID
	key     schema.Key
	chat    string
	about   *about // in place of chat and content
	hash    []byte
	content Content
	// What is read into content.
	quote    *schema.MessageRef
	mentions []string
	wish     wish // of a message with choices
	forward  *schema.MessageRef
	template *templateUse
	cards    []schema.ContactCard
	to       *recipient // read from chat, or that of the message it is about
	ask      *AskRecord // nil: nobody waits for an answer

	stage Stage          // of a message that is a file
	file  schema.MediaID // of one whose file is here

	priority schema.Priority // "" is normal
	expires  time.Duration   // from the moment it is stored; 0: never
}

// accept stores a message, and its ask, before anything is sent; the worker has
// it then. A key that is known gives what is stored under it, whatever has become
// of the line since.
func (b *Bridge) accept(ctx context.Context, o *owner, lang schema.Lang, d draft) (MessageRecord, error) {
	rec := o.line()
	fresh, unfit := b.build(ctx, rec, lang, &d)
	var m MessageRecord
	if unfit == nil {
		held := &holds{o: o}
		defer held.release()
		err := b.store.Write(ctx, func(tx Tx) (err error) {
			if fresh.Warning, fresh.Window, unfit = b.admit(tx, rec, lang, d); unfit != nil {
				return unfit
			}
			m, err = b.insert(tx, o, lang, fresh, d.ask, held)
			return err
		})
		if unfit == nil {
			return m, err
		}
	}
	m, ok, err := b.known(ctx, lang, d)
	if !ok && err == nil {
		err = unfit
	}
	return m, err
}

// build makes the message of a draft, or says why the line or the chat is not fit for it.
func (b *Bridge) build(ctx context.Context, rec LineRecord, lang schema.Lang, d *draft) (MessageRecord, error) {
	if rec.State == schema.LineReplaced || !rec.State.Linked() {
		return MessageRecord{}, refusal(rec, lang)
	}
	if err := b.read(ctx, rec, lang, d); err != nil {
		return MessageRecord{}, err
	}
	phones, chat := d.to.phones, d.to.chat
	content, reason := d.content, Reason("")
	switch {
	case d.template != nil && (content.Media != nil || !content.choices()):
		content, reason = captioned(content)
	case content.choices():
		d.wish.line = rec.Renderings
		content, reason = offer(content, d.wish)
	}
	payload := []byte{} // of what is bound to its target before the try
	if target := content.target(); d.stage == "" && (target == nil || target.Key == "") {
		var err error
		if payload, err = b.sessions.Encode(drawn(content)); err != nil {
			return MessageRecord{}, fmt.Errorf("encode message: %w", err)
		}
	}
	at := b.now()
	m := MessageRecord{Line: d.line, Key: d.key, Hash: d.hash, ID: mint(rec.Secret, d.key), Ask: d.ask != nil,
		Phones: phones, Chat: chat, Payload: payload, Rendering: content.Rendering, Reason: reason,
		Stage: d.stage, File: d.file,
		Status: schema.StatusQueued, StatusAt: at, Created: at, Priority: cmp.Or(d.priority, schema.PriorityNormal)}
	if d.expires > 0 {
		m.Expires = at.Add(d.expires)
	}
	if len(content.Ladder) > 1 || content.target() != nil || d.stage != "" {
		m.Content = content // for the form after a refusal, to read votes, to be bound to its target, or with its file
	}
	return m, nil
}

// read finds out what a draft points at: its chat, and other messages.
func (b *Bridge) read(ctx context.Context, rec LineRecord, lang schema.Lang, d *draft) (err error) {
	if d.about != nil {
		return b.aim(ctx, lang, d)
	}
	phones, chat, err := readChat(d.chat, regionOf(rec))
	if err != nil {
		return invalidPhone("chat", lang, err)
	}
	d.to = &recipient{phones, chat}
	if d.forward != nil {
		err = b.forward(ctx, lang, d)
	}
	if d.template != nil {
		err = b.useTemplate(ctx, lang, d)
	}
	if d.cards != nil && err == nil {
		d.content.Contacts, err = readCards(rec, lang, d.cards)
	}
	if err == nil {
		err = b.decorate(ctx, rec, lang, d)
	}
	return err
}

// known finds the message of a key. The same key for another request is a conflict.
func (b *Bridge) known(ctx context.Context, lang schema.Lang, d draft) (m MessageRecord, ok bool, err error) {
	err = b.store.Read(ctx, func(v View) (err error) {
		m, ok, err = v.Message(d.line, d.key)
		return err
	})
	if err == nil && ok {
		err = same(m, d.hash, lang)
	}
	return m, ok, err
}

func same(m MessageRecord, hash []byte, lang schema.Lang) error {
	if bytes.Equal(m.Hash, hash) {
		return nil
	}
	e := schema.NewError(schema.CodeConflict, lang, nil)
	e.Field = "key"
	if m.Ask {
		e.Field = "id"
	}
	return e
}

// insert stores a message, with the ask that it asks (nil: none). held keeps what
// that ask takes the place of.
func (b *Bridge) insert(tx Tx, o *owner, lang schema.Lang, m MessageRecord, ask *AskRecord, held *holds) (MessageRecord, error) {
	if len(m.Phones) > 0 {
		c, ok, err := tx.Contact(m.Line, m.Phones[0])
		if err != nil {
			return m, err
		}
		if ok && c.Contact.Exists && b.fresh(c, 0) {
			m.Chat = c.Contact.Address
		}
	}
	aliases, err := aliasesOf(tx, m)
	if err != nil {
		return m, err
	}
	var earlier []AskRecord
	if ask != nil && ask.Terms.Supersede != "" {
		if earlier, err = earlierAsks(tx, m); err != nil {
			return m, err
		}
		m.Held = ask.Terms.Supersede == schema.SupersedeQueue && len(earlier) > 0
	}
	m.Begun = !m.Held && len(m.Payload) > 0 && o.soon(m, aliases)
	err = tx.InsertMessage(&m)
	if errors.Is(err, ErrExists) {
		// Two calls with one key at once: the second gets what the first stored.
		stored, _, err := tx.Message(m.Line, m.Key)
		if err == nil {
			err = same(stored, m.Hash, lang)
		}
		return stored, err
	}
	if err != nil {
		return m, err
	}
	if !m.Held {
		b.follows(tx, m, aliases)
	}
	if ask == nil {
		return m, nil
	}
	return m, b.insertAsk(tx, m, *ask, earlier, held)
}

// follows gives a message to the worker once this is committed.
func (b *Bridge) follows(tx Tx, m MessageRecord, aliases []string) {
	tx.AfterCommit(func() {
		b.mu.Lock()
		o := b.owners[m.Line]
		b.mu.Unlock()
		if o == nil {
			return
		}
		o.push(m, aliases)
		if !m.Expires.IsZero() {
			b.clock.lower(m.Line, expiries, m.Expires)
		}
	})
}

// aliasesOf are more names of a message's chat: by those that are known of it a
// message to a phone and one to its LID share a queue.
func aliasesOf(v View, m MessageRecord) ([]string, error) {
	chat, err := m.Chat, error(nil)
	switch {
	case chat.JID == "" && len(m.Phones) > 0:
		chat, err = personOf(v, m.Line, m.Phones[0])
	case chat.Phone == "" && chat.LID != "":
		chat, err = v.Complete(m.Line, chat)
	default:
		return nil, nil
	}
	return namesIn(chat), err
}

// personOf completes a phone's name, in whichever of its forms it is known.
func personOf(v View, line schema.LineID, phone string) (schema.Address, error) {
	for _, form := range inEitherForm([]string{phone}) {
		a, err := v.Complete(line, schema.Address{Phone: form})
		if err != nil || a.LID != "" {
			return a, err
		}
	}
	return schema.Address{Phone: phone}, nil
}

// firstTry waits for the end of a message's first try, for a few seconds, and
// gives the message as it is then. One that its pace or a pause holds up longer
// than a moment is not waited for.
func (b *Bridge) firstTry(ctx context.Context, o *owner, m MessageRecord) MessageRecord {
	p := o.find(m.Key)
	if p == nil {
		// Settled between the commit and here, or long ago.
		return b.reread(m)
	}
	timer := time.NewTimer(b.timing.FirstTry)
	defer timer.Stop()
	if o.slow(p) {
		timer.Reset(0)
	}
	select {
	case <-p.first:
	case <-timer.C:
	case <-ctx.Done():
	case <-o.ctx.Done():
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	return p.rec
}

func (b *Bridge) reread(m MessageRecord) MessageRecord {
	err := b.store.Read(context.WithoutCancel(b.ctx), func(v View) error {
		newer, ok, err := v.Message(m.Line, m.Key)
		if ok {
			m = newer
		}
		return err
	})
	if err != nil {
		b.log.Error("read message", "line", m.Line, "error", err)
	}
	return m
}

func sendResult(o *owner, m MessageRecord, lang schema.Lang) schema.SendResult {
	out := schema.SendResult{Line: m.Line, Key: m.Key, MessageID: m.ID, Chat: shownChat(m), Status: o.shown(m), Rendering: m.Rendering,
		Reason: m.Reason.in(lang), Timestamp: m.StatusAt, Error: errorOf(m, lang), Priority: m.Priority, WaitsFor: o.waitsOf(m, lang)}
	out.Note, out.UndeliveredAt = noteOf(out.Status, m.Undelivered, lang), undeliveredAt(m)
	out.Warning, out.WarningText = m.Warning, warningText(m.Warning, lang)
	unknown := m.Chat == schema.Address{}
	if phone := m.Chat.Phone; unknown && len(m.Phones) > 1 || phone != "" && len(m.Phones) > 0 && !slices.Contains(m.Phones, phone) {
		out.Asked = strings.Join(m.Phones, ", ")
	}
	if !m.Expires.IsZero() {
		out.ExpiresAt = &m.Expires
	}
	return out
}

// shownChat is the chat of a message as results and events tell it. One that is not
// found yet, or never will be, is the first number that the message was to go to.
func shownChat(m MessageRecord) schema.Address {
	if m.Chat == (schema.Address{}) && len(m.Phones) > 0 {
		return schema.Address{Phone: m.Phones[0]}
	}
	return m.Chat
}

// rank orders the statuses that a message passes; it only ever goes up.
func rank(s schema.MessageStatus) int {
	switch s {
	case schema.StatusSending:
		return 1
	case schema.StatusUnknown:
		return 2
	case schema.StatusFailed:
		return 3
	case schema.StatusSent:
		return 4
	case schema.StatusDelivered:
		return 5
	case schema.StatusRead:
		return 6
	case schema.StatusPlayed:
		return 7
	}
	return 0
}

// move writes a message's progress, forward only, and what follows from it: its
// ask, an event, and the record in memory once all of it is on disk.
func (b *Bridge) move(tx Tx, line schema.LineID, key schema.Key, fn func(*MessageRecord)) error {
	m, ok, err := tx.Message(line, key)
	if err != nil || !ok {
		return err
	}
	return b.moveRead(tx, m, fn)
}

// moveRead is move for a message that this transaction has read already.
func (b *Bridge) moveRead(tx Tx, m MessageRecord, fn func(*MessageRecord)) error {
	was := m
	fn(&m)
	if rank(m.Status) < rank(was.Status) {
		m.Status, m.Code, m.Server = was.Status, was.Code, was.Server
	}
	if rank(m.Status) >= rank(schema.StatusSent) {
		m.Settled, m.Code, m.Server = true, "", 0
	}
	if m.Status != was.Status {
		m.StatusAt = b.now()
		b.awaitReceipt(tx, &m)
		event := schema.Event{Line: m.Line, Kind: schema.EventStatus, At: m.StatusAt, Status: &schema.MessageStatusChange{
			Key: m.Key, MessageID: m.ID, Chat: shownChat(m), Status: m.Status, Error: errorOf(m, schema.English)}}
		if err := b.append(tx, event); err != nil {
			return err
		}
	}
	if err := tx.UpdateMessage(was, m); err != nil {
		return err
	}
	b.afterMove(tx, m)
	if !m.Ask {
		return nil
	}
	return b.moveAsk(tx, m)
}

// afterMove brings memory up to date. The line may be gone by then.
func (b *Bridge) afterMove(tx Tx, m MessageRecord) {
	tx.AfterCommit(func() {
		b.mu.Lock()
		o := b.owners[m.Line]
		b.mu.Unlock()
		if o != nil {
			o.written(m)
		}
	})
}

// append adds an event and has it pushed.
func (b *Bridge) append(tx Tx, e schema.Event) error {
	_, err := b.appended(tx, e)
	return err
}

func (b *Bridge) appended(tx Tx, e schema.Event) (schema.Event, error) {
	e, err := tx.AppendEvent(e)
	if err != nil {
		return e, err
	}
	tx.AfterCommit(func() { b.wake.Events(e.Line) })
	return e, nil
}
