package host_test

import (
	"encoding/json"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/schema/shape"
)

// requests makes random requests: most nearly right, some wrong in one place,
// some damaged as text.
type requests struct {
	rand *rand.Rand
	out  strings.Builder
	// care is how likely each choice is a right one, out of 100.
	care int
}

func (g *requests) next(t *testing.T) (method string, params []byte) {
	t.Helper()
	op := schema.Operations[g.rand.IntN(len(schema.Operations))]
	s, err := shape.Of(op.Request)
	if err != nil {
		t.Fatal(err)
	}
	g.out.Reset()
	g.care = []int{100, 97, 90, 60}[g.rand.IntN(4)]
	g.object(s, 0)
	params = []byte(g.out.String())
	if g.rand.IntN(5) == 0 {
		params = g.damage(params)
	}
	return op.Method, params
}

func (g *requests) right() bool { return g.rand.IntN(100) < g.care }

func (g *requests) space() {
	if g.rand.IntN(20) == 0 {
		g.out.WriteString([]string{" ", "\n", "\t", "\r\n"}[g.rand.IntN(4)])
	}
}

// object writes an object of the schema's shape, in any order.
func (g *requests) object(s *shape.Struct, depth int) {
	g.out.WriteByte('{')
	first := true
	member := func(name string, value func()) {
		if !first {
			g.out.WriteByte(',')
		}
		first = false
		g.space()
		g.text(name)
		g.space()
		g.out.WriteByte(':')
		value()
		g.space()
	}
	for _, i := range g.rand.Perm(len(s.Fields)) {
		f := s.Fields[i]
		if f.Opaque > 0 && g.right() || f.Required() && !g.right() || !f.Required() && g.rand.IntN(2) == 0 {
			continue
		}
		member(f.Name, func() { g.value(f.Kind, f, depth) })
		if !g.right() {
			member(f.Name, func() { g.value(f.Kind, f, depth) })
		}
		if !g.right() {
			member(strings.ToUpper(f.Name[:1])+f.Name[1:], func() { g.any(depth) })
			if !g.right() {
				member(strings.ToUpper(f.Name[:1])+f.Name[1:], func() { g.any(depth) })
			}
		}
	}
	g.out.WriteByte('}')
}

func (g *requests) value(kind shape.Kind, f *shape.Field, depth int) {
	g.space()
	if !g.right() {
		g.any(depth)
		return
	}
	switch kind {
	case shape.Text:
		g.text(g.sample(f))
	case shape.Integer:
		g.out.WriteString([]string{"0", "1", "-1", "60", "200", "201", "30000", "30001", "2592000", "2592001", "-0", "9007199254740993"}[g.rand.IntN(12)])
	case shape.Bool:
		g.out.WriteString(strconv.FormatBool(g.rand.IntN(2) == 0))
	case shape.Object:
		g.object(f.Object, depth+1)
	case shape.List:
		g.out.WriteByte('[')
		for i := range g.rand.IntN(5) {
			if i > 0 {
				g.out.WriteByte(',')
			}
			g.value(f.Item, f, depth+1)
		}
		g.out.WriteByte(']')
	default:
		g.any(depth)
	}
}

// any writes a value of any type.
func (g *requests) any(depth int) {
	if depth > 40 {
		g.out.WriteByte('0')
		return
	}
	switch g.rand.IntN(8) {
	case 0:
		g.out.WriteString("null")
	case 1:
		g.out.WriteString("true")
	case 2:
		g.out.WriteString([]string{"1.5", "1e3", "-0.0", "123456789012345678901234567890", "7"}[g.rand.IntN(5)])
	case 3, 4:
		g.text(pool[g.rand.IntN(len(pool))])
	case 5:
		g.out.WriteByte('[')
		g.any(depth + 1)
		g.out.WriteByte(']')
	case 6:
		levels := 28 + g.rand.IntN(8)
		g.out.WriteString(strings.Repeat("[", levels) + strings.Repeat("]", levels))
	default:
		g.out.WriteString(`{"a":`)
		g.any(depth + 1)
		g.out.WriteByte('}')
	}
}

