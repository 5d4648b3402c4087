package binary_test

import (
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nodeline/nodeline/schema"
)

// version1 rewrites a data directory's state as version 1 kept it: its tables,
// filled with what they have of the rows.
func version1(t *testing.T, dir string) {
	t.Helper()
	create, err := os.ReadFile("../../../sidecar/store/schema1.sql")
	if err != nil {
		t.Fatal(err)
	}
	now, old := filepath.Join(dir, "nodeline.db"), filepath.Join(dir, "version1")
	db, err := sql.Open("sqlite", "file:"+old)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	run := func(query string, args ...any) {
		t.Helper()
		if _, err := db.Exec(query, args...); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
	}
	run(string(create))
	run("attach ? as newer", now)
	for _, table := range names(t, db, "select name from main.sqlite_master where type = 'table' and name not like 'sqlite_%'") {
		columns := strings.Join(names(t, db, "select name from pragma_table_info('"+table+"')"), ", ")
		run(fmt.Sprintf("insert into main.%s (%s) select %[2]s from newer.%[1]s", table, columns))
	}
	run("detach newer")
	run("pragma user_version = 1")
	err = errors.Join(db.Close(), os.Rename(old, now), remove(now+"-wal"), remove(now+"-shm"))
	if err != nil {
		t.Fatal(err)
	}
}

func remove(path string) error {
	if err := os.Remove(path); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

func names(t testing.TB, db *sql.DB, query string) (list []string) {
	t.Helper()
	rows, err := db.Query(query)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		list = append(list, name)
	}
	if err := rows.Err(); err != nil || len(list) == 0 {
		t.Fatalf("%s: %v, %v", query, list, err)
	}
	return list
}

// hashes are what the store keeps of the requests, by key.
func hashes(t testing.TB, dir string) map[schema.Key]string {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "nodeline.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	out := map[schema.Key]string{}
	for _, row := range names(t, db, "select key || ' ' || lower(hex(hash)) from outbox") {
		key, hash, _ := strings.Cut(row, " ")
		out[schema.Key(key)] = hash
	}
	return out
}

// A life of version 1 goes on under the next program: the open ask answers, what
// was queued goes out under its id, keys and tokens of before work, and requests
// of before are known by the hashes that version 1 kept of them.
func TestALifeOfVersion1GoesOn(t *testing.T) {
	w := linked(t)
	open := ask(schema.RenderAuto)
	open.ID = "ask-1"
	a, question := w.asked(open)
	sent := w.text("text-1", "sent before")
	w.shown("sent before")
	// The line is away, so that something stays queued.
	w.serve.kill()
	w.sandboxPost("/api/faults", map[string]any{"way": "down", "tag": "success", "do": "cut_before"}, nil)
	w.start()
	queued := w.text("text-2", "still queued")
	if queued.Status != schema.StatusQueued {
		t.Fatalf("the message is %s", queued.Status)
	}
	if err := w.serve.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	<-w.serve.done
	for key, request := range map[schema.Key]string{
		"text-1": "text\x00" + `{"line":"clinic","key":"text-1","chat":"+79123456789","text":"sent before"}`,
		"ask-1": "ask\x00" + `{"line":"clinic","id":"ask-1","chat":"8 912 345-67-89","body":"Придёте завтра?",` +
			`"buttons":[{"id":"yes","text":"Приду"},{"id":"no","text":"Не приду"}],"rendering":"auto","deadlineSeconds":86400,` +
			`"reply":{"host":"node-red-1","node":"n1"}}`,
	} {
		h := sha256.Sum256([]byte(request))
		if got := hashes(t, w.dir)[key]; got != hex.EncodeToString(h[:]) {
			t.Errorf("%s is kept under another hash than version 1's: its key would not match after an upgrade", key)
		}
	}
	version1(t, w.dir)

	req, err := newDelete(w.sandbox)
	if err != nil {
		t.Fatal(err)
	}
	w.read(req, nil)
	w.start() // the admin token is the one of before
	w.connected(clinic)
	if _, err := os.Stat(filepath.Join(w.dir, "nodeline.db.v1")); err != nil {
		t.Error(err)
	}
	if n := w.shown("still queued"); n != 1 {
		t.Errorf("what was queued is shown %d times", n)
	}
	w.question(queued.MessageID)
	if again := w.text("text-1", "sent before"); again.MessageID != sent.MessageID {
		t.Errorf("under its key it is %s, it was %s", again.MessageID, sent.MessageID)
	}
	var known schema.Ask
	w.must("message.ask", open, &known)
	if known.MessageID != a.MessageID || known.State != schema.AskWaiting || !known.Deadline.Equal(a.Deadline) {
		t.Errorf("the ask of before is %+v", known)
	}
	w.endsOnce(open, question)
	if n := w.shown("sent before"); n != 1 || w.repeats() != 0 {
		t.Errorf("it is shown %d times, %d repeats", n, w.repeats())
	}
}
