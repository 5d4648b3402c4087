package main

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/nodeline/nodeline/plugin/sentence"
	"github.com/nodeline/nodeline/schema/label"
)

// subject is one value under its rules.
type subject struct {
	c      *checker
	f      *field
	v      value
	in     value   // the object that it is a field of
	beside []field // the fields of in
	path   string
	label  string
	isItem bool
	// Of a list: the items that are left, and their places in the caller's list, from 0.
	items  []value
	places []int
}

func (s *subject) kind() kind {
	if s.isItem {
		return s.f.item
	}
	return s.f.kind
}

// keep fills items, without the blank ones where the schema drops them.
func (s *subject) keep() {
	for i, item := range s.v.items {
		if s.f.dropBlank && label.Blank(member(item, "text").text) {
			continue
		}
		s.items, s.places = append(s.items, item), append(s.places, i)
	}
}

// absent reports what "required" refuses and "omitempty" lets pass: the zero
// value of the field's type. A list that is there but empty is not absent.
func (s *subject) absent() bool {
	switch s.kind() {
	case kindText:
		return s.v.text == ""
	case kindInteger:
		return s.number() == 0
	}
	return s.v.kind == valNull
}

func (s *subject) number() int64 { return integer(s.v) }

// integer reads a whole number, 0 for an absent one.
func integer(v value) int64 {
	n, _ := strconv.ParseInt(v.text, 10, 64)
	return n
}

// size is what min and max measure: code points, items, or the number itself.
func (s *subject) size() int64 {
	switch s.kind() {
	case kindText:
		return int64(utf8.RuneCountInString(s.v.text))
	case kindList:
		return int64(len(s.items))
	}
	return s.number()
}

// judge applies the rules in order until one refuses; false when one did.
func (s *subject) judge(rules []rule) bool {
	for i := range rules {
		r := &rules[i]
		if r.name == "omitempty" {
			if s.absent() {
				return true
			}
			continue
		}
		path, fact, bad := s.apply(r)
		if bad {
			fact.Rule = sentence.RuleOf(r.name)
			s.c.refuse(path, fact)
			return false
		}
	}
	return true
}

// apply gives the path and the fact of a refusal.
func (s *subject) apply(r *rule) (path string, f sentence.Fact, bad bool) {
	f = sentence.Fact{Label: s.label, Kind: string(s.kind())}
	switch r.name {
	case sentence.Required:
		return s.path, f, s.absent()
	case sentence.NotBlank:
		return s.path, f, label.Blank(s.v.text)
	case sentence.Min:
		f.Limit, f.Actual = r.n, s.size()
		return s.path, f, f.Actual < f.Limit
	case sentence.Max:
		f.Limit, f.Actual = r.n, s.size()
		s.units(r.n, f.Actual)
		return s.path, f, f.Actual > f.Limit
	case sentence.OneOf:
		f.Other = strings.Join(r.values, ", ")
		return s.path, f, !among(s.v.text, r.values)
	case sentence.Key:
		f.Limit, f.Actual = sentence.KeyMax, s.size()
		return s.path, f, !made(s.v.text, f.Limit, keyChar)
	case sentence.LineID:
		f.Limit, f.Actual = sentence.LineIDMax, s.size()
		return s.path, f, !made(s.v.text, f.Limit, lineChar)
	case sentence.Region:
		f.Limit, f.Actual = sentence.RegionLen, s.size()
		return s.path, f, f.Actual != f.Limit || !made(s.v.text, f.Limit, capital)
	case sentence.ChatForm:
		return s.path, f, !chatForm(s.v.text)
	case sentence.Emoji:
		return s.path, f, !label.Emoji(s.v.text)
	case sentence.Degrees:
		f.Limit = r.n
		return s.path, f, !degrees(s.v.text, r.n)
	case sentence.Labels:
		return s.labels(f)
	case sentence.IDs:
		return s.ids(f)
	case sentence.Growing:
		return s.growing(f)
	case sentence.InTime:
		return s.inTime(f, r.n)
	case sentence.Alone:
		f.Other = s.filledOf(r.values)
		return s.path, f, f.Other != "" && s.filled(s.f, s.v)
	case sentence.OrElse:
		return s.path, f, s.absent() && s.filledOf(r.values) == ""
	case sentence.WebURL:
		return s.path, f, !webURL(s.v.text)
	case sentence.CallForm:
		return s.path, f, !callForm(s.v.text)
	}
	return s.path, f, false
}

