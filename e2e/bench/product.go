package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/coder/websocket"

	"github.com/nodeline/nodeline/schema"
)

const (
	benchLine = schema.LineID("bench")
	benchHost = schema.HostID("bench")
)

// product is a host on one websocket, as Node-RED is.
type product struct {
	ws     *websocket.Conn
	cancel context.CancelFunc

	mu      sync.Mutex
	serial  int64
	calls   map[int64]chan reply
	waiting map[string]chan struct{} // by message id of the question
	early   map[string]bool          // answered before somebody waited
	acks    chan schema.DeliveryID
}

type reply struct {
	result json.RawMessage
	err    error
}

func newProduct(ctx context.Context, w *world) (*product, error) {
	token, err := os.ReadFile(filepath.Join(w.data(), "admin-token"))
	if err != nil {
		return nil, err
	}
	ws, _, err := websocket.Dial(ctx, "ws://"+w.sidecar+"/rpc", &websocket.DialOptions{
		HTTPHeader: http.Header{"Authorization": {"Bearer " + strings.TrimSpace(string(token))}}})
	if err != nil {
		return nil, err
	}
	ws.SetReadLimit(4 << 20)
	ctx, cancel := context.WithCancel(ctx)
	p := &product{ws: ws, cancel: cancel, calls: map[int64]chan reply{}, waiting: map[string]chan struct{}{}, early: map[string]bool{}, acks: make(chan schema.DeliveryID, 1024)}
	go p.listen(ctx)
	go p.acknowledge(ctx)
	if err := p.call(ctx, "line.create", schema.LineCreateRequest{ID: benchLine, Name: "bench"}, nil); err != nil {
		return nil, err
	}
	if err := p.link(ctx, w); err != nil {
		return nil, err
	}
	return p, p.call(ctx, "host.attach", schema.HostAttachRequest{Line: benchLine, Host: benchHost}, nil)
}

func (p *product) close() {
	p.cancel()
	_ = p.ws.CloseNow()
}

func (p *product) phone() string { return productPhone }

func (p *product) link(ctx context.Context, w *world) error {
	var news schema.LineLinkResult
	scanned := false
	for news.State != schema.LinkLinked {
		if err := p.call(ctx, "line.link", schema.LineLinkRequest{Line: benchLine, Since: news.Seq, WaitMs: 5000}, &news); err != nil {
			return err
		}
		if news.State == schema.LinkCode && !scanned {
			scanned = true
			if err := w.link(ctx, productPhone, news.QR); err != nil {
				return err
			}
		}
	}
	return until(ctx, "the line's connection", func() (bool, error) {
		var line schema.Line
		err := p.call(ctx, "line.status", schema.LineRequest{Line: benchLine}, &line)
		return line.State == schema.LineConnected, err
	})
}

func (p *product) listen(ctx context.Context) {
	for {
		_, body, err := p.ws.Read(ctx)
		if err != nil {
			p.fail(err)
			return
		}
		var m struct {
			ID     int64           `json:"id"`
			Method string          `json:"method"`
			Params json.RawMessage `json:"params"`
			Result json.RawMessage `json:"result"`
			Error  *struct {
				Message string `json:"message"`
			} `json:"error"`
		}
		if err := json.Unmarshal(body, &m); err != nil {
			p.fail(err)
			return
		}
		if m.Method == "delivery" {
			p.deliver(m.Params)
			continue
		}
		r := reply{result: m.Result}
		if m.Error != nil {
			r.err = errors.New(m.Error.Message)
		}
		p.mu.Lock()
		answer := p.calls[m.ID]
		delete(p.calls, m.ID)
		p.mu.Unlock()
		if answer != nil {
			answer <- r
		}
	}
}

// deliver tells who waits for the tap, then has it acknowledged.
func (p *product) deliver(params json.RawMessage) {
	var d schema.Delivery
	if json.Unmarshal(params, &d) != nil || d.Ask == nil {
		return
	}
	id := string(d.Ask.MessageID)
	p.mu.Lock()
	if wait := p.waiting[id]; wait != nil {
		close(wait)
		delete(p.waiting, id)
	} else {
		p.early[id] = true
	}
	p.mu.Unlock()
	p.acks <- d.ID
}

func (p *product) acknowledge(ctx context.Context) {
	for {
		select {
		case id := <-p.acks:
			_ = p.call(ctx, "delivery.ack", schema.DeliveryAckRequest{Line: benchLine, Host: benchHost, IDs: []schema.DeliveryID{id}}, nil)
		case <-ctx.Done():
			return
		}
	}
}

func (p *product) fail(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for id, answer := range p.calls {
		answer <- reply{err: fmt.Errorf("connection: %w", err)}
		delete(p.calls, id)
	}
}

func (p *product) call(ctx context.Context, method string, params, result any) error {
	answer := make(chan reply, 1)
	p.mu.Lock()
	p.serial++
	id := p.serial
	p.calls[id] = answer
	p.mu.Unlock()
	body, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": id, "method": method, "params": params})
	if err != nil {
		return err
	}
	if err := p.ws.Write(ctx, websocket.MessageText, body); err != nil {
		return err
	}
	select {
	case r := <-answer:
		if r.err != nil || result == nil {
			return r.err
		}
		return json.Unmarshal(r.result, result)
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p *product) key() schema.Key {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.serial++
	return schema.Key(fmt.Sprintf("bench-%d", p.serial))
}

func (p *product) send(ctx context.Context, customer, text string) error {
	var r schema.SendResult
	err := p.call(ctx, "message.sendText", schema.SendTextRequest{Line: benchLine, Key: p.key(), Chat: customer, Text: text}, &r)
	if err == nil && r.Status != schema.StatusSent && r.Status != schema.StatusDelivered {
		err = fmt.Errorf("the message is %s", r.Status)
	}
	return err
}

func (p *product) ask(ctx context.Context, customer string) (string, error) {
	var a schema.Ask
	err := p.call(ctx, "message.ask", schema.AskRequest{
		Line: benchLine, ID: p.key(), Chat: customer, Body: "Придёте?", Rendering: schema.RenderNative,
		Buttons: []schema.Button{{ID: button, Text: "Да"}}, Reply: &schema.Reply{Host: benchHost, Node: "bench"},
	}, &a)
	return string(a.MessageID), err
}

func (p *product) tapped(ctx context.Context, id string) error {
	p.mu.Lock()
	if p.early[id] {
		p.mu.Unlock()
		return nil
	}
	wait := make(chan struct{})
	p.waiting[id] = wait
	p.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	select {
	case <-wait:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
