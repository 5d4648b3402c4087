package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"sync/atomic"

	"github.com/nodeline/nodeline/sidecar/bridge"
)

// batchMax bounds how many operations share a commit, and so how long the first of them waits.
const batchMax = 256

// writer owns the one writing connection:
//
//	take an operation ─ begin ─ run ─ more waiting? ─ no ─ commit ─ hooks ─ answer all
//	                                    ▲   │ yes
//	                                    │   └ savepoint, run, release ┐
//	                                    └─────────────────────────────┘
//
// A commit is flushed to the disk if any operation in it wants that. SQLite takes the
// setting only between transactions, so it follows what waits when the batch begins;
// one that comes later and wants more than the batch gives begins the next.
//
// The first operation of a batch needs no savepoint: the transaction is one. While a commit is flushed to disk the next callers queue up, so the batches
// grow with the load by themselves and an idle store answers at once.
type writer struct {
	conn  *statements
	log   *slog.Logger
	seen  func(error) // each error, by its name
	queue chan *operation
	quit  chan struct{}
	done  chan struct{}
	err   error // of closing; read after done

	// behind: something that is committed may not be on disk yet.
	behind atomic.Bool

	// The loop's own.
	taken    []*operation // out of the queue, not begun
	flushing bool         // the connection flushes at commit
}

type operation struct {
	ctx     context.Context
	fn      func(bridge.Tx) error
	flush   bool
	changed bool // as of tx
	hooks   []func()
	err     error
	ended   chan struct{}
}

func startWriter(conn *sql.Conn, log *slog.Logger, seen func(error)) *writer {
	w := &writer{conn: &statements{conn: conn, known: map[string]*sql.Stmt{}}, log: log, seen: seen,
		queue: make(chan *operation, batchMax), quit: make(chan struct{}), done: make(chan struct{}), flushing: true}
	go w.loop()
	return w
}

// stop lets the batch under way end. It is called once.
func (w *writer) stop() error {
	close(w.quit)
	<-w.done
	return w.err
}

func (w *writer) do(ctx context.Context, fn func(bridge.Tx) error) error {
	op := &operation{ctx: ctx, fn: fn, flush: bridge.Flushed(ctx), ended: make(chan struct{})}
	select {
	case w.queue <- op:
		bridge.Queued(ctx)
	case <-ctx.Done():
		return ctx.Err()
	case <-w.quit:
		return ErrClosed
	}
	// Not ctx: whoever is told "no" must be sure that nothing was written.
	select {
	case <-op.ended:
		return op.err
	case <-w.done:
	}
	// The last batch has ended; only an operation that nobody took has not.
	select {
	case <-op.ended:
		return op.err
	default:
		return ErrClosed
	}
}

func (w *writer) loop() {
	for {
		if len(w.taken) > 0 {
			w.batch()
			continue
		}
		select {
		case <-w.quit:
			w.err = w.conn.close()
			close(w.done)
			return
		case op := <-w.queue:
			w.taken = append(w.taken, op)
			// Who is about to queue something does so first.
			runtime.Gosched()
			w.batch()
		}
	}
}

// batch runs what waits, one operation at the least, and commits it.
func (w *writer) batch() {
	w.take()
	flush := slices.ContainsFunc(w.taken, func(op *operation) bool { return op.flush })
	first := w.next(true)
	ops := []*operation{first}
	err := w.begin(flush)
	if err == nil {
		if w.call(first); first.err != nil {
			err = errors.Join(w.conn.run("rollback"), w.conn.run("begin immediate"))
		}
	}
	for err == nil && len(ops) < batchMax {
		next := w.next(flush)
		if next == nil {
			break
		}
		ops = append(ops, next)
		err = w.nested(next)
	}
	if err == nil {
		err = w.commit(ops, flush)
	}
	if err != nil {
		if err = cause(ops, err); stateOf(err) == bridge.StorageOK { // the rest is told once, not for every batch
			w.log.Error("write batch", "operations", len(ops), "error", err)
		}
		// The cause may have ended the transaction already.
		_ = w.conn.run("rollback")
	}
	for _, op := range ops {
		if err != nil {
			op.err = fmt.Errorf("write store: %w", errors.Join(op.err, err))
		}
		if op.err != nil {
			op.err = named(op.err)
			w.seen(op.err)
			continue
		}
		for _, hook := range op.hooks {
			hook()
		}
	}
	for _, op := range ops {
		close(op.ended)
	}
}

