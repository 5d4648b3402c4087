//go:build linux

package binary_test

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/nodeline/nodeline/internal/wait"
	"github.com/nodeline/nodeline/schema"
)

// smallDisk is a world whose data directory is on a filesystem of its own, in a
// mount namespace: of so many bytes, and no more.
type smallDisk struct{ *world }

func onSmallDisk(t *testing.T, size string) *smallDisk {
	t.Helper()
	w := sandboxOnly(t)
	w.flags = []string{"--pace", "off"}
	if err := os.Mkdir(w.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	// It holds the mount for as long as the test runs, through several lives of the sidecar.
	script := `mount -t tmpfs -o mode=700,size=` + size + ` none "$0" && touch "$0/mounted" && exec sleep 600`
	holder := exec.Command("unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, w.dir)
	if err := holder.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = holder.Process.Kill()
		_ = holder.Wait()
	})
	pid := strconv.Itoa(holder.Process.Pid)
	w.within = []string{"nsenter", "--target", pid, "--user", "--preserve-credentials", "--mount"}
	w.root = "/proc/" + pid + "/root"
	s := &smallDisk{w}
	wait.Until(t, "the mount (it takes a Linux that allows user namespaces)", func() bool {
		_, err := os.Stat(s.file("mounted"))
		return err == nil
	})
	w.start()
	w.must("line.create", schema.LineCreateRequest{ID: clinic, Name: "Clinic"}, nil)
	w.link(clinic, w.owner)
	return s
}

// file is where this process finds a file of the data directory.
func (s *smallDisk) file(name string) string { return filepath.Join(s.root, s.dir, name) }

// restart ends the sidecar in order and begins its next life. SQLite's logs are
// empty then: every write needs room.
func (s *smallDisk) restart() {
	s.t.Helper()
	if err := s.serve.cmd.Process.Signal(os.Interrupt); err != nil {
		s.t.Fatal(err)
	}
	<-s.serve.done
	s.start()
	s.connected(clinic)
}

const filler = "filler"

// fill takes all the space that is left.
func (s *smallDisk) fill() {
	s.t.Helper()
	file, err := os.OpenFile(s.file(filler), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		s.t.Fatal(err)
	}
	for block := make([]byte, 1<<16); len(block) > 0; {
		if _, err = file.Write(block); errors.Is(err, syscall.ENOSPC) {
			block, err = block[:len(block)/2], nil
		}
		if err != nil {
			break
		}
	}
	if err := errors.Join(err, file.Close()); err != nil {
		s.t.Fatal(err)
	}
}

func (s *smallDisk) free() {
	s.t.Helper()
	if err := os.Remove(s.file(filler)); err != nil {
		s.t.Fatal(err)
	}
}

// A disk that is full: calls get an error, what comes in stays with WhatsApp, the
// sidecar lives, and once there is room all goes on by itself.
func TestAFullDisk(t *testing.T) {
	s := onSmallDisk(t, "24m")
	r := ask(schema.RenderAuto)
	_, question := s.asked(r)
	s.restart()
	s.fill()
	// Callers go on meanwhile, each with its own keys.
	results, stop := s.callers(3)
	wait.Until(t, "the error", func() bool {
		var h health
		code := s.get("/healthz", &h)
		return code == http.StatusServiceUnavailable && !h.OK && h.Storage == "full"
	})
	refused := schema.SendTextRequest{Line: clinic, Key: key(), Chat: s.customer, Text: "refused at first"}
	var e *rpcError
	if err := s.call("message.sendText", refused, nil); !errors.As(err, &e) || e.Data.Code != schema.CodeStorageFull || e.Data.Hint == "" || !e.Data.Retry {
		t.Errorf("a call on a full disk: %v", err)
	}
	var status health
	if code := s.get("/status.json", &status); code != http.StatusOK || status.Storage != "full" {
		t.Errorf("the status: %d %+v", code, status)
	}
	s.write("1", question.ID)
	for i := range 3 {
		s.write(fmt.Sprintf("during %d", i), "")
	}
	// Left to itself, whatsmeow would ask the phone for what it has no room to open
	// four times within milliseconds, acknowledge each, and then give it up. So
	// several deliveries have to come to nothing.
	full := time.Now()
	wait.Until(t, "some time on a full disk", func() bool {
		s.fill()
		return time.Since(full) > 4*time.Second
	})
	select {
	case <-s.serve.done:
		t.Fatal("the sidecar has ended")
	default:
	}
	s.free()

	wait.Until(t, "health", func() bool {
		var h health
		return s.get("/healthz", &h) == http.StatusOK && h.OK && h.Storage == "ok"
	})
	before := len(s.received())
	wait.Until(t, "calls that are taken again", func() bool { return len(s.received()) > before+3 })
	stop()
	h := s.attach()
	d := h.outcome(r.ID)
	if d.Ask.Outcome.Kind != schema.OutcomeButton || d.Ask.Outcome.Answer.ID != "yes" {
		t.Errorf("the outcome is %+v", d.Ask.Outcome)
	}
	h.ack(d)
	for i := range 3 {
		text := fmt.Sprintf("during %d", i)
		wait.Until(t, text, func() bool { return s.incoming(text) >= 1 })
		if n := s.incoming(text); n != 1 {
			t.Errorf("%q is there %d times", text, n)
		}
	}
	s.connected(clinic)
	s.must("message.sendText", refused, nil)
	wait.Until(t, "the message that was refused at first", func() bool { return s.shows(refused.Text) == 1 })
	s.judge(results())
}

