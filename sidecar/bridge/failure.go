package bridge

import (
	"errors"
	"regexp"

	"github.com/nodeline/nodeline/schema"
)

// errState is why a line's messages cannot go; the worker fails them with it.
type errState schema.Code

func (e errState) Error() string { return "line: " + string(e) }

// codeOfState says why a line in a state cannot send.
func codeOfState(s schema.LineState) schema.Code {
	switch s {
	case schema.LineLoggedOut:
		return schema.CodeLineLoggedOut
	case schema.LineBanned:
		return schema.CodeLineBanned
	case schema.LineReplaced:
		return schema.CodeLineReplaced
	}
	return schema.CodeLineNotLinked
}

func stateError(s schema.LineState) error { return errState(codeOfState(s)) }

// refusal is what a call gets on a line that cannot send.
func refusal(rec LineRecord, lang schema.Lang) error {
	e := schema.NewError(codeOfState(rec.State), lang, nil)
	trouble := readTrouble(rec.Trouble)
	if hint := trouble.sentence(lang); hint != "" {
		e.Hint, e.Server = hint, trouble.Server
	}
	return e
}

// codeOf names the failure of something that was not done.
func codeOf(err error, server int) schema.Code {
	if state, ok := errors.AsType[errState](err); ok {
		return schema.Code(state)
	}
	switch {
	case errors.Is(err, ErrNotOnWhatsApp):
		return schema.CodeNotOnWhatsApp
	case errors.Is(err, ErrNotInGroup):
		return schema.CodeNotInGroup
	case errors.Is(err, ErrNotLinked):
		return schema.CodeLineNotLinked
	case errors.Is(err, ErrRateLimited), server == 429:
		return schema.CodeRateLimited
	case server != 0:
		return schema.CodeRefused
	}
	return schema.CodeUnreachable
}

// errorOf is the error of a failed or unknown message, nil for any other.
func errorOf(m MessageRecord, lang schema.Lang) *schema.Error {
	if m.Code == "" {
		return nil
	}
	e := schema.NewError(m.Code, lang, nil)
	if m.Detail != "" {
		e = fileError(m.Code, readDetail(m.Detail), lang, nil)
	}
	e.Server = m.Server
	return e
}

// inLang says a stored error in another language.
func inLang(e *schema.Error, lang schema.Lang) *schema.Error {
	d := Detail{Field: e.Field}
	if e.Link != nil {
		d.Host, d.Status, d.Trouble = e.Link.Host, e.Link.Answered, e.Link.Trouble
	}
	out := fileError(e.Code, d, lang, nil)
	out.Server = e.Server
	return out
}

func invalidPhone(field string, lang schema.Lang, cause error) error {
	e := schema.NewError(schema.CodeInvalidPhone, lang, cause)
	e.Field = field
	if errors.Is(cause, errNoCountry) {
		e.Hint = schema.Text{
			En: "The number has no + and the line has no country: write + and the country code. Nothing was sent.",
			Ru: "Номер указан без +, а у линии не задана страна: напишите + и код страны. Ничего не отправлено."}.In(lang)
	}
	return e
}

// invalidField refuses a field. what follows its label in the sentence: "write a number."
func invalidField(field string, what schema.Text, rule string, label schema.Text, lang schema.Lang) error {
	e := schema.NewError(schema.CodeInvalidRequest, lang, nil)
	e.Issues = []schema.Issue{issue(field, rule, label, what, lang)}
	return e
}

// issue is a rule that a field breaks, said as the validator says it.
func issue(field, rule string, label, what schema.Text, lang schema.Lang) schema.Issue {
	sentence := schema.Text{En: "“" + label.En + "”: " + what.En, Ru: "«" + label.Ru + "»: " + what.Ru}
	return schema.Issue{Field: field, Rule: rule, Label: label.In(lang), Message: sentence.In(lang)}
}

var longNumber = regexp.MustCompile(`[0-9]{5,}`)

// mask is an error's text as it may be logged: what the network says can hold
// phone numbers and addresses.
func mask(err error) string { return longNumber.ReplaceAllString(err.Error(), "...") }
