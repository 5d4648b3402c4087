package faults_test

import (
	"strings"
	"testing"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/sandbox"
)

func (w *world) linkPreset(name string) {
	w.t.Helper()
	if _, err := network.AddPreset(sandbox.Fault{Preset: name, Phone: w.owner.Number()}); err != nil {
		w.t.Fatal(err)
	}
}

// Nobody scans in time: the round ends, is said to have expired, and another
// one links the line, which was not deleted.
func TestExpiredQR(t *testing.T) {
	w := newWorld(t)
	w.linkPreset("expired_qr")
	code := w.code(true)
	got := w.follow("the end of the round", false, func(r schema.LineLinkResult) bool { return r.State == schema.LinkExpired })
	if got.QR != "" || got.Error != nil || !strings.Contains(got.Detail, "Ask for another one") {
		t.Errorf("the user is told %+v", got)
	}
	if _, err := w.owner.Link(t.Context(), code); err == nil {
		t.Error("the phone linked by a code that has expired")
	}
	if l := w.line(english); l.State != schema.LineUnlinked {
		t.Errorf("the line is %+v", l)
	}
	network.ClearFaults()
	w.link()
	w.fine()
}

// The phone scans a code that has just run out: it says so, the line goes on
// showing codes, and the next scan links it.
func TestLateScan(t *testing.T) {
	w := newWorld(t)
	w.linkPreset("late_scan")
	code := w.code(true)
	if _, err := w.owner.Link(t.Context(), code); err == nil || !strings.Contains(err.Error(), "run out") {
		t.Errorf("the phone says %v", err)
	}
	if got := w.follow("news", false, func(schema.LineLinkResult) bool { return true }); got.State != schema.LinkCode {
		t.Errorf("linking stands at %s (%v)", got.State, got.Error)
	}
	network.ClearFaults()
	if _, err := w.owner.Link(t.Context(), code); err != nil {
		t.Fatal(err)
	}
	w.fine()
}

// The phone has misread the code: the line refuses it, says that linking did not
// succeed and what to do, and another code links it.
func TestWrongSecret(t *testing.T) {
	w := newWorld(t)
	w.linkPreset("wrong_secret")
	code := w.code(true)
	if _, err := w.owner.Link(t.Context(), code); err == nil || !strings.Contains(err.Error(), "refused") {
		t.Errorf("the phone says %v", err)
	}
	got := w.follow("the failure", false, func(r schema.LineLinkResult) bool { return r.State == schema.LinkFailed })
	if got.Error == nil || got.Error.Code != schema.CodeLinkFailed || !strings.Contains(got.Error.Hint, "new code") {
		t.Errorf("the user is told %+v, %+v", got, got.Error)
	}
	if l := w.line(english); l.State != schema.LineUnlinked || len(w.owner.Devices()) != 0 {
		t.Errorf("the line is %+v, the phone has %+v", l, w.owner.Devices())
	}
	network.ClearFaults()
	w.link()
	w.fine()
}

