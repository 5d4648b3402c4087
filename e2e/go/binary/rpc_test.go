package binary_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync/atomic"

	"github.com/nodeline/nodeline/schema"
)

// Calls by HTTP.

var serial atomic.Int64

// key makes an idempotency key.
func key() schema.Key { return schema.Key(fmt.Sprintf("key-%d", serial.Add(1))) }

type rpcError struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
	Data    struct {
		schema.Error
		Sandbox bool `json:"sandbox"`
	} `json:"data"`
}

func (e *rpcError) Error() string { return fmt.Sprintf("%d %s: %s", e.Code, e.Data.Code, e.Message) }

type answer struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
	Result json.RawMessage `json:"result"`
	Error  *rpcError       `json:"error"`
}

func request(method string, params any) []byte {
	body, _ := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": serial.Add(1), "method": method, "params": params})
	return body
}

// post sends a body to /rpc as it is.
func (w *world) post(token string, body []byte, header ...string) (status int, a answer, err error) {
	r, err := http.NewRequest(http.MethodPost, "http://"+w.sidecar+"/rpc", bytes.NewReader(body))
	if err != nil {
		return 0, a, err
	}
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, a, err
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err == nil && len(text) > 0 {
		err = json.Unmarshal(text, &a)
	}
	return res.StatusCode, a, err
}

// call makes one call with the admin token.
func (w *world) call(method string, params, result any) error {
	_, a, err := w.post(w.admin, request(method, params))
	if err != nil {
		return err
	}
	if a.Error != nil {
		return a.Error
	}
	if result != nil {
		return json.Unmarshal(a.Result, result)
	}
	return nil
}

func (w *world) must(method string, params, result any) {
	w.t.Helper()
	if err := w.call(method, params, result); err != nil {
		w.t.Fatalf("%s: %v", method, err)
	}
}

// ask is a question with two buttons, answered to the host.
func ask(rendering schema.Rendering) schema.AskRequest {
	return schema.AskRequest{
		Line: clinic, ID: key(), Chat: "8 912 345-67-89", Body: "Придёте завтра?", Rendering: rendering,
		Buttons: []schema.Button{{ID: "yes", Text: "Приду"}, {ID: "no", Text: "Не приду"}},
		Reply:   &schema.Reply{Host: flows, Node: "n1"}, Context: json.RawMessage(`{"_msgid":"abc","n":1}`),
	}
}

// asked asks and expects the question on the phone.
func (w *world) asked(r schema.AskRequest) (schema.Ask, message) {
	w.t.Helper()
	var a schema.Ask
	w.must("message.ask", r, &a)
	return a, w.question(a.MessageID)
}
