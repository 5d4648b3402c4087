package schema_test

import (
	"slices"
	"strconv"
	"testing"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/schema/shape"
)

// Tags cannot name constants: this holds the numbers in them together with the
// constants that code uses.
func TestTagsHoldTheLimits(t *testing.T) {
	for _, c := range []struct {
		request any
		path    string
		rule    string
		limit   int
	}{
		{schema.SendTextRequest{}, "text", "max", schema.TextMax},
		{schema.SendButtonsRequest{}, "header", "max", schema.HeaderMax},
		{schema.SendButtonsRequest{}, "body", "max", schema.BodyMax},
		{schema.SendButtonsRequest{}, "footer", "max", schema.FooterMax},
		{schema.SendButtonsRequest{}, "buttons", "max", schema.ButtonsMax},
		{schema.AskRequest{}, "header", "max", schema.HeaderMax},
		{schema.AskRequest{}, "body", "max", schema.BodyMax},
		{schema.AskRequest{}, "footer", "max", schema.FooterMax},
		{schema.AskRequest{}, "buttons", "max", schema.ButtonsMax},
		{schema.AskRequest{}, "buttons.text", "max", schema.ButtonTextMax},
		{schema.AskRequest{}, "deadlineSeconds", "max", schema.DeadlineMaxSeconds},
		{schema.SendTextRequest{}, "timeLimit", "max", schema.DeadlineMaxSeconds},
		{schema.SendButtonsRequest{}, "timeLimit", "max", schema.DeadlineMaxSeconds},
		{schema.AskRequest{}, "timeLimit", "max", schema.DeadlineMaxSeconds},
		{schema.SendListRequest{}, "body", "max", schema.ListBodyMax},
		{schema.SendListRequest{}, "listButton", "max", schema.ListButtonMax},
		{schema.SendListRequest{}, "rows", "max", schema.ListRowsMax},
		{schema.SendListRequest{}, "rows.id", "max", schema.ListRowIDMax},
		{schema.SendListRequest{}, "rows.text", "max", schema.ListRowMax},
		{schema.SendListRequest{}, "rows.description", "max", schema.ListRowDescriptionMax},
		{schema.SendListRequest{}, "rows.section", "max", schema.ListSectionMax},
		{schema.AskRequest{}, "rows", "max", schema.ListRowsMax},
		{schema.AskRequest{}, "listButton", "max", schema.ListButtonMax},
		{schema.AskRequest{}, "options", "min", schema.PollOptionsMin},
		{schema.AskRequest{}, "options", "max", schema.PollOptionsMax},
		{schema.SendPollRequest{}, "question", "max", schema.PollQuestionMax},
		{schema.SendPollRequest{}, "options", "min", schema.PollOptionsMin},
		{schema.SendPollRequest{}, "options", "max", schema.PollOptionsMax},
		{schema.SendPollRequest{}, "options.text", "max", schema.PollOptionMax},
		{schema.SendButtonsRequest{}, "link.text", "max", schema.LinkTextMax},
		{schema.SendButtonsRequest{}, "link.url", "max", schema.LinkURLMax},
		{schema.SendButtonsRequest{}, "call.text", "max", schema.LinkTextMax},
		{schema.TemplateCreateRequest{}, "name", "max", schema.TemplateNameMax},
		{schema.TemplateCreateRequest{}, "content.body", "max", schema.BodyMax},
		{schema.TemplateCreateRequest{}, "content.footer", "max", schema.FooterMax},
		{schema.TemplateCreateRequest{}, "content.header.text", "max", schema.HeaderMax},
		{schema.TemplateCreateRequest{}, "content.buttons", "max", schema.TemplateButtonsMax},
		{schema.TemplateCreateRequest{}, "content.buttons.text", "max", schema.TemplateButtonTextMax},
		{schema.TemplateCreateRequest{}, "content.links", "max", schema.TemplateLinksMax},
		{schema.TemplateCreateRequest{}, "content.links.url", "max", schema.LinkURLMax},
		{schema.AskRequest{}, "reminders", "max", schema.RemindersMax},
		{schema.AskRequest{}, "reminders", "intime", schema.DeadlineDefaultSeconds},
		{schema.AskRequest{}, "reminders.afterSeconds", "max", schema.ReminderMaxSeconds},
		{schema.AskRequest{}, "reminders.text", "max", schema.ReminderTextMax},
		{schema.AskRequest{}, "answer.retryText", "max", schema.BodyMax},
	} {
		rule, ok := field(t, c.request, c.path).Rule(c.rule)
		if !ok || rule.N != int64(c.limit) {
			t.Errorf("%T %s: %s is %d, the constant %d", c.request, c.path, c.rule, rule.N, c.limit)
		}
	}
	for _, c := range []struct {
		request any
		path    string
	}{{schema.MessageEditRequest{}, "text"}, {schema.SendTextRequest{}, "text"}} {
		if rule, _ := field(t, c.request, c.path).Rule("max"); rule.N != schema.TextMax {
			t.Errorf("%T %s: max is %d", c.request, c.path, rule.N)
		}
	}
	ask := schema.AskRequest{}
	if d := field(t, ask, "deadlineSeconds").Default; d != strconv.Itoa(schema.DeadlineDefaultSeconds) {
		t.Errorf("deadlineSeconds: default %s, the constant %d", d, schema.DeadlineDefaultSeconds)
	}
	if d := field(t, ask, "answer.tries").Default; d != strconv.Itoa(schema.AnswerTriesDefault) {
		t.Errorf("answer.tries: default %s, the constant %d", d, schema.AnswerTriesDefault)
	}
	if n := field(t, ask, "context").Opaque; n != schema.ContextMaxBytes {
		t.Errorf("context: opaque %d, the constant %d", n, schema.ContextMaxBytes)
	}
}

