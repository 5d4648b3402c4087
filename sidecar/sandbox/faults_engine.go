package sandbox

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

var errNoFault = errors.New("no such fault")

// firstSeed is the seed of a new network, so that what it does can be repeated.
const firstSeed = 1

// faults are the rules in force, in the order in which they were added. Every
// rule has dice of its own, made from the seed and its number: a run that adds
// the same rules and makes the same stanzas is struck in the same places.
type faults struct {
	mu   sync.Mutex
	seed uint64
	list []*rule
	next int
}

// rule is a fault in force.
type rule struct {
	Fault
	dice   *rand.Rand
	ctx    context.Context // done when it is cleared or its time is up
	cancel context.CancelFunc
	ends   time.Time      // zero: never by itself
	met    map[*conn]bool // socket: the connections that it was decided for
}

// strike is a fault that struck.
type strike struct {
	Fault
	delay time.Duration
	ctx   context.Context
	ends  time.Time
}

func (f *faults) roll(id int) *rand.Rand { return rand.New(rand.NewPCG(f.seed, uint64(id))) }

// add puts checked faults in force.
func (f *faults) add(list []Fault) []*rule {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := make([]*rule, len(list))
	for i, fault := range list {
		f.next++
		fault.ID, fault.Seen, fault.Hits, fault.Over = f.next, 0, 0, false
		r := &rule{Fault: fault, dice: f.roll(f.next)}
		if fault.ForMS > 0 {
			r.ends = time.Now().Add(time.Duration(fault.ForMS) * time.Millisecond)
			r.ctx, r.cancel = context.WithDeadline(context.Background(), r.ends)
		} else {
			r.ctx, r.cancel = context.WithCancel(context.Background())
		}
		f.list, out[i] = append(f.list, r), r
	}
	return out
}

// remove clears the faults for which drop is true and returns how many they were.
func (f *faults) remove(drop func(*Fault) bool) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	before := len(f.list)
	f.list = slices.DeleteFunc(f.list, func(r *rule) bool {
		if !drop(&r.Fault) {
			return false
		}
		r.cancel()
		return true
	})
	return before - len(f.list)
}

// reseed gives all rules new dice. With no rule in force numbers start again,
// so that a run can be repeated on a network that is up already.
func (f *faults) reseed(seed uint64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.seed = seed
	if len(f.list) == 0 {
		f.next = 0
	}
	for _, r := range f.list {
		r.dice = f.roll(r.ID)
	}
}

func (f *faults) all() (seed uint64, list []Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	list = make([]Fault, len(f.list))
	for i, r := range f.list {
		list[i] = r.Fault
		list[i].Over = r.over()
	}
	return f.seed, list
}

func (r *rule) over() bool {
	return r.ctx.Err() != nil || !r.ends.IsZero() && !time.Now().Before(r.ends) || r.Times > 0 && r.Hits >= r.Times
}

// drawn decides whether a match is struck. The dice are thrown for each match
// that could be, and for no other.
func (r *rule) drawn() bool {
	r.Seen++
	return r.Seen > r.After && !r.over() && (r.Chance >= 1 || r.dice.Float64() < r.Chance)
}

// hit counts a strike.
func (r *rule) hit() *strike {
	r.Hits++
	return &strike{Fault: r.Fault, delay: r.delay(), ctx: r.ctx, ends: r.ends}
}

func (r *rule) delay() time.Duration {
	ms := r.DelayMS
	if r.DelayMaxMS > ms {
		ms += r.dice.IntN(r.DelayMaxMS - ms + 1)
	}
	return time.Duration(ms) * time.Millisecond
}

// find returns the first fault that strikes; nil if none does. only "" is any deed.
func (f *faults) find(way Way, only Deed, phone string, device uint16, s *stanza) *strike {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, r := range f.list {
		if (only == "" || r.Do == only) && r.match(way, phone, device, s) && r.drawn() {
			return r.hit()
		}
	}
	return nil
}

// stanza is find for a stanza of a device, nil for a client that is not logged in.
func (f *faults) stanza(way Way, d *Device, s *stanza) *strike {
	if d == nil {
		return f.find(way, "", "", 0, s)
	}
	return f.find(way, "", d.account.e164(), d.id, s)
}

// holds reports whether a fault of an account is in force, without striking.
func (f *faults) holds(do Deed, phone string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.ContainsFunc(f.list, func(r *rule) bool { return r.Do == do && r.match(Account, phone, 0, nil) && !r.over() })
}

