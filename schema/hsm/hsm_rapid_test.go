package hsm

import (
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// tagged draws a text of what templates with tags are made of, whole and broken.
var tagged = rapid.Custom(func(t *rapid.T) string {
	pieces := rapid.SliceOfN(rapid.OneOf(
		rapid.SampledFrom([]string{"[#HSM#]", "[*HEAD*]", "[*IMAGE*]", "[*FOOT*]", "[*", "*]", "[#", "#]", "HEAD", "\n", " ", "\t", "{{1}}", "https://a.example/p.png", "Ждём вас", "👩‍👩‍👧"}),
		rapid.String(),
	), 0, 12).Draw(t, "pieces")
	return rapid.SampledFrom([]string{"", "[#HSM#]"}).Draw(t, "beginning") + strings.Join(pieces, "")
})

// What is read is written and read as the same; what is not has its place in the text.
func TestReadingAndWritingAgree(t *testing.T) {
	read, refused := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		text := tagged.Draw(t, "text")
		template, err := Parse(text)
		if err != nil {
			refused++
			e, ok := errors.AsType[*Error](err)
			if count := len([]rune(text)); !ok || e.Offset > count || e.Line < 1 || e.Line > strings.Count(text, "\n")+1 || e.Column < 1 || e.Column > e.Offset+1 {
				t.Fatalf("%q: %+v", text, err)
			}
			return
		}
		read++
		written, err := Print(template)
		if err != nil {
			t.Fatalf("%q is read as %+v and not written: %v", text, template, err)
		}
		if again, err := Parse(written); err != nil || again != template {
			t.Fatalf("%q is read as %+v, written as %q and read as %+v, %v", text, template, written, again, err)
		}
	})
	if read == 0 || refused == 0 {
		t.Errorf("%d texts were read and %d refused: one half was not tried", read, refused)
	}
}

// Whatever is written is read as what it was.
func TestWhatIsWrittenIsRead(t *testing.T) {
	wrote := 0
	word := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "Запись", "[*", "a [# b", "https://a.example/p.png", " край ", "{{1}}"}))
	rapid.Check(t, func(t *rapid.T) {
		in := Template{Body: word.Draw(t, "body"), Header: word.Draw(t, "header"), Image: word.Draw(t, "image"), Footer: word.Draw(t, "footer")}
		text, err := Print(in)
		if err != nil {
			return
		}
		wrote++
		want := Template{Body: strings.TrimSpace(in.Body), Header: strings.TrimSpace(in.Header), Image: strings.TrimSpace(in.Image), Footer: strings.TrimSpace(in.Footer)}
		if out, err := Parse(text); err != nil || out != want {
			t.Fatalf("%+v is written as %q and read as %+v, %v", want, text, out, err)
		}
	})
	if wrote == 0 {
		t.Error("nothing was written")
	}
}
