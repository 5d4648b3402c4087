package bridge_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/nodeline/nodeline/schema"
)

// visit is a template with everything that text can have.
func visit() schema.TemplateContent {
	return schema.TemplateContent{Header: &schema.TemplateHeader{Text: "Запись {{1}}"}, Body: "Здравствуйте, {{2}}! Ждём вас {{1}} к врачу.", Footer: "Клиника",
		Buttons: []schema.TemplateButton{{ID: "yes", Text: "Приду"}, {Text: "Не смогу"}},
		Links:   []schema.TemplateLink{{Text: "Карта", URL: "https://a.example/map?q={{3}}"}, {Text: "Сайт", URL: "https://a.example"}},
		Call:    &schema.TemplateCall{Text: "Позвонить", Phone: "+7 (812) 438-16-78"},
		Samples: values("1", "завтра", "2", "Анна", "3", "clinic")}
}

func values(pairs ...string) (list []schema.TemplateValue) {
	for i := 0; i < len(pairs); i += 2 {
		list = append(list, schema.TemplateValue{Name: pairs[i], Value: pairs[i+1]})
	}
	return list
}

func (r *rig) template(name string, content schema.TemplateContent) schema.Template {
	r.t.Helper()
	t, err := r.TemplateCreate(r.ctx(), admin, schema.TemplateCreateRequest{Name: name, Language: "ru", Category: schema.CategoryUtility, Content: &content})
	if err != nil {
		r.t.Fatal(err)
	}
	return t
}

func (r *rig) changeTemplate(change schema.TemplateUpdateRequest) schema.Template {
	r.t.Helper()
	change.Language = "ru"
	t, err := r.TemplateUpdate(r.ctx(), admin, change)
	if err != nil {
		r.t.Fatal(err)
	}
	return t
}

func (r *rig) approve(name string) schema.Template {
	r.t.Helper()
	return r.changeTemplate(schema.TemplateUpdateRequest{Name: name, Status: schema.TemplateApproved})
}

func TestATemplateIsKeptByVersions(t *testing.T) {
	r := newRig(t, quick)
	made := r.template("visit", visit())
	if made.Version != 1 || made.Status != schema.TemplateDraft || !slices.Equal(made.Variables, []string{"1", "2", "3"}) || !strings.Contains(made.Note, "WhatsApp reviews nothing") {
		t.Fatalf("%+v", made)
	}
	_, err := r.TemplateCreate(r.ctx(), admin, schema.TemplateCreateRequest{Name: "visit", Language: "ru", Category: schema.CategoryUtility, Content: &made.Content})
	wantCode(t, err, schema.CodeTemplateExists)

	if approved := r.approve("visit"); approved.Version != 1 || approved.Status != schema.TemplateApproved || approved.CreatedAt != made.CreatedAt {
		t.Errorf("approved %+v", approved)
	}
	if same := r.changeTemplate(schema.TemplateUpdateRequest{Name: "visit", Content: &made.Content}); same.Version != 1 || same.Status != schema.TemplateApproved {
		t.Errorf("the same words %+v", same)
	}
	other := visit()
	other.Footer = "Клиника на Невском"
	if changed := r.changeTemplate(schema.TemplateUpdateRequest{Name: "visit", Content: &other}); changed.Version != 2 || changed.Status != schema.TemplateDraft {
		t.Errorf("other words %+v", changed)
	}
	if changed := r.changeTemplate(schema.TemplateUpdateRequest{Name: "visit", Category: schema.CategoryMarketing, Status: schema.TemplateApproved}); changed.Version != 3 || changed.Status != schema.TemplateApproved {
		t.Errorf("another category, approved at once: %+v", changed)
	}
	old, err := r.TemplateGet(r.ctx(), admin, schema.TemplateGetRequest{Name: "visit", Language: "ru", Version: 1})
	if err != nil || old.Content.Footer != "Клиника" || old.Status != schema.TemplateApproved {
		t.Errorf("version 1: %+v, %v", old, err)
	}
	r.template("about", schema.TemplateContent{Body: "О нас"})
	for status, want := range map[schema.TemplateStatus][]string{"": {"about", "visit"}, schema.TemplateDraft: {"about"}, schema.TemplateApproved: {"visit"}} {
		list, err := r.TemplateList(r.ctx(), admin, schema.TemplateListRequest{Status: status})
		var names []string
		for _, one := range list.Templates {
			names = append(names, one.Name)
		}
		if err != nil || !slices.Equal(names, want) {
			t.Errorf("list %q: %v, %v", status, names, err)
		}
	}
	if gone, err := r.TemplateDelete(r.ctx(), admin, schema.TemplateRequest{Name: "visit", Language: "ru"}); err != nil || gone.Version != 3 {
		t.Errorf("deleted %+v, %v", gone, err)
	}
	_, err = r.TemplateGet(r.ctx(), admin, schema.TemplateGetRequest{Name: "visit", Language: "ru", Version: 1})
	wantCode(t, err, schema.CodeTemplateNotFound)
	_, err = r.TemplateDelete(r.ctx(), admin, schema.TemplateRequest{Name: "visit", Language: "ru"})
	wantCode(t, err, schema.CodeTemplateNotFound)
}

