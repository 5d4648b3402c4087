package main

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/nodeline/nodeline/plugin/sentence"
)

// issue is one refusal or warning; see schema.Issue.
type issue struct {
	path, label, rule, message string
	limit, actual              int64
}

// checker judges one request. First comes its form (unknown, doubled and
// mistyped fields, in the order they are written); only a request in form is
// judged by the rules, in the order of the schema, one rule per field.
type checker struct {
	lang     string
	issues   []issue
	warnings []issue
}

func (c *checker) refuse(path string, f sentence.Fact) {
	if len(c.issues) < sentence.IssuesMax {
		c.issues = append(c.issues, c.issue(path, f))
	}
}

func (c *checker) warn(path string, f sentence.Fact) {
	if len(c.warnings) < sentence.IssuesMax {
		c.warnings = append(c.warnings, c.issue(path, f))
	}
}

func (c *checker) issue(path string, f sentence.Fact) issue {
	return issue{path: path, label: f.Label, rule: f.Rule, limit: f.Limit, actual: f.Actual, message: sentence.Say(c.lang, f)}
}

// run judges the whole input.
func run(in []byte) *checker {
	c := &checker{lang: langOf(in)}
	if !utf8.Valid(in) {
		c.refuse("", sentence.Fact{Rule: sentence.UTF8})
		return c
	}
	if d := depth(in) - 1; d > maxDepth {
		c.refuse("", sentence.Fact{Rule: sentence.Depth, Limit: maxDepth, Actual: int64(d)})
		return c
	}
	r := &reader{in: in}
	env, ok := r.read()
	name, params, shaped := envelope(env)
	switch {
	case !ok || !shaped:
		c.refuse("", sentence.Fact{Rule: sentence.JSON})
		return c
	case r.lone:
		c.refuse("", sentence.Fact{Rule: sentence.UTF8})
		return c
	}
	for i := range methods {
		if methods[i].name == name {
			c.request(params, objects[methods[i].object])
			return c
		}
	}
	c.refuse("", sentence.Fact{Rule: sentence.UnknownMethod})
	return c
}

// langOf finds the language before the input is parsed, so that even broken
// input is refused in it.
func langOf(in []byte) string {
	head, _, _ := bytes.Cut(in[:min(len(in), envelopeBytes)], []byte(`"params":`))
	if bytes.Contains(head, []byte(`"lang":"ru"`)) {
		return "ru"
	}
	return "en"
}

// envelope takes {"method","lang","params"} apart. Anything else in it comes
// from params that do not end where they should.
func envelope(env value) (name string, params value, ok bool) {
	if env.kind != valObject {
		return "", value{}, false
	}
	params = value{kind: valNull}
	seen := map[string]bool{}
	for i, member := range env.names {
		v := env.items[i]
		if seen[member] {
			return "", value{}, false
		}
		seen[member] = true
		switch {
		case member == "params":
			params = v
		case member == "method" && v.kind == valText:
			name = v.text
		case member == "lang" && v.kind == valText: // langOf has read it
		default:
			return "", value{}, false
		}
	}
	return name, params, true
}

func (c *checker) request(v value, fields []field) {
	switch v.kind {
	case valObject, valNull:
		c.shapeObject(v, fields, false, "", 0)
	default:
		c.refuse("", typeFact("", "object", v))
	}
	if len(c.issues) == 0 {
		c.ruleObject(v, fields, "", 0)
	}
}

// shapeObject judges the form of an object; place is that of the list item it is,
// from 1. open lets members through that are none of the fields.
func (c *checker) shapeObject(v value, fields []field, open bool, path string, place int) {
	seen := map[string]bool{}
	for i, name := range v.names {
		short := sentence.Short(name)
		at := join(path, short)
		f := fieldOf(fields, name)
		switch {
		case seen[name]:
			c.refuse(at, sentence.Fact{Rule: sentence.Duplicate, Label: short})
		case f == nil && open:
		case f == nil:
			c.refuse(at, sentence.Fact{Rule: sentence.UnknownField, Label: short})
		default:
			c.shapeField(v.items[i], f, at, sentence.Place(f.label(c.lang), place))
		}
		seen[name] = true
	}
}

func (c *checker) shapeField(v value, f *field, path, label string) {
	if !c.shapeValue(v, f.kind, path, label) {
		return
	}
	switch f.kind {
	case kindObject:
		c.shapeObject(v, objects[f.object], f.open, path, 0)
	case kindList:
		for i, item := range v.items {
			at := index(path, i)
			if c.shapeValue(item, f.item, at, label+" "+strconv.Itoa(i+1)) && f.item == kindObject {
				c.shapeObject(item, objects[f.object], f.open, at, i+1)
			}
		}
	}
}

// shapeValue judges one value's type. null stands for an absent value.
func (c *checker) shapeValue(v value, want kind, path, label string) bool {
	if v.kind == valNull || string(v.kind) == string(want) {
		return true
	}
	if want == kindInteger && v.kind == valNumber {
		if _, err := strconv.ParseInt(v.text, 10, 64); err == nil {
			return true
		}
	}
	c.refuse(path, typeFact(label, string(want), v))
	return false
}

func typeFact(label, want string, got value) sentence.Fact {
	return sentence.Fact{Rule: sentence.Type, Label: label, Want: want, Got: string(got.kind)}
}

// ruleObject judges an object in form by its fields' rules.
func (c *checker) ruleObject(v value, fields []field, path string, place int) {
	for i := range fields {
		f := &fields[i]
		s := subject{c: c, f: f, v: member(v, f.name), in: v, beside: fields, path: join(path, f.name), label: sentence.Place(f.label(c.lang), place)}
		c.ruleField(&s)
	}
}

// member returns an object's field, null when it is absent.
func member(v value, name string) value {
	for i := range v.names {
		if v.names[i] == name {
			return v.items[i]
		}
	}
	return value{kind: valNull}
}

// ruleField judges a field of an object.
func (c *checker) ruleField(s *subject) {
	f := s.f
	if f.trim {
		s.v.text = strings.TrimSpace(s.v.text)
	}
	if f.kind == kindList {
		s.keep()
	}
	if !s.judge(f.rules) {
		return
	}
	switch {
	case f.kind == kindObject && s.v.kind == valObject:
		c.ruleObject(s.v, objects[f.object], s.path, 0)
	case f.kind == kindList && f.item == kindObject:
		for i, item := range s.items {
			c.ruleObject(item, objects[f.object], index(s.path, s.places[i]), s.places[i]+1)
		}
	case f.kind == kindList:
		for i, item := range s.items {
			one := subject{c: c, f: f, v: item, path: index(s.path, s.places[i]), label: s.label + " " + strconv.Itoa(s.places[i]+1), isItem: true}
			one.judge(f.itemRules)
		}
	}
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func index(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }
