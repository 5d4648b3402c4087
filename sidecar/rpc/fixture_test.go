package rpc_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/nodeline/nodeline/plugin/host"
	"github.com/nodeline/nodeline/plugin/native"
	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/schema/gen"
	"github.com/nodeline/nodeline/sidecar/bridge"
	"github.com/nodeline/nodeline/sidecar/rpc"
)

// patience is how long a test waits for what must come.
const patience = 10 * time.Second

type fakeAPI struct {
	bridge.API
	mu    sync.Mutex
	sent  map[schema.Key]schema.SendResult
	block chan struct{}
	began chan struct{}
}

var lines = []schema.Line{{ID: "demo", Name: "Demo", State: schema.LineConnected, Waiting: 2, Phone: "+79000000001"}, {ID: "other", Name: "Other"}}

func (f *fakeAPI) LineList(context.Context, bridge.Caller, schema.LineListRequest) (schema.LineListResult, error) {
	return schema.LineListResult{Lines: lines}, nil
}
func (f *fakeAPI) LineStatus(_ context.Context, c bridge.Caller, r schema.LineRequest) (schema.Line, error) {
	for _, l := range lines {
		if l.ID == r.Line {
			return l, nil
		}
	}
	return schema.Line{}, schema.NewError(schema.CodeLineNotFound, c.Lang, nil)
}
func (f *fakeAPI) DeliveryList(ctx context.Context, c bridge.Caller, r schema.DeliveryListRequest) (schema.DeliveryListResult, error) {
	_, err := f.LineStatus(ctx, c, schema.LineRequest{Line: r.Line})
	return schema.DeliveryListResult{}, err
}
func (f *fakeAPI) LineLink(ctx context.Context, _ bridge.Caller, r schema.LineLinkRequest) (schema.LineLinkResult, error) {
	f.began <- struct{}{}
	<-ctx.Done()
	return schema.LineLinkResult{Line: r.Line, State: schema.LinkWaiting}, nil
}
func (f *fakeAPI) SendText(ctx context.Context, c bridge.Caller, r schema.SendTextRequest) (schema.SendResult, error) {
	f.began <- struct{}{}
	select {
	case <-f.block:
	case <-ctx.Done():
		return schema.SendResult{}, ctx.Err()
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	out := schema.SendResult{Line: r.Line, Key: r.Key, Status: schema.StatusSent}
	f.sent[r.Key] = out
	return out, nil
}
func (f *fakeAPI) Ask(_ context.Context, c bridge.Caller, r schema.AskRequest) (schema.Ask, error) {
	return schema.Ask{ID: r.ID, Line: r.Line, Reason: string(r.Context)}, nil
}
func (f *fakeAPI) MessageGet(_ context.Context, c bridge.Caller, r schema.MessageGetRequest) (schema.SendResult, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if out, ok := f.sent[r.Key]; ok {
		return out, nil
	}
	return schema.SendResult{}, schema.NewError(schema.CodeMessageNotFound, c.Lang, nil)
}

type fakeGrants struct {
	mu sync.Mutex
	of map[string]bridge.Grant
}

func (f *fakeGrants) Create(_ context.Context, g bridge.Grant) (string, bridge.Grant, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	g.ID = "tok_" + g.Name
	f.of["secret-"+g.Name] = g
	return "secret-" + g.Name, g, nil
}
func (f *fakeGrants) Find(_ context.Context, token string) (bridge.Grant, bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	g, ok := f.of[token]
	return g, ok, nil
}
func (f *fakeGrants) List(context.Context) (out []bridge.Grant, _ error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, g := range f.of {
		out = append(out, g)
	}
	return out, nil
}
func (f *fakeGrants) Revoke(_ context.Context, id string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for token, g := range f.of {
		if g.ID == id {
			delete(f.of, token)
		}
	}
	return nil
}

type fakeFeeds struct {
	pushes chan bridge.Pusher
	gone   chan string
}

func (f *fakeFeeds) Attach(_ context.Context, line schema.LineID, host schema.HostID, push bridge.Pusher) (int, func(), error) {
	f.pushes <- push
	return 3, func() { f.gone <- string(line) + "/" + string(host) }, nil
}
func (f *fakeFeeds) Follow(_ context.Context, line schema.LineID, after int64, push bridge.Pusher) (int64, func(), error) {
	f.pushes <- push
	return 7, func() { f.gone <- string(line) }, nil
}

var module = sync.OnceValues(func() (*host.Validator, error) { return host.New(context.Background(), host.Config{}) })

func validate(ctx context.Context, method string, lang schema.Lang, params []byte) ([]schema.Issue, error) {
	v, err := module()
	if err != nil {
		return nil, err
	}
	verdict, err := v.Validate(ctx, method, lang, params)
	return verdict.Issues, err
}

// world is a running server and what stands behind it.
type world struct {
	t      *testing.T
	server *rpc.Server
	addr   string
	api    *fakeAPI
	feeds  *fakeFeeds
	served chan error
}

func start(t *testing.T, change ...func(*rpc.Options)) *world {
	t.Helper()
	w := &world{t: t, served: make(chan error, 1),
		api:   &fakeAPI{sent: map[schema.Key]schema.SendResult{}, block: make(chan struct{}), began: make(chan struct{}, 1000)},
		feeds: &fakeFeeds{pushes: make(chan bridge.Pusher, 10), gone: make(chan string, 10)}}
	opts := rpc.Options{API: w.api, Grants: &fakeGrants{of: map[string]bridge.Grant{
		"admin": {ID: "a", Scope: schema.ScopeAdmin}, "line": {ID: "l", Scope: schema.ScopeLine, Line: "demo"},
		"read": {ID: "r", Scope: schema.ScopeRead}}},
		Feeds: w.feeds, Validate: validate, Check: native.Check, OpenRPC: gen.OpenRPC,
		Counts:  func(context.Context) (rpc.Counts, error) { return rpc.Counts{Deliveries: 4}, nil },
		Sandbox: true, Version: "test", Log: slog.New(slog.NewTextHandler(t.Output(), nil))}
	for _, c := range change {
		c(&opts)
	}
	var err error
	if w.server, err = rpc.New(opts); err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w.addr = ln.Addr().String()
	go func() { w.served <- w.server.Serve(ln) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel() // what still runs is cut short
		_ = w.server.Shutdown(ctx)
	})
	return w
}

