package line_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/nodeline/nodeline/internal/wait"
	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
	"github.com/nodeline/nodeline/sidecar/sandbox"
)

// typed asks for a code to type on a phone, and gives the news with it.
func (r *rig) typed(p *sandbox.Phone, restart bool) bridge.LinkNews {
	r.t.Helper()
	if err := r.Start(north, ""); err != nil {
		r.t.Fatal(err)
	}
	if err := r.LinkPhone(north, p.Number(), restart); err != nil {
		r.t.Fatal(err)
	}
	return r.typedFor(p, "")
}

// typedFor waits for a code for a phone, another than one of before.
func (r *rig) typedFor(p *sandbox.Phone, before string) bridge.LinkNews {
	r.t.Helper()
	return r.news(north, "a code to type", func(n bridge.LinkNews) bool {
		return n.PhoneFor == p.Number() && n.PhoneCode != "" && n.PhoneCode != before
	})
}

// types has a phone's owner type a code.
func types(t testing.TB, p *sandbox.Phone, code string) {
	t.Helper()
	if _, err := p.LinkCode(t.Context(), code); err != nil {
		t.Fatal(err)
	}
}

// client is the part of a QR code that stays the same as long as a round does.
func client(qr string) string { return strings.Split(qr, ",")[1] }

func TestACodeIsTypedOnThePhone(t *testing.T) {
	r := newRig(t, timing())
	owner := phone(t, "Owner")
	n := r.typed(owner, false)
	if n.State != schema.LinkCode || n.QR == "" || !regexp.MustCompile(`^[1-9A-HJ-NP-TV-Z]{4}-[1-9A-HJ-NP-TV-Z]{4}$`).MatchString(n.PhoneCode) {
		t.Errorf("%+v", n)
	}
	if left := time.Until(n.PhoneCodeEnds); left < 100*time.Second || left > 160*time.Second {
		t.Errorf("the code to type lives for %s", left)
	}
	told := false
	for _, c := range network.Codes() {
		told = told || c.Phone == owner.Number()
	}
	if !told {
		t.Error("the phone does not tell its owner that a code is to be typed")
	}
	types(t, owner, strings.ToLower(n.PhoneCode))
	if linked := r.news(north, "linked", is(schema.LinkLinked)); linked.Phone != owner.Number() || linked.PhoneCode != "" {
		t.Errorf("%+v", linked)
	}
	r.inbox.state(t, north, 0, schema.LineConnected)
	if device := owner.Devices()[0]; device.Name != "Nodeline" || !device.Online {
		t.Errorf("the phone sees %+v", device)
	}
	// Who asks again is told that it is linked.
	if err := r.LinkPhone(north, owner.Number(), false); err != nil {
		t.Fatal(err)
	}
	if n := r.LinkNews(t.Context(), north, 0); n.State != schema.LinkLinked {
		t.Errorf("a linked line is asked for a code: %+v", n)
	}
}

func TestACodeIsAskedForWhileAQRCodeIsShown(t *testing.T) {
	r := newRig(t, timing())
	owner, other := phone(t, "Owner"), phone(t, "Other")
	qr := r.code(north, false)
	first := r.typed(other, false)
	if first.QR != qr {
		t.Error("the QR code on show is gone")
	}
	if again := r.typed(other, false); again.PhoneCode != first.PhoneCode || again.Seq != first.Seq {
		t.Errorf("joining shows %+v after %+v", again, first)
	}
	second := r.typed(owner, false)
	if second.QR != qr || second.PhoneCode == first.PhoneCode {
		t.Errorf("another phone is given %+v", second)
	}
	if _, err := other.LinkCode(t.Context(), first.PhoneCode); err == nil {
		t.Error("the code of the phone before links still")
	}
	third := r.typed(owner, true)
	if third.PhoneCode == second.PhoneCode || client(third.QR) == client(qr) {
		t.Errorf("a new round shows %+v", third)
	}
	types(t, owner, third.PhoneCode)
	r.news(north, "linked", is(schema.LinkLinked))
}

// The QR code beside a code to type still links.
func TestTheQRCodeStaysBesideACodeToType(t *testing.T) {
	r := newRig(t, timing())
	n := r.typed(phone(t, "Other"), false)
	owner := phone(t, "Owner")
	scan(t, owner, n.QR)
	if linked := r.news(north, "linked", is(schema.LinkLinked)); linked.Phone != owner.Number() {
		t.Errorf("linked to %+v", linked)
	}
}

