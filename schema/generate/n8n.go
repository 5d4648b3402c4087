package main

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/nodeline/nodeline/ui-manifests/catalog"
)

// n8nNode makes the file of one of n8n's nodes: its properties, and how the
// parameters of each operation become a request.
func n8nNode(kind catalog.Kind) func(*model) ([]byte, error) {
	return func(m *model) ([]byte, error) {
		n, err := loadN8N(m, catalog.PickerOf(kind))
		if err != nil {
			return nil, err
		}
		properties, err := n.properties()
		if err != nil {
			return nil, err
		}
		var b bytes.Buffer
		fmt.Fprintf(&b, "// %s\n\nimport type { INodeProperties } from 'n8n-workflow';\nimport type { OperationSpec } from '../shared/spec';\n\n", madeBy)
		b.WriteString("/** Every parameter of the node, in the order shown. */\nexport const properties: INodeProperties[] = ")
		if err := tsLiteral(&b, properties, ""); err != nil {
			return nil, err
		}
		b.WriteString(";\n\n/** Every operation by what the person chose. */\nexport const operations: Record<string, OperationSpec> = ")
		var specs object
		for _, c := range n.cases {
			spec, err := n.spec(c)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", c.key, err)
			}
			specs.set(c.key, spec)
		}
		if err := tsLiteral(&b, specs, ""); err != nil {
			return nil, err
		}
		b.WriteString(";\n")
		return b.Bytes(), nil
	}
}

// n8nCase is one way of one entry: all that a person can choose before the fields.
type n8nCase struct {
	key                      string
	resource, operation, way string
	entry                    catalog.Entry
	ways                     catalog.Way
	method                   operation
	fields                   []boundField
}

// n8nPicker is a node: its cases, in the order shown.
type n8nPicker struct {
	catalog.Picker
	cases []n8nCase
}

func loadN8N(m *model, p catalog.Picker) (*n8nPicker, error) {
	n := &n8nPicker{Picker: p}
	for _, offer := range p.Offers {
		for _, entry := range offer.Entries {
			at := slices.IndexFunc(m.operations, func(op operation) bool { return op.Method == entry.Operation })
			if at < 0 {
				return nil, fmt.Errorf("no operation %s", entry.Operation)
			}
			for _, way := range entry.Ways {
				c := n8nCase{resource: offer.ID, operation: entry.ID, way: way.ID, entry: entry, ways: way, method: m.operations[at]}
				for _, part := range []string{offer.ID, entry.ID, way.ID} {
					if part != "" && c.key != "" {
						c.key += "."
					}
					c.key += part
				}
				var err error
				if c.fields, err = bind(c.method.request, way.Fields); err != nil {
					return nil, fmt.Errorf("%s: %w", c.key, err)
				}
				n.cases = append(n.cases, c)
			}
		}
	}
	return n, nil
}

// n8nMade is a parameter, with the cases that show it.
type n8nMade struct {
	object
	text  string
	when  *catalog.When
	cases []int
}

// properties are the node's parameters: the choices, then each field once for all the
// operations where it is the same.
func (n *n8nPicker) properties() ([]any, error) {
	all := []any{n8nAuthentication}
	all = append(all, n.choosers()...)
	var made []*n8nMade
	var orders [][]*n8nMade // of each case
	for i, c := range n.cases {
		shown, err := c.parameters()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.key, err)
		}
		var order []*n8nMade
		for _, p := range shown {
			at := slices.IndexFunc(made, func(m *n8nMade) bool { return m.text == p.text })
			if at < 0 {
				made, at = append(made, p), len(made)
			}
			made[at].cases = append(made[at].cases, i)
			order = append(order, made[at])
		}
		orders = append(orders, order)
	}
	sorted, err := inEveryOrder(made, orders)
	if err != nil {
		return nil, err
	}
	for _, p := range sorted {
		for _, show := range n.show(p.cases) {
			o := slices.Clone(p.object)
			if p.when != nil {
				show.set(p.when.Name, p.when.Values)
			}
			if len(show) > 0 {
				o.set("displayOptions", object{{"show", show}})
			}
			all = append(all, o)
		}
	}
	return all, nil
}

// parameters of one case: what is shown, the options, where the result goes.
func (c *n8nCase) parameters() ([]*n8nMade, error) {
	var shown, last []*n8nMade
	var options []any
	for _, f := range c.fields {
		made, err := n8nProperties(f)
		if err != nil {
			return nil, err
		}
		for _, p := range made {
			switch {
			case f.More:
				options = append(options, p)
				continue
			case f.Name() == "saveTo":
				last = append(last, &n8nMade{object: p})
			default:
				shown = append(shown, &n8nMade{object: p, when: f.When})
			}
		}
	}
	if len(options) > 0 {
		shown = append(shown, &n8nMade{object: object{{"displayName", "Options"}, {"name", n8nOptions}, {"type", "collection"},
			{"placeholder", "Add option"}, {"default", object{}}, {"options", sortByName(options, "displayName")}}})
	}
	shown = append(shown, last...)
	for _, p := range shown {
		raw, err := encode(object{{"property", p.object}, {"when", p.when}})
		if err != nil {
			return nil, err
		}
		p.text = string(raw)
	}
	return shown, nil
}

