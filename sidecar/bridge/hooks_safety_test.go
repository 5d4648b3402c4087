package bridge_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
	"github.com/nodeline/nodeline/sidecar/deliver"
	"github.com/nodeline/nodeline/sidecar/outward"
)

// These tests hold where deliver sends to, and how it signs.

func targets(t testing.TB, list ...string) outward.Targets {
	t.Helper()
	got, err := outward.ParseTargets(list)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestAddressesThatAreRefusedAtOnce(t *testing.T) {
	for _, c := range []struct {
		url     string
		allowed []string
		ok      bool
	}{
		{"http://127.0.0.1:8080/x", nil, true},
		{"http://localhost:8080/x", nil, true},
		{"http://[::1]/x", nil, true},
		{"http://[::ffff:127.0.0.1]/x", nil, true},
		{"https://93.184.216.34/x", nil, true},
		{"https://crm.example.com/x", nil, true},
		{"http://crm.example.com/x", nil, false},
		{"http://93.184.216.34/x", nil, false},
		{"http://169.254.169.254/latest/meta-data", nil, false},
		{"https://169.254.169.254/", nil, false},
		{"https://10.1.2.3/", nil, false},
		{"https://192.168.1.1/", nil, false},
		{"https://172.16.0.1/", nil, false},
		{"https://100.64.0.1/", nil, false},
		{"https://0.0.0.0/", nil, false},
		{"https://[::ffff:10.0.0.1]/", nil, false},
		{"https://[fd00::1]/", nil, false},
		{"https://[fe80::1%25eth0]/", nil, false},
		{"https://[64:ff9b::a00:1]/", nil, false},
		{"http://10.1.2.3:5678/", []string{"10.0.0.0/8"}, true},
		{"http://10.1.2.3:5678/", []string{"10.1.2.3"}, true},
		{"http://10.1.2.3:5678/", []string{"10.1.2.3:5678"}, true},
		{"http://10.1.2.3:5679/", []string{"10.1.2.3:5678"}, false},
		{"http://11.1.2.3/", []string{"10.0.0.0/8"}, false},
		{"http://n8n.local:5678/", []string{"N8N.local:5678"}, true},
		{"http://n8n.local:5678/", []string{"n8n.local"}, true},
		{"http://n8n.local/", []string{"n8n.local:80"}, true},
		{"https://n8n.local/", []string{"n8n.local:80"}, true}, // a public name, as far as its text tells
		{"http://n8n.local:5679/", []string{"n8n.local:5678"}, false},
		{"https://[fd00::1]/", []string{"fd00::/8"}, true},
	} {
		feeds := deliver.New(deliver.Config{Store: noStore{}, Log: quiet(), Targets: targets(t, c.allowed...)})
		if err := feeds.Refuses(c.url); (err == nil) != c.ok {
			t.Errorf("%s with %v: %v", c.url, c.allowed, err)
		}
		feeds.Stop()
	}
	for _, bad := range []string{"", "http://x/", "a b", "user@host"} {
		if _, err := outward.ParseTargets([]string{bad}); err == nil {
			t.Errorf("%q is taken for a target", bad)
		}
	}
}

// noStore has no webhooks.
type noStore struct{ bridge.Store }

func (noStore) Read(context.Context, func(bridge.View) error) error { return nil }

func TestARefusedAddressIsSaidBeforeAnythingIsSent(t *testing.T) {
	r := postingRig(t)
	for _, bad := range []string{"http://169.254.169.254/x", "https://10.0.0.1/", "http://crm.example.com/"} {
		_, err := r.WebhookCreate(r.ctx(), admin, schema.WebhookCreateRequest{Line: theLine, Name: "x", URL: bad, Host: "h"})
		if e := wantCode(t, err, schema.CodeTargetRefused); e.Field != "url" || !strings.Contains(e.Hint, "--deliver-to") {
			t.Errorf("%+v", e)
		}
		_, err = r.Ask(r.ctx(), admin, askRequest("q1", func(req *schema.AskRequest) { req.Reply = &schema.Reply{Host: "h", URL: bad} }))
		if e := wantCode(t, err, schema.CodeTargetRefused); e.Field != "reply.url" {
			t.Errorf("%+v", e)
		}
	}
	for _, bad := range []string{"ftp://127.0.0.1/", "127.0.0.1:80", "http://", "http://user:word@127.0.0.1/", "http://127.0.0.1:x/"} {
		_, err := r.WebhookCreate(r.ctx(), admin, schema.WebhookCreateRequest{Line: theLine, Name: "x", URL: bad, Host: "h"})
		if e := wantCode(t, err, schema.CodeInvalidRequest); len(e.Issues) != 1 || e.Issues[0].Field != "url" {
			t.Errorf("%s: %+v", bad, e)
		}
	}
	_, err := r.Ask(r.ctx(), admin, askRequest("q1", func(req *schema.AskRequest) { req.Reply = &schema.Reply{Host: "h", Mode: schema.ReplyN8N} }))
	wantCode(t, err, schema.CodeInvalidRequest)
	_, err = r.WebhookCreate(r.ctx(), admin, schema.WebhookCreateRequest{Line: theLine, Name: "x", URL: "http://127.0.0.1/"})
	wantCode(t, err, schema.CodeInvalidRequest)
	if n := len(r.net.sent()); n != 0 {
		t.Errorf("%d messages were sent", n)
	}
}

// names has every lookup of the test answered from a table, by a DNS server of its own.
func names(t *testing.T, table map[string][4]byte) {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	before := net.DefaultResolver
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
	t.Cleanup(func() {
		net.DefaultResolver = before
		conn.Close()
	})
	go func() {
		buf := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(buf[:n]) != nil || len(m.Questions) != 1 {
				continue
			}
			q := m.Questions[0]
			m.Response, m.Additionals = true, nil
			if addr, ok := table[q.Name.String()]; ok && q.Type == dnsmessage.TypeA {
				m.Answers = []dnsmessage.Resource{{Header: dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class, TTL: 1}, Body: &dnsmessage.AResource{A: addr}}}
			}
			if out, err := m.Pack(); err == nil {
				_, _ = conn.WriteTo(out, from)
			}
		}
	}()
}

