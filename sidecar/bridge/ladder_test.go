package bridge_test

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// voting is a vote in a poll for options, by the texts that the poll shows.
func voting(poll schema.MessageID, options ...string) func(*bridge.Incoming) {
	return func(in *bridge.Incoming) {
		in.Kind, in.QuotedID, in.Vote = schema.ContentVote, poll, &bridge.Vote{}
		for _, text := range options {
			sum := sha256.Sum256([]byte(text))
			in.Vote.Chosen = append(in.Vote.Chosen, sum[:])
		}
	}
}

func unreadable(poll schema.MessageID) func(*bridge.Incoming) {
	return func(in *bridge.Incoming) {
		in.Kind, in.QuotedID, in.Vote = schema.ContentVote, poll, &bridge.Vote{Unreadable: true}
	}
}

// encoded is what the sessions were given to encode of a send.
func encoded(t *testing.T, out bridge.Outgoing) (c bridge.Content) {
	t.Helper()
	if err := json.Unmarshal(out.Payload, &c); err != nil {
		t.Fatal(err)
	}
	return c
}

const (
	rNative   = schema.RenderNative
	rPoll     = schema.RenderPoll
	rNumbered = schema.RenderNumbered
)

// Which rendering goes out, and why, for what the call, the line and the message say.
func TestTheFirstRenderingThatCanHoldTheMessageGoesOut(t *testing.T) {
	long := strings.Repeat("д", 256)
	for name, c := range map[string]struct {
		rendering schema.Rendering
		call      []schema.Rendering
		line      []schema.Rendering
		change    func(*schema.AskRequest)
		want      schema.Rendering
		reason    string
	}{
		"nothing is preferred":               {want: rNumbered, reason: "shows on every phone"},
		"auto":                               {rendering: schema.RenderAuto, want: rNumbered, reason: "shows on every phone"},
		"numbered is chosen":                 {rendering: rNumbered, want: rNumbered, reason: "as chosen in the settings"},
		"native is chosen":                   {rendering: rNative, want: rNative, reason: "as chosen in the settings"},
		"a poll is chosen":                   {rendering: rPoll, want: rPoll, reason: "as chosen in the settings"},
		"the call prefers a poll":            {call: []schema.Rendering{rPoll, rNumbered}, want: rPoll, reason: "first of the preferred"},
		"the call prefers native":            {call: []schema.Rendering{rNative}, want: rNative, reason: "first of the preferred"},
		"the call prefers numbered":          {call: []schema.Rendering{rNumbered, rPoll}, want: rNumbered, reason: "first of the preferred"},
		"the line prefers a poll":            {line: []schema.Rendering{rPoll}, want: rPoll, reason: "first of the preferred"},
		"the call overrules the line":        {line: []schema.Rendering{rPoll}, call: []schema.Rendering{rNative}, want: rNative, reason: "first of the preferred"},
		"what is chosen overrules the line":  {line: []schema.Rendering{rPoll}, rendering: rNumbered, want: rNumbered, reason: "as chosen in the settings"},
		"a poll cannot hold one button":      {rendering: rPoll, change: func(q *schema.AskRequest) { q.Buttons = q.Buttons[:1] }, want: rNumbered, reason: "cannot hold"},
		"a poll cannot hold a long text":     {call: []schema.Rendering{rPoll, rNative}, change: func(q *schema.AskRequest) { q.Body = long }, want: rNative, reason: "cannot hold"},
		"a poll of its own":                  {change: options, want: rPoll, reason: "Sent as a poll"},
		"a poll of its own, in a list's way": {rendering: rNative, change: options, want: rPoll, reason: "Sent as a poll"},
		"a poll of its own, as numbers":      {rendering: rNumbered, change: options, want: rNumbered, reason: "as chosen"},
		"a list in a poll":                   {call: []schema.Rendering{rPoll}, change: rows, want: rPoll, reason: "first of the preferred"},
	} {
		t.Run(name, func(t *testing.T) {
			r := linkedRig(t, quick)
			if c.line != nil {
				if _, err := r.LineUpdate(r.ctx(), admin, schema.LineUpdateRequest{Line: theLine, Renderings: c.line}); err != nil {
					t.Fatal(err)
				}
			}
			a := r.ask("q", func(q *schema.AskRequest) {
				q.Rendering, q.Renderings = c.rendering, c.call
				if c.change != nil {
					c.change(q)
				}
			})
			sent := r.net.sent()
			if len(sent) != 1 || sent[0].Rendering != c.want || a.Rendering != c.want || !strings.Contains(a.Reason, c.reason) {
				t.Errorf("sent %+v; the ask says %s: %s", sent, a.Rendering, a.Reason)
			}
		})
	}
}

