// Package xeddsa verifies XEdDSA signatures with the standard library's
// Ed25519. Tests hold signatures by it that another library made.
package xeddsa

import (
	"bytes"
	"crypto/ed25519"
	"math/big"
	"slices"
)

var (
	one   = big.NewInt(1)
	prime = new(big.Int).Sub(new(big.Int).Lsh(one, 255), big.NewInt(19))
)

// Verify reports whether the holder of an X25519 key signed message. The key is
// mapped to its Edwards point, y = (u-1)/(u+1), whose sign is the signature's
// last bit (Signal's XEdDSA specification, revision 1, section 2.3).
func Verify(public [32]byte, message, signature []byte) bool {
	if len(signature) != ed25519.SignatureSize {
		return false
	}
	u := new(big.Int).SetBytes(reversed(public[:]))
	under := new(big.Int).ModInverse(new(big.Int).Add(u, one), prime)
	if under == nil {
		return false
	}
	y := new(big.Int).Mul(new(big.Int).Sub(u, one), under)
	key := reversed(y.Mod(y, prime).FillBytes(make([]byte, 32)))
	key[31] |= signature[63] & 0x80
	plain := bytes.Clone(signature)
	plain[63] &= 0x7f
	return ed25519.Verify(key, message, plain)
}

func reversed(in []byte) []byte {
	out := slices.Clone(in)
	slices.Reverse(out)
	return out
}
