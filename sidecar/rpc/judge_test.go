package rpc_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/rpc"
)

func TestFieldsAreJudged(t *testing.T) {
	both(t, "line", func(t *testing.T, w *world, call func(string) string) {
		a := w.parse(call(`{"jsonrpc":"2.0","id":1,"method":"message.ask","params":{"line":"demo","id":"a","chat":"+79123456789","body":" ","footer":"` +
			strings.Repeat("ы", 61) + `","buttons":[{"text":"Да"},{"text":"да "}]}}`))
		w.fails(a, schema.CodeInvalidRequest)
		found := map[string]schema.Issue{}
		for _, issue := range a.Error.Data.Issues {
			found[issue.Field] = issue
		}
		if issue := found["footer"]; issue.Limit != 60 || issue.Actual != 61 || issue.Label != "Footer" {
			t.Errorf("footer: %+v", issue)
		}
		for _, field := range []string{"body", "footer", "buttons[1].text"} {
			if issue, ok := found[field]; !ok || !strings.Contains(a.Error.Message, issue.Message) {
				t.Errorf("%s is not named in %q", field, a.Error.Message)
			}
		}
		w.fails(w.parse(call(`{"jsonrpc":"2.0","id":1,"method":"ask.get","params":{"line":"demo","id":"a"}}`)), schema.CodeAskNotFound)
	})
}

// brokenJudges are the ways in which judging goes wrong.
var brokenJudges = map[string]func(*rpc.Options){
	"disagreement": func(o *rpc.Options) {
		issue := []schema.Issue{{Field: "text", Rule: "max", Message: "no"}}
		o.Check = func(string, []byte, schema.Lang) (any, []schema.Issue, error) { return nil, issue, nil }
	},
	"validator fails": func(o *rpc.Options) {
		o.Validate = func(context.Context, string, schema.Lang, []byte) ([]schema.Issue, error) {
			return nil, errors.New("no verdict")
		}
	},
	"check fails": func(o *rpc.Options) {
		o.Check = func(string, []byte, schema.Lang) (any, []schema.Issue, error) { return nil, nil, errors.New("fault") }
	},
	"validator panics": func(o *rpc.Options) {
		o.Validate = func(context.Context, string, schema.Lang, []byte) ([]schema.Issue, error) { panic("broken") }
	},
	"another type": func(o *rpc.Options) {
		o.Check = func(string, []byte, schema.Lang) (any, []schema.Issue, error) { return &schema.LineRequest{}, nil, nil }
	},
}

// judgingSends has only the send judged by what was changed, so that a test can
// look around.
func judgingSends(change func(*rpc.Options)) func(*rpc.Options) {
	return func(o *rpc.Options) {
		whole := *o
		change(o)
		broken := *o
		o.Validate = func(ctx context.Context, method string, lang schema.Lang, params []byte) ([]schema.Issue, error) {
			if method == "message.sendText" {
				return broken.Validate(ctx, method, lang, params)
			}
			return whole.Validate(ctx, method, lang, params)
		}
		o.Check = func(method string, params []byte, lang schema.Lang) (any, []schema.Issue, error) {
			if method == "message.sendText" {
				return broken.Check(method, params, lang)
			}
			return whole.Check(method, params, lang)
		}
	}
}

// Where the two judges disagree nothing is done and it is counted; a judge that
// fails lets nothing through either.
func TestJudgesThatFail(t *testing.T) {
	for name, change := range brokenJudges {
		t.Run(name, func(t *testing.T) {
			w := start(t, judgingSends(change))
			close(w.api.door)
			s := w.dial("line", "")
			a := s.ask(send)
			w.fails(a, schema.CodeInternal)
			if len(a.Error.Data.Issues) > 0 || strings.Contains(a.Error.Message, "broken") {
				t.Errorf("an internal error tells too much: %+v", a.Error)
			}
			w.fails(s.ask(get), schema.CodeMessageNotFound)
			_, text := w.post("", "", func(r *http.Request) { r.Method, r.URL.Path = http.MethodGet, "/status.json" })
			var status rpc.Status
			if err := json.Unmarshal([]byte(text), &status); err != nil {
				t.Fatal(err)
			}
			want := int64(0)
			if name == "disagreement" {
				want = 1
			}
			if status.Validator.Disagreements != want || status.Validator.Calls < 2 {
				t.Errorf("counted %+v", status.Validator)
			}
		})
	}
}
