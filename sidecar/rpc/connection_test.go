package rpc_test

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/rpc"
)

const (
	send = `{"jsonrpc":"2.0","id":1,"method":"message.sendText","params":{"line":"demo","key":"k1","chat":"+79123456789","text":"hi"}}`
	get  = `{"jsonrpc":"2.0","id":2,"method":"message.get","params":{"line":"demo","key":"k1"}}`
)

// A caller that goes away does not stop what it asked for: peers sent twice
// after a lost connection because nothing could be asked about.
func TestDisconnectMidCall(t *testing.T) {
	t.Run("websocket", func(t *testing.T) {
		w := start(t)
		s := w.dial("line", "")
		s.send(send)
		within(t, "the call to run", w.api.began)
		s.ws.Close()
		w.fails(w.dial("line", "").ask(get), schema.CodeMessageNotFound)
		close(w.api.block)
		again := w.dial("line", "")
		eventually(t, "the result is found by its key", func() bool { return again.ask(get).Error == nil })
	})
	t.Run("http", func(t *testing.T) {
		w := start(t)
		ctx, cancel := context.WithCancel(context.Background())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			req, _ := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+w.addr+"/rpc", strings.NewReader(send))
			req.Header.Set("Authorization", "Bearer line")
			_, _ = http.DefaultClient.Do(req)
		}()
		within(t, "the call to run", w.api.began)
		cancel()
		within(t, "the client to leave", ended)
		close(w.api.block)
		eventually(t, "the result is found by its key", func() bool {
			_, text := w.post("line", get)
			return w.parse(text).Error == nil
		})
	})
}

func TestLongPollEndsWithItsCaller(t *testing.T) {
	w := start(t)
	s := w.dial("line", "")
	s.send(`{"jsonrpc":"2.0","id":"poll","method":"line.link","params":{"line":"demo","waitMs":30000}}`)
	within(t, "the poll to begin", w.api.began)
	// A poll does not hold up other calls.
	if a := s.ask(status); a.Error != nil || string(a.ID) != "1" {
		t.Errorf("a call beside a poll: %+v", a)
	}
	s.ws.Close()
	shutdown, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := w.server.Shutdown(shutdown); err != nil {
		t.Errorf("the poll outlives its caller: %v", err)
	}
}

