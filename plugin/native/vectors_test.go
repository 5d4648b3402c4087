package native_test

import (
	"errors"
	"testing"

	"github.com/nodeline/nodeline/plugin/native"
	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/schema/vectors"
)

// judge gives a verdict's two lists; an error about the request carries its issue.
func judge(t *testing.T, method string, lang schema.Lang, params []byte) (issues, warnings []schema.Issue) {
	t.Helper()
	v, err := native.Judge(method, params, lang)
	var refused *schema.Error
	if errors.As(err, &refused) {
		return refused.Issues, nil
	}
	if err != nil {
		t.Fatal(err)
	}
	if (v.Request == nil) != (len(v.Issues) > 0) {
		t.Errorf("request %v with issues %v", v.Request, v.Issues)
	}
	return v.Issues, v.Warnings
}

func TestVectors(t *testing.T) {
	cases, err := vectors.Load(vectors.Guest)
	if err != nil {
		t.Fatal(err)
	}
	if len(cases) < 80 {
		t.Fatalf("only %d cases", len(cases))
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			params, err := c.Input()
			if err != nil {
				t.Fatal(err)
			}
			issues, warnings := judge(t, c.Method, c.Lang, params)
			for _, d := range c.Differences(issues, warnings) {
				t.Error(d)
			}
		})
	}
}

// Numbers are judged in the sidecar: by their form all of these pass.
func TestSidecarVectorsPass(t *testing.T) {
	cases, err := vectors.Load(vectors.Sidecar)
	if err != nil {
		t.Fatal(err)
	}
	if len(cases) == 0 {
		t.Fatal("no cases")
	}
	for _, c := range cases {
		params, err := c.Input()
		if err != nil {
			t.Fatal(err)
		}
		if issues, _ := judge(t, c.Method, c.Lang, params); len(issues) > 0 {
			t.Errorf("%s: %+v", c.Name, issues)
		}
	}
}
