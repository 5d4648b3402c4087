package line_test

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nodeline/nodeline/internal/wait"
	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/line"
	"github.com/nodeline/nodeline/sidecar/sandbox"
	"github.com/nodeline/nodeline/sidecar/store"
)

const sessionsFile = "sessions.db"

// talk has both sides say something, and waits until it is there.
func (r *rig) talk(t *testing.T, owner, customer *sandbox.Phone, what string) {
	t.Helper()
	r.send(customer, text("line: "+what))
	shown(t, customer, "what the line says", says("line: "+what))
	if _, err := customer.Text(owner.Number(), "customer: "+what); err != nil {
		t.Fatal(err)
	}
	r.inbox.text(t, "customer: "+what)
}

// wentOn is a line whose sessions were copied, and that talked on since; the
// copy is in a directory of its own.
func wentOn(t *testing.T) (old string, account string, owner, customer *sandbox.Phone) {
	t.Helper()
	r, owner, customer, device, session := pair(t)
	for i := range 3 {
		r.talk(t, owner, customer, fmt.Sprint("before ", i))
	}
	// What is not acknowledged comes again, and what fails to decrypt mends the session.
	heard := func() {
		t.Helper()
		wait.Until(t, "the last acknowledgement", func() bool { return network.Backlog(owner.Number(), device) == 0 })
	}
	heard()
	r.stop()
	data, err := os.ReadFile(filepath.Join(r.dir, sessionsFile))
	if err != nil {
		t.Fatal(err)
	}
	old = t.TempDir()
	if err := os.WriteFile(filepath.Join(old, sessionsFile), data, 0o600); err != nil {
		t.Fatal(err)
	}
	since := rigOn(t, r.dir, timing())
	since.connect(t, session.Account)
	for i := range 3 {
		since.talk(t, owner, customer, fmt.Sprint("since ", i))
	}
	heard()
	since.stop()
	return old, session.Account, owner, customer
}

func (r *rig) connect(t *testing.T, account string) {
	t.Helper()
	mark := r.inbox.mark()
	if err := r.Start(north, account); err != nil {
		t.Fatal(err)
	}
	r.inbox.state(t, north, mark, schema.LineConnected)
}

