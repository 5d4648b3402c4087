package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// File names in the data directory.
const (
	fileState    = "nodeline.db"
	fileSessions = "sessions.db"
	fileLock     = "lock"
	// fileRestoring is there while a restore is under way.
	fileRestoring = "restoring"
)

// ErrInUse says that another sidecar has the data directory.
var ErrInUse = errors.New("another sidecar uses this data directory: stop it first, or give this one a directory of its own")

// ErrClosed says that the store was closed.
var ErrClosed = errors.New("the store is closed")

// Options say how a store is opened.
type Options struct {
	// Sandbox is the network that the directory is for: it is stamped at its
	// first opening and refuses the other network ever after.
	Sandbox bool
	// Log nil: slog.Default().
	Log *slog.Logger
	// Now is the wall clock that codes and tokens expire by; nil: time.Now.
	Now func() time.Time
}

// Store is the SQLite store. It implements bridge.Store and bridge.Grants.
type Store struct {
	dir    string
	log    *slog.Logger
	now    func() time.Time
	lock   *os.File
	write  *sql.DB
	read   *sql.DB
	writer *writer
	health *health
	// running: the note of it is in the directory, see boot.go.
	running bool

	closing sync.Once
	closed  error
}

// Open opens the store of a data directory, making both if need be: the directory
// for its owner only (0700), every file in it too (0600). Errors: ErrInUse;
// *OtherNetworkError; *NewerError; *DamagedError; ErrRestoring.
func Open(dir string, opt Options) (*Store, error) {
	if opt.Log == nil {
		opt.Log = slog.Default()
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if err := private(dir); err != nil {
		return nil, fmt.Errorf("open data directory: %w", err)
	}
	lock, err := takeLock(filepath.Join(dir, fileLock))
	if err != nil {
		return nil, fmt.Errorf("open data directory %s: %w", dir, err)
	}
	s := &Store{dir: dir, log: opt.Log, now: opt.Now, lock: lock}
	s.health = newHealth(opt.Log, s.probe)
	err = whole(dir)
	if err == nil {
		err = s.open(filepath.Join(dir, fileState), opt.Sandbox)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open store in %s: %w", dir, err), s.Close())
	}
	return s, nil
}

func (s *Store) open(path string, sandbox bool) error {
	var err error
	// FULL: an answered call survives a power cut. The log may grow to 16 MB before
	// it is copied into the file: pages that change all the time are copied once.
	if s.write, err = database(path, "synchronous(full)", "foreign_keys(1)", "wal_autocheckpoint(4000)"); err != nil {
		return err
	}
	s.write.SetMaxOpenConns(1)
	ctx := context.Background()
	conn, err := s.write.Conn(ctx)
	if err != nil {
		return err
	}
	if err := prepare(ctx, conn, path, sandbox); err != nil {
		return errors.Join(err, conn.Close())
	}
	if s.read, err = database(path, "query_only(1)"); err != nil {
		return errors.Join(err, conn.Close())
	}
	s.read.SetMaxOpenConns(4)
	s.read.SetMaxIdleConns(4)
	s.writer = startWriter(conn, s.log, s.health.saw)
	return nil
}

// prepare looks at a file before anything is written to it, and brings it up to date.
func prepare(ctx context.Context, conn *sql.Conn, path string, sandbox bool) error {
	if err := sound(ctx, conn, path, checkBound); err != nil {
		return err
	}
	if err := migrate(ctx, conn, path); err != nil {
		return damaged(path, err)
	}
	return stamp(ctx, conn, sandbox)
}

// ErrRestoring says that a restore was begun and has not ended.
var ErrRestoring = errors.New("a restore into this data directory was interrupted: run it again")

// whole refuses a directory that lacks its state: a new one made in its place
// would pass for what was there.
func whole(dir string) error {
	if _, err := os.Stat(filepath.Join(dir, fileRestoring)); err == nil {
		return ErrRestoring
	}
	_, err := os.Stat(filepath.Join(dir, fileState))
	sessions, errSessions := os.Stat(filepath.Join(dir, fileSessions))
	if errors.Is(err, os.ErrNotExist) && errSessions == nil && sessions.Size() > 0 {
		return &DamagedError{File: filepath.Join(dir, fileState), Err: errors.New("it is not there, and the sessions are")}
	}
	return nil
}

// Close waits for what is being written, then lets the directory go. Calls after it get ErrClosed.
func (s *Store) Close() error {
	s.closing.Do(func() {
		var errs []error
		s.health.stop()
		if s.writer != nil {
			errs = append(errs, s.writer.stop())
		}
		for _, db := range []*sql.DB{s.read, s.write} {
			if db != nil {
				errs = append(errs, db.Close())
			}
		}
		errs = append(errs, s.rested())
		// The lock file stays: removing it would let two processes lock two files.
		errs = append(errs, s.lock.Close())
		s.closed = errors.Join(errs...)
	})
	return s.closed
}

// OpenSessions opens the database file of the WhatsApp sessions, in the same
// directory and with the same protection. It is a file of its own, so that
// Signal's many small writes and ours do not wait for each other. synchronous is
// NORMAL, so that a send costs no disk flush here: after a power cut the newest
// ratchet steps can be missing. Used as it is then, it would seal messages with
// keys that the phones have used up, see Lapsed. Errors: *DamagedError.
func OpenSessions(dir string) (*sql.DB, error) { return OpenSessionsOver(dir, nil) }

// OpenSessionsOver is OpenSessions with something of the caller's put over each
// connection, as a test does that ends a process in the middle of a commit.
func OpenSessionsOver(dir string, over func(Conn) Conn) (*sql.DB, error) {
	if err := private(dir); err != nil {
		return nil, fmt.Errorf("open data directory: %w", err)
	}
	path := filepath.Join(dir, fileSessions)
	db, err := databaseOver(path, over, "synchronous(normal)", "foreign_keys(1)")
	if err == nil {
		if err = sound(context.Background(), db, path, checkBound); err != nil {
			err = errors.Join(err, db.Close())
		}
	}
	if err != nil {
		return nil, fmt.Errorf("open sessions: %w", err)
	}
	db.SetMaxOpenConns(8)
	db.SetMaxIdleConns(8)
	return db, nil
}

// database opens one SQLite file in WAL mode, readable by its owner only.
func database(path string, pragmas ...string) (*sql.DB, error) {
	return databaseOver(path, nil, pragmas...)
}

func databaseOver(path string, over func(Conn) Conn, pragmas ...string) (*sql.DB, error) {
	if err := fit(path); err != nil {
		return nil, err
	}
	if err := ownersOnly(path); err != nil {
		return nil, err
	}
	query := url.Values{"_txlock": {"immediate"}, "_busy_timeout": {"10000"}, "_pragma": {"journal_mode(wal)"}}
	for _, p := range pragmas {
		query.Add("_pragma", p)
	}
	db, err := openPrepared(fileURL(path, query.Encode()), over)
	if err != nil {
		return nil, err
	}
	if err := db.Ping(); err != nil {
		return nil, errors.Join(damaged(path, err), db.Close())
	}
	return db, nil
}

// ownersOnly makes a database file, or closes the one that is there to others.
// SQLite gives its -wal and -shm files the mode of the main file. A file that is
// there is not opened: the file's closing would drop all locks that this process
// holds on it (sqlite.org/howtocorrupt.html, section 2.2).
func ownersOnly(path string) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err == nil {
		err = file.Close()
	} else if errors.Is(err, os.ErrExist) {
		err = nil
	}
	return errors.Join(err, os.Chmod(path, 0o600))
}

// fileURL is how SQLite is told of a file and its settings.
func fileURL(path, query string) string {
	address := url.URL{Scheme: "file", OmitHost: true, Path: filepath.ToSlash(path), RawQuery: query}
	return address.String()
}

// private makes a directory that only its owner can enter.
func private(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return os.Chmod(dir, 0o700)
}
