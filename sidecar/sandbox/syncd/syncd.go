// Package syncd is the phone's side of app state: the settings that a phone
// shares with its companions as sealed, chained patches.
//
// Rests on whatsmeow's appstate package and on Baileys' chat-utils.ts, which
// agree; written from the standard library so that a client's own code is a
// check of it and not a mirror.
package syncd

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"go.mau.fi/whatsmeow/proto/waServerSync"
	"go.mau.fi/whatsmeow/proto/waSyncAction"
	"google.golang.org/protobuf/proto"
)

const macSize = 32

// Key seals an account's app state. ID is six bytes: device and epoch.
type Key struct {
	ID   []byte
	Data []byte
}

// NewKey makes a random key.
func NewKey() Key {
	id, data := make([]byte, 6), make([]byte, 32)
	_, _ = rand.Read(id[2:]) // never fails: crypto/rand ends the program instead
	_, _ = rand.Read(data)
	id[1] = 1
	return Key{ID: id, Data: data}
}

// derived are the keys for each purpose, in the order of their derivation.
type derived struct{ index, value, valueMAC, snapshotMAC, patchMAC []byte }

func (k Key) derive() (derived, error) {
	raw, err := hkdf.Key(sha256.New, k.Data, nil, "WhatsApp Mutation Keys", 5*32)
	if err != nil {
		return derived{}, fmt.Errorf("derive app state keys: %w", err)
	}
	return derived{raw[:32], raw[32:64], raw[64:96], raw[96:128], raw[128:]}, nil
}

// Mutation sets one value. Index is its path, e.g. ["setting_pushName"].
type Mutation struct {
	Index   []string
	Version int32
	Value   *waSyncAction.SyncActionValue
}

// State is where a collection stands: its version, the sum of its values, and
// each value's MAC, by index.
type State struct {
	Version uint64
	hash    [128]byte
	values  map[[macSize]byte][macSize]byte
}

var errPatch = errors.New("patch is not in form")

// Encode makes the next patch of a collection and moves the state on.
func (s *State) Encode(name string, key Key, now time.Time, mutations []Mutation) (*waServerSync.SyncdPatch, error) {
	keys, err := key.derive()
	if err != nil {
		return nil, err
	}
	patch := &waServerSync.SyncdPatch{KeyID: &waServerSync.KeyId{ID: key.ID}}
	for _, m := range mutations {
		sealed, err := sealMutation(keys, key.ID, now, m)
		if err != nil {
			return nil, err
		}
		patch.Mutations = append(patch.Mutations, sealed)
	}
	next, err := s.apply(patch)
	if err != nil {
		return nil, err
	}
	version := binary.BigEndian.AppendUint64(nil, next.Version)
	patch.Version = &waServerSync.SyncdVersion{Version: &next.Version}
	patch.SnapshotMAC = mac256(keys.snapshotMAC, next.hash[:], version, []byte(name))
	parts := [][]byte{patch.SnapshotMAC}
	for _, m := range patch.Mutations {
		parts = append(parts, tail(m.GetRecord().GetValue().GetBlob()))
	}
	patch.PatchMAC = mac256(keys.patchMAC, append(parts, version, []byte(name))...)
	*s = next
	return patch, nil
}

// Absorb moves the state on by a patch that someone else made.
func (s *State) Absorb(patch *waServerSync.SyncdPatch) error {
	next, err := s.apply(patch)
	if err != nil {
		return err
	}
	*s = next
	return nil
}

func (s *State) apply(patch *waServerSync.SyncdPatch) (State, error) {
	next := State{Version: s.Version + 1, hash: s.hash, values: make(map[[macSize]byte][macSize]byte, len(s.values)+1)}
	for index, value := range s.values {
		next.values[index] = value
	}
	for _, m := range patch.GetMutations() {
		index, blob := m.GetRecord().GetIndex().GetBlob(), m.GetRecord().GetValue().GetBlob()
		if len(index) != macSize || len(blob) < macSize {
			return State{}, errPatch
		}
		key := [macSize]byte(index)
		if old, ok := next.values[key]; ok {
			if err := next.sum(old[:], false); err != nil {
				return State{}, err
			}
			delete(next.values, key)
		}
		if m.GetOperation() == waServerSync.SyncdMutation_SET {
			value := tail(blob)
			if err := next.sum(value, true); err != nil {
				return State{}, err
			}
			next.values[key] = [macSize]byte(value)
		}
	}
	return next, nil
}

// sum adds or takes away a value: the hash is 64 little-endian 16-bit sums, so
// that the order of changes does not matter.
func (s *State) sum(valueMAC []byte, add bool) error {
	wide, err := hkdf.Key(sha256.New, valueMAC, nil, "WhatsApp Patch Integrity", len(s.hash))
	if err != nil {
		return fmt.Errorf("widen value: %w", err)
	}
	for i := 0; i < len(s.hash); i += 2 {
		a, b := binary.LittleEndian.Uint16(s.hash[i:]), binary.LittleEndian.Uint16(wide[i:])
		if add {
			a += b
		} else {
			a -= b
		}
		binary.LittleEndian.PutUint16(s.hash[i:], a)
	}
	return nil
}

func sealMutation(keys derived, keyID []byte, now time.Time, m Mutation) (*waServerSync.SyncdMutation, error) {
	index, err := json.Marshal(m.Index)
	if err != nil {
		return nil, fmt.Errorf("encode index: %w", err)
	}
	value := proto.Clone(m.Value).(*waSyncAction.SyncActionValue)
	value.Timestamp = proto.Int64(now.UnixMilli())
	plain, err := proto.Marshal(&waSyncAction.SyncActionData{Index: index, Value: value, Padding: []byte{}, Version: &m.Version})
	if err != nil {
		return nil, fmt.Errorf("encode value: %w", err)
	}
	sealed, err := cbc(keys.value, plain)
	if err != nil {
		return nil, err
	}
	operation := waServerSync.SyncdMutation_SET
	h := hmac.New(sha512.New, keys.valueMAC)
	h.Write([]byte{byte(operation) + 1})
	h.Write(keyID)
	h.Write(sealed)
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(keyID)+1)))
	return &waServerSync.SyncdMutation{
		Operation: operation.Enum(),
		Record: &waServerSync.SyncdRecord{
			Index: &waServerSync.SyncdIndex{Blob: mac256(keys.index, index)},
			Value: &waServerSync.SyncdValue{Blob: slices.Concat(sealed, h.Sum(nil)[:macSize])},
			KeyID: &waServerSync.KeyId{ID: keyID},
		},
	}, nil
}

// cbc is AES-256-CBC with PKCS#7 padding and the IV in front.
func cbc(key, plain []byte) ([]byte, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("prepare cipher: %w", err)
	}
	padding := aes.BlockSize - len(plain)%aes.BlockSize
	padded := slices.Concat(plain, bytes.Repeat([]byte{byte(padding)}, padding))
	out := make([]byte, aes.BlockSize+len(padded))
	_, _ = rand.Read(out[:aes.BlockSize])
	cipher.NewCBCEncrypter(block, out[:aes.BlockSize]).CryptBlocks(out[aes.BlockSize:], padded)
	return out, nil
}

func mac256(key []byte, parts ...[]byte) []byte {
	h := hmac.New(sha256.New, key)
	for _, part := range parts {
		h.Write(part)
	}
	return h.Sum(nil)
}

func tail(blob []byte) []byte { return blob[len(blob)-macSize:] }
