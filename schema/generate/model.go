package main

import (
	"fmt"
	"path/filepath"
	"reflect"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/schema/shape"
)

// operation is a method with its shapes.
type operation struct {
	schema.Operation
	request, result *shape.Struct
}

// push is a notification that the sidecar sends.
type push struct {
	name  string
	title schema.Text
	body  *shape.Struct
}

// model is all that the outputs are made from, in the order of the documents.
type model struct {
	source
	root       string // the repository's
	operations []operation
	pushes     []push
	structs    []*shape.Struct // every object type, each after those that use it
	enums      []*enum         // every named text type with listed values that is used
	names      []string        // named text types without listed values: LineID, Key
	shared     fieldSet        // of Node-RED's nodes, once they were looked for
}

func load(root string) (*model, error) {
	src, err := parseSource(filepath.Join(root, "schema"))
	if err != nil {
		return nil, err
	}
	m := &model{source: src, root: root}
	seen := map[reflect.Type]bool{}
	for _, op := range schema.Operations {
		o := operation{Operation: op}
		if o.request, err = shape.Of(op.Request); err != nil {
			return nil, err
		}
		if o.result, err = shape.Of(op.Result); err != nil {
			return nil, err
		}
		m.operations = append(m.operations, o)
		m.collect(o.request, seen)
		m.collect(o.result, seen)
	}
	for _, p := range []struct {
		name  string
		title schema.Text
		body  any
	}{
		{"delivery", schema.Text{En: "An outcome for this host", Ru: "Итог для этой системы"}, schema.Delivery{}},
		{"event", schema.Text{En: "An event of a line", Ru: "Событие линии"}, schema.Event{}},
	} {
		body, err := shape.Of(p.body)
		if err != nil {
			return nil, err
		}
		m.pushes = append(m.pushes, push{p.name, p.title, body})
		m.collect(body, seen)
	}
	failure, err := shape.Of(schema.Error{})
	if err != nil {
		return nil, err
	}
	m.collect(failure, seen)
	return m, m.labelled()
}

// collect adds a struct, the structs in its fields, and the named types of its texts.
func (m *model) collect(s *shape.Struct, seen map[reflect.Type]bool) {
	if seen[s.Type] {
		return
	}
	seen[s.Type] = true
	m.structs = append(m.structs, s)
	for _, f := range s.Fields {
		t := f.Type
		if f.Kind == shape.List {
			t = t.Elem()
		}
		if t.Kind() == reflect.String && t.Name() != "string" && !seen[t] {
			seen[t] = true
			if e, ok := m.source.enums[t.Name()]; ok {
				m.enums = append(m.enums, e)
			} else {
				m.names = append(m.names, t.Name())
			}
		}
		if f.Object != nil {
			m.collect(f.Object, seen)
		}
	}
}

// labelled makes sure that a sentence can name every field of every request.
func (m *model) labelled() error {
	for _, op := range m.operations {
		for _, s := range inside(op.request, nil) {
			for _, f := range s.Fields {
				if f.Label.En == "" || f.Label.Ru == "" {
					return fmt.Errorf("check labels: %s.%s has no label in en or ru", s.Name, f.GoName)
				}
			}
		}
	}
	return nil
}

// inside lists a struct and all within it, each once.
func inside(s *shape.Struct, found []*shape.Struct) []*shape.Struct {
	for _, f := range found {
		if f == s {
			return found
		}
	}
	found = append(found, s)
	for _, f := range s.Fields {
		if f.Object != nil {
			found = inside(f.Object, found)
		}
	}
	return found
}
