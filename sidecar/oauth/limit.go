package oauth

import (
	"net/http"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// bound is how many of something one address may do.
type bound struct {
	name  string
	every time.Duration
	burst int
}

// Far above what people and programs do, low enough that nobody can guess a token or
// keep the sidecar busy. A wrong try is a sign-in with what is no admin token.
var (
	boundWrong   = bound{"wrong", 2 * time.Second, 10}
	boundToken   = bound{"token", 50 * time.Millisecond, 100}
	boundSession = bound{"session", time.Second, 60}
)

// addressesMax is how many addresses are remembered; beyond, all begin anew.
const addressesMax = 4096

// limits bounds what addresses do.
type limits struct {
	now func() time.Time

	mu sync.Mutex
	of map[string]*rate.Limiter
}

func (l *limits) get(b bound, r *http.Request) *rate.Limiter {
	peer, _ := netip.ParseAddrPort(r.RemoteAddr)
	key := b.name + " " + peer.Addr().Unmap().String()
	l.mu.Lock()
	defer l.mu.Unlock()
	found, ok := l.of[key]
	if !ok {
		if l.of == nil || len(l.of) >= addressesMax {
			l.of = map[string]*rate.Limiter{}
		}
		found = rate.NewLimiter(rate.Every(b.every), b.burst)
		l.of[key] = found
	}
	return found
}

// take is false where a request is one too many.
func (l *limits) take(b bound, r *http.Request) bool { return l.get(b, r).AllowN(l.now(), 1) }

// open is false where take would be; it takes nothing.
func (l *limits) open(b bound, r *http.Request) bool { return l.get(b, r).TokensAt(l.now()) >= 1 }
