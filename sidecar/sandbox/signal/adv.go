package signal

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"go.mau.fi/libsignal/ecc"
	"go.mau.fi/whatsmeow/proto/waAdv"
	"google.golang.org/protobuf/proto"
)

// The account's and the device's signature each start with a prefix of their
// own (rests on whatsmeow's pair.go and Baileys' validate-connection.ts).
var (
	accountPrefix = []byte{6, 0}
	devicePrefix  = []byte{6, 1}
)

// ErrCompanion is a companion that did not prove that it holds its identity key.
var ErrCompanion = errors.New("the companion's signature is not good")

// Vow is a phone's statement that a companion belongs to its account ("ADV"),
// before the companion has signed it too.
type Vow struct {
	Container []byte // goes to the companion in pair-success
	details   []byte
	account   [32]byte
	companion [32]byte
}

// Vouch signs a companion in. secret is the one from its QR code: by it the
// companion knows that the phone which answers is the one that saw the code.
func (e *Endpoint) Vouch(companion [32]byte, secret []byte, index uint32, now time.Time) (Vow, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	ring, err := e.ring()
	if err != nil {
		return Vow{}, err
	}
	var raw [4]byte
	if _, err := rand.Read(raw[:]); err != nil {
		return Vow{}, fmt.Errorf("make device id: %w", err)
	}
	details, err := proto.Marshal(&waAdv.ADVDeviceIdentity{
		RawID: proto.Uint32(binary.BigEndian.Uint32(raw[:])), Timestamp: proto.Uint64(uint64(now.Unix())), KeyIndex: &index,
		AccountType: waAdv.ADVEncryptionType_E2EE.Enum(), DeviceType: waAdv.ADVEncryptionType_E2EE.Enum(),
	})
	if err != nil {
		return Vow{}, fmt.Errorf("encode device identity: %w", err)
	}
	account := ring.public()
	signature := ecc.CalculateSignature(ring.identity.PrivateKey(), slices.Concat(accountPrefix, details, companion[:]))
	signed, err := proto.Marshal(&waAdv.ADVSignedDeviceIdentity{
		Details: details, AccountSignatureKey: account[:], AccountSignature: signature[:],
	})
	if err != nil {
		return Vow{}, fmt.Errorf("encode device identity: %w", err)
	}
	mac := hmac.New(sha256.New, secret)
	mac.Write(signed)
	container, err := proto.Marshal(&waAdv.ADVSignedDeviceIdentityHMAC{
		Details: signed, HMAC: mac.Sum(nil), AccountType: waAdv.ADVEncryptionType_E2EE.Enum(),
	})
	if err != nil {
		return Vow{}, fmt.Errorf("encode device identity: %w", err)
	}
	return Vow{Container: container, details: details, account: account, companion: companion}, nil
}

// Accept judges the companion's answer (pair-device-sign), or returns ErrCompanion.
func (v Vow) Accept(answer []byte) error {
	var signed waAdv.ADVSignedDeviceIdentity
	if err := proto.Unmarshal(answer, &signed); err != nil {
		return ErrCompanion
	}
	signature := signed.GetDeviceSignature()
	message := slices.Concat(devicePrefix, v.details, v.companion[:], v.account[:])
	if len(signature) != 64 || !ecc.VerifySignature(ecc.NewDjbECPublicKey(v.companion), message, [64]byte(signature)) {
		return ErrCompanion
	}
	return nil
}
