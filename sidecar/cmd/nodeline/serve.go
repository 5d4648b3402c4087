package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"
	"syscall"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
	"github.com/nodeline/nodeline/sidecar/line"
	"github.com/nodeline/nodeline/sidecar/outward"
)

// serveCmd runs the sidecar.
type serveCmd struct {
	Listen         string        `default:"127.0.0.1:7450" env:"NODELINE_LISTEN" help:"${h_listen}"`
	Data           string        `placeholder:"DIR" env:"NODELINE_DATA" help:"${h_data}"`
	Cache          string        `placeholder:"DIR" env:"NODELINE_CACHE_DIR" help:"${h_cache}"`
	Sandbox        string        `placeholder:"HOST:PORT" env:"NODELINE_SANDBOX" help:"${h_use_sandbox}"`
	Origin         []string      `placeholder:"URL" env:"NODELINE_ORIGIN" help:"${h_origin}"`
	Host           []string      `placeholder:"NAME" env:"NODELINE_HOST" help:"${h_host}"`
	InsecureListen bool          `env:"NODELINE_INSECURE_LISTEN" help:"${h_insecure}"`
	TLSCert        string        `name:"tls-cert" placeholder:"FILE" env:"NODELINE_TLS_CERT" help:"${h_tls_cert}" and:"tls"`
	TLSKey         string        `name:"tls-key" placeholder:"FILE" env:"NODELINE_TLS_KEY" help:"${h_tls_key}" and:"tls"`
	Rate           float64       `default:"2000" env:"NODELINE_RATE" help:"${h_rate}"`
	Pace           string        `default:"on" placeholder:"on|off|line=1s/60,recipient=6s/45" env:"NODELINE_PACE" help:"${h_pace}"`
	DeviceName     string        `default:"Nodeline" env:"NODELINE_DEVICE_NAME" help:"${h_device}"`
	DeliverTo      []string      `placeholder:"HOST[:PORT]|CIDR" env:"NODELINE_DELIVER_TO" help:"${h_deliver_to}"`
	DeliverFor     time.Duration `default:"72h" env:"NODELINE_DELIVER_FOR" help:"${h_deliver_for}"`
	KeepMessages   int           `default:"90" placeholder:"DAYS" env:"NODELINE_KEEP_MESSAGES" help:"${h_keep_messages}"`
	KeepEvents     int           `default:"90" placeholder:"DAYS" env:"NODELINE_KEEP_EVENTS" help:"${h_keep_events}"`
	KeepMedia      int           `default:"7" placeholder:"DAYS" env:"NODELINE_KEEP_MEDIA" help:"${h_keep_media}"`
	MediaQuota     int           `default:"10" placeholder:"GB" env:"NODELINE_MEDIA_QUOTA" help:"${h_media_quota}"`
	MediaFrom      []string      `placeholder:"HOST[:PORT]|CIDR" env:"NODELINE_MEDIA_FROM" help:"${h_media_from}"`
	MediaProxy     string        `placeholder:"URL" env:"NODELINE_MEDIA_PROXY" help:"${h_media_proxy}"`
	PublicURL      string        `name:"public-url" placeholder:"URL" env:"NODELINE_PUBLIC_URL" help:"${h_public_url}"`
	WebVersion     string        `placeholder:"2.3000.N" env:"NODELINE_WEB_VERSION" help:"${h_web_version}"`

	targets outward.Targets // DeliverTo, read
	media   outward.Policy  // MediaFrom and MediaProxy, read
}

// Bounds of starting and stopping.
const (
	sandboxPause = 3 * time.Second  // between tries to reach the sandbox
	callsEnd     = 15 * time.Second // for running calls, when stopping
)

