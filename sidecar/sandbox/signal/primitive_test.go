package signal_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"errors"
	"maps"
	"slices"
	"testing"

	"github.com/nodeline/nodeline/sidecar/sandbox/internal/xeddsa"
	"github.com/nodeline/nodeline/sidecar/sandbox/signal"
)

// A Signal endpoint written a second time, of the standard library's primitives.
// The phones and whatsmeow share one Signal library, so what they agree on shows
// nothing; this one has the messages' bytes from the documents:
//
//   - "The X3DH Key Agreement Protocol", revision 1 (X3DH below),
//   - "The Double Ratchet Algorithm" (DR below), with the functions of its section
//     "Recommended cryptographic algorithms".
//
// Where they leave a constant to the application, it is named in this block.
const (
	// What HKDF is told its output is for. Known from Signal's clients; that
	// WhatsApp keeps them is known from whatsmeow and Baileys, which talk with it.
	infoAgreed  = "WhisperText"        // X3DH, info
	infoRatchet = "WhisperRatchet"     // DR, KDF_RK
	infoMessage = "WhisperMessageKeys" // DR, ENCRYPT

	// DR, KDF_CK proposes these two inputs.
	stepMessage = 0x01
	stepChain   = 0x02

	// maxPadding is how many bytes WhatsApp's clients add to a text at most, each
	// holding their count, and one at least. Known from whatsmeow and Baileys.
	maxPadding = 15
)

// Ids of our keys; no two alike, and none of one byte alone. Assumed: any will do.
const (
	ourRegistration = 12345
	ourSigned       = 0x0102
	ourOnce         = 0x030405
)

// primitive is the endpoint's long-lived keys.
type primitive struct {
	signer                 ed25519.PrivateKey
	identity, signed, once *ecdh.PrivateKey
}

func newPrimitive(t *testing.T) *primitive {
	t.Helper()
	p := &primitive{signed: newKey(), once: newKey()}
	// An Ed25519 key's scalar is an X25519 key too (RFC 8032, 5.1.5). With a point
	// whose sign is 0 its signatures are XEdDSA's (XEdDSA, 2.3).
	for p.signer == nil || p.signer[ed25519.PrivateKeySize-1]&0x80 != 0 {
		var err error
		if _, p.signer, err = ed25519.GenerateKey(rand.Reader); err != nil {
			t.Fatal(err)
		}
	}
	scalar := sha512.Sum512(p.signer.Seed())
	p.identity = must(ecdh.X25519().NewPrivateKey(scalar[:32]))
	return p
}

// bundle is what we publish.
func (p *primitive) bundle(once bool) signal.Bundle {
	b := signal.Bundle{
		Registration: ourRegistration,
		Identity:     [32]byte(p.identity.PublicKey().Bytes()),
		Signed:       signal.Key{ID: ourSigned, Public: [32]byte(p.signed.PublicKey().Bytes())},
	}
	// X3DH, 2.4: Sig(IK, Encode(SPK)).
	b.Signed.Signature = [64]byte(ed25519.Sign(p.signer, encoded(p.signed)))
	if once {
		b.OneTime = &signal.Key{ID: ourOnce, Public: [32]byte(p.once.PublicKey().Bytes())}
	}
	return b
}

// start agrees with a device as X3DH's Alice (3.3) and makes the first step of
// the ratchet as DR's RatchetInitAlice.
func (p *primitive) start(t *testing.T, b signal.Bundle) *ratchet {
	t.Helper()
	if !xeddsa.Verify(b.Identity, append([]byte{keyType}, b.Signed.Public[:]...), b.Signed.Signature[:]) {
		t.Fatal("the prekey is not signed by the identity")
	}
	base := newKey()
	agreed := slices.Concat(dh(p.identity, b.Signed.Public[:]), dh(base, b.Identity[:]), dh(base, b.Signed.Public[:]))
	opening := &preKeyMessage{base: encoded(base), identity: encoded(p.identity), registration: ourRegistration, signed: b.Signed.ID}
	if b.OneTime != nil {
		agreed = append(agreed, dh(base, b.OneTime.Public[:])...)
		opening.once = &b.OneTime.ID
	}
	r := &ratchet{
		mine: encoded(p.identity), theirs: append([]byte{keyType}, b.Identity[:]...),
		own: newKey(), receiving: map[string][]byte{}, opening: opening,
	}
	r.root, r.sending = kdfRoot(agreement(agreed), dh(r.own, b.Signed.Public[:]))
	return r
}

// answer agrees with the sender of a pkmsg as X3DH's Bob (3.4); the signed prekey
// is the first ratchet key, as in DR's RatchetInitBob.
func (p *primitive) answer(m preKeyMessage) *ratchet {
	agreed := slices.Concat(dh(p.signed, m.identity[1:]), dh(p.identity, m.base[1:]), dh(p.signed, m.base[1:]))
	if m.once != nil {
		agreed = append(agreed, dh(p.once, m.base[1:])...)
	}
	return &ratchet{mine: encoded(p.identity), theirs: m.identity, own: p.signed, root: agreement(agreed), receiving: map[string][]byte{}}
}

// agreement is X3DH's KDF (2.2): F is 32 bytes of 0xFF for X25519, the salt is
// zeros. Clients derive 64 bytes; the half past the root key starts a chain that
// no message is ever on.
func agreement(agreed []byte) []byte {
	return kdf(slices.Concat(bytes.Repeat([]byte{0xff}, 32), agreed), make([]byte, 32), infoAgreed, 32)
}

// ratchet is a session.
type ratchet struct {
	mine, theirs      []byte // identities
	root, sending     []byte
	own               *ecdh.PrivateKey
	counter, previous uint32
	receiving         map[string][]byte // where their chains start, by ratchet key
	opening           *preKeyMessage    // goes around each message until they answer
}

