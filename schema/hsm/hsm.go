// Package hsm reads and writes the tag form in which BPMSoft keeps message templates:
//
//	[#HSM#]body ( [*HEAD*]text | [*IMAGE*]url )? ( [*FOOT*]text )?
//
// [#HSM#] stands first, the other tags in any order, each once at most. A section
// reaches to the next tag; white space around it does not count. What the tags
// cannot carry (languages, buttons, samples, other headers) is not in a Template.
package hsm

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/nodeline/nodeline/schema"
)

// The tags.
const (
	TagStart = "[#HSM#]"
	TagHead  = "[*HEAD*]"
	TagImage = "[*IMAGE*]"
	TagFoot  = "[*FOOT*]"
)

// tagForm is whatever looks like a tag, or begins as one that there is: what is not
// known is a slip, not text.
var tagForm = regexp.MustCompile(`\[#[\pL\pN_]+#\]|\[\*[\pL\pN_]+\*\]|\[[#*]\s*(?i:HSM|HEAD|IMAGE|FOOT)\b(?:\s*[#*]?\]|[#*])?`)

// Template is what the tags carry.
type Template struct {
	Body   string
	Header string // none with Image
	Image  string // link to a picture
	Footer string
}

// Problem says what is wrong; it never changes meaning.
type Problem string

// Problems.
const (
	NoStart  Problem = "no_start"  // the text does not begin with [#HSM#]
	Unknown  Problem = "unknown"   // a tag that there is not
	Twice    Problem = "twice"     // a tag for the second time
	Both     Problem = "both"      // HEAD and IMAGE
	Empty    Problem = "empty"     // nothing after a tag
	NoURL    Problem = "no_url"    // what follows IMAGE is no link
	AfterURL Problem = "after_url" // words after IMAGE's link
	Tagged   Problem = "tagged"    // Print: a text holds a tag of its own
)

var sentences = map[Problem]schema.Text{
	NoStart:  {En: "the text must begin with " + TagStart, Ru: "текст должен начинаться с " + TagStart},
	Unknown:  {En: "there is no such tag; there are [#HSM#], [*HEAD*], [*IMAGE*] and [*FOOT*], in capitals", Ru: "такого тега нет; есть [#HSM#], [*HEAD*], [*IMAGE*] и [*FOOT*], заглавными буквами"},
	Twice:    {En: "the tag stands here for the second time", Ru: "тег указан второй раз"},
	Both:     {En: "a template has [*HEAD*] or [*IMAGE*], not both", Ru: "в шаблоне бывает либо [*HEAD*], либо [*IMAGE*], но не оба"},
	Empty:    {En: "nothing follows the tag", Ru: "после тега ничего нет"},
	NoURL:    {En: "a link that begins with http:// or https:// must follow the tag", Ru: "после тега нужна ссылка, которая начинается с http:// или https://"},
	AfterURL: {En: "nothing but the next tag may follow the link", Ru: "после ссылки может идти только следующий тег"},
	Tagged:   {En: "a text of the template holds a tag itself", Ru: "один из текстов шаблона сам содержит тег"},
}

// Error is a problem and where it is.
type Error struct {
	Problem Problem
	Tag     string // that it is about, as written; "" where there is none
	Offset  int    // Unicode code points before it
	Line    int    // from 1
	Column  int    // from 1, in code points
}

func (e *Error) Error() string { return e.In(schema.English) }

// In is the sentence of the error.
func (e *Error) In(lang schema.Lang) string {
	about := ""
	if e.Tag != "" {
		about = e.Tag + ": "
	}
	if e.Line == 0 {
		return about + sentences[e.Problem].In(lang)
	}
	where := schema.Text{En: "line ", Ru: "строка "}.In(lang) + strconv.Itoa(e.Line) + schema.Text{En: ", column ", Ru: ", столбец "}.In(lang) + strconv.Itoa(e.Column)
	return where + ": " + about + sentences[e.Problem].In(lang)
}

// section is a tag and what follows it up to the next one.
type section struct {
	tag      string
	at       int // byte offset of the tag
	text     string
	textFrom int // byte offset of text
}

