package oauth

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
	"github.com/nodeline/nodeline/sidecar/oauth/page"
)

// Options are the parts that a server is made of.
type Options struct {
	API            bridge.LineAPI
	Grants         bridge.Grants
	Authorizations bridge.Authorizations
	// Check decodes params to a method's schema type, normalised, or says what is wrong.
	Check func(method string, params []byte, lang schema.Lang) (request any, issues []schema.Issue, err error)
	// Ended is told of every grant that ended here; nil: nobody asks.
	Ended func(schema.TokenID)

	// Origins are editors' origins ("https://flows.example.com") that are sent codes
	// without a sign-in, beside loopback ones.
	Origins []string
	// SignIn has everybody sign in: the sidecar is reached from other machines too.
	SignIn bool

	Sandbox bool
	// Phones is the address of the simulated phones' page; "" without a sandbox.
	Phones string

	// Now is the wall clock; nil: time.Now.
	Now func() time.Time
	// Sweep is the time between two looks for lines that were begun and left; 0: 1 min.
	Sweep time.Duration
	Log   *slog.Logger
}

// Server answers under /oauth/.
type Server struct {
	opts     Options
	log      *slog.Logger
	sessions sessions
	limits   limits
	mux      *http.ServeMux

	stop    context.CancelFunc
	stopped sync.WaitGroup
}

// New makes a server and starts to look after what is left behind; Close ends that.
func New(opts Options) *Server {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.Sweep <= 0 {
		opts.Sweep = time.Minute
	}
	if opts.Ended == nil {
		opts.Ended = func(schema.TokenID) {}
	}
	s := &Server{opts: opts, log: opts.Log, mux: http.NewServeMux()}
	s.sessions = sessions{now: opts.Now, of: map[string]*session{}}
	s.limits = limits{now: opts.Now}
	files := http.StripPrefix("/oauth", page.Handler())
	s.mux.HandleFunc("GET /oauth/authorize", s.authorize(files))
	s.mux.Handle("GET /oauth/assets/", files)
	s.mux.HandleFunc("POST /oauth/token", s.token)
	s.mux.HandleFunc("POST /oauth/revoke", s.revoke)
	for name, act := range s.actions() {
		s.mux.HandleFunc("POST /oauth/"+name, act)
	}
	var ctx context.Context
	ctx, s.stop = context.WithCancel(context.Background())
	s.stopped.Go(func() { s.sweep(ctx) })
	return s
}

// ServeHTTP answers requests under /oauth/. What stands before it has judged the
// Host and the Origin.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// Close ends the looking after; requests are answered still.
func (s *Server) Close() {
	s.stop()
	s.stopped.Wait()
}
