package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nodeline/nodeline/internal/wait"
	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// busy is a data directory that is written to while it is backed up, the way the
// sidecar does: the state is committed first, then the session goes on.
type busy struct {
	dir      string
	s        *Store
	sessions *sql.DB
	done     atomic.Int64 // steps that were committed in both
}

func newBusy(t *testing.T) *busy {
	t.Helper()
	b := &busy{dir: t.TempDir()}
	b.s = open(t, b.dir, true)
	var err error
	if b.sessions, err = OpenSessions(b.dir); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.sessions.Close() })
	if _, err := b.sessions.Exec("create table step (n integer primary key)"); err != nil {
		t.Fatal(err)
	}
	if err := b.s.Write(t.Context(), insertLine("one")); err != nil {
		t.Fatal(err)
	}
	return b
}

// step appends an event and then a session's row.
func (b *busy) step(ctx context.Context) error {
	var cursor int64
	err := b.s.Write(ctx, func(tx bridge.Tx) error {
		e, err := tx.AppendEvent(schema.Event{Line: "one", Kind: schema.EventMessage, At: time.Now()})
		cursor = e.Cursor
		return err
	})
	if err == nil {
		_, err = b.sessions.ExecContext(ctx, "insert into step values (?)", cursor)
	}
	if err == nil {
		b.done.Add(1)
	}
	return err
}

