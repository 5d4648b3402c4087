package bridge_test

import (
	"encoding/json"
	"testing"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// content reads what was encoded for a send.
func content(t testing.TB, out bridge.Outgoing) (c bridge.Content) {
	t.Helper()
	if err := json.Unmarshal(out.Payload, &c); err != nil {
		t.Fatal(err)
	}
	return c
}

// asRef gives a result or an event as a host would hand it on: through JSON.
func asRef(t testing.TB, v any) schema.MessageRef {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var ref schema.MessageRef
	if err := json.Unmarshal(data, &ref); err != nil {
		t.Fatal(err)
	}
	return ref
}

// quotes sends a text that quotes and gives what went out.
func (r *rig) quotes(key schema.Key, chat string, ref schema.MessageRef) (*bridge.Quote, error) {
	r.t.Helper()
	got, err := r.SendText(r.ctx(), admin, schema.SendTextRequest{Line: theLine, Key: key, Chat: chat, Text: "Ответ", Quote: &ref})
	if err != nil {
		return nil, err
	}
	for _, out := range r.net.sent() {
		if out.ID == got.MessageID {
			return content(r.t, out).Quote, nil
		}
	}
	r.t.Fatalf("%s was not sent: %+v", key, got)
	return nil, nil
}

func TestEveryResultIsAReferenceAsItIs(t *testing.T) {
	r := linkedRig(t, quick)
	first, err := r.text("k1", anna, "Первое")
	if err != nil {
		t.Fatal(err)
	}
	ask := r.ask("a1")
	r.says(anna, "Здравствуйте", func(in *bridge.Incoming) { in.ID = "IN-TEXT" })
	r.says(anna, "", func(in *bridge.Incoming) {
		in.ID, in.Kind, in.Payload = "IN-PIC", schema.ContentImage, []byte("the picture's bytes")
	})
	event := r.events(schema.EventMessage)[0]
	for name, c := range map[string]struct {
		ref     schema.MessageRef
		id      schema.MessageID
		from    string
		text    string
		payload string
	}{
		"a send":              {asRef(t, first), first.MessageID, "10000000097@lid", "", string(r.net.sent()[0].Payload)},
		"an ask":              {asRef(t, ask), ask.MessageID, "10000000097@lid", "", string(r.net.sent()[1].Payload)},
		"an incoming message": {asRef(t, event.Message), "IN-TEXT", lidOf(anna), "Здравствуйте", ""},
		"an event":            {asRef(t, event), "IN-TEXT", lidOf(anna), "Здравствуйте", ""},
		"one with bytes":      {schema.MessageRef{MessageID: "IN-PIC"}, "IN-PIC", lidOf(anna), "", "the picture's bytes"},
		"a key":               {schema.MessageRef{Key: "k1"}, first.MessageID, "10000000097@lid", "", string(r.net.sent()[0].Payload)},
	} {
		q, err := r.quotes(schema.Key("q-"+keyOf(name)), anna, c.ref)
		if err != nil || q == nil || q.ID != c.id || q.From != c.from || q.Text != c.text || string(q.Payload) != c.payload || q.Chat != "" {
			t.Errorf("%s: %+v, %v", name, q, err)
		}
	}
	q, err := r.quotes("elsewhere", "120363000000000001@g.us", asRef(t, first))
	if err != nil || q.Chat != lidOf(anna) {
		t.Errorf("a quote of another chat: %+v, %v", q, err)
	}
}

func keyOf(name string) (key string) {
	for _, c := range []byte(name) {
		if c == ' ' || c == '\'' {
			c = '-'
		}
		key += string(c)
	}
	return key
}

func TestWhatTheLineDoesNotKnowIsNotQuoted(t *testing.T) {
	r := linkedRig(t, quick)
	first, err := r.text("k1", anna, "Первое")
	if err != nil {
		t.Fatal(err)
	}
	// A customer can give a message our own id: who wrote it tells which is meant.
	r.says(boris, "чужое", func(in *bridge.Incoming) { in.ID = first.MessageID })
	event := r.events(schema.EventMessage)[0]
	q, err := r.quotes("mine", anna, asRef(t, first))
	if err != nil || q.From != "10000000097@lid" {
		t.Errorf("%+v, %v", q, err)
	}
	if q, err = r.quotes("theirs", anna, asRef(t, event)); err != nil || q.From != lidOf(boris) {
		t.Errorf("%+v, %v", q, err)
	}
	for name, ref := range map[string]schema.MessageRef{
		"nothing":             {},
		"an id":               {MessageID: "3EB0NONE"},
		"a key":               {Key: "none"},
		"a key beside an id":  {MessageID: "3EB0NONE", ID: "k1"}, // not an ask's
		"another one's event": {ID: string(first.MessageID), From: &schema.RefAddress{Phone: "+79990000000"}},
	} {
		_, err := r.quotes(schema.Key("q-"+keyOf(name)), anna, ref)
		if name == "another one's event" {
			// It is not of who is named, but the line's own.
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if e := wantCode(t, err, schema.CodeMessageUnknown); e.Field != "quote" {
			t.Errorf("%s: field %q", name, e.Field)
		}
	}
	r.net.absent[boris] = true
	if _, err := r.text("failed", boris, "Никому"); err != nil {
		t.Fatal(err)
	}
	_, err = r.quotes("q2", anna, schema.MessageRef{Key: "failed"})
	wantCode(t, err, schema.CodeTargetNotSent)
}

// The key stands for the request however much is known of the quoted message.
func TestAQuoteThatTellsMoreIsTheSameRequest(t *testing.T) {
	r := linkedRig(t, quick)
	first, err := r.text("k1", anna, "Первое")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.quotes("q", anna, asRef(t, first)); err != nil {
		t.Fatal(err)
	}
	first.Status = schema.StatusRead
	if _, err := r.quotes("q", anna, asRef(t, first)); err != nil {
		t.Error(err)
	}
	list := schema.SendListRequest{Line: theLine, Key: "list", Chat: anna, Body: "Выберите", Rows: []schema.ListRow{{Text: "Первый"}}}
	poll := schema.SendPollRequest{Line: theLine, Key: "poll", Chat: anna, Question: "Когда?", Options: []schema.PollOption{{Text: "Завтра"}, {Text: "Позже"}}}
	plain := asRef(t, first)
	plain.Key, plain.ID = "", ""
	for _, ref := range []schema.MessageRef{plain, {ID: string(first.MessageID)}, {Message: &schema.EventRef{ID: string(first.MessageID)}},
		{MessageID: first.MessageID, From: &schema.RefAddress{Phone: "+79000000001"}}} {
		list.Quote, poll.Quote = &ref, &ref
		if _, err := r.quotes("q2", anna, ref); err != nil {
			t.Error(err)
		}
		if _, err := r.SendList(t.Context(), admin, list); err != nil {
			t.Errorf("a list: %v", err)
		}
		if _, err := r.SendPoll(t.Context(), admin, poll); err != nil {
			t.Errorf("a poll: %v", err)
		}
	}
	_, err = r.quotes("q", anna, schema.MessageRef{Key: "other"})
	wantCode(t, err, schema.CodeConflict)
}

func TestMentionsAndPreviews(t *testing.T) {
	r := linkedRig(t, quick)
	req := schema.SendTextRequest{Line: theLine, Key: "k1", Chat: anna, Text: "@79210001122 https://shop.example/a", Mentions: []string{"8 921 000-11-22", "123456@lid"},
		Preview: &schema.Preview{URL: "https://shop.example/a", Title: "Магазин"}}
	if _, err := r.SendText(t.Context(), admin, req); err != nil {
		t.Fatal(err)
	}
	c := content(t, r.net.sent()[0])
	if len(c.Mentions) != 2 || c.Mentions[0] != "79210001122@s.whatsapp.net" || c.Mentions[1] != "123456@lid" || c.Preview == nil || c.Preview.Title != "Магазин" {
		t.Errorf("%+v", c)
	}
	req.Key, req.Mentions = "k2", []string{boris, "120363000000000001@g.us"}
	_, err := r.SendText(t.Context(), admin, req)
	if e := wantCode(t, err, schema.CodeInvalidPhone); e.Field != "mentions[1]" {
		t.Errorf("field %q", e.Field)
	}
	req.Key, req.Mentions, req.Text = "k3", nil, "ссылка https://shop.example/b"
	_, err = r.SendText(t.Context(), admin, req)
	if e := wantCode(t, err, schema.CodePreviewLink); e.Field != "preview.url" {
		t.Errorf("field %q", e.Field)
	}
}
