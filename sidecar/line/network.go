package line

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"go.mau.fi/whatsmeow"
)

// Network says which WhatsApp network the sessions belong to. The zero value is
// the real one.
type Network struct {
	// Addr is the host:port of a sandbox. Only a loopback host is accepted.
	Addr string
	// Root is the public key that the sandbox's certificates are signed with.
	Root [32]byte
}

// Sandbox reports whether this is not the real network.
func (n Network) Sandbox() bool { return n.Addr != "" }

// How long the steps of a connection may take before it counts as unreachable.
const (
	dialTimeout = 15 * time.Second
	httpTimeout = 30 * time.Second
	trustMax    = 4 << 10 // bytes of GET /trust that are read
)

// FetchRoot reads a sandbox's root key from GET http://addr/trust, which answers
// {"root":"<64 hex digits>"}.
func FetchRoot(ctx context.Context, addr string) ([32]byte, error) {
	var root [32]byte
	if err := loopback(addr); err != nil {
		return root, err
	}
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr+"/trust", nil)
	if err != nil {
		return root, fmt.Errorf("read sandbox trust root: %w", err)
	}
	res, err := (&http.Client{Transport: &http.Transport{}}).Do(req)
	if err != nil {
		return root, fmt.Errorf("read sandbox trust root: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	var body struct {
		Root string `json:"root"`
	}
	if res.StatusCode != http.StatusOK {
		return root, fmt.Errorf("read sandbox trust root: %s answered %s", addr, res.Status)
	}
	if err := json.NewDecoder(io.LimitReader(res.Body, trustMax)).Decode(&body); err != nil {
		return root, fmt.Errorf("read sandbox trust root: %w", err)
	}
	key, err := hex.DecodeString(body.Root)
	if err != nil || len(key) != len(root) {
		return root, fmt.Errorf("read sandbox trust root: %s did not answer with a key of 32 bytes", addr)
	}
	return [32]byte(key), nil
}

// loopback refuses an address that could lead out of this machine.
func loopback(addr string) error {
	host, port, err := net.SplitHostPort(addr)
	if err != nil || port == "" {
		return fmt.Errorf("sandbox address %q is not host:port", addr)
	}
	if host == "localhost" {
		return nil
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return fmt.Errorf("sandbox address %q is not on this machine: only a loopback address is accepted", addr)
	}
	return nil
}

// metaRoot is the key that whatsmeow ships: the real network's.
var metaRoot = whatsmeow.WACertPubKey

// trusted is what this process trusts. whatsmeow reads the key from a variable,
// without a lock, at every handshake: so it is written once, before any Connect.
var trusted struct {
	sync.Mutex
	set  bool
	root [32]byte
}

// trust makes the process accept the network's certificates. A process serves
// one network in its life.
func (n Network) trust() error {
	root := metaRoot
	if n.Sandbox() {
		root = n.Root
	}
	if root == ([32]byte{}) {
		return errors.New("sandbox trust root is empty")
	}
	trusted.Lock()
	defer trusted.Unlock()
	if trusted.set {
		if root != trusted.root {
			return errors.New("this process already serves another WhatsApp network")
		}
		return nil
	}
	if root != metaRoot {
		whatsmeow.WACertPubKey = root
	}
	trusted.set, trusted.root = true, root
	return nil
}

// client makes the HTTP client that carries everything whatsmeow asks for.
func (n Network) client() *http.Client {
	dialer := &net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second}
	transport := &http.Transport{
		DialContext:           dialer.DialContext,
		TLSHandshakeTimeout:   dialTimeout,
		ResponseHeaderTimeout: httpTimeout,
		IdleConnTimeout:       time.Minute,
		MaxIdleConnsPerHost:   2,
	}
	if !n.Sandbox() {
		transport.Proxy = http.ProxyFromEnvironment
		transport.ForceAttemptHTTP2 = true
		return &http.Client{Transport: holding{transport}}
	}
	return &http.Client{Transport: holding{detour{addr: n.Addr, next: transport}}}
}

// detour brings every request for a WhatsApp host to the sandbox and refuses
// any other, so that a sandbox sidecar cannot reach the real network.
type detour struct {
	addr string
	next http.RoundTripper
}

func (d detour) RoundTrip(r *http.Request) (*http.Response, error) {
	if !whatsappHost(r.URL.Hostname()) {
		return nil, fmt.Errorf("sandbox: refuse a request to %s", r.URL.Host)
	}
	r = r.Clone(r.Context())
	r.URL.Scheme, r.URL.Host, r.Host = "http", d.addr, d.addr
	// The page's own origin would be WhatsApp's; the sandbox answers this machine only.
	r.Header.Del("Origin")
	return d.next.RoundTrip(r)
}

func whatsappHost(host string) bool {
	host = strings.ToLower(host)
	for _, domain := range []string{"whatsapp.com", "whatsapp.net"} {
		if host == domain || strings.HasSuffix(host, "."+domain) {
			return true
		}
	}
	return false
}
