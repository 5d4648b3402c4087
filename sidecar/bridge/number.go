package bridge

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/nodeline/nodeline/schema"
)

// NumberCheck implements API. Of several numbers of one person the first that is on
// WhatsApp is the answer, else the first.
func (b *Bridge) NumberCheck(ctx context.Context, c Caller, r schema.NumberCheckRequest) (schema.NumberCheckResult, error) {
	o, err := b.owner(r.Line, c.Lang)
	if err != nil {
		return schema.NumberCheckResult{}, err
	}
	rec := o.line()
	if rec.State == schema.LineReplaced || !rec.State.Linked() {
		return schema.NumberCheckResult{}, refusal(rec, c.Lang)
	}
	asked, fields := r.Phones, make([]string, len(r.Phones))
	for i := range fields {
		fields[i] = "phones[" + strconv.Itoa(i) + "]"
	}
	if r.Phone != "" {
		asked, fields = append([]string{r.Phone}, asked...), append([]string{"phone"}, fields...)
	}
	limited, cancel := within(ctx, r.TimeLimit)
	defer cancel()
	list, err := b.checkAll(limited, o, rec, c.Lang, asked, fields, seconds(r.MaxAge))
	if err != nil {
		return schema.NumberCheckResult{}, b.timedOut(ctx, limited, c.Lang, err)
	}
	var out schema.NumberCheckResult
	if r.Phone != "" {
		one := list[0]
		if one.Error != nil {
			return out, b.timedOut(ctx, limited, c.Lang, one.Error)
		}
		out.Exists, out.Chat, out.Asked, out.CheckedAt = one.Exists, *one.Chat, one.Asked, one.CheckedAt
		list = list[1:]
	}
	for i := range list {
		if e := list[i].Error; e != nil {
			list[i].Error, _ = errors.AsType[*schema.Error](b.timedOut(ctx, limited, c.Lang, e))
		}
	}
	out.Numbers = list
	return out, nil
}

// within bounds a call that sends nothing; 0 does not.
func within(ctx context.Context, limit int) (context.Context, context.CancelFunc) {
	if limit == 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, seconds(limit))
}

// timedOut gives an error of a bounded call its right name.
func (b *Bridge) timedOut(ctx, limited context.Context, lang schema.Lang, err error) error {
	if known, ok := errors.AsType[*schema.Error](err); ok && known.Code == schema.CodeInvalidPhone {
		return err
	}
	if ctx.Err() == nil && errors.Is(limited.Err(), context.DeadlineExceeded) && b.ctx.Err() == nil {
		return schema.NewError(schema.CodeTimedOut, lang, err)
	}
	return err
}

// checkAll checks people, each by the numbers that their field holds; the n-th of
// fields is what the request calls the n-th.
func (b *Bridge) checkAll(ctx context.Context, o *owner, rec LineRecord, lang schema.Lang, asked, fields []string, age time.Duration) ([]schema.CheckedNumber, error) {
	list := make([]schema.CheckedNumber, len(asked))
	numbers := make([][]string, len(asked))
	var all []string
	for i, s := range asked {
		list[i].Phone = s
		phones, err := b.readPhones(ctx, rec, s)
		if err != nil {
			list[i].Error, _ = errors.AsType[*schema.Error](invalidPhone(fields[i], lang, err))
			continue
		}
		numbers[i] = phones
		for _, phone := range phones {
			if !slices.Contains(all, phone) {
				all = append(all, phone)
			}
		}
	}
	found, missing, err := b.lookUp(ctx, o, all, age)
	if err != nil {
		return nil, b.fail("check numbers", lang, err)
	}
	var failure *schema.Error
	if missing != nil {
		failure, _ = errors.AsType[*schema.Error](b.checkFailed("check number", lang, missing))
	}
	for i := range list {
		if list[i].Error == nil {
			answer(&list[i], numbers[i], found, failure)
		}
	}
	return list, nil
}

// answer says what is known of one person's numbers; failure is why some are not known.
func answer(n *schema.CheckedNumber, phones []string, found map[string]ContactRecord, failure *schema.Error) {
	best, ok := ContactRecord{}, false
	for _, phone := range phones {
		rec, known := found[phone]
		switch {
		case !known: // it may be the one that is there
			n.Error = failure
			return
		case !ok || rec.Contact.Exists:
			best, ok = rec, true
		}
		if rec.Contact.Exists {
			break
		}
	}
	n.Exists, n.Chat, n.Asked, n.CheckedAt = schema.No, &best.Contact.Address, best.Contact.Asked, &best.At
	if best.Contact.Exists {
		n.Exists = schema.Yes
	}
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

// checkFailed: a check that could not be made is an error, never a No. what is for
// the log.
func (b *Bridge) checkFailed(what string, lang schema.Lang, err error) error {
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
	b.log.Warn(what, "server", server, "error", mask(err))
	e := schema.NewError(code, lang, err)
	e.Server = server
	return e
}

// check says of each phone whether it is on WhatsApp, by lookUp. Same order, same length.
func (b *Bridge) check(ctx context.Context, o *owner, phones []string) ([]ContactRecord, error) {
	known, missing, err := b.lookUp(ctx, o, phones, 0)
	if err = errors.Join(err, missing); err != nil {
		return nil, err
	}
	found := make([]ContactRecord, len(phones))
	for i, phone := range phones {
		found[i] = known[phone]
	}
	return found, nil
}

// lookUp says of phones whether they are on WhatsApp: from memory where that is fresh
// enough (age; 0: by default), else WhatsApp is asked. missing is why it could not be
// asked for those that are not in found.
func (b *Bridge) lookUp(ctx context.Context, o *owner, phones []string, age time.Duration) (found map[string]ContactRecord, missing, err error) {
	found = map[string]ContactRecord{}
	var ask []string
	err = b.store.Read(ctx, func(v View) error {
		for _, phone := range phones {
			rec, ok, err := v.Contact(o.id, phone)
			if err != nil {
				return err
			}
			if ok && b.fresh(rec, age) {
				found[phone] = rec
			} else {
				ask = append(ask, phone)
			}
		}
		return nil
	})
	if err != nil || len(ask) == 0 {
		return found, nil, err
	}
	if !o.until(ctx, b.timing.FirstTry, func() bool { return o.rec.State == schema.LineConnected }) {
		return found, fmt.Errorf("check numbers: %w", ErrOffline), nil
	}
	asked, err := b.sessions.Lookup(ctx, o.id, ask)
	if err != nil {
		return found, err, nil
	}
	if len(asked) != len(ask) {
		return found, fmt.Errorf("check numbers: asked for %d, got %d", len(ask), len(asked)), nil
	}
	fresh := make([]ContactRecord, len(ask))
	for i, contact := range asked {
		contact.Asked = ask[i]
		fresh[i] = ContactRecord{Line: o.id, Contact: contact, At: b.now()}
		found[ask[i]] = fresh[i]
	}
	return found, nil, b.remember(fresh)
}

// fresh reports whether an answer about a phone is still believed; age bounds it, 0
// does not.
func (b *Bridge) fresh(rec ContactRecord, age time.Duration) bool {
	limit := cmp.Or(age, b.timing.ContactFor)
	if !rec.Contact.Exists {
		limit = min(limit, b.timing.AbsentFor)
	}
	return b.now().Sub(rec.At) < limit
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
