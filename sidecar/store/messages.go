package store

import (
	"database/sql"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

const messageColumns = `line, seq, key, hash, wa_id, ask, phones, chat_phone, chat_lid, chat_jid, content, payload,
	rendering, reason, status, status_at, code, server, settled, created, sent_at, priority, expires, begun, stage, file, detail, held, warning, receipt_due, undelivered`

// lightColumns are messageColumns without what is long.
var lightColumns = strings.NewReplacer(" hash,", " x'' as hash,", " content,", " null as content,", " payload,", " x'' as payload,").Replace(messageColumns)

func scanMessage(r scanner) (m bridge.MessageRecord, err error) {
	var (
		phones            string
		content           sql.NullString
		statusAt, created int64
		sentAt, expires   sql.NullInt64
		due, undelivered  sql.NullInt64
		file              sql.NullString
		chat              address
	)
	err = r.Scan(&m.Line, &m.Seq, &m.Key, &m.Hash, &m.ID, &m.Ask, &phones, &chat.phone, &chat.lid, &chat.jid, &content, &m.Payload,
		&m.Rendering, &m.Reason, &m.Status, &statusAt, &m.Code, &m.Server, &m.Settled, &created, &sentAt,
		&m.Priority, &expires, &m.Begun, &m.Stage, &file, &m.Detail, &m.Held, &m.Warning, &due, &undelivered)
	if err != nil {
		return m, err
	}
	m.Chat, m.StatusAt, m.Created, m.File = chat.value(), moment(statusAt), moment(created), fileOf(file)
	m.SentAt, m.Expires, m.ReceiptDue, m.Undelivered = maybe(sentAt), maybe(expires), maybe(due), maybe(undelivered)
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
	// The counter is raised after the row is in, so that a repeat leaves no hole.
	seq, err := t.number("insert message", "insert into outbox ("+messageColumns+`)
		select id, out_seq + 1, ?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,? from line where id = ?
		on conflict (line, key) do nothing returning seq`,
		m.Key, m.Hash, m.ID, m.Ask, strings.Join(m.Phones, ","), blank(m.Chat.Phone), blank(m.Chat.LID), blank(m.Chat.JID), content, notNull(m.Payload),
		m.Rendering, m.Reason, m.Status, m.StatusAt.UnixMilli(), m.Code, m.Server, m.Settled, m.Created.UnixMilli(), orNull(m.SentAt),
		m.Priority, orNull(m.Expires), m.Begun, m.Stage, blank(string(m.File)), m.Detail, m.Held, m.Warning,
		orNull(m.ReceiptDue), orNull(m.Undelivered), m.Line)
	if err != nil {
		return err
	}
	if seq == 0 {
		return t.notInserted(m.Line)
	}
	m.Seq, t.changed = seq, true
	_, err = t.exec("raise out_seq", "update line set out_seq = ? where id = ?", seq, m.Line)
	return err
}

// notInserted says why a line took no row: it is not there, or it has the key already.
func (t *tx) notInserted(line schema.LineID) error {
	_, ok, err := t.Line(line)
	if err == nil && !ok {
		err = fmt.Errorf("insert message: line %s: %w", line, bridge.ErrNoLine)
	} else if err == nil {
		err = bridge.ErrExists
	}
	return err
}

// UpdateMessage leaves alone what never changes here: key, hash, candidates, content, ...
// What changes once at most has a statement of its own, which finds nothing to do
// most times: SQLite would write its index anew for the same value.
func (t *tx) UpdateMessage(m bridge.MessageRecord) error {
	_, err := t.exec("update message", `update outbox set status = ?, status_at = ?, code = ?, server = ?, settled = ?, sent_at = ?,
		receipt_due = ?, undelivered = ? where line = ? and seq = ?`,
		m.Status, m.StatusAt.UnixMilli(), m.Code, m.Server, m.Settled, orNull(m.SentAt), orNull(m.ReceiptDue), orNull(m.Undelivered), m.Line, m.Seq)
	if err != nil {
		return err
	}
	_, err = t.exec("address message", `update outbox set wa_id = ?1, chat_phone = ?2, chat_lid = ?3, chat_jid = ?4, payload = ?5,
		rendering = ?6, reason = ?7, stage = ?10, file = ?11, detail = ?12 where line = ?8 and seq = ?9 and (wa_id <> ?1 or chat_phone is not ?2
		or chat_lid is not ?3 or chat_jid is not ?4 or payload <> ?5 or rendering <> ?6 or reason <> ?7 or stage <> ?10 or file is not ?11 or detail <> ?12)`,
		m.ID, blank(m.Chat.Phone), blank(m.Chat.LID), blank(m.Chat.JID), notNull(m.Payload), m.Rendering, m.Reason, m.Line, m.Seq,
		m.Stage, blank(string(m.File)), m.Detail)
	return err
}
