package sandbox_test

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/store/sqlstore"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	waLog "go.mau.fi/whatsmeow/util/log"
	_ "modernc.org/sqlite"

	"github.com/nodeline/nodeline/sidecar/sandbox"
	"github.com/nodeline/nodeline/sidecar/sandbox/noise"
)

// The seeded phones.
const (
	owner = "+79000000001"
	anna  = "+79123456789"
	boris = "+79210001122"
)

// patience is how long a test waits for what must happen.
const patience = 30 * time.Second

var authority *noise.Authority

func TestMain(m *testing.M) {
	var err error
	if authority, err = noise.NewAuthority(time.Now()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	// The only change to an otherwise unmodified client library: which root it trusts.
	whatsmeow.WACertPubKey = authority.Root()
	os.Exit(m.Run())
}

// open starts a network that must end without unhandled stanzas.
func open(t testing.TB, config sandbox.Config) *sandbox.Network {
	t.Helper()
	if os.Getenv("SANDBOX_LOG") != "" {
		config.Log = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	network, err := sandbox.Listen(config.WithAuthority(authority))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		network.Close()
		if unhandled := network.Unhandled(); len(unhandled) > 0 {
			t.Errorf("unhandled stanzas: %v", unhandled)
		}
	})
	return network
}

// detour sends WhatsApp's hosts to the network and refuses all others.
type detour struct{ addr string }

func (d detour) RoundTrip(r *http.Request) (*http.Response, error) {
	host := strings.ToLower(r.URL.Hostname())
	if !strings.HasSuffix(host, ".whatsapp.com") && !strings.HasSuffix(host, ".whatsapp.net") {
		return nil, fmt.Errorf("request to %s refused", host)
	}
	out := r.Clone(r.Context())
	out.URL.Scheme, out.URL.Host = "http", d.addr
	return http.DefaultTransport.RoundTrip(out)
}

// client is an unmodified whatsmeow client with its events.
type client struct {
	*whatsmeow.Client
	t  testing.TB
	db *sqlstore.Container

	mu     sync.Mutex
	events []any
	wake   chan struct{}
}

var databases struct {
	sync.Mutex
	count int
}

// database is an in-memory store; it lives as long as the test.
func database(t testing.TB) *sqlstore.Container {
	t.Helper()
	databases.Lock()
	databases.count++
	dsn := fmt.Sprintf("file:client%d?mode=memory&cache=shared&_pragma=foreign_keys(1)&_pragma=busy_timeout(5000)", databases.count)
	databases.Unlock()
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	container := sqlstore.NewWithDB(db, "sqlite3", waLog.Noop)
	if err := container.Upgrade(context.Background()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = container.Close() })
	return container
}

func newClient(t testing.TB, network *sandbox.Network) *client {
	t.Helper()
	return clientOn(t, network, database(t))
}

