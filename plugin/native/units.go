package native

import (
	"reflect"
	"strconv"
	"unicode/utf16"

	"github.com/nodeline/nodeline/plugin/sentence"
	"github.com/nodeline/nodeline/schema/shape"
)

// warnUnits warns of texts that fit in code points and not in UTF-16 units, as
// some phones count. prefix leads to v among the items that are left.
func (r *report) warnUnits(v reflect.Value, s *shape.Struct, prefix string) error {
	for _, f := range s.Fields {
		field := reflect.Indirect(v.FieldByName(f.GoName))
		if !field.IsValid() {
			continue // an absent object
		}
		path := prefix + f.Name
		var err error
		switch {
		case f.Kind == shape.Text:
			err = r.warnText(field.String(), f, path)
		case f.Kind == shape.Object:
			err = r.warnUnits(field, f.Object, path+".")
		case f.Kind == shape.List && f.Object != nil && !r.failed[path]:
			for i := range field.Len() {
				if err = r.warnUnits(field.Index(i), f.Object, path+"["+strconv.Itoa(i)+"]."); err != nil {
					return err
				}
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *report) warnText(text string, f *shape.Field, path string) error {
	limit, ok := f.Rule(sentence.Max)
	points := []rune(text)
	units := len(utf16.Encode(points))
	if !ok || int64(units) <= limit.N || int64(len(points)) > limit.N {
		return nil
	}
	at, err := r.find(path)
	if err != nil {
		return err
	}
	r.warn(at.path, sentence.Fact{Rule: sentence.UTF16, Label: at.label, Limit: limit.N, Actual: int64(units)})
	return nil
}
