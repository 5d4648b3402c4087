package signal_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
)

// The bytes of Signal messages, written and read by hand.

const (
	// wireVersion opens both messages: the version of the message in the high
	// half, the newest that the sender knows in the low one, each 3. Known from
	// Signal's and WhatsApp's clients.
	wireVersion = 0x33
	// keyType goes before each X25519 key: the documents' Encode(PK) leaves the
	// byte open, Signal's and WhatsApp's clients use 5.
	keyType = 5
	// macSize is what Signal's and WhatsApp's clients keep of HMAC-SHA256.
	macSize = 8
)

// Field numbers, known from libsignal's wire.proto. The wire types follow from
// the kinds: 0 is a varint, 2 is bytes.
const (
	fieldOnce         = 1 // pkmsg: varint, absent without a one-time prekey
	fieldBase         = 2 // bytes
	fieldIdentity     = 3 // bytes
	fieldInner        = 4 // bytes, a whole msg
	fieldRegistration = 5 // varint
	fieldSigned       = 6 // varint

	fieldRatchet  = 1 // msg: bytes
	fieldCounter  = 2 // varint
	fieldPrevious = 3 // varint
	fieldSealed   = 4 // bytes
)

// preKeyMessage is a pkmsg.
type preKeyMessage struct {
	once         *uint32
	base         []byte // with keyType, as all keys here
	identity     []byte
	inner        []byte
	registration uint32
	signed       uint32
}

// ratchetMessage is a msg. previous is DR's PN in ours. In theirs it is not judged:
// Signal's clients write one less, the phones' library 1<<32-1 for none, and no
// client reads it.
type ratchetMessage struct {
	ratchet  []byte
	counter  uint32
	previous uint32
	sealed   []byte
	head     []byte // what the MAC covers of it: version byte and fields
	mac      []byte
	padding  int // once it was opened: bytes of WhatsApp's padding
}

func (m preKeyMessage) bytes() []byte {
	out := []byte{wireVersion}
	if m.once != nil {
		out = appendNumber(out, fieldOnce, *m.once)
	}
	out = appendBytes(out, fieldBase, m.base)
	out = appendBytes(out, fieldIdentity, m.identity)
	out = appendBytes(out, fieldInner, m.inner)
	out = appendNumber(out, fieldRegistration, m.registration)
	return appendNumber(out, fieldSigned, m.signed)
}

func (m ratchetMessage) headBytes() []byte {
	out := appendBytes([]byte{wireVersion}, fieldRatchet, m.ratchet)
	out = appendNumber(out, fieldCounter, m.counter)
	out = appendNumber(out, fieldPrevious, m.previous)
	return appendBytes(out, fieldSealed, m.sealed)
}

func readPreKeyMessage(raw []byte) (m preKeyMessage, err error) {
	numbers, blobs, err := readFields(raw)
	if err != nil {
		return m, err
	}
	if once, ok := numbers[fieldOnce]; ok {
		m.once = &once
		delete(numbers, fieldOnce)
	}
	m.base, m.identity, m.inner = blobs[fieldBase], blobs[fieldIdentity], blobs[fieldInner]
	m.registration, m.signed = numbers[fieldRegistration], numbers[fieldSigned]
	err = errors.Join(only(numbers, fieldRegistration, fieldSigned), only(blobs, fieldBase, fieldIdentity, fieldInner))
	return m, errors.Join(err, isKey(m.base), isKey(m.identity))
}

func readRatchetMessage(raw []byte) (m ratchetMessage, err error) {
	if len(raw) < macSize {
		return m, errors.New("too short for a MAC")
	}
	m.head, m.mac = raw[:len(raw)-macSize], raw[len(raw)-macSize:]
	numbers, blobs, err := readFields(m.head)
	if err != nil {
		return m, err
	}
	m.ratchet, m.sealed = blobs[fieldRatchet], blobs[fieldSealed]
	m.counter, m.previous = numbers[fieldCounter], numbers[fieldPrevious]
	return m, errors.Join(only(numbers, fieldCounter, fieldPrevious), only(blobs, fieldRatchet, fieldSealed), isKey(m.ratchet))
}

func appendNumber(out []byte, field byte, n uint32) []byte {
	return binary.AppendUvarint(append(out, field<<3), uint64(n))
}

func appendBytes(out []byte, field byte, b []byte) []byte {
	return append(binary.AppendUvarint(append(out, field<<3|2), uint64(len(b))), b...)
}

var errCut = errors.New("fields end early")

// readFields reads a version byte and fields, each there once.
func readFields(raw []byte) (numbers map[byte]uint32, blobs map[byte][]byte, err error) {
	if len(raw) == 0 || raw[0] != wireVersion {
		return nil, nil, errors.New("not version 3")
	}
	numbers, blobs = map[byte]uint32{}, map[byte][]byte{}
	for raw = raw[1:]; len(raw) > 0; {
		field, kind := raw[0]>>3, raw[0]&7
		_, twice := numbers[field]
		_, twice2 := blobs[field]
		if twice || twice2 || raw[0] >= 0x80 || kind != 0 && kind != 2 {
			return nil, nil, fmt.Errorf("field of tag %#x", raw[0])
		}
		n, size := binary.Uvarint(raw[1:])
		if size <= 0 || n > 1<<32-1 {
			return nil, nil, errCut
		}
		raw = raw[1+size:]
		if kind == 0 {
			numbers[field] = uint32(n)
			continue
		}
		if n > uint64(len(raw)) {
			return nil, nil, errCut
		}
		blobs[field], raw = raw[:n], raw[n:]
	}
	return numbers, blobs, nil
}

// only holds that fields are there and no others.
func only[V any](got map[byte]V, want ...byte) error {
	if fields := slices.Sorted(maps.Keys(got)); !bytes.Equal(fields, want) {
		return fmt.Errorf("fields %v where %v belong", fields, want)
	}
	return nil
}

func isKey(b []byte) error {
	if len(b) != 33 || b[0] != keyType {
		return fmt.Errorf("%d bytes that are no key", len(b))
	}
	return nil
}
