package main

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/ui-manifests/catalog"
)

// eachModelField calls f for every field of every model, and for those of its items,
// by "nodeline-send-text//text": type, case (with its operation where a switch
// chooses), param.
func eachModelField(t *testing.T, f func(at string, o object)) {
	t.Helper()
	m, err := load(repository(t))
	if err != nil {
		t.Fatal(err)
	}
	var inside func(at string, fields []any)
	inside = func(at string, fields []any) {
		for _, one := range fields {
			o := one.(object)
			f(at+fmt.Sprint(valueOf(o, "param")), o)
			inner, _ := valueOf(o, "fields").([]any)
			inside(at+fmt.Sprint(valueOf(o, "param"))+".", inner)
		}
	}
	for _, n := range catalog.Palette {
		model, err := redModel(m, n)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range valueOf(model, "cases").([]any) {
			id := fmt.Sprint(valueOf(c.(object), "id"))
			if on, switched := valueOf(c.(object), "on").(bool); switched {
				id = map[bool]string{true: "on", false: "off"}[on]
			}
			inside(n.Type+"/"+id+"/", valueOf(c.(object), "fields").([]any))
		}
	}
}

// brief is what a model says of a field beside its texts.
func brief(o object) string {
	var parts []string
	for _, m := range o {
		switch m.name {
		case "path", "param", "label", "help", "example", "options", "fields":
		case "control":
			parts = append(parts, fmt.Sprint(m.value))
		default:
			parts = append(parts, strings.ReplaceAll(fmt.Sprintf("%s=%v", m.name, m.value), "=true", ""))
		}
	}
	return strings.Join(parts, " ")
}

func TestModelsOfNodeRED(t *testing.T) {
	want := map[string]string{
		"nodeline-send-text//chat":                        "chat required start=phone startType=msg",
		"nodeline-send-text//text":                        fmt.Sprint("textarea required max=", schema.TextMax),
		"nodeline-send-text//priority":                    "select absent=normal start=normal more",
		"nodeline-send-text//timeLimit":                   "duration startUnit=hours min=1 max=2592000 more",
		"nodeline-send-text//mentions":                    "texts max=50 split=commas more",
		"nodeline-send-text//quote":                       "message more",
		"nodeline-send-text//preview":                     "group more",
		"nodeline-send-text//preview.url":                 "text required max=2048",
		"nodeline-send-text//saveTo":                      "text start=nodeline startType=msg more own",
		"nodeline-send-buttons/on/body":                   fmt.Sprint("textarea required max=", schema.BodyMax),
		"nodeline-send-buttons/on/buttons":                fmt.Sprintf("choices required min=1 max=%d many", schema.ButtonsMax),
		"nodeline-send-buttons/on/buttons.text":           fmt.Sprint("text required max=", schema.ButtonTextMax),
		"nodeline-send-buttons/on/buttons.id":             "text max=256",
		"nodeline-send-buttons/on/deadline":               "duration absent=86400 start=1 startUnit=days min=1 max=2592000",
		"nodeline-send-buttons/on/reminders":              fmt.Sprintf("group max=%d many more", schema.RemindersMax),
		"nodeline-send-buttons/on/reminders.after":        "duration required start=1 startUnit=hours min=1 max=2591999",
		"nodeline-send-buttons/off/buttons":               fmt.Sprintf("choices min=1 max=%d many", schema.ButtonsMax),
		"nodeline-send-list/on/rows.description":          fmt.Sprint("text max=", schema.ListRowDescriptionMax),
		"nodeline-send-poll/off/body":                     fmt.Sprint("text required max=", schema.PollQuestionMax),
		"nodeline-send-poll/off/multiple":                 "boolean absent=false start=false",
		"nodeline-template/on/template":                   "template required",
		"nodeline-template/on/choices":                    "choices many own",
		"nodeline-template/off/variables":                 "group max=50 many",
		"nodeline-robot-ask/text/item":                    "text required max=128",
		"nodeline-robot-ask/text/answerKind":              "select required start=text",
		"nodeline-robot-ask/text/answerOptions":           "texts max=50 split=lines when=[{answerKind [oneOf]}]",
		"nodeline-robot-ask/text/tries":                   "number absent=3 min=1 max=10 more",
		"nodeline-robot-message//item":                    "text more own",
		"nodeline-send-files/sendMedia/attachments":       fmt.Sprintf("files required min=1 max=%d many", schema.AttachmentsMax),
		"nodeline-send-files/send/attachments":            fmt.Sprintf("files max=%d many", schema.AttachmentsMax),
		"nodeline-send-files/send/attachments.from":       "select start=url own",
		"nodeline-send-files/send/attachments.url":        "text max=2048 when=[{from [url]}]",
		"nodeline-send-files/send/attachments.mediaId":    "text max=64 when=[{from [mediaId]}]",
		"nodeline-send-files/send/attachments.data":       "text start=payload startType=msg own when=[{from [message]}]",
		"nodeline-send-files/send/attachments.title":      "text max=255",
		"nodeline-look-up/number.check/phones":            "texts required min=1 max=100 split=commas",
		"nodeline-look-up/template.get/template":          "template required",
		"nodeline-look-up/event.list/events":              "select max=20 many more",
		"nodeline-get-file//download":                     "boolean start own",
		"nodeline-cancel-waits/chat/chat":                 "chat required start=phone startType=msg own",
		"nodeline-cancel-waits/nodes/waitNodes":           "select required many own",
		"nodeline-on-message//events":                     "select start=[message.incoming] max=20 many",
		"nodeline-on-event//events":                       "select max=20 many",
		"nodeline-on-message//missedFor":                  "duration start=15 startUnit=minutes own when=[{missed [recent]}]",
		"nodeline-on-message//download":                   "boolean start=false more own",
		"nodeline-line-control/update/pace":               "select more",
		"nodeline-change-message/edit/sentMessage":        "message required start=nodeline startType=msg",
		"nodeline-line-control/update/undeliveredSeconds": "duration startUnit=days min=0 max=2592000 more",
	}
	eachModelField(t, func(at string, o object) {
		if fields, ok := want[at]; ok {
			if got := brief(o); got != fields {
				t.Errorf("%s: %s\nwant %s", at, got, fields)
			}
			delete(want, at)
		}
	})
	for at := range want {
		t.Errorf("no field %s", at)
	}
}

