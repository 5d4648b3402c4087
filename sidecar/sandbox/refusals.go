package sandbox

import (
	"crypto/subtle"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"go.mau.fi/whatsmeow/types"
)

// Rules are the ways in which WhatsApp says no. All are on in a new network, so
// that what works here is not greener than reality. The server judges what a
// server can see, the stanza; what is sealed is judged by the phone.
type Rules struct {
	// UnknownNumbers: a number without a phone is answered "out", and a message
	// to it 404. Off: any number that is asked for becomes a phone. Rests on
	// whatsmeow's user.go for "out"; the 404 is assumed.
	UnknownNumbers bool `json:"unknownNumbers"`
	// LegacyButtons: a stanza with <biz><buttons/></biz>, the retired
	// ButtonsMessage, is answered 405. Rests on tulir/whatsmeow pull request 1235.
	LegacyButtons bool `json:"legacyButtons"`
	// LegacyLists: a stanza with <biz><list/></biz>, the retired ListMessage, is
	// answered 405. That it is refused as the retired buttons are is assumed.
	LegacyLists bool `json:"legacyLists"`
	// BareInteractive: <biz><interactive/></biz> without a native_flow child is
	// answered 479. Rests on the same pull request.
	BareInteractive bool `json:"bareInteractive"`
	// ButtonsNeedBiz: a phone shows native flow buttons only when the stanza has
	// the whole <biz><interactive type="native_flow" v="1"><native_flow v name="mixed"/>
	// node; without it the send succeeds and nothing is seen. Rests on the same
	// pull request; that lists, links and calls need it alike is assumed.
	ButtonsNeedBiz bool `json:"buttonsNeedBiz"`
	// ColdSends: an account under the reach-out timelock (Limited) gets 463 for a
	// message to someone who has never written to it, unless the stanza carries
	// that contact's token of trust. Accounts that are not Limited may write
	// first. Rests on whatsmeow's tctoken.go and its NotifyAccountReachoutTimelock
	// event; that having been written to lifts it is assumed.
	ColdSends bool `json:"coldSends"`
	// MixedAddresses: a stanza that names users by number and by LID at once is
	// answered 400. Rests on reports of whatsmeow from before it moved to LIDs.
	MixedAddresses bool `json:"mixedAddresses"`
	// QueryRate: more than 60 numbers asked for at once, or 2 a second in the long
	// run, are answered 429 per account. That a limit exists rests on many
	// reports; its size is assumed.
	QueryRate bool `json:"queryRate"`
	// Limited are the phones (E.164) under the reach-out timelock; none in a new network.
	Limited []string `json:"limited"`
}

// Size of the bucket that QueryRate describes.
const (
	queryBurst  = 60
	queryRefill = 2.0 // numbers per second
)

// Realistic are the rules of a new network.
func Realistic() Rules {
	return Rules{
		UnknownNumbers: true, LegacyButtons: true, LegacyLists: true, BareInteractive: true, ButtonsNeedBiz: true,
		ColdSends: true, MixedAddresses: true, QueryRate: true, Limited: []string{},
	}
}

type ruleBook struct {
	mu      sync.Mutex
	rules   Rules
	buckets map[*account]*bucket
	clock   func() time.Time
}

type bucket struct {
	left float64
	at   time.Time
}

func newRuleBook() ruleBook {
	return ruleBook{rules: Realistic(), buckets: map[*account]*bucket{}, clock: time.Now}
}

func (b *ruleBook) get() Rules {
	b.mu.Lock()
	defer b.mu.Unlock()
	r := b.rules
	r.Limited = slices.Clone(r.Limited)
	return r
}

// queryTooFast takes count lookups from an account's bucket; true if they are not there.
func (b *ruleBook) queryTooFast(a *account, count int) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.rules.QueryRate || count == 0 {
		return false
	}
	now := b.clock()
	own, ok := b.buckets[a]
	if !ok {
		own = &bucket{left: queryBurst, at: now}
		b.buckets[a] = own
	}
	own.left = min(queryBurst, own.left+now.Sub(own.at).Seconds()*queryRefill)
	own.at = now
	if own.left < float64(count) {
		return true
	}
	own.left -= float64(count)
	return false
}

// Rules reads the rules.
func (n *Network) Rules() Rules { return n.rules.get() }

