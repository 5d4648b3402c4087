package bridge_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nodeline/nodeline/internal/wait"
	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
	"github.com/nodeline/nodeline/sidecar/deliver"
	"github.com/nodeline/nodeline/sidecar/media"
	"github.com/nodeline/nodeline/sidecar/outward"
	"github.com/nodeline/nodeline/sidecar/store"
)

const (
	theLine = schema.LineID("clinic")
	anna    = "+79123456789"
	boris   = "+79210001122"
)

// admin is who the tests call as.
var admin = bridge.Caller{Grant: bridge.Grant{Scope: schema.ScopeAdmin}, Lang: schema.English}

// rig is a bridge over a real store, with a scripted network in place of WhatsApp.
type rig struct {
	t     testing.TB
	dir   string
	net   *network
	store *store.Store
	feeds *deliver.Feeds
	posts deliver.Config // how feeds were made
	*bridge.Bridge
}

// quick are waits that fit a test in real time.
var quick = bridge.Timing{RetryMin: time.Millisecond, RetryMax: 4 * time.Millisecond, ReceiptWait: 5 * time.Millisecond}

// newRig starts a bridge on an empty store.
func newRig(t testing.TB, timing bridge.Timing) *rig {
	t.Helper()
	return startRig(t, t.TempDir(), newNetwork(), timing)
}

// linkedRig has one line, linked and connected.
func linkedRig(t testing.TB, timing bridge.Timing) *rig {
	t.Helper()
	r := newRig(t, timing)
	if _, err := r.LineCreate(r.ctx(), admin, schema.LineCreateRequest{ID: theLine, Name: "Clinic", Region: "RU"}); err != nil {
		t.Fatal(err)
	}
	r.net.linked(theLine)
	return r
}

func startRig(t testing.TB, dir string, net *network, timing bridge.Timing) *rig {
	t.Helper()
	return startLogged(t, dir, net, timing, quiet())
}

func startLogged(t testing.TB, dir string, net *network, timing bridge.Timing, log *slog.Logger) *rig {
	t.Helper()
	return startPosting(t, dir, net, timing, log, deliver.Config{Log: quiet()})
}

