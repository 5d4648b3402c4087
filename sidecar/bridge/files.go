package bridge

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/nodeline/nodeline/schema"
)

// Files keep the bytes of attachments, each once, by the SHA-256 of its content;
// implemented by media. Errors about a file are *FileError; a disk that is full is
// ErrStorageFull.
type Files interface {
	// Refuses says why nothing would be fetched from a URL, as far as its text tells.
	Refuses(url string) error
	// Fetch brings what a URL gives. progress, which may be nil, is told how far it is.
	Fetch(ctx context.Context, url string, as schema.SendAs, progress func(Progress)) (File, error)
	// Keep takes an upload: at most max bytes, with the name and type that were said of it.
	Keep(ctx context.Context, r io.Reader, name, mime string, max int64) (File, error)
	// Take takes a file that write writes.
	Take(ctx context.Context, name, mime string, write func(*os.File) error) (File, error)
	// Open reads a file; one that is not there is os.ErrNotExist.
	Open(sum string) (*os.File, error)
	// Sweep deletes files older than a moment, in batches that known is asked about:
	// what it does not name.
	Sweep(ctx context.Context, before time.Time, known func(sums []string) (map[string]bool, error)) error
}

// File is what is known of a file's bytes.
type File struct {
	Sum  string             // SHA-256 in hexadecimal
	Kind schema.ContentKind // as media
	Mime string
	Name string // with an ending
	Size int64
	// Seconds, Width and Height are 0 where they are not known.
	Seconds, Width, Height int
	// Thumb is a small JPEG of a picture, nil for others.
	Thumb []byte
}

// Progress is how far a file has come.
type Progress struct {
	Kind        schema.ContentKind // by its first bytes
	Done, Total int64              // bytes; Total is -1 where it is not known
}

// FileError is a file that could not be had.
type FileError struct {
	Code schema.Code
	// Host is where the link leads, Status what it answered (0: nothing).
	Host   string
	Status int
	// Trouble is why there was no answer, "" where that is not known.
	Trouble schema.FileTrouble
	// Retry: trying again can help.
	Retry bool
	Err   error
}

func (e *FileError) Error() string {
	return fmt.Sprintf("file: %s (host %s, status %d): %v", e.Code, e.Host, e.Status, e.Err)
}

// Unwrap gives the cause.
func (e *FileError) Unwrap() error { return e.Err }

// ErrMediaGone says that WhatsApp does not have a file any more.
var ErrMediaGone = errors.New("WhatsApp does not have the file any more")

// noFiles keeps nothing.
type noFiles struct{}

var errNoFiles = &FileError{Code: schema.CodeMediaNotFound, Err: errors.New("this sidecar keeps no files")}

func (noFiles) Refuses(string) error { return errNoFiles }
func (noFiles) Fetch(context.Context, string, schema.SendAs, func(Progress)) (File, error) {
	return File{}, errNoFiles
}
func (noFiles) Keep(context.Context, io.Reader, string, string, int64) (File, error) {
	return File{}, errNoFiles
}
func (noFiles) Take(context.Context, string, string, func(*os.File) error) (File, error) {
	return File{}, errNoFiles
}
func (noFiles) Open(string) (*os.File, error) { return nil, os.ErrNotExist }
func (noFiles) Sweep(context.Context, time.Time, func([]string) (map[string]bool, error)) error {
	return nil
}