// filled reports whether a field holds anything: a list one item that is left.
func (s *subject) filled(f *field, v value) bool {
	switch f.kind {
	case kindText:
		return v.text != ""
	case kindList:
		list := subject{f: f, v: v}
		list.keep()
		return len(list.items) > 0
	}
	return v.kind != valNull
}

// filledOf gives the label of the first of the fields beside this one that is filled in, "" for none.
func (s *subject) filledOf(names []string) string {
	for _, name := range names {
		if f := fieldOf(s.beside, name); f != nil && s.filled(f, member(s.in, name)) {
			return f.label(s.c.lang)
		}
	}
	return ""
}

// units warns of a text that fits in code points and not in UTF-16 units.
func (s *subject) units(limit, points int64) {
	if s.kind() != kindText || points > limit {
		return
	}
	n := int64(0)
	for _, r := range s.v.text {
		n += int64(utf16.RuneLen(r))
	}
	if n > limit {
		s.c.warn(s.path, sentence.Fact{Rule: sentence.UTF16, Label: s.label, Limit: limit, Actual: n})
	}
}

// labels refuses the first button whose label a typed answer could not tell from another's.
func (s *subject) labels(f sentence.Fact) (string, sentence.Fact, bool) {
	texts := make([]string, len(s.items))
	for i, item := range s.items {
		texts[i] = strings.TrimSpace(member(item, "text").text)
	}
	at, with := label.Clash(texts)
	if at < 0 {
		return s.path, f, false
	}
	f.Number = label.Fold(texts[at]) != label.Fold(texts[with])
	return s.pair(f, "text", at, with)
}

// ids refuses the first button whose id another one has, counting the ids
// ("b1", "b2", ...) that stand in for absent ones.
func (s *subject) ids(f sentence.Fact) (string, sentence.Fact, bool) {
	ids := make([]string, len(s.items))
	for i, item := range s.items {
		ids[i] = strings.TrimSpace(member(item, "id").text)
		if ids[i] == "" {
			ids[i] = "b" + strconv.Itoa(i+1)
		}
		for j := range i {
			if ids[i] == ids[j] {
				return s.pair(f, "id", i, j)
			}
		}
	}
	return s.path, f, false
}

// growing refuses the first reminder that is not later than those before it. What
// is not above zero is refused by the field's own rules.
func (s *subject) growing(f sentence.Fact) (string, sentence.Fact, bool) {
	last := -1
	for i, item := range s.items {
		f.Actual = after(item)
		switch {
		case f.Actual <= 0:
		case last >= 0 && f.Actual <= f.Limit:
			return s.pair(f, afterSeconds, i, last)
		default:
			f.Limit, last = f.Actual, i
		}
	}
	return s.path, f, false
}

// inTime refuses the first reminder that is not before the request's deadline.
func (s *subject) inTime(f sentence.Fact, otherwise int64) (string, sentence.Fact, bool) {
	f.Limit = integer(member(s.in, "deadlineSeconds"))
	if f.Limit == 0 {
		f.Limit = otherwise
	}
	for i, item := range s.items {
		if f.Actual = after(item); f.Limit > 0 && f.Actual >= f.Limit {
			path, f, _ := s.pair(f, afterSeconds, i, i)
			f.Other = ""
			return path, f, true
		}
	}
	return s.path, f, false
}

const afterSeconds = "afterSeconds"

func after(reminder value) int64 { return integer(member(reminder, afterSeconds)) }

// pair names a field of two list items that get in each other's way.
func (s *subject) pair(f sentence.Fact, name string, at, with int) (string, sentence.Fact, bool) {
	inner := fieldOf(objects[s.f.object], name).label(s.c.lang)
	f.Label = sentence.Place(inner, s.places[at]+1)
	f.Other = sentence.Place(inner, s.places[with]+1)
	return index(s.path, s.places[at]) + "." + name, f, true
}

