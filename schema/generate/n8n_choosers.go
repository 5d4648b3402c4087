package main

import (
	"strings"

	"github.com/nodeline/nodeline/ui-manifests/catalog"
)

func joinWays(ways []string) string { return strings.Join(ways, " ") }

func waysOf(joined string) []string { return strings.Fields(joined) }

// n8nAuthentication chooses between the two credentials.
var n8nAuthentication = object{{"displayName", "Authentication"}, {"name", "authentication"}, {"type", "options"}, {"noDataExpression", true}, {"default", "oAuth2"}, {"options", []any{
	object{{"name", "Link by QR Code (OAuth2)"}, {"value", "oAuth2"}, {"description", "Connect opens a page with the code to scan"}},
	object{{"name", "URL and Token"}, {"value", "token"}, {"description", "For a line that is linked already"}},
}}}

// choosers are what a person chooses before the fields: a resource, an operation, a
// way to ask. They stand in the order of need, which is why n8n's rule about sorted
// lists is not followed here.
func (n *n8nPicker) choosers() []any {
	var all []any
	if n.Kind == catalog.Trigger {
		return nil
	}
	if n.Offers[0].ID != "" {
		var resources []any
		for _, o := range n.Offers {
			resources = append(resources, object{{"name", titleCase(o.Title.En)}, {"value", o.ID}, {"description", describe(o.Help.En)}})
		}
		all = append(all, object{{"displayName", "Resource"}, {"name", "resource"}, {"type", "options"}, {"noDataExpression", true},
			{"default", n.Offers[0].ID}, {"options", resources}})
	}
	for _, o := range n.Offers {
		var operations []any
		for _, e := range o.Entries {
			operations = append(operations, object{{"name", titleCase(e.Title.En)}, {"value", e.ID}, {"action", e.Phrase.En}, {"description", describe(e.Help.En)}})
		}
		p := object{{"displayName", "Operation"}, {"name", "operation"}, {"type", "options"}, {"noDataExpression", true},
			{"default", o.Entries[0].ID}, {"options", operations}}
		if o.ID != "" {
			p.set("displayOptions", object{{"show", object{{"resource", []string{o.ID}}}}})
		}
		all = append(all, p)
	}
	for _, o := range n.Offers {
		for _, e := range o.Entries {
			if len(e.Ways) > 1 {
				all = append(all, n.wayChooser(o, e))
			}
		}
	}
	return all
}

func (n *n8nPicker) wayChooser(o catalog.Offer, e catalog.Entry) object {
	f := boundField{Field: catalog.WaysOf}
	f.Start = e.Ways[0].ID
	for _, w := range e.Ways {
		f.Options = append(f.Options, catalog.Option{Value: w.ID, Label: w.Title, Help: w.Help})
	}
	p := n8nSelect(f)
	p.set("noDataExpression", true)
	if n.severalOperations() {
		p.set("displayOptions", object{{"show", object{{"operation", []string{e.ID}}}}})
	}
	return p
}