func startPosting(t testing.TB, dir string, net *network, timing bridge.Timing, log *slog.Logger, posts deliver.Config) *rig {
	t.Helper()
	st, err := store.Open(dir, store.Options{Sandbox: true, Log: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	posts.Store = st
	r := &rig{t: t, dir: dir, net: net, store: st, feeds: deliver.New(posts), posts: posts}
	r.Bridge = bridge.New(bridge.Config{Store: st, Grants: st, Wake: r.feeds, Courier: r.feeds, Files: net.files(t), PublicURL: "http://sidecar.test", Log: log, Timing: timing, Now: net.now})
	net.use(r.Bridge)
	r.UseSessions(net)
	if err := r.Start(r.ctx()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.stop)
	return r
}

// stop may be called twice, as everything in it may.
func (r *rig) stop() {
	r.Stop()
	r.feeds.Stop()
	if err := r.store.Close(); err != nil {
		r.t.Error(err)
	}
}

// restart stops everything and starts it again on the same files.
func (r *rig) restart(timing bridge.Timing) *rig {
	r.t.Helper()
	r.stop()
	return startPosting(r.t, r.dir, r.net, timing, quiet(), r.posts)
}

// kill starts again on the files as they are at this moment, which nothing closed.
func (r *rig) kill(timing bridge.Timing) *rig {
	r.t.Helper()
	dir := r.t.TempDir()
	for _, name := range []string{"nodeline.db", "nodeline.db-wal"} {
		data, err := os.ReadFile(filepath.Join(r.dir, name))
		if err != nil {
			r.t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			r.t.Fatal(err)
		}
	}
	r.stop()
	return startPosting(r.t, dir, r.net, timing, quiet(), r.posts)
}

func (r *rig) ctx() context.Context { return r.t.Context() }

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// ask asks Anna, with three buttons.
func (r *rig) ask(id schema.Key, change ...func(*schema.AskRequest)) schema.Ask {
	r.t.Helper()
	a, err := r.Ask(r.ctx(), admin, askRequest(id, change...))
	if err != nil {
		r.t.Fatal(err)
	}
	return a
}

func askRequest(id schema.Key, change ...func(*schema.AskRequest)) schema.AskRequest {
	req := schema.AskRequest{Line: theLine, ID: id, Chat: anna, Body: "Придёте завтра?",
		Buttons: []schema.Button{{ID: "yes", Text: "Да, приду"}, {Text: "Нет"}, {ID: "late", Text: "Позже"}},
		Reply:   &schema.Reply{Host: "red", Node: "n1"}, Context: json.RawMessage(`{"n":1}`)}
	for _, fn := range change {
		fn(&req)
	}
	return req
}

func (r *rig) getAsk(id schema.Key) schema.Ask {
	r.t.Helper()
	a, err := r.AskGet(r.ctx(), admin, schema.AskGetRequest{Line: theLine, ID: id})
	if err != nil {
		r.t.Fatal(err)
	}
	return a
}

func (r *rig) message(key schema.Key) schema.SendResult {
	r.t.Helper()
	m, err := r.MessageGet(r.ctx(), admin, schema.MessageGetRequest{Line: theLine, Key: key})
	if err != nil {
		r.t.Fatal(err)
	}
	return m
}

func (r *rig) text(key schema.Key, chat, text string) (schema.SendResult, error) {
	return r.SendText(r.ctx(), admin, schema.SendTextRequest{Line: theLine, Key: key, Chat: chat, Text: text})
}

// outcomes are the open deliveries of the test's host.
func (r *rig) outcomes() []schema.Delivery {
	r.t.Helper()
	list, err := r.DeliveryList(r.ctx(), admin, schema.DeliveryListRequest{Line: theLine, Host: "red", Count: 200})
	if err != nil {
		r.t.Fatal(err)
	}
	return list.Deliveries
}

func (r *rig) events(kind schema.EventKind) (list []schema.Event) {
	r.t.Helper()
	all, err := r.EventList(r.ctx(), admin, schema.EventListRequest{Line: theLine, Count: 200})
	if err != nil {
		r.t.Fatal(err)
	}
	for _, e := range all.Events {
		if e.Kind == kind {
			list = append(list, e)
		}
	}
	return list
}

// says has somebody write to the line.
func (r *rig) says(from, text string, change ...func(*bridge.Incoming)) {
	r.t.Helper()
	if err := r.Receive(r.ctx(), r.net.incoming(from, text, change...)); err != nil {
		r.t.Fatal(err)
	}
}

func quoting(id schema.MessageID) func(*bridge.Incoming) {
	return func(in *bridge.Incoming) { in.QuotedID = id }
}

func tapping(id schema.MessageID, button string) func(*bridge.Incoming) {
	return func(in *bridge.Incoming) { in.Kind, in.QuotedID, in.ButtonID = schema.ContentButton, id, button }
}

// eventually waits for a condition that another goroutine brings about.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	wait.Until(t, what, ok)
}

func wantCode(t testing.TB, err error, code schema.Code) *schema.Error {
	t.Helper()
	e, ok := errors.AsType[*schema.Error](err)
	if !ok || e.Code != code {
		t.Fatalf("error %v, want code %s", err, code)
	}
	return e
}

// network is a scripted bridge.Sessions. Everybody's LID is their phone, backwards.
type network struct {
	mu          sync.Mutex
	inbox       bridge.Inbox
	sends       []bridge.Outgoing
	asked       [][]string
	absent      map[string]bool
	said        []string                               // what nothing answers
	rewritten   map[string]string                      // phones that WhatsApp knows under another form
	script      func(n int, out bridge.Outgoing) error // n from 1
	hold        chan struct{}                          // sends wait until it is closed
	lookup      error
	looking     chan struct{} // lookups wait until it is closed
	news        bridge.LinkNews
	serial      int
	unlinks     int
	groups      []schema.Group
	listed      int              // how often groups were asked for
	behind      time.Duration    // its clock against this machine's
	silent      bool             // a started line stays away
	now         func() time.Time // this machine's wall clock; nil: the real one
	kept        string           // the folder of files
	uploads     []bridge.File
	uploading   func(n int, f bridge.File) error // n from 1
	holdUploads chan struct{}                    // uploads wait until it is closed
	remote      map[string]string                // files at WhatsApp, by Incoming.Remote
	downloads   int
}

func newNetwork() *network { return &network{absent: map[string]bool{}} }

// files keep attachments beside whatever life of the bridge, and fetch from this machine.
func (n *network) files(t testing.TB) *media.Files {
	t.Helper()
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.kept == "" {
		n.kept = t.TempDir()
	}
	f, err := media.Open(media.Config{Dir: n.kept, Policy: outward.Policy{Allowed: targets(t, "127.0.0.1"), Plain: true}, Answer: time.Minute, Stall: time.Minute, Log: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	return f
}

func (n *network) use(inbox bridge.Inbox) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.inbox = inbox
}

// linked reports a line linked and connected.
func (n *network) linked(line schema.LineID) { n.report(line, schema.LineConnected, "acc:1") }

func (n *network) report(line schema.LineID, state schema.LineState, account string) {
	s := bridge.Session{Line: line, State: state, Account: account, At: time.Now()}
	if account != "" {
		s.Phone, s.LID = "+79000000001", "10000000097@lid"
	}
	n.mu.Lock()
	inbox := n.inbox
	n.mu.Unlock()
	if err := inbox.Session(context.Background(), s); err != nil && !errors.Is(err, store.ErrClosed) {
		panic(err)
	}
}

func (n *network) Start(line schema.LineID, account string) error {
	n.mu.Lock()
	silent := n.silent
	n.mu.Unlock()
	if account != "" && !silent {
		n.report(line, schema.LineConnected, account)
	}
	return nil
}

func (n *network) Stop(schema.LineID) {}

func (n *network) Unlink(context.Context, schema.LineID) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.unlinks++
	return nil
}

func (n *network) Link(schema.LineID, bool) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.news.Seq == 0 {
		n.news = bridge.LinkNews{Seq: 1, State: schema.LinkCode, QR: "2@abc,def", ExpiresAt: time.Now().Add(20 * time.Second)}
	}
	return nil
}

