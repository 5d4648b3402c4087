package bridge

import (
	"cmp"
	"context"
	"errors"
	"strings"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/schema/hsm"
)

// TemplateImport implements API.
func (b *Bridge) TemplateImport(ctx context.Context, c Caller, r schema.TemplateImportRequest) (schema.Template, error) {
	tags, err := hsm.Parse(r.Tags)
	if err != nil {
		return schema.Template{}, tagsError(err, "tags", c.Lang)
	}
	var rec TemplateRecord
	err = b.store.Write(ctx, func(tx Tx) error {
		was, known, err := tx.Template(r.Name, r.Language, 0)
		if err != nil {
			return err
		}
		if !known {
			at := b.now()
			was = TemplateRecord{Name: r.Name, Language: r.Language, Category: schema.CategoryUtility, Status: schema.TemplateDraft, Created: at}
		}
		now := was
		now.Category = cmp.Or(r.Category, was.Category)
		now.Content = tagged(was.Content, tags)
		if r.Samples != nil {
			now.Content.Samples = r.Samples
		}
		rec, err = b.reword(tx, c.Lang, was, now, "")
		return err
	})
	if e, ok := errors.AsType[*schema.Error](err); ok {
		asImported(e)
	}
	if err != nil {
		return schema.Template{}, b.fail("import template", c.Lang, err)
	}
	return templateOf(rec, c.Lang), nil
}

// asImported has issues about a template's content name what the import gave of it.
func asImported(e *schema.Error) {
	for i, issue := range e.Issues {
		switch {
		case issue.Field == "content.samples":
			e.Issues[i].Field = "samples"
		case strings.HasPrefix(issue.Field, "content."):
			e.Issues[i].Field = "tags"
		}
	}
}

// tagged is a content with what tags carry, which is the rest of its texts too:
// a header of another kind stays only if the tags have none.
func tagged(c schema.TemplateContent, tags hsm.Template) schema.TemplateContent {
	c.Body, c.Footer = tags.Body, tags.Footer
	switch {
	case tags.Header != "":
		c.Header = &schema.TemplateHeader{Text: tags.Header}
	case tags.Image != "":
		c.Header = &schema.TemplateHeader{Image: tags.Image}
	case c.Header != nil && (c.Header.Text != "" || c.Header.Image != ""):
		c.Header = nil
	}
	return c
}

// TemplateExport implements API.
func (b *Bridge) TemplateExport(ctx context.Context, c Caller, r schema.TemplateRequest) (schema.TemplateExportResult, error) {
	rec, err := b.readTemplate(ctx, c.Lang, r.Name, r.Language, 0)
	if err != nil {
		return schema.TemplateExportResult{}, err
	}
	content := rec.Content
	tags := hsm.Template{Body: content.Body, Footer: content.Footer}
	if content.Header != nil {
		tags.Header, tags.Image = content.Header.Text, content.Header.Image
	}
	out := schema.TemplateExportResult{Left: leftOut(content)}
	if out.Tags, err = hsm.Print(tags); err != nil {
		return schema.TemplateExportResult{}, tagsError(err, "name", c.Lang)
	}
	out.Note = schema.Text{En: "The tags cannot carry: ", Ru: "Теги не передают: "}.In(c.Lang) + strings.Join(out.Left, ", ") + "."
	return out, nil
}

// leftOut names what tags cannot carry of a template: its language, category and
// status always.
func leftOut(c schema.TemplateContent) []string {
	left := []string{"name", "language", "category", "status"}
	for _, f := range []struct {
		path  string
		there bool
	}{
		{"content.header.video", c.Header != nil && c.Header.Video != ""},
		{"content.header.document", c.Header != nil && c.Header.Document != ""},
		{"content.buttons", len(c.Buttons) > 0},
		{"content.links", len(c.Links) > 0},
		{"content.call", c.Call != nil},
		{"content.samples", len(c.Samples) > 0},
	} {
		if f.there {
			left = append(left, f.path)
		}
	}
	return left
}

func tagsError(err error, field string, lang schema.Lang) error {
	e := schema.NewError(schema.CodeTemplateTags, lang, err)
	e.Field = field
	if where, ok := errors.AsType[*hsm.Error](err); ok {
		e.Issues = []schema.Issue{{Field: field, Label: schema.Text{En: "Text with tags", Ru: "Текст с тегами"}.In(lang), Rule: string(where.Problem),
			Actual: where.Offset, Message: sentence(where.In(lang))}}
	}
	return e
}

// sentence begins with a capital and ends with a full stop.
func sentence(s string) string {
	first := []rune(s)[:1]
	return strings.ToUpper(string(first)) + s[len(string(first)):] + "."
}