// SetRules changes all rules. An unknown phone in Limited is an error, and then
// nothing changes. Accounts whose limit changes are told, as WhatsApp does.
func (n *Network) SetRules(r Rules) error {
	for i, phone := range r.Limited {
		p := n.Phone(phone)
		if p == nil {
			return fmt.Errorf("%w: %s", errNoPhone, phone)
		}
		r.Limited[i] = p.Number()
	}
	if r.Limited == nil {
		r.Limited = []string{}
	}
	n.rules.mu.Lock()
	n.rules.rules = r
	n.rules.buckets = map[*account]*bucket{}
	n.rules.mu.Unlock()
	n.relimit()
	return nil
}

// limits reports whether the rules put a phone under the reach-out timelock.
func (b *ruleBook) limits(phone string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Contains(b.rules.Limited, phone)
}

// limit puts the account under the reach-out timelock, or lifts it, and tells
// its companions by the notification that whatsmeow knows.
func (a *account) limit(on bool) {
	a.mu.Lock()
	changed := a.limited != on
	a.limited = on
	a.mu.Unlock()
	if !changed {
		return
	}
	until := a.net.clock().Add(7 * 24 * time.Hour).Unix()
	body := fmt.Sprintf(`{"data":{"xwa2_notify_account_reachout_timelock":{"is_active":%t,"enforcement_type":"RESTRICT_ALL_COMPANIONS","time_enforcement_ends":"%d"}}}`, on, until)
	for _, d := range a.companions() {
		d.deliver(a.net.notification("mex", types.ServerJID,
			stanza{Tag: "update", Attrs: attrs{"op_name": "NotificationUserReachoutTimelockUpdate"}, Content: []byte(body)}))
	}
}

// judge returns the error number that a message deserves, 0 for none.
func (n *Network) judge(from *Device, to *account, s *stanza) int {
	if from.isPhone() {
		return 0 // phones are WhatsApp's own
	}
	rules := n.rules.get()
	if rules.MixedAddresses && mixesAddresses(s) {
		return 400
	}
	if code := n.judgeForm(from, s); code != 0 {
		return code
	}
	if rules.ColdSends && isCold(from.account, to, s) {
		n.faults.find(Account, FaultLimit, from.account.e164(), 0, nil) // counts
		return 463
	}
	return 0
}

// judgeForm is the part of judge that is about the message, wherever it goes.
func (n *Network) judgeForm(from *Device, s *stanza) int {
	rules := n.rules.get()
	switch {
	case from.isPhone():
	case rules.LegacyButtons && hasLegacyButtons(s):
		return 405
	case rules.LegacyLists && len(bizChildren(s, "list")) > 0:
		return 405
	case rules.BareInteractive && hasBareInteractive(s):
		return 479
	}
	return 0
}

func mixesAddresses(s *stanza) bool {
	to := attrJID(s, "to").Server
	participants, _ := child(s, "participants")
	for _, p := range participants.GetChildren() {
		if attrJID(&p, "jid").Server != to {
			return true
		}
	}
	return false
}

func bizChildren(s *stanza, tag string) []stanza {
	var out []stanza
	for _, biz := range s.GetChildrenByTag("biz") {
		out = append(out, biz.GetChildrenByTag(tag)...)
	}
	return out
}

func hasLegacyButtons(s *stanza) bool { return len(bizChildren(s, "buttons")) > 0 }

func hasBareInteractive(s *stanza) bool {
	for _, interactive := range bizChildren(s, "interactive") {
		if _, ok := child(&interactive, "native_flow"); !ok {
			return true
		}
	}
	return false
}

// hasFullNativeFlow is what a phone wants to see before it shows buttons.
func hasFullNativeFlow(s *stanza) bool {
	for _, interactive := range bizChildren(s, "interactive") {
		flow, ok := child(&interactive, "native_flow")
		if !ok || attr(&interactive, "type") != "native_flow" || attr(&interactive, "v") != "1" {
			continue
		}
		if version, err := strconv.Atoi(attr(&flow, "v")); err == nil && version > 0 && attr(&flow, "name") == "mixed" {
			return true
		}
	}
	return false
}

func isCold(from, to *account, s *stanza) bool {
	from.mu.Lock()
	limited := from.limited
	from.mu.Unlock()
	if !limited || from == to {
		return false
	}
	between := from.knows(to)
	if between.heard {
		return false
	}
	token := bytesAt(s, "tctoken")
	return between.token == nil || subtle.ConstantTimeCompare(token, between.token) != 1
}
