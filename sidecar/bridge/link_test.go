package bridge_test

import (
	"strings"
	"testing"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

func linkingRig(t *testing.T, region string) *rig {
	t.Helper()
	r := newRig(t, quick)
	if _, err := r.LineCreate(t.Context(), admin, schema.LineCreateRequest{ID: theLine, Name: "Clinic", Region: region}); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestACodeIsForThePhoneAsTheLinesCountryReadsIt(t *testing.T) {
	r := linkingRig(t, "RU")
	got, err := r.LineLink(t.Context(), admin, schema.LineLinkRequest{Line: theLine, Phone: "8 (912) 345-67-89"})
	if err != nil || got.State != schema.LinkCode || got.PhoneFor != "+79123456789" || got.PhoneCode != "ABCD-EFGH" || got.QR == "" || got.QRImage == "" {
		t.Fatalf("%+v, %v", got, err)
	}
	if got.PhoneCodeExpiresAt == nil || got.PhoneCodeSecondsLeft < 50 || got.PhoneCodeSecondsLeft > 60 || got.SecondsLeft > 20 {
		t.Errorf("the code lives until %v, %d s; the QR code %d s", got.PhoneCodeExpiresAt, got.PhoneCodeSecondsLeft, got.SecondsLeft)
	}
	if !strings.Contains(got.Detail, "Link with phone number") {
		t.Errorf("the user is told %q", got.Detail)
	}
	ru := bridge.Caller{Grant: admin.Grant, Lang: schema.Russian}
	if got, err = r.LineLink(t.Context(), ru, schema.LineLinkRequest{Line: theLine}); err != nil || !strings.Contains(got.Detail, "по номеру телефона") {
		t.Errorf("%q, %v", got.Detail, err)
	}
	// Who follows a round asks for nothing more.
	seq := got.Seq
	got, err = r.LineLink(t.Context(), admin, schema.LineLinkRequest{Line: theLine, Phone: "+49 151 23456789", Since: seq, WaitMs: 5})
	if err != nil || got.Seq != seq || got.PhoneFor != "+79123456789" {
		t.Errorf("%+v, %v", got, err)
	}
	got, err = r.LineLink(t.Context(), admin, schema.LineLinkRequest{Line: theLine, Phone: "+49 151 23456789", Since: seq, Restart: true, WaitMs: 5})
	if err != nil || got.PhoneFor != "+4915123456789" {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestACodeIsForOneNumber(t *testing.T) {
	r := linkingRig(t, "")
	for _, phone := range []string{"8 912 345-67-89", "+79123456789, +79210001122", "120363012345678901@g.us", "123456789012345@lid", "+7 000 000-00-00"} {
		_, err := r.LineLink(t.Context(), admin, schema.LineLinkRequest{Line: theLine, Phone: phone})
		wantCode(t, err, schema.CodeInvalidPhone)
		if e := err.(*schema.Error); e.Field != "phone" || e.Hint == "" {
			t.Errorf("%q: %+v", phone, e)
		}
	}
	if r.net.news.Seq != 0 {
		t.Errorf("a round was begun for a number that is none: %+v", r.net.news)
	}
}

func TestWhyThereIsNoCode(t *testing.T) {
	r := linkingRig(t, "RU")
	for code, c := range map[schema.Code]struct {
		err  error
		says string
	}{
		schema.CodeNotOnWhatsApp: {bridge.ErrNotOnWhatsApp, "scan the QR code"},
		schema.CodeRateLimited:   {bridge.ErrRateLimited, "Wait"},
		schema.CodePasskey:       {bridge.ErrPasskey, "the other way"},
		schema.CodeUnreachable:   {bridge.ErrOffline, "internet"},
		schema.CodeLinkFailed:    {bridge.ErrNotLinked, "new code"},
	} {
		r.net.set(func(n *network) {
			n.news = bridge.LinkNews{Seq: 1, State: schema.LinkCode, QR: "2@abc,def", PhoneFor: "+79123456789", Err: c.err}
		})
		got, err := r.LineLink(t.Context(), admin, schema.LineLinkRequest{Line: theLine})
		if err != nil || got.Error == nil || got.Error.Code != code || !strings.Contains(got.Error.Hint, c.says) {
			t.Errorf("%s: %+v, %v", code, got.Error, err)
		}
		if got.QR == "" || got.PhoneFor == "" || got.PhoneCode != "" || got.PhoneCodeExpiresAt != nil {
			t.Errorf("%s: %+v", code, got)
		}
	}
}
