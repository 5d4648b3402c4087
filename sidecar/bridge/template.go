package bridge

import (
	"cmp"
	"context"
	"reflect"
	"regexp"
	"slices"

	"github.com/nodeline/nodeline/schema"
)

var (
	templateName     = regexp.MustCompile(`^[a-z0-9_]+$`)
	templateLanguage = regexp.MustCompile(`^[a-z]{2,3}(_[A-Z]{2})?$`)
)

var templateNotes = map[schema.TemplateStatus]schema.Text{
	schema.TemplateDraft: {
		En: "A draft, which does not send. An admin reads and approves it here; WhatsApp reviews nothing on a linked device.",
		Ru: "Черновик, не отправляется. Его проверяет и одобряет администратор здесь; на привязанном устройстве WhatsApp ничего не проверяет."},
	schema.TemplateApproved: {
		En: "Approved by an admin of this sidecar, not by WhatsApp: on a linked device it reviews nothing.",
		Ru: "Одобрен администратором этого сервиса, а не WhatsApp: на привязанном устройстве он ничего не проверяет."},
	schema.TemplatePaused: {
		En: "Paused by an admin: it does not send until it is approved again.",
		Ru: "Приостановлен администратором: не отправляется, пока его снова не одобрят."},
	schema.TemplateDisabled: {
		En: "Disabled by an admin: it does not send.",
		Ru: "Отключён администратором: не отправляется."},
}

func templateOf(rec TemplateRecord, lang schema.Lang) schema.Template {
	return schema.Template{Name: rec.Name, Language: rec.Language, Category: rec.Category, Status: rec.Status, Version: rec.Version,
		Content: rec.Content, Variables: append([]string{}, variablesOf(rec.Content)...), Note: templateNotes[rec.Status].In(lang),
		CreatedAt: rec.Created, UpdatedAt: rec.Updated}
}

// checkTemplate judges what tags cannot say of a template.
func checkTemplate(rec TemplateRecord, lang schema.Lang) error {
	var issues []schema.Issue
	if !templateName.MatchString(rec.Name) {
		issues = append(issues, issue("name", "form", schema.Text{En: "Template", Ru: "Шаблон"}, schema.Text{
			En: "only small Latin letters, digits and _.", Ru: "только строчные латинские буквы, цифры и _."}, lang))
	}
	if !templateLanguage.MatchString(rec.Language) {
		issues = append(issues, issue("language", "form", schema.Text{En: "Language", Ru: "Язык"}, schema.Text{
			En: "write it as ru or en_US.", Ru: "укажите в виде ru или en_US."}, lang))
	}
	issues = append(issues, checkContent(rec.Content, lang)...)
	if len(issues) == 0 {
		return nil
	}
	e := schema.NewError(schema.CodeInvalidRequest, lang, nil)
	e.Issues = issues
	return e
}

// template finds a template's version, the newest for 0.
func template(v View, lang schema.Lang, name, language string, version int) (TemplateRecord, error) {
	rec, ok, err := v.Template(name, language, version)
	if err == nil && !ok {
		err = schema.NewError(schema.CodeTemplateNotFound, lang, nil)
	}
	return rec, err
}

// TemplateCreate implements API.
func (b *Bridge) TemplateCreate(ctx context.Context, c Caller, r schema.TemplateCreateRequest) (schema.Template, error) {
	at := b.now()
	rec := TemplateRecord{Name: r.Name, Language: r.Language, Version: 1, Category: r.Category, Status: schema.TemplateDraft,
		Content: *r.Content, Created: at, Updated: at}
	if err := checkTemplate(rec, c.Lang); err != nil {
		return schema.Template{}, err
	}
	err := b.store.Write(ctx, func(tx Tx) error {
		_, ok, err := tx.Template(r.Name, r.Language, 0)
		if err == nil && ok {
			err = schema.NewError(schema.CodeTemplateExists, c.Lang, nil)
		}
		if err != nil {
			return err
		}
		return tx.PutTemplate(rec)
	})
	if err != nil {
		return schema.Template{}, b.fail("create template", c.Lang, err)
	}
	return templateOf(rec, c.Lang), nil
}