// Run serves until it is asked to end, and closes what it opened in the opposite order.
func (c *serveCmd) Run(a *app) (err error) {
	defer func() {
		if a.ctx.Err() != nil && errors.Is(err, context.Canceled) {
			err = nil // stopped while it started: what was asked for
		}
	}()
	pace, err := c.settings(a)
	if err != nil {
		return err
	}
	dir, err := dataDir(c.Data)
	if err != nil {
		return err
	}
	defer func() {
		if errors.Is(err, syscall.ENOSPC) || errors.Is(err, bridge.ErrStorageFull) {
			err = fmt.Errorf(textDiskFull.In(a.lang), dir)
		}
	}()
	db, err := openStore(dir, c.Sandbox != "", a)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	ln, err := c.listener(a)
	if err != nil {
		return err
	}
	defer ln.Close()
	network, err := c.network(a)
	if err != nil {
		return err
	}
	sidecar, err := assemble(a, c, dir, c.publicURL(ln.Addr()), db, network, pace)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, sidecar.close()) }()
	tokenFile, err := adminToken(a.ctx, dir, db)
	if err != nil {
		return err
	}
	if err := sidecar.start(a.ctx); err != nil {
		return err
	}
	c.announce(a, ln.Addr(), tokenFile)
	return sidecar.serve(a, ln)
}

// settings checks the flags before anything is opened, and reads those that are more than a word.
func (c *serveCmd) settings(a *app) (pace schema.Pace, err error) {
	if err := mayListen(c.Listen, c.TLSCert != "", c.InsecureListen, a.lang); err != nil {
		return pace, err
	}
	if c.KeepMessages < 1 || c.KeepEvents < 1 || c.KeepMedia < 1 {
		return pace, usageError{textKeepDays.In(a.lang)}
	}
	pace, err = readPace(c.Pace, a.lang)
	if err != nil {
		return pace, err
	}
	if c.Sandbox != "" {
		if err := mustBeLoopback("--sandbox", c.Sandbox, a.lang); err != nil {
			return pace, err
		}
	}
	if c.targets, err = outward.ParseTargets(c.DeliverTo); err != nil {
		return pace, fmt.Errorf(textDeliverTo.In(a.lang), strings.Join(c.DeliverTo, ", "))
	}
	if err := c.mediaSettings(a); err != nil {
		return pace, err
	}
	return pace, nil
}

// network is WhatsApp, or the sandbox once it answers with the key that it is trusted by.
func (c *serveCmd) network(a *app) (line.Network, error) {
	if c.Sandbox == "" {
		return line.Network{}, nil
	}
	for {
		root, err := line.FetchRoot(a.ctx, c.Sandbox)
		if err == nil {
			return line.Network{Addr: c.Sandbox, Root: root}, nil
		}
		if a.ctx.Err() != nil {
			return line.Network{}, a.ctx.Err()
		}
		fmt.Fprintf(a.err, textNoSandbox.In(a.lang)+"\n", c.Sandbox, err, sandboxPause)
		select {
		case <-a.ctx.Done():
			return line.Network{}, a.ctx.Err()
		case <-time.After(sandboxPause):
		}
	}
}

func (c *serveCmd) listener(a *app) (net.Listener, error) {
	var config *tls.Config
	if c.TLSCert != "" {
		pair, err := tls.LoadX509KeyPair(c.TLSCert, c.TLSKey)
		if err != nil {
			return nil, fmt.Errorf("load certificate: %w", err)
		}
		config = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12,
			NextProtos: []string{"http/1.1"}}
	}
	ln, err := listen(c.Listen, a.lang)
	if err != nil || config == nil {
		return ln, err
	}
	return tls.NewListener(ln, config), nil
}

// announce prints where everything is. The token itself is never printed.
func (c *serveCmd) announce(a *app, at net.Addr, tokenFile string) {
	base := "http://" + at.String()
	if c.TLSCert != "" {
		base = "https://" + at.String()
	}
	a.say(textServing, version(), base, base, tokenFile)
	if c.Sandbox != "" {
		a.say(textServingSandbox, c.Sandbox)
	} else {
		a.say(textServingReal)
	}
}

// serve answers until the run is asked to end, then lets running calls end.
func (s *sidecar) serve(a *app, ln net.Listener) error {
	failed := make(chan error, 1)
	go func() { failed <- s.rpc.Serve(ln) }()
	select {
	case err := <-failed:
		return err
	case <-a.ctx.Done():
	}
	fmt.Fprintln(a.err, textStopping.In(a.lang))
	bound, cancel := context.WithTimeout(context.WithoutCancel(a.ctx), callsEnd)
	defer cancel()
	if err := s.rpc.Shutdown(bound); err != nil {
		a.log.Warn("some calls were cut short", "error", err)
	}
	return <-failed
}
