package schema

import (
	"strings"
	"unicode"
)

// FoldLabel brings a button's label and a customer's typing to one form: case,
// surrounding and doubled white space, and full-width digits are forgiven.
// Two labels that fold alike cannot be told apart by a typed answer.
func FoldLabel(s string) string {
	s = strings.Map(func(r rune) rune {
		if r >= '０' && r <= '９' {
			return '0' + (r - '０')
		}
		return unicode.ToLower(r)
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// LabelNumber reads a typed choice: "1", "1.", "1)", " １ " give 1; anything else 0.
func LabelNumber(s string) int {
	s = strings.TrimSpace(strings.TrimRight(FoldLabel(s), ".)"))
	if len(s) != 1 || s[0] < '1' || s[0] > '9' {
		return 0
	}
	return int(s[0] - '0')
}
