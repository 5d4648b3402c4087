// Package label compares what people type: button labels and answers.
//
// It is apart from schema so that the WebAssembly validator, which carries no
// reflection, judges labels by the very code that later matches answers.
package label

import (
	"strings"
	"unicode"
)

// Fold brings a button's label and a customer's typing to one form: case,
// surrounding and doubled white space, and full-width digits are forgiven.
// Two labels that fold alike cannot be told apart by a typed answer.
func Fold(s string) string {
	s = strings.Map(func(r rune) rune {
		if r >= '０' && r <= '９' {
			return '0' + (r - '０')
		}
		return unicode.ToLower(r)
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// Number reads a typed choice of up to 99: "1", "1.", "1)", " １ " give 1;
// anything else 0.
func Number(s string) int {
	s = strings.TrimSpace(strings.TrimRight(Fold(s), ".)"))
	if s == "" || len(s) > 2 || s[0] < '1' || s[0] > '9' {
		return 0
	}
	n := 0
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return 0
		}
		n = 10*n + int(c-'0')
	}
	return n
}

// Blank reports whether nothing of s would be seen: it is empty, or only white
// space and characters without width.
func Blank(s string) bool {
	for _, r := range s {
		if !unicode.IsSpace(r) && !Invisible(r) {
			return false
		}
	}
	return true
}

// Invisible reports a character without width that keyboards and copied text
// leave behind: soft hyphen, zero-width space to right-to-left mark, the marks
// of direction around a copied phone number, word joiner, byte order mark, and
// the braille blank.
func Invisible(r rune) bool {
	return r == 0xAD || r >= 0x200B && r <= 0x200F || r >= 0x202A && r <= 0x202E ||
		r == 0x2060 || r >= 0x2066 && r <= 0x2069 || r == 0xFEFF || r == 0x2800
}

// Strip removes the invisible characters.
func Strip(s string) string {
	return strings.Map(func(r rune) rune {
		if Invisible(r) {
			return -1
		}
		return r
	}, s)
}

// Clash finds the first of the labels that a typed answer could not tell from
// another: it folds like an earlier one, or it is the number of another one
// ("2" as the first of three). It returns the places of both, from 0, or -1, -1.
func Clash(labels []string) (at, with int) {
	folded := make([]string, len(labels))
	for i, text := range labels {
		folded[i] = Fold(text)
		for j := range i {
			if folded[i] == folded[j] {
				return i, j
			}
		}
		if n := Number(text); n > 0 && n <= len(labels) && n != i+1 {
			return i, n - 1
		}
	}
	return -1, -1
}