// Killed on a full disk: the next start says what is wrong and changes nothing,
// or works as far as it can; with room, all is there.
func TestAStartOnAFullDisk(t *testing.T) {
	s := onSmallDisk(t, "24m")
	s.text("before", "sent before")
	s.shown("sent before")
	s.fill()
	s.serve.kill()
	s.write("while it was down", "")
	command := slices.Concat(s.within, []string{binary, "serve", "--listen", s.sidecar, "--data", s.dir, "--sandbox", s.sandbox}, s.flags)
	p := runCommand(t, exec.Command(command[0], command[1:]...), "serve")
	select {
	case <-p.done:
		if code := p.cmd.ProcessState.ExitCode(); code != 1 || !strings.Contains(p.log.String(), "is full") {
			t.Errorf("it ended with %d: %s", code, p.log)
		}
	case <-time.After(2 * time.Second):
		p.kill()
	}
	s.free()
	s.start()
	s.connected(clinic)
	wait.Until(t, "the message", func() bool { return s.incoming("while it was down") == 1 })
	if again := s.text("before", "sent before"); s.shows("sent before") != 1 {
		t.Errorf("sent again: %+v", again)
	}
}

// callers send until stop; results are what became of each text.
func (s *smallDisk) callers(n int) (results func() map[string]error, stop func()) {
	quit := make(chan struct{})
	var (
		work sync.WaitGroup
		mu   sync.Mutex
		all  = map[string]error{}
	)
	for i := range n {
		work.Go(func() {
			for j := 0; ; j++ {
				select {
				case <-quit:
					return
				case <-time.After(50 * time.Millisecond):
				}
				text := fmt.Sprintf("caller %d, %d", i, j)
				_, a, err := s.post(s.admin, request("message.sendText", schema.SendTextRequest{Line: clinic, Key: key(), Chat: s.customer, Text: text}))
				if err == nil && a.Error != nil {
					err = a.Error
				}
				mu.Lock()
				all[text] = err
				mu.Unlock()
			}
		})
	}
	return func() map[string]error { return all }, sync.OnceFunc(func() { close(quit); work.Wait() })
}

// judge holds each call's result against the customer's phone.
func (s *smallDisk) judge(results map[string]error) {
	s.t.Helper()
	accepted, refused := 0, 0
	for text, err := range results {
		var e *rpcError
		switch {
		case err == nil:
			accepted++
			wait.Until(s.t, text, func() bool { return s.shows(text) == 1 })
		case errors.As(err, &e) && e.Data.Code == schema.CodeStorageFull:
			refused++
			if n := s.shows(text); n != 0 {
				s.t.Errorf("%q was refused for want of space and is shown %d times", text, n)
			}
		default:
			s.t.Errorf("%q: %v", text, err)
		}
	}
	if refused == 0 {
		s.t.Error("no call was refused")
	}
	s.t.Logf("%d calls accepted, %d refused, %d repeats dropped by the phone", accepted, refused, s.repeats())
}
