package sandbox

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"go.mau.fi/whatsmeow/proto/waCompanionReg"
	"go.mau.fi/whatsmeow/proto/waWa6"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/proto"

	"github.com/nodeline/nodeline/sidecar/sandbox/signal"
)

// Linking a device by QR code:
//
//	client                     server                        phone
//	  registration payload ->
//	                       <-  pair-device with refs
//	  result               ->
//	  QR: ref, noise key, identity, secret, kind  · · · · ·  scanned
//	                                                     <-  Vow for the identity, sealed with the secret
//	                       <-  pair-success
//	  pair-device-sign     ->
//	                       <-  stream:error 515, close
//	  login                ->
//
// Rests on whatsmeow's pair.go and qrchan.go and on Baileys' socket.ts.

// Errors of linking, as the interface says them.
var (
	errCodeForm    = errors.New("this is not the text of a linking QR code")
	errCodeUnknown = errors.New("this QR code is not waiting: it has run out, or its client is gone")
	errCodeTaken   = errors.New("this QR code has been scanned already")
	errCodeText    = errors.New("only the QR code's client knows its secret: give the QR code's text")
	errCodeFalse   = errors.New("the QR code's keys are not those of the client that waits")
	errRefused     = errors.New("the client refused to be linked")
	errPasskey     = errors.New("WhatsApp asks for a passkey before it links this device")
)

// pairing is a client that waits to be linked.
type pairing struct {
	conn    *conn
	refs    []string
	born    time.Time
	name    string
	bundle  signal.Bundle
	life    time.Duration // a fault: how long the only code lives
	claimed bool
	offered string // the QR text, where someone showed it
	expire  *time.Timer
	code    *codeRequest // shown for a phone, see pairing_code.go
	codeFor *account
}

// codes are the QR codes that wait to be scanned.
type codes struct {
	first, next time.Duration
	mu          sync.Mutex
	waiting     []*pairing
}

func newCodes(first, next time.Duration) codes {
	if first == 0 {
		first = firstCodeLife
	}
	if next == 0 {
		next = nextCodeLife
	}
	return codes{first: first, next: next}
}

// expiry is when a pairing's i-th code runs out.
func (c *codes) expiry(p *pairing, i int) time.Time {
	if p.life > 0 {
		return p.born.Add(p.life)
	}
	return p.born.Add(c.first + time.Duration(i)*c.next)
}

func (c *codes) end(p *pairing) time.Time { return c.expiry(p, len(p.refs)-1) }

func (c *codes) add(p *pairing) {
	c.mu.Lock()
	c.waiting = append(c.waiting, p)
	c.mu.Unlock()
	p.conn.net.updates.publish(Update{Kind: UpdateCodes})
}

func (c *codes) remove(p *pairing) {
	c.mu.Lock()
	before := len(c.waiting)
	c.waiting = slices.DeleteFunc(c.waiting, func(other *pairing) bool { return other == p })
	changed := len(c.waiting) < before
	c.mu.Unlock()
	if changed {
		p.conn.net.updates.publish(Update{Kind: UpdateCodes})
	}
}

func (c *codes) find(ref string, now time.Time) (*pairing, error) {
	for _, p := range c.waiting {
		if i := slices.Index(p.refs, ref); i >= 0 && now.Before(c.expiry(p, i)) {
			return p, nil
		}
	}
	return nil, errCodeUnknown
}

// claim takes a code for linking; release gives it back after a failure.
func (c *codes) claim(ref string, now time.Time) (*pairing, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	p, err := c.find(ref, now)
	if err != nil {
		return nil, err
	}
	if p.claimed {
		return nil, errCodeTaken
	}
	p.claimed = true
	return p, nil
}

func (c *codes) release(p *pairing) {
	c.mu.Lock()
	p.claimed = false
	c.mu.Unlock()
}

// Code is a QR code that waits to be scanned.
type Code struct {
	Ref       string    `json:"ref"`
	Client    string    `json:"client"`
	ExpiresAt time.Time `json:"expiresAt"`
	// Ready says that the code's text was shown to the network (Offer), so that
	// its ref is enough to link.
	Ready bool `json:"ready"`
	// Phone is set where the client shows a code to type too: the phone that it is
	// for, E.164, which tells its owner so.
	Phone string `json:"phone,omitempty"`
}

// Codes lists what clients show now: one code for each, by age.
func (n *Network) Codes() []Code {
	now := time.Now()
	n.codes.mu.Lock()
	defer n.codes.mu.Unlock()
	out := []Code{}
	for _, p := range n.codes.waiting {
		for i, ref := range p.refs {
			if until := n.codes.expiry(p, i); now.Before(until) {
				code := Code{Ref: ref, Client: p.name, ExpiresAt: until, Ready: p.offered != ""}
				if p.codeFor != nil && p.code.notify {
					code.Phone = p.codeFor.e164()
				}
				out = append(out, code)
				break
			}
		}
	}
	return out
}

