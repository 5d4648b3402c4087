// Package deliver brings what is stored to the hosts: outcomes of asks and events,
// each until it is acknowledged, and each host's in order.
//
//	websocket  attach ─ open deliveries, oldest first ─ push ─ wait ─┬ a commit woke it ── push what is new
//	                                                        ▲        ├ unacknowledged too long ─ from the oldest again, longer pause
//	                                                        └────────┴ newer attach, detach, broken connection ─ end
//	webhook    one POST at a time: events by a stored cursor, and a host's outcomes (webhooks.go)
//	reply URL  each outcome for itself (replies.go)
//
// Nothing is polled: bridge wakes a feed after the commit, and a feed with
// nothing unacknowledged sleeps.
//
// Adapters do not import each other, so its tests, which need a real store, are
// bridge's feeds_test.go and hooks_*_test.go.
package deliver

import (
	"context"
	"log/slog"
	"math"
	"sync"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
	"github.com/nodeline/nodeline/sidecar/outward"
)

// Config wires the feeds.
type Config struct {
	Store bridge.Store
	// Log nil: slog.Default().
	Log *slog.Logger
	// RepeatMin is the first pause before an unacknowledged delivery is pushed
	// again, doubled each time up to RepeatMax. Defaults 5 s and 1 min. Of every
	// pause here the second half is random.
	RepeatMin, RepeatMax time.Duration

	// Sandbox marks what is sent by POST.
	Sandbox bool
	// Targets may be sent to beside this machine and public addresses.
	Targets outward.Targets
	// RetryMin is the pause after a POST that was not acknowledged, doubled each
	// time up to RetryMax. Defaults 1 s and 5 min.
	RetryMin, RetryMax time.Duration
	// GiveUp is how old a delivery by POST is when a try that fails is its last; 3 days.
	GiveUp time.Duration
	// Timeout bounds one POST, its answer included; 30 s.
	Timeout time.Duration
}

// Feeds implements bridge.Feeds, bridge.Waker and bridge.Courier.
type Feeds struct {
	store    bridge.Store
	log      *slog.Logger
	min, max time.Duration
	poster   *poster
	sandbox  bool
	retryMin time.Duration
	retryMax time.Duration
	giveUp   time.Duration
	ctx      context.Context
	cancel   context.CancelFunc
	work     sync.WaitGroup

	mu      sync.Mutex // guards the rest
	stopped bool
	hosts   map[hostKey]*feed
	follows map[schema.LineID]map[*feed]bool
	hooks   map[schema.WebhookID]*hook
	hooksOf map[schema.LineID]map[*hook]bool
	replies replies
}

type hostKey struct {
	line schema.LineID
	host schema.HostID
}

// feed is one goroutine that pushes.
type feed struct {
	ctx    context.Context
	cancel context.CancelFunc
	wake   chan struct{} // holds at most one signal
	push   bridge.Pusher
}

func (f *feed) signal() {
	select {
	case f.wake <- struct{}{}:
	default:
	}
}

var (
	_ bridge.Feeds   = (*Feeds)(nil)
	_ bridge.Waker   = (*Feeds)(nil)
	_ bridge.Courier = (*Feeds)(nil)
)

// pageSize is how many rows a feed reads at once.
const pageSize = 100

// New makes feeds that run until Stop. Webhooks and reply URLs that the store has
// work for are served from now on.
func New(cfg Config) *Feeds {
	set := func(d *time.Duration, v time.Duration) {
		if *d <= 0 {
			*d = v
		}
	}
	set(&cfg.RepeatMin, 5*time.Second)
	set(&cfg.RepeatMax, time.Minute)
	set(&cfg.RetryMin, time.Second)
	set(&cfg.RetryMax, 5*time.Minute)
	set(&cfg.GiveUp, 72*time.Hour)
	set(&cfg.Timeout, 30*time.Second)
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	f := &Feeds{store: cfg.Store, log: cfg.Log, min: cfg.RepeatMin, max: cfg.RepeatMax,
		poster: newPoster(cfg.Targets, cfg.Timeout), sandbox: cfg.Sandbox,
		retryMin: cfg.RetryMin, retryMax: cfg.RetryMax, giveUp: cfg.GiveUp,
		hosts: map[hostKey]*feed{}, follows: map[schema.LineID]map[*feed]bool{},
		hooks: map[schema.WebhookID]*hook{}, hooksOf: map[schema.LineID]map[*hook]bool{},
		replies: replies{under: map[schema.DeliveryID]bool{}, places: map[string]*place{}}}
	f.ctx, f.cancel = context.WithCancel(context.Background())
	f.work.Go(f.load)
	return f
}

// Stop ends every feed and waits for them. A second call waits too.
func (f *Feeds) Stop() {
	f.mu.Lock()
	f.stopped = true
	f.mu.Unlock()
	f.cancel()
	f.work.Wait()
	f.poster.close()
}

