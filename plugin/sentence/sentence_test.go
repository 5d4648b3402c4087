package sentence

import (
	"strings"
	"testing"
)

// Every rule has a sentence of its own in each language, which names what it must.
func TestEveryRuleHasItsSentence(t *testing.T) {
	rules := []string{
		Required, NotBlank, Min, Max, OneOf, Key, LineID, Region, ChatForm, Labels, IDs, Growing, InTime, Alone, WebURL, CallForm,
		UnknownMethod, UnknownField, Duplicate, Type, UTF8, Depth, TooLarge, UTF16,
	}
	wordless := []string{UnknownMethod, UTF8, Depth, TooLarge}
	measured := []string{Min, Max, Key, LineID, Depth, TooLarge, UTF16, Growing, InTime}
	for _, lang := range []string{"en", "ru"} {
		seen := map[string]string{Say(lang, Fact{Rule: JSON}): JSON}
		for _, rule := range rules {
			got := Say(lang, Fact{Rule: rule, Label: "ЯРЛЫК", Kind: "text", Limit: 4321, Actual: 8765, Other: "ДРУГОЙ", Want: "text", Got: "list"})
			if other, taken := seen[got]; taken {
				t.Errorf("%s: %s and %s say the same: %s", lang, rule, other, got)
			}
			seen[got] = rule
			if !strings.HasSuffix(got, ".") {
				t.Errorf("%s: %s has no full stop: %s", lang, rule, got)
			}
			if strings.Contains(got, "ЯРЛЫК") == in(rule, wordless) {
				t.Errorf("%s: %s and the label: %s", lang, rule, got)
			}
			if in(rule, measured) && (!strings.Contains(got, "4321") || !strings.Contains(got, "8765")) {
				t.Errorf("%s: %s lacks the limit or the length: %s", lang, rule, got)
			}
			if in(rule, []string{OneOf, Labels, IDs, Growing, Alone}) && !strings.Contains(got, "ДРУГОЙ") {
				t.Errorf("%s: %s lacks the other: %s", lang, rule, got)
			}
		}
	}
}

func in(s string, list []string) bool {
	for _, one := range list {
		if one == s {
			return true
		}
	}
	return false
}

func TestRussianPlurals(t *testing.T) {
	for n, want := range map[int64]string{
		0: "символов", 1: "символ", 2: "символа", 4: "символа", 5: "символов", 11: "символов", 12: "символов", 14: "символов",
		21: "символ", 22: "символа", 25: "символов", 111: "символов", 121: "символ", -1: "символ",
	} {
		if got := plural(n, "символ", "символа", "символов"); got != want {
			t.Errorf("%d %s, want %s", n, got, want)
		}
	}
}

func TestEnglishSingular(t *testing.T) {
	if got := Say("en", Fact{Rule: Max, Label: "x", Kind: "text", Limit: 0, Actual: 1}); !strings.Contains(got, "1 character,") {
		t.Error(got)
	}
}

func TestTypesInBothLanguages(t *testing.T) {
	for _, lang := range []string{"en", "ru"} {
		seen := map[string]bool{}
		for _, typ := range []string{"text", "integer", "number", "bool", "list", "object"} {
			got := Say(lang, Fact{Rule: Type, Label: "x", Want: typ, Got: "text"})
			if seen[got] {
				t.Errorf("%s: two types read alike: %s", lang, got)
			}
			seen[got] = true
		}
	}
}

func TestPlaceAndShort(t *testing.T) {
	if got := Place("Кнопка {n}", 3); got != "Кнопка 3" {
		t.Error(got)
	}
	if got := Place("Header", 3); got != "Header" {
		t.Error(got)
	}
	exact := strings.Repeat("ж", NameShown)
	if got := Short(exact); got != exact {
		t.Error(got)
	}
	if got := Short(exact + "ж"); got != exact+"…" {
		t.Error(got)
	}
}
