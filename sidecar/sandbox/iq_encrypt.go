package sandbox

import (
	"crypto/sha1"
	"encoding/binary"
	"errors"
	"strconv"

	"go.mau.fi/libsignal/ecc"

	"github.com/nodeline/nodeline/sidecar/sandbox/signal"
)

var errKeys = errors.New("keys are not in the form that the protocol has")

// iqEncrypt keeps and gives out the keys of Signal sessions.
//
// Rests on whatsmeow's prekeys.go (count, key, upload) and on Baileys'
// socket.ts (digest, rotate).
func (c *conn) iqEncrypt(s *stanza) {
	tag, node := firstChild(s)
	switch attr(s, "type") + " " + tag {
	case "get count":
		_, once := c.device.keys()
		c.result(s, stanza{Tag: "count", Attrs: attrs{"value": strconv.Itoa(len(once))}})
	case "get digest":
		c.result(s, c.digest())
	case "get key":
		c.iqKeys(s, node)
	case "set rotate":
		// A new signed prekey alone: one-time keys stay as they are.
		skey, _ := child(node, "skey")
		key, err := readKey(&skey)
		if err == nil {
			err = c.rotate(key)
		}
		c.conclude(s, err)
	case "set registration", "set type", "set identity", "set list", "set skey":
		c.conclude(s, c.upload(s))
	default:
		c.unknown(s)
	}
}

func (c *conn) conclude(s *stanza, err error) {
	if err != nil {
		c.log.Debug("keys refused", "error", err)
		c.refuse(s, 406)
		return
	}
	c.result(s)
}

// upload takes a batch of one-time keys, with the signed prekey and the identity
// beside it. The identity is the one that was linked.
func (c *conn) upload(s *stanza) error {
	published, _ := c.device.keys()
	if identity := bytesAt(s, "identity"); identity != nil && string(identity) != string(published.Identity[:]) {
		return errors.New("identity is not the one that was linked")
	}
	list, _ := child(s, "list")
	var keys []signal.Key
	for _, item := range list.GetChildren() {
		key, err := readKey(&item)
		if err != nil {
			return err
		}
		keys = append(keys, key)
	}
	if skey, ok := child(s, "skey"); ok {
		key, err := readKey(&skey)
		if err != nil {
			return err
		}
		if err := c.rotate(key); err != nil {
			return err
		}
	}
	c.device.addKeys(keys)
	return nil
}

func (c *conn) rotate(key signal.Key) error {
	published, _ := c.device.keys()
	published.Signed = key
	if !published.Verified() {
		return errors.New("signed prekey is not signed by the identity")
	}
	c.device.setSigned(key)
	return nil
}

func readKey(s *stanza) (signal.Key, error) {
	id, value, signature := bytesAt(s, "id"), bytesAt(s, "value"), bytesAt(s, "signature")
	if len(id) != 3 || len(value) != 32 {
		return signal.Key{}, errKeys
	}
	key := signal.Key{ID: readID(id), Public: [32]byte(value)}
	if s.Tag == "skey" {
		if len(signature) != 64 {
			return signal.Key{}, errKeys
		}
		key.Signature = [64]byte(signature)
	}
	return key, nil
}

func keyStanza(tag string, key signal.Key) stanza {
	content := []stanza{{Tag: "id", Content: writeID(key.ID)}, {Tag: "value", Content: key.Public[:]}}
	if tag == "skey" {
		content = append(content, stanza{Tag: "signature", Content: key.Signature[:]})
	}
	return stanza{Tag: tag, Content: content}
}

// bundleStanzas is a device's bundle as it is sent: to who asks for it, and in
// retry receipts.
func bundleStanzas(b signal.Bundle) (registration stanza, keys []stanza) {
	registration = stanza{Tag: "registration", Content: binary.BigEndian.AppendUint32(nil, b.Registration)}
	keys = []stanza{{Tag: "type", Content: []byte{ecc.DjbType}}, {Tag: "identity", Content: b.Identity[:]}}
	if b.OneTime != nil {
		keys = append(keys, keyStanza("key", *b.OneTime))
	}
	return registration, append(keys, keyStanza("skey", b.Signed))
}

// iqKeys hands out bundles, one answer per user asked for.
func (c *conn) iqKeys(s, asked *stanza) {
	var list []stanza
	for _, user := range asked.GetChildrenByTag("user") {
		jid := attrJID(&user, "jid")
		answer := stanza{Tag: "user", Attrs: attrs{"jid": jid}}
		d := c.net.device(jid)
		if d == nil {
			answer.Content = []stanza{{Tag: "error", Attrs: attrs{"code": "404", "text": errorTexts[404]}}}
			list = append(list, answer)
			continue
		}
		bundle, err := d.takeBundle()
		if err != nil {
			c.log.Error("make bundle", "error", err)
			c.refuse(s, 500)
			return
		}
		registration, keys := bundleStanzas(bundle)
		answer.Attrs["t"] = unix(c.net.clock())
		answer.Content = append([]stanza{registration}, keys...)
		list = append(list, answer)
	}
	c.result(s, stanza{Tag: "list", Content: list})
}

// digest is what the server has of the client's keys, so that the client can
// tell whether they still agree: SHA-1 over identity, signed prekey, its
// signature, and the one-time keys in the order of their ids in the list.
//
// Rests on WhatsApp Web's WAWebDigestKeyJob as whatsapp-rust and Cobalt describe it.
func (c *conn) digest() stanza {
	bundle, once := c.device.keys()
	registration, keys := bundleStanzas(bundle)
	sum := sha1.New() // a checksum, not a proof
	sum.Write(bundle.Identity[:])
	sum.Write(bundle.Signed.Public[:])
	sum.Write(bundle.Signed.Signature[:])
	ids := make([]stanza, len(once))
	for i, key := range once {
		ids[i] = stanza{Tag: "id", Content: writeID(key.ID)}
		sum.Write(key.Public[:])
	}
	content := append([]stanza{registration}, keys...)
	content = append(content, stanza{Tag: "list", Content: ids}, stanza{Tag: "hash", Content: sum.Sum(nil)})
	return stanza{Tag: "digest", Content: content}
}
