// Package sentence writes what is wrong with a field, in English and Russian.
//
// It is shared by the WebAssembly validator and the native one, so it uses
// neither fmt nor reflection, and imports nothing but strconv.
package sentence

import "strconv"

// Rules as an issue names them. The ones of the schema's tags keep their names.
const (
	Required = "required"
	NotBlank = "notblank"
	Min      = "min"
	Max      = "max"
	OneOf    = "oneof"
	Key      = "key"
	LineID   = "lineid"
	Region   = "region"
	ChatForm = "chatform"
	Labels   = "labels"
	IDs      = "ids"
	Growing  = "growing"
	InTime   = "intime"
	Alone    = "alone"
	OrElse   = "orelse" // Required where no field of several beside it is filled in; issues call it that
	WebURL   = "weburl"
	CallForm = "callform"

	Emoji   = "emoji"
	Degrees = "degrees"

	// Of the request's form.
	UnknownMethod = "unknown_method"
	UnknownField  = "unknown_field"
	Duplicate     = "duplicate_field"
	Type          = "type"
	JSON          = "json"
	UTF8          = "utf8"
	Depth         = "depth"
	TooLarge      = "too_large"

	// Of warnings.
	UTF16 = "utf16"
)

// Limits that belong to a rule rather than to a tag.
const (
	KeyMax    = 128 // characters
	LineIDMax = 40  // characters
	RegionLen = 2   // characters
	// NameShown is how much of an unknown field's name is repeated, characters.
	NameShown = 40
	// IssuesMax is how many issues one verdict names.
	IssuesMax = 20
)

// Fact is what a sentence is made of.
type Fact struct {
	Rule   string
	Label  string // of the field, in the sentence's language
	Kind   string // "text", "list" or "integer": what min and max measure
	Limit  int64
	Actual int64
	// Other is the second party: the other field's label (labels, ids), the
	// values to choose from (oneof), the reminder before (growing), the deadline (intime), the field beside it (alone).
	Other string
	// Number: the label is the number of Other, rather than its double.
	Number bool
	// Want and Got are JSON types, for the rule type.
	Want, Got string
}

// RuleOf is a tag's rule as an issue names it.
func RuleOf(tag string) string {
	if tag == OrElse {
		return Required
	}
	return tag
}

// Say writes the sentence in lang, "ru" or English.
func Say(lang string, f Fact) string {
	if lang == "ru" {
		return russian(f)
	}
	return english(f)
}

// Place puts the 1-based place for {n} in a label.
func Place(label string, n int) string {
	for i := 0; i+3 <= len(label); i++ {
		if label[i:i+3] == "{n}" {
			return label[:i] + strconv.Itoa(n) + label[i+3:]
		}
	}
	return label
}

// Short cuts a caller's own text to what a sentence may repeat.
func Short(name string) string {
	n := 0
	for i := range name {
		if n == NameShown {
			return name[:i] + "…"
		}
		n++
	}
	return name
}

func num(n int64) string { return strconv.FormatInt(n, 10) }
