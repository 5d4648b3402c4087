package crash_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
)

// scenario is one story and what must be found on its way.
type scenario struct {
	name   string
	play   func(*run) error // in every life from its start; see run
	needs  []string         // names of points that a life must have ended at
	few    bool             // no life ends elsewhere: the other points are other scenarios' too
	least  int              // how many points there must be at the least
	lanes  int              // how many runs go on beside each other; 0: 2
	refuse refusing         // when the network refuses native buttons and polls
	hook   bool             // the line has a webhook
}

// refusing is in which lives of a run the network refuses native buttons and polls.
type refusing string

const (
	never  refusing = ""
	always refusing = "always"
	later  refusing = "later" // from the second life on: what it took before it refuses to take again
)

// tries is how often a point is looked for: the parts run beside each other, so
// a life may come to its end by another way than the one before.
const tries = 3

// explorer hands out points until every one that was seen was ended at.
type explorer struct {
	only []string // names of points that are looked for; none: all

	mu     sync.Mutex
	news   *sync.Cond
	todo   []point
	known  map[point]bool
	missed map[point]int // lives that did not come to it
	ended  map[point]bool
	busy   int
	runs   atomic.Int64
}

func newExplorer() *explorer {
	e := &explorer{known: map[point]bool{}, missed: map[point]int{}, ended: map[point]bool{}}
	e.news = sync.NewCond(&e.mu)
	return e
}

// next waits for a point; false: there are no more.
func (e *explorer) next() (p point, ok bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for len(e.todo) == 0 && e.busy > 0 {
		e.news.Wait()
	}
	if len(e.todo) == 0 {
		return point{}, false
	}
	p, e.todo = e.todo[0], e.todo[1:]
	e.busy++
	return p, true
}

// learn takes in what a run for a point came to.
func (e *explorer) learn(target point, reached bool, passed []point) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.busy--
	for _, p := range passed {
		if !e.known[p] && (len(e.only) == 0 || slices.ContainsFunc(e.only, p.named)) {
			e.known[p] = true
			e.todo = append(e.todo, p)
		}
	}
	if reached {
		e.ended[target] = true
	} else if e.missed[target]++; target.nth > 0 && e.missed[target] < tries {
		e.todo = append(e.todo, target)
	}
	e.news.Broadcast()
}

// explore ends a life of the scenario at every point there is.
func (s scenario) explore(t *testing.T) {
	e := newExplorer()
	e.todo = []point{{}}
	if s.few {
		e.only = s.needs
	}
	lanes := s.lanes
	if lanes == 0 {
		lanes = 3
	}
	var all sync.WaitGroup
	var repeats atomic.Int64
	for lane := range lanes {
		all.Go(func() { s.lane(t, e, lane, &repeats) })
	}
	all.Wait()
	if t.Failed() {
		return
	}
	for _, need := range s.needs {
		if !e.met(need) {
			t.Errorf("no life ended at %q; they ended at %v", need, sorted(e.ended))
		}
	}
	if len(e.ended) < s.least {
		t.Errorf("%d points, there must be %d: %v", len(e.ended), s.least, sorted(e.ended))
	}
	t.Logf("%d points ended at, %d not met again, in %d runs; phones dropped %d repeats", len(e.ended), len(e.known)-len(e.ended), e.runs.Load(), repeats.Load())
}

// met reports whether a life ended at a point of that name.
func (e *explorer) met(name string) bool {
	for p := range e.ended {
		if p.named(name) {
			return true
		}
	}
	return false
}

func sorted(set map[point]bool) (list []string) {
	for p := range set {
		list = append(list, p.String())
	}
	slices.Sort(list)
	return list
}

// lane does runs, one after the other, on one line.
func (s scenario) lane(t *testing.T, e *explorer, lane int, repeats *atomic.Int64) {
	h := newHouse(t, s.hook)
	for {
		target, ok := e.next()
		if !ok {
			return
		}
		s.turn(t, h, e, target, fmt.Sprintf("%d-%d", lane, e.runs.Add(1)), repeats)
	}
}

// turn does one run, unless one has failed: what follows would only repeat it.
func (s scenario) turn(t *testing.T, h *house, e *explorer, target point, id string, repeats *atomic.Int64) {
	var (
		reached bool
		passed  []point
	)
	defer func() { e.learn(target, reached, passed) }()
	if !t.Failed() {
		reached, passed = s.once(t, h, target, id, repeats)
	}
}

// once is one run: a life to the target, and one that finishes.
func (s scenario) once(t *testing.T, h *house, target point, id string, repeats *atomic.Int64) (reached bool, passed []point) {
	r := newRun(t, h, id)
	h.refuses = s.refuse == always
	l := h.live(target)
	err := r.tell(l, s.play)
	if errors.Is(err, errOver) {
		reached = l.end()
		passed = l.fate.path()
		h.refuses = s.refuse != never
		l = h.live(point{})
		err = r.tell(l, s.play)
	} else {
		passed = l.fate.path()
	}
	l.end()
	repeats.Add(r.customer.Info().Repeats)
	if err != nil {
		t.Error(err)
	}
	if t.Failed() {
		t.Errorf("this was run %s, whose first life ended at: %s", id, target)
	}
	return reached, passed
}
