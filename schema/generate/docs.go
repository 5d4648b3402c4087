package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/schema/examples"
	"github.com/nodeline/nodeline/schema/shape"
)

// operationDocs writes docs/operations.md.
func operationDocs(m *model) ([]byte, error) {
	shown, err := exampleTexts()
	if err != nil {
		return nil, err
	}
	d := &document{model: m}
	d.line("# Operations\n\n<!-- %s -->\n", madeBy)
	d.line("Every method of the JSON-RPC: what it takes, what it gives, and what it refuses with. [Sending](sending.md) tells how a")
	d.line("message goes, [events](events.md) what comes in, [webhooks](webhooks.md) how it is delivered.\n")
	d.line("Lengths count Unicode code points. What a field's limits do not allow is refused as `invalid_request`, which names each")
	d.line("field with a sentence in the caller's language; so is a field that is not listed. Each example is sent to a sidecar by a test.\n")
	d.line("A limit has the name of who sets it. **Meta Cloud API**: of business lines at Meta; phones are made for messages of that")
	d.line("size. **WhatsApp's apps**: what a person can enter there. WhatsApp holds a linked device, which every line here is, to neither:")
	d.line("Nodeline does, so that a message shows whole. Limits without a name are Nodeline's own.\n")
	d.line("Any call may fail with:\n")
	d.errors(schema.AnyCall)
	for _, op := range m.operations {
		d.line("- [%s](#%s): %s", op.Method, anchor(op.Method), op.Help.En)
	}
	for _, op := range m.operations {
		d.operation(op, shown[op.Method])
	}
	d.line("\n## Objects\n\nWhat fields and results are made of.")
	for _, s := range m.structs {
		if !d.isWhole(s) {
			d.object(s)
		}
	}
	d.line("\n## Errors in results\n\nA message that was accepted can still fail, an ask end in an error, a request not be one at all. Beside the errors above:\n")
	d.errors(m.otherErrors())
	return d.out.Bytes(), nil
}

// otherErrors are those that no operation lists: they stand in results and events,
// or come before an operation is known.
func (m *model) otherErrors() (codes []schema.Code) {
	for _, info := range schema.Codes {
		listed := slices.Contains(schema.AnyCall, info.Code) || slices.ContainsFunc(m.operations, func(op operation) bool {
			return slices.Contains(op.Errors, info.Code)
		})
		if !listed {
			codes = append(codes, info.Code)
		}
	}
	return codes
}

// document is the text as far as it is written.
type document struct {
	*model
	out bytes.Buffer
}

func (d *document) line(format string, args ...any) {
	fmt.Fprintf(&d.out, format+"\n", args...)
}

// isWhole reports whether a struct is a whole request, which stands with its operation.
func (d *document) isWhole(s *shape.Struct) bool {
	return slices.ContainsFunc(d.operations, func(op operation) bool { return op.request == s })
}

func (d *document) operation(op operation, example string) {
	d.line("\n## %s\n\n%s\n", op.Method, op.Help.En)
	if doc := d.docs[op.request.Name]; doc != "" {
		if rest, ok := strings.CutPrefix(doc, op.request.Name); ok {
			doc = "It" + rest // several operations may share the request
		}
		d.line("%s\n", d.linked(cell(doc)))
	}
	socket := ""
	if op.Socket {
		socket = " By websocket only."
	}
	d.line("Needs a token of the scope `%s`.%s\n", op.Scope, socket)
	if len(op.request.Fields) == 0 {
		d.line("It has no fields.\n")
	} else {
		d.fields(op.request, true)
	}
	d.line("The result is a [%s](#%s).\n", op.result.Name, anchor(op.result.Name))
	if len(op.Errors) > 0 {
		d.line("Errors:\n")
		d.errors(op.Errors)
	}
	d.out.WriteString(example)
}

func (d *document) object(s *shape.Struct) {
	d.line("\n### %s\n", s.Name)
	if doc := d.docs[s.Name]; doc != "" {
		d.line("%s\n", d.linked(cell(doc)))
	}
	d.fields(s, slices.Contains(d.requests(), s))
}

// fields writes the table of an object's fields; rules are told of what callers fill in.
func (d *document) fields(s *shape.Struct, request bool) {
	if request {
		d.line("| field | type | limits | default | meaning |\n|---|---|---|---|---|")
	} else {
		d.line("| field | type | meaning |\n|---|---|---|")
	}
	for _, f := range s.Fields {
		meaning := f.Label.En
		doc := d.docs[s.Name+"."+f.GoName]
		if as, ok := strings.CutPrefix(doc, f.GoName+" as in "); ok && meaning != "" {
			meaning += ", as in " + as
		} else if meaning != "" && strings.HasPrefix(doc, meaning+" ") {
			meaning = doc
		} else if doc != "" {
			meaning = strings.TrimPrefix(meaning+". "+doc, ". ")
		}
		if !request {
			d.line("| `%s` | %s | %s |", f.Name, typeName(f), d.linked(cell(meaning+d.values(f))))
			continue
		}
		d.line("| `%s` | %s | %s | %s | %s |", f.Name, typeName(f), cell(limitsOf(f)), cell(f.Default), d.linked(cell(meaning)))
	}
	d.line("")
}

// values lists what a field of a named type with listed values can hold.
func (d *document) values(f *shape.Field) string {
	t := f.Type
	if f.Kind == shape.List {
		t = t.Elem()
	}
	e, ok := d.source.enums[t.Name()]
	if !ok {
		return ""
	}
	var names []string
	for _, v := range e.values {
		names = append(names, "`"+v.value+"`")
	}
	return " (" + strings.Join(names, ", ") + ")"
}

