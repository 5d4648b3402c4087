package rpc

import (
	"context"
	"fmt"
	"sync"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// subscription is the way of one event.subscribe's events into the connection.
// Nothing passes before it is opened, when the one whose place it takes was shut,
// and nothing after it was shut: what answers the call that shut it is queued later.
type subscription struct {
	socket *socket
	name   schema.SubscriptionID
	opened chan struct{}

	mu   sync.Mutex
	over bool
}

func (s *subscription) open() { close(s.opened) }

func (s *subscription) shut() {
	s.mu.Lock()
	s.over = true
	s.mu.Unlock()
}

// push is its bridge.Pusher.
func (s *subscription) push(ctx context.Context, notification string, params any) error {
	event, ok := params.(schema.Event)
	if !ok {
		return fmt.Errorf("push %T as an event", params)
	}
	event = bridge.Translate(event, s.socket.session.lang)
	event.Subscription = s.name
	body, err := s.socket.notification(notification, event)
	if err != nil {
		return err
	}
	select {
	case <-s.opened:
	case <-ctx.Done():
		return ctx.Err()
	}
	s.mu.Lock()
	if s.over {
		s.mu.Unlock()
		return context.Canceled
	}
	return s.socket.wire.push(ctx, body, s.mu.Unlock)
}

func (s *Server) eventSubscribe(ctx context.Context, c *session, r schema.EventSubscribeRequest) (schema.EventSubscribeResult, error) {
	if err := s.lineExists(ctx, c, r.Line); err != nil {
		return schema.EventSubscribeResult{}, err
	}
	picks, err := s.opts.API.EventFilter(ctx, bridge.Caller{Grant: c.grant, Lang: c.lang}, r)
	if err != nil {
		return schema.EventSubscribeResult{}, err
	}
	var result schema.EventSubscribeResult
	key := feedKey{line: r.Line, subscription: r.Subscription}
	sub := &subscription{socket: c.socket, name: r.Subscription, opened: make(chan struct{})}
	err = c.socket.feed(ctx, key, func() (func(), error) {
		if !c.socket.hasRoom(key) {
			return nil, tooManySubscriptions(c.lang)
		}
		cursor, stop, err := s.opts.Feeds.Follow(c.socket.life, r.Line, r.After, picks, sub.push)
		result.Cursor = cursor
		return func() { stop(); sub.shut() }, err
	})
	if err == nil {
		sub.open()
	}
	return result, err
}

// hasRoom is false where a subscription would be one too many. One that takes
// another's place never is.
func (c *socket) hasRoom(key feedKey) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, replaces := c.feeds[key]; replaces {
		return true
	}
	held := 0
	for k := range c.feeds {
		if k.host == "" {
			held++
		}
	}
	return held < schema.SubscriptionsMax
}

func (s *Server) eventUnsubscribe(ctx context.Context, c *session, r schema.EventUnsubscribeRequest) (schema.EventUnsubscribeResult, error) {
	ended, err := c.socket.endFeed(ctx, feedKey{line: r.Line, subscription: r.Subscription})
	return schema.EventUnsubscribeResult{Ended: ended}, err
}
