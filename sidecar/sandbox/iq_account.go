package sandbox

import (
	"crypto/rand"
	"maps"
	"slices"
	"strconv"

	"go.mau.fi/whatsmeow/types"
)

// What clients ask about their own account. None of it changes how the sandbox
// behaves, except the block list; it is stored so that it can be read back.

// privacyDefaults are a new account's settings (rests on whatsmeow's privacysettings.go for the names).
var privacyDefaults = map[string]string{
	"readreceipts": "all", "last": "all", "profile": "all", "status": "all", "groupadd": "all",
	"online": "all", "calladd": "all", "messages": "all", "defense": "off", "stickers": "all",
}

const defaultAbout = "Hey there! I am using WhatsApp."

func (a *account) about() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.settings.about == "" {
		return defaultAbout
	}
	return a.settings.about
}

func (c *conn) iqPrivacy(s *stanza) {
	child, node := firstChild(s)
	a := c.device.account
	if child == "tokens" {
		c.issueTokens(node)
		c.result(s)
		return
	}
	a.mu.Lock()
	values := maps.Clone(privacyDefaults)
	maps.Copy(values, a.settings.privacy)
	if attr(s, "type") == "set" {
		for _, category := range node.GetChildrenByTag("category") {
			values[attr(&category, "name")] = attr(&category, "value")
		}
		a.settings.privacy = values
	}
	a.mu.Unlock()
	var list []stanza
	for _, name := range slices.Sorted(maps.Keys(values)) {
		list = append(list, stanza{Tag: "category", Attrs: attrs{"name": name, "value": values[name]}})
	}
	c.result(s, stanza{Tag: "privacy", Content: list})
}

// issueTokens gives the named contacts a token of trust from this account, as a
// client does that writes to them.
//
// Rests on whatsmeow's tctoken.go and handlePrivacyTokenNotification. The token
// is opaque to everyone but the server.
func (c *conn) issueTokens(tokens *stanza) {
	for _, token := range tokens.GetChildrenByTag("token") {
		if to := c.net.account(attrJID(&token, "jid")); to != nil && attr(&token, "type") == "trusted_contact" {
			c.net.trust(c.device.account, to)
		}
	}
}

// trust makes one account a trusted contact of another and tells its clients.
func (n *Network) trust(giver, holder *account) {
	token := make([]byte, 16)
	_, _ = rand.Read(token)
	holder.meet(giver, func(p *partner) { p.token = token })
	for _, d := range holder.companions() {
		s := n.notification("privacy_token", giver.pn, stanza{Tag: "tokens", Content: []stanza{{
			Tag: "token", Attrs: attrs{"jid": holder.pn, "type": "trusted_contact", "t": unix(n.clock())}, Content: token,
		}}})
		d.deliver(with(s, attrs{"sender_lid": giver.hidden()}))
	}
}

func (c *conn) iqBlocklist(s *stanza) {
	a := c.device.account
	a.mu.Lock()
	if attr(s, "type") == "set" {
		for _, item := range s.GetChildrenByTag("item") {
			jid := attrJID(&item, "jid").ToNonAD()
			a.settings.blocked = slices.DeleteFunc(a.settings.blocked, func(other types.JID) bool { return other == jid })
			if attr(&item, "action") == "block" {
				a.settings.blocked = append(a.settings.blocked, jid)
			}
		}
	}
	blocked := slices.Clone(a.settings.blocked)
	a.mu.Unlock()
	list := make([]stanza, len(blocked))
	for i, jid := range blocked {
		list[i] = stanza{Tag: "item", Attrs: attrs{"jid": jid}}
	}
	c.result(s, stanza{Tag: "list", Attrs: attrs{"dhash": participantHash(blocked)}, Content: list})
}

func (c *conn) iqAbout(s *stanza) {
	if text := bytesAt(s, "status"); attr(s, "type") == "set" && text != nil {
		a := c.device.account
		a.mu.Lock()
		a.settings.about = string(text)
		a.mu.Unlock()
	}
	c.result(s)
}

func (c *conn) iqDisappearing(s *stanza) {
	_, node := firstChild(s)
	a := c.device.account
	a.mu.Lock()
	if attr(s, "type") == "set" {
		a.settings.ephemeral = attr(node, "duration")
	}
	duration := a.settings.ephemeral
	a.mu.Unlock()
	if duration == "" {
		duration = "0"
	}
	c.result(s, stanza{Tag: "disappearing_mode", Attrs: attrs{"duration": duration, "t": unix(c.net.clock())}})
}

// iqPicture: nobody here has a picture.
func (c *conn) iqPicture(s *stanza) { c.refuse(s, 404) }

// iqProps: no property of the server is set; clients then use their defaults.
func (c *conn) iqProps(s *stanza) {
	child, node := firstChild(s)
	if child != "props" {
		c.unknown(s)
		return
	}
	c.result(s, stanza{Tag: "props", Attrs: attrs{"protocol": attr(node, "protocol"), "ab_key": "sandbox", "refresh": "86400", "refresh_id": "1", "hash": attr(node, "hash")}})
}

// iqBusiness: nobody here has a business profile.
func (c *conn) iqBusiness(s *stanza) {
	child, _ := firstChild(s)
	if child != "business_profile" {
		c.unknown(s)
		return
	}
	c.result(s, stanza{Tag: "business_profile"})
}

// iqMex answers a GraphQL question with no data (assumed to be a valid answer to all of them).
func (c *conn) iqMex(s *stanza) {
	c.result(s, stanza{Tag: "result", Content: []byte(`{"data":{}}`)})
}

// iqMedia names the host for attachments; it is this network, once rewritten.
func (c *conn) iqMedia(s *stanza) {
	const seconds = "21600"
	c.result(s, stanza{Tag: "media_conn", Attrs: attrs{"auth": "sandbox", "ttl": seconds, "auth_ttl": seconds, "max_buckets": strconv.Itoa(12)},
		Content: []stanza{{Tag: "host", Attrs: attrs{"hostname": "mmg.whatsapp.net"}}}})
}
