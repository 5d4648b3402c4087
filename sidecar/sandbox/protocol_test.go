package sandbox_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"go.mau.fi/libsignal/ecc"
	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waAdv"
	"google.golang.org/protobuf/proto"

	"github.com/nodeline/nodeline/internal/wait"
	"github.com/nodeline/nodeline/sidecar/sandbox"
	"github.com/nodeline/nodeline/sidecar/sandbox/internal/xeddsa"
)

type (
	node  = waBinary.Node
	attrs = waBinary.Attrs
)

const (
	annaLID   = "167677478560103@lid"
	ownerLID  = "104952093303707@lid"
	ownerUser = 79000000001
)

// linkRaw links a raw client to the owner's phone and checks every step of it.
func linkRaw(t *testing.T, network *sandbox.Network) *rawKeys {
	t.Helper()
	keys := newRawKeys(t)
	r := connect(t, network, keys, keys.registration(t), nil)
	offer := r.hear()
	golden(t, "pair-device", offer)
	r.say(node{Tag: "iq", Attrs: attrs{"id": offer.Attrs["id"], "type": "result", "to": "s.whatsapp.net"}})
	refs := offer.GetChildByTag("pair-device")
	ref, _ := refs.GetChildren()[0].Content.([]byte)
	identity := keys.identity.PublicKey().PublicKey()
	b64 := base64.StdEncoding.EncodeToString
	qr := strings.Join([]string{string(ref), b64(publicOf(keys.noise)), b64(identity[:]), b64(keys.secret), "1"}, ",")

	ended := make(chan error, 1)
	go func() {
		_, err := network.Phone(owner).Link(context.Background(), qr)
		ended <- err
	}()
	success := r.hear()
	golden(t, "pair-success", success)
	vow := success.GetChildByTag("pair-success", "device-identity")
	r.say(node{Tag: "iq", Attrs: attrs{"id": success.Attrs["id"], "type": "result", "to": "s.whatsapp.net"}, Content: []node{{
		Tag: "pair-device-sign", Content: []node{{Tag: "device-identity", Attrs: attrs{"key-index": "1"}, Content: keys.accept(t, vow.Content.([]byte))}},
	}}})
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	golden(t, "restart", r.hear())
	r.ends()
	return keys
}

// accept checks the phone's statement with primitives and signs it.
func (k *rawKeys) accept(t *testing.T, container []byte) []byte {
	t.Helper()
	var sealed waAdv.ADVSignedDeviceIdentityHMAC
	var signed waAdv.ADVSignedDeviceIdentity
	if err := proto.Unmarshal(container, &sealed); err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha256.New, k.secret)
	mac.Write(sealed.GetDetails())
	if !hmac.Equal(mac.Sum(nil), sealed.GetHMAC()) {
		t.Error("the statement is not sealed with the QR code's secret")
	}
	if err := proto.Unmarshal(sealed.GetDetails(), &signed); err != nil {
		t.Fatal(err)
	}
	identity := k.identity.PublicKey().PublicKey()
	message := slices.Concat([]byte{6, 0}, signed.GetDetails(), identity[:])
	if !xeddsa.Verify([32]byte(signed.GetAccountSignatureKey()), message, signed.GetAccountSignature()) {
		t.Error("the account has not signed this device")
	}
	own := ecc.CalculateSignature(k.identity.PrivateKey(), slices.Concat([]byte{6, 1}, signed.GetDetails(), identity[:], signed.GetAccountSignatureKey()))
	signed.DeviceSignature, signed.AccountSignatureKey = own[:], nil
	return marshal(&signed)
}

// active logs a raw client in and asks for what waits.
func active(t *testing.T, network *sandbox.Network, keys *rawKeys) *raw {
	t.Helper()
	r := connect(t, network, keys, login(ownerUser, 1), nil)
	golden(t, "success", r.hear())
	r.say(node{Tag: "iq", Attrs: attrs{"id": "p1", "type": "set", "xmlns": "passive", "to": "s.whatsapp.net"}, Content: []node{{Tag: "active"}}})
	golden(t, "result", r.hear())
	return r
}

