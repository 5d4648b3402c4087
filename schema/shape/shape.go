// Package shape reads the tags of schema's structs into plain data, so that the
// generator, the catalogue and the native validator agree on what they say.
package shape

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/nodeline/nodeline/schema"
)

// Kind is what a field holds on the wire.
type Kind string

// Kinds.
const (
	Text    Kind = "text"
	Integer Kind = "integer"
	Bool    Kind = "bool"
	List    Kind = "list"
	Object  Kind = "object"
	Raw     Kind = "raw"  // any JSON, carried and not read
	Time    Kind = "time" // text in RFC 3339
)

// LimitOf is whose limit a field's greatest length or count is.
type LimitOf string

// Whose limits there are. A field without one has a limit of our own. Every line of
// ours is a linked device, which WhatsApp holds to none of them.
const (
	Cloud LimitOf = "cloud" // the Meta Cloud API's, for business lines
	Apps  LimitOf = "apps"  // what WhatsApp's own apps let a person enter
)

// Rule is one rule of a validate tag.
type Rule struct {
	Name   string   // required, max, ...
	N      int64    // min, max, ...
	Values []string // oneof; alone and orelse: names of fields beside it, on the wire
}

// Field is one field of an object.
type Field struct {
	Name      string // on the wire
	GoName    string
	Type      reflect.Type // without the pointer
	Kind      Kind
	Item      Kind    // of a list
	Object    *Struct // of an object, or of a list's items
	Rules     []Rule  // of the field itself
	ItemRules []Rule  // of each item, after dive
	Dive      bool    // items are judged
	Trim      bool
	DropBlank bool
	Opaque    int // bytes, 0 for a field that is read
	LimitOf   LimitOf
	Default   string
	Label     schema.Text
	Secret    bool
	OmitEmpty bool // absent from results when empty
}

// Struct is one object type.
type Struct struct {
	Name   string
	Type   reflect.Type
	Fields []*Field // embedded structs laid out in place
	// Open: members that are none of Fields are let through and not read. A field
	// named _ with the tag open:"true" says so.
	Open bool
}

// Rule finds a rule of the field by name.
func (f *Field) Rule(name string) (Rule, bool) {
	for _, r := range f.Rules {
		if r.Name == name {
			return r, true
		}
	}
	return Rule{}, false
}

// Required reports whether the field must be filled in.
func (f *Field) Required() bool {
	_, ok := f.Rule("required")
	return ok
}

// Field finds a field by its name on the wire.
func (s *Struct) Field(name string) (*Field, bool) {
	for _, f := range s.Fields {
		if f.Name == name {
			return f, true
		}
	}
	return nil, false
}

// Find resolves a path like "reply.host" or "buttons.text" from this struct.
func (s *Struct) Find(path string) (*Field, error) {
	first, rest, more := strings.Cut(path, ".")
	f, ok := s.Field(first)
	switch {
	case !ok:
		return nil, fmt.Errorf("find field: %s has no %q", s.Name, first)
	case !more:
		return f, nil
	case f.Object == nil:
		return nil, fmt.Errorf("find field: %s.%s has no fields", s.Name, first)
	}
	return f.Object.Find(rest)
}

// known holds every struct read so far, so that a type has one Struct.
var (
	mu    sync.Mutex
	known = map[reflect.Type]*Struct{}
)

// Of reads the struct type of v (a zero value or a pointer to one). The same
// type always gives the same Struct; nobody changes it.
func Of(v any) (*Struct, error) {
	mu.Lock()
	defer mu.Unlock()
	t := reflect.TypeOf(v)
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if s, ok := known[t]; ok {
		return s, nil
	}
	// Into a copy: what turns out not to be readable is not known.
	seen := maps.Clone(known)
	s, err := read(t, seen)
	if err != nil {
		return nil, err
	}
	known = seen
	return s, nil
}

