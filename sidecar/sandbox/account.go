package sandbox

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"go.mau.fi/whatsmeow/types"
)

// Phone numbers are 7 to 15 digits (E.164).
const (
	minDigits = 7
	maxDigits = 15
)

var errNumber = errors.New("phone must be 7 to 15 digits, with or without +")

// digits reads a phone number in the interface's form.
func digits(phone string) (string, error) {
	user := strings.TrimPrefix(strings.TrimSpace(phone), "+")
	if len(user) < minDigits || len(user) > maxDigits || user[0] == '0' {
		return "", errNumber
	}
	for _, r := range user {
		if r < '0' || r > '9' {
			return "", errNumber
		}
	}
	return user, nil
}

// account is a phone number with its phone and the companions linked to it.
type account struct {
	net   *Network
	pn    types.JID
	lid   atomic.Pointer[types.JID]
	phone *Phone

	mu       sync.Mutex
	name     string
	devices  []*Device // by id; the first is the phone
	next     uint16
	watchers map[watcher]struct{} // who asked for the devices
	settings settings
	state    map[string]*collection // app state, by name
	limited  bool                   // under the reach-out timelock
	partners map[string]partner     // by the other account's number
}

// watcher is an account that asked for another one's devices, by LID or by number.
type watcher struct {
	account *account
	server  string
}

// settings are what a client may store and read back.
type settings struct {
	privacy   map[string]string
	blocked   []types.JID
	about     string
	ephemeral string
}

// partner is what stands between two accounts.
type partner struct {
	heard bool   // the other side has written to this one
	token []byte // the other side's token of trust, held by this one
}

// hiddenUser gives a number its LID. It is derived, so that a sandbox gives the
// same one every time; real ones are random and say nothing about the number.
func hiddenUser(user string, try byte) string {
	sum := sha256.Sum256(append([]byte("nodeline sandbox lid "+user), try))
	return strconv.FormatUint(100_000_000_000_000+binary.BigEndian.Uint64(sum[:8])%800_000_000_000_000, 10)
}

// hidden is the account's LID.
func (a *account) hidden() types.JID { return *a.lid.Load() }

// e164 is the account's number with its plus sign.
func (a *account) e164() string { return "+" + a.pn.User }

func (a *account) pushName() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.name
}

func (a *account) setPushName(name string) {
	a.mu.Lock()
	a.name = name
	a.mu.Unlock()
}

// all lists the devices, the phone first.
func (a *account) all() []*Device {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.devices)
}

func (a *account) companions() []*Device { return a.all()[1:] }

func (a *account) device(id uint16) *Device {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, d := range a.devices {
		if d.id == id {
			return d
		}
	}
	return nil
}

// addDevice gives a companion its number. Numbers are not used twice (assumed).
func (a *account) addDevice(d *Device) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.devices = append(a.devices, d)
}

func (a *account) nextID() uint16 {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.next++
	return a.next
}

func (a *account) removeDevice(d *Device) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	before := len(a.devices)
	a.devices = slices.DeleteFunc(a.devices, func(other *Device) bool { return other == d })
	return len(a.devices) < before
}

// meet changes what stands between this account and another.
func (a *account) meet(other *account, change func(*partner)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.partners == nil {
		a.partners = map[string]partner{}
	}
	p := a.partners[other.pn.User]
	change(&p)
	a.partners[other.pn.User] = p
}

func (a *account) knows(other *account) partner {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.partners[other.pn.User]
}

func (a *account) blocks(other *account) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.ContainsFunc(a.settings.blocked, func(jid types.JID) bool {
		return jid.User == other.pn.User || jid.User == other.hidden().User
	})
}

// account finds who has an address, in either namespace; nil if nobody.
func (n *Network) account(jid types.JID) *account {
	n.mu.RLock()
	defer n.mu.RUnlock()
	switch jid.Server {
	case types.HiddenUserServer:
		return n.hidden[jid.User]
	case types.DefaultUserServer, types.LegacyUserServer:
		return n.accounts[jid.User]
	}
	return nil
}

// addressee is account for a receipt, which may be to an address of before.
func (n *Network) addressee(jid types.JID) *account {
	if a := n.account(jid); a != nil || jid.Server != types.HiddenUserServer {
		return a
	}
	n.mu.RLock()
	defer n.mu.RUnlock()
	return n.former[jid.User]
}

// device finds the device of a full address; nil if there is none.
func (n *Network) device(jid types.JID) *Device {
	a := n.account(jid)
	if a == nil {
		return nil
	}
	return a.device(jid.Device)
}

// addAccount creates a number with its phone. A number whose other form is there is
// that one's (assumed: one subscriber has both).
func (n *Network) addAccount(phone, name string) (*account, error) {
	user, err := digits(phone)
	if err != nil {
		return nil, err
	}
	a := &account{net: n, pn: types.NewJID(user, types.DefaultUserServer), name: name, state: map[string]*collection{}}
	a.phone = newPhone(a)
	a.devices = []*Device{a.phone.device}
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, taken := range []string{user, twin(user)} {
		if n.accounts[taken] != nil {
			return nil, fmt.Errorf("%w: +%s", errPhoneExists, taken)
		}
	}
	for try := byte(0); ; try++ {
		lid := types.NewJID(hiddenUser(user, try), types.HiddenUserServer)
		if _, taken := n.hidden[lid.User]; !taken {
			a.lid.Store(&lid)
			break
		}
	}
	n.accounts[user], n.hidden[a.hidden().User] = a, a
	return a, nil
}
