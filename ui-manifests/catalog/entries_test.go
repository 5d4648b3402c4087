package catalog

import (
	"slices"
	"strings"
	"testing"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/schema/shape"
)

// eachWay runs f for every way of every entry with its request's shape.
func eachWay(t *testing.T, f func(t *testing.T, kind Kind, e Entry, w Way, request *shape.Struct)) {
	t.Helper()
	for _, p := range Pickers {
		for _, o := range p.Offers {
			for _, e := range o.Entries {
				for _, w := range e.Ways {
					t.Run(strings.Join([]string{string(p.Kind), o.ID, e.ID, w.ID}, "/"), func(t *testing.T) {
						op, ok := schema.OperationOf(e.Operation)
						if !ok {
							t.Fatalf("operation %q does not exist", e.Operation)
						}
						request, err := shape.Of(op.Request)
						if err != nil {
							t.Fatal(err)
						}
						f(t, p.Kind, e, w, request)
					})
				}
			}
		}
	}
}

// pathsOf are the fields of the request that a shown field fills in.
func pathsOf(f Field) []string {
	switch {
	case f.Own:
		return nil
	case f.Control == Template && f.Path == "":
		return []string{"name", "language"}
	}
	return []string{f.Path}
}

// An operation is offered, or there is a reason why not.
func TestEveryOperationIsOfferedOrLeftOut(t *testing.T) {
	offered := map[string]bool{}
	eachWay(t, func(_ *testing.T, _ Kind, e Entry, _ Way, _ *shape.Struct) { offered[e.Operation] = true })
	for _, op := range schema.Operations {
		if reason := LeftOut[op.Method]; offered[op.Method] == (reason != "") {
			t.Errorf("%s: offered %t, left out because %q", op.Method, offered[op.Method], reason)
		}
	}
	for method := range LeftOut {
		if _, ok := schema.OperationOf(method); !ok {
			t.Errorf("%s is left out, and no operation", method)
		}
	}
}

// hidden are fields of requests that no entry of the operation shows, with the reason.
var hidden = map[string]string{
	"event.list filter":         "its fields are shown",
	"line.update pace":          "its fields are shown",
	"message.ask answer":        "its fields are shown",
	"webhook.create filter":     "its fields are shown",
	"webhook.create host":       "outcomes come to their own address",
	"message.ask kind":          "a robot's is fixed, an activity's is the default",
	"template.get name":         "part of the picked template",
	"template.get language":     "part of the picked template",
	"template.preview name":     "part of the picked template",
	"template.preview language": "part of the picked template",
	"template.export name":      "part of the picked template",
	"template.export language":  "part of the picked template",
}

// Every field of a request that is offered can be filled in somewhere.
func TestEveryFieldIsShown(t *testing.T) {
	left := map[string]*shape.Field{}
	eachWay(t, func(_ *testing.T, _ Kind, e Entry, _ Way, request *shape.Struct) {
		for _, f := range request.Fields {
			left[e.Operation+" "+f.Name] = f
		}
	})
	eachWay(t, func(_ *testing.T, _ Kind, e Entry, w Way, _ *shape.Struct) {
		for _, path := range w.Minted {
			delete(left, e.Operation+" "+path)
		}
		for _, f := range w.Fields {
			for _, path := range pathsOf(f) {
				delete(left, e.Operation+" "+path)
			}
		}
	})
	for name := range left {
		if hidden[name] == "" {
			t.Errorf("nothing shows %s", name)
		}
	}
}

func TestEntriesFitTheSchema(t *testing.T) {
	eachWay(t, func(t *testing.T, _ Kind, _ Entry, w Way, request *shape.Struct) {
		filled := slices.Clone(w.Minted)
		for name := range w.Fixed {
			filled = append(filled, name)
		}
		names := map[string]bool{}
		for _, f := range w.Fields {
			filled = append(filled, pathsOf(f)...)
			if names[f.Name()] {
				t.Errorf("two fields are called %q", f.Name())
			}
			names[f.Name()] = true
		}
		for _, path := range filled {
			if _, err := request.Find(path); err != nil {
				t.Error(err)
			}
		}
		for _, f := range request.Fields {
			if f.Required() && !slices.Contains(filled, f.Name) {
				t.Errorf("nobody fills in %q, which is required", f.Name)
			}
		}
		for _, f := range w.Fields {
			if f.When != nil && !names[f.When.Name] {
				t.Errorf("%s depends on %q, which is not shown", f.Path, f.When.Name)
			}
		}
	})
}

// controls are what can fill in a field of a kind.
var controls = map[shape.Kind][]Control{
	shape.Text:    {LinePicker, Chat, Phone, Line1, TextArea, Select},
	shape.Integer: {Number, Duration},
	shape.Bool:    {YesNo},
	shape.Object:  {Group, Message, Template},
	shape.List:    {Group, Files, Texts, Select},
}

