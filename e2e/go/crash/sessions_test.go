package crash_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"strings"
	"testing"

	"github.com/nodeline/nodeline/sidecar/store"
)

// openSessions opens the real session database so that it has a point on both
// sides of every commit of whatsmeow's, too.
func openSessions(t testing.TB, dir string, f *fate) *sql.DB {
	t.Helper()
	db, err := store.OpenSessionsOver(dir, func(c store.Conn) store.Conn { return &sessionConn{Conn: c, fate: f} })
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// sessionConn is used by one goroutine at a time, as database/sql has it.
type sessionConn struct {
	store.Conn
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
	tx, err := c.Conn.BeginTx(ctx, opts)
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
		return c.Conn.ExecContext(ctx, query, args)
	case c.tx != nil:
		if !strings.Contains(c.tx.name, table) {
			c.tx.name += " " + table
		}
		return c.Conn.ExecContext(ctx, query, args)
	case c.pass("before session" + " " + table):
		return nil, errOver
	}
	result, err := c.Conn.ExecContext(ctx, query, args)
	if c.pass("after session" + " " + table) {
		return nil, errOver
	}
	return result, err
}

func (c *sessionConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if c.over() {
		return nil, errOver
	}
	return c.Conn.QueryContext(ctx, query, args)
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
