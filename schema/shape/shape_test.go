package shape

import (
	"slices"
	"strings"
	"testing"

	"github.com/nodeline/nodeline/schema"
)

func TestReadsTags(t *testing.T) {
	s, err := Of(schema.AskRequest{})
	if err != nil {
		t.Fatal(err)
	}
	buttons, err := s.Find("buttons")
	if err != nil {
		t.Fatal(err)
	}
	if buttons.Kind != List || buttons.Item != Object || !buttons.Dive || !buttons.DropBlank || buttons.Required() {
		t.Errorf("buttons: %+v", buttons)
	}
	for name, beside := range map[string][]string{"alone": {"rows", "options", "template"}, "orelse": {"rows", "options", "template", "answer"}} {
		if r, ok := buttons.Rule(name); !ok || !slices.Equal(r.Values, beside) {
			t.Errorf("buttons: %s is %+v", name, r)
		}
	}
	if rows, err := s.Find("line"); err != nil || !rows.Required() {
		t.Errorf("line: %+v, %v", rows, err)
	}
	text, err := s.Find("buttons.text")
	if err != nil {
		t.Fatal(err)
	}
	if text.Kind != Text || !text.Trim || text.Label != (schema.Text{En: "Button {n}", Ru: "Кнопка {n}"}) {
		t.Errorf("buttons.text: %+v", text)
	}
	context, err := s.Find("context")
	if err != nil || context.Kind != Raw || context.Opaque == 0 || len(context.Rules) != 0 {
		t.Errorf("context: %+v, %v", context, err)
	}
	for _, wrong := range []string{"nothing", "line.x", "buttons.x", ""} {
		if f, err := s.Find(wrong); err == nil {
			t.Errorf("%q was found: %+v", wrong, f)
		}
	}
}

func TestEmbeddedFieldsLieInPlace(t *testing.T) {
	s, err := Of(schema.SendResult{})
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := s.Field("sandbox"); !ok {
		t.Error("the stamp's field is missing")
	}
	at, _ := s.Field("timestamp")
	if at.Kind != Time {
		t.Errorf("timestamp is %s", at.Kind)
	}
}

func TestSameTypeSameStruct(t *testing.T) {
	a, errA := Of(schema.Button{})
	b, errB := Of(&schema.Button{})
	if errA != nil || errB != nil || a != b {
		t.Errorf("%p, %p, %v, %v", a, b, errA, errB)
	}
}

func TestRefusesWhatItCannotRead(t *testing.T) {
	for want, v := range map[string]any{
		`unknown rule "email"`: struct {
			A string `json:"a" validate:"email"`
		}{},
		`unknown norm "lower"`: struct {
			A string `json:"a" norm:"lower"`
		}{},
		`rule key takes no argument`: struct {
			A string `json:"a" validate:"key=5"`
		}{},
		`read rule max`: struct {
			A string `json:"a" validate:"max=ten"`
		}{},
		`read opaque`: struct {
			A string `json:"a" opaque:"much"`
		}{},
		`no json name`: struct{ A string }{},
		`no wire kind for float64`: struct {
			A float64 `json:"a"`
		}{},
		`not a struct`: 5,
	} {
		for range 2 { // the second time it is no more known than the first
			if _, err := Of(v); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%v, want %q", err, want)
			}
		}
	}
}