// rewind does what a restore does to the sessions of a backup.
func rewind(t *testing.T, dir string, also ...string) {
	t.Helper()
	db, err := store.OpenSessions(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := line.Rewound(t.Context(), db, "", slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	for _, query := range also {
		if _, err := db.Exec(query); err != nil {
			t.Fatal(err)
		}
	}
}

// The reason for Rewound: on the sessions of a backup as they are, a message is
// confirmed by the phone and shown to nobody.
func TestOldSessionsLoseMessagesInSilence(t *testing.T) {
	old, account, owner, customer := wentOn(t)
	r := rigOn(t, old, timing())
	r.connect(t, account)
	id := r.send(customer, text("lost in silence"))
	r.inbox.receipt(t, id, schema.StatusDelivered)
	if n := copies(customer, owner, "lost in silence"); n != 0 {
		t.Errorf("the phone shows it %d times: old sessions do no harm any more", n)
	}
}

func TestRewoundSessionsLoseNothing(t *testing.T) {
	for name, also := range map[string][]string{
		"": nil,
		// As if the server's one-time keys had all been made after the backup.
		"all one-time keys are lost": {"delete from whatsmeow_pre_keys where uploaded = true"},
	} {
		t.Run(name, func(t *testing.T) {
			old, account, owner, customer := wentOn(t)
			// Said while the line is away, on the session that is lost.
			if _, err := customer.Text(owner.Number(), "is anybody there?"); err != nil {
				t.Fatal(err)
			}
			rewind(t, old, also...)
			r := rigOn(t, old, timing())
			r.connect(t, account)
			r.inbox.text(t, "is anybody there?")
			for i := range 3 {
				r.talk(t, owner, customer, fmt.Sprint("after ", i))
			}
			// Somebody new, who takes one of the keys that the server has.
			stranger := phone(t, "Борис")
			if _, err := stranger.Text(owner.Number(), "hello from a stranger"); err != nil {
				t.Fatal(err)
			}
			r.inbox.text(t, "hello from a stranger")
			r.send(stranger, text("hello, stranger"))
			shown(t, stranger, "the answer", says("hello, stranger"))
			for i := range 3 {
				for _, what := range []string{"before", "since", "after"} {
					if n := copies(customer, owner, fmt.Sprintf("line: %s %d", what, i)); n != 1 {
						t.Errorf("%s %d is shown %d times", what, i, n)
					}
				}
			}
		})
	}
}

// The line speaks first: the phone must not take it for something it has seen.
func TestALineThatSpeaksFirstAfterARestore(t *testing.T) {
	old, account, owner, customer := wentOn(t)
	rewind(t, old)
	r := rigOn(t, old, timing())
	r.connect(t, account)
	for i := range 3 {
		body := fmt.Sprint("line first ", i)
		r.send(customer, text(body))
		shown(t, customer, body, says(body))
	}
	r.talk(t, owner, customer, "after")
}

// The customer's phone speaks first, on the session that is lost here.
func TestAPhoneThatSpeaksFirstAfterARestore(t *testing.T) {
	old, account, owner, customer := wentOn(t)
	rewind(t, old)
	r := rigOn(t, old, timing())
	r.connect(t, account)
	if _, err := customer.Text(owner.Number(), "me first"); err != nil {
		t.Fatal(err)
	}
	if in := r.inbox.text(t, "me first"); in.From.Phone != customer.Number() {
		t.Errorf("it came as %+v", in)
	}
	r.talk(t, owner, customer, "after")
}

// No number of a one-time key comes to stand for two keys.
func TestRewoundKeysGetNumbersOfTheirOwn(t *testing.T) {
	r, owner, customer, _, session := pair(t)
	r.talk(t, owner, customer, "before")
	r.stop()
	db, err := store.OpenSessions(r.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	last := func() (n int) {
		t.Helper()
		if err := db.QueryRow("select max(key_id) from whatsmeow_pre_keys where jid = ?", session.Account).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	count := func(query string) (n int) {
		t.Helper()
		if err := db.QueryRow(query).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	// Keys of a group: the line's own, as whatsmeow names it, and somebody else's.
	var lid string
	if err := db.QueryRow("select lid from whatsmeow_device").Scan(&lid); err != nil {
		t.Fatal(err)
	}
	user, device, _ := strings.Cut(strings.TrimSuffix(lid, "@lid"), ":")
	for _, sender := range []string{user + "_1:" + device, "5_1:0"} {
		if _, err := db.Exec("insert into whatsmeow_sender_keys select jid, 'g@g.us', ?, x'00' from whatsmeow_device", sender); err != nil {
			t.Fatal(err)
		}
	}
	before, kept := last(), count("select count(*) from whatsmeow_pre_keys")
	rewind(t, r.dir)
	if after := last(); after < before+100_000 {
		t.Errorf("numbers go on at %d, they were at %d", after, before)
	}
	if n := count("select count(*) from whatsmeow_pre_keys"); n != kept+1 {
		t.Errorf("%d one-time keys, there were %d", n, kept)
	}
	if n := count("select count(*) from whatsmeow_sessions"); n != 0 {
		t.Errorf("%d sessions are left", n)
	}
	if n := count("select count(*) from whatsmeow_sender_keys"); n != 1 || count("select count(*) from whatsmeow_sender_keys where sender_id = '5_1:0'") != 1 {
		t.Errorf("%d keys of groups are left", n)
	}
	// It may be done again, up to the end of the numbers.
	for range 3 {
		rewind(t, r.dir)
	}
	if _, err := db.Exec("update whatsmeow_pre_keys set key_id = 16777215 where key_id = ?", last()); err != nil {
		t.Fatal(err)
	}
	rewind(t, r.dir)
}

// A session database of an older whatsmeow is brought up to date by whatsmeow's
// own steps, and its account goes on.
func TestOlderSessionsAreUpgraded(t *testing.T) {
	r, owner, customer, _, session := pair(t)
	r.talk(t, owner, customer, "before")
	r.stop()
	db, err := store.OpenSessions(r.dir)
	if err != nil {
		t.Fatal(err)
	}
	// What the steps to versions 13, 14 and 15 made.
	for _, query := range []string{
		"drop table whatsmeow_retry_buffer", "drop table whatsmeow_nct_salt", "alter table whatsmeow_device drop column companion_meta_nonce",
		"update whatsmeow_version set version = 12, compat = 8",
	} {
		if _, err := db.Exec(query); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	r = rigOn(t, r.dir, timing())
	r.connect(t, session.Account)
	r.talk(t, owner, customer, "after")
	r.stop()
	if db, err = store.OpenSessions(r.dir); err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var version int
	if err := db.QueryRow("select version from whatsmeow_version").Scan(&version); err != nil || version < 15 {
		t.Errorf("the sessions are of version %d, %v", version, err)
	}
}
