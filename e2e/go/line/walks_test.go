package line_test

import (
	"sync"

	"github.com/nodeline/nodeline/internal/repo"
)

// walks are the transitions of lines and rounds that all tests met together.
// TestMain compares them with docs/states.md.
type walks struct {
	mu  sync.Mutex
	met map[string]map[[2]string]bool
}

var walked = walks{met: map[string]map[[2]string]bool{}}

func (w *walks) step(machine, from, to string) {
	if from == to {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.met[machine] == nil {
		w.met[machine] = map[[2]string]bool{}
	}
	w.met[machine][[2]string{from, to}] = true
}

// wrong says which of them the document does not have.
func (w *walks) wrong() (all []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for machine, met := range w.met {
		wrong, err := repo.Walks(machine, met, false)
		if err != nil {
			return []string{err.Error()}
		}
		all = append(all, wrong...)
	}
	return all
}