func TestATemplateThatCannotBeIsRefused(t *testing.T) {
	r := newRig(t, quick)
	for name, c := range map[string]struct {
		change func(*schema.TemplateCreateRequest)
		field  string
		words  string
	}{
		"name":                {func(q *schema.TemplateCreateRequest) { q.Name = "Visit" }, "name", "small Latin letters"},
		"language":            {func(q *schema.TemplateCreateRequest) { q.Language = "russian" }, "language", "en_US"},
		"header of two kinds": {func(q *schema.TemplateCreateRequest) { q.Content.Header.Image = "https://a.example" }, "content.header", "one of them"},
		"empty header": {func(q *schema.TemplateCreateRequest) {
			q.Content.Header, q.Content.Samples = &schema.TemplateHeader{}, values("1", "a", "2", "b", "3", "c")
		}, "content.header", "one of them"},
		"two variables in header": {func(q *schema.TemplateCreateRequest) { q.Content.Header.Text = "{{1}} и {{2}}" }, "content.header.text", "one variable"},
		"variable in the footer":  {func(q *schema.TemplateCreateRequest) { q.Content.Footer = "от {{1}} до" }, "content.footer", "no variables"},
		"variable in a button":    {func(q *schema.TemplateCreateRequest) { q.Content.Buttons[1].Text = "К {{1}} да" }, "content.buttons[1].text", "no variables"},
		"variable within a link":  {func(q *schema.TemplateCreateRequest) { q.Content.Links[0].URL = "https://a.example/{{3}}/map" }, "content.links[0].url", "end of the address"},
		"side by side":            {func(q *schema.TemplateCreateRequest) { q.Content.Body = "Ждём {{1}} {{2}} вас" }, "content.body", "between two variables"},
		"first":                   {func(q *schema.TemplateCreateRequest) { q.Content.Body = "{{1}} ждём {{2}} вас" }, "content.body", "neither begins"},
		"last":                    {func(q *schema.TemplateCreateRequest) { q.Content.Body = "Ждём {{1}} вас, {{2}}" }, "content.body", "neither begins"},
		"no name":                 {func(q *schema.TemplateCreateRequest) { q.Content.Body = "Ждём {{}} {{1}} в {{2}}." }, "content.body", "is no variable"},
		"open":                    {func(q *schema.TemplateCreateRequest) { q.Content.Body = "Ждём {{1} вас {{2}}." }, "content.body", "stand only around"},
		"numbers and names":       {func(q *schema.TemplateCreateRequest) { q.Content.Body = "Ждём {{name}} вас {{2}}." }, "content.body", "not both"},
		"a gap":                   {func(q *schema.TemplateCreateRequest) { q.Content.Body = "Ждём {{4}} вас {{1}}." }, "content.body", "{{2}} is missing"},
		"no sample":               {func(q *schema.TemplateCreateRequest) { q.Content.Samples = q.Content.Samples[1:] }, "content.samples", "no sample of {{1}}"},
		"a sample of nothing": {func(q *schema.TemplateCreateRequest) {
			q.Content.Samples = append(q.Content.Samples, values("4", "x")...)
		}, "content.samples", "no such variable: {{4}}"},
		"two samples of one": {func(q *schema.TemplateCreateRequest) {
			q.Content.Samples = append(q.Content.Samples, values("1", "x")...)
		}, "content.samples", "more than one sample"},
		"a number that is none":  {func(q *schema.TemplateCreateRequest) { q.Content.Call.Phone = "+1234" }, "content.call.phone", "not a phone number"},
		"eleven buttons in all":  {func(q *schema.TemplateCreateRequest) { q.Content.Buttons = make([]schema.TemplateButton, 8) }, "content.buttons", "ten in all"},
		"a variable in capitals": {func(q *schema.TemplateCreateRequest) { q.Content.Body = "Ждём {{Name}} вас {{1}} {{2}}" }, "content.body", "{{Name}} is no variable"},
	} {
		content := visit()
		req := schema.TemplateCreateRequest{Name: "visit", Language: "ru", Category: schema.CategoryUtility, Content: &content}
		c.change(&req)
		_, err := r.TemplateCreate(r.ctx(), admin, req)
		e := wantCode(t, err, schema.CodeInvalidRequest)
		if !slices.ContainsFunc(e.Issues, func(i schema.Issue) bool { return i.Field == c.field && strings.Contains(i.Message, c.words) }) {
			t.Errorf("%s: %+v", name, e.Issues)
		}
	}
	if list, err := r.TemplateList(r.ctx(), admin, schema.TemplateListRequest{}); err != nil || len(list.Templates) != 0 {
		t.Errorf("kept %+v, %v", list, err)
	}
}

