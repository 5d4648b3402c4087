package bridge_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

func quotes(ref schema.MessageRef) func(*schema.AskRequest) {
	return func(q *schema.AskRequest) { q.Quote = &ref }
}

// lastContent is what the last try carried.
func (r *rig) lastContent() (c bridge.Content) {
	r.t.Helper()
	sent := r.net.sent()
	if err := json.Unmarshal(sent[len(sent)-1].Payload, &c); err != nil {
		r.t.Fatal(err)
	}
	return c
}

func TestAnAskQuotesAndMentionsInEveryForm(t *testing.T) {
	r := linkedRig(t, quick)
	first := r.texts("first", anna)
	r.net.set(func(n *network) {
		n.script = func(_ int, out bridge.Outgoing) error {
			if out.Rendering != schema.RenderNumbered {
				return &bridge.SendError{Certain: true, Server: 479}
			}
			return nil
		}
	})
	a := r.ask("q", quotes(schema.MessageRef{MessageID: first.MessageID}), func(q *schema.AskRequest) {
		q.Mentions = []string{boris, "111222333@lid"}
		q.Rendering, q.Renderings = schema.RenderAuto, []schema.Rendering{schema.RenderNative, schema.RenderPoll}
	})
	if a.Rendering != schema.RenderNumbered {
		t.Fatalf("%+v", a)
	}
	forms := 0
	for _, out := range r.net.sent()[1:] {
		var c bridge.Content
		if err := json.Unmarshal(out.Payload, &c); err != nil {
			t.Fatal(err)
		}
		forms++
		if c.Quote == nil || c.Quote.ID != first.MessageID || !slices.Equal(c.Mentions, []string{"79210001122@s.whatsapp.net", "111222333@lid"}) {
			t.Errorf("%s quotes %+v and mentions %v", out.Rendering, c.Quote, c.Mentions)
		}
	}
	if forms != 3 {
		t.Errorf("it was tried in %d forms", forms)
	}
	r.says(anna, "1")
	if got := r.getAsk("q"); got.State != schema.AskAnswered {
		t.Errorf("%+v", got)
	}
}

func TestAnAskWithAQuoteIsTheSameHoweverItIsPointedAt(t *testing.T) {
	r := linkedRig(t, quick)
	r.says(anna, "вопрос", func(in *bridge.Incoming) { in.ID = "IN1" })
	r.ask("q", quotes(schema.MessageRef{ID: "IN1"}))
	if c := r.lastContent(); c.Quote == nil || c.Quote.ID != "IN1" || c.Quote.Text != "вопрос" {
		t.Errorf("quotes %+v", c.Quote)
	}
	sent := len(r.net.sent())
	r.ask("q", quotes(schema.MessageRef{Message: &schema.EventRef{ID: "IN1", From: &schema.RefAddress{Phone: anna}}}))
	if n := len(r.net.sent()); n != sent {
		t.Errorf("the same ask went %d times", n-sent+1)
	}
	_, err := r.Ask(r.ctx(), admin, askRequest("q"))
	wantCode(t, err, schema.CodeConflict)
}

func TestAnAskThatPointsAtNothingIsRefused(t *testing.T) {
	r := linkedRig(t, quick)
	_, err := r.Ask(r.ctx(), admin, askRequest("q", quotes(schema.MessageRef{MessageID: "NOBODY"})))
	if e := wantCode(t, err, schema.CodeMessageUnknown); e.Field != "quote" {
		t.Errorf("%+v", e)
	}
	_, err = r.Ask(r.ctx(), admin, askRequest("q", func(q *schema.AskRequest) { q.Mentions = []string{boris, "120363000000000001@g.us"} }))
	if e := wantCode(t, err, schema.CodeInvalidPhone); e.Field != "mentions[1]" {
		t.Errorf("%+v", e)
	}
	if n := len(r.net.sent()); n != 0 {
		t.Errorf("%d were sent", n)
	}
}
