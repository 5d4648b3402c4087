package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	"github.com/rogpeppe/go-internal/testscript"
)

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
