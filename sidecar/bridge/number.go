package bridge

import (
	"context"
	"errors"
	"fmt"

	"github.com/nodeline/nodeline/schema"
)

// NumberCheck implements API. Of several numbers the first that is on WhatsApp
// is the answer, else the first.
func (b *Bridge) NumberCheck(ctx context.Context, c Caller, r schema.NumberCheckRequest) (schema.NumberCheckResult, error) {
	o, err := b.owner(r.Line, c.Lang)
	if err != nil {
		return schema.NumberCheckResult{}, err
	}
	rec := o.line()
	if rec.State == schema.LineReplaced || !rec.State.Linked() {
		return schema.NumberCheckResult{}, refusal(rec, c.Lang)
	}
	phones, err := b.readPhones(ctx, rec, r.Phone)
	if err != nil {
		return schema.NumberCheckResult{}, invalidPhone("phone", c.Lang, err)
	}
	found, err := b.check(ctx, o, phones)
	if err != nil {
		return schema.NumberCheckResult{}, b.checkFailed(c.Lang, err)
	}
	best := found[0]
	for _, f := range found {
		if f.Contact.Exists {
			best = f
			break
		}
	}
	out := schema.NumberCheckResult{Exists: schema.No, Asked: best.Contact.Asked, Chat: best.Contact.Address, CheckedAt: best.At}
	if best.Contact.Exists {
		out.Exists = schema.Yes
	}
	return out, nil
}

// readPhones reads the numbers to check. A LID counts where its phone is known.
func (b *Bridge) readPhones(ctx context.Context, rec LineRecord, s string) ([]string, error) {
	phones, chat, err := readChat(s, regionOf(rec))
	if err != nil || len(phones) > 0 {
		return phones, err
	}
	err = b.store.Read(ctx, func(v View) (err error) {
		chat, err = v.Complete(rec.ID, chat)
		return err
	})
	if err == nil && chat.Phone == "" {
		err = fmt.Errorf("read phone: %w", errNotPhone)
	}
	return []string{chat.Phone}, err
}

// checkFailed: a check that could not be made is an error, never a No.
func (b *Bridge) checkFailed(lang schema.Lang, err error) error {
	if b.ctx.Err() != nil {
		return schema.NewError(schema.CodeShuttingDown, lang, err)
	}
	server := 0
	if known, ok := errors.AsType[*SendError](err); ok {
		server = known.Server
	}
	code := codeOf(err, server)
	if code == schema.CodeRefused {
		code = schema.CodeUnreachable // that one speaks of a message
	}
	b.log.Warn("check number", "server", server, "error", mask(err))
	e := schema.NewError(code, lang, err)
	e.Server = server
	return e
}

// check says of each phone whether it is on WhatsApp: from memory where that is
// fresh enough, else WhatsApp is asked. Same order, same length.
func (b *Bridge) check(ctx context.Context, o *owner, phones []string) ([]ContactRecord, error) {
	found := make([]ContactRecord, len(phones))
	var ask []string
	err := b.store.Read(ctx, func(v View) error {
		for i, phone := range phones {
			rec, ok, err := v.Contact(o.id, phone)
			if err != nil {
				return err
			}
			if ok && b.fresh(rec) {
				found[i] = rec
			} else {
				ask = append(ask, phone)
			}
		}
		return nil
	})
	if err != nil || len(ask) == 0 {
		return found, err
	}
	if !o.until(ctx, b.timing.FirstTry, func() bool { return o.rec.State == schema.LineConnected }) {
		return nil, fmt.Errorf("check numbers: %w", ErrOffline)
	}
	asked, err := b.sessions.Lookup(ctx, o.id, ask)
	if err != nil {
		return nil, err
	}
	if len(asked) != len(ask) {
		return nil, fmt.Errorf("check numbers: asked for %d, got %d", len(ask), len(asked))
	}
	for i, next := 0, 0; i < len(found); i++ {
		if found[i].Contact.Asked == "" {
			found[i] = ContactRecord{Line: o.id, Contact: asked[next], At: b.now()}
			found[i].Contact.Asked = phones[i]
			next++
		}
	}
	return found, b.remember(found)
}

// fresh reports whether an answer about a phone is still believed.
func (b *Bridge) fresh(rec ContactRecord) bool {
	if rec.Contact.Exists {
		return b.now().Sub(rec.At) < b.timing.ContactFor
	}
	return b.now().Sub(rec.At) < b.timing.AbsentFor
}

func (b *Bridge) remember(found []ContactRecord) error {
	return b.store.Write(context.WithoutCancel(b.ctx), func(tx Tx) error {
		for _, rec := range found {
			if err := tx.PutContact(rec); err != nil {
				return err
			}
			if rec.Contact.Exists {
				if err := b.meet(tx, rec.Line, rec.Contact.Address); err != nil {
					return err
				}
			}
		}
		return nil
	})
}
