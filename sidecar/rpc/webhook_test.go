package rpc_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/nodeline/nodeline/internal/wait"
	"github.com/nodeline/nodeline/schema"
)

// call posts a call and decodes its result.
func call[T any](w *world, token, method, params string) (out T) {
	w.t.Helper()
	_, text := w.post(token, `{"jsonrpc":"2.0","id":1,"method":"`+method+`","params":`+params+`}`)
	a := w.parse(text)
	if a.Error != nil || json.Unmarshal(a.Result, &out) != nil {
		w.t.Fatalf("%s: %s", method, text)
	}
	return out
}

func TestWebhooksAreOfOneLineAndItsToken(t *testing.T) {
	w := start(t)
	got := make(chan schema.Delivery, 10)
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var d schema.Delivery
		body, err := io.ReadAll(r.Body)
		if err != nil || json.Unmarshal(body, &d) != nil || !strings.HasPrefix(r.Header.Get("webhook-signature"), "v1,") {
			t.Errorf("posted %q %v", body, r.Header)
		}
		got <- d
	}))
	defer receiver.Close()
	made := call[schema.WebhookSecretResult](w, "line", "webhook.create", `{"line":"demo","name":"CRM","url":"`+receiver.URL+`","host":"one","events":["message.incoming"]}`)
	if !strings.HasPrefix(made.Secret, "whsec_") || !made.Sandbox || !made.Webhook.Sandbox || made.Webhook.State != schema.WebhookIdle {
		t.Errorf("made %+v", made)
	}
	w.answers("IN1", "+79123456789", "Здравствуйте")
	if d := within(t, "the event", got); d.Event == nil || d.Event.Message.Text != "Здравствуйте" {
		t.Errorf("delivery %+v", d)
	}
	id := string(made.Webhook.ID)
	which := `{"line":"demo","id":"` + id + `"}`
	if test := call[schema.WebhookTestResult](w, "line", "webhook.test", which); !test.Delivered || test.HTTPStatus != 200 {
		t.Errorf("test %+v", test)
	}
	if d := within(t, "the test", got); d.Kind != schema.DeliverTest {
		t.Errorf("delivery %+v", d)
	}
	if again := call[schema.WebhookSecretResult](w, "line", "webhook.rotate", which); again.Secret == made.Secret || again.Webhook.OldSecretUntil == nil {
		t.Errorf("rotated %+v", again)
	}
	if off := call[schema.Webhook](w, "line", "webhook.update", `{"line":"demo","id":"`+id+`","enabled":false,"events":[]}`); off.Enabled || len(off.Events) != 0 {
		t.Errorf("updated %+v", off)
	}
	_, text := w.post("line", `{"jsonrpc":"2.0","id":1,"method":"webhook.list","params":{"line":"demo"}}`)
	if strings.Contains(text, "whsec_") || !strings.Contains(text, id) {
		t.Errorf("list: %s", text)
	}
	for _, refused := range []string{"webhook.list", "webhook.create", "delivery.replay"} {
		_, text := w.post("read", `{"jsonrpc":"2.0","id":1,"method":"`+refused+`","params":{"line":"demo","name":"x","url":"`+receiver.URL+`","host":"h","all":true}}`)
		w.fails(w.parse(text), schema.CodeForbidden)
	}
	// The id of another line's webhook opens nothing.
	_, text = w.post("admin", `{"jsonrpc":"2.0","id":1,"method":"webhook.remove","params":{"line":"other","id":"`+id+`"}}`)
	w.fails(w.parse(text), schema.CodeWebhookNotFound)
	_, text = w.post("line", `{"jsonrpc":"2.0","id":1,"method":"webhook.list","params":{"line":"other"}}`)
	w.fails(w.parse(text), schema.CodeForbidden)
	call[schema.Webhook](w, "line", "webhook.remove", which)
	if list := call[schema.WebhookListResult](w, "line", "webhook.list", `{"line":"demo"}`); len(list.Webhooks) != 0 {
		t.Errorf("left %+v", list)
	}
}

func TestDeadLettersComeBackByReplay(t *testing.T) {
	w := start(t)
	answers := make(chan int, 2)
	answers <- http.StatusGone
	answers <- http.StatusOK
	receiver := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(<-answers) }))
	defer receiver.Close()
	s := w.dial("line", "")
	s.ask(strings.Replace(ask("a1", "+79123456789", "one"), `"host":"one"`, `"host":"one","url":"`+receiver.URL+`/s3cret"`, 1))
	w.answers("IN1", "+79123456789", "1")
	dead := func() []schema.Delivery {
		return call[schema.DeliveryListResult](w, "line", "delivery.list", `{"line":"demo","state":"dead"}`).Deliveries
	}
	wait.Until(t, "it is dead", func() bool { return len(dead()) == 1 })
	if _, text := w.post("", "", func(r *http.Request) { r.Method, r.URL.Path = http.MethodGet, "/status.json" }); !strings.Contains(text, `"deliveries":0,"dead":1,`) {
		t.Errorf("status: %s", text)
	}
	if d := dead()[0]; d.Stored.HTTPStatus != 410 || d.Stored.To != receiver.URL+"/..." || !d.Ask.Sandbox {
		t.Errorf("dead %+v %+v", d, d.Stored)
	}
	if _, text := w.post("line", `{"jsonrpc":"2.0","id":1,"method":"ask.get","params":{"line":"demo","id":"a1"}}`); strings.Contains(text, "s3cret") {
		t.Errorf("ask: %s", text)
	}
	if got := call[schema.DeliveryReplayResult](w, "line", "delivery.replay", `{"line":"demo","all":true}`); got.Replayed != 1 {
		t.Errorf("replayed %+v", got)
	}
	wait.Until(t, "it is delivered", func() bool {
		return len(dead()) == 0 && len(call[schema.DeliveryListResult](w, "line", "delivery.list", `{"line":"demo"}`).Deliveries) == 0
	})
}
