package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"sync"

	"go.mau.fi/whatsmeow"
	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/store/sqlstore"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	waLog "go.mau.fi/whatsmeow/util/log"
	"google.golang.org/protobuf/proto"

	"github.com/nodeline/nodeline/sidecar/line"
	_ "github.com/nodeline/nodeline/sidecar/store" // the driver "sqlite"
)

// bare is whatsmeow as its documentation uses it, with its default settings, on
// a database file with the settings of the product's sessions.
type bare struct {
	client *whatsmeow.Client
	db     *sql.DB

	mu      sync.Mutex
	waiting map[string]chan struct{}
	early   map[string]bool
}

// detour is the sandbox's address in place of WhatsApp's.
type detour struct{ addr string }

func (d detour) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.URL.Scheme, r.URL.Host, r.Host = "http", d.addr, d.addr
	r.Header.Del("Origin")
	return http.DefaultTransport.RoundTrip(r)
}

func newBare(ctx context.Context, w *world) (*bare, error) {
	root, err := line.FetchRoot(ctx, w.sandbox)
	if err != nil {
		return nil, err
	}
	whatsmeow.WACertPubKey = root
	db, err := sql.Open("sqlite", "file:"+filepath.Join(w.dir, "bare.db")+
		"?_txlock=immediate&_busy_timeout=10000&_pragma=journal_mode(wal)&_pragma=synchronous(normal)&_pragma=foreign_keys(1)")
	if err != nil {
		return nil, err
	}
	container := sqlstore.NewWithDB(db, "sqlite", waLog.Noop)
	if err := container.Upgrade(ctx); err != nil {
		return nil, err
	}
	b := &bare{client: whatsmeow.NewClient(container.NewDevice(), waLog.Noop), db: db, waiting: map[string]chan struct{}{}, early: map[string]bool{}}
	to := &http.Client{Transport: detour{w.sandbox}}
	b.client.SetPreLoginHTTPClient(to)
	b.client.SetWebsocketHTTPClient(to)
	b.client.SetMediaHTTPClient(to)
	connected := make(chan struct{})
	var once sync.Once
	b.client.AddEventHandler(func(e any) {
		switch e := e.(type) {
		case *events.Connected:
			once.Do(func() { close(connected) })
		case *events.Message:
			b.hear(e)
		}
	})
	return b, b.link(ctx, w, connected)
}

func (b *bare) link(ctx context.Context, w *world, connected <-chan struct{}) error {
	codes, err := b.client.GetQRChannel(ctx)
	if err != nil {
		return err
	}
	if err := b.client.Connect(); err != nil {
		return err
	}
	for item := range codes {
		if item.Event != whatsmeow.QRChannelEventCode {
			if item != whatsmeow.QRChannelSuccess {
				return fmt.Errorf("link: %s", item.Event)
			}
			break
		}
		if err := w.link(ctx, barePhone, item.Code); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	select {
	case <-connected:
		return nil
	case <-ctx.Done():
		return errors.New("link: no connection")
	}
}

func (b *bare) close() {
	b.client.Disconnect()
	_ = b.db.Close()
}

func (b *bare) phone() string { return barePhone }

func (b *bare) hear(e *events.Message) {
	id := e.Message.GetInteractiveResponseMessage().GetContextInfo().GetStanzaID()
	if id == "" {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if wait := b.waiting[id]; wait != nil {
		close(wait)
		delete(b.waiting, id)
	} else {
		b.early[id] = true
	}
}

func jid(phone string) types.JID { return types.NewJID(bareDigits(phone), types.DefaultUserServer) }

func (b *bare) send(ctx context.Context, customer, text string) error {
	_, err := b.client.SendMessage(ctx, jid(customer), &waE2E.Message{Conversation: proto.String(text)})
	return err
}

func (b *bare) ask(ctx context.Context, customer string) (string, error) {
	message := &waE2E.Message{InteractiveMessage: &waE2E.InteractiveMessage{
		Body: &waE2E.InteractiveMessage_Body{Text: proto.String("Придёте?")},
		InteractiveMessage: &waE2E.InteractiveMessage_NativeFlowMessage_{NativeFlowMessage: &waE2E.InteractiveMessage_NativeFlowMessage{
			Buttons: []*waE2E.InteractiveMessage_NativeFlowMessage_NativeFlowButton{{
				Name: proto.String("quick_reply"), ButtonParamsJSON: proto.String(`{"display_text":"Да","id":"` + button + `"}`)}},
			MessageVersion: proto.Int32(1),
		}},
	}}
	biz := []waBinary.Node{{Tag: "biz", Content: []waBinary.Node{{
		Tag: "interactive", Attrs: waBinary.Attrs{"type": "native_flow", "v": "1"},
		Content: []waBinary.Node{{Tag: "native_flow", Attrs: waBinary.Attrs{"v": "9", "name": "mixed"}}},
	}}}}
	resp, err := b.client.SendMessage(ctx, jid(customer), message, whatsmeow.SendRequestExtra{AdditionalNodes: &biz})
	return resp.ID, err
}

func (b *bare) tapped(ctx context.Context, id string) error {
	b.mu.Lock()
	if b.early[id] {
		b.mu.Unlock()
		return nil
	}
	wait := make(chan struct{})
	b.waiting[id] = wait
	b.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	select {
	case <-wait:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