func options(q *schema.AskRequest) {
	q.Buttons, q.Options = nil, []schema.PollOption{{ID: "yes", Text: "Да, приду"}, {Text: "Нет"}, {ID: "late", Text: "Позже"}}
}

func rows(q *schema.AskRequest) {
	q.Buttons, q.Rows = nil, []schema.ListRow{{ID: "yes", Text: "Да, приду", Description: "к 10:00", Section: "Сегодня"}, {Text: "Нет"}, {ID: "late", Text: "Позже", Section: "Завтра"}}
}

// Each refusal leads one step down, under an id of its own; nothing else does.
func TestACertainRefusalLeadsToTheNextRendering(t *testing.T) {
	refused := func(code int) error {
		return &bridge.SendError{Certain: true, Server: code, Err: errors.New("refused")}
	}
	doubt := &bridge.SendError{Err: errors.New("no word")}
	all := []schema.Rendering{rNative, rPoll, rNumbered}
	for name, c := range map[string]struct {
		ladder []schema.Rendering
		answer map[schema.Rendering]error
		want   []schema.Rendering
		status schema.MessageStatus
		reason string
	}{
		"taken":                               {all, nil, []schema.Rendering{rNative}, schema.StatusSent, "first of the preferred"},
		"native refused, 479":                 {all, map[schema.Rendering]error{rNative: refused(479)}, []schema.Rendering{rNative, rPoll}, schema.StatusSent, "so a poll was sent"},
		"native refused, 405":                 {all, map[schema.Rendering]error{rNative: refused(405)}, []schema.Rendering{rNative, rPoll}, schema.StatusSent, "so a poll was sent"},
		"native and poll refused":             {all, map[schema.Rendering]error{rNative: refused(479), rPoll: refused(405)}, all, schema.StatusSent, "refused the poll"},
		"all refused":                         {all, map[schema.Rendering]error{rNative: refused(479), rPoll: refused(479), rNumbered: refused(479)}, all, schema.StatusFailed, "refused the poll"},
		"poll refused, native next":           {[]schema.Rendering{rPoll, rNative}, map[schema.Rendering]error{rPoll: refused(405)}, []schema.Rendering{rPoll, rNative}, schema.StatusSent, "refused the poll, so WhatsApp buttons"},
		"native alone is refused":             {[]schema.Rendering{rNative}, map[schema.Rendering]error{rNative: refused(479)}, []schema.Rendering{rNative, rNumbered}, schema.StatusSent, "refused the buttons, so numbered"},
		"another refusal":                     {all, map[schema.Rendering]error{rNative: refused(463)}, []schema.Rendering{rNative}, schema.StatusFailed, "first of the preferred"},
		"a doubt, and then a refusal":         {all, map[schema.Rendering]error{rNative: doubt}, []schema.Rendering{rNative, rNative, rPoll}, schema.StatusSent, "under the same message id"},
		"a refusal, and then a doubt":         {all, map[schema.Rendering]error{rNative: refused(479), rPoll: doubt}, []schema.Rendering{rNative, rPoll, rPoll, rNumbered}, schema.StatusSent, "under the same message id"},
		"a doubt on every step":               {all, map[schema.Rendering]error{rNative: doubt, rPoll: doubt, rNumbered: doubt}, []schema.Rendering{rNative, rNative, rPoll, rPoll, rNumbered}, schema.StatusUnknown, "under the same message id"},
		"a doubt, and then another refusal":   {all, map[schema.Rendering]error{rNative: doubt, rPoll: refused(463)}, []schema.Rendering{rNative, rNative, rPoll}, schema.StatusUnknown, "under the same message id"},
		"numbered first, so nothing is below": {[]schema.Rendering{rNumbered, rPoll}, map[schema.Rendering]error{rNumbered: refused(479)}, []schema.Rendering{rNumbered}, schema.StatusFailed, "first of the preferred"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := linkedRig(t, bridge.Timing{Tries: 3})
				doubted := map[schema.Rendering]bool{}
				r.net.set(func(n *network) {
					n.script = func(_ int, out bridge.Outgoing) error {
						err := c.answer[out.Rendering]
						if doubted[out.Rendering] {
							return refused(479)
						}
						doubted[out.Rendering] = err == doubt
						return err
					}
				})
				r.ask("q", func(q *schema.AskRequest) { q.Renderings = c.ladder })
				time.Sleep(time.Hour)
				synctest.Wait()
				var got []schema.Rendering
				ids := map[schema.Rendering]schema.MessageID{}
				for _, out := range r.net.sent() {
					got = append(got, out.Rendering)
					if was, ok := ids[out.Rendering]; ok && was != out.ID {
						t.Errorf("%s went as %s and as %s", out.Rendering, was, out.ID)
					}
					ids[out.Rendering] = out.ID
				}
				if !slices.Equal(got, c.want) {
					t.Fatalf("sent %v, want %v", got, c.want)
				}
				doubt := false
				for i, next := range slices.Compact(got) {
					if i > 0 && doubt != (ids[next] == ids[got[i-1]]) {
						t.Errorf("after a doubt (%t) %s went as %s, the one before as %s", doubt, next, ids[next], ids[got[i-1]])
					}
					doubt = doubt || doubted[next]
				}
				m := r.message("q")
				if m.Status != c.status || m.Rendering != c.want[len(c.want)-1] || m.MessageID != ids[m.Rendering] || !strings.Contains(m.Reason, c.reason) {
					t.Errorf("the message is %+v", m)
				}
			})
		})
	}
}