func read(t reflect.Type, seen map[reflect.Type]*Struct) (*Struct, error) {
	if s, ok := seen[t]; ok {
		return s, nil
	}
	if t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("read %s: not a struct", t)
	}
	s := &Struct{Name: t.Name(), Type: t}
	seen[t] = s // before its fields, which may hold the type itself
	for i := range t.NumField() {
		sf := t.Field(i)
		if sf.Name == "_" {
			s.Open = sf.Tag.Get("open") == "true"
			continue
		}
		if sf.Anonymous {
			inner, err := read(sf.Type, seen)
			if err != nil {
				return nil, err
			}
			s.Fields = append(s.Fields, inner.Fields...)
			continue
		}
		name, opts, _ := strings.Cut(sf.Tag.Get("json"), ",")
		if name == "-" {
			continue
		}
		f, err := readField(sf, name, opts, seen)
		if err != nil {
			return nil, fmt.Errorf("read %s.%s: %w", t.Name(), sf.Name, err)
		}
		s.Fields = append(s.Fields, f)
	}
	return s, nil
}

func readField(sf reflect.StructField, name, opts string, seen map[reflect.Type]*Struct) (*Field, error) {
	if name == "" {
		return nil, fmt.Errorf("no json name")
	}
	f := &Field{
		Name: name, GoName: sf.Name, Type: sf.Type,
		Default:   sf.Tag.Get("default"),
		Label:     schema.Text{En: sf.Tag.Get("en"), Ru: sf.Tag.Get("ru")},
		Secret:    sf.Tag.Get("secret") == "true",
		OmitEmpty: opts == "omitempty",
	}
	if f.Type.Kind() == reflect.Pointer {
		f.Type = f.Type.Elem()
	}
	if err := f.readKind(seen); err != nil {
		return nil, err
	}
	for _, norm := range strings.Fields(sf.Tag.Get("norm")) {
		switch norm {
		case "trim":
			f.Trim = true
		case "dropblank":
			f.DropBlank = true
		default:
			return nil, fmt.Errorf("unknown norm %q", norm)
		}
	}
	switch f.LimitOf = LimitOf(sf.Tag.Get("limit")); f.LimitOf {
	case "", Cloud, Apps:
	default:
		return nil, fmt.Errorf("nobody has the limit %q", f.LimitOf)
	}
	if bytes := sf.Tag.Get("opaque"); bytes != "" {
		n, err := strconv.Atoi(bytes)
		if err != nil {
			return nil, fmt.Errorf("read opaque: %w", err)
		}
		f.Opaque = n
	}
	return f, f.readRules(sf.Tag.Get("validate"))
}

func (f *Field) readKind(seen map[reflect.Type]*Struct) (err error) {
	f.Kind, err = kindOf(f.Type)
	inner := f.Type
	if f.Kind == List && err == nil {
		inner = f.Type.Elem()
		f.Item, err = kindOf(inner)
	}
	if err == nil && (f.Kind == Object || f.Item == Object) {
		f.Object, err = read(inner, seen)
	}
	return err
}

func kindOf(t reflect.Type) (Kind, error) {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return Time, nil
	case t == reflect.TypeFor[json.RawMessage]():
		return Raw, nil
	}
	switch t.Kind() {
	case reflect.String:
		return Text, nil
	case reflect.Int, reflect.Int64:
		return Integer, nil
	case reflect.Bool:
		return Bool, nil
	case reflect.Slice:
		return List, nil
	case reflect.Struct:
		return Object, nil
	}
	return "", fmt.Errorf("no wire kind for %s", t)
}

func (f *Field) readRules(tag string) error {
	if tag == "" || tag == "-" {
		return nil
	}
	for _, part := range strings.Split(tag, ",") {
		if part == "dive" {
			f.Dive = true
			continue
		}
		r, err := parseRule(part)
		if err != nil {
			return err
		}
		if f.Dive {
			f.ItemRules = append(f.ItemRules, r)
		} else {
			f.Rules = append(f.Rules, r)
		}
	}
	return nil
}

func parseRule(part string) (Rule, error) {
	name, arg, _ := strings.Cut(part, "=")
	r := Rule{Name: name}
	switch name {
	case "required", "omitempty", "notblank", "key", "lineid", "region", "chatform", "labels", "ids", "growing", "weburl", "callform", "emoji":
		if arg != "" {
			return r, fmt.Errorf("rule %s takes no argument", name)
		}
	case "min", "max", "intime", "degrees":
		n, err := strconv.ParseInt(arg, 10, 64)
		if err != nil {
			return r, fmt.Errorf("read rule %s: %w", name, err)
		}
		r.N = n
	case "oneof", "alone", "orelse":
		r.Values = strings.Fields(arg)
	default:
		return r, fmt.Errorf("unknown rule %q", name)
	}
	return r, nil
}
