package rpc_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/nodeline/nodeline/internal/wait"
	"github.com/nodeline/nodeline/schema"
)

const status = `{"jsonrpc":"2.0","id":1,"method":"line.status","params":{"line":"demo"}}`

// both runs a test of one call by HTTP and by websocket: the same methods, the same answers.
func both(t *testing.T, token string, test func(t *testing.T, w *world, ask func(string) string)) {
	t.Run("http", func(t *testing.T) {
		w := start(t)
		test(t, w, func(body string) string { _, text := w.post(token, body); return text })
	})
	t.Run("websocket", func(t *testing.T) {
		w := start(t)
		s := w.dial(token, "")
		test(t, w, func(body string) string { s.send(body); return s.read() })
	})
}

func TestErrorsOfRequests(t *testing.T) {
	cases := []struct {
		name, body string
		code       schema.Code
	}{
		{"malformed", `{"jsonrpc":"2.0","id":1,"method`, schema.CodeParse},
		{"empty", ` `, schema.CodeParse},
		{"two values", status + status, schema.CodeParse},
		{"not an object", `1`, schema.CodeInvalidRPC},
		{"empty batch", `[]`, schema.CodeInvalidRPC},
		{"no version", `{"id":1,"method":"line.list"}`, schema.CodeInvalidRPC},
		{"old version", `{"jsonrpc":"1.0","id":1,"method":"line.list"}`, schema.CodeInvalidRPC},
		{"no method", `{"jsonrpc":"2.0","id":1}`, schema.CodeInvalidRPC},
		{"method not a string", `{"jsonrpc":"2.0","id":1,"method":1}`, schema.CodeInvalidRPC},
		{"id an object", `{"jsonrpc":"2.0","id":{},"method":"line.list"}`, schema.CodeInvalidRPC},
		{"params a string", `{"jsonrpc":"2.0","id":1,"method":"line.list","params":"x"}`, schema.CodeInvalidRPC},
		{"a member too many", `{"jsonrpc":"2.0","id":1,"method":"line.list","extra":1}`, schema.CodeInvalidRPC},
		{"unknown method", `{"jsonrpc":"2.0","id":1,"method":"line.fly"}`, schema.CodeMethodNotFound},
		{"unknown rpc method", `{"jsonrpc":"2.0","id":1,"method":"rpc.serverInfo"}`, schema.CodeMethodNotFound},
		{"params by place", `{"jsonrpc":"2.0","id":1,"method":"line.status","params":["demo"]}`, schema.CodeInvalidRequest},
		{"unknown line", `{"jsonrpc":"2.0","id":1,"method":"line.status","params":{"line":"nowhere"}}`, schema.CodeLineNotFound},
		{"over 64 KB of fields", `{"jsonrpc":"2.0","id":1,"method":"message.sendText","params":{"text":"` + strings.Repeat("x", 70<<10) + `"}}`, schema.CodeTooLarge},
	}
	both(t, "admin", func(t *testing.T, w *world, ask func(string) string) {
		for _, c := range cases {
			t.Run(c.name, func(t *testing.T) {
				w := *w
				w.t = t
				w.fails(w.parse(ask(c.body)), c.code)
			})
		}
	})
}

func TestUnknownFieldIsNamed(t *testing.T) {
	both(t, "admin", func(t *testing.T, w *world, ask func(string) string) {
		a := w.parse(ask(`{"jsonrpc":"2.0","id":1,"method":"line.status","params":{"line":"demo","colour":"red"}}`))
		w.fails(a, schema.CodeInvalidRequest)
		if a.Error.Data.Field != "colour" || !strings.Contains(a.Error.Message, "colour") {
			t.Errorf("the error does not name the field: %+v", a.Error)
		}
	})
}

