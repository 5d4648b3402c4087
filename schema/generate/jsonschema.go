package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/nodeline/nodeline/plugin/sentence"
	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/schema/shape"
)

// object is a JSON object whose members keep their order.
type object []member

type member struct {
	name  string
	value any
}

func (o *object) set(name string, value any) { *o = append(*o, member{name, value}) }

// MarshalJSON keeps the order of the members.
func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		name, err := encode(m.name)
		if err != nil {
			return nil, err
		}
		value, err := encode(m.value)
		if err != nil {
			return nil, err
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// encode is json.Marshal that leaves < and > readable.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}

func pretty(v any) ([]byte, error) {
	raw, err := encode(v)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := json.Indent(&b, raw, "", "  "); err != nil {
		return nil, err
	}
	b.WriteByte('\n')
	return b.Bytes(), nil
}

// jsonSchema writes every type as JSON Schema 2020-12.
func jsonSchema(m *model) ([]byte, error) {
	defs, err := definitions(m, "#/$defs/")
	if err != nil {
		return nil, err
	}
	return pretty(object{
		{"$schema", "https://json-schema.org/draft/2020-12/schema"},
		{"title", "Nodeline"},
		{"$comment", madeBy},
		{"description", "Every request, result, event and error. Lengths count Unicode code points, after what x-norm says is done to the value."},
		{"$defs", defs},
	})
}

func definitions(m *model, at string) (object, error) {
	var defs object
	requests := m.requests()
	for _, s := range m.structs {
		def, err := definition(m, s, at, slices.Contains(requests, s))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.Name, err)
		}
		defs.set(s.Name, def)
	}
	for _, e := range m.enums {
		def := object{{"type", "string"}}
		if doc := m.docs[e.name]; doc != "" {
			def.set("description", doc)
		}
		var values []string
		var notes object
		for _, v := range e.values {
			values = append(values, v.value)
			if v.doc != "" {
				notes.set(v.value, v.doc)
			}
		}
		def.set("enum", values)
		if notes != nil {
			def.set("x-values", notes)
		}
		defs.set(e.name, def)
	}
	for _, name := range m.names {
		def := object{{"type", "string"}}
		if doc := m.docs[name]; doc != "" {
			def.set("description", doc)
		}
		defs.set(name, def)
	}
	return defs, nil
}

// requests lists the structs that callers fill in: there every field has rules and a label.
func (m *model) requests() []*shape.Struct {
	var found []*shape.Struct
	for _, op := range m.operations {
		found = inside(op.request, found)
	}
	return found
}

func definition(m *model, s *shape.Struct, at string, request bool) (object, error) {
	def := object{{"type", "object"}}
	if doc := m.docs[s.Name]; doc != "" {
		def.set("description", doc)
	}
	props, required := object{}, []string{}
	for _, f := range s.Fields {
		prop, err := property(m, s, f, at)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name, err)
		}
		props.set(f.Name, prop)
		if f.Required() || !request && !f.OmitEmpty {
			required = append(required, f.Name)
		}
	}
	def.set("properties", props)
	if len(required) > 0 {
		def.set("required", required)
	}
	if request {
		def.set("additionalProperties", s.Open)
	}
	return def, nil
}

func property(m *model, s *shape.Struct, f *shape.Field, at string) (object, error) {
	p, err := wireType(f, at)
	if err != nil {
		return nil, err
	}
	if f.Label.En != "" {
		p.set("title", f.Label.En)
		p.set("x-labels", f.Label)
	}
	if doc := m.docs[s.Name+"."+f.GoName]; doc != "" {
		p.set("description", doc)
	}
	rulesOf(&p, f.Kind, f.Rules)
	if f.Dive && f.Kind == shape.List && len(f.ItemRules) > 0 {
		for i := range p {
			if p[i].name == "items" {
				items := p[i].value.(object)
				rulesOf(&items, f.Item, f.ItemRules)
				p[i].value = items
			}
		}
	}
	if f.Default != "" {
		p.set("default", defaultOf(f))
	}
	if f.Trim {
		p.set("x-norm", "trim: white space at both ends is removed")
	}
	if f.DropBlank {
		p.set("x-norm", "dropblank: items whose text is blank are removed")
	}
	if f.Opaque > 0 {
		p.set("x-opaque-bytes", f.Opaque)
	}
	if f.LimitOf != "" {
		p.set("x-limit-of", limitNames[f.LimitOf])
	}
	if f.Secret {
		p.set("x-secret", true)
	}
	return p, nil
}

func wireType(f *shape.Field, at string) (object, error) {
	if f.Kind == shape.List {
		items, err := valueType(f.Item, f.Type.Elem().Name(), at)
		return object{{"type", "array"}, {"items", items}}, err
	}
	return valueType(f.Kind, f.Type.Name(), at)
}

