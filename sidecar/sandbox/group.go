package sandbox

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"go.mau.fi/whatsmeow/types"
)

// Bounds of a group (rest on WhatsApp's help pages: a subject of 100 characters,
// a description of 2,048, 1,024 members).
const (
	subjectMax     = 100
	descriptionMax = 2048
	membersMax     = 1024
)

var (
	errNoGroup     = errors.New("no such group")
	errNotMember   = errors.New("this phone is not in the group")
	errNotAdmin    = errors.New("only an admin of the group may do this")
	errMember      = errors.New("this number is in the group already")
	errSubject     = fmt.Errorf("a subject has 1 to %d characters", subjectMax)
	errDescription = fmt.Errorf("a description has at most %d characters", descriptionMax)
	errCrowd       = fmt.Errorf("a group has at most %d members", membersMax)
)

// group is a group chat. Everybody in it goes by their LID (groups that go by
// numbers, as older ones did, are not simulated).
type group struct {
	net     *Network
	jid     types.JID
	created time.Time
	creator *account

	mu          sync.Mutex
	subject     string
	subjectAt   time.Time
	subjectBy   *account
	description string
	version     int // grows with each change; names descriptions and lists of members
	members     []member
}

type member struct {
	account *account
	admin   bool
}

// GroupInfo is a group as the interface shows it.
type GroupInfo struct {
	JID         string        `json:"jid"`
	Subject     string        `json:"subject"`
	Description string        `json:"description"`
	Members     []GroupMember `json:"members"`
}

// GroupMember is one of a group's people.
type GroupMember struct {
	Phone string `json:"phone"`
	Name  string `json:"name"`
	Admin bool   `json:"admin"`
}

func (g *group) info() GroupInfo {
	g.mu.Lock()
	out := GroupInfo{JID: g.jid.String(), Subject: g.subject, Description: g.description}
	members := slices.Clone(g.members)
	g.mu.Unlock()
	for _, m := range members {
		out.Members = append(out.Members, GroupMember{Phone: m.account.e164(), Name: m.account.pushName(), Admin: m.admin})
	}
	return out
}

func (g *group) accounts() []*account {
	g.mu.Lock()
	defer g.mu.Unlock()
	out := make([]*account, len(g.members))
	for i, m := range g.members {
		out[i] = m.account
	}
	return out
}

func (g *group) has(a *account) bool { return slices.Contains(g.accounts(), a) }

func (g *group) admin(a *account) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.ContainsFunc(g.members, func(m member) bool { return m.account == a && m.admin })
}

// devices are those of all members.
func (g *group) devices() (all []*Device) {
	for _, a := range g.accounts() {
		all = append(all, a.all()...)
	}
	return all
}

// group finds a group by its address; nil if there is none.
func (n *Network) group(jid types.JID) *group {
	n.mu.RLock()
	defer n.mu.RUnlock()
	if jid.Server != types.GroupServer {
		return nil
	}
	return n.groups[jid.User]
}

// Groups lists all groups by their address.
func (n *Network) Groups() []GroupInfo {
	n.mu.RLock()
	list := make([]*group, 0, len(n.groups))
	for _, g := range n.groups {
		list = append(list, g)
	}
	n.mu.RUnlock()
	slices.SortFunc(list, func(a, b *group) int { return strings.Compare(a.jid.User, b.jid.User) })
	out := make([]GroupInfo, len(list))
	for i, g := range list {
		out[i] = g.info()
	}
	return out
}

// groupsOf lists the groups that an account is in.
func (n *Network) groupsOf(a *account) (list []*group) {
	n.mu.RLock()
	defer n.mu.RUnlock()
	for _, g := range n.groups {
		if g.has(a) {
			list = append(list, g)
		}
	}
	slices.SortFunc(list, func(a, b *group) int { return strings.Compare(a.jid.User, b.jid.User) })
	return list
}

