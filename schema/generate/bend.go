package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/nodeline/nodeline/plugin/sentence"
	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/schema/shape"
	"github.com/nodeline/nodeline/schema/vectors"
)

// long is a text of one character many times over, written as {"$repeat": [unit, n]}.
type long struct {
	unit string
	n    int
}

func (l long) MarshalJSON() ([]byte, error) {
	return encode(object{{"$repeat", []any{l.unit, l.n}}})
}

// astral is a character of two UTF-16 units.
const astral = "🙂"

// bend makes the cases of one field.
type bend struct {
	w    *bender
	f    *shape.Field
	base any
	at   []any
	// tied: whether it is there matters to other fields. timed: so does its number.
	// dropped: an item without it is left out before the rules.
	tied, timed, dropped bool
	// again: an operation before this one has a field of the same name and rules, whose
	// every case is made; here are the ones that show that the rules are in force.
	again bool
}

func (b *bend) all() {
	b.wrongTypes()
	if !b.tied && !b.dropped {
		b.judged("missing", gone{})
		if !b.again {
			b.judged("null", nil)
		}
	}
	switch b.f.Kind {
	case shape.Text:
		b.texts()
	case shape.Integer:
		b.integers()
	case shape.Bool:
		b.judged("true", true)
		b.judged("false", false)
	case shape.List:
		b.lists()
	}
}

func (b *bend) wrongTypes() {
	wrong := map[shape.Kind][]any{
		shape.Text: {7, []any{}}, shape.Integer: {"7", json.Number("1.5"), json.Number("9223372036854775808")},
		shape.Bool: {"true", 1}, shape.List: {"x", object{}}, shape.Object: {"x", []any{}},
	}
	values := wrong[b.f.Kind]
	if b.again {
		values = values[:min(1, len(values))]
	}
	for _, v := range values {
		b.refused(fmt.Sprintf("%T", v), v, vectors.Want{Field: written(b.at), Rule: sentence.Type})
	}
	if b.f.Kind == shape.List {
		item := append(slices.Clone(b.at), 0)
		b.refused("an item of another type", []any{7}, vectors.Want{Field: written(item), Rule: sentence.Type})
	}
}

func (b *bend) refused(what string, v any, issue vectors.Want) {
	switch v := v.(type) {
	case string:
		what = "a text"
	case int, json.Number:
		what = fmt.Sprint("the number ", v)
	case object:
		what = "an object"
	case []any:
		if len(v) == 0 {
			what = "a list"
		}
	}
	b.w.add(written(b.at)+": type: "+what, with(b.base, b.at, v), []vectors.Want{issue}, nil)
}

// judged adds a case whose verdict follows from the field's rules; none where they
// say more than is read here.
func (b *bend) judged(what string, v any) {
	issue, warning, known := ruled(b.f.Kind, b.f.Rules, b.f.Trim, v)
	if !known {
		return
	}
	b.w.add(written(b.at)+": "+what, with(b.base, b.at, v), b.listed(issue), b.listed(warning))
}

// first is judged for a field that was not met before.
func (b *bend) first(what string, v any) {
	if !b.again {
		b.judged(what, v)
	}
}

func (b *bend) listed(w *vectors.Want) []vectors.Want {
	if w == nil {
		return nil
	}
	w.Field = written(b.at)
	return []vectors.Want{*w}
}

func (b *bend) texts() {
	if !b.tied && !b.dropped {
		if !b.again || b.f.Required() {
			b.judged("empty", "")
		}
		b.judged("only white space", " \t ")
	}
	b.textRules()
}

func (b *bend) textRules() {
	for _, r := range b.f.Rules {
		switch r.Name {
		case "max":
			b.textLimit(int(r.N), "x", astral)
		case "key":
			b.textLimit(sentence.KeyMax, "k")
			for _, v := range []string{"a b", "a/b", "ключ", astral} {
				b.first(fmt.Sprintf("the key %q", v), v)
			}
		case "lineid":
			b.textLimit(sentence.LineIDMax, "l")
			for _, v := range []string{"North", "a b", "a_b", "линия", astral} {
				b.first(fmt.Sprintf("the line %q", v), v)
			}
		case "region":
			for _, v := range []string{"RU", "ru", "R", "RUS", "РФ", astral} {
				b.first(fmt.Sprintf("the region %q", v), v)
			}
		case "oneof":
			for _, v := range r.Values {
				b.first(fmt.Sprintf("the choice %q", v), v)
			}
			b.judged("no choice", "other"+r.Values[0])
			b.first("a choice in capitals", strings.ToUpper(r.Values[0]))
		}
	}
}

