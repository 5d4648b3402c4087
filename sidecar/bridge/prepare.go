package bridge

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/nodeline/nodeline/schema"
)

// A message that is a file is made ready beside the line's queue:
//
//	stored ── fetch ─▶ file here ── upload, once the line is connected ─▶ payload built ─▶ the worker
//	            │ dead                  │ refused
//	            └───────── failed ◀─────┘
//
// Each arrow is one commit, so a crash repeats a step and no message: until the
// payload is stored nothing of it has gone. Its chat waits for it, others do not.

const (
	preparing  = 4 // files of a line that are fetched or uploaded at once
	fetchTries = 3 // of a link whose host is in trouble
)

// files are a line's messages that are not ready. Guarded by the owner's mu.
type files struct {
	staged []*pending // in the order of commit
	busy   int
	wake   chan struct{} // holds one note: look again
}

// stage has a message made ready. The caller holds mu.
func (o *owner) stage(p *pending) {
	o.files.staged = append(o.files.staged, p)
	o.look()
}

// look has runFiles look again. The caller holds mu.
func (o *owner) look() {
	select {
	case o.files.wake <- struct{}{}:
	default:
	}
}

// runFiles makes messages ready, some at once, until the line ends.
func (o *owner) runFiles() {
	var work sync.WaitGroup
	defer work.Wait()
	for {
		o.mu.Lock()
		for p := o.nextStaged(); p != nil; p = o.nextStaged() {
			ctx, stop := context.WithCancel(o.ctx)
			p.unprepare = stop
			o.files.busy++
			work.Go(func() {
				defer stop()
				again := o.prepare(ctx, p)
				o.mu.Lock()
				defer o.mu.Unlock()
				o.files.busy--
				if again && o.live[p.key] == p {
					o.files.staged = append(o.files.staged, p)
				}
				o.look()
			})
		}
		o.mu.Unlock()
		select {
		case <-o.files.wake:
		case <-o.ctx.Done():
			return
		}
	}
}

// nextStaged takes the oldest message that something can be done for now: an upload
// needs the connection. The caller holds mu.
func (o *owner) nextStaged() *pending {
	if o.files.busy >= preparing {
		return nil
	}
	connected := o.rec.State == schema.LineConnected
	o.files.staged = slices.DeleteFunc(o.files.staged, func(p *pending) bool { return p.rec.Settled || o.live[p.key] != p })
	at := slices.IndexFunc(o.files.staged, func(p *pending) bool { return p.rec.Stage == StageFetch || connected })
	if at < 0 {
		return nil
	}
	p := o.files.staged[at]
	o.files.staged = slices.Delete(o.files.staged, at, at+1)
	return p
}

// prepare takes a message one stage on, or fails it; again: there is another.
func (o *owner) prepare(ctx context.Context, p *pending) (again bool) {
	m, err := o.row(p.key)
	if err != nil {
		return o.pauseFile(ctx, p, err)
	}
	if m.Settled || m.Stage == "" {
		return false
	}
	step := o.fetch
	if m.Stage == StageUpload {
		step = o.upload
	}
	if err = step(ctx, p, m); err == nil {
		o.mu.Lock()
		defer o.mu.Unlock()
		p.fileTries, p.progress = 0, Progress{}
		return p.rec.Stage != ""
	}
	if ctx.Err() != nil {
		return false // settled meanwhile, or the line ended
	}
	code, detail, hopeless := o.judgeFile(p, m, err)
	if !hopeless {
		return o.pauseFile(ctx, p, err)
	}
	o.b.log.Warn("message not sent: its file", "line", o.id, "key", p.key, "code", code, "error", mask(err))
	err = o.change(p, func(row *MessageRecord) {
		row.Settled, row.Status, row.Code, row.Detail = true, schema.StatusFailed, code, detail.String()
	})
	if err != nil {
		return o.pauseFile(ctx, p, err)
	}
	return false
}

// judgeFile says whether there is a use in trying again, and what is wrong otherwise.
func (o *owner) judgeFile(p *pending, m MessageRecord, err error) (code schema.Code, d Detail, hopeless bool) {
	o.mu.Lock()
	p.fileTries++
	tries := p.fileTries
	if errors.Is(err, ErrOffline) {
		p.fileTries = 0
	}
	o.mu.Unlock()
	if m.Content.Media != nil {
		d.Field = m.Content.Media.Field
	}
	if known, ok := errors.AsType[*FileError](err); ok {
		d.Host, d.Status, d.Trouble = known.Host, known.Status, known.Trouble
		return known.Code, d, !known.Retry || tries >= fetchTries
	}
	if StorageCode(err) != "" || errors.Is(err, ErrOffline) {
		return "", d, false
	}
	if known, ok := errors.AsType[*SendError](err); ok {
		return codeOf(known.Err, known.Server), d, !known.Retry || tries >= o.b.timing.Tries
	}
	return schema.CodeInternal, d, tries >= o.b.timing.Tries
}

