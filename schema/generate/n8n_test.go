package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/ui-manifests/catalog"
)

func picker(t *testing.T, kind catalog.Kind) *n8nPicker {
	t.Helper()
	m, err := load(repository(t))
	if err != nil {
		t.Fatal(err)
	}
	n, err := loadN8N(m, catalog.PickerOf(kind))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// valueOf is a member of an object, nil where there is none.
func valueOf(o object, name string) any {
	for _, m := range o {
		if m.name == name {
			return m.value
		}
	}
	return nil
}

// insideProperties calls f for every property, and for those within it, with the names
// that lead there.
func insideProperties(properties []any, path string, f func(path string, p object)) {
	for _, one := range properties {
		p := one.(object)
		at := strings.TrimPrefix(path+"."+fmt.Sprint(valueOf(p, "name")), ".")
		f(at, p)
		switch options, _ := valueOf(p, "options").([]any); valueOf(p, "type") {
		case "collection":
			insideProperties(options, at, f)
		case "fixedCollection":
			for _, o := range options {
				insideProperties(valueOf(o.(object), "values").([]any), at, f)
			}
		}
	}
}

// hints are what a person must read below some fields, of schema's own constants.
var hints = map[catalog.Kind]map[string]string{
	catalog.Action: {
		"message.sendText text":                 most(schema.TextMax),
		"message.sendMedia caption":             most(schema.CaptionMax),
		"message.sendMedia attachments":         fmt.Sprint("Up to ", schema.AttachmentsMax),
		"message.sendButtons message":           most(schema.BodyMax),
		"message.sendButtons buttons":           fmt.Sprint("Up to ", schema.ButtonsMax),
		"message.sendButtons buttons.text":      most(schema.ButtonTextMax),
		"message.sendButtons options.header":    most(schema.HeaderMax),
		"message.sendButtons options.footer":    most(schema.FooterMax),
		"message.sendButtons options.link.text": most(schema.LinkTextMax),
		"message.sendList message":              most(schema.ListBodyMax),
		"message.sendList rows":                 fmt.Sprint("Up to ", schema.ListRowsMax),
		"message.sendList rows.text":            most(schema.ListRowMax),
		"message.sendList rows.description":     most(schema.ListRowDescriptionMax),
		"message.sendList rows.section":         most(schema.ListSectionMax),
		"message.sendList options.listButton":   most(schema.ListButtonMax),
		"message.sendPoll question":             most(schema.PollQuestionMax),
		"message.sendPoll pollOptions":          fmt.Sprintf("%d to %d", schema.PollOptionsMin, schema.PollOptionsMax),
		"message.sendPoll pollOptions.text":     most(schema.PollOptionMax),
	},
	catalog.Activity: {
		"sendAndWait.buttons message":                most(schema.BodyMax),
		"sendAndWait.buttons options.reminders":      fmt.Sprint("Up to ", schema.RemindersMax),
		"sendAndWait.buttons options.reminders.text": most(schema.ReminderTextMax),
		"sendAndWait.list rows.text":                 most(schema.ListRowMax),
		"sendAndWait.poll pollOptions":               fmt.Sprintf("%d to %d", schema.PollOptionsMin, schema.PollOptionsMax),
	},
}

func most(n int) string { return fmt.Sprintf("Up to %d characters", n) }

func TestHintsAreTheSchemasLimits(t *testing.T) {
	for kind, want := range hints {
		found := map[string]string{}
		for _, c := range picker(t, kind).cases {
			shown, err := c.parameters()
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range shown {
				insideProperties([]any{p.object}, "", func(path string, p object) {
					found[c.key+" "+path] = fmt.Sprint(valueOf(p, "hint"))
				})
			}
		}
		for _, c := range picker(t, kind).cases {
			for _, f := range c.fields {
				if f.in == nil || f.in.LimitOf == "" {
					continue
				}
				rule, _ := f.in.Rule("max")
				if at := c.key + " " + n8nParameter(f); !strings.Contains(found[at]+" ", fmt.Sprintf(" %d ", rule.N)) {
					t.Errorf("%s: hint %q, the limit is %d", at, found[at], rule.N)
				}
			}
		}
		for at, hint := range want {
			if found[at] != hint {
				t.Errorf("%s: hint %q, want %q", at, found[at], hint)
			}
		}
	}
}

// What a field is shown in is neither more nor less than the operations that have it.
func TestPropertiesAreShownExactly(t *testing.T) {
	for _, p := range catalog.Pickers {
		n := picker(t, p.Kind)
		properties, err := n.properties()
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range n.cases {
			made, err := c.parameters()
			if err != nil {
				t.Fatal(err)
			}
			var want, got []string
			for _, m := range made {
				want = append(want, member0(m.object, "name"))
			}
			values := map[string]string{"resource": c.resource, "operation": c.operation, "ask": c.way}
			for _, one := range properties {
				o := one.(object)
				name := member0(o, "name")
				if display, _ := valueOf(o, "displayOptions").(object); shownFor(display, values) && !slices.Contains([]string{"authentication", "resource", "operation", "ask"}, name) {
					got = append(got, name)
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s %s shows %v, has %v", p.Kind, c.key, got, want)
			}
		}
	}
}

// shownFor judges displayOptions as n8n does, where they are about the choices: each
// name given must have one of its values.
func shownFor(display object, values map[string]string) bool {
	show, _ := valueOf(display, "show").(object)
	for _, m := range show {
		if value, choice := values[m.name]; choice && !slices.Contains(m.value.([]string), value) {
			return false
		}
	}
	return true
}

// What an operation cannot do without is marked: by its own rules, by those of several
// fields of which one is needed, and by the catalogue.
func TestNeededFieldsAreRequired(t *testing.T) {
	want := map[catalog.Kind]map[string]bool{
		catalog.Action:   {"message.sendText chat": true, "message.sendText line": false, "message.sendButtons buttons": false, "number.check phone": false, "chat.markRead chat": false, "template.get template": true},
		catalog.Activity: {"sendAndWait.buttons buttons": true, "sendAndWait.buttons body": true, "sendAndWait.text body": true, "sendAndWait.buttons item": false},
		catalog.Robot:    {"checkNumber phone": true, "sendAndWait.list item": true, "sendAndWait.list stage": true, "stageChanged item": true, "stageChanged stage": false},
	}
	for kind, fields := range want {
		found := map[string]bool{}
		for _, c := range picker(t, kind).cases {
			for _, f := range c.fields {
				name := f.Path
				if name == "" {
					name = f.Name()
				}
				found[c.key+" "+name] = f.required
			}
		}
		for at, required := range fields {
			if got, ok := found[at]; !ok || got != required {
				t.Errorf("%s: required %t (there: %t)", at, got, ok)
			}
		}
	}
}

// A field of the same meaning is one property for all the operations that have it.
func TestSharedFieldsAreOneProperty(t *testing.T) {
	want := map[catalog.Kind]map[string]int{
		catalog.Action:   {"messageId": 1, "chat": 2, "saveTo": 1, "line": 2, "askId": 1, "key": 1, "variables": 1},
		catalog.Activity: {"chat": 1, "line": 1, "deadline": 1, "buttons": 1, "message": 2},
		catalog.Robot:    {"chat": 1, "line": 1, "phone": 1, "deadline": 1},
	}
	for kind, names := range want {
		properties, err := picker(t, kind).properties()
		if err != nil {
			t.Fatal(err)
		}
		count := map[string]int{}
		for _, p := range properties {
			count[member0(p, "name")]++
		}
		for name, times := range names {
			if count[name] != times {
				t.Errorf("%s: %d properties called %s, want %d", kind, count[name], name, times)
			}
		}
	}
}

func TestOrdersThatDisagreeAreRefused(t *testing.T) {
	a, b := &n8nMade{object: object{{"name", "a"}}}, &n8nMade{object: object{{"name", "b"}}}
	if _, err := inEveryOrder([]*n8nMade{a, b}, [][]*n8nMade{{a, b}, {b, a}}); err == nil || !strings.Contains(err.Error(), "disagree") {
		t.Errorf("%v", err)
	}
	c := &n8nMade{object: object{{"name", "c"}}}
	sorted, err := inEveryOrder([]*n8nMade{a, b, c}, [][]*n8nMade{{a, b}, {c, b}})
	if err != nil || !slices.Equal(sorted, []*n8nMade{a, c, b}) {
		t.Errorf("%v, %v", sorted, err)
	}
}

func TestNamesAndDescriptions(t *testing.T) {
	for label, want := range map[string]string{
		"Phone number or chat":          "Phone Number or Chat",
		"Reminder {n} after, seconds":   "Reminder After",
		"Contact {n}: name":             "Contact Name",
		"24-hour window":                "24-Hour Window",
		"Country for numbers without +": "Country for Numbers without +",
		"Message id":                    "Message ID",
		"Text after a wrong answer":     "Text After a Wrong Answer",
		"Number is on WhatsApp?":        "Number Is on WhatsApp?",
		"What to wait for":              "What to Wait For",
		"Our url":                       "Our URL",
	} {
		if got := nameOf(label); got != want {
			t.Errorf("%q became %q, want %q", label, got, want)
		}
	}
	for help, want := range map[string]string{"One sentence.": "One sentence", "Two. Sentences.": "Two. Sentences.", "None": "None"} {
		if got := describe(help); got != want {
			t.Errorf("%q became %q", help, got)
		}
	}
}

func TestLiterals(t *testing.T) {
	var b bytes.Buffer
	value := object{{"name", "it's \"a\"\n\\d"}, {"two words", []string{"x", "y"}}, {"none", object{}}, {"yes", true}, {"n", 7}, {"list", []any{object{{"a", int64(1)}}}}, {"empty", []any{}}}
	if err := tsLiteral(&b, value, ""); err != nil {
		t.Fatal(err)
	}
	want := "{\n\tname: 'it\\'s \"a\"\\n\\\\d',\n\t'two words': ['x', 'y'],\n\tnone: {},\n\tyes: true,\n\tn: 7,\n\tlist: [\n\t\t{\n\t\t\ta: 1,\n\t\t},\n\t],\n\tempty: [],\n}"
	if b.String() != want {
		t.Errorf("got  %q\nwant %q", b.String(), want)
	}
	if err := tsLiteral(&b, 1.5, ""); err == nil {
		t.Error("a value without a literal was written")
	}
}
