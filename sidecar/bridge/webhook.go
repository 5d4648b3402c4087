package bridge

import (
	"context"
	"encoding/base32"
	"encoding/base64"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/nodeline/nodeline/schema"
)

const (
	webhooksMax    = 50   // of one line
	waitingMax     = 1000 // counted at most
	secretsMax     = 4    // that a webhook has at once, the newest included
	keepSecret     = 24 * time.Hour
	secretPrefix   = "whsec_" // as Standard Webhooks writes it
	secretBytes    = 32
	webhookIDBytes = 16
)

// checkURL refuses an address that nothing would be sent to.
func (b *Bridge) checkURL(field string, label schema.Text, raw string, lang schema.Lang) error {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
		return invalidField(field, schema.Text{En: "write a whole address, http:// or https://, without a password in it.",
			Ru: "укажите полный адрес, http:// или https://, без пароля внутри."}, "url", label, lang)
	}
	if why := b.courier.Refuses(raw); why != nil {
		e := schema.NewError(schema.CodeTargetRefused, lang, why)
		e.Field = field
		return e
	}
	return nil
}

func newSecret() Secret {
	return Secret{Text: secretPrefix + base64.StdEncoding.EncodeToString(random(secretBytes))}
}

// WebhookCreate implements API.
func (b *Bridge) WebhookCreate(ctx context.Context, c Caller, r schema.WebhookCreateRequest) (schema.WebhookSecretResult, error) {
	o, err := b.owner(r.Line, c.Lang)
	if err != nil {
		return schema.WebhookSecretResult{}, err
	}
	filter, err := plainFilter(o.line(), r.Filter, c.Lang)
	if err != nil {
		return schema.WebhookSecretResult{}, err
	}
	if len(r.Events) == 0 && r.Host == "" {
		return schema.WebhookSecretResult{}, invalidField("events", schema.Text{En: "choose some, or name a host whose outcomes it gets.",
			Ru: "выберите их или укажите систему, итоги которой он получает."}, "required", schema.Text{En: "Events", Ru: "События"}, c.Lang)
	}
	if err := b.checkURL("url", schema.Text{En: "URL", Ru: "Адрес"}, r.URL, c.Lang); err != nil {
		return schema.WebhookSecretResult{}, err
	}
	id := "whk_" + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(random(webhookIDBytes)))
	w := WebhookRecord{ID: schema.WebhookID(id), Line: r.Line, Name: r.Name, URL: r.URL, Host: r.Host, Events: distinct(r.Events), Filter: filter,
		Secrets: []Secret{newSecret()}, Lang: c.Lang, Enabled: true, Created: b.now()}
	full := false
	err = b.store.Write(ctx, func(tx Tx) error {
		list, err := tx.Webhooks(r.Line)
		if full = len(list) >= webhooksMax; err != nil || full {
			return err
		}
		if _, ok, err := tx.Line(r.Line); err != nil || !ok {
			return errors.Join(err, missing(ok))
		}
		if w.Cursor, err = tx.Cursor(r.Line); err != nil {
			return err
		}
		tx.AfterCommit(func() { b.wake.Webhook(w.ID) })
		return tx.InsertWebhook(w)
	})
	if err != nil {
		return schema.WebhookSecretResult{}, b.fail("create webhook", c.Lang, err)
	}
	if full {
		return schema.WebhookSecretResult{}, invalidField("line", schema.Text{En: "it has 50 webhooks already; remove one first.",
			Ru: "у неё уже 50 вебхуков; сначала удалите лишний."}, "max", schema.Text{En: "Line", Ru: "Линия"}, c.Lang)
	}
	b.log.Info("webhook created", "line", w.Line, "webhook", w.ID, "to", TargetOf(w.URL))
	return schema.WebhookSecretResult{Webhook: webhookOf(w, 0, 0, b.now(), c.Lang), Secret: w.Secrets[0].Text}, nil
}

func distinct(kinds []schema.EventKind) []schema.EventKind {
	kinds = slices.Clone(kinds)
	slices.Sort(kinds)
	return slices.Compact(kinds)
}

