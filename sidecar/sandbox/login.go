package sandbox

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"go.mau.fi/whatsmeow/proto/waWa6"
	"go.mau.fi/whatsmeow/types"
)

var errLogin = errors.New("login refused")

// login lets a linked device in. A device that is not linked (any more), or
// whose Noise key is another one, gets <failure reason="401"/> (rests on
// whatsmeow's connectionevents.go: 401 means logged out).
func (c *conn) login(payload *waWa6.ClientPayload) error {
	jid := types.JID{User: strconv.FormatUint(payload.GetUsername(), 10), Device: uint16(payload.GetDevice()), Server: types.DefaultUserServer}
	if failure, ok := c.net.takeFailure(jid); ok {
		return c.fail(failure)
	}
	d := c.net.device(jid)
	if d == nil || d.isPhone() || d.noise != c.session.Peer {
		return c.fail(attrs{"reason": "401", "location": "sandbox"})
	}
	if err := c.admit(d); err != nil {
		return err
	}
	c.device = d
	c.mu.Lock()
	c.loggedIn = d
	c.mu.Unlock()
	if before := d.attach(c); before != nil {
		before.replace()
	}
	c.meetFaults()
	c.send(stanza{Tag: "success", Attrs: attrs{"t": unix(c.net.clock()), "lid": d.lid(), "location": "sandbox", "props": "27"}})
	if !payload.GetPassive() {
		c.activate()
	}
	c.net.updates.publish(Update{Kind: UpdateDevice, Phone: d.account.e164()})
	return nil
}

// admit lets a device in, as far as faults do.
func (c *conn) admit(d *Device) error {
	struck := c.net.faults.stanza(Login, d, nil)
	if struck == nil {
		return nil
	}
	switch struck.Do {
	case FaultRefuse:
		failure := attrs{"reason": strconv.Itoa(struck.Code), "location": "sandbox"}
		for name, value := range struck.Attrs {
			failure[name] = struck.fill(nil)(value)
		}
		return c.fail(failure)
	case FaultDelay:
		c.sleep(struck.delay)
		return nil
	case FaultDrop:
		c.sleep(unanswered)
	}
	return errCut
}

// unanswered is how long a client that gets no answer to its login may stay.
const unanswered = 2 * time.Minute

// replace ends a connection whose device has a newer one: one per device, the
// newest wins (rests on whatsmeow: conflict "replaced").
func (c *conn) replace() {
	if c.stuck() {
		c.close() // what is in it is lost, as it cannot be told
		return
	}
	c.finish(streamError("", "replaced"))
}

// fail ends a connection before it is logged in.
func (c *conn) fail(failure attrs) error {
	c.finish(stanza{Tag: "failure", Attrs: failure})
	<-c.done // the writer closes once it is sent
	return fmt.Errorf("%w: reason %v", errLogin, failure["reason"])
}

// activate is what a client's <active/> asks for.
func (c *conn) activate() {
	if first := c.device.activate(c); first {
		c.device.account.phone.greet(c.device)
	}
}

// streamError is the last stanza of a connection.
func streamError(code, conflict string) stanza {
	s := stanza{Tag: "stream:error", Attrs: attrs{}}
	if code != "" {
		s.Attrs["code"] = code
	}
	if conflict != "" {
		s.Content = []stanza{{Tag: "conflict", Attrs: attrs{"type": conflict}}}
	}
	return s
}

// handlePresence keeps the name that the client goes by, and answers a subscription.
func (c *conn) handlePresence(s *stanza) {
	kind := attr(s, "type")
	switch kind {
	case "subscribe":
		// A subscriber hears at once of a contact that is there (assumed).
		if to := c.net.account(attrJID(s, "to")); to != nil && to.phone.Online() {
			c.device.say(stanza{Tag: "presence", Attrs: attrs{"from": attrJID(s, "to").ToNonAD()}})
		}
	case "unsubscribe":
	case "", "available", "unavailable":
		c.device.mu.Lock()
		c.device.available = kind != "unavailable"
		c.device.mu.Unlock()
		if name := attr(s, "name"); name != "" {
			c.device.account.setPushName(name)
		}
	default:
		c.net.unhandled.add("presence " + kind)
	}
}

// FailNextLogin ends the device's next login with <failure reason="..."/> and
// more attributes, e.g. 503, 405 (client outdated), 403 (locked), 402 with code
// and expire (temporary ban).
func (n *Network) FailNextLogin(phone string, device int, reason string, more map[string]string) error {
	p := n.Phone(phone)
	if p == nil {
		return errNoPhone
	}
	failure := attrs{"reason": reason, "location": "sandbox"}
	for k, v := range more {
		failure[k] = v
	}
	jid := p.account.pn
	jid.Device = uint16(device)
	n.mu.Lock()
	n.failing[jid] = failure
	n.mu.Unlock()
	return nil
}

func (n *Network) takeFailure(jid types.JID) (attrs, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	failure, ok := n.failing[jid]
	delete(n.failing, jid)
	return failure, ok
}

// Kick cuts a device's connection without a word; it reports whether there was one.
func (n *Network) Kick(phone string, device int) bool {
	c := n.connectionOf(phone, device)
	if c == nil {
		return false
	}
	c.close()
	return true
}

// StreamError ends a device's connection with <stream:error code="..."> and,
// where it is not empty, <conflict type="..."/>: ("515", ""), ("503", ""), ("", "replaced").
// It reports whether there was a connection.
func (n *Network) StreamError(phone string, device int, code, conflict string) bool {
	c := n.connectionOf(phone, device)
	if c == nil {
		return false
	}
	c.finish(streamError(code, conflict))
	return true
}

// Backlog is how many stanzas a device has not confirmed, -1 without such a device.
func (n *Network) Backlog(phone string, device int) int {
	p := n.Phone(phone)
	if p == nil {
		return -1
	}
	d := p.account.device(uint16(device))
	if d == nil {
		return -1
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.queue)
}

func (n *Network) connectionOf(phone string, device int) *conn {
	p := n.Phone(phone)
	if p == nil {
		return nil
	}
	d := p.account.device(uint16(device))
	if d == nil {
		return nil
	}
	return d.connection()
}
