// Package vectors loads the cases in this folder: input and verdict as data, read
// by Go and by TypeScript alike. README.md describes their form.
package vectors

import (
	"bytes"
	"embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/nodeline/nodeline/schema"
)

//go:embed *.json
var files embed.FS

// Made is the file that schema/generate writes; the others are written by hand.
const Made = "made.gen.json"

// Layer says who judges a case.
type Layer string

// Layers.
const (
	Guest   Layer = "guest"   // form: the validators, wasm and native
	Sidecar Layer = "sidecar" // numbers: bridge, where the line's region is known
)

// Want is an issue or a warning that a verdict must hold. Message is compared
// where it is given.
type Want struct {
	Field   string `json:"field"`
	Rule    string `json:"rule"`
	Limit   int    `json:"limit,omitempty"`
	Actual  int    `json:"actual,omitempty"`
	Message string `json:"message,omitempty"`
}

// Case is one vector.
type Case struct {
	Name   string      `json:"name"`
	Layer  Layer       `json:"layer"`
	Method string      `json:"method"`
	Lang   schema.Lang `json:"lang"` // default en

	// One of the three is the request's params; see Input.
	Params    json.RawMessage `json:"params"`
	Raw       *string         `json:"raw"`
	RawBase64 string          `json:"rawBase64"`

	OK       bool   `json:"ok"`
	Issues   []Want `json:"issues"`
	Warnings []Want `json:"warnings"`

	// Of the layer sidecar. A case that is ok gives Phones (E.164, in the order
	// written) or JID; one that is not gives Code.
	Region string      `json:"region"`
	Phones []string    `json:"phones"`
	JID    string      `json:"jid"`
	Code   schema.Code `json:"code"`
}

// Load reads every case of a layer, in the order of the files' names.
func Load(layer Layer) ([]Case, error) { return load(layer, true) }

// Picked reads a layer's cases that were written by hand.
func Picked(layer Layer) ([]Case, error) { return load(layer, false) }

func load(layer Layer, made bool) ([]Case, error) {
	entries, err := files.ReadDir(".")
	if err != nil {
		return nil, err
	}
	var found []Case
	for _, e := range entries {
		if !made && e.Name() == Made {
			continue
		}
		text, err := files.ReadFile(e.Name())
		if err != nil {
			return nil, err
		}
		var cases []Case
		d := json.NewDecoder(bytes.NewReader(text))
		d.DisallowUnknownFields()
		if err := d.Decode(&cases); err != nil {
			return nil, fmt.Errorf("read %s: %w", e.Name(), err)
		}
		for _, c := range cases {
			if c.Lang == "" {
				c.Lang = schema.English
			}
			if c.Layer == layer {
				found = append(found, c)
			}
		}
	}
	return found, nil
}

// Input gives the case's params as bytes: raw as it is, or params with
// {"$repeat":[text,n]} and {"$nest":n} written out.
func (c Case) Input() ([]byte, error) {
	switch {
	case c.Raw != nil:
		return []byte(*c.Raw), nil
	case c.RawBase64 != "":
		return base64.StdEncoding.DecodeString(c.RawBase64)
	}
	var v any
	d := json.NewDecoder(bytes.NewReader(c.Params))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		return nil, fmt.Errorf("read params of %q: %w", c.Name, err)
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(expand(v)); err != nil {
		return nil, fmt.Errorf("write params of %q: %w", c.Name, err)
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}

func expand(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = expand(v[i])
		}
	case map[string]any:
		if pair, ok := v["$repeat"].([]any); ok && len(pair) == 2 {
			return strings.Repeat(pair[0].(string), count(pair[1]))
		}
		if levels, ok := v["$nest"]; ok {
			return nest(count(levels))
		}
		for name := range v {
			v[name] = expand(v[name])
		}
	}
	return v
}

// nest makes lists within lists, so many levels deep.
func nest(levels int) any {
	list := []any{}
	if levels > 1 {
		list = append(list, nest(levels-1))
	}
	return list
}

func count(v any) int {
	n, err := v.(json.Number).Int64()
	if err != nil {
		panic(fmt.Sprintf("a count in a vector is not a number: %v", v))
	}
	return int(n)
}
