package repo

import (
	"regexp"
	"strings"
	"testing"
)

// documented are the types in schema whose every constant a page tells of.
var documented = map[string][]string{
	"docs/sending.md":  {"MessageStatus", "Priority", "WaitKind", "OutcomeKind"},
	"docs/events.md":   {"EventKind", "ContentKind"},
	"docs/webhooks.md": {"DeliveryKind", "ReplyMode"},
}

func TestPagesTellOfEveryConstant(t *testing.T) {
	root, _ := tracked(t)
	values := constants(t)
	for page, types := range documented {
		text := read(t, root, page)
		for _, typ := range types {
			if len(values[typ]) == 0 {
				t.Errorf("schema has no constants of the type %s", typ)
			}
			for value := range values[typ] {
				if !strings.Contains(text, "`"+value+"`") {
					t.Errorf("%s does not tell of %s %q", page, typ, value)
				}
			}
		}
	}
}

// Both languages have the same sections, tables and examples, in one order.
func TestTheReadmesAreAlike(t *testing.T) {
	root, _ := tracked(t)
	shape := regexp.MustCompile("(?m)^(#+ |> - |- \\*\\*|\\| `[a-z-]+` \\||\\|---|```\\w*|!\\[|\\| )")
	en := shape.FindAllString(read(t, root, "README.md"), -1)
	ru := shape.FindAllString(read(t, root, "README.ru.md"), -1)
	if strings.Join(en, "\n") != strings.Join(ru, "\n") {
		t.Errorf("README.md is built as\n%q\nREADME.ru.md as\n%q", en, ru)
	}
}
