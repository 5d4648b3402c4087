package binary_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/nodeline/nodeline/internal/wait"
	"github.com/nodeline/nodeline/schema"
)

func (w *world) vote(m message, options ...string) {
	w.t.Helper()
	w.phonePost(w.customer, "/vote", map[string]any{"chat": w.owner, "message": m.ID, "options": options}, nil)
}

// preset puts a trouble of the sandbox in force, for one account.
func (w *world) preset(name, phone string) {
	w.t.Helper()
	w.sandboxPost("/api/faults", map[string]string{"preset": name, "phone": phone}, nil)
}

// calm ends every trouble.
func (w *world) calm() {
	w.t.Helper()
	req, err := http.NewRequest(http.MethodDelete, "http://"+w.sandbox+"/api/faults", http.NoBody)
	if err != nil {
		w.t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	w.read(res, nil)
}

// Each behaviour of WhatsApp, with each order of preference: what goes out, and that
// its answer comes back.
func TestEachBehaviourLeadsToARenderingThatIsAnswered(t *testing.T) {
	w := linked(t)
	h := w.attach()
	all := []schema.Rendering{schema.RenderNative, schema.RenderPoll, schema.RenderNumbered}
	for name, c := range map[string]struct {
		presets     []string
		preferences []schema.Rendering
		want        schema.Rendering
		reason      string
	}{
		"as usual, native first":      {nil, all, schema.RenderNative, "first of the preferred"},
		"as usual, a poll first":      {nil, all[1:], schema.RenderPoll, "first of the preferred"},
		"buttons refused":             {[]string{"buttons_refused"}, all, schema.RenderPoll, "refused the buttons, so a poll"},
		"buttons refused, no poll":    {[]string{"buttons_refused"}, all[:1], schema.RenderNumbered, "refused the buttons, so numbered"},
		"buttons not valid":           {[]string{"buttons_invalid"}, all, schema.RenderPoll, "refused the buttons, so a poll"},
		"polls refused":               {[]string{"polls_refused"}, all[1:], schema.RenderNumbered, "refused the poll"},
		"polls refused, native after": {[]string{"polls_refused"}, []schema.Rendering{schema.RenderPoll, schema.RenderNative}, schema.RenderNative, "refused the poll, so WhatsApp buttons"},
		"both refused":                {[]string{"buttons_refused", "polls_refused"}, all, schema.RenderNumbered, "refused the poll"},
		"nothing preferred":           {[]string{"buttons_refused", "polls_refused"}, nil, schema.RenderNumbered, "shows on every phone"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, p := range c.presets {
				w.preset(p, w.owner)
			}
			defer w.calm()
			r := ask(schema.RenderAuto)
			r.Renderings = c.preferences
			a, m := w.asked(r)
			if a.Rendering != c.want || !strings.Contains(a.Reason, c.reason) || !m.Visible {
				t.Fatalf("went as %s: %s; the phone shows %+v", a.Rendering, a.Reason, m)
			}
			switch c.want {
			case schema.RenderNative:
				w.tap(m, "no")
			case schema.RenderPoll:
				w.vote(m, "Не приду")
			default:
				w.write("2", "")
			}
			d := h.outcome(r.ID)
			if o := d.Ask.Outcome; o.Kind != schema.OutcomeButton || o.Answer.ID != "no" || o.Answer.Index != 2 || o.Answer.Text != "Не приду" {
				t.Errorf("the outcome is %+v, %+v", o, o.Answer)
			}
			h.ack(d)
		})
	}
}

// Accepted and not shown is what no server says: the note does.
func TestWhatMayNotBeShownIsNotCalledDelivered(t *testing.T) {
	w := linked(t)
	w.phonePost(w.customer, "/online", map[string]bool{"online": false}, nil)
	var a schema.Ask
	r := ask(schema.RenderNative)
	w.must("message.ask", r, &a)
	if a.Status != schema.StatusSent || !strings.Contains(a.Note, "Not delivered yet") {
		t.Errorf("the ask is %s: %q", a.Status, a.Note)
	}
	w.phonePost(w.customer, "/online", map[string]bool{"online": true}, nil)
	wait.Until(t, "the delivery", func() bool {
		a = schema.Ask{}
		w.must("ask.get", schema.AskGetRequest{Line: clinic, ID: r.ID}, &a)
		return a.Status == schema.StatusDelivered && a.Note == ""
	})
	if a.Rendering != schema.RenderNative {
		t.Errorf("it went as %s", a.Rendering)
	}
}

