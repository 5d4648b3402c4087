package bridge

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/nodeline/nodeline/schema"
)

// The 24-hour window is a policy of ours, judged when a message is accepted and again
// before its first try, which can be days later. It leaves alone templates, changes of messages and reactions, groups, and what
// belongs to an ask that was accepted: its reminders and its asking again.

// window is how long a chat stays open after the customer was heard.
const window = schema.WindowSeconds * time.Second

var windowTexts = map[schema.WindowState]schema.Text{
	schema.WindowOpen: {
		En: "The 24-hour window is open: the customer wrote or called lately.",
		Ru: "24-часовое окно открыто: клиент недавно писал или звонил."},
	schema.WindowClosed: {
		En: "The 24-hour window is closed: the customer wrote or called more than 24 hours ago.",
		Ru: "24-часовое окно закрыто: клиент писал или звонил больше 24 часов назад."},
	schema.WindowNever: {
		En: "A first contact: the customer never wrote to this line or called it.",
		Ru: "Первый контакт: клиент ещё не писал этой линии и не звонил ей."},
	schema.WindowGroup: {
		En: "Groups have no 24-hour window.",
		Ru: "У групп нет 24-часового окна."},
}

var (
	windowOurs = schema.Text{
		En: " This is Nodeline's own rule after the Meta Cloud API's: on a linked device WhatsApp does not check it, but may block those who write unasked.",
		Ru: " Это правило самого Nodeline по образцу Meta Cloud API: на привязанном устройстве WhatsApp его не проверяет, но может заблокировать тех, кто пишет без спроса."}
	warnings = map[schema.WarningCode]schema.WindowState{schema.WarnWindowClosed: schema.WindowClosed, schema.WarnFirstContact: schema.WindowNever}
)

func warningText(code schema.WarningCode, lang schema.Lang) string {
	if code == "" {
		return ""
	}
	return windowTexts[warnings[code]].In(lang) + windowOurs.In(lang)
}

// heardIn says when the customer of a chat was heard; zero: never.
func heardIn(v View, line schema.LineID, to recipient) (time.Time, error) {
	candidates := []schema.Address{to.chat}
	for _, phone := range inEitherForm(to.phones) {
		c, ok, err := v.Contact(line, phone)
		if err != nil {
			return time.Time{}, err
		}
		known := ok && c.Contact.Exists
		if known {
			candidates = append(candidates, c.Contact.Address)
		}
		if !known || c.Contact.Address.Phone != phone {
			candidates = append(candidates, schema.Address{Phone: phone})
		}
	}
	for _, a := range candidates {
		a, err := v.Complete(line, a)
		if err != nil {
			return time.Time{}, err
		}
		rec, ok, err := v.Chat(line, a)
		if err != nil || ok {
			return rec.Heard, err
		}
	}
	return time.Time{}, nil
}

// windowOf is where a chat's window stands.
func (b *Bridge) windowOf(v View, line schema.LineID, to recipient) (state schema.WindowState, heard time.Time, err error) {
	if strings.HasSuffix(to.chat.JID, "@g.us") {
		return schema.WindowGroup, heard, nil
	}
	heard, err = heardIn(v, line, to)
	switch {
	case err != nil:
		return "", heard, err
	case heard.UnixMilli() <= 0:
		return schema.WindowNever, heard, nil
	case b.now().Before(heard.Add(window)):
		return schema.WindowOpen, heard, nil
	}
	return schema.WindowClosed, heard, nil
}

// admit warns of a draft outside its chat's window, or refuses it. until is as
// MessageRecord.Window. It looks in the transaction that stores the message: a read of
// its own costs more than all of the rest that is read there.
func (b *Bridge) admit(v View, rec LineRecord, lang schema.Lang, d draft) (warning schema.WarningCode, until time.Time, err error) {
	switch {
	case d.template != nil || d.about != nil:
		return "", until, nil
	case policyOf(rec) == schema.WindowOff:
		return "", b.now(), nil // unless the policy has changed by then
	}
	state, heard, err := b.windowOf(v, rec.ID, *d.to)
	switch {
	case err != nil || state == schema.WindowGroup:
		return "", until, err
	case state == schema.WindowOpen:
		return "", heard.Add(window), nil
	case policyOf(rec) == schema.WindowEnforce:
		e := schema.NewError(schema.CodeWindowClosed, lang, nil)
		e.Field, e.Message = "chat", windowTexts[state].In(lang)
		return "", until, e
	}
	return warningOf(state), b.now(), nil
}

// admitAgain judges a message that waited until its chat's window was closed. tried:
// it may have gone before, and is let through.
func (o *owner) admitAgain(ctx context.Context, p *pending, m MessageRecord, tried bool) verdict {
	policy := policyOf(o.line())
	if tried || m.Window.IsZero() || o.b.now().Before(m.Window) || policy == schema.WindowOff || policy == schema.WindowWarn && m.Warning != "" {
		return verdict{}
	}
	var state schema.WindowState
	err := o.b.store.Read(ctx, func(v View) (err error) {
		state, _, err = o.b.windowOf(v, o.id, recipient{m.Phones, m.Chat})
		return err
	})
	switch {
	case err != nil:
		return verdict{err: err, certain: true, retry: true}
	case state == schema.WindowOpen:
		return verdict{}
	case policy == schema.WindowEnforce:
		return verdict{err: errState(schema.CodeWindowClosed), certain: true}
	}
	if err := o.change(p, func(row *MessageRecord) { row.Warning = warningOf(state) }); err != nil {
		return verdict{err: err, certain: true, retry: true}
	}
	return verdict{}
}

// warningOf is what a message outside the window is warned of.
func warningOf(s schema.WindowState) schema.WarningCode {
	if s == schema.WindowNever {
		return schema.WarnFirstContact
	}
	return schema.WarnWindowClosed
}

func policyOf(rec LineRecord) schema.WindowPolicy { return cmp.Or(rec.Window, schema.WindowWarn) }

// ChatWindow implements API.
func (b *Bridge) ChatWindow(ctx context.Context, c Caller, r schema.ChatWindowRequest) (schema.ChatWindowResult, error) {
	o, err := b.owner(r.Line, c.Lang)
	if err != nil {
		return schema.ChatWindowResult{}, err
	}
	phones, chat, err := readChat(r.Chat, regionOf(o.line()))
	if err != nil {
		return schema.ChatWindowResult{}, invalidPhone("chat", c.Lang, err)
	}
	var (
		state schema.WindowState
		heard time.Time
	)
	err = b.store.Read(ctx, func(v View) (err error) {
		state, heard, err = b.windowOf(v, r.Line, recipient{phones, chat})
		return err
	})
	if err != nil {
		return schema.ChatWindowResult{}, b.fail("read window", c.Lang, err)
	}
	out := schema.ChatWindowResult{Open: state == schema.WindowOpen || state == schema.WindowGroup, State: state, Policy: policyOf(o.line()),
		Text: windowTexts[state].In(c.Lang) + windowOurs.In(c.Lang)}
	if state == schema.WindowOpen || state == schema.WindowClosed {
		closes := heard.Add(window)
		out.HeardAt, out.ClosesAt = &heard, &closes
	}
	return out, nil
}