// WhatsApp asks for a passkey after a scan, or after a code was typed: the line and
// its events say so and what to do, it stays unlinked, and is linked by another code
// when none is asked for.
func TestPasskeyIsAskedFor(t *testing.T) {
	for name, answer := range map[string]func(*world) error{
		"scanned": func(w *world) error {
			_, err := w.owner.Link(w.t.Context(), w.code(true))
			return err
		},
		"typed": func(w *world) error {
			_, err := w.owner.LinkCode(w.t.Context(), w.typed(true).PhoneCode)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.linkPreset("passkey")
			if err := answer(w); err == nil || !strings.Contains(err.Error(), "passkey") {
				t.Errorf("the phone says %v", err)
			}
			got := w.follow("the passkey", false, func(r schema.LineLinkResult) bool { return r.State == schema.LinkPasskey })
			if got.QR != "" || got.PhoneCode != "" || !strings.Contains(got.Detail, "If nothing follows") {
				t.Errorf("the user is told %+v", got)
			}
			l := w.standing("the trouble", func(l schema.Line) bool { return l.Trouble == schema.TroublePasskey })
			if l.State != schema.LineLinking || len(w.owner.Devices()) != 0 || l.Detail != got.Detail {
				t.Errorf("the line is %+v, the phone has %+v", l, w.owner.Devices())
			}
			if ru := w.line(russian).Detail; !strings.Contains(ru, "ключом доступа") || !strings.Contains(ru, "Если ничего не происходит") {
				t.Errorf("in Russian %q", ru)
			}
			events, err := w.EventList(t.Context(), english, schema.EventListRequest{Line: north, Count: 100})
			if err != nil {
				t.Fatal(err)
			}
			last := events.Events[len(events.Events)-1]
			if last.Kind != schema.EventLineState || last.State.Trouble != schema.TroublePasskey || last.State.Detail == "" {
				t.Errorf("the event is %+v, %+v", last, last.State)
			}
			network.ClearFaults()
			w.link()
			if l := w.line(english); l.Trouble != "" {
				t.Errorf("linked, the line has the trouble %s", l.Trouble)
			}
			w.fine()
		})
	}
}

// typed gives a code to type on the owner's phone.
func (w *world) typed(restart bool) schema.LineLinkResult {
	w.t.Helper()
	request := schema.LineLinkRequest{Line: north, Restart: restart, Phone: "8" + strings.TrimPrefix(w.owner.Number(), "+7")}
	if _, err := w.LineLink(w.t.Context(), english, request); err != nil {
		w.t.Fatal(err)
	}
	return w.follow("a code to type", false, func(r schema.LineLinkResult) bool { return r.PhoneCode != "" })
}

// A line is linked by a code that its owner types.
func TestTypedCode(t *testing.T) {
	w := newWorld(t)
	got := w.typed(false)
	if got.PhoneFor != w.owner.Number() || got.QR == "" || got.Error != nil {
		t.Errorf("%+v", got)
	}
	if _, err := w.owner.LinkCode(t.Context(), got.PhoneCode); err != nil {
		t.Fatal(err)
	}
	linked := w.follow("the end", false, func(r schema.LineLinkResult) bool { return r.State == schema.LinkLinked })
	if linked.Phone != w.owner.Number() || linked.PhoneCode != "" || linked.Error != nil {
		t.Errorf("%+v", linked)
	}
	w.state(schema.LineConnected)
	w.fine()
}

// The phone took a secret that is not the line's: another code comes by itself, and links.
func TestWrongSecretOfATypedCode(t *testing.T) {
	w := newWorld(t)
	w.linkPreset("wrong_secret")
	got := w.typed(false)
	if _, err := w.owner.LinkCode(t.Context(), got.PhoneCode); err == nil || !strings.Contains(err.Error(), "refused") {
		t.Errorf("the phone says %v", err)
	}
	network.ClearFaults()
	next := w.follow("another code", false, func(r schema.LineLinkResult) bool { return r.PhoneCode != "" && r.PhoneCode != got.PhoneCode })
	if _, err := w.owner.LinkCode(t.Context(), next.PhoneCode); err != nil {
		t.Fatal(err)
	}
	w.state(schema.LineConnected)
	w.fine()
}

// The code that is typed has just run out: the phone says so, and the code on show links.
func TestLateTypedCode(t *testing.T) {
	w := newWorld(t)
	w.linkPreset("late_scan")
	got := w.typed(false)
	if _, err := w.owner.LinkCode(t.Context(), got.PhoneCode); err == nil || !strings.Contains(err.Error(), "no device waits") {
		t.Errorf("the phone says %v", err)
	}
	network.ClearFaults()
	if _, err := w.owner.LinkCode(t.Context(), got.PhoneCode); err != nil {
		t.Fatal(err)
	}
	w.state(schema.LineConnected)
	w.fine()
}
