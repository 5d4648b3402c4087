package rpc

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/creachadair/jrpc2"
	"github.com/gorilla/websocket"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// socket is one websocket connection with what is pushed to it.
type socket struct {
	session *session
	wire    *wire
	// life ends with the connection.
	life context.Context
	done chan struct{} // closed when all of the connection has ended
	// leaving: the server ends the connection, not the client.
	leaving atomic.Bool

	// changing lets one feed begin or end at a time: the one begun last is the one kept.
	changing chan struct{}

	mu     sync.Mutex
	closed bool
	feeds  map[feedKey]func() // stops what is pushed
}

func newSocket(session *session, wire *wire, life context.Context) *socket {
	return &socket{session: session, wire: wire, life: life, done: make(chan struct{}),
		changing: make(chan struct{}, 1), feeds: map[feedKey]func(){}}
}

// feedKey names one thing that is pushed: a host's deliveries, or with no host
// a line's events for a subscription.
type feedKey struct {
	line         schema.LineID
	host         schema.HostID
	subscription schema.SubscriptionID
}

func (s *Server) serveSocket(w http.ResponseWriter, r *http.Request) {
	grant, ok := s.authenticate(w, r)
	if !ok {
		return
	}
	lang := langOf(r)
	if !websocket.IsWebSocketUpgrade(r) {
		w.Header().Set("Allow", "POST")
		s.answer(w, http.StatusMethodNotAllowed, s.failure(schema.NewError(schema.CodeInvalidRPC, lang, nil)))
		return
	}
	gate := s.gates.get(schema.TokenID(grant.ID))
	if !gate.openSocket() {
		s.answer(w, http.StatusTooManyRequests, s.failure(tooFast(lang)))
		return
	}
	defer gate.closeSocket()
	ws, err := s.upgrader.Upgrade(w, r, nil)
	if err != nil {
		s.log.Debug("upgrade to websocket", "error", err)
		return
	}
	// A token that was revoked before this connection was listed would outlive that.
	valid := func() bool {
		token, _ := bearer(r)
		_, found, err := s.opts.Grants.Find(r.Context(), token)
		return err == nil && found
	}
	s.runSocket(ws, &session{server: s, grant: grant, lang: lang, gate: gate}, valid)
}

// runSocket serves one connection until it ends. valid is asked once it is listed
// among those that a revocation closes.
func (s *Server) runSocket(ws *websocket.Conn, session *session, valid func() bool) {
	life, end := context.WithCancel(context.Background())
	defer end()
	c := newSocket(session, newWire(ws, s.opts.Timing), life)
	session.socket = c
	lang := session.lang
	c.wire.check = func(message []byte) []byte {
		if refused := s.precheck(message, lang); refused != nil {
			return s.failure(refused)
		}
		return nil
	}
	c.wire.complete = func(out []byte) []byte { return s.complete(out, lang) }
	if !s.enlist(c) {
		c.wire.finish(websocket.CloseGoingAway, "the sidecar is stopping")
		c.wire.writeLoop()
		return
	}
	defer s.delist(c)
	if !valid() {
		c.wire.finish(websocket.ClosePolicyViolation, revoked)
		c.wire.writeLoop()
		return
	}
	go c.wire.writeLoop()
	server := jrpc2.NewServer(session, &jrpc2.ServerOptions{
		DisableBuiltin: true,
		Concurrency:    2 * callsUnderWay, // the gate bounds them
	})
	server.Start(c.wire)
	<-c.wire.ended
	end()
	c.stopFeeds()
	if !c.leaving.Load() {
		c.wire.close(errGone)
	}
	_ = server.Wait() // every answer is queued then
	if c.leaving.Load() {
		c.wire.finish(websocket.CloseGoingAway, "the sidecar is stopping")
		<-c.wire.gone
	}
	if cause := c.wire.cause(); errors.Is(cause, errNotRead) {
		s.log.Warn("connection closed: the client does not read", "token", session.grant.ID)
	}
}

// leave ends the connection once what runs on it is answered; bound closes when
// it may wait no longer.
func (c *socket) leave(bound <-chan time.Time) {
	c.leaving.Store(true)
	_ = c.wire.Close()
	select {
	case <-c.done:
	case <-bound:
		c.wire.close(errShutDown)
	}
}

// enlist is false once the server is stopping.
func (s *Server) enlist(c *socket) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.force.Err() != nil {
		return false
	}
	s.sockets[c] = struct{}{}
	return true
}

