package store

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/nodeline/nodeline/schema"
)

// moment turns stored milliseconds into a time on the wire.
func moment(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

// maybe reads a moment that may be missing: zero.
func maybe(ms sql.NullInt64) time.Time {
	if !ms.Valid {
		return time.Time{}
	}
	return moment(ms.Int64)
}

// millis turns a zero time into 0.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// blank turns "" into NULL.
func blank(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// orNull turns a time that is not known into NULL.
func orNull(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMilli()
}

// address reads three columns that may be NULL.
type address struct{ phone, lid, jid sql.NullString }

func (a *address) value() schema.Address {
	return schema.Address{Phone: a.phone.String, LID: a.lid.String, JID: a.jid.String}
}

// text writes a value as JSON.
func text(what string, v any) (string, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("encode %s: %w", what, err)
	}
	return string(b), nil
}

func parse(what, s string, into any) error {
	if err := json.Unmarshal([]byte(s), into); err != nil {
		return fmt.Errorf("decode %s: %w", what, err)
	}
	return nil
}
