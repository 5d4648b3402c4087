package oauth

import (
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/nodeline/nodeline/internal/loopback"
)

// passedOn are headers by which a proxy says that a request is somebody else's.
var passedOn = []string{"Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip"}

// local reports whether a request is surely of a browser on this machine, as far as a
// request can tell. A proxy in front shows by its headers, by the browser's Origin, or
// by HTTP/1.0.
func (s *Server) local(r *http.Request) bool {
	if s.opts.SignIn || !r.ProtoAtLeast(1, 1) || !loopback.Peer(r.RemoteAddr) || !loopback.Name(hostname(r.Host)) {
		return false
	}
	for _, name := range passedOn {
		if r.Header.Get(name) != "" {
			return false
		}
	}
	origin, err := url.Parse(r.Header.Get("Origin"))
	return err == nil && loopback.Name(origin.Hostname())
}

func hostname(hostport string) string {
	if host, _, err := net.SplitHostPort(hostport); err == nil {
		return host
	}
	return hostport
}

// sameOrigin reports whether a request is of our own page: of the origin that it is
// sent to, or of one that the sidecar was started with, where a proxy changes the Host.
func (s *Server) sameOrigin(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	at, err := url.Parse(origin)
	if origin == "" || err != nil || at.Host == "" {
		return false
	}
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" {
		return false
	}
	return strings.EqualFold(at.Host, r.Host) || s.ownOrigin(origin)
}
