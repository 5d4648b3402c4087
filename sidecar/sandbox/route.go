package sandbox

import (
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.mau.fi/whatsmeow/types"
)

// A message through the network:
//
//	client ── message ─▶ judge ─▶ queue for every device named ─▶ ack ─▶ client
//	                       │                 │
//	                       └ ack with error  ├▶ phone: opens it, shows it, sends a receipt
//	                                         └▶ companion: opens it, sends a receipt
//
// What is addressed to devices is queued before the ack goes out, so that an
// acknowledged message cannot be lost.

// participantHash sums up a list of devices; clients compare it with their own.
// Rests on whatsmeow's participantListHashV2.
func participantHash(devices []types.JID) string {
	names := make([]string, len(devices))
	for i, jid := range devices {
		names[i] = jid.ADString()
	}
	slices.Sort(names)
	sum := sha256.Sum256([]byte(strings.Join(names, "")))
	return "2:" + base64.RawStdEncoding.EncodeToString(sum[:6])
}

// messageAck is the server's word on a message.
func messageAck(s *stanza, now time.Time, more attrs) stanza {
	return with(stanza{Tag: "ack", Attrs: attrs{
		"class": "message", "id": attr(s, "id"), "from": attrJID(s, "to"), "t": unix(now),
	}}, more)
}

// routeMessage takes a message from a device and acknowledges it. It returns
// the error number that the message was refused with, 0 if it was taken.
func (n *Network) routeMessage(from *Device, s *stanza) int {
	to := attrJID(s, "to")
	if to.Server == types.GroupServer {
		return n.routeGroup(from, s)
	}
	target := n.account(to)
	code := 0
	switch {
	case target == nil && to.Server != types.HiddenUserServer && to.Server != types.DefaultUserServer:
		n.unhandled.add("message to " + to.Server)
		code = 404
	case target == nil:
		code = 404
	default:
		code = n.judge(from, target, s)
	}
	now := n.clock()
	if code != 0 {
		from.say(messageAck(s, now, attrs{"error": strconv.Itoa(code)}))
		return code
	}
	more := attrs{}
	if hash := staleHash(from, target, s); hash != "" {
		more["phash"] = hash
	}
	n.messages.Add(1)
	if target != from.account {
		target.meet(from.account, func(p *partner) { p.heard = true })
	}
	if !target.blocks(from.account) {
		n.fanOut(from, target, s, now)
	}
	from.say(messageAck(s, now, more))
	return 0
}

// staleHash compares the devices that a message names with those that there
// are; "" if they agree. Only messages to all devices are compared.
func staleHash(from *Device, target *account, s *stanza) string {
	participants, ok := child(s, "participants")
	if !ok || from.isPhone() {
		return ""
	}
	to := attrJID(s, "to")
	named := []types.JID{from.as(to)}
	for _, p := range participants.GetChildren() {
		named = append(named, attrJID(&p, "jid"))
	}
	there := target.all()
	if target != from.account {
		there = append(there, from.account.all()...)
	}
	if hash := hashAs(there, to); hash != participantHash(named) {
		return hash
	}
	return ""
}

// fanOut queues a message for every device that it names. Own devices come
// first, so that the owner's phone has its copy before receipts come in.
func (n *Network) fanOut(from *Device, target *account, s *stanza, now time.Time) {
	participants, ok := child(s, "participants")
	if !ok {
		// One device: a peer message, or a copy for a device that could not read one.
		if d := target.device(attrJID(s, "to").Device); d != nil {
			d.deliver(n.copyFor(d, from, target, s, s.GetChildrenByTag("enc"), now))
		}
		return
	}
	var own, other []func()
	for _, p := range participants.GetChildren() {
		d := n.device(attrJID(&p, "jid"))
		if d == nil || d == from || (d.account != target && d.account != from.account) {
			continue
		}
		copied := n.copyFor(d, from, target, s, p.GetChildren(), now)
		if d.account == from.account {
			own = append(own, func() { d.deliver(copied) })
		} else {
			other = append(other, func() { d.deliver(copied) })
		}
	}
	for _, deliver := range append(own, other...) {
		deliver()
	}
}

// notForwarded are the parts of a message that are for the server or for single devices.
var notForwarded = map[string]bool{"participants": true, "enc": true, "tctoken": true, "cstoken": true}

