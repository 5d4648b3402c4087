package bridge

import (
	"slices"
	"unicode/utf8"

	"github.com/nodeline/nodeline/schema"
)

// A message with choices goes down a ladder of renderings:
//
//	chosen: that one, then numbered
//	auto:   the call's preferences, else the line's, else none; then numbered
//
// What cannot hold the message is left out. A rendering that WhatsApp surely refused
// (405, 479) gives way to the next, under an id of its own. Where it may have gone in
// an earlier try, the next goes under the same id: a phone that has the one drops the
// other. Silence is no refusal: a phone that is off would show the question twice.

// Reason says why a rendering was chosen; it is stored, its sentence is not.
type Reason string

// Reasons.
const (
	ReasonAuto           Reason = "auto"             // auto became numbered
	ReasonChosen         Reason = "chosen"           // numbered was asked for
	ReasonNative         Reason = "native"           // native was asked for
	ReasonPoll           Reason = "poll"             // a poll was asked for
	ReasonFirstNumbered  Reason = "first_numbered"   // numbered is the first of the preferences
	ReasonFirstNative    Reason = "first_native"     // native is
	ReasonFirstPoll      Reason = "first_poll"       // a poll is
	ReasonWritten        Reason = "written"          // links have no choices to number
	ReasonCaption        Reason = "caption"          // a file has no buttons
	ReasonUnfit          Reason = "unfit"            // no poll could hold it; numbered
	ReasonUnfitNative    Reason = "unfit_native"     // no poll could hold it; native
	ReasonNativeRefused  Reason = "native_refused"   // numbered went instead
	ReasonNativeThenPoll Reason = "native_then_poll" // native was refused; a poll went instead
	ReasonPollRefused    Reason = "poll_refused"     // numbered went instead
	ReasonPollThenNative Reason = "poll_then_native" // a poll was refused; native went instead
	ReasonRepeatRefused  Reason = "repeat_refused"   // a form in doubt was refused; the next went under its id
)

var reasons = map[Reason]schema.Text{
	ReasonAuto: {
		En: "Sent as numbered text, which shows on every phone; the customer answers with a number or the button's words.",
		Ru: "Отправлено нумерованным текстом: он виден на любом телефоне, клиент отвечает номером или словами кнопки."},
	ReasonChosen: {
		En: "Sent as numbered text, as chosen in the settings.",
		Ru: "Отправлено нумерованным текстом, как выбрано в настройках."},
	ReasonNative: {
		En: "Sent as WhatsApp buttons, as chosen in the settings. WhatsApp may accept such a message and not show it: rely on a delivery receipt or an answer, not on sent.",
		Ru: "Отправлено кнопками WhatsApp, как выбрано в настройках. WhatsApp может принять такое сообщение и не показать его: полагайтесь на доставку или ответ, а не на отправку."},
	ReasonPoll: {
		En: "Sent as a poll, as chosen in the settings; the customer answers with a vote.",
		Ru: "Отправлено опросом, как выбрано в настройках; клиент отвечает голосом."},
	ReasonFirstNumbered: {
		En: "Sent as numbered text, the first of the preferred ways.",
		Ru: "Отправлено нумерованным текстом: это первое из предпочтений показа."},
	ReasonFirstNative: {
		En: "Sent as WhatsApp buttons, the first of the preferred ways. WhatsApp may accept such a message and not show it: rely on a delivery receipt or an answer, not on sent.",
		Ru: "Отправлено кнопками WhatsApp: это первое из предпочтений показа. WhatsApp может принять такое сообщение и не показать его: полагайтесь на доставку или ответ, а не на отправку."},
	ReasonFirstPoll: {
		En: "Sent as a poll, the first of the preferred ways; the customer answers with a vote.",
		Ru: "Отправлено опросом: это первое из предпочтений показа; клиент отвечает голосом."},
	ReasonWritten: {
		En: "Sent as text with the link and the number written out, which shows on every phone.",
		Ru: "Отправлено текстом, где ссылка и номер написаны: он виден на любом телефоне."},
	ReasonCaption: {
		En: "Sent as a file with the buttons written out in its caption, which shows on every phone.",
		Ru: "Отправлено файлом, кнопки написаны в подписи к нему: она видна на любом телефоне."},
	ReasonUnfit: {
		En: "A poll cannot hold this message (it has 2 to 12 options and 255 characters of text), so numbered text was sent.",
		Ru: "Опрос не вмещает это сообщение (в нём от 2 до 12 вариантов и 255 символов текста), поэтому отправлен нумерованный текст."},
	ReasonUnfitNative: {
		En: "A poll cannot hold this message (it has 2 to 12 options and 255 characters of text), so WhatsApp buttons were sent.",
		Ru: "Опрос не вмещает это сообщение (в нём от 2 до 12 вариантов и 255 символов текста), поэтому отправлены кнопки WhatsApp."},
	ReasonNativeRefused: {
		En: "WhatsApp refused the buttons, so numbered text was sent instead.",
		Ru: "WhatsApp не принял кнопки, поэтому отправлен нумерованный текст."},
	ReasonNativeThenPoll: {
		En: "WhatsApp refused the buttons, so a poll was sent instead.",
		Ru: "WhatsApp не принял кнопки, поэтому отправлен опрос."},
	ReasonPollRefused: {
		En: "WhatsApp refused the poll, so numbered text was sent instead.",
		Ru: "WhatsApp не принял опрос, поэтому отправлен нумерованный текст."},
	ReasonPollThenNative: {
		En: "WhatsApp refused the poll, so WhatsApp buttons were sent instead.",
		Ru: "WhatsApp не принял опрос, поэтому отправлены кнопки WhatsApp."},
	ReasonRepeatRefused: {
		En: "WhatsApp refused the first way to show it after a try whose end is not known, so this one went under the same message id: the customer has one of the two, once.",
		Ru: "WhatsApp не принял первый вид сообщения после попытки с неизвестным концом, поэтому этот отправлен под тем же номером сообщения: у клиента ровно один из двух."},
}