func TestSlowReaderIsDisconnected(t *testing.T) {
	w := start(t, func(o *rpc.Options) { o.Timing.Write = 200 * time.Millisecond })
	conn, err := net.Dial("tcp", w.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.(*net.TCPConn).SetReadBuffer(4 << 10)
	dialer := websocket.Dialer{NetDial: func(string, string) (net.Conn, error) { return conn, nil }}
	ws, _, err := dialer.Dial("ws://"+w.addr+"/rpc", http.Header{"Authorization": {"Bearer admin"}})
	if err != nil {
		t.Fatal(err)
	}
	flooded := make(chan error, 1)
	go func() {
		for {
			if err := ws.WriteMessage(websocket.TextMessage, []byte(`{"jsonrpc":"2.0","id":1,"method":"rpc.discover"}`)); err != nil {
				flooded <- err
				return
			}
		}
	}()
	within(t, "the connection of a client that does not read to be closed", flooded)
	if a := w.dial("admin", "").ask(status); a.Error != nil {
		t.Errorf("others suffer: %+v", a.Error)
	}
}

func TestSilentConnectionIsGivenUp(t *testing.T) {
	w := start(t, func(o *rpc.Options) { o.Timing.Ping, o.Timing.Pong = 20*time.Millisecond, 150*time.Millisecond })
	s := w.dial("admin", "")
	s.ws.SetPingHandler(func(string) error { return nil }) // a client that does not answer pings
	s.closed()
	live := w.dial("admin", "")
	pings := make(chan struct{}, 100)
	answer := live.ws.PingHandler()
	live.ws.SetPingHandler(func(text string) error { pings <- struct{}{}; return answer(text) })
	texts := make(chan string)
	go func() {
		_, text, err := live.ws.ReadMessage()
		if err == nil {
			texts <- string(text)
		}
		close(texts)
	}()
	for range 20 { // far longer than the time after which silence ends a connection
		within(t, "a ping", pings)
	}
	live.send(status)
	if text := within(t, "an answer on a connection that is kept by pongs", texts); w.parse(text).Error != nil {
		t.Error(text)
	}
}

func TestSocketMethodsByHTTP(t *testing.T) {
	w := start(t)
	for _, call := range []string{`"host.attach","params":{"line":"demo","host":"h"}`, `"event.subscribe","params":{"line":"demo"}`} {
		_, text := w.post("line", `{"jsonrpc":"2.0","id":1,"method":`+call+`}`)
		w.fails(w.parse(text), schema.CodeNeedsSocket)
	}
}

func TestPushes(t *testing.T) {
	w := start(t)
	s := w.dial("line", "")
	attach := func(host string) answer {
		return s.ask(`{"jsonrpc":"2.0","id":1,"method":"host.attach","params":{"line":"demo","host":"` + host + `"}}`)
	}
	var attached schema.HostAttachResult
	if err := json.Unmarshal(attach("one").Result, &attached); err != nil || attached.Open != 3 || !attached.Sandbox {
		t.Fatalf("attach: %+v %v", attached, err)
	}
	push := within(t, "the first attach", w.feeds.pushes)
	attach("two")
	within(t, "the second attach", w.feeds.pushes)
	s.ask(`{"jsonrpc":"2.0","id":1,"method":"event.subscribe","params":{"line":"demo","after":-1}}`)
	within(t, "the subscription", w.feeds.pushes)

	if err := push(t.Context(), "delivery", schema.Delivery{ID: "dlv_1", Ask: &schema.Ask{ID: "a"}}); err != nil {
		t.Fatal(err)
	}
	a := w.parse(s.read())
	var delivery schema.Delivery
	if err := json.Unmarshal(a.Params, &delivery); err != nil || a.Method != "delivery" || a.ID != nil {
		t.Fatalf("pushed %+v %v", a, err)
	}
	if delivery.ID != "dlv_1" || !delivery.Sandbox || !delivery.Ask.Sandbox {
		t.Errorf("delivery %+v", delivery)
	}
	// Attaching again replaces; closing detaches all.
	attach("one")
	if gone := within(t, "the earlier attach to end", w.feeds.gone); gone != "demo/one" {
		t.Errorf("%s ended", gone)
	}
	s.ws.Close()
	left := map[string]bool{}
	for range 3 {
		left[within(t, "all to be detached", w.feeds.gone)] = true
	}
	if !left["demo/one"] || !left["demo/two"] || !left["demo"] {
		t.Errorf("detached %v", left)
	}
	if err := push(t.Context(), "delivery", schema.Delivery{}); err == nil {
		t.Error("a push to a closed connection succeeds")
	}
}

func TestPushRefusedForOthers(t *testing.T) {
	w := start(t)
	w.fails(w.dial("line", "").ask(`{"jsonrpc":"2.0","id":1,"method":"host.attach","params":{"line":"other","host":"h"}}`), schema.CodeForbidden)
	w.fails(w.dial("read", "").ask(`{"jsonrpc":"2.0","id":1,"method":"host.attach","params":{"line":"demo","host":"h"}}`), schema.CodeForbidden)
	w.fails(w.dial("admin", "").ask(`{"jsonrpc":"2.0","id":1,"method":"host.attach","params":{"line":"nowhere","host":"h"}}`), schema.CodeLineNotFound)
}

func TestShutdown(t *testing.T) {
	w := start(t)
	s := w.dial("line", "")
	s.send(send)
	within(t, "the call to run", w.api.began)
	stopped := make(chan error, 1)
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		stopped <- w.server.Shutdown(ctx)
	}()
	eventually(t, "health says that it stops", func() bool {
		resp, err := http.Get("http://" + w.addr + "/healthz")
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp.StatusCode == http.StatusServiceUnavailable
	})
	w.fails(s.ask(get), schema.CodeShuttingDown)
	_, text := w.post("line", get)
	w.fails(w.parse(text), schema.CodeShuttingDown)
	close(w.api.block)
	if a := w.parse(s.read()); a.Error != nil || string(a.ID) != "1" {
		t.Errorf("the running call is not answered: %+v", a)
	}
	if code := s.closed(); code != websocket.CloseGoingAway {
		t.Errorf("closed with %d", code)
	}
	if err := within(t, "shutdown", stopped); err != nil {
		t.Error(err)
	}
	if err := within(t, "Serve to return", w.served); err != nil {
		t.Error(err)
	}
}

func TestShutdownIsBounded(t *testing.T) {
	w := start(t)
	s := w.dial("line", "")
	s.send(send)
	within(t, "the call to run", w.api.began)
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if err := w.server.Shutdown(ctx); err == nil {
		t.Error("a call that never ends is not reported")
	}
	if err := within(t, "Serve to return", w.served); err != nil {
		t.Error(err)
	}
}

func TestStatus(t *testing.T) {
	w := start(t)
	read := func(token string) (*http.Response, string) {
		return w.post(token, "", func(r *http.Request) { r.Method, r.URL.Path = http.MethodGet, "/status.json" })
	}
	resp, text := read("")
	var got rpc.Status
	if err := json.Unmarshal([]byte(text), &got); err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s %s %v", resp.Status, text, err)
	}
	if !got.Sandbox || got.Version != "test" || got.Counts.Lines != 2 || got.Counts.Connected != 1 || got.Counts.Waiting != 2 ||
		got.Deliveries != 4 || got.States[schema.LineConnected] != 1 || got.Since.IsZero() {
		t.Errorf("status %s", text)
	}
	for _, secret := range []string{"demo", "Demo", "+79000000001"} {
		if strings.Contains(text, secret) {
			t.Errorf("without a token the status shows %q", secret)
		}
	}
	if _, text := read("admin"); !strings.Contains(text, "+79000000001") {
		t.Errorf("an admin does not see the lines: %s", text)
	}
	if _, text := read("read"); strings.Contains(text, "+79000000001") {
		t.Errorf("a read token sees the lines: %s", text)
	}
	if resp, _ := read("nonsense"); resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("a wrong token gets %s", resp.Status)
	}
}