// Offer shows a QR code's text to the network, as one would hold it before a
// camera; after that the code can be picked by its ref. The secret in a QR code
// never passes the server, so a ref alone cannot link.
func (n *Network) Offer(text string) (ref string, err error) {
	q, err := readQR(text)
	if err != nil {
		return "", err
	}
	n.codes.mu.Lock()
	p, err := n.codes.find(q.ref, time.Now())
	if err == nil {
		p.offered = text
	}
	n.codes.mu.Unlock()
	if err != nil {
		return "", err
	}
	n.updates.publish(Update{Kind: UpdateCodes})
	return q.ref, nil
}

// offered is the text of a code that was shown. All codes of one client differ
// in their ref only.
func (n *Network) offered(ref string) (string, error) {
	n.codes.mu.Lock()
	defer n.codes.mu.Unlock()
	p, err := n.codes.find(ref, time.Now())
	if err != nil {
		return "", err
	}
	if p.offered == "" {
		return "", errCodeText
	}
	_, rest, _ := strings.Cut(p.offered, ",")
	return ref + "," + rest, nil
}

// qr is what a linking QR code says.
type qr struct {
	ref      string
	noise    []byte
	identity []byte
	secret   []byte
}

// readQR takes the code's text with or without the address before it (newer
// clients write https://wa.me/settings/linked_devices#...).
func readQR(text string) (qr, error) {
	text = strings.TrimSpace(text)
	if i := strings.LastIndexByte(text, '#'); i >= 0 {
		text = text[i+1:]
	}
	parts := strings.Split(text, ",")
	if len(parts) < 4 || parts[0] == "" {
		return qr{}, errCodeForm
	}
	out := qr{ref: parts[0]}
	for i, to := range []*[]byte{&out.noise, &out.identity, &out.secret} {
		raw, err := base64.StdEncoding.DecodeString(parts[i+1])
		if err != nil || len(raw) != 32 {
			return qr{}, errCodeForm
		}
		*to = raw
	}
	return out, nil
}

// offerPairing gives a new client its codes.
func (c *conn) offerPairing(payload *waWa6.ClientPayload) error {
	registration := payload.GetDevicePairingData()
	bundle, err := readRegistration(registration)
	if err != nil {
		_ = c.fail(attrs{"reason": "400", "location": "sandbox"})
		return err
	}
	p := &pairing{conn: c, born: time.Now(), name: clientName(registration), bundle: bundle}
	content := make([]stanza, codeCount)
	if struck := c.net.faults.find(Link, FaultExpire, "", 0, nil); struck != nil {
		content, p.life = content[:1], struck.delay
	}
	for i := range content {
		raw := make([]byte, 32)
		_, _ = rand.Read(raw)
		p.refs = append(p.refs, "2@"+base64.RawURLEncoding.EncodeToString(raw))
		content[i] = stanza{Tag: "ref", Content: []byte(p.refs[i])}
	}
	c.pairing = p
	p.expire = time.AfterFunc(time.Until(c.net.codes.end(p)), c.close)
	c.net.codes.add(p)
	c.send(stanza{Tag: "iq", Attrs: attrs{"from": types.ServerJID, "id": c.net.nextID(), "type": "set", "xmlns": "md"},
		Content: []stanza{{Tag: "pair-device", Content: content}}})
	return nil
}

// readRegistration reads the keys that a new client registers with.
func readRegistration(r *waWa6.ClientPayload_DevicePairingRegistrationData) (signal.Bundle, error) {
	identity, key, signature := r.GetEIdent(), r.GetESkeyVal(), r.GetESkeySig()
	if len(identity) != 32 || len(key) != 32 || len(signature) != 64 || len(r.GetERegid()) != 4 || len(r.GetESkeyID()) != 3 {
		return signal.Bundle{}, errors.New("registration is incomplete")
	}
	b := signal.Bundle{
		Registration: binary.BigEndian.Uint32(r.GetERegid()), Identity: [32]byte(identity),
		Signed: signal.Key{ID: readID(r.GetESkeyID()), Public: [32]byte(key), Signature: [64]byte(signature)},
	}
	if !b.Verified() {
		return signal.Bundle{}, errors.New("registration's prekey is not signed by its identity")
	}
	return b, nil
}

func clientName(r *waWa6.ClientPayload_DevicePairingRegistrationData) string {
	var props waCompanionReg.DeviceProps
	if err := proto.Unmarshal(r.GetDeviceProps(), &props); err == nil && props.GetOs() != "" {
		return props.GetOs()
	}
	return "WhatsApp Web"
}

