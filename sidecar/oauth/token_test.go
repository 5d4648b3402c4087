package oauth_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

func TestACodeIsExchangedForTokensOfTheOneLine(t *testing.T) {
	w := start(t)
	w.line("other")
	_, got := w.linked("clinic")
	if got.Type != "Bearer" || got.Seconds != 3600 || got.Scope != "line" || got.Line != "clinic" || got.Refresh == "" {
		t.Fatalf("tokens: %+v", got)
	}
	for line, want := range map[schema.LineID]schema.Code{"clinic": "", "other": schema.CodeForbidden} {
		if _, code := w.call(got.Access, "line.status", schema.LineRequest{Line: line}, nil); code != want {
			t.Errorf("line.status of %s: %q, want %q", line, code, want)
		}
	}
	if _, code := w.call(got.Access, "token.list", struct{}{}, nil); code != schema.CodeForbidden {
		t.Errorf("token.list: %q", code)
	}
	if w.works(got.Refresh) {
		t.Error("a refresh token opens the interface")
	}
	listed := w.listed()
	if len(listed) != 1 || listed[0].Name != "n8n (localhost:5678)" || listed[0].Line != "clinic" || listed[0].Scope != schema.ScopeLine {
		t.Errorf("listed: %+v", listed)
	}
}

func TestTheClientMayNameItselfByBasic(t *testing.T) {
	w := start(t)
	w.line("clinic")
	p := w.program()
	p.id = "my n8n"
	form := p.exchangeForm(p.choose("clinic"))
	form.Del("client_id")
	got, _ := p.post("/oauth/token", form, func(r *http.Request) { r.SetBasicAuth(url.QueryEscape(p.id), "") })
	if got.status != http.StatusOK {
		t.Errorf("%+v", got)
	}
}

// What is issued for one client, address and verifier is nothing to another; and the
// one that it is for can still have it.
func TestACodeIsForOneClientAddressAndVerifier(t *testing.T) {
	w := start(t)
	w.line("clinic")
	p := w.program()
	for what, change := range map[string]func(url.Values){
		"another client":            func(f url.Values) { f.Set("client_id", "n8m") },
		"another address by one":    func(f url.Values) { f.Set("redirect_uri", p.redirect+"/") },
		"another letter's case":     func(f url.Values) { f.Set("redirect_uri", strings.Replace(p.redirect, "rest", "Rest", 1)) },
		"the address written anew":  func(f url.Values) { f.Set("redirect_uri", strings.Replace(p.redirect, "http:", "HTTP:", 1)) },
		"another verifier":          func(f url.Values) { f.Set("code_verifier", strings.Repeat("w", 43)) },
		"the challenge as verifier": func(f url.Values) { f.Set("code_verifier", p.challenge) },
	} {
		code := p.choose("clinic")
		form := p.exchangeForm(code)
		change(form)
		if got, _ := p.post("/oauth/token", form); got.status != http.StatusBadRequest || got.Error != "invalid_grant" {
			t.Errorf("%s: %+v", what, got)
		}
		if got := p.exchange(code); got.status != http.StatusOK {
			t.Errorf("after %s: %+v", what, got)
		}
	}
}

func TestACodeWorksForAMinute(t *testing.T) {
	w := start(t)
	w.line("clinic")
	p := w.program()
	late, early := p.choose("clinic"), p.choose("clinic")
	w.clock.pass(bridge.CodeLife - time.Millisecond)
	if got := p.exchange(early); got.status != http.StatusOK {
		t.Errorf("before the end: %+v", got)
	}
	w.clock.pass(time.Millisecond)
	if got := p.exchange(late); got.Error != "invalid_grant" || !strings.Contains(got.Description, "expired") {
		t.Errorf("after the end: %+v", got)
	}
}

func TestACodeUsedTwiceEndsWhatCameOfIt(t *testing.T) {
	w := start(t)
	w.line("clinic")
	p := w.program()
	code := p.choose("clinic")
	first := p.exchange(code)
	bystander := p.exchange(p.choose("clinic"))
	if got := p.exchange(code); got.Error != "invalid_grant" || got.Access != "" {
		t.Errorf("the second time: %+v", got)
	}
	if w.works(first.Access) || p.refresh(first.Refresh).Error != "invalid_grant" {
		t.Error("what came of the code works still")
	}
	if !w.works(bystander.Access) {
		t.Error("another credential of the same line was ended, too")
	}
	if got := p.exchange(code); got.Error != "invalid_grant" {
		t.Errorf("the third time: %+v", got)
	}
	if !strings.Contains(w.log.String(), "used twice") {
		t.Error("nothing is logged of it")
	}
}

