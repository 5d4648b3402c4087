package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/nodeline/nodeline/schema"
)

func repository(t *testing.T) string {
	t.Helper()
	root, err := findRoot()
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// copySchema makes a root of its own with schema's sources, and the client's that are copied.
func copySchema(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	for _, pattern := range []string{"schema/*.go", clientSources + "/*.ts"} {
		sources, err := filepath.Glob(filepath.Join(repository(t), pattern))
		if err != nil || len(sources) == 0 {
			t.Fatal("no sources", err)
		}
		dir := filepath.Join(root, filepath.Dir(pattern))
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		for _, file := range sources {
			if strings.HasSuffix(file, ".gen.ts") {
				continue
			}
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, filepath.Base(file)), text, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	return root
}

func TestRepositoryIsFresh(t *testing.T) {
	var out bytes.Buffer
	if err := run(repository(t), true, &out); err != nil {
		t.Errorf("%v\n%s", err, out.String())
	}
}

func TestWriteThenCheck(t *testing.T) {
	root := copySchema(t)
	var out bytes.Buffer
	if err := run(root, true, &out); err == nil {
		t.Error("missing files were taken for fresh")
	}
	if got := strings.Count(out.String(), ": missing"); got != len(outputs) {
		t.Errorf("%d files are called missing, want %d:\n%s", got, len(outputs), out.String())
	}
	for i := range 2 {
		out.Reset()
		if err := run(root, false, &out); err != nil {
			t.Fatal(err)
		}
		// Made twice from the same sources, every file is the same.
		if got, want := strings.Count(out.String(), "wrote "), len(outputs)*(1-i); got != want {
			t.Errorf("run %d wrote %d files, want %d:\n%s", i+1, got, want, out.String())
		}
	}
	if err := run(root, true, &out); err != nil {
		t.Errorf("fresh files: %v\n%s", err, out.String())
	}
}

func TestStaleFileIsNamedWithItsLine(t *testing.T) {
	root := copySchema(t)
	var out bytes.Buffer
	if err := run(root, false, &out); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(root, "schema", "gen", "schema.json")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	stale := bytes.Replace(text, []byte(`"maxLength": 60`), []byte(`"maxLength": 61`), 1)
	if err := os.WriteFile(file, stale, 0o644); err != nil {
		t.Fatal(err)
	}
	out.Reset()
	if err := run(root, true, &out); err == nil {
		t.Fatal("a stale file was taken for fresh")
	}
	for _, want := range []string{"schema/gen/schema.json", "line", `have               "maxLength": 61`} {
		if !strings.Contains(strings.Join(strings.Fields(out.String()), " "), strings.Join(strings.Fields(want), " ")) {
			t.Errorf("the summary lacks %q:\n%s", want, out.String())
		}
	}
	if now, err := os.ReadFile(file); err != nil || !bytes.Equal(now, stale) {
		t.Errorf("-check changed the file (%v)", err)
	}
}

// A comment, a constant and a tag of the sources reach the outputs.
func TestSourcesReachTheOutputs(t *testing.T) {
	m, err := load(repository(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		what string
		make func(*model) ([]byte, error)
		want []string
	}{
		{"guest", guestTable, []string{`{name: "message.ask", object:`, `{name: "max", n: 1024}`, `values: []string{"auto", "native", "poll", "numbered"}`, `ru: "Кнопка {n}"`, "maxDepth = 32"}},
		{"schema", jsonSchema, []string{`"maxLength": 4096`, `"x-limit-of": "Meta Cloud API"`, `"ru": "Сообщение"`, `"description": "SendTextRequest asks for one text message."`, `"logged_out"`, `"default": 86400`, `"x-opaque-bytes": 262144`}},
		{"types", typeScript, []string{"export interface AskRequest {", "deadlineSeconds?: number;", `"message.ask": { request: AskRequest; result: Ask };`, `| "logged_out"`, "context?: unknown;", `line_not_linked: {"rpc":-32012`, `"delivery": Delivery;`}},
		{"docs", operationDocs, []string{"## message.ask", "\nIt asks for one text message.", "| `text` | text | required, not only white space, at most 4096 characters (Meta Cloud API) |", "Quote, as in [message.sendText](#messagesendtext).", "| Quote is the message", "| `deadlineSeconds` | integer |", "| 86400 |",
			"[MessageRef](#messageref)", "### MessageRef", "| `line_not_linked` | The line is not linked to WhatsApp. |", "By websocket only.", `"messageId": "3EB0`, "(`queued`, `sending`, "}},
	} {
		text, err := c.make(m)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range c.want {
			if !strings.Contains(string(text), want) {
				t.Errorf("%s: %s is missing", c.what, want)
			}
		}
		if strings.Contains(c.what, "guest") && strings.Contains(string(text), `"context"`) {
			t.Error("guest: an opaque field is in the table")
		}
	}
}

// Who meets a code finds it on the page, and every link there leads to a heading.
func TestThePageOfOperationsIsWhole(t *testing.T) {
	m, err := load(repository(t))
	if err != nil {
		t.Fatal(err)
	}
	made, err := operationDocs(m)
	if err != nil {
		t.Fatal(err)
	}
	page := string(made)
	for _, info := range schema.Codes {
		if !strings.Contains(page, "| `"+string(info.Code)+"` |") {
			t.Errorf("%s is explained nowhere", info.Code)
		}
	}
	headings := map[string]bool{}
	for _, h := range regexp.MustCompile(`(?m)^##+ (.+)$`).FindAllStringSubmatch(page, -1) {
		headings[anchor(h[1])] = true
	}
	links := regexp.MustCompile(`\]\(#([^)]+)\)`).FindAllStringSubmatch(page, -1)
	if len(links) < 100 {
		t.Errorf("only %d links", len(links))
	}
	for _, l := range links {
		if !headings[l[1]] {
			t.Errorf("a link leads to #%s, which is not there", l[1])
		}
	}
	if left := regexp.MustCompile(`as in [A-Z]\w+`).FindString(page); left != "" {
		t.Errorf("%q names what nobody can look up", left)
	}
}

// Every reference in the documents leads somewhere, and every method is there.
func TestDocumentsAreWhole(t *testing.T) {
	m, err := load(repository(t))
	if err != nil {
		t.Fatal(err)
	}
	for what, make := range map[string]func(*model) ([]byte, error){"schema.json": jsonSchema, "openrpc.json": openRPC} {
		text, err := make(m)
		if err != nil {
			t.Fatal(err)
		}
		var doc any
		if err := json.Unmarshal(text, &doc); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if n := followRefs(t, what, doc, doc); n < 50 {
			t.Errorf("%s: only %d references", what, n)
		}
		if what != "openrpc.json" {
			continue
		}
		methods := doc.(map[string]any)["methods"].([]any)
		if len(methods) != len(schema.Operations) {
			t.Errorf("%d methods, want %d", len(methods), len(schema.Operations))
		}
	}
}

func followRefs(t *testing.T, what string, doc, v any) (count int) {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			count += followRefs(t, what, doc, item)
		}
	case map[string]any:
		if ref, ok := v["$ref"].(string); ok {
			count++
			at := doc
			for _, step := range strings.Split(strings.TrimPrefix(ref, "#/"), "/") {
				in, _ := at.(map[string]any)
				at = in[step]
			}
			if at == nil {
				t.Errorf("%s: %s leads nowhere", what, ref)
			}
		}
		for _, item := range v {
			count += followRefs(t, what, doc, item)
		}
	}
	return count
}

func TestUnlabelledFieldIsRefused(t *testing.T) {
	m, err := load(repository(t))
	if err != nil {
		t.Fatal(err)
	}
	field := *m.operations[0].request.Fields[0]
	field.Label.Ru = ""
	request := *m.operations[0].request
	request.Fields = append(request.Fields[:0:0], &field)
	m.operations[0].request = &request
	if err := m.labelled(); err == nil {
		t.Error("a field without a Russian label passed")
	}
}

func TestClientCopyIsTheSourceUnderAHeader(t *testing.T) {
	root := t.TempDir()
	dir := filepath.Join(root, clientSources)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	source := "/** Says. */\nimport type { Unit } from './spec.js';\nimport { limits } from './schema.gen.js';\nexport const far = import('other.js');\n"
	if err := os.WriteFile(filepath.Join(dir, "one.ts"), []byte(source), 0o644); err != nil {
		t.Fatal(err)
	}
	got, err := clientCopy("one")(&model{root: root})
	if err != nil {
		t.Fatal(err)
	}
	want := "// " + madeBy + "\n// A copy of ui-manifests/client/src/one.ts.\n\n" + strings.Replace(source, "./spec.js", "./spec.gen.js", 1)
	if string(got) != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
