package main

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"syscall"

	"github.com/nodeline/nodeline/schema"
)

// loopbackAddress reports whether host:port can only be reached from this machine.
// An empty host means every interface.
func loopbackAddress(address string) (bool, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil || port == "" {
		return false, fmt.Errorf("%q is not HOST:PORT", address)
	}
	if strings.EqualFold(host, "localhost") {
		return true, nil
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback(), nil
}

// mayListen refuses plain HTTP beyond this machine: tokens and messages would
// pass readable.
func mayListen(address string, tls, insecure bool, lang schema.Lang) error {
	loopback, err := loopbackAddress(address)
	if err != nil {
		return usageError{"--listen: " + err.Error()}
	}
	if loopback || tls || insecure {
		return nil
	}
	return usageError{fmt.Sprintf(textInsecure.In(lang), address)}
}

// mustBeLoopback holds the sandbox to this machine: it is no network to open to others,
// and a trust root may be replaced for it only.
func mustBeLoopback(flag, address string, lang schema.Lang) error {
	loopback, err := loopbackAddress(address)
	if err != nil {
		return usageError{flag + ": " + err.Error()}
	}
	if !loopback {
		return usageError{fmt.Sprintf(textLoopbackOnly.In(lang), flag, address)}
	}
	return nil
}

// listen opens a listener, or says what to do about a busy address.
func listen(address string, lang schema.Lang) (net.Listener, error) {
	ln, err := net.Listen("tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf(textBusy.In(lang), address)
	}
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", address, err)
	}
	return ln, nil
}
