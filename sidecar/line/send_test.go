package line

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/socket"
	"google.golang.org/protobuf/proto"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

func TestEncode(t *testing.T) {
	s := &Sessions{}
	question := bridge.Content{Header: "h", Body: "b", Footer: "f", Rendering: schema.RenderNative,
		Buttons: []schema.Button{{ID: `a"b`, Text: "Да"}, {ID: "2", Text: "Нет"}}}
	payload, err := s.Encode(question)
	if err != nil {
		t.Fatal(err)
	}
	_, m, err := open(bridge.Outgoing{ID: "X", To: annaPN.String(), Payload: payload})
	if err != nil || !native(m) {
		t.Fatalf("%v, %v", m, err)
	}
	i := m.GetInteractiveMessage()
	buttons := i.GetNativeFlowMessage().GetButtons()
	if i.GetHeader().GetTitle() != "h" || i.GetBody().GetText() != "b" || i.GetFooter().GetText() != "f" || len(buttons) != 2 ||
		buttons[0].GetName() != "quick_reply" || buttons[0].GetButtonParamsJSON() != `{"display_text":"Да","id":"a\"b"}` {
		t.Errorf("the question is %v", i)
	}
	// Every try must carry the same secret, or a second try is another message.
	if len(m.GetMessageContextInfo().GetMessageSecret()) != 32 {
		t.Error("no secret in the stored bytes")
	}
	if !native(&waE2E.Message{DeviceSentMessage: &waE2E.DeviceSentMessage{Message: m}}) {
		t.Error("the copy for own devices is not seen as native")
	}
	question.Header, question.Footer = "", ""
	payload, _ = s.Encode(question)
	if _, m, _ = open(bridge.Outgoing{ID: "X", To: annaPN.String(), Payload: payload}); m.GetInteractiveMessage().Header != nil || m.GetInteractiveMessage().Footer != nil {
		t.Error("an empty header or footer is sent")
	}
	for _, rendering := range []schema.Rendering{"", schema.RenderNumbered} {
		payload, err = s.Encode(bridge.Content{Body: "1. Да", Rendering: rendering})
		if _, m, _ = open(bridge.Outgoing{ID: "X", To: annaPN.String(), Payload: payload}); err != nil || m.GetConversation() != "1. Да" || native(m) {
			t.Errorf("%q: %v, %v", rendering, m, err)
		}
	}
	for _, broken := range []bridge.Content{{}, {Body: "b", Rendering: schema.RenderNative}} {
		if _, err := s.Encode(broken); err == nil {
			t.Errorf("%+v is encoded", broken)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	good, _ := proto.Marshal(&waE2E.Message{Conversation: proto.String("x")})
	for name, out := range map[string]bridge.Outgoing{
		"no address": {ID: "X", Payload: good},
		"a status":   {ID: "X", To: "status@broadcast", Payload: good},
		"no id":      {To: annaPN.String(), Payload: good},
		"no payload": {ID: "X", To: annaPN.String()},
		"garbage":    {ID: "X", To: annaPN.String(), Payload: []byte{0xff}},
	} {
		if _, _, err := open(out); err == nil {
			t.Errorf("%s is sent", name)
		}
	}
}

func TestJudge(t *testing.T) {
	at := func(send, resp time.Duration) whatsmeow.SendResponse {
		return whatsmeow.SendResponse{DebugTimings: whatsmeow.MessageDebugTimings{Send: send, Resp: resp}}
	}
	for name, c := range map[string]struct {
		resp whatsmeow.SendResponse
		err  error
		want bridge.SendError
		is   error
	}{
		"refused":            {at(1, 1), fmt.Errorf("%w 463", whatsmeow.ErrServerReturnedError), bridge.SendError{Certain: true, Server: 463}, nil},
		"too fast":           {at(1, 1), fmt.Errorf("%w 429", whatsmeow.ErrServerReturnedError), bridge.SendError{Certain: true, Retry: true, Server: 429}, nil},
		"no answer":          {at(1, 0), whatsmeow.ErrMessageTimedOut, bridge.SendError{Retry: true}, nil},
		"caller gave up":     {at(1, 0), context.Canceled, bridge.SendError{Retry: true}, nil},
		"cut after it left":  {at(1, 1), &whatsmeow.DisconnectedError{Action: "message send"}, bridge.SendError{Retry: true}, nil},
		"cut, and no return": {at(1, 1), whatsmeow.ErrNotConnected, bridge.SendError{Retry: true}, nil},
		"half a write":       {at(1, 0), fmt.Errorf("failed to send message node: %w", errors.New("broken pipe")), bridge.SendError{Retry: true}, nil},
		"closed before":      {at(1, 0), fmt.Errorf("failed to send message node: %w", socket.ErrSocketClosed), bridge.SendError{Certain: true, Retry: true}, bridge.ErrOffline},
		"offline":            {at(1, 0), fmt.Errorf("failed to send message node: %w", whatsmeow.ErrNotConnected), bridge.SendError{Certain: true, Retry: true}, bridge.ErrOffline},
		"cut while asking":   {at(0, 0), fmt.Errorf("failed to get device list: %w", &whatsmeow.DisconnectedError{Action: "info query"}), bridge.SendError{Certain: true, Retry: true}, nil},
		"asked too often":    {at(0, 0), fmt.Errorf("failed to get device list: %w", whatsmeow.ErrIQRateOverLimit), bridge.SendError{Certain: true, Retry: true, Server: 429}, bridge.ErrRateLimited},
		"forbidden":          {at(0, 0), fmt.Errorf("failed to get device list: %w", whatsmeow.ErrIQForbidden), bridge.SendError{Certain: true, Server: 403}, nil},
		"unknown number":     {at(0, 0), errors.New("no LID found for 79990000001@s.whatsapp.net from server"), bridge.SendError{Certain: true}, bridge.ErrNotOnWhatsApp},
	} {
		got := judge(c.resp, c.err)
		if got.Certain != c.want.Certain || got.Retry != c.want.Retry || got.Server != c.want.Server {
			t.Errorf("%s: %+v", name, got)
		}
		if c.is != nil && !errors.Is(got, c.is) {
			t.Errorf("%s: %v is not %v", name, got, c.is)
		}
	}
	if text := judge(at(0, 0), errors.New("no LID found for 79990000001@s.whatsapp.net from server")).Error(); strings.Contains(text, "7999") {
		t.Errorf("the error shows the number: %s", text)
	}
}

func TestTheDetourLeavesNoWayOut(t *testing.T) {
	var asked *http.Request
	d := detour{addr: "127.0.0.1:7460", next: roundTrip(func(r *http.Request) (*http.Response, error) {
		asked = r
		return &http.Response{StatusCode: 200, Body: http.NoBody}, nil
	})}
	for url, allowed := range map[string]bool{
		"https://web.whatsapp.com/ws/chat":    true,
		"https://mmg.whatsapp.net/v/t62?x=1":  true,
		"https://MMG.WhatsApp.NET/v":          true,
		"https://example.com/ws/chat":         false,
		"https://notwhatsapp.com/":            false,
		"https://whatsapp.com.example.org/":   false,
		"https://127.0.0.1/":                  false,
		"https://web.whatsapp.com@evil.test/": false,
	} {
		asked = nil
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := d.RoundTrip(r)
		if err == nil {
			_ = res.Body.Close()
		}
		if (err == nil) != allowed || (asked != nil) != allowed {
			t.Errorf("%s: %v", url, err)
			continue
		}
		if allowed && (asked.URL.Scheme != "http" || asked.URL.Host != d.addr || asked.URL.Path != r.URL.Path || r.URL.Scheme != "https") {
			t.Errorf("%s leads to %s", url, asked.URL)
		}
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// whatsmeow prints numbers and stanzas; above debug level none may be seen.
func TestTheLibrarysLogIsMasked(t *testing.T) {
	var out bytes.Buffer
	log := libraryLog{log: slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelInfo}))}
	log.Sub("Recv").Warnf("Error decrypting message from %s: %v", "79123456789@s.whatsapp.net", errors.New("no session with 79123456789:0"))
	log.Infof("hello %s", "79123456789")
	if s := out.String(); strings.Contains(s, "7912") || !strings.Contains(s, "no session with") || strings.Contains(s, "hello") {
		t.Errorf("the log says %s", s)
	}
	if s := mask(errors.New(strings.Repeat("x", 10_000))); len(s) > maskedMax+3 {
		t.Errorf("an error of %d bytes is logged", len(s))
	}
}
