package rpc_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/nodeline/nodeline/internal/wait"
	"github.com/nodeline/nodeline/plugin/host"
	"github.com/nodeline/nodeline/plugin/native"
	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/schema/gen"
	"github.com/nodeline/nodeline/sidecar/bridge"
	"github.com/nodeline/nodeline/sidecar/deliver"
	"github.com/nodeline/nodeline/sidecar/media"
	"github.com/nodeline/nodeline/sidecar/rpc"
	"github.com/nodeline/nodeline/sidecar/store"
)

// patience is how long a test waits for what must come.
const patience = wait.Patience

// gated is the real bridge with a door before one call, so that a test can do
// things while the call runs.
type gated struct {
	bridge.API
	began chan struct{} // something for every call that reached the door
	door  chan struct{} // closed: open
}

func (g *gated) SendText(ctx context.Context, c bridge.Caller, r schema.SendTextRequest) (schema.SendResult, error) {
	g.began <- struct{}{}
	select {
	case <-g.door:
		return g.API.SendText(ctx, c, r)
	case <-ctx.Done():
		return schema.SendResult{}, ctx.Err()
	}
}

func (g *gated) MediaUpload(ctx context.Context, c bridge.Caller, line schema.LineID, name, kind string, r io.Reader) (schema.MediaGetResult, error) {
	g.began <- struct{}{}
	select {
	case <-g.door:
		return g.API.MediaUpload(ctx, c, line, name, kind, r)
	case <-ctx.Done():
		return schema.MediaGetResult{}, ctx.Err()
	}
}

// network stands where WhatsApp is: every number is there, every send succeeds,
// nobody scans a code.
type network struct {
	inbox   bridge.Inbox
	polling chan struct{} // something for every long poll

	mu   sync.Mutex
	sent []bridge.Outgoing
}

func (n *network) Start(schema.LineID, string) error           { return nil }
func (n *network) Stop(schema.LineID)                          {}
func (n *network) Unlink(context.Context, schema.LineID) error { return nil }
func (n *network) Link(schema.LineID, bool) error              { return nil }
func (n *network) LinkPhone(schema.LineID, string, bool) error { return nil }
func (n *network) LinkNews(ctx context.Context, _ schema.LineID, since int) bridge.LinkNews {
	if since > 0 {
		n.polling <- struct{}{}
		<-ctx.Done()
	}
	return bridge.LinkNews{Seq: 1, State: schema.LinkWaiting}
}
func (n *network) Encode(c bridge.Content) ([]byte, error) { return json.Marshal(c) }
func (n *network) MarkRead(context.Context, schema.LineID, string, string, []schema.MessageID) error {
	return nil
}
func (n *network) Typing(context.Context, schema.LineID, string, bool) error { return nil }
func (n *network) Kind([]byte) schema.ContentKind                            { return schema.ContentText }
func (n *network) Upload(_ context.Context, _ schema.LineID, c bridge.Content, f bridge.File, _ *os.File) ([]byte, error) {
	return json.Marshal(f.Name)
}
func (n *network) Download(_ context.Context, _ schema.LineID, remote []byte, to *os.File) error {
	_, err := to.Write(remote)
	return err
}
func (n *network) Send(_ context.Context, _ schema.LineID, out bridge.Outgoing) (bridge.Sent, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.sent = append(n.sent, out)
	return bridge.Sent{At: time.Now()}, nil
}
func (n *network) Groups(context.Context, schema.LineID) ([]schema.Group, error) { return nil, nil }

func (n *network) Lookup(_ context.Context, _ schema.LineID, phones []string) (out []bridge.Contact, _ error) {
	for _, p := range phones {
		out = append(out, bridge.Contact{Asked: p, Exists: true, Address: person(p)})
	}
	return out, nil
}

