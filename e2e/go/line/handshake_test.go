package line_test

import (
	"io"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nodeline/nodeline/internal/wait"
	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/line"
)

// What a client says first on a connection; each waits for the answer before.
const (
	saysRequest = 1 + iota
	saysHello
	saysFinish
)

// wiretap is an address that leads to the network. Before what a client says
// goes on, hears is called with its number on that connection; false cuts it.
func wiretap(t testing.TB, hears func(number int) bool) (addr string, open *atomic.Int64) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	open = &atomic.Int64{}
	tap := func(in net.Conn) {
		defer open.Add(-1)
		defer func() { _ = in.Close() }()
		out, err := net.Dial("tcp", network.Addr())
		if err != nil {
			return
		}
		defer func() { _ = out.Close() }()
		go func() { _, _ = io.Copy(in, out); _ = in.Close() }()
		buf := make([]byte, 1<<16)
		for number := 1; ; number++ {
			n, err := in.Read(buf)
			if err != nil || !hears(number) {
				return
			}
			if _, err := out.Write(buf[:n]); err != nil {
				return
			}
		}
	}
	go func() {
		for {
			in, err := listener.Accept()
			if err != nil {
				return
			}
			open.Add(1)
			go tap(in)
		}
	}()
	return listener.Addr().String(), open
}

// A connection that ends at the very end of the handshake is noticed at once,
// and not by a login that never comes.
func TestCutsInTheHandshake(t *testing.T) {
	r, _, _, _, session := pair(t)
	r.stop()
	const cuts = 30
	var left atomic.Int64
	left.Store(cuts)
	addr, _ := wiretap(t, func(number int) bool { return number != saysFinish || left.Add(-1) < 0 })
	away := rigOf(t, r.dir, addr, line.Timing{RetryMin: time.Millisecond, RetryMax: time.Millisecond, Login: time.Hour})
	if err := away.Start(north, session.Account); err != nil {
		t.Fatal(err)
	}
	away.inbox.state(t, north, 0, schema.LineConnected)
	if n := left.Load(); n != -1 {
		t.Errorf("%d of %d connections were cut", cuts-n, cuts)
	}
}

// A line that is stopped during a handshake does not log in any more.
func TestStoppedInTheHandshake(t *testing.T) {
	r, _, _, _, session := pair(t)
	r.stop()
	hello, goOn := make(chan struct{}), make(chan struct{})
	var finished atomic.Bool
	addr, open := wiretap(t, func(number int) bool {
		switch number {
		case saysHello:
			hello <- struct{}{}
			<-goOn
		case saysFinish:
			finished.Store(true)
		}
		return true
	})
	away := rigAt(t, r.dir, addr)
	if err := away.Start(north, session.Account); err != nil {
		t.Fatal(err)
	}
	<-hello
	away.Stop(north)
	close(goOn)
	wait.Until(t, "the end of the connection", func() bool { return open.Load() == 0 })
	if finished.Load() {
		t.Error("the handshake went on")
	}
}
