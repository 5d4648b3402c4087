package binary_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/nodeline/nodeline/internal/wait"
	"github.com/nodeline/nodeline/schema"
)

// command runs the binary to its end.
func command(t testing.TB, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, err bytes.Buffer
	cmd := exec.Command(binary, args...)
	cmd.Stdout, cmd.Stderr = &out, &err
	if failed := cmd.Run(); failed != nil {
		exit, ok := errors.AsType[*exec.ExitError](failed)
		if !ok {
			t.Fatal(failed)
		}
		return out.String(), err.String(), exit.ExitCode()
	}
	return out.String(), err.String(), 0
}

// backup makes a backup of the running or stopped sidecar.
func (w *world) backup() (path string) {
	w.t.Helper()
	out, said, code := command(w.t, "backup", filepath.Join(w.t.TempDir(), "backups"), "--data", w.dir)
	if code != 0 || !strings.Contains(said, "SANDBOX") {
		w.t.Fatalf("backup: %d %s %s", code, out, said)
	}
	return strings.TrimSpace(out)
}

func (w *world) restore(backup string) (report string) {
	w.t.Helper()
	out, said, code := command(w.t, "restore", backup, "--data", w.dir, "--yes")
	if code != 0 {
		w.t.Fatalf("restore: %d %s %s", code, out, said)
	}
	return out
}

func (w *world) text(key schema.Key, body string) (r schema.SendResult) {
	w.t.Helper()
	w.must("message.sendText", schema.SendTextRequest{Line: clinic, Key: key, Chat: w.customer, Text: body}, &r)
	return r
}

// shown waits until a text is on the customer's phone, and counts it.
func (w *world) shown(text string) int {
	w.t.Helper()
	wait.Until(w.t, text, func() bool { return w.shows(text) > 0 })
	return w.shows(text)
}

func (w *world) cursor() int64 {
	w.t.Helper()
	for after := int64(0); ; {
		var list schema.EventListResult
		w.must("event.list", schema.EventListRequest{Line: clinic, After: after, Count: 200}, &list)
		if len(list.Events) == 0 {
			return after
		}
		after = list.Cursor
	}
}

// reported checks what a restore says, and that it keeps the same in a file.
func (w *world) reported(report string) {
	w.t.Helper()
	for _, part := range []string{"PAUSED", "clinic: 0 message(s)", "1 open ask(s)", "same key", "drops the repeat", "unknown", "encryption sessions of before are forgotten", "before-restore-"} {
		if !strings.Contains(report, part) {
			w.t.Errorf("the report does not say %q:\n%s", part, report)
		}
	}
	if kept, _ := filepath.Glob(filepath.Join(w.dir, "restore-report-*.txt")); len(kept) != 1 {
		w.t.Errorf("kept reports: %v", kept)
	} else if text, err := os.ReadFile(kept[0]); err != nil || !strings.HasPrefix(report, string(text)) {
		w.t.Errorf("the kept report is %s, %v", text, err)
	}
}

// A life is backed up, goes on, and is gone back from: every message both ways
// arrives once and is seen, and what was under way ends once.
func TestBackupAndRestore(t *testing.T) {
	w := sandboxOnly(t)
	w.flags = []string{"--pace", "off"}
	w.start()
	w.must("line.create", schema.LineCreateRequest{ID: clinic, Name: "Clinic"}, nil)
	w.link(clinic, w.owner)
	w.write("said before the backup", "")
	wait.Until(t, "the customer's message", func() bool { return w.incoming("said before the backup") == 1 })
	open := ask(schema.RenderAuto)
	_, question := w.asked(open)
	w.text("before", "sent before")
	backup := w.backup()

	// The encryption goes on in both directions, and so does the host.
	for i := range 3 {
		w.text(schema.Key(fmt.Sprint("since-", i)), fmt.Sprint("sent since ", i))
		w.shown(fmt.Sprint("sent since ", i))
	}
	later := ask(schema.RenderAuto)
	_, m := w.asked(later)
	w.write("2", m.ID)
	wait.Until(t, "the later answer", func() bool {
		var a schema.Ask
		w.must("ask.get", schema.AskGetRequest{Line: clinic, ID: later.ID}, &a)
		return a.State == schema.AskAnswered
	})
	cursor := w.cursor()
	if out, said, code := command(t, "restore", backup, "--data", w.dir, "--yes"); code == 0 {
		t.Fatalf("restored under a running sidecar: %s %s", out, said)
	}
	w.serve.kill()

	if _, said, code := command(t, "restore", backup, "--data", w.dir); code != 1 || !strings.Contains(said, "--yes") {
		t.Errorf("without --yes: %d %s", code, said)
	}
	w.reported(w.restore(backup))
	w.start()
	w.connected(clinic)
	var line schema.Line
	w.must("line.status", schema.LineRequest{Line: clinic}, &line)
	if !line.Paused || !strings.Contains(line.PausedReason, "backup") {
		t.Fatalf("the line is %+v", line)
	}
	if r := w.text("after-0", "sent after 0"); r.Status != schema.StatusQueued {
		t.Errorf("on a paused line: %+v", r)
	}
	// What comes in is taken while it is paused.
	w.endsOnce(open, question)
	w.write("from the customer", "")
	wait.Until(t, "the customer's message", func() bool { return w.incoming("from the customer") == 1 })
	w.must("line.resume", schema.LineRequest{Line: clinic}, nil)

	repeats := w.repeats()
	again := w.text("since-1", "sent since 1") // the host repeats what it had sent since the backup
	wait.Until(t, "the repeat", func() bool { return w.repeats() > repeats })
	w.text("after-1", "sent after 1")
	for _, text := range []string{"sent before", "sent since 0", "sent since 1", "sent since 2", "sent after 0", "sent after 1"} {
		if n := w.shown(text); n != 1 {
			t.Errorf("%q is shown %d times", text, n)
		}
	}
	for _, m := range w.received() {
		if m.Body == "sent since 1" && m.ID != string(again.MessageID) {
			t.Errorf("the repeat went as %s, the first as %s", again.MessageID, m.ID)
		}
		if !m.Visible {
			t.Errorf("not visible: %+v", m)
		}
	}
	w.readsOn(cursor)
}

