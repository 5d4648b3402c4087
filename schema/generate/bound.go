package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/nodeline/nodeline/schema/shape"
	"github.com/nodeline/nodeline/ui-manifests/catalog"
)

// boundField is a field of an entry with what schema says of it.
type boundField struct {
	catalog.Field
	in       *shape.Field // nil: the field is the host's own, or the whole request
	required bool
}

// bind finds each field that is shown in the request.
func bind(request *shape.Struct, fields []catalog.Field) ([]boundField, error) {
	var all []boundField
	for _, f := range fields {
		field := boundField{Field: f}
		switch {
		case f.Own:
			field.required = f.Needed
		case f.Control == catalog.Template && f.Path == "":
			field.required = true
		default:
			in, err := request.Find(f.Path)
			if err != nil {
				return nil, err
			}
			field.in = in
			// The host knows its line.
			field.required = f.Control != catalog.LinePicker && !f.More && (f.Needed || neededHere(in, fields))
		}
		all = append(all, field)
	}
	return all, nil
}

// inner is a field of each item of this one.
func (f boundField) inner(g catalog.Field) (boundField, error) {
	if g.Own || f.in == nil {
		return boundField{Field: g}, nil
	}
	in, err := f.in.Object.Find(g.Path)
	if err != nil {
		return boundField{}, err
	}
	return boundField{Field: g, in: in, required: in.Required()}, nil
}

// labelText is the field's label in English.
func (f boundField) labelText() string {
	switch {
	case f.Label != nil:
		return f.Label.En
	case f.in != nil:
		return f.in.Label.En
	}
	return ""
}

// many reports whether the field takes a list of what its control fills in.
func (f boundField) many() bool {
	return f.in != nil && f.in.Kind == shape.List && f.Control != catalog.Texts
}

// split says what separates several texts beside a new line; empty: it is one value.
func (f boundField) split() string {
	switch {
	case f.Control != catalog.Texts:
		return ""
	case f.ByLine:
		return "lines"
	}
	return "commas"
}

// absent is the value that says the same as leaving the field out, nil where there is none.
func (f boundField) absent() any {
	switch {
	case f.in == nil:
		return nil
	case f.in.Default == "" || f.in.Kind == shape.List || strings.Contains(f.in.Default, "{n}"):
		if f.in.Kind == shape.Bool {
			return false
		}
		return nil
	case f.in.Kind == shape.Integer:
		if n, err := strconv.Atoi(f.in.Default); err == nil {
			return n
		}
	}
	return f.in.Default
}

// units that durations are shown in, the longest first.
var units = []struct {
	name    string
	seconds int
}{{"days", 24 * 60 * 60}, {"hours", 60 * 60}, {"minutes", 60}, {"seconds", 1}}

// duration is what a duration begins with, counted in the unit that suits.
func (f boundField) duration() (int, string, error) {
	text := f.Start
	if text == "" && f.in != nil {
		text = f.in.Default
	}
	start, err := strconv.Atoi(text)
	if err != nil {
		return 0, "", fmt.Errorf("read the default of %s: %w", f.Path, err)
	}
	for _, u := range units {
		if start%u.seconds == 0 {
			return start / u.seconds, u.name, nil
		}
	}
	return start, "seconds", nil
}

// neededHere reports whether a form of these fields cannot do without a field: the request requires
// it, or one of several of which it shows no other.
func neededHere(f *shape.Field, fields []catalog.Field) bool {
	if f.Required() {
		return true
	}
	rule, ok := f.Rule("orelse")
	return ok && !slices.ContainsFunc(fields, func(other catalog.Field) bool {
		return slices.Contains(rule.Values, strings.SplitN(other.Path, ".", 2)[0])
	})
}
