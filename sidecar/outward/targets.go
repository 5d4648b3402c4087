package outward

import (
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// Targets are addresses that the operator has allowed. The zero value holds none.
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
