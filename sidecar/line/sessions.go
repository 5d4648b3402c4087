package line

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"go.mau.fi/whatsmeow/proto/waCompanionReg"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/store/sqlstore"
	"google.golang.org/protobuf/proto"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// Config is what New needs.
type Config struct {
	// DB is the session database, whatsmeow's own tables: opened with foreign keys on.
	DB *sql.DB
	// Dialect of DB: "sqlite" (default) or "postgres".
	Dialect string
	// Inbox takes what the sessions report.
	Inbox bridge.Inbox
	// Network zero: the real WhatsApp.
	Network Network
	// Log nil: slog.Default().
	Log *slog.Logger
	// DeviceName is what the phone shows under Linked devices. Default "Nodeline".
	DeviceName string
	// WebVersion replaces the WhatsApp Web version that whatsmeow claims, as
	// "2.3000.123": for when WhatsApp refuses an old one (405). "" keeps it.
	WebVersion string
	// Timing zero: the defaults. Tests shorten it.
	Timing Timing
}

// Timing holds every wait of a session.
type Timing struct {
	// RetryMin and RetryMax bound the growing pause between tries to connect.
	// The first try after a lost connection comes at once. Default 1 s, 60 s.
	RetryMin, RetryMax time.Duration
	// Login is how long WhatsApp may take from the connection to the login or
	// the first code. Default 40 s.
	Login time.Duration
	// Ack is how long a send waits for the server's word. Default 30 s.
	Ack time.Duration
	// Probe is how long WhatsApp may take to answer a ping after it did not answer
	// something else; then the line connects again. Default 10 s.
	Probe time.Duration
	// FirstCode and NextCode are how long QR codes are shown. Default 60 s and
	// 20 s, as WhatsApp Web shows them.
	FirstCode, NextCode time.Duration
	// Round is how long a round of codes tries to reach WhatsApp, or waits for
	// a passkey, before it fails. Default 3 min.
	Round time.Duration
	// Reupload is how long the phone may take to upload a file again. Default 20 s.
	Reupload time.Duration
	// Recheck is how long a file that was uploaded is taken to be at WhatsApp without
	// asking. Default 1 h.
	Recheck time.Duration
	// Logout is how long Unlink waits for WhatsApp's word. Default 10 s.
	Logout time.Duration
}

func (t Timing) withDefaults() Timing {
	def := func(d *time.Duration, value time.Duration) {
		if *d == 0 {
			*d = value
		}
	}
	def(&t.RetryMin, time.Second)
	def(&t.RetryMax, time.Minute)
	def(&t.Login, 40*time.Second)
	def(&t.Ack, 30*time.Second)
	def(&t.Probe, 10*time.Second)
	def(&t.FirstCode, time.Minute)
	def(&t.NextCode, 20*time.Second)
	def(&t.Round, 3*time.Minute)
	def(&t.Reupload, 20*time.Second)
	def(&t.Recheck, time.Hour)
	def(&t.Logout, 10*time.Second)
	return t
}

// pause is how long to wait after so many tries that came to nothing.
func (t Timing) pause(tries int) time.Duration {
	return min(t.RetryMin<<min(tries, 16), t.RetryMax)
}

// Sessions implements bridge.Sessions.
type Sessions struct {
	inbox   bridge.Inbox
	log     *slog.Logger
	http    *http.Client
	db      *sql.DB
	devices *sqlstore.Container
	timing  Timing

	mu     sync.Mutex
	lines  map[schema.LineID]*owner
	closed bool
}

var _ bridge.Sessions = (*Sessions)(nil)

// deviceProps guards whatsmeow's process-wide device description.
var deviceProps sync.Mutex

