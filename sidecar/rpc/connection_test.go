package rpc_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/nodeline/nodeline/internal/wait"
	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/schema/gen"
	"github.com/nodeline/nodeline/sidecar/bridge"
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
		close(w.api.door)
		again := w.dial("line", "")
		wait.Until(t, "the result is found by its key", func() bool { return again.ask(get).Error == nil })
	})
	t.Run("http", func(t *testing.T) {
		w := start(t)
		ctx, cancel := context.WithCancel(context.Background())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			req, _ := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+w.addr+"/rpc", strings.NewReader(send))
			req.Header.Set("Authorization", "Bearer "+w.token("line"))
			_, _ = http.DefaultClient.Do(req)
		}()
		within(t, "the call to run", w.api.began)
		cancel()
		within(t, "the client to leave", ended)
		close(w.api.door)
		wait.Until(t, "the result is found by its key", func() bool {
			_, text := w.post("line", get)
			return w.parse(text).Error == nil
		})
	})
}

// ending is the real bridge whose message.get ends with the call's own time, as a
// read of the store does, and says what the test has it say.
type ending struct {
	bridge.API
	began chan struct{}
	says  func(context.Context) error
}

func (e *ending) MessageGet(ctx context.Context, _ bridge.Caller, _ schema.MessageGetRequest) (schema.SendResult, error) {
	e.began <- struct{}{}
	<-ctx.Done()
	return schema.SendResult{}, e.says(ctx)
}

// The log's errors are what somebody must look at. A caller that went away is none;
// what broke meanwhile is.
func TestACallerThatHangsUpIsNoError(t *testing.T) {
	read := func(ctx context.Context) error {
		return schema.NewError(schema.CodeInternal, schema.English, fmt.Errorf("read message: %w", ctx.Err()))
	}
	broke := func(context.Context) error { return errors.New("read message: disk I/O error") }
	ways := map[string]func(*world, *ending){
		"websocket": func(w *world, e *ending) {
			s := w.dial("line", "")
			s.send(get)
			within(t, "the call to run", e.began)
			s.ws.Close()
		},
		"http": func(w *world, e *ending) {
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				req, _ := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+w.addr+"/rpc", strings.NewReader(get))
				req.Header.Set("Authorization", "Bearer "+w.token("line"))
				_, _ = http.DefaultClient.Do(req)
			}()
			within(t, "the call to run", e.began)
			cancel()
			<-ended
		},
	}
	for way, hangUp := range ways {
		for what, c := range map[string]struct {
			says func(context.Context) error
			logs []string
		}{"a caller is gone": {read, nil}, "something broke": {broke, []string{"call ended in an internal error"}}} {
			log := &errorLog{}
			left := make(chan struct{})
			e := &ending{began: make(chan struct{}, 1), says: func(ctx context.Context) error { defer close(left); return c.says(ctx) }}
			w := start(t, func(o *rpc.Options) { e.API, o.API, o.Log = o.API, e, slog.New(log) })
			hangUp(w, e)
			within(t, "the call to end with its caller", left)
			if err := w.shutdown(); err != nil { // what runs has ended then
				t.Fatal(err)
			}
			if got := log.all(); !slices.Equal(got, c.logs) {
				t.Errorf("%s, %s: the errors %q are logged", way, what, got)
			}
		}
	}
}

// A read that the sidecar's own end cuts short says so, and is no error either.
func TestAReadIsCutShortByTheEnd(t *testing.T) {
	log := &errorLog{}
	e := &ending{began: make(chan struct{}, 1), says: func(ctx context.Context) error {
		return schema.NewError(schema.CodeInternal, schema.English, ctx.Err())
	}}
	w := start(t, func(o *rpc.Options) { e.API, o.API, o.Log = o.API, e, slog.New(log) })
	s := w.dial("line", "")
	s.send(get)
	within(t, "the call to run", e.began)
	if err := w.shutdown(); err != nil {
		t.Fatal(err)
	}
	w.fails(w.parse(s.read()), schema.CodeShuttingDown)
	if got := log.all(); len(got) > 0 {
		t.Errorf("the errors %q are logged", got)
	}
}

