package store

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/nodeline/nodeline/sidecar/bridge"
)

// oldLife is a backup of version 1's life, and a data directory that went on since.
func oldLife(t *testing.T) (backup, dir string) {
	t.Helper()
	dir = fixture(t, 1)
	db, err := OpenSessions(dir)
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.Exec("create table x (y); insert into x values ('old')")
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	backup, _, err = Backup(t.Context(), dir, t.TempDir(), BackupOptions{Version: "1.0"})
	if err != nil {
		t.Fatal(err)
	}
	s := open(t, dir, false)
	if err := s.Write(t.Context(), insertLine("since")); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return backup, dir
}

func safe(replace bool) RestoreOptions {
	return RestoreOptions{Replace: replace, Reason: "from a backup", Sessions: func(ctx context.Context, db *sql.DB) error {
		_, err := db.ExecContext(ctx, "update x set y = 'safe'")
		return err
	}}
}

// isRestored looks at a directory that oldLife's backup was restored into.
func isRestored(t *testing.T, dir string) {
	t.Helper()
	s := open(t, dir, false)
	defer s.Close()
	err := s.Read(t.Context(), func(v bridge.View) error {
		lines, err := v.Lines()
		if err == nil && (len(lines) != 2 || lines[0].ID != "clinic") {
			t.Errorf("lines %+v", lines)
		}
		queue, err2 := v.Unsettled("clinic")
		if len(queue) != 2 {
			t.Errorf("queue %+v", queue)
		}
		cursor, err3 := v.Cursor("clinic")
		if cursor != 3+cursorJump {
			t.Errorf("cursor %d", cursor)
		}
		return errors.Join(err, err2, err3)
	})
	if err != nil {
		t.Fatal(err)
	}
	var paused int
	var reason string
	if err := s.read.QueryRow("select count(paused_at), min(paused_reason) from line").Scan(&paused, &reason); err != nil || paused != 2 || reason != "from a backup" {
		t.Errorf("%d paused, %q, %v", paused, reason, err)
	}
	sessions, err := OpenSessions(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer sessions.Close()
	var y string
	if err := sessions.QueryRow("select y from x").Scan(&y); err != nil || y != "safe" {
		t.Errorf("the sessions are %s, %v", y, err)
	}
	for _, pattern := range []string{restorePart + "*", fileRestoring} {
		if list, _ := filepath.Glob(filepath.Join(dir, pattern)); len(list) != 0 {
			t.Errorf("left are %v", list)
		}
	}
}

func TestRestore(t *testing.T) {
	backup, dir := oldLife(t)
	if _, err := Restore(t.Context(), backup, dir, safe(false)); !errors.Is(err, ErrStateExists) {
		t.Fatalf("over a state: %v", err)
	}
	s := open(t, dir, false)
	if _, err := Restore(t.Context(), backup, dir, safe(true)); !errors.Is(err, ErrInUse) {
		t.Fatalf("under a running sidecar: %v", err)
	}
	if n := countLines(t, s); n != 3 {
		t.Fatalf("refused, and %d lines are there", n)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := Restore(t.Context(), backup, dir, safe(true))
	if err != nil {
		t.Fatal(err)
	}
	want := RestoredLine{ID: "clinic", Linked: true, Queued: 2, Unknown: 1, Asks: 1}
	if len(r.Lines) != 2 || r.Lines[0] != want || r.Lines[1] != (RestoredLine{ID: "spare"}) || r.Deliveries != 1 || r.Manifest.Nodeline != "1.0" ||
		time.Since(r.Restored) > time.Minute {
		t.Errorf("the report is %+v", r)
	}
	isRestored(t, dir)
	// What was there is not lost.
	aside := open(t, r.Aside, false)
	if n := countLines(t, aside); n != 3 {
		t.Errorf("aside are %d lines", n)
	}
	if path, err := KeepReport(dir, r, "text"); err != nil {
		t.Error(err)
	} else if text, err := os.ReadFile(path); err != nil || string(text) != "text" {
		t.Errorf("the report: %s, %v", text, err)
	}
	// A directory that is not there yet.
	fresh := filepath.Join(t.TempDir(), "new")
	if r, err := Restore(t.Context(), backup, fresh, safe(false)); err != nil || r.Aside != "" {
		t.Errorf("%+v, %v", r, err)
	}
	isRestored(t, fresh)
	if _, err := Restore(t.Context(), t.TempDir(), fresh, safe(true)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("of no backup: %v", err)
	}
}

// A restore that fails before anything is in place leaves all as it was.
func TestARestoreThatFailsChangesNothing(t *testing.T) {
	backup, dir := oldLife(t)
	opt := safe(true)
	opt.Sessions = func(context.Context, *sql.DB) error { return errors.New("cannot") }
	if _, err := Restore(t.Context(), backup, dir, opt); err == nil {
		t.Fatal("it did not fail")
	}
	s := open(t, dir, false)
	if n := countLines(t, s); n != 3 {
		t.Errorf("%d lines", n)
	}
	if list, _ := filepath.Glob(filepath.Join(dir, restorePart+"*")); len(list) != 0 {
		t.Errorf("left are %v", list)
	}
}

// A restore that was cut short is not taken for a new or an old directory, and
// can be run again.
func TestARestoreThatWasInterrupted(t *testing.T) {
	move := func(t *testing.T, from, to string) {
		t.Helper()
		if err := errors.Join(os.MkdirAll(filepath.Dir(to), 0o700), os.Rename(from, to)); err != nil {
			t.Fatal(err)
		}
	}
	for name, cut := range map[string]func(t *testing.T, dir string){
		"before the old files are moved": func(*testing.T, string) {},
		"between them": func(t *testing.T, dir string) {
			move(t, filepath.Join(dir, fileState), filepath.Join(dir, "before-restore-x", fileState))
		},
		"after them": func(t *testing.T, dir string) {
			for _, f := range []string{fileState, fileSessions} {
				move(t, filepath.Join(dir, f), filepath.Join(dir, "before-restore-x", f))
			}
		},
		"between the new ones": func(t *testing.T, dir string) {
			for _, f := range []string{fileState, fileSessions} {
				move(t, filepath.Join(dir, f), filepath.Join(dir, "before-restore-x", f))
			}
			move(t, filepath.Join(dir, restorePart+fileSessions), filepath.Join(dir, fileSessions))
		},
	} {
		t.Run(name, func(t *testing.T) {
			backup, dir := oldLife(t)
			r := RestoreReport{Restored: time.Now()}
			var err error
			if r.Manifest, err = ReadBackup(backup); err != nil {
				t.Fatal(err)
			}
			err = errors.Join(stage(t.Context(), backup, dir, safe(true), &r), writeNew(filepath.Join(dir, fileRestoring), nil))
			if err != nil {
				t.Fatal(err)
			}
			cut(t, dir)
			if _, err := Open(dir, Options{}); !errors.Is(err, ErrRestoring) {
				t.Fatalf("opened: %v", err)
			}
			if _, _, err := Backup(t.Context(), dir, t.TempDir(), BackupOptions{}); !errors.Is(err, ErrRestoring) {
				t.Fatalf("backed up: %v", err)
			}
			if _, err := Restore(t.Context(), backup, dir, safe(false)); err != nil {
				t.Fatal(err)
			}
			isRestored(t, dir)
			var lines int64
			olds, _ := filepath.Glob(filepath.Join(dir, asidePrefix+"*", fileState))
			for _, old := range olds {
				lines = max(lines, readNumber(t, old, "select count(*) from line"))
			}
			if lines != 3 {
				t.Errorf("the files of before are not in %v", olds)
			}
		})
	}
}

func TestABackupOfANewerProgramIsRefused(t *testing.T) {
	backup, _ := oldLife(t)
	change(t, filepath.Join(backup, fileManifest), func([]byte) []byte {
		return []byte(`{"format":1,"schema":1000,"files":[{"name":"nodeline.db"}]}`)
	})
	if _, err := ReadBackup(backup); err == nil {
		t.Error("read")
	} else if newer, ok := errors.AsType[*NewerError](err); !ok || newer.Version != 1000 {
		t.Errorf("refused for %v", err)
	}
}

func TestCheck(t *testing.T) {
	dir := filled(t, false)
	backup, _, err := Backup(t.Context(), dir, t.TempDir(), BackupOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range []string{dir, backup} {
		list, err := Check(t.Context(), d)
		if err != nil || len(list) != 2 || list[0].Err != nil || list[1].Err != nil || list[0].Size == 0 {
			t.Errorf("%+v, %v", list, err)
		}
	}
	if _, err := Check(t.Context(), t.TempDir()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("of nothing: %v", err)
	}
	// A row that belongs to nothing: the quick look at the start does not see it.
	db, err := database(filepath.Join(dir, fileState))
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.Exec("pragma foreign_keys = off; insert into event (line, seq, id, kind, at, body) values ('nobody', 1, 'e', 'k', 0, '')")
	if err := errors.Join(err, db.Close(), flip(filepath.Join(backup, fileSessions))); err != nil {
		t.Fatal(err)
	}
	list, err := Check(t.Context(), dir)
	if err != nil || list[0].Err == nil || list[1].Err != nil {
		t.Errorf("a row of nothing: %+v, %v", list, err)
	}
	list, err = Check(t.Context(), backup)
	if err != nil || len(list) != 1 || !errors.Is(list[0].Err, bridge.ErrStorageDamaged) {
		t.Errorf("a changed backup: %+v, %v", list, err)
	}
}