func person(phone string) schema.Address {
	return schema.Address{Phone: phone, JID: phone[1:] + "@s.whatsapp.net"}
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

// world is a running server on a real bridge, store and feeds, with the lines
// demo (linked) and other, and a token of each scope by its scope's name.
type world struct {
	t      *testing.T
	server *rpc.Server
	addr   string
	api    *gated
	net    *network
	bridge *bridge.Bridge
	tokens map[string]string
	served chan error
}

func start(t *testing.T, change ...func(*rpc.Options)) *world {
	t.Helper()
	// Compiled before anybody waits: on a busy machine that takes longer than patience.
	if _, err := module(); err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	db, err := store.Open(t.TempDir(), store.Options{Sandbox: true, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	feeds := deliver.New(deliver.Config{Store: db, Log: log})
	files, err := media.Open(media.Config{Dir: t.TempDir(), Log: log})
	if err != nil {
		t.Fatal(err)
	}
	b := bridge.New(bridge.Config{Store: db, Grants: db, Wake: feeds, Courier: feeds, Files: files, Log: log, Pace: schema.Pace{Mode: schema.PaceOff}})
	w := &world{t: t, bridge: b, net: &network{inbox: b, polling: make(chan struct{}, 100)}, tokens: map[string]string{}, served: make(chan error, 1),
		api: &gated{API: b, began: make(chan struct{}, 1000), door: make(chan struct{})}}
	b.UseSessions(w.net)
	if err := b.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.fill(db)
	opts := rpc.Options{API: w.api, Grants: db, Feeds: feeds, Validate: validate, Check: native.Check, OpenRPC: gen.OpenRPC,
		Counts: func(ctx context.Context) (rpc.Counts, error) {
			open, err := b.DeliveryCounts(ctx)
			return rpc.Counts{Deliveries: open}, err
		},
		Sandbox: true, Version: "test", Log: log}
	for _, c := range change {
		c(&opts)
	}
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
		feeds.Stop()
		b.Stop()
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

func (w *world) fill(grants bridge.Grants) {
	w.t.Helper()
	admin := bridge.Caller{Grant: bridge.Grant{Scope: schema.ScopeAdmin}, Lang: schema.English}
	for _, id := range []schema.LineID{"demo", "other"} {
		if _, err := w.bridge.LineCreate(w.t.Context(), admin, schema.LineCreateRequest{ID: id, Name: "Name of " + string(id)}); err != nil {
			w.t.Fatal(err)
		}
	}
	linked := bridge.Session{Line: "demo", State: schema.LineConnected, Account: "account", Phone: "+79000000001", At: time.Now()}
	if err := w.bridge.Session(w.t.Context(), linked); err != nil {
		w.t.Fatal(err)
	}
	for _, g := range []bridge.Grant{{Name: "admin", Scope: schema.ScopeAdmin}, {Name: "line", Scope: schema.ScopeLine, Line: "demo"}, {Name: "read", Scope: schema.ScopeRead}} {
		token, _, err := grants.Create(w.t.Context(), g)
		if err != nil {
			w.t.Fatal(err)
		}
		w.tokens[g.Name] = token
	}
}

// shutdown ends the server in order: what runs is waited for.
func (w *world) shutdown() error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return w.server.Shutdown(ctx)
}

// errorLog keeps the messages of errors.
type errorLog struct {
	mu     sync.Mutex
	errors []string
}

func (l *errorLog) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelError }
func (l *errorLog) WithAttrs([]slog.Attr) slog.Handler               { return l }
func (l *errorLog) WithGroup(string) slog.Handler                    { return l }
func (l *errorLog) Handle(_ context.Context, r slog.Record) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.errors = append(l.errors, r.Message)
	return nil
}

func (l *errorLog) all() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.errors)
}

// token gives the token of a name, and any other text as it is.
func (w *world) token(name string) string {
	if token, ok := w.tokens[name]; ok {
		return token
	}
	return name
}

// answers has a customer write to the line.
func (w *world) answers(id schema.MessageID, from, text string) {
	w.t.Helper()
	in := bridge.Incoming{Line: "demo", ID: id, Chat: person(from), From: person(from), Kind: schema.ContentText, Text: text, At: time.Now()}
	if err := w.net.inbox.Receive(w.t.Context(), in); err != nil {
		w.t.Fatal(err)
	}
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
		req.Header.Set("Authorization", "Bearer "+w.token(token))
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
	w.declared(body, string(text))
	return resp, string(text)
}

// declared holds an error to those that the call's operation is documented with. What
// is no JSON-RPC is no call of an operation.
func (w *world) declared(request, text string) {
	w.t.Helper()
	var call struct{ Method string }
	var a answer
	if json.Unmarshal([]byte(request), &call) != nil || json.Unmarshal([]byte(text), &a) != nil || a.Error == nil || a.Error.Data == nil {
		return
	}
	if op, ok := schema.OperationOf(call.Method); ok && a.Error.Data.Code != schema.CodeInvalidRPC && !slices.Contains(slices.Concat(schema.AnyCall, op.Errors), a.Error.Data.Code) {
		w.t.Errorf("%s failed with %s, which its documents do not name", call.Method, a.Error.Data.Code)
	}
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
	ws, resp, err := websocket.DefaultDialer.Dial("ws://"+w.addr+"/rpc"+query, http.Header{"Authorization": {"Bearer " + w.token(token)}})
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