// sockets decides which of the faults of connections strike this one; what was
// decided stays. Those it returns may strike, after their delay.
func (f *faults) sockets(c *conn, d *Device) (due []*rule, delays []time.Duration) {
	var phone string
	var device uint16
	if d != nil {
		phone, device = d.account.e164(), d.id
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, r := range f.list {
		if r.met[c] || !r.match(Socket, phone, device, nil) || r.Do == FaultUnlink && d == nil {
			continue
		}
		if r.met == nil {
			r.met = map[*conn]bool{}
		}
		r.met[c] = true
		if r.drawn() {
			due, delays = append(due, r), append(delays, r.delay())
		}
	}
	return due, delays
}

// strikeNow counts a decided fault as a strike, unless it is over by now.
func (f *faults) strikeNow(r *rule) *strike {
	f.mu.Lock()
	defer f.mu.Unlock()
	if r.over() {
		return nil
	}
	return r.hit()
}

// forget drops what was decided for a connection that has ended.
func (f *faults) forget(c *conn) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, r := range f.list {
		delete(r.met, c)
	}
}

// fill writes out what stands in braces in a text: see Element.
func (s *strike) fill(struck *stanza) func(string) string {
	return func(text string) string {
		for rest := text; ; {
			_, after, ok := strings.Cut(rest, "{")
			if !ok {
				return text
			}
			name, tail, ok := strings.Cut(after, "}")
			if !ok {
				return text
			}
			value := ""
			switch {
			case name == "left":
				value = strconv.Itoa(s.left())
			case struck != nil:
				value = attr(struck, name)
			}
			text, rest = strings.Replace(text, "{"+name+"}", value, 1), tail
		}
	}
}

// left is how many seconds the fault is still in force, 0 for one without end.
func (s *strike) left() int {
	if s.ends.IsZero() {
		return 0
	}
	return max(1, int(time.Until(s.ends).Round(time.Second)/time.Second))
}

// alter does what a replace says to a stanza.
func (s *strike) alter(struck stanza) stanza {
	fill := s.fill(&struck)
	if s.With != nil {
		return s.With.stanza(fill)
	}
	altered := with(struck, nil)
	for name, value := range s.Attrs {
		if value == "" {
			delete(altered.Attrs, name)
			continue
		}
		altered.Attrs[name] = wireValue(fill(value))
	}
	return altered
}

// AddFault puts a fault in force and returns its id.
func (n *Network) AddFault(f Fault) (int, error) {
	ids, err := n.AddFaults(f)
	if err != nil {
		return 0, err
	}
	return ids[0], nil
}

// AddFaults puts faults in force, all of them or, with an error, none.
func (n *Network) AddFaults(list ...Fault) ([]int, error) {
	for i := range list {
		if err := list[i].check(); err != nil {
			return nil, err
		}
		if phone := list[i].Phone; list[i].Way == Account && phone != "" && n.Phone(phone) == nil {
			return nil, errNoPhone
		}
	}
	ids := make([]int, len(list))
	for i, r := range n.faults.add(list) {
		ids[i] = r.ID
		if r.Way == Account {
			n.beginAccountFault(r)
		}
	}
	for _, c := range n.connections() {
		c.meetFaults()
	}
	n.updates.publish(Update{Kind: UpdateFaults})
	return ids, nil
}

// Faults lists the faults with how often they struck.
func (n *Network) Faults() []Fault {
	_, list := n.faults.all()
	return list
}

// Seed is what the faults' dice are made from.
func (n *Network) Seed() uint64 {
	seed, _ := n.faults.all()
	return seed
}

// SetSeed gives all faults new dice, made from the seed and their numbers.
// Where no fault is in force, the next one gets number 1.
func (n *Network) SetSeed(seed uint64) {
	n.faults.reseed(seed)
	n.updates.publish(Update{Kind: UpdateFaults})
}

// ClearFault removes one fault.
func (n *Network) ClearFault(id int) error {
	if n.clearFaults(func(f *Fault) bool { return f.ID == id }) == 0 {
		return errNoFault
	}
	return nil
}

// ClearPreset removes the faults of a preset and returns how many they were.
func (n *Network) ClearPreset(name string) int {
	return n.clearFaults(func(f *Fault) bool { return f.Preset == name })
}

// ClearFaults removes all faults.
func (n *Network) ClearFaults() { n.clearFaults(func(*Fault) bool { return true }) }

func (n *Network) clearFaults(drop func(*Fault) bool) int {
	count := n.faults.remove(drop)
	if count > 0 {
		n.relimit()
		n.updates.publish(Update{Kind: UpdateFaults})
	}
	return count
}
