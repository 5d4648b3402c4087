package main

// The rule table is made from schema's tags by `just generate` (rules.gen.go).

// envelopeBytes is what the host may write around the params.
const envelopeBytes = 512

type kind string

// Kinds, as sentences name them.
const (
	kindText    kind = "text"
	kindInteger kind = "integer"
	kindBool    kind = "bool"
	kindList    kind = "list"
	kindObject  kind = "object"
)

type rule struct {
	name   string   // as in the tag
	n      int64    // min and max
	values []string // oneof; alone and orelse: fields beside it
}

type field struct {
	name      string
	kind      kind
	item      kind // of a list
	object    int  // index in objects, -1 for none
	open      bool // its objects may have members that nobody reads
	trim      bool
	dropBlank bool
	rules     []rule
	itemRules []rule
	en, ru    string // label
}

type method struct {
	name   string
	object int
}

func (f *field) label(lang string) string {
	if lang == "ru" {
		return f.ru
	}
	return f.en
}

func fieldOf(fields []field, name string) *field {
	for i := range fields {
		if fields[i].name == name {
			return &fields[i]
		}
	}
	return nil
}
