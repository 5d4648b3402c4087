package sandbox

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Way is what a fault strikes.
type Way string

// The ways of faults.
const (
	Up       Way = "up"       // stanzas from the client
	Down     Way = "down"     // stanzas to the client
	Login    Way = "login"    // logins of linked devices
	Socket   Way = "socket"   // whole connections
	Link     Way = "link"     // linking by QR code
	Account  Way = "account"  // accounts and what waits for them
	Upload   Way = "upload"   // attachments from clients
	Download Way = "download" // attachments to clients
)

// Deed is what a fault does.
type Deed string

// What faults do. Which of them go with which way is in deeds.
const (
	FaultDrop      Deed = "drop"       // lost; a login is never answered
	FaultDelay     Deed = "delay"      // later by DelayMS; what comes after it may overtake it on the way down
	FaultDuplicate Deed = "duplicate"  // comes twice
	FaultReorder   Deed = "reorder"    // held back until Pass others went by, or for DelayMS (default 1000)
	FaultReplace   Deed = "replace"    // gets the attributes Attrs ("" takes one away), or becomes With
	FaultCutBefore Deed = "cut_before" // the connection ends and the stanza is lost
	FaultCutAfter  Deed = "cut_after"  // up: handled, but the answer is lost; down: sent; then the connection ends
	FaultGarble    Deed = "garble"     // sealed content is damaged, as by who sealed it; not what waited and is delivered (again) at a login
	FaultRefuse    Deed = "refuse"     // answered with the error Code, not handled; a login also with Attrs
	FaultCut       Deed = "cut"        // the connection ends, after With where that is given
	FaultUnlink    Deed = "unlink"     // the phone unlinks the device: 401 device_removed
	FaultHalfOpen  Deed = "half_open"  // the connection stays and nothing goes either way, for LastMS or until cleared; then what was held back goes on
	FaultSlow      Deed = "slow"       // each frame takes LatencyMS longer, and its size at BytesPerSecond
	FaultExpire    Deed = "expire"     // one code is given, which WhatsApp ends after DelayMS (default 3000)
	FaultLate      Deed = "late"       // a scan comes after the code has run out
	FaultSecret    Deed = "secret"     // a scan has misread the code's secret
	FaultPasskey   Deed = "passkey"    // a scan is to be confirmed with a passkey, and nobody confirms it
	FaultLimit     Deed = "limit"      // under the reach-out timelock: clients are told, cold sends get 463
	FaultNewLID    Deed = "new_lid"    // gets another LID, once; needs Phone. Only receipts still find it under the one before
	FaultNoPreKeys Deed = "no_prekeys" // its devices' one-time keys are used up, and none is handed out
	FaultSealVotes Deed = "seal_votes" // its votes in polls cannot be opened
	// FaultVoteAsNumber: its votes are sealed with its number though they come from a LID.
	FaultVoteAsNumber Deed = "vote_as_number"
	FaultHideButtons  Deed = "hide_buttons" // its phone shows nothing of messages with native buttons, and confirms them
	FaultAge          Deed = "age"          // what waits for its devices while they are away is dated AgeMS back
)

var deeds = map[Way][]Deed{
	Up:       {FaultDrop, FaultDelay, FaultDuplicate, FaultReorder, FaultReplace, FaultCutBefore, FaultCutAfter, FaultGarble, FaultRefuse},
	Down:     {FaultDrop, FaultDelay, FaultDuplicate, FaultReorder, FaultReplace, FaultCutBefore, FaultCutAfter, FaultGarble},
	Login:    {FaultDrop, FaultDelay, FaultCutBefore, FaultRefuse},
	Socket:   {FaultCut, FaultHalfOpen, FaultSlow, FaultUnlink},
	Link:     {FaultExpire, FaultLate, FaultSecret, FaultPasskey},
	Account:  {FaultLimit, FaultNewLID, FaultNoPreKeys, FaultAge, FaultSealVotes, FaultVoteAsNumber, FaultHideButtons},
	Upload:   {FaultRefuse, FaultSlow, FaultCutBefore},
	Download: {FaultRefuse, FaultSlow, FaultCutBefore},
}

// Element is a stanza in the interface's form. Texts may hold {name}, which
// stands for that attribute of the stanza that was struck, and {left}, the
// seconds until the fault ends (see ForMS).
type Element struct {
	Tag      string            `json:"tag"`
	Attrs    map[string]string `json:"attrs,omitempty"`
	Text     string            `json:"text,omitempty"`
	Children []Element         `json:"children,omitempty"`
}

