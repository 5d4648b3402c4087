// Package outward connects to addresses that somebody outside has named: where
// deliveries go, where attachments come from. It refuses what is not for the
// whole internet when the address is dialled, after DNS, so that a name cannot
// lead elsewhere between the check and the connection.
package outward

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"

	"code.dny.dev/ssrf"
)

// Errors of addresses that are not connected to.
var (
	ErrPrivate = errors.New("the address is not public")
	ErrPlain   = errors.New("http beyond this machine is not safe: use https")
)

// Policy says which addresses may be connected to, beside public ones by https.
type Policy struct {
	// Allowed may be connected to, whatever they are.
	Allowed Targets
	// Loopback: this machine's own addresses may be, too.
	Loopback bool
	// Plain: public ones may be by http, too.
	Plain bool
	// Proxy carries every connection but those to Allowed names; nil: none. It looks
	// names up again: what is judged here is where they lead as seen from this machine.
	Proxy *url.URL
}

// public refuses every range that is not for the whole internet.
var public = ssrf.New(ssrf.WithAnyPort(), ssrf.WithAnyNetwork())

// Refuses judges an address that a name has led to, or that was written. plain:
// by http. The error is ErrPrivate or ErrPlain.
func (p Policy) Refuses(addr netip.Addr, plain bool) error {
	addr = addr.Unmap().WithZone("")
	switch {
	case p.Allowed.within(addr), p.Loopback && addr.IsLoopback():
		return nil
	case public.SafeAddr(addr) != nil:
		return ErrPrivate
	case plain && !p.Plain:
		return ErrPlain
	}
	return nil
}

// RefusesURL judges a URL by its text. A name's address is judged when it is dialled.
func (p Policy) RefusesURL(raw string) error {
	u, err := url.Parse(raw)
	if err != nil {
		return err
	}
	plain, port := u.Scheme == "http", u.Port()
	if port == "" {
		port = map[bool]string{true: "80", false: "443"}[plain]
	}
	host := strings.ToLower(u.Hostname())
	if p.Allowed.named(host, port) {
		return nil
	}
	if addr, err := netip.ParseAddr(host); err == nil {
		return p.Refuses(addr, plain)
	}
	if plain && !p.Plain && host != "localhost" && len(p.Allowed.prefixes) == 0 {
		return ErrPlain
	}
	return nil
}

const dialTimeout = 10 * time.Second

// Transport makes connections that keep to the policy, by http (plain) or by
// https: one that carries both would not know which it dials for. Certificates
// are verified, and answers are not unpacked.
func (p Policy) Transport(plain bool) *http.Transport {
	checked := &net.Dialer{Timeout: dialTimeout, Control: func(_, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil {
			return err
		}
		return p.Refuses(at.Addr(), plain)
	}}
	trusted := &net.Dialer{Timeout: dialTimeout}
	t := &http.Transport{
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			host, port, err := net.SplitHostPort(strings.ToLower(address))
			if err == nil && (p.Allowed.named(host, port) || p.isProxy(host, port)) {
				return trusted.DialContext(ctx, network, address)
			}
			return checked.DialContext(ctx, network, address)
		},
		TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12}, TLSHandshakeTimeout: dialTimeout, ForceAttemptHTTP2: true,
		MaxIdleConnsPerHost: 2, MaxIdleConns: 100, IdleConnTimeout: 30 * time.Second,
		MaxResponseHeaderBytes: 64 << 10, DisableCompression: true,
	}
	if p.Proxy != nil {
		t.Proxy = func(r *http.Request) (*url.URL, error) { return p.proxyFor(r, plain) }
	}
	return t
}

func portOf(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case u.Scheme == "https":
		return "443"
	}
	return "80"
}

// isProxy: the proxy's own address is the operator's, and trusted as such.
func (p Policy) isProxy(host, port string) bool {
	return p.Proxy != nil && host == strings.ToLower(p.Proxy.Hostname()) && port == portOf(p.Proxy)
}

// proxyFor judges where a request leads before the proxy gets it. A name that
// cannot be looked up from here is left to the proxy.
func (p Policy) proxyFor(r *http.Request, plain bool) (*url.URL, error) {
	host := strings.ToLower(r.URL.Hostname())
	if p.Allowed.named(host, portOf(r.URL)) {
		return nil, nil
	}
	if addr, err := netip.ParseAddr(host); err == nil {
		return p.Proxy, p.Refuses(addr, plain)
	}
	found, err := net.DefaultResolver.LookupNetIP(r.Context(), "ip", host)
	if err != nil {
		return p.Proxy, r.Context().Err()
	}
	for _, addr := range found {
		if err := p.Refuses(addr, plain); err != nil {
			return nil, err
		}
	}
	return p.Proxy, nil
}
