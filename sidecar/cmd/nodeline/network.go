package main

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"syscall"

	"github.com/nodeline/nodeline/internal/loopback"
	"github.com/nodeline/nodeline/schema"
)

// loopbackAddress reports whether host:port can only be reached from this machine.
// An empty host means every interface.
func loopbackAddress(address string) (bool, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil || port == "" {
		return false, fmt.Errorf("%q is not HOST:PORT", address)
	}
	return loopback.Name(host), nil
}

// beyondLoopback reports whether the sidecar is meant to be reached from other machines:
// it listens for them, or something on this one passes their requests on.
func (c *serveCmd) beyondLoopback() bool {
	names := slices.Clone(c.Host)
	if u, err := readURL(c.PublicURL); err == nil {
		names = append(names, u.Hostname())
	}
	here, err := loopbackAddress(c.Listen)
	return err != nil || !here || slices.ContainsFunc(names, func(name string) bool { return !loopback.Name(name) })
}

// mayListen refuses plain HTTP beyond this machine: tokens and messages would
// pass readable.
func mayListen(address string, tls, insecure bool, lang schema.Lang) error {
	here, err := loopbackAddress(address)
	if err != nil {
		return usageError{"--listen: " + err.Error()}
	}
	if here || tls || insecure {
		return nil
	}
	return usageError{fmt.Sprintf(textInsecure.In(lang), address)}
}

// mustBeLoopback holds the sandbox to this machine: it is no network to open to others,
// and a trust root may be replaced for it only.
func mustBeLoopback(flag, address string, lang schema.Lang) error {
	here, err := loopbackAddress(address)
	if err != nil {
		return usageError{flag + ": " + err.Error()}
	}
	if !here {
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
