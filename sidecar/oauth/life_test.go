package oauth_test

import (
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// The person has pressed the button, and the sidecar restarts before the editor's
// server comes for its tokens; and again afterwards.
func TestARestartBetweenTheYesAndTheTokensLosesNothing(t *testing.T) {
	w := start(t)
	w.reallyLinked("clinic")
	p := w.program()
	code := p.choose("clinic")
	w.restart()
	first := p.exchange(code)
	if first.status != http.StatusOK {
		t.Fatalf("exchange after a restart: %+v", first)
	}
	w.restart()
	if !w.works(first.Access) {
		t.Error("the token does not outlive a restart")
	}
	if got := p.exchange(code); got.Error != "invalid_grant" || w.works(first.Access) {
		t.Errorf("a code that was used in an earlier life: %+v", got)
	}
}

// The page's own session is in memory: it is told to begin anew.
func TestARestartWhileThePageIsOpenIsSaid(t *testing.T) {
	w := start(t)
	w.reallyLinked("clinic")
	p := w.program()
	p.open()
	w.restart()
	if f := p.act("lines", struct{}{}, nil); f.Code != "session_gone" || f.Message == "" || f.Hint == "" {
		t.Errorf("%+v", f)
	}
}

// Every way to end a credential ends its tokens, those of earlier refreshes too, and
// its connections.
func TestRevokedIsRevoked(t *testing.T) {
	for what, end := range map[string]func(w *world, p *program, got, older tokens){
		"by its program, the refresh token": func(_ *world, p *program, got, _ tokens) {
			p.post("/oauth/revoke", url.Values{"client_id": {"n8n"}, "token": {got.Refresh}, "token_type_hint": {"refresh_token"}})
		},
		"by its program, an access token": func(_ *world, p *program, _, older tokens) {
			p.post("/oauth/revoke", url.Values{"client_id": {"n8n"}, "token": {older.Access}})
		},
		"by an admin": func(w *world, _ *program, _, _ tokens) {
			if _, code := w.call(w.admin, "token.revoke", schema.TokenRevokeRequest{ID: w.listed()[0].ID}, nil); code != "" {
				w.t.Errorf("token.revoke: %s", code)
			}
		},
		"by a replay": func(w *world, p *program, _, older tokens) {
			w.clock.pass(bridge.RefreshGrace + time.Second)
			p.refresh(older.Refresh)
		},
	} {
		t.Run(what, func(t *testing.T) {
			w := start(t)
			p, first := w.linked("clinic")
			second := p.refresh(first.Refresh)
			id := w.listed()[0].ID
			if !w.works(first.Access) || !w.works(second.Access) {
				t.Fatal("a token does not work from the start")
			}
			end(w, p, second, first)
			if w.works(first.Access) || w.works(second.Access) || p.refresh(second.Refresh).Error != "invalid_grant" {
				t.Error("a token works still")
			}
			if listed := w.listed(); len(listed) != 0 {
				t.Errorf("listed still: %+v", listed)
			}
			if want := what != "by an admin"; slices.Contains(w.ended(), id) != want { // rpc tells itself
				t.Errorf("rpc is told to close its connections: %v", w.ended())
			}
		})
	}
}

func TestRevokingWhatIsNotThereIsNoErrorAndTouchesNoOtherToken(t *testing.T) {
	w := start(t)
	p, got := w.linked("clinic")
	for _, token := range []string{"nonsense", w.admin} {
		if answer, _ := p.post("/oauth/revoke", url.Values{"client_id": {"n8n"}, "token": {token}}); answer.status != http.StatusOK {
			t.Errorf("%+v", answer)
		}
	}
	if !w.works(w.admin) || !w.works(got.Access) {
		t.Error("another token was revoked")
	}
}

// A token is of a line, as flows know it, not of the account behind it: unlinked, the
// line can be linked again and its flows go on; removed, there is nothing left to use.
func TestTokensStayWithAnUnlinkedLineAndGoWithARemovedOne(t *testing.T) {
	w := start(t)
	p, got := w.linked("clinic")
	pending := p.choose("clinic")
	var line schema.Line
	if _, code := w.call(w.admin, "line.unlink", schema.LineRequest{Line: "clinic"}, &line); code != "" || line.State != schema.LineUnlinked {
		t.Fatalf("unlink: %s, %+v", code, line)
	}
	again := p.refresh(got.Refresh)
	if !w.works(got.Access) || again.status != http.StatusOK {
		t.Error("the tokens of an unlinked line do not work")
	}
	if _, code := w.call(got.Access, "line.link", schema.LineLinkRequest{Line: "clinic"}, nil); code != "" {
		t.Errorf("its program cannot link it again: %s", code)
	}
	if _, code := w.call(w.admin, "line.remove", schema.LineRequest{Line: "clinic"}, nil); code != "" {
		t.Fatalf("remove: %s", code)
	}
	if w.works(again.Access) || p.refresh(again.Refresh).Error != "invalid_grant" || p.exchange(pending).Error != "invalid_grant" || len(w.listed()) != 0 {
		t.Error("something of a removed line works still")
	}
}
