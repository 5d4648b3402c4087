package sandbox

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"

	"github.com/nodeline/nodeline/sidecar/sandbox/chat"
)

// What a person does with groups, and how a phone writes to one.

// What KindNotice says in its Body. Header is the subject or the description, or
// the phones that it was done to, with blanks between.
const (
	noticeCreated     = "created"
	noticeSubject     = "subject"
	noticeDescription = "description"
	noticeAdded       = "added"
	noticeRemoved     = "removed"
	noticeLeft        = "left"
)

// NewGroup makes a group of this phone, its admin, and others (E.164) and returns
// the group's address.
func (p *Phone) NewGroup(subject string, members ...string) (string, error) {
	subject = strings.TrimSpace(subject)
	if n := utf8.RuneCountInString(subject); n < 1 || n > subjectMax {
		return "", errSubject
	}
	if len(members) >= membersMax {
		return "", errCrowd
	}
	others, err := p.people(members)
	if err != nil {
		return "", err
	}
	g := p.account.net.addGroup(p.account, subject, others)
	g.tell(p.account, stanza{Tag: "create", Attrs: attrs{"type": "new", "key": messageID()}, Content: []stanza{g.node()}})
	return g.jid.String(), nil
}

// people finds accounts by their numbers. The phone must be on: what follows
// happens at the server.
func (p *Phone) people(phones []string) (list []*account, err error) {
	if !p.Online() {
		return nil, errOffline
	}
	for _, phone := range phones {
		other := p.account.net.Phone(phone)
		if other == nil {
			return nil, fmt.Errorf("%w: %s", errNotHere, phone)
		}
		list = append(list, other.account)
	}
	return list, nil
}

// inGroup finds a group that the phone is in.
func (p *Phone) inGroup(jid string) (*group, error) {
	if !p.Online() {
		return nil, errOffline
	}
	r, err := p.room(jid)
	if err == nil && r.group == nil {
		err = errNoGroup
	}
	return r.group, err
}

// SetSubject renames a group; any member may.
func (p *Phone) SetSubject(jid, subject string) error {
	g, err := p.inGroup(jid)
	if err != nil {
		return err
	}
	subject = strings.TrimSpace(subject)
	if n := utf8.RuneCountInString(subject); n < 1 || n > subjectMax {
		return errSubject
	}
	now := p.now()
	g.change(func() { g.subject, g.subjectAt, g.subjectBy = subject, now, p.account })
	g.tell(p.account, stanza{Tag: "subject", Attrs: attrs{"subject": subject, "s_t": unix(now), "s_o": p.account.hidden(), "s_o_pn": p.account.pn}})
	return nil
}

// SetDescription describes a group, or takes the description away; any member may.
func (p *Phone) SetDescription(jid, text string) error {
	g, err := p.inGroup(jid)
	if err != nil {
		return err
	}
	text = strings.TrimSpace(text)
	if utf8.RuneCountInString(text) > descriptionMax {
		return errDescription
	}
	_, version := g.change(func() { g.description = text })
	content := stanza{Tag: "body", Content: []byte(text)}
	if text == "" {
		content = stanza{Tag: "delete"}
	}
	g.tell(p.account, stanza{Tag: "description", Attrs: attrs{"id": "D" + version}, Content: []stanza{content}})
	return nil
}

// AddMembers adds people to a group; only an admin may.
func (p *Phone) AddMembers(jid string, phones ...string) error {
	g, err := p.inGroup(jid)
	if err != nil {
		return err
	}
	people, err := p.people(phones)
	switch {
	case err != nil:
		return err
	case !g.admin(p.account):
		return errNotAdmin
	case len(g.accounts())+len(people) > membersMax:
		return errCrowd
	case slices.ContainsFunc(people, g.has):
		return errMember
	}
	before, after := g.change(func() {
		for _, a := range people {
			g.members = append(g.members, member{account: a})
		}
	})
	g.tell(p.account, changed("add", before, after, people))
	return nil
}

// RemoveMembers takes people out of a group; only an admin may, but anybody may
// leave. Those who went are told too.
func (p *Phone) RemoveMembers(jid string, phones ...string) error {
	g, err := p.inGroup(jid)
	if err != nil {
		return err
	}
	people, err := p.people(phones)
	leaves := len(people) == 1 && people[0] == p.account
	switch {
	case err != nil:
		return err
	case !leaves && !g.admin(p.account):
		return errNotAdmin
	case slices.ContainsFunc(people, func(a *account) bool { return !g.has(a) }):
		return errNotMember
	}
	before, after := g.change(func() {
		g.members = slices.DeleteFunc(g.members, func(m member) bool { return slices.Contains(people, m.account) })
	})
	g.tell(p.account, changed("remove", before, after, people), people...)
	return nil
}

func changed(tag, before, after string, people []*account) stanza {
	list := make([]stanza, len(people))
	for i, a := range people {
		list[i] = participant(a)
	}
	return stanza{Tag: tag, Attrs: attrs{"prev_v_id": before, "v_id": after}, Content: list}
}

