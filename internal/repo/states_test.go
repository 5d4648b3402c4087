package repo

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// stateTypes are the types in schema whose constants are a machine's states.
var stateTypes = map[string]string{"Message": "MessageStatus", "Ask": "AskState", "Reminder": "ReminderState",
	"Line": "LineState", "Link": "LinkState", "Webhook": "WebhookState"}

// shownOnly are states that a machine shows and never is in.
var shownOnly = map[string]string{"Message": "sending"}

func machines(t *testing.T) map[string][]Transition {
	t.Helper()
	m, err := States()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestStatesAreTheOnesOfTheSchema(t *testing.T) {
	values := constants(t)
	for machine, typ := range stateTypes {
		in := map[string]bool{"-": true}
		for _, row := range machines(t)[machine] {
			for _, state := range []string{row.From, row.To} {
				if state != "-" && !values[typ][state] {
					t.Errorf("%s: %q is no %s", machine, state, typ)
				}
				in[state] = true
			}
		}
		for state := range values[typ] {
			if !in[state] && shownOnly[machine] != state {
				t.Errorf("%s: no row has the state %q", machine, state)
			}
		}
	}
}

// constants reads the string constants of schema by their types.
func constants(t *testing.T) map[string]map[string]bool {
	t.Helper()
	root, err := Root()
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(root, "schema", "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files in schema, %v", len(files), err)
	}
	out := map[string]map[string]bool{}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || len(spec.Values) != 1 {
				return true
			}
			typ, isName := spec.Type.(*ast.Ident)
			lit, isText := spec.Values[0].(*ast.BasicLit)
			if !isName || !isText || lit.Kind != token.STRING {
				return true
			}
			value, err := strconv.Unquote(lit.Value)
			if err != nil {
				t.Fatal(err)
			}
			if out[typ.Name] == nil {
				out[typ.Name] = map[string]bool{}
			}
			out[typ.Name][value] = true
			return true
		})
	}
	return out
}

func TestStatesNameFunctionsThatAreThere(t *testing.T) {
	root, err := Root()
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]map[string]bool{}
	for machine, rows := range machines(t) {
		for _, row := range rows {
			if known[row.File] == nil {
				known[row.File] = functions(t, filepath.Join(root, "sidecar", row.File))
			}
			if !known[row.File][row.Func] {
				t.Errorf("%s, %s to %s: %s has no function %s", machine, row.From, row.To, row.File, row.Func)
			}
		}
	}
}

func functions(t *testing.T, path string) map[string]bool {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok {
			names[f.Name.Name] = true
		}
	}
	return names
}

func TestEveryMachineIsThereAndEveryStateIsReached(t *testing.T) {
	all := machines(t)
	for _, name := range []string{"Message", "Ask", "Reminder", "Line", "Link", "Delivery", "Webhook", "Sandbox device"} {
		reached := map[string]bool{"-": true}
		for _, row := range all[name] {
			reached[row.To] = true
		}
		if len(reached) < 3 {
			t.Errorf("%s has %d states", name, len(reached)-1)
		}
		for _, row := range all[name] {
			if !reached[row.From] {
				t.Errorf("%s: nothing leads to %q", name, row.From)
			}
		}
	}
}

func TestABadTableIsNoticed(t *testing.T) {
	for text, want := range map[string]string{
		"## M\n| a | b | c |":                            "cells",
		"## M\n| a | b |  | `x/y.go` `f` | d | e |":      "empty",
		"## M\n| a | b | c | somewhere | d | e |":        "no function",
		"| a | b | c | `x/y.go` `f` | d | e |":           "no machine",
		"## M\n| a | b | c | `x/y.go` `f` `g` | d | e |": "no function",
	} {
		if _, err := parseStates(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	wrong, err := Walks("Message", map[[2]string]bool{{"read", "queued"}: true}, true)
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Join(wrong, "\n")
	for _, want := range []string{"no way from read to queued", "nothing walked from queued to sent"} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is not said: %s", want, all)
		}
	}
}
