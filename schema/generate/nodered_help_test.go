package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/schema/shape"
	"github.com/nodeline/nodeline/ui-manifests/catalog"
)

// helpRead is help.gen.json as those read it who make the panels.
type helpRead struct {
	Help schema.Text
	Does *struct {
		Choices []struct{ Title, Help schema.Text }
	}
	Inputs []struct {
		Name, Start       string
		Label, Type, Help schema.Text
		Max               int
		Required, More    bool
		Values, Members   []string
		Cases             []schema.Text
	}
	Outputs []struct {
		Ports []struct{ Label, Help schema.Text }
		Cases []schema.Text
	}
	Gives []struct {
		Name       string
		Type, Help schema.Text
		Cases      []schema.Text
		Members    []struct {
			Name       string
			Type, Help schema.Text
			Members    []string
		}
	}
}

func readHelp(t *testing.T) map[string]helpRead {
	t.Helper()
	m, err := load(repository(t))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := redHelp(m)
	if err != nil {
		t.Fatal(err)
	}
	read := map[string]helpRead{}
	d := json.NewDecoder(bytes.NewReader(raw))
	if err := d.Decode(&read); err != nil {
		t.Fatal(err)
	}
	return read
}

// Help names every field of every case, every output in its place and every member
// of every result, in both languages.
func TestHelpNamesEverything(t *testing.T) {
	say := func(what string, texts ...schema.Text) {
		t.Helper()
		for _, text := range texts {
			if text.En == "" || text.Ru == "" {
				t.Errorf("%s: en %q, ru %q", what, text.En, text.Ru)
			}
		}
	}
	help := readHelp(t)
	for _, n := range catalog.Palette {
		h := help[n.Type]
		say(n.Type, h.Help)
		if (h.Does != nil) != (n.Chooser != nil) || h.Does != nil && len(h.Does.Choices) != len(n.Cases) {
			t.Errorf("%s: what it does: %+v", n.Type, h.Does)
		}
		for _, r := range h.Inputs {
			say(n.Type+" "+r.Name, append(r.Cases, r.Label, r.Type, r.Help)...)
		}
		for _, g := range h.Gives {
			say(n.Type+" "+g.Name, append(g.Cases, g.Type, g.Help)...)
			for _, member := range g.Members {
				say(n.Type+" "+g.Name+"."+member.Name, member.Type, member.Help)
			}
		}
		for _, c := range n.Cases {
			title := caseTitle(n, c)
			in := func(cases []schema.Text) bool { return cases == nil || slices.Contains(cases, title) }
			for _, f := range c.Fields {
				at := 0
				for _, r := range h.Inputs {
					if r.Name == f.Name() && in(r.Cases) {
						at++
					}
				}
				if at != 1 {
					t.Errorf("%s %s: %d rows for %s", n.Type, c.ID, at, f.Name())
				}
			}
			var ports []string
			for _, o := range h.Outputs {
				if in(o.Cases) {
					for _, p := range o.Ports {
						say(n.Type+" output", p.Label, p.Help)
						ports = append(ports, p.Label.En)
					}
				}
			}
			if len(ports) != len(c.Outcomes) || !c.Outcomes[0].PerButton && ports[0] != c.Outcomes[0].Label.En {
				t.Errorf("%s %s: outputs %v", n.Type, c.ID, ports)
			}
			given := map[string][]string{}
			for _, g := range h.Gives {
				if in(g.Cases) {
					given[g.Name] = []string{}
					for _, member := range g.Members {
						given[g.Name] = append(given[g.Name], member.Name)
					}
				}
			}
			want := resultNames(t, c)
			if at := slices.Index(given["nodeline"], "sandbox"); at >= 0 && at != len(want)-1 {
				t.Errorf("%s %s: sandbox stands at %d", n.Type, c.ID, at)
			}
			slices.Sort(want)
			slices.Sort(given["nodeline"])
			if !slices.Equal(given["nodeline"], want) {
				t.Errorf("%s %s gives %v, want %v", n.Type, c.ID, given["nodeline"], want)
			}
			if _, errs := given["error"]; errs != (n.Category != catalog.Triggers) {
				t.Errorf("%s %s gives an error: %t", n.Type, c.ID, errs)
			}
		}
	}
}