func (s *Server) delist(c *socket) {
	s.mu.Lock()
	delete(s.sockets, c)
	s.mu.Unlock()
	close(c.done)
}

const revoked = "the token was revoked"

// Ended takes over that a token was revoked elsewhere: its connections are closed.
func (s *Server) Ended(id schema.TokenID) {
	s.gates.forget(id)
	s.hangUp(id)
}

// hangUp closes the connections of a token that was revoked.
func (s *Server) hangUp(id schema.TokenID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.sockets {
		if c.session.grant.ID == string(id) {
			c.session.disowned.Store(true) // the close frame may have to wait for a client that does not read
			c.wire.finish(websocket.ClosePolicyViolation, revoked)
		}
	}
}

// disown has the tokens of a line that was removed do nothing more but take the
// deliveries that the removal left: the tokens are gone from the store with it.
func (s *Server) disown(line schema.LineID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.sockets {
		if c.session.grant.Line == line {
			c.session.disowned.Store(true)
		}
	}
}

// push is the connection's bridge.Pusher.
func (c *socket) push(ctx context.Context, notification string, params any) error {
	body, err := c.notification(notification, params)
	if err != nil {
		return err
	}
	return c.wire.push(ctx, body, func() {})
}

// notification is what is written for a push.
func (c *socket) notification(name string, params any) ([]byte, error) {
	body, err := json.Marshal(struct {
		Version string `json:"jsonrpc"`
		Method  string `json:"method"`
		Params  any    `json:"params"`
	}{jrpc2.Version, name, stamp(params, c.session.server.opts.Sandbox)})
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", name, err)
	}
	return body, nil
}

// feed begins to push something and remembers how to stop it.
func (c *socket) feed(ctx context.Context, key feedKey, begin func() (stop func(), err error)) error {
	changed, err := c.change(ctx)
	if err != nil {
		return err
	}
	defer changed()
	stop, err := begin()
	if err == nil {
		c.keep(key, stop)
	}
	return err
}

// change waits until no other feed begins or ends.
func (c *socket) change(ctx context.Context) (changed func(), err error) {
	select {
	case c.changing <- struct{}{}:
		return func() { <-c.changing }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// endFeed stops what is pushed; ended is false where nothing was.
func (c *socket) endFeed(ctx context.Context, key feedKey) (ended bool, err error) {
	changed, err := c.change(ctx)
	if err != nil {
		return false, err
	}
	defer changed()
	c.mu.Lock()
	stop, ended := c.feeds[key]
	delete(c.feeds, key)
	c.mu.Unlock()
	if ended {
		stop()
	}
	return ended, nil
}

// keep remembers how to stop a feed; an earlier one of the same key is stopped.
func (c *socket) keep(key feedKey, stop func()) {
	c.mu.Lock()
	earlier := c.feeds[key]
	c.feeds[key] = stop
	closed := c.closed
	if closed {
		delete(c.feeds, key)
	}
	c.mu.Unlock()
	if earlier != nil {
		earlier()
	}
	if closed {
		stop()
	}
}

func (c *socket) stopFeeds() {
	c.mu.Lock()
	c.closed = true
	feeds := c.feeds
	c.feeds = map[feedKey]func(){}
	c.mu.Unlock()
	for _, stop := range feeds {
		stop()
	}
}

func (s *Server) hostAttach(ctx context.Context, c *session, r schema.HostAttachRequest) (schema.HostAttachResult, error) {
	// A line that was removed is there as long as deliveries of it are open.
	list := schema.DeliveryListRequest{Line: r.Line, Host: r.Host, Count: 1}
	if _, err := s.opts.API.DeliveryList(ctx, bridge.Caller{Grant: c.grant, Lang: c.lang}, list); err != nil {
		return schema.HostAttachResult{}, err
	}
	var result schema.HostAttachResult
	err := c.socket.feed(ctx, feedKey{line: r.Line, host: r.Host}, func() (detach func(), err error) {
		result.Open, detach, err = s.opts.Feeds.Attach(c.socket.life, r.Line, r.Host, c.socket.push)
		return detach, err
	})
	return result, err
}

func (s *Server) lineExists(ctx context.Context, c *session, line schema.LineID) error {
	_, err := s.opts.API.LineStatus(ctx, bridge.Caller{Grant: c.grant, Lang: c.lang}, schema.LineRequest{Line: line})
	return err
}
