package main

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/schema/shape"
	"github.com/nodeline/nodeline/ui-manifests/catalog"
)

// redFolder is where the models of Node-RED's nodes are.
const redFolder = "ui-manifests/node-red/src/generated/"

// redName is what a node's folder and files are called: "send-text".
func redName(n catalog.PaletteNode) string { return strings.TrimPrefix(n.Type, "nodeline-") }

// redOutputs are one file for each node, and one that joins them.
func redOutputs() []output {
	outs := []output{{redFolder + "models.gen.ts", redModels}, {redFolder + "fields.gen.ts", redShared}, {redFolder + "help.gen.json", redHelp}}
	for _, n := range catalog.Palette {
		outs = append(outs, output{redFolder + redName(n) + ".gen.ts", redModelFile(n)})
	}
	return outs
}

// redModels joins the models, in the palette's order.
func redModels(*model) ([]byte, error) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "// %s\n\nimport type { NodeModel } from '../shared/model.js';\n", madeBy)
	for i, n := range catalog.Palette {
		fmt.Fprintf(&b, "import { model as node%d } from './%s.gen.js';\n", i, redName(n))
	}
	b.WriteString("\n/** Every node by its type, in the order of the palette. */\nexport const models: Readonly<Record<string, NodeModel>> = {\n")
	for i, n := range catalog.Palette {
		fmt.Fprintf(&b, "  '%s': node%d,\n", n.Type, i)
	}
	b.WriteString("};\n")
	return b.Bytes(), nil
}

func redModelFile(n catalog.PaletteNode) func(*model) ([]byte, error) {
	return func(m *model) ([]byte, error) {
		o, err := redModel(m, n)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", n.Type, err)
		}
		shared, err := sharedFields(m)
		if err != nil {
			return nil, err
		}
		var b bytes.Buffer
		fmt.Fprintf(&b, "// %s\n\nimport type { NodeModel } from '../shared/model.js';\n", madeBy)
		names, err := shared.take(o)
		if err != nil {
			return nil, err
		}
		if len(names) > 0 {
			fmt.Fprintf(&b, "import { %s } from './fields.gen.js';\n", strings.Join(names, ", "))
		}
		b.WriteString("\nexport const model: NodeModel = ")
		if err := tsLiteral(&b, o, ""); err != nil {
			return nil, err
		}
		b.WriteString(";\n")
		return b.Bytes(), nil
	}
}

// redModel is a NodeModel; see src/shared/model.ts.
func redModel(m *model, n catalog.PaletteNode) (object, error) {
	o := object{{"type", n.Type}, {"category", string(n.Category)}, {"title", redText(n.Title)}, {"help", redText(n.Help)}}
	if c := n.Chooser; c != nil {
		o.set("chooser", object{{"param", c.Param}, {"label", redText(c.Label)}, {"help", redText(c.Help)}, {"start", n.Cases[0].ID}})
	}
	if s := n.Switch; s != nil {
		o.set("switch", object{{"param", s.Name}, {"label", redText(s.Label)}, {"help", redText(s.Help)}, {"start", s.Default}})
	}
	var cases []any
	for _, c := range n.Cases {
		one, err := redCase(m, n, c)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", cmp.Or(c.ID, c.Operation), err)
		}
		cases = append(cases, one)
	}
	o.set("cases", cases)
	return o, nil
}

// redFields are the fields of a case with what schema says of them.
func redFields(m *model, c catalog.Case) ([]boundField, bool, error) {
	if c.Operation == "" { // the node does it by itself, on its line
		fields, err := bind(nil, c.Fields)
		return fields, true, err
	}
	at := slices.IndexFunc(m.operations, func(op operation) bool { return op.Method == c.Operation })
	if at < 0 {
		return nil, false, fmt.Errorf("no operation %s", c.Operation)
	}
	request := m.operations[at].request
	_, line := request.Field("line")
	fields, err := bind(request, c.Fields)
	return fields, line, err
}

func redCase(m *model, n catalog.PaletteNode, c catalog.Case) (object, error) {
	bound, line, err := redFields(m, c)
	if err != nil {
		return nil, err
	}
	o := object{{"id", c.ID}}
	if n.Switch != nil {
		o.set("on", c.On)
	}
	o = append(o, object{{"title", redText(c.Title)}, {"help", redText(c.Help)}, {"method", c.Operation}, {"line", line}}...)
	fields := []any{}
	for _, f := range bound {
		one, err := redModelField(f)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Path, err)
		}
		fields = append(fields, one)
	}
	o.set("fields", fields)
	o.set("minted", slices.Clone(c.Minted))
	if fixed := redFixed(c); len(fixed) > 0 {
		o.set("fixed", fixed)
	}
	outcomes := []any{}
	for _, out := range c.Outcomes {
		outcomes = append(outcomes, redOutcome(c, out))
	}
	o.set("outcomes", outcomes)
	o.set("sends", slices.Contains(c.Minted, "key") || slices.Contains(c.Minted, "reply"))
	return o, nil
}

func redFixed(c catalog.Case) (fixed object) {
	for _, name := range slices.Sorted(maps.Keys(c.Fixed)) {
		fixed.set(name, c.Fixed[name])
	}
	if len(c.Kinds) > 0 {
		var kinds []string
		for _, k := range c.Kinds {
			kinds = append(kinds, string(k))
		}
		fixed.set("kinds", kinds)
	}
	return fixed
}