func TestWhereANameLeadsIsJudgedWhenItIsDialled(t *testing.T) {
	names(t, map[string][4]byte{"inner.example.": {10, 0, 0, 1}, "meta.example.": {169, 254, 169, 254}, "home.example.": {127, 0, 0, 1}})
	c := newReceiver(t, nil)
	_, port, err := net.SplitHostPort(c.addr)
	if err != nil {
		t.Fatal(err)
	}
	try := func(url string, allowed ...string) bridge.Posted {
		t.Helper()
		feeds := deliver.New(deliver.Config{Store: noStore{}, Log: quiet(), Targets: targets(t, allowed...), Timeout: time.Second})
		defer feeds.Stop()
		return feeds.Test(t.Context(), bridge.WebhookRecord{ID: "whk_1", URL: url}, schema.Delivery{ID: "tst_1", Kind: schema.DeliverTest})
	}
	for _, refused := range []string{"https://inner.example/", "https://meta.example/", "http://home.example:" + port + "/"} {
		if got := try(refused); got.Why != bridge.WhyTarget || got.Delivered {
			t.Errorf("%s: %+v", refused, got)
		}
	}
	// A range that is allowed does not make the others so.
	if got := try("http://meta.example/", "10.0.0.0/8"); got.Why != bridge.WhyTarget {
		t.Errorf("beside the range: %+v", got)
	}
	for _, allowed := range []string{"home.example", "home.example:" + port, "192.168.0.0/16"} {
		if got := try("http://home.example:"+port+"/", allowed); !got.Delivered {
			t.Errorf("allowed by %s: %+v", allowed, got)
		}
	}
	if sentence := bridge.WhyTarget.In(schema.English, 0); !strings.Contains(sentence, "--deliver-to") {
		t.Error(sentence)
	}
}

