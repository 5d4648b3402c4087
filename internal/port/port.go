// Package port finds addresses on this machine for programs that a test starts.
package port

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
)

// Ports of first to last are below those that systems hand out by themselves, to
// listeners on port 0 and to every connection that is made: what is free here stays
// free until the program listens, and while it is started again.
const (
	first = 20_000
	last  = 29_999
)

var given struct {
	sync.Mutex
	ports map[int]bool
}

// Free gives an address on loopback, as "127.0.0.1:23456", on which nobody listens and
// that this process has not been given before.
func Free() (string, error) {
	given.Lock()
	defer given.Unlock()
	if given.ports == nil {
		given.ports = map[int]bool{}
	}
	for range last - first {
		n := first + rand.IntN(last-first+1)
		if given.ports[n] {
			continue
		}
		given.ports[n] = true
		addr := fmt.Sprintf("127.0.0.1:%d", n)
		listener, err := net.Listen("tcp", addr)
		if err != nil {
			continue
		}
		return addr, listener.Close()
	}
	return "", errors.New("find a free port: there is none")
}
