package sandbox

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
	"go.mau.fi/whatsmeow/types"

	"github.com/nodeline/nodeline/sidecar/sandbox/noise"
)

// Seeded are the phones that a network starts with unless it is Empty: the
// owner of the line first, then two customers.
var Seeded = []struct{ Phone, Name string }{
	{"+79000000001", "Клиника «Север»"},
	{"+79123456789", "Анна Петрова"},
	{"+79210001122", "Борис Орлов"},
}

// How long a QR code may be scanned: the first one of a connection, and each
// one after it. Rests on whatsmeow's qrchan.go; the server closes the
// connection when the last one has run out.
const (
	firstCodeLife = 60 * time.Second
	nextCodeLife  = 20 * time.Second
	codeCount     = 6
)

// Config says how a network runs.
type Config struct {
	// Addr is the loopback address to listen on; "" is 127.0.0.1 with a free port.
	Addr string
	// Log gets what happens; nil logs nothing. No message text and no phone
	// number is logged above debug level.
	Log *slog.Logger
	// Empty starts without the seeded phones.
	Empty bool
	// Clock gives the time that stanzas and messages carry; nil is time.Now.
	Clock func() time.Time
	// FirstCode and NextCode are how long QR codes live; 0 is 60 s and 20 s.
	FirstCode, NextCode time.Duration

	// authority is shared by the networks of one test program, whose clients can
	// trust one root only.
	authority *noise.Authority
}

var (
	errPhoneExists = errors.New("phone exists already")
	errNoPhone     = errors.New("no such phone")
)

// ErrNotLoopback refuses to listen where others could reach the network.
var ErrNotLoopback = errors.New("the sandbox listens on a loopback address only")

// Network is a WhatsApp network of its own: a server, its accounts and their
// phones. Its methods may be called from any goroutine.
type Network struct {
	log       *slog.Logger
	clock     func() time.Time
	shift     atomic.Int64 // nanoseconds that clock is off
	addr      string
	authority *noise.Authority
	upgrader  websocket.Upgrader
	server    *http.Server
	codes     codes
	rules     ruleBook
	faults    faults
	updates   updates
	media     media
	unhandled counter
	messages  atomic.Int64
	serial    atomic.Uint64

	mu       sync.RWMutex
	accounts map[string]*account // by number
	hidden   map[string]*account // by LID
	groups   map[string]*group   // by the first part of their address
	former   map[string]*account // by LIDs that were theirs; only receipts still find them
	failing  map[types.JID]attrs // next login of a device ends so
	conns    map[*conn]struct{}
	closed   bool
	running  sync.WaitGroup
}

// Listen starts a network. Addr must be a loopback address, else ErrNotLoopback.
func Listen(config Config) (*Network, error) {
	addr := config.Addr
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	if err := checkLoopback(addr); err != nil {
		return nil, err
	}
	n := &Network{
		log:      config.Log,
		accounts: map[string]*account{}, hidden: map[string]*account{}, former: map[string]*account{}, groups: map[string]*group{},
		failing: map[types.JID]attrs{}, conns: map[*conn]struct{}{},
	}
	if n.log == nil {
		n.log = slog.New(slog.DiscardHandler)
	}
	now := config.Clock
	if now == nil {
		now = time.Now
	}
	n.clock = func() time.Time { return now().Add(time.Duration(n.shift.Load())) }
	n.codes = newCodes(config.FirstCode, config.NextCode)
	n.rules = newRuleBook()
	n.faults.seed = firstSeed
	n.updates = newUpdates()
	n.upgrader = websocket.Upgrader{CheckOrigin: socketOrigin, ReadBufferSize: 4096, WriteBufferSize: 4096}
	var err error
	if n.authority = config.authority; n.authority == nil {
		if n.authority, err = noise.NewAuthority(time.Now()); err != nil {
			return nil, fmt.Errorf("make certificates: %w", err)
		}
	}
	if !config.Empty {
		for _, s := range Seeded {
			if _, err := n.AddPhone(s.Phone, s.Name); err != nil {
				return nil, fmt.Errorf("seed phones: %w", err)
			}
		}
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	n.addr = listener.Addr().String()
	n.server = &http.Server{Handler: n.routes(), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, ErrorLog: slog.NewLogLogger(n.log.Handler(), slog.LevelDebug)}
	n.running.Go(func() {
		if err := n.server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			n.log.Error("sandbox listener ended", "error", err)
		}
	})
	return n, nil
}

// checkLoopback accepts 127.0.0.0/8, ::1 and the name localhost.
func checkLoopback(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("read address: %w", err)
	}
	if host == "localhost" {
		return nil
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return fmt.Errorf("%w, not %q", ErrNotLoopback, host)
	}
	return nil
}