// pool holds texts that rules and readers stumble over.
var pool = []string{
	"", " ", "\u00a0", "\u200b", "a", "Да", "да ", " ДА", "Нет", "1", "2", "3.", "２", "1)", "x\x00y", "x\x1fy", "line\nbreak", "\"\\/",
	"😀", "👨‍👩‍👧‍👦", "🇷🇺", "и\u0306", "e\u0301", "ß", "İ", "ǅ", "K", "\u2028", "\ufeff", "\u202a+7 912\u202c",
	"north", "North", "line-1", "b1", "b2", "k.1_2:3-4", "к", "RU", "ru", "RUS", "auto", "native", "poll", "admin", "line", "read", "waiting",
	"+79123456789", "8 912 345-67-89", "89123456789;89210001122", "+7 (812) 438-16-78/", "++7", "123", "1234", "tel:1234", "８９１２３４５",
	strings.Repeat("1234;", 10), strings.Repeat("1234,", 11), "12345678901234567890", "123456789012345678901", "line_1",
	"79123456789@s.whatsapp.net", "123@lid", "1234@lid", "12345@lid", "12345-1234@g.us", "120363041234567890@g.us", "1@2@3", "a@b",
}

// sample gives a text that the field may well take, often at its limit.
func (g *requests) sample(f *shape.Field) string {
	if f.Kind == shape.List || g.rand.IntN(6) == 0 {
		return pool[g.rand.IntN(len(pool))]
	}
	for _, r := range f.Rules {
		switch r.Name {
		case "lineid":
			return []string{"north", "l", strings.Repeat("l", 40), strings.Repeat("l", 41)}[g.often(4)]
		case "key":
			return []string{"k1", "k.1_2:3-4", strings.Repeat("k", 128), strings.Repeat("k", 129)}[g.often(4)]
		case "region":
			return []string{"RU", "DE", " KZ ", "ru"}[g.often(4)]
		case "chatform":
			if g.rand.IntN(3) == 0 {
				return pool[g.rand.IntN(len(pool))]
			}
			return []string{"+79123456789", "8 912 345-67-89", "79123456789@s.whatsapp.net", "89123456789; 89210001122"}[g.rand.IntN(4)]
		case "oneof":
			return r.Values[g.rand.IntN(len(r.Values))]
		case "max":
			return g.long(int(r.N))
		}
	}
	return pool[g.rand.IntN(len(pool))]
}

// often picks the first places much more often than the last.
func (g *requests) often(n int) int { return min(g.rand.IntN(n), g.rand.IntN(n)) }

// long gives a text of a length about the limit, or much shorter.
func (g *requests) long(limit int) string {
	n := limit + 1 - g.rand.IntN(3)
	if g.rand.IntN(3) > 0 {
		n = 1 + g.rand.IntN(min(limit, 12))
	}
	unit := []string{"x", "я", "😀", "e\u0301", " ", "Да"}[g.often(6)]
	runes := []rune(strings.Repeat(unit, n))[:n]
	switch g.rand.IntN(5) {
	case 0: // white space around, which a trimmed field does not count
		return " " + string(runes) + "\n"
	case 1: // one over the limit in UTF-16, at most
		runes = []rune(strings.Repeat("x", max(limit-1, 0)) + "😀")
	}
	return string(runes)
}

// text writes a JSON text, with escapes where none are needed.
func (g *requests) text(s string) {
	plain, _ := json.Marshal(s)
	if g.rand.IntN(10) == 0 && !g.right() {
		plain = append(plain[:len(plain)-1], []string{`\ud83d"`, `\ude00"`, `\ud83d\ude00"`, `\ud83d\u0041"`, `\ud83dx"`}[g.rand.IntN(5)]...)
	}
	if g.rand.IntN(10) > 0 {
		g.out.Write(plain)
		return
	}
	g.out.WriteByte('"')
	for _, r := range s {
		if r < 0x10000 {
			g.out.WriteString(`\u` + strconv.FormatInt(0x10000|int64(r), 16)[1:])
			continue
		}
		r -= 0x10000
		g.out.WriteString(`\u` + strconv.FormatInt(int64(0xD800+r>>10), 16) + `\u` + strconv.FormatInt(int64(0xDC00+r&0x3FF), 16))
	}
	g.out.WriteByte('"')
}

// damage changes a few bytes: cut, doubled, replaced, swapped for structure.
func (g *requests) damage(in []byte) []byte {
	const marks = "{}[]\",:\\u0123456789abcdefDd-+.eE tfn\x00\n\xff\xd0\xed\xa0\x80"
	for range 1 + g.rand.IntN(3) {
		if len(in) == 0 {
			return in
		}
		at := g.rand.IntN(len(in))
		switch g.rand.IntN(5) {
		case 0:
			in = in[:at]
		case 1:
			in = append(in[:at:at], in[at+1:]...)
		case 2:
			in[at] = marks[g.rand.IntN(len(marks))]
		case 3:
			in = append(in[:at:at], append([]byte{marks[g.rand.IntN(len(marks))]}, in[at:]...)...)
		case 4:
			in = append(in, in[at:]...)
		}
	}
	return in
}
