package rpc

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
	"github.com/nodeline/nodeline/sidecar/rpc/statuspage"
)

// Options are the parts that a server is made of.
type Options struct {
	API    bridge.API
	Grants bridge.Grants
	Feeds  bridge.Feeds

	// Validate judges a request's form: the WebAssembly validator. It returns
	// what is wrong, nothing if all is well; an error means that there is no verdict.
	Validate func(ctx context.Context, method string, lang schema.Lang, params []byte) ([]schema.Issue, error)
	// Check decodes the same params to the method's schema type, normalised, and
	// judges again with rules of its own.
	Check func(method string, params []byte, lang schema.Lang) (request any, issues []schema.Issue, err error)
	// OpenRPC is what rpc.discover answers: a JSON document.
	OpenRPC []byte
	// Counts reads what /status.json shows beside the lines.
	Counts func(context.Context) (Counts, error)
	// Storage says whether the store can write; nil: always.
	Storage func() bridge.StorageState

	Sandbox bool
	// Phones is the address of the simulated phones' page; "" without a sandbox.
	Phones  string
	Version string

	// Origins are browser origins ("https://flows.example.com") allowed beside loopback ones.
	Origins []string
	// Hosts are names allowed in the Host header of a loopback listener beside
	// localhost and loopback addresses: a DNS name that a web page made point
	// here is refused.
	Hosts []string

	// Rate is how many calls per second one token may make, Burst how many at
	// once. 0: DefaultRate and twice the rate.
	Rate  float64
	Burst int

	// OAuth answers under /oauth/, behind the checks of Host and Origin; nil: nothing does.
	OAuth http.Handler

	Timing Timing
	Log    *slog.Logger
}

// DefaultRate is in calls per second and token: far above what WhatsApp itself
// takes, low enough that a loop gone wild cannot fill the disk unnoticed.
const DefaultRate = 2000

// goodbye bounds the end of a connection after the last call on it.
const goodbye = 2 * time.Second

// Timing holds the clocks of a connection. A zero field means its default.
type Timing struct {
	Ping  time.Duration // between pings; 30 s
	Pong  time.Duration // silence after which a connection is given up; 75 s
	Write time.Duration // for one message to leave; 10 s
	Call  time.Duration // the longest that a call may run; 2 min
}

func (t Timing) withDefaults() Timing {
	set := func(d *time.Duration, v time.Duration) {
		if *d <= 0 {
			*d = v
		}
	}
	set(&t.Ping, 30*time.Second)
	set(&t.Pong, 75*time.Second)
	set(&t.Write, 10*time.Second)
	set(&t.Call, 2*time.Minute)
	return t
}

// Server is the sidecar's RPC and status server.
type Server struct {
	opts     Options
	log      *slog.Logger
	methods  map[string]method
	gates    gates
	upgrader websocket.Upgrader
	http     *http.Server
	running  running
	started  time.Time
	counters counters

	// drain ends when the server takes no more calls, force when running ones are given up.
	drain, force           context.Context
	startDrain, startForce context.CancelFunc

	mu       sync.Mutex
	loopback bool // the listener is on a loopback address
	sockets  map[*socket]struct{}
}

// New makes a server, or says which method of schema.Operations it cannot answer.
func New(opts Options) (*Server, error) {
	s := &Server{opts: opts, log: opts.Log, started: time.Now(), sockets: map[*socket]struct{}{}}
	if s.opts.Rate <= 0 {
		s.opts.Rate = DefaultRate
	}
	if s.opts.Burst <= 0 {
		s.opts.Burst = max(1, int(2*s.opts.Rate))
	}
	s.opts.Timing = opts.Timing.withDefaults()
	s.gates = gates{rate: s.opts.Rate, burst: s.opts.Burst, of: map[schema.TokenID]*gate{}}
	methods, err := match(schema.Operations, s.handlers())
	if err != nil {
		return nil, fmt.Errorf("match methods: %w", err)
	}
	s.methods = methods
	s.drain, s.startDrain = context.WithCancel(context.Background())
	s.force, s.startForce = context.WithCancel(context.Background())
	s.upgrader = websocket.Upgrader{
		HandshakeTimeout: 10 * time.Second,
		ReadBufferSize:   4 << 10,
		WriteBufferSize:  4 << 10,
		WriteBufferPool:  &sync.Pool{},
		CheckOrigin:      func(*http.Request) bool { return true }, // guard has checked it
	}
	s.http = &http.Server{
		Handler:           s.handler(),
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      s.opts.Timing.Call + 30*time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(opts.Log.Handler(), slog.LevelDebug),
	}
	return s, nil
}

func (s *Server) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /rpc", s.servePost)
	mux.HandleFunc("GET /rpc", s.serveSocket)
	mux.HandleFunc("GET /healthz", s.serveHealth)
	mux.HandleFunc("GET /status.json", s.serveStatus)
	mux.HandleFunc("POST /media", s.serveUpload)
	mux.HandleFunc("GET /media/{line}/{id}", s.serveMedia)
	if s.opts.OAuth != nil {
		mux.Handle("/oauth/", s.untilDrained(s.opts.OAuth))
	}
	mux.Handle("/", statuspage.Handler())
	return s.guard(mux)
}

// untilDrained ends what only waits for news once the server takes no more calls.
func (s *Server) untilDrained(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithCancel(r.Context())
		defer cancel()
		defer context.AfterFunc(s.drain, cancel)()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// Serve answers on ln until Shutdown, and returns nil then.
func (s *Server) Serve(ln net.Listener) error {
	s.mu.Lock()
	s.loopback = isLoopback(ln.Addr())
	s.mu.Unlock()
	if err := s.http.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve rpc: %w", err)
	}
	return nil
}

func isLoopback(addr net.Addr) bool {
	tcp, ok := addr.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}

// Shutdown takes no more calls, lets the running ones end until ctx does, then
// closes every connection. Calls that come meanwhile are answered shutting_down.
func (s *Server) Shutdown(ctx context.Context) error {
	idle := s.running.drain()
	s.startDrain()
	var unfinished error
	select {
	case <-idle:
	case <-ctx.Done():
		unfinished = fmt.Errorf("wait for running calls: %w", ctx.Err())
	}
	s.startForce()
	s.mu.Lock()
	open := make([]*socket, 0, len(s.sockets))
	for c := range s.sockets {
		open = append(open, c)
	}
	s.mu.Unlock()
	var leaving sync.WaitGroup
	for _, c := range open {
		leaving.Go(func() { c.leave(time.After(goodbye)) })
	}
	leaving.Wait()
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), goodbye)
	defer cancel()
	if err := s.http.Shutdown(closing); err != nil {
		_ = s.http.Close()
	}
	return unfinished
}

// running counts calls, so that a shutdown can wait for them.
type running struct {
	mu       sync.Mutex
	n        int
	draining bool
	idle     chan struct{}
}

// enter is false once the server is stopping.
func (r *running) enter() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.draining {
		return false
	}
	r.n++
	return true
}

func (r *running) leave() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.n--; r.n == 0 && r.draining {
		close(r.idle)
	}
}

// drain refuses further calls and returns what closes when the last one has
// left. A second drain waits for the same.
func (r *running) drain() <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.draining {
		r.draining, r.idle = true, make(chan struct{})
		if r.n == 0 {
			close(r.idle)
		}
	}
	return r.idle
}