func TestStanzasOfLinkingAndTheBacklog(t *testing.T) {
	network := open(t, sandbox.Config{})
	keys := linkRaw(t, network)
	if devices := network.Phone(owner).Devices(); len(devices) != 1 || devices[0].Name != "Raw client" {
		t.Errorf("devices %+v", devices)
	}
	// A message while the new device is not there yet.
	if _, err := network.Phone(anna).Text(owner, "рано"); err != nil {
		t.Fatal(err)
	}
	r := connect(t, network, keys, login(ownerUser, 1), nil)
	golden(t, "success", r.hear())
	r.say(node{Tag: "iq", Attrs: attrs{"id": "p1", "type": "set", "xmlns": "passive", "to": "s.whatsapp.net"}, Content: []node{{Tag: "active"}}})
	golden(t, "result", r.hear())
	r.hear() // the preview also counts the token of trust; see the next test
	golden(t, "offline-message", r.hear())
	for {
		if s := r.hearTag("ib"); s.GetChildren()[0].Tag == "offline" {
			break
		}
	}
	// The phone's greeting: the key of the app state and the history.
	golden(t, "peer-message", r.hear())
	golden(t, "peer-message", r.hear())
	golden(t, "app-state", r.ask("a1", "set", "w:sync:app:state", node{Tag: "sync", Content: []node{
		{Tag: "collection", Attrs: attrs{"name": "critical_block", "return_snapshot": "true"}},
		{Tag: "collection", Attrs: attrs{"name": "regular", "return_snapshot": "true"}},
	}}))
}

func TestStanzasOfTheBacklog(t *testing.T) {
	network := open(t, sandbox.Config{})
	keys := linkRaw(t, network)
	r := active(t, network, keys)
	confirm := func(s node, class, kind string) {
		r.say(node{Tag: class, Attrs: attrs{"id": s.Attrs["id"], "to": s.Attrs["from"], "class": s.Tag, "type": kind}})
	}
	r.hearTag("message") // the first greeting is not confirmed: it comes again
	confirm(r.hearTag("message"), "receipt", "peer_msg")
	if _, err := network.Phone(anna).Text(owner, "знакомство"); err != nil {
		t.Fatal(err)
	}
	message := r.hearTag("message")
	golden(t, "message", message)
	confirm(message, "receipt", "inactive")
	token := r.hearTag("notification")
	golden(t, "trust-token", token)
	confirm(token, "ack", "privacy_token")
	wait.Until(t, "confirmations", func() bool { return network.Backlog(owner, 1) == 1 })
	_ = r.ws.Close()
	wait.Until(t, "client is away", func() bool { return !network.Phone(owner).Devices()[0].Online })
	again := connect(t, network, keys, login(ownerUser, 1), nil)
	golden(t, "success", again.hear())
	again.say(node{Tag: "iq", Attrs: attrs{"id": "p1", "type": "set", "xmlns": "passive", "to": "s.whatsapp.net"}, Content: []node{{Tag: "active"}}})
	golden(t, "result", again.hear())
	golden(t, "offline-preview", again.hear())
	if s := again.hear(); s.Tag != "message" || s.Attrs["offline"] != "0" || s.Attrs["category"] != "peer" {
		t.Errorf("backlog holds %v", s)
	}
	golden(t, "offline-end", again.hear())
}

func TestStanzasOfMessages(t *testing.T) {
	network := open(t, sandbox.Config{})
	keys := linkRaw(t, network)
	r := active(t, network, keys)
	r.hearTag("message")
	r.hearTag("message")

	customer := network.Phone(anna)
	if _, err := customer.Text(owner, "по LID"); err != nil {
		t.Fatal(err)
	}
	theirs, trust := r.hearBoth("message", "notification")
	golden(t, "message", theirs)
	golden(t, "trust-token", trust)
	customer.UseNumbers(true)
	if _, err := customer.Text(owner, "по номеру"); err != nil {
		t.Fatal(err)
	}
	golden(t, "message-by-number", r.hearTag("message"))
	if _, err := network.Phone(owner).Text(anna, "с телефона"); err != nil {
		t.Fatal(err)
	}
	mine, heard := r.hearBoth("message", "receipt")
	golden(t, "own-copy", mine)
	golden(t, "receipt", heard)

	sealed := []node{{Tag: "enc", Attrs: attrs{"v": "2", "type": "msg"}, Content: []byte("this cannot be opened")}}
	message := func(devices ...string) node {
		var list []node
		for _, d := range devices {
			list = append(list, node{Tag: "to", Attrs: attrs{"jid": d}, Content: sealed})
		}
		return node{Tag: "message", Attrs: attrs{"id": "M1", "to": annaLID, "type": "text"}, Content: []node{{Tag: "participants", Content: list}}}
	}
	r.say(message(annaLID, "79000000001@s.whatsapp.net"))
	golden(t, "ack-refused", r.hearTag("ack"))
	r.say(message(annaLID)) // the own phone is missing
	stale, asked := r.hearBoth("ack", "receipt")
	golden(t, "ack-stale", stale)
	golden(t, "retry", asked)
	r.say(node{Tag: "ack", Attrs: attrs{"id": "M1", "class": "receipt", "type": "retry", "to": annaLID}})
	r.say(node{Tag: "message", Attrs: attrs{"id": "M1", "to": annaLID, "type": "text", "device_fanout": "false"}, Content: sealed})
	taken, asked := r.hearBoth("ack", "receipt")
	golden(t, "ack", taken)
	golden(t, "retry-with-keys", asked)
	r.say(node{Tag: "receipt", Attrs: attrs{"id": "R1", "to": annaLID, "type": "inactive"}})
	golden(t, "ack-receipt", r.hearTag("ack"))
}