// post sends a body as it is and gives the status and the answer.
func (w *world) post(token, body string, change ...func(*http.Request)) (*http.Response, string) {
	w.t.Helper()
	req, err := http.NewRequest(http.MethodPost, "http://"+w.addr+"/rpc", strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	for _, c := range change {
		c(req)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return resp, string(text)
}

// answer is a JSON-RPC answer as a client reads it.
type answer struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
	Result json.RawMessage `json:"result"`
	Error  *struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
		Data    *struct {
			schema.Error
			Sandbox bool `json:"sandbox"`
		} `json:"data"`
	} `json:"error"`
}

func (w *world) parse(text string) answer {
	w.t.Helper()
	var a answer
	if err := json.Unmarshal([]byte(text), &a); err != nil {
		w.t.Fatalf("answer %q: %v", text, err)
	}
	return a
}

// fails checks that an answer is an error of a code, complete with number, sentence and data.
func (w *world) fails(a answer, code schema.Code) {
	w.t.Helper()
	switch {
	case a.Error == nil:
		w.t.Fatalf("got result %s, want error %s", a.Result, code)
	case a.Error.Data == nil:
		w.t.Fatalf("error %+v has no data", a.Error)
	case a.Error.Data.Code != code || a.Error.Code != schema.InfoOf(code).RPC:
		w.t.Fatalf("got error %d %s (%s), want %s", a.Error.Code, a.Error.Data.Code, a.Error.Message, code)
	case a.Error.Message == "" || !a.Error.Data.Sandbox:
		w.t.Fatalf("error %+v lacks its sentence or its sandbox mark", a.Error)
	}
}

// socket is a websocket client.
type socket struct {
	w  *world
	ws *websocket.Conn
}

func (w *world) dial(token, query string) *socket {
	w.t.Helper()
	ws, resp, err := websocket.DefaultDialer.Dial("ws://"+w.addr+"/rpc"+query, http.Header{"Authorization": {"Bearer " + token}})
	if err != nil {
		w.t.Fatalf("dial: %v (%v)", err, resp)
	}
	w.t.Cleanup(func() { ws.Close() })
	return &socket{w, ws}
}

func (s *socket) send(text string) {
	s.w.t.Helper()
	if err := s.ws.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
		s.w.t.Fatal(err)
	}
}

func (s *socket) read() string {
	s.w.t.Helper()
	_ = s.ws.SetReadDeadline(time.Now().Add(patience))
	_, text, err := s.ws.ReadMessage()
	if err != nil {
		s.w.t.Fatal(err)
	}
	return string(text)
}

func (s *socket) ask(text string) answer {
	s.w.t.Helper()
	s.send(text)
	return s.w.parse(s.read())
}

// closed reads until the connection ends and gives the close code, 0 without one.
func (s *socket) closed() int {
	s.w.t.Helper()
	_ = s.ws.SetReadDeadline(time.Now().Add(patience))
	for {
		_, _, err := s.ws.ReadMessage()
		var closed *websocket.CloseError
		if errors.As(err, &closed) {
			return closed.Code
		}
		var late net.Error
		if errors.As(err, &late) && late.Timeout() {
			s.w.t.Fatal("the connection stays open")
		}
		if err != nil {
			return 0
		}
	}
}

// within waits for what must come.
func within[T any](t *testing.T, what string, ch <-chan T) T {
	t.Helper()
	select {
	case v := <-ch:
		return v
	case <-time.After(patience):
		t.Fatalf("waited %s for %s", patience, what)
		panic("unreachable")
	}
}

// eventually polls an observable condition.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited %s until %s", patience, what)
		}
	}
}
