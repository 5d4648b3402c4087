package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/schema/shape"
	"github.com/nodeline/nodeline/ui-manifests/catalog"
)

const nodeREDTypes = `/** A label in each language. */
export interface Text {
  en: string;
  ru: string;
}

/** One value of a select. */
export interface Option {
  value: string;
  label: Text;
  help: Text;
}

/** What fills a field in: an item of a list, or the field itself. */
export interface Limits {
  /** {n} is the item's place, from 1. */
  label: Text;
  required: boolean;
  /** Smallest number, or fewest items. */
  min?: number;
  /** Largest number, most items, or most Unicode code points. */
  max?: number;
  /** Absent: the value when the field is left out; {n} as in label. */
  default?: string | number;
}

export interface Field extends Limits {
  /** The field's name in the request. */
  path: string;
  control: "line" | "phone" | "text" | "textarea" | "buttons" | "select" | "duration" | "reminder";
  help: Text;
  options?: Option[];
  /** Of a list: the fields of each item. */
  items?: Record<string, Limits>;
}

export interface Outcome {
  id: string;
  label: Text;
  /** One such outcome for each button, labelled with its text. */
  perButton?: boolean;
}

export interface Variant {
  /** The state of the node's switch that chooses this variant; false where there is none. */
  on: boolean;
  /** Method of the RPC; the validator judges the request under this name. */
  operation: string;
  /** Fields shown, in order. */
  fields: string[];
  /** Fields of the request that the node fills in by itself. */
  minted: string[];
  outcomes: Outcome[];
}

export interface Node {
  id: string;
  kind: "action" | "activity" | "robot" | "trigger";
  title: Text;
  help: Text;
  /** The event that a trigger starts on. */
  event?: string;
  switch?: { name: string; label: Text; help: Text; default: boolean };
  fields: Field[];
  variants: Variant[];
}
`

// nodeRED writes what the editor's dialogs show.
func nodeRED(m *model) ([]byte, error) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "// %s\n\n%s\n", madeBy, nodeREDTypes)
	var ids []string
	for _, n := range catalog.Nodes {
		ids = append(ids, fmt.Sprintf("%q", n.ID))
	}
	fmt.Fprintf(&b, "export type NodeId = %s;\n\n", strings.Join(ids, " | "))
	b.WriteString("/** Every node, in the order editors show them. */\nexport const nodes: Record<NodeId, Node> = ")
	var nodes object
	for _, n := range catalog.Nodes {
		node, err := redNode(m, n)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", n.ID, err)
		}
		nodes.set(n.ID, node)
	}
	data, err := pretty(nodes)
	if err != nil {
		return nil, err
	}
	b.Write(bytes.TrimRight(data, "\n"))
	b.WriteString(";\n")
	return b.Bytes(), nil
}

func redNode(m *model, n catalog.Node) (object, error) {
	node := object{{"id", n.ID}, {"kind", n.Kind}, {"title", n.Title}, {"help", n.Help}}
	if n.Event != "" {
		node.set("event", n.Event)
	}
	if s := n.Switch; s != nil {
		node.set("switch", object{{"name", s.Name}, {"label", s.Label}, {"help", s.Help}, {"default", s.Default}})
	}
	var fields []object
	for _, f := range n.Fields {
		field, err := redField(m, n, f)
		if err != nil {
			return nil, err
		}
		fields = append(fields, field)
	}
	node.set("fields", fields)
	var variants []object
	for _, v := range n.Variants {
		minted := v.Minted
		if minted == nil {
			minted = []string{}
		}
		variants = append(variants, object{
			{"on", v.On}, {"operation", v.Operation}, {"fields", v.Fields}, {"minted", minted}, {"outcomes", v.Outcomes},
		})
	}
	node.set("variants", variants)
	return node, nil
}

// redField joins what the catalogue says of a field with what schema says of it.
// A field that two variants share must be the same in both.
func redField(m *model, n catalog.Node, f catalog.Field) (object, error) {
	var in *shape.Field
	var limits object
	for _, v := range n.Variants {
		if !slices.Contains(v.Fields, f.Path) {
			continue
		}
		found, err := m.request(v.Operation, f.Path)
		if err != nil {
			return nil, err
		}
		these := redLimits(found, f.Label)
		if in != nil && !same(limits, these) {
			return nil, fmt.Errorf("field %s differs between the variants", f.Path)
		}
		in, limits = found, these
	}
	if in == nil {
		return nil, fmt.Errorf("field %s is in no variant", f.Path)
	}
	field := append(object{{"path", f.Path}, {"control", f.Control}, {"help", f.Help}}, limits...)
	if len(f.Options) > 0 {
		field.set("options", f.Options)
	}
	if in.Kind == shape.List && in.Object != nil {
		var items object
		for _, item := range in.Object.Fields {
			items.set(item.Name, redLimits(item, nil))
		}
		field.set("items", items)
	}
	return field, nil
}

func redLimits(f *shape.Field, label *schema.Text) object {
	if label == nil {
		label = &f.Label
	}
	// A node that has one of several fields of which one is needed needs that one.
	_, one := f.Rule("orelse")
	l := object{{"label", *label}, {"required", f.Required() || one}}
	for _, r := range f.Rules {
		switch r.Name {
		case "min", "max":
			l.set(r.Name, r.N)
		}
	}
	if f.Default != "" {
		l.set("default", defaultOf(f))
	}
	return l
}

func same(a, b object) bool {
	x, errX := encode(a)
	y, errY := encode(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

// request finds a field of an operation's request.
func (m *model) request(method, path string) (*shape.Field, error) {
	for _, op := range m.operations {
		if op.Method == method {
			return op.request.Find(path)
		}
	}
	return nil, fmt.Errorf("no operation %s", method)
}
