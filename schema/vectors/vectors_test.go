package vectors

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/schema/shape"
)

func TestCasesAreWhole(t *testing.T) {
	seen := map[string]bool{}
	for _, layer := range []Layer{Guest, Sidecar} {
		cases, err := Load(layer)
		if err != nil {
			t.Fatal(err)
		}
		if len(cases) == 0 {
			t.Errorf("no cases of layer %s", layer)
		}
		for _, c := range cases {
			if seen[c.Name] {
				t.Errorf("two cases are called %q", c.Name)
			}
			seen[c.Name] = true
			if _, err := c.Input(); err != nil {
				t.Error(err)
			}
			if _, known := schema.OperationOf(c.Method); !known && !strings.HasPrefix(c.Name, "method: ") {
				t.Errorf("%s: no method %s", c.Name, c.Method)
			}
			switch {
			case layer == Guest && c.OK != (len(c.Issues) == 0):
				t.Errorf("%s: ok is %t with %d issues", c.Name, c.OK, len(c.Issues))
			case layer == Sidecar && c.OK != (len(c.Phones) > 0 || c.JID != "") || layer == Sidecar && c.OK == (c.Code != ""):
				t.Errorf("%s: ok is %t with phones %v, jid %q, code %q", c.Name, c.OK, c.Phones, c.JID, c.Code)
			}
		}
	}
}

func TestWrittenOut(t *testing.T) {
	in, err := Case{Params: []byte(`{"a":{"$repeat":["яй",2]},"b":[{"$nest":3}],"c":"<&>"}`)}.Input()
	if err != nil || string(in) != `{"a":"яйяй","b":[[[[]]]],"c":"<&>"}` {
		t.Errorf("%s, %v", in, err)
	}
}

func TestDifferences(t *testing.T) {
	c := Case{OK: false, Issues: []Want{{Field: "text", Rule: "max", Limit: 1, Actual: 2}}}
	same := schema.Issue{Field: "text", Rule: "max", Limit: 1, Actual: 2, Message: "any"}
	if d := c.Differences([]schema.Issue{same}, nil); d != nil {
		t.Errorf("the same verdict differs: %v", d)
	}
	other := same
	other.Actual = 3
	for what, issues := range map[string][]schema.Issue{"none": nil, "another": {other}, "two": {same, same}} {
		if d := c.Differences(issues, nil); len(d) == 0 {
			t.Errorf("%s: no difference", what)
		}
	}
	if d := c.Differences([]schema.Issue{same}, []schema.Issue{same}); len(d) == 0 {
		t.Error("an unexpected warning is no difference")
	}
}

// kinds are the sorts of trouble that cases must hold, by a part of their names.
var kinds = []string{"Cyrillic", "famil", "combining marks", "empty", "only white space", "exactly at the limit",
	"one over the limit", "the same twice", "a doubled field", "an unknown field", "type: ", "over 64 KB", "depth: ", "utf-8: "}

func TestEveryKindHasItsCases(t *testing.T) {
	guest, err := Picked(Guest)
	if err != nil {
		t.Fatal(err)
	}
	sidecar, err := Picked(Sidecar)
	if err != nil {
		t.Fatal(err)
	}
	if len(guest) < 80 || len(sidecar) < 40 {
		t.Errorf("%d cases of form, %d of numbers", len(guest), len(sidecar))
	}
	for _, kind := range kinds {
		if !slices.ContainsFunc(guest, func(c Case) bool { return strings.Contains(c.Name, kind) }) {
			t.Errorf("no case of %q", kind)
		}
	}
}

// Each operation has a request that is accepted and one that is refused.
func TestEveryOperationHasItsCases(t *testing.T) {
	cases, err := Picked(Guest)
	if err != nil {
		t.Fatal(err)
	}
	accepted, refused := map[string]bool{}, map[string]bool{}
	for _, c := range cases {
		if c.OK {
			accepted[c.Method] = true
		} else {
			refused[c.Method] = true
		}
	}
	for _, op := range schema.Operations {
		if !accepted[op.Method] || !refused[op.Method] {
			t.Errorf("%s has an accepted case: %t, a refused one: %t", op.Method, accepted[op.Method], refused[op.Method])
		}
	}
}

// least is how many cases each operation has, made and picked.
const least = 15

func TestEveryOperationHasEnoughCases(t *testing.T) {
	count := map[string]int{}
	for _, layer := range []Layer{Guest, Sidecar} {
		cases, err := Load(layer)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range cases {
			count[c.Method]++
		}
	}
	for _, op := range schema.Operations {
		if count[op.Method] < least {
			t.Errorf("%s has %d cases, want %d", op.Method, count[op.Method], least)
		}
	}
}

// What is made and what is picked by hand are kept apart.
func TestPickedLeavesOutWhatIsMade(t *testing.T) {
	all, err := Load(Guest)
	if err != nil {
		t.Fatal(err)
	}
	picked, err := Picked(Guest)
	if err != nil {
		t.Fatal(err)
	}
	made := 0
	for _, c := range all {
		if strings.HasPrefix(c.Name, "made: ") {
			made++
		}
	}
	if made == 0 || len(picked)+made != len(all) {
		t.Errorf("%d cases, %d picked and %d made", len(all), len(picked), made)
	}
}

// Each limit in the schema has a case one over it and an accepted one exactly at it.
func TestEveryLimitIsMet(t *testing.T) {
	cases, err := Picked(Guest)
	if err != nil {
		t.Fatal(err)
	}
	over, at := map[string]bool{}, map[string]bool{}
	for _, c := range cases {
		for _, w := range c.Issues {
			if w.Rule == "max" && w.Actual == w.Limit+1 {
				over[limit(w.Field[strings.LastIndex(w.Field, ".")+1:], w.Limit)] = true
			}
		}
		params, err := c.Input()
		if err != nil {
			t.Fatal(err)
		}
		var v any
		if c.OK && json.Unmarshal(params, &v) == nil {
			sizes("", v, at)
		}
	}
	for _, op := range schema.Operations {
		s, err := shape.Of(op.Request)
		if err != nil {
			t.Fatal(err)
		}
		eachLimit(s, func(key string) {
			if !over[key] || !at[key] {
				t.Errorf("%s: %s has a case over it: %t, at it: %t", op.Method, key, over[key], at[key])
			}
		})
	}
}

func limit(name string, n int) string { return fmt.Sprintf("%s %d", name, n) }

// eachLimit gives the fields of a request, inner ones too, that have a greatest size.
func eachLimit(s *shape.Struct, f func(key string)) {
	for _, field := range s.Fields {
		if rule, ok := field.Rule("max"); ok {
			f(limit(field.Name, int(rule.N)))
		}
		if field.Object != nil {
			eachLimit(field.Object, f)
		}
	}
}

// sizes notes how long each text and list is, and each number.
func sizes(name string, v any, into map[string]bool) {
	switch v := v.(type) {
	case string:
		into[limit(name, utf8.RuneCountInString(v))] = true
	case float64:
		into[limit(name, int(v))] = true
	case []any:
		into[limit(name, len(v))] = true
		for _, item := range v {
			sizes(name, item, into)
		}
	case map[string]any:
		for inner, value := range v {
			sizes(inner, value, into)
		}
	}
}
