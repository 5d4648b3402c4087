package link

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nodeline/nodeline/schema"
)

// script answers as a sidecar does: at once with its newest state for since 0,
// else when something newer is known. Restart begins its next round.
type script struct {
	rounds [][]step
	round  int
	began  time.Time
	seq    int // of the first step of the round
	calls  []schema.LineLinkRequest
}

// step is a state and how long after the round's begin it is reached.
type step struct {
	after  time.Duration
	result schema.LineLinkResult
}

func (s *script) LineLink(ctx context.Context, r schema.LineLinkRequest) (schema.LineLinkResult, error) {
	s.calls = append(s.calls, r)
	if r.Restart && len(s.calls) > 1 {
		s.seq += len(s.rounds[s.round])
		s.round++
		s.began = time.Now()
	}
	if s.began.IsZero() {
		s.began = time.Now()
	}
	wait := time.After(time.Duration(r.WaitMs) * time.Millisecond)
	for {
		newest, next := schema.LineLinkResult{}, time.Duration(-1)
		for i, st := range s.rounds[s.round] {
			if time.Since(s.began) < st.after {
				next = st.after - time.Since(s.began)
				break
			}
			newest = st.result
			newest.Seq = s.seq + i + 1
		}
		if newest.Seq > r.Since {
			return newest, nil
		}
		var change <-chan time.Time
		if next >= 0 {
			change = time.After(next)
		}
		select {
		case <-change:
		case <-wait:
			return newest, nil
		case <-ctx.Done():
			return newest, ctx.Err()
		}
	}
}

func code(text string, seconds int) schema.LineLinkResult {
	return schema.LineLinkResult{State: schema.LinkCode, QR: text, SecondsLeft: seconds}
}

func state(s schema.LinkState) schema.LineLinkResult { return schema.LineLinkResult{State: s} }

var linked = schema.LineLinkResult{State: schema.LinkLinked, Phone: "+79000000001"}

// inOrder checks that texts stand in out, one after the other.
func inOrder(t *testing.T, out string, texts ...string) {
	t.Helper()
	rest := out
	for _, text := range texts {
		_, after, ok := strings.Cut(rest, text)
		if !ok {
			t.Fatalf("%q is missing, or not in its place, in:\n%s", text, out)
		}
		rest = after
	}
}

func TestLinks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{rounds: [][]step{{{0, state(schema.LinkWaiting)}, {time.Second, code("first", 60)},
			{61 * time.Second, code("second", 20)}, {65 * time.Second, state(schema.LinkScanned)},
			{66 * time.Second, state(schema.LinkPasskey)}, {67 * time.Second, linked}}}}
		var out bytes.Buffer
		last, err := Run(t.Context(), s, Options{Line: "demo", Lang: schema.English, Out: &out})
		if err != nil || last.State != schema.LinkLinked {
			t.Fatalf("%+v %v", last, err)
		}
		inOrder(t, out.String(), "Connecting", "Linked devices", "█", "60 s", "Linked devices", "█", "20 s", "taken the code", "passkey", "If nothing follows", "linked as +79000000001\n")
		if strings.Contains(out.String(), "\x1b") {
			t.Error("escape sequences in a file")
		}
		if strings.Contains(out.String(), "SANDBOX") || strings.Contains(out.String(), "first") {
			t.Error("a real line is shown as a sandbox's, or its code as text")
		}
		if r := s.calls[0]; r.Line != "demo" || r.Restart || r.Since != 0 {
			t.Errorf("first call %+v", r)
		}
	})
}

func typed(code string) schema.LineLinkResult {
	return schema.LineLinkResult{State: schema.LinkCode, QR: "a", SecondsLeft: 60, PhoneFor: "+79000000001", PhoneCode: code, PhoneCodeSecondsLeft: 160}
}

func TestShowsACodeToType(t *testing.T) {
	asking := typed("")
	refused := typed("")
	refused.Error = schema.NewError(schema.CodeNotOnWhatsApp, schema.English, nil)
	for name, c := range map[string]struct {
		lang schema.Lang
		says []string
	}{
		"en": {schema.English, []string{"█", "Asking WhatsApp", "60 s", "No code to type: This number", "+79000000001", "\n    ABCD-EFGH\n", "Enter: a new code", "for 60 s more, the code to type for 160 s", "in time", "Press Enter", "IJKL-MNPQ", "linked as"}},
		"ru": {schema.Russian, []string{"█", "Запрашиваю", "60 с", "Кода для ввода нет", "+79000000001", "\n    ABCD-EFGH\n", "новый код", "код для ввода ещё 160 с", "не успели", "Enter", "IJKL-MNPQ", "привязана как"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &script{rounds: [][]step{
					{{0, asking}, {time.Second, refused}, {2 * time.Second, typed("ABCD-EFGH")}, {60 * time.Second, state(schema.LinkExpired)}},
					{{0, state(schema.LinkWaiting)}, {time.Second, typed("IJKL-MNPQ")}, {2 * time.Second, linked}},
				}}
				again := make(chan struct{})
				go func() {
					time.Sleep(5 * time.Minute)
					again <- struct{}{}
				}()
				var out bytes.Buffer
				if _, err := Run(t.Context(), s, Options{Lang: c.lang, Out: &out, Again: again, Phone: "8 900 000-00-01"}); err != nil {
					t.Fatal(err)
				}
				inOrder(t, out.String(), c.says...)
				if first, _, _ := strings.Cut(out.String(), "ABCD-EFGH"); strings.Count(first, "Linked devices")+strings.Count(first, "Связанные устройства") != 1 {
					t.Errorf("one QR code is written twice:\n%s", first)
				}
				asked := 0
				for _, call := range s.calls {
					if call.Phone == "8 900 000-00-01" {
						asked++
					}
				}
				if asked != 2 || s.calls[0].Phone == "" {
					t.Errorf("a code is asked for %d times: %+v", asked, s.calls)
				}
			})
		})
	}
}