// Chaos, seed 100: the customer's phone and the account's own asked for one message
// again, the sidecar answered the own one and was killed, and the customer's
// request was gone with the acknowledgement of the other's.
func TestAnAcknowledgementIsForOneSender(t *testing.T) {
	network := open(t, sandbox.Config{})
	keys := linkRaw(t, network)
	r := active(t, network, keys)
	r.hearTag("message")
	r.hearTag("message")
	sealed := []node{{Tag: "enc", Attrs: attrs{"v": "2", "type": "msg"}, Content: []byte("this cannot be opened")}}
	r.say(node{Tag: "message", Attrs: attrs{"id": "M1", "to": annaLID, "type": "text"}, Content: []node{{Tag: "participants", Content: []node{
		{Tag: "to", Attrs: attrs{"jid": ownerLID}, Content: sealed}, {Tag: "to", Attrs: attrs{"jid": annaLID}, Content: sealed}}}}})
	r.hearTag("receipt")
	r.hearTag("receipt")
	before := network.Backlog(owner, 1)
	for i, phone := range []string{ownerLID, annaLID} {
		for range 2 { // the second has nothing left to take
			r.say(node{Tag: "ack", Attrs: attrs{"id": "M1", "class": "receipt", "type": "retry", "to": phone}})
		}
		r.ask("after", "get", "encrypt", node{Tag: "count"})
		if left := network.Backlog(owner, 1); left != before-i-1 {
			t.Errorf("after the word to %s %d of %d wait", phone, left, before)
		}
	}
}

func TestStanzasOfKeys(t *testing.T) {
	network := open(t, sandbox.Config{})
	keys := linkRaw(t, network)
	r := active(t, network, keys)
	r.hearTag("message") // the phone's welcome has its session, and takes none of the keys below
	identity, signed := keys.identity.PublicKey().PublicKey(), keys.signed.PublicKey().PublicKey()
	skey := func(id byte, public [32]byte, signer *ecc.ECKeyPair) node {
		signature := ecc.CalculateSignature(signer.PrivateKey(), append([]byte{5}, public[:]...))
		return node{Tag: "skey", Content: []node{{Tag: "id", Content: []byte{0, 0, id}}, {Tag: "value", Content: public[:]}, {Tag: "signature", Content: signature[:]}}}
	}
	once := func(id byte) node {
		return node{Tag: "key", Content: []node{{Tag: "id", Content: []byte{0, 0, id}}, {Tag: "value", Content: bytes.Repeat([]byte{id}, 32)}}}
	}
	upload := func(id string, own [32]byte) node {
		return r.ask(id, "set", "encrypt",
			node{Tag: "registration", Content: []byte{0, 0, 0x30, 0x39}}, node{Tag: "type", Content: []byte{5}}, node{Tag: "identity", Content: own[:]},
			node{Tag: "list", Content: []node{once(7), once(8)}}, skey(1, signed, keys.identity))
	}
	golden(t, "result", upload("e1", identity))
	if s := upload("e2", signed); s.Attrs["type"] != "error" {
		t.Errorf("another identity was taken: %v", s)
	}
	golden(t, "key-count", r.ask("c1", "get", "encrypt", node{Tag: "count"}))
	digest := r.ask("d1", "get", "encrypt", node{Tag: "digest"})
	golden(t, "key-digest", digest)
	signature := digest.GetChildByTag("digest", "skey", "signature").Content.([]byte)
	sum := sha1.Sum(slices.Concat(identity[:], signed[:], signature, bytes.Repeat([]byte{7}, 32), bytes.Repeat([]byte{8}, 32)))
	if hash := digest.GetChildByTag("digest", "hash").Content.([]byte); !bytes.Equal(hash, sum[:]) {
		t.Errorf("digest %x, not %x", hash, sum)
	}
	if s := r.ask("e3", "set", "encrypt", node{Tag: "rotate", Content: []node{skey(2, signed, keys.signed)}}); s.Attrs["type"] != "error" {
		t.Errorf("a prekey that someone else signed was taken: %v", s)
	}
	golden(t, "result", r.ask("e4", "set", "encrypt", node{Tag: "rotate", Content: []node{skey(2, signed, keys.identity)}}))
	golden(t, "key-count", r.ask("c1", "get", "encrypt", node{Tag: "count"})) // the one-time keys are still there
	golden(t, "keys", r.ask("k1", "get", "encrypt", node{Tag: "key", Content: []node{
		{Tag: "user", Attrs: attrs{"jid": annaLID, "reason": "identity"}}, {Tag: "user", Attrs: attrs{"jid": "1@lid"}},
	}}))
	// A bundle uses up a one-time key; few left, and the client is told.
	r.say(node{Tag: "iq", Attrs: attrs{"id": "k2", "type": "get", "xmlns": "encrypt", "to": "s.whatsapp.net"},
		Content: []node{{Tag: "key", Content: []node{{Tag: "user", Attrs: attrs{"jid": "104952093303707:1@lid"}}}}}})
	if left := r.hearTag("notification"); left.Attrs["type"] != "encrypt" || left.GetChildren()[0].Attrs["value"] != "1" {
		t.Errorf("told %v", left)
	}
	own := r.hearTag("iq")
	if id := own.GetChildByTag("list", "user", "skey", "id"); !bytes.Equal(id.Content.([]byte), []byte{0, 0, 2}) {
		t.Errorf("after the rotation the signed prekey is %v", id.Content)
	}
}

