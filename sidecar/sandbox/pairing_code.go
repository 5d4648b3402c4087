package sandbox

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"go.mau.fi/whatsmeow/types"

	"github.com/nodeline/nodeline/sidecar/sandbox/signal"
)

// Linking by a code: the client names a phone number and shows eight characters,
// which the person types into that phone.
//
//	client                              server                       phone
//	  companion_hello: its key, sealed ->
//	                                   <-  ref
//	                                                            <-  code typed
//	                                   <-  primary_hello: the phone's key, sealed
//	  companion_finish: its identity  ->
//	                                       from here as by QR code
//
// Rests on whatsmeow's pair-code.go.

// Errors of typing a code, as the interface says them.
var (
	errNoCode  = errors.New("no device waits for a code of this phone")
	errBadCode = errors.New("the code is not the one that the device shows")
)

// companionName is the form in which a client names itself here. WhatsApp refuses
// others (whatsmeow's PairPhone says so).
var companionName = regexp.MustCompile(`^(Chrome|Edge|Firefox|IE|Opera|Safari) \((Android|Linux|Mac OS|Ubuntu|Windows|iOS)\)$`)

const codeTag = "link_code_companion_reg"

// codeRequest is a client that shows a code for a phone.
type codeRequest struct {
	pairing *pairing
	ref     []byte
	sealed  []byte
	notify  bool        // the phone tells its owner
	finish  chan []byte // the companion's key bundle
}

// iqLinkCode takes both of the client's steps.
func (c *conn) iqLinkCode(s, request *stanza) {
	jid := attrJID(request, "jid")
	a := c.net.account(jid)
	if a == nil || c.pairing == nil {
		c.refuse(s, 404) // assumed for a number without an account
		return
	}
	switch attr(request, "stage") {
	case "companion_hello":
		if !companionName.Match(bytesAt(request, "companion_platform_display")) {
			c.refuse(s, 400)
			return
		}
		r := &codeRequest{
			notify:  attr(request, "should_show_push_notification") == "true",
			pairing: c.pairing, ref: []byte("3@" + randomHex(16)),
			sealed: bytesAt(request, "link_code_pairing_wrapped_companion_ephemeral_pub"), finish: make(chan []byte, 1),
		}
		c.net.codes.mu.Lock()
		c.pairing.code, c.pairing.codeFor = r, a
		c.net.codes.mu.Unlock()
		c.net.updates.publish(Update{Kind: UpdateCodes})
		c.result(s, stanza{Tag: codeTag, Attrs: attrs{"stage": "companion_hello"},
			Content: []stanza{{Tag: "link_code_pairing_ref", Content: r.ref}}})
	case "companion_finish":
		c.result(s)
		c.net.codes.mu.Lock()
		r := c.pairing.code
		c.net.codes.mu.Unlock()
		if r != nil {
			select {
			case r.finish <- bytesAt(request, "link_code_pairing_wrapped_key_bundle"):
			default:
			}
		}
	default:
		c.unknown(s)
	}
}

// claimCode takes the newest code that a client shows for an account.
func (c *codes) claimCode(a *account) (*codeRequest, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := len(c.waiting) - 1; i >= 0; i-- {
		p := c.waiting[i]
		if p.codeFor != a || p.code == nil {
			continue
		}
		if p.claimed {
			return nil, errCodeTaken
		}
		p.claimed = true
		return p.code, nil
	}
	return nil, errNoCode
}

// LinkCode types the code that a device shows into the phone, with or without
// its dash. It returns the new device's number, as Link does.
func (p *Phone) LinkCode(ctx context.Context, code string) (int, error) {
	if !p.Online() {
		return 0, errOffline
	}
	n := p.account.net
	if n.faults.find(Link, FaultLate, p.account.e164(), 0, nil) != nil {
		return 0, errNoCode
	}
	r, err := n.codes.claimCode(p.account)
	if err != nil {
		return 0, err
	}
	d, err := p.exchange(ctx, r, strings.ToUpper(strings.NewReplacer("-", "", " ", "").Replace(code)))
	switch {
	case errors.Is(err, errPasskey): // the code stays taken, as a QR code's does
		return 0, err
	case err != nil:
		n.codes.release(r.pairing)
		return 0, err
	}
	return int(d.id), nil
}

func (p *Phone) exchange(ctx context.Context, r *codeRequest, code string) (*Device, error) {
	n := p.account.net
	x, err := p.signal.StartCode(code, r.sealed)
	if err != nil {
		return nil, err
	}
	r.pairing.conn.send(n.notification(codeTag, types.ServerJID, stanza{Tag: codeTag, Attrs: attrs{"stage": "primary_hello"}, Content: []stanza{
		{Tag: "link_code_pairing_wrapped_primary_ephemeral_pub", Content: x.Sealed},
		{Tag: "primary_identity_pub", Content: x.Identity[:]},
		{Tag: "link_code_pairing_ref", Content: r.ref},
	}}))
	ctx, cancel := within(ctx, 15*time.Second)
	defer cancel()
	var bundle []byte
	select {
	case bundle = <-r.finish:
	case <-r.pairing.conn.done:
		return nil, errors.New("the client has gone")
	case <-ctx.Done():
		return nil, fmt.Errorf("the client does not answer: %w", ctx.Err())
	}
	identity, secret, err := x.Finish(bundle)
	switch {
	case errors.Is(err, signal.ErrCode):
		return nil, errBadCode
	case err != nil:
		return nil, err
	case identity != r.pairing.bundle.Identity:
		return nil, errCodeFalse
	case n.faults.find(Link, FaultPasskey, p.account.e164(), 0, nil) != nil:
		r.pairing.conn.send(n.passkeyRequest())
		return nil, errPasskey
	case n.faults.find(Link, FaultSecret, p.account.e164(), 0, nil) != nil:
		secret[0] ^= 0xff
	}
	return n.linkPairing(ctx, p.account, r.pairing, secret)
}