func TestRedirectsAndStrangeCertificatesAreNotFollowed(t *testing.T) {
	r := postingRig(t)
	end := newReceiver(t, nil)
	c := newReceiver(t, func(_ int, _ posted, w http.ResponseWriter) {
		w.Header().Set("Location", end.url())
		w.WriteHeader(http.StatusTemporaryRedirect)
	})
	made := r.webhook(c)
	got, err := r.WebhookTest(r.ctx(), admin, schema.WebhookRequest{Line: theLine, ID: made.Webhook.ID})
	if err != nil || got.Delivered || got.HTTPStatus != 307 || len(end.all()) != 0 {
		t.Errorf("redirected: %+v, %v; %d came", got, err, len(end.all()))
	}
	secret := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a strange certificate was taken") }))
	secret.Config.ErrorLog = log.New(io.Discard, "", 0)
	secret.StartTLS()
	defer secret.Close()
	made = r.webhook(c, func(req *schema.WebhookCreateRequest) { req.URL = secret.URL })
	got, err = r.WebhookTest(r.ctx(), admin, schema.WebhookRequest{Line: theLine, ID: made.Webhook.ID})
	if err != nil || got.Delivered || got.HTTPStatus != 0 || !strings.Contains(got.Reason, "certificate") {
		t.Errorf("a strange certificate: %+v, %v", got, err)
	}
}

func TestAReceiverThatNeverAnswersEndsInTime(t *testing.T) {
	r := postingRig(t, func(c *deliver.Config) { c.Timeout = time.Second }) // a busy machine answers within it
	let := make(chan struct{})
	defer close(let)
	silent := newReceiver(t, func(int, posted, http.ResponseWriter) { <-let })
	endless := newReceiver(t, func(_ int, _ posted, w http.ResponseWriter) {
		for w.(http.Flusher) != nil {
			if _, err := w.Write(make([]byte, 64<<10)); err != nil {
				return
			}
		}
	})
	for c, delivered := range map[*receiver]bool{silent: false, endless: true} {
		made := r.webhook(c)
		got, err := r.WebhookTest(r.ctx(), admin, schema.WebhookRequest{Line: theLine, ID: made.Webhook.ID})
		if err != nil || got.Delivered != delivered || got.TookMs > 5000 {
			t.Errorf("%+v, %v", got, err)
		}
		if !delivered && got.Reason != "The receiver did not answer in time." {
			t.Errorf("%+v", got)
		}
	}
}

// verified recomputes a signature, apart from deliver's own code.
func verified(p posted, secret string) bool {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil {
		return false
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(p.id() + "." + p.header.Get("Webhook-Timestamp") + "." + string(p.body)))
	want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	for _, have := range strings.Split(p.header.Get("Webhook-Signature"), " ") {
		if have == want {
			return true
		}
	}
	return false
}

func TestTheOldSecretSignsForAWhile(t *testing.T) {
	r := postingRig(t)
	c := newReceiver(t, nil)
	made := r.webhook(c)
	rotate := func(keep int) schema.WebhookSecretResult {
		t.Helper()
		got, err := r.WebhookRotate(r.ctx(), admin, schema.WebhookRotateRequest{Line: theLine, ID: made.Webhook.ID, KeepSeconds: keep})
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	signedBy := func(secrets ...string) (by []bool) {
		t.Helper()
		n := len(c.all())
		r.says(anna, "x")
		p := c.waitFor(n + 1)[n]
		for _, s := range secrets {
			by = append(by, verified(p, s))
		}
		if at, err := strconv.ParseInt(p.header.Get("Webhook-Timestamp"), 10, 64); err != nil || time.Since(time.Unix(at, 0)) > time.Minute {
			t.Errorf("timestamp %v, %v", at, err)
		}
		return by
	}
	if by := signedBy(made.Secret); !by[0] || !strings.HasPrefix(made.Secret, "whsec_") {
		t.Errorf("the first: %v", by)
	}
	second := rotate(0)
	if second.Secret == made.Secret || second.Webhook.OldSecretUntil == nil || time.Until(*second.Webhook.OldSecretUntil).Round(time.Hour) != 24*time.Hour {
		t.Errorf("rotated: %+v", second.Webhook)
	}
	if by := signedBy(made.Secret, second.Secret); !by[0] || !by[1] {
		t.Errorf("both sign: %v", by)
	}
	third := rotate(1)
	eventually(t, "the older ones sign no more", func() bool {
		by := signedBy(made.Secret, second.Secret, third.Secret)
		return !by[0] && !by[1] && by[2]
	})
	if w := r.hook(made.Webhook.ID); w.OldSecretUntil != nil {
		t.Errorf("webhook %+v", w)
	}
}
