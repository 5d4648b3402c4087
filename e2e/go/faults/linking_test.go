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

// WhatsApp asks for a passkey: the line says so and what to do, stays unlinked, and
// is linked by another code when none is asked for.
func TestPasskeyIsAskedFor(t *testing.T) {
	w := newWorld(t)
	w.linkPreset("passkey")
	code := w.code(true)
	if _, err := w.owner.Link(t.Context(), code); err == nil || !strings.Contains(err.Error(), "passkey") {
		t.Errorf("the phone says %v", err)
	}
	got := w.follow("the passkey", false, func(r schema.LineLinkResult) bool { return r.State == schema.LinkPasskey })
	if got.QR != "" || !strings.Contains(got.Detail, "passkey") {
		t.Errorf("the user is told %+v", got)
	}
	if l := w.line(english); l.State != schema.LineLinking || len(w.owner.Devices()) != 0 {
		t.Errorf("the line is %+v, the phone has %+v", l, w.owner.Devices())
	}
	network.ClearFaults()
	w.link()
	w.fine()
}
