package main

import "testing"

// Whoever can only be on this machine links lines without a sign-in; any sign of
// others beyond it asks everybody for one.
func TestWhenTheSidecarIsReachedFromBeyondThisMachine(t *testing.T) {
	for _, c := range []struct {
		what string
		serveCmd
		want bool
	}{
		{"by default", serveCmd{Listen: "127.0.0.1:7450"}, false},
		{"by another name of this machine", serveCmd{Listen: "localhost:7450", Host: []string{"localhost"}, PublicURL: "http://127.0.0.1:7450"}, false},
		{"by IPv6", serveCmd{Listen: "[::1]:7450", Host: []string{"::1"}}, false},
		{"an editor's origin says nothing of the sidecar", serveCmd{Listen: "127.0.0.1:7450", Origin: []string{"https://flows.example.com"}}, false},
		{"every interface", serveCmd{Listen: ":7450"}, true},
		{"an address of the network", serveCmd{Listen: "192.168.0.5:7450"}, true},
		{"a name", serveCmd{Listen: "127.0.0.1:7450", Host: []string{"localhost", "wa.example.com"}}, true},
		{"a public address", serveCmd{Listen: "127.0.0.1:7450", PublicURL: "https://wa.example.com"}, true},
	} {
		if got := c.beyondLoopback(); got != c.want {
			t.Errorf("%s: %t, want %t", c.what, got, c.want)
		}
	}
}
