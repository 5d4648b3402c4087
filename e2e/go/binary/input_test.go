package binary_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"github.com/nodeline/nodeline/internal/wait"
	"github.com/nodeline/nodeline/schema"
)

func newDelete(sandbox string) (*http.Response, error) {
	r, err := http.NewRequest(http.MethodDelete, "http://"+sandbox+"/api/faults", nil)
	if err != nil {
		return nil, err
	}
	return http.DefaultClient.Do(r)
}

// refusal is what a bad request must get.
type refusal struct {
	status int
	rpc    int
	code   schema.Code
}

func (w *world) refused(t *testing.T, what, token string, body []byte, want refusal, header ...string) *rpcError {
	t.Helper()
	status, a, err := w.post(token, body, header...)
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	if a.Error == nil || status != want.status || a.Error.Code != want.rpc || a.Error.Data.Code != want.code {
		t.Fatalf("%s: status %d, %v; wanted %+v", what, status, a.Error, want)
	}
	if a.Error.Message == "" || a.Error.Data.Hint == "" {
		t.Errorf("%s: no sentence or no hint in %+v", what, a.Error)
	}
	return a.Error
}

func question(change func(map[string]any)) map[string]any {
	q := map[string]any{
		"line": "clinic", "id": string(key()), "chat": customerPhone, "body": "Привет",
		"buttons": []map[string]string{{"text": "Да"}, {"text": "Нет"}},
	}
	change(q)
	return q
}

var invalid = refusal{200, -32602, schema.CodeInvalidRequest}

func TestBadInput(t *testing.T) {
	w := linked(t)
	good := question(func(map[string]any) {})
	w.refusesCallers(t, good)
	w.refusesPlaces(t)
	w.refusesFields(t)
	w.refusesShapes(t)

	// Nothing of it was sent, and the good question still can be.
	if got := w.received(); len(got) != 0 {
		t.Fatalf("the customer got %+v", got)
	}
	var stats struct{ Messages int }
	w.phoneGet("/api/stats", &stats)
	if stats.Messages != 0 {
		t.Errorf("%d messages passed the network", stats.Messages)
	}
	var list schema.AskListResult
	w.must("ask.list", schema.AskListRequest{Line: clinic}, &list)
	if len(list.Asks) != 0 {
		t.Errorf("there are asks: %+v", list.Asks)
	}
	var a schema.Ask
	w.must("message.ask", good, &a)
	w.question(a.MessageID)
}

// refusesCallers makes line "other" and calls with tokens that are not for the clinic's.
func (w *world) refusesCallers(t *testing.T, good map[string]any) {
	t.Helper()
	var made schema.TokenCreateResult
	w.must("line.create", schema.LineCreateRequest{ID: "other", Name: "Other"}, nil)
	w.must("token.create", schema.TokenCreateRequest{Name: "other's", Scope: schema.ScopeLine, Line: "other"}, &made)
	w.refused(t, "no token", "", request("message.ask", good), refusal{401, -32002, schema.CodeUnauthorized})
	w.refused(t, "a wrong token", "nonsense", request("message.ask", good), refusal{401, -32002, schema.CodeUnauthorized})
	w.refused(t, "a token of another line", made.Token, request("message.ask", good), refusal{200, -32003, schema.CodeForbidden})
}

// refusesPlaces asks where there is nobody to ask: line "other" is not linked.
func (w *world) refusesPlaces(t *testing.T) {
	t.Helper()
	w.refused(t, "an unknown line", w.admin, request("message.ask", question(func(q map[string]any) { q["line"] = "nobody" })),
		refusal{200, -32010, schema.CodeLineNotFound})
	notLinked := w.refused(t, "a line that is not linked", w.admin, request("message.ask", question(func(q map[string]any) { q["line"] = "other" })),
		refusal{200, -32012, schema.CodeLineNotLinked})
	if !strings.Contains(notLinked.Data.Hint, "QR") {
		t.Errorf("the way to link is not told: %q", notLinked.Data.Hint)
	}
	w.refused(t, "a phone that is none", w.admin, request("message.ask", question(func(q map[string]any) { q["chat"] = "+7 812 438" })),
		refusal{200, -32020, schema.CodeInvalidPhone})
}

// refusesFields has fields named that a person can put right.
func (w *world) refusesFields(t *testing.T) {
	t.Helper()
	unknown := w.refused(t, "an unknown field", w.admin, request("message.ask", question(func(q map[string]any) { q["colour"] = "red" })), invalid)
	if issue := unknown.Data.Issues[0]; issue.Rule != "unknown_field" || issue.Field != "colour" || !strings.Contains(issue.Message, "colour") {
		t.Errorf("the unknown field is told as %+v", issue)
	}
	long := request("message.ask", question(func(q map[string]any) {
		q["buttons"] = []map[string]string{{"text": "Да"}, {"text": strings.Repeat("щ", 21)}}
	}))
	for lang, label := range map[string]string{"en": "Button 2", "ru": "Кнопка 2"} {
		e := w.refused(t, "a long label", w.admin, long, invalid, "Accept-Language", lang)
		issue := e.Data.Issues[0]
		if issue.Field != "buttons[1].text" || issue.Label != label || issue.Limit != 20 || issue.Actual != 21 ||
			!strings.Contains(issue.Message, label) || !strings.Contains(issue.Message, "20") || !strings.Contains(issue.Message, "21") {
			t.Errorf("in %s the long label is told as %+v", lang, issue)
		}
	}
}

