package store

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
)

func preparedDB(t testing.TB) *sql.DB {
	t.Helper()
	db, err := database(filepath.Join(t.TempDir(), "x.db"), "foreign_keys(1)")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if _, err := db.Exec("create table n (a integer primary key, b text); insert into n values (1, 'one'), (2, 'two'), (3, null)"); err != nil {
		t.Fatal(err)
	}
	return db
}

// known are the statements of a database's one connection.
func known(t *testing.T, db *sql.DB) (list map[string]*preparedStmt) {
	t.Helper()
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.Raw(func(c any) error { list = c.(*preparedConn).known; return nil }); err != nil {
		t.Fatal(err)
	}
	return list
}

func TestStatementsAreKeptAndGiveTheSameAnswers(t *testing.T) {
	db := preparedDB(t)
	db.SetMaxOpenConns(1)
	for i := range 3 {
		var b sql.NullString
		if err := db.QueryRow("select b from n where a = ?", i+1).Scan(&b); err != nil || b.Valid != (i < 2) {
			t.Errorf("row %d: %+v, %v", i+1, b, err)
		}
		// A row that is not read to the end must not leak into the next use.
		if _, err := db.Exec("insert into n values (?, ?)", 10+i, fmt.Sprint(i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.QueryRow("select b from n where a = ?", 99).Scan(new(string)); err != sql.ErrNoRows {
		t.Errorf("a row that is not there: %v", err)
	}
	if n := len(known(t, db)); n != 2 {
		t.Errorf("%d statements are kept", n)
	}
	if _, err := db.Exec("insert into n values (1, 'again')"); err == nil {
		t.Error("a broken constraint is no error")
	}
	if _, err := db.Exec("insert into nowhere values (1)"); err == nil {
		t.Error("a table that is not there is no error")
	}
}

// One connection, one text, twice at once: the outer rows must not be disturbed.
func TestAStatementInUseIsNotUsedAgain(t *testing.T) {
	db := preparedDB(t)
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	const query = "select a from n order by a"
	outer, err := tx.Query(query)
	if err != nil {
		t.Fatal(err)
	}
	defer outer.Close()
	var seen []int
	for outer.Next() {
		var a, first int
		if err := outer.Scan(&a); err != nil {
			t.Fatal(err)
		}
		if err := tx.QueryRow(query).Scan(&first); err != nil || first != 1 {
			t.Errorf("within: %d, %v", first, err)
		}
		seen = append(seen, a)
	}
	if fmt.Sprint(seen) != "[1 2 3]" || outer.Err() != nil {
		t.Errorf("the outer rows are %v, %v", seen, outer.Err())
	}
}

func TestAQueryThatIsGivenUpLeavesTheDatabaseUsable(t *testing.T) {
	db := preparedDB(t)
	db.SetMaxOpenConns(1)
	ctx, cancel := context.WithCancel(t.Context())
	rows, err := db.QueryContext(ctx, "select a from n")
	if err != nil {
		t.Fatal(err)
	}
	rows.Next()
	cancel()
	rows.Close()
	var n int
	if err := db.QueryRow("select a from n").Scan(&n); err != nil || n != 1 {
		t.Errorf("afterwards: %d, %v", n, err)
	}
}

func TestStatementsAreBounded(t *testing.T) {
	db := preparedDB(t)
	db.SetMaxOpenConns(1)
	for i := range 2 * statementsMax {
		var n int
		if err := db.QueryRow(fmt.Sprintf("select %d", i)).Scan(&n); err != nil || n != i {
			t.Fatalf("query %d: %d, %v", i, n, err)
		}
	}
	if n := len(known(t, db)); n != statementsMax {
		t.Errorf("%d statements are kept", n)
	}
	for _, query := range []string{"pragma user_version", "begin immediate", "select 1; select 2", "create table x (y)"} {
		if repeats(query) {
			t.Errorf("%q is kept", query)
		}
	}
}

func TestManyAtOnce(t *testing.T) {
	db := preparedDB(t)
	db.SetMaxOpenConns(4)
	var all sync.WaitGroup
	for g := range 8 {
		all.Go(func() {
			for i := range 50 {
				a := 100 + g*50 + i
				if _, err := db.Exec("insert into n values (?, ?)", a, fmt.Sprint(a)); err != nil {
					t.Error(err)
				}
				var b string
				if err := db.QueryRow("select b from n where a = ?", a).Scan(&b); err != nil || b != fmt.Sprint(a) {
					t.Errorf("%d: %q, %v", a, b, err)
				}
			}
		})
	}
	all.Wait()
}
