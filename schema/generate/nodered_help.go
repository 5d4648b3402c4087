package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/schema/shape"
	"github.com/nodeline/nodeline/ui-manifests/catalog"
)

// redHelp writes the lists of the help panels: what each node takes and gives, with
// types in words. Rows that several cases share stand once, and name their cases
// where these are not all.
func redHelp(m *model) ([]byte, error) {
	var b bytes.Buffer
	for i, n := range catalog.Palette {
		o, err := redHelpOf(m, n)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", n.Type, err)
		}
		fmt.Fprintf(&b, "%s\n %q: {", [...]string{"{", ","}[min(i, 1)], n.Type)
		if err := helpLines(&b, o); err != nil {
			return nil, err
		}
		b.WriteString("\n }")
	}
	b.WriteString("\n}\n")
	return b.Bytes(), nil
}

// helpLines writes each row on a line of its own.
func helpLines(b *bytes.Buffer, o object) error {
	for i, m := range o {
		fmt.Fprintf(b, "%s\n  %q: ", [...]string{"", ","}[min(i, 1)], m.name)
		rows, listed := m.value.([]any)
		if !listed {
			rows = []any{m.value}
		}
		for j, row := range rows {
			raw, err := encode(row)
			if err != nil {
				return err
			}
			switch {
			case !listed:
			case j == 0:
				b.WriteString("[\n   ")
			default:
				b.WriteString(",\n   ")
			}
			b.Write(raw)
		}
		switch {
		case listed && len(rows) == 0:
			b.WriteString("[]")
		case listed:
			b.WriteString("\n  ]")
		}
	}
	return nil
}

// helpRow is a row, and the cases that have it.
type helpRow struct {
	object
	text  string
	cases []schema.Text
}

func redHelpOf(m *model, n catalog.PaletteNode) (object, error) {
	var inputs, outputs, gives []*helpRow
	for _, c := range n.Cases {
		fields, _, err := redFields(m, c)
		if err != nil {
			return nil, err
		}
		title := caseTitle(n, c)
		for _, f := range fields {
			if inputs, err = addRow(inputs, title, inputRow(f)); err != nil {
				return nil, err
			}
		}
		ports := []any{}
		for _, o := range c.Outcomes {
			ports = append(ports, object{{"label", outputLabel(o)}, {"help", c.Means(o)}})
		}
		if outputs, err = addRow(outputs, title, object{{"ports", ports}}); err != nil {
			return nil, err
		}
		rows, err := givenRows(c)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			if gives, err = addRow(gives, title, row); err != nil {
				return nil, err
			}
		}
	}
	var does object
	if n.Chooser != nil {
		choices := []any{}
		for _, c := range n.Cases {
			choices = append(choices, object{{"title", c.Title}, {"help", c.Help}})
		}
		does = object{{"label", n.Chooser.Label}, {"choices", choices}}
	}
	o := object{{"help", n.Help}}
	if does != nil {
		o.set("does", does)
	}
	if s := n.Switch; s != nil {
		o.set("switch", object{{"label", s.Label}, {"help", s.Help}})
	}
	o.set("inputs", withCases(inputs, n))
	o.set("outputs", withCases(outputs, n))
	o.set("gives", withCases(gives, n))
	return o, nil
}

// caseTitle is what help calls a case: of a switch by what it does.
func caseTitle(n catalog.PaletteNode, c catalog.Case) schema.Text {
	switch {
	case n.Switch == nil:
		return c.Title
	case c.On:
		return schema.Text{En: "waiting", Ru: "с ожиданием"}
	}
	return schema.Text{En: "not waiting", Ru: "без ожидания"}
}

// outputLabel is an output's name; of choices what they are.
func outputLabel(o catalog.Outcome) schema.Text {
	if o.PerButton {
		return schema.Text{En: "One output for each answer to choose from", Ru: "По выходу на каждый вариант ответа"}
	}
	return o.Label
}

