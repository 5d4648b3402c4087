package bridge

import (
	"testing"

	"github.com/nodeline/nodeline/schema"
)

// Each rule reads what people write into one form, and lets nothing else through.
func TestAnAnswerIsReadByItsRule(t *testing.T) {
	const no = "\x00"
	for _, c := range []struct {
		rule  schema.AnswerRule
		typed string
		value string
	}{
		{schema.AnswerRule{Kind: schema.AnswerText}, "  Рекс, 5 лет\u200b ", "Рекс, 5 лет"},
		{schema.AnswerRule{Kind: schema.AnswerText, Min: "3"}, "да", no},
		{schema.AnswerRule{Kind: schema.AnswerText, Min: "3", Max: "4"}, "тоже", "тоже"},
		{schema.AnswerRule{Kind: schema.AnswerText, Max: "4"}, "много", no},
		{schema.AnswerRule{Kind: schema.AnswerNumber}, "12", "12"},
		{schema.AnswerRule{Kind: schema.AnswerNumber}, "3,50", "3.5"},
		{schema.AnswerRule{Kind: schema.AnswerNumber}, "3.50", "3.5"},
		{schema.AnswerRule{Kind: schema.AnswerNumber}, "1 234\u00a0567,8", "1234567.8"},
		{schema.AnswerRule{Kind: schema.AnswerNumber}, "1.234.567", "1234567"},
		{schema.AnswerRule{Kind: schema.AnswerNumber}, "1,234.5", "1234.5"},
		{schema.AnswerRule{Kind: schema.AnswerNumber}, "1.234,5", "1234.5"},
		{schema.AnswerRule{Kind: schema.AnswerNumber}, "1.23.456", no},
		{schema.AnswerRule{Kind: schema.AnswerNumber}, "−007", "-7"},
		{schema.AnswerRule{Kind: schema.AnswerNumber}, "-0", "0"},
		{schema.AnswerRule{Kind: schema.AnswerNumber}, "５", "5"},
		{schema.AnswerRule{Kind: schema.AnswerNumber}, "пять", no},
		{schema.AnswerRule{Kind: schema.AnswerNumber}, "1e9", no},
		{schema.AnswerRule{Kind: schema.AnswerNumber}, "5 лет", no},
		{schema.AnswerRule{Kind: schema.AnswerNumber, Min: "1", Max: "2,5"}, "2.5", "2.5"},
		{schema.AnswerRule{Kind: schema.AnswerNumber, Min: "1", Max: "2,5"}, "2.51", no},
		{schema.AnswerRule{Kind: schema.AnswerNumber, Min: "10"}, "9", no},
		{schema.AnswerRule{Kind: schema.AnswerPhone}, "8 (912) 345-67-89", "+79123456789"},
		{schema.AnswerRule{Kind: schema.AnswerPhone}, "+44 20 7946 0958", "+442079460958"},
		{schema.AnswerRule{Kind: schema.AnswerPhone}, "12345", no},
		{schema.AnswerRule{Kind: schema.AnswerPhone}, "мой 89123456789", no},
		{schema.AnswerRule{Kind: schema.AnswerEmail}, "Anna.S@Example.COM", "Anna.S@example.com"},
		{schema.AnswerRule{Kind: schema.AnswerEmail}, "анна@почта.рф", "анна@почта.рф"},
		{schema.AnswerRule{Kind: schema.AnswerEmail}, "anna@example", no},
		{schema.AnswerRule{Kind: schema.AnswerEmail}, "anna@example.com, boris@example.com", no},
		{schema.AnswerRule{Kind: schema.AnswerEmail}, "Anna <anna@example.com>", no},
		{schema.AnswerRule{Kind: schema.AnswerEmail}, "anna@-example.com", no},
		{schema.AnswerRule{Kind: schema.AnswerDate}, "5.3.2026", "2026-03-05"},
		{schema.AnswerRule{Kind: schema.AnswerDate}, "05/03/2026", "2026-03-05"},
		{schema.AnswerRule{Kind: schema.AnswerDate}, "2026-03-05", "2026-03-05"},
		{schema.AnswerRule{Kind: schema.AnswerDate}, "30.02.2026", no},
		{schema.AnswerRule{Kind: schema.AnswerDate}, "завтра", no},
		{schema.AnswerRule{Kind: schema.AnswerDate, Min: "01.03.2026", Max: "2026-03-31"}, "31.03.2026", "2026-03-31"},
		{schema.AnswerRule{Kind: schema.AnswerDate, Min: "01.03.2026", Max: "2026-03-31"}, "28.02.2026", no},
		{schema.AnswerRule{Kind: schema.AnswerOneOf, Options: []string{"Кошка", "Собака"}}, " СОБАКА ", "Собака"},
		{schema.AnswerRule{Kind: schema.AnswerOneOf, Options: []string{"Кошка", "Собака"}}, "1.", "Кошка"},
		{schema.AnswerRule{Kind: schema.AnswerOneOf, Options: []string{"Кошка", "Собака"}}, "3", no},
		{schema.AnswerRule{Kind: schema.AnswerOneOf, Options: []string{"Кошка", "Собака"}}, "рыбка", no},
		{schema.AnswerRule{Kind: schema.AnswerPattern, Pattern: `[0-9]{4}|нет`}, "0415", "0415"},
		{schema.AnswerRule{Kind: schema.AnswerPattern, Pattern: `[0-9]{4}|нет`}, "04150", no},
		{schema.AnswerRule{Kind: schema.AnswerPattern, Pattern: `(?i)[a-z]\d+`}, "K9", "K9"},
	} {
		r, ok := readAnswer(c.rule, c.typed, "RU")
		if want := c.value != no; ok != want || ok && r.value != c.value {
			t.Errorf("%s %q (from %q to %q): %q, %t", c.rule.Kind, c.typed, c.rule.Min, c.rule.Max, r.value, ok)
		}
	}
}