// Fault is a rule that damages what it matches; the zero value of a field that
// matches is anything. Of the faults that match a stanza the first one that
// strikes does so, and no other.
type Fault struct {
	ID     int    `json:"id"`     // given by the network
	Preset string `json:"preset"` // the preset that it belongs to

	Way      Way    `json:"way"`      // required
	Tag      string `json:"tag"`      // up, down: message (of a chat: not what a client and its own phone tell each other), receipt, ack, iq, ...
	Class    string `json:"class"`    // of acks
	Type     string `json:"type"`     // attribute type
	XMLNS    string `json:"xmlns"`    // of iqs
	Child    string `json:"child"`    // tag of one of the children
	Fresh    bool   `json:"fresh"`    // up, down: not the copies that answer a retry receipt
	Phone    string `json:"phone"`    // the account of the client, E.164; link: of the phone that scans
	Device   int    `json:"device"`   // its number; 0: any
	StanzaID string `json:"stanzaId"` // attribute id

	Do             Deed              `json:"do"`              // required
	DelayMS        int               `json:"delayMs"`         // milliseconds; socket: from the start of the connection, or of the fault
	DelayMaxMS     int               `json:"delayMaxMs"`      // above DelayMS: the delay is drawn between the two
	Pass           int               `json:"pass"`            // reorder; default 1
	Code           int               `json:"code"`            // refuse: the error number
	Attrs          map[string]string `json:"attrs,omitempty"` // replace, refuse: values as in Element
	With           *Element          `json:"with,omitempty"`  // replace, cut; after stream:error and failure the connection ends
	LastMS         int               `json:"lastMs"`          // half_open, slow: milliseconds from the strike; 0: until cleared
	LatencyMS      int               `json:"latencyMs"`       // slow: milliseconds a frame
	BytesPerSecond int               `json:"bytesPerSecond"`  // slow; 0: not limited
	AgeMS          int64             `json:"ageMs"`           // age: milliseconds

	Chance float64 `json:"chance"` // above 0, at most 1: drawn from the fault's own dice; 0 (Go) or absent (JSON): 1
	After  int     `json:"after"`  // the first so many matches are let through
	Times  int     `json:"times"`  // how often it strikes; 0: until it is cleared
	ForMS  int     `json:"forMs"`  // how long it is in force, milliseconds; 0: until it is cleared

	Seen int  `json:"seen"` // how often it has matched
	Hits int  `json:"hits"` // how often it has struck
	Over bool `json:"over"` // Times or ForMS are used up
}

// stanzaFields reports whether anything is matched that only stanzas have.
func (f *Fault) stanzaFields() bool {
	return f.Tag+f.Class+f.Type+f.XMLNS+f.Child+f.StanzaID != "" || f.Fresh
}

// check reads a fault as given, and puts it into the form that it is kept in.
func (f *Fault) check() error {
	if err := f.checkNumbers(); err != nil {
		return err
	}
	known, ok := deeds[f.Way]
	switch {
	case !ok:
		return fmt.Errorf("way must be one of %q", []Way{Up, Down, Login, Socket, Link, Account, Upload, Download})
	case !slices.Contains(known, f.Do):
		return fmt.Errorf("with way %q, do must be one of %q", f.Way, known)
	case f.stanzaFields() && f.Way != Up && f.Way != Down:
		return fmt.Errorf("tag, class, type, xmlns, child, stanzaId and fresh go with way %q or %q", Up, Down)
	case f.Phone != "" && (f.Way == Upload || f.Way == Download):
		return fmt.Errorf("attachments are not matched by phone")
	}
	if f.Phone != "" {
		user, err := digits(f.Phone)
		if err != nil {
			return err
		}
		f.Phone = "+" + user
	}
	return f.checkDeed()
}

func (f *Fault) checkNumbers() error {
	if f.Chance == 0 {
		f.Chance = 1
	}
	if !(f.Chance > 0 && f.Chance <= 1) {
		return fmt.Errorf("chance must be above 0 and at most 1")
	}
	for name, v := range map[string]int{
		"device": f.Device, "delayMs": f.DelayMS, "delayMaxMs": f.DelayMaxMS, "pass": f.Pass, "code": f.Code, "lastMs": f.LastMS,
		"latencyMs": f.LatencyMS, "bytesPerSecond": f.BytesPerSecond, "ageMs": int(f.AgeMS), "after": f.After, "times": f.Times, "forMs": f.ForMS,
	} {
		if v < 0 {
			return fmt.Errorf("%s must not be negative", name)
		}
	}
	if f.DelayMaxMS != 0 && f.DelayMaxMS < f.DelayMS {
		return fmt.Errorf("delayMaxMs must not be less than delayMs")
	}
	return nil
}

