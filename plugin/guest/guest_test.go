//go:build !wasip1

package main

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/schema/vectors"
)

// input is what a host writes for a case.
func input(t *testing.T, c vectors.Case, params []byte) []byte {
	t.Helper()
	method, err := json.Marshal(c.Method)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Join([][]byte{[]byte(`{"method":`), method, []byte(`,"lang":"` + string(c.Lang) + `","params":`), params, []byte(`}`)}, nil)
}

// The guest's own code, without WebAssembly around it.
func TestVectors(t *testing.T) {
	cases, err := vectors.Load(vectors.Guest)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		params, err := c.Input()
		if err != nil {
			t.Fatal(err)
		}
		if len(params) > maxBytes {
			continue // the host does not hand it over
		}
		in := input(t, c, params)
		t.Run(c.Name, func(t *testing.T) {
			var verdict struct {
				OK               bool
				Issues, Warnings []schema.Issue
			}
			if err := json.Unmarshal(run(in).verdict(nil), &verdict); err != nil {
				t.Fatal(err)
			}
			if verdict.OK != (len(verdict.Issues) == 0) {
				t.Errorf("ok is %t with %d issues", verdict.OK, len(verdict.Issues))
			}
			for _, d := range c.Differences(verdict.Issues, verdict.Warnings) {
				t.Error(d)
			}
		})
	}
}

// A verdict is JSON whatever the fields are called.
func TestVerdictEscapes(t *testing.T) {
	for _, name := range []string{`"`, `\`, "\n", "\x00", "\x1f", "</script>", "\u2028", "ж", "😀"} {
		quoted, err := json.Marshal(name)
		if err != nil {
			t.Fatal(err)
		}
		var verdict struct{ Issues []schema.Issue }
		out := run([]byte(`{"method":"line.list","lang":"en","params":{` + string(quoted) + `:1}}`)).verdict(nil)
		if err := json.Unmarshal(out, &verdict); err != nil {
			t.Fatalf("%q: %v in %s", name, err, out)
		}
		if len(verdict.Issues) != 1 || verdict.Issues[0].Field != name {
			t.Errorf("%q came back as %+v", name, verdict.Issues)
		}
	}
}

// What stands beside the params is no request of ours.
func TestEnvelope(t *testing.T) {
	for in, rule := range map[string]string{
		``:                                "json",
		`[]`:                              "json",
		`{}`:                              "unknown_method",
		`{"method":"line.list"}`:          "",
		`{"method":5}`:                    "json",
		`{"method":"line.list","more":1}`: "json",
		`{"method":"line.list","method":"line.list"}`:              "json",
		`{"method":"line.list","lang":5}`:                          "json",
		`{"method":"line.list","lang":"de"}`:                       "",
		`{"method":"line.list","lang":"en","params":{},"lang":""}`: "json",
	} {
		c := run([]byte(in))
		got := ""
		if len(c.issues) > 0 {
			got = c.issues[0].rule
		}
		if got != rule {
			t.Errorf("%s: %q, want %q", in, got, rule)
		}
	}
}
