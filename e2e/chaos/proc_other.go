//go:build !unix

package main

import (
	"errors"
	"os"
	"os/exec"
)

func apartFromTerminal(*exec.Cmd) {}

func freeze(*os.Process) error { return errors.ErrUnsupported }

func thaw(*os.Process) {}