// Taken, confirmed and not shown: nothing can tell, so nothing is sent again, and what
// the customer types still answers. The next question may go in another form.
func TestButtonsThatNobodySeesAreNotRepeated(t *testing.T) {
	w := linked(t)
	h := w.attach()
	w.preset("buttons_hidden", w.customer)
	r := ask(schema.RenderAuto)
	r.Renderings = []schema.Rendering{schema.RenderNative, schema.RenderPoll, schema.RenderNumbered}
	a, m := w.asked(r)
	if m.Visible || a.Rendering != schema.RenderNative {
		t.Fatalf("went as %s; the phone shows %+v", a.Rendering, m)
	}
	wait.Until(t, "the delivery", func() bool {
		w.must("ask.get", schema.AskGetRequest{Line: clinic, ID: r.ID}, &a)
		return a.Status == schema.StatusDelivered
	})
	second := ask(schema.RenderNumbered)
	if _, m := w.asked(second); !m.Visible {
		t.Errorf("the phone does not show %+v", m)
	}
	w.write("2", "")
	h.outcome(second.ID)
	w.write("Приду", "")
	for id, want := range map[schema.Key]string{r.ID: "yes", second.ID: "no"} {
		if o := h.outcome(id).Ask.Outcome; o.Kind != schema.OutcomeButton || o.Answer.ID != want {
			t.Errorf("%s: the outcome is %+v", id, o)
		}
	}
	if n := len(w.received()); n != 2 {
		t.Errorf("%d messages came", n)
	}
}

// A list is refused as buttons are, and goes on in the next form.
func TestARefusedListGoesAsAPoll(t *testing.T) {
	w := linked(t)
	h := w.attach()
	w.preset("buttons_refused", w.owner)
	r := ask(schema.RenderAuto)
	r.Renderings = []schema.Rendering{schema.RenderNative, schema.RenderPoll}
	r.Buttons, r.ListButton, r.Rows = nil, "Услуги", []schema.ListRow{{ID: "exam", Text: "Осмотр"}, {Text: "Прививка"}}
	a, m := w.asked(r)
	if a.Rendering != schema.RenderPoll || m.Kind != "poll" {
		t.Fatalf("went as %s; the phone shows %+v", a.Rendering, m)
	}
	w.vote(m, "Осмотр")
	if o := h.outcome(r.ID).Ask.Outcome; o.Kind != schema.OutcomeButton || o.Answer.ID != "exam" {
		t.Errorf("the outcome is %+v", o)
	}
}

func TestVotesThatCannotBeReadAreToldOfAndOthersAreRead(t *testing.T) {
	w := linked(t)
	h := w.attach()
	r := ask(schema.RenderPoll)
	_, m := w.asked(r)
	w.preset("votes_unreadable", w.customer)
	w.vote(m, "Приду")
	unreadable := func() bool {
		var list schema.EventListResult
		w.must("event.list", schema.EventListRequest{Line: clinic, Count: 200}, &list)
		for _, e := range list.Events {
			if e.Message != nil && e.Message.Kind == schema.ContentVote && e.Message.Vote.Unreadable && e.Message.Ask == r.ID {
				return true
			}
		}
		return false
	}
	wait.Until(t, "the vote's event", unreadable)
	if n := h.outcomes(r.ID); n != 0 {
		t.Fatalf("%d outcomes came", n)
	}
	w.calm()
	w.preset("votes_as_number", w.customer)
	w.vote(m, "Приду")
	if o := h.outcome(r.ID).Ask.Outcome; o.Kind != schema.OutcomeButton || o.Answer.ID != "yes" {
		t.Errorf("the outcome is %+v", o)
	}
}

func TestAListIsAskedInEachRendering(t *testing.T) {
	w := linked(t)
	h := w.attach()
	for _, rendering := range []schema.Rendering{schema.RenderNative, schema.RenderPoll, schema.RenderNumbered} {
		r := ask(rendering)
		r.Buttons, r.ListButton = nil, "Услуги"
		r.Rows = []schema.ListRow{{ID: "exam", Text: "Осмотр", Description: "30 минут", Section: "Сегодня"}, {Text: "Прививка"}, {ID: "teeth", Text: "Зубы", Section: "Завтра"}}
		a, m := w.asked(r)
		if a.Rendering != rendering || !m.Visible || len(a.Buttons) != 3 {
			t.Fatalf("%s: went as %s; the phone shows %+v", rendering, a.Rendering, m)
		}
		switch rendering {
		case schema.RenderNative:
			w.tap(m, "exam")
		case schema.RenderPoll:
			w.vote(m, "Осмотр — 30 минут")
		default:
			w.write("осмотр", "")
		}
		if o := h.outcome(r.ID).Ask.Outcome; o.Kind != schema.OutcomeButton || o.Answer.ID != "exam" || o.Answer.Index != 1 || o.Answer.Text != "Осмотр" {
			t.Errorf("%s: the outcome is %+v", rendering, o)
		}
	}
}