func TestLongPollEndsWithItsCaller(t *testing.T) {
	w := start(t)
	s := w.dial("line", "")
	s.send(`{"jsonrpc":"2.0","id":"poll","method":"line.link","params":{"line":"demo","since":1,"waitMs":30000}}`)
	within(t, "the poll to begin", w.net.polling)
	// A poll does not hold up other calls.
	if a := s.ask(status); a.Error != nil || string(a.ID) != "1" {
		t.Errorf("a call beside a poll: %+v", a)
	}
	s.ws.Close()
	if err := w.shutdown(); err != nil {
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
	// As large as it begins with: one that shrinks has Linux drop what acknowledges
	// the calls, and neither side sees the other any more.
	_ = conn.(*net.TCPConn).SetReadBuffer(64 << 10)
	dialer := websocket.Dialer{NetDial: func(string, string) (net.Conn, error) { return conn, nil }}
	ws, _, err := dialer.Dial("ws://"+w.addr+"/rpc", http.Header{"Authorization": {"Bearer " + w.token("admin")}})
	if err != nil {
		t.Fatal(err)
	}
	flooded := make(chan error, 1)
	go func() { // 25 MB of answers are more than is ever kept for one connection
		slowly := time.NewTicker(10 * time.Millisecond)
		defer slowly.Stop()
		var err error
		for i := 0; err == nil; i++ { // an id of its own: a second call of one id is refused in a few words
			if i > 25<<20/len(gen.OpenRPC) { // from here on slowly: only to see the connection go
				<-slowly.C
			}
			err = ws.WriteMessage(websocket.TextMessage, fmt.Appendf(nil, `{"jsonrpc":"2.0","id":%d,"method":"rpc.discover"}`, i))
		}
		flooded <- err
	}()
	within(t, "the connection of a client that does not read to be closed", flooded)
	if a := w.dial("admin", "").ask(status); a.Error != nil {
		t.Errorf("others suffer: %+v", a.Error)
	}
}

func TestSilentConnectionIsGivenUp(t *testing.T) {
	// A pong may be late by a second: a busy machine does not run everybody at once.
	w := start(t, func(o *rpc.Options) { o.Timing.Ping, o.Timing.Pong = 100*time.Millisecond, 1200*time.Millisecond })
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
	for range 20 { // longer than the time after which silence ends a connection
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

// ask asks a customer, with the answer to be pushed to a host.
func ask(id, phone, host string) string {
	return `{"jsonrpc":"2.0","id":"ask","method":"message.ask","params":{"line":"demo","id":"` + id + `","chat":"` + phone +
		`","body":"Придёте?","buttons":[{"text":"Да"},{"text":"Нет"}],"reply":{"host":"` + host + `"},"context":{"of":"` + id + `"}}}`
}

func attach(host string) string {
	return `{"jsonrpc":"2.0","id":"attach","method":"host.attach","params":{"line":"demo","host":"` + host + `"}}`
}

// delivery reads on until a delivery comes.
func (s *socket) delivery() (d schema.Delivery) {
	s.w.t.Helper()
	for {
		a := s.w.parse(s.read())
		if a.Method == "delivery" {
			if err := json.Unmarshal(a.Params, &d); err != nil || a.ID != nil {
				s.w.t.Fatalf("pushed %+v: %v", a, err)
			}
			return d
		}
	}
}

func TestDeliveries(t *testing.T) {
	w := start(t)
	s := w.dial("line", "")
	var attached schema.HostAttachResult
	if err := json.Unmarshal(s.ask(attach("one")).Result, &attached); err != nil || attached.Open != 0 || !attached.Sandbox {
		t.Fatalf("attach: %+v %v", attached, err)
	}
	s.ask(attach("two")) // several on one connection
	if a := s.ask(ask("a1", "+79123456789", "one")); a.Error != nil {
		t.Fatalf("ask: %+v", a.Error)
	}
	w.answers("IN1", "+79123456789", "1")
	first := s.delivery()
	if first.Host != "one" || !first.Sandbox || first.Ask == nil || !first.Ask.Sandbox || string(first.Context) != `{"of":"a1"}` ||
		first.Ask.Outcome.Answer.Text != "Да" || first.Attempt != 1 {
		t.Errorf("delivery %+v of ask %+v", first, first.Ask)
	}
	s.ask(ask("a2", "+79210001122", "two"))
	w.answers("IN2", "+79210001122", "нет")
	if second := s.delivery(); second.Host != "two" || second.Ask.Outcome.Answer.Text != "Нет" {
		t.Errorf("second delivery %+v", second)
	}

	// What was not acknowledged is pushed again to whoever attaches next.
	s.ws.Close()
	again := w.dial("line", "")
	again.send(attach("one"))
	repeated := again.delivery()
	if repeated.ID != first.ID || repeated.Attempt != 2 {
		t.Errorf("repeated %s attempt %d, want %s attempt 2", repeated.ID, repeated.Attempt, first.ID)
	}
	ack := `{"jsonrpc":"2.0","id":"ack","method":"delivery.ack","params":{"line":"demo","host":"one","ids":["` + string(first.ID) + `"]}}`
	var acked schema.DeliveryAckResult
	for a := again.ask(ack); ; a = w.parse(again.read()) {
		if string(a.ID) == `"ack"` {
			if err := json.Unmarshal(a.Result, &acked); err != nil || acked.Acked != 1 {
				t.Fatalf("ack: %+v %v", acked, err)
			}
			break
		}
	}
	_, text := w.post("line", `{"jsonrpc":"2.0","id":1,"method":"delivery.list","params":{"line":"demo","host":"one"}}`)
	var open schema.DeliveryListResult
	if err := json.Unmarshal(w.parse(text).Result, &open); err != nil || len(open.Deliveries) != 0 {
		t.Errorf("still open: %s %v", text, err)
	}
}

// A newer attach of the same host takes over, also from another connection.
func TestNewerAttachTakesOver(t *testing.T) {
	w := start(t)
	older, newer := w.dial("line", ""), w.dial("line", "")
	older.ask(attach("one"))
	older.ask(attach("one"))
	newer.ask(attach("one"))
	newer.ask(ask("a1", "+79123456789", "one"))
	w.answers("IN1", "+79123456789", "2")
	if d := newer.delivery(); d.Ask.Outcome.Answer.Index != 2 {
		t.Errorf("delivery %+v", d)
	}
	if a := older.ask(status); a.Method != "" || string(a.ID) != "1" {
		t.Errorf("the older connection got %+v", a)
	}
}

func TestEvents(t *testing.T) {
	w := start(t)
	s := w.dial("read", "")
	var subscribed schema.EventSubscribeResult
	a := s.ask(`{"jsonrpc":"2.0","id":1,"method":"event.subscribe","params":{"line":"demo","after":-1}}`)
	if err := json.Unmarshal(a.Result, &subscribed); err != nil || !subscribed.Sandbox {
		t.Fatalf("subscribe: %+v %v", a, err)
	}
	w.answers("IN1", "+79123456789", "Здравствуйте")
	var event schema.Event
	if a := w.parse(s.read()); a.Method != "event" || json.Unmarshal(a.Params, &event) != nil {
		t.Fatalf("pushed %+v", a)
	}
	if event.Kind != schema.EventMessage || event.Message.Text != "Здравствуйте" || event.Cursor != subscribed.Cursor+1 || !event.Sandbox {
		t.Errorf("event %+v after cursor %d", event, subscribed.Cursor)
	}
}

// A line's token ends with its line, but the outcomes of the asks that the
// removal cancelled still reach who is connected.
func TestRemovedLine(t *testing.T) {
	w := start(t)
	s := w.dial("line", "")
	s.ask(attach("one"))
	s.ask(ask("a1", "+79123456789", "one"))
	_, text := w.post("admin", `{"jsonrpc":"2.0","id":1,"method":"line.remove","params":{"line":"demo"}}`)
	if w.parse(text).Error != nil {
		t.Fatal(text)
	}
	d := s.delivery()
	if d.Ask.Outcome.Kind != schema.OutcomeCancelled {
		t.Errorf("outcome %+v", d.Ask.Outcome)
	}
	w.fails(s.ask(status), schema.CodeUnauthorized)
	if a := s.ask(`{"jsonrpc":"2.0","id":1,"method":"delivery.ack","params":{"line":"demo","host":"one","ids":["` + string(d.ID) + `"]}}`); a.Error != nil {
		t.Errorf("ack: %+v", a.Error)
	}
	if resp, _ := w.post("line", status); resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("a new connection gets %s", resp.Status)
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
	wait.Until(t, "health says that it stops", func() bool {
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
	close(w.api.door)
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
	s := w.dial("line", "")
	s.ask(ask("a1", "+79123456789", "one"))
	s.ask(ask("a2", "+79210001122", "one"))
	s.ask(ask("a3", "+79031112233", "one"))
	w.answers("IN1", "+79031112233", "1")
	read := func(token string) (*http.Response, string) {
		return w.post(token, "", func(r *http.Request) { r.Method, r.URL.Path = http.MethodGet, "/status.json" })
	}
	resp, text := read("")
	var got rpc.Status
	if err := json.Unmarshal([]byte(text), &got); err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s %s %v", resp.Status, text, err)
	}
	if !got.Sandbox || got.Version != "test" || got.Counts.Lines != 2 || got.Counts.Connected != 1 || got.Counts.Waiting != 2 ||
		got.Deliveries != 1 || got.States[schema.LineConnected] != 1 || got.Since.IsZero() {
		t.Errorf("status %s", text)
	}
	for _, secret := range []string{"demo", "Name of", "+79000000001"} {
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

// While nothing can be stored, the health check and the status say so.
func TestStorageInTrouble(t *testing.T) {
	state := bridge.StorageOK
	w := start(t, func(o *rpc.Options) { o.Storage = func() bridge.StorageState { return state } })
	read := func(path string) (int, map[string]any) {
		resp, text := w.post("", "", func(r *http.Request) { r.Method, r.URL.Path = http.MethodGet, path })
		var out map[string]any
		if err := json.Unmarshal([]byte(text), &out); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		return resp.StatusCode, out
	}
	for _, c := range []struct {
		state  bridge.StorageState
		health int
	}{{bridge.StorageOK, 200}, {bridge.StorageFull, 503}, {bridge.StorageDamaged, 503}, {bridge.StorageOK, 200}} {
		state = c.state
		if code, body := read("/healthz"); code != c.health || body["ok"] != (c.health == 200) || body["storage"] != string(c.state) {
			t.Errorf("%s: health %d %v", c.state, code, body)
		}
		if code, body := read("/status.json"); code != 200 || body["storage"] != string(c.state) || body["counts"].(map[string]any)["lines"] != 2.0 {
			t.Errorf("%s: status %d %v", c.state, code, body)
		}
	}
}
