package bridge_test

import (
	"sync"
	"testing"
)

// walks are the transitions that were met.
type walks struct {
	mu  sync.Mutex
	met map[[3]string]int // machine, from, to
}

func newWalks() *walks { return &walks{met: map[[3]string]int{}} }

func (w *walks) step(machine, from, to string) {
	if from == to {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.met[[3]string{machine, from, to}]++
}

func (w *walks) compare(t *testing.T) {
	for k, n := range w.met {
		t.Log(k, n)
	}
}
