package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// Prefixes of what is issued to programs; see tokenPrefix.
const (
	codePrefix    = "nlc_"
	accessPrefix  = "nla_"
	refreshPrefix = "nlr_"
)

// Kinds of tokens in oauth_token.
const (
	kindAccess  = "access"
	kindRefresh = "refresh"
)

// codeRow is a row of oauth_code.
type codeRow struct {
	bridge.Authorization
	token   string // of the grant that came of it; "": it was not used yet
	expires time.Time
}

func scanCode(r scanner) (c codeRow, err error) {
	var (
		token   sql.NullString
		expires int64
	)
	err = r.Scan(&token, &c.Name, &c.Line, &c.Client, &c.Redirect, &c.Challenge, &expires)
	c.token, c.expires = token.String, moment(expires)
	return c, err
}

// Authorize implements bridge.Authorizations.
func (s *Store) Authorize(ctx context.Context, a bridge.Authorization) (code string, err error) {
	code = newSecret(codePrefix)
	err = s.Write(ctx, func(w bridge.Tx) error {
		n, err := w.(*tx).exec("store code", "insert into oauth_code (hash, name, line, client, redirect, challenge, expires) select ?,?,id,?,?,?,? from line where id = ?",
			hashToken(code), a.Name, a.Client, a.Redirect, a.Challenge, s.now().Add(bridge.CodeLife).UnixMilli(), a.Line)
		if err == nil && n == 0 {
			err = fmt.Errorf("store code: line %s: %w", a.Line, bridge.ErrNoLine)
		}
		return err
	})
	return code, err
}

// Redeem implements bridge.Authorizations.
func (s *Store) Redeem(ctx context.Context, code string, check func(bridge.Authorization) error) (out bridge.Issued, err error) {
	var replayed *bridge.ReplayedError
	now := moment(s.now().UnixMilli()) // as what it is compared to is stored
	err = s.Write(ctx, func(w bridge.Tx) error {
		t := w.(*tx)
		c, ok, err := one(&t.view, "find code", scanCode, "select token, name, line, client, redirect, challenge, expires from oauth_code where hash = ?", hashToken(code))
		switch {
		case err != nil:
			return err
		case !ok:
			return bridge.ErrNoCode
		case c.token != "":
			replayed = &bridge.ReplayedError{Grant: c.token}
			return t.endGrant(c.token)
		case !now.Before(c.expires):
			return bridge.ErrExpired
		}
		if err := check(c.Authorization); err != nil {
			return err
		}
		g := bridge.Grant{ID: newID("tok_"), Name: c.Name, Scope: schema.ScopeLine, Line: c.Line, Created: moment(now.UnixMilli())}
		_, err = t.exec("create grant", "insert into grant_token (id, hash, name, scope, line, created, client) values (?,?,?,?,?,?,?)",
			g.ID, hashToken(newSecret("")), g.Name, g.Scope, g.Line, g.Created.UnixMilli(), c.Client)
		if err != nil {
			return err
		}
		if _, err := t.exec("use code", "update oauth_code set token = ? where hash = ?", g.ID, hashToken(code)); err != nil {
			return err
		}
		out, err = t.issue(g, now)
		return err
	})
	return out, outcome(err, replayed)
}

// refreshRow is a refresh token with its grant.
type refreshRow struct {
	bridge.Grant
	client   string
	expires  time.Time
	replaced time.Time // zero: it was not exchanged yet
}

func scanRefresh(r scanner) (f refreshRow, err error) {
	var (
		created, expires int64
		replaced         sql.NullInt64
	)
	err = r.Scan(&f.ID, &f.Name, &f.Scope, &f.Line, &created, &f.client, &expires, &replaced)
	f.Created, f.expires, f.replaced = moment(created), moment(expires), maybe(replaced)
	return f, err
}

