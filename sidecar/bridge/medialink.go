package bridge

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/nodeline/nodeline/schema"
)

// mediaSign signs a link to a file until a moment, with the line's secret.
func mediaSign(secret []byte, id schema.MediaID, until int64) string {
	h := hmac.New(sha256.New, secret)
	h.Write([]byte("media\x00" + string(id) + "\x00" + strconv.FormatInt(until, 10)))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:18])
}

// mediaOf is a file as events and results show it, with a link that works for a while.
func (b *Bridge) mediaOf(rec LineRecord, f FileRecord) schema.Media {
	until := b.now().Add(b.timing.MediaLink)
	if until.After(f.Until) {
		until = f.Until
	}
	until = until.Truncate(time.Second)
	query := url.Values{"until": {strconv.FormatInt(until.Unix(), 10)}, "sig": {mediaSign(rec.Secret, f.ID, until.Unix())}}
	return schema.Media{ID: f.ID, Kind: f.Kind, Mime: f.Mime, Size: f.Size, Name: f.Name, Seconds: f.Seconds, Width: f.Width, Height: f.Height,
		URL:          strings.TrimSuffix(b.publicURL, "/") + "/media/" + string(rec.ID) + "/" + string(f.ID) + "?" + query.Encode(),
		URLExpiresAt: until}
}

// MediaGet implements API.
func (b *Bridge) MediaGet(ctx context.Context, c Caller, r schema.MediaGetRequest) (schema.MediaGetResult, error) {
	o, err := b.owner(r.Line, c.Lang)
	if err != nil {
		return schema.MediaGetResult{}, err
	}
	var f FileRecord
	var ok bool
	err = b.store.Read(ctx, func(v View) (err error) {
		f, ok, err = v.File(r.Line, r.MediaID)
		return err
	})
	if err != nil {
		return schema.MediaGetResult{}, b.fail("get file", c.Lang, err)
	}
	if !ok || !f.Until.After(b.now()) {
		return schema.MediaGetResult{}, schema.NewError(schema.CodeMediaNotFound, c.Lang, nil)
	}
	return schema.MediaGetResult{Media: b.mediaOf(o.line(), f)}, nil
}

// MediaUpload implements API.
func (b *Bridge) MediaUpload(ctx context.Context, c Caller, line schema.LineID, name, mime string, r io.Reader) (schema.MediaGetResult, error) {
	o, err := b.owner(line, c.Lang)
	if err != nil {
		return schema.MediaGetResult{}, err
	}
	f, err := b.files.Keep(ctx, r, name, mime, schema.DocumentMaxBytes)
	if err != nil {
		return schema.MediaGetResult{}, b.fail("keep file", c.Lang, fileFailure(err, "", c.Lang))
	}
	at := b.now()
	rec := FileRecord{Line: line, File: f, Created: at, Until: at.Add(b.timing.KeepMedia)}
	err = b.store.Write(ctx, func(tx Tx) (err error) {
		rec, err = tx.InsertFile(rec)
		return err
	})
	if err != nil {
		return schema.MediaGetResult{}, b.fail("keep file", c.Lang, err)
	}
	return schema.MediaGetResult{Media: b.mediaOf(o.line(), rec)}, nil
}

// MediaOpen implements API.
func (b *Bridge) MediaOpen(ctx context.Context, lang schema.Lang, line schema.LineID, id schema.MediaID, until int64, sig string) (FileRecord, *os.File, error) {
	o, err := b.owner(line, lang)
	if err != nil {
		return FileRecord{}, nil, err
	}
	good := hmac.Equal([]byte(sig), []byte(mediaSign(o.line().Secret, id, until)))
	if !good || b.now().Unix() >= until {
		return FileRecord{}, nil, schema.NewError(schema.CodeMediaLink, lang, nil)
	}
	rec, bytes, err := b.openFile(ctx, line, id)
	if err != nil {
		return rec, nil, b.fail("open file", lang, fileFailure(openFailure(err), "", lang))
	}
	return rec, bytes, nil
}

// openFailure names why a file could not be had from WhatsApp now.
func openFailure(err error) error {
	if known, ok := errors.AsType[*SendError](err); ok {
		return &FileError{Code: codeOf(known.Err, known.Server), Err: err}
	}
	return err
}

// received stores what is known of an attachment that came, for its event.
func (b *Bridge) received(tx Tx, rec LineRecord, in Incoming) (*schema.Media, error) {
	if in.File == nil {
		return nil, nil
	}
	at := b.now()
	f, err := tx.InsertFile(FileRecord{Line: in.Line, File: *in.File, Remote: in.Remote, Created: at, Until: at.Add(b.timing.KeepMedia)})
	if err != nil {
		return nil, err
	}
	shown := b.mediaOf(rec, f)
	return &shown, nil
}

// sweepFiles deletes the bytes that belong to no file any more. One that was taken
// a moment ago may not have been noted yet.
func (b *Bridge) sweepFiles() {
	err := b.files.Sweep(b.ctx, b.now().Add(-sweepAfter), func(sums []string) (known map[string]bool, err error) {
		err = b.store.Read(b.ctx, func(v View) (err error) {
			known, err = v.KnownFiles(sums)
			return err
		})
		return known, err
	})
	if err != nil && b.ctx.Err() == nil && StorageCode(err) == "" {
		b.log.Error("sweep files", "error", err)
	}
}
