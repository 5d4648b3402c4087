package signal_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/nodeline/nodeline/sidecar/sandbox/signal"
)

var ourAddress = signal.Address{User: "79000000001", Device: 7}

// encounter is a phone and the endpoint of primitives in one conversation.
type encounter struct {
	t     *testing.T
	phone *signal.Endpoint
	us    *ratchet
}

// phoneWrites seals a text in the phone; bundle is ours, or nil where the phone
// has a session and may not ask for one.
func (e *encounter) phoneWrites(want signal.Form, text string, bundle *signal.Bundle) []byte {
	e.t.Helper()
	form, sealed, err := e.phone.Encrypt(ourAddress, []byte(text), func() (signal.Bundle, error) {
		if bundle == nil {
			return noFetch()
		}
		return *bundle, nil
	})
	if err != nil || form != want {
		e.t.Fatalf("the phone's form is %q, not %q: %v", form, want, err)
	}
	return sealed
}

func (e *encounter) weRead(sealed []byte, want string) ratchetMessage {
	e.t.Helper()
	text, m, err := e.us.read(sealed)
	if err != nil || text != want {
		e.t.Fatalf("we read %q, %v; not %q", text, err, want)
	}
	return m
}

func (e *encounter) weWrite(want signal.Form, text string, padding int) []byte {
	e.t.Helper()
	form, sealed := e.us.write(text, padding)
	if form != want {
		e.t.Fatalf("our form is %q, not %q", form, want)
	}
	return sealed
}

func (e *encounter) phoneReads(form signal.Form, sealed []byte, want string) {
	e.t.Helper()
	if text, err := e.phone.Decrypt(ourAddress, form, sealed); err != nil || string(text) != want {
		e.t.Fatalf("the phone reads %q, %v; not %q", text, err, want)
	}
}

// damaged gives a message with one byte changed, for each of its bytes. A version
// byte becomes the next version's: the low half is no one's to judge, and the
// phones' library takes a pkmsg that says it is of version 2.
func damaged(sealed []byte) [][]byte {
	var all [][]byte
	for i := range sealed {
		bad := bytes.Clone(sealed)
		if bad[i] == wireVersion {
			bad[i] += 0x10
		} else {
			bad[i] ^= 1
		}
		all = append(all, bad)
	}
	return all
}

// weRefuse holds that a message of the phone's rests on each of its bytes.
func (e *encounter) weRefuse(sealed []byte) {
	e.t.Helper()
	for i, bad := range damaged(sealed) {
		if _, _, err := e.us.read(bad); err == nil {
			e.t.Errorf("we read a message damaged at %d of %d", i, len(sealed))
		}
	}
}

// phoneRefuses holds that the phone judges each byte of ours.
func (e *encounter) phoneRefuses(form signal.Form, sealed []byte) {
	e.t.Helper()
	for i, bad := range damaged(sealed) {
		if _, err := e.phone.Decrypt(ourAddress, form, bad); err == nil || errors.Is(err, signal.ErrRepeated) {
			e.t.Errorf("the phone took a message damaged at %d of %d: %v", i, len(sealed), err)
		}
	}
}

// rounds goes on with the talk: each side writes three messages in its turn, the
// last of which is read first, and turns the ratchet by reading the other's.
// In five rounds each padding of ours comes once.
func (e *encounter) rounds(count int) {
	e.t.Helper()
	used := map[string]bool{}
	for round := range count {
		var sealed [][]byte
		text := func(side string, i int) string { return fmt.Sprintf("%s %d.%d", side, round, i) }
		for i := range 3 {
			sealed = append(sealed, e.phoneWrites(signal.FormMessage, text("телефон", i), nil))
		}
		var ratchetKey []byte
		for _, i := range []int{2, 0, 1} {
			m := e.weRead(sealed[i], text("телефон", i))
			if i == 2 {
				ratchetKey = m.ratchet
			}
			if m.counter != uint32(i) || !bytes.Equal(m.ratchet, ratchetKey) {
				e.t.Errorf("round %d: message %d is the %dth of its chain", round, i, m.counter)
			}
		}
		if used[string(ratchetKey)] {
			e.t.Errorf("round %d: the phone has not turned the ratchet", round)
		}
		used[string(ratchetKey)] = true

		sealed = nil
		for i := range 3 {
			sealed = append(sealed, e.weWrite(signal.FormMessage, text("клиент", i), 1+(3*round+i)%maxPadding))
		}
		for _, i := range []int{2, 0, 1} {
			e.phoneReads(signal.FormMessage, sealed[i], text("клиент", i))
		}
		if _, err := e.phone.Decrypt(ourAddress, signal.FormMessage, sealed[1]); !errors.Is(err, signal.ErrRepeated) {
			e.t.Errorf("round %d: the same again: %v", round, err)
		}
	}
}