// Of many exchanges of one code at the same moment one alone succeeds.
func TestACodeIsUsedOnceUnderARace(t *testing.T) {
	w := start(t)
	w.line("clinic")
	p := w.program()
	code := p.choose("clinic")
	var (
		wg   sync.WaitGroup
		mu   sync.Mutex
		good []tokens
	)
	for range 16 {
		wg.Go(func() {
			resp, err := http.PostForm("http://"+w.addr+"/oauth/token", p.exchangeForm(code))
			if err != nil {
				t.Error(err)
				return
			}
			defer resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				mu.Lock()
				defer mu.Unlock()
				good = append(good, tokens{})
			}
		})
	}
	wg.Wait()
	if len(good) != 1 {
		t.Errorf("%d exchanges of one code succeeded", len(good))
	}
}

func TestAnAccessTokenExpiresAndIsRefreshed(t *testing.T) {
	w := start(t)
	p, first := w.linked("clinic")
	w.clock.pass(bridge.AccessLife - time.Millisecond)
	if !w.works(first.Access) {
		t.Fatal("it ends too early")
	}
	w.clock.pass(time.Millisecond)
	if w.works(first.Access) {
		t.Fatal("it works for longer than it says")
	}
	second := p.refresh(first.Refresh)
	if second.status != http.StatusOK || second.Line != "clinic" || second.Refresh == first.Refresh || second.Access == first.Access {
		t.Fatalf("refreshed: %+v", second)
	}
	if !w.works(second.Access) {
		t.Error("the new token does not work")
	}
	if listed := w.listed(); len(listed) != 1 {
		t.Errorf("one credential is listed as %+v", listed)
	}
}

// Workers of one n8n refresh side by side, each with the token that it has read.
func TestRefreshesSideBySideSucceedWithinTheGrace(t *testing.T) {
	w := start(t)
	p, first := w.linked("clinic")
	a, b := p.refresh(first.Refresh), p.refresh(first.Refresh)
	w.clock.pass(bridge.RefreshGrace)
	c := p.refresh(first.Refresh)
	for i, got := range []tokens{a, b, c} {
		if got.status != http.StatusOK || !w.works(got.Access) {
			t.Errorf("worker %d: %+v", i, got)
		}
	}
	// Whichever of them is kept goes on.
	for i, got := range []tokens{a, b, c} {
		if next := p.refresh(got.Refresh); next.status != http.StatusOK {
			t.Errorf("what worker %d got: %+v", i, next)
		}
	}
}

func TestAReplacedRefreshTokenEndsTheCredentialAfterTheGrace(t *testing.T) {
	w := start(t)
	p, first := w.linked("clinic")
	second := p.refresh(first.Refresh)
	w.clock.pass(bridge.RefreshGrace)
	p.refresh(first.Refresh) // which does not prolong it
	w.clock.pass(time.Millisecond)
	if got := p.refresh(first.Refresh); got.Error != "invalid_grant" {
		t.Errorf("after the grace: %+v", got)
	}
	if w.works(second.Access) || p.refresh(second.Refresh).Error != "invalid_grant" {
		t.Error("the family lives on")
	}
}

func TestARefreshTokenIsForItsClientAndExpiresWhenLongUnused(t *testing.T) {
	w := start(t)
	p, first := w.linked("clinic")
	other := w.program()
	other.id = "another"
	if got := other.refresh(first.Refresh); got.Error != "invalid_grant" {
		t.Errorf("another client: %+v", got)
	}
	w.clock.pass(bridge.RefreshLife - time.Millisecond)
	second := p.refresh(first.Refresh)
	if second.status != http.StatusOK {
		t.Fatalf("on its last day: %+v", second)
	}
	w.clock.pass(bridge.RefreshLife)
	if got := p.refresh(second.Refresh); got.Error != "invalid_grant" || !strings.Contains(got.Description, "expired") {
		t.Errorf("long unused: %+v", got)
	}
	if listed := w.listed(); len(listed) != 0 {
		t.Errorf("what has expired is listed: %+v", listed)
	}
}
