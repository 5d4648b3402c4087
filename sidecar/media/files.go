package media

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
	"github.com/nodeline/nodeline/sidecar/outward"
)

// Config is what Open needs.
type Config struct {
	// Dir holds the files; it is made where it is missing.
	Dir string
	// Policy says where files may be fetched from.
	Policy outward.Policy
	// Quota is how many bytes all files together may take before an upload is refused;
	// 0: any number. What messages need comes in all the same.
	Quota int64
	// Log nil: slog.Default().
	Log *slog.Logger
	// Answer is how long a host may take until its answer begins; 30 s.
	Answer time.Duration
	// Stall is how long nothing may come of a file on its way; 30 s.
	Stall time.Duration
}

// Files implements bridge.Files.
type Files struct {
	dir    string
	log    *slog.Logger
	policy outward.Policy
	answer time.Duration
	stall  time.Duration
	quota  int64
	used   atomic.Int64 // bytes of all files, and of uploads under way
	moving sync.Mutex   // files come and go one at a time, so that used counts each once
	plain  *http.Client // http
	tls    *http.Client // https
}

var _ bridge.Files = (*Files)(nil)

const partPrefix = "part-"

// Open prepares the folder and removes what a crash has left half written.
func Open(cfg Config) (*Files, error) {
	f := &Files{dir: cfg.Dir, log: cfg.Log, policy: cfg.Policy, quota: cfg.Quota, answer: cfg.Answer, stall: cfg.Stall}
	if f.log == nil {
		f.log = slog.Default()
	}
	if f.answer <= 0 {
		f.answer = 30 * time.Second
	}
	if f.stall <= 0 {
		f.stall = 30 * time.Second
	}
	if err := os.MkdirAll(f.dir, 0o700); err != nil {
		return nil, fmt.Errorf("open media folder: %w", err)
	}
	parts, err := filepath.Glob(filepath.Join(f.dir, partPrefix+"*"))
	if err != nil {
		return nil, fmt.Errorf("open media folder: %w", err)
	}
	for _, part := range parts {
		if err := os.Remove(part); err != nil {
			return nil, fmt.Errorf("open media folder: %w", err)
		}
	}
	if err := f.count(); err != nil {
		return nil, err
	}
	f.plain, f.tls = f.client(true), f.client(false)
	return f, nil
}

// count finds out how much the files take.
func (f *Files) count() error {
	return filepath.WalkDir(f.dir, func(_ string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			var info os.FileInfo
			if info, err = e.Info(); err == nil {
				f.used.Add(info.Size())
			}
		}
		if err != nil {
			return fmt.Errorf("count files: %w", err)
		}
		return nil
	})
}

// Close ends idle connections.
func (f *Files) Close() {
	f.plain.CloseIdleConnections()
	f.tls.CloseIdleConnections()
}

// path is where a content is kept.
func (f *Files) path(sum string) string { return filepath.Join(f.dir, sum[:2], sum) }

// Open implements bridge.Files.
func (f *Files) Open(sum string) (*os.File, error) {
	if raw, err := hex.DecodeString(sum); err != nil || len(raw) != sha256.Size {
		return nil, fmt.Errorf("open file: %w", os.ErrNotExist)
	}
	return os.Open(f.path(sum))
}

// Keep implements bridge.Files.
func (f *Files) Keep(_ context.Context, r io.Reader, name, mime string, limit int64) (bridge.File, error) {
	in := &counted{Reader: io.LimitReader(r, limit+1), f: f}
	defer func() { f.used.Add(-in.n) }() // what stays is counted where it stays
	return f.Take(context.Background(), name, mime, func(to *os.File) error {
		n, err := io.Copy(to, in)
		if err == nil && n > limit {
			err = &bridge.FileError{Code: schema.CodeFileTooLarge}
		}
		return err
	})
}

// counted is an upload under way; it ends where there is no more room.
type counted struct {
	io.Reader
	f *Files
	n int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += int64(n)
	if used := c.f.used.Add(int64(n)); c.f.quota > 0 && used > c.f.quota {
		return n, &bridge.FileError{Code: schema.CodeMediaFull}
	}
	return n, err
}

