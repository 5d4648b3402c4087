package storetest

import (
	"testing"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

func templates(t *testing.T, s *suite) {
	visit := bridge.TemplateRecord{Name: "visit", Language: "ru", Version: 1, Category: schema.CategoryUtility, Status: schema.TemplateApproved, Created: began, Updated: began,
		Content: schema.TemplateContent{Header: &schema.TemplateHeader{Image: "https://a.example/p.png"}, Body: "Ждём {{1}} вас", Samples: []schema.TemplateValue{{Name: "1", Value: "завтра"}}}}
	newer := visit
	newer.Version, newer.Status, newer.Content = 10, schema.TemplateDraft, schema.TemplateContent{Body: "Ждём", Call: &schema.TemplateCall{Text: "Звонок", Phone: "+79123456789"}}
	older := newer
	older.Version = 9
	english, other := visit, visit
	english.Language, other.Name = "en", "about"
	s.write(func(tx bridge.Tx) error {
		for _, rec := range []bridge.TemplateRecord{visit, newer, older, english, other} {
			if err := tx.PutTemplate(rec); err != nil {
				return err
			}
		}
		return nil
	})
	read := func(name, language string, version int, want bridge.TemplateRecord, there bool) {
		t.Helper()
		s.read(func(v bridge.View) error {
			got, ok, err := v.Template(name, language, version)
			equal(t, name+" "+language, []any{got, ok}, []any{want, there})
			return err
		})
	}
	list := func(want ...bridge.TemplateRecord) {
		t.Helper()
		s.read(func(v bridge.View) error {
			got, err := v.Templates()
			equal(t, "templates", got, want)
			return err
		})
	}
	read("visit", "ru", 0, newer, true)
	read("visit", "ru", 1, visit, true)
	read("visit", "ru", 2, bridge.TemplateRecord{}, false)
	read("visit", "de", 0, bridge.TemplateRecord{}, false)
	list(other, english, newer)
	newer.Status, newer.Updated = schema.TemplatePaused, began.Add(1e9)
	s.write(func(tx bridge.Tx) error { return tx.PutTemplate(newer) })
	read("visit", "ru", 10, newer, true)
	s.write(func(tx bridge.Tx) error { return tx.DeleteTemplate("visit", "ru") })
	read("visit", "ru", 1, bridge.TemplateRecord{}, false)
	list(other, english)
}
