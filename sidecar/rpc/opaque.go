package rpc

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/nodeline/nodeline/schema"
)

// opaqueField is a request's field that is carried and not read.
type opaqueField struct {
	name  string // on the wire
	index int
	max   int // bytes
	label schema.Text
}

func opaqueFields(request reflect.Type) []opaqueField {
	var out []opaqueField
	for i := range request.NumField() {
		f := request.Field(i)
		limit, err := strconv.Atoi(f.Tag.Get("opaque"))
		if err != nil {
			continue
		}
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		out = append(out, opaqueField{name: name, index: i, max: limit,
			label: schema.Text{En: f.Tag.Get("en"), Ru: f.Tag.Get("ru")}})
	}
	return out
}

// lift takes the opaque members out of params, which are valid JSON, so that
// the validator never sees them. A member that comes twice stays where it is
// for the validator to refuse.
func lift(params []byte, fields []opaqueField) (rest []byte, lifted map[int]json.RawMessage) {
	if len(fields) == 0 || len(bytes.TrimSpace(params)) == 0 || bytes.TrimSpace(params)[0] != '{' {
		return params, nil
	}
	dec := json.NewDecoder(bytes.NewReader(params))
	if _, err := dec.Token(); err != nil {
		return params, nil
	}
	var kept [][]byte
	lifted = map[int]json.RawMessage{}
	for dec.More() {
		from := dec.InputOffset()
		key, err := dec.Token()
		if err != nil {
			return params, nil
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return params, nil
		}
		field := fieldNamed(fields, key)
		if field == nil {
			member := bytes.TrimLeft(params[from:dec.InputOffset()], ", \t\r\n")
			kept = append(kept, member)
			continue
		}
		if _, twice := lifted[field.index]; twice {
			return params, nil
		}
		lifted[field.index] = value
	}
	if len(lifted) == 0 {
		return params, nil
	}
	rest = append([]byte{'{'}, bytes.Join(kept, []byte{','})...)
	return append(rest, '}'), lifted
}

func fieldNamed(fields []opaqueField, key json.Token) *opaqueField {
	for i := range fields {
		if fields[i].name == key {
			return &fields[i]
		}
	}
	return nil
}

// tooLong names the lifted fields that are over their limit.
func tooLong(fields []opaqueField, lifted map[int]json.RawMessage, lang schema.Lang) []schema.Issue {
	var issues []schema.Issue
	for _, f := range fields {
		n := len(lifted[f.index])
		if n <= f.max {
			continue
		}
		sentence := schema.Text{
			En: fmt.Sprintf("%s: at most %d bytes, it has %d.", f.label.En, f.max, n),
			Ru: fmt.Sprintf("%s: не больше %d байт, сейчас %d.", f.label.Ru, f.max, n),
		}
		issues = append(issues, schema.Issue{Field: f.name, Label: f.label.In(lang), Rule: "max",
			Limit: f.max, Actual: n, Message: sentence.In(lang)})
	}
	return issues
}

// putBack sets the lifted fields of a decoded request and returns it.
func putBack(request any, lifted map[int]json.RawMessage) any {
	if len(lifted) == 0 {
		return request
	}
	v := reflect.ValueOf(request)
	if v.Kind() != reflect.Pointer {
		copied := reflect.New(v.Type())
		copied.Elem().Set(v)
		v = copied
	}
	for index, raw := range lifted {
		if string(raw) != "null" {
			v.Elem().Field(index).SetBytes(raw)
		}
	}
	return v.Interface()
}
