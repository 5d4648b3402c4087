//go:build !linux

package main

import (
	"errors"
	"os"
	"path/filepath"
)

// disk is a plain folder: a small one needs Linux.
type disk struct{ dir string }

func newDisk(dir string) (d *disk, small bool) { return &disk{dir}, false }

func (d *disk) data() string { return filepath.Join(d.dir, "data") }

func (d *disk) file(name string) string { return filepath.Join(d.dir, "data", name) }

func (d *disk) command(name string, args []string) (string, []string) { return name, args }

func (d *disk) fill() (free func(), err error) { return nil, errors.ErrUnsupported }

func (d *disk) save(to string) error { return os.CopyFS(to, os.DirFS(d.dir)) }

func (d *disk) close() {}