// addGroup makes a group of its creator, the admin, and others. Its address is in
// the form of new ones: 18 digits that begin with 1203.
func (n *Network) addGroup(by *account, subject string, others []*account) *group {
	now := n.clock()
	g := &group{net: n, created: now, creator: by, subject: subject, subjectAt: now, subjectBy: by, version: 1,
		members: []member{{account: by, admin: true}}}
	for _, a := range others {
		if a != by && !slices.ContainsFunc(g.members, func(m member) bool { return m.account == a }) {
			g.members = append(g.members, member{account: a})
		}
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	g.jid = types.NewJID("120363"+fmt.Sprintf("%012d", 1+len(n.groups)), types.GroupServer)
	n.groups[g.jid.User] = g
	return g
}

// node is a group as the server tells it.
//
// Rests on whatsmeow's parseGroupNode and parseParticipant.
func (g *group) node() stanza {
	g.mu.Lock()
	defer g.mu.Unlock()
	out := stanza{Tag: "group", Attrs: attrs{
		"id": g.jid.User, "subject": g.subject, "s_t": unix(g.subjectAt), "s_o": g.subjectBy.hidden(), "s_o_pn": g.subjectBy.pn,
		"creation": unix(g.created), "creator": g.creator.hidden(), "creator_pn": g.creator.pn,
		"addressing_mode": "lid", "size": strconv.Itoa(len(g.members)), "p_v_id": strconv.Itoa(g.version), "a_v_id": "1",
	}}
	var content []stanza
	if g.description != "" {
		content = append(content, stanza{Tag: "description", Attrs: attrs{"id": "D" + strconv.Itoa(g.version), "t": unix(g.created)},
			Content: []stanza{{Tag: "body", Content: []byte(g.description)}}})
	}
	for _, m := range g.members {
		p := participant(m.account)
		if m.admin {
			p.Attrs["type"] = "admin"
		}
		if m.account == g.creator {
			p.Attrs["type"] = "superadmin"
		}
		content = append(content, p)
	}
	out.Content = content
	return out
}

func participant(a *account) stanza {
	return stanza{Tag: "participant", Attrs: attrs{"jid": a.hidden(), "phone_number": a.pn}}
}

// tell notifies every device of those who are in the group, and of others, of what
// somebody did. Phones draw it in the chat.
//
// Rests on whatsmeow's parseGroupNotification.
func (g *group) tell(by *account, change stanza, others ...*account) {
	s := with(g.net.notification("w:gp2", g.jid, change), attrs{
		"participant": by.hidden(), "participant_pn": by.pn, "notify": by.pushName(), "addressing_mode": "lid"})
	people := g.accounts()
	for _, a := range others {
		if !slices.Contains(people, a) {
			people = append(people, a)
		}
	}
	for _, a := range people {
		for _, d := range a.all() {
			d.deliver(s)
		}
	}
	g.net.updates.publish(Update{Kind: UpdateGroup, Chat: g.jid.String()})
}

// change does something to the group under its lock and numbers the change.
func (g *group) change(fn func()) (before, after string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	before = strconv.Itoa(g.version)
	g.version++
	fn()
	return before, strconv.Itoa(g.version)
}

// iqGroups answers what clients ask of groups: which ones they are in, and one of them.
//
// Rests on whatsmeow's GetJoinedGroups and getGroupInfo: 404 for a group that is
// not there, 403 for one that the account is not in.
func (c *conn) iqGroups(s *stanza) {
	switch tag, _ := firstChild(s); tag {
	case "participating":
		var list []stanza
		for _, g := range c.net.groupsOf(c.device.account) {
			list = append(list, g.node())
		}
		c.result(s, stanza{Tag: "groups", Content: list})
	case "query":
		switch g := c.net.group(attrJID(s, "to")); {
		case g == nil:
			c.refuse(s, 404)
		case !g.has(c.device.account):
			c.refuse(s, 403)
		default:
			c.result(s, g.node())
		}
	default:
		c.unknown(s)
	}
}
