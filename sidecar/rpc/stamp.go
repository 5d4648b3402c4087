package rpc

import (
	"reflect"
	"sync"

	"github.com/nodeline/nodeline/schema"
)

var stampType = reflect.TypeFor[schema.Stamp]()

// stamp returns v with every schema.Stamp in it, its own and nested ones, set.
// It changes copies: what v points to may be shared with other connections.
func stamp(v any, sandbox bool) any {
	rv := reflect.ValueOf(v)
	if !rv.IsValid() || !carries(rv.Type()) {
		return v
	}
	copied := reflect.New(rv.Type()).Elem()
	copied.Set(rv)
	stampIn(copied, sandbox)
	return copied.Interface()
}

// stampIn sets the stamps of v, which may be written to; what v refers to is replaced by copies.
func stampIn(v reflect.Value, sandbox bool) {
	if v.Type() == stampType {
		v.Addr().Interface().(*schema.Stamp).SetSandbox(sandbox)
		return
	}
	if !carries(v.Type()) {
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return
		}
		copied := reflect.New(v.Type().Elem())
		copied.Elem().Set(v.Elem())
		stampIn(copied.Elem(), sandbox)
		v.Set(copied)
	case reflect.Slice:
		if v.IsNil() {
			return
		}
		copied := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		reflect.Copy(copied, v)
		for i := range copied.Len() {
			stampIn(copied.Index(i), sandbox)
		}
		v.Set(copied)
	case reflect.Struct:
		for i := range v.NumField() {
			stampIn(v.Field(i), sandbox)
		}
	}
}

var carriers sync.Map // reflect.Type -> bool

// carries reports whether a stamp can be found within t.
func carries(t reflect.Type) bool {
	if known, ok := carriers.Load(t); ok {
		return known.(bool)
	}
	found := false
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice:
		found = carries(t.Elem())
	case reflect.Struct:
		found = t == stampType
		for i := 0; i < t.NumField() && !found; i++ {
			found = t.Field(i).IsExported() && carries(t.Field(i).Type)
		}
	}
	carriers.Store(t, found)
	return found
}
