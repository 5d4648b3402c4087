package crash_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nodeline/nodeline/sidecar/store"
)

// openSessions opens the real session database so that it has a point on both
// sides of every commit of whatsmeow's, too.
func openSessions(t testing.TB, dir string, f *fate) *sql.DB {
	t.Helper()
	plain, err := store.OpenSessions(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := plain.Close(); err != nil {
		t.Fatal(err)
	}
	// As store.OpenSessions has it.
	query := url.Values{"_txlock": {"immediate"}, "_busy_timeout": {"10000"},
		"_pragma": {"journal_mode(wal)", "synchronous(normal)", "foreign_keys(1)"}}
	address := url.URL{Scheme: "file", OmitHost: true, Path: filepath.ToSlash(filepath.Join(dir, "sessions.db")), RawQuery: query.Encode()}
	db := sql.OpenDB(connector{plain.Driver(), address.String(), f})
	db.SetMaxOpenConns(8)
	db.SetMaxIdleConns(8)
	return db
}

type connector struct {
	driver  driver.Driver
	address string
	fate    *fate
}

func (c connector) Driver() driver.Driver { return c.driver }

func (c connector) Connect(context.Context) (driver.Conn, error) {
	plain, err := c.driver.Open(c.address)
	if err != nil {
		return nil, err
	}
	able, ok := plain.(ableConn)
	if !ok {
		return nil, fmt.Errorf("%T lacks what database/sql can use", plain)
	}
	return &sessionConn{ableConn: able, fate: c.fate}, nil
}

// ableConn is all that database/sql can use of a connection.
type ableConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// sessionConn is used by one goroutine at a time, as database/sql has it.
type sessionConn struct {
	ableConn
	fate *fate
	tx   *sessionTx
}

// A life that has a last word to say needs its keys for it.
func (c *sessionConn) over() bool { return c.fate.ended() && !c.fate.dying() }

func (c *sessionConn) pass(name string) bool { return !c.fate.dying() && c.fate.pass(name) }

func (c *sessionConn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	if c.over() {
		return nil, errOver
	}
	tx, err := c.ableConn.BeginTx(ctx, opts)
	if err != nil {
		return nil, err
	}
	c.tx = &sessionTx{Tx: tx, conn: c}
	return c.tx, nil
}

func (c *sessionConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if c.over() {
		return nil, errOver
	}
	table := tableOf(query)
	switch {
	case table == "":
		return c.ableConn.ExecContext(ctx, query, args)
	case c.tx != nil:
		if !strings.Contains(c.tx.name, table) {
			c.tx.name += " " + table
		}
		return c.ableConn.ExecContext(ctx, query, args)
	case c.pass("before session" + " " + table):
		return nil, errOver
	}
	result, err := c.ableConn.ExecContext(ctx, query, args)
	if c.pass("after session" + " " + table) {
		return nil, errOver
	}
	return result, err
}

func (c *sessionConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if c.over() {
		return nil, errOver
	}
	return c.ableConn.QueryContext(ctx, query, args)
}

// tableOf names what a statement writes to: "sessions" of whatsmeow_sessions; ""
// for one that writes nothing that lasts.
func tableOf(query string) string {
	words := strings.Fields(strings.ToLower(query))
	if len(words) == 0 || words[0] != "insert" && words[0] != "update" && words[0] != "delete" {
		return ""
	}
	for _, word := range words {
		if name, ok := strings.CutPrefix(word, "whatsmeow_"); ok {
			name, _, _ = strings.Cut(name, "(")
			return name
		}
	}
	return ""
}

type sessionTx struct {
	driver.Tx
	conn *sessionConn
	name string // of what it writes; "" : nothing
}

func (x *sessionTx) Commit() error {
	x.conn.tx = nil
	if x.name == "" {
		return x.Tx.Commit()
	}
	if x.conn.pass("before session" + x.name) {
		_ = x.Tx.Rollback()
		return errOver
	}
	err := x.Tx.Commit()
	if x.conn.pass("after session" + x.name) {
		return errOver
	}
	return err
}

func (x *sessionTx) Rollback() error {
	x.conn.tx = nil
	return x.Tx.Rollback()
}