// receiveNotice draws what somebody did in a group.
func (p *Phone) receiveNotice(by *account, s *stanza) {
	g := p.account.net.group(attrJID(s, "from"))
	if g == nil {
		return
	}
	tag, change := firstChild(s)
	c := chat.Content{Kind: chat.KindNotice, Visible: true}
	var people []string
	for _, one := range change.GetChildrenByTag("participant") {
		people = append(people, "+"+attrJID(&one, "phone_number").User)
	}
	c.Header = strings.Join(people, " ")
	switch tag {
	case "create":
		made, _ := child(change, "group")
		c.Body, c.Header = noticeCreated, attr(&made, "subject")
	case "subject":
		c.Body, c.Header = noticeSubject, attr(change, "subject")
	case "description":
		c.Body, c.Header = noticeDescription, string(bytesAt(change, "body"))
	case "add":
		c.Body = noticeAdded
	case "remove":
		c.Body = noticeRemoved
		if len(people) == 1 && people[0] == by.e164() {
			c.Body = noticeLeft
		}
	}
	r := room{group: g}
	p.book.Put(p.bubble(r, by, attr(s, "id"), c, chat.StatusRead), nil)
	p.note(UpdateMessage, r.key(), attr(s, "id"))
}

// transmitGroup seals a message for a group, and the key to it for every device
// there, and hands it to the server. The caller holds p.sending.
//
// Rests on whatsmeow's sendGroup.
func (p *Phone) transmitGroup(g *group, id string, message *waE2E.Message) error {
	to, own := g.jid.String(), p.device.signal()
	key, err := p.groupKey(g)
	if err != nil {
		return err
	}
	plain, err := proto.Marshal(message)
	if err != nil {
		return fmt.Errorf("encode message: %w", err)
	}
	kind, media := stanzaKind(message)
	p.remember(sentCopy{id: id, room: room{group: g}, kind: kind, plain: plain})
	keyPlain, err := proto.Marshal(&waE2E.Message{SenderKeyDistributionMessage: key})
	if err != nil {
		return fmt.Errorf("encode sender key: %w", err)
	}
	var list []stanza
	for _, d := range g.devices() {
		if d == p.device {
			continue
		}
		sealed, err := p.seal(d, keyPlain)
		if err != nil {
			return fmt.Errorf("seal sender key: %w", err)
		}
		list = append(list, stanza{Tag: "to", Attrs: attrs{"jid": d.lid()}, Content: []stanza{sealed}})
	}
	raw, err := p.signal.EncryptGroup(to, own, plain)
	if err != nil {
		return fmt.Errorf("seal message: %w", err)
	}
	sealed := stanza{Tag: "enc", Attrs: attrs{"v": "2", "type": "skmsg"}, Content: raw}
	if media != "" {
		sealed.Attrs["mediatype"] = media
	}
	p.book.Raise(to, []string{id}, chat.StatusSent)
	code := p.account.net.routeMessage(p.device, &stanza{Tag: "message",
		Attrs:   editing(message, attrs{"id": id, "to": g.jid, "type": kind, "addressing_mode": "lid"}),
		Content: []stanza{{Tag: "participants", Content: list}, sealed}})
	if code != 0 {
		p.book.Update(to, id, func(m *Message) { m.Status = chat.StatusPending })
		return fmt.Errorf("the network refused the message: %d", code)
	}
	return nil
}

func (p *Phone) groupKey(g *group) (*waE2E.SenderKeyDistributionMessage, error) {
	key, err := p.signal.GroupKey(g.jid.String(), p.device.signal())
	if err != nil {
		return nil, err
	}
	return &waE2E.SenderKeyDistributionMessage{GroupID: proto.String(g.jid.String()), AxolotlSenderKeyDistributionMessage: key}, nil
}

// sendGroupAgain sends one device a copy of a group message, with the key beside
// it. The caller holds p.sending.
//
// Rests on whatsmeow's handleRetryReceipt.
func (p *Phone) sendGroupAgain(d *Device, c sentCopy, count string) error {
	g := c.room.group
	message := &waE2E.Message{}
	if err := proto.Unmarshal(c.plain, message); err != nil {
		return fmt.Errorf("read kept message: %w", err)
	}
	var err error
	if message.SenderKeyDistributionMessage, err = p.groupKey(g); err != nil {
		return err
	}
	plain, err := proto.Marshal(message)
	if err != nil {
		return fmt.Errorf("encode message: %w", err)
	}
	sealed, err := p.seal(d, plain)
	if err != nil {
		return fmt.Errorf("seal message again: %w", err)
	}
	sealed.Attrs["count"] = count
	p.account.net.routeMessage(p.device, &stanza{Tag: "message",
		Attrs: attrs{"id": c.id, "to": g.jid, "participant": d.lid(), "type": c.kind}, Content: []stanza{sealed}})
	return nil
}

// reached notes how far messages to a group went at one of its members, and gives
// those that went so far at every other one: that is when a phone draws the ticks.
func (p *Phone) reached(g *group, by *account, ids []string, status chat.Status) (all []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ticks == nil {
		p.ticks = map[string]map[*account]chat.Status{}
	}
	for _, id := range ids {
		if p.ticks[id] == nil {
			p.ticks[id] = map[*account]chat.Status{}
		}
		if was := p.ticks[id][by]; was != chat.StatusRead {
			p.ticks[id][by] = status
		}
		there := true
		for _, a := range g.accounts() {
			got := p.ticks[id][a]
			there = there && (a == p.account || got == status || got == chat.StatusRead)
		}
		if there {
			all = append(all, id)
		}
	}
	return all
}
