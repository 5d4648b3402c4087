package host_test

import (
	"testing"

	"github.com/nodeline/nodeline/plugin/host"
	"github.com/nodeline/nodeline/schema/vectors"
)

func TestVectors(t *testing.T) {
	v := start(t, host.Config{})
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
			issues, warnings := judge(t, v, c.Method, c.Lang, params)
			for _, d := range c.Differences(issues, warnings) {
				t.Error(d)
			}
		})
	}
	if s := v.Stats(); s.Replaced != 0 {
		t.Errorf("%d instances were replaced", s.Replaced)
	}
}

// Numbers are judged in the sidecar: by their form all of these pass.
func TestSidecarVectorsPass(t *testing.T) {
	v := start(t, host.Config{})
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
		if issues, _ := judge(t, v, c.Method, c.Lang, params); len(issues) > 0 {
			t.Errorf("%s: %+v", c.Name, issues)
		}
	}
}
