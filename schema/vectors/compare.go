package vectors

import (
	"fmt"

	"github.com/nodeline/nodeline/schema"
)

// Differences compares a verdict with what the case wants; nil when it holds.
func (c Case) Differences(issues, warnings []schema.Issue) []string {
	var found []string
	if ok := len(issues) == 0; ok != c.OK {
		found = append(found, fmt.Sprintf("ok is %t, want %t", ok, c.OK))
	}
	found = append(found, compare("issue", issues, c.Issues)...)
	return append(found, compare("warning", warnings, c.Warnings)...)
}

func compare(what string, got []schema.Issue, want []Want) []string {
	var found []string
	if len(got) != len(want) {
		found = append(found, fmt.Sprintf("%d %ss, want %d: %+v", len(got), what, len(want), got))
	}
	for i := range min(len(got), len(want)) {
		g, w := got[i], want[i]
		same := g.Field == w.Field && g.Rule == w.Rule && g.Limit == w.Limit && g.Actual == w.Actual
		if !same || w.Message != "" && g.Message != w.Message {
			found = append(found, fmt.Sprintf("%s %d is %+v, want %+v", what, i, g, w))
		}
	}
	return found
}
