package bridge

import (
	"context"
	"strconv"
	"time"

	"github.com/nodeline/nodeline/schema"
)

// deliverOutcome stores what an ask's host has to hear, in the transaction that
// ended the ask.
func (b *Bridge) deliverOutcome(tx Tx, a AskRecord, at time.Time) error {
	shown := askOf(a, nil, a.Lang)
	rec := DeliveryRecord{Way: WayHost, Delivery: schema.Delivery{Kind: schema.DeliverAskOutcome, Line: a.Line,
		Host: a.Reply.Host, Node: a.Reply.Node, Ask: &shown, Context: a.Context, At: at}}
	wake := func() { b.wake.Deliveries(a.Line, a.Reply.Host) }
	if a.Reply.URL != "" {
		rec.Way, rec.URL, rec.Mode = WayURL, a.Reply.URL, a.Reply.Mode
		wake = b.wake.Replies
	}
	if _, err := tx.InsertDelivery(rec); err != nil {
		return err
	}
	tx.AfterCommit(wake)
	return nil
}

// shownReply is a reply as results show it: who has the URL could answer in the
// sidecar's place, so only where it leads is told.
func shownReply(r *schema.Reply) *schema.Reply {
	if r == nil || r.URL == "" {
		return r
	}
	shown := *r
	shown.URL = shownURL(r.URL)
	return &shown
}

func shownURL(url string) string {
	if url == "" {
		return ""
	}
	return TargetOf(url) + "/..."
}

// checkReply refuses a reply URL that nothing would be sent to, before the
// customer is asked.
func (b *Bridge) checkReply(r *schema.Reply, lang schema.Lang) error {
	if r == nil {
		return nil
	}
	label := schema.Text{En: "Reply URL", Ru: "Адрес ответа"}
	if r.URL == "" {
		if r.Mode == "" {
			return nil
		}
		return invalidField("reply.url", schema.Text{En: "fill it in, or leave out which answer counts.",
			Ru: "укажите его или уберите поле «Какой ответ засчитать»."}, "required", label, lang)
	}
	return b.checkURL("reply.url", label, r.URL, lang)
}

// DeliveryList implements API. The deliveries of a line that was removed can
// still be read: its asks ended, and the host has to hear it.
func (b *Bridge) DeliveryList(ctx context.Context, c Caller, r schema.DeliveryListRequest) (schema.DeliveryListResult, error) {
	count := pageSize(r.Count)
	f := DeliveryFilter{Line: r.Line, Host: r.Host, Node: r.Node, Webhook: r.Webhook, Dead: r.State == schema.DeliveryDead, Count: count + 1}
	if r.After != "" {
		after, err := strconv.ParseInt(r.After, 10, 64)
		if err != nil || after < 1 {
			return schema.DeliveryListResult{}, invalidField("after", schema.Text{En: "pass the next of the page before, unchanged.",
				Ru: "передайте next предыдущей страницы без изменений."}, "page", schema.Text{En: "Page", Ru: "Страница"}, c.Lang)
		}
		f.After = after
	}
	var list []DeliveryRecord
	err := b.store.Read(ctx, func(v View) (err error) {
		list, err = v.Deliveries(f)
		return err
	})
	if err != nil {
		return schema.DeliveryListResult{}, b.fail("list deliveries", c.Lang, err)
	}
	if len(list) == 0 {
		if _, err := b.owner(r.Line, c.Lang); err != nil {
			return schema.DeliveryListResult{}, err
		}
	}
	out := schema.DeliveryListResult{Deliveries: []schema.Delivery{}}
	if len(list) > count {
		list = list[:count]
		out.Next = strconv.FormatInt(list[count-1].Seq, 10)
	}
	for _, rec := range list {
		out.Deliveries = append(out.Deliveries, listed(rec, c.Lang))
	}
	return out, nil
}