// link makes a waiting client a companion of the account. It returns once the
// client has signed; the client then is told to connect again (515).
func (n *Network) link(ctx context.Context, a *account, text string) (*Device, error) {
	q, err := readQR(text)
	if err != nil {
		return nil, err
	}
	if n.faults.find(Link, FaultLate, a.e164(), 0, nil) != nil {
		return nil, errCodeUnknown
	}
	if n.faults.find(Link, FaultSecret, a.e164(), 0, nil) != nil {
		q.secret[0] ^= 0xff
	}
	p, err := n.codes.claim(q.ref, time.Now())
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(q.identity, p.bundle.Identity[:]) || !bytes.Equal(q.noise, p.conn.session.Peer[:]) {
		n.codes.release(p)
		return nil, errCodeFalse
	}
	if n.faults.find(Link, FaultPasskey, a.e164(), 0, nil) != nil {
		// The code stays taken: with this notification the client changes its secret.
		p.conn.send(n.passkeyRequest())
		return nil, errPasskey
	}
	d, err := n.linkPairing(ctx, a, p, q.secret)
	if err != nil {
		n.codes.release(p)
		return nil, err
	}
	return d, nil
}

// passkeyOptions is what a passkey is asked for, in WebAuthn's form.
const passkeyOptions = `{"challenge":"c2FuZGJveA","timeout":60000,"rpId":"whatsapp.com","userVerification":"required"}`

// passkeyRequest asks a client for its passkey.
func (n *Network) passkeyRequest() stanza {
	return n.notification("passkey_prologue_request", types.ServerJID, stanza{Tag: "passkey_request_options", Content: []byte(passkeyOptions)})
}

func (n *Network) linkPairing(ctx context.Context, a *account, p *pairing, secret []byte) (*Device, error) {
	id := a.nextID()
	d := &Device{
		account: a, id: id, index: uint32(id), name: p.name, linkedAt: n.clock(), noise: p.conn.session.Peer, bundle: p.bundle,
	}
	vow, err := a.phone.signal.Vouch(p.bundle.Identity, secret, d.index, n.clock())
	if err != nil {
		return nil, err
	}
	ctx, cancel := within(ctx, 15*time.Second)
	defer cancel()
	answer, err := p.conn.request(ctx, stanza{Tag: "iq", Attrs: attrs{"from": types.ServerJID, "type": "set", "xmlns": "md", "t": unix(n.clock())},
		Content: []stanza{{Tag: "pair-success", Content: []stanza{
			{Tag: "device-identity", Content: vow.Container},
			{Tag: "device", Attrs: attrs{"jid": d.pn(), "lid": d.lid()}},
			{Tag: "platform", Attrs: attrs{"name": "android"}},
		}}}})
	if err != nil {
		return nil, fmt.Errorf("link device: %w", err)
	}
	signed := bytesAt(answer, "pair-device-sign", "device-identity")
	if signed == nil {
		failure, _ := child(answer, "error")
		return nil, fmt.Errorf("%w: %s %s", errRefused, attr(&failure, "code"), attr(&failure, "text"))
	}
	if err := vow.Accept(signed); err != nil {
		return nil, err
	}
	a.phone.prepareState()
	a.addDevice(d)
	n.codes.remove(p)
	n.announceDevices(a, d)
	p.conn.finish(streamError("515", ""))
	n.updates.publish(Update{Kind: UpdateDevice, Phone: a.e164()})
	return d, nil
}

// request asks the client something and waits for its answer.
func (c *conn) request(ctx context.Context, s stanza) (*stanza, error) {
	id, answer := c.net.nextID(), make(chan *stanza, 1)
	c.mu.Lock()
	c.waiting[id] = answer
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		delete(c.waiting, id)
		c.mu.Unlock()
	}()
	c.send(with(s, attrs{"id": id}))
	select {
	case s := <-answer:
		return s, nil
	case <-c.done:
		// It may have answered and hung up at once.
		select {
		case s := <-answer:
			return s, nil
		default:
			return nil, errors.New("the client has gone")
		}
	case <-ctx.Done():
		return nil, fmt.Errorf("the client does not answer: %w", ctx.Err())
	}
}

// answered gives an iq's result to who asked for it.
func (c *conn) answered(s *stanza) {
	c.mu.Lock()
	answer := c.waiting[attr(s, "id")]
	c.mu.Unlock()
	if answer != nil {
		select {
		case answer <- s:
		default:
		}
	}
}

// unlink removes a companion and tells it, if it is there: device_removed.
// Rests on whatsmeow's connectionevents.go; one that is away learns it at its
// next login, by <failure reason="401"/>.
func (n *Network) unlink(a *account, d *Device) {
	if !a.removeDevice(d) {
		return
	}
	if c := d.connection(); c != nil {
		c.finish(streamError("401", "device_removed"))
	}
	n.announceDevices(a, d)
	n.updates.publish(Update{Kind: UpdateDevice, Phone: a.e164()})
}

func readID(raw []byte) uint32 { return binary.BigEndian.Uint32([]byte{0, raw[0], raw[1], raw[2]}) }

func writeID(id uint32) []byte {
	var raw [4]byte
	binary.BigEndian.PutUint32(raw[:], id)
	return raw[1:]
}
