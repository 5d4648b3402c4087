package native

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/nodeline/nodeline/plugin/sentence"
	"github.com/nodeline/nodeline/schema/shape"
)

// tree is a JSON value with its members as written: in order, doubles included.
type tree struct {
	kind    string // as sentences name types; "null"
	number  json.Number
	names   []string
	members []tree // of an object or a list
}

// readTree takes valid JSON apart.
func readTree(params []byte) (tree, error) {
	d := json.NewDecoder(bytes.NewReader(params))
	d.UseNumber()
	return nextTree(d)
}

func nextTree(d *json.Decoder) (tree, error) {
	token, err := d.Token()
	if err != nil {
		return tree{}, err
	}
	switch token := token.(type) {
	case nil:
		return tree{kind: "null"}, nil
	case bool:
		return tree{kind: "bool"}, nil
	case string:
		return tree{kind: "text"}, nil
	case json.Number:
		return tree{kind: "number", number: token}, nil
	case json.Delim:
		t := tree{kind: "list"}
		if token == '{' {
			t.kind = "object"
		}
		return t, t.fill(d)
	}
	return tree{}, fmt.Errorf("unexpected token %T", token)
}

func (t *tree) fill(d *json.Decoder) error {
	for d.More() {
		if t.kind == "object" {
			name, err := d.Token()
			if err != nil {
				return err
			}
			t.names = append(t.names, name.(string))
		}
		member, err := nextTree(d)
		if err != nil {
			return err
		}
		t.members = append(t.members, member)
	}
	_, err := d.Token() // the closing bracket
	return err
}

// checkShape refuses unknown, doubled and mistyped fields. null stands for absent.
func (r *report) checkShape(t tree, s *shape.Struct) {
	if t.kind == "null" {
		return
	}
	if t.kind != "object" {
		r.refuse("", sentence.Fact{Rule: sentence.Type, Want: "object", Got: t.kind})
		return
	}
	r.shapeOf(t, s, "", 0)
}

func (r *report) shapeOf(t tree, s *shape.Struct, prefix string, place int) {
	seen := make(map[string]bool, len(t.names))
	for i, name := range t.names {
		shown := sentence.Short(name)
		f, known := s.Field(name)
		switch {
		case seen[name]:
			r.refuse(prefix+shown, sentence.Fact{Rule: sentence.Duplicate, Label: shown})
		case !known && s.Open:
		case !known || f.Opaque > 0:
			r.refuse(prefix+shown, sentence.Fact{Rule: sentence.UnknownField, Label: shown})
		default:
			r.shapeOfField(t.members[i], f, prefix+name, sentence.Place(f.Label.In(r.lang), place))
		}
		seen[name] = true
	}
}

func (r *report) shapeOfField(t tree, f *shape.Field, path, label string) {
	if !r.typed(t, f.Kind, path, label) {
		return
	}
	switch f.Kind {
	case shape.Object:
		r.shapeOf(t, f.Object, path+".", 0)
	case shape.List:
		for i, item := range t.members {
			at := path + "[" + strconv.Itoa(i) + "]"
			if r.typed(item, f.Item, at, label+" "+strconv.Itoa(i+1)) && f.Object != nil {
				r.shapeOf(item, f.Object, at+".", i+1)
			}
		}
	}
}

func (r *report) typed(t tree, want shape.Kind, path, label string) bool {
	switch {
	case t.kind == "null", t.kind == string(want):
		return true
	case want == shape.Integer && t.kind == "number":
		if _, err := t.number.Int64(); err == nil {
			return true
		}
	}
	r.refuse(path, sentence.Fact{Rule: sentence.Type, Label: label, Want: string(want), Got: t.kind})
	return false
}