func TestControlsFitTheFields(t *testing.T) {
	var check func(t *testing.T, f Field, request *shape.Struct)
	check = func(t *testing.T, f Field, request *shape.Struct) {
		for _, path := range pathsOf(f) {
			in, err := request.Find(path)
			if err != nil {
				t.Error(err)
				return
			}
			if f.Path != "" && !slices.Contains(controls[in.Kind], f.Control) {
				t.Errorf("%s is %s, and filled in by %q", path, in.Kind, f.Control)
			}
			rules := in.Rules
			if in.Kind == shape.List {
				rules = in.ItemRules
			}
			at := slices.IndexFunc(rules, func(r shape.Rule) bool { return r.Name == "oneof" })
			if (at >= 0) != (f.Control == Select) {
				t.Errorf("%s: control %q, schema limits the values: %t", path, f.Control, at >= 0)
			}
			if at >= 0 {
				for _, o := range f.Options {
					if !slices.Contains(rules[at].Values, o.Value) {
						t.Errorf("%s offers %q, schema takes %v", path, o.Value, rules[at].Values)
					}
				}
				if len(f.Options) != len(rules[at].Values) {
					t.Errorf("%s offers %d values, schema takes %v", path, len(f.Options), rules[at].Values)
				}
			}
			if in.Object != nil && f.Control != Message && f.Control != Template {
				var names []string
				for _, inner := range f.Fields {
					check(t, inner, in.Object)
					names = append(names, inner.Path)
				}
				for _, inner := range in.Object.Fields {
					if !slices.Contains(names, inner.Name) {
						t.Errorf("%s does not show %q", path, inner.Name)
					}
				}
			}
		}
	}
	eachWay(t, func(t *testing.T, _ Kind, _ Entry, w Way, request *shape.Struct) {
		for _, f := range w.Fields {
			check(t, f, request)
		}
	})
}

func TestOutcomesOfEntries(t *testing.T) {
	wait := func(middle ...string) []string {
		return slices.Concat([]string{"no_answer"}, middle, []string{"other", "cancelled"})
	}
	want := map[string][]string{
		"buttons": wait("button"), "list": wait("button"), "poll": wait("button"),
		"text": wait("answered"), "template": wait("button"),
	}
	waits := 0
	eachWay(t, func(t *testing.T, kind Kind, e Entry, w Way, _ *shape.Struct) {
		var ids []string
		for _, o := range w.Outcomes {
			ids = append(ids, o.ID)
			if o.PerButton != (o.ID == "button" && w.ID != "template") {
				t.Errorf("%s: per button is %t", o.ID, o.PerButton)
			}
		}
		expected := want[w.ID]
		if e.ID == "checkNumber" {
			expected = []string{"yes", "no", "unchecked"}
		}
		if !slices.Equal(ids, expected) {
			t.Errorf("outcomes %v, want %v", ids, expected)
		}
		if e.Operation == "message.ask" {
			waits++
			if robot := w.Fixed["kind"] == string(schema.AskRobot); robot != (kind == Robot) {
				t.Errorf("asks as a robot: %t", robot)
			}
			for _, f := range w.Fields {
				if f.Needed != (kind == Robot && (f.Path == "item" || f.Path == "stage")) {
					t.Errorf("%s is needed: %t", f.Path, f.Needed)
				}
			}
		}
	})
	if waits != 2*len(want) {
		t.Errorf("%d ways to wait", waits)
	}
}

func checkText(t *testing.T, what string, text schema.Text) {
	t.Helper()
	if text.En == "" || text.Ru == "" {
		t.Errorf("%s: en %q, ru %q", what, text.En, text.Ru)
	}
}

// checkField judges what a person reads of a field, and of those inside it.
func checkField(t *testing.T, what string, f Field) {
	what += " " + f.Name()
	checkText(t, what, f.Help)
	if f.Label != nil {
		checkText(t, what, *f.Label)
	} else if f.Own || f.Path == "" {
		t.Errorf("%s has no label", what)
	}
	if typed := slices.Contains([]Control{LinePicker, Chat, Template, Phone, Line1, TextArea, Texts}, f.Control); typed && f.Example == "" && f.Name() != "node" {
		t.Errorf("%s has no example", what)
	}
	if strings.HasPrefix(f.Example, "+") && f.Example != examplePhone {
		t.Errorf("%s: %s may be somebody's", what, f.Example)
	}
	if f.Control == YesNo && !strings.HasPrefix(f.Help.En, "Whether ") {
		t.Errorf("%s is yes or no: %q", what, f.Help.En)
	}
	for _, o := range f.Options {
		checkText(t, what+" "+o.Value, o.Label)
	}
	for _, inner := range f.Fields {
		checkField(t, what, inner)
	}
}

func TestTextsOfEntries(t *testing.T) {
	for _, p := range Pickers {
		ids := map[string]bool{}
		for _, o := range p.Offers {
			if o.ID != "" {
				checkText(t, o.ID, o.Title)
				checkText(t, o.ID, o.Help)
			}
			for _, e := range o.Entries {
				id := o.ID + "." + e.ID
				if ids[id] {
					t.Errorf("two entries are called %q", id)
				}
				ids[id] = true
				for _, text := range []schema.Text{e.Title, e.Phrase, e.Help} {
					checkText(t, id, text)
				}
				for _, w := range e.Ways {
					if len(e.Ways) > 1 {
						checkText(t, id+" "+w.ID, w.Title)
						checkText(t, id+" "+w.ID, w.Help)
					}
					for _, f := range w.Fields {
						checkField(t, id+" "+w.ID, f)
					}
				}
			}
		}
	}
}