func TestStanzasOfUsers(t *testing.T) {
	network := open(t, sandbox.Config{})
	r := active(t, network, linkRaw(t, network))
	usync := func(id, sid, context string, query []node, users ...node) node {
		return r.ask(id, "get", "usync", node{Tag: "usync", Attrs: attrs{"sid": sid, "mode": "query", "last": "true", "index": "0", "context": context},
			Content: []node{{Tag: "query", Content: query}, {Tag: "list", Content: users}}})
	}
	number := func(phone string) node {
		return node{Tag: "user", Content: []node{{Tag: "contact", Content: []byte(phone + "@c.us")}}}
	}
	contact := []node{{Tag: "contact", Attrs: attrs{"addressing_mode": "lid"}}}
	golden(t, "usync-contacts", usync("u1", "s1", "interactive", contact, number(anna), number("+79990001122")))
	if _, err := network.AddPhone("+551187654321", "Ana"); err != nil {
		t.Fatal(err)
	}
	golden(t, "usync-rewritten", usync("u4", "s4", "interactive", contact, number("+5511987654321"), number("+551187654321")))
	golden(t, "usync-rewritten-number", usync("u5", "s5", "interactive", []node{{Tag: "contact"}}, number("+5511987654321")))
	for _, taken := range []string{"+5511987654321", "+551187654321"} {
		if _, err := network.AddPhone(taken, "Eva"); err == nil {
			t.Errorf("%s is given twice", taken)
		}
	}
	golden(t, "usync-users", usync("u2", "s2", "message", []node{{Tag: "devices", Attrs: attrs{"version": "2"}}, {Tag: "lid"}},
		node{Tag: "user", Attrs: attrs{"jid": "79123456789@s.whatsapp.net"}}, node{Tag: "user", Attrs: attrs{"jid": ownerLID}}))
	golden(t, "rate-limit", usync("u3", "s3", "interactive", contact, slices.Repeat([]node{number(anna)}, 100)...))

	// Who asked for a list of devices hears when it changes.
	other := newClient(t, network)
	other.link(network.Phone(anna))
	golden(t, "devices-changed", r.hearTag("notification"))
}

func TestEndsOfSessions(t *testing.T) {
	network := open(t, sandbox.Config{})
	keys := linkRaw(t, network)
	first := active(t, network, keys)
	second := active(t, network, keys)
	golden(t, "replaced", first.hearTag("stream:error"))
	first.ends()
	if err := network.Phone(owner).Unlink(1); err != nil {
		t.Fatal(err)
	}
	golden(t, "device-removed", second.hearTag("stream:error"))
	second.ends()
	third := connect(t, network, keys, login(ownerUser, 1), nil)
	golden(t, "failure", third.hear())
	third.ends()
}

