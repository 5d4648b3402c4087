package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/nodeline/nodeline/schema/shape"
	"github.com/nodeline/nodeline/ui-manifests/catalog"
)

// What n8n's parameters are called that are made of several fields.
const (
	n8nOptions = "options" // the collection of all that is shown on demand
	n8nValues  = "values"  // the part of a fixedCollection
)

// base are the members that most properties begin with.
func (f boundField) base(kind string, start any) object {
	p := object{{"displayName", nameOf(f.labelText())}, {"name", f.Name()}, {"type", kind}, {"default", start}}
	if f.required {
		p.set("required", true)
	}
	if f.Example != "" && (kind == "string" || kind == "number") {
		p.set("placeholder", "e.g. "+f.Example)
	}
	if f.Help.En != "" {
		p.set("description", describe(f.Help.En))
	}
	if f.in != nil && f.Control != catalog.Duration && (f.in.Kind != shape.List || f.Control == catalog.Group || f.Control == catalog.Files) {
		if hint := hintOf(f.in); hint != "" {
			p.set("hint", hint)
		}
	}
	return p
}

// n8nProperties makes the parameters of one field: one, or an amount and its unit.
func n8nProperties(f boundField) ([]object, error) {
	one := func(o object) ([]object, error) { return []object{o}, nil }
	switch f.Control {
	case catalog.LinePicker, catalog.Chat, catalog.Template:
		return one(n8nLocator(f))
	case catalog.Line1, catalog.Phone, catalog.TextArea, catalog.Texts:
		p := f.base("string", f.Start)
		if f.Control == catalog.TextArea || f.ByLine {
			p.set("typeOptions", object{{"rows", 4}})
		}
		return one(p)
	case catalog.Message:
		return one(f.base("string", "={{ $json }}"))
	case catalog.Number:
		p, err := n8nNumber(f)
		return []object{p}, err
	case catalog.YesNo:
		return one(f.base("boolean", f.Start == "true"))
	case catalog.Select:
		return one(n8nSelect(f))
	case catalog.Duration:
		return n8nDuration(f)
	case catalog.Group, catalog.Files:
		p, err := n8nGroup(f)
		return []object{p}, err
	}
	return nil, fmt.Errorf("n8n has no parameter for the control %q", f.Control)
}

// n8nLocator is a field that is picked from a list that searches, or typed. n8n has
// one list to a field, in the mode named list.
func n8nLocator(f boundField) object {
	list := func(method string) object {
		return object{{"displayName", "From List"}, {"name", "list"}, {"type", "list"},
			{"typeOptions", object{{"searchListMethod", method}, {"searchable", true}}}}
	}
	byID := func(regex, sentence string) object {
		return object{{"displayName", "By ID"}, {"name", "id"}, {"type", "string"}, {"placeholder", "e.g. " + f.Example},
			{"validation", []any{object{{"type", "regex"}, {"properties", object{{"regex", regex}, {"errorMessage", sentence}}}}}}}
	}
	modes := map[catalog.Control][]any{
		catalog.LinePicker: {list("searchLines"), byID("^[a-z0-9-]{1,40}$", "A line is named by 1 to 40 small letters, digits and hyphens")},
		catalog.Chat: {object{{"displayName", "By Phone"}, {"name", "phone"}, {"type", "string"}, {"placeholder", "e.g. " + f.Example}},
			list("searchChats")},
		catalog.Template: {list("searchTemplates"), byID("^[a-z0-9_]+/[A-Za-z_]+$", "A template is named by its name, a slash and its language, as visit_reminder/en")},
	}[f.Control]
	mode := "list"
	if f.Control == catalog.Chat {
		mode = "phone"
	}
	p := f.base("resourceLocator", object{{"mode", mode}, {"value", ""}})
	p.set("modes", modes)
	return p
}

func n8nNumber(f boundField) (object, error) {
	var start int
	for _, text := range []string{f.Start, f.in.Default} {
		if text != "" {
			var err error
			if start, err = strconv.Atoi(text); err != nil {
				return nil, fmt.Errorf("read the default of %s: %w", f.Path, err)
			}
			break
		}
	}
	low, hasLow := f.in.Rule("min")
	if start == 0 && hasLow {
		start = int(low.N)
	}
	p := f.base("number", start)
	if hasLow {
		p.set("typeOptions", object{{"minValue", low.N}})
	}
	return p, nil
}

// n8nSelect is one of several values, or some of them.
func n8nSelect(f boundField) object {
	many := f.in != nil && f.in.Kind == shape.List
	p := f.base("options", n8nFirst(f))
	if many {
		var chosen []any
		if f.Start != "" {
			chosen = []any{f.Start}
		}
		p = f.base("multiOptions", chosen)
	}
	p.set("options", n8nChoices(f.Options))
	return p
}

