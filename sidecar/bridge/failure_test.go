package bridge_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/nodeline/nodeline/schema"
)

// The bridge names a field as the validator does, by its label in quotes.
func TestRefusedFieldsAreNamedAlike(t *testing.T) {
	r := linkedRig(t, quick)
	content := visit()
	content.Footer = "от {{1}} до"
	for name, call := range map[string]func() error{
		"a page": func() error {
			_, err := r.AskList(t.Context(), russian, schema.AskListRequest{Line: theLine, Before: "x"})
			return err
		},
		"a pattern": func() error {
			_, err := r.Ask(t.Context(), russian, askRequest("q1", answering(schema.AnswerRule{Kind: schema.AnswerPattern, Pattern: "(a"})))
			return err
		},
		"a filter": func() error {
			_, err := r.EventList(t.Context(), russian, schema.EventListRequest{Line: theLine, Filter: &schema.EventFilter{Text: "(a"}})
			return err
		},
		"a template": func() error {
			_, err := r.TemplateCreate(t.Context(), russian, schema.TemplateCreateRequest{Name: "visit", Language: "ru", Category: schema.CategoryUtility, Content: &content})
			return err
		},
		"a template's name": func() error {
			_, err := r.TemplateCreate(t.Context(), russian, schema.TemplateCreateRequest{Name: "Visit", Language: "ru", Category: schema.CategoryUtility, Content: &content})
			return err
		},
		"an attachment": func() error {
			_, err := r.SendMedia(t.Context(), russian, schema.SendMediaRequest{Line: theLine, Key: "k1", Chat: anna, Attachments: []schema.Attachment{{}}})
			return err
		},
	} {
		e, ok := errors.AsType[*schema.Error](call())
		if !ok || len(e.Issues) == 0 {
			t.Errorf("%s: %v", name, e)
			continue
		}
		if i := e.Issues[0]; i.Label == "" || !strings.HasPrefix(i.Message, "«"+i.Label+"»: ") || !strings.HasSuffix(i.Message, ".") || strings.Contains(i.Message, "..") {
			t.Errorf("%s: %+v", name, i)
		}
	}
}