// A device is its key: the number alone lets nobody in.
func TestLoginWithAnotherKey(t *testing.T) {
	network := open(t, sandbox.Config{})
	linkRaw(t, network)
	r := connect(t, network, newRawKeys(t), login(ownerUser, 1), nil)
	golden(t, "failure", r.hear())
	r.ends()
	phone := connect(t, network, newRawKeys(t), login(ownerUser, 0), nil)
	golden(t, "failure", phone.hear())
}

// A ping whose bytes are put together by hand: list of 9, then tokens.
func TestHandWrittenBytes(t *testing.T) {
	network := open(t, sandbox.Config{})
	r := active(t, network, linkRaw(t, network))
	r.sayBytes([]byte{
		0,      // not compressed
		248, 9, // a list of nine: the tag and four attributes
		25,     // iq
		22, 87, // xmlns = w:p
		4, 41, // type = get
		17, 3, // to = s.whatsapp.net
		8, 252, 2, 'h', 'i', // id = two bytes, spelled out
	})
	for {
		if s := r.hearTag("iq"); s.Attrs["id"] == "hi" {
			golden(t, "result", s)
			return
		}
	}
}

func TestConnectionHeaders(t *testing.T) {
	network := open(t, sandbox.Config{})
	keys := newRawKeys(t)
	for name, header := range map[string][]byte{
		"another dictionary": {'W', 'A', 6, 2}, "another version": {'W', 'A', 5, 3}, "something else": []byte("GET "),
	} {
		t.Run(name, func(t *testing.T) {
			r := dialRaw(t, network)
			if err := r.ws.WriteMessage(websocket.BinaryMessage, append(slices.Clone(header), 0, 0, 1, 0)); err != nil {
				t.Fatal(err)
			}
			if _, _, err := r.ws.ReadMessage(); err == nil {
				t.Error("answered")
			}
		})
	}
	t.Run("routing hint", func(t *testing.T) {
		r := connect(t, network, keys, keys.registration(t), []byte{'E', 'D', 0, 1, 0, 0, 2, 0xab, 0xcd})
		golden(t, "pair-device", r.hear())
	})
	t.Run("text", func(t *testing.T) {
		r := dialRaw(t, network)
		if err := r.ws.WriteMessage(websocket.TextMessage, []byte("hello")); err != nil {
			t.Fatal(err)
		}
		if _, _, err := r.ws.ReadMessage(); err == nil {
			t.Error("answered")
		}
	})
}

// Frames may come several to a message, late, and a broken one ends the connection only.
func TestFrames(t *testing.T) {
	network := open(t, sandbox.Config{})
	r := active(t, network, linkRaw(t, network))
	ping := func(id byte) []byte {
		return r.bytes([]byte{0, 248, 9, 25, 22, 87, 4, 41, 17, 3, 8, 252, 1, id})
	}
	if err := r.ws.WriteMessage(websocket.BinaryMessage, append(ping('a'), ping('b')...)); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"a", "b"} {
		for {
			if s := r.hearTag("iq"); s.Attrs["id"] == id {
				break
			}
		}
	}
	r.sayBytes([]byte{0, 248, 200, 1})
	r.ends()
	wait.Until(t, "client is away", func() bool { return !network.Phone(owner).Devices()[0].Online })
}

func TestFalseRegistrations(t *testing.T) {
	network := open(t, sandbox.Config{})
	keys := newRawKeys(t)
	payload := keys.registration(t)
	payload.DevicePairingData.ESkeySig[0] ^= 1
	r := connect(t, network, keys, payload, nil)
	if s := r.hear(); s.Tag != "failure" || s.Attrs["reason"] != "400" {
		t.Errorf("answered %v", s)
	}
	r.ends()
	if codes := network.Codes(); len(codes) != 0 {
		t.Errorf("codes %+v", codes)
	}
}

func publicOf(private [32]byte) []byte {
	public, err := x25519(private)
	if err != nil {
		panic(err)
	}
	return public
}

func TestListensOnLoopbackOnly(t *testing.T) {
	for _, addr := range []string{"0.0.0.0:0", ":0", "192.0.2.1:0", "example.org:0"} {
		if n, err := sandbox.Listen(sandbox.Config{Addr: addr}); err == nil {
			n.Close()
			t.Errorf("listens on %s", addr)
		}
	}
	n, err := sandbox.Listen(sandbox.Config{Addr: "127.0.0.1:0", Clock: func() time.Time { return time.Unix(1, 0) }, Empty: true})
	if err != nil {
		t.Fatal(err)
	}
	if len(n.Phones()) != 0 {
		t.Error("an empty network has phones")
	}
	n.Close()
	n.Close()
}
