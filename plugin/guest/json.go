package main

import (
	"unicode/utf16"
	"unicode/utf8"
)

// A strict reader of JSON (RFC 8259). Its caller has already made sure that the
// input is valid UTF-8 and not nested deeper than maxDepth, so it may recurse.

type valueKind string

const (
	valNull   valueKind = "null"
	valBool   valueKind = "bool"
	valNumber valueKind = "number"
	valText   valueKind = "text"
	valList   valueKind = "list"
	valObject valueKind = "object"
)

type value struct {
	kind  valueKind
	text  string   // a text without its escapes, or a number as written
	names []string // of an object's members, beside items
	items []value
}

// membersUsual is how many members most objects have at most: room for them is
// made at once.
const membersUsual = 4

type reader struct {
	in   []byte
	at   int
	lone bool // an escaped half of a surrogate pair was met
}

// read parses the whole input as one value.
func (r *reader) read() (value, bool) {
	v, ok := r.value()
	r.space()
	return v, ok && r.at == len(r.in)
}

func (r *reader) space() {
	for r.at < len(r.in) {
		switch r.in[r.at] {
		case ' ', '\t', '\n', '\r':
			r.at++
		default:
			return
		}
	}
}

// take moves past c and reports whether it was there, white space aside.
func (r *reader) take(c byte) bool {
	r.space()
	if r.at < len(r.in) && r.in[r.at] == c {
		r.at++
		return true
	}
	return false
}

func (r *reader) word(w string) bool {
	if len(r.in)-r.at < len(w) || string(r.in[r.at:r.at+len(w)]) != w {
		return false
	}
	r.at += len(w)
	return true
}

func (r *reader) value() (value, bool) {
	r.space()
	if r.at == len(r.in) {
		return value{}, false
	}
	switch c := r.in[r.at]; {
	case c == '{':
		return r.object()
	case c == '[':
		return r.list()
	case c == '"':
		s, ok := r.str()
		return value{kind: valText, text: s}, ok
	case c == 't':
		return value{kind: valBool}, r.word("true")
	case c == 'f':
		return value{kind: valBool}, r.word("false")
	case c == 'n':
		return value{kind: valNull}, r.word("null")
	default:
		return r.number()
	}
}

func (r *reader) object() (value, bool) {
	r.at++
	v := value{kind: valObject}
	if r.take('}') {
		return v, true
	}
	v.names, v.items = make([]string, 0, membersUsual), make([]value, 0, membersUsual)
	for {
		r.space()
		name, ok := r.str()
		if !ok || !r.take(':') {
			return v, false
		}
		item, ok := r.value()
		if !ok {
			return v, false
		}
		v.names, v.items = append(v.names, name), append(v.items, item)
		if r.take('}') {
			return v, true
		}
		if !r.take(',') {
			return v, false
		}
	}
}

func (r *reader) list() (value, bool) {
	r.at++
	v := value{kind: valList}
	if r.take(']') {
		return v, true
	}
	for {
		item, ok := r.value()
		if !ok {
			return v, false
		}
		v.items = append(v.items, item)
		if r.take(']') {
			return v, true
		}
		if !r.take(',') {
			return v, false
		}
	}
}

func (r *reader) digits() bool {
	from := r.at
	for r.at < len(r.in) && r.in[r.at] >= '0' && r.in[r.at] <= '9' {
		r.at++
	}
	return r.at > from
}

func (r *reader) is(chars string) bool {
	for i := range len(chars) {
		if r.at < len(r.in) && r.in[r.at] == chars[i] {
			return true
		}
	}
	return false
}

func (r *reader) number() (value, bool) {
	from := r.at
	if r.is("-") {
		r.at++
	}
	if r.is("0") {
		r.at++
	} else if !r.digits() {
		return value{}, false
	}
	if r.is(".") {
		r.at++
		if !r.digits() {
			return value{}, false
		}
	}
	if r.is("eE") {
		r.at++
		if r.is("+-") {
			r.at++
		}
		if !r.digits() {
			return value{}, false
		}
	}
	return value{kind: valNumber, text: string(r.in[from:r.at])}, true
}

// str reads a text with its quotes.
func (r *reader) str() (string, bool) {
	if !r.is(`"`) {
		return "", false
	}
	r.at++
	from := r.at
	var out []byte // only once an escape was met
	for r.at < len(r.in) {
		c := r.in[r.at]
		switch {
		case c == '"':
			part := r.in[from:r.at]
			r.at++
			if out == nil {
				return string(part), true
			}
			return string(append(out, part...)), true
		case c < 0x20:
			return "", false
		case c == '\\':
			out = append(out, r.in[from:r.at]...)
			r.at++
			char, ok := r.escape()
			if !ok {
				return "", false
			}
			out = utf8.AppendRune(out, char)
			from = r.at
		default:
			r.at++
		}
	}
	return "", false
}

// escape reads what follows a backslash.
func (r *reader) escape() (rune, bool) {
	if r.at == len(r.in) {
		return 0, false
	}
	c := r.in[r.at]
	r.at++
	switch c {
	case '"', '\\', '/':
		return rune(c), true
	case 'b':
		return '\b', true
	case 'f':
		return '\f', true
	case 'n':
		return '\n', true
	case 'r':
		return '\r', true
	case 't':
		return '\t', true
	case 'u':
		return r.unicode()
	}
	return 0, false
}

func (r *reader) unicode() (rune, bool) {
	char, ok := r.hex4()
	if !ok || !utf16.IsSurrogate(char) {
		return char, ok
	}
	if back := r.at; r.word(`\u`) {
		low, ok := r.hex4()
		if !ok {
			return 0, false
		}
		if pair := utf16.DecodeRune(char, low); pair != utf8.RuneError {
			return pair, true
		}
		r.at = back
	}
	r.lone = true
	return utf8.RuneError, true
}

func (r *reader) hex4() (rune, bool) {
	if len(r.in)-r.at < 4 {
		return 0, false
	}
	var char rune
	for range 4 {
		c := r.in[r.at]
		r.at++
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		char = char<<4 | rune(c)
	}
	return char, true
}

// depth measures how deep brackets nest outside texts, whatever else is wrong.
func depth(in []byte) int {
	now, most, quoted := 0, 0, false
	for i := 0; i < len(in); i++ {
		switch c := in[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[' || c == '{':
			now++
			most = max(most, now)
		case c == ']' || c == '}':
			now--
		}
	}
	return most
}