func (b *bend) textLimit(n int, units ...string) {
	if b.again {
		units = units[:1]
	}
	for _, unit := range units {
		if len(unit)*(n+1) > schema.ValidatorMaxBytes/2 {
			continue
		}
		of := fmt.Sprintf(" of %q", unit)
		b.judged("at the limit"+of, long{unit, n})
		b.judged("one over the limit"+of, long{unit, n + 1})
	}
}

func (b *bend) integers() {
	if b.timed {
		return
	}
	for _, r := range b.f.Rules {
		if r.Name != "min" && r.Name != "max" {
			continue
		}
		for _, n := range []int64{r.N - 1, r.N, r.N + 1} {
			b.judged(fmt.Sprintf("%s %d: %d", r.Name, r.N, n), n)
		}
	}
	// The greatest that JavaScript reads exactly.
	const most = 1<<53 - 1
	b.first("the least whole number", int64(-most))
	b.first("the greatest whole number", int64(most))
}

// lists makes the list shorter and longer, of items like its first one.
func (b *bend) lists() {
	items, _ := get(b.base, b.at).([]any)
	if len(items) == 0 {
		return
	}
	_, growing := b.f.Rule("growing")
	_, labels := b.f.Rule("labels")
	for _, r := range b.f.Rules {
		if r.Name != "min" && r.Name != "max" {
			continue
		}
		for _, n := range []int{int(r.N) - 1, int(r.N), int(r.N) + 1} {
			if growing && n <= int(r.N) || n == 0 && b.tied {
				continue
			}
			b.judged(fmt.Sprintf("%s %d: %d items", r.Name, r.N, n), repeated(items[0], n, labels))
		}
	}
}

// repeated is n items like one, each with a text of its own where they must differ.
func repeated(item any, n int, differ bool) []any {
	list := make([]any, n)
	for i := range list {
		list[i] = item
		if differ {
			list[i] = with(with(item, []any{"id"}, gone{}), []any{"text"}, "choice "+string(rune('a'+i)))
		}
	}
	return list
}

// ruled reads a verdict from the rules of a tag: at most one refusal, or a warning.
// known is false where a rule decides that is not read here.
func ruled(kind shape.Kind, rules []shape.Rule, trim bool, v any) (issue, warning *vectors.Want, known bool) {
	points, units, text := textOf(v, trim)
	for _, r := range rules {
		refuse := func(limit, actual int) (*vectors.Want, *vectors.Want, bool) {
			return &vectors.Want{Rule: r.Name, Limit: limit, Actual: actual}, nil, true
		}
		switch r.Name {
		case "omitempty":
			if absent(kind, v, points) {
				return nil, warning, true
			}
		case "required":
			if absent(kind, v, points) {
				return refuse(0, 0)
			}
		case "notblank":
			if strings.TrimSpace(text) == "" {
				return refuse(0, 0)
			}
		case "min", "max":
			n := sized(v, points)
			if r.Name == "min" && n < int(r.N) || r.Name == "max" && n > int(r.N) {
				return refuse(int(r.N), n)
			}
			if r.Name == "max" && kind == shape.Text && units > int(r.N) {
				warning = &vectors.Want{Rule: sentence.UTF16, Limit: int(r.N), Actual: units}
			}
		case "oneof":
			if !slices.Contains(r.Values, text) {
				return refuse(0, 0)
			}
		case "key":
			if !made(text, sentence.KeyMax, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:-") {
				return refuse(sentence.KeyMax, points)
			}
		case "lineid":
			if !made(text, sentence.LineIDMax, "abcdefghijklmnopqrstuvwxyz0123456789-") {
				return refuse(sentence.LineIDMax, points)
			}
		case "region":
			if points != sentence.RegionLen || !made(text, sentence.RegionLen, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") {
				return refuse(sentence.RegionLen, points)
			}
		case "labels", "ids":
		default:
			return nil, nil, false
		}
	}
	return nil, warning, true
}

// textOf gives a text's size in code points and in UTF-16 units, and the text itself.
func textOf(v any, trim bool) (points, units int, text string) {
	switch v := v.(type) {
	case long:
		return textOf(strings.Repeat(v.unit, v.n), trim)
	case string:
		if trim {
			v = strings.TrimSpace(v)
		}
		return utf8.RuneCountInString(v), len(utf16.Encode([]rune(v))), v
	}
	return 0, 0, ""
}

// absent reports what stands for a field that is not there.
func absent(kind shape.Kind, v any, points int) bool {
	switch kind {
	case shape.Text:
		return points == 0
	case shape.Integer:
		n, _ := v.(int64)
		return n == 0
	}
	return v == nil || v == gone{}
}

func sized(v any, points int) int {
	switch v := v.(type) {
	case int64:
		return int(v)
	case []any:
		return len(v)
	}
	return points
}

func made(text string, most int, of string) bool {
	return text != "" && len(text) <= most && strings.Trim(text, of) == ""
}
