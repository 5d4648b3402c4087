package line

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/socket"
)

// A file is uploaded once for all messages that carry it:
//
//	first message ── upload ─▶ kept by content and kind ─▶ its message
//	later ones ───── wait for the one under way ─▶ young: as it is
//	                                               checked long ago: asked for ── there: as it is
//	                                                                            └─ 404, 410: upload
//
// Who gets it late must still find it, so an upload is reused for a day only: WhatsApp
// keeps files for about a month (assumed).
const (
	uploadFor  = 24 * time.Hour
	uploadsMax = 512 // of a line that are remembered
)

// uploadKey is a content as it is sealed for a kind of message.
type uploadKey struct {
	sum  string
	kind whatsmeow.MediaType
}

// uploaded is a file at WhatsApp; the zero value: it is not there.
type uploaded struct {
	whatsmeow.UploadResponse
	since   time.Time // its upload
	checked time.Time // when WhatsApp had it last
}

// uploadPlace is where one file's upload is kept.
type uploadPlace struct {
	turn chan struct{} // holds one note: whoever has it looks, or uploads
	is   uploaded      // guarded by turn
	made time.Time
}

// uploads are what a line has uploaded in this life.
type uploads struct {
	mu sync.Mutex
	of map[uploadKey]*uploadPlace
}

// place finds a file's place, or makes one; the oldest goes where there are too many.
func (u *uploads) place(key uploadKey) *uploadPlace {
	u.mu.Lock()
	defer u.mu.Unlock()
	if p, ok := u.of[key]; ok {
		return p
	}
	if u.of == nil {
		u.of = map[uploadKey]*uploadPlace{}
	}
	if len(u.of) >= uploadsMax {
		var oldest uploadKey
		for k, p := range u.of {
			if first, ok := u.of[oldest]; !ok || p.made.Before(first.made) {
				oldest = k
			}
		}
		delete(u.of, oldest)
	}
	p := &uploadPlace{turn: make(chan struct{}, 1), made: time.Now()}
	p.turn <- struct{}{}
	u.of[key] = p
	return p
}

// once gives a file's upload: the one that is there, else by upload.
func (o *owner) once(ctx context.Context, key uploadKey, upload func() (whatsmeow.UploadResponse, error)) (uploaded, error) {
	if key.sum == "" {
		at, err := upload()
		return uploaded{UploadResponse: at, since: time.Now()}, err
	}
	p := o.uploads.place(key)
	select {
	case <-p.turn:
	case <-ctx.Done():
		return uploaded{}, ctx.Err()
	}
	defer func() { p.turn <- struct{}{} }()
	now := time.Now()
	if !p.is.since.IsZero() && now.Sub(p.is.since) < uploadFor {
		if now.Sub(p.is.checked) < o.s.timing.Recheck || o.stillThere(ctx, p.is.URL) {
			p.is.checked = now
			return p.is, nil
		}
	}
	p.is = uploaded{}
	at, err := upload()
	if err != nil {
		return uploaded{}, err
	}
	p.is = uploaded{at, now, now}
	return p.is, nil
}

// stillThere asks WhatsApp for a file's first bytes. Only a plain word that it is gone
// counts: whatever else is in the way, the recipient is told the same place.
//
// Rests on whatsmeow's download.go for how a file is asked for and how 404 and 410 are read.
func (o *owner) stillThere(ctx context.Context, url string) bool {
	status, err := o.s.peek(ctx, url)
	if err != nil {
		o.log.Debug("look for an upload", "error", err)
	}
	return status != http.StatusNotFound && status != http.StatusGone
}

func (s *Sessions) peek(ctx context.Context, url string) (status int, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return 0, fmt.Errorf("look for file: %w", err)
	}
	req.Header.Set("Origin", socket.Origin)
	req.Header.Set("Referer", socket.Origin+"/")
	req.Header.Set("Range", "bytes=0-0")
	res, err := s.http.Do(req)
	if err != nil {
		return 0, fmt.Errorf("look for file: %w", err)
	}
	return res.StatusCode, res.Body.Close()
}