func (n *network) LinkPhone(line schema.LineID, phone string, restart bool) error {
	err := n.Link(line, restart)
	n.mu.Lock()
	defer n.mu.Unlock()
	n.news.Seq++
	n.news.PhoneFor, n.news.PhoneCode, n.news.PhoneCodeEnds = phone, "ABCD-EFGH", time.Now().Add(time.Minute)
	return err
}

func (n *network) LinkNews(ctx context.Context, _ schema.LineID, since int) bridge.LinkNews {
	for {
		n.mu.Lock()
		news := n.news
		n.mu.Unlock()
		if news.Seq > since || ctx.Err() != nil {
			return news
		}
		select {
		case <-time.After(time.Millisecond):
		case <-ctx.Done():
		}
	}
}

func (n *network) Encode(c bridge.Content) ([]byte, error) { return json.Marshal(c) }

func (n *network) MarkRead(_ context.Context, _ schema.LineID, chat, from string, ids []schema.MessageID) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, id := range ids {
		n.said = append(n.said, "read "+chat+" "+from+" "+string(id))
	}
	return n.lookup
}

func (n *network) Typing(ctx context.Context, _ schema.LineID, chat string, on bool) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.said = append(n.said, fmt.Sprintf("typing %s %t", chat, on))
	return errors.Join(n.lookup, ctx.Err())
}

// Kind is that of the content which Encode wrote.
func (n *network) Kind(payload []byte) schema.ContentKind {
	var c bridge.Content
	switch err := json.Unmarshal(payload, &c); {
	case c.Location != nil:
		return schema.ContentLocation
	case err != nil, c.Body == "":
		return schema.ContentUnsupported
	case c.Rendering == schema.RenderNative:
		return schema.ContentButton
	}
	return schema.ContentText
}

