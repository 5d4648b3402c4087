package oauth

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"regexp"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// formMax is the longest body of a form, bytes.
const formMax = 16 << 10

// verifierForm is RFC 7636, 4.1.
var verifierForm = regexp.MustCompile(`^[A-Za-z0-9._~-]{43,128}$`)

// tokenAnswer is RFC 6749, 5.1, with the line that the tokens are for.
type tokenAnswer struct {
	Access  string        `json:"access_token"`
	Type    string        `json:"token_type"`
	Seconds int           `json:"expires_in"`
	Refresh string        `json:"refresh_token"`
	Scope   schema.Scope  `json:"scope"`
	Line    schema.LineID `json:"line"`
}

// tokenError is RFC 6749, 5.2. Its text is English: the standard allows ASCII only.
type tokenError struct {
	status      int
	Code        string `json:"error"`
	Description string `json:"error_description"`
}

func (e *tokenError) Error() string { return e.Code + ": " + e.Description }

func tokenRefusal(code, text string) *tokenError {
	status := http.StatusBadRequest
	switch code {
	case errClient:
		status = http.StatusUnauthorized
	case errUnavailable:
		status = http.StatusTooManyRequests
	case errServer:
		status = http.StatusServiceUnavailable
	}
	return &tokenError{status, code, text}
}

// token exchanges a code or a refresh token for tokens.
func (s *Server) token(w http.ResponseWriter, r *http.Request) {
	form, client, refused := s.form(w, r)
	if refused != nil {
		s.refuse(w, r, refused)
		return
	}
	var (
		issued bridge.Issued
		err    error
		ctx    = context.WithoutCancel(r.Context()) // what is used up is answered for
	)
	switch form.Get("grant_type") {
	case "authorization_code":
		issued, err = s.exchange(ctx, form, client)
	case "refresh_token":
		issued, err = s.refresh(ctx, form, client)
	case "":
		err = tokenRefusal(errRequest, "grant_type is missing.")
	default:
		err = tokenRefusal(errGrantType, "grant_type must be authorization_code or refresh_token.")
	}
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	s.answer(w, http.StatusOK, tokenAnswer{Access: issued.Access, Type: "Bearer", Seconds: int(bridge.AccessLife.Seconds()),
		Refresh: issued.Refresh, Scope: issued.Grant.Scope, Line: issued.Grant.Line})
}

// form reads a body and the client's id: from it, or by Basic with any password, for
// these clients have none (RFC 6749, 2.3.1).
func (s *Server) form(w http.ResponseWriter, r *http.Request) (form url.Values, client string, refused error) {
	if !s.limits.take(boundToken, r) {
		return nil, "", tokenRefusal(errUnavailable, "Too many requests from this address. Wait a few seconds and try again.")
	}
	if media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || media != "application/x-www-form-urlencoded" {
		return nil, "", tokenRefusal(errRequest, "The body must be application/x-www-form-urlencoded.")
	}
	r.Body = http.MaxBytesReader(w, r.Body, formMax)
	if err := r.ParseForm(); err != nil {
		return nil, "", tokenRefusal(errRequest, "The body is not a form, or too long.")
	}
	form = r.PostForm
	for _, values := range form {
		if len(values) > 1 {
			return nil, "", tokenRefusal(errRequest, "A parameter is there twice.")
		}
	}
	client = form.Get("client_id")
	if user, _, ok := r.BasicAuth(); ok {
		name, err := url.QueryUnescape(user)
		if err != nil || client != "" && client != name {
			return nil, "", tokenRefusal(errClient, "The client_id in the body is not the one of the Authorization header.")
		}
		client = name
	}
	if client == "" {
		return nil, "", tokenRefusal(errClient, "client_id is missing.")
	}
	return form, client, nil
}

var errNotYours = errors.New("the code was issued to another client, address or verifier")