var typeWord = regexp.MustCompile(`\b[A-Z]\w+\b`)

// linked makes the name of an object that a text names a link to where it stands. A
// request stands with its operation, and is called by that.
func (d *document) linked(text string) string {
	return typeWord.ReplaceAllStringFunc(text, func(name string) string {
		for _, op := range d.operations {
			if op.request.Name == name {
				return fmt.Sprintf("[%s](#%s)", op.Method, anchor(op.Method))
			}
		}
		for _, s := range d.structs {
			// Template, Line and the like are words, too.
			if s.Name == name && strings.IndexFunc(name[1:], unicode.IsUpper) >= 0 {
				return fmt.Sprintf("[%s](#%s)", name, anchor(name))
			}
		}
		return name
	})
}

// anchor is what a heading is called in a link.
func anchor(heading string) string {
	return strings.ReplaceAll(strings.ToLower(heading), ".", "")
}

func (d *document) errors(codes []schema.Code) {
	d.line("| code | meaning | what to do |\n|---|---|---|")
	for _, code := range codes {
		info := schema.InfoOf(code)
		d.line("| `%s` | %s | %s |", code, cell(info.Message.En), cell(info.Hint.En))
	}
	d.line("")
}

// typeName names a field's type, with a link to an object's own table.
func typeName(f *shape.Field) string {
	kind, list := f.Kind, ""
	if kind == shape.List {
		kind, list = f.Item, "list of "
	}
	switch kind {
	case shape.Object:
		return fmt.Sprintf("%s[%s](#%s)", list, f.Object.Name, anchor(f.Object.Name))
	case shape.Raw:
		return list + "any JSON"
	case shape.Time:
		return list + "time"
	}
	return list + string(kind)
}

// limitsOf tells a field's rules in words.
func limitsOf(f *shape.Field) string {
	words := rulesInWords(f.Kind, f.Rules, f.LimitOf)
	if len(f.ItemRules) > 0 {
		if inner := rulesInWords(f.Item, f.ItemRules, ""); len(inner) > 0 {
			words = append(words, "each: "+strings.Join(inner, ", "))
		}
	}
	if f.Opaque > 0 {
		words = append(words, fmt.Sprintf("at most %d bytes, carried unread", f.Opaque))
	}
	return strings.Join(words, ", ")
}

// ruleWords say what a rule without a number asks for.
var ruleWords = map[string]string{
	"required": "required", "notblank": "not only white space",
	"key":    "1-128 of `A-Za-z0-9._:-`",
	"lineid": "1-40 of `a-z0-9-`", "region": "two capital letters",
	"chatform": "a phone number or a JID", "labels": "texts that a typed answer can tell apart", "ids": "ids that differ",
	"growing": "each later than the one before", "intime": "each before the deadline",
	"weburl": "http or https with a host", "callform": "international form", "emoji": "one emoji",
}

// limitNames say whose a limit is, in documents.
var limitNames = map[shape.LimitOf]string{shape.Cloud: "Meta Cloud API", shape.Apps: "WhatsApp's apps"}

func rulesInWords(kind shape.Kind, rules []shape.Rule, by shape.LimitOf) (words []string) {
	of := map[shape.Kind]string{shape.Text: " character", shape.List: " item"}[kind]
	count := func(n int64) string {
		if of == "" || n == 1 {
			return fmt.Sprintf("%d%s", n, of)
		}
		return fmt.Sprintf("%d%ss", n, of)
	}
	for _, r := range rules {
		switch r.Name {
		case "omitempty":
		case "min":
			words = append(words, "at least "+count(r.N))
		case "max":
			most := "at most " + count(r.N)
			if name := limitNames[by]; name != "" {
				most += " (" + name + ")"
			}
			words = append(words, most)
		case "degrees":
			words = append(words, fmt.Sprintf("degrees from -%d to %d", r.N, r.N))
		case "oneof":
			words = append(words, "`"+strings.Join(r.Values, "`, `")+"`")
		case "alone":
			words = append(words, "not beside `"+strings.Join(r.Values, "`, `")+"`")
		case "orelse":
			words = append(words, "required without `"+strings.Join(r.Values, "`, `")+"`")
		default:
			words = append(words, ruleWords[r.Name])
		}
	}
	return words
}

// cell keeps a text within one cell of a table.
func cell(text string) string {
	return strings.NewReplacer("|", `\|`, "<", "&lt;", "\n", " ", "{{", "`{{", "}}", "}}`").Replace(text)
}

// exampleTexts writes each operation's example.
func exampleTexts() (map[string]string, error) {
	all, err := examples.Load()
	if err != nil {
		return nil, err
	}
	results, texts := examples.Results{}, map[string]string{}
	for _, e := range all {
		results[e.Method] = e.Result
		request, err := results.Resolve(e.Request)
		if err != nil {
			return nil, err
		}
		if texts[e.Method] != "" {
			continue // made for the sake of those after it
		}
		var b bytes.Buffer
		for _, part := range []struct {
			name string
			text json.RawMessage
		}{{"Example", request}, {"Its result", e.Result}} {
			fmt.Fprintf(&b, "%s:\n\n```json\n", part.name)
			if err := json.Indent(&b, part.text, "", "  "); err != nil {
				return nil, fmt.Errorf("write the example of %s: %w", e.Method, err)
			}
			b.WriteString("\n```\n\n")
		}
		texts[e.Method] = b.String()
	}
	return texts, nil
}
