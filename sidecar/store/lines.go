package store

import (
	"database/sql"
	"fmt"
	"strings"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

const lineColumns = "id, name, region, secret, account, phone, lid, state, trouble, since, created, pace, paused_at, paused_reason, renderings, window_policy, undelivered"

func scanLine(r scanner) (l bridge.LineRecord, err error) {
	var (
		since, created int64
		pausedAt       sql.NullInt64
		pace, reason   sql.NullString
		renderings     string
		undelivered    int64
	)
	err = r.Scan(&l.ID, &l.Name, &l.Region, &l.Secret, &l.Account, &l.Phone, &l.LID, &l.State, &l.Trouble, &since, &created,
		&pace, &pausedAt, &reason, &renderings, &l.Window, &undelivered)
	l.Undelivered = time.Duration(undelivered) * time.Second
	for _, r := range strings.Fields(renderings) {
		l.Renderings = append(l.Renderings, schema.Rendering(r))
	}
	l.Since, l.Created, l.PausedReason = moment(since), moment(created), reason.String
	if pausedAt.Valid {
		l.PausedAt = moment(pausedAt.Int64)
	}
	if err == nil && pace.Valid {
		l.Pace = new(schema.Pace)
		err = parse("pace", pace.String, l.Pace)
	}
	return l, err
}

func (v *view) Line(id schema.LineID) (bridge.LineRecord, bool, error) {
	return one(v, "read line", scanLine, "select "+lineColumns+" from line where id = ?", id)
}

func (v *view) Lines() ([]bridge.LineRecord, error) {
	return all(v, "list lines", scanLine, "select "+lineColumns+" from line order by created, id")
}

func (v *view) Counts(id schema.LineID) (waiting, queued int, err error) {
	w, err := v.number("count asks", "select count(*) from ask indexed by ask_open_by_deadline where line = ? and open = 1", id)
	if err != nil {
		return 0, 0, err
	}
	q, err := v.number("count messages", "select count(*) from outbox indexed by outbox_unsettled where line = ? and settled = 0", id)
	return int(w), int(q), err
}

func (t *tx) InsertLine(l bridge.LineRecord) error {
	pace, err := paceText(l)
	if err != nil {
		return err
	}
	n, err := t.exec("insert line", "insert into line ("+lineColumns+") values (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) on conflict do nothing",
		l.ID, l.Name, l.Region, l.Secret, l.Account, l.Phone, l.LID, l.State, l.Trouble, l.Since.UnixMilli(), l.Created.UnixMilli(),
		pace, orNull(l.PausedAt), blank(l.PausedReason), renderingsText(l), l.Window, int64(l.Undelivered/time.Second))
	if err == nil && n == 0 {
		err = bridge.ErrExists
	}
	return err
}

func (t *tx) UpdateLine(l bridge.LineRecord) error {
	pace, err := paceText(l)
	if err != nil {
		return err
	}
	_, err = t.exec("update line", `update line set name = ?, region = ?, account = ?, phone = ?, lid = ?,
		state = ?, trouble = ?, since = ?, pace = ?, paused_at = ?, paused_reason = ?, renderings = ?, window_policy = ?, undelivered = ? where id = ?`,
		l.Name, l.Region, l.Account, l.Phone, l.LID, l.State, l.Trouble, l.Since.UnixMilli(),
		pace, orNull(l.PausedAt), blank(l.PausedReason), renderingsText(l), l.Window, int64(l.Undelivered/time.Second), l.ID)
	return err
}

// paceText is NULL for a line without a pace of its own.
func paceText(l bridge.LineRecord) (any, error) {
	if l.Pace == nil {
		return nil, nil
	}
	return text("pace", l.Pace)
}

// renderingsText are a line's preferences, separated by spaces.
func renderingsText(l bridge.LineRecord) string {
	words := make([]string, len(l.Renderings))
	for i, r := range l.Renderings {
		words[i] = string(r)
	}
	return strings.Join(words, " ")
}

// DeleteLine relies on the foreign keys: all but deliveries and webhooks hangs on
// the line's row.
func (t *tx) DeleteLine(id schema.LineID) error {
	if err := t.orphan(id, time.Now()); err != nil {
		return err
	}
	_, err := t.exec("delete line", "delete from line where id = ?", id)
	return err
}

// nextEvent raises a line's event counter. A counter per line has no holes and no
// overtaking, which an autoincrement under concurrent transactions would have.
func (t *tx) nextEvent(id schema.LineID) (int64, error) {
	t.changed = true
	// Two statements cost less than one with "returning", for which SQLite makes a table.
	n, err := t.exec("raise event_seq", "update line set event_seq = event_seq + 1 where id = ?", id)
	if err == nil && n == 0 {
		err = fmt.Errorf("raise event_seq: line %s: %w", id, bridge.ErrNoLine)
	}
	if err != nil {
		return 0, err
	}
	return t.number("read event_seq", "select event_seq from line where id = ?", id)
}
