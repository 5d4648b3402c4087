package examples_test

import (
	"encoding/json"
	"testing"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/schema/examples"
)

func TestEveryOperationHasAnExample(t *testing.T) {
	all, err := examples.Load()
	if err != nil {
		t.Fatal(err)
	}
	count, results := map[string]int{}, examples.Results{}
	for _, e := range all {
		count[e.Method]++
		if _, known := schema.OperationOf(e.Method); !known {
			t.Errorf("an example of %s, which is no operation", e.Method)
		}
		request, err := results.Resolve(e.Request)
		if err != nil || !json.Valid(request) || len(e.Result) < len(`{"sandbox":true}`) {
			t.Errorf("%s: request %s, result %s (%v)", e.Method, request, e.Result, err)
		}
		results[e.Method] = e.Result
	}
	for _, op := range schema.Operations {
		if count[op.Method] == 0 {
			t.Errorf("%s has no example in schema/examples/examples.json", op.Method)
		}
	}
}

func TestResolve(t *testing.T) {
	r := examples.Results{"a.b": json.RawMessage(`{"list":[{"id":"x"}],"n":7}`)}
	got, err := r.Resolve(json.RawMessage(`{"z": {"$from": "a.b n"}, "ids": [{"$from": "a.b list.0.id"}]}`))
	if err != nil || string(got) != `{"z": 7, "ids": ["x"]}` {
		t.Errorf("%s, %v", got, err)
	}
	for _, wrong := range []string{"a.b", "a.b none", "a.b list.1", "a.c n", "a.b list.id", "a.b n.0"} {
		if got, err := r.Resolve(json.RawMessage(`{"$from": "` + wrong + `"}`)); err == nil {
			t.Errorf("%s gave %s", wrong, got)
		}
	}
}
