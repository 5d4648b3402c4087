package rpc_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
	"github.com/nodeline/nodeline/sidecar/rpc"
)

// late finds tokens, and has something happen between the find and its answer.
type late struct {
	bridge.Grants
	once sync.Once
	then func(bridge.Grant)
}

func (l *late) Find(ctx context.Context, token string) (bridge.Grant, bool, error) {
	g, ok, err := l.Grants.Find(ctx, token)
	if ok && g.Name == "line" {
		l.once.Do(func() { l.then(g) })
	}
	return g, ok, err
}

// A token that is revoked while its connection is being opened opens none.
func TestTokenRevokedWhileConnecting(t *testing.T) {
	grants := &late{}
	w := start(t, func(o *rpc.Options) { grants.Grants, o.Grants = o.Grants, grants })
	grants.then = func(g bridge.Grant) {
		_, text := w.post("admin", `{"jsonrpc":"2.0","id":1,"method":"token.revoke","params":{"id":"`+g.ID+`"}}`)
		if a := w.parse(text); a.Error != nil {
			t.Error(text)
		}
	}
	if code := w.dial("line", "").closed(); code != websocket.ClosePolicyViolation {
		t.Errorf("closed with %d", code)
	}
}

// What is pushed speaks the connection's language, as what is asked for does.
func TestPushedEventsSpeakTheCallersLanguage(t *testing.T) {
	w := start(t)
	for lang, want := range map[string]string{"ru": "Подключается", "en": "Connecting"} {
		s := w.dial("read", "?lang="+lang)
		if a := s.ask(`{"jsonrpc":"2.0","id":1,"method":"event.subscribe","params":{"line":"demo","after":-1}}`); a.Error != nil {
			t.Fatalf("subscribe: %+v", a.Error)
		}
		for _, state := range []schema.LineState{schema.LineConnecting, schema.LineConnected} {
			news := bridge.Session{Line: "demo", State: state, Account: "account", Phone: "+79000000001", At: time.Now()}
			if err := w.bridge.Session(t.Context(), news); err != nil {
				t.Fatal(err)
			}
		}
		var event schema.Event
		if a := w.parse(s.read()); json.Unmarshal(a.Params, &event) != nil || !strings.Contains(event.State.Detail, want) {
			t.Errorf("%s: pushed %s", lang, a.Params)
		}
	}
}

// Messages go out in the order in which they were sent in, by one connection or
// in one batch, though nobody waited for an answer in between.
func TestMessagesKeepTheOrderOfTheirCalls(t *testing.T) {
	const n = 200
	text := func(i int) string { return fmt.Sprintf("%d %s", i, strings.Repeat("x", (n-i)*10)) }
	var calls []string
	for i := range n {
		key := fmt.Sprintf("k%d", i)
		if i%10 == 3 {
			key = "not a key" // is refused, and lets nobody past those before it
		}
		calls = append(calls, fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"message.sendText","params":{"line":"demo","key":"%s","chat":"+79123456789","text":"%s"}}`, i+1, key, text(i)))
	}
	for way, send := range map[string]func(*world){
		"connection": func(w *world) {
			s := w.dial("line", "")
			for _, call := range calls {
				s.send(call)
			}
			for range calls {
				s.read()
			}
		},
		"batch": func(w *world) { w.post("line", "["+strings.Join(calls, ",")+"]") },
	} {
		w := start(t)
		close(w.api.door)
		send(w)
		w.net.mu.Lock()
		sent := slices.Clone(w.net.sent)
		w.net.mu.Unlock()
		if len(sent) != n-n/10 {
			t.Errorf("%s: %d messages went out", way, len(sent))
		}
		last := -1
		for _, out := range sent {
			var c bridge.Content
			var i int
			if err := json.Unmarshal(out.Payload, &c); err != nil {
				t.Fatal(err)
			}
			if _, err := fmt.Sscan(c.Body, &i); err != nil || i <= last {
				t.Fatalf("%s: message %d goes out after %d (%v)", way, i, last, err)
			}
			last = i
		}
	}
}
