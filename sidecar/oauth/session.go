package oauth

import (
	"crypto/rand"
	"encoding/base64"
	"sync"
	"time"

	"github.com/nodeline/nodeline/schema"
)

const (
	// sessionLife is how long an open page may be left alone.
	sessionLife = 30 * time.Minute
	// sessionAge ends a page that asks on and on by itself: it forgets who signed in.
	sessionAge = 2 * time.Hour
	// sessionsMax is how many pages may be open; the one that is longest unused goes.
	sessionsMax = 200
)

// session is one open page: what was asked there, by a secret that the page alone
// has. It is kept in memory; after a restart the page begins anew.
type session struct {
	asked request

	mu     sync.Mutex
	signed bool          // the admin token was brought
	draft  schema.LineID // the line that was made here and is not linked yet; "": none
	over   bool          // answered or cancelled
	opened time.Time
	used   time.Time
}

type sessions struct {
	now func() time.Time

	mu sync.Mutex
	of map[string]*session
}

// open begins a session and gives its secret.
func (s *sessions) open(asked request) (string, *session) {
	b := make([]byte, 32)
	rand.Read(b)
	secret := base64.RawURLEncoding.EncodeToString(b)
	now := s.now()
	fresh := &session{asked: asked, opened: now, used: now}
	s.mu.Lock()
	defer s.mu.Unlock()
	oldest := ""
	for key, old := range s.of {
		last := old.lastUsed()
		if s.now().Sub(last) > sessionLife {
			delete(s.of, key)
			continue
		}
		if oldest == "" || last.Before(s.of[oldest].lastUsed()) {
			oldest = key
		}
	}
	if len(s.of) >= sessionsMax {
		delete(s.of, oldest)
	}
	s.of[secret] = fresh
	return secret, fresh
}

func (s *session) lastUsed() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.used
}

// find gives the session of a secret, nil if there is none or it is over.
func (s *sessions) find(secret string) *session {
	s.mu.Lock()
	found := s.of[secret]
	s.mu.Unlock()
	if found == nil {
		return nil
	}
	found.mu.Lock()
	defer found.mu.Unlock()
	now := s.now()
	if found.over || now.Sub(found.used) > sessionLife || now.Sub(found.opened) > sessionAge {
		return nil
	}
	found.used = now
	return found
}

// end is true for the one caller that ends a session.
func (s *session) end() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	was := s.over
	s.over = true
	return !was
}

func (s *session) signIn() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.signed = true
}

func (s *session) signedIn() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.signed
}

// swapDraft sets the line that was made here and gives the one before.
func (s *session) swapDraft(line schema.LineID) schema.LineID {
	s.mu.Lock()
	defer s.mu.Unlock()
	was := s.draft
	s.draft = line
	return was
}

// working are the lines that open pages are about to link.
func (s *sessions) working() map[schema.LineID]bool {
	out := map[schema.LineID]bool{}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, one := range s.of {
		one.mu.Lock()
		if !one.over && one.draft != "" && s.now().Sub(one.used) <= sessionLife {
			out[one.draft] = true
		}
		one.mu.Unlock()
	}
	return out
}
