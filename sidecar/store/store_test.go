package store

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/nodeline/nodeline/internal/wait"
	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
	"github.com/nodeline/nodeline/sidecar/bridge/storetest"
)

func open(t testing.TB, dir string, sandbox bool) *Store {
	t.Helper()
	s, err := Open(dir, Options{Sandbox: sandbox, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestConformance(t *testing.T) {
	storetest.Run(t, func(t testing.TB) storetest.Opened { return open(t, t.TempDir(), false) })
}

func insertLine(id schema.LineID) func(bridge.Tx) error {
	return func(tx bridge.Tx) error { return tx.InsertLine(bridge.LineRecord{ID: id, Secret: []byte("s")}) }
}

func countLines(t testing.TB, s *Store) (n int) {
	t.Helper()
	err := s.Read(context.Background(), func(v bridge.View) error {
		list, err := v.Lines()
		n = len(list)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestOnlyTheOwnerReadsTheFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	// One of the files was there, for everybody to read.
	if err := errors.Join(os.Mkdir(dir, 0o755), os.WriteFile(filepath.Join(dir, fileState), nil, 0o644)); err != nil {
		t.Fatal(err)
	}
	s := open(t, dir, false)
	if err := s.Write(t.Context(), insertLine("one")); err != nil {
		t.Fatal(err)
	}
	sessions, err := OpenSessions(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer sessions.Close()
	if _, err := sessions.ExecContext(t.Context(), "create table x (y)"); err != nil {
		t.Fatal(err)
	}
	files := 0
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		want := fs.FileMode(0o600)
		if d.IsDir() {
			want = 0o700
		} else {
			files++
		}
		if err == nil && info.Mode().Perm() != want {
			t.Errorf("%s has mode %v, want %v", path, info.Mode().Perm(), want)
		}
		return err
	})
	if err != nil || files < 6 { // two databases with their -wal and -shm
		t.Errorf("%d files, %v", files, err)
	}
}

func TestSessionsHaveForeignKeysAndManyWriters(t *testing.T) {
	db, err := OpenSessions(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var on int
	if err := db.QueryRowContext(t.Context(), "pragma foreign_keys").Scan(&on); err != nil || on != 1 {
		t.Errorf("foreign keys %d, %v", on, err)
	}
	if _, err := db.ExecContext(t.Context(), "create table n (v integer); insert into n values (0)"); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 20 {
				tx, err := db.BeginTx(context.Background(), nil)
				if err == nil {
					_, err = tx.Exec("update n set v = v + (select 1 from n)")
					err = errors.Join(err, tx.Commit())
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	var n int
	if err := db.QueryRowContext(t.Context(), "select v from n").Scan(&n); err != nil || n != 160 {
		t.Errorf("%d, %v; want 160", n, err)
	}
}

func TestADirectoryHasOneSidecar(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, false)
	if _, err := Open(dir, Options{}); !errors.Is(err, ErrInUse) {
		t.Fatalf("a second one: %v", err)
	}
	if err := errors.Join(s.Close(), s.Close()); err != nil {
		t.Fatal(err)
	}
	open(t, dir, false)
}

func TestADirectoryIsOfOneNetwork(t *testing.T) {
	for _, sandbox := range []bool{true, false} {
		dir := t.TempDir()
		if err := open(t, dir, sandbox).Close(); err != nil {
			t.Fatal(err)
		}
		_, err := Open(dir, Options{Sandbox: !sandbox})
		if err == nil || !strings.Contains(err.Error(), "sandbox") || !strings.Contains(err.Error(), "--sandbox") {
			t.Errorf("stamped sandbox %t: %v", sandbox, err)
		}
		open(t, dir, sandbox)
	}
}

func TestAFileOfANewerVersionIsRefused(t *testing.T) {
	dir := t.TempDir()
	if err := open(t, dir, false).Close(); err != nil {
		t.Fatal(err)
	}
	db, err := database(filepath.Join(dir, fileState))
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.ExecContext(t.Context(), "pragma user_version = 1000")
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir, Options{}); err == nil || !strings.Contains(err.Error(), "newer") {
		t.Errorf("opened: %v", err)
	}
}

func TestTokensAreHashedAtRest(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, false)
	token, _, err := s.Create(t.Context(), bridge.Grant{Name: "n", Scope: schema.ScopeAdmin})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(filepath.Join(dir, fileState))
	if err != nil || bytes.Contains(file, []byte(strings.TrimPrefix(token, tokenPrefix))) || !bytes.Contains(file, hashToken(token)) {
		t.Errorf("the file holds the token, or not its hash (%v)", err)
	}
}

// A process that is killed closes nothing: what was answered is in the files all the same.
func TestWhatWasAnsweredIsThereWithoutAClose(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, false)
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			if err := s.Write(context.Background(), insertLine(schema.LineID(rune('a'+i)))); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := countLines(t, open(t, copyOf(t, dir), false)); n != 20 {
		t.Errorf("%d lines, want 20", n)
	}
}

// copyOf takes the files of an open store as a killed process leaves them.
func copyOf(t testing.TB, dir string) string {
	t.Helper()
	after := t.TempDir()
	for _, name := range []string{fileState, fileState + "-wal"} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(after, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return after
}

func TestCallersShareCommits(t *testing.T) {
	s := open(t, t.TempDir(), false)
	// While the first call holds the writer, the others queue up.
	leave := hold(s, insertLine("first"))
	var wg sync.WaitGroup
	for i := range 100 {
		wg.Go(func() {
			err := s.Write(context.Background(), func(tx bridge.Tx) error {
				if i == 50 {
					return errors.New("this one alone is undone")
				}
				return insertLine(schema.LineID(rune('0' + i)))(tx)
			})
			if (err != nil) != (i == 50) {
				t.Errorf("%d: %v", i, err)
			}
		})
	}
	wait.Until(t, "all calls are queued", func() bool { return len(s.writer.queue) == 100 })
	before := walFrames(t, s)
	close(leave)
	wg.Wait()
	if n := countLines(t, s); n != 100 {
		t.Errorf("%d lines, want 100", n)
	}
	if after := walFrames(t, s); after-before > 60 {
		t.Errorf("101 calls wrote %d pages: they did not share a commit", after-before)
	}
}

// walFrames counts the pages that commits have written to the log so far.
func walFrames(t testing.TB, s *Store) int64 {
	t.Helper()
	var seq int
	var name, path string
	if err := s.read.QueryRow("pragma database_list").Scan(&seq, &name, &path); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	return info.Size() / 4096
}

func TestAClosedStoreSaysSo(t *testing.T) {
	s := open(t, t.TempDir(), false)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Write(t.Context(), insertLine("one")); !errors.Is(err, ErrClosed) {
		t.Errorf("write: %v", err)
	}
}

func pragma(t testing.TB, s *Store, name string) (got string) {
	t.Helper()
	rows, err := s.writer.conn.conn.QueryContext(context.Background(), "pragma "+name)
	if err != nil {
		t.Fatal(err)
	}
	if rows.Next() {
		err = rows.Scan(&got)
	}
	if err := errors.Join(err, rows.Close()); err != nil {
		t.Fatal(err)
	}
	return got
}

func TestCommitsAreFlushedToDisk(t *testing.T) {
	s := open(t, t.TempDir(), false)
	for name, want := range map[string]string{"synchronous": full, "journal_mode": "wal", "foreign_keys": "1"} {
		if got := pragma(t, s, name); got != want {
			t.Errorf("%s is %s; want %s", name, got, want)
		}
	}
}

// What "pragma synchronous" answers.
const (
	normal = "1"
	full   = "2"
)
