package sandbox

import (
	"fmt"
	"slices"
	"sync"
	"time"
)

// Way is the direction of a stanza.
type Way string

// The directions.
const (
	Up   Way = "up"   // client to server
	Down Way = "down" // server to client
)

// Deed is what a fault does to a stanza.
type Deed string

// What faults do.
const (
	FaultDrop      Deed = "drop"       // lost
	FaultDelay     Deed = "delay"      // later by DelayMS; what comes after it may overtake it on the way down
	FaultCutBefore Deed = "cut_before" // the connection ends and the stanza is lost
	FaultCutAfter  Deed = "cut_after"  // up: handled, but the answer is lost; down: sent; then the connection ends
	FaultGarble    Deed = "garble"     // sealed content is damaged
	FaultDuplicate Deed = "duplicate"  // comes twice
	FaultRefuse    Deed = "refuse"     // up only: answered with the error Code, not handled
)

var deeds = []Deed{FaultDrop, FaultDelay, FaultCutBefore, FaultCutAfter, FaultGarble, FaultDuplicate, FaultRefuse}

// Fault is a rule that damages matching stanzas. An empty field matches anything.
type Fault struct {
	ID       int    `json:"id"`    // given by the network
	Way      Way    `json:"way"`   // required
	Tag      string `json:"tag"`   // message, receipt, ack, iq, notification, success, ...
	Class    string `json:"class"` // of acks
	Type     string `json:"type"`
	XMLNS    string `json:"xmlns"`  // of iqs
	Phone    string `json:"phone"`  // the account of the client, E.164
	Device   int    `json:"device"` // 0: any
	StanzaID string `json:"stanzaId"`
	Do       Deed   `json:"do"`      // required
	DelayMS  int    `json:"delayMs"` // delay: milliseconds
	Code     int    `json:"code"`    // refuse: the error number
	Times    int    `json:"times"`   // how often it strikes; 0: until it is cleared
	Hits     int    `json:"hits"`    // how often it has struck
}

func (f *Fault) delay() time.Duration { return time.Duration(f.DelayMS) * time.Millisecond }

func (f *Fault) check() error {
	switch {
	case f.Way != Up && f.Way != Down:
		return fmt.Errorf("way must be %q or %q", Up, Down)
	case !slices.Contains(deeds, f.Do):
		return fmt.Errorf("do must be one of %v", deeds)
	case f.Do == FaultDelay && f.DelayMS <= 0:
		return fmt.Errorf("delay needs delayMs above 0")
	case f.Do == FaultRefuse && (f.Code <= 0 || f.Way != Up):
		return fmt.Errorf("refuse needs a code above 0, and way %q", Up)
	case f.Times < 0:
		return fmt.Errorf("times must not be negative")
	}
	if f.Phone != "" {
		user, err := digits(f.Phone)
		if err != nil {
			return err
		}
		f.Phone = "+" + user
	}
	return nil
}

func (f *Fault) matches(way Way, d *Device, s *stanza) bool {
	switch {
	case f.Way != way, f.Times > 0 && f.Hits >= f.Times:
		return false
	case f.Tag != "" && f.Tag != s.Tag, f.Class != "" && f.Class != attr(s, "class"), f.Type != "" && f.Type != attr(s, "type"):
		return false
	case f.XMLNS != "" && f.XMLNS != attr(s, "xmlns"), f.StanzaID != "" && f.StanzaID != attr(s, "id"):
		return false
	case f.Phone != "" && (d == nil || d.account.e164() != f.Phone), f.Device != 0 && (d == nil || int(d.id) != f.Device):
		return false
	}
	return true
}

type faults struct {
	mu   sync.Mutex
	list []*Fault
	next int
}

// match finds the first fault that strikes a stanza and counts the hit. The
// returned copy is the caller's.
func (f *faults) match(way Way, d *Device, s *stanza) *Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, fault := range f.list {
		if fault.matches(way, d, s) {
			fault.Hits++
			struck := *fault
			return &struck
		}
	}
	return nil
}

// AddFault installs a fault and returns its id.
func (n *Network) AddFault(f Fault) (int, error) {
	if err := f.check(); err != nil {
		return 0, err
	}
	n.faults.mu.Lock()
	defer n.faults.mu.Unlock()
	n.faults.next++
	f.ID, f.Hits = n.faults.next, 0
	n.faults.list = append(n.faults.list, &f)
	return f.ID, nil
}

// Faults lists the faults with how often they struck.
func (n *Network) Faults() []Fault {
	n.faults.mu.Lock()
	defer n.faults.mu.Unlock()
	out := make([]Fault, len(n.faults.list))
	for i, f := range n.faults.list {
		out[i] = *f
	}
	return out
}

// ClearFaults removes all faults.
func (n *Network) ClearFaults() {
	n.faults.mu.Lock()
	n.faults.list = nil
	n.faults.mu.Unlock()
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
