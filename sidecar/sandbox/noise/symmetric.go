// Package noise is the server's side of WhatsApp's transport encryption:
// Noise_XX_25519_AESGCM_SHA256 with the connection header as prologue, and the
// certificate chain by which a client trusts the server's static key.
//
// Everything is built from the standard library's X25519, AES-GCM, SHA-256 and
// HKDF; the Noise rules are those of the Noise Protocol Framework, revision 34.
// WhatsApp leaves one of them out: the first message has no payload, and its
// hash is not mixed with the empty string (rests on whatsmeow's handshake.go
// and on Baileys' noise-handler.ts, which agree).
package noise

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
)

// pattern names the handshake; it is exactly 32 bytes long and therefore is the
// first handshake hash as it stands (Noise, section 5.2).
const pattern = "Noise_XX_25519_AESGCM_SHA256\x00\x00\x00\x00"

// KeySize is the size of every X25519 key, in bytes.
const KeySize = 32

// Pair is an X25519 key pair.
type Pair struct {
	Private *ecdh.PrivateKey
	Public  [KeySize]byte
}

// NewPair makes a random key pair.
func NewPair() (Pair, error) {
	private, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		return Pair{}, fmt.Errorf("make key pair: %w", err)
	}
	return Pair{Private: private, Public: [KeySize]byte(private.PublicKey().Bytes())}, nil
}

func (p Pair) shared(public []byte) ([]byte, error) {
	key, err := ecdh.X25519().NewPublicKey(public)
	if err != nil {
		return nil, fmt.Errorf("read public key: %w", err)
	}
	// Refuses points of low order, whose secret would be known to anyone.
	return p.Private.ECDH(key)
}

// symmetric is the SymmetricState of Noise, section 5.2, with its CipherState.
type symmetric struct {
	hash     []byte
	chaining []byte
	aead     cipher.AEAD
	count    uint32
}

func newSymmetric(prologue []byte) *symmetric {
	s := &symmetric{hash: []byte(pattern), chaining: []byte(pattern)}
	s.mixHash(prologue)
	return s
}

func (s *symmetric) mixHash(data []byte) {
	sum := sha256.New()
	sum.Write(s.hash)
	sum.Write(data)
	s.hash = sum.Sum(nil)
}

func (s *symmetric) mixKey(secret []byte) error {
	chaining, key, err := expand(s.chaining, secret)
	if err != nil {
		return err
	}
	if s.aead, err = newAEAD(key); err != nil {
		return err
	}
	s.chaining, s.count = chaining, 0
	return nil
}

func (s *symmetric) seal(plain []byte) []byte {
	sealed := s.aead.Seal(nil, nonce(s.count), plain, s.hash)
	s.count++
	s.mixHash(sealed)
	return sealed
}

func (s *symmetric) open(sealed []byte) ([]byte, error) {
	plain, err := s.aead.Open(nil, nonce(s.count), sealed, s.hash)
	if err != nil {
		return nil, err
	}
	s.count++
	s.mixHash(sealed)
	return plain, nil
}

// split ends the handshake: the initiator's sending key, then the responder's.
func (s *symmetric) split() (initiator, responder *Cipher, err error) {
	first, second, err := expand(s.chaining, nil)
	if err != nil {
		return nil, nil, err
	}
	a, err := newAEAD(first)
	if err != nil {
		return nil, nil, err
	}
	b, err := newAEAD(second)
	if err != nil {
		return nil, nil, err
	}
	return &Cipher{aead: a}, &Cipher{aead: b}, nil
}

// Cipher seals or opens the frames of one direction, in order. It is for one goroutine.
type Cipher struct {
	aead  cipher.AEAD
	count uint32
}

// Seal encrypts the next frame.
func (c *Cipher) Seal(plain []byte) []byte {
	sealed := c.aead.Seal(nil, nonce(c.count), plain, nil)
	c.count++
	return sealed
}

// Open decrypts the next frame.
func (c *Cipher) Open(sealed []byte) ([]byte, error) {
	plain, err := c.aead.Open(nil, nonce(c.count), sealed, nil)
	if err != nil {
		return nil, fmt.Errorf("open frame %d: %w", c.count, err)
	}
	c.count++
	return plain, nil
}

// expand is Noise's HKDF with two outputs.
func expand(salt, secret []byte) (first, second []byte, err error) {
	out, err := hkdf.Key(sha256.New, secret, salt, "", 2*KeySize)
	if err != nil {
		return nil, nil, fmt.Errorf("derive keys: %w", err)
	}
	return out[:KeySize], out[KeySize:], nil
}

func newAEAD(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("prepare cipher: %w", err)
	}
	return cipher.NewGCM(block)
}

// nonce is 32 zero bits and a 64-bit counter, big-endian (Noise, section 12.4).
func nonce(count uint32) []byte {
	iv := make([]byte, 12)
	binary.BigEndian.PutUint32(iv[8:], count)
	return iv
}