func (n *network) Upload(ctx context.Context, _ schema.LineID, c bridge.Content, f bridge.File, bytes *os.File) ([]byte, error) {
	n.mu.Lock()
	n.uploads = append(n.uploads, f)
	count, script, hold := len(n.uploads), n.uploading, n.holdUploads
	n.mu.Unlock()
	if hold != nil {
		select {
		case <-hold:
		case <-ctx.Done():
			return nil, &bridge.SendError{Certain: true, Retry: true, Err: ctx.Err()}
		}
	}
	if script != nil {
		if err := script(count, f); err != nil {
			return nil, err
		}
	}
	body, err := io.ReadAll(bytes)
	if err != nil {
		return nil, err
	}
	return json.Marshal(uploaded{Caption: c.Body, As: c.Media.As, Name: f.Name, Kind: f.Kind, Bytes: string(body), Forwarded: c.Forwarded != nil})
}

// uploaded is the payload of a file's message.
type uploaded struct {
	Caption string
	As      schema.SendAs
	Name    string
	Kind    schema.ContentKind
	Bytes   string
	// Forwarded: with the mark.
	Forwarded bool
}

func (n *network) Download(_ context.Context, _ schema.LineID, remote []byte, to *os.File) error {
	n.mu.Lock()
	n.downloads++
	body, ok := n.remote[string(remote)]
	n.mu.Unlock()
	if !ok {
		return bridge.ErrMediaGone
	}
	_, err := to.WriteString(body)
	return err
}

func (n *network) Send(ctx context.Context, _ schema.LineID, out bridge.Outgoing) (bridge.Sent, error) {
	n.mu.Lock()
	n.sends = append(n.sends, out)
	count, script, hold, behind := len(n.sends), n.script, n.hold, n.behind
	n.mu.Unlock()
	if hold != nil {
		select {
		case <-hold:
		case <-ctx.Done():
			return bridge.Sent{}, &bridge.SendError{Err: ctx.Err()}
		}
	}
	if script != nil {
		if err := script(count, out); err != nil {
			return bridge.Sent{}, err
		}
	}
	return bridge.Sent{At: time.Now().Add(-behind)}, nil
}

func (n *network) Groups(ctx context.Context, _ schema.LineID) ([]schema.Group, error) {
	n.mu.Lock()
	looking := n.looking
	n.mu.Unlock()
	if looking != nil {
		select {
		case <-looking:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.listed++
	return n.groups, n.lookup
}

func (n *network) Lookup(ctx context.Context, _ schema.LineID, phones []string) ([]bridge.Contact, error) {
	n.mu.Lock()
	looking := n.looking
	n.mu.Unlock()
	if looking != nil {
		select {
		case <-looking:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.asked = append(n.asked, phones)
	if n.lookup != nil {
		return nil, n.lookup
	}
	var list []bridge.Contact
	for _, p := range phones {
		c := bridge.Contact{Asked: p}
		if !n.absent[p] {
			c.Exists, c.Address = true, address(cmp.Or(n.rewritten[p], p))
		}
		list = append(list, c)
	}
	return list, nil
}

func address(phone string) schema.Address {
	return schema.Address{Phone: phone, LID: lidOf(phone), JID: lidOf(phone)}
}

func lidOf(phone string) string {
	var s strings.Builder
	for i := len(phone) - 1; i > 0; i-- {
		s.WriteByte(phone[i])
	}
	return s.String() + "@lid"
}

func (n *network) sent() []bridge.Outgoing {
	n.mu.Lock()
	defer n.mu.Unlock()
	return append([]bridge.Outgoing(nil), n.sends...)
}

func (n *network) set(fn func(*network)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	fn(n)
}

func (n *network) incoming(from, text string, change ...func(*bridge.Incoming)) bridge.Incoming {
	n.mu.Lock()
	n.serial++
	serial, behind := n.serial, n.behind
	n.mu.Unlock()
	in := bridge.Incoming{Line: theLine, ID: schema.MessageID("IN" + time.Now().Format("150405") + string(rune('A'+serial%26)) + strings.Repeat("x", serial/26)),
		Chat: address(from), From: address(from), Kind: schema.ContentText, Text: text, At: time.Now().Add(-behind)}
	for _, fn := range change {
		fn(&in)
	}
	return in
}
