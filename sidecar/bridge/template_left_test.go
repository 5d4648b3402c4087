package bridge_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/nodeline/nodeline/schema"
)

// Whoever takes a template to a system with tags is told of all that stays behind.
func TestExportNamesWhatTagsCannotCarry(t *testing.T) {
	always := []string{"name", "language", "category", "status"}
	plain := schema.TemplateContent{Body: "Ждём вас завтра."}
	for name, c := range map[string]struct {
		change func(*schema.TemplateContent)
		left   []string
	}{
		"nothing": {func(*schema.TemplateContent) {}, nil},
		"picture": {func(c *schema.TemplateContent) { c.Header = &schema.TemplateHeader{Image: "https://a.example/p.png"} }, nil},
		"video":   {func(c *schema.TemplateContent) { c.Header = &schema.TemplateHeader{Video: "https://a.example/v.mp4"} }, []string{"content.header.video"}},
		"document": {func(c *schema.TemplateContent) {
			c.Header = &schema.TemplateHeader{Document: "https://a.example/d.pdf"}
		}, []string{"content.header.document"}},
		"buttons": {func(c *schema.TemplateContent) { c.Buttons = []schema.TemplateButton{{Text: "Приду"}} }, []string{"content.buttons"}},
		"links": {func(c *schema.TemplateContent) {
			c.Links = []schema.TemplateLink{{Text: "Карта", URL: "https://a.example"}}
		}, []string{"content.links"}},
		"call": {func(c *schema.TemplateContent) {
			c.Call = &schema.TemplateCall{Text: "Позвонить", Phone: "+78124381678"}
		}, []string{"content.call"}},
		"samples": {func(c *schema.TemplateContent) {
			c.Body, c.Samples = "Ждём вас {{1}} утром.", values("1", "завтра")
		}, []string{"content.samples"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, quick)
			content := plain
			c.change(&content)
			r.template("visit", content)
			out, err := r.TemplateExport(r.ctx(), admin, schema.TemplateRequest{Name: "visit", Language: "ru"})
			if err != nil || !slices.Equal(out.Left, slices.Concat(always, c.left)) {
				t.Errorf("%+v, %v", out, err)
			}
			for _, path := range c.left {
				if !strings.Contains(out.Note, path) {
					t.Errorf("the note is %q", out.Note)
				}
			}
		})
	}
}
