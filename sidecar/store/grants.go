package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/base32"
	"encoding/base64"
	"strings"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// tokenPrefix lets people and secret scanners recognise a token.
const tokenPrefix = "nl_"

// newID makes a stable id: the prefix and 26 characters, 128 random bits.
func newID(prefix string) string {
	b := make([]byte, 16)
	rand.Read(b)
	return prefix + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b))
}

// newSecret makes the text of a token or a code: 256 random bits.
func newSecret(prefix string) string {
	b := make([]byte, 32)
	rand.Read(b)
	return prefix + base64.RawURLEncoding.EncodeToString(b)
}

// hashToken needs no salt and no slow function: a token is 256 random bits, not a password.
func hashToken(token string) []byte {
	h := sha256.Sum256([]byte(token))
	return h[:]
}

const grantColumns = "id, name, scope, line, created"

func scanGrant(r scanner) (g bridge.Grant, err error) {
	var (
		line    sql.NullString
		created int64
	)
	err = r.Scan(&g.ID, &g.Name, &g.Scope, &line, &created)
	g.Line, g.Created = schema.LineID(line.String), moment(created)
	return g, err
}

// Create implements bridge.Grants: a token of 32 random bytes, of which only a hash is kept.
func (s *Store) Create(ctx context.Context, g bridge.Grant) (string, bridge.Grant, error) {
	token := newSecret(tokenPrefix)
	g.ID, g.Created = newID("tok_"), moment(s.now().UnixMilli())
	err := s.Write(ctx, func(w bridge.Tx) error {
		_, err := w.(*tx).exec("create token", "insert into grant_token (id, hash, name, scope, line, created) values (?,?,?,?,?,?)",
			g.ID, hashToken(token), g.Name, g.Scope, blank(string(g.Line)), g.Created.UnixMilli())
		return err
	})
	if err != nil {
		return "", bridge.Grant{}, err
	}
	return token, g, nil
}

// Find implements bridge.Grants: a token that is its own, or an access token that has
// not expired, for which it gives the grant that it is of.
func (s *Store) Find(ctx context.Context, token string) (g bridge.Grant, ok bool, err error) {
	err = s.Read(ctx, func(r bridge.View) error {
		g, ok, err = one(r.(*view), "find token", scanGrant, "select "+grantColumns+` from grant_token where hash = ?1
			union all select g.id, g.name, g.scope, g.line, g.created from oauth_token as t join grant_token as g on g.id = t.token
			where t.hash = ?1 and t.kind = 'access' and t.expires > ?2`, hashToken(token), s.now().UnixMilli())
		return err
	})
	return g, ok, err
}

// List implements bridge.Grants, oldest first.
func (s *Store) List(ctx context.Context) (list []bridge.Grant, err error) {
	err = s.Read(ctx, func(r bridge.View) error {
		list, err = all(r.(*view), "list tokens", scanGrant, "select "+grantColumns+" from grant_token where until is null or until > ? order by created, id", s.now().UnixMilli())
		return err
	})
	return list, err
}

// Revoke implements bridge.Grants; an id that is not there is no error.
func (s *Store) Revoke(ctx context.Context, id string) error {
	return s.Write(ctx, func(w bridge.Tx) error {
		_, err := w.(*tx).exec("revoke token", "delete from grant_token where id = ?", id)
		return err
	})
}
