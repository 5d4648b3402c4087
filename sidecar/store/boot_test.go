package store

import (
	"os"
	"path/filepath"
	"testing"
)

func lapsed(t *testing.T, s *Store) bool {
	t.Helper()
	yes, err := s.Lapsed()
	if err != nil {
		t.Fatal(err)
	}
	return yes
}

func reopen(t *testing.T, dir string) *Store {
	t.Helper()
	s, err := Open(dir, Options{Sandbox: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestOnlyAnotherBootIsALapse(t *testing.T) {
	dir := t.TempDir()
	note := filepath.Join(dir, fileRunning)
	s := reopen(t, dir)
	if lapsed(t, s) {
		t.Error("a new directory has lapsed")
	}
	if err := s.Running(); err != nil {
		t.Fatal(err)
	}
	own, err := os.ReadFile(note)
	if err != nil || string(own) != boot() {
		t.Fatalf("the note is %q (%v), the boot %q", own, err, boot())
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(note); !os.IsNotExist(err) {
		t.Errorf("after an end in order the note is there: %v", err)
	}

	// Killed: the note stays. In the same boot nothing of a file is lost by that.
	if err := os.WriteFile(note, own, 0o600); err != nil {
		t.Fatal(err)
	}
	s = reopen(t, dir)
	if lapsed(t, s) != (boot() == "") {
		t.Errorf("killed in the same boot (%q): lapsed is %t", boot(), lapsed(t, s))
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	// The machine went down. Who fails before it has made things safe leaves it noted.
	if err := os.WriteFile(note, []byte("another boot"), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		s = reopen(t, dir)
		if !lapsed(t, s) {
			t.Error("another boot is no lapse")
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	s = reopen(t, dir)
	if err := s.Running(); err != nil {
		t.Fatal(err)
	}
	if lapsed(t, s) != (boot() == "") {
		t.Error("it is a lapse still, after it was noted that it runs")
	}
}
