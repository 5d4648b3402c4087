package native

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/nodeline/nodeline/schema/shape"
)

// opens reports whether an object, or one inside it, lets unknown members through.
func opens(s *shape.Struct) bool {
	return s.Open || slices.ContainsFunc(s.Fields, func(f *shape.Field) bool { return f.Object != nil && opens(f.Object) })
}

// exact leaves out the members that open objects let through. encoding/json would
// else take "Message" for "message", which was neither judged nor meant.
func exact(raw json.RawMessage, s *shape.Struct) (json.RawMessage, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil {
		return nil, fmt.Errorf("read object: %w", err)
	}
	for name, value := range members {
		f, known := s.Field(name)
		switch {
		case !known:
			delete(members, name)
			continue
		case f.Object == nil || string(value) == "null":
			continue
		}
		var err error
		if f.Kind == shape.Object {
			members[name], err = exact(value, f.Object)
		} else {
			members[name], err = exactItems(value, f.Object)
		}
		if err != nil {
			return nil, err
		}
	}
	return json.Marshal(members)
}

func exactItems(raw json.RawMessage, s *shape.Struct) (json.RawMessage, error) {
	var items []json.RawMessage
	if err := json.Unmarshal(raw, &items); err != nil {
		return nil, fmt.Errorf("read list: %w", err)
	}
	for i, item := range items {
		if string(item) == "null" {
			continue
		}
		var err error
		if items[i], err = exact(item, s); err != nil {
			return nil, err
		}
	}
	return json.Marshal(items)
}
