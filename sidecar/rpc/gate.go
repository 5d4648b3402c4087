package rpc

import (
	"sync"

	"golang.org/x/time/rate"

	"github.com/nodeline/nodeline/schema"
)

// What one token may have under way. Calls wait for people and networks, so
// many may be open; together they must not fill the memory.
const (
	callsUnderWay = 1024
	bytesUnderWay = 32 << 20
	socketsOpen   = 128
	uploadsOpen   = 4 // each up to 100 MB
)

// gate bounds what one token does.
type gate struct {
	limit *rate.Limiter

	mu      sync.Mutex
	calls   int
	bytes   int
	sockets int
	uploads int
}

// enter admits a call of n bytes, or refuses it.
func (g *gate) enter(n int) bool {
	if !g.limit.Allow() {
		return false
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.calls >= callsUnderWay || g.bytes+n > bytesUnderWay {
		return false
	}
	g.calls++
	g.bytes += n
	return true
}

func (g *gate) leave(n int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.calls--
	g.bytes -= n
}

func (g *gate) openSocket() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.sockets >= socketsOpen {
		return false
	}
	g.sockets++
	return true
}

// openUpload admits a file, or says why not: it counts as a call, and few are open at once.
func (g *gate) openUpload(lang schema.Lang) *schema.Error {
	if !g.limit.Allow() {
		return tooFast(lang)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.uploads >= uploadsOpen {
		return tooManyUploads(lang)
	}
	g.uploads++
	return nil
}

func (g *gate) closeUpload() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.uploads--
}

func (g *gate) closeSocket() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.sockets--
}

// gates holds a gate for every token that was used since the start: no more
// than there are tokens.
type gates struct {
	rate  float64
	burst int

	mu sync.Mutex
	of map[schema.TokenID]*gate
}

func (g *gates) get(id schema.TokenID) *gate {
	g.mu.Lock()
	defer g.mu.Unlock()
	found, ok := g.of[id]
	if !ok {
		found = &gate{limit: rate.NewLimiter(rate.Limit(g.rate), g.burst)}
		g.of[id] = found
	}
	return found
}

func (g *gates) forget(id schema.TokenID) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.of, id)
}
