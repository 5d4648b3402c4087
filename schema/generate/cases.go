package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/nodeline/nodeline/plugin/sentence"
	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/schema/shape"
	"github.com/nodeline/nodeline/schema/vectors"
)

// vector is one case of the file that is made, in the form of schema/vectors.
type vector struct {
	Name     string         `json:"name"`
	Layer    vectors.Layer  `json:"layer"`
	Method   string         `json:"method"`
	Params   any            `json:"params,omitempty"`
	Raw      string         `json:"raw,omitempty"`
	Base64   string         `json:"rawBase64,omitempty"`
	OK       bool           `json:"ok"`
	Issues   []vectors.Want `json:"issues,omitempty"`
	Warnings []vectors.Want `json:"warnings,omitempty"`
}

// boundaries writes a case for each edge of each rule: a field missing, of another
// type, empty, blank, at its limit and over it, in characters of two UTF-16 units,
// beside a field that nobody knows. The requests that are bent are the accepted
// ones of the cases picked by hand; what must become of them is read from the tags,
// and from no validator.
func boundaries(m *model) ([]byte, error) {
	picked, err := vectors.Picked(vectors.Guest)
	if err != nil {
		return nil, err
	}
	bases, err := accepted(picked)
	if err != nil {
		return nil, err
	}
	w := &bender{bases: bases, seen: map[*shape.Struct]bool{}, met: map[string]bool{}}
	for _, op := range m.operations {
		if len(bases[op.Method]) == 0 {
			return nil, fmt.Errorf("%s has no accepted case in schema/vectors: write one", op.Method)
		}
		w.method = op.Method
		w.form(op.request)
		w.object(op.request, nil, nil)
	}
	var out bytes.Buffer
	out.WriteString("[\n")
	for i, v := range w.made {
		line, err := encode(v)
		if err != nil {
			return nil, fmt.Errorf("write %q: %w", v.Name, err)
		}
		out.WriteString("  ")
		out.Write(line)
		if i < len(w.made)-1 {
			out.WriteByte(',')
		}
		out.WriteByte('\n')
	}
	out.WriteString("]\n")
	return out.Bytes(), nil
}

// accepted gives the requests of the accepted cases by method, the shortest first:
// it has the least beside the field that is bent.
func accepted(cases []vectors.Case) (map[string][]any, error) {
	found := map[string][]any{}
	slices.SortStableFunc(cases, func(a, b vectors.Case) int { return len(a.Params) - len(b.Params) })
	for _, c := range cases {
		if !c.OK || len(c.Warnings) > 0 || c.Params == nil || string(c.Params) == "null" {
			continue
		}
		var v any
		d := json.NewDecoder(bytes.NewReader(c.Params))
		d.UseNumber()
		if err := d.Decode(&v); err != nil {
			return nil, fmt.Errorf("read params of %q: %w", c.Name, err)
		}
		found[c.Method] = append(found[c.Method], v)
	}
	return found, nil
}

// bender makes the cases.
type bender struct {
	bases  map[string][]any // by method
	seen   map[*shape.Struct]bool
	met    map[string]bool // fields of the same name and rules
	method string
	made   []vector
}

func (w *bender) add(what string, params any, issues, warnings []vectors.Want) {
	w.made = append(w.made, vector{Name: "made: " + w.method + ": " + what, Layer: vectors.Guest, Method: w.method,
		Params: params, OK: len(issues) == 0, Issues: issues, Warnings: warnings})
}

func (w *bender) addRaw(what string, v vector, issues ...vectors.Want) {
	v.Name, v.Layer, v.Method, v.Issues = "made: "+w.method+": "+what, vectors.Guest, w.method, issues
	w.made = append(w.made, v)
}

// form bends the request as a whole.
func (w *bender) form(s *shape.Struct) {
	base := w.bases[w.method][0]
	var missing []vectors.Want
	for _, f := range s.Fields {
		_, orElse := f.Rule("orelse")
		if f.Required() || orElse {
			missing = append(missing, vectors.Want{Field: f.Name, Rule: sentence.Required})
		}
	}
	missing = missing[:min(len(missing), sentence.IssuesMax)]
	w.add("an empty request", object{}, missing, nil)
	w.addRaw("null for the request", vector{Raw: "null", OK: len(missing) == 0}, missing...)
	for _, other := range []struct{ what, raw string }{
		{"a text", `"line"`}, {"a number", "7"}, {"a list", "[]"}, {"a truth value", "true"},
	} {
		w.addRaw(other.what+" for the request", vector{Raw: other.raw}, vectors.Want{Rule: sentence.Type})
	}
	w.addRaw("a request cut short", vector{Raw: `{"line":`}, vectors.Want{Rule: sentence.JSON})
	w.addRaw("half a code point", vector{Raw: `{"line":"\ud83d"}`}, vectors.Want{Rule: sentence.UTF8})
	w.addRaw("bytes that are no text", vector{Base64: "eyJsaW5lIjoi/yJ9"}, vectors.Want{Rule: sentence.UTF8})
	w.addRaw("a doubled field that nobody knows", vector{Raw: `{"extra":1,"extra":1}`},
		vectors.Want{Field: "extra", Rule: sentence.UnknownField}, vectors.Want{Field: "extra", Rule: sentence.Duplicate})
	w.add("a field too deep", with(nil, []any{"extra"}, object{{"$nest", schema.DepthMax}}),
		[]vectors.Want{{Rule: sentence.Depth, Limit: schema.DepthMax, Actual: schema.DepthMax + 1}}, nil)
	w.add("an unknown field", with(base, []any{"extra"}, "x"), []vectors.Want{{Field: "extra", Rule: sentence.UnknownField}}, nil)
	// The form is judged before the rules: what else is missing is not told.
	for _, name := range []string{"extra", "Line", "", "🙂", strings.Repeat("x", sentence.NameShown)} {
		w.add(fmt.Sprintf("an unknown field called %q", name), with(nil, []any{name}, "x"),
			[]vectors.Want{{Field: name, Rule: sentence.UnknownField}}, nil)
	}
	w.add("an unknown field that is null", with(nil, []any{"extra"}, nil),
		[]vectors.Want{{Field: "extra", Rule: sentence.UnknownField}}, nil)
}

