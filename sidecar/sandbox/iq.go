package sandbox

import (
	"strconv"

	"go.mau.fi/whatsmeow/types"
)

// iqHandlers answer a client's questions, by namespace. What is missing here is
// answered with 501 and counted as unhandled.
var iqHandlers = map[string]func(*conn, *stanza){
	"w:p":                     (*conn).acknowledge, // keepalive
	"urn:xmpp:ping":           (*conn).acknowledge,
	"urn:xmpp:whatsapp:dirty": (*conn).acknowledge,
	"urn:xmpp:whatsapp:push":  (*conn).acknowledge,
	"w:stats":                 (*conn).acknowledge, // telemetry
	"passive":                 (*conn).iqPassive,
	"encrypt":                 (*conn).iqEncrypt,
	"usync":                   (*conn).iqUsync,
	"md":                      (*conn).iqDevices,
	"w:sync:app:state":        (*conn).iqAppState,
	"w:m":                     (*conn).iqMedia,
	"privacy":                 (*conn).iqPrivacy,
	"blocklist":               (*conn).iqBlocklist,
	"status":                  (*conn).iqAbout,
	"disappearing_mode":       (*conn).iqDisappearing,
	"w:profile:picture":       (*conn).iqPicture,
	"abt":                     (*conn).iqProps,
	"w":                       (*conn).iqProps,
	"w:biz":                   (*conn).iqBusiness,
	"w:g2":                    (*conn).iqGroups,
	"w:mex":                   (*conn).iqMex,
}

// beforeLogin are the namespaces open to a client that waits to be linked.
var beforeLogin = map[string]bool{"w:p": true, "urn:xmpp:ping": true}

func (c *conn) handleIQ(s *stanza) {
	switch attr(s, "type") {
	case "result", "error":
		c.answered(s)
		return
	}
	space := attr(s, "xmlns")
	handler, ok := iqHandlers[space]
	if !ok {
		c.unknown(s)
		return
	}
	if tag, request := firstChild(s); c.device == nil && tag == codeTag {
		c.iqLinkCode(s, request)
		return
	}
	if c.device == nil && !beforeLogin[space] {
		c.refuse(s, 401)
		return
	}
	handler(c, s)
}

// unknown counts a question that has no answer here.
func (c *conn) unknown(s *stanza) {
	c.net.unhandled.add(describe(s))
	c.refuse(s, 501)
}

func (c *conn) acknowledge(s *stanza) { c.result(s) }

func (c *conn) result(s *stanza, content ...stanza) {
	out := stanza{Tag: "iq", Attrs: attrs{"from": types.ServerJID, "id": attr(s, "id"), "type": "result"}}
	if len(content) > 0 {
		out.Content = content
	}
	c.send(out)
}

// errorTexts are the words that go with error numbers (rests on whatsmeow's
// errors.go, which matches numbers and words).
var errorTexts = map[int]string{
	400: "bad-request", 401: "not-authorized", 403: "forbidden", 404: "item-not-found", 405: "not-allowed",
	406: "not-acceptable", 409: "conflict", 410: "gone", 419: "resource-limit", 429: "rate-overlimit",
	500: "internal-server-error", 501: "feature-not-implemented", 503: "service-unavailable",
}

// refuse answers an iq, or a message, with an error number.
func (c *conn) refuse(s *stanza, code int) {
	if s.Tag == "message" {
		c.send(messageAck(s, c.net.clock(), attrs{"error": strconv.Itoa(code)}))
		return
	}
	failure := attrs{"code": strconv.Itoa(code)}
	if text, ok := errorTexts[code]; ok {
		failure["text"] = text
	}
	c.send(stanza{Tag: "iq", Attrs: attrs{"from": types.ServerJID, "id": attr(s, "id"), "type": "error"},
		Content: []stanza{{Tag: "error", Attrs: failure}}})
}

func (c *conn) iqPassive(s *stanza) {
	child, _ := firstChild(s)
	c.result(s)
	switch child {
	case "active":
		c.activate()
	case "passive":
		c.device.passivate()
	}
}

// iqDevices lets a client log itself out.
func (c *conn) iqDevices(s *stanza) {
	child, node := firstChild(s)
	if child != "remove-companion-device" {
		c.unknown(s)
		return
	}
	target := c.device
	if jid := attrJID(node, "jid"); !jid.IsEmpty() {
		target = c.net.device(jid)
	}
	if target == nil || target.account != c.device.account || target.isPhone() {
		c.refuse(s, 404)
		return
	}
	c.result(s)
	if target != c.device {
		c.net.unlink(target.account, target)
		return
	}
	// The client closes by itself; nothing more is said to it (assumed).
	target.account.removeDevice(target)
	c.net.announceDevices(target.account, target)
	c.net.updates.publish(Update{Kind: UpdateDevice, Phone: target.account.e164()})
}
