package bridge_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// The text that asks again says what was wrong with the answer.
func TestTheTextThatAsksAgainSaysWhatIsWanted(t *testing.T) {
	for name, c := range map[string]struct {
		rule   schema.AnswerRule
		answer string
		abroad bool
		want   schema.Text
	}{
		"a date too early": {schema.AnswerRule{Kind: schema.AnswerDate, Min: "2026-03-01", Max: "31.12.2026"}, "28.02.2026", false, schema.Text{
			En: "Please answer with a date: day, month, year, as 31.12.2026.\nNot before 01.03.2026.\nNot after 31.12.2026.",
			Ru: "Пожалуйста, напишите дату: день, месяц, год, например 31.12.2026.\nНе раньше 01.03.2026.\nНе позже 31.12.2026."}},
		"a number too large": {schema.AnswerRule{Kind: schema.AnswerNumber, Max: "1 000,5"}, "1001", false, schema.Text{
			En: "Please answer with a number.\nNot more than 1 000,5.", Ru: "Пожалуйста, ответьте числом.\nНе больше 1 000,5."}},
		"a text too short": {schema.AnswerRule{Kind: schema.AnswerText, Min: "21", Max: "150"}, "мало", false, schema.Text{
			En: "This answer does not fit. Please write it once more.\nAt least 21 characters.\nAt most 150 characters.",
			Ru: "Такой ответ не подходит. Напишите его, пожалуйста, ещё раз.\nНе короче 21 символа.\nНе длиннее 150 символов."}},
		"a text too long": {schema.AnswerRule{Kind: schema.AnswerText, Max: "11"}, "больше одиннадцати", false, schema.Text{
			En: "This answer does not fit. Please write it once more.\nAt most 11 characters.",
			Ru: "Такой ответ не подходит. Напишите его, пожалуйста, ещё раз.\nНе длиннее 11 символов."}},
		"one sign": {schema.AnswerRule{Kind: schema.AnswerText, Max: "1"}, "два", false, schema.Text{
			En: "This answer does not fit. Please write it once more.\nAt most 1 character.",
			Ru: "Такой ответ не подходит. Напишите его, пожалуйста, ещё раз.\nНе длиннее 1 символа."}},
		"a phone of the line's country": {schema.AnswerRule{Kind: schema.AnswerPhone}, "12", false, schema.Text{
			En: "Please answer with a phone number; one of another country with + and its code.",
			Ru: "Пожалуйста, напишите номер телефона; номер другой страны - с + и её кодом."}},
		"a phone of no country": {schema.AnswerRule{Kind: schema.AnswerPhone}, "8 921 000-11-22", true, schema.Text{
			En: "Please answer with a phone number, with + and the country code.", Ru: "Пожалуйста, напишите номер телефона с + и кодом страны."}},
		"none of the options": {schema.AnswerRule{Kind: schema.AnswerOneOf, Options: []string{"Кошка", "Собака"}}, "Рыба", false, schema.Text{
			En: "Please answer with one of these:\n1. Кошка\n2. Собака", Ru: "Пожалуйста, ответьте одним из вариантов:\n1. Кошка\n2. Собака"}},
		"options that are numbers": {schema.AnswerRule{Kind: schema.AnswerOneOf, Options: []string{"5", "много"}}, "7", false, schema.Text{
			En: "Please answer with one of these:\n5\nмного", Ru: "Пожалуйста, ответьте одним из вариантов:\n5\nмного"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, bridge.Timing{})
				line := schema.LineCreateRequest{ID: theLine, Name: "Clinic", Region: "RU"}
				linked := bridge.Session{Line: theLine, State: schema.LineConnected, Account: "acc:1", Phone: "+79000000001", At: time.Now()}
				if c.abroad {
					line.Region, linked.Phone = "", "+80012345678"
				}
				if _, err := r.LineCreate(t.Context(), admin, line); err != nil {
					t.Fatal(err)
				}
				if err := r.Session(t.Context(), linked); err != nil {
					t.Fatal(err)
				}
				for i, caller := range []bridge.Caller{admin, russian} {
					if _, err := r.Ask(t.Context(), caller, askRequest(schema.Key("q"+caller.Lang), answering(c.rule))); err != nil {
						t.Fatal(err)
					}
					r.says(anna, c.answer)
					eventually(t, "asked again", func() bool { return len(r.bodies()) == 2*i+2 })
					if got, want := r.bodies()[2*i+1], c.want.In(caller.Lang); got != want {
						t.Errorf("asked again by %q, want %q", got, want)
					}
					if _, err := r.AskCancel(t.Context(), admin, schema.AskCancelRequest{Line: theLine, ID: schema.Key("q" + caller.Lang)}); err != nil {
						t.Fatal(err)
					}
				}
			})
		})
	}
}