// degrees judges a decimal from -limit to limit: up to three digits, and up to 17
// after a point or a comma.
func degrees(s string, limit int64) bool {
	s = strings.Replace(s, ",", ".", 1)
	if s != "" && (s[0] == '-' || s[0] == '+') {
		s = s[1:]
	}
	whole, part, pointed := strings.Cut(s, ".")
	if !made(whole, 3, digit) || pointed && !made(part, 17, digit) {
		return false
	}
	n, _ := strconv.ParseInt(whole, 10, 64)
	return n < limit || n == limit && strings.Trim(part, "0") == ""
}

func among(s string, values []string) bool {
	for _, v := range values {
		if s == v {
			return true
		}
	}
	return false
}

// made reports whether s is 1 to limit characters that ok lets through.
func made(s string, limit int64, ok func(byte) bool) bool {
	if s == "" || int64(len(s)) > limit {
		return false
	}
	for i := range len(s) {
		if !ok(s[i]) {
			return false
		}
	}
	return true
}

func digit(c byte) bool    { return c >= '0' && c <= '9' }
func capital(c byte) bool  { return c >= 'A' && c <= 'Z' }
func lineChar(c byte) bool { return c >= 'a' && c <= 'z' || digit(c) || c == '-' }
func keyChar(c byte) bool {
	return lineChar(c) || capital(c) || c == '.' || c == '_' || c == ':'
}

// chatForm judges a chat by its form: one JID, or phone numbers between
// commas, semicolons, slashes or line ends.
func chatForm(s string) bool {
	if user, server, ok := strings.Cut(s, "@"); ok {
		return jidForm(user, server)
	}
	parts := strings.FieldsFunc(s, func(r rune) bool {
		return r == ',' || r == ';' || r == '/' || r == '\n' || r == '\r'
	})
	phones := 0
	for _, part := range parts {
		if label.Blank(part) {
			continue
		}
		if !phoneForm(part) {
			return false
		}
		phones++
	}
	return phones >= 1 && phones <= 10
}

func jidForm(user, server string) bool {
	switch server {
	case "s.whatsapp.net", "c.us", "lid":
		return digits(user, 5, 20)
	case "g.us":
		creator, made, old := strings.Cut(user, "-")
		return digits(creator, 5, 30) && (!old || digits(made, 5, 20))
	}
	return false
}

func digits(s string, least, most int) bool {
	return len(s) >= least && made(s, int64(most), digit)
}

// phoneForm takes 4 to 20 digits, a plus before them, and what people put between them.
func phoneForm(s string) bool {
	count, plus := 0, false
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9' || r >= '０' && r <= '９':
			count++
		case r == '+' || r == '＋':
			if plus || count > 0 {
				return false
			}
			plus = true
		case !between(r):
			return false
		}
	}
	return count >= 4 && count <= 20
}

// callForm takes one number with a plus and 7 to 15 digits (E.164's most).
func callForm(s string) bool {
	count, plus := 0, false
	for _, r := range s {
		plus = plus || r == '+' || r == '＋'
		if r >= '0' && r <= '9' || r >= '０' && r <= '９' {
			count++
		}
	}
	return plus && count >= 7 && count <= 15 && phoneForm(s)
}

// webURL takes http or https, a host after it, and nothing that would end a link in a text.
func webURL(s string) bool {
	scheme, rest, ok := strings.Cut(s, "://")
	if scheme = strings.ToLower(scheme); !ok || scheme != "http" && scheme != "https" {
		return false
	}
	for _, r := range rest {
		if r <= ' ' || r == 0x7F || unicode.IsSpace(r) || label.Invisible(r) {
			return false
		}
	}
	host := rest
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		host = rest[:end]
	}
	return host != "" && !strings.Contains(host, "@")
}

// between names the characters around a number's digits: white space, brackets,
// dots, dashes of every width, and what a copied contact carries unseen.
func between(r rune) bool {
	return unicode.IsSpace(r) || label.Invisible(r) || r == '(' || r == ')' || r == '.' || r == '-' ||
		r >= 0x2010 && r <= 0x2015 || r == 0x2212
}
