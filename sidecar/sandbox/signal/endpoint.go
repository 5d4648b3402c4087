// Package signal is one simulated phone's end of WhatsApp's end-to-end
// encryption: its identity, its keys and its sessions with other devices, all
// in memory. Keys are made when they are first needed, so a phone that nobody
// has written to costs next to nothing.
package signal

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"

	"go.mau.fi/libsignal/ecc"
	"go.mau.fi/libsignal/keys/identity"
	"go.mau.fi/libsignal/keys/prekey"
	"go.mau.fi/libsignal/logger"
	"go.mau.fi/libsignal/protocol"
	"go.mau.fi/libsignal/serialize"
	"go.mau.fi/libsignal/session"
	"go.mau.fi/libsignal/signalerror"
	"go.mau.fi/libsignal/util/optional"
)

var serializer = serialize.NewProtoBufSerializer()

// libsignal prints to standard output unless it is given a logger. What it has
// to say comes back as errors, and it would print parts of sessions.
func init() {
	var silent logger.Loggable = quiet{}
	logger.Setup(&silent)
}

type quiet struct{}

func (quiet) Debug(_, _ string)   {}
func (quiet) Info(_, _ string)    {}
func (quiet) Warning(_, _ string) {}
func (quiet) Error(_, _ string)   {}
func (quiet) Configure(string)    {}

// Address names a device: the account's user part and the device number.
type Address struct {
	User   string
	Device uint16
}

func (a Address) signal() *protocol.SignalAddress {
	return protocol.NewSignalAddress(a.User, uint32(a.Device))
}

// Key is a public prekey as it is published.
type Key struct {
	ID        uint32 // 24 bits on the wire
	Public    [32]byte
	Signature [64]byte // signed prekeys only
}

// Bundle is what a device publishes so that others can start a session with it.
type Bundle struct {
	Registration uint32
	Identity     [32]byte
	Signed       Key
	OneTime      *Key // nil when the device ran out of them
}

// Form says how a message is sealed; its values are those of the wire.
type Form string

// The forms of a message between two devices.
const (
	FormPreKey  Form = "pkmsg" // starts a session
	FormMessage Form = "msg"
)

// ErrRepeated is a ciphertext that was opened before.
var ErrRepeated = errors.New("message was opened before")

// Endpoint is one device. Its methods may be called from any goroutine.
type Endpoint struct {
	mu    sync.Mutex
	made  bool
	store keyring
}

// New is an endpoint that has not made its keys yet.
func New() *Endpoint { return &Endpoint{} }

// ring returns the keys, made on first use. The caller holds mu.
func (e *Endpoint) ring() (*keyring, error) {
	if e.made {
		return &e.store, nil
	}
	if err := e.store.generate(); err != nil {
		return nil, err
	}
	e.made = true
	return &e.store, nil
}

// Identity is the device's public identity key.
func (e *Endpoint) Identity() ([32]byte, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	ring, err := e.ring()
	if err != nil {
		return [32]byte{}, err
	}
	return ring.public(), nil
}

// Bundle publishes the device's keys with a one-time key made for this call.
func (e *Endpoint) Bundle() (Bundle, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	ring, err := e.ring()
	if err != nil {
		return Bundle{}, err
	}
	once, err := ring.mint()
	if err != nil {
		return Bundle{}, err
	}
	return Bundle{Registration: ring.registration, Identity: ring.public(), Signed: ring.signed.published(), OneTime: &once}, nil
}

// Encrypt pads and seals plain for a device. fetch gives the device's bundle
// and is called only where there is no session yet.
func (e *Endpoint) Encrypt(to Address, plain []byte, fetch func() (Bundle, error)) (Form, []byte, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	ring, err := e.ring()
	if err != nil {
		return "", nil, err
	}
	ctx, address := context.Background(), to.signal()
	builder := session.NewBuilderFromSignal(ring, address, serializer)
	if _, ok := ring.sessions[address.String()]; !ok {
		bundle, err := fetch()
		if err != nil {
			return "", nil, fmt.Errorf("fetch keys: %w", err)
		}
		if err := builder.ProcessBundle(ctx, bundle.signal(to.Device)); err != nil {
			return "", nil, fmt.Errorf("start session: %w", err)
		}
	}
	padded, err := pad(plain)
	if err != nil {
		return "", nil, err
	}
	sealed, err := session.NewCipher(builder, address).Encrypt(ctx, padded)
	if err != nil {
		return "", nil, fmt.Errorf("encrypt message: %w", err)
	}
	form := FormMessage
	if sealed.Type() == protocol.PREKEY_TYPE {
		form = FormPreKey
	}
	return form, sealed.Serialize(), nil
}

