package catalog

import (
	"slices"
	"testing"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/schema/shape"
)

// eachVariant runs f for every variant with its request's shape.
func eachVariant(t *testing.T, f func(t *testing.T, n Node, v Variant, request *shape.Struct)) {
	t.Helper()
	for _, n := range Nodes {
		for _, v := range n.Variants {
			t.Run(n.ID+"/"+v.Operation, func(t *testing.T) {
				op, ok := schema.OperationOf(v.Operation)
				if !ok {
					t.Fatalf("operation %q does not exist", v.Operation)
				}
				request, err := shape.Of(op.Request)
				if err != nil {
					t.Fatal(err)
				}
				f(t, n, v, request)
			})
		}
	}
}

// Every field that a node shows or mints is in the request, and nothing that the
// request requires is left for nobody to fill in.
func TestFieldsAreInSchema(t *testing.T) {
	eachVariant(t, func(t *testing.T, n Node, v Variant, request *shape.Struct) {
		for _, path := range append(slices.Clone(v.Fields), v.Minted...) {
			if _, err := request.Find(path); err != nil {
				t.Error(err)
			}
		}
		for _, path := range v.Fields {
			if _, ok := n.Field(path); !ok {
				t.Errorf("field %q of the variant is not described in the node", path)
			}
		}
		for _, f := range request.Fields {
			shown, minted := slices.Contains(v.Fields, f.Name), slices.Contains(v.Minted, f.Name)
			if shown && minted {
				t.Errorf("field %q is both shown and minted", f.Name)
			}
			if f.Required() && !shown && !minted {
				t.Errorf("required field %q is neither shown nor minted", f.Name)
			}
		}
	})
}

// A select offers exactly the values that the schema takes.
func TestOptionsMatchSchema(t *testing.T) {
	eachVariant(t, func(t *testing.T, n Node, v Variant, request *shape.Struct) {
		for _, path := range v.Fields {
			shown, _ := n.Field(path)
			field, err := request.Find(path)
			if err != nil {
				t.Fatal(err)
			}
			rule, limited := field.Rule("oneof")
			if limited != (shown.Control == Select) {
				t.Errorf("field %q: control %q, schema limits the values: %t", path, shown.Control, limited)
			}
			var values []string
			for _, o := range shown.Options {
				values = append(values, o.Value)
			}
			slices.Sort(values)
			slices.Sort(rule.Values)
			if !slices.Equal(values, rule.Values) {
				t.Errorf("field %q offers %v, schema takes %v", path, values, rule.Values)
			}
		}
	})
}

func TestOutcomes(t *testing.T) {
	want := map[string][]string{
		"check-number/number.check":        {"yes", "no", "error"},
		"send-text/message.sendText":       {"sent", "error"},
		"send-buttons/message.sendButtons": {"sent", "error"},
		"send-buttons/message.ask":         {"button", "other", "no_answer", "cancelled", "error"},
		"incoming-message/event.subscribe": {"message"},
		"line-state/event.subscribe":       {"state"},
	}
	got := 0
	eachVariant(t, func(t *testing.T, n Node, v Variant, _ *shape.Struct) {
		got++
		var ids []string
		for _, o := range v.Outcomes {
			ids = append(ids, o.ID)
			if o.PerButton != (o.ID == string(schema.OutcomeButton)) {
				t.Errorf("outcome %q: PerButton is %t", o.ID, o.PerButton)
			}
		}
		if w := want[n.ID+"/"+v.Operation]; !slices.Equal(ids, w) {
			t.Errorf("outcomes %v, want %v", ids, w)
		}
	})
	if got != len(want) {
		t.Errorf("%d variants, want %d", got, len(want))
	}
}

func TestEveryTextIsInBothLanguages(t *testing.T) {
	check := func(what string, text schema.Text) {
		t.Helper()
		if text.En == "" || text.Ru == "" {
			t.Errorf("%s: en %q, ru %q", what, text.En, text.Ru)
		}
	}
	seen := map[string]bool{}
	for _, n := range Nodes {
		if seen[n.ID] {
			t.Errorf("two nodes are called %q", n.ID)
		}
		seen[n.ID] = true
		check(n.ID+" title", n.Title)
		check(n.ID+" help", n.Help)
		if (n.Kind == Trigger) != (n.Event != "") {
			t.Errorf("%s: kind %q with event %q", n.ID, n.Kind, n.Event)
		}
		if (n.Switch != nil) != (len(n.Variants) == 2) {
			t.Errorf("%s: %d variants and switch %v", n.ID, len(n.Variants), n.Switch)
		}
		if n.Switch != nil {
			check(n.ID+" switch", n.Switch.Label)
			check(n.ID+" switch help", n.Switch.Help)
		}
		for _, f := range n.Fields {
			check(n.ID+" "+f.Path, f.Help)
			if f.Label != nil {
				check(n.ID+" "+f.Path+" label", *f.Label)
			}
			for _, o := range f.Options {
				check(n.ID+" "+f.Path+" "+o.Value, o.Label)
				check(n.ID+" "+f.Path+" "+o.Value+" help", o.Help)
			}
		}
		for _, v := range n.Variants {
			for _, o := range v.Outcomes {
				check(n.ID+" outcome "+o.ID, o.Label)
			}
		}
	}
}