func TestAPreviewFillsInTheSamples(t *testing.T) {
	r := newRig(t, quick)
	r.template("visit", visit())
	preview := func(list ...string) (schema.TemplatePreviewResult, error) {
		return r.TemplatePreview(r.ctx(), admin, schema.TemplatePreviewRequest{Name: "visit", Language: "ru", Variables: values(list...)})
	}
	got, err := preview("2", "Пётр", "3", "дом 5")
	want := "*Запись завтра*\nЗдравствуйте, Пётр! Ждём вас завтра к врачу.\n\n1. Приду\n2. Не смогу\nКарта: https://a.example/map?q=дом%205\nСайт: https://a.example\nПозвонить: +78124381678\n\n_Клиника_"
	if err != nil || got.Text != want || got.Content.Samples != nil || got.Content.Header.Text != "Запись завтра" {
		t.Errorf("%q, %+v, %v", got.Text, got.Content, err)
	}
	_, err = preview("4", "x")
	if e := wantCode(t, err, schema.CodeTemplateVariables); !strings.Contains(e.Hint, "{{4}}") {
		t.Errorf("hint %q", e.Hint)
	}
	_, err = preview("1", strings.Repeat("я", 60))
	e := wantCode(t, err, schema.CodeTemplateTooLong)
	if len(e.Issues) != 1 || e.Issues[0].Field != "content.header.text" || e.Issues[0].Actual != 67 || e.Issues[0].Limit != 60 {
		t.Errorf("%+v", e.Issues)
	}
	again, err := r.TemplateGet(r.ctx(), admin, schema.TemplateGetRequest{Name: "visit", Language: "ru"})
	if err != nil || again.Content.Header.Text != "Запись {{1}}" || again.Content.Links[0].URL != "https://a.example/map?q={{3}}" {
		t.Errorf("the template itself %+v, %v", again, err)
	}
}

