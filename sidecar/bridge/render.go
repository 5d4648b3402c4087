package bridge

import (
	"strconv"
	"strings"

	"github.com/nodeline/nodeline/schema"
)

// Reason says why a rendering was chosen; it is stored, its sentence is not.
type Reason string

// Reasons.
const (
	ReasonAuto          Reason = "auto"           // auto became numbered
	ReasonChosen        Reason = "chosen"         // numbered was asked for
	ReasonNative        Reason = "native"         // native was asked for
	ReasonNativeRefused Reason = "native_refused" // native was refused and numbered went instead
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
	ReasonNativeRefused: {
		En: "WhatsApp refused the buttons, so numbered text was sent instead.",
		Ru: "WhatsApp не принял кнопки, поэтому отправлен нумерованный текст."},
}

func (r Reason) in(lang schema.Lang) string { return reasons[r].In(lang) }

// offer builds a message with buttons: ids given, rendering picked.
func offer(header, body, footer string, buttons []schema.Button, want schema.Rendering) (Content, Reason) {
	c := Content{Header: header, Body: body, Footer: footer, Buttons: withIDs(buttons), Rendering: schema.RenderNumbered}
	switch want {
	case schema.RenderNative:
		c.Rendering = schema.RenderNative
		return c, ReasonNative
	case schema.RenderNumbered:
		return c, ReasonChosen
	}
	return c, ReasonAuto
}

// withIDs gives every button an id: its own, or "b" and its place. An id made
// here that another button has already is made longer, so that all differ.
func withIDs(buttons []schema.Button) []schema.Button {
	taken := map[string]bool{}
	for _, btn := range buttons {
		taken[btn.ID] = true
	}
	out := make([]schema.Button, len(buttons))
	for i, btn := range buttons {
		if btn.ID == "" {
			for btn.ID = "b" + strconv.Itoa(i+1); taken[btn.ID]; {
				btn.ID += "_"
			}
		}
		taken[btn.ID] = true
		out[i] = btn
	}
	return out
}

// numbered turns a numbered message into the plain text that it is; any other stays.
func numbered(c Content) Content {
	if c.Rendering != schema.RenderNumbered {
		return c
	}
	var text strings.Builder
	if c.Header != "" {
		text.WriteString(mark(c.Header, "*") + "\n")
	}
	text.WriteString(c.Body + "\n\n")
	for i, btn := range c.Buttons {
		text.WriteString(strconv.Itoa(i+1) + ". " + btn.Text + "\n")
	}
	if c.Footer != "" {
		text.WriteString("\n" + mark(c.Footer, "_"))
	}
	return Content{Body: strings.TrimRight(text.String(), "\n"), Quote: c.Quote, Mentions: c.Mentions}
}

// mark sets each line in WhatsApp's bold or italic. Text that holds the sign
// itself stays plain: signs inside signs show as signs.
func mark(s, sign string) string {
	if strings.Contains(s, sign) {
		return s
	}
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		if t := strings.TrimSpace(l); t != "" {
			lines[i] = sign + t + sign
		}
	}
	return strings.Join(lines, "\n")
}
