package store

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

const deliveryColumns = `seq, id, line, host, node, kind, attempt, at, body, context,
	way, webhook, url, mode, opened, next_try, tried, dead, reason, status`

func scanDelivery(r scanner) (rec bridge.DeliveryRecord, err error) {
	var (
		at, opened, next int64
		tried, dead      sql.NullInt64
		webhook, url     sql.NullString
		body             string
		context          []byte
		d                = &rec.Delivery
	)
	err = r.Scan(&rec.Seq, &d.ID, &d.Line, &d.Host, &d.Node, &d.Kind, &d.Attempt, &at, &body, &context,
		&rec.Way, &webhook, &url, &rec.Mode, &opened, &next, &tried, &dead, &rec.Why, &rec.Status)
	if err != nil {
		return rec, err
	}
	d.At, d.Context = moment(at), json.RawMessage(context)
	rec.Webhook, rec.URL = schema.WebhookID(webhook.String), url.String
	rec.Opened, rec.NextTry, rec.Tried, rec.Dead = moment(opened), maybe(sql.NullInt64{Int64: next, Valid: next != 0}), maybe(tried), maybe(dead)
	if d.Kind == schema.DeliverEvent {
		d.Event = new(schema.Event)
		return rec, parse("delivery", body, d.Event)
	}
	d.Ask = new(schema.Ask)
	return rec, parse("delivery", body, d.Ask)
}

// openOnly and deadOnly are the terms of the partial indexes.
const (
	openOnly = "acked is null and dead is null"
	deadOnly = "acked is null and dead is not null"
)

// where turns a filter into terms and their values. The terms follow the filter,
// so that SQLite finds the index of each.
func where(f bridge.DeliveryFilter) (terms string, args []any) {
	terms = "line = ? and " + openOnly
	if f.Dead {
		terms = "line = ? and " + deadOnly
	}
	args = []any{f.Line}
	add := func(term string, value any, given bool) {
		if given {
			terms += " and " + term
			args = append(args, value)
		}
	}
	add("host = ?", f.Host, f.Host != "")
	add("node = ?", f.Node, f.Node != "")
	add("webhook = ?", f.Webhook, f.Webhook != "")
	add("way = ?", f.Way, f.Way != "")
	add("seq > ?", f.After, f.After != 0)
	return terms, args
}

func (v *view) Deliveries(f bridge.DeliveryFilter) ([]bridge.DeliveryRecord, error) {
	terms, args := where(f)
	return all(v, "list deliveries", scanDelivery, "select "+deliveryColumns+" from delivery where "+terms+" order by seq limit ?", append(args, f.Count)...)
}

func (v *view) OpenDeliveries(line schema.LineID, host schema.HostID) (int, error) {
	n, err := v.number("count deliveries",
		"select count(*) from delivery where "+openOnly+" and (?1 = '' or line = ?1) and (?2 = '' or host = ?2)", line, host)
	return int(n), err
}

func (v *view) DeadDeliveries() (int, error) {
	n, err := v.number("count dead deliveries", "select count(*) from delivery indexed by delivery_died where "+deadOnly)
	return int(n), err
}

func (v *view) Unacknowledged(line schema.LineID, host schema.HostID, after, upTo int64) (count int, first int64, err error) {
	_, _, err = one(v, "count unacknowledged", func(r scanner) (struct{}, error) { return struct{}{}, r.Scan(&count, &first) },
		"select count(*), coalesce(min(seq), 0) from delivery where line = ? and host = ? and seq > ? and seq <= ? and way = 'host' and "+openOnly,
		line, host, after, upTo)
	return count, first, err
}

// ReplyTargets steps from target to target through the index: there are few of
// them, and there may be many deliveries.
func (v *view) ReplyTargets() ([]bridge.ReplyTarget, error) {
	const open = openOnly + " and way = 'url'"
	return all(v, "list reply targets", func(r scanner) (t bridge.ReplyTarget, err error) {
		var due int64
		err = r.Scan(&t.Target, &due)
		t.Due = moment(due)
		return t, err
	}, `with recursive place(target) as (
			select min(target) from delivery indexed by delivery_reply where `+open+`
			union all
			select (select min(target) from delivery indexed by delivery_reply where `+open+` and target > place.target) from place where place.target is not null)
		select target, (select min(next_try) from delivery indexed by delivery_reply where `+open+` and target = place.target) from place where target is not null`)
}