// endsOnce answers an ask that was open when the backup was made.
func (w *world) endsOnce(r schema.AskRequest, question message) {
	w.t.Helper()
	h := w.attach()
	w.write("1", question.ID)
	d := h.outcome(r.ID)
	if d.Ask.Outcome.Kind != schema.OutcomeButton || d.Ask.Outcome.Answer.ID != "yes" {
		w.t.Errorf("the outcome is %+v", d.Ask.Outcome)
	}
	h.ack(d)
	if n := h.outcomes(r.ID); n != 1 {
		w.t.Errorf("%d outcomes came", n)
	}
}

// readsOn has a host go on from a cursor that the backup does not know.
func (w *world) readsOn(cursor int64) {
	w.t.Helper()
	var list schema.EventListResult
	w.must("event.list", schema.EventListRequest{Line: clinic, After: cursor, Count: 200}, &list)
	texts := map[string]int{}
	for _, e := range list.Events {
		if e.Message != nil {
			texts[e.Message.Text]++
		}
	}
	if texts["from the customer"] != 1 || texts["2"] != 0 || texts["said before the backup"] != 0 {
		w.t.Errorf("from the host's old cursor come %v", texts)
	}
}

// The phone has unlinked the line since the backup was made: it says so.
func TestARestoredLineThatWasUnlinkedSince(t *testing.T) {
	w := linked(t)
	w.text("k", "hello")
	backup := w.backup()
	w.must("line.unlink", schema.LineRequest{Line: clinic}, nil)
	w.link(clinic, w.owner) // linked anew: another device
	w.serve.kill()
	w.restore(backup)
	w.start()
	wait.Until(t, "the logout", func() bool {
		var line schema.Line
		w.must("line.status", schema.LineRequest{Line: clinic}, &line)
		return line.State == schema.LineLoggedOut && strings.Contains(line.Detail, "QR")
	})
	w.link(clinic, w.owner)
	w.must("line.resume", schema.LineRequest{Line: clinic}, nil)
	w.text("k2", "linked again")
	if n := w.shown("linked again"); n != 1 {
		t.Errorf("it is shown %d times", n)
	}
}

// Backups while hosts talk at full speed: each is sound, and has every call that
// had been answered before it began.
func TestBackupsUnderLoad(t *testing.T) {
	w := sandboxOnly(t)
	w.flags = []string{"--pace", "off"}
	w.start()
	w.must("line.create", schema.LineCreateRequest{ID: clinic, Name: "Clinic"}, nil)
	w.link(clinic, w.owner)
	ctx, cancel := context.WithCancel(t.Context())
	var work sync.WaitGroup
	var done atomic.Int64
	var mu sync.Mutex
	var keys []schema.Key
	for range 4 {
		work.Go(func() {
			for ctx.Err() == nil {
				k := key()
				body := request("message.sendText", schema.SendTextRequest{Line: clinic, Key: k, Chat: w.customer, Text: string(k)})
				if _, a, err := w.post(w.admin, body); err != nil || a.Error != nil {
					t.Errorf("send: %v %v", err, a.Error)
					return
				}
				done.Add(1)
				mu.Lock()
				keys = append(keys, k)
				mu.Unlock()
			}
		})
	}
	for range 3 {
		mu.Lock()
		answered := append([]schema.Key(nil), keys...)
		mu.Unlock()
		before := done.Load()
		backup := w.backup()
		wait.Until(t, "sends that go on", func() bool { return done.Load() > before })
		if out, said, code := command(t, "check", backup); code != 0 || strings.Count(out, "sound") != 2 {
			t.Errorf("check: %d %s %s", code, out, said)
		}
		w.holds(backup, answered)
	}
	cancel()
	work.Wait()
	t.Logf("%d calls", done.Load())
}

// holds restores a backup beside, and looks for messages by their keys.
func (w *world) holds(backup string, keys []schema.Key) {
	w.t.Helper()
	other := &world{t: w.t, sandbox: w.sandbox, sidecar: freeAddr(w.t), dir: filepath.Join(w.t.TempDir(), "data"), owner: w.owner, customer: w.customer}
	if out, said, code := command(w.t, "restore", backup, "--data", other.dir); code != 0 {
		w.t.Fatalf("restore: %d %s %s", code, out, said)
	}
	// It is looked at without the network: the account is the other sidecar's.
	list := keysOf(w.t, filepath.Join(other.dir, "nodeline.db"))
	for _, k := range keys {
		if !list[k] {
			w.t.Errorf("%s was answered before the backup began, and is not in it", k)
		}
	}
	w.t.Logf("%d of %d messages", len(list), len(keys))
}
