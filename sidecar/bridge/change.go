package bridge

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/nodeline/nodeline/schema"
)

var detailPaused = schema.Text{
	En: "Connected and paused: nothing is sent until the line is resumed. Everything is received.",
	Ru: "Подключена и приостановлена: ничего не отправляется, пока линию не возобновят. Приём продолжается."}

// LineUpdate implements API.
func (b *Bridge) LineUpdate(ctx context.Context, c Caller, r schema.LineUpdateRequest) (schema.Line, error) {
	return b.changeLine(ctx, c, r.Line, func(rec *LineRecord) {
		if r.Name != "" {
			rec.Name = r.Name
		}
		if r.Region != "" {
			rec.Region = r.Region
		}
		if len(r.Renderings) > 0 {
			rec.Renderings = r.Renderings
		}
		rec.Window = cmp.Or(r.Window, rec.Window)
		if r.UndeliveredSeconds != nil {
			rec.Undelivered = seconds(*r.UndeliveredSeconds)
		}
		if r.Pace != nil {
			pace := b.paceOf(*rec).With(*r.Pace)
			rec.Pace = &pace
		}
	})
}

// LinePause implements API.
func (b *Bridge) LinePause(ctx context.Context, c Caller, r schema.LinePauseRequest) (schema.Line, error) {
	return b.changeLine(ctx, c, r.Line, func(rec *LineRecord) {
		if rec.PausedAt.IsZero() {
			rec.PausedAt = b.now()
		}
		rec.PausedReason = r.Reason
	})
}

// LineResume implements API.
func (b *Bridge) LineResume(ctx context.Context, c Caller, r schema.LineRequest) (schema.Line, error) {
	return b.changeLine(ctx, c, r.Line, func(rec *LineRecord) {
		rec.PausedAt, rec.PausedReason = time.Time{}, ""
	})
}

// changeLine stores a change of a line that somebody made, tells it by an event
// and to the worker.
func (b *Bridge) changeLine(ctx context.Context, c Caller, line schema.LineID, fn func(*LineRecord)) (schema.Line, error) {
	if _, err := b.owner(line, c.Lang); err != nil {
		return schema.Line{}, err
	}
	err := b.store.Write(ctx, func(tx Tx) error {
		rec, ok, err := tx.Line(line)
		if err != nil || !ok {
			return errors.Join(err, missing(ok))
		}
		fn(&rec)
		return b.storeLine(tx, rec, true, nil)
	})
	if err != nil {
		return schema.Line{}, b.fail("change line", c.Lang, err)
	}
	return b.LineStatus(context.WithoutCancel(ctx), c, schema.LineRequest{Line: line})
}

// storeLine writes a line and, if it is to be told, appends an event. Once that is
// committed the line's owner knows it, with the news of the session that it follows
// from (nil: none), and what is timed of the line is looked at anew.
func (b *Bridge) storeLine(tx Tx, rec LineRecord, tell bool, news *Session) error {
	if err := tx.UpdateLine(rec); err != nil {
		return err
	}
	tx.AfterCommit(func() {
		b.mu.Lock()
		o := b.owners[rec.ID]
		b.mu.Unlock()
		if o == nil {
			return
		}
		o.update(rec, news)
		if news != nil {
			b.look(rec.ID)
		}
	})
	if !tell {
		return nil
	}
	line, err := b.lineView(tx, rec, schema.English)
	if err != nil {
		return err
	}
	return b.append(tx, schema.Event{Line: rec.ID, Kind: schema.EventLineState, At: b.now(), State: &line})
}
