package sandbox

import (
	"strings"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
)

// room is a chat of a phone: with another account, or a group. The zero room is none.
type room struct {
	peer  *account
	group *group
}

// key is the chat's name on the phone and in the interface: a number, or a group's address.
func (r room) key() string {
	if r.group != nil {
		return r.group.jid.String()
	}
	return r.peer.e164()
}

func (r room) none() bool { return r.peer == nil && r.group == nil }

// room finds a chat by a number or a group's address.
func (p *Phone) room(with string) (room, error) {
	if !strings.HasSuffix(with, "@"+types.GroupServer) {
		peer, err := p.peer(with)
		return room{peer: peer}, err
	}
	g := p.account.net.group(parseJID(with))
	switch {
	case g == nil:
		return room{}, errNoGroup
	case !g.has(p.account):
		return room{}, errNotMember
	}
	return room{group: g}, nil
}

// roomAt finds the chat with an address; none where there is nobody.
func (p *Phone) roomAt(jid types.JID) room {
	return room{peer: p.account.net.account(jid), group: p.account.net.group(jid)}
}

// address is the room's address in the namespace that the phone writes in.
func (p *Phone) address(r room) types.JID {
	if r.group != nil {
		return r.group.jid
	}
	return p.addressOf(r.peer)
}

// named is an account's address in a room: groups go by LIDs.
func (p *Phone) named(r room, a *account) types.JID {
	if r.group != nil {
		return a.hidden()
	}
	return p.addressOf(a)
}

// unsealKey keeps the sender key that came with a message.
func (p *Phone) unsealKey(from *Device, message *waE2E.Message) {
	key := message.GetSenderKeyDistributionMessage()
	if key == nil {
		return
	}
	if err := p.signal.AcceptGroupKey(key.GetGroupID(), from.signal(), key.GetAxolotlSenderKeyDistributionMessage()); err != nil {
		p.account.net.log.Debug("phone cannot read a sender key", "error", err)
	}
}
