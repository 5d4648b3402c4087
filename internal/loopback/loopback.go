// Package loopback tells what is of this machine alone.
package loopback

import (
	"net/netip"
	"strings"
)

// Name reports whether a host's name or address, an IPv6 one in brackets or not, is
// of this machine. No name is looked up: localhost is the only one.
func Name(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && ip.IsLoopback()
}

// Peer reports whether the address and port of a connection's other end are of this
// machine.
func Peer(address string) bool {
	peer, err := netip.ParseAddrPort(address)
	return err == nil && peer.Addr().Unmap().IsLoopback()
}