// Decrypt opens and unpads a message. ErrRepeated means that this very
// ciphertext was opened before; any other error, that the sender has to be
// asked for another copy.
func (e *Endpoint) Decrypt(from Address, form Form, sealed []byte) ([]byte, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	ring, err := e.ring()
	if err != nil {
		return nil, err
	}
	padded, err := ring.open(from.signal(), form, sealed)
	if errors.Is(err, signalerror.ErrOldCounter) {
		return nil, ErrRepeated
	}
	if err != nil {
		return nil, fmt.Errorf("decrypt message: %w", err)
	}
	return unpad(padded)
}

// Restart starts over with a device, by a bundle that it sent.
func (e *Endpoint) Restart(with Address, bundle Bundle) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	ring, err := e.ring()
	if err != nil {
		return err
	}
	address := with.signal()
	delete(ring.sessions, address.String())
	return session.NewBuilderFromSignal(ring, address, serializer).ProcessBundle(context.Background(), bundle.signal(with.Device))
}

// Forget drops the session with a device; the next message to it starts a new one.
func (e *Endpoint) Forget(device Address) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.store.sessions, device.signal().String())
}

// Verified reports whether a signed prekey is signed by the identity.
func (b Bundle) Verified() bool {
	public := ecc.NewDjbECPublicKey(b.Signed.Public)
	return ecc.VerifySignature(ecc.NewDjbECPublicKey(b.Identity), public.Serialize(), b.Signed.Signature)
}

func (b Bundle) signal(device uint16) *prekey.Bundle {
	once, onceKey := optional.NewEmptyUint32(), ecc.ECPublicKeyable(nil)
	if b.OneTime != nil {
		once, onceKey = optional.NewOptionalUint32(b.OneTime.ID), ecc.NewDjbECPublicKey(b.OneTime.Public)
	}
	return prekey.NewBundle(b.Registration, uint32(device), once, b.Signed.ID, onceKey,
		ecc.NewDjbECPublicKey(b.Signed.Public), b.Signed.Signature, identity.NewKey(ecc.NewDjbECPublicKey(b.Identity)))
}

var errPadding = errors.New("message is not padded as it should be")

// pad appends 1 to 15 bytes that each hold their count (rests on whatsmeow's
// padMessage and Baileys' writeRandomPadMax16).
func pad(plain []byte) ([]byte, error) {
	var random [1]byte
	if _, err := rand.Read(random[:]); err != nil {
		return nil, fmt.Errorf("pad message: %w", err)
	}
	count := random[0] & 0x0f
	if count == 0 {
		count = 0x0f
	}
	out := make([]byte, 0, len(plain)+int(count))
	return append(append(out, plain...), bytes.Repeat([]byte{count}, int(count))...), nil
}

func unpad(padded []byte) ([]byte, error) {
	if len(padded) == 0 {
		return nil, errPadding
	}
	count := int(padded[len(padded)-1])
	if count == 0 || count > len(padded) {
		return nil, errPadding
	}
	body, tail := padded[:len(padded)-count], padded[len(padded)-count:]
	if !bytes.Equal(tail, bytes.Repeat([]byte{byte(count)}, count)) {
		return nil, errPadding
	}
	return body, nil
}

func randomID() (uint32, error) {
	var raw [4]byte
	if _, err := rand.Read(raw[:]); err != nil {
		return 0, fmt.Errorf("make registration id: %w", err)
	}
	// 31 bits: the id is a positive number wherever it is read.
	return binary.BigEndian.Uint32(raw[:])>>1 | 1, nil
}