// The answer of every form, on every rendering, of buttons, a list and a poll.
func TestEveryFormOfAnswerIsMatchedOnEveryRendering(t *testing.T) {
	forms := map[string]func(r *rig, a schema.Ask){
		"the number":         func(r *rig, a schema.Ask) { r.says(anna, "3") },
		"the number, quoted": func(r *rig, a schema.Ask) { r.says(anna, "3)", quoting(a.MessageID)) },
		"the label by hand":  func(r *rig, a schema.Ask) { r.says(anna, " позже ") },
		"a tap":              func(r *rig, a schema.Ask) { r.says(anna, "Позже", tapping(a.MessageID, "late")) },
		"a row":              func(r *rig, a schema.Ask) { r.says(anna, "Позже", tapping(a.MessageID, "late"), choosing) },
		"a vote":             func(r *rig, a schema.Ask) { r.says(anna, "", voting(a.MessageID, "Позже")) },
		"the label, quoted":  func(r *rig, a schema.Ask) { r.says(anna, "Позже", quoting(a.MessageID)) },
	}
	for kind, change := range map[string]func(*schema.AskRequest){"buttons": func(*schema.AskRequest) {}, "list": rows, "poll": options} {
		for _, rendering := range []schema.Rendering{rNative, rPoll, rNumbered} {
			for form, answer := range forms {
				if form == "a vote" && rendering != rPoll {
					continue // nobody votes on what is no poll
				}
				t.Run(kind+"/"+string(rendering)+"/"+form, func(t *testing.T) {
					r := linkedRig(t, quick)
					a := r.ask("q", change, func(q *schema.AskRequest) { q.Rendering = rendering })
					answer(r, a)
					got := r.getAsk("q")
					if got.Outcome == nil || got.Outcome.Kind != schema.OutcomeButton {
						t.Fatalf("the ask is %+v", got)
					}
					if o := got.Outcome.Answer; o.ID != "late" || o.Index != 3 || o.Text != "Позже" {
						t.Errorf("the answer is %+v", o)
					}
				})
			}
		}
	}
}