// n8nFirst is the value that a select begins with.
func n8nFirst(f boundField) string {
	switch {
	case f.Start != "":
		return f.Start
	case f.in != nil && f.in.Default != "":
		return f.in.Default
	}
	return f.Options[0].Value
}

// n8nSorted is from how many items on n8n's lint wants a list sorted by name.
const n8nSorted = 5

func n8nChoices(options []catalog.Option) []any {
	var items []any
	for _, o := range options {
		item := object{{"name", titleCase(o.Label.En)}, {"value", o.Value}}
		if o.Help.En != "" {
			item.set("description", describe(o.Help.En))
		}
		items = append(items, item)
	}
	return sortByName(items, "name")
}

// sortByName sorts long lists by what the person reads.
func sortByName(items []any, name string) []any {
	if len(items) >= n8nSorted {
		slices.SortStableFunc(items, func(a, b any) int {
			return strings.Compare(strings.ToLower(member0(a, name)), strings.ToLower(member0(b, name)))
		})
	}
	return items
}

// member0 is a text member of an object.
func member0(o any, name string) string {
	for _, m := range o.(object) {
		if m.name == name {
			return fmt.Sprint(m.value)
		}
	}
	return ""
}

// n8nDuration is an amount and its unit: beside each other, or one entry of the options.
func n8nDuration(f boundField) ([]object, error) {
	count, unit, err := f.duration()
	if err != nil {
		return nil, err
	}
	var choices []any
	for _, u := range slices.Backward(units) {
		choices = append(choices, object{{"name", titleCase(u.name)}, {"value", u.name}})
	}
	amount := f.base("number", count)
	amount.set("typeOptions", object{{"minValue", 0}})
	counted := object{{"displayName", nameOf(f.labelText()) + " (Unit)"}, {"name", f.Name() + "Unit"}, {"type", "options"}, {"default", unit}, {"options", choices}}
	if !f.More {
		return []object{amount, counted}, nil
	}
	p := f.base("fixedCollection", object{})
	p.set("placeholder", "Add "+strings.ToLower(nameOf(f.labelText())))
	p.set("options", []any{object{{"displayName", nameOf(f.labelText())}, {"name", n8nValues}, {"values", []any{
		object{{"displayName", "Amount"}, {"name", "amount"}, {"type", "number"}, {"default", count}, {"typeOptions", object{{"minValue", 0}}}},
		object{{"displayName", "Unit"}, {"name", "unit"}, {"type", "options"}, {"default", unit}, {"options", choices}},
	}}}})
	return []object{p}, nil
}

// n8nGroup is a fixedCollection: several fields, once or as a list.
func n8nGroup(f boundField) (object, error) {
	var values []any
	if f.Control == catalog.Files {
		values = append(values, fileSource)
	}
	for _, inner := range f.Fields {
		bound, err := f.inner(inner)
		if err != nil {
			return nil, err
		}
		made, err := n8nProperties(bound)
		if err != nil {
			return nil, err
		}
		for _, p := range made {
			if f.Control == catalog.Files && inner.Path != "title" {
				p.set("displayOptions", object{{"show", object{{"from", []string{inner.Path}}}}})
			}
			values = append(values, p)
		}
	}
	if f.Control == catalog.Files {
		values = append(values, fileBinary, fileList)
	}
	name := nameOf(f.labelText())
	single := strings.TrimSuffix(name, "s")
	p := f.base("fixedCollection", object{})
	p.set("placeholder", "Add "+strings.ToLower(single))
	if f.in.Kind == shape.List {
		p.set("typeOptions", object{{"multipleValues", true}, {"sortable", true}})
	} else {
		single = name
	}
	p.set("options", []any{object{{"displayName", single}, {"name", n8nValues}, {"values", sortByName(values, "displayName")}}})
	return p, nil
}

// Where a file comes from, the binary data of the item, and files that an expression
// gives: n8n's own.
var (
	fileSource = object{{"displayName", "Attach"}, {"name", "from"}, {"type", "options"}, {"default", "url"}, {"options", []any{
		object{{"name", "File by Link"}, {"value", "url"}},
		object{{"name", "File of the Input Item"}, {"value", "binary"}},
		object{{"name", "File Uploaded Before"}, {"value", "mediaId"}},
		object{{"name", "Files of an Expression"}, {"value", "list"}},
	}}}
	fileList = object{{"displayName", "List of Files"}, {"name", "list"}, {"type", "string"}, {"default", "={{ $json.files }}"},
		{"hint", "An array of objects with url, and title where the name matters"},
		{"displayOptions", object{{"show", object{{"from", []string{"list"}}}}}}}
	fileBinary = object{{"displayName", "Input Binary Field"}, {"name", "binaryProperty"}, {"type", "string"}, {"default", "data"},
		{"placeholder", "e.g. data"}, {"hint", "The name of the input field containing the file"},
		{"displayOptions", object{{"show", object{{"from", []string{"binary"}}}}}}}
)
