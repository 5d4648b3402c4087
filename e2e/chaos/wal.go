package main

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"

	_ "github.com/nodeline/nodeline/sidecar/store" // the driver "sqlite"
)

// The files of the data directory; see sidecar/store.
const (
	fileState    = "nodeline.db"
	fileSessions = "sessions.db"
	fileRunning  = "running" // there while a sidecar runs; holds the machine's boot
)

// lock has another process, this program once more, hold a database's write lock.
func (d *disk) lock(file string) (unlock func(), err error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	name, args := d.command(self, []string{"-hold", filepath.Join(d.data(), file)})
	cmd := exec.Command(name, args...)
	apartFromTerminal(cmd)
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	unlock = func() {
		_ = in.Close()
		_ = cmd.Wait()
	}
	if _, err := io.ReadFull(out, make([]byte, len(holds))); err != nil {
		unlock()
		return nil, err
	}
	return unlock, nil
}

// holds is what a process says that has the lock.
const holds = "locked"

// hold takes a database's write lock, says so, and keeps it until its input ends.
func hold(path string, in io.Reader, out io.Writer) error {
	address := url.URL{Scheme: "file", OmitHost: true, Path: path, RawQuery: "_txlock=immediate&_busy_timeout=500&mode=rw"}
	db, err := sql.Open("sqlite", address.String())
	if err != nil {
		return err
	}
	tx, err := db.BeginTx(context.Background(), nil)
	if err != nil {
		return errors.Join(err, db.Close())
	}
	if _, err := io.WriteString(out, holds); err == nil {
		_, _ = io.Copy(io.Discard, in)
	}
	return errors.Join(tx.Rollback(), db.Close())
}

// Sizes in a write-ahead log, see sqlite.org/fileformat.html, section 4.
const (
	walHeader   = 32
	frameHeader = 24
)

// wal is what a write-ahead log holds of its present round.
type wal struct {
	header  []byte
	page    int
	end     int64   // after the last whole frame
	commits []int64 // after each frame that ends a commit
}

// tearTail leaves a write-ahead log as a crash in the middle of a write does:
// after the last whole frame come some bytes of another one. Nothing that was
// written before is touched, so nothing may be forgotten.
func tearTail(path string, rng *rand.Rand) error {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	w, err := readWAL(file)
	if err != nil || w == nil {
		return err
	}
	// A frame that looks right up to its checksum, all of it or a part.
	torn := make([]byte, frameHeader+w.page)
	for i := range torn {
		torn[i] = byte(rng.Uint32())
	}
	binary.BigEndian.PutUint32(torn, 1+rng.Uint32N(64))
	binary.BigEndian.PutUint32(torn[4:], rng.Uint32N(2)*64)
	copy(torn[8:16], w.header[16:24])
	_, err = file.WriteAt(torn[:1+rng.IntN(len(torn))], w.end)
	return err
}

// cutTail takes the last few commits off a database's write-ahead log that is not
// flushed at each of them, as a power cut does. What was copied into the database
// was flushed before that, and stays. It reports whether there was anything to cut.
func cutTail(database string, rng *rand.Rand) (bool, error) {
	file, err := os.OpenFile(database+"-wal", os.O_RDWR, 0)
	if err != nil {
		return false, err
	}
	defer func() { _ = file.Close() }()
	w, err := readWAL(file)
	if err != nil || w == nil {
		return false, err
	}
	flushed, err := copied(database + "-shm")
	if err != nil {
		return false, err
	}
	least := walHeader + int64(flushed)*int64(frameHeader+w.page)
	var ends []int64 // where the log may end, but not where it does
	for _, end := range w.commits[:max(len(w.commits)-1, 0)] {
		if end >= least {
			ends = append(ends, end)
		}
	}
	if len(ends) == 0 {
		return false, nil
	}
	return true, file.Truncate(ends[len(ends)-1-rng.IntN(min(len(ends), 20))])
}

// copied is how many frames of a log were, or were about to be, copied into the
// database; see "WAL-Index File Format" on sqlite.org, nBackfill and nBackfillAttempted.
func copied(index string) (uint32, error) {
	data, err := os.ReadFile(index)
	if err != nil {
		return 0, err
	}
	if len(data) < 132 {
		return 0, fmt.Errorf("%s has %d bytes", index, len(data))
	}
	return max(binary.NativeEndian.Uint32(data[96:]), binary.NativeEndian.Uint32(data[128:])), nil
}

// readWAL finds where the last frame of the log's present round ends: the first
// one that is not whole, has other salts or a wrong checksum ends it. nil: an
// empty log, nothing was written since it was copied into the file.
func readWAL(file io.ReaderAt) (*wal, error) {
	w := &wal{header: make([]byte, walHeader), end: walHeader}
	if n, err := file.ReadAt(w.header, 0); n < walHeader {
		if errors.Is(err, io.EOF) {
			err = nil
		}
		return nil, err
	}
	w.page = int(binary.BigEndian.Uint32(w.header[8:]))
	order := binary.ByteOrder(binary.LittleEndian)
	if binary.BigEndian.Uint32(w.header)&1 == 1 {
		order = binary.BigEndian
	}
	a, b := checksum(order, 0, 0, w.header[:24])
	frame := make([]byte, frameHeader+w.page)
	for {
		n, err := file.ReadAt(frame, w.end)
		if n < len(frame) {
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return w, err
		}
		if string(frame[8:16]) != string(w.header[16:24]) {
			return w, nil
		}
		a, b = checksum(order, a, b, frame[:8])
		a, b = checksum(order, a, b, frame[frameHeader:])
		if a != binary.BigEndian.Uint32(frame[16:]) || b != binary.BigEndian.Uint32(frame[20:]) {
			return w, nil
		}
		w.end += int64(len(frame))
		if binary.BigEndian.Uint32(frame[4:]) != 0 {
			w.commits = append(w.commits, w.end)
		}
	}
}

func checksum(order binary.ByteOrder, a, b uint32, data []byte) (uint32, uint32) {
	for i := 0; i+8 <= len(data); i += 8 {
		a += order.Uint32(data[i:]) + b
		b += order.Uint32(data[i+4:]) + a
	}
	return a, b
}
