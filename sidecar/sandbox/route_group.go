package sandbox

import (
	"slices"
	"strconv"
	"time"
)

// A message to a group: sealed once with the sender's key (skmsg), and beside it,
// for each device, that key sealed for the device alone.
//
// Rests on whatsmeow's sendGroup and parseMessageSource.

// routeGroup takes a message to a group; as routeMessage. Who is not in the group
// gets 403 (assumed; whatsmeow asks who is in it first and gets that as an answer).
func (n *Network) routeGroup(from *Device, s *stanza) int {
	to := attrJID(s, "to")
	g := n.group(to)
	code := 0
	switch {
	case g == nil:
		code = 404
	case !g.has(from.account):
		code = 403
	default:
		code = n.judgeForm(from, s)
	}
	now := n.clock()
	if code != 0 {
		from.say(messageAck(s, now, attrs{"error": strconv.Itoa(code)}))
		return code
	}
	more := attrs{}
	if participants, ok := child(s, "participants"); !ok {
		// A copy for one device that could not read it.
		if d := n.device(attrJID(s, "participant")); d != nil && g.has(d.account) {
			d.deliver(n.copyForGroup(from, g, s, s.GetChildrenByTag("enc"), now))
		}
	} else {
		if hash := hashAs(g.devices(), from.lid()); attr(s, "phash") != "" && attr(s, "phash") != hash {
			more["phash"] = hash
		}
		n.messages.Add(1)
		n.fanOutGroup(from, g, s, &participants, now)
	}
	from.say(messageAck(s, now, more))
	return 0
}

// fanOutGroup queues a group message for every device of every member, the
// sender's own first. A device that the sender did not know of gets it too: it has
// no key and asks for one.
func (n *Network) fanOutGroup(from *Device, g *group, s, participants *stanza, now time.Time) {
	keys := map[*Device][]stanza{}
	for _, p := range participants.GetChildren() {
		if d := n.device(attrJID(&p, "jid")); d != nil {
			keys[d] = p.GetChildren()
		}
	}
	devices := g.devices()
	slices.SortStableFunc(devices, func(a, b *Device) int { return own(b, from) - own(a, from) })
	for _, d := range devices {
		if d != from {
			d.deliver(n.copyForGroup(from, g, s, slices.Concat(keys[d], s.GetChildrenByTag("enc")), now))
		}
	}
}

func own(d, from *Device) int {
	if d.account == from.account {
		return 1
	}
	return 0
}

// copyForGroup is a group message as one device gets it.
func (n *Network) copyForGroup(from *Device, g *group, s *stanza, sealed []stanza, now time.Time) stanza {
	out := attrs{"id": attr(s, "id"), "from": g.jid, "participant": from.lid(), "participant_pn": from.account.pn, "addressing_mode": "lid",
		"t": unix(now), "type": attr(s, "type"), "notify": from.account.pushName()}
	if edit := attr(s, "edit"); edit != "" {
		out["edit"] = edit
	}
	content := slices.Clone(sealed)
	for _, child := range s.GetChildren() {
		if !notForwarded[child.Tag] {
			content = append(content, child)
		}
	}
	return stanza{Tag: "message", Attrs: out, Content: content}
}

// routeGroupReceipt passes a receipt for a message in a group on to whose message
// it was; as routeReceipt.
func (n *Network) routeGroupReceipt(from *Device, s *stanza) {
	to, author, kind := attrJID(s, "to"), attrJID(s, "participant"), attr(s, "type")
	target := n.account(author)
	if target == nil || privateReceipts[kind] {
		return
	}
	out := attrs{"id": attr(s, "id"), "from": to, "participant": from.lid(), "t": unix(n.clock())}
	if kind != "" {
		out["type"] = kind
	}
	passed := stanza{Tag: "receipt", Attrs: out, Content: s.Content}
	if kind == "retry" {
		if d := target.device(author.Device); d != nil {
			d.deliver(passed)
		}
		return
	}
	if target != from.account {
		for _, d := range target.all() {
			d.deliver(passed)
		}
	}
	if g := n.group(to); g != nil && kind == "read" && !from.isPhone() {
		from.account.phone.readElsewhere(room{group: g})
	}
}
