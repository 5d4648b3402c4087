package signal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
)

// Linking by a code that the companion shows and the person types into the
// phone. The code seals both sides' passing keys; who does not know it agrees
// on another secret and cannot open the companion's keys.
//
// Rests on whatsmeow's pair-code.go and Baileys' messages-recv.ts.
const (
	codeRounds  = 2 << 16
	codeSalt    = 32
	codeIV      = aes.BlockSize
	codeSealed  = codeSalt + codeIV + 32 // salt, IV, sealed public key
	codeNonce   = 12
	codeBundle  = 3 * 32 // companion's identity, phone's identity, random
	codeKeyInfo = "link_code_pairing_key_bundle_encryption_key"
	codeADVInfo = "adv_secret"
)

// ErrCode is a code that is not the companion's.
var ErrCode = errors.New("the code is not the one that the device shows")

// CodeExchange is one try of linking by code.
type CodeExchange struct {
	Sealed    []byte   // the phone's passing key, for the companion
	Identity  [32]byte // the phone's identity
	endpoint  *Endpoint
	ephemeral *ecdh.PrivateKey
	companion []byte // the companion's passing key
}

// StartCode opens the companion's passing key with the code and seals the
// phone's own. A false code is found out by FinishCode.
func (e *Endpoint) StartCode(code string, sealed []byte) (*CodeExchange, error) {
	if len(sealed) != codeSealed {
		return nil, ErrCode
	}
	companion, err := underCode(code, sealed[:codeSalt], sealed[codeSalt:codeSalt+codeIV], sealed[codeSalt+codeIV:])
	if err != nil {
		return nil, err
	}
	ephemeral, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make passing key: %w", err)
	}
	head := make([]byte, codeSalt+codeIV)
	_, _ = rand.Read(head) // never fails: crypto/rand ends the program instead
	own, err := underCode(code, head[:codeSalt], head[codeSalt:], ephemeral.PublicKey().Bytes())
	if err != nil {
		return nil, err
	}
	identity, err := e.Identity()
	if err != nil {
		return nil, err
	}
	return &CodeExchange{Sealed: append(head, own...), Identity: identity, endpoint: e, ephemeral: ephemeral, companion: companion}, nil
}

// Finish opens the companion's key bundle and gives its identity and the secret
// with which the phone vouches for it; ErrCode where the code was another one.
func (x *CodeExchange) Finish(bundle []byte) (identity [32]byte, secret []byte, err error) {
	if len(bundle) < codeSalt+codeNonce {
		return identity, nil, ErrCode
	}
	shared, err := agree(x.ephemeral, x.companion)
	if err != nil {
		return identity, nil, ErrCode
	}
	key, err := hkdf.Key(sha256.New, shared, bundle[:codeSalt], codeKeyInfo, 32)
	if err != nil {
		return identity, nil, fmt.Errorf("derive bundle key: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return identity, nil, fmt.Errorf("prepare cipher: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return identity, nil, fmt.Errorf("prepare cipher: %w", err)
	}
	plain, err := aead.Open(nil, bundle[codeSalt:codeSalt+codeNonce], bundle[codeSalt+codeNonce:], nil)
	if err != nil || len(plain) != codeBundle || !slices.Equal(plain[32:64], x.Identity[:]) {
		return identity, nil, ErrCode
	}
	identities, err := x.endpoint.agree(plain[:32])
	if err != nil {
		return identity, nil, err
	}
	secret, err = hkdf.Key(sha256.New, slices.Concat(shared, identities, plain[64:]), nil, codeADVInfo, 32)
	if err != nil {
		return identity, nil, fmt.Errorf("derive secret: %w", err)
	}
	return [32]byte(plain[:32]), secret, nil
}

// agree is the secret that the identity key shares with a public key.
func (e *Endpoint) agree(public []byte) ([]byte, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	ring, err := e.ring()
	if err != nil {
		return nil, err
	}
	raw := ring.identity.PrivateKey().Serialize()
	private, err := ecdh.X25519().NewPrivateKey(raw[:])
	if err != nil {
		return nil, fmt.Errorf("read identity key: %w", err)
	}
	return agree(private, public)
}

func agree(private *ecdh.PrivateKey, public []byte) ([]byte, error) {
	key, err := ecdh.X25519().NewPublicKey(public)
	if err != nil {
		return nil, fmt.Errorf("read public key: %w", err)
	}
	return private.ECDH(key)
}

// underCode seals or opens a public key: the stream cipher is its own inverse.
func underCode(code string, salt, iv, key []byte) ([]byte, error) {
	derived, err := pbkdf2.Key(sha256.New, code, salt, codeRounds, 32)
	if err != nil {
		return nil, fmt.Errorf("derive code key: %w", err)
	}
	block, err := aes.NewCipher(derived)
	if err != nil {
		return nil, fmt.Errorf("prepare cipher: %w", err)
	}
	out := make([]byte, len(key))
	cipher.NewCTR(block, iv).XORKeyStream(out, key)
	return out, nil
}
