package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/store"
	"github.com/rogpeppe/go-internal/testscript"
)

// A backup of the same second, or of a machine whose clock is ahead, is not of the future.
func TestABackupIsNeverYoungerThanNothing(t *testing.T) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	report := store.RestoreReport{Restored: at, Lines: []store.RestoredLine{{ID: "north"}}}
	report.Manifest.Began = at.Add(900 * time.Millisecond)
	if text := (&app{lang: schema.English}).restored("d", report); strings.Contains(text, "-1s") || !strings.Contains(text, "which is 0s old") {
		t.Error(text)
	}
}

// newest FOLDER NAME: gives the folder's newest backup another name.
func newest(ts *testscript.TestScript, _ bool, args []string) {
	list, err := filepath.Glob(filepath.Join(ts.MkAbs(args[0]), "nodeline-*"))
	ts.Check(err)
	if len(list) == 0 {
		ts.Fatalf("there is no backup in %s", args[0])
	}
	ts.Check(os.Rename(list[len(list)-1], ts.MkAbs(args[1])))
}

// damage FILE: overwrites all but the first pages.
func damage(ts *testscript.TestScript, _ bool, args []string) {
	name := ts.MkAbs(args[0])
	data, err := os.ReadFile(name)
	ts.Check(err)
	copy(data[8192:], bytes.Repeat([]byte{0xa5}, len(data)))
	ts.Check(os.WriteFile(name, data, 0o600))
}

// exits CODE COMMAND...: runs a command that has to end with a code.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	err := ts.Exec(args[1], args[2:]...)
	code := 0
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		code = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("it ended with %d (%v), not with %s", code, err, args[0])
	}
}
