package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// disk is where the sidecar's data directory is. A small one is a file system in
// memory, in a mount namespace that a helper process holds: it can fill up
// without harm to this machine, and needs no rights where unprivileged user
// namespaces are allowed.
type disk struct {
	dir    string // as the sidecar sees it
	own    string // the same as we see it
	holder *exec.Cmd
	keep   io.Closer // the holder ends when it is closed, whatever becomes of us
}

const diskSize = "512m"

// newDisk makes a small disk, or uses a plain folder where that is not allowed;
// small says which it is.
func newDisk(dir string) (d *disk, small bool) {
	d = &disk{dir: dir, own: dir}
	holder := exec.Command("unshare", "-rm", "sh", "-c",
		`mount -t tmpfs -o size=`+diskSize+`,mode=700 none "$0" && echo ready && exec cat >/dev/null`, dir)
	apartFromTerminal(holder)
	in, err := holder.StdinPipe()
	if err != nil {
		return d, false
	}
	out, err := holder.StdoutPipe()
	if err != nil || holder.Start() != nil {
		return d, false
	}
	word := make([]byte, 6)
	if n, _ := io.ReadFull(out, word); n < len(word) {
		_ = in.Close()
		_ = holder.Wait()
		return d, false
	}
	d.holder, d.keep = holder, in
	d.own = filepath.Join("/proc", strconv.Itoa(holder.Process.Pid), "root", dir)
	return d, true
}

func (d *disk) data() string { return filepath.Join(d.dir, "data") }

// file is a file of the data directory as we reach it.
func (d *disk) file(name string) string { return filepath.Join(d.own, "data", name) }

// command runs a program where the disk is mounted.
func (d *disk) command(name string, args []string) (string, []string) {
	if d.holder == nil {
		return name, args
	}
	at := []string{"-t", strconv.Itoa(d.holder.Process.Pid), "-U", "-m", "--preserve-credentials", name}
	return "nsenter", append(at, args...)
}

// fill takes all the room that is left, until the returned function gives it back.
func (d *disk) fill() (free func(), err error) {
	ballast := filepath.Join(d.own, "ballast")
	file, err := os.OpenFile(ballast, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	free = func() {
		_ = file.Close()
		_ = os.Remove(ballast)
	}
	var size int64
	for tries := 0; tries < 20; tries++ {
		var s syscall.Statfs_t
		if err := syscall.Statfs(d.own, &s); err != nil {
			free()
			return nil, err
		}
		left := int64(s.Bavail) * s.Bsize
		if left == 0 {
			return free, nil
		}
		if err := syscall.Fallocate(int(file.Fd()), 0, size, left); err == nil {
			size += left
		}
	}
	free()
	return nil, fmt.Errorf("the disk did not fill up")
}

// save copies what is on the disk to a folder that stays.
func (d *disk) save(to string) error { return os.CopyFS(to, os.DirFS(d.own)) }

func (d *disk) close() {
	if d.holder == nil {
		return
	}
	_ = d.keep.Close()
	kill := time.AfterFunc(5*time.Second, func() { _ = d.holder.Process.Kill() })
	_ = d.holder.Wait()
	kill.Stop()
}