// copyFor is the message as one device gets it.
//
// Rests on whatsmeow's parseMessageSource: the sender is named in the namespace
// of the chat, the other name stands beside it; a copy for an own device names
// the chat in "recipient".
func (n *Network) copyFor(d, from *Device, target *account, s *stanza, sealed []stanza, now time.Time) stanza {
	to := attrJID(s, "to")
	sender := from.as(to)
	out := attrs{"id": attr(s, "id"), "from": sender, "t": unix(now), "type": attr(s, "type"), "notify": from.account.pushName()}
	for _, name := range []string{"edit", "category"} {
		if value := attr(s, name); value != "" {
			out[name] = value
		}
	}
	hidden := sender.Server == types.HiddenUserServer
	switch {
	case d.account == from.account:
		chat := target
		if recipient := attrJID(s, "recipient"); !recipient.IsEmpty() { // a second copy for an own device
			if a := n.account(recipient); a != nil {
				chat = a
			}
		}
		if hidden {
			out["recipient"], out["peer_recipient_pn"] = chat.hidden(), chat.pn
		} else {
			out["recipient"], out["peer_recipient_lid"] = chat.pn, chat.hidden()
		}
	case hidden:
		out["sender_pn"] = from.account.pn
		out["addressing_mode"] = "lid"
	default:
		out["sender_lid"] = from.account.hidden()
		out["addressing_mode"] = "pn"
	}
	content := slices.Clone(sealed)
	for _, child := range s.GetChildren() {
		if !notForwarded[child.Tag] {
			content = append(content, child)
		}
	}
	return stanza{Tag: "message", Attrs: out, Content: content}
}

// Receipts that stay between a device and the server, or the own phone.
var privateReceipts = map[string]bool{"sender": true, "peer_msg": true, "hist_sync": true, "read-self": true}

// routeReceipt takes a receipt from a device, acknowledges it and passes it on:
// a retry receipt to the device that is asked, others to all devices of the sender.
func (n *Network) routeReceipt(from *Device, s *stanza) {
	to, id, kind := attrJID(s, "to"), attr(s, "id"), attr(s, "type")
	if !from.isPhone() {
		ack := attrs{"class": "receipt", "id": id, "from": to}
		if kind != "" {
			ack["type"] = kind
		}
		if author := attrJID(s, "participant"); !author.IsEmpty() {
			ack["participant"] = author
		}
		from.say(stanza{Tag: "ack", Attrs: ack})
		if kind != "retry" {
			from.confirm("message", id, "", to)
		}
	}
	if to.Server == types.GroupServer {
		n.routeGroupReceipt(from, s)
		return
	}
	target := n.addressee(to)
	if target == nil || privateReceipts[kind] {
		return
	}
	out := attrs{"id": id, "from": from.as(to), "t": unix(n.clock())}
	if kind != "" {
		out["type"] = kind
	}
	for _, name := range []string{"category", "recipient"} {
		if v, ok := s.Attrs[name]; ok {
			out[name] = v
		}
	}
	passed := stanza{Tag: "receipt", Attrs: out, Content: s.Content}
	if kind == "server-error" { // a device asks its phone to upload a file again
		if target == from.account {
			target.device(0).deliver(passed)
		}
		return
	}
	if kind == "retry" {
		if d := target.device(to.Device); d != nil {
			d.deliver(passed)
		}
		return
	}
	if target == from.account {
		return
	}
	for _, d := range target.all() {
		d.deliver(passed)
	}
	if kind == "read" && !from.isPhone() {
		// The own phone learns what a companion has read (assumed to be its only trace).
		from.account.phone.readElsewhere(room{peer: target})
	}
}

// routeChatState passes "typing" on to clients that are there, and to phones.
func (n *Network) routeChatState(from *Device, s *stanza) {
	to := attrJID(s, "to")
	if g := n.group(to); g != nil {
		for _, a := range g.accounts() {
			if a != from.account && a.phone.Online() {
				a.phone.sees(room{group: g}, s)
			}
			for _, d := range a.companions() {
				if a != from.account {
					d.sayActive(stanza{Tag: "chatstate", Attrs: attrs{"from": g.jid, "participant": from.lid()}, Content: s.Content})
				}
			}
		}
		return
	}
	target := n.account(to)
	if target == nil {
		return
	}
	if target.phone.Online() {
		target.phone.sees(room{peer: from.account}, s)
	}
	sender := from.as(to).ToNonAD()
	for _, d := range target.companions() {
		d.sayActive(stanza{Tag: "chatstate", Attrs: attrs{"from": sender}, Content: s.Content})
	}
}