// write seals a text under so many bytes of padding.
func (r *ratchet) write(text string, padding int) (signal.Form, []byte) {
	m := ratchetMessage{ratchet: encoded(r.own), counter: r.counter, previous: r.previous}
	keys := messageKeys(r.sending)
	r.sending, r.counter = kdfChain(r.sending, stepChain), r.counter+1
	m.sealed = keys.seal(append([]byte(text), bytes.Repeat([]byte{byte(padding)}, padding)...))
	m.head = m.headBytes()
	sealed := append(m.head, keys.sign(r.mine, r.theirs, m.head)...)
	if r.opening == nil {
		return signal.FormMessage, sealed
	}
	whole := *r.opening
	whole.inner = sealed
	return signal.FormPreKey, whole.bytes()
}

// read opens a msg; one that is refused leaves no trace.
func (r *ratchet) read(sealed []byte) (text string, m ratchetMessage, err error) {
	if m, err = readRatchetMessage(sealed); err != nil {
		return "", m, err
	}
	next := *r
	start, ok := r.receiving[string(m.ratchet)]
	if !ok {
		start = next.turn(m.ratchet)
	}
	for range m.counter {
		start = kdfChain(start, stepChain)
	}
	keys := messageKeys(start)
	if !hmac.Equal(keys.sign(r.theirs, r.mine, m.head), m.mac) {
		return "", m, errors.New("the MAC is not good")
	}
	if text, m.padding, err = keys.open(m.sealed); err != nil {
		return "", m, err
	}
	next.opening = nil
	*r = next
	return text, m, nil
}

// turn is DR's DHRatchet; it returns where their new chain starts.
func (r *ratchet) turn(theirs []byte) (chain []byte) {
	r.root, chain = kdfRoot(r.root, dh(r.own, theirs[1:]))
	r.receiving = maps.Clone(r.receiving)
	r.receiving[string(theirs)] = chain
	r.own, r.previous, r.counter = newKey(), r.counter, 0
	r.root, r.sending = kdfRoot(r.root, dh(r.own, theirs[1:]))
	return chain
}

// keys seal one message: DR's ENCRYPT, 80 bytes from HKDF with a salt of zeros.
type keys struct{ cipher, mac, iv []byte }

func messageKeys(chain []byte) keys {
	raw := kdf(kdfChain(chain, stepMessage), make([]byte, 32), infoMessage, 80)
	return keys{cipher: raw[:32], mac: raw[32:64], iv: raw[64:]}
}

// sign is HMAC over the associated data, which is both identities (X3DH, 3.3), and
// the message. Clients put the sender's first, version byte and header under it,
// and cut it short; the document's own is over the ciphertext alone.
func (k keys) sign(sender, receiver, head []byte) []byte {
	mac := hmac.New(sha256.New, k.mac)
	mac.Write(slices.Concat(sender, receiver, head))
	return mac.Sum(nil)[:macSize]
}

// seal is AES-256 in CBC mode with PKCS #7 padding, around WhatsApp's own.
func (k keys) seal(padded []byte) []byte {
	fill := aes.BlockSize - len(padded)%aes.BlockSize
	out := append(bytes.Clone(padded), bytes.Repeat([]byte{byte(fill)}, fill)...)
	cipher.NewCBCEncrypter(must(aes.NewCipher(k.cipher)), k.iv).CryptBlocks(out, out)
	return out
}

// open gives the text, and how many bytes WhatsApp's padding took.
func (k keys) open(sealed []byte) (text string, padding int, err error) {
	if len(sealed)%aes.BlockSize != 0 {
		return "", 0, errors.New("not whole blocks")
	}
	plain := bytes.Clone(sealed)
	cipher.NewCBCDecrypter(must(aes.NewCipher(k.cipher)), k.iv).CryptBlocks(plain, plain)
	padded, err := strip(plain, aes.BlockSize)
	if err != nil {
		return "", 0, err
	}
	plain, err = strip(padded, maxPadding)
	return string(plain), len(padded) - len(plain), err
}

// strip takes off up to most bytes that each hold their count: PKCS #7 and
// WhatsApp's padding differ by the most alone.
func strip(padded []byte, most int) ([]byte, error) {
	if len(padded) == 0 {
		return nil, errors.New("no padding")
	}
	count := int(padded[len(padded)-1])
	if count < 1 || count > most || count > len(padded) || !bytes.HasSuffix(padded, bytes.Repeat([]byte{byte(count)}, count)) {
		return nil, errors.New("not padded as it should be")
	}
	return padded[:len(padded)-count], nil
}

// kdfRoot is DR's KDF_RK: HKDF salted with the root key.
func kdfRoot(root, shared []byte) (next, chain []byte) {
	out := kdf(shared, root, infoRatchet, 64)
	return out[:32], out[32:]
}

// kdfChain is DR's KDF_CK, for one of its two results.
func kdfChain(chain []byte, step byte) []byte {
	mac := hmac.New(sha256.New, chain)
	mac.Write([]byte{step})
	return mac.Sum(nil)
}

func kdf(secret, salt []byte, info string, size int) []byte {
	return must(hkdf.Key(sha256.New, secret, salt, info, size))
}

func dh(own *ecdh.PrivateKey, theirs []byte) []byte {
	return must(own.ECDH(must(ecdh.X25519().NewPublicKey(theirs))))
}

func newKey() *ecdh.PrivateKey { return must(ecdh.X25519().GenerateKey(rand.Reader)) }

// encoded is the documents' Encode(PK).
func encoded(key *ecdh.PrivateKey) []byte { return append([]byte{keyType}, key.PublicKey().Bytes()...) }

// must is for primitives that fail on a wrong size only, or on a key of low order.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