// cause names a batch's error. A disk in trouble shows in an operation first, and
// SQLite has ended the transaction by then: what failed the batch is only that.
func cause(ops []*operation, err error) error {
	for _, op := range ops {
		if first := named(op.err); stateOf(first) != bridge.StorageOK {
			return errors.Join(first, err)
		}
	}
	return named(err)
}

// take takes what waits out of the queue.
func (w *writer) take() {
	for len(w.taken) < batchMax {
		select {
		case op := <-w.queue:
			w.taken = append(w.taken, op)
		default:
			return
		}
	}
}

// next gives the operation whose turn it is, nil if there is none or if it wants
// a flush that this batch does not give.
func (w *writer) next(flush bool) *operation {
	if len(w.taken) == 0 {
		w.take()
	}
	if len(w.taken) == 0 || w.taken[0].flush && !flush {
		return nil
	}
	op := w.taken[0]
	w.taken = slices.Delete(w.taken, 0, 1)
	return op
}

// begin begins a transaction whose commit flushes or does not.
func (w *writer) begin(flush bool) error {
	if flush != w.flushing {
		level := "normal"
		if flush {
			level = "full"
		}
		// Not a kept statement: SQLite obeys this one while it is compiled.
		if _, err := w.conn.conn.ExecContext(context.Background(), "pragma synchronous = "+level); err != nil {
			return err
		}
		w.flushing = flush
	}
	return w.conn.run("begin immediate")
}

// commit keeps behind true from before anything unflushed can be read until after
// a commit that has surely flushed it: an empty one does not.
func (w *writer) commit(ops []*operation, flush bool) error {
	if !flush {
		w.behind.Store(true)
	}
	if err := w.conn.run("commit"); err != nil {
		return err
	}
	if flush && slices.ContainsFunc(ops, func(op *operation) bool { return op.err == nil && op.changed }) {
		w.behind.Store(false)
	}
	return nil
}

// nested runs an operation inside a savepoint of its own. An error returned is the whole batch's.
func (w *writer) nested(op *operation) error {
	if err := w.conn.run("savepoint operation"); err != nil {
		return err
	}
	if w.call(op); op.err != nil {
		return errors.Join(w.conn.run("rollback to operation"), w.conn.run("release operation"))
	}
	return w.conn.run("release operation")
}

// call runs an operation's function, unless its caller has gone.
func (w *writer) call(op *operation) {
	if op.err = op.ctx.Err(); op.err != nil {
		return
	}
	t := &tx{view: view{ctx: context.Background(), q: w.conn}}
	if op.err = call(op.fn, t); op.err == nil {
		op.hooks, op.changed = t.hooks, t.changed
	}
}

func call(fn func(bridge.Tx) error, t bridge.Tx) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("write store: panic: %v", p)
		}
	}()
	return fn(t)
}

// statements keeps the prepared statements of one connection. It is used by one goroutine.
type statements struct {
	conn  *sql.Conn
	known map[string]*sql.Stmt
}

func (s *statements) prepared(query string) (*sql.Stmt, error) {
	if stmt, ok := s.known[query]; ok {
		return stmt, nil
	}
	stmt, err := s.conn.PrepareContext(context.Background(), query)
	if err != nil {
		return nil, err
	}
	s.known[query] = stmt
	return stmt, nil
}

func (s *statements) run(query string) error {
	_, err := s.ExecContext(context.Background(), query)
	return err
}

func (s *statements) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	stmt, err := s.prepared(query)
	if err != nil {
		return nil, err
	}
	return stmt.ExecContext(ctx, args...)
}

func (s *statements) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	stmt, err := s.prepared(query)
	if err != nil {
		return nil, err
	}
	return stmt.QueryContext(ctx, args...)
}

func (s *statements) close() error {
	var errs []error
	for _, stmt := range s.known {
		errs = append(errs, stmt.Close())
	}
	return errors.Join(append(errs, s.conn.Close())...)
}
