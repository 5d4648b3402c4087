package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/nodeline/nodeline/e2e/chaos/judge"
	"github.com/nodeline/nodeline/schema"
)

// network speaks to the sandbox: what people see and do on their phones.
type network struct {
	addr string

	mu   sync.Mutex
	news map[string]chan struct{} // by phone; closed and replaced at each change
}

type bubble struct {
	ID      string          `json:"id"`
	FromMe  bool            `json:"fromMe"`
	Body    string          `json:"body"`
	Visible bool            `json:"visible"`
	Note    string          `json:"note"`
	Buttons []schema.Button `json:"buttons"`
}

func (n *network) do(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		raw, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(raw)
	}
	r, err := http.NewRequestWithContext(ctx, method, "http://"+n.addr+path, body)
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	res, err := web.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode >= 300 {
		return fmt.Errorf("sandbox %s %s: %s %s", method, path, res.Status, text)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(text, out)
}

func digits(phone string) string { return strings.TrimPrefix(phone, "+") }

func (n *network) on(ctx context.Context, phone, what string, in, out any) error {
	return n.do(ctx, http.MethodPost, "/api/phones/"+digits(phone)+what, in, out)
}

func (n *network) bubbles(ctx context.Context, phone, with string) ([]bubble, error) {
	var out struct{ Messages []bubble }
	err := n.do(ctx, http.MethodGet, "/api/phones/"+digits(phone)+"/chats/"+digits(with), nil, &out)
	return out.Messages, err
}

type sent struct {
	ID string `json:"id"`
}

// write types a text; quote "" quotes nothing.
func (n *network) write(ctx context.Context, phone, to, text, quote string) (string, error) {
	var out sent
	err := n.on(ctx, phone, "/send", map[string]string{"to": to, "text": text, "quote": quote}, &out)
	return out.ID, err
}

func (n *network) tap(ctx context.Context, phone, chat, message, button string) (string, error) {
	var out sent
	err := n.on(ctx, phone, "/tap", map[string]string{"chat": chat, "message": message, "button": button}, &out)
	return out.ID, err
}

// changed is closed when something on a phone changes.
func (n *network) changed(phone string) <-chan struct{} {
	n.mu.Lock()
	defer n.mu.Unlock()
	ch := n.news[phone]
	if ch == nil {
		ch = make(chan struct{})
		n.news[phone] = ch
	}
	return ch
}

func (n *network) wake(phone string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for name, ch := range n.news {
		if phone == "" || name == phone {
			close(ch)
			delete(n.news, name)
		}
	}
}

// watch reads the sandbox's stream of changes until ctx ends.
func (n *network) watch(ctx context.Context, happened func()) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+n.addr+"/api/updates", nil)
	if err != nil {
		return err
	}
	res, err := web.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	lines := bufio.NewScanner(res.Body)
	for lines.Scan() {
		data, ok := strings.CutPrefix(lines.Text(), "data:")
		if !ok {
			continue
		}
		var u struct{ Kind, Phone string }
		if err := json.Unmarshal([]byte(data), &u); err != nil {
			return fmt.Errorf("read the sandbox's changes: %w", err)
		}
		n.wake(u.Phone) // of a reset: every phone
		if u.Kind == "message" {
			happened()
		}
	}
	return ctx.Err()
}

// shown reads what every customer's phone shows of every line.
func (n *network) shown(ctx context.Context, chats map[judge.Chat]string) (map[judge.Chat][]judge.Shown, error) {
	out := map[judge.Chat][]judge.Shown{}
	for chat, owner := range chats {
		list, err := n.bubbles(ctx, chat.Phone, owner)
		if err != nil {
			return nil, err
		}
		for _, b := range list {
			if !b.FromMe {
				out[chat] = append(out[chat], judge.Shown{ID: schema.MessageID(b.ID), Body: b.Body, Visible: b.Visible, Note: b.Note})
			}
		}
	}
	return out, nil
}

// repeats is how many copies of known messages the phones dropped.
func (n *network) repeats(ctx context.Context) (int64, error) {
	var out struct{ Repeats int64 }
	return out.Repeats, n.do(ctx, http.MethodGet, "/api/stats", nil, &out)
}
