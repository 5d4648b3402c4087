package store

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// openAt is a store with the line clinic, whose clock shows *at.
func openAt(t testing.TB, dir string, at *time.Time) *Store {
	t.Helper()
	s, err := Open(dir, Options{Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return *at }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := s.Write(t.Context(), insertLine("clinic")); err != nil {
		t.Fatal(err)
	}
	return s
}

var noCheck = func(bridge.Authorization) error { return nil }

func authorize(t testing.TB, s *Store) (code string) {
	t.Helper()
	code, err := s.Authorize(t.Context(), bridge.Authorization{Name: "n8n (localhost)", Line: "clinic", Client: "n8n", Redirect: "http://localhost/cb", Challenge: "c"})
	if err != nil {
		t.Fatal(err)
	}
	return code
}

func redeem(t testing.TB, s *Store) bridge.Issued {
	t.Helper()
	out, err := s.Redeem(t.Context(), authorize(t, s), noCheck)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestWhatIsIssuedIsHashedAtRest(t *testing.T) {
	dir, now := t.TempDir(), time.Now()
	s := openAt(t, dir, &now)
	code := authorize(t, s)
	out, err := s.Redeem(t.Context(), code, func(a bridge.Authorization) error {
		want := bridge.Authorization{Name: "n8n (localhost)", Line: "clinic", Client: "n8n", Redirect: "http://localhost/cb", Challenge: "c"}
		if a != want {
			t.Errorf("checked: %+v", a)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(filepath.Join(dir, fileState))
	if err != nil {
		t.Fatal(err)
	}
	for name, secret := range map[string]string{"code": code, "access": out.Access, "refresh": out.Refresh} {
		if len(secret) < 40 || strings.Contains(string(file), secret[4:]) {
			t.Errorf("the %s is in the file", name)
		}
	}
	if !strings.Contains(string(file), "n8n (localhost)") {
		t.Error("the file is not what was looked at")
	}
}

// What check has against a code is told as it is, and the code stays good.
func TestARefusedCodeStaysGood(t *testing.T) {
	now := time.Now()
	s := openAt(t, t.TempDir(), &now)
	code, no := authorize(t, s), errors.New("no")
	if _, err := s.Redeem(t.Context(), code, func(bridge.Authorization) error { return no }); !errors.Is(err, no) {
		t.Errorf("%v", err)
	}
	if _, err := s.Redeem(t.Context(), code, noCheck); err != nil {
		t.Error(err)
	}
	var replayed *bridge.ReplayedError
	if _, err := s.Redeem(t.Context(), code, noCheck); !errors.As(err, &replayed) {
		t.Errorf("%v", err)
	}
	if _, err := s.Redeem(t.Context(), "nlc_unknown", noCheck); !errors.Is(err, bridge.ErrNoCode) {
		t.Errorf("%v", err)
	}
	if list, err := s.List(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("after a replay: %+v, %v", list, err)
	}
}

func TestACodeForALineThatIsGoneIsNotMade(t *testing.T) {
	now := time.Now()
	s := openAt(t, t.TempDir(), &now)
	if _, err := s.Authorize(t.Context(), bridge.Authorization{Line: "nowhere"}); !errors.Is(err, bridge.ErrNoLine) {
		t.Errorf("%v", err)
	}
}

// rowsOf counts the rows of what was issued.
func rowsOf(t testing.TB, s *Store) (codes, tokens, grants int64) {
	t.Helper()
	err := s.Read(t.Context(), func(r bridge.View) (err error) {
		v := r.(*view)
		codes, err = v.number("count", "select count(*) from oauth_code")
		if err == nil {
			tokens, err = v.number("count", "select count(*) from oauth_token")
		}
		if err == nil {
			grants, err = v.number("count", "select count(*) from grant_token")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return codes, tokens, grants
}

// What has expired is forgotten a day later, and not before: its use is told apart.
func TestExpiredTokensAreForgotten(t *testing.T) {
	now := time.Now()
	s := openAt(t, t.TempDir(), &now)
	if _, _, err := s.Create(t.Context(), bridge.Grant{Name: "setup", Scope: schema.ScopeAdmin}); err != nil {
		t.Fatal(err)
	}
	redeem(t, s)
	authorize(t, s)
	forget := func(horizon time.Time) {
		t.Helper()
		err := s.Write(t.Context(), func(w bridge.Tx) error {
			_, err := w.Forget(bridge.Horizon{Messages: now, Events: now, Seen: now, Files: now, Grants: horizon}, 100)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	type counts struct{ codes, tokens, grants int64 }
	for _, step := range []struct {
		after time.Duration
		want  counts
	}{
		{0, counts{2, 2, 2}},
		{bridge.CodeLife + time.Second, counts{0, 2, 2}},
		{bridge.AccessLife + time.Second, counts{0, 1, 2}},
		{bridge.RefreshLife + time.Second, counts{0, 0, 1}},
	} {
		forget(now.Add(step.after))
		var got counts
		if got.codes, got.tokens, got.grants = rowsOf(t, s); got != step.want {
			t.Errorf("after %s: %+v, want %+v", step.after, got, step.want)
		}
	}
}

func TestDraftsAreOfTheirLinesAndTimes(t *testing.T) {
	now := time.Now()
	s := openAt(t, t.TempDir(), &now)
	for _, id := range []schema.LineID{"one", "two", "three"} {
		if err := errors.Join(s.Write(t.Context(), insertLine(id)), s.Draft(t.Context(), id, now.Add(time.Minute))); err != nil {
			t.Fatal(err)
		}
	}
	drafts := func() []schema.LineID {
		t.Helper()
		list, err := s.Drafts(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	if list := drafts(); len(list) != 0 {
		t.Errorf("before their time: %v", list)
	}
	err := errors.Join(s.Draft(t.Context(), "two", now.Add(time.Hour)), s.Settle(t.Context(), "three"))
	now = now.Add(time.Minute)
	if list := drafts(); err != nil || !slices.Equal(list, []schema.LineID{"one"}) {
		t.Errorf("%v, %v", list, err)
	}
	if err := s.Write(t.Context(), func(w bridge.Tx) error { return w.DeleteLine("one") }); err != nil {
		t.Fatal(err)
	}
	if list := drafts(); len(list) != 0 {
		t.Errorf("of a line that is gone: %v", list)
	}
}

// What version 3 had begun goes on, and its tokens are what they were.
func TestALifeOfVersion3GoesOn(t *testing.T) {
	now := time.Now()
	s, err := Open(fixture(t, 3), Options{Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	g, ok, err := s.Find(t.Context(), "nl_version1")
	if err != nil || !ok || g.ID != "tok_line" || g.Line != "clinic" || g.Scope != schema.ScopeLine {
		t.Errorf("the token finds %+v, %t, %v", g, ok, err)
	}
	if list, err := s.List(t.Context()); err != nil || len(list) != 2 {
		t.Errorf("listed: %+v, %v", list, err)
	}
	out := redeem(t, s)
	now = now.Add(bridge.RefreshLife + 48*time.Hour)
	err = s.Write(t.Context(), func(w bridge.Tx) error {
		_, err := w.Forget(bridge.Horizon{Grants: now}, 100)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, ok, err := s.Find(t.Context(), "nl_version1"); !ok || err != nil {
		t.Errorf("a token that does not expire is forgotten: %v", err)
	}
	if _, ok, err := s.Find(t.Context(), out.Access); ok || err != nil {
		t.Errorf("one that does is not: %v", err)
	}
	err = s.Read(t.Context(), func(v bridge.View) error {
		lines, err := v.Lines()
		if len(lines) != 2 || lines[0].Undelivered != time.Hour || len(lines[0].Renderings) != 2 {
			t.Errorf("lines: %+v", lines)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