// Parse reads a template. Its errors are *Error.
func Parse(s string) (Template, error) {
	var t Template
	list, err := sections(s)
	if err != nil {
		return t, err
	}
	into := map[string]*string{TagStart: &t.Body, TagHead: &t.Header, TagImage: &t.Image, TagFoot: &t.Footer}
	for i, part := range list {
		to, known := into[part.tag]
		switch {
		case !known:
			return Template{}, at(s, part.at, Unknown, part.tag)
		case i == 0 && part.tag != TagStart:
			return Template{}, at(s, part.at, NoStart, "")
		case *to != "":
			return Template{}, at(s, part.at, Twice, part.tag)
		case part.text == "":
			return Template{}, at(s, part.at, Empty, part.tag)
		}
		*to = part.text
		if t.Header != "" && t.Image != "" {
			return Template{}, at(s, part.at, Both, part.tag)
		}
		if part.tag == TagImage {
			if err := checkImage(s, part); err != nil {
				return Template{}, err
			}
		}
	}
	return t, nil
}

func sections(s string) (list []section, err error) {
	tags := tagForm.FindAllStringIndex(s, -1)
	first := len(s)
	if len(tags) > 0 {
		first = tags[0][0]
	}
	if before := strings.TrimLeftFunc(strings.TrimPrefix(s[:first], "\ufeff"), unicode.IsSpace); len(tags) == 0 || before != "" {
		return nil, at(s, first-len(before), NoStart, "")
	}
	for i, tag := range tags {
		end := len(s)
		if i+1 < len(tags) {
			end = tags[i+1][0]
		}
		text := strings.TrimLeftFunc(s[tag[1]:end], unicode.IsSpace)
		list = append(list, section{tag: s[tag[0]:tag[1]], at: tag[0], textFrom: end - len(text), text: strings.TrimRightFunc(text, unicode.IsSpace)})
	}
	return list, nil
}

func checkImage(s string, part section) *Error {
	link := part.text
	if space := strings.IndexFunc(link, unicode.IsSpace); space >= 0 {
		words := strings.TrimLeftFunc(link[space:], unicode.IsSpace)
		return at(s, part.textFrom+len(link)-len(words), AfterURL, TagImage)
	}
	u, err := url.Parse(link)
	if err != nil || u.Host == "" || !strings.EqualFold(u.Scheme, "http") && !strings.EqualFold(u.Scheme, "https") {
		return at(s, part.textFrom, NoURL, TagImage)
	}
	return nil
}

// at makes an error about the byte offset of a text.
func at(s string, offset int, p Problem, tag string) *Error {
	before := s[:offset]
	line := strings.LastIndexByte(before, '\n') + 1
	return &Error{Problem: p, Tag: tag, Offset: utf8.RuneCountInString(before),
		Line: strings.Count(before, "\n") + 1, Column: utf8.RuneCountInString(before[line:]) + 1}
}

// Print writes a template, which Parse reads as the same one; white space around
// its texts is left out. Its errors are *Error, without a place.
func Print(t Template) (string, error) {
	if strings.TrimSpace(t.Header) != "" && strings.TrimSpace(t.Image) != "" {
		return "", &Error{Problem: Both}
	}
	var out strings.Builder
	for _, part := range []section{{tag: TagStart, text: t.Body}, {tag: TagHead, text: t.Header}, {tag: TagImage, text: t.Image}, {tag: TagFoot, text: t.Footer}} {
		text := strings.TrimSpace(part.text)
		switch {
		case text == "" && part.tag == TagStart:
			return "", &Error{Problem: Empty, Tag: part.tag}
		case text == "":
			continue
		case tagForm.MatchString(text):
			return "", &Error{Problem: Tagged, Tag: part.tag}
		}
		if part.tag == TagImage {
			if err := checkImage(text, section{text: text}); err != nil {
				return "", &Error{Problem: err.Problem, Tag: TagImage}
			}
		}
		out.WriteString(part.tag + text)
	}
	return out.String(), nil
}
