package hsm

import (
	"errors"
	"strings"
	"testing"

	"github.com/nodeline/nodeline/schema"
)

func TestTemplatesAreRead(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want Template
	}{
		"body alone":             {"[#HSM#]Здравствуйте, {{1}}!", Template{Body: "Здравствуйте, {{1}}!"}},
		"head and foot":          {"[#HSM#]Ждём вас.[*HEAD*]Запись[*FOOT*]Клиника", Template{Body: "Ждём вас.", Header: "Запись", Footer: "Клиника"}},
		"foot before head":       {"[#HSM#]Ждём вас.[*FOOT*]Клиника[*HEAD*]Запись", Template{Body: "Ждём вас.", Header: "Запись", Footer: "Клиника"}},
		"a picture":              {"[#HSM#]Ждём[*IMAGE*]https://a.example/я.png", Template{Body: "Ждём", Image: "https://a.example/я.png"}},
		"a tag right after it":   {"[#HSM#]Ждём[*IMAGE*]https://a.example/p.png[*FOOT*]Клиника", Template{Body: "Ждём", Image: "https://a.example/p.png", Footer: "Клиника"}},
		"white space around":     {"\ufeff \n[#HSM#] a\nb \n[*HEAD*] h [*FOOT*]\tf\n", Template{Body: "a\nb", Header: "h", Footer: "f"}},
		"brackets that are text": {"[#HSM#][1] *a* [* b *] [#] #1 [* headline [#heading", Template{Body: "[1] *a* [* b *] [#] #1 [* headline [#heading"}},
		"formatting":             {"[#HSM#]*жирный* _курсив_[*HEAD*]*h*", Template{Body: "*жирный* _курсив_", Header: "*h*"}},
	} {
		got, err := Parse(c.text)
		if err != nil || got != c.want {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func TestProblemsHaveTheirPlace(t *testing.T) {
	for name, c := range map[string]struct {
		text                 string
		problem              Problem
		tag                  string
		offset, line, column int
	}{
		"nothing":               {"", NoStart, "", 0, 1, 1},
		"no tag":                {" привет", NoStart, "", 1, 1, 2},
		"words before":          {"\n привет [#HSM#]a", NoStart, "", 2, 2, 2},
		"another tag first":     {"[*HEAD*]a[#HSM#]b", NoStart, "", 0, 1, 1},
		"no body":               {"[#HSM#] [*HEAD*]a", Empty, TagStart, 0, 1, 1},
		"no head":               {"[#HSM#]привет[*HEAD*]\n", Empty, TagHead, 13, 1, 14},
		"start twice":           {"[#HSM#]a\nб[#HSM#]c", Twice, TagStart, 10, 2, 2},
		"head twice":            {"[#HSM#]a[*HEAD*]b[*HEAD*]c", Twice, TagHead, 17, 1, 18},
		"foot twice":            {"[#HSM#]a[*FOOT*]b[*FOOT*]c", Twice, TagFoot, 17, 1, 18},
		"head and picture":      {"[#HSM#]a[*HEAD*]b[*IMAGE*]https://a.example", Both, TagImage, 17, 1, 18},
		"picture and head":      {"[#HSM#]a[*IMAGE*]https://a.example[*HEAD*]b", Both, TagHead, 34, 1, 35},
		"small letters":         {"[#HSM#]a[*head*]b", Unknown, "[*head*]", 8, 1, 9},
		"a tag there is not":    {"[#HSM#]я[*КНОПКА*]b", Unknown, "[*КНОПКА*]", 8, 1, 9},
		"wrong marks":           {"[#HSM#]a[#HEAD#]b", Unknown, "[#HEAD#]", 8, 1, 9},
		"a half tag":            {"[#HSM#]a[*FOOT*", Unknown, "[*FOOT*", 8, 1, 9},
		"half closed":           {"[#HSM#]a[*HEAD]b", Unknown, "[*HEAD]", 8, 1, 9},
		"not closed":            {"[#HSM#]я\n[*HEAD Запись", Unknown, "[*HEAD", 9, 2, 1},
		"spaces within":         {"[#HSM#]a[* HEAD *]b", Unknown, "[* HEAD *]", 8, 1, 9},
		"crossed marks":         {"[#HSM#]a[*image#]b", Unknown, "[*image#]", 8, 1, 9},
		"a start with spaces":   {"[# HSM #]a", Unknown, "[# HSM #]", 0, 1, 1},
		"words after the link":  {"[#HSM#]я[*IMAGE*]https://a.example/p.png и ещё[*FOOT*]f", AfterURL, TagImage, 41, 1, 42},
		"a line after the link": {"[#HSM#]я[*IMAGE*]https://a.example/p.png\nи", AfterURL, TagImage, 41, 2, 1},
		"no link":               {"[#HSM#]я[*IMAGE*] p.png", NoURL, TagImage, 18, 1, 19},
		"another scheme":        {"[#HSM#]я[*IMAGE*]ftp://a.example/p", NoURL, TagImage, 17, 1, 18},
		"no host":               {"[#HSM#]я[*IMAGE*]https:///p", NoURL, TagImage, 17, 1, 18},
	} {
		_, err := Parse(c.text)
		e, ok := errors.AsType[*Error](err)
		if !ok || *e != (Error{c.problem, c.tag, c.offset, c.line, c.column}) {
			t.Errorf("%s: %+v", name, err)
		}
	}
}

func TestProblemsAreSaidInTheirLanguage(t *testing.T) {
	_, err := Parse("[#HSM#]a\n[*HEAD*]b[*HEAD*]c")
	e, _ := errors.AsType[*Error](err)
	if e == nil || e.Error() != "line 2, column 10: [*HEAD*]: the tag stands here for the second time" ||
		e.In(schema.Russian) != "строка 2, столбец 10: [*HEAD*]: тег указан второй раз" {
		t.Errorf("%v", err)
	}
	for p, text := range sentences {
		if text.En == "" || text.Ru == "" {
			t.Errorf("%s: %+v", p, text)
		}
	}
}

func TestWhatTheTagsCannotHoldIsNotWritten(t *testing.T) {
	for _, c := range []struct {
		t       Template
		problem Problem
		tag     string
	}{
		{Template{}, Empty, TagStart},
		{Template{Body: "a", Header: "b", Image: "https://a.example"}, Both, ""},
		{Template{Body: "a [*FOOT*]"}, Tagged, TagStart},
		{Template{Body: "a", Footer: "[#X#]"}, Tagged, TagFoot},
		{Template{Body: "a [*HEAD b"}, Tagged, TagStart},
		{Template{Body: "a", Image: "https://a.example/p p"}, AfterURL, TagImage},
		{Template{Body: "a", Image: "p.png"}, NoURL, TagImage},
	} {
		_, err := Print(c.t)
		e, ok := errors.AsType[*Error](err)
		if !ok || e.Problem != c.problem || e.Tag != c.tag {
			t.Errorf("%+v: %v", c.t, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"[#HSM#]a", "[#HSM#]a[*HEAD*]b[*FOOT*]c", "[#HSM#]a[*IMAGE*]https://a.example/p[*FOOT*]c", "[#HSM#][*", "x\n[#HSM#]", "[#HSM#]я[*я*]"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		read, err := Parse(s)
		if e, ok := errors.AsType[*Error](err); ok {
			if count := len([]rune(s)); e.Offset > count || e.Line < 1 || e.Line > strings.Count(s, "\n")+1 || e.Column > e.Offset+1 {
				t.Fatalf("%q: %+v", s, e)
			}
			return
		}
		written, err := Print(read)
		if err != nil {
			t.Fatalf("%q is read as %+v and not written: %v", s, read, err)
		}
		if again, err := Parse(written); err != nil || again != read {
			t.Fatalf("%q is read as %+v, written as %q and read as %+v, %v", s, read, written, again, err)
		}
	})
}

func FuzzPrint(f *testing.F) {
	f.Add("a", "b", "", "c")
	f.Add("a", "", "https://a.example/p.png", "c")
	f.Add("[*a", "*]", "", "[#")
	f.Fuzz(func(t *testing.T, body, header, image, footer string) {
		wrote := Template{Body: strings.TrimSpace(body), Header: strings.TrimSpace(header), Image: strings.TrimSpace(image), Footer: strings.TrimSpace(footer)}
		text, err := Print(Template{Body: body, Header: header, Image: image, Footer: footer})
		if err != nil {
			return
		}
		if read, err := Parse(text); err != nil || read != wrote {
			t.Fatalf("%+v is written as %q and read as %+v, %v", wrote, text, read, err)
		}
	})
}