func (v *view) DueReplies(target string, now, far time.Time, count int) ([]bridge.DeliveryRecord, error) {
	due, err := all(v, "list due replies", scanDelivery, "select "+deliveryColumns+` from delivery indexed by delivery_reply
		where target = ? and next_try <= ? and way = 'url' and `+openOnly+" order by next_try, seq limit ?", target, now.UnixMilli(), count)
	if err != nil || len(due) == count {
		return due, err
	}
	late, err := all(v, "list far replies", scanDelivery, "select "+deliveryColumns+` from delivery indexed by delivery_reply
		where target = ? and next_try > ? and way = 'url' and `+openOnly+" order by next_try, seq limit ?", target, far.UnixMilli(), count-len(due))
	return append(due, late...), err
}

func (t *tx) InsertDelivery(rec bridge.DeliveryRecord) (bridge.DeliveryRecord, error) {
	d := &rec.Delivery
	if d.ID == "" {
		d.ID = schema.DeliveryID(newID("dlv_"))
	}
	if rec.Way == "" {
		rec.Way = bridge.WayHost
	}
	if rec.Opened.IsZero() {
		rec.Opened = d.At
	}
	var subject any = d.Ask
	if d.Kind == schema.DeliverEvent {
		subject = d.Event
	}
	body, err := text("delivery", subject)
	if err != nil {
		return rec, err
	}
	rec.Seq, err = t.number("insert delivery", `insert into delivery (id, line, host, node, kind, attempt, at, body, context,
		way, webhook, url, target, mode, opened, next_try, tried, dead, reason, status)
		values (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) returning seq`,
		d.ID, d.Line, d.Host, d.Node, d.Kind, d.Attempt, d.At.UnixMilli(), body, []byte(d.Context),
		rec.Way, blank(string(rec.Webhook)), blank(rec.URL), blank(bridge.TargetOf(rec.URL)), rec.Mode,
		rec.Opened.UnixMilli(), millis(rec.NextTry), orNull(rec.Tried), orNull(rec.Dead), rec.Why, rec.Status)
	return rec, err
}

func (t *tx) UpdateDelivery(rec bridge.DeliveryRecord) error {
	_, err := t.exec("update delivery", `update delivery set attempt = max(attempt, ?), next_try = ?, tried = ?, dead = ?, reason = ?, status = ?
		where id = ? and acked is null`,
		rec.Delivery.Attempt, millis(rec.NextTry), orNull(rec.Tried), orNull(rec.Dead), rec.Why, rec.Status, rec.Delivery.ID)
	return err
}

func (t *tx) Delivered(id schema.DeliveryID) error {
	_, err := t.exec("end delivery", "update delivery set acked = ?, dead = null where id = ? and acked is null", time.Now().UnixMilli(), id)
	return err
}

func (t *tx) Acknowledge(line schema.LineID, host schema.HostID, ids []schema.DeliveryID) (int, error) {
	now, acked := time.Now().UnixMilli(), 0
	for _, id := range ids {
		n, err := t.exec("acknowledge delivery",
			"update delivery set acked = ?, dead = null where id = ? and line = ? and host = ? and acked is null", now, id, line, host)
		if err != nil {
			return 0, err
		}
		acked += n
	}
	return acked, nil
}

func (t *tx) Attempted(id schema.DeliveryID, attempt int) error {
	_, err := t.exec("count attempt", "update delivery set attempt = max(attempt, ?) where id = ?", attempt, id)
	return err
}

func (t *tx) Replay(f bridge.DeliveryFilter, ids []schema.DeliveryID, now time.Time) (int, error) {
	f.Dead = true
	terms, args := where(f)
	if len(ids) > 0 {
		terms += " and id in (?" + strings.Repeat(",?", len(ids)-1) + ")"
		for _, id := range ids {
			args = append(args, id)
		}
	}
	n, err := t.exec("replay deliveries", "update delivery set dead = null, opened = ?, next_try = 0 where "+terms+`
		and (webhook is null or exists (select 1 from webhook where webhook.id = delivery.webhook))`, append([]any{now.UnixMilli()}, args...)...)
	if err != nil {
		return 0, fmt.Errorf("replay: %w", err)
	}
	return n, nil
}

// expire has what no host fetched since a moment become dead, and what was put
// aside for a webhook that is paused: its line may be gone, and nobody can resume it.
func (t *tx) expire(before time.Time, count int) (int, error) {
	return t.exec("expire deliveries", `update delivery set dead = ?, reason = ? where seq in (
		select seq from delivery indexed by delivery_open where `+openOnly+" and way <> 'url' and opened < ? limit ?)", time.Now().UnixMilli(), bridge.WhyNeverCame, before.UnixMilli(), count)
}