// listed is a delivery as a list shows it.
func listed(rec DeliveryRecord, lang schema.Lang) schema.Delivery {
	d := rec.Delivery
	d.Attempt = max(d.Attempt, 1)
	d.Stored = &schema.StoredDelivery{State: schema.DeliveryOpen, Webhook: rec.Webhook, To: shownURL(rec.URL), Reason: rec.Why.In(lang, rec.Status), HTTPStatus: rec.Status,
		TriedAt: at(rec.Tried), NextTryAt: at(rec.NextTry), DeadAt: at(rec.Dead)}
	if !rec.Dead.IsZero() {
		d.Stored.State, d.Stored.NextTryAt = schema.DeliveryDead, nil
	}
	if d.Event != nil {
		e := Translate(*d.Event, lang)
		d.Event = &e
	}
	return d
}

// at is a moment for the wire, nil where there was none.
func at(t time.Time) *schema.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// DeliveryAck implements API; of a line that was removed too.
func (b *Bridge) DeliveryAck(ctx context.Context, c Caller, r schema.DeliveryAckRequest) (schema.DeliveryAckResult, error) {
	var out schema.DeliveryAckResult
	err := b.store.Write(ctx, func(tx Tx) (err error) {
		out.Acked, err = tx.Acknowledge(r.Line, r.Host, r.IDs)
		tx.AfterCommit(func() { b.wake.Deliveries(r.Line, r.Host) })
		return err
	})
	if err != nil {
		return schema.DeliveryAckResult{}, b.fail("acknowledge deliveries", c.Lang, err)
	}
	return out, nil
}

// DeliveryReplay implements API; of a line that was removed too.
func (b *Bridge) DeliveryReplay(ctx context.Context, c Caller, r schema.DeliveryReplayRequest) (schema.DeliveryReplayResult, error) {
	if r.All == (len(r.IDs) > 0) {
		return schema.DeliveryReplayResult{}, invalidField("ids", schema.Text{En: "name some, or say all, not both.",
			Ru: "перечислите их или укажите «Все», но не то и другое вместе."}, "required", schema.Text{En: "Deliveries", Ru: "Доставки"}, c.Lang)
	}
	var out schema.DeliveryReplayResult
	err := b.store.Write(ctx, func(tx Tx) (err error) {
		out.Replayed, err = b.replay(tx, r)
		return err
	})
	if err != nil {
		return schema.DeliveryReplayResult{}, b.fail("replay deliveries", c.Lang, err)
	}
	if out.Replayed == 0 {
		if _, err := b.owner(r.Line, c.Lang); err != nil {
			return schema.DeliveryReplayResult{}, err
		}
	}
	return out, nil
}

// replay opens dead deliveries. The outcomes of a webhook's host are its own.
func (b *Bridge) replay(tx Tx, r schema.DeliveryReplayRequest) (int, error) {
	filters := []DeliveryFilter{{Line: r.Line, Host: r.Host, Webhook: r.Webhook}}
	if r.Webhook != "" && r.Host == "" {
		w, ok, err := tx.Webhook(r.Webhook)
		if err != nil {
			return 0, err
		}
		if ok && w.Line == r.Line && w.Host != "" {
			filters = append(filters, DeliveryFilter{Line: r.Line, Host: w.Host, Way: WayHost})
		}
	}
	total := 0
	for _, f := range filters {
		n, err := tx.Replay(f, r.IDs, b.now())
		if err != nil {
			return 0, err
		}
		total += n
	}
	if total > 0 {
		tx.AfterCommit(func() { b.wake.Replayed(r.Line) })
	}
	return total, nil
}

// DeliveryCounts are of all lines and hosts.
type DeliveryCounts struct {
	Open, Dead        int
	Webhooks, Failing int // Failing: the last try did not succeed
}

// DeliveryCounts says how all deliveries stand.
func (b *Bridge) DeliveryCounts(ctx context.Context) (n DeliveryCounts, err error) {
	err = b.store.Read(ctx, func(v View) error {
		n = DeliveryCounts{}
		list, err := v.Webhooks("")
		if err != nil {
			return err
		}
		for _, w := range list {
			n.Webhooks++
			if w.Failures > 0 {
				n.Failing++
			}
		}
		if n.Open, err = v.OpenDeliveries("", ""); err != nil {
			return err
		}
		n.Dead, err = v.DeadDeliveries()
		return err
	})
	return n, err
}