func addRow(rows []*helpRow, title schema.Text, o object) ([]*helpRow, error) {
	raw, err := encode(o)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(rows, func(r *helpRow) bool { return r.text == string(raw) })
	if at < 0 {
		rows, at = append(rows, &helpRow{object: o, text: string(raw)}), len(rows)
	}
	rows[at].cases = append(rows[at].cases, title)
	return rows, nil
}

func withCases(rows []*helpRow, n catalog.PaletteNode) []any {
	all := []any{}
	for _, r := range rows {
		if len(r.cases) < len(n.Cases) {
			r.set("cases", r.cases)
		}
		all = append(all, r.object)
	}
	return all
}

// Types in words.
var (
	typeText    = schema.Text{En: "string", Ru: "строка"}
	typeNumber  = schema.Text{En: "number", Ru: "число"}
	typeYesNo   = schema.Text{En: "boolean", Ru: "да или нет"}
	typeTime    = schema.Text{En: "string, a time", Ru: "строка, время"}
	typeObject  = schema.Text{En: "object", Ru: "объект"}
	typeTexts   = schema.Text{En: "list of strings", Ru: "список строк"}
	typeObjects = schema.Text{En: "list of objects", Ru: "список объектов"}
	typeBuffer  = schema.Text{En: "Buffer", Ru: "Buffer"}
	typeAny     = schema.Text{En: "anything", Ru: "что угодно"}
)

// either joins two types.
func either(a, b schema.Text) schema.Text {
	return schema.Text{En: a.En + " | " + b.En, Ru: a.Ru + " | " + b.Ru}
}

// inputTypes are what a value of a control may be, where it comes from the message.
var inputTypes = map[string]schema.Text{
	"text": either(typeText, typeNumber), "textarea": either(typeText, typeNumber), "phone": either(typeText, typeNumber), "chat": either(typeText, typeNumber),
	"number": typeNumber, "boolean": typeYesNo, "select": typeText, "duration": typeNumber, "texts": either(typeTexts, typeText),
	"message": either(typeObject, typeText), "template": typeText, "choices": typeObjects, "group": typeObject, "files": either(typeObjects, typeBuffer),
}

// inputRow is a row of what a node takes.
func inputRow(f boundField) object {
	control := redControl(f)
	kind := inputTypes[control]
	switch {
	case control == "select" && (f.many() || len(f.Options) == 0):
		kind = typeTexts
	case control == "group" && f.many():
		kind = typeObjects
	case f.Own && f.Name() == "saveTo": // a place, and no value
		kind = typeText
	}
	o := object{{"name", f.Name()}, {"label", redLabel(f)}, {"type", kind}, {"help", f.Help}}
	if f.required {
		o.set("required", true)
	}
	if f.StartIn != "" && (!f.More || f.Own) {
		o.set("start", f.StartIn+"."+f.Start)
	}
	if max, ok := maxOf(f); ok {
		o.set("max", max)
	}
	if len(f.Options) > 0 {
		values := []string{}
		for _, option := range f.Options {
			values = append(values, option.Value)
		}
		o.set("values", values)
	}
	if len(f.Fields) > 0 {
		names := []string{}
		for _, g := range f.Fields {
			names = append(names, g.Name())
		}
		o.set("members", names)
	}
	if f.More {
		o.set("more", true)
	}
	return o
}

// maxOf is how many characters a text takes, where the schema says so.
func maxOf(f boundField) (int64, bool) {
	if f.in == nil || f.in.Kind != shape.Text {
		return 0, false
	}
	rule, ok := f.in.Rule("max")
	return rule.N, ok
}