// resultNames are the members of msg.nodeline.
func resultNames(t *testing.T, c catalog.Case) (names []string) {
	t.Helper()
	of := c.Result
	switch op, ok := schema.OperationOf(c.Operation); {
	case c.Operation == "event.subscribe":
		return nil
	case c.Waits():
		of = catalog.WaitState{}
	case of == nil && ok:
		of = op.Result
		for _, f := range c.Fields {
			if f.Own && (f.Name() == "item" || f.Name() == "stage") {
				names = append(names, f.Name())
			}
		}
	}
	s, err := shape.Of(of)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range s.Fields {
		names = append(names, f.Name)
	}
	return names
}

// A trigger's help shows the parts of the events that it starts on.
func TestHelpOfTriggers(t *testing.T) {
	help := readHelp(t)
	for typ, want := range map[string]string{
		"nodeline-on-message":    "id cursor kind at message edited deleted reaction line sandbox",
		"nodeline-on-receipt":    "id cursor kind at status line sandbox",
		"nodeline-on-line-state": "id cursor kind at state line sandbox",
		"nodeline-on-event":      "id cursor kind at message status state edited deleted reaction call group number line sandbox",
	} {
		for _, g := range help[typ].Gives {
			var names []string
			for _, member := range g.Members {
				names = append(names, member.Name)
			}
			if got := strings.Join(names, " "); g.Name == "event" && got != want {
				t.Errorf("%s gives %s, want %s", typ, got, want)
			}
		}
	}
}

// What a node gives beside the operation's result: a file itself, the item that it was
// told, and how many questions it ended.
func TestHelpOfResults(t *testing.T) {
	help := readHelp(t)
	for at, want := range map[string]string{
		"nodeline-get-file payload":       "Buffer: ",
		"nodeline-get-file nodeline":      "object: mediaId kind mime size name seconds width height url urlExpiresAt sandbox",
		"nodeline-on-message payload":     "anything: ",
		"nodeline-on-message file":        "object: mediaId kind mime size name seconds width height url urlExpiresAt",
		"nodeline-cancel-waits nodeline":  "object: cancelled ended asks reason",
		"nodeline-stage-changed nodeline": "object: asks sandbox",
		"nodeline-check-number nodeline":  "object: item stage exists chat asked checkedAt numbers sandbox",
	} {
		typ, part, _ := strings.Cut(at, " ")
		var got []string
		for _, g := range help[typ].Gives {
			if g.Name == part {
				var names []string
				for _, member := range g.Members {
					names = append(names, member.Name)
				}
				got = append(got, g.Type.En+": "+strings.Join(names, " "))
			}
		}
		if !slices.Equal(got, []string{want}) {
			t.Errorf("%s: %q, want %q", at, got, want)
		}
	}
}

func TestHelpOfANode(t *testing.T) {
	h := readHelp(t)["nodeline-send-buttons"]
	rows := map[string]string{}
	for _, r := range h.Inputs {
		rows[r.Name] += fmt.Sprintf("%s; required %t, more %t, max %d, start %s, values %v, members %v, cases %d|",
			r.Type.En, r.Required, r.More, r.Max, r.Start, r.Values, r.Members, len(r.Cases))
	}
	for name, want := range map[string]string{
		"chat":      "string | number; required true, more false, max 0, start msg.phone, values [], members [], cases 0|",
		"body":      fmt.Sprintf("string | number; required true, more false, max %d, start , values [], members [], cases 0|", schema.BodyMax),
		"deadline":  "number; required false, more false, max 0, start , values [], members [], cases 1|",
		"priority":  "string; required false, more true, max 0, start , values [dialogue normal broadcast], members [], cases 0|",
		"reminders": "list of objects; required false, more true, max 0, start , values [], members [after text], cases 1|",
		"saveTo":    "string; required false, more true, max 0, start msg.nodeline, values [], members [], cases 1|",
	} {
		if rows[name] != want {
			t.Errorf("%s: %s\nwant %s", name, rows[name], want)
		}
	}
	if rows["buttons"] == "" || strings.Count(rows["buttons"], "|") < 2 {
		t.Errorf("buttons are needed where a question waits, and may stay out where a link takes their place: %s", rows["buttons"])
	}
}

func TestAMemberThatNobodyExplainsIsRefused(t *testing.T) {
	unknown := struct {
		Whim string `json:"whim"`
	}{}
	if _, err := partRow(catalog.Part{Name: "nodeline", Of: unknown}); err == nil || !strings.Contains(err.Error(), "whim") {
		t.Errorf("%v", err)
	}
	if _, err := partRow(catalog.Part{Name: "nodeline", Of: unknown, Hidden: []string{"whim"}}); err != nil {
		t.Errorf("what is not shown needs no words: %v", err)
	}
}
