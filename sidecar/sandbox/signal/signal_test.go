package signal_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"slices"
	"testing"
	"time"

	"go.mau.fi/libsignal/ecc"
	"go.mau.fi/whatsmeow/proto/waAdv"
	"google.golang.org/protobuf/proto"

	"github.com/nodeline/nodeline/sidecar/sandbox/internal/xeddsa"
	"github.com/nodeline/nodeline/sidecar/sandbox/signal"
)

var (
	annaAddress  = signal.Address{User: "167677478560103_1"}
	ownerAddress = signal.Address{User: "104952093303707_1"}
)

func noFetch() (signal.Bundle, error) { return signal.Bundle{}, errors.New("asked for keys") }

func TestConversation(t *testing.T) {
	anna, owner := signal.New(), signal.New()
	form, first, err := anna.Encrypt(ownerAddress, []byte("привет"), owner.Bundle)
	if err != nil || form != signal.FormPreKey {
		t.Fatal(form, err)
	}
	if got, err := owner.Decrypt(annaAddress, form, first); err != nil || string(got) != "привет" {
		t.Fatalf("%q, %v", got, err)
	}
	if _, err := owner.Decrypt(annaAddress, form, first); !errors.Is(err, signal.ErrRepeated) {
		t.Errorf("the same again: %v", err)
	}
	form, second, err := owner.Encrypt(annaAddress, []byte("и вам"), noFetch)
	if err != nil || form != signal.FormMessage {
		t.Fatal(form, err)
	}
	broken := slices.Clone(second)
	broken[len(broken)-3] ^= 1
	if _, err := anna.Decrypt(ownerAddress, form, broken); err == nil || errors.Is(err, signal.ErrRepeated) {
		t.Errorf("damaged: %v", err)
	}
	// What could not be opened has left no trace.
	if got, err := anna.Decrypt(ownerAddress, form, second); err != nil || string(got) != "и вам" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := anna.Decrypt(ownerAddress, "carrier pigeon", second); err == nil {
		t.Error("opened a form that is not known")
	}
	// After a fresh start by a bundle, both go on.
	bundle, err := anna.Bundle()
	if err != nil {
		t.Fatal(err)
	}
	if err := owner.Restart(annaAddress, bundle); err != nil {
		t.Fatal(err)
	}
	form, third, err := owner.Encrypt(annaAddress, []byte("заново"), noFetch)
	if err != nil || form != signal.FormPreKey {
		t.Fatal(form, err)
	}
	if got, err := anna.Decrypt(ownerAddress, form, third); err != nil || string(got) != "заново" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestBundle(t *testing.T) {
	e := signal.New()
	one, err := e.Bundle()
	if err != nil {
		t.Fatal(err)
	}
	two, err := e.Bundle()
	if err != nil {
		t.Fatal(err)
	}
	if one.Identity != two.Identity || one.Signed != two.Signed || one.OneTime.ID == two.OneTime.ID || one.OneTime.Public == two.OneTime.Public {
		t.Errorf("bundles %+v and %+v", one, two)
	}
	if !one.Verified() || !xeddsa.Verify(one.Identity, append([]byte{5}, one.Signed.Public[:]...), one.Signed.Signature[:]) {
		t.Error("the prekey is not signed by the identity")
	}
	one.Signed.Signature[0] ^= 1
	if one.Verified() {
		t.Error("a damaged signature is good")
	}
}

// The statement is checked with primitives here, as a client would.
func TestVouching(t *testing.T) {
	companion, err := ecc.GenerateKeyPair()
	if err != nil {
		t.Fatal(err)
	}
	phone, secret, identity := signal.New(), bytes.Repeat([]byte{7}, 32), companion.PublicKey().PublicKey()
	vow, err := phone.Vouch(identity, secret, 3, time.Unix(1_700_000_000, 0))
	if err != nil {
		t.Fatal(err)
	}
	var container waAdv.ADVSignedDeviceIdentityHMAC
	var signed waAdv.ADVSignedDeviceIdentity
	var details waAdv.ADVDeviceIdentity
	if err := proto.Unmarshal(vow.Container, &container); err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha256.New, secret)
	mac.Write(container.GetDetails())
	if !hmac.Equal(mac.Sum(nil), container.GetHMAC()) {
		t.Error("not sealed with the secret")
	}
	if err := errors.Join(proto.Unmarshal(container.GetDetails(), &signed), proto.Unmarshal(signed.GetDetails(), &details)); err != nil {
		t.Fatal(err)
	}
	account, err := phone.Identity()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(signed.GetAccountSignatureKey(), account[:]) || details.GetKeyIndex() != 3 || details.GetTimestamp() != 1_700_000_000 {
		t.Errorf("statement %v of %v", &details, &signed)
	}
	if !xeddsa.Verify(account, slices.Concat([]byte{6, 0}, signed.GetDetails(), identity[:]), signed.GetAccountSignature()) {
		t.Error("not signed by the account")
	}
	answer := func(by *ecc.ECKeyPair, prefix byte) []byte {
		signature := ecc.CalculateSignature(by.PrivateKey(), slices.Concat([]byte{6, prefix}, signed.GetDetails(), identity[:], account[:]))
		raw, err := proto.Marshal(&waAdv.ADVSignedDeviceIdentity{Details: signed.GetDetails(), DeviceSignature: signature[:]})
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	if err := vow.Accept(answer(companion, 1)); err != nil {
		t.Error(err)
	}
	stranger, err := ecc.GenerateKeyPair()
	if err != nil {
		t.Fatal(err)
	}
	for name, raw := range map[string][]byte{"a stranger's": answer(stranger, 1), "an account's": answer(companion, 0), "no": nil, "broken": {0xff}} {
		if err := vow.Accept(raw); !errors.Is(err, signal.ErrCompanion) {
			t.Errorf("%s signature: %v", name, err)
		}
	}
}
