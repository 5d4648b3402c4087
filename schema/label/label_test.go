package label

import "testing"

func TestFold(t *testing.T) {
	for in, want := range map[string]string{
		"  Да,   приду ": "да, приду",
		"ДА":             "да",
		"в １０:00":        "в 10:00",
		"a\u00a0b\n":     "a b",
		"":               "",
	} {
		if got := Fold(in); got != want {
			t.Errorf("Fold(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestNumber(t *testing.T) {
	for in, want := range map[string]int{
		"1": 1, "1.": 1, "1)": 1, " １ ": 1, "３)": 3, "9": 9, "1 .": 1, "10": 10, "12)": 12, "１１.": 11,
		"0": 0, "01": 0, "100": 0, "1a": 0, "a1": 0, "": 0, "один": 0, "1 билет": 0, "-1": 0, ".1": 0, "1,": 0,
	} {
		if got := Number(in); got != want {
			t.Errorf("Number(%q) = %d, want %d", in, got, want)
		}
	}
}

func TestBlankAndStrip(t *testing.T) {
	for _, s := range []string{"", " ", "\t\n", "\u00a0\u3000", "\u200b\ufeff\u2060\u00ad", "\u2800", "\u202a \u202c"} {
		if !Blank(s) {
			t.Errorf("%q is not blank", s)
		}
	}
	for _, s := range []string{"a", " . ", "0", "😀", "\u200bа"} {
		if Blank(s) {
			t.Errorf("%q is blank", s)
		}
	}
	if got := Strip("\u202a+7\u200b 912\u202c"); got != "+7 912" {
		t.Errorf("Strip gives %q", got)
	}
}

func TestClash(t *testing.T) {
	for _, c := range []struct {
		labels   []string
		at, with int
	}{
		{nil, -1, -1},
		{[]string{"Да", "Нет"}, -1, -1},
		{[]string{"Да", "Нет", " да"}, 2, 0},
		{[]string{"2", "Нет"}, 0, 1},
		{[]string{"1", "2", "3"}, -1, -1},
		{[]string{"Да", "1)"}, 1, 0},
		{[]string{"3", "Да"}, -1, -1},
		{[]string{"3", "Да", "Нет"}, 0, 2},
	} {
		if at, with := Clash(c.labels); at != c.at || with != c.with {
			t.Errorf("Clash(%q) = %d, %d, want %d, %d", c.labels, at, with, c.at, c.with)
		}
	}
}