// A label is a word beside one field: lists count their items, and durations have a
// control for the unit.
func TestLabelsOfModels(t *testing.T) {
	spare := regexp.MustCompile(`\{n\}|seconds|секунд$`)
	fields := 0
	eachModelField(t, func(at string, o object) {
		fields++
		for _, m := range valueOf(o, "label").(object) {
			text := fmt.Sprint(m.value)
			if text == "" || spare.MatchString(text) && !strings.Contains(at, "chat/typing/seconds") && !strings.Contains(at, "Ms") {
				t.Errorf("%s: label %q in %s", at, text, m.name)
			}
		}
		if valueOf(o, "control") == "choices" {
			inner := valueOf(o, "fields").([]any)
			if fmt.Sprint(valueOf(inner[0].(object), "param")) != "text" {
				t.Errorf("%s: a choice begins with %v", at, inner[0])
			}
		}
	})
	if fields < 300 {
		t.Errorf("%d fields", fields)
	}
}

func TestOutcomesOfModels(t *testing.T) {
	m, err := load(repository(t))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	var types []string
	for _, n := range catalog.Palette {
		types = append(types, n.Type)
		model, err := redModel(m, n)
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range valueOf(model, "cases").([]any) {
			c := one.(object)
			var outs []string
			for _, o := range valueOf(c, "outcomes").([]any) {
				label := valueOf(o.(object), "label").(object)
				outs = append(outs, strings.TrimSpace(fmt.Sprintf("%v%v %v %v", valueOf(o.(object), "id"), valueOf(o.(object), "takes"), label[0].value,
					map[bool]any{true: "", false: valueOf(o.(object), "perChoice")}[valueOf(o.(object), "perChoice") == nil])))
			}
			got[fmt.Sprint(n.Type, "/", valueOf(c, "id"), "/", valueOf(c, "method"))] = fmt.Sprint(strings.Join(outs, ", "), "; sends ", valueOf(c, "sends"), ", minted ", valueOf(c, "minted"), ", fixed ", valueOf(c, "fixed"))
		}
	}
	const rest = "other[other] Other answer, no_answer[no_answer] No answer, cancelled[cancelled] Cancelled, error[error] Error; sends true, minted [id reply context], fixed "
	for at, want := range map[string]string{
		"nodeline-check-number//number.check":        "yes[Y] Yes, no[N] No, error[] Error; sends false, minted [], fixed <nil>",
		"nodeline-send-text//message.sendText":       "result[] Sent, error[] Error; sends true, minted [key], fixed <nil>",
		"nodeline-send-buttons//message.ask":         "button[button] Button {n} buttons, " + rest + "<nil>",
		"nodeline-send-buttons//message.sendButtons": "result[] Sent, error[] Error; sends true, minted [key], fixed <nil>",
		"nodeline-send-poll//message.ask":            "button[button] Choice {n} pollOptions, " + rest + "<nil>",
		"nodeline-template//message.ask":             "button[button] Choice {n} choices, " + rest + "<nil>",
		"nodeline-robot-ask/text/message.ask":        "answered[answered] Answered, " + rest + "[{kind robot}]",
		"nodeline-look-up/chat.list/chat.list":       "result[] Result, error[] Error; sends false, minted [], fixed <nil>",
		"nodeline-cancel-waits/line/":                "result[] Done, error[] Error; sends false, minted [], fixed <nil>",
		"nodeline-on-line-state//event.subscribe":    "result[] State; sends false, minted [after subscription], fixed [{kinds [line.state]}]",
	} {
		if got[at] != want {
			t.Errorf("%s: %s\nwant %s", at, got[at], want)
		}
	}
	joined, err := redModels(m)
	if err != nil {
		t.Fatal(err)
	}
	at := 0
	for i, typ := range types {
		next := strings.Index(string(joined), fmt.Sprintf("  '%s': node%d,\n", typ, i))
		if next <= at {
			t.Errorf("%s is not in its place", typ)
		}
		at = next
	}
	if !slices.Contains(types, "nodeline-send-text") {
		t.Error(types)
	}
}