// WebhookList implements API.
func (b *Bridge) WebhookList(ctx context.Context, c Caller, r schema.WebhookListRequest) (schema.WebhookListResult, error) {
	if _, err := b.owner(r.Line, c.Lang); err != nil {
		return schema.WebhookListResult{}, err
	}
	out := schema.WebhookListResult{Webhooks: []schema.Webhook{}}
	err := b.store.Read(ctx, func(v View) error {
		list, err := v.Webhooks(r.Line)
		for _, w := range list {
			if err != nil {
				break
			}
			var shown schema.Webhook
			shown, err = b.webhookView(v, w, c.Lang)
			out.Webhooks = append(out.Webhooks, shown)
		}
		return err
	})
	if err != nil {
		return schema.WebhookListResult{}, b.fail("list webhooks", c.Lang, err)
	}
	return out, nil
}

func (b *Bridge) webhookView(v View, w WebhookRecord, lang schema.Lang) (schema.Webhook, error) {
	waiting, dead, err := v.WebhookCounts(w, waitingMax)
	return webhookOf(w, waiting, dead, b.now(), lang), err
}

func webhookOf(w WebhookRecord, waiting, dead int, now time.Time, lang schema.Lang) schema.Webhook {
	out := schema.Webhook{ID: w.ID, Line: w.Line, Name: w.Name, URL: w.URL, Host: w.Host, Events: w.Events, Filter: w.Filter, Enabled: w.Enabled, CreatedAt: w.Created,
		Waiting: waiting, Dead: dead, Attempt: w.Attempt, Reason: w.Why.In(lang, w.Status), HTTPStatus: w.Status,
		TriedAt: at(w.Tried), SucceededAt: at(w.Succeeded), NextTryAt: at(w.NextTry)}
	if out.Events == nil {
		out.Events = []schema.EventKind{}
	}
	if len(w.Secrets) > 1 && now.Before(w.Secrets[1].Until) {
		out.OldSecretUntil = at(w.Secrets[1].Until)
	}
	switch {
	case !w.Enabled:
		out.State, out.NextTryAt = schema.WebhookPaused, nil
	case w.Failures > 0:
		out.State = schema.WebhookRetrying
	case waiting > 0:
		out.State = schema.WebhookWorking
	default:
		out.State = schema.WebhookIdle
	}
	return out
}

// change writes a webhook that is there, and tells deliver.
func (b *Bridge) change(ctx context.Context, line schema.LineID, id schema.WebhookID, lang schema.Lang, fn func(Tx, *WebhookRecord) error) (shown schema.Webhook, err error) {
	if _, err := b.owner(line, lang); err != nil {
		return schema.Webhook{}, err
	}
	err = b.store.Write(ctx, func(tx Tx) error {
		w, ok, err := tx.Webhook(id)
		if err != nil {
			return err
		}
		if !ok || w.Line != line || w.Gone != nil {
			return schema.NewError(schema.CodeWebhookNotFound, lang, nil)
		}
		if err := fn(tx, &w); err != nil {
			return err
		}
		tx.AfterCommit(func() { b.wake.Webhook(id) })
		shown, err = b.webhookView(tx, w, lang)
		return err
	})
	if err != nil {
		return schema.Webhook{}, b.fail("change webhook", lang, err)
	}
	return shown, nil
}

// WebhookUpdate implements API.
func (b *Bridge) WebhookUpdate(ctx context.Context, c Caller, r schema.WebhookUpdateRequest) (schema.Webhook, error) {
	if r.URL != "" {
		if err := b.checkURL("url", schema.Text{En: "URL", Ru: "Адрес"}, r.URL, c.Lang); err != nil {
			return schema.Webhook{}, err
		}
	}
	o, err := b.owner(r.Line, c.Lang)
	if err != nil {
		return schema.Webhook{}, err
	}
	filter, err := plainFilter(o.line(), r.Filter, c.Lang)
	if err != nil {
		return schema.Webhook{}, err
	}
	return b.change(ctx, r.Line, r.ID, c.Lang, func(tx Tx, w *WebhookRecord) error {
		if r.Name != "" {
			w.Name = r.Name
		}
		if r.URL != "" {
			w.URL = r.URL
		}
		if r.Enabled != nil {
			w.Enabled = *r.Enabled
		}
		if r.Events != nil || r.Filter != nil {
			if err := moveCursor(tx, w); err != nil {
				return err
			}
		}
		if r.Events != nil {
			w.Events = distinct(r.Events)
		}
		if r.Filter != nil {
			w.Filter = filter
		}
		w.Failures, w.NextTry = 0, time.Time{}
		return tx.UpdateWebhook(*w)
	})
}