// refusesShapes sends what is too large or not what it should be made of.
func (w *world) refusesShapes(t *testing.T) {
	t.Helper()
	w.refused(t, "malformed JSON", w.admin, []byte(`{"jsonrpc":"2.0","id":1,`), refusal{400, -32700, schema.CodeParse})
	w.refused(t, "an unknown method", w.admin, request("message.shout", question(func(map[string]any) {})), refusal{200, -32601, schema.CodeMethodNotFound})
	w.refused(t, "fields over 64 KB", w.admin, request("message.ask", question(func(q map[string]any) { q["body"] = strings.Repeat("x", 65<<10) })),
		refusal{200, -32001, schema.CodeTooLarge})
	w.refused(t, "a request over 1 MB", w.admin, bytes.Repeat([]byte(" "), schema.RequestMaxBytes+1), refusal{413, -32001, schema.CodeTooLarge})

	var deep any = "x"
	for range schema.DepthMax + 1 {
		deep = []any{deep}
	}
	w.refused(t, "deep nesting", w.admin, request("message.ask", question(func(q map[string]any) { q["body"] = deep })), invalid)
	for name, params := range map[string]string{
		"duplicate keys": fmt.Sprintf(`{"line":"clinic","id":"dup","chat":%q,"body":"a","body":"b","buttons":[{"text":"1"}]}`, customerPhone),
		"a wrong type":   fmt.Sprintf(`{"line":"clinic","id":"typ","chat":%q,"body":5,"buttons":[{"text":"1"}]}`, customerPhone),
		"broken UTF-8":   fmt.Sprintf("{\"line\":\"clinic\",\"id\":\"utf\",\"chat\":%q,\"body\":\"\xff\",\"buttons\":[{\"text\":\"1\"}]}", customerPhone),
	} {
		w.refused(t, name, w.admin, []byte(`{"jsonrpc":"2.0","id":1,"method":"message.ask","params":`+params+`}`), invalid)
	}
}

// A message over 1 MB ends the connection; what was running is found by its key.
func TestTooLargeForTheWebsocket(t *testing.T) {
	w := linked(t)
	h := w.dial(w.admin)
	r := schema.SendTextRequest{Line: clinic, Key: key(), Chat: w.customer, Text: "running"}
	if err := h.ws.Write(t.Context(), websocket.MessageText, request("message.sendText", r)); err != nil {
		t.Fatal(err)
	}
	huge, _ := json.Marshal(strings.Repeat("x", schema.RequestMaxBytes))
	// The write may fail: the other side closes while it reads.
	_ = h.ws.Write(t.Context(), websocket.MessageText, huge)
	err := <-h.gone
	if code := websocket.CloseStatus(err); code != websocket.StatusMessageTooBig {
		t.Errorf("the connection ended with %d: %v", code, err)
	}
	var found schema.SendResult
	wait.Until(t, "the message's being found", func() bool {
		err := w.call("message.get", schema.MessageGetRequest{Line: clinic, Key: r.Key}, &found)
		var missing *rpcError
		if errors.As(err, &missing) && missing.Data.Code == schema.CodeMessageNotFound {
			return false
		}
		if err != nil {
			t.Fatal(err)
		}
		return found.Status == schema.StatusSent || found.Status == schema.StatusDelivered
	})
	w.question(found.MessageID)
}

func TestTheSandboxIsSaidEverywhere(t *testing.T) {
	w := linked(t)
	var line schema.Line
	w.must("line.status", schema.LineRequest{Line: clinic}, &line)
	if !line.Sandbox {
		t.Error("a result does not say that it is the sandbox's")
	}
	var refused *rpcError
	err := w.call("line.status", schema.LineRequest{Line: "nobody"}, nil)
	if !errors.As(err, &refused) || !refused.Data.Sandbox {
		t.Errorf("an error does not say that it is the sandbox's: %v", err)
	}
}

func TestNumberCheck(t *testing.T) {
	w := linked(t)
	for phone, want := range map[string]schema.YesNo{"8 (912) 345-67-89": schema.Yes, "+7 999 000-00-01": schema.No} {
		var r schema.NumberCheckResult
		w.must("number.check", schema.NumberCheckRequest{Line: clinic, Phone: phone}, &r)
		if r.Exists != want {
			t.Errorf("%s: %+v", phone, r)
		}
	}
	// A check that cannot be made is an error, never N.
	w.sandboxPost("/api/faults", map[string]any{"way": "up", "tag": "iq", "xmlns": "usync", "do": "refuse", "code": 429}, nil)
	var refused *rpcError
	err := w.call("number.check", schema.NumberCheckRequest{Line: clinic, Phone: "+7 999 000-00-02"}, nil)
	if !errors.As(err, &refused) || refused.Data.Code != schema.CodeRateLimited {
		t.Errorf("a check that is refused: %v", err)
	}
}
