// Package store keeps all state in one SQLite file: lines, the outbox, asks,
// events, deliveries and tokens. One goroutine writes and groups what waits into
// one commit (synchronous=FULL: what was answered survives a power cut, but for
// the marks that can be found out again; bridge.WithoutFlush); reads run beside it
// on snapshots. The WhatsApp sessions have a file of their own.
//
// Backups are explained in backup.go, going back to one in restore.go, and what
// damage or a full disk do in damage.go and trouble.go.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/nodeline/nodeline/sidecar/bridge"
)

var (
	_ bridge.Store          = (*Store)(nil)
	_ bridge.Grants         = (*Store)(nil)
	_ bridge.Authorizations = (*Store)(nil)
)

// Write implements bridge.Store. fn and its hooks run on the writer's goroutine
// and must not write by themselves.
func (s *Store) Write(ctx context.Context, fn func(bridge.Tx) error) error {
	return s.writer.do(ctx, fn)
}

// Read implements bridge.Store.
func (s *Store) Read(ctx context.Context, fn func(bridge.View) error) error {
	t, err := s.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		err = named(err)
		s.health.saw(err)
		return fmt.Errorf("read store: %w", err)
	}
	v := &view{ctx: ctx, q: t}
	err = fn(v)
	if end := t.Rollback(); end != nil && !errors.Is(end, sql.ErrTxDone) {
		err = errors.Join(err, end)
	}
	if err == nil && v.shown && s.writer.behind.Load() {
		err = s.flush(ctx)
	}
	if err != nil {
		err = named(err)
		s.health.saw(err)
	}
	return err
}

// flush returns once all that is committed is on disk. A commit that changes no
// page would flush nothing, so this one counts.
func (s *Store) flush(ctx context.Context) error {
	return s.writer.do(ctx, func(t bridge.Tx) error {
		t.(*tx).changed = true
		_, err := t.(*tx).exec("flush", "insert into meta (name, value) values ('flushes', 1) on conflict do update set value = value + 1")
		return err
	})
}

// querier is a prepared connection or a transaction.
type querier interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// view implements bridge.View.
type view struct {
	ctx   context.Context
	q     querier
	shown bool // events or their cursor were read
}

// tx implements bridge.Tx.
type tx struct {
	view
	hooks   []func()
	changed bool // a page for sure; an update may write what is there already
}

func (t *tx) AfterCommit(fn func()) { t.hooks = append(t.hooks, fn) }

func (t *tx) exec(what, query string, args ...any) (int, error) {
	res, err := t.q.ExecContext(t.ctx, query, args...)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", what, err)
	}
	n, err := res.RowsAffected()
	return int(n), err
}

// scanner is a row.
type scanner interface{ Scan(dest ...any) error }

// all reads every row before it returns, so that a statement is free again.
func all[T any](v *view, what string, scan func(scanner) (T, error), query string, args ...any) (list []T, err error) {
	rows, err := v.q.QueryContext(v.ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		item, err := scan(rows)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", what, err)
		}
		list = append(list, item)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	return list, nil
}

// Queries name their index where SQLite would rather walk all rows of a line by
// the primary key: without statistics it takes (line) for as good as (line, wa_id).

// one reads at most one row.
func one[T any](v *view, what string, scan func(scanner) (T, error), query string, args ...any) (item T, ok bool, err error) {
	list, err := all(v, what, scan, query, args...)
	if err != nil || len(list) == 0 {
		return item, false, err
	}
	return list[0], true, nil
}

// number reads one number of one row.
func (v *view) number(what, query string, args ...any) (int64, error) {
	n, _, err := one(v, what, func(r scanner) (n int64, err error) { return n, r.Scan(&n) }, query, args...)
	return n, err
}
