package main

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nodeline/nodeline/e2e/chaos/judge"
	"github.com/nodeline/nodeline/internal/port"
	"github.com/nodeline/nodeline/schema"
)

// line is one linked account.
type line struct {
	id    schema.LineID
	owner string // its phone
}

// run is everything of one run.
type run struct {
	opt      options
	dir      string // logs; the plain disk
	disk     *disk
	small    bool // the disk can be filled
	log      *os.File
	addr     string // of the sidecar, the same in every life
	token    string // admin
	net      *network
	hooks    *hooks
	webhooks []schema.Webhook
	ledger   *ledger
	lines    []line
	hosts    []*host
	talks    []*talk
	chats    map[judge.Chat]string // the line's phone
	calls    map[schema.Key]*call  // of several files, by the first one's key; guarded by the ledger
	count    counts
	calm     atomic.Bool // the end: nobody misbehaves any more
	pipes    atomic.Int64
	events   atomic.Int64  // what has happened; see happened
	strike   chan struct{} // closed when the awaited count is reached
	stopAll  context.CancelFunc
	aim      atomic.Int64
	mu       sync.Mutex
	faults   map[string]int // hits by kind, of faults that were cleared
}

// random is a stream of its own for each name, so that what one does changes
// nothing for the others.
func (r *run) random(name string) *rand.Rand {
	h := fnv.New64a()
	_, _ = h.Write([]byte(name))
	return rand.New(rand.NewPCG(r.opt.seed, h.Sum64()))
}

func between(rng *rand.Rand, least, most time.Duration) time.Duration {
	return least + time.Duration(rng.Int64N(int64(most-least)+1))
}

// wait pauses, or less when ctx ends.
func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

func (r *run) alive(ctx context.Context) bool { return ctx.Err() == nil }

func (r *run) say(format string, args ...any) {
	_, _ = fmt.Fprintf(r.opt.out, "chaos: "+format+"\n", args...)
}

// happened counts what goes on, so that a kill can strike at a moment of the
// work rather than of the clock.
func (r *run) happened() {
	if r.events.Add(1) != r.aim.Load() {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.strike != nil {
		close(r.strike)
		r.strike = nil
	}
}

// after gives a channel that is closed when count more things have happened.
func (r *run) after(count int64) <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	strike := make(chan struct{})
	r.strike = strike
	r.aim.Store(r.events.Load() + count)
	return strike
}

// prepare starts the sandbox and a first life, and links the lines.
func (r *run) prepare(ctx context.Context) (sandbox, first *life, err error) {
	for _, addr := range []*string{&r.addr, &r.net.addr} {
		if *addr, err = port.Free(); err != nil {
			return nil, nil, err
		}
	}
	log, err := os.Create(filepath.Join(r.dir, "sandbox.log"))
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = log.Close() }()
	if sandbox, err = spawn(log, nil, r.opt.binary, "sandbox", "--log-level", "debug", "--empty", "--listen", r.net.addr); err != nil {
		return nil, nil, err
	}
	if err := r.until(ctx, "the sandbox", sandbox, func() bool { return healthy(ctx, "http://"+r.net.addr+"/trust") }); err != nil {
		return sandbox, nil, err
	}
	if err := r.people(ctx); err != nil {
		return sandbox, nil, err
	}
	if first, err = r.start(""); err != nil {
		return sandbox, nil, err
	}
	if !r.ready(ctx, first) {
		return sandbox, first, errors.New("the sidecar did not start")
	}
	token, err := os.ReadFile(r.disk.file("admin-token"))
	if err != nil {
		return sandbox, first, err
	}
	r.token = strings.TrimSpace(string(token))
	for _, l := range r.lines {
		if err := r.link(ctx, l); err != nil {
			return sandbox, first, fmt.Errorf("link %s: %w", l.id, err)
		}
	}
	for _, h := range r.hosts {
		if h.way != byHook {
			continue
		}
		if err := r.hooks.register(ctx, h.id); err != nil {
			return sandbox, first, err
		}
		r.ledger.records.Some[h.id] = true
	}
	return sandbox, first, nil
}

// people makes the phones, the lines, the hosts and who talks with whom: each
// customer with two lines.
func (r *run) people(ctx context.Context) error {
	phone := func(number, name string) error {
		return r.net.do(ctx, "POST", "/api/phones", map[string]string{"phone": number, "name": name}, nil)
	}
	for i := range r.opt.lines {
		l := line{id: schema.LineID(fmt.Sprintf("line-%d", i)), owner: fmt.Sprintf("+7900000%04d", i)}
		r.lines = append(r.lines, l)
		if err := phone(l.owner, string(l.id)); err != nil {
			return err
		}
	}
	for i := range r.opt.hosts {
		r.hosts = append(r.hosts, newHost(r, i))
	}
	for i := range r.opt.phones {
		number := fmt.Sprintf("+7912000%04d", i)
		if err := phone(number, fmt.Sprintf("Клиент %d", i)); err != nil {
			return err
		}
		for j := range min(2, len(r.lines)) {
			l := r.lines[(i+j)%len(r.lines)]
			chat := judge.Chat{Line: l.id, Phone: number}
			n := len(r.talks)
			r.talks = append(r.talks, &talk{r: r, n: n, chat: chat, owner: l.owner, rng: r.random(fmt.Sprintf("talk %d", n))})
			r.chats[chat] = l.owner
		}
	}
	return nil
}

func (r *run) post(ctx context.Context, method string, params, out any) error {
	return post(ctx, r.addr, r.token, method, params, out)
}

func (r *run) link(ctx context.Context, l line) error {
	if err := r.post(ctx, "line.create", schema.LineCreateRequest{ID: l.id, Name: string(l.id)}, nil); err != nil {
		return err
	}
	var news schema.LineLinkResult
	scanned := false
	for news.State != schema.LinkLinked {
		if err := r.post(ctx, "line.link", schema.LineLinkRequest{Line: l.id, Since: news.Seq, WaitMs: 5000}, &news); err != nil {
			return err
		}
		if news.State == schema.LinkCode && !scanned {
			scanned = true
			if err := r.net.on(ctx, l.owner, "/link", map[string]string{"qr": news.QR}, nil); err != nil {
				return err
			}
		}
	}
	return r.until(ctx, "the connection", nil, func() bool { return r.connected(ctx) })
}

// connected: every line that is linked has its connection.
func (r *run) connected(ctx context.Context) bool {
	var list schema.LineListResult
	if r.post(ctx, "line.list", schema.LineListRequest{}, &list) != nil {
		return false
	}
	for _, l := range list.Lines {
		if l.State != schema.LineConnected {
			return false
		}
	}
	return true
}

func (r *run) until(ctx context.Context, what string, l *life, ok func() bool) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for !ok() {
		if l != nil && l.over() {
			return fmt.Errorf("waited for %s: it ended: %w", what, l.err)
		}
		if ctx.Err() != nil {
			return fmt.Errorf("waited for %s: %w", what, ctx.Err())
		}
		wait(ctx, 10*time.Millisecond)
	}
	return nil
}