// Take implements bridge.Files. The file is on disk when it returns.
func (f *Files) Take(_ context.Context, name, mime string, write func(*os.File) error) (file bridge.File, err error) {
	defer func() {
		if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
			err = fmt.Errorf("%w: %w", bridge.ErrStorageFull, err)
		}
	}()
	part, err := os.CreateTemp(f.dir, partPrefix+"*")
	if err != nil {
		return file, fmt.Errorf("take file: %w", err)
	}
	defer os.Remove(part.Name()) // it is gone where it was renamed
	defer part.Close()
	if err := write(part); err != nil {
		return file, err
	}
	if file, err = measure(part, name, mime); err != nil {
		return file, err
	}
	if err := part.Sync(); err != nil {
		return file, fmt.Errorf("take file: %w", err)
	}
	return file, f.place(part.Name(), file.Sum)
}

// place puts a whole file where its content is looked for. One that is there
// already is made young, so that no sweep takes it meanwhile.
func (f *Files) place(part, sum string) error {
	to := f.path(sum)
	dir := filepath.Dir(to)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("take file: %w", err)
	}
	if err := f.move(part, to); err != nil {
		return fmt.Errorf("take file: %w", err)
	}
	return errors.Join(syncDir(dir), syncDir(f.dir))
}

func (f *Files) move(part, to string) error {
	f.moving.Lock()
	defer f.moving.Unlock()
	before := sizeOf(to)
	if err := os.Rename(part, to); err != nil {
		return err
	}
	f.used.Add(sizeOf(to) - before)
	return nil
}

// remove deletes a file that may be gone already.
func (f *Files) remove(sum string) error {
	f.moving.Lock()
	defer f.moving.Unlock()
	size := sizeOf(f.path(sum))
	if err := os.Remove(f.path(sum)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	f.used.Add(-size)
	return nil
}

// sizeOf is 0 for a file that is not there.
func sizeOf(name string) int64 {
	info, err := os.Stat(name)
	if err != nil {
		return 0
	}
	return info.Size()
}

// measure finds out all that is known of a file's bytes.
func measure(part *os.File, name, mime string) (file bridge.File, err error) {
	if _, err := part.Seek(0, io.SeekStart); err != nil {
		return file, fmt.Errorf("measure file: %w", err)
	}
	hash := sha256.New()
	if file.Size, err = io.Copy(hash, part); err != nil {
		return file, fmt.Errorf("measure file: %w", err)
	}
	if file.Size == 0 {
		return file, &bridge.FileError{Code: schema.CodeFileEmpty}
	}
	file.Sum = hex.EncodeToString(hash.Sum(nil))
	head := make([]byte, headMax)
	n, err := part.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return file, fmt.Errorf("measure file: %w", err)
	}
	var ending string
	file.Mime, file.Kind, ending = sniff(head[:n], mime, name)
	if file.Kind == schema.ContentSticker && file.Size > schema.StickerMaxBytes {
		file.Kind = schema.ContentDocument
	}
	file.Name = bridge.FileName(cmp.Or(cleanName(name), "file"), file.Mime, ending)
	fill(&file, part)
	return file, nil
}

// Sweep implements bridge.Files.
func (f *Files) Sweep(ctx context.Context, before time.Time, known func([]string) (map[string]bool, error)) error {
	folders, err := os.ReadDir(f.dir)
	if err != nil {
		return fmt.Errorf("sweep files: %w", err)
	}
	for _, folder := range folders {
		if !folder.IsDir() || ctx.Err() != nil {
			continue
		}
		old, err := f.olderThan(folder.Name(), before)
		if err != nil {
			return err
		}
		if len(old) == 0 {
			continue
		}
		kept, err := known(old)
		if err != nil {
			return err
		}
		for _, sum := range old {
			if !kept[sum] {
				if err := f.remove(sum); err != nil {
					return fmt.Errorf("sweep files: %w", err)
				}
			}
		}
	}
	return ctx.Err()
}

func (f *Files) olderThan(folder string, before time.Time) (sums []string, err error) {
	entries, err := os.ReadDir(filepath.Join(f.dir, folder))
	if err != nil {
		return nil, fmt.Errorf("sweep files: %w", err)
	}
	for _, e := range entries {
		info, err := e.Info()
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("sweep files: %w", err)
		}
		if strings.HasPrefix(e.Name(), folder) && len(e.Name()) == 2*sha256.Size && info.ModTime().Before(before) {
			sums = append(sums, e.Name())
		}
	}
	return sums, nil
}