// checkDeed wants what a deed needs, and gives what it may leave out.
func (f *Fault) checkDeed() error {
	switch f.Do {
	case FaultDelay:
		if f.DelayMS+f.DelayMaxMS == 0 {
			return fmt.Errorf("delay needs delayMs above 0")
		}
	case FaultReorder:
		f.Pass = max(f.Pass, 1)
		f.defaultDelay(time.Second)
	case FaultExpire:
		f.defaultDelay(3 * time.Second)
	case FaultRefuse:
		if f.Code == 0 {
			return fmt.Errorf("refuse needs a code above 0")
		}
	case FaultReplace:
		if f.With == nil && len(f.Attrs) == 0 {
			return fmt.Errorf("replace needs attrs or with")
		}
	case FaultSlow:
		if f.LatencyMS+f.BytesPerSecond == 0 {
			return fmt.Errorf("slow needs latencyMs or bytesPerSecond above 0")
		}
	case FaultAge:
		if f.AgeMS == 0 {
			return fmt.Errorf("age needs ageMs above 0")
		}
	case FaultNewLID:
		if f.Phone == "" {
			return fmt.Errorf("new_lid needs phone")
		}
		f.Times = 1
	}
	return f.With.check()
}

func (f *Fault) defaultDelay(d time.Duration) {
	if f.DelayMS+f.DelayMaxMS == 0 {
		f.DelayMS = int(d.Milliseconds())
	}
}

func (e *Element) check() error {
	if e == nil {
		return nil
	}
	if e.Tag == "" {
		return fmt.Errorf("with needs a tag")
	}
	for i := range e.Children {
		if err := e.Children[i].check(); err != nil {
			return err
		}
	}
	return nil
}

// stanza builds the element; fill writes out what stands in braces.
func (e *Element) stanza(fill func(string) string) stanza {
	s := stanza{Tag: e.Tag, Attrs: attrs{}}
	for name, value := range e.Attrs {
		s.Attrs[name] = wireValue(fill(value))
	}
	switch {
	case len(e.Children) > 0:
		children := make([]stanza, len(e.Children))
		for i := range e.Children {
			children[i] = e.Children[i].stanza(fill)
		}
		s.Content = children
	case e.Text != "":
		s.Content = []byte(fill(e.Text))
	}
	return s
}

// wireValue is an attribute as the codec wants it: addresses have a type of their own.
func wireValue(text string) any {
	if jid := parseJID(text); strings.Contains(text, "@") && !jid.IsEmpty() {
		return jid
	}
	return text
}

// match reports whether the fault is about a stanza of a client (nil: not
// logged in) on a way.
func (f *Fault) match(way Way, phone string, device uint16, s *stanza) bool {
	switch {
	case f.Way != way:
		return false
	case f.Phone != "" && f.Phone != phone, f.Device != 0 && f.Device != int(device):
		return false
	case s == nil:
		return true
	case f.Tag == "message" && attr(s, "category") == "peer":
		return false
	case f.Tag != "" && f.Tag != s.Tag, f.Class != "" && f.Class != attr(s, "class"), f.Type != "" && f.Type != attr(s, "type"):
		return false
	case f.XMLNS != "" && f.XMLNS != attr(s, "xmlns"), f.StanzaID != "" && f.StanzaID != attr(s, "id"):
		return false
	case f.Child != "" && len(s.GetChildrenByTag(f.Child)) == 0:
		return false
	}
	if f.Do == FaultGarble && f.Way == Down && attr(s, "offline") != "" {
		return false // damaged by its sender or not at all: what came whole comes whole again
	}
	return !f.Fresh || !isRetry(s)
}

// isRetry reports whether a message is a copy for a device that could not read it.
func isRetry(s *stanza) bool {
	for _, sealed := range s.GetChildrenByTag("enc") {
		if attrInt(&sealed, "count") > 0 {
			return true
		}
	}
	return false
}

// garble damages the sealed parts of a message. The stanza may be shared, so
// its parts are copied.
func garble(s *stanza) {
	children := s.GetChildren()
	if children == nil {
		return
	}
	copied := slices.Clone(children)
	for i := range copied {
		if raw, ok := copied[i].Content.([]byte); ok && copied[i].Tag == "enc" && len(raw) > 3 {
			raw = slices.Clone(raw)
			raw[len(raw)-3] ^= 0xff
			copied[i].Content = raw
			continue
		}
		garble(&copied[i])
	}
	s.Content = copied
}
