package bridge

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/nodeline/nodeline/schema"
)

// recipient is whom a message goes to; see MessageRecord.
type recipient struct {
	phones []string
	chat   schema.Address
}

// referred is the message that a request points at: one of the outbox or one that came.
type referred struct {
	own     *MessageRecord
	came    *schema.IncomingMessage
	payload []byte // of came; nil: its text is all
}

// plainRef is a reference as it counts for telling requests apart.
func plainRef(ref *schema.MessageRef) *schema.MessageRef {
	if ref == nil {
		return nil
	}
	plain := ref.Plain()
	plain.From = nil
	return &plain
}

// refer finds the message that a field points at. What the line does not know is
// refused: WhatsApp would take it, and nobody would ever see an effect.
func (b *Bridge) refer(ctx context.Context, line schema.LineID, lang schema.Lang, field string, ref schema.MessageRef) (found referred, err error) {
	plain := ref.Plain()
	err = b.store.Read(ctx, func(v View) error {
		// Who came from somebody says so; a customer can take any id, ours too.
		look := []func(View, schema.LineID, schema.MessageRef) (referred, bool, error){findOwn, findCame}
		if plain.From != nil {
			slices.Reverse(look)
		}
		for _, fn := range look {
			var ok bool
			if found, ok, err = fn(v, line, plain); ok || err != nil {
				return err
			}
		}
		e := schema.NewError(schema.CodeMessageUnknown, lang, nil)
		e.Field = field
		return e
	})
	return found, err
}

func findOwn(v View, line schema.LineID, ref schema.MessageRef) (found referred, ok bool, err error) {
	var m MessageRecord
	if ref.Key != "" {
		m, ok, err = v.Message(line, ref.Key)
	} else if ref.ID != "" {
		m, ok, err = v.Message(line, schema.Key(ref.ID))
		ok = ok && m.Ask
	}
	if !ok && err == nil && ref.MessageID != "" {
		m, ok, err = v.MessageByID(line, ref.MessageID)
	}
	if err != nil || !ok {
		return found, false, err
	}
	if edit := m.Content.Edit; edit != nil {
		// The result of an edit stands for the message that was edited.
		return findOwn(v, line, schema.MessageRef{Key: edit.Target.Key, MessageID: edit.Target.ID})
	}
	return referred{own: &m}, true, nil
}

func findCame(v View, line schema.LineID, ref schema.MessageRef) (found referred, ok bool, err error) {
	if ref.MessageID == "" {
		return found, false, nil
	}
	e, payload, ok, err := v.EventOf(line, ref.MessageID)
	if err != nil || !ok || e.Message == nil || ref.From != nil && !isOneOf(*ref.From, e.Message.From) {
		return found, false, err
	}
	return referred{came: e.Message, payload: payload}, true, nil
}

// isOneOf reports whether an address names a person as any of theirs does.
func isOneOf(a schema.RefAddress, b schema.Address) bool {
	return a.Phone != "" && a.Phone == b.Phone || a.LID != "" && a.LID == b.LID || a.JID != "" && a.JID == b.JID
}

// to is the chat that the message is in.
func (r referred) to() recipient {
	if r.own != nil {
		return recipient{r.own.Phones, r.own.Chat}
	}
	return recipient{nil, r.came.Chat}
}

// fromMe reports whether the line's account wrote it.
func (r referred) fromMe() bool { return r.own != nil || r.came.FromMe }

// decorate reads what a draft says beside its content.
func (b *Bridge) decorate(ctx context.Context, rec LineRecord, lang schema.Lang, d *draft) error {
	for i, who := range d.mentions {
		jid, err := readMention(who, regionOf(rec))
		if err != nil {
			return invalidPhone(fmt.Sprintf("mentions[%d]", i), lang, err)
		}
		d.content.Mentions = append(d.content.Mentions, jid)
	}
	if d.quote == nil {
		return nil
	}
	found, err := b.refer(ctx, rec.ID, lang, "quote", *d.quote)
	if err != nil {
		return err
	}
	if err := b.pointable(found, lang, "quote"); err != nil {
		return err
	}
	d.content.Quote = quoteOf(rec, found, *d.to)
	return nil
}

// pointable refuses a message that no phone shows: one that failed, or that only
// changed another.
func (b *Bridge) pointable(r referred, lang schema.Lang, field string) error {
	if r.own == nil {
		return nil
	}
	code := schema.Code("")
	switch {
	case r.own.Status == schema.StatusFailed:
		code = schema.CodeTargetNotSent
	case r.own.Content.target() != nil:
		code = schema.CodeUnfit
	default:
		return nil
	}
	e := schema.NewError(code, lang, nil)
	e.Field = field
	return e
}

// readMention gives the JID of one person. Where the text names a phone, so does it.
func readMention(who, region string) (string, error) {
	phones, chat, err := readChat(who, region)
	switch {
	case err != nil:
		return "", err
	case len(phones) > 0:
		return strings.TrimPrefix(phones[0], "+") + "@s.whatsapp.net", nil
	case chat.LID == "":
		return "", fmt.Errorf("read mention: %w", errNotPhone)
	}
	return chat.LID, nil
}

func quoteOf(rec LineRecord, r referred, to recipient) *Quote {
	in := r.to().chat
	q := &Quote{}
	if r.own != nil {
		q.ID, q.Payload, q.From = r.own.ID, r.own.Payload, ownJID(rec, in)
	} else {
		q.ID, q.Payload, q.Text, q.From = r.came.ID, r.payload, r.came.Text, r.came.From.JID
	}
	if in.JID != "" && to.chat.JID != "" && in.JID != to.chat.JID {
		q.Chat = in.JID
	}
	return q
}

// ownJID is the line's own address as a chat knows it.
func ownJID(rec LineRecord, chat schema.Address) string {
	if rec.LID != "" && !strings.HasSuffix(chat.JID, "@s.whatsapp.net") {
		return rec.LID
	}
	return strings.TrimPrefix(rec.Phone, "+") + "@s.whatsapp.net"
}
