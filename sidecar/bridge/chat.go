package bridge

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nodeline/nodeline/schema"
)

// unreadMax is how many messages of a chat are remembered as unread.
const unreadMax = 100

// heard remembers that a chat wrote to the line, or called it.
func heard(tx Tx, o *owner, in Incoming) error {
	if in.FromMe {
		return nil
	}
	rec, _, err := tx.Chat(in.Line, in.Chat)
	if err != nil {
		return err
	}
	rec.Line, rec.Chat = in.Line, in.Chat
	if in.Group {
		rec.Title = cmp.Or(o.groups.subject(in.Chat.JID), rec.Title)
	} else {
		rec.Title = cmp.Or(in.Name, rec.Title)
	}
	if in.At.After(rec.Heard) {
		rec.Heard = in.At
	}
	if in.Happening == nil {
		rec.Unread = append(slices.Clone(rec.Unread), Unread{in.ID, in.From.JID})
		rec.Unread = rec.Unread[max(0, len(rec.Unread)-unreadMax):]
	}
	return tx.PutChat(rec)
}

// ChatList implements API.
func (b *Bridge) ChatList(ctx context.Context, c Caller, r schema.ChatListRequest) (schema.ChatListResult, error) {
	if _, err := b.owner(r.Line, c.Lang); err != nil {
		return schema.ChatListResult{}, err
	}
	skip, err := pageBefore(r.Before, c.Lang)
	if err != nil {
		return schema.ChatListResult{}, err
	}
	count := pageSize(r.Count)
	limited, cancel := within(ctx, r.TimeLimit)
	defer cancel()
	var list []ChatRecord
	err = b.store.Read(limited, func(v View) (err error) {
		list, err = v.Chats(r.Line, ChatFilter{Query: strings.ToLower(r.Query), Skip: int(skip), Count: count + 1})
		return err
	})
	if err != nil {
		return schema.ChatListResult{}, b.timedOut(ctx, limited, c.Lang, b.fail("list chats", c.Lang, err))
	}
	out := schema.ChatListResult{Chats: []schema.Chat{}}
	if len(list) > count {
		list, out.Next = list[:count], strconv.FormatInt(skip+int64(count), 10)
	}
	for _, rec := range list {
		out.Chats = append(out.Chats, schema.Chat{Chat: rec.Chat, Name: rec.Title, HeardAt: rec.Heard, Unread: len(rec.Unread)})
	}
	return out, nil
}

// ChatMarkRead implements API.
func (b *Bridge) ChatMarkRead(ctx context.Context, c Caller, r schema.ChatMarkReadRequest) (schema.ChatMarkReadResult, error) {
	o, err := b.connected(r.Line, c.Lang)
	if err != nil {
		return schema.ChatMarkReadResult{}, err
	}
	limited, cancel := within(ctx, r.TimeLimit)
	defer cancel()
	chat, list, err := b.toRead(limited, o, c.Lang, r)
	if err == nil && len(list) > 0 {
		err = b.markRead(limited, o, chat, list)
	}
	if err != nil {
		return schema.ChatMarkReadResult{}, b.callFailed(ctx, limited, "mark read", c.Lang, err)
	}
	return schema.ChatMarkReadResult{Chat: chat, Messages: len(list)}, nil
}

var hintOwnRead = schema.Text{
	En: "Only a message that came can be marked as read; this one was sent from the line itself. Nothing was done.",
	Ru: "Прочитанным можно отметить только входящее сообщение, а это отправлено с самой линии. Ничего не сделано."}

// toRead finds the messages that a request means.
func (b *Bridge) toRead(ctx context.Context, o *owner, lang schema.Lang, r schema.ChatMarkReadRequest) (chat schema.Address, list []Unread, err error) {
	if r.Message != nil {
		found, err := b.refer(ctx, o.id, lang, "message", *r.Message)
		if err == nil && (found.came == nil || found.came.FromMe) {
			e := schema.NewError(schema.CodeUnfit, lang, nil)
			e.Hint = hintOwnRead.In(lang)
			e.Field, err = "message", e
		}
		if err != nil {
			return chat, nil, err
		}
		return found.came.Chat, []Unread{{found.came.ID, found.came.From.JID}}, nil
	}
	phones, chat, err := readChat(r.Chat, regionOf(o.line()))
	if err != nil {
		return chat, nil, invalidPhone("chat", lang, err)
	}
	if len(phones) > 0 {
		chat.Phone = phones[0]
	}
	err = b.store.Read(ctx, func(v View) error {
		for _, phone := range append(inEitherForm(phones), "") {
			named := schema.Address{Phone: cmp.Or(phone, chat.Phone), LID: chat.LID, JID: chat.JID}
			rec, ok, err := v.Chat(o.id, named)
			if ok {
				chat, list = rec.Chat, rec.Unread
			}
			if ok || err != nil {
				return err
			}
		}
		return nil
	})
	return chat, list, err
}