func choosing(in *bridge.Incoming) { in.Kind = schema.ContentList }

func TestTheFirstChoiceCountsAndLaterVotesAreEvents(t *testing.T) {
	r := linkedRig(t, quick)
	a := r.ask("q", options)
	r.says(anna, "", voting(a.MessageID)) // withdrawn before it was made
	if got := r.getAsk("q"); got.State != schema.AskWaiting || got.Status != schema.StatusDelivered {
		t.Fatalf("after an empty vote the ask is %s, its message %s", got.State, got.Status)
	}
	r.says(anna, "", voting(a.MessageID, "Нет"))
	r.says(anna, "", voting(a.MessageID, "Позже"))
	if o := r.getAsk("q").Outcome; o == nil || o.Answer.ID != "b2" || o.Answer.Raw != "Нет" {
		t.Errorf("the outcome is %+v", o)
	}
	events := r.events(schema.EventMessage)
	if len(events) != 3 {
		t.Fatalf("%d events", len(events))
	}
	for i, want := range []struct {
		text string
		late bool
		vote []schema.VoteOption
	}{
		{"", false, []schema.VoteOption{}},
		{"Нет", false, []schema.VoteOption{{ID: "b2", Text: "Нет", Index: 2}}},
		{"Позже", true, []schema.VoteOption{{ID: "late", Text: "Позже", Index: 3}}},
	} {
		m := events[i].Message
		if m.Kind != schema.ContentVote || m.Text != want.text || m.Late != want.late || m.Ask != "q" || m.ButtonID != "" || m.Vote.Unreadable || !slices.Equal(m.Vote.Options, want.vote) {
			t.Errorf("event %d is %+v, %+v", i, m, m.Vote)
		}
	}
}

// An unreadable vote is told and ends nothing: the customer can still type.
func TestAnUnreadableVoteIsReported(t *testing.T) {
	for name, vote := range map[string]func(schema.MessageID) func(*bridge.Incoming){
		"sealed":                unreadable,
		"an option of nobody's": func(id schema.MessageID) func(*bridge.Incoming) { return voting(id, "Нет", "Никогда") },
	} {
		t.Run(name, func(t *testing.T) {
			r := linkedRig(t, quick)
			a := r.ask("q", options)
			r.says(anna, "", vote(a.MessageID))
			m := r.events(schema.EventMessage)[0].Message
			if m.Kind != schema.ContentVote || !m.Vote.Unreadable || len(m.Vote.Options) != 0 || m.Ask != "q" || m.QuotedID != a.MessageID {
				t.Errorf("the event is %+v, %+v", m, m.Vote)
			}
			got := r.getAsk("q")
			if got.State != schema.AskWaiting || got.Status != schema.StatusDelivered {
				t.Errorf("the ask is %s, its message %s", got.State, got.Status)
			}
			r.says(anna, "1")
			if o := r.getAsk("q").Outcome; o == nil || o.Answer.ID != "yes" {
				t.Errorf("the outcome is %+v", o)
			}
		})
	}
}

func TestAVoteInAPollOfNobodysIsTold(t *testing.T) {
	r := linkedRig(t, quick)
	r.ask("q", options)
	r.says(anna, "", voting("3EB0NOTOURS", "Да, приду"))
	if m := r.events(schema.EventMessage)[0].Message; !m.Vote.Unreadable || m.Ask != "" {
		t.Errorf("the event is %+v, %+v", m, m.Vote)
	}
	if a := r.getAsk("q"); a.State != schema.AskWaiting {
		t.Errorf("the ask is %s", a.State)
	}
}

