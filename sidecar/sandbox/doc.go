// Package sandbox is a WhatsApp network of its own, for building and testing
// flows with no phone and no ban risk: the server that clients connect to, and
// simulated phones with the people who hold them.
//
// It speaks the protocol, not one library's habits; clients are unmodified and
// differ from real use in the address they dial and the root key they trust.
//
//	client ── websocket ── Noise ── stanzas ──▶ conn ─┬─ iq_*.go   keys, users, settings
//	                                                  ├─ route.go  messages, receipts
//	                                                  └─ pairing.go, login.go
//	                                                        │
//	                                  account: phone (device 0) and companions
//	                                                        │
//	page, tests ── HTTP ── api.go ──▶ Phone: types, taps, reads, links devices
//
// Packages below it: noise (transport encryption), signal (end-to-end
// encryption of a phone), syncd (app state), chat (what a phone shows), page
// (the phone page).
//
// What a comment says a rule rests on is a source that was read; "assumed"
// means that there was none. A stanza that has no handler is counted in
// Unhandled, and tests fail on it.
//
// What goes wrong on purpose: refusals.go, the ways in which WhatsApp says no, on
// by default; faults*.go, what a tester adds; presets_list.go, the troubles that
// have names. docs/sandbox.md tells it to people.
//
// It proves protocol and recovery. It does not prove Meta's policy, nor how a
// real phone draws a message.
//
// It listens on loopback only, and everything in it is forgotten at Close.
package sandbox
