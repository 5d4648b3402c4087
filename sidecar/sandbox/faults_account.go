package sandbox

import (
	"context"
	"strconv"
	"time"

	"go.mau.fi/whatsmeow/types"
)

// beginAccountFault does at once what a fault does to accounts: to that of its
// phone, or to all.
func (n *Network) beginAccountFault(r *rule) {
	switch r.Do {
	case FaultLimit:
		n.relimit()
		context.AfterFunc(r.ctx, n.relimit)
	case FaultNewLID:
		if n.faults.strikeNow(r) != nil {
			n.renameHidden(n.Phone(r.Phone).account)
		}
	case FaultNoPreKeys:
		for _, p := range n.Phones() {
			if r.match(Account, p.Number(), 0, nil) {
				for _, d := range p.account.companions() {
					d.useUp()
				}
			}
		}
	}
}

// relimit puts accounts under the reach-out timelock, or lifts it, as the rules
// and the faults say.
func (n *Network) relimit() {
	for _, p := range n.Phones() {
		p.account.limit(n.rules.limits(p.Number()) || n.faults.holds(FaultLimit, p.Number()))
	}
}

// renameHidden gives an account another LID. The one before leads nowhere but for
// receipts: the server knows whose message they are of (assumed). One that asks for
// a message again would be lost otherwise, and no client could notice.
func (n *Network) renameHidden(a *account) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.hidden, a.hidden().User)
	n.former[a.hidden().User] = a
	for try := byte(1); ; try++ {
		lid := types.NewJID(hiddenUser(a.hidden().User, try), types.HiddenUserServer)
		if n.hidden[lid.User] == nil && n.former[lid.User] == nil {
			a.lid.Store(&lid)
			n.hidden[lid.User] = a
			break
		}
	}
	n.updates.publish(Update{Kind: UpdatePhone, Phone: a.e164()})
}

// useUp takes all one-time keys away, as when others have fetched them, and
// says so to the client.
func (d *Device) useUp() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.once = nil
	d.sayKeyCount()
}

// sayKeyCount tells a client that is there how few one-time keys are left. The
// caller holds d.mu.
func (d *Device) sayKeyCount() {
	if d.conn != nil && d.active {
		d.conn.send(d.account.net.notification("encrypt", types.ServerJID, stanza{Tag: "count", Attrs: attrs{"value": strconv.Itoa(len(d.once))}}))
	}
}

// aged dates a stanza back that has to wait for its device, where a fault says so.
func (n *Network) aged(d *Device, s stanza) stanza {
	sent := attrInt(&s, "t")
	if sent == 0 {
		return s
	}
	struck := n.faults.find(Account, FaultAge, d.account.e164(), d.id, nil)
	if struck == nil {
		return s
	}
	back := time.Duration(struck.AgeMS) * time.Millisecond
	return with(s, attrs{"t": unix(time.Unix(int64(sent), 0).Add(-back))})
}