// Refresh implements bridge.Authorizations.
func (s *Store) Refresh(ctx context.Context, token, client string) (out bridge.Issued, err error) {
	var replayed *bridge.ReplayedError
	now := moment(s.now().UnixMilli()) // as what it is compared to is stored
	err = s.Write(ctx, func(w bridge.Tx) error {
		t := w.(*tx)
		f, ok, err := one(&t.view, "find refresh token", scanRefresh, `select g.id, g.name, g.scope, g.line, g.created, g.client, t.expires, t.replaced
			from oauth_token as t join grant_token as g on g.id = t.token where t.hash = ? and t.kind = 'refresh'`, hashToken(token))
		switch {
		case err != nil:
			return err
		case !ok || f.client != client:
			return bridge.ErrNoCode
		case !f.replaced.IsZero() && now.Sub(f.replaced) > bridge.RefreshGrace:
			replayed = &bridge.ReplayedError{Grant: f.ID}
			return t.endGrant(f.ID)
		case !now.Before(f.expires):
			return bridge.ErrExpired
		}
		_, err = t.exec("replace refresh token", "update oauth_token set replaced = ? where hash = ? and replaced is null", now.UnixMilli(), hashToken(token))
		if err != nil {
			return err
		}
		out, err = t.issue(f.Grant, now)
		return err
	})
	return out, outcome(err, replayed)
}

// outcome tells of a replay only once the end of its grant is stored.
func outcome(err error, replayed *bridge.ReplayedError) error {
	if err == nil && replayed != nil {
		return replayed
	}
	return err
}

// issue makes a pair of tokens of a grant.
func (t *tx) issue(g bridge.Grant, now time.Time) (bridge.Issued, error) {
	out := bridge.Issued{Grant: g, Access: newSecret(accessPrefix), Refresh: newSecret(refreshPrefix)}
	until := now.Add(bridge.RefreshLife)
	for _, part := range []struct {
		text, kind string
		expires    time.Time
	}{{out.Access, kindAccess, now.Add(bridge.AccessLife)}, {out.Refresh, kindRefresh, until}} {
		_, err := t.exec("store token", "insert into oauth_token (hash, token, kind, expires) values (?,?,?,?)",
			hashToken(part.text), g.ID, part.kind, part.expires.UnixMilli())
		if err != nil {
			return bridge.Issued{}, err
		}
	}
	_, err := t.exec("prolong grant", "update grant_token set until = ? where id = ?", until.UnixMilli(), g.ID)
	return out, err
}

// endGrant revokes a grant with all its tokens.
func (t *tx) endGrant(id string) error {
	_, err := t.exec("end grant", "delete from grant_token where id = ?", id)
	return err
}

// Withdraw implements bridge.Authorizations.
func (s *Store) Withdraw(ctx context.Context, token string) (id string, err error) {
	err = s.Write(ctx, func(w bridge.Tx) error {
		t := w.(*tx)
		found, ok, err := one(&t.view, "find token", func(r scanner) (id string, err error) { return id, r.Scan(&id) },
			"select token from oauth_token where hash = ?", hashToken(token))
		if err != nil || !ok {
			return err
		}
		id = found
		return t.endGrant(id)
	})
	return id, err
}

// Draft implements bridge.Authorizations.
func (s *Store) Draft(ctx context.Context, line schema.LineID, until time.Time) error {
	return s.Write(ctx, func(w bridge.Tx) error {
		_, err := w.(*tx).exec("note draft", "insert into oauth_draft (line, until) values (?,?) on conflict do update set until = excluded.until", line, until.UnixMilli())
		return err
	})
}

// Settle implements bridge.Authorizations.
func (s *Store) Settle(ctx context.Context, line schema.LineID) error {
	return s.Write(ctx, func(w bridge.Tx) error {
		_, err := w.(*tx).exec("settle draft", "delete from oauth_draft where line = ?", line)
		return err
	})
}

// Drafts implements bridge.Authorizations.
func (s *Store) Drafts(ctx context.Context) (list []schema.LineID, err error) {
	err = s.Read(ctx, func(r bridge.View) error {
		list, err = all(r.(*view), "list drafts", func(r scanner) (id schema.LineID, err error) { return id, r.Scan(&id) },
			"select line from oauth_draft where until <= ? order by line", s.now().UnixMilli())
		return err
	})
	return list, err
}
