package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"

	"github.com/nodeline/nodeline/schema"
)

// Calls to the sidecar, by HTTP and by websocket.

var serial atomic.Int64

// refused is an error that the sidecar itself answered with.
type refused struct {
	Code    int          `json:"code"`
	Message string       `json:"message"`
	Data    schema.Error `json:"data"`
}

func (e *refused) Error() string { return fmt.Sprintf("%s: %s", e.Data.Code, e.Message) }

type answer struct {
	ID     int64           `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
	Result json.RawMessage `json:"result"`
	Error  *refused        `json:"error"`
}

func (a answer) into(out any) error {
	if a.Error != nil {
		return a.Error
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(a.Result, out)
}

func request(id int64, method string, params any) ([]byte, error) {
	return json.Marshal(map[string]any{"jsonrpc": "2.0", "id": id, "method": method, "params": params})
}

// web has short dials: a sidecar that was killed refuses at once.
var web = &http.Client{Transport: &http.Transport{
	DialContext:         (&net.Dialer{Timeout: 2 * time.Second}).DialContext,
	MaxIdleConnsPerHost: 64, IdleConnTimeout: 5 * time.Second,
}}

// post makes one call by HTTP.
func post(ctx context.Context, addr, token, method string, params, out any) error {
	body, err := request(serial.Add(1), method, params)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+addr+"/rpc", bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+token)
	res, err := web.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	var a answer
	if err := json.Unmarshal(text, &a); err != nil {
		return fmt.Errorf("%s: %s: %w", method, res.Status, err)
	}
	return a.into(out)
}

var errGone = errors.New("the connection is gone")

// socket is a websocket connection.
type socket struct {
	ws   *websocket.Conn
	gone chan struct{} // closed when it is

	writing sync.Mutex
	mu      sync.Mutex
	calls   map[int64]chan answer
}

// dial connects; push is called for every notification, in order.
func dial(ctx context.Context, addr, token string, push func(method string, params json.RawMessage)) (*socket, error) {
	bound, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	ws, _, err := websocket.Dial(bound, "ws://"+addr+"/rpc", &websocket.DialOptions{
		HTTPClient: web, HTTPHeader: http.Header{"Authorization": {"Bearer " + token}}})
	if err != nil {
		return nil, err
	}
	ws.SetReadLimit(8 << 20)
	s := &socket{ws: ws, gone: make(chan struct{}), calls: map[int64]chan answer{}}
	go s.listen(push)
	return s, nil
}

func (s *socket) close() { _ = s.ws.CloseNow() }

func (s *socket) listen(push func(string, json.RawMessage)) {
	defer close(s.gone)
	for {
		_, body, err := s.ws.Read(context.Background())
		if err != nil {
			return
		}
		var a answer
		if json.Unmarshal(body, &a) != nil {
			s.close()
			return
		}
		if a.Method != "" {
			push(a.Method, a.Params)
			continue
		}
		s.mu.Lock()
		to := s.calls[a.ID]
		delete(s.calls, a.ID)
		s.mu.Unlock()
		if to != nil {
			to <- a
		}
	}
}

// start writes a call and does not wait for its answer.
func (s *socket) start(ctx context.Context, method string, params any) (<-chan answer, error) {
	id := serial.Add(1)
	body, err := request(id, method, params)
	if err != nil {
		return nil, err
	}
	to := make(chan answer, 1)
	s.mu.Lock()
	s.calls[id] = to
	s.mu.Unlock()
	s.writing.Lock()
	defer s.writing.Unlock()
	return to, s.ws.Write(ctx, websocket.MessageText, body)
}

func (s *socket) wait(ctx context.Context, to <-chan answer, out any) error {
	select {
	case a := <-to:
		return a.into(out)
	case <-ctx.Done():
		return ctx.Err()
	case <-s.gone:
	}
	select {
	case a := <-to: // it came just before
		return a.into(out)
	default:
		return errGone
	}
}

// call is abandoned, not cancelled, when ctx ends: the connection stays.
func (s *socket) call(ctx context.Context, method string, params, out any) error {
	to, err := s.start(context.WithoutCancel(ctx), method, params)
	if err != nil {
		return err
	}
	return s.wait(ctx, to, out)
}
