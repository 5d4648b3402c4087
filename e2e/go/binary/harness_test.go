// Package binary_test runs the real nodeline binary, `sandbox` and `serve
// --sandbox` as two processes, and drives them the way a host and a customer do:
// by JSON-RPC and by the sandbox's HTTP interface.
package binary_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/nodeline/nodeline/schema"
)

// patience is how long a test waits for what must happen.
const patience = 20 * time.Second

var binary string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "nodeline-e2e-")
	if err == nil {
		binary = filepath.Join(dir, "nodeline")
		err = build()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// build makes the binary, and the validator inside it where nobody has yet.
func build() error {
	root, err := filepath.Abs("../../..")
	if err != nil {
		return err
	}
	wasm := filepath.Join(root, "plugin/host/dist/validator.wasm")
	if _, err := os.Stat(wasm); err != nil {
		guest := exec.Command("go", "build", "-buildmode=c-shared", "-trimpath", "-ldflags=-s -w", "-o", wasm, "./plugin/guest")
		guest.Dir, guest.Env = root, append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm")
		if out, err := guest.CombinedOutput(); err != nil {
			return fmt.Errorf("build validator: %w\n%s", err, out)
		}
	}
	cmd := exec.Command("go", "build", "-o", binary, "./sidecar/cmd/nodeline")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build nodeline: %w\n%s", err, out)
	}
	return nil
}

// process is one run of the binary.
type process struct {
	cmd  *exec.Cmd
	log  *bytes.Buffer
	done chan struct{}
}

func run(t testing.TB, args ...string) *process {
	t.Helper()
	p := &process{cmd: exec.Command(binary, args...), log: &bytes.Buffer{}, done: make(chan struct{})}
	p.cmd.Stdout, p.cmd.Stderr = p.log, p.log
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = p.cmd.Wait()
		close(p.done)
	}()
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			t.Logf("nodeline %s said:\n%s", args[0], p.log)
		}
	})
	return p
}

// kill ends it like a power cut: SIGKILL.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.done
}

func freeAddr(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// until polls a condition that can only be asked for.
func until(t testing.TB, what string, true func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !true(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s did not happen", what)
		}
	}
}

// world is a sandbox, a sidecar on it with one linked line, and a customer.
type world struct {
	t               testing.TB
	sandbox         string // address
	sidecar         string
	dir             string
	admin           string // token
	serve           *process
	owner, customer string
}

const (
	ownerPhone    = "+79000000001"
	customerPhone = "+79123456789"
	clinic        = schema.LineID("clinic")
)

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{t: t, sandbox: freeAddr(t), sidecar: freeAddr(t), dir: filepath.Join(t.TempDir(), "data"), owner: ownerPhone, customer: customerPhone}
	run(t, "sandbox", "--listen", w.sandbox)
	until(t, "the sandbox's start", func() bool { return answers("http://" + w.sandbox + "/trust") })
	w.start()
	t.Cleanup(func() {
		var stats struct {
			Unhandled map[string]int `json:"unhandled"`
		}
		w.phoneGet("/api/stats", &stats)
		if len(stats.Unhandled) > 0 {
			t.Errorf("unhandled stanzas: %v", stats.Unhandled)
		}
	})
	return w
}

func answers(url string) bool {
	res, err := http.Get(url)
	if err != nil {
		return false
	}
	defer func() { _ = res.Body.Close() }()
	return res.StatusCode == http.StatusOK
}

// start runs the sidecar on its data directory.
func (w *world) start() {
	w.t.Helper()
	w.serve = run(w.t, "serve", "--listen", w.sidecar, "--data", w.dir, "--sandbox", w.sandbox)
	until(w.t, "the sidecar's start", func() bool { return answers("http://" + w.sidecar + "/healthz") })
	if w.admin == "" {
		token, err := os.ReadFile(filepath.Join(w.dir, "admin-token"))
		if err != nil {
			w.t.Fatal(err)
		}
		w.admin = strings.TrimSpace(string(token))
	}
}

// linked is a world whose line is linked to the owner's phone.
func linked(t testing.TB) *world {
	t.Helper()
	w := newWorld(t)
	w.must("line.create", schema.LineCreateRequest{ID: clinic, Name: "Clinic"}, nil)
	w.link(clinic, w.owner)
	return w
}

// link scans the line's code with a phone, and returns the line's token.
func (w *world) link(id schema.LineID, phone string) string {
	w.t.Helper()
	var news schema.LineLinkResult
	scanned := false
	for end := time.Now().Add(patience); news.State != schema.LinkLinked; {
		if time.Now().After(end) {
			w.t.Fatalf("linking stands at %+v", news)
		}
		w.must("line.link", schema.LineLinkRequest{Line: id, Since: news.Seq, WaitMs: 2000}, &news)
		if news.State == schema.LinkCode && !scanned {
			scanned = true
			w.phonePost(phone, "/link", map[string]string{"qr": news.QR}, nil)
		}
	}
	w.connected(id)
	return news.Token
}

func (w *world) connected(id schema.LineID) {
	w.t.Helper()
	until(w.t, "the connection", func() bool {
		var line schema.Line
		w.must("line.status", schema.LineRequest{Line: id}, &line)
		return line.State == schema.LineConnected
	})
}

// The sandbox's HTTP interface.

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
	until(w.t, "the message on the phone", func() bool {
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

// JSON-RPC.

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
