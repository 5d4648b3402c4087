package main

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// crashed is a database in which count rows were committed one by one, and its log
// copied into it after some of them (0: never), as its files are at a crash.
func crashed(t *testing.T, count, copied int) (path string) {
	t.Helper()
	dir := t.TempDir()
	live := filepath.Join(dir, "live.db")
	db, err := sql.Open("sqlite", "file:"+live+"?_pragma=journal_mode(wal)&_pragma=wal_autocheckpoint(0)&_pragma=synchronous(off)")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if _, err := db.Exec("create table t (n integer)"); err != nil {
		t.Fatal(err)
	}
	for n := range count {
		if _, err := db.Exec("insert into t values (?)", n); err != nil {
			t.Fatal(err)
		}
		if n+1 == copied {
			stay := reader(t, live) // so that the log goes on and is not begun anew
			if _, err := db.Exec("pragma wal_checkpoint(passive)"); err != nil {
				t.Fatal(err)
			}
			defer stay()
		}
	}
	path = filepath.Join(dir, "crashed.db")
	for _, end := range []string{"", "-wal", "-shm"} {
		data, err := os.ReadFile(live + end)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path+end, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

// reader holds a snapshot.
func reader(t *testing.T, path string) (end func()) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	tx, err := db.Begin()
	if err == nil {
		err = tx.QueryRow("select count(*) from t").Scan(new(int))
	}
	if err != nil {
		t.Fatal(err)
	}
	return func() {
		_ = tx.Rollback()
		_ = db.Close()
	}
}

func rows(t *testing.T, path string) (count int) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if err := db.QueryRow("select count(*) from t").Scan(&count); err != nil {
		t.Fatal(err)
	}
	return count
}

// A torn tail must not be a tail that forgets: then a run would blame the sidecar
// for what the run itself has destroyed.
func TestATornTailForgetsNothing(t *testing.T) {
	for seed := range uint64(20) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			path := crashed(t, 50, 0)
			before, err := os.Stat(path + "-wal")
			if err != nil {
				t.Fatal(err)
			}
			if err := tearTail(path+"-wal", rand.New(rand.NewPCG(seed, 0))); err != nil {
				t.Fatal(err)
			}
			after, err := os.Stat(path + "-wal")
			if err != nil || after.Size() <= before.Size() {
				t.Errorf("nothing was torn: %d bytes, then %d (%v)", before.Size(), after.Size(), err)
			}
			if n := rows(t, path); n != 50 {
				t.Errorf("%d of 50 rows are left", n)
			}
		})
	}
}

func TestACutTailForgetsTheNewest(t *testing.T) {
	for seed := range uint64(20) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			path := crashed(t, 50, 0)
			if cut, err := cutTail(path, rand.New(rand.NewPCG(seed, 0))); err != nil || !cut {
				t.Fatal(cut, err)
			}
			if n := rows(t, path); n >= 50 || n < 29 {
				t.Errorf("%d of 50 rows are left", n)
			}
		})
	}
}

// What was copied into the database had been flushed: a power cut leaves it.
func TestACutTailKeepsWhatWasCopied(t *testing.T) {
	for seed := range uint64(20) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			path := crashed(t, 50, 45)
			if cut, err := cutTail(path, rand.New(rand.NewPCG(seed, 0))); err != nil || !cut {
				t.Fatal(cut, err)
			}
			if n := rows(t, path); n < 45 || n >= 50 {
				t.Errorf("%d of 50 rows are left", n)
			}
		})
	}
}
