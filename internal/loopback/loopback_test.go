package loopback_test

import (
	"testing"

	"github.com/nodeline/nodeline/internal/loopback"
)

func TestNames(t *testing.T) {
	for host, want := range map[string]bool{"localhost": true, "LocalHost": true, "127.0.0.1": true, "127.9.9.9": true, "::1": true, "[::1]": true,
		"": false, "localhost.": false, "127.0.0.1.example": false, "localhost.example": false, "10.0.0.1": false, "0.0.0.0": false, "::": false} {
		if got := loopback.Name(host); got != want {
			t.Errorf("%q: %t, want %t", host, got, want)
		}
	}
}

func TestPeers(t *testing.T) {
	for address, want := range map[string]bool{"127.0.0.1:80": true, "[::1]:80": true, "[::ffff:127.0.0.1]:80": true,
		"": false, "127.0.0.1": false, "localhost:80": false, "192.168.0.5:80": false, "[fe80::1]:80": false} {
		if got := loopback.Peer(address); got != want {
			t.Errorf("%q: %t, want %t", address, got, want)
		}
	}
}