func TestACodeTypedWrongly(t *testing.T) {
	r := newRig(t, timing())
	owner := phone(t, "Owner")
	n := r.typed(owner, false)
	if _, err := owner.LinkCode(t.Context(), "ABCD-EFGH"); err == nil || !strings.Contains(err.Error(), "not the one that the device shows") {
		t.Errorf("the phone says %v", err)
	}
	if still := r.LinkNews(t.Context(), north, 0); still.Seq != n.Seq {
		t.Errorf("the line goes from %+v to %+v", n, still)
	}
	types(t, owner, n.PhoneCode)
	r.news(north, "linked", is(schema.LinkLinked))
}

// whatsmeow takes a new secret with every code that is typed, so the QR code shown
// since before cannot link: other codes come by themselves.
func TestTheQRCodeAfterACodeTypedWrongly(t *testing.T) {
	r := newRig(t, timing())
	owner := phone(t, "Owner")
	n := r.typed(owner, false)
	if _, err := owner.LinkCode(t.Context(), "ABCD-EFGH"); err == nil {
		t.Fatal("a wrong code links")
	}
	if _, err := owner.Link(t.Context(), n.QR); err == nil {
		t.Fatal("the QR code links: whatsmeow keeps its secret now, and round.mistyped has no use")
	}
	next := r.typedFor(owner, n.PhoneCode)
	if client(next.QR) == client(n.QR) {
		t.Error("the QR code on show is the dead one")
	}
	scan(t, owner, next.QR)
	r.news(north, "linked", is(schema.LinkLinked))
}

func TestANumberThatGetsNoCode(t *testing.T) {
	r := newRig(t, timing())
	if err := r.Start(north, ""); err != nil {
		t.Fatal(err)
	}
	if err := r.LinkPhone(north, "+79990000000", false); err != nil {
		t.Fatal(err)
	}
	n := r.news(north, "the refusal", func(n bridge.LinkNews) bool { return n.Err != nil })
	mustBe(t, n.Err, bridge.ErrNotOnWhatsApp)
	if n.State != schema.LinkCode || n.QR == "" || n.PhoneCode != "" {
		t.Errorf("%+v", n)
	}
	fault(t, sandbox.Fault{Way: sandbox.Up, Tag: "iq", XMLNS: "md", Do: sandbox.FaultRefuse, Code: 429, Times: 1})
	if err := r.LinkPhone(north, "+79990000001", false); err != nil {
		t.Fatal(err)
	}
	n = r.news(north, "another refusal", func(n bridge.LinkNews) bool { return n.PhoneFor == "+79990000001" && n.Err != nil })
	mustBe(t, n.Err, bridge.ErrRateLimited)
	owner := phone(t, "Owner")
	types(t, owner, r.typed(owner, false).PhoneCode)
	if linked := r.news(north, "linked", is(schema.LinkLinked)); linked.Err != nil {
		t.Errorf("%+v", linked)
	}
}

func TestACodeToTypeEndsWithTheRound(t *testing.T) {
	times := timing()
	times.FirstCode, times.NextCode = time.Millisecond, 600*time.Millisecond
	r := newRig(t, times)
	owner := phone(t, "Owner")
	n := bridge.LinkNews{}
	for n.PhoneCode == "" { // a round may be over before the code is there
		if err := r.Start(north, ""); err != nil {
			t.Fatal(err)
		}
		if err := r.LinkPhone(north, owner.Number(), true); err != nil {
			t.Fatal(err)
		}
		n = r.news(north, "a code, or the end", func(n bridge.LinkNews) bool { return n.PhoneCode != "" || n.State == schema.LinkExpired })
	}
	over := r.news(north, "the end of the round", is(schema.LinkExpired))
	if over.PhoneCode != "" || over.PhoneFor != "" {
		t.Errorf("%+v", over)
	}
	wait.Until(t, "the code to be over on the phone", func() bool {
		_, err := owner.LinkCode(t.Context(), n.PhoneCode)
		return err != nil && strings.Contains(err.Error(), "no device waits")
	})
}

// The connection ends with the code on show: another one is asked for by itself.
func TestACodeToTypeSurvivesACut(t *testing.T) {
	r := newRig(t, timing())
	owner := phone(t, "Owner")
	fault(t, sandbox.Fault{Way: sandbox.Down, Tag: "iq", Type: "result", Do: sandbox.FaultCutAfter, Times: 1})
	if err := r.Start(north, ""); err != nil {
		t.Fatal(err)
	}
	if err := r.LinkPhone(north, owner.Number(), false); err != nil {
		t.Fatal(err)
	}
	wait.Until(t, "the cut", func() bool { return network.Faults()[0].Hits == 1 })
	wait.Until(t, "a code that links", func() bool {
		n := r.LinkNews(t.Context(), north, 0)
		if n.PhoneCode == "" {
			return false
		}
		_, err := owner.LinkCode(t.Context(), n.PhoneCode)
		return err == nil
	})
	r.news(north, "linked", is(schema.LinkLinked))
}

