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
		En: "The phone has taken the code. WhatsApp is finishing.",
		Ru: "Телефон принял код. WhatsApp завершает привязку."},
	schema.LinkPasskey: passkeyText,
	schema.LinkLinked: {
		En: "Linked.",
		Ru: "Привязано."},
	schema.LinkExpired: {
		En: "The code was not used in time. Ask for another one.",
		Ru: "Кодом не успели воспользоваться. Запросите новый."},
	schema.LinkFailed: {
		En: "Linking did not succeed. Ask for another code.",
		Ru: "Привязать не удалось. Запросите новый код."},
}

// passkeyText is for whoever links: a linked program cannot answer WebAuthn.
var passkeyText = schema.Text{
	En: "WhatsApp asks to confirm with a passkey before it links this account, and a linked program cannot do that itself. If the phone asks, confirm there. If nothing follows, ask for a new code and link the other way: by phone number instead of the QR code, or by QR code.",
	Ru: "Перед привязкой WhatsApp просит подтвердить ключом доступа, а сама привязанная программа этого сделать не может. Если телефон спрашивает, подтвердите на нём. Если ничего не происходит, запросите новый код и привяжите другим способом: по номеру телефона вместо QR-кода или по QR-коду."}

var typeCode = schema.Text{
	En: "On the phone open WhatsApp, Settings, Linked devices, Link a device, Link with phone number instead, and type the code; or scan the QR code.",
	Ru: "На телефоне откройте WhatsApp, «Настройки», «Связанные устройства», «Привязка устройства», выберите привязку по номеру телефона и введите код; или отсканируйте QR-код."}

// LineLink implements API. The first call starts a round of codes or joins the
// one under way; later calls, with Since, follow it. A line that is linked
// already answers so at once.
func (b *Bridge) LineLink(ctx context.Context, c Caller, r schema.LineLinkRequest) (schema.LineLinkResult, error) {
	o, err := b.owner(r.Line, c.Lang)
	if err != nil {
		return schema.LineLinkResult{}, err
	}
	phone, err := linkPhone(o.line(), r.Phone, c.Lang)
	if err != nil {
		return schema.LineLinkResult{}, err
	}
	if news, ok := alreadyLinked(o.line(), r); ok {
		return b.linkResult(ctx, c, r, news)
	}
	if r.Since == 0 || r.Restart {
		if err := b.startLink(r.Line, phone, r.Restart); err != nil {
			return schema.LineLinkResult{}, b.linkFailed(c.Lang, err)
		}
	}
	news := b.linkNews(ctx, o, r)
	if news.State == "" {
		// The round is of another life of the sidecar: begin a new one.
		if err := b.startLink(r.Line, phone, false); err != nil {
			return schema.LineLinkResult{}, b.linkFailed(c.Lang, err)
		}
		r.Since = 0
		news = b.linkNews(ctx, o, r)
	}
	return b.linkResult(ctx, c, r, news)
}

// linkPhone reads the one phone that a code is for.
func linkPhone(rec LineRecord, phone string, lang schema.Lang) (string, error) {
	if phone == "" {
		return "", nil
	}
	phones, _, err := readChat(phone, regionOf(rec))
	if err == nil && len(phones) != 1 {
		err = errNotPhone
	}
	if err != nil {
		return "", invalidPhone("phone", lang, err)
	}
	return phones[0], nil
}

func (b *Bridge) startLink(line schema.LineID, phone string, restart bool) error {
	if phone == "" {
		return b.sessions.Link(line, restart)
	}
	return b.sessions.LinkPhone(line, phone, restart)
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
		out.QR, out.QRImage = news.QR, image
		out.ExpiresAt, out.SecondsLeft = left(news.ExpiresAt)
		out.PhoneFor = news.PhoneFor
		if news.PhoneCode != "" {
			out.PhoneCode, out.Detail = news.PhoneCode, typeCode.In(c.Lang)
			out.PhoneCodeExpiresAt, out.PhoneCodeSecondsLeft = left(news.PhoneCodeEnds)
		}
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

// left says when something ends, as a moment and in seconds from now.
func left(end time.Time) (*schema.Time, int) {
	at := end.UTC().Truncate(time.Millisecond)
	return &at, max(int(math.Ceil(time.Until(end).Seconds())), 0)
}

func (b *Bridge) linkFailed(lang schema.Lang, err error) *schema.Error {
	code := schema.CodeLinkFailed
	for _, known := range linkErrors {
		if errors.Is(err, known.is) {
			code = known.code
		}
	}
	b.log.Warn("link line", "error", mask(err))
	e := schema.NewError(code, lang, err)
	if code == schema.CodeNotOnWhatsApp {
		e.Hint = schema.Text{
			En: "Give the number of the phone that is to be linked, as its WhatsApp shows it, or scan the QR code.",
			Ru: "Укажите номер того телефона, который привязывается, как он показан в его WhatsApp, или отсканируйте QR-код."}.In(lang)
	}
	return e
}

var linkErrors = []struct {
	is   error
	code schema.Code
}{
	{ErrOffline, schema.CodeUnreachable},
	{ErrNotOnWhatsApp, schema.CodeNotOnWhatsApp},
	{ErrRateLimited, schema.CodeRateLimited},
	{ErrPasskey, schema.CodePasskey},
}
