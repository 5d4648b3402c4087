package native

import (
	"reflect"
	"strconv"
	"strings"

	"github.com/nodeline/nodeline/plugin/sentence"
	"github.com/nodeline/nodeline/schema/label"
	"github.com/nodeline/nodeline/schema/shape"
)

// places remembers, for each list by its path, where its items stood in the
// caller's list, from 0.
type places map[string][]int

func (p places) of(path string, i int) int {
	if list, ok := p[path]; ok {
		return list[i]
	}
	return i
}

// normalise trims texts and drops blank items, as the norm tags say.
func normalise(v reflect.Value, s *shape.Struct) places {
	p := places{}
	p.object(v, s, "")
	return p
}

func (p places) object(v reflect.Value, s *shape.Struct, prefix string) {
	for _, f := range s.Fields {
		field := v.FieldByName(f.GoName)
		if field.Kind() == reflect.Pointer {
			if field.IsNil() {
				continue
			}
			field = field.Elem()
		}
		path := prefix + f.Name
		switch {
		case f.Trim:
			field.SetString(strings.TrimSpace(field.String()))
		case f.Kind == shape.Object:
			p.object(field, f.Object, path+".")
		case f.Kind == shape.List && f.Object != nil:
			if f.DropBlank {
				p[path] = dropBlank(field)
			}
			for i := range field.Len() {
				p.object(field.Index(i), f.Object, path+"["+strconv.Itoa(i)+"].")
			}
		}
	}
}

// dropBlank removes the items without a visible text and returns the places of the rest.
func dropBlank(list reflect.Value) []int {
	kept := []int{}
	if list.IsNil() {
		return kept
	}
	left := reflect.MakeSlice(list.Type(), 0, list.Len())
	for i := range list.Len() {
		if !label.Blank(list.Index(i).FieldByName("Text").String()) {
			left = reflect.Append(left, list.Index(i))
			kept = append(kept, i)
		}
	}
	list.Set(left)
	return kept
}

// fillDefaults gives absent fields the value of their default tag; place is
// that of the list item that v is, from 1.
func fillDefaults(v reflect.Value, s *shape.Struct, place int) {
	for _, f := range s.Fields {
		field := v.FieldByName(f.GoName)
		if field.Kind() == reflect.Pointer {
			if field.IsNil() {
				continue
			}
			field = field.Elem()
		}
		switch {
		case f.Kind == shape.Object:
			fillDefaults(field, f.Object, 0)
		case f.Kind == shape.List && f.Object != nil:
			for i := range field.Len() {
				fillDefaults(field.Index(i), f.Object, i+1)
			}
		case f.Default != "" && field.IsZero() && f.Kind == shape.Text:
			field.SetString(sentence.Place(f.Default, place))
		case f.Default != "" && field.IsZero() && f.Kind == shape.Integer:
			if n, err := strconv.ParseInt(f.Default, 10, 64); err == nil {
				field.SetInt(n)
			}
		}
	}
}
