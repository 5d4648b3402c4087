package store

import (
	"time"

	"github.com/nodeline/nodeline/schema"
)

// moments reads rows of a name and a moment.
func (v *view) moments(what, query string, args ...any) (map[string]time.Time, error) {
	found := map[string]time.Time{}
	_, err := all(v, what, func(r scanner) (struct{}, error) {
		var (
			name string
			at   int64
		)
		err := r.Scan(&name, &at)
		found[name] = moment(at)
		return struct{}{}, err
	}, query, args...)
	return found, err
}

// Heard finds direct chats by their messages: there the sender is the chat.
func (v *view) Heard(line schema.LineID, after time.Time) (map[string]time.Time, error) {
	return v.moments("list who wrote", `select chat, max(at) from message_seen indexed by message_seen_old
		where line = ? and at > ? and sender = chat group by chat`, line, after.UnixMilli())
}

func (v *view) Allowances(line schema.LineID, after time.Time) (map[string]time.Time, error) {
	return v.moments("list allowances", "select name, until from allowance where line = ? and until > ?", line, after.UnixMilli())
}

func (t *tx) PutAllowance(line schema.LineID, name string, until time.Time) error {
	_, err := t.exec("put allowance", `insert into allowance (line, name, until) values (?, ?, ?)
		on conflict do update set until = excluded.until`, line, name, until.UnixMilli())
	return err
}
