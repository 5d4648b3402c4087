package bridge_test

import (
	"strings"
	"testing"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

func (r *rig) window(chat string) schema.ChatWindowResult {
	r.t.Helper()
	w, err := r.ChatWindow(r.ctx(), admin, schema.ChatWindowRequest{Line: theLine, Chat: chat})
	if err != nil {
		r.t.Fatal(err)
	}
	return w
}

func (r *rig) policy(p schema.WindowPolicy) {
	r.t.Helper()
	if line, err := r.LineUpdate(r.ctx(), admin, schema.LineUpdateRequest{Line: theLine, Window: p}); err != nil || line.Window != p {
		r.t.Fatalf("%+v, %v", line, err)
	}
}

// ago has a message come that was written some time ago.
func ago(d time.Duration) func(*bridge.Incoming) {
	return func(in *bridge.Incoming) { in.At = in.At.Add(-d) }
}

func calling(in *bridge.Incoming) { in.Happening = &bridge.Happening{Kind: schema.EventCall} }

func TestAMessageOutsideTheWindowIsWarnedOfOrRefused(t *testing.T) {
	r := linkedRig(t, quick)
	send := func(key schema.Key) schema.SendResult {
		t.Helper()
		got, err := r.text(key, anna, "привет")
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	warned := func(key schema.Key, code schema.WarningCode) {
		t.Helper()
		if got := send(key); got.Warning != code || !strings.Contains(got.WarningText, "Nodeline's own rule") {
			t.Errorf("%s: %s %q, want %s", key, got.Warning, got.WarningText, code)
		}
	}
	warned("k1", schema.WarnFirstContact)
	r.says(anna, "добрый день", ago(25*time.Hour))
	warned("k2", schema.WarnWindowClosed)
	warned("k1", schema.WarnFirstContact) // stored with the message
	if a := r.ask("q1"); a.Warning != schema.WarnWindowClosed || a.WarningText == "" {
		t.Errorf("ask %+v", a)
	}
	r.policy(schema.WindowEnforce)
	_, err := r.text("k3", anna, "привет")
	if e := wantCode(t, err, schema.CodeWindowClosed); e.Field != "chat" || !strings.Contains(e.Hint, "message.sendTemplate") {
		t.Errorf("%+v", e)
	}
	_, err = r.text("k4", boris, "привет")
	if e := wantCode(t, err, schema.CodeWindowClosed); !strings.Contains(e.Message, "first contact") {
		t.Errorf("%+v", e)
	}
	_, err = r.Ask(r.ctx(), admin, askRequest("q2"))
	wantCode(t, err, schema.CodeWindowClosed)
	if got, err := r.text("k2", anna, "привет"); err != nil || got.Status != schema.StatusSent {
		t.Errorf("one accepted before: %+v, %v", got, err)
	}
	r.template("visit", visit())
	r.approve("visit")
	if got, err := r.sendTemplate("t1", visitValues); err != nil || got.Warning+schema.WarningCode(got.WarningText) != "" {
		t.Errorf("a template: %+v, %v", got, err)
	}
	if got, err := r.text("g1", "120363000000000001@g.us", "привет"); err != nil || got.Warning+schema.WarningCode(got.WarningText) != "" {
		t.Errorf("a group: %+v, %v", got, err)
	}
	r.policy(schema.WindowOff)
	if got := send("k5"); got.Warning != "" {
		t.Errorf("off: %+v", got)
	}
	r.policy(schema.WindowEnforce)
	r.says(anna, "я тут")
	if got := send("k6"); got.Warning != "" {
		t.Errorf("open: %+v", got)
	}
}

func TestAWindowIsOpenedByMessagesAndCalls(t *testing.T) {
	r := linkedRig(t, quick)
	if w := r.window(anna); w.Open || w.State != schema.WindowNever || w.Policy != schema.WindowWarn || w.ClosesAt != nil || !strings.Contains(w.Text, "first contact") {
		t.Errorf("never: %+v", w)
	}
	r.says(anna, "добрый день", ago(30*time.Hour))
	w := r.window(anna)
	if w.Open || w.State != schema.WindowClosed || w.HeardAt == nil || !w.ClosesAt.Equal(w.HeardAt.Add(24*time.Hour)) {
		t.Errorf("closed: %+v", w)
	}
	r.says(anna, "", calling, ago(time.Hour))
	if later := r.window(anna); !later.Open || later.State != schema.WindowOpen || !later.HeardAt.After(*w.HeardAt) {
		t.Errorf("a call: %+v", later)
	}
	if w := r.window(lidOf(anna)); !w.Open {
		t.Errorf("by LID: %+v", w)
	}
	if w := r.window(boris + "; " + anna); !w.Open {
		t.Errorf("several numbers: %+v", w)
	}
	r.says(boris, "сам себе", func(in *bridge.Incoming) { in.FromMe = true })
	if w := r.window(boris); w.State != schema.WindowNever {
		t.Errorf("the line's own phone: %+v", w)
	}
	if w := r.window("120363000000000001@g.us"); !w.Open || w.State != schema.WindowGroup {
		t.Errorf("a group: %+v", w)
	}
	_, err := r.ChatWindow(r.ctx(), admin, schema.ChatWindowRequest{Line: theLine, Chat: "12345"})
	wantCode(t, err, schema.CodeInvalidPhone)
}

func TestEachFileOutsideTheWindowIsWarnedOfOrRefused(t *testing.T) {
	r, from := linkedRig(t, quick), newSource(t)
	got := r.sendMedia("k1", "Смотрите", links(from.url+"/photo.png", from.url+"/5")...)
	for _, m := range got.Messages {
		if m.Warning != schema.WarnFirstContact {
			t.Errorf("%s: %q", m.Key, m.Warning)
		}
	}
	r.policy(schema.WindowEnforce)
	_, err := r.SendMedia(r.ctx(), admin, schema.SendMediaRequest{Line: theLine, Key: "k2", Chat: anna, Attachments: links(from.url + "/photo.png")})
	wantCode(t, err, schema.CodeWindowClosed)
}
