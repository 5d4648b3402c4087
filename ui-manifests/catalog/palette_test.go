package catalog

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/schema/shape"
)

// eachCase runs f for every case of every node of the palette, with its request's
// shape: nil where the node acts by itself.
func eachCase(t *testing.T, f func(t *testing.T, n PaletteNode, c Case, request *shape.Struct)) {
	t.Helper()
	for _, n := range Palette {
		for _, c := range n.Cases {
			t.Run(strings.Join([]string{n.Type, c.ID, c.Operation}, "/"), func(t *testing.T) {
				var request *shape.Struct
				if c.Operation != "" {
					op, ok := schema.OperationOf(c.Operation)
					if !ok {
						t.Fatalf("operation %q does not exist", c.Operation)
					}
					var err error
					if request, err = shape.Of(op.Request); err != nil {
						t.Fatal(err)
					}
				}
				f(t, n, c, request)
			})
		}
	}
}

// paletteTypes are the nodes of each category, in the order shown.
var paletteTypes = map[Category]string{
	Triggers:   "on-message on-receipt on-line-state on-event",
	Robots:     "check-number robot-message robot-file robot-ask stage-changed",
	Activities: "send-buttons send-list send-poll ask-text template cancel-waits",
	Actions:    "send-text send-files send-location send-contact change-message chat get-file look-up line-control",
}

func TestPaletteHasItsNodes(t *testing.T) {
	found := map[Category][]string{}
	for _, n := range Palette {
		found[n.Category] = append(found[n.Category], strings.TrimPrefix(n.Type, "nodeline-"))
		if !strings.HasPrefix(n.Type, "nodeline-") {
			t.Errorf("type %q", n.Type)
		}
	}
	for category, want := range paletteTypes {
		if got := strings.Join(found[category], " "); got != want {
			t.Errorf("%s: %s, want %s", category, got, want)
		}
	}
	if len(found) != len(paletteTypes) {
		t.Errorf("%d categories", len(found))
	}
}

// wired are the operations by which events come, in n8n and in Node-RED.
var wired = map[string]bool{"webhook.create": true, "event.subscribe": true}

// What n8n offers is in a node of the palette, and nothing else is.
func TestEveryOperationIsInThePalette(t *testing.T) {
	inPalette := map[string]bool{}
	eachCase(t, func(_ *testing.T, _ PaletteNode, c Case, _ *shape.Struct) { inPalette[c.Operation] = true })
	for _, op := range schema.Operations {
		if offered := LeftOut[op.Method] == ""; !wired[op.Method] && offered != inPalette[op.Method] {
			t.Errorf("%s: offered %t, in the palette %t", op.Method, offered, inPalette[op.Method])
		}
	}
	if !inPalette["event.subscribe"] || inPalette["webhook.create"] {
		t.Error("triggers of Node-RED hear of events over their connection")
	}
}

// filledBy are the members of the request that a case fills in.
func filledBy(c Case) []string {
	filled := append(slices.Clone(c.Minted), "line")
	for name := range c.Fixed {
		filled = append(filled, name)
	}
	if len(c.Kinds) > 0 {
		filled = append(filled, "kinds")
	}
	for _, f := range c.Fields {
		filled = append(filled, pathsOf(f)...)
	}
	return filled
}

// Every field of every request can be filled in by some node.
func TestEveryFieldIsInThePalette(t *testing.T) {
	left := map[string]bool{}
	eachCase(t, func(_ *testing.T, _ PaletteNode, c Case, request *shape.Struct) {
		if request == nil {
			return
		}
		for _, f := range request.Fields {
			left[c.Operation+" "+f.Name] = true
		}
	})
	eachCase(t, func(_ *testing.T, _ PaletteNode, c Case, _ *shape.Struct) {
		for _, path := range filledBy(c) {
			delete(left, c.Operation+" "+path)
			// A part that is shown field by field.
			if whole, _, within := strings.Cut(path, "."); within {
				delete(left, c.Operation+" "+whole)
			}
		}
	})
	for name := range left {
		if hidden[name] == "" {
			t.Errorf("no node fills in %s", name)
		}
	}
}

