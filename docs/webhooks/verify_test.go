package webhooks_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/nodeline/nodeline/docs/webhooks"
	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
	"github.com/nodeline/nodeline/sidecar/deliver"
)

// vector is a delivery and whether it is to be taken. Those of vectors.json were
// signed by hand: printf '%s' "$id.$timestamp.$body" | openssl dgst -sha256 -mac HMAC -macopt hexkey:$key -binary | base64
type vector struct {
	Name    string            `json:"name"`
	Secret  string            `json:"secret"`
	Headers map[string]string `json:"headers"`
	Body    string            `json:"body"`
	Now     int64             `json:"now"`
	OK      bool              `json:"ok"`
}

// The examples of the other languages read vectors and print a list of verdicts.
const (
	inJS = `import { verify } from './verify.mjs';
		let text = ''; for await (const part of process.stdin) text += part;
		console.log(JSON.stringify(JSON.parse(text).map((v) => { try { verify(Buffer.from(v.body), v.headers, v.secret, v.now); return true; } catch { return false; } })));`
	inPython = `
import json, sys
from verify import verify
def verdict(v):
    try:
        verify(v["body"].encode(), v["headers"], v["secret"], v["now"])
        return True
    except ValueError:
        return False
print(json.dumps([verdict(v) for v in json.load(sys.stdin)]))`
)

func verdicts(t *testing.T, vectors []vector) map[string][]bool {
	t.Helper()
	input, err := json.Marshal(vectors)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]bool{}
	for name, command := range map[string][]string{
		"JavaScript": {"node", "--input-type=module", "-e", inJS}, "Python": {"python3", "-B", "-c", inPython},
	} {
		cmd := exec.CommandContext(t.Context(), command[0], command[1:]...)
		cmd.Stdin, cmd.Stderr = bytes.NewReader(input), t.Output()
		text, err := cmd.Output()
		if err != nil {
			t.Fatalf("run the %s example (it needs %s): %v", name, command[0], err)
		}
		var list []bool
		if err := json.Unmarshal(text, &list); err != nil {
			t.Fatalf("%s: %q: %v", name, text, err)
		}
		out[name] = list
	}
	for _, v := range vectors {
		header := http.Header{}
		for key, value := range v.Headers {
			header.Set(key, value)
		}
		err := webhooks.Verify([]byte(v.Body), header, v.Secret, time.Unix(v.Now, 0))
		out["Go"] = append(out["Go"], err == nil)
	}
	return out
}

func judge(t *testing.T, vectors []vector) {
	t.Helper()
	for language, list := range verdicts(t, vectors) {
		if len(list) != len(vectors) {
			t.Fatalf("%s gives %d verdicts on %d", language, len(list), len(vectors))
		}
		for i, v := range vectors {
			if list[i] != v.OK {
				t.Errorf("%s: %s: taken %t, want %t", language, v.Name, list[i], v.OK)
			}
		}
	}
}

func TestExamplesAgainstFixedSignatures(t *testing.T) {
	text, err := os.ReadFile("vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors []vector
	if err := json.Unmarshal(text, &vectors); err != nil || len(vectors) < 10 {
		t.Fatal(len(vectors), err)
	}
	judge(t, vectors)
}

// noStore has nothing to deliver.
type noStore struct{ bridge.Store }

func (noStore) Read(context.Context, func(bridge.View) error) error { return nil }

func TestExamplesAgainstWhatIsSent(t *testing.T) {
	const newer, older = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=", "whsec_ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA="
	var sent []vector
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		v := vector{Headers: map[string]string{}, Body: string(body), Now: time.Now().Unix(), OK: true}
		for key := range r.Header {
			v.Headers[strings.ToLower(key)] = r.Header.Get(key)
		}
		for name, change := range map[string]func(*vector){
			"the newer secret": func(v *vector) { v.Secret = newer }, "the older secret": func(v *vector) { v.Secret = older },
			"a strange secret": func(v *vector) { v.Secret, v.OK = "whsec_c3RyYW5nZQ==", false },
			"another body":     func(v *vector) { v.Secret, v.OK, v.Body = newer, false, v.Body+" " },
			"an hour later":    func(v *vector) { v.Secret, v.OK, v.Now = newer, false, v.Now+3600 },
		} {
			changed := v
			changed.Name = name
			change(&changed)
			sent = append(sent, changed)
		}
	}))
	defer receiver.Close()
	feeds := deliver.New(deliver.Config{Store: noStore{}, Log: slog.New(slog.DiscardHandler)})
	defer feeds.Stop()
	event := schema.Event{ID: "evt_1", Line: "north", Message: &schema.IncomingMessage{Text: "Привет, «Север»  <b> & "}}
	got := feeds.Test(t.Context(), bridge.WebhookRecord{URL: receiver.URL, Secrets: []bridge.Secret{{Text: newer}, {Text: older, Until: time.Now().Add(time.Hour)}}},
		bridge.EventDelivery("whk_1", event))
	if !got.Delivered || len(sent) != 5 {
		t.Fatalf("%+v, %d vectors", got, len(sent))
	}
	judge(t, sent)
}
