package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/nodeline/nodeline/e2e/chaos/judge"
	"github.com/nodeline/nodeline/schema"
)

// hooks is the server that webhooks and reply URLs lead to. It takes what comes
// and says so, or says that it did not, or takes it and says nothing.
type hooks struct {
	r      *run
	addr   string
	server *http.Server

	mu      sync.Mutex
	rng     *rand.Rand
	secrets map[string][]string // by path; the newest last
	unsure  map[string]int      // by path: rotations until every secret that can still sign is known
	owed    map[string]string   // by path: the event that was not acknowledged and has to come next
	seen    map[schema.DeliveryID]bool
	strikes map[string]int // refusals in a row, by path
}

func newHooks(r *run) (*hooks, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	k := &hooks{r: r, addr: l.Addr().String(), rng: r.random("hooks"), secrets: map[string][]string{}, unsure: map[string]int{}, owed: map[string]string{},
		seen: map[schema.DeliveryID]bool{}, strikes: map[string]int{}}
	k.server = &http.Server{Handler: k, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = k.server.Serve(l) }()
	return k, nil
}

func (k *hooks) close() { _ = k.server.Close() }

func hookPath(host schema.HostID, line schema.LineID) string {
	return "/hook/" + string(host) + "/" + string(line)
}

// replyURL is the address that a question's outcome goes to in place of its host's.
func (k *hooks) replyURL(mark string) string { return "http://" + k.addr + "/reply/" + mark }

// register makes the webhooks of a host, one for each line.
func (k *hooks) register(ctx context.Context, host schema.HostID) error {
	for _, line := range k.r.lines {
		path := hookPath(host, line.id)
		var made schema.WebhookSecretResult
		err := k.r.post(ctx, "webhook.create", schema.WebhookCreateRequest{Line: line.id, Name: string(host), URL: "http://" + k.addr + path,
			Host: host, Events: []schema.EventKind{schema.EventMessage}}, &made)
		if err != nil {
			return fmt.Errorf("webhook of %s: %w", host, err)
		}
		k.mu.Lock()
		k.secrets[path] = []string{made.Secret}
		k.mu.Unlock()
		k.r.webhooks = append(k.r.webhooks, made.Webhook)
	}
	return nil
}

// rotate gives one webhook a new secret now and then.
func (k *hooks) rotate(ctx context.Context) {
	rng := k.r.random("rotate")
	for ctx.Err() == nil && len(k.r.webhooks) > 0 {
		wait(ctx, between(rng, time.Second, 5*time.Second))
		w := k.r.webhooks[rng.IntN(len(k.r.webhooks))]
		var made schema.WebhookSecretResult
		bound, cancel := context.WithTimeout(ctx, 3*time.Second)
		// Locked: before its answer is here the new secret may sign already.
		k.mu.Lock()
		err := k.r.post(bound, "webhook.rotate", schema.WebhookRotateRequest{Line: w.Line, ID: w.ID, KeepSeconds: 3600}, &made)
		path := hookPath(w.Host, w.Line)
		if err == nil {
			k.secrets[path] = append(k.secrets[path], made.Secret)
			k.unsure[path] = max(k.unsure[path]-1, 0)
		} else {
			k.unsure[path] = 3 // it may have made a secret that nobody was told
		}
		k.mu.Unlock()
		cancel()
	}
}

func (k *hooks) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if name, ok := strings.CutPrefix(req.URL.Path, filesPath); ok {
		k.file(w, name)
		return
	}
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return // cut: the sidecar was killed in the middle of it
	}
	k.r.happened()
	var d schema.Delivery
	if err := json.Unmarshal(body, &d); err != nil {
		k.r.ledger.violation(judge.Outcome, req.URL.Path, "a POST that is no delivery: "+err.Error())
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.refuses(w, req.URL.Path, d) {
		return
	}
	k.take(req, body, d)
	delete(k.strikes, req.URL.Path)
	if !k.r.calm.Load() && k.rng.IntN(20) == 0 {
		k.owe(req.URL.Path, d)
		panic(http.ErrAbortHandler) // taken, and its answer is lost
	}
	if e := d.Event; e != nil {
		delete(k.owed, req.URL.Path)
	}
	_, _ = io.WriteString(w, `{"resumed":true}`)
}

// refuses answers some with an error before they are taken; never so often that
// the pause before the next try gets long.
func (k *hooks) refuses(w http.ResponseWriter, path string, d schema.Delivery) bool {
	if k.r.calm.Load() || k.strikes[path] > 1 || k.rng.IntN(12) > 0 {
		return false
	}
	k.strikes[path]++
	k.owe(path, d)
	http.Error(w, "not now", []int{409, 429, 500, 503}[k.rng.IntN(4)])
	return true
}

// owe: one at a time, so the next event here has to be this one again.
func (k *hooks) owe(path string, d schema.Delivery) {
	if e := d.Event; e != nil {
		k.owed[path] = string(e.ID)
	}
}

// take writes a delivery down. The caller holds mu.
func (k *hooks) take(req *http.Request, body []byte, d schema.Delivery) {
	path := req.URL.Path
	if k.seen[d.ID] {
		k.r.count.redelivered.Add(1)
	}
	k.seen[d.ID] = true
	mark, reply := strings.CutPrefix(path, "/reply/")
	if !reply && !k.signed(req, path, body) {
		k.r.ledger.violation(judge.Outcome, string(d.ID), "its signature does not fit")
	}
	switch {
	case reply && mark != contextOf(d.Context):
		k.r.ledger.violation(judge.Outcome, string(d.ID), "it came to the address of "+mark+", and is of "+contextOf(d.Context))
	case d.Event != nil:
		if owed := k.owed[path]; owed != "" && owed != string(d.Event.ID) {
			k.r.ledger.violation(judge.Order, string(d.Event.ID), "it overtook "+owed+" at "+path)
		}
		k.r.ledger.event(hostOf(path), *d.Event)
	default:
		k.r.ledger.delivered(d.Host, d)
	}
}

func hostOf(path string) schema.HostID {
	host, _, _ := strings.Cut(strings.TrimPrefix(path, "/hook/"), "/")
	return schema.HostID(host)
}

// signed checks a signature as the documents tell; see standardwebhooks.com.
func (k *hooks) signed(req *http.Request, path string, body []byte) bool {
	if k.unsure[path] > 0 {
		return true
	}
	for _, secret := range k.secrets[path] {
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
		if err != nil {
			return false
		}
		mac := hmac.New(sha256.New, key)
		_, _ = fmt.Fprintf(mac, "%s.%s.%s", req.Header.Get("Webhook-Id"), req.Header.Get("Webhook-Timestamp"), body)
		want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
		for got := range strings.FieldsSeq(req.Header.Get("Webhook-Signature")) {
			if hmac.Equal([]byte(got), []byte(want)) {
				return true
			}
		}
	}
	return false
}