// Addr is the address with its port, as a client dials it.
func (n *Network) Addr() string { return n.addr }

// Root is the public key that clients must trust for this network.
func (n *Network) Root() [32]byte { return n.authority.Root() }

// Shift is how far the network's clock is off, see SetShift.
func (n *Network) Shift() time.Duration { return time.Duration(n.shift.Load()) }

// SetShift sets the time that stanzas and messages carry off by d, to either
// side of this machine's. Faults and the lives of QR codes go by the machine's.
func (n *Network) SetShift(d time.Duration) { n.shift.Store(int64(d)) }

// Close cuts all connections and stops listening. It waits until everything
// that it started has ended, and may be called more than once.
func (n *Network) Close() {
	n.mu.Lock()
	n.closed = true
	n.mu.Unlock()
	n.ClearFaults()
	for _, c := range n.connections() {
		c.close()
	}
	n.updates.close()
	_ = n.server.Close()
	n.running.Wait()
}

// track counts a connection in, unless the network is closed.
func (n *Network) track(c *conn) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return false
	}
	n.conns[c] = struct{}{}
	n.running.Add(1)
	return true
}

// connections lists the open ones.
func (n *Network) connections() []*conn {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return slices.Collect(maps.Keys(n.conns))
}

func (n *Network) untrack(c *conn) {
	n.mu.Lock()
	delete(n.conns, c)
	n.mu.Unlock()
	n.running.Done()
}

// spawn starts a goroutine that Close waits for; false once the network is closed.
func (n *Network) spawn(job func()) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return false
	}
	n.running.Go(job)
	return true
}

// AddPhone creates a phone. The number is E.164, with or without '+'.
func (n *Network) AddPhone(phone, name string) (*Phone, error) {
	a, err := n.addAccount(phone, name)
	if err != nil {
		return nil, err
	}
	n.updates.publish(Update{Kind: UpdatePhone, Phone: a.e164()})
	return a.phone, nil
}

// Phone finds a phone by its number, with or without '+'; nil if there is none.
func (n *Network) Phone(phone string) *Phone {
	user, err := digits(phone)
	if err != nil {
		return nil
	}
	a := n.account(types.NewJID(user, types.DefaultUserServer))
	if a == nil {
		return nil
	}
	return a.phone
}

// Phones lists all phones by number.
func (n *Network) Phones() []*Phone {
	n.mu.RLock()
	defer n.mu.RUnlock()
	out := make([]*Phone, 0, len(n.accounts))
	for _, a := range n.accounts {
		out = append(out, a.phone)
	}
	sortPhones(out)
	return out
}

// Unhandled counts, by kind, the stanzas that the network had no answer for.
// A test that ends with any has found something to build.
func (n *Network) Unhandled() map[string]int { return n.unhandled.all() }

// Stats are the network's counters.
type Stats struct {
	Messages  int64          `json:"messages"` // accepted for delivery
	Uploads   int64          `json:"uploads"`  // of files by linked devices
	Repeats   int64          `json:"repeats"`  // dropped by phones that had seen their id
	Unhandled map[string]int `json:"unhandled"`
}

// Stats reads the counters.
func (n *Network) Stats() Stats {
	s := Stats{Messages: n.messages.Load(), Uploads: n.media.uploads.Load(), Unhandled: n.Unhandled()}
	for _, p := range n.Phones() {
		s.Repeats += p.repeats.Load()
	}
	return s
}

// nextID names a stanza that the server starts.
func (n *Network) nextID() string { return "s" + strconv.FormatUint(n.serial.Add(1), 10) }

// notification builds a server's notification.
func (n *Network) notification(kind string, from types.JID, content ...stanza) stanza {
	return stanza{Tag: "notification", Attrs: attrs{"id": n.nextID(), "from": from, "type": kind, "t": unix(n.clock())}, Content: content}
}

// randomHex is count random bytes, upper case, as message ids have them.
func randomHex(count int) string {
	raw := make([]byte, count)
	_, _ = rand.Read(raw) // never fails: crypto/rand ends the program instead
	return hex.EncodeToString(raw)
}

// counter counts by name.
type counter struct {
	mu sync.Mutex
	by map[string]int
}

func (c *counter) add(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.by == nil {
		c.by = map[string]int{}
	}
	c.by[name]++
}

func (c *counter) all() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := make(map[string]int, len(c.by))
	maps.Copy(out, c.by)
	return out
}

// within bounds a wait that has no deadline of its own.
func within(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	if _, ok := ctx.Deadline(); ok {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, d)
}
