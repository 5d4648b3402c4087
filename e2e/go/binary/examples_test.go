package binary_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/nodeline/nodeline/internal/wait"
	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/schema/examples"
)

var recordFlag = flag.Bool("record", false, "write the results into schema/examples/examples.json")

// examplesWorld has the two outside servers that the examples name on this machine;
// written gives a request its real addresses.
func examplesWorld(t *testing.T) (w *world, written func(json.RawMessage) json.RawMessage) {
	t.Helper()
	w = sandboxOnly(t)
	w.flags = []string{"--media-from", "127.0.0.1", "--deliver-to", "127.0.0.1", "--pace", "off"}
	w.start()
	w.must("line.create", schema.LineCreateRequest{ID: clinic, Name: "Clinic"}, nil)
	w.link(clinic, w.owner)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("Nevsky prospect, 1"))
	}))
	t.Cleanup(server.Close)
	real := strings.NewReplacer("https://files.example.com", server.URL, "https://flows.example.com", server.URL)
	return w, func(text json.RawMessage) json.RawMessage { return json.RawMessage(real.Replace(string(text))) }
}

// act has a person do something, and waits until the line has heard of it.
func (w *world) act(s examples.Step) {
	w.t.Helper()
	if s.Phone == "" {
		w.sandboxPost(s.Path, s.Body, nil)
		return
	}
	heard := func() int {
		var page schema.EventListResult
		w.must("event.list", schema.EventListRequest{Line: clinic, Kinds: []schema.EventKind{schema.EventMessage}, Count: 200}, &page)
		return len(page.Events)
	}
	before := heard()
	w.phonePost(s.Phone, s.Path, s.Body, nil)
	wait.Until(w.t, "an event of "+s.Path, func() bool { return heard() > before })
}

// Every example in the documents is a request that a sidecar accepts, and its result
// looks like the one that is shown.
func TestExamplesAreWhatTheSidecarAnswers(t *testing.T) {
	all, err := examples.Load()
	if err != nil {
		t.Fatal(err)
	}
	w, written := examplesWorld(t)
	// A line may say that it types once its account's name has come.
	wait.Until(t, "the account's name", func() bool {
		return w.call("chat.typing", schema.ChatTypingRequest{Line: clinic, Chat: w.customer, State: schema.TypingOff}, nil) == nil
	})
	h := w.dial(w.admin)
	results := examples.Results{}
	for i, e := range all {
		for _, s := range e.Before {
			w.act(s)
		}
		request, err := results.Resolve(e.Request)
		if err != nil {
			t.Fatal(err)
		}
		var got json.RawMessage
		if err := h.call(e.Method, written(request), &got); err != nil {
			t.Fatalf("%s %s: %v", e.Method, request, err)
		}
		results[e.Method] = got
		if *recordFlag {
			all[i].Result = shown(got)
			continue
		}
		if d := shapes(e.Method, e.Result, got); len(d) > 0 {
			t.Errorf("%s: %s\nshown %s\ngot   %s", e.Method, strings.Join(d, "; "), e.Result, got)
		}
	}
	if *recordFlag {
		record(t, all)
	}
}

// fleeting members are there or not, by how quick the line was.
var fleeting = map[string]bool{"waitsFor": true, "note": true}

// shapes compares two values: their kinds, their members, and the first items of lists.
func shapes(at string, want, got json.RawMessage) []string {
	var a, b any
	if json.Unmarshal(want, &a) != nil || json.Unmarshal(got, &b) != nil {
		return []string{at + " is not JSON"}
	}
	return differ(at, a, b)
}

func differ(at string, want, got any) (found []string) {
	if a, b := fmt.Sprintf("%T", want), fmt.Sprintf("%T", got); a != b {
		return []string{fmt.Sprintf("%s is %s, shown as %s", at, b, a)}
	}
	switch want := want.(type) {
	case map[string]any:
		got := got.(map[string]any)
		for name := range want {
			if _, ok := got[name]; !ok && !fleeting[name] {
				found = append(found, at+"."+name+" is missing")
			}
		}
		for name, value := range got {
			if other, ok := want[name]; ok {
				found = append(found, differ(at+"."+name, other, value)...)
			} else if !fleeting[name] {
				found = append(found, at+"."+name+" is not shown")
			}
		}
	case []any:
		got := got.([]any)
		if (len(want) == 0) != (len(got) == 0) {
			return []string{fmt.Sprintf("%s has %d items, shown with %d", at, len(got), len(want))}
		}
		if len(want) > 0 {
			found = differ(at+"[0]", want[0], got[0])
		}
	}
	return found
}

var (
	secrets = regexp.MustCompile(`"(token|secret)":"[^"]*"`)
	local   = regexp.MustCompile(`http://127\.0\.0\.1:\d+/(whatsapp|media)`)
)

// shown is a result as the documents may show it: without secrets and this run's ports.
func shown(result json.RawMessage) json.RawMessage {
	text := secrets.ReplaceAllString(string(result), `"$1":"(shown once)"`)
	return json.RawMessage(local.ReplaceAllStringFunc(text, func(url string) string {
		if strings.HasSuffix(url, "/whatsapp") {
			return "https://flows.example.com/whatsapp"
		}
		return "http://127.0.0.1:7450/media"
	}))
}

// record writes the examples, a member of each in a line.
func record(t *testing.T, all []examples.Example) {
	t.Helper()
	var out bytes.Buffer
	between := "[\n"
	for _, e := range all {
		fmt.Fprintf(&out, "%s  {\"method\": %q", between, e.Method)
		between = ",\n"
		if len(e.Before) > 0 {
			steps, err := json.Marshal(e.Before)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&out, ",\n   \"before\": %s", steps)
		}
		fmt.Fprintf(&out, ",\n   \"request\": %s,\n   \"result\": %s}", e.Request, e.Result)
	}
	out.WriteString("\n]\n")
	if err := os.WriteFile("../../../schema/examples/examples.json", out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}
