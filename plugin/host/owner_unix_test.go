//go:build unix

package host

import (
	"io/fs"
	"os"
	"syscall"
	"testing"
)

// owned is a file's information with another owner.
type owned struct {
	fs.FileInfo
	uid uint32
}

func (o owned) Sys() any { return &syscall.Stat_t{Uid: o.uid} }

func TestOnlyOurOwnCacheIsOurs(t *testing.T) {
	dir := t.TempDir()
	info, err := os.Lstat(dir)
	if err != nil {
		t.Fatal(err)
	}
	if !ownedByUs(info) {
		t.Error("our own folder is called another's")
	}
	other := owned{info, uint32(os.Geteuid()) + 1}
	if ownedByUs(other) {
		t.Error("another user's folder is called ours")
	}
	if err := ownCache(dir, other); err == nil {
		t.Error("another user's folder would be used")
	}
}