// markRead tells the writers and forgets that the messages are unread.
func (b *Bridge) markRead(ctx context.Context, o *owner, chat schema.Address, list []Unread) error {
	if !o.until(ctx, b.timing.FirstTry, func() bool { return o.rec.State == schema.LineConnected }) {
		return ErrOffline
	}
	byWriter := map[string][]schema.MessageID{}
	for _, u := range list {
		byWriter[u.From] = append(byWriter[u.From], u.ID)
	}
	for from, ids := range byWriter {
		if err := b.sessions.MarkRead(ctx, o.id, chat.JID, from, ids); err != nil {
			return err
		}
	}
	return b.store.Write(context.WithoutCancel(ctx), func(tx Tx) error {
		rec, ok, err := tx.Chat(o.id, chat)
		if err != nil || !ok {
			return err
		}
		rec.Unread = slices.DeleteFunc(slices.Clone(rec.Unread), func(u Unread) bool { return slices.Contains(list, u) })
		return tx.PutChat(rec)
	})
}

// ChatTyping implements API.
func (b *Bridge) ChatTyping(ctx context.Context, c Caller, r schema.ChatTypingRequest) (schema.ChatTypingResult, error) {
	o, err := b.connected(r.Line, c.Lang)
	if err != nil {
		return schema.ChatTypingResult{}, err
	}
	limited, cancel := within(ctx, r.TimeLimit)
	defer cancel()
	phones, chat, err := readChat(r.Chat, regionOf(o.line()))
	if err != nil {
		return schema.ChatTypingResult{}, invalidPhone("chat", c.Lang, err)
	}
	if len(phones) > 0 {
		chat, err = b.reach(limited, o, phones)
	}
	if err == nil && !o.until(limited, b.timing.FirstTry, func() bool { return o.rec.State == schema.LineConnected }) {
		err = ErrOffline
	}
	state := cmp.Or(r.State, schema.TypingOn)
	if err == nil {
		err = b.sessions.Typing(limited, o.id, chat.JID, state == schema.TypingOn)
	}
	if err != nil {
		return schema.ChatTypingResult{}, b.callFailed(ctx, limited, "show typing", c.Lang, err)
	}
	o.typingEnds(chat.JID, state, seconds(cmp.Or(r.For, 10)))
	return schema.ChatTypingResult{Chat: chat, State: state}, nil
}

// reach gives the first of the phones that is on WhatsApp.
func (b *Bridge) reach(ctx context.Context, o *owner, phones []string) (schema.Address, error) {
	found, err := b.check(ctx, o, phones)
	for _, f := range found {
		if f.Contact.Exists {
			return f.Contact.Address, nil
		}
	}
	return schema.Address{}, cmp.Or(err, error(ErrNotOnWhatsApp))
}

// typingEnds has typing in a chat end by itself, unless something newer is said of it.
func (o *owner) typingEnds(chat string, state schema.TypingState, after time.Duration) {
	ctx, cancel := context.WithCancel(o.ctx)
	o.mu.Lock()
	if before := o.typing[chat]; before != nil {
		before()
	}
	delete(o.typing, chat)
	if state == schema.TypingOn {
		o.typing[chat] = cancel
	}
	o.mu.Unlock()
	if state != schema.TypingOn {
		cancel()
		return
	}
	o.b.background(func() {
		defer cancel()
		timer := time.NewTimer(after)
		defer timer.Stop()
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		if err := o.b.sessions.Typing(ctx, o.id, chat, false); err != nil {
			o.b.log.Debug("end typing", "line", o.id, "error", mask(err))
		}
	})
}

// connected finds a line that can talk to WhatsApp now or soon.
func (b *Bridge) connected(line schema.LineID, lang schema.Lang) (*owner, error) {
	o, err := b.owner(line, lang)
	if err != nil {
		return nil, err
	}
	if rec := o.line(); rec.State == schema.LineReplaced || !rec.State.Linked() {
		return nil, refusal(rec, lang)
	}
	return o, nil
}

// callFailed gives an error of a call that sends nothing its name.
func (b *Bridge) callFailed(ctx, limited context.Context, what string, lang schema.Lang, err error) error {
	if _, known := errors.AsType[*schema.Error](err); !known && StorageCode(err) == "" {
		err = b.checkFailed(what, lang, err)
	}
	return b.fail(what, lang, b.timedOut(ctx, limited, lang, err))
}
