package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/nodeline/nodeline/plugin/host"
	"github.com/nodeline/nodeline/plugin/native"
	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/schema/gen"
	"github.com/nodeline/nodeline/sidecar/bridge"
	"github.com/nodeline/nodeline/sidecar/deliver"
	"github.com/nodeline/nodeline/sidecar/line"
	"github.com/nodeline/nodeline/sidecar/media"
	"github.com/nodeline/nodeline/sidecar/oauth"
	"github.com/nodeline/nodeline/sidecar/rpc"
	"github.com/nodeline/nodeline/sidecar/store"
)

// sidecar is all that serve runs:
//
//	rpc -> validator, native
//	rpc -> oauth -> bridge
//	rpc -> bridge -> store, media
//	        |  ^ \-> deliver -> rpc's connections
//	        v  |
//	        line -> sessions.db, WhatsApp or the sandbox
type sidecar struct {
	validator *host.Validator
	sessions  *sql.DB
	bridge    *bridge.Bridge
	feeds     *deliver.Feeds
	line      *line.Sessions
	media     *media.Files
	oauth     *oauth.Server
	rpc       *rpc.Server
}

// openStore opens the data directory, of which it is the one owner from now on.
func openStore(dir string, sandbox bool, a *app) (*store.Store, error) {
	db, err := store.Open(dir, store.Options{Sandbox: sandbox, Log: a.log})
	if err != nil {
		return nil, a.opening(dir, err)
	}
	return db, nil
}

// opening says in the caller's language why a data directory cannot be opened.
func (a *app) opening(dir string, err error) error {
	if other, ok := errors.AsType[*store.OtherNetworkError](err); ok {
		if other.Sandbox {
			return fmt.Errorf(textDirSandbox.In(a.lang), dir)
		}
		return fmt.Errorf(textDirReal.In(a.lang), dir)
	}
	if newer, ok := errors.AsType[*store.NewerError](err); ok {
		return fmt.Errorf(textDirNewer.In(a.lang), dir, newer.Version, newer.Known)
	}
	if damaged, ok := errors.AsType[*store.DamagedError](err); ok {
		return damagedError{fmt.Sprintf(textDamaged.In(a.lang), damaged.File, damaged.Err, dir)}
	}
	switch {
	case errors.Is(err, store.ErrInUse):
		return fmt.Errorf(textDirLocked.In(a.lang), dir)
	case errors.Is(err, store.ErrRestoring):
		return fmt.Errorf(textRestoring.In(a.lang), dir)
	case errors.Is(err, bridge.ErrStorageFull):
		return fmt.Errorf(textDiskFull.In(a.lang), dir)
	}
	return err
}

