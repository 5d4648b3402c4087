package binary_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/nodeline/nodeline/schema"
)

// host is a websocket connection that takes deliveries.
type host struct {
	t    testing.TB
	ws   *websocket.Conn
	stop context.CancelFunc
	gone chan error

	mu         sync.Mutex
	answers    map[string]answer
	deliveries []schema.Delivery
	wake       chan struct{}
}

func (w *world) dial(token string) *host {
	w.t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	ws, _, err := websocket.Dial(ctx, "ws://"+w.sidecar+"/rpc", &websocket.DialOptions{HTTPHeader: http.Header{"Authorization": {"Bearer " + token}}})
	if err != nil {
		w.t.Fatal(err)
	}
	ws.SetReadLimit(4 << 20)
	h := &host{t: w.t, ws: ws, stop: stop, gone: make(chan error, 1), answers: map[string]answer{}, wake: make(chan struct{})}
	w.t.Cleanup(h.close)
	go h.listen(ctx)
	return h
}

func (h *host) close() {
	h.stop()
	_ = h.ws.CloseNow()
}

func (h *host) listen(ctx context.Context) {
	for {
		_, body, err := h.ws.Read(ctx)
		if err != nil {
			h.gone <- err
			return
		}
		var a answer
		if err := json.Unmarshal(body, &a); err != nil {
			h.gone <- err
			return
		}
		h.mu.Lock()
		if a.Method == "delivery" {
			var d schema.Delivery
			if err := json.Unmarshal(a.Params, &d); err != nil {
				h.gone <- err
			}
			h.deliveries = append(h.deliveries, d)
		} else {
			h.answers[string(a.ID)] = a
		}
		close(h.wake)
		h.wake = make(chan struct{})
		h.mu.Unlock()
	}
}

// wait returns once true, which is asked with the lock held.
func (h *host) wait(what string, true func() bool) {
	h.t.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	for {
		h.mu.Lock()
		ok, wake := true(), h.wake
		h.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-wake:
		case <-deadline.C:
			h.t.Fatalf("%s did not come; deliveries are %+v", what, h.deliveries)
		}
	}
}

func (h *host) call(method string, params, result any) error {
	h.t.Helper()
	id := fmt.Sprint(serial.Add(1))
	body, _ := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": json.RawMessage(id), "method": method, "params": params})
	if err := h.ws.Write(context.Background(), websocket.MessageText, body); err != nil {
		return err
	}
	var a answer
	h.wait("the answer to "+method, func() (ok bool) {
		a, ok = h.answers[id]
		return ok
	})
	if a.Error != nil {
		return a.Error
	}
	if result != nil {
		return json.Unmarshal(a.Result, result)
	}
	return nil
}

const flows = schema.HostID("node-red-1")

// attach makes the connection the place where the host's deliveries go.
func (w *world) attach() *host {
	w.t.Helper()
	h := w.dial(w.admin)
	if err := h.call("host.attach", schema.HostAttachRequest{Line: clinic, Host: flows}, nil); err != nil {
		w.t.Fatal(err)
	}
	return h
}

// outcome waits for an ask's delivery.
func (h *host) outcome(ask schema.Key) (found schema.Delivery) {
	h.t.Helper()
	h.wait("the outcome of "+string(ask), func() bool {
		for _, d := range h.deliveries {
			if d.Ask != nil && d.Ask.ID == ask {
				found = d
				return true
			}
		}
		return false
	})
	return found
}

// outcomes counts the different deliveries of an ask that came.
func (h *host) outcomes(ask schema.Key) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	seen := map[schema.DeliveryID]bool{}
	for _, d := range h.deliveries {
		if d.Ask != nil && d.Ask.ID == ask {
			seen[d.ID] = true
		}
	}
	return len(seen)
}

func (h *host) ack(d schema.Delivery) {
	h.t.Helper()
	var r schema.DeliveryAckResult
	if err := h.call("delivery.ack", schema.DeliveryAckRequest{Line: clinic, Host: flows, IDs: []schema.DeliveryID{d.ID}}, &r); err != nil {
		h.t.Fatal(err)
	}
}
