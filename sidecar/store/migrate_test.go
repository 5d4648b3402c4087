package store

import (
	"crypto/sha256"
	"database/sql"
	"database/sql/driver"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"modernc.org/sqlite"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// released are the steps that are in people's hands: they never change again. A
// release adds its step's hash here and a life of its version to testdata.
var released = []string{
	"86b21587f2175673cdcc9c0c62f20ecef9c9551d2f7b684015b122141dcadcc4",
	"ca33ecc7c96285b86830f724297c7f58f9a25f25727b8345c9f98d0eeedd0368",
	"0e4d9e5be8b86785146c51497ceb94352b8e1d5350b134017e00c408dde534d9",
}

func TestAReleasedStepNeverChanges(t *testing.T) {
	if len(released) > len(steps) {
		t.Fatalf("%d steps were released, %d are there", len(released), len(steps))
	}
	for i, want := range released {
		h := sha256.Sum256([]byte(steps[i]))
		if got := hex.EncodeToString(h[:]); got != want {
			t.Errorf("step %d is not as it was released (hash %s): put changes into a new step", i+1, got)
		}
	}
}

// fixture makes a data directory as a version left it.
func fixture(t testing.TB, version int) (dir string) {
	t.Helper()
	dir = t.TempDir()
	seed, err := os.ReadFile(fmt.Sprintf("testdata/version%d.sql", version))
	if err != nil {
		t.Fatal(err)
	}
	db, err := database(filepath.Join(dir, fileState), "foreign_keys(1)")
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range append(slices.Clone(steps[:version]), string(seed), fmt.Sprintf("pragma user_version = %d", version)) {
		if _, err := db.Exec(text); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

func eachReleased(t *testing.T, test func(t *testing.T, version int)) {
	for i := range released {
		t.Run(fmt.Sprintf("version %d", i+1), func(t *testing.T) { test(t, i+1) })
	}
}

// rows are a table's rows by column, in the order of its key.
type rows struct {
	columns []string
	values  [][]string
}

// tablesOf reads every table of a file, the columns that were asked for or all.
func tablesOf(t testing.TB, path string, columns map[string]rows) map[string]rows {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	names := texts(t, db, "select name from sqlite_master where type = 'table' and name not like 'sqlite_%' order by name")
	out := map[string]rows{}
	for _, name := range names {
		var r rows
		r.columns = texts(t, db, "select name from pragma_table_info('"+name+"') order by cid")
		if columns != nil {
			if _, ok := columns[name]; !ok {
				continue
			}
			r.columns = columns[name].columns
		}
		quoted := "quote(" + strings.Join(r.columns, ") || '|' || quote(") + ")"
		for _, row := range texts(t, db, "select "+quoted+" from "+name+" order by 1") {
			r.values = append(r.values, []string{row})
		}
		out[name] = r
	}
	return out
}

func texts(t testing.TB, db *sql.DB, query string) (list []string) {
	t.Helper()
	rows, err := db.Query(query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		list = append(list, s)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return list
}

func TestAFixtureHasARowOfEveryTable(t *testing.T) {
	eachReleased(t, func(t *testing.T, version int) {
		for name, r := range tablesOf(t, filepath.Join(fixture(t, version), fileState), nil) {
			if len(r.values) == 0 {
				t.Errorf("%s is empty", name)
			}
		}
	})
}

func TestMigrationKeepsEveryRow(t *testing.T) {
	eachReleased(t, func(t *testing.T, version int) {
		dir := fixture(t, version)
		path := filepath.Join(dir, fileState)
		before := tablesOf(t, path, nil)
		if err := open(t, dir, false).Close(); err != nil {
			t.Fatal(err)
		}
		if after := tablesOf(t, path, before); !reflect.DeepEqual(before, after) {
			t.Errorf("before %v\nafter  %v", before, after)
		}
		// What came of it is what a new file is.
		fresh := t.TempDir()
		if err := open(t, fresh, false).Close(); err != nil {
			t.Fatal(err)
		}
		if got, want := shape(t, path), shape(t, filepath.Join(fresh, fileState)); !slices.Equal(got, want) {
			t.Errorf("a migrated file is\n%s\na new one\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	})
}

// shape is a file's columns and indexes, and its version.
func shape(t testing.TB, path string) []string {
	db, err := sql.Open("sqlite", "file:"+path+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	return texts(t, db, `select 'version ' || user_version from pragma_user_version union all
		select m.name || '.' || c.name || ' ' || c.type || ' ' || c."notnull" || ' ' || ifnull(c.dflt_value, '') from sqlite_master m, pragma_table_info(m.name) c where m.type = 'table' union all
		select sql from sqlite_master where type = 'index' and sql is not null order by 1`)
}

// The older program can be gone back to: its file is kept as it was.
func TestTheFileOfBeforeIsKept(t *testing.T) {
	eachReleased(t, func(t *testing.T, version int) {
		dir := fixture(t, version)
		before := tablesOf(t, filepath.Join(dir, fileState), nil)
		kept := filepath.Join(dir, fmt.Sprintf("%s.v%d", fileState, version))
		// What an earlier try left is no hindrance.
		for _, name := range []string{kept, kept + ".part"} {
			if err := os.WriteFile(name, []byte("torn"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if err := open(t, dir, false).Close(); err != nil {
			t.Fatal(err)
		}
		if after := tablesOf(t, kept, nil); !reflect.DeepEqual(before, after) {
			t.Errorf("before %v\nkept   %v", before, after)
		}
		info, err := os.Stat(kept)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("the copy: %v, %v", info, err)
		}
		if _, err := os.Stat(kept + ".part"); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("a part is left: %v", err)
		}
		if got := shape(t, kept)[0]; !slices.Contains(shape(t, kept), fmt.Sprintf("version %d", version)) {
			t.Errorf("the copy is of %s", got)
		}
		// A new directory has nothing to keep.
		fresh := t.TempDir()
		open(t, fresh, false)
		if list, _ := filepath.Glob(filepath.Join(fresh, fileState+".v*")); len(list) != 0 {
			t.Errorf("kept of nothing: %v", list)
		}
	})
}

// halt is called inside a migration that the test has prepared.
var halt func() error

func init() {
	sqlite.MustRegisterScalarFunction("halt", 0, func(*sqlite.FunctionContext, []driver.Value) (driver.Value, error) {
		return int64(0), halt()
	})
}

// A migration that ends anywhere, by a crash or by an error, leaves the file as
// it was, and the next start does it whole.
func TestAMigrationIsWholeOrNotAtAll(t *testing.T) {
	eachReleased(t, func(t *testing.T, version int) {
		original := steps
		defer func() { steps = original }()
		statements := statementsOf(steps[version])
		if len(statements) < 2 {
			t.Fatalf("%d statements", len(statements))
		}
		want := tablesOf(t, filepath.Join(fixture(t, version), fileState), nil)
		for i := range len(statements) + 1 {
			dir := fixture(t, version)
			crashed := t.TempDir()
			steps = slices.Clone(original)
			steps[version] = strings.Join(statements[:i], "") + "select halt();" + strings.Join(statements[i:], "")
			halt = func() error { // the files as a kill would leave them
				return errors.Join(copyPlain(filepath.Join(dir, fileState), filepath.Join(crashed, fileState)),
					copyLog(filepath.Join(dir, fileState+"-wal"), filepath.Join(crashed, fileState+"-wal")), errors.New("crash"))
			}
			if _, err := Open(dir, Options{}); err == nil {
				t.Fatalf("statement %d: opened", i)
			}
			steps = original
			for name, dir := range map[string]string{"after an error": dir, "after a crash": crashed} {
				if got := tablesOf(t, filepath.Join(dir, fileState), nil); !reflect.DeepEqual(got, want) {
					t.Errorf("statement %d, %s: %v", i, name, got)
				}
				if got := shape(t, filepath.Join(dir, fileState)); !slices.Contains(got, fmt.Sprintf("version %d", version)) {
					t.Errorf("statement %d, %s: the version is not %d", i, name, version)
				}
				if err := open(t, dir, false).Close(); err != nil {
					t.Errorf("statement %d, %s: %v", i, name, err)
				}
			}
		}
	})
}

func copyLog(from, to string) error {
	if _, err := os.Stat(from); err != nil {
		return nil
	}
	return copyPlain(from, to)
}

// statementsOf cuts a step at its semicolons; a step has none elsewhere but in comments.
func statementsOf(step string) (list []string) {
	text := ""
	for _, line := range strings.SplitAfter(step, "\n") {
		text += line
		code, _, _ := strings.Cut(line, "--")
		if strings.HasSuffix(strings.TrimSpace(code), ";") {
			list = append(list, text)
			text = ""
		}
	}
	return list
}

// What version 1 had begun goes on: under the same ids, in the same order.
func TestALifeOfVersion1GoesOn(t *testing.T) {
	s := open(t, fixture(t, 1), false)
	g, ok, err := s.Find(t.Context(), "nl_version1")
	if err != nil || !ok || g.ID != "tok_line" || g.Line != "clinic" || g.Scope != schema.ScopeLine {
		t.Errorf("the token finds %+v, %t, %v", g, ok, err)
	}
	err = s.Read(t.Context(), func(v bridge.View) error {
		lines, err1 := v.Lines()
		if len(lines) != 2 || lines[0].Account != "79000000001:7@s.whatsapp.net" || len(lines[0].Secret) != 16 {
			t.Errorf("lines: %+v", lines)
		}
		open, err2 := v.OpenAsks("clinic", schema.Address{LID: "5@lid"})
		if len(open) != 1 || open[0].ID != "ask-open" || open[0].Reply == nil || open[0].Reply.Node != "n1" || string(open[0].Context) != `{"a":1}` ||
			open[0].Message.ID != "3EB0000000000000000001" || open[0].Message.Content.Body != "Придёте завтра?" || open[0].Buttons[1].ID != "no" {
			t.Errorf("open asks: %+v", open)
		}
		queue, err3 := v.Unsettled("clinic")
		if len(queue) != 2 || queue[0].ID != "3EB0000000000000000003" || queue[0].Status != schema.StatusUnknown || queue[1].Key != "queued" || queue[1].Seq != 4 {
			t.Errorf("queue: %+v", queue)
		}
		deliveries, err4 := v.Deliveries(bridge.DeliveryFilter{Line: "clinic", Host: "node-red-1", Count: 10})
		if len(deliveries) != 1 || deliveries[0].Delivery.ID != "dlv_open" || deliveries[0].Delivery.Attempt != 3 || deliveries[0].Seq != 7 {
			t.Errorf("deliveries: %+v", deliveries)
		}
		events, err5 := v.Events("clinic", 1, 10)
		if len(events) != 2 || events[0].ID != "evt_2" || events[1].Cursor != 3 {
			t.Errorf("events: %+v", events)
		}
		contact, ok, err6 := v.Contact("clinic", "+79123456789")
		if !ok || !contact.Contact.Exists || contact.Contact.Address.LID != "5@lid" {
			t.Errorf("contact: %+v", contact)
		}
		person, err7 := v.Complete("clinic", schema.Address{LID: "5@lid"})
		if person.Phone != "+79123456789" {
			t.Errorf("person: %+v", person)
		}
		return errors.Join(err1, err2, err3, err4, err5, err6, err7)
	})
	if err != nil {
		t.Fatal(err)
	}
	err = s.Write(t.Context(), func(tx bridge.Tx) error {
		fresh, err1 := tx.Seen("clinic", "+79123456789", "+79123456789", "IN1", time.Now())
		m := bridge.MessageRecord{Line: "clinic", Key: "next", Hash: []byte{1}, ID: "X", Payload: []byte{1}, Status: schema.StatusQueued, StatusAt: time.Now(), Created: time.Now()}
		err2 := tx.InsertMessage(&m)
		e, err3 := tx.AppendEvent(schema.Event{Line: "clinic", Kind: schema.EventMessage, At: time.Now()})
		n, err4 := tx.Acknowledge("clinic", "node-red-1", []schema.DeliveryID{"dlv_open"})
		if fresh || m.Seq != 5 || e.Cursor != 4 || n != 1 {
			t.Errorf("fresh %t, message %d, cursor %d, acknowledged %d", fresh, m.Seq, e.Cursor, n)
		}
		return errors.Join(err1, err2, err3, err4)
	})
	if err != nil {
		t.Fatal(err)
	}
}
