package crash_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
)

// errOver is what everything in a life answers once that life is over.
var errOver = errors.New("this life is over")

// point is one place where a life can end: the nth time that it comes to name.
type point struct {
	name string
	nth  int // from 1; 0 in the zero point, which is nowhere
}

// named reports whether a point has that name, or is at a commit that does more
// beside: an outcome can take the end of its question along.
func (p point) named(name string) bool {
	return p.name == name || strings.HasPrefix(p.name, name+" + ")
}

func (p point) String() string { return fmt.Sprintf("%s, time %d", p.name, p.nth) }

// fate writes down the points that one life passes, and ends the life at its
// target. Afterwards every door that leads out of the life is shut, as after
// kill -9: nothing more is written, sent, pushed or answered.
type fate struct {
	target point
	cut    func() // shuts the way to the network at once

	mu     sync.Mutex
	times  map[string]int
	passed []point
	looked bool          // the story is over: nothing counts any more
	over   chan struct{} // closed when the doors are shut
	gone   chan struct{} // closed when its last word has left, too
}

func newFate(target point, cut func()) *fate {
	return &fate{target: target, cut: cut, times: map[string]int{}, over: make(chan struct{}), gone: make(chan struct{})}
}

// pass comes to a point and reports whether the life ends there, or has ended.
func (f *fate) pass(name string) bool { return f.come(name, f.bury) }

// passDying is pass for a life that has a last word to say: what it takes to say
// it stays open until bury.
func (f *fate) passDying(name string) bool { return f.come(name, func() {}) }

func (f *fate) come(name string, last func()) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.ended() || f.looked {
		return f.ended()
	}
	f.times[name]++
	here := point{name, f.times[name]}
	f.passed = append(f.passed, here)
	if here != f.target {
		return false
	}
	close(f.over)
	last()
	return true
}

// bury ends a life for good. It is called once.
func (f *fate) bury() {
	f.cut()
	close(f.gone)
}

// kill ends the life here, unless it has come to its target: then it says so,
// and waits for the last word.
func (f *fate) kill() (reached bool) {
	f.mu.Lock()
	reached = f.ended()
	if !reached {
		close(f.over)
		f.bury()
	}
	f.mu.Unlock()
	<-f.gone
	return reached
}

func (f *fate) ended() bool { return closed(f.over) }

func (f *fate) dying() bool { return closed(f.over) && !closed(f.gone) }

// stopped is ended for those who would hang up if they were told while the last
// word is on its way.
func (f *fate) stopped() bool {
	if !f.ended() {
		return false
	}
	<-f.gone
	return true
}

func closed(c chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// look ends the counting.
func (f *fate) look() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.looked = true
}

func (f *fate) path() []point {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]point(nil), f.passed...)
}
