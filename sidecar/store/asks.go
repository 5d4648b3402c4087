package store

import (
	"database/sql"
	"encoding/json"
	"errors"
	"reflect"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

const askColumns = `line, id, wa_id, chat_phone, chat_lid, chat_jid, buttons, state, lang, created, deadline, host, node, context, outcome, asked, reminders, reply_url, reply_mode, persons, terms, misses, item, asked_phone, behind`

func scanAsk(r scanner) (a bridge.AskRecord, err error) {
	var (
		buttons, node     string
		mode              schema.ReplyMode
		host, outcome     sql.NullString
		url               sql.NullString
		created, deadline int64
		asked             sql.NullInt64
		reminders         sql.NullString
		persons, terms    sql.NullString
		item              sql.NullString
		phone, behind     sql.NullString
		chat              address
		context           []byte
	)
	err = r.Scan(&a.Line, &a.ID, &a.MessageID, &chat.phone, &chat.lid, &chat.jid, &buttons, &a.State, &a.Lang,
		&created, &deadline, &host, &node, &context, &outcome, &asked, &reminders, &url, &mode, &persons, &terms, &a.Misses, &item, &phone, &behind)
	if err != nil {
		return a, err
	}
	a.Chat, a.Created, a.Deadline, a.Context = chat.value(), moment(created), moment(deadline), json.RawMessage(context)
	a.Item, a.Phone, a.Behind = item.String, phone.String, schema.Key(behind.String)
	if asked.Valid {
		a.Asked = moment(asked.Int64)
	}
	if host.Valid {
		a.Reply = &schema.Reply{Host: schema.HostID(host.String), Node: node, URL: url.String, Mode: mode}
	}
	err = parse("buttons", buttons, &a.Buttons)
	if outcome.Valid {
		a.Outcome = new(schema.Outcome)
		err = errors.Join(err, parse("outcome", outcome.String, a.Outcome))
	}
	if persons.Valid {
		err = errors.Join(err, parse("persons", persons.String, &a.Persons))
	}
	if terms.Valid {
		err = errors.Join(err, parse("terms", terms.String, &a.Terms))
	}
	if reminders.Valid {
		var list []reminder
		err = errors.Join(err, parse("reminders", reminders.String, &list))
		for _, r := range list {
			a.Reminders = append(a.Reminders, bridge.ReminderRecord{Due: moment(r.Due), Text: r.Text, State: r.State})
		}
	}
	return a, err
}

// reminder is one reminder in the column of that name.
type reminder struct {
	Due   int64                `json:"due"`
	Text  string               `json:"text"`
	State schema.ReminderState `json:"state"`
}

// remindersOf gives the columns reminders and remind_at, NULL where there is nothing.
func remindersOf(a bridge.AskRecord) (list, next any, err error) {
	if len(a.Reminders) == 0 {
		return nil, nil, nil
	}
	var rows []reminder
	for _, r := range a.Reminders {
		rows = append(rows, reminder{r.Due.UnixMilli(), r.Text, r.State})
	}
	if at, ok := a.NextReminder(); ok {
		next = at.UnixMilli()
	}
	list, err = text("reminders", rows)
	return list, next, err
}

// withMessages reads the messages of each ask.
func (v *view) withMessages(asks []bridge.AskRecord, err error) ([]bridge.AskRecord, error) {
	for i := range asks {
		if err != nil {
			break
		}
		a := &asks[i]
		a.Message, _, err = v.Message(a.Line, a.ID)
		for place := range a.Reminders {
			if r := &a.Reminders[place]; err == nil && r.State == schema.ReminderQueued {
				r.Message, _, err = v.Message(a.Line, bridge.ReminderKey(a.ID, place+1))
			}
		}
	}
	return asks, err
}

func (v *view) oneAsk(what, where string, args ...any) (bridge.AskRecord, bool, error) {
	list, err := v.withMessages(all(v, what, scanAsk, "select "+askColumns+" from ask "+where, args...))
	if err != nil || len(list) == 0 {
		return bridge.AskRecord{}, false, err
	}
	return list[0], true, nil
}

func (v *view) Ask(line schema.LineID, id schema.Key) (bridge.AskRecord, bool, error) {
	return v.oneAsk("read ask", "where line = ? and id = ?", line, id)
}

func (v *view) AskByMessage(line schema.LineID, id schema.MessageID) (bridge.AskRecord, bool, error) {
	return v.oneAsk("find ask", "indexed by ask_wa_id where line = ? and wa_id = ?", line, id)
}

func (v *view) OpenAsks(line schema.LineID, chat schema.Address) ([]bridge.AskRecord, error) {
	return v.withMessages(all(v, "list open asks", scanAsk, "select "+askColumns+` from ask
		where line = ?1 and seq in (
			select seq from ask indexed by ask_by_phone where line = ?1 and chat_phone = ?2 and open = 1 union
			select seq from ask indexed by ask_by_lid where line = ?1 and chat_lid = ?3 and open = 1 union
			select seq from ask indexed by ask_by_jid where line = ?1 and chat_jid = ?4 and open = 1)
		order by seq desc`, line, blank(chat.Phone), blank(chat.LID), blank(chat.JID)))
}

func (v *view) OpenAsksTo(line schema.LineID, chat schema.Address, phone string) ([]bridge.AskRecord, error) {
	return v.withMessages(all(v, "list open asks to chat", scanAsk, "select "+askColumns+` from ask
		where line = ?1 and seq in (
			select seq from ask indexed by ask_by_phone where line = ?1 and chat_phone = ?2 and open = 1 union
			select seq from ask indexed by ask_by_lid where line = ?1 and chat_lid = ?3 and open = 1 union
			select seq from ask indexed by ask_by_jid where line = ?1 and chat_jid = ?4 and open = 1 union
			select seq from ask indexed by ask_by_asked where line = ?1 and asked_phone = ?5 and open = 1 and chat_jid is null)
		order by seq desc`, line, blank(chat.Phone), blank(chat.LID), blank(chat.JID), blank(phone)))
}

func (v *view) AsksBehind(line schema.LineID, ask schema.Key) ([]bridge.AskRecord, error) {
	return v.withMessages(all(v, "list asks behind", scanAsk, "select "+askColumns+` from ask indexed by ask_behind
		where line = ? and behind = ? and open = 1 order by seq`, line, ask))
}

func (v *view) LastAsk(line schema.LineID, chat schema.Address) (bridge.AskRecord, bool, error) {
	return v.oneAsk("find last ask", `where line = ?1 and seq = (select max(seq) from (
		select max(seq) as seq from ask where line = ?1 and chat_phone = ?2 and open in (0, 1) union all
		select max(seq) from ask where line = ?1 and chat_lid = ?3 and open in (0, 1) union all
		select max(seq) from ask where line = ?1 and chat_jid = ?4 and open in (0, 1)))`,
		line, blank(chat.Phone), blank(chat.LID), blank(chat.JID))
}

func (v *view) Asks(line schema.LineID, f bridge.AskFilter) ([]bridge.AskRecord, error) {
	phones, err := text("phones", f.Phones)
	if err != nil {
		return nil, err
	}
	return v.withMessages(all(v, "list asks", scanAsk, "select "+askColumns+` from ask
		where line = ?1 and (?2 = '' or state = ?2) and (?3 = '' or node = ?3) and (?4 = 0 or seq < ?4)
		and (?6 = '' or item = ?6)
		and (?7 or chat_phone in (select value from json_each(?8)) or asked_phone in (select value from json_each(?8)) or chat_lid = ?9 or chat_jid = ?10)
		order by seq desc limit ?5`, line, f.State, f.Node, f.Before, f.Count, f.Item,
		len(f.Phones) == 0 && f.Chat == (schema.Address{}), phones, blank(f.Chat.LID), blank(f.Chat.JID)))
}

func (v *view) OpenAsksAbout(line schema.LineID, item string) ([]bridge.AskRecord, error) {
	return v.withMessages(all(v, "list open asks of item", scanAsk, "select "+askColumns+` from ask indexed by ask_by_item
		where line = ? and item = ? and open = 1 order by seq`, line, item))
}

func (v *view) Due(line schema.LineID, now, heard time.Time, count int) ([]schema.Key, error) {
	return all(v, "list due asks", func(r scanner) (id schema.Key, err error) { return id, r.Scan(&id) },
		`select id from ask indexed by ask_open_by_deadline where line = ?1 and open = 1 and behind is null and deadline <= ?2
		and (deadline <= ?3 or state <> 'waiting') order by deadline limit ?4`, line, now.UnixMilli(), heard.UnixMilli(), count)
}

func (v *view) NextDeadline(line schema.LineID, after time.Time) (time.Time, bool, error) {
	return v.moment("find next deadline", `select deadline from ask indexed by ask_open_by_deadline
		where line = ? and open = 1 and behind is null and deadline > ? order by deadline limit 1`, line, after.UnixMilli())
}

func (v *view) DueReminders(line schema.LineID, now time.Time, count int) ([]schema.Key, error) {
	return all(v, "list due reminders", func(r scanner) (id schema.Key, err error) { return id, r.Scan(&id) },
		"select id from ask indexed by ask_by_reminder where line = ? and remind_at <= ? order by remind_at limit ?", line, now.UnixMilli(), count)
}

func (v *view) NextReminder(line schema.LineID, after time.Time) (time.Time, bool, error) {
	return v.moment("find next reminder", "select remind_at from ask indexed by ask_by_reminder where line = ? and remind_at > ? order by remind_at limit 1",
		line, after.UnixMilli())
}

// moment reads one time of one row.
func (v *view) moment(what, query string, args ...any) (time.Time, bool, error) {
	at, ok, err := one(v, what, func(r scanner) (at int64, err error) { return at, r.Scan(&at) }, query, args...)
	if !ok {
		return time.Time{}, false, err
	}
	return moment(at), true, err
}

func (t *tx) InsertAsk(a bridge.AskRecord) error {
	buttons, err := text("buttons", a.Buttons)
	if err != nil {
		return err
	}
	var (
		host  any
		reply schema.Reply
	)
	if a.Reply != nil {
		host, reply = string(a.Reply.Host), *a.Reply
	}
	outcome, err := outcomeText(a)
	if err != nil {
		return err
	}
	reminders, next, err := remindersOf(a)
	if err != nil {
		return err
	}
	persons, err := textOrNull("persons", a.Persons, len(a.Persons) == 0)
	if err != nil {
		return err
	}
	terms, err := textOrNull("terms", a.Terms, reflect.ValueOf(a.Terms).IsZero())
	if err != nil {
		return err
	}
	_, err = t.exec("insert ask", "insert into ask (seq, open, remind_at, "+askColumns+`)
		select seq, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? from outbox where line = ? and key = ?`,
		!a.State.Final(), next, a.Line, a.ID, a.MessageID, blank(a.Chat.Phone), blank(a.Chat.LID), blank(a.Chat.JID), buttons, a.State, a.Lang,
		a.Created.UnixMilli(), a.Deadline.UnixMilli(), host, reply.Node, []byte(a.Context), outcome, orNull(a.Asked), reminders,
		blank(reply.URL), reply.Mode, persons, terms, a.Misses, blank(a.Item), blank(a.Phone), blank(string(a.Behind)), a.Line, a.ID)
	return err
}

// UpdateAsk writes what can change: the message's id, the chat as it becomes known,
// when it was asked, its turn and deadline, its reminders and misses, the state and the outcome.
func (t *tx) UpdateAsk(a bridge.AskRecord) error {
	outcome, err := outcomeText(a)
	if err != nil {
		return err
	}
	reminders, next, err := remindersOf(a)
	if err != nil {
		return err
	}
	_, err = t.exec("update ask", `update ask set wa_id = ?, chat_phone = ?, chat_lid = ?, chat_jid = ?, state = ?, open = ?, outcome = ?, asked = ?,
		reminders = ?, remind_at = ?, misses = ?, deadline = ?, behind = ? where line = ? and id = ?`,
		a.MessageID, blank(a.Chat.Phone), blank(a.Chat.LID), blank(a.Chat.JID), a.State, !a.State.Final(), outcome, orNull(a.Asked), reminders, next, a.Misses,
		a.Deadline.UnixMilli(), blank(string(a.Behind)), a.Line, a.ID)
	return err
}

func outcomeText(a bridge.AskRecord) (any, error) {
	return textOrNull("outcome", a.Outcome, a.Outcome == nil)
}

// textOrNull writes a value as text, or NULL where there is nothing to write.
func textOrNull(what string, value any, nothing bool) (any, error) {
	if nothing {
		return nil, nil
	}
	return text(what, value)
}