// clientOn starts a client on the first device of a store, as after a restart.
func clientOn(t testing.TB, network *sandbox.Network, db *sqlstore.Container) *client {
	t.Helper()
	device, err := db.GetFirstDevice(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	log := waLog.Noop
	if level := os.Getenv("CLIENT_LOG"); level != "" {
		log = waLog.Stdout("client", level, false)
	}
	c := &client{Client: whatsmeow.NewClient(device, log), t: t, db: db, wake: make(chan struct{})}
	c.SetMaxParallelRetryReceiptHandling(1) // two at once race for the copy that they share
	to := &http.Client{Transport: detour{network.Addr()}}
	c.SetPreLoginHTTPClient(to)
	c.SetWebsocketHTTPClient(to)
	c.SetMediaHTTPClient(to)
	c.AddEventHandler(func(e any) {
		if _, ok := e.(*events.PairSuccess); ok {
			c.fewKeys()
		}
		c.mu.Lock()
		c.events = append(c.events, e)
		close(c.wake)
		c.wake = make(chan struct{})
		c.mu.Unlock()
	})
	t.Cleanup(c.Disconnect)
	return c
}

// fewKeys makes the client believe that it has uploaded keys before. It then
// uploads 50 of them and not 812, whose making takes most of a raced test's time.
func (c *client) fewKeys() {
	ctx := context.Background()
	keys, err := c.Store.PreKeys.GetOrGenPreKeys(ctx, whatsmeow.MinPreKeyCount)
	if err == nil {
		err = c.Store.PreKeys.MarkPreKeysAsUploaded(ctx, keys[len(keys)-1].KeyID)
	}
	if err != nil {
		c.t.Errorf("make keys: %v", err)
	}
}

// await takes the first event of a type for which match is true (nil: any) off
// the client's events, waiting for it if it has not come.
func await[E any](c *client, what string, match func(E) bool) E {
	c.t.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	for {
		c.mu.Lock()
		for i, e := range c.events {
			if typed, ok := e.(E); ok && (match == nil || match(typed)) {
				c.events = append(c.events[:i], c.events[i+1:]...)
				c.mu.Unlock()
				return typed
			}
		}
		wake := c.wake
		c.mu.Unlock()
		select {
		case <-wake:
		case <-deadline.C:
			c.mu.Lock()
			for _, e := range c.events {
				c.t.Logf("event not waited for: %T", e)
			}
			c.mu.Unlock()
			c.t.Fatalf("%s did not come", what)
		}
	}
}

// count is how many events of a type have come and were not taken.
func count[E any](c *client, match func(E) bool) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := 0
	for _, e := range c.events {
		if typed, ok := e.(E); ok && match(typed) {
			n++
		}
	}
	return n
}

// link pairs the client with a phone by QR and waits until it is connected and
// has what the phone sends first.
func (c *client) link(p *sandbox.Phone) int {
	c.t.Helper()
	codes, err := c.GetQRChannel(context.Background())
	if err != nil {
		c.t.Fatal(err)
	}
	if err := c.Connect(); err != nil {
		c.t.Fatal(err)
	}
	item := <-codes
	if item.Event != whatsmeow.QRChannelEventCode {
		c.t.Fatalf("no QR code but %+v", item)
	}
	device, err := p.Link(context.Background(), item.Code)
	if err != nil {
		c.t.Fatal(err)
	}
	await[*events.PairSuccess](c, "pair success", nil)
	await[*events.Connected](c, "connection", nil)
	// All of the app state: a client that logs out while it still reads it races with itself.
	await(c, "app state", func(e *events.AppStateSyncComplete) bool { return e.Name == "regular_low" })
	await[*events.HistorySync](c, "history", nil)
	return device
}

// text sends a text and waits for the server's word.
func (c *client) text(to, text string) (whatsmeow.SendResponse, error) {
	return c.SendMessage(context.Background(), jid(to), &waE2E.Message{Conversation: &text})
}

func jid(phone string) types.JID {
	return types.NewJID(strings.TrimPrefix(phone, "+"), types.DefaultUserServer)
}

// textOf is what a message says, however it is wrapped.
func textOf(e *events.Message) string {
	if t := e.Message.GetExtendedTextMessage(); t != nil {
		return t.GetText()
	}
	return e.Message.GetConversation()
}

// awaitText waits for a message with a text.
func (c *client) awaitText(text string) *events.Message {
	c.t.Helper()
	return await(c, "message "+text, func(e *events.Message) bool { return textOf(e) == text })
}

// shown waits until a phone shows a message for which match is true.
func shown(t testing.TB, p *sandbox.Phone, match func(sandbox.Message) bool) sandbox.Message {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	m, err := p.Wait(ctx, match)
	if err != nil {
		for _, info := range p.Info().Chats {
			for _, m := range p.Messages(info.With) {
				t.Logf("on the phone: %+v", m)
			}
		}
		t.Fatal(err)
	}
	return m
}

// says matches a message by its text.
func says(text string) func(sandbox.Message) bool {
	return func(m sandbox.Message) bool { return m.Body == text }
}

// linked is a network with a client linked to the owner's phone.
func linked(t testing.TB) (*sandbox.Network, *client, int) {
	t.Helper()
	network := open(t, sandbox.Config{})
	c := newClient(t, network)
	return network, c, c.link(network.Phone(owner))
}
