package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"sync/atomic"
	"time"
)

// life is one process of the sidecar, from its start to its end.
type life struct {
	cmd  *exec.Cmd
	done chan struct{} // closed when it has ended
	err  error         // of Wait; set before done is closed
	// excused: its disk was full or its database locked at some time, so it may
	// have ended by itself.
	excused atomic.Bool
	// answered: it was ready. One that was not may end by the signal itself.
	answered atomic.Bool
}

// spawn starts a program.
func spawn(log *os.File, env []string, name string, args ...string) (*life, error) {
	l := &life{cmd: exec.Command(name, args...), done: make(chan struct{})}
	l.cmd.Stdout, l.cmd.Stderr = log, log
	l.cmd.Env = append(os.Environ(), env...)
	apartFromTerminal(l.cmd)
	if err := l.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		l.err = l.cmd.Wait()
		close(l.done)
	}()
	return l, nil
}

func (l *life) over() bool {
	select {
	case <-l.done:
		return true
	default:
		return false
	}
}

// kill ends it as a crash does.
func (l *life) kill() {
	thaw(l.cmd.Process)
	_ = l.cmd.Process.Kill()
	<-l.done
}

// stop asks it to end, and kills it after limit.
func (l *life) stop(limit time.Duration) error {
	thaw(l.cmd.Process)
	_ = l.cmd.Process.Signal(os.Interrupt)
	select {
	case <-l.done:
		if !l.answered.Load() {
			return nil
		}
		return l.err
	case <-time.After(limit):
		l.kill()
		return errors.New("it did not end when it was asked to")
	}
}

// start runs the sidecar on its data directory. clock is the plan of its clock, "" for the true one.
func (r *run) start(clock string) (*life, error) {
	args := []string{"serve", "--listen", r.addr, "--data", r.disk.data(), "--sandbox", r.net.addr, "--rate", "1000000", "--pace", "off", "--media-from", "127.0.0.1"}
	args = append(args, r.opt.serve...)
	binary, env := r.opt.binary, []string(nil)
	if clock != "" {
		binary, env = r.opt.clockBinary, []string{"NODELINE_CHAOS_CLOCK=" + clock}
	}
	_, _ = fmt.Fprintf(r.log, "\n--- life %d at %s %s\n", r.count.lives.Add(1), time.Now().Format(time.StampMicro), clock)
	name, args := r.disk.command(binary, args)
	return spawn(r.log, env, name, args...)
}

// ready polls until the sidecar answers; false: it ended, or ctx did.
func (r *run) ready(ctx context.Context, l *life) bool {
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for {
		bound, cancel := context.WithTimeout(ctx, 2*time.Second)
		ok := healthy(bound, "http://"+r.addr+"/healthz")
		cancel()
		if ok {
			l.answered.Store(true)
			return true
		}
		select {
		case <-tick.C:
		case <-l.done:
			return false
		case <-ctx.Done():
			return false
		}
	}
}

func healthy(ctx context.Context, url string) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	res, err := web.Do(req)
	if err != nil {
		return false
	}
	_ = res.Body.Close()
	return res.StatusCode == http.StatusOK
}
