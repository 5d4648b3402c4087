package oauth_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
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

	"github.com/nodeline/nodeline/e2e/go/cast"
	"github.com/nodeline/nodeline/internal/wait"
	"github.com/nodeline/nodeline/plugin/host"
	"github.com/nodeline/nodeline/plugin/native"
	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/schema/gen"
	"github.com/nodeline/nodeline/sidecar/bridge"
	"github.com/nodeline/nodeline/sidecar/deliver"
	"github.com/nodeline/nodeline/sidecar/line"
	"github.com/nodeline/nodeline/sidecar/oauth"
	"github.com/nodeline/nodeline/sidecar/rpc"
	"github.com/nodeline/nodeline/sidecar/sandbox"
	"github.com/nodeline/nodeline/sidecar/store"
)

// network is one for all tests: a process trusts one network. Each test has phones of
// its own.
var network *sandbox.Network

func TestMain(m *testing.M) {
	var err error
	if network, err = sandbox.Listen(sandbox.Config{Empty: true}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	network.Close()
	os.Exit(code)
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

// clock is a wall clock that a test sets forward.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// journal keeps what is logged at info level and above.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// world is a whole sidecar on the sandbox network: the store, the sessions, the bridge
// and the server that a browser and a program reach.
type world struct {
	t       testing.TB
	dir     string
	clock   *clock
	log     *journal
	change  func(*oauth.Options)
	addr    string
	db      *store.Store
	bridge  *bridge.Bridge
	admin   string
	secrets []string // what no log may hold
	gone    struct {
		sync.Mutex
		ids []schema.TokenID // that rpc was told of
	}
	stop func()
}

func start(t testing.TB, change ...func(*oauth.Options)) *world {
	t.Helper()
	// Compiled before anybody waits: on a busy machine that takes longer than patience.
	if _, err := module(); err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, dir: t.TempDir(), clock: &clock{at: time.Now()}, log: &journal{}, change: func(o *oauth.Options) {
		for _, c := range change {
			c(o)
		}
	}}
	w.up("127.0.0.1:0")
	var err error
	if w.admin, _, err = w.db.Create(t.Context(), bridge.Grant{Name: "admin", Scope: schema.ScopeAdmin}); err != nil {
		t.Fatal(err)
	}
	w.secrets = append(w.secrets, w.admin)
	t.Cleanup(func() {
		w.stop()
		for _, secret := range w.secrets {
			if secret != "" && strings.Contains(w.log.String(), secret) {
				t.Errorf("the log holds a secret:\n%s", w.log)
			}
		}
		if strings.Contains(w.log.String(), "level=ERROR") {
			t.Errorf("errors were logged:\n%s", w.log)
		}
	})
	return w
}

// up starts the sidecar on the directory and the address.
func (w *world) up(address string) {
	t := w.t
	t.Helper()
	log := slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelInfo}))
	db, err := store.Open(w.dir, store.Options{Sandbox: true, Log: log, Now: w.clock.now})
	if err != nil {
		t.Fatal(err)
	}
	sessions, err := store.OpenSessions(w.dir)
	if err != nil {
		t.Fatal(err)
	}
	feeds := deliver.New(deliver.Config{Store: db, Log: log})
	b := bridge.New(bridge.Config{Store: db, Grants: db, Wake: feeds, Courier: feeds, Log: log, Pace: schema.Pace{Mode: schema.PaceOff}})
	wa, err := line.New(t.Context(), line.Config{DB: sessions, Inbox: b, Network: line.Network{Addr: network.Addr(), Root: network.Root()}, Log: log,
		Timing: line.Timing{RetryMin: 50 * time.Millisecond, RetryMax: 500 * time.Millisecond, Login: 20 * time.Second}})
	if err != nil {
		t.Fatal(err)
	}
	b.UseSessions(wa)
	if err := b.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	var server *rpc.Server
	opts := oauth.Options{API: b, Grants: db, Authorizations: db, Check: native.Check, Ended: func(id schema.TokenID) {
		w.gone.Lock()
		defer w.gone.Unlock()
		w.gone.ids = append(w.gone.ids, id)
		server.Ended(id)
	},
		Origins: []string{"https://flows.example.com"}, Sandbox: true, Phones: "http://" + network.Addr() + "/", Now: w.clock.now, Sweep: 10 * time.Millisecond, Log: log}
	w.change(&opts)
	pages := oauth.New(opts)
	server, err = rpc.New(rpc.Options{API: b, Grants: db, Feeds: feeds, Validate: validate, Check: native.Check, OpenRPC: gen.OpenRPC,
		Counts:  func(context.Context) (rpc.Counts, error) { return rpc.Counts{}, nil },
		Sandbox: true, Version: "test", Origins: opts.Origins, Hosts: []string{"wa.example.com"}, OAuth: pages, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(ln) }()
	var once sync.Once
	w.addr, w.db, w.bridge = ln.Addr().String(), db, b
	w.stop = func() {
		once.Do(func() {
			ctx, cancel := context.WithCancel(context.Background())
			cancel() // what still runs is cut short
			_ = server.Shutdown(ctx)
			pages.Close()
			feeds.Stop()
			b.Stop()
			wa.Close()
			if err := sessions.Close(); err != nil {
				t.Error(err)
			}
			if err := db.Close(); err != nil {
				t.Error(err)
			}
			if err := <-served; err != nil {
				t.Error(err)
			}
		})
	}
}

