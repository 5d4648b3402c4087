package sandbox

import (
	"strconv"
	"strings"

	"go.mau.fi/whatsmeow/types"
)

// iqUsync answers questions about users: are they here, which devices have
// they, what is their LID.
//
// Rests on whatsmeow's user.go. A number that is not here is answered "out",
// with its number as its address and no LID (assumed). A number in its other form,
// see rewritten, is answered with the account's own address beside what was asked.
func (c *conn) iqUsync(s *stanza) {
	usync, ok := child(s, "usync")
	if !ok {
		c.refuse(s, 400)
		return
	}
	query, _ := child(&usync, "query")
	list, _ := child(&usync, "list")
	users := list.GetChildrenByTag("user")
	if c.net.rules.queryTooFast(c.device.account, lookups(users)) {
		c.refuse(s, 429)
		return
	}
	byLID := false
	if contact, ok := child(&query, "contact"); ok {
		byLID = attr(&contact, "addressing_mode") == "lid"
	}
	var out []stanza
	for _, user := range users {
		out = append(out, c.aboutUser(&user, &query, byLID))
	}
	c.result(s, stanza{Tag: "usync", Attrs: usync.Attrs, Content: []stanza{{Tag: "result"}, {Tag: "list", Content: out}}})
}

// lookups counts the phone numbers that a query asks about; devices and LIDs of
// users whose address is known already are not counted.
func lookups(users []stanza) int {
	count := 0
	for _, user := range users {
		if _, ok := child(&user, "contact"); ok {
			count++
		}
	}
	return count
}

func (c *conn) aboutUser(user, query *stanza, byLID bool) stanza {
	jid := attrJID(user, "jid")
	asked := string(bytesAt(user, "contact"))
	if asked != "" {
		number, _, _ := strings.Cut(asked, "@")
		jid = types.NewJID(strings.TrimPrefix(number, "+"), types.DefaultUserServer)
	}
	find := c.net.lookUp
	if asked != "" {
		find = c.net.asked
	}
	a := find(jid)
	out := stanza{Tag: "user", Attrs: attrs{"jid": jid}}
	switch {
	case asked == "" || a == nil:
	case byLID:
		out.Attrs = attrs{"jid": a.hidden(), "pn_jid": a.pn}
	default:
		out.Attrs = attrs{"jid": a.pn}
	}
	var content []stanza
	if asked != "" {
		kind := "out"
		if a != nil {
			kind = "in"
		}
		content = append(content, stanza{Tag: "contact", Attrs: attrs{"type": kind}, Content: []byte(asked)})
	}
	for _, want := range query.GetChildren() {
		if part, ok := c.userPart(a, jid.Server, want.Tag); ok {
			content = append(content, part)
		}
	}
	if len(content) > 0 {
		out.Content = content
	}
	return out
}

// userPart is one thing that a query may want. Parts that a user has not set
// (picture, verified business name, username) are left out.
func (c *conn) userPart(a *account, server, want string) (stanza, bool) {
	switch want {
	case "devices":
		var list []stanza
		if a != nil {
			a.watch(c.device.account, server)
			for _, d := range a.all() {
				list = append(list, d.listed())
			}
		}
		return stanza{Tag: "devices", Content: []stanza{{Tag: "device-list", Content: list}}}, true
	case "lid":
		if a == nil {
			return stanza{}, false
		}
		return stanza{Tag: "lid", Attrs: attrs{"val": a.hidden()}}, true
	case "status":
		if a == nil {
			return stanza{}, false
		}
		return stanza{Tag: "status", Content: []byte(a.about())}, true
	case "disappearing_mode":
		return stanza{Tag: "disappearing_mode", Attrs: attrs{"duration": "0", "t": "0"}}, a != nil
	case "contact", "business", "picture", "username", "bot", "sidelist", "text_status", "feature":
		return stanza{}, false
	default:
		c.net.unhandled.add("usync " + want)
		return stanza{}, false
	}
}

// listed is a device as device lists show it; the phone has no key index.
func (d *Device) listed() stanza {
	a := attrs{"id": strconv.Itoa(int(d.id))}
	if !d.isPhone() {
		a["key-index"] = strconv.Itoa(int(d.index))
	}
	return stanza{Tag: "device", Attrs: a}
}

// lookUp finds an account; with the rule against unknown numbers off, a number
// that is in form becomes one.
func (n *Network) lookUp(jid types.JID) *account {
	a := n.account(jid)
	if a != nil || jid.Server != types.DefaultUserServer || n.rules.get().UnknownNumbers {
		return a
	}
	if _, err := n.AddPhone(jid.User, "+"+jid.User); err != nil {
		return n.account(jid)
	}
	return n.account(jid)
}

// watch notes who asked for the account's devices, and in which namespace.
func (a *account) watch(by *account, server string) {
	if a == by {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.watchers == nil {
		a.watchers = map[watcher]struct{}{}
	}
	a.watchers[watcher{by, server}] = struct{}{}
}

// announceDevices tells who has asked for an account's devices, and its own
// other companions, that the list has changed.
//
// Rests on whatsmeow's handleDeviceNotification and handleOwnDevicesNotification.
// Watchers get "update", on which clients drop the list they hold; what the
// real server sends with it (key index lists) is left out. That it names the
// account as it was asked for is assumed.
func (n *Network) announceDevices(a *account, changed *Device) {
	a.mu.Lock()
	watchers := make([]watcher, 0, len(a.watchers))
	for w := range a.watchers {
		watchers = append(watchers, w)
	}
	a.mu.Unlock()
	all := a.all()
	devices := make([]stanza, len(all))
	for i, d := range all {
		devices[i] = with(d.listed(), attrs{"jid": d.pn()})
		delete(devices[i].Attrs, "id")
	}
	for _, d := range a.companions() {
		if d != changed {
			d.deliver(n.notification("account_sync", a.pn, stanza{Tag: "devices", Attrs: attrs{"dhash": hashAs(all, a.pn)}, Content: devices}))
		}
	}
	for _, w := range watchers {
		s := n.notification("devices", a.pn, stanza{Tag: "update", Attrs: attrs{"device_hash": hashAs(all, a.pn)}})
		if w.server == types.HiddenUserServer {
			s = n.notification("devices", a.hidden(), stanza{Tag: "update", Attrs: attrs{"device_hash": hashAs(all, a.hidden())}})
		} else {
			s = with(s, attrs{"lid": a.hidden()})
		}
		for _, d := range w.account.companions() {
			d.deliver(s)
		}
	}
}

// hashAs sums up devices in the namespace of an address.
func hashAs(devices []*Device, as types.JID) string {
	list := make([]types.JID, len(devices))
	for i, d := range devices {
		list[i] = d.as(as)
	}
	return participantHash(list)
}
