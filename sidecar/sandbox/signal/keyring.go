package signal

import (
	"context"
	"fmt"

	"go.mau.fi/libsignal/ecc"
	"go.mau.fi/libsignal/keys/identity"
	"go.mau.fi/libsignal/protocol"
	"go.mau.fi/libsignal/session"
	"go.mau.fi/libsignal/state/record"
	"go.mau.fi/libsignal/state/store"
)

// keyring holds a device's secrets, in the shape that libsignal asks for.
// Sessions are kept serialized: libsignal changes a record in place, and one
// that could not be opened must leave no trace.
type keyring struct {
	identity     *ecc.ECKeyPair
	registration uint32
	signed       ownKey
	once         map[uint32]*ecc.ECKeyPair
	nextOnce     uint32
	sessions     map[string][]byte
	groups       map[string][]byte // sender keys, serialized too
}

type ownKey struct {
	id        uint32
	pair      *ecc.ECKeyPair
	signature [64]byte
}

func (k ownKey) published() Key {
	return Key{ID: k.id, Public: k.pair.PublicKey().PublicKey(), Signature: k.signature}
}

var _ store.SignalProtocol = (*keyring)(nil)

func (k *keyring) generate() error {
	pair, err := ecc.GenerateKeyPair()
	if err != nil {
		return fmt.Errorf("make identity: %w", err)
	}
	signed, err := ecc.GenerateKeyPair()
	if err != nil {
		return fmt.Errorf("make signed prekey: %w", err)
	}
	if k.registration, err = randomID(); err != nil {
		return err
	}
	k.identity = pair
	k.signed = ownKey{id: 1, pair: signed, signature: ecc.CalculateSignature(pair.PrivateKey(), signed.PublicKey().Serialize())}
	k.once, k.nextOnce, k.sessions = map[uint32]*ecc.ECKeyPair{}, 1, map[string][]byte{}
	return nil
}

func (k *keyring) public() [32]byte { return k.identity.PublicKey().PublicKey() }

func (k *keyring) mint() (Key, error) {
	pair, err := ecc.GenerateKeyPair()
	if err != nil {
		return Key{}, fmt.Errorf("make one-time key: %w", err)
	}
	id := k.nextOnce
	k.nextOnce++
	k.once[id] = pair
	return Key{ID: id, Public: pair.PublicKey().PublicKey()}, nil
}

func (k *keyring) open(from *protocol.SignalAddress, form Form, sealed []byte) ([]byte, error) {
	ctx := context.Background()
	cipher := session.NewCipher(session.NewBuilderFromSignal(k, from, serializer), from)
	switch form {
	case FormPreKey:
		message, err := protocol.NewPreKeySignalMessageFromBytes(sealed, serializer.PreKeySignalMessage, serializer.SignalMessage)
		if err != nil {
			return nil, err
		}
		return cipher.DecryptMessage(ctx, message)
	case FormMessage:
		message, err := protocol.NewSignalMessageFromBytes(sealed, serializer.SignalMessage)
		if err != nil {
			return nil, err
		}
		return cipher.Decrypt(ctx, message)
	default:
		return nil, fmt.Errorf("form %q is not known", form)
	}
}

func (k *keyring) GetIdentityKeyPair() *identity.KeyPair {
	return identity.NewKeyPair(identity.NewKey(k.identity.PublicKey()), k.identity.PrivateKey())
}

func (k *keyring) GetLocalRegistrationID() uint32 { return k.registration }

func (k *keyring) SaveIdentity(context.Context, *protocol.SignalAddress, *identity.Key) error {
	return nil
}

// IsTrustedIdentity trusts everyone: a phone goes on with a peer that was
// installed again, as WhatsApp's do unless told otherwise.
func (k *keyring) IsTrustedIdentity(context.Context, *protocol.SignalAddress, *identity.Key) (bool, error) {
	return true, nil
}

func (k *keyring) LoadPreKey(_ context.Context, id uint32) (*record.PreKey, error) {
	pair, ok := k.once[id]
	if !ok {
		return nil, nil
	}
	return record.NewPreKey(id, pair, nil), nil
}

func (k *keyring) StorePreKey(_ context.Context, id uint32, key *record.PreKey) error {
	k.once[id] = key.KeyPair()
	return nil
}

func (k *keyring) ContainsPreKey(_ context.Context, id uint32) (bool, error) {
	_, ok := k.once[id]
	return ok, nil
}

func (k *keyring) RemovePreKey(_ context.Context, id uint32) error {
	delete(k.once, id)
	return nil
}

func (k *keyring) LoadSession(_ context.Context, address *protocol.SignalAddress) (*record.Session, error) {
	raw, ok := k.sessions[address.String()]
	if !ok {
		return record.NewSession(serializer.Session, serializer.State), nil
	}
	return record.NewSessionFromBytes(raw, serializer.Session, serializer.State)
}

func (k *keyring) GetSubDeviceSessions(context.Context, string) ([]uint32, error) { return nil, nil }

func (k *keyring) StoreSession(_ context.Context, address *protocol.SignalAddress, session *record.Session) error {
	k.sessions[address.String()] = session.Serialize()
	return nil
}

func (k *keyring) ContainsSession(_ context.Context, address *protocol.SignalAddress) (bool, error) {
	_, ok := k.sessions[address.String()]
	return ok, nil
}

func (k *keyring) DeleteSession(_ context.Context, address *protocol.SignalAddress) error {
	delete(k.sessions, address.String())
	return nil
}

func (k *keyring) DeleteAllSessions(context.Context) error {
	clear(k.sessions)
	return nil
}

func (k *keyring) LoadSignedPreKey(_ context.Context, id uint32) (*record.SignedPreKey, error) {
	if id != k.signed.id {
		return nil, nil
	}
	return record.NewSignedPreKey(id, 0, k.signed.pair, k.signed.signature, nil), nil
}

func (k *keyring) LoadSignedPreKeys(ctx context.Context) ([]*record.SignedPreKey, error) {
	key, err := k.LoadSignedPreKey(ctx, k.signed.id)
	return []*record.SignedPreKey{key}, err
}

func (k *keyring) StoreSignedPreKey(_ context.Context, id uint32, key *record.SignedPreKey) error {
	k.signed = ownKey{id: id, pair: key.KeyPair(), signature: key.Signature()}
	return nil
}

func (k *keyring) ContainsSignedPreKey(_ context.Context, id uint32) (bool, error) {
	return id == k.signed.id, nil
}

func (k *keyring) RemoveSignedPreKey(context.Context, uint32) error { return nil }