func TestCasesFitTheSchema(t *testing.T) {
	eachCase(t, func(t *testing.T, n PaletteNode, c Case, request *shape.Struct) {
		names, more := map[string]bool{}, false
		for _, f := range c.Fields {
			if names[f.Name()] {
				t.Errorf("two fields are called %q", f.Name())
			}
			names[f.Name()] = true
			if more && !f.More {
				t.Errorf("%s stands behind the options", f.Name())
			}
			more = more || f.More
			if f.Control == LinePicker {
				t.Error("the line is a config node")
			}
			if f.When != nil && !names[f.When.Name] {
				t.Errorf("%s depends on %q, which is not shown before it", f.Path, f.When.Name)
			}
			if request == nil && !f.Own {
				t.Errorf("%s is of no request", f.Path)
			}
		}
		if request == nil {
			return
		}
		filled := filledBy(c)
		for _, path := range filled {
			if _, err := request.Find(path); err != nil && path != "line" {
				t.Error(err)
			}
		}
		for _, f := range request.Fields {
			if f.Required() && !slices.Contains(filled, f.Name) {
				t.Errorf("nobody fills in %q, which is required", f.Name)
			}
		}
		if saves := names["saveTo"]; saves == (len(c.Minted) > 1 || n.Category == Triggers) {
			t.Errorf("says where the result goes: %t", saves)
		}
	})
}

// taken are properties of a node that are the editor's own.
var taken = strings.Fields("id type name line x y z w h g d l wires inputs outputs info icon color env users status label changed dirty valid selected ports credentials links")

// A node has one property of a name, whatever it does.
func TestParametersOfANodeAgree(t *testing.T) {
	for _, n := range Palette {
		known := map[string]Field{}
		own := []string{}
		if n.Chooser != nil {
			own = append(own, n.Chooser.Param)
		}
		if n.Switch != nil {
			own = append(own, n.Switch.Name)
		}
		for _, c := range n.Cases {
			for _, f := range c.Fields {
				name := f.Name()
				if slices.Contains(taken, name) || slices.Contains(own, name) || strings.HasSuffix(name, "Type") || strings.HasSuffix(name, "Unit") {
					t.Errorf("%s: %q is taken", n.Type, name)
				}
				before, ok := known[name]
				if ok && (before.Control != f.Control && !bothTexts(before, f) || before.Start != f.Start || before.StartIn != f.StartIn) {
					t.Errorf("%s: %q is %s (%s %s) and %s (%s %s)", n.Type, name, before.Control, before.StartIn, before.Start, f.Control, f.StartIn, f.Start)
				}
				known[name] = f
			}
		}
	}
}

// bothTexts are of one line and of several: a poll's question, and another's.
func bothTexts(a, b Field) bool {
	texts := []Control{Line1, TextArea}
	return slices.Contains(texts, a.Control) && slices.Contains(texts, b.Control)
}

func TestCasesAreChosen(t *testing.T) {
	for _, n := range Palette {
		ids, ons := map[string]bool{}, map[bool]bool{}
		for _, c := range n.Cases {
			ids[c.ID], ons[c.On] = true, true
		}
		switch {
		case n.Chooser != nil && n.Switch != nil:
			t.Errorf("%s has both a chooser and a switch", n.Type)
		case n.Chooser != nil && (ids[""] || len(ids) != len(n.Cases) || len(ids) < 2 || ons[true]):
			t.Errorf("%s: the chooser has %v", n.Type, ids)
		case n.Switch != nil && (len(n.Cases) != 2 || len(ons) != 2 || !ids[""]):
			t.Errorf("%s: the switch has %d cases", n.Type, len(n.Cases))
		case n.Chooser == nil && n.Switch == nil && (len(n.Cases) != 1 || !ids[""] || ons[true]):
			t.Errorf("%s: nothing chooses among %d cases", n.Type, len(n.Cases))
		}
	}
}

func TestOutputsOfThePalette(t *testing.T) {
	const plain, choice, free = "result error", "button other no_answer cancelled error", "answered other no_answer cancelled error"
	eachCase(t, func(t *testing.T, n PaletteNode, c Case, _ *shape.Struct) {
		var ids []string
		for _, o := range c.Outcomes {
			ids = append(ids, o.ID)
			if o.PerButton != (o.ID == "button") {
				t.Errorf("%s is per button: %t", o.ID, o.PerButton)
			}
		}
		want := plain
		switch {
		case n.Category == Triggers:
			want = "result"
		case n.Type == "nodeline-check-number":
			want = "yes no error"
		case c.Operation == "message.ask" && slices.ContainsFunc(c.Fields, func(f Field) bool { return f.Path == answerKind.Path }):
			want = free
		case c.Operation == "message.ask":
			want = choice
		}
		if got := strings.Join(ids, " "); got != want {
			t.Errorf("outputs %s, want %s", got, want)
		}
	})
}

