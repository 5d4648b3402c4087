package bridge_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

func (r *rig) sendTemplate(key schema.Key, use schema.TemplateUse, change ...func(*schema.SendTemplateRequest)) (schema.SendResult, error) {
	use.Language = "ru"
	req := schema.SendTemplateRequest{Line: theLine, Key: key, Chat: anna, Template: &use}
	for _, fn := range change {
		fn(&req)
	}
	return r.SendTemplate(r.ctx(), admin, req)
}

// wentOut is the content of the n-th message that was tried, from 0.
func (r *rig) wentOut(n int) (c bridge.Content) {
	r.t.Helper()
	r.net.mu.Lock()
	defer r.net.mu.Unlock()
	if len(r.net.sends) <= n {
		r.t.Fatalf("%d messages were tried", len(r.net.sends))
	}
	if err := json.Unmarshal(r.net.sends[n].Payload, &c); err != nil {
		r.t.Fatal(err)
	}
	return c
}

var visitValues = schema.TemplateUse{Name: "visit", Variables: values("1", "завтра", "2", "Анна", "3", "clinic")}

func TestOnlyAnApprovedTemplateSends(t *testing.T) {
	r := linkedRig(t, quick)
	_, err := r.sendTemplate("k0", visitValues)
	wantCode(t, err, schema.CodeTemplateNotFound)
	r.template("visit", visit())
	for status, code := range map[schema.TemplateStatus]schema.Code{schema.TemplateDraft: schema.CodeTemplateNotApproved,
		schema.TemplatePaused: schema.CodeTemplatePaused, schema.TemplateDisabled: schema.CodeTemplateDisabled} {
		r.changeTemplate(schema.TemplateUpdateRequest{Name: "visit", Status: status})
		_, err := r.sendTemplate("k1", visitValues)
		if e := wantCode(t, err, code); e.Server != 0 {
			t.Errorf("%s: server %d", status, e.Server)
		}
	}
	r.approve("visit")
	_, err = r.sendTemplate("k1", schema.TemplateUse{Name: "visit", Variables: values("1", "завтра", "7", "x")})
	if e := wantCode(t, err, schema.CodeTemplateVariables); !strings.Contains(e.Hint, "{{2}}, {{3}}") || !strings.Contains(e.Hint, "{{7}}") || e.Field != "template.variables" {
		t.Errorf("%+v", e)
	}
	_, err = r.sendTemplate("k1", schema.TemplateUse{Name: "visit", Variables: values("1", "завтра", "2", strings.Repeat("я", 1024), "3", "x")})
	wantCode(t, err, schema.CodeTemplateTooLong)

	got, err := r.sendTemplate("k1", visitValues)
	want := "*Запись завтра*\nЗдравствуйте, Анна! Ждём вас завтра к врачу.\n\n1. Приду\n2. Не смогу\nКарта: https://a.example/map?q=clinic\nСайт: https://a.example\nПозвонить: +78124381678\n\n_Клиника_"
	if sent := r.wentOut(0); err != nil || got.Status != schema.StatusSent || got.Rendering != schema.RenderNumbered || !strings.Contains(got.Reason, "numbered text") || sent.Body != want {
		t.Errorf("%+v, %v: %q", got, err, sent.Body)
	}
	// What is stored is what was sent, whatever becomes of the template.
	r.changeTemplate(schema.TemplateUpdateRequest{Name: "visit", Status: schema.TemplateDisabled})
	again, err := r.sendTemplate("k1", visitValues)
	if err != nil || again.MessageID != got.MessageID || len(r.net.sends) != 1 {
		t.Errorf("the same key: %+v, %v", again, err)
	}
	_, err = r.sendTemplate("k1", schema.TemplateUse{Name: "other"})
	wantCode(t, err, schema.CodeConflict)
}

func TestATemplatesButtonsGoAsPreferred(t *testing.T) {
	r := linkedRig(t, quick)
	r.template("visit", visit())
	r.approve("visit")
	got, err := r.sendTemplate("k1", visitValues, func(q *schema.SendTemplateRequest) { q.Rendering = schema.RenderNative })
	sent := r.wentOut(0)
	if err != nil || got.Rendering != schema.RenderNative || sent.Header != "Запись завтра" || sent.Footer != "Клиника" || len(sent.Buttons) != 2 || sent.Buttons[1].ID != "b2" ||
		sent.Link == nil || sent.Link.URL != "https://a.example/map?q=clinic" || len(sent.Links) != 1 || sent.Links[0].URL != "https://a.example" || sent.Call.Phone != "+78124381678" {
		t.Errorf("%+v, %v: %+v", got, err, sent)
	}
	r.template("yes", schema.TemplateContent{Body: "Придёте?", Buttons: []schema.TemplateButton{{Text: "Да"}, {Text: "Нет"}}})
	r.approve("yes")
	got, err = r.sendTemplate("k2", schema.TemplateUse{Name: "yes"}, func(q *schema.SendTemplateRequest) { q.Renderings = []schema.Rendering{schema.RenderPoll} })
	if sent := r.wentOut(1); err != nil || got.Rendering != schema.RenderPoll || sent.Poll == nil || len(sent.Buttons) != 2 {
		t.Errorf("%+v, %v: %+v", got, err, sent)
	}
	r.template("plain", schema.TemplateContent{Header: &schema.TemplateHeader{Text: "Новость"}, Body: "Мы открыты", Footer: "Клиника"})
	r.approve("plain")
	got, err = r.sendTemplate("k3", schema.TemplateUse{Name: "plain"})
	if sent := r.wentOut(2); err != nil || got.Rendering != "" || sent.Body != "*Новость*\nМы открыты\n\n_Клиника_" || sent.Header+sent.Footer != "" {
		t.Errorf("%+v, %v: %+v", got, err, sent)
	}
}