func (w *world) ended() []schema.TokenID {
	w.gone.Lock()
	defer w.gone.Unlock()
	return slices.Clone(w.gone.ids)
}

// restart ends the sidecar and starts it again at the same address, once its lines
// that are linked are connected: what they tell has come then.
func (w *world) restart() {
	w.t.Helper()
	w.connected()
	w.stop()
	client.CloseIdleConnections() // they are of the server that has gone
	w.up(w.addr)
	w.connected()
}

// connected waits until every line that is linked is connected.
func (w *world) connected() {
	w.t.Helper()
	wait.Until(w.t, "the lines are connected", func() bool {
		all, err := w.bridge.LineList(w.t.Context(), admin, schema.LineListRequest{})
		if err != nil {
			w.t.Fatal(err)
		}
		return !slices.ContainsFunc(all.Lines, func(l schema.Line) bool {
			return l.State == schema.LineConnecting || l.State == schema.LineReconnecting
		})
	})
}

var admin = bridge.Caller{Grant: bridge.Grant{Scope: schema.ScopeAdmin}, Lang: schema.English}

// reallyLinked makes a line that a phone has linked: it outlives a restart.
func (w *world) reallyLinked(id schema.LineID) {
	w.t.Helper()
	if _, err := w.bridge.LineCreate(w.t.Context(), admin, schema.LineCreateRequest{ID: id, Name: "Name of " + string(id)}); err != nil {
		w.t.Fatal(err)
	}
	p := w.program()
	p.open()
	code := p.follow(id, schema.LineLinkRequest{}, func(n schema.LineLinkResult) bool { return n.QR != "" })
	if _, err := cast.Phone(w.t, network, "Клиника").Link(w.t.Context(), code.QR); err != nil {
		w.t.Fatal(err)
	}
	p.follow(id, schema.LineLinkRequest{Since: code.Seq, WaitMs: 1000}, isLinked)
	w.connected()
}

// line makes a line that is linked, as far as the bridge is told.
func (w *world) line(id schema.LineID) {
	w.t.Helper()
	if _, err := w.bridge.LineCreate(w.t.Context(), admin, schema.LineCreateRequest{ID: id, Name: "Name of " + string(id)}); err != nil {
		w.t.Fatal(err)
	}
	linked := bridge.Session{Line: id, State: schema.LineConnected, Account: "account", Phone: "+79000000001", At: time.Now()}
	if err := w.bridge.Session(w.t.Context(), linked); err != nil {
		w.t.Fatal(err)
	}
}

// call is one JSON-RPC call with a token; code is "" where it succeeded.
func (w *world) call(token, method string, params any, into any) (status int, code schema.Code) {
	w.t.Helper()
	body, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
	if err != nil {
		w.t.Fatal(err)
	}
	resp := w.do(http.MethodPost, "/rpc", "application/json", string(body), func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) })
	var answer struct {
		Result json.RawMessage `json:"result"`
		Error  *struct {
			Data schema.Error `json:"data"`
		} `json:"error"`
	}
	w.decode(resp, &answer)
	if answer.Error != nil {
		return resp.StatusCode, answer.Error.Data.Code
	}
	if into != nil {
		if err := json.Unmarshal(answer.Result, into); err != nil {
			w.t.Fatal(err)
		}
	}
	return resp.StatusCode, ""
}

// reply is an answer with its body read.
type reply struct {
	*http.Response
	body []byte
}

// client follows no redirect: where it leads is what tests look at.
var client = &http.Client{Timeout: wait.Patience, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

func (w *world) do(method, path, kind, body string, change ...func(*http.Request)) reply {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), method, "http://"+w.addr+path, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	for _, c := range change {
		c(r)
	}
	resp, err := client.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return reply{resp, text}
}

func (w *world) decode(r reply, into any) {
	w.t.Helper()
	if err := json.Unmarshal(r.body, into); err != nil {
		w.t.Fatalf("%s %s: %v", r.Status, r.body, err)
	}
}
