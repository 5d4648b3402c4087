package vectors

import (
	"strings"
	"testing"

	"github.com/nodeline/nodeline/schema"
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
