package store

import (
	"bytes"
	"database/sql"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

const messageColumns = `line, seq, key, hash, wa_id, ask, phones, chat_phone, chat_lid, chat_jid, content, payload,
	rendering, reason, status, status_at, code, server, settled, created, sent_at, priority, expires, begun, stage, file, detail, held, warning, receipt_due, undelivered, window_until`

var insertMessage = "insert into outbox (" + messageColumns + ") values (?" + strings.Repeat(",?", strings.Count(messageColumns, ",")) +
	") on conflict (line, key) do nothing"

// lightColumns are messageColumns without what is long.
var lightColumns = strings.NewReplacer(" hash,", " x'' as hash,", " content,", " null as content,", " payload,", " x'' as payload,").Replace(messageColumns)

func scanMessage(r scanner) (m bridge.MessageRecord, err error) {
	var (
		phones            string
		content           sql.NullString
		statusAt, created int64
		sentAt, expires   sql.NullInt64
		due, undelivered  sql.NullInt64
		window            sql.NullInt64
		file              sql.NullString
		chat              address
	)
	err = r.Scan(&m.Line, &m.Seq, &m.Key, &m.Hash, &m.ID, &m.Ask, &phones, &chat.phone, &chat.lid, &chat.jid, &content, &m.Payload,
		&m.Rendering, &m.Reason, &m.Status, &statusAt, &m.Code, &m.Server, &m.Settled, &created, &sentAt,
		&m.Priority, &expires, &m.Begun, &m.Stage, &file, &m.Detail, &m.Held, &m.Warning, &due, &undelivered, &window)
	if err != nil {
		return m, err
	}
	m.Chat, m.StatusAt, m.Created, m.File = chat.value(), moment(statusAt), moment(created), fileOf(file)
	m.SentAt, m.Expires, m.ReceiptDue, m.Undelivered, m.Window = maybe(sentAt), maybe(expires), maybe(due), maybe(undelivered), maybe(window)
	if phones != "" {
		m.Phones = strings.Split(phones, ",")
	}
	if content.Valid {
		err = parse("content", content.String, &m.Content)
	}
	return m, err
}

func (v *view) Message(line schema.LineID, key schema.Key) (bridge.MessageRecord, bool, error) {
	return one(v, "read message", scanMessage, "select "+messageColumns+" from outbox where line = ? and key = ?", line, key)
}

func (v *view) MessageByID(line schema.LineID, id schema.MessageID) (bridge.MessageRecord, bool, error) {
	return one(v, "find message", scanMessage, "select "+messageColumns+" from outbox indexed by outbox_wa_id where line = ? and wa_id = ?", line, id)
}

func (v *view) Unsettled(line schema.LineID) ([]bridge.MessageRecord, error) {
	return all(v, "list unsettled messages", scanMessage,
		"select "+lightColumns+" from outbox indexed by outbox_unsettled where line = ? and settled = 0 and held = 0 order by seq", line)
}

func (v *view) Messages(line schema.LineID, f bridge.MessageFilter) ([]bridge.MessageRecord, error) {
	return all(v, "list messages", scanMessage, "select "+lightColumns+` from outbox
		where line = ?1 and (?2 = '' or status = ?2) and (?3 = 0 or seq < ?3) order by seq desc limit ?4`, line, f.Status, f.Before, f.Count)
}

func (v *view) Expired(line schema.LineID, now time.Time, count int) ([]schema.Key, error) {
	return all(v, "list expired messages", func(r scanner) (key schema.Key, err error) { return key, r.Scan(&key) },
		`select key from outbox indexed by outbox_expires
		where line = ? and settled = 0 and held = 0 and expires is not null and expires <= ? order by expires limit ?`, line, now.UnixMilli(), count)
}

func (v *view) NextExpiry(line schema.LineID, after time.Time) (time.Time, bool, error) {
	at, ok, err := one(v, "find next expiry", func(r scanner) (at int64, err error) { return at, r.Scan(&at) },
		`select expires from outbox indexed by outbox_expires
		where line = ? and settled = 0 and held = 0 and expires is not null and expires > ? order by expires limit 1`, line, after.UnixMilli())
	return moment(at), ok, err
}

func (v *view) NoReceipt(line schema.LineID, now time.Time, count int) ([]schema.Key, error) {
	return all(v, "list messages without a receipt", func(r scanner) (key schema.Key, err error) { return key, r.Scan(&key) },
		`select key from outbox indexed by outbox_receipt
		where line = ? and receipt_due is not null and receipt_due <= ? order by receipt_due limit ?`, line, now.UnixMilli(), count)
}

func (v *view) NextReceipt(line schema.LineID, after time.Time) (time.Time, bool, error) {
	return v.moment("find next receipt", `select receipt_due from outbox indexed by outbox_receipt
		where line = ? and receipt_due is not null and receipt_due > ? order by receipt_due limit 1`, line, after.UnixMilli())
}

func (t *tx) Admit(m bridge.MessageRecord) error {
	_, err := t.exec("admit message", "update outbox set held = 0, expires = ? where line = ? and key = ?", orNull(m.Expires), m.Line, m.Key)
	return err
}

func (t *tx) Begin(line schema.LineID, keys []schema.Key) error {
	for _, key := range keys {
		if _, err := t.exec("begin message", "update outbox set begun = 1 where line = ? and key = ? and settled = 0", line, key); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) InsertMessage(m *bridge.MessageRecord) error {
	var content any
	if !reflect.ValueOf(m.Content).IsZero() {
		encoded, err := text("content", m.Content)
		if err != nil {
			return err
		}
		content = encoded
	}
	seq, ok, err := one(&t.view, "read out_seq", func(r scanner) (n int64, err error) { return n, r.Scan(&n) },
		"select out_seq + 1 from line where id = ?", m.Line)
	if err == nil && !ok {
		err = fmt.Errorf("insert message: line %s: %w", m.Line, bridge.ErrNoLine)
	}
	if err != nil {
		return err
	}
	n, err := t.exec("insert message", insertMessage,
		m.Line, seq, m.Key, m.Hash, m.ID, m.Ask, strings.Join(m.Phones, ","), blank(m.Chat.Phone), blank(m.Chat.LID), blank(m.Chat.JID), content, notNull(m.Payload),
		m.Rendering, m.Reason, m.Status, m.StatusAt.UnixMilli(), m.Code, m.Server, m.Settled, m.Created.UnixMilli(), orNull(m.SentAt),
		m.Priority, orNull(m.Expires), m.Begun, m.Stage, blank(string(m.File)), m.Detail, m.Held, m.Warning,
		orNull(m.ReceiptDue), orNull(m.Undelivered), orNull(m.Window))
	if err != nil {
		return err
	}
	if n == 0 {
		return bridge.ErrExists
	}
	// Only now, so that a repeat leaves no hole.
	m.Seq, t.changed = seq, true
	_, err = t.exec("raise out_seq", "update line set out_seq = ? where id = ?", seq, m.Line)
	return err
}

// UpdateMessage has two statements, for what changes with every step and for what
// changes once at most: SQLite would write its index anew for the same value.
func (t *tx) UpdateMessage(was, m bridge.MessageRecord) error {
	_, err := t.exec("update message", `update outbox set status = ?, status_at = ?, code = ?, server = ?, settled = ?, sent_at = ?,
		receipt_due = ?, undelivered = ? where line = ? and seq = ?`,
		m.Status, m.StatusAt.UnixMilli(), m.Code, m.Server, m.Settled, orNull(m.SentAt), orNull(m.ReceiptDue), orNull(m.Undelivered), m.Line, m.Seq)
	if err != nil {
		return err
	}
	if sameShape(was, m) {
		return nil
	}
	_, err = t.exec("address message", `update outbox set wa_id = ?, chat_phone = ?, chat_lid = ?, chat_jid = ?, payload = ?,
		rendering = ?, reason = ?, stage = ?, file = ?, detail = ?, warning = ? where line = ? and seq = ?`,
		m.ID, blank(m.Chat.Phone), blank(m.Chat.LID), blank(m.Chat.JID), notNull(m.Payload), m.Rendering, m.Reason,
		m.Stage, blank(string(m.File)), m.Detail, m.Warning, m.Line, m.Seq)
	return err
}

// sameShape compares what changes once at most.
func sameShape(a, b bridge.MessageRecord) bool {
	return a.ID == b.ID && a.Chat == b.Chat && bytes.Equal(a.Payload, b.Payload) && a.Rendering == b.Rendering && a.Reason == b.Reason &&
		a.Stage == b.Stage && a.File == b.File && a.Detail == b.Detail && a.Warning == b.Warning
}