// A terminal draws the code to type over the QR code without it, and counts both.
func TestDrawsACodeToTypeOnATerminal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{rounds: [][]step{{{0, code("a", 60)}, {1500 * time.Millisecond, typed("ABCD-EFGH")}, {4200 * time.Millisecond, linked}}}}
		var out bytes.Buffer
		if _, err := Run(t.Context(), s, Options{Lang: schema.English, Out: &out, Terminal: true, Columns: 40, Phone: "+79000000001"}); err != nil {
			t.Fatal(err)
		}
		inOrder(t, out.String(), "Linked devices", "works for 59 s", "A\x1b[J", "Linked devices", "ABCD-EFGH", "for 60 s more, the code to type for 160 s", "for 59 s more, the code to type for 159 s", "A\x1b[J", "linked as")
		// The rows that are taken off are those that were drawn, wrapped ones counted.
		drawings := strings.Split(out.String(), "\x1b[J")
		for _, drawn := range drawings[:len(drawings)-1] {
			body, erase, _ := strings.Cut(drawn, "\r\x1b[K")
			rows := 0
			for _, row := range strings.Split(strings.TrimSuffix(body, "\n"), "\n") {
				if strings.Contains(row, "\x1b[97;40m") {
					rows++
				} else {
					rows += max(1, (len([]rune(row))+39)/40)
				}
			}
			if want := fmt.Sprintf("\r\x1b[%dA", rows); !strings.HasSuffix(erase, want) {
				t.Errorf("%d rows were drawn, and it goes up by %q", rows, erase[max(0, len(erase)-12):])
			}
		}
	})
}

func TestSandboxSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		shown := code("the-text-of-the-code", 60)
		shown.Sandbox = true
		s := &script{rounds: [][]step{{{0, shown}, {time.Second, linked}}}}
		var out bytes.Buffer
		if _, err := Run(t.Context(), s, Options{Lang: schema.Russian, Out: &out}); err != nil {
			t.Fatal(err)
		}
		inOrder(t, out.String(), "ПЕСОЧНИЦА", "Связанные устройства", "the-text-of-the-code", "60 с", "привязана как +79000000001")
	})
}

func TestCountsDownOnATerminal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{rounds: [][]step{{{0, code("a", 60)}, {3500 * time.Millisecond, linked}}}}
		var out bytes.Buffer
		if _, err := Run(t.Context(), s, Options{Lang: schema.English, Out: &out, Terminal: true}); err != nil {
			t.Fatal(err)
		}
		inOrder(t, out.String(), "60 s", "59 s", "58 s", "57 s", "linked as")
		if strings.Contains(out.String(), "56 s") {
			t.Error("it counts after the end")
		}
	})
}

func TestNewCodeOnEnter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{rounds: [][]step{
			{{0, code("a", 60)}, {60 * time.Second, state(schema.LinkExpired)}},
			{{0, state(schema.LinkWaiting)}, {time.Second, code("b", 60)}, {2 * time.Second, linked}},
		}}
		again := make(chan struct{})
		go func() {
			time.Sleep(5 * time.Minute) // the end of a round waits for the person
			again <- struct{}{}
		}()
		var out bytes.Buffer
		if _, err := Run(t.Context(), s, Options{Lang: schema.English, Out: &out, Again: again}); err != nil {
			t.Fatal(err)
		}
		inOrder(t, out.String(), "Enter: a new code", "60 s", "in time", "Press Enter", "Connecting", "60 s", "linked as")
	})
}

func TestEnds(t *testing.T) {
	failed := state(schema.LinkFailed)
	failed.Error = schema.NewError(schema.CodeUnreachable, schema.English, nil)
	for name, c := range map[string]struct {
		end  schema.LineLinkResult
		code schema.Code
		says string
	}{
		"expired": {state(schema.LinkExpired), schema.CodeLinkFailed, "--new"},
		"failed":  {failed, schema.CodeUnreachable, "internet"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &script{rounds: [][]step{{{0, code("a", 60)}, {60 * time.Second, c.end}}}}
				var out bytes.Buffer
				_, err := Run(t.Context(), s, Options{Lang: schema.English, Out: &out, New: true})
				var e *schema.Error
				if !errors.As(err, &e) || e.Code != c.code || !strings.Contains(e.Hint, c.says) {
					t.Fatalf("ended with %v", err)
				}
				if !s.calls[0].Restart || s.calls[1].Restart {
					t.Error("a new round is asked for once, at the start")
				}
			})
		})
	}
}

func TestInputEndsWhileAsking(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{rounds: [][]step{{{0, state(schema.LinkExpired)}}}}
		again := make(chan struct{})
		go func() { time.Sleep(time.Minute); close(again) }()
		var out bytes.Buffer
		_, err := Run(t.Context(), s, Options{Lang: schema.English, Out: &out, Again: again})
		var e *schema.Error
		if !errors.As(err, &e) || e.Code != schema.CodeLinkFailed {
			t.Fatalf("ended with %v", err)
		}
	})
}

func TestInterrupt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		s := &script{rounds: [][]step{{{0, code("a", 60)}}}}
		var out bytes.Buffer
		if _, err := Run(ctx, s, Options{Lang: schema.English, Out: &out, Terminal: true}); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("ended with %v", err)
		}
	})
}
