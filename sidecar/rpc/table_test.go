package rpc

import (
	"context"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/nodeline/nodeline/schema"
)

func TestTableHoldsMethodsTogether(t *testing.T) {
	list := schema.Operation{Method: "line.list", Request: schema.LineListRequest{}, Result: schema.LineListResult{}}
	good := bind(func(context.Context, *session, schema.LineListRequest) (schema.LineListResult, error) {
		return schema.LineListResult{}, nil
	})
	wrong := bind(func(context.Context, *session, schema.LineRequest) (schema.LineListResult, error) {
		return schema.LineListResult{}, nil
	})
	if _, err := match([]schema.Operation{list}, map[string]handler{"line.list": good}); err != nil {
		t.Errorf("a table that fits: %v", err)
	}
	for name, handlers := range map[string]map[string]handler{
		"line.list has no handler":     {},
		"line.list: the handler takes": {"line.list": wrong},
		"line.fly is in no operation":  {"line.list": good, "line.fly": good},
	} {
		if _, err := match([]schema.Operation{list}, handlers); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("want %q, got %v", name, err)
		}
	}
}

func TestLift(t *testing.T) {
	fields := []opaqueField{{name: "context", index: 4}}
	cases := []struct{ params, rest, lifted string }{
		{`{"a":1,"context":{"x":[1,2]},"b":"z"}`, `{"a":1,"b":"z"}`, `{"x":[1,2]}`},
		{` { "context" : null } `, `{}`, `null`},
		{`{"context":"only, \"commas\""}`, `{}`, `"only, \"commas\""`},
		{`{"a":{"context":1}}`, `{"a":{"context":1}}`, ``},                         // not at the top
		{`{"Context":1}`, `{"Context":1}`, ``},                                     // another name
		{`{"context":1,"context":2}`, `{"context":1,"context":2}`, ``},             // twice: for the validator to refuse
		{`{"\u0063ontext":1,"a":2}`, `{"a":2}`, `1`},                               // the same name, escaped
		{`{"a":1,"a":2,"context":3}`, `{"a":1,"a":2}`, `3`},                        // duplicates of others stay
		{"{\"a\" : \"\xff\" , \"context\":1}", "{\"a\" : \"\xff\"}", `1`},          // invalid UTF-8 stays
		{`[{"context":1}]`, `[{"context":1}]`, ``}, {`{}`, `{}`, ``}, {``, ``, ``}, // nothing to lift
		{`{"context":1,"b":"}{,:"}`, `{"b":"}{,:"}`, `1`}, {`"context"`, `"context"`, ``}, // brackets in text
	}
	for _, c := range cases {
		rest, lifted := lift([]byte(c.params), fields)
		if string(rest) != c.rest || string(lifted[4]) != c.lifted {
			t.Errorf("%s: rest %s, lifted %s", c.params, rest, lifted[4])
		}
	}
}

func TestPutBackSetsTheField(t *testing.T) {
	op, _ := schema.OperationOf("message.ask")
	m := method{op: op, opaque: opaqueFields(reflect.TypeOf(op.Request))}
	if len(m.opaque) != 1 || m.opaque[0].max != schema.ContextMaxBytes {
		t.Fatalf("opaque fields of message.ask: %+v", m.opaque)
	}
	_, lifted := lift([]byte(`{"body":"b","context":{"n":1}}`), m.opaque)
	got := putBack(schema.AskRequest{Body: "b"}, lifted).(*schema.AskRequest)
	if got.Body != "b" || string(got.Context) != `{"n":1}` {
		t.Errorf("put back %+v", got)
	}
}

// Results may be shared between connections, so a stamp never writes into them.
func TestStampCopies(t *testing.T) {
	ask := &schema.Ask{ID: "a"}
	events := []schema.Event{{Cursor: 1, State: &schema.Line{ID: "demo"}}}
	d := stamp(schema.Delivery{Ask: ask, Context: json.RawMessage(`{}`)}, true).(schema.Delivery)
	l := stamp(&schema.EventListResult{Events: events}, true).(*schema.EventListResult)
	if !d.Sandbox || !d.Ask.Sandbox || !l.Sandbox || !l.Events[0].Sandbox || !l.Events[0].State.Sandbox {
		t.Errorf("not stamped: %+v %+v", d, l)
	}
	if ask.Sandbox || events[0].Sandbox || events[0].State.Sandbox {
		t.Error("the stamp wrote into what it was given")
	}
}