func readNumber(t testing.TB, path, query string) (n int64) {
	t.Helper()
	db, err := still(path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.QueryRow(query).Scan(&n); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

func TestABackupWhileTheSidecarWorks(t *testing.T) {
	b := newBusy(t)
	for range 200 {
		if err := b.step(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	quit := make(chan struct{})
	var work sync.WaitGroup
	for range 4 {
		work.Go(func() {
			for {
				select {
				case <-quit:
					return
				default:
				}
				if err := b.step(context.Background()); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	folder := t.TempDir()
	// Five backups, and more where the disk was too slow for many steps during one of them.
	goesOn, end := false, time.Now().Add(wait.Patience)
	for i := 0; i < 5 || !goesOn; i++ {
		if time.Now().After(end) {
			t.Fatalf("%d backups, and hardly a step while they were made", i)
		}
		before := b.done.Load()
		began := time.Now()
		path, m, err := Backup(t.Context(), b.dir, filepath.Join(folder, fmt.Sprint(i)), BackupOptions{Version: "test"})
		if err != nil {
			t.Fatal(err)
		}
		after := b.done.Load()
		goesOn = goesOn || after >= before+20 // more than what was under way as it began
		t.Logf("%d steps before, %d after, %s", before, after, time.Since(began))
		state, sessions := filepath.Join(path, fileState), filepath.Join(path, fileSessions)
		events, newest := readNumber(t, state, "select count(*) from event"), readNumber(t, state, "select event_seq from line")
		if events < before || events != newest {
			t.Errorf("%d events, counter %d; %d were there before it began", events, newest, before)
		}
		// A session never knows more than the state.
		known := readNumber(t, sessions, "select count(*) from step")
		if last := readNumber(t, sessions, "select max(n) from step"); last > newest || known < before {
			t.Errorf("the session has %d steps up to %d, the state %d; %d were there before it began", known, last, newest, before)
		}
		if got, err := ReadBackup(path); err != nil || got.Network != "sandbox" || got.Schema != len(steps) || len(got.Lines) != 1 || got.Lines[0] != "one" ||
			got.Nodeline != "test" || got.Began.Before(began.UTC().Truncate(time.Second)) || got.Created.Before(got.Began) || len(got.Files) != 2 || m.Began != got.Began {
			t.Errorf("the manifest is %+v, %v", got, err)
		}
	}
	close(quit)
	work.Wait()
}

func TestABackupIsPrivateAndOverwritesNothing(t *testing.T) {
	b := newBusy(t)
	if err := b.step(t.Context()); err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(t.TempDir(), "new", "folder")
	path, m, err := Backup(t.Context(), b.dir, folder, BackupOptions{})
	if err != nil {
		t.Fatal(err)
	}
	err = filepath.WalkDir(path, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		want := fs.FileMode(0o600)
		if d.IsDir() {
			want = 0o700
		}
		info, err := d.Info()
		if err == nil && info.Mode().Perm() != want {
			t.Errorf("%s has mode %v", path, info.Mode().Perm())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	// The names of the next hour are taken, as by another run within the second.
	for i := range 3600 {
		taken := filepath.Join(folder, backupPrefix+m.Began.Add(time.Duration(i)*time.Second).Format(backupTime))
		if err := os.Mkdir(taken, 0o700); err != nil && (i > 0 || !errors.Is(err, fs.ErrExist)) {
			t.Fatal(err)
		}
	}
	if again, _, err := Backup(t.Context(), b.dir, folder, BackupOptions{}); !errors.Is(err, fs.ErrExist) {
		t.Errorf("%s, %v", again, err)
	}
}

func TestOldBackupsGo(t *testing.T) {
	b := newBusy(t)
	folder := t.TempDir()
	for _, name := range []string{
		"nodeline-20200101T000000Z", "nodeline-20200102T000000Z", "nodeline-20200103T000000Z", "nodeline-notes", "other",
		partPrefix + "nodeline-20200101T000000Z", partPrefix + "nodeline-" + time.Now().UTC().Add(-time.Hour).Format(backupTime),
	} {
		if err := os.Mkdir(filepath.Join(folder, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	path, _, err := Backup(t.Context(), b.dir, folder, BackupOptions{Keep: 2})
	if err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	names := ""
	for _, d := range left {
		if !strings.HasPrefix(d.Name(), partPrefix) {
			names += d.Name() + " "
		}
	}
	if want := "nodeline-20200103T000000Z " + filepath.Base(path) + " nodeline-notes other "; names != want {
		t.Errorf("left are %s, want %s", names, want)
	}
	if len(left) != 5 {
		t.Errorf("%d entries: the part of an hour ago may be under way, the other is not", len(left))
	}
}

func TestABackupThatCannotBeMadeLeavesNothing(t *testing.T) {
	folder := t.TempDir()
	empty := func() {
		t.Helper()
		if list, err := os.ReadDir(folder); err != nil || len(list) != 0 {
			t.Errorf("left are %v, %v", list, err)
		}
	}
	if _, _, err := Backup(t.Context(), t.TempDir(), folder, BackupOptions{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("of nothing: %v", err)
	}
	empty()
	dir := filled(t, false)
	change(t, filepath.Join(dir, fileState), noise(12288, -1))
	if _, _, err := Backup(t.Context(), dir, folder, BackupOptions{}); !errors.Is(err, bridge.ErrStorageDamaged) {
		t.Errorf("of a damaged one: %v", err)
	}
	empty()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := Backup(ctx, filled(t, false), folder, BackupOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("given up: %v", err)
	}
	empty()
}

func TestABackupIsToldApartFromWhatItWas(t *testing.T) {
	dir, folder := filled(t, false), t.TempDir()
	for name, damage := range map[string]func(path string) error{
		"state":    func(p string) error { return flip(filepath.Join(p, fileState)) },
		"sessions": func(p string) error { return flip(filepath.Join(p, fileSessions)) },
		"removed":  func(p string) error { return os.Remove(filepath.Join(p, fileSessions)) },
		"manifest": func(p string) error { return os.WriteFile(filepath.Join(p, fileManifest), []byte("{"), 0o600) },
		"no files": func(p string) error { return os.WriteFile(filepath.Join(p, fileManifest), []byte("{}"), 0o600) },
		"a path out": func(p string) error {
			text, err := json.Marshal(Manifest{Format: 1, Files: []ManifestFile{{Name: fileState}, {Name: "../secret"}}})
			return errors.Join(err, os.WriteFile(filepath.Join(p, fileManifest), text, 0o600))
		},
	} {
		t.Run(name, func(t *testing.T) {
			path, _, err := Backup(t.Context(), dir, filepath.Join(folder, name), BackupOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if err := damage(path); err != nil {
				t.Fatal(err)
			}
			if _, err := ReadBackup(path); !errors.Is(err, bridge.ErrStorageDamaged) {
				t.Errorf("read: %v", err)
			}
			into := t.TempDir()
			if _, err := Restore(t.Context(), path, into, RestoreOptions{}); !errors.Is(err, bridge.ErrStorageDamaged) {
				t.Errorf("restored: %v", err)
			}
			if list, _ := os.ReadDir(into); len(list) != 0 {
				t.Errorf("left are %v", list)
			}
		})
	}
}

// flip changes the last byte of a file.
func flip(path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	data[len(data)-1] ^= 1
	return os.WriteFile(path, data, 0o600)
}
