package bridge

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/nodeline/nodeline/schema"
)

// Filter picks events; the zero value picks all.
type Filter struct {
	kinds   []schema.EventKind // none: any
	chats   []schema.Address   // none: any
	content []schema.ContentKind
	text    *regexp.Regexp
}

// filterOf reads a filter. region reads numbers without '+'.
func filterOf(kinds []schema.EventKind, f *schema.EventFilter, region string) (out Filter, field string, err error) {
	out.kinds = kinds
	if f == nil {
		return out, "", nil
	}
	out.content = f.Content
	if f.Chat != "" {
		phones, chat, err := readChat(f.Chat, region)
		if err != nil {
			return out, "chat", err
		}
		for _, phone := range phones {
			out.chats = append(out.chats, schema.Address{Phone: phone})
		}
		if len(phones) == 0 {
			out.chats = []schema.Address{chat}
		}
	}
	if f.Text != "" {
		// Go's engine is RE2's: its time grows with the text and never explodes.
		if out.text, err = regexp.Compile(f.Text); err != nil {
			return out, "text", fmt.Errorf("read pattern: %w", err)
		}
	}
	return out, "", nil
}

// readFilter is filterOf for a call, with the error that it gets.
func readFilter(rec LineRecord, kinds []schema.EventKind, f *schema.EventFilter, lang schema.Lang) (Filter, error) {
	out, field, err := filterOf(kinds, f, regionOf(rec))
	switch {
	case err == nil:
		return out, nil
	case field == "chat":
		return out, invalidPhone("filter.chat", lang, err)
	}
	return out, invalidField("filter.text", schema.Text{En: "this is not a regular expression (RE2).",
		Ru: "это не регулярное выражение (RE2)."}, "pattern",
		schema.Text{En: "Filter: text matches", Ru: "Фильтр: текст подходит под"}, lang)
}

// Passes reports whether an event is picked.
func (f Filter) Passes(e schema.Event) bool {
	if len(f.kinds) > 0 && !slices.Contains(f.kinds, e.Kind) {
		return false
	}
	if chat, ok := chatOf(e); ok && len(f.chats) > 0 && !slices.ContainsFunc(f.chats, func(want schema.Address) bool { return sharesName(want, chat) }) {
		return false
	}
	kind, text := schema.ContentKind(""), ""
	switch {
	case e.Message != nil:
		kind, text = e.Message.Kind, e.Message.Text
	case e.Edited != nil:
		kind, text = e.Edited.Kind, e.Edited.Text
	default:
		return true
	}
	return (len(f.content) == 0 || slices.Contains(f.content, kind)) && (f.text == nil || f.text.MatchString(text))
}

// sharesName: a chat of two goes by phone or LID, a group by its JID.
func sharesName(a, b schema.Address) bool {
	return samePhone(a.Phone, b.Phone) || a.LID != "" && a.LID == b.LID || a.Phone == "" && a.LID == "" && a.JID == b.JID
}

// chatOf is the chat that an event is of; ok is false for those of none.
func chatOf(e schema.Event) (chat schema.Address, ok bool) {
	switch {
	case e.Message != nil:
		return e.Message.Chat, true
	case e.Status != nil:
		return e.Status.Chat, true
	case e.Edited != nil:
		return e.Edited.Chat, true
	case e.Deleted != nil:
		return e.Deleted.Chat, true
	case e.Reaction != nil:
		return e.Reaction.Chat, true
	case e.Call != nil:
		return e.Call.Chat, true
	case e.Group != nil:
		return e.Group.Group, true
	case e.Number != nil:
		return e.Number.After, true
	}
	return chat, false
}

// EventFilter implements API: what a subscription picks.
func (b *Bridge) EventFilter(_ context.Context, c Caller, r schema.EventSubscribeRequest) (Filter, error) {
	o, err := b.owner(r.Line, c.Lang)
	if err != nil {
		return Filter{}, err
	}
	return readFilter(o.line(), r.Kinds, r.Filter, c.Lang)
}

// plainFilter is a filter as a webhook keeps it: with its numbers in E.164, so that
// it does not depend on the line's country any more. Nil for one that picks all.
func plainFilter(rec LineRecord, f *schema.EventFilter, lang schema.Lang) (*schema.EventFilter, error) {
	if f == nil || f.Chat == "" && len(f.Content) == 0 && f.Text == "" {
		return nil, nil
	}
	read, err := readFilter(rec, nil, f, lang)
	if err != nil {
		return nil, err
	}
	plain := *f
	var names []string
	for _, a := range read.chats {
		names = append(names, namesOf(a)[0])
	}
	plain.Chat = strings.Join(names, ";")
	return &plain, nil
}

// Picks is what a webhook gets of its line's events. A filter was read when it was
// stored; one that cannot be read any more picks all, so that nothing is lost.
func (w WebhookRecord) Picks() Filter {
	f, _, err := filterOf(w.Events, w.Filter, "")
	if err != nil {
		return Filter{kinds: w.Events}
	}
	return f
}

// NextFor finds the next event of a webhook after a cursor. It looks at up to most
// events of its kinds; reached is the last of those, where it found none.
func NextFor(v View, w WebhookRecord, after int64, most int) (e schema.Event, ok bool, reached int64, err error) {
	picks := w.Picks()
	for range most {
		if e, ok, err = v.NextEvent(w.Line, after, w.Events); err != nil || !ok || picks.Passes(e) {
			return e, ok, 0, err
		}
		after = e.Cursor
	}
	return schema.Event{}, false, after, nil
}
