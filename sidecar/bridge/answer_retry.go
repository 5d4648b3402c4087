package bridge

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/schema/label"
)

var retryTexts = map[schema.AnswerKind]schema.Text{
	schema.AnswerText: {
		En: "This answer does not fit. Please write it once more.",
		Ru: "Такой ответ не подходит. Напишите его, пожалуйста, ещё раз."},
	schema.AnswerNumber: {
		En: "Please answer with a number.",
		Ru: "Пожалуйста, ответьте числом."},
	schema.AnswerPhone: {
		En: "Please answer with a phone number; one of another country with + and its code.",
		Ru: "Пожалуйста, напишите номер телефона; номер другой страны - с + и её кодом."},
	schema.AnswerEmail: {
		En: "Please answer with an e-mail address, as anna@example.com.",
		Ru: "Пожалуйста, напишите адрес электронной почты, например anna@example.com."},
	schema.AnswerDate: {
		En: "Please answer with a date: day, month, year, as 31.12.2026.",
		Ru: "Пожалуйста, напишите дату: день, месяц, год, например 31.12.2026."},
	schema.AnswerOneOf: {
		En: "Please answer with one of these:",
		Ru: "Пожалуйста, ответьте одним из вариантов:"},
	schema.AnswerPattern: {
		En: "This answer does not fit. Please write it once more.",
		Ru: "Такой ответ не подходит. Напишите его, пожалуйста, ещё раз."},
}

var retryPhoneAbroad = schema.Text{
	En: "Please answer with a phone number, with + and the country code.",
	Ru: "Пожалуйста, напишите номер телефона с + и кодом страны."}

// retryBounds name the bounds of a number, a date and the length of a text.
var retryBounds = map[schema.AnswerKind]struct{ least, greatest schema.Text }{
	schema.AnswerNumber: {schema.Text{En: "Not less than %s.", Ru: "Не меньше %s."}, schema.Text{En: "Not more than %s.", Ru: "Не больше %s."}},
	schema.AnswerDate:   {schema.Text{En: "Not before %s.", Ru: "Не раньше %s."}, schema.Text{En: "Not after %s.", Ru: "Не позже %s."}},
	schema.AnswerText:   {schema.Text{En: "At least %s.", Ru: "Не короче %s."}, schema.Text{En: "At most %s.", Ru: "Не длиннее %s."}},
}

// retryText is what follows an answer that does not fit: the rule's, or what is
// wanted. region is the country of numbers without '+', "" for none.
func retryText(rule schema.AnswerRule, region string, lang schema.Lang) string {
	if rule.RetryText != "" {
		return rule.RetryText
	}
	if rule.Kind == schema.AnswerPhone && region == "" {
		return retryPhoneAbroad.In(lang)
	}
	lines := append([]string{retryTexts[rule.Kind].In(lang)}, optionLines(rule.Options)...)
	words := retryBounds[rule.Kind]
	if rule.Min != "" {
		lines = append(lines, fmt.Sprintf(words.least.In(lang), boundText(rule.Kind, rule.Min, lang)))
	}
	if rule.Max != "" {
		lines = append(lines, fmt.Sprintf(words.greatest.In(lang), boundText(rule.Kind, rule.Max, lang)))
	}
	return strings.Join(lines, "\n")
}

// optionLines are the options with the numbers that name them too, but for options
// that are numbers themselves.
func optionLines(options []string) []string {
	if slices.ContainsFunc(options, func(o string) bool { return label.Number(o) > 0 }) {
		return options
	}
	lines := make([]string, len(options))
	for i, option := range options {
		lines[i] = strconv.Itoa(i+1) + ". " + option
	}
	return lines
}

// boundText is a bound as the customer reads it; checkBounds has read it already.
func boundText(kind schema.AnswerKind, bound string, lang schema.Lang) string {
	switch kind {
	case schema.AnswerDate:
		if read, ok := readDate(bound); ok {
			day, _ := time.Parse(time.DateOnly, read) // readDate wrote it
			return day.Format("02.01.2006")
		}
	case schema.AnswerText:
		count, ok := readNumber(bound)
		if !ok {
			return bound
		}
		one, many := schema.Text{En: " character", Ru: " символа"}, schema.Text{En: " characters", Ru: " символов"}
		if count == "1" || lang == schema.Russian && strings.HasSuffix(count, "1") && !strings.HasSuffix(count, "11") {
			return count + one.In(lang)
		}
		return count + many.In(lang)
	}
	return bound
}
