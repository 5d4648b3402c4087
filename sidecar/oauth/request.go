package oauth

import (
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"github.com/nodeline/nodeline/internal/loopback"
	"github.com/nodeline/nodeline/schema"
)

// Bounds of a request, in bytes. n8n's state is some 500 long, its address 60.
const (
	clientMax   = 200
	redirectMax = 2000
	stateMax    = 4096
)

// Error codes of RFC 6749, 4.1.2.1 and 5.2.
const (
	errRequest     = "invalid_request"
	errClient      = "invalid_client"
	errGrant       = "invalid_grant"
	errGrantType   = "unsupported_grant_type"
	errResponse    = "unsupported_response_type"
	errDenied      = "access_denied"
	errServer      = "server_error"
	errUnavailable = "temporarily_unavailable"
)

// request is what a program asks at /oauth/authorize.
type request struct {
	client    string
	redirect  string // as it was given: it is compared to the letter
	at        *url.URL
	state     string
	challenge string
}

// problem is why a request is refused: a code for programs, sentences for people.
type problem struct {
	code       string
	text, hint schema.Text
}

var hintEditor = schema.Text{
	En: "Close this window and press Connect in the flow editor's credential again. If it comes back, the editor's Nodeline package and this sidecar do not fit: update both.",
	Ru: "Закройте это окно и снова нажмите Connect в учётных данных редактора. Если ошибка повторяется, пакет Nodeline в редакторе и этот сервис не подходят друг другу: обновите оба."}

// readRequest reads a request. at is set in what it returns as soon as the answer can
// go to the program, a problem included.
func readRequest(q url.Values) (r request, p *problem) {
	r.client, r.redirect, r.state = q.Get("client_id"), q.Get("redirect_uri"), q.Get("state")
	at, p := readRedirect(r.redirect)
	if p != nil {
		return r, p
	}
	for name, values := range q {
		if len(values) > 1 {
			return request{}, refusal(errRequest, "The request names "+name+" twice.", "Запрос содержит "+name+" дважды.")
		}
	}
	r.at = at
	switch {
	case len(r.state) > stateMax:
		r.state = ""
		return r, refusal(errRequest, "state is too long.", "Параметр state слишком длинный.")
	case r.client == "" || len(r.client) > clientMax || strings.ContainsFunc(r.client, func(c rune) bool { return !unicode.IsPrint(c) }):
		return r, refusal(errRequest, "client_id is missing or not readable.", "Параметр client_id не указан или нечитаем.")
	case q.Get("response_type") != "code":
		return r, refusal(errResponse, "response_type must be code.", "Параметр response_type должен быть code.")
	case q.Get("code_challenge_method") != "S256":
		return r, refusal(errRequest, "code_challenge_method must be S256 (PKCE).", "Параметр code_challenge_method должен быть S256 (PKCE).")
	}
	r.challenge = q.Get("code_challenge")
	if sum, err := base64.RawURLEncoding.Strict().DecodeString(r.challenge); err != nil || len(sum) != 32 {
		return r, refusal(errRequest, "code_challenge is not that of S256.", "Параметр code_challenge не соответствует S256.")
	}
	return r, nil
}

func refusal(code, en, ru string) *problem {
	return &problem{code, schema.Text{En: en, Ru: ru}, hintEditor}
}

// readRedirect judges the form of a redirect address: a whole one, without a fragment
// or a name in it, of which the browser reads the same host as we.
func readRedirect(text string) (*url.URL, *problem) {
	plain := func(r rune) bool { return r > ' ' && r < 0x7f && r != '\\' }
	odd := refusal(errRequest, "redirect_uri is not a whole web address without a fragment.", "Параметр redirect_uri не является полным веб-адресом без фрагмента.")
	if text == "" || len(text) > redirectMax || strings.Contains(text, "#") ||
		strings.ContainsFunc(text, func(r rune) bool { return !plain(r) }) {
		return nil, odd
	}
	at, err := url.Parse(text)
	if err != nil || at.Scheme != "http" && at.Scheme != "https" || at.Hostname() == "" || at.User != nil || at.Opaque != "" ||
		strings.ContainsAny(at.Host, "%") {
		return nil, odd
	}
	return at, nil
}

// trusted reports whether codes go to an address without a sign-in.
func (s *Server) trusted(at *url.URL) bool {
	return loopback.Name(at.Hostname()) || s.ownOrigin(at.Scheme+"://"+at.Host)
}

// ownOrigin reports whether the sidecar was started with an origin.
func (s *Server) ownOrigin(origin string) bool {
	return slices.ContainsFunc(s.opts.Origins, func(o string) bool { return strings.EqualFold(strings.TrimSuffix(o, "/"), origin) })
}

// mayReturn refuses an address that no sign-in makes good: what is sent there could be
// read on the way.
func (s *Server) mayReturn(at *url.URL) *problem {
	if at.Scheme == "https" || s.trusted(at) {
		return nil
	}
	return &problem{errRequest,
		schema.Text{
			En: "The flow editor at " + at.Host + " is not reached by https, so a token for it could be read on the way.",
			Ru: "Редактор по адресу " + at.Host + " открыт не по https, и токен для него могли бы прочитать по пути."},
		schema.Text{
			En: "Open the editor by https or on this machine (localhost), or start the sidecar with --origin " + at.Scheme + "://" + at.Host + " if that network is yours.",
			Ru: "Откройте редактор по https или на этой машине (localhost) либо, если сеть ваша, запустите сервис с --origin " + at.Scheme + "://" + at.Host + "."}}
}

// back is the redirect address with an answer added.
func (r request) back(answer url.Values) string {
	at := *r.at
	if r.state != "" {
		answer.Set("state", r.state)
	}
	if at.RawQuery != "" {
		at.RawQuery += "&"
	}
	at.RawQuery += answer.Encode()
	return at.String()
}
