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
	sums map[string]string        // of files that were opened, by message
}

type bubble struct {
	ID      string          `json:"id"`
	FromMe  bool            `json:"fromMe"`
	Body    string          `json:"body"`
	Visible bool            `json:"visible"`
	Note    string          `json:"note"`
	Buttons []schema.Button `json:"buttons"`
	Kind    string          `json:"kind"`
	File    *struct{ Name string }
	// Reactions are everybody's.
	Reactions []struct{ From, Emoji string }
}

// reaction is somebody's emoji on it, "" for none.
func (b bubble) reaction(of string) string {
	for _, reaction := range b.Reactions {
		if reaction.From == of {
			return reaction.Emoji
		}
	}
	return ""
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

// vote votes in a poll for one option, by its text.
func (n *network) vote(ctx context.Context, phone, chat, message, option string) (string, error) {
	var out sent
	err := n.on(ctx, phone, "/vote", map[string]any{"chat": chat, "message": message, "options": []string{option}}, &out)
	return out.ID, err
}

// open gives the SHA-256 of a message's file, "" where it cannot be opened.
func (n *network) open(ctx context.Context, phone, with, message string) string {
	n.mu.Lock()
	known := n.sums[message]
	n.mu.Unlock()
	if known != "" {
		return known
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+n.addr+"/api/phones/"+digits(phone)+"/chats/"+digits(with)+"/files/"+message, nil)
	if err != nil {
		return ""
	}
	res, err := web.Do(r)
	if err != nil {
		return ""
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		return ""
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.sums[message] = sumOf(body)
	return n.sums[message]
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
			if b.FromMe {
				continue
			}
			s := judge.Shown{ID: schema.MessageID(b.ID), Body: b.Body, Visible: b.Visible, Note: b.Note, Deleted: b.Kind == "unsupported" && b.Body == ""}
			if b.File != nil {
				s.Name, s.Sum = b.File.Name, n.open(ctx, chat.Phone, owner, b.ID)
			}
			s.Emoji = b.reaction(owner)
			out[chat] = append(out[chat], s)
		}
	}
	return out, nil
}

// repeats is how many copies of known messages the phones dropped.
func (n *network) repeats(ctx context.Context) (int64, error) {
	var out struct{ Repeats int64 }
	return out.Repeats, n.do(ctx, http.MethodGet, "/api/stats", nil, &out)
}
