package sandbox_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"syscall"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"go.mau.fi/libsignal/ecc"
	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waCompanionReg"
	"go.mau.fi/whatsmeow/proto/waWa6"
	"golang.org/x/crypto/curve25519"
	"golang.org/x/crypto/hkdf"
	"google.golang.org/protobuf/proto"

	"github.com/nodeline/nodeline/sidecar/sandbox"
)

// raw is a client of its own, made of primitives: it says what a test wants said.
type raw struct {
	t        testing.TB
	ws       *websocket.Conn
	buffer   []byte
	send     cipher.AEAD
	receive  cipher.AEAD
	sent     uint32
	received uint32
}

// rawKeys are what a linked device keeps.
type rawKeys struct {
	noise    [32]byte
	identity *ecc.ECKeyPair
	signed   *ecc.ECKeyPair
	secret   []byte
}

var goodHeader = []byte{'W', 'A', 6, 3}

func newRawKeys(t testing.TB) *rawKeys {
	t.Helper()
	k := &rawKeys{secret: make([]byte, 32)}
	_, _ = rand.Read(k.noise[:])
	_, _ = rand.Read(k.secret)
	var err error
	if k.identity, err = ecc.GenerateKeyPair(); err != nil {
		t.Fatal(err)
	}
	if k.signed, err = ecc.GenerateKeyPair(); err != nil {
		t.Fatal(err)
	}
	return k
}

// registration is the payload of a client that wants to be linked.
func (k *rawKeys) registration(t testing.TB) *waWa6.ClientPayload {
	t.Helper()
	props, err := proto.Marshal(&waCompanionReg.DeviceProps{Os: proto.String("Raw client")})
	if err != nil {
		t.Fatal(err)
	}
	identity, signed := k.identity.PublicKey().PublicKey(), k.signed.PublicKey().PublicKey()
	signature := ecc.CalculateSignature(k.identity.PrivateKey(), append([]byte{5}, signed[:]...))
	return &waWa6.ClientPayload{Passive: proto.Bool(false), DevicePairingData: &waWa6.ClientPayload_DevicePairingRegistrationData{
		ERegid: []byte{0, 0, 0x30, 0x39}, EKeytype: []byte{5}, EIdent: identity[:],
		ESkeyID: []byte{0, 0, 1}, ESkeyVal: signed[:], ESkeySig: signature[:], DeviceProps: props,
	}}
}

func login(phone uint64, device int) *waWa6.ClientPayload {
	return &waWa6.ClientPayload{Username: &phone, Device: proto.Uint32(uint32(device)), Passive: proto.Bool(true)}
}

// dialRaw opens a websocket and sends the first bytes.
func dialRaw(t testing.TB, network *sandbox.Network) *raw {
	t.Helper()
	ws, response, err := websocket.DefaultDialer.Dial("ws://"+network.Addr()+"/ws/chat", nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	t.Cleanup(func() { _ = ws.Close() })
	_ = ws.SetReadDeadline(time.Now().Add(patience))
	return &raw{t: t, ws: ws}
}

// connect shakes hands as the initiator and sends the payload.
func connect(t testing.TB, network *sandbox.Network, keys *rawKeys, payload *waWa6.ClientPayload, prefix []byte) *raw {
	t.Helper()
	r := dialRaw(t, network)
	if err := r.handshake(keys, payload, prefix); err != nil {
		t.Fatal(err)
	}
	return r
}

// initiator is that side of the handshake, written a second time.
type initiator struct {
	hash, chain []byte
	seal        cipher.AEAD
}

func (n *initiator) mix(data []byte) {
	sum := sha256.Sum256(append(bytes.Clone(n.hash), data...))
	n.hash = sum[:]
}

func (n *initiator) key(private [32]byte, public []byte) error {
	secret, err := curve25519.X25519(private[:], public)
	if err != nil {
		return err
	}
	var next []byte
	n.chain, next = derive(n.chain, secret)
	n.seal = gcm(next)
	return nil
}

func (n *initiator) open(sealed []byte) ([]byte, error) {
	plain, err := n.seal.Open(nil, counted(0), sealed, n.hash)
	n.mix(sealed)
	return plain, err
}

func (n *initiator) close(count uint32, plain []byte) []byte {
	sealed := n.seal.Seal(nil, counted(count), plain, n.hash)
	n.mix(sealed)
	return sealed
}

func (r *raw) handshake(keys *rawKeys, payload *waWa6.ClientPayload, prefix []byte) error {
	const name = "Noise_XX_25519_AESGCM_SHA256\x00\x00\x00\x00"
	n := &initiator{hash: []byte(name), chain: []byte(name)}
	n.mix(goodHeader)
	var ephemeral [32]byte
	_, _ = rand.Read(ephemeral[:])
	public, err := x25519(ephemeral)
	if err != nil {
		return err
	}
	n.mix(public)
	hello := marshal(&waWa6.HandshakeMessage{ClientHello: &waWa6.HandshakeMessage_ClientHello{Ephemeral: public}})
	// The header and the first frame come in pieces, as a slow network may cut them.
	start := append(append(bytes.Clone(prefix), goodHeader...), framed(hello)...)
	if err := errors.Join(r.ws.WriteMessage(websocket.BinaryMessage, start[:5]), r.ws.WriteMessage(websocket.BinaryMessage, start[5:])); err != nil {
		return err
	}
	frame, err := r.frame()
	if err != nil {
		return err
	}
	var answer waWa6.HandshakeMessage
	if err := proto.Unmarshal(frame, &answer); err != nil {
		return err
	}
	return r.finish(n, keys, ephemeral, answer.GetServerHello(), payload)
}

func (r *raw) finish(n *initiator, keys *rawKeys, ephemeral [32]byte, server *waWa6.HandshakeMessage_ServerHello, payload *waWa6.ClientPayload) error {
	n.mix(server.GetEphemeral())
	if err := n.key(ephemeral, server.GetEphemeral()); err != nil {
		return err
	}
	static, err := n.open(server.GetStatic())
	if err != nil {
		return fmt.Errorf("open server's key: %w", err)
	}
	if err := n.key(ephemeral, static); err != nil {
		return err
	}
	if _, err := n.open(server.GetPayload()); err != nil {
		return fmt.Errorf("open certificates: %w", err)
	}
	own, err := x25519(keys.noise)
	if err != nil {
		return err
	}
	sealedOwn := n.close(1, own) // the certificates were sealed with the same key
	if err := n.key(keys.noise, server.GetEphemeral()); err != nil {
		return err
	}
	finish := marshal(&waWa6.HandshakeMessage{ClientFinish: &waWa6.HandshakeMessage_ClientFinish{Static: sealedOwn, Payload: n.close(0, marshal(payload))}})
	a, b := derive(n.chain, nil)
	r.send, r.receive = gcm(a), gcm(b)
	return r.ws.WriteMessage(websocket.BinaryMessage, framed(finish))
}

func derive(salt, secret []byte) (a, b []byte) {
	a, b = make([]byte, 32), make([]byte, 32)
	from := hkdf.New(sha256.New, secret, salt, nil)
	_, _ = io.ReadFull(from, a)
	_, _ = io.ReadFull(from, b)
	return a, b
}

func gcm(key []byte) cipher.AEAD {
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic(err)
	}
	return aead
}

