package main

import (
	"maps"
	"slices"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/ui-manifests/catalog"
)

// spec says how the parameters of one case become a request; see shared/spec.ts.
func (n *n8nPicker) spec(c n8nCase) (object, error) {
	_, line := c.method.request.Field("line")
	spec := object{{"method", c.method.Method}, {"title", c.entry.Phrase.En}, {"line", line}}
	var fields []any
	own := []string{}
	for _, f := range c.fields {
		if f.Own {
			own = append(own, n8nParameter(f))
			continue
		}
		field, err := n8nFieldSpec(f, f.More)
		if err != nil {
			return nil, err
		}
		fields = append(fields, field)
	}
	spec.set("fields", fields)
	spec.set("minted", slices.Clone(c.ways.Minted))
	if len(c.ways.Fixed) > 0 {
		var fixed object
		for _, name := range slices.Sorted(maps.Keys(c.ways.Fixed)) {
			fixed.set(name, c.ways.Fixed[name])
		}
		spec.set("fixed", fixed)
	}
	spec.set("own", own)
	spec.set("outcomes", n8nOutcomes(c))
	spec.set("sends", slices.Contains(c.ways.Minted, "key") || slices.Contains(c.ways.Minted, "reply"))
	return spec, nil
}

func n8nParameter(f boundField) string {
	if f.More {
		return n8nOptions + "." + f.Name()
	}
	return f.Name()
}

func n8nFieldSpec(f boundField, more bool) (object, error) {
	param := f.Name()
	if more {
		param = n8nOptions + "." + param
	}
	control := map[catalog.Control]string{
		catalog.LinePicker: "line", catalog.Chat: "chat", catalog.Template: "template", catalog.Line1: "text", catalog.TextArea: "text",
		catalog.Phone: "text", catalog.Number: "number", catalog.YesNo: "boolean", catalog.Select: "select", catalog.Duration: "duration",
		catalog.Texts: "texts", catalog.Message: "message", catalog.Group: "group", catalog.Files: "files",
	}[f.Control]
	spec := object{{"path", f.Path}, {"param", param}, {"control", control}, {"label", nameOf(f.labelText())}}
	switch {
	case f.Control == catalog.Duration && more:
		spec[1].value = param + "." + n8nValues + ".amount"
		spec.set("unit", param+"."+n8nValues+".unit")
	case f.Control == catalog.Duration:
		spec.set("unit", param+"Unit")
	}
	if f.required {
		spec.set("required", true)
	}
	if f.When != nil {
		spec.set("when", object{{f.When.Name, f.When.Values}})
	}
	if split := f.split(); split != "" {
		spec.set("split", split)
	}
	if f.many() {
		spec.set("many", true)
	}
	if absent := f.absent(); absent != nil {
		spec.set("absent", absent)
	}
	if len(f.Fields) == 0 {
		return spec, nil
	}
	var inner []any
	for _, g := range f.Fields {
		bound, err := f.inner(g)
		if err != nil {
			return nil, err
		}
		one, err := n8nFieldSpec(bound, false)
		if err != nil {
			return nil, err
		}
		inner = append(inner, one)
	}
	spec.set("fields", inner)
	return spec, nil
}

// n8nOutcomes are the outputs in n8n's order, which keeps wires by an output's place:
// the catalogue's, whose first is where n8n's own timeout leads, with the choices
// last, so that one more of them moves none of the others.
func n8nOutcomes(c n8nCase) []any {
	ordered := slices.Clone(c.ways.Outcomes)
	slices.SortStableFunc(ordered, func(a, b catalog.Outcome) int {
		switch {
		case a.PerButton == b.PerButton:
			return 0
		case a.PerButton:
			return 1
		default:
			return -1
		}
	})
	outs := []any{}
	for _, o := range ordered {
		id, takes := o.ID, []string{o.ID}
		switch {
		case o.PerButton:
			id = "choice"
		case o.ID == string(schema.OutcomeButton):
			id, takes = string(schema.OutcomeAnswered), []string{string(schema.OutcomeButton), string(schema.OutcomeAnswered)}
		case o.ID == "yes":
			takes = []string{string(schema.Yes)}
		case o.ID == "no":
			takes = []string{string(schema.No)}
		}
		out := object{{"id", id}, {"label", titleCase(o.Label.En)}, {"takes", takes}}
		if o.PerButton {
			at := slices.IndexFunc(c.ways.Fields, func(f catalog.Field) bool {
				return slices.Contains([]string{"buttons", "rows", "options"}, f.Path)
			})
			out.set("perChoice", object{{"param", c.ways.Fields[at].Name()}, {"list", n8nValues}, {"text", "text"}})
		}
		outs = append(outs, out)
	}
	return outs
}
