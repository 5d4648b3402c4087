package store

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/nodeline/nodeline/sidecar/bridge"
)

// checkBound is how long opening looks for damage in a file. A large file is
// looked at in part; `nodeline check` looks at all of it.
const checkBound = 2 * time.Second

// DamagedError names a file that is not as it was written. Nothing was changed.
type DamagedError struct {
	File string // path
	Err  error
}

func (e *DamagedError) Error() string { return fmt.Sprintf("%s is damaged: %v", e.File, e.Err) }

// Unwrap gives the cause, and what bridge knows it by.
func (e *DamagedError) Unwrap() []error { return []error{bridge.ErrStorageDamaged, e.Err} }

// damaged turns an error of SQLite that means damage into a DamagedError.
func damaged(path string, err error) error {
	if err = named(err); errors.Is(err, bridge.ErrStorageDamaged) {
		if known, ok := errors.AsType[*DamagedError](err); ok {
			return known
		}
		return &DamagedError{File: path, Err: err}
	}
	return err
}

// reader is a database or one connection of it.
type reader interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// sound looks at a file's pages until the bound is over (0: to the end).
func sound(ctx context.Context, db reader, path string, bound time.Duration) error {
	if bound > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, bound)
		defer cancel()
	}
	found, err := firstLine(ctx, db, "pragma quick_check(1)")
	switch {
	case ctx.Err() != nil && bound > 0 && !errors.Is(ctx.Err(), context.Canceled):
		return nil // no damage as far as it went
	case err != nil:
		return damaged(path, fmt.Errorf("check %s: %w", filepath.Base(path), err))
	case found != "ok":
		return &DamagedError{File: path, Err: errors.New(found)}
	}
	return nil
}

func firstLine(ctx context.Context, db reader, query string) (line string, err error) {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	if rows.Next() {
		err = rows.Scan(&line)
	}
	return line, errors.Join(err, rows.Err())
}

// fit looks at what SQLite would pass over in silence, and lose: an emptied
// file, for which it deletes the log, and a log whose head is not readable,
// which it takes for an empty one. A log's torn tail is no damage: it is what a
// crash leaves, and nobody was told that it is stored.
func fit(path string) error {
	log, err := os.Open(path + "-wal")
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	head := make([]byte, walHead)
	if _, err := io.ReadFull(log, head); err != nil {
		return nil // nothing was ever committed to it
	}
	if info, err := os.Stat(path); err == nil && info.Size() == 0 && readableLog(head) {
		return &DamagedError{File: path, Err: errors.New("it is empty, and its log is not")}
	}
	if head[0] != 0 && !readableLog(head) {
		return &DamagedError{File: path + "-wal", Err: errors.New("its header is not readable")}
	}
	return nil
}

// walHead is the size of a log's header (sqlite.org/fileformat.html, section 4.1).
const walHead = 32

func readableLog(head []byte) bool {
	order := binary.ByteOrder(binary.LittleEndian)
	switch binary.BigEndian.Uint32(head) {
	case 0x377f0682:
	case 0x377f0683:
		order = binary.BigEndian
	default:
		return false
	}
	var a, b uint32
	for i := 0; i < 24; i += 8 {
		a += order.Uint32(head[i:]) + b
		b += order.Uint32(head[i+4:]) + a
	}
	return a == binary.BigEndian.Uint32(head[24:]) && b == binary.BigEndian.Uint32(head[28:])
}
