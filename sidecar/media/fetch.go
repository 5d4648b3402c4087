package media

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"os"
	"path"
	"strings"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
	"github.com/nodeline/nodeline/sidecar/outward"
)

// redirectsMax is how many redirects are followed; each is judged as the link was.
const redirectsMax = 5

var (
	errRedirects = errors.New("too many redirects")
	errScheme    = errors.New("only http and https are fetched")
	errStalled   = errors.New("nothing came for too long")
)

func (f *Files) client(plain bool) *http.Client {
	t := f.policy.Transport(plain)
	t.ResponseHeaderTimeout = f.answer
	return &http.Client{Transport: t, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// Refuses implements bridge.Files.
func (f *Files) Refuses(raw string) error {
	u, err := url.Parse(raw)
	if err != nil {
		return err
	}
	if (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" {
		return errScheme
	}
	return f.policy.RefusesURL(raw)
}

// Fetch implements bridge.Files.
func (f *Files) Fetch(ctx context.Context, raw string, as schema.SendAs, progress func(bridge.Progress)) (bridge.File, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	answer, at, err := f.get(ctx, raw)
	if err != nil {
		return bridge.File{}, f.failure(ctx, at, err)
	}
	defer answer.Body.Close()
	host := at.Host
	if answer.StatusCode != http.StatusOK {
		return bridge.File{}, &bridge.FileError{Code: schema.CodeFileUnavailable, Host: host, Status: answer.StatusCode,
			Retry: answer.StatusCode == http.StatusTooManyRequests || answer.StatusCode >= 500, Err: errors.New(answer.Status)}
	}
	d := &download{answer: answer, as: as, name: nameFrom(answer.Header.Get("Content-Disposition"), at), at: at, progress: progress}
	alarm := time.AfterFunc(f.stall, func() { cancel(errStalled) })
	defer alarm.Stop()
	d.heard = func() { alarm.Reset(f.stall) }
	file, err := f.Take(ctx, d.name, answer.Header.Get("Content-Type"), d.write)
	if known, ok := errors.AsType[*bridge.FileError](err); ok {
		known.Host, known.Status = host, answer.StatusCode
		return file, known
	}
	if err != nil && d.broke {
		return file, f.failure(ctx, at, err)
	}
	return file, err
}

// get follows redirects, by the client of each one's scheme, and gives the last
// answer with the address that gave it. With an error it is the address that failed,
// nil for a link that is none.
func (f *Files) get(ctx context.Context, raw string) (*http.Response, *url.URL, error) {
	at, err := url.Parse(raw)
	if err != nil {
		return nil, nil, err
	}
	for range redirectsMax + 1 {
		if err := f.Refuses(at.String()); err != nil {
			return nil, at, err
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
		if err != nil {
			return nil, at, err
		}
		req.Header.Set("User-Agent", "Nodeline")
		req.Header.Set("Accept", "*/*")
		client := f.tls
		if at.Scheme == "http" {
			client = f.plain
		}
		answer, err := client.Do(req)
		if err != nil {
			return nil, at, err
		}
		next := answer.Header.Get("Location")
		if answer.StatusCode < 300 || answer.StatusCode >= 400 || next == "" {
			return answer, at, nil
		}
		answer.Body.Close()
		to, err := at.Parse(next)
		if err != nil {
			return nil, at, err
		}
		at = to
	}
	return nil, at, errRedirects
}

// failure names what went wrong with a link. What the link itself says stays out:
// it may hold a secret.
func (f *Files) failure(ctx context.Context, at *url.URL, err error) error {
	e := &bridge.FileError{Code: schema.CodeFileUnavailable, Err: err}
	if at != nil {
		e.Host = at.Host
	}
	if outer, ok := errors.AsType[*url.Error](err); ok {
		e.Err = outer.Err
	}
	if cause := context.Cause(ctx); errors.Is(cause, errStalled) {
		e.Err, e.Retry = cause, true
		return e
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	_, dial := errors.AsType[*net.OpError](err)
	missing, dns := errors.AsType[*net.DNSError](err)
	timeout, slow := errors.AsType[net.Error](err)
	_, certificate := errors.AsType[*tls.CertificateVerificationError](err)
	switch {
	case errors.Is(err, outward.ErrPrivate), errors.Is(err, outward.ErrPlain), errors.Is(err, errScheme):
		e.Code = schema.CodeFileRefused
	case dns && missing.IsNotFound:
		e.Trouble = schema.FileNoHost
	case errors.Is(err, errRedirects):
		e.Trouble = schema.FileRedirects
	case certificate:
		e.Trouble = schema.FileCertificate
	case dial, dns, slow && timeout.Timeout(), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		e.Retry = true
	}
	return e
}

// download writes an answer's body to a file, and stops as soon as it is clear
// that the file is none or too large.
type download struct {
	answer   *http.Response
	as       schema.SendAs
	name     string
	at       *url.URL
	progress func(bridge.Progress)
	heard    func()
	kind     schema.ContentKind
	broke    bool // the network is to blame
}

func (d *download) write(to *os.File) error {
	limit := int64(schema.DocumentMaxBytes)
	if d.answer.ContentLength > limit {
		return &bridge.FileError{Code: schema.CodeFileTooLarge}
	}
	head := make([]byte, headMax)
	n, err := io.ReadFull(d.answer.Body, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		d.broke = true
		return err
	}
	head = head[:n]
	if int64(n) < d.answer.ContentLength && n < headMax {
		d.broke = true
		return io.ErrUnexpectedEOF
	}
	if isPage(head) && !d.meantAsPage() {
		return &bridge.FileError{Code: schema.CodeFileIsPage}
	}
	_, d.kind, _ = sniff(head, d.answer.Header.Get("Content-Type"), d.name)
	if d.as != schema.AsDocument && d.kind != schema.ContentSticker {
		limit = schema.MediaLimit(d.kind)
	}
	if d.answer.ContentLength > limit {
		return &bridge.FileError{Code: schema.CodeFileTooLarge}
	}
	if _, err := to.Write(head); err != nil {
		return err
	}
	return d.rest(to, int64(n), limit)
}

// rest writes what follows the head.
func (d *download) rest(to *os.File, done, limit int64) error {
	buf := make([]byte, 64<<10)
	for {
		if d.progress != nil {
			d.progress(bridge.Progress{Kind: d.kind, Done: done, Total: d.answer.ContentLength})
		}
		n, err := d.answer.Body.Read(buf)
		if n > 0 {
			d.heard()
		}
		if done += int64(n); done > limit {
			return &bridge.FileError{Code: schema.CodeFileTooLarge}
		}
		if _, writeErr := to.Write(buf[:n]); writeErr != nil {
			return writeErr
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			d.broke = true
			return fmt.Errorf("read file: %w", err)
		}
	}
}

// meantAsPage: a file of HTML is one where its name or the answer says so.
func (d *download) meantAsPage() bool {
	disposition, _, err := mime.ParseMediaType(d.answer.Header.Get("Content-Disposition"))
	ending := strings.ToLower(path.Ext(d.at.Path))
	return err == nil && disposition == "attachment" || ending == ".html" || ending == ".htm"
}
