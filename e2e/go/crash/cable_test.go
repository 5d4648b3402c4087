package crash_test

import (
	"io"
	"net"
	"sync"
	"testing"
)

// cable leads one life to the network, so that its end can be that of a process:
// every connection breaks at once and no new one is made.
type cable struct {
	listener net.Listener

	mu    sync.Mutex
	down  bool
	conns []net.Conn
}

func newCable(t testing.TB) *cable {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &cable{listener: listener}
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
		go carry(in, out)
		go carry(out, in)
	}
}

func carry(from, to net.Conn) {
	_, _ = io.Copy(to, from)
	_, _ = to.Close(), from.Close()
}

// seal lets no new connection through; those that there are stay.
func (c *cable) seal() { _ = c.listener.Close() }

// cut breaks everything. It may be called more than once.
func (c *cable) cut() {
	c.seal()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.down = true
	for _, conn := range c.conns {
		_ = conn.Close()
	}
}