func field(t *testing.T, request any, path string) *shape.Field {
	t.Helper()
	s, err := shape.Of(request)
	if err != nil {
		t.Fatal(err)
	}
	f, err := s.Find(path)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// A default is filled in after judging: it must be a value that would be accepted.
func TestDefaultsKeepTheirRules(t *testing.T) {
	seen := 0
	for _, op := range schema.Operations {
		s, err := shape.Of(op.Request)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range s.Fields {
			if f.Default == "" {
				continue
			}
			seen++
			n, err := strconv.ParseInt(f.Default, 10, 64)
			if (err == nil) != (f.Kind == shape.Integer) {
				t.Errorf("%s %s: default %q of kind %s", op.Method, f.Name, f.Default, f.Kind)
			}
			least, hasLeast := f.Rule("min")
			most, hasMost := f.Rule("max")
			if hasLeast && n < least.N || hasMost && n > most.N {
				t.Errorf("%s %s: default %d is outside %d..%d", op.Method, f.Name, n, least.N, most.N)
			}
			if values, ok := f.Rule("oneof"); ok && !slices.Contains(values.Values, f.Default) {
				t.Errorf("%s %s: default %q is not one of %v", op.Method, f.Name, f.Default, values.Values)
			}
		}
	}
	if seen == 0 {
		t.Error("no field has a default")
	}
}

func TestCodesAreWholeAndUnique(t *testing.T) {
	codes, numbers := map[schema.Code]bool{}, map[int]bool{}
	for _, c := range schema.Codes {
		if codes[c.Code] || numbers[c.RPC] {
			t.Errorf("%s (%d) is listed twice", c.Code, c.RPC)
		}
		codes[c.Code], numbers[c.RPC] = true, true
		for _, text := range []schema.Text{c.Message, c.Hint} {
			if text.En == "" || text.Ru == "" {
				t.Errorf("%s: %+v", c.Code, text)
			}
		}
		if c.HTTP < 400 || c.HTTP > 599 {
			t.Errorf("%s: HTTP %d", c.Code, c.HTTP)
		}
	}
	for _, op := range schema.Operations {
		if op.Title.En == "" || op.Title.Ru == "" || op.Help.En == "" || op.Help.Ru == "" {
			t.Errorf("%s: title or help is missing", op.Method)
		}
		for _, c := range op.Errors {
			if !codes[c] {
				t.Errorf("%s names the unknown code %s", op.Method, c)
			}
		}
	}
}