func TestAVoteOnTheLinesOwnPhoneIsNoAnswer(t *testing.T) {
	r := linkedRig(t, quick)
	a := r.ask("q", options)
	r.says(anna, "", voting(a.MessageID, "Нет"), func(in *bridge.Incoming) { in.FromMe = true })
	if got := r.getAsk("q"); got.State != schema.AskWaiting || got.Status != schema.StatusSent {
		t.Errorf("the ask is %s, its message %s", got.State, got.Status)
	}
	if m := r.events(schema.EventMessage)[0].Message; !m.FromMe || m.Vote.Options[0].Text != "Нет" {
		t.Errorf("the event is %+v, %+v", m, m.Vote)
	}
}

// A poll that nobody asked for an answer: votes are events with all that was chosen,
// after a restart too.
func TestVotesOfASentPollAreEvents(t *testing.T) {
	r := linkedRig(t, quick)
	sent, err := r.SendPoll(r.ctx(), admin, schema.SendPollRequest{Line: theLine, Key: "p", Chat: anna, Question: "Что берём?", Multiple: true,
		Options: []schema.PollOption{{Text: "Чай"}, {ID: "coffee", Text: "Кофе"}, {Text: "Сок"}}})
	if err != nil || sent.Rendering != rPoll || !strings.Contains(sent.Note, "Not delivered yet") {
		t.Fatalf("sent %+v, %v", sent, err)
	}
	if c := encoded(t, r.net.sent()[0]); c.Body != "Что берём?" || len(c.Buttons) != 3 || !c.Poll.Multiple {
		t.Errorf("encoded %+v", c)
	}
	r = r.restart(quick)
	r.says(anna, "", voting(sent.MessageID, "Сок", "Чай"))
	m := r.events(schema.EventMessage)[0].Message
	if m.Text != "Чай, Сок" || m.Ask != "" || !slices.Equal(m.Vote.Options, []schema.VoteOption{{ID: "b1", Text: "Чай", Index: 1}, {ID: "b3", Text: "Сок", Index: 3}}) {
		t.Errorf("the event is %+v, %+v", m, m.Vote)
	}
	if got := r.message("p"); got.Status != schema.StatusDelivered || got.Note != "" {
		t.Errorf("the message is %+v", got)
	}
}

func TestAListIsWrittenOut(t *testing.T) {
	r := linkedRig(t, quick)
	request := schema.SendListRequest{Line: theLine, Key: "l", Chat: anna, Header: "Клиника", Body: "Что выбрать?", Footer: "До 18:00", Rows: []schema.ListRow{
		{Text: "Осмотр", Description: "30 минут", Section: "Сегодня"}, {Text: "Прививка"}, {Text: "Зубы", Section: "Завтра"}}}
	if _, err := r.SendList(r.ctx(), admin, request); err != nil {
		t.Fatal(err)
	}
	want := "*Клиника*\nЧто выбрать?\n\n*Сегодня*\n1. Осмотр — 30 минут\n2. Прививка\n\n*Завтра*\n3. Зубы\n\n_До 18:00_"
	if c := encoded(t, r.net.sent()[0]); c.Body != want || c.Rendering != "" || c.List != nil {
		t.Errorf("encoded %+v", c)
	}
	request.Key, request.Rendering = "p", rPoll
	if _, err := r.SendList(r.ctx(), admin, request); err != nil {
		t.Fatal(err)
	}
	if c := encoded(t, r.net.sent()[1]); c.Body != "Клиника\nЧто выбрать?\nДо 18:00" || c.Buttons[0].Text != "Осмотр — 30 минут" || c.Poll == nil || c.Poll.Multiple {
		t.Errorf("encoded %+v", c)
	}
	request.Key, request.Rendering = "n", rNative
	if _, err := r.SendList(r.ctx(), bridge.Caller{Grant: admin.Grant, Lang: schema.Russian}, request); err != nil {
		t.Fatal(err)
	}
	if c := encoded(t, r.net.sent()[2]); c.List == nil || c.List.Button != "Выбрать" || c.List.Rows[2].Section != "Завтра" || c.Buttons[2].ID != "b3" {
		t.Errorf("encoded %+v", c)
	}
}