func TestTagsComeInAndGoOut(t *testing.T) {
	r := newRig(t, quick)
	text := "[#HSM#]Ждём вас {{1}} в 9.[*HEAD*]Запись[*FOOT*]Клиника"
	take := func(tags string, samples ...string) (schema.Template, error) {
		return r.TemplateImport(r.ctx(), russian, schema.TemplateImportRequest{Name: "visit", Language: "ru", Tags: tags, Samples: values(samples...)})
	}
	_, err := take("[#HSM#]Ждём\n[*HEAD*]a[*HEAD*]b")
	e := wantCode(t, err, schema.CodeTemplateTags)
	if len(e.Issues) != 1 || e.Issues[0].Actual != 21 || e.Issues[0].Message != "Строка 2, столбец 10: [*HEAD*]: тег указан второй раз." {
		t.Errorf("%+v", e.Issues)
	}
	_, err = take(text)
	wantCode(t, err, schema.CodeInvalidRequest) // no sample
	_, err = take("[#HSM#]Ждём вас {{1}} в 9.", "2", "завтра")
	if e := wantCode(t, err, schema.CodeInvalidRequest); len(e.Issues) == 0 || e.Issues[0].Field != "samples" {
		t.Errorf("%+v", e.Issues)
	}
	for _, c := range []struct {
		tags   string
		limit  int
		actual int
	}{
		{"[#HSM#]" + strings.Repeat("я", 1025), 1024, 1025},
		{"[#HSM#]а[*HEAD*]" + strings.Repeat("я", 61), 60, 61},
		{"[#HSM#]а[*FOOT*]" + strings.Repeat("я", 61), 60, 61},
		{"[#HSM#]а[*IMAGE*]https://a.example/" + strings.Repeat("p", 1983), 2000, 2001},
	} {
		_, err := take(c.tags)
		e := wantCode(t, err, schema.CodeInvalidRequest)
		if len(e.Issues) != 1 || e.Issues[0].Field != "tags" || e.Issues[0].Rule != "max" || e.Issues[0].Limit != c.limit || e.Issues[0].Actual != c.actual ||
			!strings.Contains(e.Issues[0].Message, strconv.Itoa(c.actual)) {
			t.Errorf("%.20q: %+v", c.tags, e.Issues)
		}
	}
	_, err = take("[#HSM#]Ждём {{1}} {{2}} вас", "1", "a", "2", "b")
	if e := wantCode(t, err, schema.CodeInvalidRequest); e.Issues[0].Field != "tags" {
		t.Errorf("%+v", e.Issues)
	}
	got, err := take(text, "1", "завтра")
	if err != nil || got.Version != 1 || got.Status != schema.TemplateDraft || got.Category != schema.CategoryUtility ||
		got.Content.Header.Text != "Запись" || got.Content.Footer != "Клиника" {
		t.Fatalf("%+v, %v", got, err)
	}
	out, err := r.TemplateExport(r.ctx(), admin, schema.TemplateRequest{Name: "visit", Language: "ru"})
	if err != nil || out.Tags != text || !slices.Equal(out.Left, []string{"name", "language", "category", "status", "content.samples"}) || !strings.Contains(out.Note, "content.samples") {
		t.Errorf("%+v, %v", out, err)
	}
	with := got.Content
	with.Buttons = []schema.TemplateButton{{Text: "Приду"}}
	with.Header = &schema.TemplateHeader{Document: "https://a.example/d.pdf"}
	r.changeTemplate(schema.TemplateUpdateRequest{Name: "visit", Content: &with, Status: schema.TemplateApproved})
	out, err = r.TemplateExport(r.ctx(), admin, schema.TemplateRequest{Name: "visit", Language: "ru"})
	if err != nil || out.Tags != "[#HSM#]Ждём вас {{1}} в 9.[*FOOT*]Клиника" || !slices.Contains(out.Left, "content.buttons") || !slices.Contains(out.Left, "content.header.document") {
		t.Errorf("%+v, %v", out, err)
	}
	// What the tags cannot carry stays; what they could and do not is gone.
	got, err = r.TemplateImport(r.ctx(), admin, schema.TemplateImportRequest{Name: "visit", Language: "ru", Tags: "[#HSM#]Ждём {{1}} вас"})
	if err != nil || got.Version != 3 || got.Status != schema.TemplateDraft || len(got.Content.Buttons) != 1 || got.Content.Header.Document == "" || got.Content.Footer != "" || len(got.Content.Samples) != 1 {
		t.Errorf("%+v, %v", got, err)
	}
	got, err = r.TemplateImport(r.ctx(), admin, schema.TemplateImportRequest{Name: "visit", Language: "ru", Tags: "[#HSM#]Ждём {{1}} вас[*IMAGE*]https://a.example/p.png"})
	if err != nil || got.Content.Header.Document != "" || got.Content.Header.Image != "https://a.example/p.png" {
		t.Errorf("%+v, %v", got, err)
	}
	got, err = r.TemplateImport(r.ctx(), admin, schema.TemplateImportRequest{Name: "visit", Language: "ru", Tags: "[#HSM#]Ждём {{1}} вас"})
	if err != nil || got.Content.Header != nil {
		t.Errorf("%+v, %v", got, err)
	}
}