// givenRows are what a case puts into the message: its result, or its parts, and the
// error.
func givenRows(c catalog.Case) ([]object, error) {
	parts := slices.Clone(c.Gives())
	if c.HasResult() {
		result, err := resultPart(c)
		if err != nil {
			return nil, err
		}
		parts = append([]catalog.Part{result}, parts...)
	}
	if c.Outcomes[len(c.Outcomes)-1].ID == string(schema.OutcomeError) {
		parts = append(parts, catalog.ErrorGives)
	}
	var rows []object
	for _, p := range parts {
		row, err := partRow(p)
		if err != nil {
			return nil, err
		}
		if members, ok := row[len(row)-1].value.([]any); ok && p.Name == "nodeline" {
			row[len(row)-1].value = append(ownMembers(c), members...)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// resultPart is the result of a case, where Save result to says.
func resultPart(c catalog.Case) (catalog.Part, error) {
	part := catalog.Part{Name: "nodeline", Of: c.Result, Help: schema.Text{En: "The result, or where else Save result to says.", Ru: "Результат; место задаёт «Сохранить в»."}}
	if part.Of != nil {
		return part, nil
	}
	op, ok := schema.OperationOf(c.Operation)
	if !ok {
		return part, fmt.Errorf("no operation %s", c.Operation)
	}
	part.Of = op.Result
	return part, nil
}

// ownMembers are what comes back with a result because the node was told it.
func ownMembers(c catalog.Case) (members []any) {
	for _, f := range c.Fields {
		if f.Own && (f.Path == "item" || f.Path == "stage") && c.Operation != "" {
			members = append(members, object{{"name", f.Name()}, {"type", typeText}, {"help", f.Help}})
		}
	}
	return members
}

func partRow(p catalog.Part) (object, error) {
	row := object{{"name", p.Name}, {"type", typeText}, {"help", p.Help}}
	switch t := reflect.TypeOf(p.Of); {
	case t == nil:
		return row, nil
	case t.Kind() == reflect.Bool:
		row[1].value = typeYesNo
		return row, nil
	case t == reflect.TypeFor[json.RawMessage]():
		row[1].value = typeAny
		return row, nil
	case t.Kind() == reflect.Slice:
		row[1].value = typeBuffer
		return row, nil
	}
	row[1].value = typeObject
	s, err := shape.Of(p.Of)
	if err != nil {
		return nil, err
	}
	fields := slices.Clone(s.Fields)
	// What matters least stands last.
	slices.SortStableFunc(fields, func(a, b *shape.Field) int { return rank(a) - rank(b) })
	members := []any{}
	for _, f := range fields {
		if slices.Contains(p.Hidden, f.Name) {
			continue
		}
		meaning, ok := catalog.MeaningOf(s.Name, f.Name)
		if !ok {
			return nil, fmt.Errorf("nothing says what %s.%s means", s.Name, f.Name)
		}
		member := object{{"name", f.Name}, {"type", resultType(f)}, {"help", meaning}}
		if names := membersOf(f); len(names) > 0 {
			member.set("members", names)
		}
		members = append(members, member)
	}
	row.set("members", members)
	return row, nil
}

func rank(f *shape.Field) int { return slices.Index([]string{"line", "sandbox"}, f.Name) }

// membersOf names what an object within a result holds.
func membersOf(f *shape.Field) (names []string) {
	if f.Object == nil {
		return nil
	}
	for _, inner := range f.Object.Fields {
		names = append(names, inner.Name)
	}
	return names
}

func resultType(f *shape.Field) schema.Text {
	kind := cmp.Or(f.Item, f.Kind)
	of := map[shape.Kind]schema.Text{
		shape.Text: typeText, shape.Integer: typeNumber, shape.Bool: typeYesNo, shape.Time: typeTime, shape.Object: typeObject, shape.Raw: typeAny,
	}[kind]
	switch {
	case f.Kind != shape.List:
		return of
	case kind == shape.Object:
		return typeObjects
	case kind == shape.Text:
		return typeTexts
	}
	return schema.Text{En: strings.Join([]string{"list of", of.En}, " "), Ru: strings.Join([]string{"список:", of.Ru}, " ")}
}
