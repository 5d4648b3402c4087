package bridge

import (
	"context"
	"errors"
	"math"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge/qrimage"
)

var linkDetails = map[schema.LinkState]schema.Text{
	schema.LinkWaiting: {
		En: "Asking WhatsApp for a QR code.",
		Ru: "Запрашивается QR-код у WhatsApp."},
	schema.LinkCode: {
		En: "On the phone open WhatsApp, Settings, Linked devices, Link a device, and scan the code.",
		Ru: "На телефоне откройте WhatsApp, «Настройки», «Связанные устройства», «Привязка устройства» и отсканируйте код."},
	schema.LinkScanned: {
		En: "Scanned. WhatsApp is finishing.",
		Ru: "Отсканировано. WhatsApp завершает привязку."},
	schema.LinkPasskey: {
		En: "The phone asks its owner to confirm with a passkey. Confirm there.",
		Ru: "Телефон просит владельца подтвердить ключом доступа. Подтвердите на телефоне."},
	schema.LinkLinked: {
		En: "Linked.",
		Ru: "Привязано."},
	schema.LinkExpired: {
		En: "Nobody scanned the code in time. Ask for another one.",
		Ru: "Код не успели отсканировать. Запросите новый."},
	schema.LinkFailed: {
		En: "Linking did not succeed. Ask for another code.",
		Ru: "Привязать не удалось. Запросите новый код."},
}

// LineLink implements API. The first call starts a round of codes or joins the
// one under way; later calls, with Since, follow it. A line that is linked
// already answers so at once.
func (b *Bridge) LineLink(ctx context.Context, c Caller, r schema.LineLinkRequest) (schema.LineLinkResult, error) {
	o, err := b.owner(r.Line, c.Lang)
	if err != nil {
		return schema.LineLinkResult{}, err
	}
	if news, ok := alreadyLinked(o.line(), r); ok {
		return b.linkResult(ctx, c, r, news)
	}
	if r.Since == 0 || r.Restart {
		if err := b.sessions.Link(r.Line, r.Restart); err != nil {
			return schema.LineLinkResult{}, b.linkFailed(c.Lang, err)
		}
	}
	news := b.linkNews(ctx, o, r)
	if news.State == "" {
		// The round is of another life of the sidecar: begin a new one.
		if err := b.sessions.Link(r.Line, false); err != nil {
			return schema.LineLinkResult{}, b.linkFailed(c.Lang, err)
		}
		r.Since = 0
		news = b.linkNews(ctx, o, r)
	}
	return b.linkResult(ctx, c, r, news)
}

// alreadyLinked answers for a line that is linked and was not linked in the
// round that the caller follows. A replaced line may be linked anew.
func alreadyLinked(rec LineRecord, r schema.LineLinkRequest) (LinkNews, bool) {
	if r.Since > 0 || !rec.State.Linked() || rec.State == schema.LineReplaced {
		return LinkNews{}, false
	}
	return LinkNews{Seq: 1, State: schema.LinkLinked, Phone: rec.Phone}, true
}

func (b *Bridge) linkNews(ctx context.Context, o *owner, r schema.LineLinkRequest) LinkNews {
	ctx, cancel := context.WithTimeout(ctx, time.Duration(r.WaitMs)*time.Millisecond)
	defer cancel()
	defer context.AfterFunc(o.ctx, cancel)()
	return b.sessions.LinkNews(ctx, r.Line, r.Since)
}

func (b *Bridge) linkResult(ctx context.Context, c Caller, r schema.LineLinkRequest, news LinkNews) (schema.LineLinkResult, error) {
	if news.State == "" {
		news.State = schema.LinkWaiting
	}
	out := schema.LineLinkResult{Line: r.Line, Seq: news.Seq, State: news.State, Phone: news.Phone, Detail: linkDetails[news.State].In(c.Lang)}
	if news.Err != nil {
		out.Error = b.linkFailed(c.Lang, news.Err)
	}
	switch news.State {
	case schema.LinkCode:
		image, err := qrimage.DataURL(news.QR)
		if err != nil {
			return schema.LineLinkResult{}, b.fail("link line", c.Lang, err)
		}
		at := news.ExpiresAt.UTC().Truncate(time.Millisecond)
		out.QR, out.QRImage, out.ExpiresAt = news.QR, image, &at
		out.SecondsLeft = max(int(math.Ceil(time.Until(news.ExpiresAt).Seconds())), 0)
	case schema.LinkLinked:
		// Who holds the line's token already gets no other: it would outlive the first one's revocation.
		if r.Since >= news.Seq || c.Grant.Scope != schema.ScopeAdmin || b.grants == nil {
			break
		}
		token, _, err := b.grants.Create(ctx, Grant{Name: "link", Scope: schema.ScopeLine, Line: r.Line})
		if err != nil {
			return schema.LineLinkResult{}, b.fail("make token", c.Lang, err)
		}
		out.Token = token
	}
	return out, nil
}

func (b *Bridge) linkFailed(lang schema.Lang, err error) *schema.Error {
	code := schema.CodeLinkFailed
	if errors.Is(err, ErrOffline) {
		code = schema.CodeUnreachable
	}
	b.log.Warn("link line", "error", mask(err))
	e := schema.NewError(code, lang, err)
	if errors.Is(err, ErrPasskey) {
		e.Hint = linkDetails[schema.LinkPasskey].In(lang)
	}
	return e
}