// TemplateUpdate implements API.
func (b *Bridge) TemplateUpdate(ctx context.Context, c Caller, r schema.TemplateUpdateRequest) (schema.Template, error) {
	var rec TemplateRecord
	err := b.store.Write(ctx, func(tx Tx) (err error) {
		if rec, err = template(tx, c.Lang, r.Name, r.Language, 0); err != nil {
			return err
		}
		changed := rec
		changed.Category = cmp.Or(r.Category, rec.Category)
		if r.Content != nil {
			changed.Content = *r.Content
		}
		rec, err = b.reword(tx, c.Lang, rec, changed, r.Status)
		return err
	})
	if err != nil {
		return schema.Template{}, b.fail("change template", c.Lang, err)
	}
	return templateOf(rec, c.Lang), nil
}

// reword stores a change of a template: other words, or another category, are a new
// version, which nobody has approved yet unless status says so.
func (b *Bridge) reword(tx Tx, lang schema.Lang, was, now TemplateRecord, status schema.TemplateStatus) (TemplateRecord, error) {
	if err := checkTemplate(now, lang); err != nil {
		return now, err
	}
	if now.Category != was.Category || !reflect.DeepEqual(now.Content, was.Content) {
		now.Version, now.Status = was.Version+1, schema.TemplateDraft
	}
	now.Status, now.Updated = cmp.Or(status, now.Status), b.now()
	return now, tx.PutTemplate(now)
}

// TemplateGet implements API.
func (b *Bridge) TemplateGet(ctx context.Context, c Caller, r schema.TemplateGetRequest) (schema.Template, error) {
	rec, err := b.readTemplate(ctx, c.Lang, r.Name, r.Language, r.Version)
	if err != nil {
		return schema.Template{}, err
	}
	return templateOf(rec, c.Lang), nil
}

func (b *Bridge) readTemplate(ctx context.Context, lang schema.Lang, name, language string, version int) (rec TemplateRecord, err error) {
	err = b.store.Read(ctx, func(v View) (err error) {
		rec, err = template(v, lang, name, language, version)
		return err
	})
	if err != nil {
		return rec, b.fail("read template", lang, err)
	}
	return rec, nil
}

// TemplateList implements API.
func (b *Bridge) TemplateList(ctx context.Context, c Caller, r schema.TemplateListRequest) (schema.TemplateListResult, error) {
	var list []TemplateRecord
	err := b.store.Read(ctx, func(v View) (err error) {
		list, err = v.Templates()
		return err
	})
	if err != nil {
		return schema.TemplateListResult{}, b.fail("list templates", c.Lang, err)
	}
	out := schema.TemplateListResult{Templates: []schema.Template{}}
	for _, rec := range list {
		if r.Status == "" || rec.Status == r.Status {
			out.Templates = append(out.Templates, templateOf(rec, c.Lang))
		}
	}
	return out, nil
}

// TemplatePreview implements API.
func (b *Bridge) TemplatePreview(ctx context.Context, c Caller, r schema.TemplatePreviewRequest) (schema.TemplatePreviewResult, error) {
	rec, err := b.readTemplate(ctx, c.Lang, r.Name, r.Language, 0)
	if err != nil {
		return schema.TemplatePreviewResult{}, err
	}
	values := slices.Clone(r.Variables)
	for _, sample := range rec.Content.Samples {
		if !slices.ContainsFunc(values, func(v schema.TemplateValue) bool { return v.Name == sample.Name }) {
			values = append(values, sample)
		}
	}
	filled, err := fill(rec.Content, values, c.Lang)
	if err != nil {
		return schema.TemplatePreviewResult{}, err
	}
	content, err := templateMessage(filled, c.Lang)
	if err != nil {
		return schema.TemplatePreviewResult{}, err
	}
	return schema.TemplatePreviewResult{Version: rec.Version, Status: rec.Status, Content: filled, Text: written(content)}, nil
}

// TemplateDelete implements API.
func (b *Bridge) TemplateDelete(ctx context.Context, c Caller, r schema.TemplateRequest) (schema.Template, error) {
	var rec TemplateRecord
	err := b.store.Write(ctx, func(tx Tx) (err error) {
		if rec, err = template(tx, c.Lang, r.Name, r.Language, 0); err != nil {
			return err
		}
		return tx.DeleteTemplate(r.Name, r.Language)
	})
	if err != nil {
		return schema.Template{}, b.fail("delete template", c.Lang, err)
	}
	return templateOf(rec, c.Lang), nil
}