// assemble makes the parts and joins them; nothing runs yet. What it opened is
// closed again where a later part fails.
func assemble(a *app, c *serveCmd, dir, publicURL string, db *store.Store, network line.Network, pace schema.Pace) (s *sidecar, err error) {
	s = &sidecar{}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	cache := c.Cache
	if cache == "" {
		cache = filepath.Join(dir, "validator-cache")
	}
	s.validator, err = host.New(a.ctx, host.Config{CacheDir: cache, Log: a.log})
	if errors.Is(err, host.ErrNotBuilt) {
		return s, errors.New(textNotBuilt.In(a.lang))
	}
	if err != nil {
		return s, fmt.Errorf("start validator: %w", err)
	}
	if s.sessions, err = store.OpenSessions(dir); err != nil {
		return s, a.opening(dir, err)
	}
	if err := s.comeBack(a, db); err != nil {
		return s, err
	}
	s.feeds = deliver.New(deliver.Config{Store: db, Log: a.log, Sandbox: network.Sandbox(), Targets: c.targets, GiveUp: c.DeliverFor})
	if s.media, err = media.Open(media.Config{Dir: filepath.Join(dir, "media"), Policy: c.media, Quota: int64(c.MediaQuota) << 30, Log: a.log}); err != nil {
		return s, err
	}
	s.bridge = bridge.New(bridge.Config{Store: db, Grants: db, Wake: s.feeds, Courier: s.feeds, Files: s.media, PublicURL: publicURL, Log: a.log, Pace: pace,
		Timing: bridge.Timing{KeepMessages: days(c.KeepMessages), KeepEvents: days(c.KeepEvents), KeepMedia: days(c.KeepMedia)}})
	s.line, err = line.New(a.ctx, line.Config{DB: s.sessions, Inbox: s.bridge, Network: network, Log: a.log,
		DeviceName: c.DeviceName, WebVersion: c.WebVersion})
	if err != nil {
		return s, fmt.Errorf("prepare sessions: %w", err)
	}
	db.OnRecovery(s.line.Better)
	s.bridge.UseSessions(s.line)
	s.oauth = oauth.New(oauth.Options{API: s.bridge, Grants: db, Authorizations: db, Check: native.Check,
		Ended:   func(id schema.TokenID) { s.rpc.Ended(id) },
		Origins: c.Origin, SignIn: c.beyondLoopback(), Sandbox: network.Sandbox(), Phones: phonesPage(network), Log: a.log})
	s.rpc, err = rpc.New(rpc.Options{
		API: s.bridge, Grants: db, Feeds: s.feeds, Validate: s.validate, Check: native.Check,
		OpenRPC: gen.OpenRPC, Counts: s.counts, Storage: db.State, Sandbox: network.Sandbox(), Phones: phonesPage(network), Version: version(),
		Origins: c.Origin, Hosts: c.Host, OAuth: s.oauth, Rate: c.Rate, Log: a.log,
	})
	return s, err
}

// comeBack makes the sessions safe after a power cut, and notes that we run.
func (s *sidecar) comeBack(a *app, db *store.Store) error {
	lapsed, err := db.Lapsed()
	if err == nil && lapsed {
		a.log.Warn("the machine went down while the sidecar ran: encrypted sessions begin anew")
		err = line.Rewound(a.ctx, s.sessions, "", a.log)
	}
	if err == nil {
		err = db.Running()
	}
	if err != nil {
		return fmt.Errorf("come back: %w", err)
	}
	return nil
}

func days(n int) time.Duration { return time.Duration(n) * 24 * time.Hour }

// phonesPage is where a sandbox shows its phones.
func phonesPage(network line.Network) string {
	if !network.Sandbox() {
		return ""
	}
	return "http://" + network.Addr + "/"
}

func (s *sidecar) validate(ctx context.Context, method string, lang schema.Lang, params []byte) ([]schema.Issue, error) {
	verdict, err := s.validator.Validate(ctx, method, lang, params)
	if err == nil && !verdict.OK && len(verdict.Issues) == 0 {
		return nil, errors.New("the validator refuses and names no field")
	}
	return verdict.Issues, err
}

func (s *sidecar) counts(ctx context.Context) (rpc.Counts, error) {
	open, err := s.bridge.DeliveryCounts(ctx)
	return rpc.Counts{Deliveries: open, ValidatorReplaced: int64(s.validator.Stats().Replaced)}, err
}

// start brings the stored lines back.
func (s *sidecar) start(ctx context.Context) error { return s.bridge.Start(ctx) }

// close ends the parts, the callers first, then what they call.
func (s *sidecar) close() error {
	var errs []error
	if s.feeds != nil {
		s.feeds.Stop()
	}
	if s.oauth != nil {
		s.oauth.Close()
	}
	if s.bridge != nil {
		s.bridge.Stop()
	}
	if s.line != nil {
		s.line.Close()
	}
	if s.media != nil {
		s.media.Close()
	}
	if s.sessions != nil {
		errs = append(errs, s.sessions.Close())
	}
	if s.validator != nil {
		errs = append(errs, s.validator.Close())
	}
	return errors.Join(errs...)
}
