package noise

import (
	"errors"
	"fmt"
	"time"

	"go.mau.fi/libsignal/ecc"
	"go.mau.fi/whatsmeow/proto/waCert"
	"go.mau.fi/whatsmeow/proto/waWa6"
	"google.golang.org/protobuf/proto"
)

// Authority is a network's certificate chain (root, intermediate, leaf) and the
// static key that the leaf vouches for.
type Authority struct {
	static Pair
	root   [KeySize]byte
	chain  []byte
}

// NewAuthority makes a chain of fresh keys that is valid from a day before now
// until five years after it.
//
// Rests on whatsmeow's verifyServerCert: the root has serial 0, each
// certificate names its issuer's serial, signatures are XEdDSA over the
// details, and newer clients check the dates.
func NewAuthority(now time.Time) (*Authority, error) {
	static, err := NewPair()
	if err != nil {
		return nil, err
	}
	root, err := ecc.GenerateKeyPair()
	if err != nil {
		return nil, fmt.Errorf("make root key: %w", err)
	}
	middle, err := ecc.GenerateKeyPair()
	if err != nil {
		return nil, fmt.Errorf("make intermediate key: %w", err)
	}
	from, until := uint64(now.AddDate(0, 0, -1).Unix()), uint64(now.AddDate(5, 0, 0).Unix())
	sign := func(serial, issuer uint32, key [KeySize]byte, signer *ecc.ECKeyPair) (*waCert.CertChain_NoiseCertificate, error) {
		details, err := proto.Marshal(&waCert.CertChain_NoiseCertificate_Details{
			Serial: &serial, IssuerSerial: &issuer, Key: key[:], NotBefore: &from, NotAfter: &until,
		})
		if err != nil {
			return nil, fmt.Errorf("encode certificate: %w", err)
		}
		signature := ecc.CalculateSignature(signer.PrivateKey(), details)
		return &waCert.CertChain_NoiseCertificate{Details: details, Signature: signature[:]}, nil
	}
	intermediate, err := sign(1, 0, middle.PublicKey().PublicKey(), root)
	if err != nil {
		return nil, err
	}
	leaf, err := sign(2, 1, static.Public, middle)
	if err != nil {
		return nil, err
	}
	chain, err := proto.Marshal(&waCert.CertChain{Intermediate: intermediate, Leaf: leaf})
	if err != nil {
		return nil, fmt.Errorf("encode certificate chain: %w", err)
	}
	return &Authority{static: static, root: root.PublicKey().PublicKey(), chain: chain}, nil
}

// Root is the public key that a client must trust.
func (a *Authority) Root() [KeySize]byte { return a.root }

// Session is what a handshake ends in.
type Session struct {
	Peer    [KeySize]byte // the client's static key
	Payload []byte        // the client's payload: a serialized ClientPayload
	In, Out *Cipher
}

var errHandshake = errors.New("handshake message is incomplete")

// Accept runs the responder's side over whole frames:
//
//	client                              server
//	  e                        ->
//	                           <-  e, ee, s (sealed), es, certificate chain (sealed)
//	  s (sealed), se, payload (sealed) ->
func (a *Authority) Accept(prologue []byte, read func() ([]byte, error), write func([]byte) error) (*Session, error) {
	state := newSymmetric(prologue)
	ephemeral, err := NewPair()
	if err != nil {
		return nil, err
	}
	if err := a.answerHello(state, ephemeral, read, write); err != nil {
		return nil, err
	}
	finish, err := readMessage(read)
	if err != nil {
		return nil, fmt.Errorf("read client finish: %w", err)
	}
	static, err := state.open(finish.GetClientFinish().GetStatic())
	if err != nil {
		return nil, fmt.Errorf("open client's static key: %w", err)
	}
	if len(static) != KeySize {
		return nil, errHandshake
	}
	secret, err := ephemeral.shared(static)
	if err != nil {
		return nil, err
	}
	if err := state.mixKey(secret); err != nil {
		return nil, err
	}
	payload, err := state.open(finish.GetClientFinish().GetPayload())
	if err != nil {
		return nil, fmt.Errorf("open client's payload: %w", err)
	}
	in, out, err := state.split()
	if err != nil {
		return nil, err
	}
	return &Session{Peer: [KeySize]byte(static), Payload: payload, In: in, Out: out}, nil
}

func (a *Authority) answerHello(state *symmetric, ephemeral Pair, read func() ([]byte, error), write func([]byte) error) error {
	hello, err := readMessage(read)
	if err != nil {
		return fmt.Errorf("read client hello: %w", err)
	}
	client := hello.GetClientHello().GetEphemeral()
	if len(client) != KeySize {
		return errHandshake
	}
	state.mixHash(client)
	state.mixHash(ephemeral.Public[:])
	secret, err := ephemeral.shared(client)
	if err != nil {
		return err
	}
	if err := state.mixKey(secret); err != nil {
		return err
	}
	static := state.seal(a.static.Public[:])
	if secret, err = a.static.shared(client); err != nil {
		return err
	}
	if err := state.mixKey(secret); err != nil {
		return err
	}
	answer, err := proto.Marshal(&waWa6.HandshakeMessage{ServerHello: &waWa6.HandshakeMessage_ServerHello{
		Ephemeral: ephemeral.Public[:], Static: static, Payload: state.seal(a.chain),
	}})
	if err != nil {
		return fmt.Errorf("encode server hello: %w", err)
	}
	if err := write(answer); err != nil {
		return fmt.Errorf("write server hello: %w", err)
	}
	return nil
}

func readMessage(read func() ([]byte, error)) (*waWa6.HandshakeMessage, error) {
	raw, err := read()
	if err != nil {
		return nil, err
	}
	message := &waWa6.HandshakeMessage{}
	if err := proto.Unmarshal(raw, message); err != nil {
		return nil, err
	}
	return message, nil
}