// Every node has its file.
func TestModelsAreWrittenForEachNode(t *testing.T) {
	for _, n := range catalog.Palette {
		path := redFolder + strings.TrimPrefix(n.Type, "nodeline-") + ".gen.ts"
		if !slices.ContainsFunc(outputs, func(o output) bool { return o.path == path }) {
			t.Errorf("nothing writes %s", path)
		}
	}
}

// A model whose shared fields are names says the same as one that holds them all.
func TestSharedFieldsAreTheModelsOwn(t *testing.T) {
	m, err := load(repository(t))
	if err != nil {
		t.Fatal(err)
	}
	shared, err := sharedFields(m)
	if err != nil {
		t.Fatal(err)
	}
	texts, uses := map[string]string{}, map[string]int{}
	for _, f := range shared {
		if texts[f.name] != "" || f.uses < 2 {
			t.Errorf("%s is used %d times; known before: %t", f.name, f.uses, texts[f.name] != "")
		}
		texts[f.name] = f.text
	}
	for _, n := range catalog.Palette {
		whole, errWhole := redModel(m, n)
		named, errNamed := redModel(m, n)
		if errWhole != nil || errNamed != nil {
			t.Fatal(errWhole, errNamed)
		}
		names, err := shared.take(named)
		if err != nil {
			t.Fatal(err)
		}
		at := 0
		for _, one := range valueOf(whole, "cases").([]any) {
			for i, field := range valueOf(one.(object), "fields").([]any) {
				other := valueOf(valueOf(named, "cases").([]any)[at].(object), "fields").([]any)[i]
				var a, b bytes.Buffer
				if err := tsLiteral(&a, field, ""); err != nil {
					t.Fatal(err)
				}
				if err := tsLiteral(&b, other, ""); err != nil {
					t.Fatal(err)
				}
				name, taken := other.(tsRaw)
				if taken {
					uses[string(name)]++
					if !slices.Contains(names, string(name)) {
						t.Errorf("%s: %s is not imported", n.Type, name)
					}
				}
				if got := map[bool]string{true: texts[b.String()], false: b.String()}[taken]; got != a.String() {
					t.Errorf("%s: field %d of case %d became %s", n.Type, i, at, b.String())
				}
			}
			at++
		}
	}
	for _, f := range shared {
		if uses[f.name] != f.uses {
			t.Errorf("%s stands in %d places, counted %d", f.name, uses[f.name], f.uses)
		}
	}
	if file, err := redShared(m); err != nil || !strings.Contains(string(file), "\nexport const chat1: Field = {\n") {
		t.Error(err)
	}
}