// A line that is unlinked, or a sidecar that is started anew, shows no code of before.
func TestACodeToTypeIsCancelled(t *testing.T) {
	r := newRig(t, timing())
	owner := phone(t, "Owner")
	n := r.typed(owner, false)
	if err := r.Unlink(t.Context(), north); err != nil {
		t.Fatal(err)
	}
	if now := r.LinkNews(t.Context(), north, 0); now.State != "" || now.PhoneCode != "" {
		t.Errorf("after unlinking %+v", now)
	}
	again := r.typed(owner, false)
	if again.PhoneCode == n.PhoneCode {
		t.Error("the code of before is shown again")
	}
	r.stop()
	r = rigOn(t, r.dir, timing())
	types(t, owner, r.typed(owner, false).PhoneCode)
	r.news(north, "linked", is(schema.LinkLinked))
}

// WhatsApp asks for a passkey once the code was typed: the line says so, and when
// nobody confirms, that this is why it was not linked.
func TestAPasskeyIsAskedFor(t *testing.T) {
	times := timing()
	times.Round = time.Second
	r := newRig(t, times)
	owner := phone(t, "Owner")
	if _, err := network.AddPreset(sandbox.Fault{Preset: "passkey", Phone: owner.Number()}); err != nil {
		t.Fatal(err)
	}
	n := r.typed(owner, false)
	if _, err := owner.LinkCode(t.Context(), n.PhoneCode); err == nil || !strings.Contains(err.Error(), "passkey") {
		t.Errorf("the phone says %v", err)
	}
	failed := r.news(north, "the end", is(schema.LinkFailed))
	mustBe(t, failed.Err, bridge.ErrPasskey)
	r.inbox.state(t, north, r.inbox.passkeys(t), schema.LineUnlinked)
}

// passkeys checks that the line said why it links no further, while the round went
// on and at its end; it gives the mark of the end.
func (i *inbox) passkeys(t testing.TB) int {
	t.Helper()
	i.mu.Lock()
	defer i.mu.Unlock()
	during, end := false, 0
	for at, s := range i.sessions {
		if s.Trouble.Kind != schema.TroublePasskey {
			continue
		}
		if s.State == schema.LineLinking {
			during = true
		} else {
			end = at
		}
	}
	if !during || end == 0 {
		t.Errorf("the line went through %+v", i.sessions)
	}
	return end
}

// The codes of a round in which a passkey is asked for are dead: a cut ends it.
func TestACutWhileAPasskeyIsAskedFor(t *testing.T) {
	r := newRig(t, timing())
	owner := phone(t, "Owner")
	if _, err := network.AddPreset(sandbox.Fault{Preset: "passkey", Phone: owner.Number()}); err != nil {
		t.Fatal(err)
	}
	fault(t, sandbox.Fault{Way: sandbox.Down, Tag: "notification", Type: "passkey_prologue_request", Do: sandbox.FaultCutAfter, Times: 1})
	qr := r.code(north, false)
	_, _ = owner.Link(t.Context(), qr)
	n := r.news(north, "the end", func(n bridge.LinkNews) bool {
		return n.State == schema.LinkFailed || n.State == schema.LinkCode && n.QR != qr
	})
	mustBe(t, n.Err, bridge.ErrPasskey)
}

// Whoever tries the other way after a passkey was asked for gets a round that can link.
func TestACodeToTypeAfterAPasskey(t *testing.T) {
	r := newRig(t, timing())
	owner := phone(t, "Owner")
	if _, err := network.AddPreset(sandbox.Fault{Preset: "passkey", Phone: owner.Number()}); err != nil {
		t.Fatal(err)
	}
	if _, err := owner.Link(t.Context(), r.code(north, false)); err == nil {
		t.Fatal("the phone links without the passkey")
	}
	r.news(north, "the passkey", is(schema.LinkPasskey))
	network.ClearFaults()
	types(t, owner, r.typed(owner, false).PhoneCode)
	r.news(north, "linked", is(schema.LinkLinked))
	r.inbox.state(t, north, 0, schema.LineConnected)
	r.inbox.mu.Lock()
	defer r.inbox.mu.Unlock()
	if last := r.inbox.sessions[len(r.inbox.sessions)-1]; last.Trouble.Kind != "" {
		t.Errorf("the linked line still has the trouble %+v", last.Trouble)
	}
}
