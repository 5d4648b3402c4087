// Package oauth lets a person link a WhatsApp line from a flow editor's credential,
// and gives the editor a token for that line and no other: an OAuth 2.0 authorization
// server (RFC 6749) with PKCE (RFC 7636) and revocation (RFC 7009).
//
//	editor's popup ── GET /oauth/authorize?redirect_uri&code_challenge ──▶ the page
//	     the page ── POST /oauth/session ... link, grant ───────────────▶ a line, linked
//	     the page ── redirect_uri?code&state ───────────────────────────▶ the editor
//	the editor's server ── POST /oauth/token (code, code_verifier) ─────▶ tokens of the line
//	                    ── POST /oauth/token (refresh_token) ───────────▶ new tokens
//
// Any program may ask, there is nothing to register; what a code and its tokens are
// worth rests on the redirect address, the PKCE verifier and the person's press of a
// button, not on the client's name.
//
// # Who must sign in
//
// On this machine nobody: whoever can open the page there can read the admin token's
// file. A request that is not surely from this machine (local) must bring the
// sidecar's admin token, and so must one whose redirect address is neither of this
// machine nor of an origin that the sidecar was started with.
package oauth
