package rpc

import (
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/text/language"

	"github.com/nodeline/nodeline/internal/loopback"
	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// guard refuses what a browser was tricked into: a page of another origin, and
// a name that was made to point at this machine.
func (s *Server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		lang := langOf(r)
		if !s.hostAllowed(r.Host) {
			s.answer(w, http.StatusForbidden, s.failure(worded(schema.CodeForbidden, lang,
				schema.Text{En: "The sidecar does not answer to this host name.", Ru: "Сервис не отвечает на это имя хоста."},
				schema.Text{En: "Use 127.0.0.1 or localhost, or start the sidecar with --host NAME.", Ru: "Используйте 127.0.0.1 или localhost, или запустите сервис с --host ИМЯ."})))
			return
		}
		if !s.originAllowed(r.Header.Get("Origin"), r.Host) {
			s.answer(w, http.StatusForbidden, s.failure(worded(schema.CodeForbidden, lang,
				schema.Text{En: "Pages of this origin may not call the sidecar.", Ru: "Страницам этого источника нельзя вызывать сервис."},
				schema.Text{En: "Start the sidecar with --origin URL to allow it.", Ru: "Чтобы разрешить, запустите сервис с --origin URL."})))
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (s *Server) hostAllowed(hostport string) bool {
	host := hostport
	if h, _, err := net.SplitHostPort(hostport); err == nil {
		host = h
	}
	if slices.ContainsFunc(s.opts.Hosts, func(h string) bool { return strings.EqualFold(h, host) }) {
		return true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.loopback || loopback.Name(host)
}

// originAllowed admits programs (no origin), loopback pages, configured ones, and our
// own: the page is of the host that it calls. A name that was made to point here is
// stopped by hostAllowed or, beyond loopback, has neither a token nor a cookie to bring.
func (s *Server) originAllowed(origin, host string) bool {
	if origin == "" || slices.ContainsFunc(s.opts.Origins, func(o string) bool { return strings.EqualFold(strings.TrimSuffix(o, "/"), origin) }) {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && (loopback.Name(u.Hostname()) || u.Host != "" && strings.EqualFold(u.Host, host))
}

// authenticate finds the caller's grant, or answers the request itself.
func (s *Server) authenticate(w http.ResponseWriter, r *http.Request) (bridge.Grant, bool) {
	lang := langOf(r)
	token, ok := bearer(r)
	if ok {
		grant, found, err := s.opts.Grants.Find(r.Context(), token)
		if err != nil {
			e := s.known(r.Context(), err, "authenticate", lang)
			s.answer(w, schema.InfoOf(e.Code).HTTP, s.failure(e))
			return bridge.Grant{}, false
		}
		if found {
			return grant, true
		}
	}
	w.Header().Set("WWW-Authenticate", `Bearer realm="nodeline"`)
	s.answer(w, http.StatusUnauthorized, s.failure(schema.NewError(schema.CodeUnauthorized, lang, nil)))
	return bridge.Grant{}, false
}

func bearer(r *http.Request) (string, bool) {
	scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	token = strings.TrimSpace(token)
	return token, ok && token != "" && strings.EqualFold(scheme, "Bearer")
}

var languages = language.NewMatcher([]language.Tag{language.English, language.Russian})

// langOf is the caller's language: ?lang= first, then Accept-Language, then English.
func langOf(r *http.Request) schema.Lang {
	wanted := r.URL.Query().Get("lang")
	if wanted == "" {
		wanted = r.Header.Get("Accept-Language")
	}
	if _, i := language.MatchStrings(languages, wanted); i == 1 {
		return schema.Russian
	}
	return schema.English
}

func (s *Server) answer(w http.ResponseWriter, status int, body []byte) {
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	if _, err := w.Write(body); err != nil {
		s.log.Debug("write answer", "error", err)
	}
}
