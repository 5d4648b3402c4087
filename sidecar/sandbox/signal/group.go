package signal

import (
	"context"
	"errors"
	"fmt"

	"go.mau.fi/libsignal/groups"
	"go.mau.fi/libsignal/groups/state/record"
	"go.mau.fi/libsignal/protocol"
	"go.mau.fi/libsignal/signalerror"
)

// Groups: each member seals a message once, with a key of its own for the group
// that it has handed to every device there, sealed for that device.
//
// Rests on whatsmeow's sendGroup and decryptGroupMsg: sender keys of a device go
// by the group's address and the device's LID.

// FormGroup is a message sealed with a sender key.
const FormGroup Form = "skmsg"

// GroupKey is what opens the messages that this endpoint, as own, seals for a
// group from now on; the key is made on first use.
func (e *Endpoint) GroupKey(group string, own Address) ([]byte, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	ring, err := e.ring()
	if err != nil {
		return nil, err
	}
	key, err := groups.NewGroupSessionBuilder(ring, serializer).Create(context.Background(), protocol.NewSenderKeyName(group, own.signal()))
	if err != nil {
		return nil, fmt.Errorf("make sender key: %w", err)
	}
	return key.Serialize(), nil
}

// AcceptGroupKey keeps the key that a device has handed out for a group.
func (e *Endpoint) AcceptGroupKey(group string, from Address, key []byte) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	ring, err := e.ring()
	if err != nil {
		return err
	}
	message, err := protocol.NewSenderKeyDistributionMessageFromBytes(key, serializer.SenderKeyDistributionMessage)
	if err != nil {
		return fmt.Errorf("read sender key: %w", err)
	}
	return groups.NewGroupSessionBuilder(ring, serializer).Process(context.Background(), protocol.NewSenderKeyName(group, from.signal()), message)
}

// EncryptGroup pads and seals plain for a group; GroupKey comes before it.
func (e *Endpoint) EncryptGroup(group string, own Address, plain []byte) ([]byte, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	ring, err := e.ring()
	if err != nil {
		return nil, err
	}
	padded, err := pad(plain)
	if err != nil {
		return nil, err
	}
	sealed, err := ring.group(group, own).Encrypt(context.Background(), padded)
	if err != nil {
		return nil, fmt.Errorf("encrypt for group: %w", err)
	}
	return sealed.SignedSerialize(), nil
}

// DecryptGroup opens and unpads a message to a group; errors as Decrypt's.
func (e *Endpoint) DecryptGroup(group string, from Address, sealed []byte) ([]byte, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	ring, err := e.ring()
	if err != nil {
		return nil, err
	}
	message, err := protocol.NewSenderKeyMessageFromBytes(sealed, serializer.SenderKeyMessage)
	if err != nil {
		return nil, fmt.Errorf("read group message: %w", err)
	}
	padded, err := ring.group(group, from).Decrypt(context.Background(), message)
	if errors.Is(err, signalerror.ErrOldCounter) {
		return nil, ErrRepeated
	}
	if err != nil {
		return nil, fmt.Errorf("decrypt group message: %w", err)
	}
	return unpad(padded)
}

func (k *keyring) group(group string, whose Address) *groups.GroupCipher {
	return groups.NewGroupCipher(groups.NewGroupSessionBuilder(k, serializer), protocol.NewSenderKeyName(group, whose.signal()), k)
}

func (k *keyring) StoreSenderKey(_ context.Context, name *protocol.SenderKeyName, key *record.SenderKey) error {
	if k.groups == nil {
		k.groups = map[string][]byte{}
	}
	k.groups[name.GroupID()+" "+name.Sender().String()] = key.Serialize()
	return nil
}

func (k *keyring) LoadSenderKey(_ context.Context, name *protocol.SenderKeyName) (*record.SenderKey, error) {
	raw, ok := k.groups[name.GroupID()+" "+name.Sender().String()]
	if !ok {
		return record.NewSenderKey(serializer.SenderKeyRecord, serializer.SenderKeyState), nil
	}
	return record.NewSenderKeyFromBytes(raw, serializer.SenderKeyRecord, serializer.SenderKeyState)
}
