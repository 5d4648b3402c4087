package bridge

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nodeline/nodeline/schema"
)

// unlinkWait bounds how long WhatsApp is waited for when a line goes.
const unlinkWait = 10 * time.Second

var details = map[schema.LineState]schema.Text{
	schema.LineUnlinked: {
		En: "No WhatsApp account yet. Press Link and scan the QR code with the phone.",
		Ru: "Аккаунт WhatsApp ещё не привязан. Нажмите «Привязать» и отсканируйте QR-код телефоном."},
	schema.LineLinking: {
		En: "A QR code is waiting: scan it in WhatsApp under Linked devices.",
		Ru: "QR-код ждёт: отсканируйте его в WhatsApp, раздел «Связанные устройства»."},
	schema.LineConnecting: {
		En: "Connecting to WhatsApp.",
		Ru: "Подключается к WhatsApp."},
	schema.LineConnected: {
		En: "Connected: messages flow.",
		Ru: "Подключена: сообщения идут."},
	schema.LineReconnecting: {
		En: "WhatsApp cannot be reached. It is tried again by itself, and messages wait meanwhile.",
		Ru: "WhatsApp недоступен. Подключение повторяется само, сообщения пока ждут."},
	schema.LineReplaced: {
		En: "Another program uses this session. Stop it, then link the line again; nothing is sent until then.",
		Ru: "Сеанс использует другая программа. Остановите её и привяжите линию снова; до этого ничего не отправляется."},
	schema.LineLoggedOut: {
		En: "The phone has unlinked this line. Scan a new QR code.",
		Ru: "Телефон отвязал эту линию. Отсканируйте новый QR-код."},
	schema.LineBanned: {
		En: "WhatsApp has blocked this account. Open WhatsApp on the phone: it says why and for how long.",
		Ru: "WhatsApp заблокировал этот аккаунт. Откройте WhatsApp на телефоне: там указаны причина и срок."},
}

func (b *Bridge) lineOf(l LineRecord, waiting, queued int, lang schema.Lang) schema.Line {
	line := schema.Line{ID: l.ID, Name: l.Name, State: l.State, Phone: l.Phone, LID: l.LID, Region: l.Region,
		Since: l.Since, CreatedAt: l.Created, Waiting: waiting, Queued: queued,
		Pace: b.paceOf(l), Paused: !l.PausedAt.IsZero(), PausedReason: l.PausedReason, Renderings: l.Renderings, Window: policyOf(l), UndeliveredSeconds: int(l.Undelivered / time.Second)}
	if len(line.Renderings) == 0 {
		line.Renderings = []schema.Rendering{schema.RenderNumbered}
	}
	if line.Paused {
		line.PausedAt = &l.PausedAt
	}
	readTrouble(l.Trouble).tell(&line, lang)
	return line
}

// LineCreate implements API.
func (b *Bridge) LineCreate(ctx context.Context, c Caller, r schema.LineCreateRequest) (schema.Line, error) {
	rec := LineRecord{ID: r.ID, Name: r.Name, Region: r.Region, Secret: make([]byte, 32), State: schema.LineUnlinked, Created: b.now(),
		Undelivered: seconds(schema.UndeliveredDefaultSeconds)}
	rec.Since = rec.Created
	rand.Read(rec.Secret)
	if rec.ID == "" {
		rec.ID = schema.LineID("line-" + strings.ToLower(base32.StdEncoding.EncodeToString(random(5))))
	}
	b.mu.Lock()
	ready := b.started && !b.stopped
	b.mu.Unlock()
	if !ready {
		return schema.Line{}, schema.NewError(schema.CodeShuttingDown, c.Lang, nil)
	}
	err := b.store.Write(ctx, func(tx Tx) error { return tx.InsertLine(rec) })
	if errors.Is(err, ErrExists) {
		e := schema.NewError(schema.CodeLineExists, c.Lang, nil)
		e.Field = "id"
		return schema.Line{}, e
	}
	if err != nil {
		return schema.Line{}, b.fail("create line", c.Lang, err)
	}
	b.mu.Lock()
	if !b.stopped {
		b.own(newOwner(b, rec))
	}
	b.mu.Unlock()
	if err := b.sessions.Start(rec.ID, ""); err != nil {
		b.log.Error("start line", "line", rec.ID, "error", err)
	}
	return b.lineOf(rec, 0, 0, c.Lang), nil
}

func random(n int) []byte {
	b := make([]byte, n)
	rand.Read(b)
	return b
}

// LineList implements API; rpc leaves out what the token may not see.
func (b *Bridge) LineList(ctx context.Context, c Caller, _ schema.LineListRequest) (schema.LineListResult, error) {
	out := schema.LineListResult{Lines: []schema.Line{}}
	err := b.store.Read(ctx, func(v View) error {
		lines, err := v.Lines()
		for _, rec := range lines {
			if err != nil {
				break
			}
			var line schema.Line
			line, err = b.lineView(v, rec, c.Lang)
			b.mu.Lock()
			o := b.owners[rec.ID]
			b.mu.Unlock()
			if o != nil {
				line.Waits = o.waitCounts(c.Lang)
			}
			out.Lines = append(out.Lines, line)
		}
		return err
	})
	if err != nil {
		return schema.LineListResult{}, b.fail("list lines", c.Lang, err)
	}
	return out, nil
}

func (b *Bridge) lineView(v View, rec LineRecord, lang schema.Lang) (schema.Line, error) {
	waiting, queued, err := v.Counts(rec.ID)
	if readTrouble(rec.Trouble).over(b.now()) {
		rec.Trouble = ""
	}
	return b.lineOf(rec, waiting, queued, lang), err
}

