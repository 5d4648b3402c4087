package schema_test

import (
	"slices"
	"strconv"
	"testing"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/schema/shape"
)

// Tags cannot name constants: this holds the numbers in them together with the
// constants that code uses, and with whose limits they are.
func TestTagsHoldTheLimits(t *testing.T) {
	for _, c := range []struct {
		request any
		path    string
		rule    string
		limit   int
		by      shape.LimitOf
	}{
		{schema.SendTextRequest{}, "text", "max", schema.TextMax, shape.Cloud},
		{schema.SendButtonsRequest{}, "header", "max", schema.HeaderMax, shape.Cloud},
		{schema.SendButtonsRequest{}, "body", "max", schema.BodyMax, shape.Cloud},
		{schema.SendButtonsRequest{}, "footer", "max", schema.FooterMax, shape.Cloud},
		{schema.SendButtonsRequest{}, "buttons", "max", schema.ButtonsMax, shape.Cloud},
		{schema.AskRequest{}, "header", "max", schema.HeaderMax, shape.Cloud},
		{schema.AskRequest{}, "body", "max", schema.BodyMax, shape.Cloud},
		{schema.AskRequest{}, "footer", "max", schema.FooterMax, shape.Cloud},
		{schema.AskRequest{}, "buttons", "max", schema.ButtonsMax, shape.Cloud},
		{schema.AskRequest{}, "buttons.text", "max", schema.ButtonTextMax, shape.Cloud},
		{schema.AskRequest{}, "deadlineSeconds", "max", schema.DeadlineMaxSeconds, ""},
		{schema.MessageGetRequest{}, "key", "max", schema.MadeKeyMax, ""},
		{schema.MessageCancelRequest{}, "key", "max", schema.MadeKeyMax, ""},
		{schema.MessageReactRequest{}, "message.key", "max", schema.MadeKeyMax, ""},
		{schema.LineUpdateRequest{}, "undeliveredSeconds", "max", schema.UndeliveredMaxSeconds, ""},
		{schema.SendTextRequest{}, "timeLimit", "max", schema.DeadlineMaxSeconds, ""},
		{schema.SendButtonsRequest{}, "timeLimit", "max", schema.DeadlineMaxSeconds, ""},
		{schema.AskRequest{}, "timeLimit", "max", schema.DeadlineMaxSeconds, ""},
		{schema.SendListRequest{}, "body", "max", schema.ListBodyMax, shape.Cloud},
		{schema.SendListRequest{}, "listButton", "max", schema.ListButtonMax, shape.Cloud},
		{schema.SendListRequest{}, "rows", "max", schema.ListRowsMax, shape.Cloud},
		{schema.SendListRequest{}, "rows.id", "max", schema.ListRowIDMax, shape.Cloud},
		{schema.SendListRequest{}, "rows.text", "max", schema.ListRowMax, shape.Cloud},
		{schema.SendListRequest{}, "rows.description", "max", schema.ListRowDescriptionMax, shape.Cloud},
		{schema.SendListRequest{}, "rows.section", "max", schema.ListSectionMax, shape.Cloud},
		{schema.AskRequest{}, "rows", "max", schema.ListRowsMax, shape.Cloud},
		{schema.AskRequest{}, "listButton", "max", schema.ListButtonMax, shape.Cloud},
		{schema.AskRequest{}, "options", "min", schema.PollOptionsMin, shape.Apps},
		{schema.AskRequest{}, "options", "max", schema.PollOptionsMax, shape.Apps},
		{schema.SendPollRequest{}, "question", "max", schema.PollQuestionMax, shape.Apps},
		{schema.SendPollRequest{}, "options", "min", schema.PollOptionsMin, shape.Apps},
		{schema.SendPollRequest{}, "options", "max", schema.PollOptionsMax, shape.Apps},
		{schema.SendPollRequest{}, "options.text", "max", schema.PollOptionMax, shape.Apps},
		{schema.SendButtonsRequest{}, "link.text", "max", schema.LinkTextMax, shape.Cloud},
		{schema.SendButtonsRequest{}, "link.url", "max", schema.LinkURLMax, shape.Cloud},
		{schema.SendButtonsRequest{}, "call.text", "max", schema.LinkTextMax, shape.Cloud},
		{schema.TemplateCreateRequest{}, "name", "max", schema.TemplateNameMax, shape.Cloud},
		{schema.TemplateCreateRequest{}, "content.body", "max", schema.BodyMax, shape.Cloud},
		{schema.TemplateCreateRequest{}, "content.footer", "max", schema.FooterMax, shape.Cloud},
		{schema.TemplateCreateRequest{}, "content.header.text", "max", schema.HeaderMax, shape.Cloud},
		{schema.TemplateCreateRequest{}, "content.buttons", "max", schema.TemplateButtonsMax, shape.Cloud},
		{schema.TemplateCreateRequest{}, "content.buttons.text", "max", schema.TemplateButtonTextMax, shape.Cloud},
		{schema.TemplateCreateRequest{}, "content.links", "max", schema.TemplateLinksMax, shape.Cloud},
		{schema.TemplateCreateRequest{}, "content.links.url", "max", schema.LinkURLMax, shape.Cloud},
		{schema.AskRequest{}, "reminders", "max", schema.RemindersMax, ""},
		{schema.AskRequest{}, "reminders", "intime", schema.DeadlineDefaultSeconds, ""},
		{schema.AskRequest{}, "reminders.afterSeconds", "max", schema.ReminderMaxSeconds, ""},
		{schema.AskRequest{}, "reminders.text", "max", schema.ReminderTextMax, shape.Cloud},
		{schema.SendMediaRequest{}, "caption", "max", schema.CaptionMax, shape.Cloud},
		{schema.AskRequest{}, "answer.retryText", "max", schema.BodyMax, shape.Cloud},
	} {
		rule, ok := field(t, c.request, c.path).Rule(c.rule)
		if !ok || rule.N != int64(c.limit) {
			t.Errorf("%T %s: %s is %d, the constant %d", c.request, c.path, c.rule, rule.N, c.limit)
		}
		if by := field(t, c.request, c.path).LimitOf; by != c.by {
			t.Errorf("%T %s: the limit is said to be of %q, it is of %q", c.request, c.path, by, c.by)
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
