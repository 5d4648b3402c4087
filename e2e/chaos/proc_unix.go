//go:build unix

package main

import (
	"os"
	"os/exec"
	"syscall"
)

// apartFromTerminal puts a program into a process group of its own, so that a
// Ctrl-C at the terminal reaches only us.
func apartFromTerminal(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// freeze stops a process; thaw lets it go on.
func freeze(p *os.Process) error { return p.Signal(syscall.SIGSTOP) }

func thaw(p *os.Process) { _ = p.Signal(syscall.SIGCONT) }