func TestAnAskOverATemplateIsAnsweredByItsButtons(t *testing.T) {
	r := linkedRig(t, quick)
	r.template("visit", visit())
	r.approve("visit")
	over := func(use schema.TemplateUse) func(*schema.AskRequest) {
		return func(q *schema.AskRequest) {
			use.Language = "ru"
			q.Body, q.Buttons, q.Template = "", nil, &use
		}
	}
	a := r.ask("q1", over(visitValues))
	if a.State != schema.AskWaiting || len(a.Buttons) != 2 || a.Buttons[0] != (schema.Button{ID: "yes", Text: "Приду"}) || !strings.Contains(r.wentOut(0).Body, "1. Приду") {
		t.Fatalf("%+v", a)
	}
	r.says(anna, "2")
	if got := r.getAsk("q1"); got.Outcome == nil || got.Outcome.Answer == nil || got.Outcome.Answer.Text != "Не смогу" || got.Outcome.Answer.ID != "b2" {
		t.Errorf("outcome %+v", got.Outcome)
	}
	r.template("link", schema.TemplateContent{Body: "Наш сайт", Links: []schema.TemplateLink{{Text: "Сайт", URL: "https://a.example"}}})
	r.approve("link")
	_, err := r.Ask(r.ctx(), admin, askRequest("q2", over(schema.TemplateUse{Name: "link"})))
	e := wantCode(t, err, schema.CodeInvalidRequest)
	if len(e.Issues) != 1 || e.Issues[0].Field != "template" {
		t.Errorf("%+v", e.Issues)
	}
	free := r.ask("q3", over(schema.TemplateUse{Name: "link"}), func(q *schema.AskRequest) { q.Answer = &schema.AnswerRule{Kind: schema.AnswerText} })
	if free.State != schema.AskWaiting || len(free.Buttons) != 0 {
		t.Fatalf("%+v", free)
	}
	r.says(anna, "посмотрю")
	if got := r.getAsk("q3"); got.State != schema.AskAnswered || got.Outcome.Answer.Raw != "посмотрю" {
		t.Errorf("%+v", got)
	}
}

func TestATemplatesFileCarriesItsWords(t *testing.T) {
	from := newSource(t)
	r := linkedRig(t, brisk)
	content := visit()
	content.Header = &schema.TemplateHeader{Image: from.url + "/photo.png"}
	r.template("visit", content)
	r.approve("visit")
	sent := func(key schema.Key) (u uploaded) {
		t.Helper()
		eventually(t, "it is sent", func() bool { return r.message(key).Status == schema.StatusSent })
		r.net.mu.Lock()
		defer r.net.mu.Unlock()
		if err := json.Unmarshal(r.net.sends[len(r.net.sends)-1].Payload, &u); err != nil {
			t.Fatal(err)
		}
		return u
	}
	got, err := r.sendTemplate("k1", visitValues)
	if err != nil || got.Rendering != schema.RenderNumbered || !strings.Contains(got.Reason, "caption") {
		t.Errorf("%+v, %v", got, err)
	}
	first := sent("k1")
	if first.Kind != schema.ContentImage || !strings.HasPrefix(first.Caption, "Здравствуйте, Анна!") || !strings.Contains(first.Caption, "2. Не смогу\nКарта: ") || !strings.HasSuffix(first.Caption, "_Клиника_") {
		t.Errorf("%+v", first)
	}
	other := visitValues
	other.HeaderURL = from.url + "/d.pdf"
	if _, err := r.sendTemplate("k2", other); err != nil {
		t.Fatal(err)
	}
	if second := sent("k2"); second.Kind != schema.ContentDocument {
		t.Errorf("%+v", second)
	}
	from.answers("/photo.png", 404)
	if _, err := r.sendTemplate("k3", visitValues); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it fails", func() bool { return r.message("k3").Status == schema.StatusFailed })
	if e := r.message("k3").Error; e.Code != schema.CodeFileUnavailable || e.Field != "template" {
		t.Errorf("%+v", e)
	}
	r.template("plain", schema.TemplateContent{Body: "Мы открыты"})
	r.approve("plain")
	_, err = r.sendTemplate("k4", schema.TemplateUse{Name: "plain", HeaderURL: from.url + "/d.pdf"})
	e := wantCode(t, err, schema.CodeInvalidRequest)
	if !slices.ContainsFunc(e.Issues, func(i schema.Issue) bool { return i.Field == "template.headerUrl" }) {
		t.Errorf("%+v", e.Issues)
	}
}
