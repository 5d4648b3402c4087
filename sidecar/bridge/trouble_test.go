package bridge_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

var russian = bridge.Caller{Grant: admin.Grant, Lang: schema.Russian}

// What is known of a trouble is told by the line, by its event and by the error
// of what cannot be done, each in the caller's language.
func TestATroubleIsToldWithItsEnd(t *testing.T) {
	r := linkedRig(t, quick)
	until := time.Date(2031, 5, 6, 7, 8, 9, 0, time.UTC)
	err := r.Session(r.ctx(), bridge.Session{Line: theLine, State: schema.LineBanned, Account: "a",
		Trouble: bridge.Trouble{Kind: schema.TroubleTemporaryBan, Server: 101, Until: until}})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		caller bridge.Caller
		words  []string
	}{{admin, []string{"2031-05-06 07:08 UTC", "contacts", "by itself"}}, {russian, []string{"до 2031-05-06 07:08 UTC", "контактах", "сама"}}} {
		line, err := r.LineStatus(r.ctx(), c.caller, schema.LineRequest{Line: theLine})
		if err != nil {
			t.Fatal(err)
		}
		events, err := r.EventList(r.ctx(), c.caller, schema.EventListRequest{Line: theLine})
		if err != nil {
			t.Fatal(err)
		}
		told := *events.Events[len(events.Events)-1].State
		_, err = r.SendText(r.ctx(), c.caller, schema.SendTextRequest{Line: theLine, Key: "k", Chat: anna, Text: "x"})
		var refused *schema.Error
		if !errors.As(err, &refused) || refused.Code != schema.CodeLineBanned || refused.Server != 101 {
			t.Fatalf("the send ended with %v", err)
		}
		for what, text := range map[string]string{"line": line.Detail, "event": told.Detail, "error": refused.Hint} {
			for _, word := range c.words {
				if !strings.Contains(text, word) {
					t.Errorf("the %s does not say %q: %s", what, word, text)
				}
			}
		}
		for what, l := range map[string]schema.Line{"line": line, "event": told} {
			if l.Trouble != schema.TroubleTemporaryBan || l.Server != 101 || l.Until == nil || !l.Until.Equal(until) {
				t.Errorf("the %s is %+v", what, l)
			}
		}
	}
}

// A notice beside a state that stays is an event of its own, once.
func TestANoticeIsToldBesideTheState(t *testing.T) {
	r := linkedRig(t, quick)
	before, err := r.EventList(r.ctx(), admin, schema.EventListRequest{Line: theLine})
	if err != nil {
		t.Fatal(err)
	}
	line, err := r.LineStatus(r.ctx(), admin, schema.LineRequest{Line: theLine})
	if err != nil || line.Trouble != "" || line.Until != nil {
		t.Fatalf("before it the line is %+v (%v)", line, err)
	}
	plain := line.Detail
	notice := bridge.Session{Line: theLine, State: line.State, Account: "a", Phone: line.Phone, LID: line.LID,
		Trouble: bridge.Trouble{Kind: schema.TroubleReachout}}
	for range 2 {
		if err := r.Session(r.ctx(), notice); err != nil {
			t.Fatal(err)
		}
	}
	events, err := r.EventList(r.ctx(), admin, schema.EventListRequest{Line: theLine, After: before.Cursor})
	if err != nil || len(events.Events) != 1 {
		t.Fatalf("%d events (%v)", len(events.Events), err)
	}
	detail := events.Events[0].State.Detail
	if !strings.HasPrefix(detail, plain+" ") || !strings.Contains(detail, "write first.") {
		t.Errorf("the line says %q", detail)
	}
}

func TestANoticeEndsByItself(t *testing.T) {
	r := linkedRig(t, quick)
	for _, until := range []time.Time{time.Now().Add(-time.Hour), time.Now().Add(time.Hour)} {
		notice := bridge.Session{Line: theLine, State: schema.LineConnected, Account: "a", Trouble: bridge.Trouble{Kind: schema.TroubleReachout, Until: until}}
		if err := r.Session(r.ctx(), notice); err != nil {
			t.Fatal(err)
		}
		line, err := r.LineStatus(r.ctx(), admin, schema.LineRequest{Line: theLine})
		if err != nil || (line.Trouble != "") != until.After(time.Now()) {
			t.Errorf("until %s the line is %+v (%v)", until, line, err)
		}
	}
}

// Every number of a temporary ban has its reason, in both languages.
func TestWhyABanWasMade(t *testing.T) {
	r := linkedRig(t, quick)
	said := map[string]int{}
	for _, server := range []int{101, 102, 103, 104, 106} {
		err := r.Session(r.ctx(), bridge.Session{Line: theLine, State: schema.LineBanned, Trouble: bridge.Trouble{Kind: schema.TroubleTemporaryBan, Server: server}})
		if err != nil {
			t.Fatal(err)
		}
		for _, caller := range []bridge.Caller{admin, russian} {
			line, err := r.LineStatus(r.ctx(), caller, schema.LineRequest{Line: theLine})
			if err != nil || line.Until != nil || strings.Contains(line.Detail, "{") {
				t.Errorf("the line is %+v (%v)", line, err)
			}
			if before, ok := said[line.Detail]; ok {
				t.Errorf("%d says the same as %d: %s", server, before, line.Detail)
			}
			said[line.Detail] = server
		}
	}
}