// object bends each field of the object at a path. An inner object that several
// operations share is bent in the first that has it.
func (w *bender) object(s *shape.Struct, path []any, in *shape.Field) {
	for _, f := range s.Fields {
		if f.Opaque > 0 {
			continue // lifted out before the validators see the request
		}
		at := append(slices.Clone(path), f.Name)
		base, held := w.baseOf(at)
		if base == nil || !held && tied(s, f) {
			continue
		}
		b := bend{w: w, f: f, base: base, at: at, tied: tied(s, f), timed: timed(s, f, in),
			dropped: in != nil && in.DropBlank && f.Name == "text"}
		same := fmt.Sprint(f.Name, f.Kind, f.Trim, f.Rules)
		b.again, w.met[same] = w.met[same], true
		b.all()
		if f.Object == nil || !held || w.seen[f.Object] {
			continue
		}
		if f.Kind == shape.List {
			if at = append(at, 0); get(base, at) == nil {
				continue
			}
		}
		w.seen[f.Object] = true
		w.unknownWithin(base, at, f.Object.Open)
		w.object(f.Object, at, f)
	}
}

// unknownWithin puts a field that nobody knows into an inner object.
func (w *bender) unknownWithin(base any, at []any, open bool) {
	within := append(slices.Clone(at), "extra")
	var issues []vectors.Want
	if !open {
		issues = []vectors.Want{{Field: written(within), Rule: sentence.UnknownField}}
	}
	w.add(written(within)+": unknown", with(base, within, 1), issues, nil)
}

// baseOf finds an accepted request with the field, else one that has room for it.
func (w *bender) baseOf(at []any) (base any, held bool) {
	for _, b := range w.bases[w.method] {
		if get(b, at) != nil {
			return b, true
		}
	}
	for _, b := range w.bases[w.method] {
		if len(at) == 1 || get(b, at[:len(at)-1]) != nil {
			return b, false
		}
	}
	return nil, false
}

// tied reports whether a field's presence is weighed against the fields beside it.
func tied(s *shape.Struct, f *shape.Field) bool {
	for _, other := range s.Fields {
		for _, r := range other.Rules {
			if (r.Name == "alone" || r.Name == "orelse") && (other == f || slices.Contains(r.Values, f.Name)) {
				return true
			}
		}
	}
	return false
}

// timed reports whether a number is weighed against times elsewhere in the request.
func timed(s *shape.Struct, f, in *shape.Field) bool {
	if in != nil {
		if _, growing := in.Rule("growing"); growing {
			return f.Kind == shape.Integer
		}
	}
	return f.Name == "deadlineSeconds" && slices.ContainsFunc(s.Fields, func(f *shape.Field) bool {
		_, found := f.Rule("intime")
		return found
	})
}

// get reads what is at a path of names and places; nil when nothing is.
func get(v any, path []any) any {
	for _, step := range path {
		switch step := step.(type) {
		case string:
			in, _ := v.(map[string]any)
			v = in[step]
		case int:
			in, _ := v.([]any)
			if step >= len(in) {
				return nil
			}
			v = in[step]
		}
	}
	return v
}

// gone stands for a member that is taken out.
type gone struct{}

// with is v with another value at the path; v stays as it is.
func with(v any, path []any, value any) any {
	if len(path) == 0 {
		return value
	}
	if place, ok := path[0].(int); ok {
		list := slices.Clone(v.([]any))
		list[place] = with(list[place], path[1:], value)
		return list
	}
	name := path[0].(string)
	members := map[string]any{}
	in, _ := v.(map[string]any)
	for other, inner := range in {
		members[other] = inner
	}
	members[name] = with(in[name], path[1:], value)
	if members[name] == (gone{}) {
		delete(members, name)
	}
	return members
}

// written is a path as issues name it: buttons[0].text.
func written(path []any) string {
	var b strings.Builder
	for i, step := range path {
		if place, ok := step.(int); ok {
			fmt.Fprintf(&b, "[%d]", place)
			continue
		}
		if i > 0 {
			b.WriteByte('.')
		}
		b.WriteString(step.(string))
	}
	return b.String()
}
