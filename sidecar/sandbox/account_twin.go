package sandbox

import (
	"strings"

	"go.mau.fi/whatsmeow/types"
)

// Forms of mobile numbers, in digits, that two countries changed while accounts kept theirs.
const (
	brazilOld = 12 // 55, two of the area, eight of the subscriber
	brazilNew = 13 // with the ninth digit, a 9 after the area
	mexicoOld = 13 // 52, a 1 that said "mobile", ten digits
	mexicoNew = 12 // without that 1
)

// twin is the other form of a number that WhatsApp knows in one form only, digits;
// "" for any other number. Brazil's mobile numbers got a ninth digit, Mexico's lost
// a 1; an account keeps the form in which it was made.
func twin(user string) string {
	switch {
	case strings.HasPrefix(user, "55") && len(user) == brazilOld && user[4] >= '6':
		return user[:4] + "9" + user[4:]
	case strings.HasPrefix(user, "55") && len(user) == brazilNew && user[4] == '9' && user[5] >= '6':
		return user[:4] + user[5:]
	case strings.HasPrefix(user, "521") && len(user) == mexicoOld:
		return "52" + user[3:]
	case strings.HasPrefix(user, "52") && len(user) == mexicoNew:
		return "521" + user[2:]
	}
	return ""
}

// rewritten finds who has a number in its other form; nil if nobody.
//
// Rests on tulir/whatsmeow issue 874: asked for a number with the ninth digit, or
// without the 1, the server answers with the account's own number. Only a question
// about numbers finds it so: that other stanzas, messages among them, do not is
// assumed, from Baileys issue 1997 ("a ghost account").
func (n *Network) rewritten(jid types.JID) *account {
	other := twin(jid.User)
	if other == "" || jid.Server != types.DefaultUserServer {
		return nil
	}
	return n.account(types.NewJID(other, types.DefaultUserServer))
}

// asked finds the account that a question about a number is answered with.
func (n *Network) asked(jid types.JID) *account {
	if n.account(jid) == nil {
		if a := n.rewritten(jid); a != nil {
			return a
		}
	}
	return n.lookUp(jid)
}

// also is the number's other form, E.164 with '+'; "" if it has none.
func (a *account) also() string {
	if other := twin(a.pn.User); other != "" {
		return "+" + other
	}
	return ""
}
