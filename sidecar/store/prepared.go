package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"strings"
)

// The driver compiles a query's text anew at every call, and whatsmeow's session
// store calls with the same few texts for every message: a third of the time of
// a send. So connections keep their compiled statements:
//
//	database/sql ── query text ──▶ connection ── known, not in use ──▶ compiled statement
//	                                   └────── anything else ────────▶ the driver, as before

// statementsMax bounds what one connection keeps; lists of varying length make
// texts without end.
const statementsMax = 128

// connector opens such connections.
type connector struct {
	driver  driver.Driver
	address string
	over    func(Conn) Conn // nil: nothing
}

func openPrepared(address string, over func(Conn) Conn) (*sql.DB, error) {
	// The registered driver is to be had from a handle only; it opens nothing.
	handle, err := sql.Open("sqlite", address)
	if err != nil {
		return nil, err
	}
	c := connector{handle.Driver(), address, over}
	return sql.OpenDB(c), handle.Close()
}

// Driver implements driver.Connector.
func (c connector) Driver() driver.Driver { return c.driver }

// Connect implements driver.Connector.
func (c connector) Connect(context.Context) (driver.Conn, error) {
	plain, err := c.driver.Open(c.address)
	if err != nil {
		return nil, err
	}
	able, ok := plain.(Conn)
	if !ok {
		_ = plain.Close()
		return nil, fmt.Errorf("the driver's %T lacks what database/sql can use", plain)
	}
	conn := &preparedConn{Conn: able, known: map[string]*preparedStmt{}}
	if c.over != nil {
		return c.over(conn), nil
	}
	return conn, nil
}

// Conn is all that database/sql can use of a connection.
type Conn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

type ableStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// preparedConn is a connection with its statements. database/sql has one
// goroutine at a time use it, and close the rows of a query under the same lock.
type preparedConn struct {
	Conn
	known map[string]*preparedStmt
}

type preparedStmt struct {
	ableStmt
	busy bool // rows of it are open
}

// take gives a query's statement for use; nil: ask the driver.
func (c *preparedConn) take(ctx context.Context, query string) *preparedStmt {
	s, ok := c.known[query]
	if !ok {
		if len(c.known) >= statementsMax || !repeats(query) {
			return nil
		}
		made, err := c.PrepareContext(ctx, query)
		if err != nil {
			return nil // the driver says what is wrong
		}
		able, ok := made.(ableStmt)
		if !ok {
			_ = made.Close()
			return nil
		}
		s = &preparedStmt{ableStmt: able}
		c.known[query] = s
	}
	if s.busy {
		return nil
	}
	s.busy = true
	return s
}

// repeats reports whether a text is one statement of the kind that comes again.
func repeats(query string) bool {
	query = strings.TrimSpace(query)
	if strings.Contains(query, ";") {
		return false
	}
	word, _, _ := strings.Cut(query, " ")
	switch strings.ToLower(strings.TrimSpace(word)) {
	case "select", "insert", "update", "delete":
		return true
	}
	return false
}

// ExecContext implements driver.ExecerContext.
func (c *preparedConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	s := c.take(ctx, query)
	if s == nil {
		return c.Conn.ExecContext(ctx, query, args)
	}
	defer func() { s.busy = false }()
	return s.ExecContext(ctx, args)
}

// QueryContext implements driver.QueryerContext.
func (c *preparedConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	s := c.take(ctx, query)
	if s == nil {
		return c.Conn.QueryContext(ctx, query, args)
	}
	rows, err := s.QueryContext(ctx, args)
	if err != nil {
		s.busy = false
		return nil, err
	}
	return &preparedRows{rows, s}, nil
}

// Close implements driver.Conn.
func (c *preparedConn) Close() error {
	for _, s := range c.known {
		_ = s.Close()
	}
	c.known = nil
	return c.Conn.Close()
}

// preparedRows give their statement back.
type preparedRows struct {
	driver.Rows
	stmt *preparedStmt
}

func (r *preparedRows) Close() error {
	err := r.Rows.Close()
	r.stmt.busy = false
	return err
}
