package bridge_test

import (
	"encoding/base64"
	"errors"
	"image/png"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

func TestALineIsMadeOnceAndFound(t *testing.T) {
	r := newRig(t, quick)
	made, err := r.LineCreate(t.Context(), admin, schema.LineCreateRequest{Name: "Clinic"})
	if err != nil || !strings.HasPrefix(string(made.ID), "line-") || made.State != schema.LineUnlinked || made.Detail == "" {
		t.Fatalf("%+v, %v", made, err)
	}
	_, err = r.LineCreate(t.Context(), admin, schema.LineCreateRequest{ID: made.ID, Name: "Again"})
	wantCode(t, err, schema.CodeLineExists)
	ru := bridge.Caller{Grant: admin.Grant, Lang: schema.Russian}
	list, err := r.LineList(t.Context(), ru, schema.LineListRequest{})
	if err != nil || len(list.Lines) != 1 || list.Lines[0].Name != "Clinic" || !strings.Contains(list.Lines[0].Detail, "QR-код") {
		t.Errorf("%+v, %v", list, err)
	}
	_, err = r.LineStatus(t.Context(), admin, schema.LineRequest{Line: "nowhere"})
	wantCode(t, err, schema.CodeLineNotFound)
}

func TestSessionNewsIsStoredAndToldOnce(t *testing.T) {
	r := linkedRig(t, quick)
	r.net.linked(theLine)
	r.net.report(theLine, schema.LineReconnecting, "acc:1")
	var states []schema.LineState
	for _, e := range r.events(schema.EventLineState) {
		states = append(states, e.State.State)
	}
	if len(states) != 2 || states[0] != schema.LineConnected || states[1] != schema.LineReconnecting {
		t.Errorf("events %v", states)
	}
	r.net.report(theLine, schema.LineReplaced, "acc:1")
	r = r.restart(quick)
	line, err := r.LineStatus(t.Context(), admin, schema.LineRequest{Line: theLine})
	if err != nil || line.State != schema.LineConnected || line.Phone != "+79000000001" {
		t.Errorf("after the restart: %+v, %v", line, err)
	}
}

func TestUnlinkKeepsTheLine(t *testing.T) {
	r := linkedRig(t, quick)
	line, err := r.LineUnlink(t.Context(), admin, schema.LineRequest{Line: theLine})
	if err != nil || line.State != schema.LineUnlinked || line.Phone != "" || r.net.unlinks != 1 {
		t.Fatalf("%+v, %v", line, err)
	}
	_, err = r.text("k1", anna, "Привет")
	wantCode(t, err, schema.CodeLineNotLinked)
}

func TestLinkingShowsTheCodeAndEndsInAToken(t *testing.T) {
	r := newRig(t, quick)
	if _, err := r.LineCreate(t.Context(), admin, schema.LineCreateRequest{ID: theLine, Name: "Clinic"}); err != nil {
		t.Fatal(err)
	}
	first, err := r.LineLink(t.Context(), admin, schema.LineLinkRequest{Line: theLine})
	if err != nil || first.State != schema.LinkCode || first.QR == "" || first.SecondsLeft < 1 || first.SecondsLeft > 20 || first.Token != "" {
		t.Fatalf("%+v, %v", first, err)
	}
	data, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(first.QRImage, "data:image/png;base64,"))
	if err != nil {
		t.Fatal(err)
	}
	if image, err := png.Decode(strings.NewReader(string(data))); err != nil || image.Bounds().Dx() < 100 {
		t.Errorf("picture: %v", err)
	}
	same, err := r.LineLink(t.Context(), admin, schema.LineLinkRequest{Line: theLine, Since: first.Seq, WaitMs: 10})
	if err != nil || same.Seq != first.Seq {
		t.Errorf("no news: %+v, %v", same, err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		r.net.linked(theLine)
		r.net.set(func(n *network) {
			n.news = bridge.LinkNews{Seq: 2, State: schema.LinkLinked, Phone: "+79000000001"}
		})
	})
	last, err := r.LineLink(t.Context(), admin, schema.LineLinkRequest{Line: theLine, Since: first.Seq, WaitMs: 30000})
	wg.Wait()
	if err != nil || last.State != schema.LinkLinked || last.Phone != "+79000000001" || last.Token == "" {
		t.Fatalf("%+v, %v", last, err)
	}
	g, ok, err := r.store.Find(t.Context(), last.Token)
	if err != nil || !ok || g.Scope != schema.ScopeLine || g.Line != theLine {
		t.Errorf("grant %+v, %t, %v", g, ok, err)
	}
	seen, err := r.LineLink(t.Context(), admin, schema.LineLinkRequest{Line: theLine, Since: last.Seq})
	if err != nil || seen.Token != "" {
		t.Errorf("a second token was made: %+v, %v", seen, err)
	}
	own, err := r.LineLink(t.Context(), bridge.Caller{Grant: g}, schema.LineLinkRequest{Line: theLine})
	if err != nil || own.State != schema.LinkLinked || own.Token != "" {
		t.Errorf("who holds the line's token was given another: %+v, %v", own, err)
	}
	other, err := r.LineLink(t.Context(), bridge.Caller{Grant: bridge.Grant{Scope: schema.ScopeLine, Line: "other"}}, schema.LineLinkRequest{Line: theLine})
	if err != nil || other.Token != "" {
		t.Errorf("a stranger was given a token: %v", err)
	}
}

