package bridge_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
	"github.com/nodeline/nodeline/sidecar/deliver"
)

// promptly are pauses that fit a test in real time.
var promptly = deliver.Config{RetryMin: time.Millisecond, RetryMax: 8 * time.Millisecond, Log: quiet()}

// postingRig has one linked line, and posts promptly.
func postingRig(t testing.TB, change ...func(*deliver.Config)) *rig {
	t.Helper()
	posts := promptly
	for _, fn := range change {
		fn(&posts)
	}
	r := startPosting(t, t.TempDir(), newNetwork(), quick, quiet(), posts)
	r.line(theLine)
	return r
}

// impatient starts again as one that gives a delivery up at its next try, however
// slow the tries before were.
func (r *rig) impatient() *rig {
	r.t.Helper()
	r.posts.GiveUp = time.Millisecond
	return r.restart(quick)
}

// line makes a linked line.
func (r *rig) line(id schema.LineID) {
	r.t.Helper()
	if _, err := r.LineCreate(r.ctx(), admin, schema.LineCreateRequest{ID: id, Name: "Clinic", Region: "RU"}); err != nil {
		r.t.Fatal(err)
	}
	r.net.linked(id)
}

// posted is one POST as a receiver saw it.
type posted struct {
	header http.Header
	path   string
	body   []byte
	schema.Delivery
}

func (p posted) id() string { return p.header.Get("Webhook-Id") }

// receiver is a consumer's HTTP server. It can go down, and up again at the same address.
type receiver struct {
	t      testing.TB
	addr   string
	answer func(n int, p posted, w http.ResponseWriter) // n from 1; nil: 204

	mu     sync.Mutex
	server *httptest.Server
	got    []posted
}

func newReceiver(t testing.TB, answer func(n int, p posted, w http.ResponseWriter)) *receiver {
	t.Helper()
	c := &receiver{t: t, answer: answer}
	c.up()
	t.Cleanup(c.down)
	return c
}

func (c *receiver) up() {
	c.t.Helper()
	addr := c.addr
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		c.t.Fatal(err)
	}
	c.addr = ln.Addr().String()
	server := &httptest.Server{Listener: ln, Config: &http.Server{Handler: c}}
	server.Start()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.server = server
}

func (c *receiver) down() {
	c.mu.Lock()
	server := c.server
	c.server = nil
	c.mu.Unlock()
	if server != nil {
		server.CloseClientConnections()
		server.Close()
	}
}

func (c *receiver) url() string { return "http://" + c.addr + "/in" }

func (c *receiver) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	p := posted{header: r.Header.Clone(), path: r.URL.Path, body: body}
	if err != nil || r.Method != http.MethodPost || json.Unmarshal(body, &p.Delivery) != nil {
		c.t.Errorf("%s %s: %q, %v", r.Method, r.URL, body, err)
	}
	c.mu.Lock()
	c.got = append(c.got, p)
	n := len(c.got)
	c.mu.Unlock()
	if c.answer == nil {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	c.answer(n, p, w)
}

func (c *receiver) all() []posted {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]posted(nil), c.got...)
}

// waitFor waits until so many POSTs came, and gives them all.
func (c *receiver) waitFor(n int) []posted {
	c.t.Helper()
	eventually(c.t, fmt.Sprintf("%d POSTs", n), func() bool { return len(c.all()) >= n })
	return c.all()
}

func (r *rig) webhook(c *receiver, change ...func(*schema.WebhookCreateRequest)) schema.WebhookSecretResult {
	r.t.Helper()
	req := schema.WebhookCreateRequest{Line: theLine, Name: "CRM", URL: c.url(), Events: []schema.EventKind{schema.EventMessage}}
	for _, fn := range change {
		fn(&req)
	}
	made, err := r.WebhookCreate(r.ctx(), admin, req)
	if err != nil {
		r.t.Fatal(err)
	}
	return made
}

func outcomesOf(host schema.HostID) func(*schema.WebhookCreateRequest) {
	return func(req *schema.WebhookCreateRequest) { req.Host, req.Events = host, nil }
}

// hook is the webhook as it is listed.
func (r *rig) hook(id schema.WebhookID) schema.Webhook {
	r.t.Helper()
	list, err := r.WebhookList(r.ctx(), admin, schema.WebhookListRequest{Line: theLine})
	if err != nil {
		r.t.Fatal(err)
	}
	for _, w := range list.Webhooks {
		if w.ID == id {
			return w
		}
	}
	r.t.Fatalf("webhook %s is not listed: %+v", id, list)
	panic("unreachable")
}

func (r *rig) dead(change ...func(*schema.DeliveryListRequest)) []schema.Delivery {
	r.t.Helper()
	req := schema.DeliveryListRequest{Line: theLine, State: schema.DeliveryDead}
	for _, fn := range change {
		fn(&req)
	}
	list, err := r.DeliveryList(r.ctx(), admin, req)
	if err != nil {
		r.t.Fatal(err)
	}
	return list.Deliveries
}

func (r *rig) replayAll() int {
	r.t.Helper()
	got, err := r.DeliveryReplay(r.ctx(), admin, schema.DeliveryReplayRequest{Line: theLine, All: true})
	if err != nil {
		r.t.Fatal(err)
	}
	return got.Replayed
}

// texts are what people wrote, in the order in which it was taken: each message
// once, or the test fails.
func texts(t testing.TB, got []posted, taken func(posted) bool) (list []string) {
	t.Helper()
	seen := map[string]bool{}
	for _, p := range got {
		if !taken(p) {
			continue
		}
		if seen[p.id()] {
			t.Errorf("%s was taken twice", p.id())
		}
		seen[p.id()] = true
		if p.Event != nil {
			list = append(list, p.Event.Message.Text)
		} else {
			list = append(list, string(p.Ask.ID))
		}
	}
	return list
}

func every(posted) bool { return true }

// answerWith is an ask that is answered at once, with a reply.
func (r *rig) answerWith(id schema.Key, reply schema.Reply) {
	r.t.Helper()
	a := r.ask(id, func(req *schema.AskRequest) { req.Reply = &reply })
	r.says(anna, "1", quoting(a.MessageID))
}

var _ bridge.Courier = (*deliver.Feeds)(nil)