// pauseFile waits a little longer each time; again is false when the message or the line ended.
func (o *owner) pauseFile(ctx context.Context, p *pending, err error) (again bool) {
	o.mu.Lock()
	p.filePause = min(max(2*p.filePause, o.b.timing.RetryMin), o.b.timing.RetryMax)
	pause := p.filePause
	o.mu.Unlock()
	o.b.log.Debug("try the file again", "line", o.id, "key", p.key, "pause", pause, "error", err)
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// fetch brings a message's file here.
func (o *owner) fetch(ctx context.Context, p *pending, m MessageRecord) error {
	f, err := o.b.files.Fetch(ctx, m.Content.Media.URL, m.Content.Media.As, func(at Progress) {
		o.mu.Lock()
		p.progress = at
		o.mu.Unlock()
	})
	if err != nil {
		return err
	}
	return o.b.store.Write(ctx, func(tx Tx) error {
		at := o.b.now()
		rec, err := tx.InsertFile(FileRecord{Line: o.id, File: f, Created: at, Until: at.Add(o.b.timing.KeepMedia)})
		if err != nil {
			return err
		}
		return o.b.move(tx, o.id, p.key, func(row *MessageRecord) {
			if !row.Settled {
				row.File, row.Stage = rec.ID, StageUpload
			}
		})
	})
}

// upload brings a message's file to WhatsApp and stores what its tries will send.
func (o *owner) upload(ctx context.Context, p *pending, m MessageRecord) error {
	rec, bytes, err := o.b.openFile(ctx, o.id, m.File)
	if lost, ok := errors.AsType[*FileError](err); ok && lost.Code == schema.CodeMediaNotFound && m.Content.Media.URL != "" {
		// As after a restore: backups hold no files.
		return o.b.store.Write(ctx, func(tx Tx) error {
			return o.b.move(tx, o.id, p.key, func(row *MessageRecord) {
				if !row.Settled {
					row.File, row.Stage = "", StageFetch
				}
			})
		})
	}
	if err != nil {
		return err
	}
	defer bytes.Close()
	content := m.Content
	payload, err := o.b.sessions.Upload(ctx, o.id, content, content.Media.named(rec.File), bytes)
	if err != nil {
		return err
	}
	return o.b.store.Write(ctx, func(tx Tx) error {
		return o.b.move(tx, o.id, p.key, func(row *MessageRecord) {
			if !row.Settled {
				row.Payload, row.Stage = payload, ""
			}
		})
	})
}

// openFile opens a file of a line, from WhatsApp where it is not here yet.
func (b *Bridge) openFile(ctx context.Context, line schema.LineID, id schema.MediaID) (rec FileRecord, bytes *os.File, err error) {
	var ok bool
	err = b.store.Read(ctx, func(v View) (err error) {
		rec, ok, err = v.File(line, id)
		return err
	})
	if err != nil {
		return rec, nil, err
	}
	if !ok {
		return rec, nil, &FileError{Code: schema.CodeMediaNotFound}
	}
	if rec.Sum != "" {
		bytes, err = b.files.Open(rec.Sum)
		if !errors.Is(err, os.ErrNotExist) {
			return rec, bytes, err
		}
	}
	if rec.Remote == nil {
		return rec, nil, &FileError{Code: schema.CodeMediaNotFound}
	}
	if rec, err = b.download(ctx, rec); err != nil {
		return rec, nil, err
	}
	bytes, err = b.files.Open(rec.Sum)
	return rec, bytes, err
}

// download brings a received file here.
func (b *Bridge) download(ctx context.Context, rec FileRecord) (FileRecord, error) {
	f, err := b.files.Take(ctx, rec.Name, rec.Mime, func(to *os.File) error {
		return b.sessions.Download(ctx, rec.Line, rec.Remote, to)
	})
	if errors.Is(err, ErrMediaGone) {
		return rec, &FileError{Code: schema.CodeMediaGone, Err: err}
	}
	if err != nil {
		return rec, fmt.Errorf("download: %w", err)
	}
	// What the message said of the file stays: it is what the event told.
	rec.Sum, rec.Size = f.Sum, f.Size
	return rec, b.store.Write(ctx, func(tx Tx) error {
		now, ok, err := tx.File(rec.Line, rec.ID)
		if err != nil || !ok {
			return err
		}
		now.Sum, now.Size = f.Sum, f.Size
		return tx.UpdateFile(now)
	})
}
