package main

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
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

// tearTail leaves a write-ahead log as a crash in the middle of a write does:
// after the last whole frame come some bytes of another one. Nothing that was
// written before is touched, so nothing may be forgotten.
func tearTail(path string, rng *rand.Rand) error {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	header := make([]byte, walHeader)
	if _, err := io.ReadFull(file, header); err != nil {
		return nil // an empty log: nothing was written since it was copied into the file
	}
	page := int(binary.BigEndian.Uint32(header[8:]))
	end, err := lastFrame(file, header, page)
	if err != nil {
		return err
	}
	// A frame that looks right up to its checksum, all of it or a part.
	torn := make([]byte, frameHeader+page)
	for i := range torn {
		torn[i] = byte(rng.Uint32())
	}
	binary.BigEndian.PutUint32(torn, 1+rng.Uint32N(64))
	binary.BigEndian.PutUint32(torn[4:], rng.Uint32N(2)*64)
	copy(torn[8:16], header[16:24])
	_, err = file.WriteAt(torn[:1+rng.IntN(len(torn))], end)
	return err
}

// lastFrame is where the last frame of the log's present round ends: the first
// one that is not whole, has other salts or a wrong checksum ends it.
func lastFrame(file io.ReaderAt, header []byte, page int) (int64, error) {
	order := binary.ByteOrder(binary.LittleEndian)
	if binary.BigEndian.Uint32(header)&1 == 1 {
		order = binary.BigEndian
	}
	a, b := checksum(order, 0, 0, header[:24])
	at := int64(walHeader)
	frame := make([]byte, frameHeader+page)
	for {
		n, err := file.ReadAt(frame, at)
		if n < len(frame) {
			if err != nil && !errors.Is(err, io.EOF) {
				return 0, err
			}
			return at, nil
		}
		if string(frame[8:16]) != string(header[16:24]) {
			return at, nil
		}
		a, b = checksum(order, a, b, frame[:8])
		a, b = checksum(order, a, b, frame[frameHeader:])
		if a != binary.BigEndian.Uint32(frame[16:]) || b != binary.BigEndian.Uint32(frame[20:]) {
			return at, nil
		}
		at += int64(len(frame))
	}
}

func checksum(order binary.ByteOrder, a, b uint32, data []byte) (uint32, uint32) {
	for i := 0; i+8 <= len(data); i += 8 {
		a += order.Uint32(data[i:]) + b
		b += order.Uint32(data[i+4:]) + a
	}
	return a, b
}
