package schema

import "github.com/nodeline/nodeline/schema/label"

// FoldLabel brings a button's label and a customer's typing to one form; see label.Fold.
func FoldLabel(s string) string { return label.Fold(s) }

// LabelNumber reads a typed choice, 0 when it is none; see label.Number.
func LabelNumber(s string) int { return label.Number(s) }
