package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/nodeline/nodeline/plugin/sentence"
	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/schema/vectors"
)

// sorts are what each kind of field is bent to, by a part of the cases' names.
var sorts = []string{": missing", ": null", ": type: ", ": empty", ": only white space", ": at the limit", ": one over the limit",
	`of "🙂"`, ": no choice", ": min ", ": max ", " items", ": true", "an item of another type", ": unknown", "an unknown field called"}

func madeCases(t *testing.T) []vectors.Case {
	t.Helper()
	m, err := load(repository(t))
	if err != nil {
		t.Fatal(err)
	}
	text, err := boundaries(m)
	if err != nil {
		t.Fatal(err)
	}
	var cases []vectors.Case
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	return cases
}

func TestEverySortOfEdgeIsMade(t *testing.T) {
	cases := madeCases(t)
	for _, sort := range sorts {
		accepted, refused := 0, 0
		for _, c := range cases {
			if strings.Contains(c.Name, sort) {
				if c.OK {
					accepted++
				} else {
					refused++
				}
			}
		}
		t.Logf("%q: %d accepted, %d refused", sort, accepted, refused)
		if accepted+refused == 0 {
			t.Errorf("no case of %q", sort)
		}
	}
}

// Each operation's every field that must be there has a case without it.
func TestEveryRequiredFieldIsMissed(t *testing.T) {
	missed := map[string]bool{}
	for _, c := range madeCases(t) {
		for _, w := range c.Issues {
			if w.Rule == sentence.Required && len(c.Issues) == 1 {
				missed[c.Method+" "+w.Field] = true
			}
		}
	}
	m, err := load(repository(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, op := range m.operations {
		for _, f := range op.request.Fields {
			if f.Required() && !missed[op.Method+" "+f.Name] {
				t.Errorf("%s: no case without %s alone", op.Method, f.Name)
			}
		}
	}
}

func TestOperationWithoutAnAcceptedCaseIsNamed(t *testing.T) {
	m, err := load(repository(t))
	if err != nil {
		t.Fatal(err)
	}
	m.operations = append(m.operations, operation{Operation: schema.Operation{Method: "message.fly"}, request: m.operations[0].request})
	if _, err := boundaries(m); err == nil || !strings.Contains(err.Error(), "message.fly") {
		t.Errorf("error %v", err)
	}
}

func TestBendingLeavesTheRequestAlone(t *testing.T) {
	base := map[string]any{"line": "north", "buttons": []any{map[string]any{"text": "a"}}}
	before, err := encode(base)
	if err != nil {
		t.Fatal(err)
	}
	at := []any{"buttons", 0, "text"}
	if got := get(with(base, at, long{"x", 2}), at); got != (long{"x", 2}) {
		t.Errorf("there is %v", got)
	}
	if got := with(base, []any{"line"}, gone{}).(map[string]any); len(got) != 1 {
		t.Errorf("left %v", got)
	}
	if after, err := encode(base); err != nil || string(after) != string(before) {
		t.Errorf("it became %s (%v)", after, err)
	}
	if got := written(at); got != "buttons[0].text" {
		t.Errorf("written %s", got)
	}
}
