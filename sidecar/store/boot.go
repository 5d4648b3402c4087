package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// fileRunning is there while a sidecar has the directory, and holds the boot of
// the machine that it runs in.
const fileRunning = "running"

// Lapsed reports that the machine went down while a sidecar had the directory (or
// that the directory was copied from one that was running): what the sessions'
// database had not flushed may be gone. It is true until Running is called. Where
// the system does not tell one boot from another, every end that was not in order
// counts.
func (s *Store) Lapsed() (bool, error) {
	before, err := os.ReadFile(filepath.Join(s.dir, fileRunning))
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read %s: %w", fileRunning, err)
	}
	now := boot()
	return now == "" || strings.TrimSpace(string(before)) != now, nil
}

// Running notes that a sidecar has the directory from now on, until Close.
func (s *Store) Running() error {
	next := filepath.Join(s.dir, fileRunning+".new")
	err := removeIfThere(next)
	if err == nil {
		err = writeNew(next, []byte(boot()))
	}
	if err == nil {
		err = os.Rename(next, filepath.Join(s.dir, fileRunning))
	}
	if err == nil {
		err = syncDir(s.dir)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", fileRunning, err)
	}
	s.running = true
	return nil
}

// rested takes the note back at an end in order. The sessions' database is closed
// by then: that copied its log into the file, flushed.
func (s *Store) rested() error {
	if !s.running {
		return nil
	}
	return removeIfThere(filepath.Join(s.dir, fileRunning))
}