// moveCursor brings the cursor to what waits first, so that events which were not
// wanted before do not come from long ago.
func moveCursor(tx Tx, w *WebhookRecord) error {
	next, ok, reached, err := NextFor(tx, *w, w.Cursor, lookMax)
	switch {
	case err != nil:
		return err
	case ok:
		w.Cursor = next.Cursor - 1
		return nil
	case reached > 0: // what is beyond was not looked at, and may wait
		w.Cursor = reached
		return nil
	}
	w.Cursor, err = tx.Cursor(w.Line)
	return err
}

// WebhookRemove implements API. Outcomes of its host stay, for the host's next
// webhook or websocket.
func (b *Bridge) WebhookRemove(ctx context.Context, c Caller, r schema.WebhookRequest) (schema.Webhook, error) {
	w, err := b.change(ctx, r.Line, r.ID, c.Lang, func(tx Tx, w *WebhookRecord) error { return tx.DeleteWebhook(w.ID) })
	if err != nil {
		return schema.Webhook{}, err
	}
	b.log.Info("webhook removed", "line", r.Line, "webhook", r.ID)
	return w, nil
}

// WebhookRotate implements API.
func (b *Bridge) WebhookRotate(ctx context.Context, c Caller, r schema.WebhookRotateRequest) (schema.WebhookSecretResult, error) {
	keep := keepSecret
	if r.KeepSeconds > 0 {
		keep = time.Duration(r.KeepSeconds) * time.Second
	}
	fresh := newSecret()
	w, err := b.change(ctx, r.Line, r.ID, c.Lang, func(tx Tx, w *WebhookRecord) error {
		secrets := []Secret{fresh}
		until := b.now().Add(keep)
		for _, s := range w.Secrets {
			if !s.Until.IsZero() && !b.now().Before(s.Until) {
				continue
			}
			if s.Until.IsZero() || s.Until.After(until) {
				s.Until = until
			}
			secrets = append(secrets, s)
		}
		w.Secrets = secrets[:min(len(secrets), secretsMax)]
		return tx.UpdateWebhook(*w)
	})
	if err != nil {
		return schema.WebhookSecretResult{}, err
	}
	return schema.WebhookSecretResult{Webhook: w, Secret: fresh.Text}, nil
}

// WebhookTest implements API.
func (b *Bridge) WebhookTest(ctx context.Context, c Caller, r schema.WebhookRequest) (schema.WebhookTestResult, error) {
	if _, err := b.owner(r.Line, c.Lang); err != nil {
		return schema.WebhookTestResult{}, err
	}
	var (
		w  WebhookRecord
		ok bool
	)
	err := b.store.Read(ctx, func(v View) (err error) {
		w, ok, err = v.Webhook(r.ID)
		return err
	})
	if err != nil {
		return schema.WebhookTestResult{}, b.fail("read webhook", c.Lang, err)
	}
	if !ok || w.Line != r.Line || w.Gone != nil {
		return schema.WebhookTestResult{}, schema.NewError(schema.CodeWebhookNotFound, c.Lang, nil)
	}
	id := "tst_" + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(random(webhookIDBytes)))
	began := time.Now()
	got := b.courier.Test(ctx, w, schema.Delivery{ID: schema.DeliveryID(id), Kind: schema.DeliverTest, Line: w.Line, Host: w.Host, Attempt: 1, At: b.now()})
	return schema.WebhookTestResult{Delivered: got.Delivered, HTTPStatus: got.Status, Reason: got.Why.In(c.Lang, got.Status), TookMs: int(time.Since(began).Milliseconds())}, nil
}
