package noise

import (
	"bytes"
	"crypto/ecdh"
	"encoding/hex"
	"errors"
	"testing"
	"time"

	"go.mau.fi/whatsmeow/proto/waCert"
	"google.golang.org/protobuf/proto"

	"github.com/nodeline/nodeline/sidecar/sandbox/internal/xeddsa"
)

func unhex(t *testing.T, text string) []byte {
	t.Helper()
	raw, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func pairOf(t *testing.T, private string) Pair {
	t.Helper()
	key, err := ecdh.X25519().NewPrivateKey(unhex(t, private))
	if err != nil {
		t.Fatal(err)
	}
	return Pair{Private: key, Public: [KeySize]byte(key.PublicKey().Bytes())}
}

// The vector is the published one for Noise_XX_25519_AESGCM_SHA256 with a
// prologue and empty payloads (vectors.txt of flynn/noise v1.1.0).
func TestPublishedVector(t *testing.T) {
	static := pairOf(t, "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20")
	ephemeral := pairOf(t, "4142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f60")
	initiator := pairOf(t, "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")
	first := unhex(t, "358072d6365880d1aeea329adf9121383851ed21a28e3b75e965d0d2cd166254")
	second := unhex(t, "64b101b1d0be5a8704bd078f9895001fc03e8e9f9522f188dd128d9846d484665393019dbd6f438795da206db0886610b26108e424142c2e9b5fd1f7ea70cde8545f22cc3b52e6cf83a9266ed4850a7a3460f29794110cc1e4c4b5241c939f90")
	third := unhex(t, "e610eadc4b00c17708bf223f29a66f02342fbedf6c0044736544b9271821ae406561124920ea641646ea97786397ad23ab2f0dbf49fc3e46328b481b0924438c")

	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	secret := func(own Pair, public []byte) []byte {
		t.Helper()
		s, err := own.shared(public)
		must(err)
		return s
	}
	s := newSymmetric([]byte("notsecret"))
	s.mixHash(first)
	s.mixHash(nil) // the empty payload, which WhatsApp leaves out
	s.mixHash(ephemeral.Public[:])
	must(s.mixKey(secret(ephemeral, first)))
	answer := bytes.Clone(ephemeral.Public[:])
	answer = append(answer, s.seal(static.Public[:])...)
	must(s.mixKey(secret(static, first)))
	answer = append(answer, s.seal(nil)...)
	if !bytes.Equal(answer, second) {
		t.Fatalf("second message\n%x, not\n%x", answer, second)
	}
	peer, err := s.open(third[:48])
	must(err)
	if !bytes.Equal(peer, initiator.Public[:]) {
		t.Fatalf("initiator's key %x", peer)
	}
	must(s.mixKey(secret(ephemeral, peer)))
	payload, err := s.open(third[48:])
	must(err)
	if len(payload) != 0 {
		t.Fatalf("payload %x", payload)
	}
	in, out, err := s.split()
	must(err)
	got, err := in.Open(unhex(t, "9ea1da1ec3bfecfffab213e537ed1791bfa887dd9c631351b3f63d6315ab9a"))
	must(err)
	if string(got) != "yellowsubmarine" {
		t.Errorf("opened %q", got)
	}
	if sealed := out.Seal([]byte("submarineyellow")); hex.EncodeToString(sealed) != "217c5111fad7afde33bd28abaff3def88a57ab50515115d23a10f28621f842" {
		t.Errorf("sealed %x", sealed)
	}
}

func TestCertificateChain(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	authority, err := NewAuthority(now)
	if err != nil {
		t.Fatal(err)
	}
	var chain waCert.CertChain
	if err := proto.Unmarshal(authority.chain, &chain); err != nil {
		t.Fatal(err)
	}
	var middle, leaf waCert.CertChain_NoiseCertificate_Details
	if err := errors.Join(proto.Unmarshal(chain.GetIntermediate().GetDetails(), &middle), proto.Unmarshal(chain.GetLeaf().GetDetails(), &leaf)); err != nil {
		t.Fatal(err)
	}
	if !xeddsa.Verify(authority.Root(), chain.GetIntermediate().GetDetails(), chain.GetIntermediate().GetSignature()) {
		t.Error("the root has not signed the intermediate")
	}
	if !xeddsa.Verify([32]byte(middle.GetKey()), chain.GetLeaf().GetDetails(), chain.GetLeaf().GetSignature()) {
		t.Error("the intermediate has not signed the leaf")
	}
	if middle.GetIssuerSerial() != 0 || leaf.GetIssuerSerial() != middle.GetSerial() {
		t.Errorf("serials: %v, %v", &middle, &leaf)
	}
	if !bytes.Equal(leaf.GetKey(), authority.static.Public[:]) {
		t.Error("the leaf holds another key")
	}
	for name, details := range map[string]*waCert.CertChain_NoiseCertificate_Details{"intermediate": &middle, "leaf": &leaf} {
		if from, until := time.Unix(int64(details.GetNotBefore()), 0), time.Unix(int64(details.GetNotAfter()), 0); !from.Before(now) || !until.After(now.AddDate(4, 0, 0)) {
			t.Errorf("%s is valid from %v until %v", name, from, until)
		}
	}
}

func TestBrokenHandshakes(t *testing.T) {
	authority, err := NewAuthority(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	lowOrder := append([]byte{0x12, 0x22, 0x0a, 0x20}, make([]byte, 32)...) // clientHello{ephemeral: zeros}
	for name, first := range map[string][]byte{"nonsense": {0xff, 0xff}, "empty": {}, "point of low order": lowOrder} {
		t.Run(name, func(t *testing.T) {
			_, err := authority.Accept([]byte("WA"), func() ([]byte, error) { return first, nil }, func([]byte) error {
				t.Error("answered")
				return nil
			})
			if err == nil {
				t.Error("accepted")
			}
		})
	}
}