func (r Reason) in(lang schema.Lang) string { return reasons[r].In(lang) }

// wish is how a call, or its line, wants choices to go out.
type wish struct {
	rendering schema.Rendering
	call      []schema.Rendering // preferences of the call
	line      []schema.Rendering // of the line, where the call has none
}

// captioned writes all that a template says into the text of its message: the
// caption of a file, or plain text where there is nothing to choose.
func captioned(c Content) (Content, Reason) {
	reason := Reason("")
	if c.choices() {
		c.Rendering, reason = schema.RenderNumbered, ReasonCaption
	}
	c.Body = written(c)
	c.Header, c.Footer = "", ""
	return c, reason
}

// offer gives a message its ladder and the first rendering on it.
func offer(c Content, w wish) (Content, Reason) {
	var first schema.Rendering
	first, c.Ladder = w.ladder(c)
	c.Rendering = c.Ladder[0]
	return c, w.reason(c, first)
}

// ladder gives the renderings that can hold a message, and the first that was
// wanted, "" where nothing was.
func (w wish) ladder(c Content) (first schema.Rendering, ladder []schema.Rendering) {
	var wanted []schema.Rendering
	switch {
	case w.rendering != schema.RenderAuto && w.rendering != "":
		wanted = []schema.Rendering{w.rendering}
	case c.Poll != nil:
		wanted = []schema.Rendering{schema.RenderPoll}
	case len(w.call) > 0:
		wanted = w.call
	default:
		wanted = w.line
	}
	if len(wanted) > 0 {
		first = wanted[0]
	}
	if c.Poll != nil && first == schema.RenderNative {
		first, wanted = schema.RenderPoll, []schema.Rendering{schema.RenderPoll}
	}
	for _, r := range wanted {
		if r == schema.RenderNumbered {
			break // it surely shows: nothing comes after it
		}
		if fits(c, r) && !slices.Contains(ladder, r) {
			ladder = append(ladder, r)
		}
	}
	return first, append(ladder, schema.RenderNumbered)
}

// fits reports whether a rendering has room for a message.
func fits(c Content, r schema.Rendering) bool {
	if r == schema.RenderNative {
		return c.Poll == nil
	}
	return c.Link == nil && c.Call == nil &&
		len(c.Buttons) >= schema.PollOptionsMin && len(c.Buttons) <= schema.PollOptionsMax &&
		utf8.RuneCountInString(question(c)) <= schema.PollQuestionMax
}

// reason says why a ladder begins as it does.
func (w wish) reason(c Content, first schema.Rendering) Reason {
	chosen := w.rendering != schema.RenderAuto && w.rendering != "" || c.Poll != nil
	switch {
	case c.Rendering == schema.RenderNumbered && len(c.Buttons) == 0 && (c.Link != nil || c.Call != nil):
		return ReasonWritten
	case first == "":
		return ReasonAuto
	case first != c.Rendering && c.Rendering == schema.RenderNative:
		return ReasonUnfitNative
	case first != c.Rendering:
		return ReasonUnfit
	}
	switch c.Rendering {
	case schema.RenderNative:
		if chosen {
			return ReasonNative
		}
		return ReasonFirstNative
	case schema.RenderPoll:
		if chosen {
			return ReasonPoll
		}
		return ReasonFirstPoll
	}
	if chosen {
		return ReasonChosen
	}
	return ReasonFirstNumbered
}

// below is the rendering after the one that a message has; ok is false on the last.
func below(m MessageRecord) (next schema.Rendering, why Reason, ok bool) {
	ladder := m.Content.Ladder
	if len(ladder) == 0 && m.Rendering == schema.RenderNative { // stored before there were ladders
		ladder = []schema.Rendering{schema.RenderNative, schema.RenderNumbered}
	}
	i := slices.Index(ladder, m.Rendering)
	if i < 0 || i+1 == len(ladder) {
		return "", "", false
	}
	next = ladder[i+1]
	switch {
	case m.Rendering == schema.RenderNative && next == schema.RenderPoll:
		why = ReasonNativeThenPoll
	case m.Rendering == schema.RenderNative:
		why = ReasonNativeRefused
	case next == schema.RenderNative:
		why = ReasonPollThenNative
	default:
		why = ReasonPollRefused
	}
	return next, why, true
}

// refusesForm: 405 refuses a kind of message that WhatsApp has retired, 479 a stanza
// that is not whole.
func refusesForm(server int) bool { return server == 405 || server == 479 }

// stepDown makes the next form of a message whose form was surely refused. It is
// another message to WhatsApp, so it gets an id of its own. tried: the form before may
// have gone, so it keeps that id, unless a receipt has come of it meanwhile.
func (o *owner) stepDown(p *pending, m MessageRecord, next schema.Rendering, why Reason, tried bool) (MessageRecord, error) {
	content := m.Content
	content.Rendering = next
	payload, err := o.b.sessions.Encode(drawn(content))
	if err != nil {
		return m, err
	}
	if tried {
		why = ReasonRepeatRefused
	} else {
		m.ID = mint(o.line().Secret, m.Key, string(next))
	}
	m.Payload, m.Rendering, m.Reason = payload, next, why
	return m, o.change(p, func(row *MessageRecord) {
		if tried && row.Settled {
			return
		}
		row.ID, row.Payload, row.Rendering, row.Reason = m.ID, m.Payload, m.Rendering, m.Reason
	})
}
