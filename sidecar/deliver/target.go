package deliver

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"code.dny.dev/ssrf"
)

// Errors of addresses that nothing is sent to.
var (
	errPrivate = errors.New("the address is not public")
	errPlain   = errors.New("http beyond this machine is not safe: use https")
)

// Targets says which addresses may be sent to beside this machine's own and
// public ones by https. The zero value allows no others.
type Targets struct {
	prefixes []netip.Prefix
	names    map[string]bool // "host" and "host:port", in lower case
}

// ParseTargets reads HOST, HOST:PORT, ADDRESS, ADDRESS:PORT or CIDR. A host is
// trusted whatever address its name leads to.
func ParseTargets(list []string) (Targets, error) {
	t := Targets{names: map[string]bool{}}
	for _, text := range list {
		text = strings.ToLower(strings.TrimSpace(text))
		if prefix, err := netip.ParsePrefix(text); err == nil {
			t.prefixes = append(t.prefixes, prefix.Masked())
			continue
		}
		if addr, err := netip.ParseAddr(text); err == nil {
			t.prefixes = append(t.prefixes, netip.PrefixFrom(addr.Unmap(), addr.Unmap().BitLen()))
			continue
		}
		host, port, err := net.SplitHostPort(text)
		if err != nil {
			host, port = text, ""
		}
		if _, bad := strconv.ParseUint(port, 10, 16); host == "" || port != "" && bad != nil || strings.ContainsAny(host, "/@?# ") {
			return Targets{}, fmt.Errorf("read %q: want HOST, HOST:PORT or an address range such as 10.0.0.0/8", text)
		}
		t.names[strings.TrimSuffix(net.JoinHostPort(host, port), ":")] = true
	}
	return t, nil
}

// named reports whether a host was allowed by its name. hostport is in lower case.
func (t Targets) named(host, port string) bool {
	return t.names[strings.TrimSuffix(net.JoinHostPort(host, ""), ":")] || t.names[net.JoinHostPort(host, port)]
}

func (t Targets) within(addr netip.Addr) bool {
	for _, p := range t.prefixes {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}

// public refuses every range that is not for the whole internet.
var public = ssrf.New(ssrf.WithAnyPort(), ssrf.WithAnyNetwork())

// refuses judges an address that a name has led to, or that was written.
func (t Targets) refuses(addr netip.Addr, plain bool) error {
	addr = addr.Unmap().WithZone("")
	switch {
	case addr.IsLoopback(), t.within(addr):
		return nil
	case public.SafeAddr(addr) != nil:
		return errPrivate
	case plain:
		return errPlain
	}
	return nil
}

// refusesURL judges a URL by its text. A name's address is judged when it is dialled.
func (t Targets) refusesURL(raw string) error {
	u, err := url.Parse(raw)
	if err != nil {
		return err
	}
	plain, port := u.Scheme == "http", u.Port()
	if port == "" {
		port = map[bool]string{true: "80", false: "443"}[plain]
	}
	host := strings.ToLower(u.Hostname())
	if t.named(host, port) {
		return nil
	}
	if addr, err := netip.ParseAddr(host); err == nil {
		return t.refuses(addr, plain)
	}
	if plain && host != "localhost" && len(t.prefixes) == 0 {
		return errPlain
	}
	return nil
}