// New prepares the session store. No line is connected until Start.
func New(ctx context.Context, cfg Config) (*Sessions, error) {
	if cfg.DB == nil || cfg.Inbox == nil {
		return nil, errors.New("line: DB and Inbox are needed")
	}
	if cfg.Network.Sandbox() {
		if err := loopback(cfg.Network.Addr); err != nil {
			return nil, err
		}
	}
	if err := cfg.Network.trust(); err != nil {
		return nil, err
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	if cfg.Dialect == "" {
		cfg.Dialect = "sqlite"
	}
	if err := describe(cfg.DeviceName, cfg.WebVersion); err != nil {
		return nil, err
	}
	devices := sqlstore.NewWithDB(cfg.DB, cfg.Dialect, libraryLog{log: cfg.Log, module: "store"})
	if err := devices.Upgrade(ctx); err != nil {
		return nil, fmt.Errorf("upgrade session database: %w", err)
	}
	return &Sessions{
		inbox:   cfg.Inbox,
		log:     cfg.Log,
		http:    cfg.Network.client(),
		db:      cfg.DB,
		devices: devices,
		timing:  cfg.Timing.withDefaults(),
		lines:   map[schema.LineID]*owner{},
	}, nil
}

// describe says what the phone shows of this device; whatsmeow keeps it for the
// whole process.
func describe(name, version string) error {
	if name == "" {
		name = "Nodeline"
	}
	deviceProps.Lock()
	defer deviceProps.Unlock()
	if store.DeviceProps.GetOs() != name {
		store.DeviceProps.Os = proto.String(name)
		store.DeviceProps.PlatformType = waCompanionReg.DeviceProps_DESKTOP.Enum()
	}
	if version == "" {
		return nil
	}
	parsed, err := store.ParseVersion(version)
	if err != nil {
		return fmt.Errorf("read WhatsApp Web version: %w", err)
	}
	if parsed != store.GetWAVersion() {
		store.SetWAVersion(parsed)
	}
	return nil
}

// Start implements bridge.Sessions. On a line that is replaced or banned it
// connects again; on any other that runs it changes nothing. Nothing is reported
// of a line without an account: bridge knows best why it has none.
func (s *Sessions) Start(line schema.LineID, account string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return errors.New("start line: the sessions are closed")
	}
	o := s.lines[line]
	if o == nil {
		o = newOwner(s, line)
		s.lines[line] = o
		go o.run()
	}
	o.post(start{account: account})
	return nil
}

// Stop implements bridge.Sessions; it returns when the session is down.
func (s *Sessions) Stop(line schema.LineID) {
	s.mu.Lock()
	o := s.lines[line]
	delete(s.lines, line)
	s.mu.Unlock()
	if o != nil {
		o.cancel()
		<-o.done
	}
}

// Close stops every line and waits. It may be called twice.
func (s *Sessions) Close() {
	s.mu.Lock()
	s.closed = true
	lines := make([]schema.LineID, 0, len(s.lines))
	for id := range s.lines {
		lines = append(lines, id)
	}
	s.mu.Unlock()
	var all sync.WaitGroup
	for _, id := range lines {
		all.Go(func() { s.Stop(id) })
	}
	all.Wait()
}

// Better says that what could not be stored may be now: lines that wait to
// reconnect for it do so at once.
func (s *Sessions) Better() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, o := range s.lines {
		select {
		case o.better <- struct{}{}:
		default: // one that is unread says the same
		}
	}
}

// find gives a running line's owner.
func (s *Sessions) find(line schema.LineID) (*owner, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if o := s.lines[line]; o != nil {
		return o, nil
	}
	return nil, fmt.Errorf("line %s is not started: %w", line, bridge.ErrNotLinked)
}

// Unlink implements bridge.Sessions.
func (s *Sessions) Unlink(ctx context.Context, line schema.LineID) error {
	o, err := s.find(line)
	if err != nil {
		return err
	}
	reply := make(chan error, 1)
	if !o.post(unlink{ctx: ctx, reply: reply}) {
		return fmt.Errorf("unlink line: %w", context.Canceled)
	}
	select {
	case err := <-reply:
		return err
	case <-o.done:
		return fmt.Errorf("unlink line: %w", context.Canceled)
	}
}

// Link implements bridge.Sessions. A round that expired or failed stays so until
// restart, or until nobody has asked for 10 s. A line that has an account
// answers linked, restart or not: unlink it first; a replaced or banned line
// connects again without restart and gets a new round with it.
func (s *Sessions) Link(line schema.LineID, restart bool) error {
	return s.LinkPhone(line, "", restart)
}

// LinkPhone implements bridge.Sessions. WhatsApp is asked for the code as soon as
// it has given QR codes; the news say when there is one.
func (s *Sessions) LinkPhone(line schema.LineID, phone string, restart bool) error {
	o, err := s.find(line)
	if err != nil {
		return err
	}
	reply := make(chan struct{})
	if !o.post(link{restart: restart, phone: phone, reply: reply}) {
		return fmt.Errorf("link line: %w", context.Canceled)
	}
	// The news that follow are this round's, not the one's before.
	select {
	case <-reply:
	case <-o.done:
	}
	return nil
}

// LinkNews implements bridge.Sessions. State is empty while nobody has asked to
// link since the line was started or unlinked.
func (s *Sessions) LinkNews(ctx context.Context, line schema.LineID, since int) bridge.LinkNews {
	o, err := s.find(line)
	if err != nil {
		return bridge.LinkNews{State: schema.LinkFailed, Err: err}
	}
	return o.board.wait(ctx, since)
}
