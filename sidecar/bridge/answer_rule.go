package bridge

import (
	"strings"

	"github.com/nodeline/nodeline/schema"
)

// checkAnswer refuses a rule that no answer could be read by, before the customer is asked.
func checkAnswer(rule *schema.AnswerRule, lang schema.Lang) error {
	if rule == nil {
		return nil
	}
	for _, part := range []struct {
		field  string
		filled bool
		label  schema.Text
		kinds  []schema.AnswerKind
		needed bool
	}{
		{"pattern", rule.Pattern != "", schema.Text{En: "Pattern", Ru: "Выражение"}, []schema.AnswerKind{schema.AnswerPattern}, true},
		{"options", len(rule.Options) > 0, schema.Text{En: "Possible answers", Ru: "Возможные ответы"}, []schema.AnswerKind{schema.AnswerOneOf}, true},
		{"min", rule.Min != "", schema.Text{En: "Least", Ru: "Не меньше"}, bounded, false},
		{"max", rule.Max != "", schema.Text{En: "Greatest", Ru: "Не больше"}, bounded, false},
	} {
		fits := false
		for _, k := range part.kinds {
			fits = fits || k == rule.Kind
		}
		if part.filled && !fits {
			return invalidField("answer."+part.field, schema.Text{En: "leave it out with this kind of answer.",
				Ru: "уберите, при таком виде ответа это поле не нужно."}, "kind", part.label, lang)
		}
		if part.needed && fits && !part.filled {
			return invalidField("answer."+part.field, schema.Text{En: "fill it in, this kind of answer needs it.",
				Ru: "заполните, без него такой вид ответа невозможен."}, "required", part.label, lang)
		}
	}
	return checkBounds(*rule, lang)
}

var bounded = []schema.AnswerKind{schema.AnswerText, schema.AnswerNumber, schema.AnswerDate}

// checkBounds refuses what a rule's pattern and bounds cannot mean.
func checkBounds(rule schema.AnswerRule, lang schema.Lang) error {
	if rule.Kind == schema.AnswerPattern {
		if _, err := wholePattern(rule.Pattern); err != nil {
			return invalidField("answer.pattern", schema.Text{En: "this is not an RE2 expression.", Ru: "это не выражение RE2."},
				"pattern", schema.Text{En: "Pattern", Ru: "Выражение"}, lang)
		}
	}
	least, greatest, bad := boundsOf(rule)
	label := schema.Text{En: "Least", Ru: "Не меньше"}
	if bad == "max" {
		label = schema.Text{En: "Greatest", Ru: "Не больше"}
	}
	if bad != "" && rule.Kind == schema.AnswerDate {
		return invalidField("answer."+bad, schema.Text{En: "write a date, as 2026-03-01.", Ru: "укажите дату, например 01.03.2026."}, "date", label, lang)
	}
	if bad != "" {
		return invalidField("answer."+bad, schema.Text{En: "write a number.", Ru: "укажите число."}, "number", label, lang)
	}
	compare := compareNumbers
	if rule.Kind == schema.AnswerDate {
		compare = strings.Compare
	}
	if least != "" && greatest != "" && compare(least, greatest) > 0 {
		return invalidField("answer.min", schema.Text{En: "it is above the greatest.", Ru: "больше, чем «Не больше»."}, "max", label, lang)
	}
	return nil
}