func valueType(kind shape.Kind, name, at string) (object, error) {
	switch kind {
	case shape.Text:
		if name != "string" {
			return object{{"$ref", at + name}}, nil
		}
		return object{{"type", "string"}}, nil
	case shape.Integer:
		return object{{"type", "integer"}}, nil
	case shape.Bool:
		return object{{"type", "boolean"}}, nil
	case shape.Object:
		return object{{"$ref", at + name}}, nil
	case shape.Time:
		return object{{"type", "string"}, {"format", "date-time"}}, nil
	case shape.Raw:
		return object{}, nil
	}
	return nil, fmt.Errorf("no JSON type for %s", kind)
}

// rulesOf says in JSON Schema's words what it can say; x-rules names the rest.
func rulesOf(p *object, kind shape.Kind, rules []shape.Rule) {
	var own []string
	for _, r := range rules {
		switch r.Name {
		case "min":
			p.set(map[shape.Kind]string{shape.List: "minItems", shape.Integer: "minimum"}[kind], r.N)
		case "max":
			p.set(map[shape.Kind]string{shape.Text: "maxLength", shape.List: "maxItems", shape.Integer: "maximum"}[kind], r.N)
		case "required":
			if kind == shape.Text {
				p.set("minLength", 1)
			}
		case "oneof":
			p.set("enum", r.Values)
		case "key":
			p.set("pattern", `^[A-Za-z0-9._:-]{1,`+strconv.Itoa(sentence.KeyMax)+`}$`)
		case "lineid":
			p.set("pattern", `^[a-z0-9-]{1,`+strconv.Itoa(sentence.LineIDMax)+`}$`)
		case "region":
			p.set("pattern", `^[A-Z]{2}$`)
		case "notblank":
			p.set("pattern", `\S`)
		case "chatform", "labels", "ids", "growing", "intime", "emoji", "degrees", "weburl", "callform":
			own = append(own, r.Name)
		case "alone", "orelse":
			own = append(own, r.Name+" "+strings.Join(r.Values, " "))
		}
	}
	if own != nil {
		p.set("x-rules", own)
	}
}

func defaultOf(f *shape.Field) any {
	if f.Kind == shape.Integer {
		if n, err := strconv.Atoi(f.Default); err == nil {
			return n
		}
	}
	return f.Default
}

// openRPC writes the document that rpc.discover answers.
func openRPC(m *model) ([]byte, error) {
	const at = "#/components/schemas/"
	defs, err := definitions(m, at)
	if err != nil {
		return nil, err
	}
	var methods []object
	for _, op := range m.operations {
		methods = append(methods, rpcMethod(m, op, at))
	}
	var pushes []object
	for _, p := range m.pushes {
		pushes = append(pushes, object{{"name", p.name}, {"summary", p.title.En}, {"x-labels", p.title}, {"schema", object{{"$ref", at + p.body.Name}}}})
	}
	return pretty(object{
		{"openrpc", "1.3.2"},
		{"info", object{
			{"title", "Nodeline"},
			{"version", "1"},
			{"description", "WhatsApp for flow builders. Unofficial: not made by Meta, and a number that uses it may be banned."},
		}},
		{"methods", methods},
		{"x-notifications", pushes},
		{"components", object{{"schemas", defs}, {"errors", rpcErrors()}}},
	})
}

func rpcMethod(m *model, op operation, at string) object {
	params := []object{}
	for _, f := range op.request.Fields {
		p := object{{"name", f.Name}, {"summary", f.Label.En}}
		if doc := m.docs[op.request.Name+"."+f.GoName]; doc != "" {
			p.set("description", doc)
		}
		if f.Required() {
			p.set("required", true)
		}
		p.set("schema", object{{"$ref", at + op.request.Name + "/properties/" + f.Name}})
		params = append(params, p)
	}
	// What may befall any call, then what may befall this one.
	codes := slices.Concat(schema.AnyCall, op.Errors)
	var refs []object
	for _, c := range codes {
		refs = append(refs, object{{"$ref", "#/components/errors/" + string(c)}})
	}
	return object{
		{"name", op.Method}, {"summary", op.Title.En}, {"description", op.Help.En},
		{"x-labels", object{{"title", op.Title}, {"help", op.Help}}},
		{"x-scope", op.Scope}, {"x-websocket", op.Socket},
		{"paramStructure", "by-name"}, {"params", params},
		{"result", object{{"name", op.result.Name}, {"schema", object{{"$ref", at + op.result.Name}}}}},
		{"errors", refs},
	}
}

func rpcErrors() object {
	var all object
	for _, c := range schema.Codes {
		all.set(string(c.Code), object{
			{"code", c.RPC}, {"message", c.Message.En},
			{"data", object{{"code", c.Code}, {"hint", c.Hint.En}, {"retry", c.Retry}}},
			{"x-labels", object{{"message", c.Message}, {"hint", c.Hint}}},
			{"x-http", c.HTTP},
		})
	}
	return all
}
