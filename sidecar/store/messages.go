package store

import (
	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

const messageColumns = `line, seq, key, hash, wa_id, ask, phones, chat_phone, chat_lid, chat_jid, content, payload,
	rendering, reason, status, status_at, code, server, settled, created`

func scanMessage(r scanner) (m bridge.MessageRecord, err error) {
	var (
		phones, content   string
		statusAt, created int64
		chat              address
	)
	err = r.Scan(&m.Line, &m.Seq, &m.Key, &m.Hash, &m.ID, &m.Ask, &phones, &chat.phone, &chat.lid, &chat.jid, &content, &m.Payload,
		&m.Rendering, &m.Reason, &m.Status, &statusAt, &m.Code, &m.Server, &m.Settled, &created)
	if err != nil {
		return m, err
	}
	m.Chat, m.StatusAt, m.Created = chat.value(), moment(statusAt), moment(created)
	if err := parse("phones", phones, &m.Phones); err != nil {
		return m, err
	}
	return m, parse("content", content, &m.Content)
}

func (v *view) Message(line schema.LineID, key schema.Key) (bridge.MessageRecord, bool, error) {
	return one(v, "read message", scanMessage, "select "+messageColumns+" from outbox where line = ? and key = ?", line, key)
}

func (v *view) MessageByID(line schema.LineID, id schema.MessageID) (bridge.MessageRecord, bool, error) {
	return one(v, "find message", scanMessage, "select "+messageColumns+" from outbox indexed by outbox_wa_id where line = ? and wa_id = ?", line, id)
}

func (v *view) Unsettled(line schema.LineID) ([]bridge.MessageRecord, error) {
	return all(v, "list unsettled messages", scanMessage,
		"select "+messageColumns+" from outbox indexed by outbox_unsettled where line = ? and settled = 0 order by seq", line)
}

func (t *tx) InsertMessage(m *bridge.MessageRecord) error {
	// Before the counter is raised, so that a repeat leaves no hole.
	n, err := t.number("find message", "select count(*) from outbox where line = ? and key = ?", m.Line, m.Key)
	if err == nil && n > 0 {
		err = bridge.ErrExists
	}
	if err != nil {
		return err
	}
	phones, err := text("phones", m.Phones)
	if err != nil {
		return err
	}
	content, err := text("content", m.Content)
	if err != nil {
		return err
	}
	if m.Seq, err = t.next(m.Line, "out_seq"); err != nil {
		return err
	}
	_, err = t.exec("insert message", "insert into outbox ("+messageColumns+") values (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
		m.Line, m.Seq, m.Key, m.Hash, m.ID, m.Ask, phones, blank(m.Chat.Phone), blank(m.Chat.LID), blank(m.Chat.JID), content, m.Payload,
		m.Rendering, m.Reason, m.Status, m.StatusAt.UnixMilli(), m.Code, m.Server, m.Settled, m.Created.UnixMilli())
	return err
}

// UpdateMessage leaves what never changes alone: key, hash, candidates, content.
// What changes once at most has a statement of its own, which finds nothing to do
// most times: SQLite would write its index anew for the same value.
func (t *tx) UpdateMessage(m bridge.MessageRecord) error {
	_, err := t.exec("update message", "update outbox set status = ?, status_at = ?, code = ?, server = ?, settled = ? where line = ? and seq = ?",
		m.Status, m.StatusAt.UnixMilli(), m.Code, m.Server, m.Settled, m.Line, m.Seq)
	if err != nil {
		return err
	}
	_, err = t.exec("address message", `update outbox set wa_id = ?1, chat_phone = ?2, chat_lid = ?3, chat_jid = ?4, payload = ?5,
		rendering = ?6, reason = ?7 where line = ?8 and seq = ?9 and (wa_id <> ?1 or chat_phone is not ?2 or chat_lid is not ?3
		or chat_jid is not ?4 or payload <> ?5 or rendering <> ?6 or reason <> ?7)`,
		m.ID, blank(m.Chat.Phone), blank(m.Chat.LID), blank(m.Chat.JID), m.Payload, m.Rendering, m.Reason, m.Line, m.Seq)
	return err
}
