package binary_test

import (
	"database/sql"
	"testing"

	"github.com/nodeline/nodeline/schema"
	_ "github.com/nodeline/nodeline/sidecar/store" // the driver "sqlite"
)

// keysOf are the keys of all messages in a state that nobody uses.
func keysOf(t testing.TB, path string) map[schema.Key]bool {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	rows, err := db.Query("select key from outbox")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	out := map[schema.Key]bool{}
	for rows.Next() {
		var k schema.Key
		if err := rows.Scan(&k); err != nil {
			t.Fatal(err)
		}
		out[k] = true
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}