// LineStatus implements API.
func (b *Bridge) LineStatus(ctx context.Context, c Caller, r schema.LineRequest) (line schema.Line, err error) {
	o, err := b.owner(r.Line, c.Lang)
	if err != nil {
		return schema.Line{}, err
	}
	err = b.store.Read(ctx, func(v View) (err error) {
		line, err = b.lineView(v, o.line(), c.Lang)
		line.Waits = o.waitCounts(c.Lang)
		return err
	})
	if err != nil {
		return schema.Line{}, b.fail("read line", c.Lang, err)
	}
	return line, nil
}

// LineUnlink implements API. Open asks stay open: their deadlines end them.
func (b *Bridge) LineUnlink(ctx context.Context, c Caller, r schema.LineRequest) (schema.Line, error) {
	if _, err := b.owner(r.Line, c.Lang); err != nil {
		return schema.Line{}, err
	}
	b.logOut(ctx, r.Line)
	err := b.Session(context.WithoutCancel(ctx), Session{Line: r.Line, State: schema.LineUnlinked, At: b.now()})
	if err != nil {
		return schema.Line{}, b.fail("unlink line", c.Lang, err)
	}
	return b.LineStatus(context.WithoutCancel(ctx), c, r)
}

// logOut tells WhatsApp that the session ends. If WhatsApp cannot be told, the
// session is forgotten here all the same.
func (b *Bridge) logOut(ctx context.Context, line schema.LineID) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), unlinkWait)
	defer cancel()
	if err := b.sessions.Unlink(ctx, line); err != nil {
		b.log.Warn("log out at WhatsApp", "line", line, "error", mask(err))
	}
}

// LineRemove implements API: nothing is sent any more, the account is logged
// out, open asks end as cancelled, and the line is forgotten. Deliveries stay
// until they are acknowledged.
func (b *Bridge) LineRemove(ctx context.Context, c Caller, r schema.LineRequest) (schema.Line, error) {
	o, err := b.owner(r.Line, c.Lang)
	if err != nil {
		return schema.Line{}, err
	}
	b.mu.Lock()
	delete(b.owners, r.Line)
	b.mu.Unlock()
	b.clock.drop(r.Line)
	o.stop()
	<-o.done
	ctx = context.WithoutCancel(ctx)
	b.logOut(ctx, r.Line)
	b.sessions.Stop(r.Line)
	rec := o.line()
	err = b.store.Write(ctx, func(tx Tx) error {
		if err := b.cancelAll(tx, r.Line); err != nil {
			return err
		}
		return tx.DeleteLine(r.Line)
	})
	if err != nil {
		b.back(ctx, rec)
		return schema.Line{}, b.fail("remove line", c.Lang, err)
	}
	rec.State, rec.Account, rec.Phone, rec.LID, rec.Since = schema.LineUnlinked, "", "", "", b.now()
	return b.lineOf(rec, 0, 0, c.Lang), nil
}

// back puts a line that could not be forgotten where it was, logged out: what is
// stored of it stays within reach, and it can be removed again.
func (b *Bridge) back(ctx context.Context, rec LineRecord) {
	var was past
	err := b.store.Read(ctx, func(v View) (err error) {
		was, err = b.recollect(v, rec.ID)
		return err
	})
	if err != nil {
		b.log.Error("read queue", "line", rec.ID, "error", err)
	}
	rec.State, rec.Account, rec.Phone, rec.LID, rec.Since = schema.LineUnlinked, "", "", "", b.now()
	o := newOwner(b, rec)
	o.restore(was)
	b.mu.Lock()
	if !b.stopped {
		b.own(o)
		b.look(o.id)
	}
	b.mu.Unlock()
	if err := b.sessions.Start(rec.ID, ""); err != nil {
		b.log.Error("start line", "line", rec.ID, "error", err)
	}
}

// reasonRemoved is for programs as well as people, like any reason of a cancel.
const reasonRemoved = "line removed"

func (b *Bridge) cancelAll(tx Tx, line schema.LineID) error {
	for _, state := range []schema.AskState{schema.AskSending, schema.AskWaiting} {
		for {
			open, err := tx.Asks(line, AskFilter{State: state, Count: dueBatch})
			if err != nil || len(open) == 0 {
				if err != nil {
					return err
				}
				break
			}
			for _, a := range open {
				if _, err := b.finish(tx, a, schema.Outcome{Kind: schema.OutcomeCancelled, Reason: reasonRemoved}, nil); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// Session implements Inbox: where a line's session stands is stored, told by an
// event, and known to the worker.
func (b *Bridge) Session(ctx context.Context, s Session) error {
	err := b.store.Write(ctx, func(tx Tx) error {
		rec, ok, err := tx.Line(s.Line)
		if err != nil || !ok {
			return errors.Join(err, missing(ok))
		}
		was := rec
		rec.Account, rec.Phone, rec.LID, rec.Trouble = s.Account, s.Phone, s.LID, s.Trouble.String()
		if s.State != was.State {
			rec.State, rec.Since = s.State, b.now()
		}
		return b.storeLine(tx, rec, rec.State != was.State || rec.Phone != was.Phone || rec.Trouble != was.Trouble, &s)
	})
	if err != nil {
		return fmt.Errorf("record session of %s: %w", s.Line, err)
	}
	b.log.Info("line", "line", s.Line, "state", s.State, "trouble", s.Trouble.String(), "detail", s.Detail)
	return nil
}

func missing(ok bool) error {
	if ok {
		return nil
	}
	return ErrNoLine
}
