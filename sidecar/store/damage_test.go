package store

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// filled makes a data directory that was used and, if killed, was not closed:
// part of what it holds is in the log.
func filled(t testing.TB, killed bool) (dir string) {
	t.Helper()
	dir = t.TempDir()
	s, err := Open(dir, Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	sessions, err := OpenSessions(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sessions.Exec("create table x (y text)"); err != nil {
		t.Fatal(err)
	}
	err = s.Write(t.Context(), func(tx bridge.Tx) error {
		for i := range 300 {
			if err := tx.InsertLine(bridge.LineRecord{ID: lineID(i), Name: strings.Repeat("x", 500), Secret: []byte("s")}); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		_, err = sessions.Exec("with recursive n(i) as (select 1 union all select i + 1 from n where i < 300) insert into x select ? from n", strings.Repeat("y", 500))
	}
	if err != nil {
		t.Fatal(err)
	}
	out := dir
	if killed {
		out = t.TempDir()
		for _, name := range []string{fileState, fileState + "-wal", fileSessions, fileSessions + "-wal"} {
			if err := copyPlain(filepath.Join(dir, name), filepath.Join(out, name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := errors.Join(sessions.Close(), s.Close()); err != nil {
		t.Fatal(err)
	}
	return out
}

// contents are the files of a directory.
func contents(t testing.TB, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range list {
		if f.IsDir() || f.Name() == fileLock || strings.HasSuffix(f.Name(), "-shm") {
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		out[f.Name()] = string(data)
	}
	return out
}

// change rewrites a file.
func change(t testing.TB, path string, fn func([]byte) []byte) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, fn(data), 0o600); err != nil {
		t.Fatal(err)
	}
}

func noise(from, to int) func([]byte) []byte {
	return func(data []byte) []byte {
		if to < 0 {
			to = len(data)
		}
		copy(data[from:to], bytes.Repeat([]byte{0xa5}, to-from))
		return data
	}
}

func TestDamageIsFoundAtTheStartAndNothingIsOverwritten(t *testing.T) {
	for name, c := range map[string]struct {
		killed bool
		file   string // that is damaged
		change func([]byte) []byte
		named  string // as damaged; "" : file
	}{
		"header":               {false, fileState, noise(0, 100), ""},
		"a page":               {false, fileState, noise(8192, 12288), ""},
		"many pages":           {false, fileState, noise(40960, -1), ""},
		"cut short":            {false, fileState, func(b []byte) []byte { return b[:len(b)/2] }, ""},
		"not a database":       {false, fileState, func([]byte) []byte { return []byte(strings.Repeat("hello ", 1000)) }, ""},
		"emptied":              {true, fileState, func([]byte) []byte { return nil }, ""},
		"removed":              {false, fileState, nil, ""},
		"the log's head":       {true, fileState + "-wal", noise(0, 32), ""},
		"the log's salt":       {true, fileState + "-wal", noise(16, 20), ""},
		"sessions, header":     {false, fileSessions, noise(0, 100), ""},
		"sessions, pages":      {false, fileSessions, noise(8192, -1), ""},
		"sessions, cut short":  {false, fileSessions, func(b []byte) []byte { return b[:len(b)/2] }, ""},
		"sessions, log's head": {true, fileSessions + "-wal", noise(0, 32), ""},
		"sessions, emptied":    {true, fileSessions, func([]byte) []byte { return nil }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filled(t, c.killed)
			path := filepath.Join(dir, c.file)
			if c.change == nil {
				if err := os.Remove(path); err != nil {
					t.Fatal(err)
				}
			} else {
				change(t, path, c.change)
			}
			before := contents(t, dir)
			s, err := Open(dir, Options{Log: slog.New(slog.DiscardHandler)})
			if strings.HasPrefix(c.file, fileSessions) {
				if err != nil {
					t.Fatalf("the state is sound: %v", err)
				}
				_, err = OpenSessions(dir)
			}
			found, ok := errors.AsType[*DamagedError](err)
			if !ok || !strings.HasPrefix(found.File, strings.TrimSuffix(path, "-wal")) || !errors.Is(err, bridge.ErrStorageDamaged) {
				t.Fatalf("opened, or not for that: %v", err)
			}
			after := contents(t, dir)
			if s != nil {
				if err := s.Close(); err != nil {
					t.Error(err)
				}
				return // the state may be tidied; the damaged one is looked at below
			}
			if !maps.Equal(before, after) {
				t.Errorf("files were changed: %v, %v", slices.Sorted(maps.Keys(before)), slices.Sorted(maps.Keys(after)))
			}
		})
	}
}

// What a crash leaves is no damage.
func TestATornTailIsNoDamage(t *testing.T) {
	for name, tail := range map[string]func([]byte) []byte{
		"garbage behind the log":  func(b []byte) []byte { return append(b, bytes.Repeat([]byte{0xa5}, 3000)...) },
		"half a frame":            func(b []byte) []byte { return append(b, b[len(b)-4120:len(b)-2000]...) },
		"zeros behind the log":    func(b []byte) []byte { return append(b, make([]byte, 8240)...) },
		"a log that never began":  func([]byte) []byte { return make([]byte, 4096) },
		"a log of a single byte":  func([]byte) []byte { return []byte{1} },
		"nothing, an empty log":   func([]byte) []byte { return nil },
		"nothing, the log itself": func(b []byte) []byte { return b },
	} {
		t.Run(name, func(t *testing.T) {
			dir := filled(t, true)
			change(t, filepath.Join(dir, fileState+"-wal"), tail)
			s, err := Open(dir, Options{Log: slog.New(slog.DiscardHandler)})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			if n := countLines(t, s); n != 300 && !strings.HasPrefix(name, "a log") && !strings.HasPrefix(name, "nothing, an") {
				t.Errorf("%d lines", n)
			}
		})
	}
}

// A page that turns bad while the store is open: the call says so, and so does the store.
func TestDamageMetWhileRunning(t *testing.T) {
	dir := filled(t, false)
	s := open(t, dir, false)
	if s.State() != bridge.StorageOK {
		t.Fatalf("it is %s", s.State())
	}
	file, err := os.OpenFile(filepath.Join(dir, fileState), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	info, err := file.Stat()
	if err != nil {
		t.Fatal(err)
	}
	// All but the first page: which pages the lines are on is SQLite's affair.
	_, err = file.WriteAt(bytes.Repeat([]byte{0xa5}, int(info.Size())-4096), 4096)
	if err := errors.Join(err, file.Close()); err != nil {
		t.Fatal(err)
	}
	err = s.Read(t.Context(), func(v bridge.View) error { _, err := v.Lines(); return err })
	if !errors.Is(err, bridge.ErrStorageDamaged) {
		t.Errorf("the call got %v", err)
	}
	if s.State() != bridge.StorageDamaged {
		t.Errorf("the store is %s", s.State())
	}
}

func lineID(i int) schema.LineID { return schema.LineID(fmt.Sprintf("line-%03d", i)) }
