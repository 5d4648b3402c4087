package binary_test

import (
	"encoding/json"
	"io"
	"net/http"

	"github.com/nodeline/nodeline/schema"
)

type health struct {
	OK      bool   `json:"ok"`
	Storage string `json:"storage"`
}

func (w *world) get(path string, out any) (status int) {
	w.t.Helper()
	res, err := http.Get("http://" + w.sidecar + path)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err == nil {
		err = json.Unmarshal(body, out)
	}
	if err != nil {
		w.t.Fatalf("%s: %v in %s", path, err, body)
	}
	return res.StatusCode
}

// incoming counts the events of messages with a text.
func (w *world) incoming(text string) (n int) {
	w.t.Helper()
	for after := int64(0); ; {
		var list schema.EventListResult
		w.must("event.list", schema.EventListRequest{Line: clinic, After: after, Count: 200}, &list)
		if len(list.Events) == 0 {
			return n
		}
		for _, e := range list.Events {
			after = e.Cursor
			if e.Message != nil && e.Message.Text == text {
				n++
			}
		}
	}
}

// shows counts the messages with a text on the customer's phone.
func (w *world) shows(text string) (n int) {
	w.t.Helper()
	for _, m := range w.received() {
		if m.Body == text {
			n++
		}
	}
	return n
}