func marshal(m proto.Message) []byte {
	out, err := proto.Marshal(m)
	if err != nil {
		panic(err)
	}
	return out
}

func framed(body []byte) []byte {
	return append([]byte{byte(len(body) >> 16), byte(len(body) >> 8), byte(len(body))}, body...)
}

func (r *raw) frame() ([]byte, error) {
	for {
		if len(r.buffer) >= 3 {
			size := int(r.buffer[0])<<16 | int(r.buffer[1])<<8 | int(r.buffer[2])
			if len(r.buffer) >= 3+size {
				frame := r.buffer[3 : 3+size]
				r.buffer = r.buffer[3+size:]
				return frame, nil
			}
		}
		_, message, err := r.ws.ReadMessage()
		if err != nil {
			return nil, err
		}
		r.buffer = append(r.buffer, message...)
	}
}

func counted(n uint32) []byte {
	out := make([]byte, 12)
	binary.BigEndian.PutUint32(out[8:], n)
	return out
}

// bytes seals and frames a plain stanza.
func (r *raw) bytes(plain []byte) []byte {
	out := framed(r.send.Seal(nil, counted(r.sent), plain, nil))
	r.sent++
	return out
}

// say sends a stanza.
func (r *raw) say(node waBinary.Node) {
	r.t.Helper()
	plain, err := waBinary.Marshal(node)
	if err != nil {
		r.t.Fatal(err)
	}
	r.sayBytes(plain)
}

func (r *raw) sayBytes(plain []byte) {
	r.t.Helper()
	if err := r.ws.WriteMessage(websocket.BinaryMessage, r.bytes(plain)); err != nil {
		r.t.Fatal(err)
	}
}

// hear reads the next stanza.
func (r *raw) hear() waBinary.Node {
	r.t.Helper()
	node, err := r.next()
	if err != nil {
		r.t.Fatal(err)
	}
	return node
}

func (r *raw) next() (waBinary.Node, error) {
	frame, err := r.frame()
	if err != nil {
		return waBinary.Node{}, err
	}
	plain, err := r.receive.Open(nil, counted(r.received), frame, nil)
	if err != nil {
		return waBinary.Node{}, err
	}
	r.received++
	unpacked, err := waBinary.Unpack(plain)
	if err != nil {
		return waBinary.Node{}, err
	}
	node, err := waBinary.Unmarshal(unpacked)
	if err != nil {
		return waBinary.Node{}, err
	}
	return *node, nil
}

// hearTag reads on until a stanza with a tag comes.
func (r *raw) hearTag(tag string) waBinary.Node {
	r.t.Helper()
	for {
		if node := r.hear(); node.Tag == tag {
			return node
		}
	}
}

// hearBoth reads on until a stanza of either tag has come: which is first, the
// server and the phone decide between them.
func (r *raw) hearBoth(one, other string) (waBinary.Node, waBinary.Node) {
	r.t.Helper()
	for {
		switch node := r.hear(); node.Tag {
		case one:
			return node, r.hearTag(other)
		case other:
			return r.hearTag(one), node
		}
	}
}

// ask sends an iq and reads on until its answer comes.
func (r *raw) ask(id, kind, xmlns string, content ...waBinary.Node) waBinary.Node {
	r.t.Helper()
	r.say(waBinary.Node{Tag: "iq", Attrs: waBinary.Attrs{"id": id, "type": kind, "xmlns": xmlns, "to": "s.whatsapp.net"}, Content: content})
	for {
		if node := r.hearTag("iq"); node.Attrs["id"] == id {
			return node
		}
	}
}

// ends reads on until the server closes: with a reset, where it left something unread.
func (r *raw) ends() {
	r.t.Helper()
	for {
		if _, err := r.next(); err != nil {
			var closed *websocket.CloseError
			if !errors.As(err, &closed) && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, syscall.ECONNRESET) {
				r.t.Fatalf("the connection did not end but: %v", err)
			}
			return
		}
	}
}

func x25519(private [32]byte) ([]byte, error) {
	return curve25519.X25519(private[:], curve25519.Basepoint)
}