// Behind a trigger, a send or a wait of ours a node needs no settings.
func TestFieldsBeginInTheMessage(t *testing.T) {
	want := map[string]string{
		"nodeline-send-text//chat": "msg phone", "nodeline-check-number//phone": "msg phone", "nodeline-change-message/react/messageId": "msg event",
		"nodeline-change-message/edit/sentMessage": "msg nodeline", "nodeline-change-message/cancel/key": "msg nodeline.key",
		"nodeline-change-message/forward/chat": " ", "nodeline-get-file//mediaId": "msg event.message.media.mediaId",
		"nodeline-cancel-waits/one/askId": "msg ask.id", "nodeline-cancel-waits/chat/chat": "msg phone", "nodeline-look-up/message.get/key": "msg nodeline.key",
		"nodeline-send-text//saveTo": "msg nodeline", "nodeline-send-text//quote": " ", "nodeline-chat/markRead/messageId": " ",
		"nodeline-on-message//missed": " all", "nodeline-ask-text//answerKind": " text",
	}
	eachCase(t, func(t *testing.T, n PaletteNode, c Case, _ *shape.Struct) {
		for _, f := range c.Fields {
			at := n.Type + "/" + c.ID + "/" + f.Name()
			if start, ok := want[at]; ok {
				if got := f.StartIn + " " + f.Start; got != start {
					t.Errorf("%s begins with %q, want %q", at, got, start)
				}
				delete(want, at)
			}
		}
	})
	for at := range want {
		t.Errorf("no field %s", at)
	}
}

// theirs are words of another host.
var theirs = regexp.MustCompile(`(?i)n8n|credential|WhatsApp Activity|the item that|input item|items? of the input|учётны[ехм]|элемент, котор`)

func TestTextsOfThePalette(t *testing.T) {
	say := func(what string, text schema.Text) {
		t.Helper()
		checkText(t, what, text)
		if word := theirs.FindString(text.En + " " + text.Ru); word != "" {
			t.Errorf("%s speaks of %q", what, word)
		}
	}
	var fields func(what string, all []Field)
	fields = func(what string, all []Field) {
		for _, f := range all {
			at := what + " " + f.Name()
			say(at, f.Help)
			if f.Label != nil {
				say(at, *f.Label)
			} else if f.Own {
				t.Errorf("%s has no label", at)
			}
			for _, o := range f.Options {
				say(at+" "+o.Value, o.Label)
			}
			if strings.HasPrefix(f.Example, "+") && f.Example != examplePhone {
				t.Errorf("%s: %s may be somebody's", at, f.Example)
			}
			fields(at, f.Fields)
		}
	}
	for _, n := range Palette {
		say(n.Type, n.Title)
		say(n.Type, n.Help)
		if n.Title.En[:1] != strings.ToLower(n.Title.En[:1]) {
			t.Errorf("%s: %q begins with a capital", n.Type, n.Title.En)
		}
		if n.Chooser != nil {
			say(n.Type+" chooser", n.Chooser.Label)
			say(n.Type+" chooser", n.Chooser.Help)
		}
		if n.Switch != nil {
			say(n.Type+" switch", n.Switch.Label)
			say(n.Type+" switch", n.Switch.Help)
		}
		titles := map[string]bool{}
		for _, c := range n.Cases {
			what := n.Type + " " + c.ID
			say(what, c.Title)
			say(what, c.Help)
			if titles[c.Title.En] || titles[c.Help.En] {
				t.Errorf("%s: two cases are %q, %q", n.Type, c.Title.En, c.Help.En)
			}
			titles[c.Title.En], titles[c.Help.En] = true, true
			fields(what, c.Fields)
			for _, o := range c.Outcomes {
				say(what+" "+o.ID, o.Label)
			}
		}
	}
}

// That each member that help shows has a meaning, the generator sees to.
func TestMeaningsAreInBothLanguages(t *testing.T) {
	for name, meaning := range meanings {
		checkText(t, name, meaning)
		if word := theirs.FindString(meaning.En + " " + meaning.Ru); word != "" {
			t.Errorf("%s speaks of %q", name, word)
		}
		if typ, member, of := strings.Cut(name, "."); of {
			if general, ok := meanings[member]; ok && general == meaning {
				t.Errorf("%s says what %s says everywhere", typ, member)
			}
		}
	}
	if own, ok := MeaningOf("Line", "name"); !ok || own != meanings["Line.name"] {
		t.Error(own, ok)
	}
	if general, ok := MeaningOf("SendResult", "sandbox"); !ok || general != meanings["sandbox"] {
		t.Error(general, ok)
	}
	if _, ok := MeaningOf("SendResult", "nothing"); ok {
		t.Error("a meaning of nothing")
	}
}
