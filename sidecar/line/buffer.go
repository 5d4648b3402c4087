package line

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"

	"go.mau.fi/whatsmeow/store"
)

// buffer stands between whatsmeow and the part of its session store that a
// message is decrypted in. whatsmeow takes every error there for a message that
// cannot be read: it asks for it five times within milliseconds, then lets
// WhatsApp forget it. Where the database was what failed, the message is not to
// blame: whatsmeow is told that its work was cancelled, which has it neither ask
// nor acknowledge, and WhatsApp delivers the message again on a new connection.
type buffer struct {
	store.EventBuffer
	failed func(error) // the database did
}

// GetBufferedEvent implements store.EventBuffer.
func (b buffer) GetBufferedEvent(ctx context.Context, hash [32]byte) (*store.BufferedEvent, error) {
	event, err := b.EventBuffer.GetBufferedEvent(ctx, hash)
	if err != nil {
		return event, b.trouble(ctx, err)
	}
	return event, nil
}

// DoDecryptionTxn implements store.EventBuffer.
func (b buffer) DoDecryptionTxn(ctx context.Context, fn func(context.Context) error) error {
	var inner error
	t := &transaction{}
	defer t.end()
	err := b.EventBuffer.DoDecryptionTxn(context.WithValue(ctx, transactionKey{}, t), func(ctx context.Context) error {
		inner = fn(ctx)
		return inner
	})
	// Without an error of the work itself it was the transaction that failed.
	if err != nil && (inner == nil || ofDatabase(inner)) {
		return b.trouble(ctx, err)
	}
	return err
}

func (b buffer) trouble(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		b.failed(err)
	}
	return fmt.Errorf("%w: session database: %w", context.Canceled, err)
}

// ofDatabase tells an error of the database from one of the message. Drivers
// give theirs a code: SQLite's Code, Postgres's SQLState.
func ofDatabase(err error) bool {
	if _, ok := errors.AsType[interface {
		error
		Code() int
	}](err); ok {
		return true
	}
	if _, ok := errors.AsType[interface {
		error
		SQLState() string
	}](err); ok {
		return true
	}
	for _, known := range []error{sql.ErrConnDone, sql.ErrTxDone, driver.ErrBadConn, context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, known) {
			return true
		}
	}
	return false
}