// redModelField is a Field of src/shared/model.ts.
func redModelField(f boundField) (object, error) {
	path := f.Path
	if f.Own {
		path = f.Name()
	}
	o := object{{"path", path}, {"param", f.Name()}, {"control", redControl(f)}, {"label", redText(redLabel(f))}, {"help", redText(f.Help)}}
	if f.Example != "" {
		o.set("example", f.Example)
	}
	if f.required {
		o.set("required", true)
	}
	if absent := f.absent(); absent != nil {
		o.set("absent", absent)
	}
	if err := redStart(&o, f); err != nil {
		return nil, err
	}
	redRules(&o, f)
	if f.Control == catalog.Select {
		o.set("options", redOptions(f.Options))
	}
	if f.many() || f.Own && (redControl(f) == "choices" || f.Control == catalog.Select && len(f.Options) == 0) {
		o.set("many", true)
	}
	if split := f.split(); split != "" {
		o.set("split", split)
	}
	for _, flag := range []struct {
		name string
		on   bool
	}{{"more", f.More}, {"own", f.Own}} {
		if flag.on {
			o.set(flag.name, true)
		}
	}
	if f.When != nil {
		o.set("when", object{{f.When.Name, f.When.Values}})
	}
	if len(f.Fields) == 0 {
		return o, nil
	}
	inner := []any{}
	for _, g := range f.Fields {
		bound, err := f.inner(g)
		if err != nil {
			return nil, err
		}
		one, err := redModelField(bound)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", g.Path, err)
		}
		inner = append(inner, one)
	}
	o.set("fields", inner)
	return o, nil
}

// redControl is a Control of src/shared/model.ts.
func redControl(f boundField) string {
	if f.Control == catalog.Group && slices.Contains([]string{"buttons", "rows", "options", "choices"}, f.Path) {
		return "choices"
	}
	return string(f.Control)
}

// redStart says what a new node holds. What stands among the options is blank at
// first, unless it is the node's own; a duration there still has a unit that suits.
func redStart(o *object, f boundField) error {
	blank := f.More && !f.Own
	switch f.Control {
	case catalog.Duration:
		count, unit, err := f.duration()
		if err != nil {
			return err
		}
		if blank {
			o.set("example", strconv.Itoa(count))
		} else {
			o.set("start", count)
		}
		o.set("startUnit", unit)
	case catalog.YesNo:
		o.set("start", f.Start == "true")
	case catalog.Select:
		switch first := cmp.Or(f.Start, defaultText(f)); {
		case f.many() && f.Start != "" && !blank:
			o.set("start", []string{f.Start})
		case !f.many() && first != "":
			o.set("start", first)
		}
	default:
		if f.Start != "" && !blank {
			o.set("start", f.Start)
			if f.StartIn != "" {
				o.set("startType", f.StartIn)
			}
		}
	}
	return nil
}

func defaultText(f boundField) string {
	if f.in == nil {
		return ""
	}
	return f.in.Default
}

// redRules are the limits: of a number or a duration its values (seconds), of a list
// its items, of a text its code points at most.
func redRules(o *object, f boundField) {
	if f.in == nil {
		return
	}
	for _, r := range f.in.Rules {
		if r.Name == "max" || r.Name == "min" && f.in.Kind != shape.Text {
			o.set(r.Name, r.N)
		}
	}
}

func redOptions(options []catalog.Option) []any {
	all := []any{}
	for _, o := range options {
		all = append(all, object{{"value", o.Value}, {"label", redText(o.Label)}, {"help", redText(o.Help)}})
	}
	return all
}

// redOutcome is an Outcome of src/shared/model.ts.
func redOutcome(c catalog.Case, out catalog.Outcome) object {
	takes := []string{out.ID}
	switch {
	case out.ID == "yes":
		takes = []string{string(schema.Yes)}
	case out.ID == "no":
		takes = []string{string(schema.No)}
	case out.ID == "result", out.ID == string(schema.OutcomeError) && !slices.Contains(c.Minted, "reply"):
		takes = []string{}
	}
	o := object{{"id", out.ID}, {"label", redText(out.Label)}, {"takes", takes}}
	if out.PerButton {
		at := slices.IndexFunc(c.Fields, func(f catalog.Field) bool { return redControl(boundField{Field: f}) == "choices" })
		o.set("perChoice", c.Fields[at].Name())
	}
	return o
}

// redPlace is what labels say of a list's item, or of the unit that a control shows
// by itself.
var redPlace = regexp.MustCompile(` \{n\}:?|, (milli)?seconds$|, (милли)?секунд$`)

// redLabel is the field's label: the catalogue's, or the schema's.
func redLabel(f boundField) schema.Text {
	var t schema.Text
	switch {
	case f.Label != nil:
		t = *f.Label
	case f.in != nil:
		t = f.in.Label
	}
	return schema.Text{En: redPlace.ReplaceAllString(t.En, ""), Ru: redPlace.ReplaceAllString(t.Ru, "")}
}

func redText(t schema.Text) object { return object{{"en", t.En}, {"ru", t.Ru}} }
