// Package examples loads examples.json: a request and its result for every
// operation, in an order in which they can be made one after another. The documents
// show the first of each; a test makes the requests and compares what comes back, and
// with -record writes the results anew.
package examples

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

//go:embed examples.json
var file []byte

// Step is what a person does on a phone of the sandbox before a request is made.
type Step struct {
	Phone string          `json:"phone,omitempty"` // E.164; empty: nobody's
	Path  string          `json:"path"`            // of the phone in the sandbox's API: "/send"; nobody's: whole
	Body  json.RawMessage `json:"body"`
}

// Example is one operation at work. In Request an object
// {"$from": "message.sendText messageId"} stands for a value in the result of an
// earlier example: its method, and the path in its result.
type Example struct {
	Method  string          `json:"method"`
	Before  []Step          `json:"before,omitempty"`
	Request json.RawMessage `json:"request"`
	Result  json.RawMessage `json:"result"`
}

// Load reads the examples in their order.
func Load() ([]Example, error) {
	var found []Example
	if err := json.Unmarshal(file, &found); err != nil {
		return nil, fmt.Errorf("read examples: %w", err)
	}
	return found, nil
}

// Results are results by method.
type Results map[string]json.RawMessage

// Resolve writes out what {"$from": ...} stands for. The order of members is kept.
func (r Results) Resolve(text json.RawMessage) (json.RawMessage, error) {
	const opens = `{"$from": "`
	var out strings.Builder
	rest := string(text)
	for {
		before, after, found := strings.Cut(rest, opens)
		out.WriteString(before)
		if !found {
			return json.RawMessage(out.String()), nil
		}
		from, tail, closed := strings.Cut(after, `"}`)
		method, path, spaced := strings.Cut(from, " ")
		if !closed || !spaced {
			return nil, fmt.Errorf("read %s%s: not a method and a path", opens, from)
		}
		value, err := at(r[method], path)
		if err != nil {
			return nil, fmt.Errorf("read %s of %s: %w", path, method, err)
		}
		out.Write(value)
		rest = tail
	}
}

// at reads what is at a path of names and places: "deliveries.0.id".
func at(text json.RawMessage, path string) (json.RawMessage, error) {
	for _, step := range strings.Split(path, ".") {
		if place, err := strconv.Atoi(step); err == nil {
			var list []json.RawMessage
			if err := json.Unmarshal(text, &list); err != nil {
				return nil, err
			}
			if place < 0 || place >= len(list) {
				return nil, fmt.Errorf("no item %d", place)
			}
			text = list[place]
			continue
		}
		var members map[string]json.RawMessage
		if err := json.Unmarshal(text, &members); err != nil {
			return nil, err
		}
		if members[step] == nil {
			return nil, fmt.Errorf("no member %s", step)
		}
		text = members[step]
	}
	return text, nil
}
