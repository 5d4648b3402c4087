package store

import (
	"database/sql"
	"errors"
	"strings"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

const webhookColumns = `id, line, name, url, host, events, secrets, lang, enabled, created, cursor, gone,
	head, attempt, failures, next_try, reason, status, tried, succeeded, filter`

func scanWebhook(r scanner) (w bridge.WebhookRecord, err error) {
	var (
		events, secrets        string
		created, next          int64
		gone, tried, succeeded sql.NullInt64
		filter                 sql.NullString
	)
	err = r.Scan(&w.ID, &w.Line, &w.Name, &w.URL, &w.Host, &events, &secrets, &w.Lang, &w.Enabled, &created, &w.Cursor, &gone,
		&w.Head, &w.Attempt, &w.Failures, &next, &w.Why, &w.Status, &tried, &succeeded, &filter)
	if err != nil {
		return w, err
	}
	for _, kind := range strings.FieldsFunc(events, func(r rune) bool { return r == ',' }) {
		w.Events = append(w.Events, schema.EventKind(kind))
	}
	if gone.Valid {
		w.Gone = &gone.Int64
	}
	w.Created, w.Tried, w.Succeeded = moment(created), maybe(tried), maybe(succeeded)
	w.NextTry = maybe(sql.NullInt64{Int64: next, Valid: next != 0})
	if filter.Valid {
		w.Filter = new(schema.EventFilter)
		err = parse("filter", filter.String, w.Filter)
	}
	return w, errors.Join(err, parse("secrets", secrets, &w.Secrets))
}

func (v *view) Webhook(id schema.WebhookID) (bridge.WebhookRecord, bool, error) {
	return one(v, "read webhook", scanWebhook, "select "+webhookColumns+" from webhook where id = ?", id)
}

func (v *view) Webhooks(line schema.LineID) ([]bridge.WebhookRecord, error) {
	if line == "" {
		return all(v, "list webhooks", scanWebhook, "select "+webhookColumns+" from webhook order by created, id")
	}
	return all(v, "list webhooks", scanWebhook, "select "+webhookColumns+" from webhook where line = ? and gone is null order by created, id", line)
}

func (v *view) NextDelivery(w bridge.WebhookRecord) (bridge.DeliveryRecord, bool, error) {
	own, ok, err := one(v, "find next event put aside", scanDelivery, "select "+deliveryColumns+` from delivery indexed by delivery_webhook
		where webhook = ? and webhook is not null and `+openOnly+" order by seq limit 1", w.ID)
	if err != nil || w.Host == "" {
		return own, ok, err
	}
	outcome, is, err := one(v, "find next outcome", scanDelivery, "select "+deliveryColumns+` from delivery indexed by delivery_open
		where line = ? and host = ? and seq <= ? and way = 'host' and `+openOnly+" order by seq limit 1", w.Line, w.Host, last(w))
	if is && (!ok || !outcome.Delivery.At.After(own.Delivery.At)) {
		return outcome, true, err
	}
	return own, ok, err
}

// last is the last delivery that a webhook gets of its host's.
func last(w bridge.WebhookRecord) int64 {
	if w.Gone != nil {
		return *w.Gone
	}
	return 1<<63 - 1
}

func (v *view) WebhookCounts(w bridge.WebhookRecord, most int) (waiting, dead int, err error) {
	n, err1 := v.number("count waiting", `select count(*) from (
		select 1 from delivery indexed by delivery_webhook where webhook = ?1 and webhook is not null and `+openOnly+`
		union all select 1 from delivery indexed by delivery_open where ?2 <> '' and line = ?3 and host = ?2 and seq <= ?4 and way = 'host' and `+openOnly+`
		union all select 1 from event where line = ?3 and ?7 and seq > ?5 and instr(?6, ',' || kind || ',') > 0
		limit ?8)`, w.ID, w.Host, w.Line, last(w), w.Cursor, between(w.Events), w.Gone == nil && w.Filter == nil, most)
	if w.Filter != nil && n < int64(most) {
		wanted, err := v.countPicked(w, most-int(n))
		n, err1 = n+int64(wanted), errors.Join(err1, err)
	}
	d, err2 := v.number("count dead", `select
		(select count(*) from delivery indexed by delivery_webhook where webhook = ?1 and webhook is not null and `+deadOnly+`) +
		(select count(*) from delivery indexed by delivery_dead where ?2 <> '' and line = ?3 and host = ?2 and way = 'host' and `+deadOnly+")",
		w.ID, w.Host, w.Line)
	return int(n), int(d), errors.Join(err1, err2)
}

// pickedLook is how many events are looked at to count those that a filter picks.
const pickedLook = 2000

// countPicked counts the events that a webhook with a filter still gets, up to most.
func (v *view) countPicked(w bridge.WebhookRecord, most int) (n int, err error) {
	if w.Gone != nil {
		return 0, nil
	}
	picks, after := w.Picks(), w.Cursor
	for range pickedLook {
		e, ok, err := v.NextEvent(w.Line, after, w.Events)
		if err != nil || !ok || n == most {
			return n, err
		}
		if after = e.Cursor; picks.Passes(e) {
			n++
		}
	}
	return n, nil
}

func (t *tx) InsertWebhook(w bridge.WebhookRecord) error {
	secrets, err := text("secrets", w.Secrets)
	if err != nil {
		return err
	}
	filter, err := textOrNull("filter", w.Filter, w.Filter == nil)
	if err != nil {
		return err
	}
	_, err = t.exec("insert webhook", "insert into webhook ("+webhookColumns+") values (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
		w.ID, w.Line, w.Name, w.URL, w.Host, listed(w.Events), secrets, w.Lang, w.Enabled, w.Created.UnixMilli(), w.Cursor, w.Gone,
		w.Head, w.Attempt, w.Failures, millis(w.NextTry), w.Why, w.Status, orNull(w.Tried), orNull(w.Succeeded), filter)
	return err
}

func (t *tx) UpdateWebhook(w bridge.WebhookRecord) error {
	secrets, err := text("secrets", w.Secrets)
	if err != nil {
		return err
	}
	filter, err := textOrNull("filter", w.Filter, w.Filter == nil)
	if err != nil {
		return err
	}
	_, err = t.exec("update webhook", `update webhook set name = ?, url = ?, events = ?, secrets = ?, enabled = ?, cursor = ?,
		head = ?, attempt = ?, failures = ?, next_try = ?, reason = ?, status = ?, tried = ?, succeeded = ?, filter = ? where id = ?`,
		w.Name, w.URL, listed(w.Events), secrets, w.Enabled, w.Cursor,
		w.Head, w.Attempt, w.Failures, millis(w.NextTry), w.Why, w.Status, orNull(w.Tried), orNull(w.Succeeded), filter, w.ID)
	return err
}

func (t *tx) DeleteWebhook(id schema.WebhookID) error {
	_, err := t.exec("delete webhook's events", "delete from delivery where webhook = ? and webhook is not null and acked is null", id)
	if err != nil {
		return err
	}
	_, err = t.exec("delete webhook", "delete from webhook where id = ?", id)
	return err
}

// orphan keeps what the webhooks of a line that goes still have to deliver: its
// events are about to be deleted. opened: from when the time until they are given up counts.
func (t *tx) orphan(line schema.LineID, opened time.Time) error {
	_, err := t.exec("keep events of webhooks", `insert into delivery (id, line, host, node, kind, attempt, at, body, context, way, webhook, opened)
		select e.id || '.' || w.id, e.line, '', '', 'event', case when w.head = e.id || '.' || w.id then w.attempt else 0 end, e.at,
			e.body, null, 'webhook', w.id, ?2
		from webhook w cross join event e on e.line = w.line and e.seq > w.cursor and instr(',' || w.events || ',', ',' || e.kind || ',') > 0
		where w.line = ?1 and w.gone is null order by e.seq`, line, opened.UnixMilli())
	if err != nil {
		return err
	}
	if err := t.dropUnpicked(line); err != nil {
		return err
	}
	_, err = t.exec("orphan webhooks", "update webhook set gone = (select coalesce(max(seq), 0) from delivery), cursor = 0 where line = ? and gone is null", line)
	return err
}

// dropUnpicked takes from what was kept of a line's events what their webhooks'
// filters do not pick.
func (t *tx) dropUnpicked(line schema.LineID) error {
	hooks, err := t.Webhooks(line)
	if err != nil {
		return err
	}
	for _, w := range hooks {
		if w.Filter == nil {
			continue
		}
		for after := w.Cursor; ; {
			e, ok, err := t.NextEvent(line, after, w.Events)
			if err != nil {
				return err
			}
			if !ok {
				break
			}
			if after = e.Cursor; w.Picks().Passes(e) {
				continue
			}
			if _, err := t.exec("drop event that is not picked", "delete from delivery where id = ? and webhook = ?", bridge.EventDelivery(w.ID, e).ID, w.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// listed joins kinds with commas, between puts one at each end too.
func listed(kinds []schema.EventKind) string {
	words := make([]string, len(kinds))
	for i, kind := range kinds {
		words[i] = string(kind)
	}
	return strings.Join(words, ",")
}

func between(kinds []schema.EventKind) string { return "," + listed(kinds) + "," }
