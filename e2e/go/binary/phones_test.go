package binary_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"

	"github.com/nodeline/nodeline/internal/wait"
	"github.com/nodeline/nodeline/schema"
)

// What people see and do on their phones, by the sandbox's HTTP interface.

type message struct {
	ID       string `json:"id"`
	FromMe   bool   `json:"fromMe"`
	Kind     string `json:"kind"`
	Body     string `json:"body"`
	Visible  bool   `json:"visible"`
	Buttons  []struct{ ID, Text string }
	Answered string `json:"answered"`
	Status   string `json:"status"`
}

func (w *world) phoneGet(path string, out any) {
	w.t.Helper()
	res, err := http.Get("http://" + w.sandbox + path)
	if err != nil {
		w.t.Fatal(err)
	}
	w.read(res, out)
}

func (w *world) phonePost(phone, path string, in, out any) {
	w.t.Helper()
	w.sandboxPost("/api/phones/"+strings.TrimPrefix(phone, "+")+path, in, out)
}

func (w *world) sandboxPost(path string, in, out any) {
	w.t.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		w.t.Fatal(err)
	}
	res, err := http.Post("http://"+w.sandbox+path, "application/json", bytes.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	w.read(res, out)
}

func (w *world) read(res *http.Response, out any) {
	w.t.Helper()
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	if res.StatusCode >= 300 {
		w.t.Fatalf("%s: %s %s", res.Request.URL, res.Status, body)
	}
	if out != nil {
		if err := json.Unmarshal(body, out); err != nil {
			w.t.Fatalf("%s: %v in %s", res.Request.URL, err, body)
		}
	}
}

// chat is what the customer's phone shows of the talk with the line.
func (w *world) chat() []message {
	w.t.Helper()
	var out struct{ Messages []message }
	w.phoneGet("/api/phones/"+strings.TrimPrefix(w.customer, "+")+"/chats/"+strings.TrimPrefix(w.owner, "+"), &out)
	return out.Messages
}

// received are the messages that came to the customer.
func (w *world) received() (out []message) {
	w.t.Helper()
	for _, m := range w.chat() {
		if !m.FromMe {
			out = append(out, m)
		}
	}
	return out
}

// question waits for a message on the customer's phone.
func (w *world) question(id schema.MessageID) (found message) {
	w.t.Helper()
	wait.Until(w.t, "the message on the phone", func() bool {
		for _, m := range w.received() {
			if m.ID == string(id) {
				found = m
				return true
			}
		}
		return false
	})
	return found
}

func (w *world) tap(m message, button string) {
	w.t.Helper()
	w.phonePost(w.customer, "/tap", map[string]string{"chat": w.owner, "message": m.ID, "button": button}, nil)
}

func (w *world) write(text, quote string) {
	w.t.Helper()
	w.phonePost(w.customer, "/send", map[string]string{"to": w.owner, "text": text, "quote": quote}, nil)
}

// repeats is how many messages the customer's phone dropped as seen before.
func (w *world) repeats() int {
	w.t.Helper()
	var out struct{ Repeats int }
	w.phoneGet("/api/phones/"+strings.TrimPrefix(w.customer, "+"), &out)
	return out.Repeats
}