// Deliveries implements bridge.Waker.
func (f *Feeds) Deliveries(line schema.LineID, host schema.HostID) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if h := f.hosts[hostKey{line, host}]; h != nil {
		h.signal()
	}
	for h := range f.hooksOf[line] {
		if h.host == host {
			f.kick(h, false)
		}
	}
}

// Replayed implements bridge.Waker.
func (f *Feeds) Replayed(line schema.LineID) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for key, h := range f.hosts {
		if key.line == line {
			h.signal()
		}
	}
	for h := range f.hooksOf[line] {
		f.kick(h, true)
	}
	f.kickReplies()
}

// Events implements bridge.Waker.
func (f *Feeds) Events(line schema.LineID) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for h := range f.follows[line] {
		h.signal()
	}
	for h := range f.hooksOf[line] {
		if h.events {
			f.kick(h, false)
		}
	}
}

// start runs a feed after enter, called under mu, has listed it.
func (f *Feeds) start(ctx context.Context, push bridge.Pusher, enter func(*feed), run func(*feed)) (stop func(), err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.stopped {
		return nil, schema.NewError(schema.CodeShuttingDown, schema.English, nil)
	}
	h := &feed{wake: make(chan struct{}, 1), push: push}
	h.ctx, h.cancel = context.WithCancel(ctx)
	release := context.AfterFunc(f.ctx, h.cancel)
	enter(h)
	f.work.Go(func() {
		defer release()
		defer h.cancel()
		run(h)
	})
	return h.cancel, nil
}

// Attach implements bridge.Feeds. The feed ends with ctx too.
func (f *Feeds) Attach(ctx context.Context, line schema.LineID, host schema.HostID, push bridge.Pusher) (int, func(), error) {
	open := 0
	err := f.store.Read(ctx, func(v bridge.View) (err error) {
		open, _, err = v.Unacknowledged(line, host, 0, math.MaxInt64)
		return err
	})
	if err != nil {
		return 0, nil, err
	}
	key := hostKey{line, host}
	detach, err := f.start(ctx, push, func(h *feed) {
		if older := f.hosts[key]; older != nil {
			older.cancel()
		}
		f.hosts[key] = h
	}, func(h *feed) {
		f.deliver(h, key)
		f.mu.Lock()
		defer f.mu.Unlock()
		if f.hosts[key] == h {
			delete(f.hosts, key)
		}
	})
	return open, detach, err
}

// Follow implements bridge.Feeds. The feed ends with ctx too.
func (f *Feeds) Follow(ctx context.Context, line schema.LineID, after int64, picks bridge.Filter, push bridge.Pusher) (int64, func(), error) {
	var newest int64
	err := f.store.Read(ctx, func(v bridge.View) (err error) {
		newest, err = v.Cursor(line)
		return err
	})
	if err != nil {
		return 0, nil, err
	}
	after = bridge.From(after, newest)
	stop, err := f.start(ctx, push, func(h *feed) {
		if f.follows[line] == nil {
			f.follows[line] = map[*feed]bool{}
		}
		f.follows[line][h] = true
	}, func(h *feed) {
		f.follow(h, line, after, picks)
		f.mu.Lock()
		defer f.mu.Unlock()
		delete(f.follows[line], h)
		if len(f.follows[line]) == 0 {
			delete(f.follows, line)
		}
	})
	return newest, stop, err
}

// follow pushes the events that a filter picks, each once, in order.
func (f *Feeds) follow(h *feed, line schema.LineID, after int64, picks bridge.Filter) {
	for h.ctx.Err() == nil {
		var events []schema.Event
		err := f.store.Read(h.ctx, func(v bridge.View) (err error) {
			events, err = v.Events(line, after, pageSize)
			return err
		})
		if err != nil {
			f.troubled(h, "read events", line, err)
			continue
		}
		for _, e := range events {
			if !picks.Passes(e) {
				after = e.Cursor
				continue
			}
			if err := h.push(h.ctx, "event", e); err != nil {
				f.broken(h, "push event", line, err)
				return
			}
			after = e.Cursor
		}
		if len(events) == pageSize {
			continue
		}
		select {
		case <-h.wake:
		case <-h.ctx.Done():
		}
	}
}

// troubled gives a store that could not be read time: the connection is fine,
// and its host would not know that nothing comes any more.
func (f *Feeds) troubled(h *feed, what string, line schema.LineID, err error) {
	if h.ctx.Err() != nil {
		return
	}
	f.log.Error("feed waits for the store", "what", what, "line", line, "error", err)
	timer := time.NewTimer(f.min)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-h.ctx.Done():
	}
}

func (f *Feeds) broken(h *feed, what string, line schema.LineID, err error) {
	if h.ctx.Err() == nil {
		f.log.Info("feed ended", "what", what, "line", line, "error", err)
	}
}
