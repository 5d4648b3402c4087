package sandbox

import (
	"slices"
	"strconv"
	"sync"
	"time"

	"go.mau.fi/whatsmeow/types"

	"github.com/nodeline/nodeline/sidecar/sandbox/signal"
)

// lowKeys is how few one-time keys must be left before the server says so.
// whatsmeow uploads more when it hears of fewer than five; the server's own
// limit is assumed.
const lowKeys = 5

// Device is one of an account's devices: number 0 is the simulated phone, the
// others are clients that were linked.
type Device struct {
	account  *account
	id       uint16
	name     string
	linkedAt time.Time
	noise    [32]byte
	index    uint32 // in the account's list of signed devices

	mu        sync.Mutex
	bundle    signal.Bundle // without one-time keys
	once      []signal.Key
	conn      *conn
	conns     int  // how many there have been
	active    bool // the backlog was sent, new stanzas go out as they come
	queue     []queued
	welcomed  bool
	available bool
}

// queued is a stanza that the client has not confirmed.
type queued struct {
	class string
	id    string
	kind  string
	stanza
}

// DeviceInfo is a companion as the interface shows it.
type DeviceInfo struct {
	ID       int       `json:"id"`
	Name     string    `json:"name"`
	Online   bool      `json:"online"`
	LinkedAt time.Time `json:"linkedAt"`
}

func (d *Device) isPhone() bool { return d.id == 0 }

func (d *Device) pn() types.JID {
	jid := d.account.pn
	jid.Device = d.id
	return jid
}

func (d *Device) lid() types.JID {
	jid := d.account.hidden()
	jid.Device = d.id
	return jid
}

// as is the device's address in the namespace of another address.
func (d *Device) as(other types.JID) types.JID {
	if other.Server == types.HiddenUserServer {
		return d.lid()
	}
	return d.pn()
}

// signal is the device's address for Signal sessions: always by LID, whatever
// the stanza says (rests on whatsmeow, which moves its sessions to LIDs).
func (d *Device) signal() signal.Address {
	return signal.Address{User: d.account.hidden().SignalAddressUser(), Device: d.id}
}

func (d *Device) info() DeviceInfo {
	d.mu.Lock()
	defer d.mu.Unlock()
	return DeviceInfo{ID: int(d.id), Name: d.name, Online: d.conn != nil, LinkedAt: d.linkedAt}
}

// attach makes c the device's connection and returns the one before it.
func (d *Device) attach(c *conn) *conn {
	d.mu.Lock()
	defer d.mu.Unlock()
	before := d.conn
	d.conns++
	c.number = d.conns
	d.conn, d.active = c, false
	return before
}

func (d *Device) detach(c *conn) {
	d.mu.Lock()
	mine := d.conn == c
	if mine {
		d.conn, d.active, d.available = nil, false, false
	}
	d.mu.Unlock()
	if mine {
		d.account.net.updates.publish(Update{Kind: UpdateDevice, Phone: d.account.e164()})
	}
}

func (d *Device) connection() *conn {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.conn
}

// succeeded reports that the device has, or had, a newer connection.
func (d *Device) succeeded(c *conn) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return c.number < d.conns
}

// say sends a stanza if the client is there, and forgets it otherwise.
func (d *Device) say(s stanza) {
	if c := d.connection(); c != nil {
		c.send(s)
	}
}

// sayActive is say for a client that wants more than its backlog.
func (d *Device) sayActive(s stanza) {
	d.mu.Lock()
	c, active := d.conn, d.active
	d.mu.Unlock()
	if c != nil && active {
		c.send(s)
	}
}

// deliver keeps a stanza until the client confirms it, and sends it now if the
// client is there. A phone takes it into its inbox.
func (d *Device) deliver(s stanza) {
	if d.isPhone() {
		d.account.phone.take(s)
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.conn == nil {
		s = d.account.net.aged(d, s)
	}
	d.queue = append(d.queue, queued{class: s.Tag, id: attr(&s, "id"), kind: attr(&s, "type"), stanza: s})
	if d.conn != nil && d.active {
		d.conn.send(s) // under the lock, so that order is kept
	}
}

// confirm takes a stanza of one sender off the queue: several devices may ask for
// one message again, under its id. An empty kind matches any.
func (d *Device) confirm(class, id, kind string, from types.JID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for i, q := range d.queue {
		if q.id == id && attrJID(&q.stanza, "from") == from && (class == "" || q.class == class) && (kind == "" || class == "message" || q.kind == kind) {
			d.queue = slices.Delete(d.queue, i, i+1)
			return
		}
	}
}

// activate sends the backlog between an offline_preview and an offline stanza,
// and from then on what comes. It reports whether this was the first time.
//
// Rests on whatsmeow's handleIB and Baileys' socket.ts: the preview counts, the
// last stanza ends the backlog; each backlog stanza carries its place in "offline".
func (d *Device) activate(c *conn) (first bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.conn != c || d.active {
		return false
	}
	counts := map[string]int{}
	for _, q := range d.queue {
		counts[q.class]++
	}
	count := strconv.Itoa(len(d.queue))
	c.send(stanza{Tag: "ib", Attrs: attrs{"from": types.ServerJID}, Content: []stanza{{Tag: "offline_preview", Attrs: attrs{
		"count": count, "appdata": "0", "message": strconv.Itoa(counts["message"]),
		"notification": strconv.Itoa(counts["notification"]), "receipt": strconv.Itoa(counts["receipt"]),
	}}}})
	for i, q := range d.queue {
		c.send(with(q.stanza, attrs{"offline": strconv.Itoa(i)}))
	}
	c.send(stanza{Tag: "ib", Attrs: attrs{"from": types.ServerJID}, Content: []stanza{{Tag: "offline", Attrs: attrs{"count": count}}}})
	d.active = true
	first, d.welcomed = !d.welcomed, true
	return first
}

func (d *Device) passivate() {
	d.mu.Lock()
	d.active = false
	d.mu.Unlock()
}

// addKeys stores one-time keys; one with a known number replaces it.
func (d *Device) addKeys(keys []signal.Key) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, k := range keys {
		if i := slices.IndexFunc(d.once, func(o signal.Key) bool { return o.ID == k.ID }); i >= 0 {
			d.once[i] = k
			continue
		}
		d.once = append(d.once, k)
	}
}

func (d *Device) setSigned(key signal.Key) {
	d.mu.Lock()
	d.bundle.Signed = key
	d.mu.Unlock()
}

// keys gives a snapshot of the published keys, with all one-time keys left.
func (d *Device) keys() (signal.Bundle, []signal.Key) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.bundle, slices.Clone(d.once)
}

// takeBundle hands out the device's keys and uses up one one-time key; without
// any left the bundle has none, as on the real server.
func (d *Device) takeBundle() (signal.Bundle, error) {
	usedUp := d.account.net.faults.find(Account, FaultNoPreKeys, d.account.e164(), d.id, nil) != nil
	if d.isPhone() {
		b, err := d.account.phone.signal.Bundle()
		if usedUp {
			b.OneTime = nil
		}
		return b, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	b := d.bundle
	if len(d.once) > 0 && !usedUp {
		key := d.once[0]
		d.once = slices.Delete(d.once, 0, 1)
		b.OneTime = &key
		if len(d.once) < lowKeys {
			d.sayKeyCount()
		}
	}
	return b, nil
}