// inEveryOrder sorts the parameters so that each case shows its own in its own order.
func inEveryOrder(made []*n8nMade, orders [][]*n8nMade) ([]*n8nMade, error) {
	before := map[*n8nMade]map[*n8nMade]bool{}
	for _, order := range orders {
		for i, p := range order {
			if before[p] == nil {
				before[p] = map[*n8nMade]bool{}
			}
			if i > 0 {
				before[p][order[i-1]] = true
			}
		}
	}
	var sorted []*n8nMade
	for left := slices.Clone(made); len(left) > 0; {
		at := slices.IndexFunc(left, func(p *n8nMade) bool {
			return !slices.ContainsFunc(left, func(other *n8nMade) bool { return before[p][other] })
		})
		if at < 0 {
			return nil, fmt.Errorf("the entries show %s and others in orders that disagree", member0(left[0].object, "name"))
		}
		sorted, left = append(sorted, left[at]), slices.Delete(left, at, at+1)
	}
	return sorted, nil
}

// show says which cases a parameter is shown in, exactly: a set of resources, of
// operations and of ways to ask each, as often as it takes. Nothing: always.
func (n *n8nPicker) show(cases []int) []object {
	if len(cases) == len(n.cases) {
		return []object{nil}
	}
	// The ways of each operation, or none where it is shown in all of them.
	type key struct{ resource, ways string }
	groups := map[key][]string{} // operations
	var order []key
	for _, entry := range n.entriesOf(cases) {
		k := key{entry.resource, entry.ways}
		if groups[k] == nil {
			order = append(order, k)
		}
		groups[k] = append(groups[k], entry.operation)
	}
	var shows []object
	for done := map[key]bool{}; len(done) < len(order); {
		first := order[slices.IndexFunc(order, func(k key) bool { return !done[k] })]
		resources, operations := []string{}, []string{}
		for _, k := range order {
			with := append(slices.Clone(operations), groups[k]...)
			if !done[k] && k.ways == first.ways && n.exact(append(slices.Clone(resources), k.resource), with, cases) {
				done[k] = true
				resources = append(resources, k.resource)
				operations = distinct(with)
			}
		}
		var show object
		if first.resource != "" {
			show.set("resource", resources)
		}
		if n.severalOperations() && !n.wholeResources(resources, operations) {
			show.set("operation", operations)
		}
		if first.ways != "" {
			show.set(catalog.WaysOf.Name(), waysOf(first.ways))
		}
		shows = append(shows, show)
	}
	return shows
}

func distinct(texts []string) []string {
	seen := map[string]bool{}
	return slices.DeleteFunc(texts, func(s string) bool {
		again := seen[s]
		seen[s] = true
		return again
	})
}

// exact reports whether every operation of these names in these resources is among
// the cases.
func (n *n8nPicker) exact(resources, operations []string, cases []int) bool {
	for i, c := range n.cases {
		if c.way == "" && slices.Contains(resources, c.resource) && slices.Contains(operations, c.operation) && !slices.Contains(cases, i) {
			return false
		}
	}
	return true
}

// wholeResources reports whether these are all the operations of the resources.
func (n *n8nPicker) wholeResources(resources, operations []string) bool {
	return !slices.ContainsFunc(n.cases, func(c n8nCase) bool {
		return slices.Contains(resources, c.resource) && !slices.Contains(operations, c.operation)
	})
}

func (n *n8nPicker) severalOperations() bool {
	names := map[string]bool{}
	for _, c := range n.cases {
		names[c.resource+"."+c.operation] = true
	}
	return len(names) > 1
}

// n8nShown is an entry and those of its ways that are meant, joined; empty: all.
type n8nShown struct{ resource, operation, ways string }

// entriesOf groups cases by their entries.
func (n *n8nPicker) entriesOf(cases []int) []n8nShown {
	meant, all := map[n8nShown][]string{}, map[n8nShown]int{}
	var order []n8nShown
	for i, c := range n.cases {
		e := n8nShown{resource: c.resource, operation: c.operation}
		all[e]++
		if slices.Contains(cases, i) {
			if meant[e] == nil {
				order = append(order, e)
			}
			meant[e] = append(meant[e], c.way)
		}
	}
	var found []n8nShown
	for _, e := range order {
		shown := e
		if len(meant[e]) < all[e] {
			shown.ways = joinWays(meant[e])
		}
		found = append(found, shown)
	}
	return found
}