func TestLinksAreWrittenOut(t *testing.T) {
	r := linkedRig(t, quick)
	request := schema.SendButtonsRequest{Line: theLine, Key: "l", Chat: anna, Body: "Запись подтверждена", Footer: "Ждём",
		Link: &schema.LinkButton{Text: "Открыть", URL: "https://example.com/v/1"}, Call: &schema.CallButton{Text: "Позвонить", Phone: "+7 (812) 438-16-78"}}
	sent, err := r.SendButtons(r.ctx(), admin, request)
	if err != nil || sent.Rendering != rNumbered || !strings.Contains(sent.Reason, "written out") {
		t.Fatalf("sent %+v, %v", sent, err)
	}
	if c := encoded(t, r.net.sent()[0]); c.Body != "Запись подтверждена\n\nОткрыть: https://example.com/v/1\nПозвонить: +78124381678\n\n_Ждём_" {
		t.Errorf("encoded %+v", c)
	}
	r.net.set(func(n *network) {
		n.script = func(_ int, out bridge.Outgoing) error {
			if out.Rendering == rNative {
				return &bridge.SendError{Certain: true, Server: 479, Err: errors.New("refused")}
			}
			return nil
		}
	})
	request.Key, request.Renderings = "n", []schema.Rendering{rPoll, rNative}
	if sent, err = r.SendButtons(r.ctx(), admin, request); err != nil || sent.Rendering != rNumbered || sent.Status != schema.StatusSent {
		t.Fatalf("sent %+v, %v", sent, err)
	}
	out := r.net.sent()[1:]
	if c := encoded(t, out[0]); len(out) != 2 || c.Call.Phone != "+78124381678" || c.Link.URL != "https://example.com/v/1" {
		t.Errorf("encoded %+v of %d", c, len(out))
	}
	request.Key, request.Call = "w", &schema.CallButton{Text: "Позвонить", Phone: "+7 438-16-78"}
	_, err = r.SendButtons(r.ctx(), admin, request)
	if e := wantCode(t, err, schema.CodeInvalidPhone); e.Field != "call.phone" {
		t.Errorf("the error is about %q", e.Field)
	}
}

// Sent is not delivered, and the result says so until a receipt comes.
func TestSilenceIsNoRefusal(t *testing.T) {
	r := linkedRig(t, quick)
	a := r.ask("q", func(q *schema.AskRequest) { q.Renderings = []schema.Rendering{rNative, rPoll} })
	if a.Status != schema.StatusSent || !strings.Contains(a.Note, "Not delivered yet") {
		t.Errorf("the ask is %s: %q", a.Status, a.Note)
	}
	err := r.Receipt(r.ctx(), bridge.Receipt{Line: theLine, IDs: []schema.MessageID{a.MessageID}, Status: schema.StatusDelivered, At: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	if got := r.getAsk("q"); got.Note != "" || len(r.net.sent()) != 1 {
		t.Errorf("the ask says %q after %d sends", got.Note, len(r.net.sent()))
	}
}

func TestTheLineKeepsItsPreferences(t *testing.T) {
	r := linkedRig(t, quick)
	status := func() []schema.Rendering {
		line, err := r.LineStatus(r.ctx(), admin, schema.LineRequest{Line: theLine})
		if err != nil {
			t.Fatal(err)
		}
		return line.Renderings
	}
	if got := status(); !slices.Equal(got, []schema.Rendering{rNumbered}) {
		t.Errorf("a new line prefers %v", got)
	}
	want := []schema.Rendering{rPoll, rNative}
	if _, err := r.LineUpdate(r.ctx(), admin, schema.LineUpdateRequest{Line: theLine, Renderings: want}); err != nil {
		t.Fatal(err)
	}
	if _, err := r.LineUpdate(r.ctx(), admin, schema.LineUpdateRequest{Line: theLine, Name: "North"}); err != nil {
		t.Fatal(err)
	}
	r = r.restart(quick)
	if got := status(); !slices.Equal(got, want) {
		t.Errorf("the line prefers %v", got)
	}
}
