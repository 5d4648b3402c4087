package repo

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// Transition is one row of a machine in docs/states.md.
type Transition struct {
	From, To string // From "-": the machine's beginning
	File     string // below sidecar/
	Func     string // that moves it
}

// States reads docs/states.md: the transitions of each machine, by its heading.
func States() (map[string][]Transition, error) {
	root, err := Root()
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(filepath.Join(root, "docs", "states.md"))
	if err != nil {
		return nil, fmt.Errorf("read states: %w", err)
	}
	return parseStates(string(text))
}

var codeCell = regexp.MustCompile("^`([a-z]+/[a-z_]+\\.go)` `([A-Za-z]+)`$")

func parseStates(text string) (map[string][]Transition, error) {
	machines := map[string][]Transition{}
	machine := ""
	for i, line := range strings.Split(text, "\n") {
		if name, ok := strings.CutPrefix(line, "## "); ok {
			machine = name
		}
		if !strings.HasPrefix(line, "|") || strings.HasPrefix(line, "| from |") || strings.HasPrefix(line, "|---") {
			continue
		}
		cells := strings.Split(strings.Trim(line, "|"), "|")
		if len(cells) != 6 {
			return nil, fmt.Errorf("line %d has %d cells, want 6", i+1, len(cells))
		}
		for c := range cells {
			cells[c] = strings.TrimSpace(cells[c])
			if cells[c] == "" {
				return nil, fmt.Errorf("line %d has an empty cell", i+1)
			}
		}
		code := codeCell.FindStringSubmatch(cells[3])
		if machine == "" || code == nil {
			return nil, fmt.Errorf("line %d is of no machine, or names no function: %s", i+1, cells[3])
		}
		machines[machine] = append(machines[machine], Transition{From: cells[0], To: cells[1], File: code[1], Func: code[2]})
	}
	return machines, nil
}

// Walks compares the transitions that a machine was seen to make with its table,
// and says what is wrong. all: every row must have been walked.
func Walks(machine string, walked map[[2]string]bool, all bool) (wrong []string, err error) {
	machines, err := States()
	if err != nil {
		return nil, err
	}
	rows := map[[2]string]bool{}
	for _, t := range machines[machine] {
		if t.From == "-" {
			continue
		}
		step := [2]string{t.From, t.To}
		rows[step] = true
		if all && !walked[step] {
			wrong = append(wrong, fmt.Sprintf("%s: nothing walked from %s to %s", machine, t.From, t.To))
		}
	}
	for step := range walked {
		if !rows[step] {
			wrong = append(wrong, fmt.Sprintf("%s: docs/states.md has no way from %s to %s", machine, step[0], step[1]))
		}
	}
	if len(rows) == 0 {
		wrong = append(wrong, machine+": docs/states.md has no such machine")
	}
	return wrong, nil
}