// The phone is X3DH's Alice.
func TestAPhoneWritesToPrimitives(t *testing.T) {
	for name, once := range map[string]bool{"with a one-time prekey": true, "with none": false} {
		t.Run(name, func(t *testing.T) {
			own := newPrimitive(t)
			bundle := own.bundle(once)
			e := &encounter{t: t, phone: signal.New()}
			first, err := readPreKeyMessage(e.phoneWrites(signal.FormPreKey, "привет", &bundle))
			if err != nil {
				t.Fatal(err)
			}
			e.opens(first, once)
			e.us = own.answer(first)
			e.weRefuse(first.inner)
			if m := e.weRead(first.inner, "привет"); m.counter != 0 || bytes.Equal(m.ratchet, first.base) {
				t.Errorf("the first message is of counter %d under %x", m.counter, m.ratchet)
			}
			// Nobody has answered yet: the same start is sent along again.
			second, err := readPreKeyMessage(e.phoneWrites(signal.FormPreKey, "есть кто?", nil))
			if err != nil || !bytes.Equal(second.base, first.base) {
				t.Errorf("the second message starts anew: %v", err)
			}
			e.opens(second, once)
			if m := e.weRead(second.inner, "есть кто?"); m.counter != 1 {
				t.Errorf("the second message's counter is %d", m.counter)
			}
			answer := e.weWrite(signal.FormMessage, "здравствуйте", maxPadding)
			e.phoneRefuses(signal.FormMessage, answer)
			e.phoneReads(signal.FormMessage, answer, "здравствуйте")
			e.rounds(5)
		})
	}
}

// opens holds the head of a phone's pkmsg against the keys that it has to name.
func (e *encounter) opens(m preKeyMessage, once bool) {
	e.t.Helper()
	theirs, err := e.phone.Bundle()
	if err != nil {
		e.t.Fatal(err)
	}
	if m.registration != theirs.Registration || m.signed != ourSigned || !bytes.Equal(m.identity[1:], theirs.Identity[:]) {
		e.t.Errorf("registration %d, signed prekey %d, identity %x", m.registration, m.signed, m.identity)
	}
	if (m.once != nil) != once || once && *m.once != ourOnce {
		e.t.Errorf("one-time prekey %v", m.once)
	}
}

// The phone is X3DH's Bob.
func TestPrimitivesWriteToAPhone(t *testing.T) {
	for name, once := range map[string]bool{"with a one-time prekey": true, "with none": false} {
		t.Run(name, func(t *testing.T) {
			own := newPrimitive(t)
			e := &encounter{t: t, phone: signal.New()}
			bundle, err := e.phone.Bundle()
			if err != nil {
				t.Fatal(err)
			}
			if !once {
				bundle.OneTime = nil
			}
			e.us = own.start(t, bundle)
			first := e.weWrite(signal.FormPreKey, "привет", 1)
			e.phoneRefusesStart(first)
			e.phoneReads(signal.FormPreKey, first, "привет")
			e.phoneReads(signal.FormPreKey, e.weWrite(signal.FormPreKey, "есть кто?", 2), "есть кто?")
			if once {
				// The key was for one session: a second start by it is refused.
				late := &encounter{t: t, phone: e.phone, us: newPrimitive(t).start(t, bundle)}
				sealed := late.weWrite(signal.FormPreKey, "и я", 1)
				if _, err := e.phone.Decrypt(annaAddress, signal.FormPreKey, sealed); err == nil {
					t.Error("a one-time prekey served twice")
				}
			}
			answer := e.phoneWrites(signal.FormMessage, "здравствуйте", nil)
			e.weRefuse(answer)
			e.weRead(answer, "здравствуйте")
			e.phoneReads(signal.FormMessage, e.weWrite(signal.FormMessage, "хорошо", 3), "хорошо")
			e.rounds(5)
		})
	}
}

// phoneRefusesStart holds that the phone judges each byte of a pkmsg but those of
// the registration id, which neither agreement nor MAC covers.
func (e *encounter) phoneRefusesStart(sealed []byte) {
	e.t.Helper()
	id := appendNumber(nil, fieldRegistration, ourRegistration)
	at := bytes.LastIndex(sealed, id) + 1
	kept := slices.Delete(damaged(sealed), at, at+len(id)-1)
	for i, bad := range kept {
		if text, err := e.phone.Decrypt(ourAddress, signal.FormPreKey, bad); err == nil {
			e.t.Errorf("the phone took the %dth damaged start of %d: %q", i, len(kept), text)
		}
	}
}

// A bundle is good for a session only with its identity's signature.
func TestAPhoneJudgesOurBundle(t *testing.T) {
	bundle := newPrimitive(t).bundle(true)
	bundle.Signed.Signature[5] ^= 1
	_, _, err := signal.New().Encrypt(ourAddress, []byte("привет"), func() (signal.Bundle, error) { return bundle, nil })
	if err == nil {
		t.Error("the phone wrote by a bundle that nobody signed")
	}
}

// A text's length tells little: a phone pads by each of 1 to 15 bytes. That one of
// them is missing among so many messages by chance happens once in 10^16.
func TestAPhonesPadding(t *testing.T) {
	own := newPrimitive(t)
	e := &encounter{t: t, phone: signal.New()}
	bundle := own.bundle(true)
	found := map[int]bool{}
	for range 600 {
		m, err := readPreKeyMessage(e.phoneWrites(signal.FormPreKey, "одно и то же", &bundle))
		if err != nil {
			t.Fatal(err)
		}
		if e.us == nil {
			e.us = own.answer(m)
		}
		found[e.weRead(m.inner, "одно и то же").padding] = true
	}
	if len(found) != maxPadding {
		t.Errorf("padded by %v bytes", slices.Sorted(maps.Keys(found)))
	}
}
