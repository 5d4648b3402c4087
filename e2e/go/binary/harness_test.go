// Package binary_test runs the real nodeline binary, `sandbox` and `serve
// --sandbox` as two processes, and drives them the way a host and a customer do:
// by JSON-RPC and by the sandbox's HTTP interface.
package binary_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/nodeline/nodeline/internal/port"
)

// patience is how long a test waits for what must happen.
const patience = 20 * time.Second

var binary string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "nodeline-e2e-")
	if err == nil {
		binary = filepath.Join(dir, "nodeline")
		err = build()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// build makes the binary, and the validator inside it where nobody has yet.
func build() error {
	root, err := filepath.Abs("../../..")
	if err != nil {
		return err
	}
	wasm := filepath.Join(root, "plugin/host/dist/validator.wasm")
	if _, err := os.Stat(wasm); err != nil {
		plain := filepath.Join(filepath.Dir(binary), "guest.wasm")
		guest := exec.Command("go", "build", "-buildmode=c-shared", "-trimpath", "-ldflags=-s -w", "-o", plain, "./plugin/guest")
		guest.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm")
		meter := exec.Command("go", "run", "./plugin/fuel/meter", plain, wasm)
		for _, cmd := range []*exec.Cmd{guest, meter} {
			cmd.Dir = root
			if out, err := cmd.CombinedOutput(); err != nil {
				return fmt.Errorf("build validator: %w\n%s", err, out)
			}
		}
	}
	cmd := exec.Command("go", "build", "-o", binary, "./sidecar/cmd/nodeline")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build nodeline: %w\n%s", err, out)
	}
	return nil
}

// process is one run of the binary.
type process struct {
	cmd  *exec.Cmd
	log  *bytes.Buffer
	done chan struct{}
}

func run(t testing.TB, args ...string) *process {
	t.Helper()
	return runCommand(t, exec.Command(binary, args...), args[0])
}

func runCommand(t testing.TB, cmd *exec.Cmd, name string) *process {
	t.Helper()
	p := &process{cmd: cmd, log: &bytes.Buffer{}, done: make(chan struct{})}
	p.cmd.Stdout, p.cmd.Stderr = p.log, p.log
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = p.cmd.Wait()
		close(p.done)
	}()
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			t.Logf("nodeline %s said:\n%s", name, p.log)
		}
	})
	return p
}

// kill ends it like a power cut: SIGKILL.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.done
}

func freeAddr(t testing.TB) string {
	t.Helper()
	addr, err := port.Free()
	if err != nil {
		t.Fatal(err)
	}
	return addr
}
