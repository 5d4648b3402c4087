package main

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/nodeline/nodeline/ui-manifests/catalog"
)

// sharedField is a field that stands in several cases.
type sharedField struct {
	object
	text string // its literal
	name string // of the constant: "chat1"
	uses int
}

// fieldSet are the fields of all models, in the order of the palette.
type fieldSet []*sharedField

// sharedFields finds the fields that stand in more than one case: each is written
// once, and the models name it.
func sharedFields(m *model) (fieldSet, error) {
	if m.shared != nil {
		return m.shared, nil
	}
	var all fieldSet
	for _, n := range catalog.Palette {
		o, err := redModel(m, n)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", n.Type, err)
		}
		err = eachField(o, func(fields []any, at int) error {
			f, err := all.find(fields[at])
			if err == nil {
				f.uses++
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	all = slices.DeleteFunc(all, func(f *sharedField) bool { return f.uses == 1 })
	counts := map[string]int{}
	for _, f := range all {
		param := fmt.Sprint(f.object[1].value)
		counts[param]++
		f.name = fmt.Sprint(param, counts[param])
	}
	m.shared = all
	return all, nil
}

// eachField calls f for the place of every field of every case.
func eachField(model object, f func(fields []any, at int) error) error {
	for _, m := range model {
		if m.name != "cases" {
			continue
		}
		for _, c := range m.value.([]any) {
			for _, part := range c.(object) {
				fields, ok := part.value.([]any)
				if !ok || part.name != "fields" {
					continue
				}
				for at := range fields {
					if err := f(fields, at); err != nil {
						return err
					}
				}
			}
		}
	}
	return nil
}

// find returns the field of the same literal, added where it is not known.
func (s *fieldSet) find(field any) (*sharedField, error) {
	var b bytes.Buffer
	if err := tsLiteral(&b, field, ""); err != nil {
		return nil, err
	}
	at := slices.IndexFunc(*s, func(f *sharedField) bool { return f.text == b.String() })
	if at < 0 {
		*s, at = append(*s, &sharedField{object: field.(object), text: b.String()}), len(*s)
	}
	return (*s)[at], nil
}

// take puts names in place of the fields that are shared, and returns them in the
// order in which the model has them.
func (s fieldSet) take(model object) (names []string, err error) {
	err = eachField(model, func(fields []any, at int) error {
		known := slices.Clone(s)
		f, err := known.find(fields[at])
		if err != nil || f.name == "" {
			return err
		}
		fields[at] = tsRaw(f.name)
		if !slices.Contains(names, f.name) {
			names = append(names, f.name)
		}
		return nil
	})
	return names, err
}

// redShared writes the fields that models share.
func redShared(m *model) ([]byte, error) {
	shared, err := sharedFields(m)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "// %s\n\nimport type { Field } from '../shared/model.js';\n", madeBy)
	for _, f := range shared {
		fmt.Fprintf(&b, "\nexport const %s: Field = %s;\n", f.name, f.text)
	}
	return b.Bytes(), nil
}
