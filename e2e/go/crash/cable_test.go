package crash_test

import (
	"io"
	"net"
	"sync"
	"testing"
	"time"
)

// cable leads one life to the network, so that its end can be that of a process:
// every connection breaks at once and no new one is made.
type cable struct {
	listener net.Listener

	mu     sync.Mutex
	down   bool
	sealed bool
	open   int           // sessions that the network has not ended
	empty  chan struct{} // closed when there are none, and will be none
	conns  []net.Conn
}

func newCable(t testing.TB) *cable {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &cable{listener: listener, empty: make(chan struct{})}
	go c.run()
	return c
}

func (c *cable) addr() string { return c.listener.Addr().String() }

func (c *cable) run() {
	for {
		in, err := c.listener.Accept()
		if err != nil {
			return
		}
		out, err := net.Dial("tcp", network.Addr())
		if err != nil {
			_ = in.Close()
			continue
		}
		c.mu.Lock()
		c.conns = append(c.conns, in, out)
		down := c.down
		c.mu.Unlock()
		if down {
			_, _ = in.Close(), out.Close()
			continue
		}
		w := &wire{in: in, out: out}
		go c.up(w)
		go func() { _, _ = io.Copy(in, out); c.close(w) }()
	}
}

// wire is one connection. Guarded by the cable's mu.
type wire struct {
	in, out net.Conn
	counted bool
	over    bool // the network has ended it
}

// up leads what the life says to the network. A session begins with GET and ends with
// the fault that strikes it; an upload's connection is kept, and no fault ends it.
func (c *cable) up(w *wire) {
	first := make([]byte, len("GET"))
	n, _ := io.ReadFull(w.in, first)
	if string(first) == "GET" {
		c.mu.Lock()
		if w.counted = !w.over; w.counted {
			c.open++
		}
		c.mu.Unlock()
	}
	_, _ = w.out.Write(first[:n])
	_, _ = io.Copy(w.out, w.in)
	_, _ = w.in.Close(), w.out.Close()
}

// close ends a connection from the network's side, unless the cut is doing that.
func (c *cable) close(w *wire) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if w.over = true; w.counted {
		c.open--
		c.look()
	}
	if !c.down {
		_, _ = w.in.Close(), w.out.Close()
	}
}

// seal lets no new connection through; those that there are stay.
func (c *cable) seal() {
	_ = c.listener.Close()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sealed = true
	c.look()
}

// look notes when nothing can come any more. The caller holds mu.
func (c *cable) look() {
	if c.sealed && c.open == 0 && !closed(c.empty) {
		close(c.empty)
	}
}

// wait waits, once the cable is sealed, until the network has ended every
// connection; false if it does not within d.
func (c *cable) wait(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-c.empty:
		return true
	case <-timer.C:
		return false
	}
}

// flight is how long what was said before the end is still on its way.
const flight = 2 * time.Millisecond

// cut breaks everything: nothing comes in any more, and what had left arrives, as
// the kernel sends what a killed process has written. It may be called more than once.
func (c *cable) cut() {
	c.seal()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.down {
		return
	}
	c.down = true
	for i, conn := range c.conns {
		wait := flight
		if i%2 == 1 { // the network's end
			wait = 0
		}
		_ = conn.SetReadDeadline(time.Now().Add(wait))
	}
}
