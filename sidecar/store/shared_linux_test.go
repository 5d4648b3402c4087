package store

import (
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// ofdGetLock asks who stands in the way of a lock, this process included (fcntl(2), F_OFD_GETLK).
const ofdGetLock = 36

// sharedFirst and sharedSize are the bytes that a process locks while it has a
// database open (sqlite.org, os_unix.c).
const (
	sharedFirst = 0x40000000 + 2
	sharedSize  = 510
)

// Another process that closes its last connection, as a backup does, throws the log
// away when nobody holds the file: so every connection's lock has to last.
func TestTheFilesStayLockedWhileTheyAreOpen(t *testing.T) {
	b := newBusy(t)
	if err := b.step(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, _, err := Backup(t.Context(), b.dir, t.TempDir(), BackupOptions{}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{fileState, fileSessions} {
		file, err := os.OpenFile(filepath.Join(b.dir, name), os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		// Not before: it would drop the lock.
		t.Cleanup(func() { _ = file.Close() })
		lock := syscall.Flock_t{Type: syscall.F_WRLCK, Whence: io.SeekStart, Start: sharedFirst, Len: sharedSize}
		if err := syscall.FcntlFlock(file.Fd(), ofdGetLock, &lock); err != nil {
			t.Fatal(err)
		}
		if lock.Type != syscall.F_RDLCK {
			t.Errorf("%s is not locked: %+v", name, lock)
		}
	}
}