// Who finds that a field is wrong, the validator or the bridge, makes no difference.
func TestARefusalReadsTheSameWhoeverRefuses(t *testing.T) {
	both(t, "admin", func(t *testing.T, w *world, ask func(string) string) {
		for _, params := range []string{`{"line":"demo","count":0.5}`, `{"line":"demo","before":"nowhere"}`} {
			a := w.parse(ask(`{"jsonrpc":"2.0","id":1,"method":"ask.list","params":` + params + `}`))
			w.fails(a, schema.CodeInvalidRequest)
			d := a.Error.Data
			if len(d.Issues) != 1 || d.Field != d.Issues[0].Field || d.Message != d.Issues[0].Message || a.Error.Message != d.Message || !strings.HasPrefix(d.Message, "“"+d.Issues[0].Label+"”") {
				t.Errorf("%s: %+v", params, d)
			}
		}
	})
}

func TestIDs(t *testing.T) {
	both(t, "admin", func(t *testing.T, w *world, ask func(string) string) {
		for _, id := range []string{`1`, `-7`, `1.5`, `9007199254740993`, `"a"`, `""`, `"ключ \" 1"`} {
			a := w.parse(ask(fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"method":"line.status","params":{"line":"demo"}}`, id)))
			if string(a.ID) != id || a.Error != nil {
				t.Errorf("id %s: answer has id %s, error %+v", id, a.ID, a.Error)
			}
		}
	})
}

func TestBatch(t *testing.T) {
	both(t, "admin", func(t *testing.T, w *world, ask func(string) string) {
		text := ask(`[` + status + `,{"jsonrpc":"2.0","method":"line.list"},{"jsonrpc":"2.0","id":"x","method":"line.fly"},7]`)
		var answers []answer
		if err := json.Unmarshal([]byte(text), &answers); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if len(answers) != 3 {
			t.Fatalf("got %d answers to two calls, a notification and a mistake: %s", len(answers), text)
		}
		of := map[string]answer{}
		for _, a := range answers {
			of[string(a.ID)] = a
		}
		if of["1"].Error != nil || of["1"].Result == nil {
			t.Errorf("the good call failed: %+v", of["1"].Error)
		}
		w.fails(of[`"x"`], schema.CodeMethodNotFound)
		w.fails(of["null"], schema.CodeInvalidRPC)
	})
}

func TestBatchTooLong(t *testing.T) {
	both(t, "admin", func(t *testing.T, w *world, ask func(string) string) {
		w.fails(w.parse(ask(`[`+strings.Repeat(status+`,`, 256)+status+`]`)), schema.CodeTooLarge)
	})
}

func TestNotification(t *testing.T) {
	note := `{"jsonrpc":"2.0","method":"message.sendText","params":{"line":"demo","key":"n1","chat":"+79123456789","text":"hi"}}`
	found := `{"jsonrpc":"2.0","id":1,"method":"message.get","params":{"line":"demo","key":"n1"}}`
	t.Run("http", func(t *testing.T) {
		w := start(t)
		close(w.api.door)
		if resp, text := w.post("line", note); resp.StatusCode != http.StatusNoContent || text != "" {
			t.Fatalf("notification answered %s %q", resp.Status, text)
		}
		if _, text := w.post("line", found); w.parse(text).Error != nil {
			t.Errorf("the notification did not run: %s", text)
		}
	})
	t.Run("websocket", func(t *testing.T) {
		w := start(t)
		s := w.dial("line", "")
		s.send(note)
		within(t, "the notification to run", w.api.began)
		// It still runs; the next call does not wait for it, and is the first thing answered.
		w.fails(s.ask(found), schema.CodeMessageNotFound)
		close(w.api.door)
		wait.Until(t, "its result is found", func() bool { return s.ask(found).Error == nil })
	})
}

func TestTooLargeRequest(t *testing.T) {
	big := `{"jsonrpc":"2.0","id":1,"method":"line.list","params":{"x":"` + strings.Repeat("x", schema.RequestMaxBytes) + `"}}`
	t.Run("http", func(t *testing.T) {
		w := start(t)
		resp, text := w.post("admin", big)
		if resp.StatusCode != http.StatusRequestEntityTooLarge {
			t.Errorf("status %s", resp.Status)
		}
		w.fails(w.parse(text), schema.CodeTooLarge)
	})
	t.Run("http without a length", func(t *testing.T) {
		w := start(t)
		resp, text := w.post("admin", big, func(r *http.Request) { r.ContentLength = -1 })
		if resp.StatusCode != http.StatusRequestEntityTooLarge {
			t.Errorf("status %s", resp.Status)
		}
		w.fails(w.parse(text), schema.CodeTooLarge)
	})
	t.Run("websocket", func(t *testing.T) {
		w := start(t)
		s := w.dial("admin", "")
		s.send(big)
		if code := s.closed(); code != 1009 {
			t.Errorf("closed with %d, want 1009", code)
		}
	})
}

func TestLargestRequestPasses(t *testing.T) {
	frame := `{"jsonrpc":"2.0","id":1,"method":"message.ask","params":{"line":"demo","id":"k","chat":"+79123456789","body":"b","buttons":[{"text":"Да"}],"context":"%s"}}`
	context := strings.Repeat("x", schema.ContextMaxBytes-2)
	both(t, "line", func(t *testing.T, w *world, ask func(string) string) {
		if a := w.parse(ask(fmt.Sprintf(frame, context))); a.Error != nil {
			t.Errorf("a context of exactly the limit is refused: %+v", a.Error)
		}
		a := w.parse(ask(fmt.Sprintf(frame, context+"x")))
		w.fails(a, schema.CodeInvalidRequest)
		if issue := a.Error.Data.Issues[0]; issue.Field != "context" || issue.Limit != schema.ContextMaxBytes || issue.Actual != schema.ContextMaxBytes+1 {
			t.Errorf("issue %+v", issue)
		}
	})
}

func TestLanguage(t *testing.T) {
	russian := schema.InfoOf(schema.CodeLineNotFound).Message.Ru
	body := `{"jsonrpc":"2.0","id":1,"method":"line.status","params":{"line":"nowhere"}}`
	w := start(t)
	for header, want := range map[string]bool{"ru": true, "ru-RU,ru;q=0.9,en;q=0.8": true, "en,ru;q=0.5": false, "de": false, "": false, "fr, ru;q=0.7": true} {
		_, text := w.post("admin", body, func(r *http.Request) { r.Header.Set("Accept-Language", header) })
		if got := w.parse(text).Error.Message; (got == russian) != want {
			t.Errorf("Accept-Language %q: %s", header, got)
		}
	}
	if got := w.dial("admin", "?lang=ru").ask(body).Error.Message; got != russian {
		t.Errorf("?lang=ru: %s", got)
	}
	if got := w.dial("admin", "?lang=en").ask(`{`).Error.Message; got != schema.InfoOf(schema.CodeParse).Message.En {
		t.Errorf("?lang=en: %s", got)
	}
}

func TestDiscover(t *testing.T) {
	both(t, "read", func(t *testing.T, w *world, ask func(string) string) {
		var doc struct {
			OpenRPC string `json:"openrpc"`
			Methods []struct {
				Name string `json:"name"`
			} `json:"methods"`
		}
		a := w.parse(ask(`{"jsonrpc":"2.0","id":1,"method":"rpc.discover"}`))
		if err := json.Unmarshal(a.Result, &doc); err != nil {
			t.Fatal(err)
		}
		names := map[string]bool{}
		for _, m := range doc.Methods {
			names[m.Name] = true
		}
		for _, op := range schema.Operations {
			if !names[op.Method] {
				t.Errorf("%s is not in the document", op.Method)
			}
		}
		if doc.OpenRPC == "" {
			t.Error("not an OpenRPC document")
		}
	})
}

func TestEveryResultIsStamped(t *testing.T) {
	both(t, "admin", func(t *testing.T, w *world, ask func(string) string) {
		var list schema.LineListResult
		a := w.parse(ask(`{"jsonrpc":"2.0","id":1,"method":"line.list"}`))
		if err := json.Unmarshal(a.Result, &list); err != nil {
			t.Fatal(err)
		}
		if !list.Sandbox || len(list.Lines) != 2 || !list.Lines[0].Sandbox || !list.Lines[1].Sandbox {
			t.Errorf("not stamped throughout: %s", a.Result)
		}
	})
}
