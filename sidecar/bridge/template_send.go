package bridge

import (
	"cmp"
	"context"
	"errors"

	"github.com/nodeline/nodeline/schema"
)

// templateUse is a template that a draft is made of.
type templateUse struct {
	schema.TemplateUse
	choices bool // quick replies are wanted: nothing else answers
}

// SendTemplate implements API.
func (b *Bridge) SendTemplate(ctx context.Context, c Caller, r schema.SendTemplateRequest) (schema.SendResult, error) {
	plain := r
	plain.Quote, plain.Priority = plainRef(r.Quote), plainPriority(r.Priority)
	return b.sendAbout(ctx, c, "template", plain, draft{line: r.Line, key: r.Key, chat: r.Chat, template: &templateUse{TemplateUse: *r.Template},
		quote: r.Quote, wish: wish{rendering: r.Rendering, call: r.Renderings}, priority: r.Priority, expires: seconds(r.TimeLimit)})
}

// useTemplate makes a draft's content of its template as it is now. What is stored
// of the message then does not change with the template.
func (b *Bridge) useTemplate(ctx context.Context, lang schema.Lang, d *draft) error {
	use := d.template
	rec, err := b.readTemplate(ctx, lang, use.Name, use.Language, 0)
	if err != nil {
		return err
	}
	if code := unapproved(rec.Status); code != "" {
		e := schema.NewError(code, lang, nil)
		e.Field = "template"
		return e
	}
	filled, err := fill(rec.Content, use.Variables, lang)
	if e, ok := errors.AsType[*schema.Error](err); ok && e.Field != "" {
		e.Field = "template." + e.Field
	}
	if err != nil {
		return err
	}
	if d.content, err = templateMessage(filled, lang); err != nil {
		return err
	}
	if use.choices && len(d.content.Buttons) == 0 {
		return invalidField("template", schema.Text{En: "it has no quick replies, so nothing could answer the ask. Add an answer, or send it as a message.",
			Ru: "в нём нет кнопок быстрого ответа, отвечать нечем. Добавьте ответ или отправьте шаблон сообщением."}, "required", schema.Text{En: "Template", Ru: "Шаблон"}, lang)
	}
	if d.ask != nil {
		d.ask.Buttons = d.content.Buttons
	}
	return headFile(d, filled.Header, lang)
}

// unapproved is why a template of a status does not send, "" for one that does.
func unapproved(s schema.TemplateStatus) schema.Code {
	switch s {
	case schema.TemplateApproved:
		return ""
	case schema.TemplatePaused:
		return schema.CodeTemplatePaused
	case schema.TemplateDisabled:
		return schema.CodeTemplateDisabled
	}
	return schema.CodeTemplateNotApproved
}

// headFile makes a draft whose template has a file above the words that file's
// message. It is fetched in its turn, as any other.
func headFile(d *draft, h *schema.TemplateHeader, lang schema.Lang) error {
	own := h.Media()
	if own == "" {
		if d.template.HeaderURL != "" {
			return invalidField("template.headerUrl", schema.Text{En: "the template has no picture, video or document above.",
				Ru: "у шаблона нет картинки, видео или документа в заголовке."}, "alone", schema.Text{En: "Header file link", Ru: "Ссылка на файл заголовка"}, lang)
		}
		return nil
	}
	as := schema.AsMedia
	if h.Document != "" {
		as = schema.AsDocument
	}
	d.content.Media, d.stage = &Media{Field: "template", URL: cmp.Or(d.template.HeaderURL, own), As: as}, StageFetch
	return nil
}