// exchange redeems a code for the client, address and verifier that it was issued to.
func (s *Server) exchange(ctx context.Context, form url.Values, client string) (bridge.Issued, error) {
	verifier := form.Get("code_verifier")
	switch {
	case form.Get("code") == "":
		return bridge.Issued{}, tokenRefusal(errRequest, "code is missing.")
	case form.Get("redirect_uri") == "":
		return bridge.Issued{}, tokenRefusal(errRequest, "redirect_uri is missing.")
	case !verifierForm.MatchString(verifier):
		return bridge.Issued{}, tokenRefusal(errRequest, "code_verifier is missing or not 43 to 128 letters and digits.")
	}
	sum := sha256.Sum256([]byte(verifier))
	challenge := base64.RawURLEncoding.EncodeToString(sum[:])
	issued, err := s.opts.Authorizations.Redeem(ctx, form.Get("code"), func(a bridge.Authorization) error {
		if a.Client != client || a.Redirect != form.Get("redirect_uri") || subtle.ConstantTimeCompare([]byte(a.Challenge), []byte(challenge)) != 1 {
			return errNotYours
		}
		return nil
	})
	switch {
	case err == nil:
		s.log.Info("line given to a flow editor", "token", issued.Grant.ID, "line", issued.Grant.Line)
		return issued, nil
	case errors.Is(err, errNotYours):
		return issued, tokenRefusal(errGrant, "The code was issued to another client_id, redirect_uri or code_verifier.")
	case errors.Is(err, bridge.ErrExpired):
		return issued, tokenRefusal(errGrant, "The code has expired: it works for a minute. Link again.")
	}
	return issued, s.unusable(err, "The code is not known or was used already. Link again.")
}

func (s *Server) refresh(ctx context.Context, form url.Values, client string) (bridge.Issued, error) {
	if form.Get("refresh_token") == "" {
		return bridge.Issued{}, tokenRefusal(errRequest, "refresh_token is missing.")
	}
	issued, err := s.opts.Authorizations.Refresh(ctx, form.Get("refresh_token"), client)
	if err == nil {
		return issued, nil
	}
	if errors.Is(err, bridge.ErrExpired) {
		return issued, tokenRefusal(errGrant, "The refresh token has expired. Link again in the credential.")
	}
	return issued, s.unusable(err, "The refresh token is not known, was revoked or was used already. Link again in the credential.")
}

// unusable is the refusal of what is not there, or is a replay.
func (s *Server) unusable(err error, text string) error {
	if replayed, ok := errors.AsType[*bridge.ReplayedError](err); ok {
		s.log.Warn("a code or refresh token was used twice and may have been stolen: its token is revoked", "token", replayed.Grant)
		s.opts.Ended(schema.TokenID(replayed.Grant))
		return tokenRefusal(errGrant, text)
	}
	if errors.Is(err, bridge.ErrNoCode) {
		return tokenRefusal(errGrant, text)
	}
	return fmt.Errorf("issue tokens: %w", err)
}

// revoke ends the grant of a token (RFC 7009): 200 also for one that is not known.
func (s *Server) revoke(w http.ResponseWriter, r *http.Request) {
	form, _, refused := s.form(w, r)
	if refused == nil && form.Get("token") == "" {
		refused = tokenRefusal(errRequest, "token is missing.")
	}
	if refused != nil {
		s.refuse(w, r, refused)
		return
	}
	id, err := s.opts.Authorizations.Withdraw(r.Context(), form.Get("token"))
	if err != nil {
		s.refuse(w, r, fmt.Errorf("revoke token: %w", err))
		return
	}
	if id != "" {
		s.log.Info("token revoked by its program", "token", id)
		s.opts.Ended(schema.TokenID(id))
	}
	s.answer(w, http.StatusOK, struct{}{})
}

// refuse answers with an error.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, err error) {
	refused, ok := errors.AsType[*tokenError](err)
	if !ok {
		if bridge.StorageCode(err) == "" && r.Context().Err() == nil { // the store logs its own
			s.log.Error("token request ended in an internal error", "error", err)
		}
		refused = tokenRefusal(errServer, "The sidecar cannot issue tokens now. Look at its log and try again.")
	}
	switch refused.Code {
	case errClient:
		w.Header().Set("WWW-Authenticate", `Basic realm="nodeline"`)
	case errUnavailable:
		w.Header().Set("Retry-After", "2")
	}
	s.answer(w, refused.status, refused)
}

// answer writes JSON that nobody keeps.
func (s *Server) answer(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		s.log.Error("encode answer", "error", err)
		status, body = http.StatusInternalServerError, []byte(`{"error":"server_error"}`)
	}
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Pragma", "no-cache")
	w.WriteHeader(status)
	if _, err := w.Write(body); err != nil {
		s.log.Debug("write answer", "error", err)
	}
}
