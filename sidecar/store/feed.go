package store

import (
	"errors"
	"fmt"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

func scanEvent(r scanner) (e schema.Event, err error) {
	var (
		cursor, at int64
		body       string
	)
	if err := r.Scan(&cursor, &at, &body); err != nil {
		return e, err
	}
	err = parse("event", body, &e)
	e.Cursor, e.At = cursor, moment(at)
	return e, err
}

func (v *view) Events(line schema.LineID, after int64, count int) ([]schema.Event, error) {
	v.shown = true
	return all(v, "list events", scanEvent, "select seq, at, body from event where line = ? and seq > ? order by seq limit ?", line, after, count)
}

func (v *view) EventOf(line schema.LineID, id schema.MessageID) (e schema.Event, payload []byte, ok bool, err error) {
	e, ok, err = one(v, "find event of message", func(r scanner) (e schema.Event, err error) {
		var (
			cursor, at int64
			body       string
		)
		if err := r.Scan(&cursor, &at, &body, &payload); err != nil {
			return e, err
		}
		err = parse("event", body, &e)
		e.Cursor, e.At = cursor, moment(at)
		return e, err
	}, "select seq, at, body, payload from event indexed by event_message where line = ? and message = ? and message is not null order by seq desc limit 1", line, id)
	return e, payload, ok, err
}

func (t *tx) PutPayload(line schema.LineID, cursor int64, payload []byte) error {
	_, err := t.exec("put payload", "update event set payload = ? where line = ? and seq = ?", payload, line, cursor)
	return err
}

func (v *view) NextEvent(line schema.LineID, after int64, kinds []schema.EventKind) (schema.Event, bool, error) {
	v.shown = true
	return one(v, "find next event", scanEvent, "select seq, at, body from event where line = ? and seq > ? and instr(?, ',' || kind || ',') > 0 order by seq limit 1",
		line, after, between(kinds))
}

func (v *view) Cursor(line schema.LineID) (int64, error) {
	v.shown = true
	return v.number("read cursor", "select event_seq from line where id = ?", line)
}

func (t *tx) AppendEvent(e schema.Event) (schema.Event, error) {
	var err error
	if e.Cursor, err = t.nextEvent(e.Line); err != nil {
		return e, err
	}
	e.ID = schema.EventID(newID("evt_"))
	body, err := text("event", e)
	if err != nil {
		return e, err
	}
	var message any
	if e.Kind == schema.EventMessage && e.Message != nil {
		message = e.Message.ID
	}
	_, err = t.exec("append event", "insert into event (line, seq, id, kind, at, body, message) values (?,?,?,?,?,?,?)",
		e.Line, e.Cursor, e.ID, e.Kind, e.At.UnixMilli(), body, message)
	return e, err
}

func (t *tx) Seen(line schema.LineID, chat, sender string, id schema.MessageID, at time.Time) (bool, error) {
	n, err := t.exec("remember message",
		"insert into message_seen (line, chat, sender, id, at) values (?,?,?,?,?) on conflict do nothing", line, chat, sender, id, at.UnixMilli())
	return n == 1, err
}

func scanContact(r scanner) (rec bridge.ContactRecord, err error) {
	var (
		at   int64
		addr address
	)
	err = r.Scan(&rec.Line, &rec.Contact.Asked, &rec.Contact.Exists, &addr.phone, &addr.lid, &addr.jid, &at)
	rec.Contact.Address, rec.At = addr.value(), moment(at)
	return rec, err
}

func (v *view) Contact(line schema.LineID, phone string) (bridge.ContactRecord, bool, error) {
	return one(v, "read contact", scanContact, "select line, asked, found, phone, lid, jid, at from contact where line = ? and asked = ?", line, phone)
}

func (t *tx) PutContact(rec bridge.ContactRecord) error {
	c := rec.Contact
	_, err := t.exec("put contact", `insert into contact (line, asked, found, phone, lid, jid, at) values (?,?,?,?,?,?,?)
		on conflict (line, asked) do update set found = excluded.found, phone = excluded.phone, lid = excluded.lid, jid = excluded.jid, at = excluded.at`,
		rec.Line, c.Asked, c.Exists, blank(c.Address.Phone), blank(c.Address.LID), blank(c.Address.JID), rec.At.UnixMilli())
	return err
}

func (t *tx) Learn(line schema.LineID, a schema.Address) error {
	if a.Phone == "" || a.LID == "" {
		return nil
	}
	// That somebody is still there is written once a day, not at every message.
	_, err := t.exec("learn person", `insert into person (line, lid, phone, at) values (?,?,?,?)
		on conflict (line, lid) do update set phone = excluded.phone, at = excluded.at where phone <> excluded.phone or at < excluded.at - 86400000`,
		line, a.LID, a.Phone, time.Now().UnixMilli())
	return err
}

func (v *view) Complete(line schema.LineID, a schema.Address) (schema.Address, error) {
	word := func(r scanner) (s string, err error) { return s, r.Scan(&s) }
	var phone, lid string
	var err1, err2 error
	if a.Phone == "" && a.LID != "" {
		phone, _, err1 = one(v, "complete address", word, "select phone from person where line = ? and lid = ?", line, a.LID)
		a.Phone = phone
	} else if a.LID == "" && a.Phone != "" {
		lid, _, err2 = one(v, "complete address", word, "select lid from person where line = ? and phone = ? order by at desc, lid limit 1", line, a.Phone)
		a.LID = lid
	}
	if err := errors.Join(err1, err2); err != nil {
		return a, fmt.Errorf("complete address: %w", err)
	}
	return a, nil
}
