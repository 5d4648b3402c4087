package main

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// crashed is a database in which count rows were committed one by one, as its
// files are at a crash.
func crashed(t *testing.T, count int) (path string) {
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
	}
	path = filepath.Join(dir, "crashed.db")
	for _, end := range []string{"", "-wal"} {
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
			path := crashed(t, 50)
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
			path := crashed(t, 50)
			if err := cutTail(path+"-wal", rand.New(rand.NewPCG(seed, 0))); err != nil {
				t.Fatal(err)
			}
			if n := rows(t, path); n >= 50 || n < 29 {
				t.Errorf("%d of 50 rows are left", n)
			}
		})
	}
}