func TestALinkRoundOfAnotherLifeBeginsAnew(t *testing.T) {
	r := newRig(t, quick)
	if _, err := r.LineCreate(t.Context(), admin, schema.LineCreateRequest{ID: theLine, Name: "Clinic"}); err != nil {
		t.Fatal(err)
	}
	got, err := r.LineLink(t.Context(), admin, schema.LineLinkRequest{Line: theLine, Since: 7, WaitMs: 5})
	if err != nil || got.State != schema.LinkCode {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestAFailedLinkSaysWhy(t *testing.T) {
	r := newRig(t, quick)
	if _, err := r.LineCreate(t.Context(), admin, schema.LineCreateRequest{ID: theLine, Name: "Clinic"}); err != nil {
		t.Fatal(err)
	}
	for err, code := range map[error]schema.Code{errors.New("refused"): schema.CodeLinkFailed, bridge.ErrOffline: schema.CodeUnreachable} {
		r.net.set(func(n *network) { n.news = bridge.LinkNews{Seq: 3, State: schema.LinkFailed, Err: err} })
		got, callErr := r.LineLink(t.Context(), admin, schema.LineLinkRequest{Line: theLine})
		if callErr != nil || got.State != schema.LinkFailed || got.Error == nil || got.Error.Code != code {
			t.Errorf("%+v, %v", got, callErr)
		}
	}
}

func TestANumberCheckAnswersYesOrNoAndNeverNoOnAnError(t *testing.T) {
	r := linkedRig(t, quick)
	check := func(phone string) (schema.NumberCheckResult, error) {
		return r.NumberCheck(t.Context(), admin, schema.NumberCheckRequest{Line: theLine, Phone: phone})
	}
	r.net.absent[boris] = true
	got, err := check("8 912 345-67-89")
	if err != nil || got.Exists != schema.Yes || got.Asked != anna || got.Chat.LID != lidOf(anna) {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err = check(boris); err != nil || got.Exists != schema.No || got.Asked != boris {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err = check(boris + ", " + anna); err != nil || got.Exists != schema.Yes || got.Asked != anna {
		t.Errorf("%+v, %v", got, err)
	}
	if n := len(r.net.asked); n != 2 {
		t.Errorf("WhatsApp was asked %d times, want 2: answers are kept", n)
	}
	if got, err = check(lidOf(anna)); err != nil || got.Exists != schema.Yes || got.Asked != anna {
		t.Errorf("a LID whose phone is known: %+v, %v", got, err)
	}
	_, err = check("120363041234567890@g.us")
	wantCode(t, err, schema.CodeInvalidPhone)
	r.net.lookup = &bridge.SendError{Certain: true, Server: 429, Err: errors.New("slow down")}
	_, err = check("+79000000002")
	if e := wantCode(t, err, schema.CodeRateLimited); e.Server != 429 {
		t.Errorf("%+v", e)
	}
	r.net.lookup = bridge.ErrOffline
	_, err = check("+79000000002")
	wantCode(t, err, schema.CodeUnreachable)
	r.net.report(theLine, schema.LineLoggedOut, "")
	_, err = check(anna)
	wantCode(t, err, schema.CodeLineLoggedOut)
}

func TestACheckOnALineThatIsAwaySaysUnreachable(t *testing.T) {
	r := linkedRig(t, bridge.Timing{FirstTry: 10 * time.Millisecond})
	r.net.report(theLine, schema.LineReconnecting, "acc:1")
	_, err := r.NumberCheck(t.Context(), admin, schema.NumberCheckRequest{Line: theLine, Phone: anna})
	wantCode(t, err, schema.CodeUnreachable)
}

func TestAfterStopCallsSaySo(t *testing.T) {
	r := linkedRig(t, quick)
	r.Stop()
	r.Stop()
	_, err := r.text("k1", anna, "Привет")
	wantCode(t, err, schema.CodeShuttingDown)
	_, err = r.LineCreate(t.Context(), admin, schema.LineCreateRequest{Name: "Late"})
	wantCode(t, err, schema.CodeShuttingDown)
}
