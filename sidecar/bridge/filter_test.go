package bridge_test

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// picked are the texts of the events that event.list gives, page by page.
func (r *rig) picked(kinds []schema.EventKind, f *schema.EventFilter) (list []string) {
	r.t.Helper()
	for after := int64(0); ; {
		page, err := r.EventList(r.ctx(), admin, schema.EventListRequest{Line: theLine, After: after, Count: 2, Kinds: kinds, Filter: f})
		if err != nil {
			r.t.Fatal(err)
		}
		for _, e := range page.Events {
			list = append(list, told(e))
		}
		if page.Cursor == after {
			return list
		}
		after = page.Cursor
	}
}

// told is an event in a word.
func told(e schema.Event) string {
	switch {
	case e.Message != nil:
		return e.Message.Text
	case e.Edited != nil:
		return "edited " + e.Edited.Text
	case e.Status != nil:
		return string(e.Status.Status) + " to " + e.Status.Chat.Phone
	case e.Call != nil:
		return "call of " + e.Call.From.Phone
	}
	return string(e.Kind)
}

func TestEventsAreFiltered(t *testing.T) {
	r := linkedRig(t, quick)
	r.says(anna, "Заказ 17")
	r.says(boris, "привет")
	r.says(boris, "заказ", inGroup)
	r.happens(anna, bridge.Happening{Kind: schema.EventEdited, Target: "1"}, func(in *bridge.Incoming) { in.Text = "Заказ 18" })
	r.happens(boris, bridge.Happening{Kind: schema.EventCall})
	r.says(anna, "фото", func(in *bridge.Incoming) { in.Kind = schema.ContentUnsupported })
	if _, err := r.text("k", anna, "ваш заказ"); err != nil {
		t.Fatal(err)
	}
	sent := "sent to " + anna
	for _, c := range []struct {
		kinds  []schema.EventKind
		filter *schema.EventFilter
		want   []string
	}{
		{nil, nil, []string{"line.state", "Заказ 17", "привет", "заказ", "edited Заказ 18", "call of " + boris, "фото", sent}},
		{[]schema.EventKind{schema.EventStatus, schema.EventCall}, nil, []string{"call of " + boris, sent}},
		{nil, &schema.EventFilter{Chat: "8 912 345-67-89"}, []string{"line.state", "Заказ 17", "edited Заказ 18", "фото", sent}},
		{nil, &schema.EventFilter{Chat: lidOf(boris)}, []string{"line.state", "привет", "call of " + boris}},
		{[]schema.EventKind{schema.EventMessage}, &schema.EventFilter{Chat: theGroup}, []string{"заказ"}},
		{[]schema.EventKind{schema.EventMessage}, &schema.EventFilter{Chat: anna + ";" + boris}, []string{"Заказ 17", "привет", "фото"}},
		{[]schema.EventKind{schema.EventMessage, schema.EventEdited}, &schema.EventFilter{Text: `(?i)^заказ \d+$`}, []string{"Заказ 17", "edited Заказ 18"}},
		{[]schema.EventKind{schema.EventMessage, schema.EventCall}, &schema.EventFilter{Content: []schema.ContentKind{schema.ContentUnsupported}}, []string{"call of " + boris, "фото"}},
		{[]schema.EventKind{schema.EventEdited}, &schema.EventFilter{Content: []schema.ContentKind{schema.ContentUnsupported}}, nil},
	} {
		if got := r.picked(c.kinds, c.filter); !slices.Equal(got, c.want) {
			t.Errorf("%v, %+v picks %q, not %q", c.kinds, c.filter, got, c.want)
		}
	}
}

// A filter that picks little looks at no more than so much at once, and says how far it came.
func TestAFilteredListGoesOnFromWhereItLooked(t *testing.T) {
	r := linkedRig(t, quick)
	for range 2100 {
		r.says(anna, "нет")
	}
	r.says(anna, "да")
	req := schema.EventListRequest{Line: theLine, Count: 200, Filter: &schema.EventFilter{Text: "^да$"}, Kinds: []schema.EventKind{schema.EventMessage}}
	first, err := r.EventList(r.ctx(), admin, req)
	if err != nil || len(first.Events) != 0 || first.Cursor != 2000 {
		t.Fatalf("%d events, cursor %d, %v", len(first.Events), first.Cursor, err)
	}
	req.After = first.Cursor
	second, err := r.EventList(r.ctx(), admin, req)
	if err != nil || len(second.Events) != 1 || second.Cursor != 2102 {
		t.Errorf("%d events, cursor %d, %v", len(second.Events), second.Cursor, err)
	}
}

func TestAFollowerIsPushedWhatItsFilterPicks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		picks, err := r.EventFilter(t.Context(), admin, schema.EventSubscribeRequest{Line: theLine, Kinds: []schema.EventKind{schema.EventMessage},
			Filter: &schema.EventFilter{Chat: boris}})
		if err != nil {
			t.Fatal(err)
		}
		r.says(anna, "раз")
		r.says(boris, "два")
		h := newHost()
		_, stop, err := r.feeds.Follow(t.Context(), theLine, 0, picks, h.push)
		if err != nil {
			t.Fatal(err)
		}
		defer stop()
		r.says(anna, "три")
		r.says(boris, "четыре")
		synctest.Wait()
		for _, want := range []string{"два", "четыре"} {
			if e := (<-h.got).(schema.Event); told(e) != want {
				t.Errorf("pushed %q, not %q", told(e), want)
			}
		}
		if len(h.got) != 0 {
			t.Errorf("%d events more", len(h.got))
		}
	})
}

func TestABadFilterIsRefused(t *testing.T) {
	r := postingRig(t)
	c := newReceiver(t, nil)
	made := r.webhook(c)
	for field, f := range map[string]*schema.EventFilter{"filter.text": {Text: "(да"}, "filter.chat": {Chat: "12345"}} {
		_, err1 := r.EventList(r.ctx(), admin, schema.EventListRequest{Line: theLine, Filter: f})
		_, err2 := r.EventFilter(r.ctx(), admin, schema.EventSubscribeRequest{Line: theLine, Filter: f})
		_, err3 := r.WebhookCreate(r.ctx(), admin, schema.WebhookCreateRequest{Line: theLine, Name: "CRM", URL: c.url(), Events: []schema.EventKind{schema.EventMessage}, Filter: f})
		_, err4 := r.WebhookUpdate(r.ctx(), admin, schema.WebhookUpdateRequest{Line: theLine, ID: made.Webhook.ID, Filter: f})
		for i, err := range []error{err1, err2, err3, err4} {
			want := schema.CodeInvalidRequest
			if field == "filter.chat" {
				want = schema.CodeInvalidPhone
			}
			if e := wantCode(t, err, want); e.Field != field && (len(e.Issues) != 1 || e.Issues[0].Field != field || e.Issues[0].Message == "") {
				t.Errorf("call %d, %s: %+v", i, field, e)
			}
		}
	}
}

func TestAWebhookGetsWhatItsFilterPicks(t *testing.T) {
	r := postingRig(t)
	c := newReceiver(t, nil)
	made := r.webhook(c, func(req *schema.WebhookCreateRequest) {
		req.Filter = &schema.EventFilter{Chat: "8 921 000-11-22", Text: "^(да|нет)$"}
	})
	if f := made.Webhook.Filter; f == nil || f.Chat != boris {
		t.Fatalf("the filter is kept as %+v", f)
	}
	enable := func(on bool) {
		t.Helper()
		if _, err := r.WebhookUpdate(r.ctx(), admin, schema.WebhookUpdateRequest{Line: theLine, ID: made.Webhook.ID, Enabled: &on}); err != nil {
			t.Fatal(err)
		}
	}
	enable(false)
	for i := range 1100 { // more than are passed over at once
		r.says(anna, fmt.Sprint(i))
	}
	r.says(boris, "может быть")
	r.says(boris, "да")
	r.says(anna, "да")
	r.says(boris, "нет")
	enable(true)
	if got := texts(t, c.waitFor(2), every); !slices.Equal(got, []string{"да", "нет"}) {
		t.Errorf("posted %q", got)
	}
	eventually(t, "nothing waits", func() bool { return r.hook(made.Webhook.ID).Waiting == 0 })

	// What was not picked before does not come from long ago, what was still does.
	c.down()
	r.says(boris, "да")
	r.says(anna, "раньше")
	eventually(t, "a try fails", func() bool { return r.hook(made.Webhook.ID).State == schema.WebhookRetrying })
	if n := r.hook(made.Webhook.ID).Waiting; n != 1 {
		t.Errorf("%d wait", n)
	}
	w, err := r.WebhookUpdate(r.ctx(), admin, schema.WebhookUpdateRequest{Line: theLine, ID: made.Webhook.ID, Filter: &schema.EventFilter{}})
	if err != nil || w.Filter != nil {
		t.Fatalf("the filter is %+v, %v", w.Filter, err)
	}
	r.says(anna, "теперь")
	c.up()
	if got := texts(t, c.waitFor(5)[2:], every); !slices.Equal(got, []string{"да", "раньше", "теперь"}) {
		t.Errorf("after the change %q were posted", got)
	}
}

// What a line that is removed still owes a webhook is what its filter picks.
func TestALineThatGoesLeavesWhatIsPicked(t *testing.T) {
	r := postingRig(t)
	c := newReceiver(t, nil)
	r.webhook(c, func(req *schema.WebhookCreateRequest) { req.Filter = &schema.EventFilter{Chat: boris} })
	c.down()
	for _, text := range []string{"раз", "два"} {
		r.says(anna, "не "+text)
		r.says(boris, text)
	}
	if _, err := r.LineRemove(r.ctx(), admin, schema.LineRequest{Line: theLine}); err != nil {
		t.Fatal(err)
	}
	c.up()
	if got := texts(t, c.waitFor(2), every); !slices.Equal(got, []string{"раз", "два"}) {
		t.Errorf("posted %q", got)
	}
	eventually(t, "nothing is left", func() bool {
		n := -1
		err := r.store.Read(r.ctx(), func(v bridge.View) (err error) {
			list, err := v.Deliveries(bridge.DeliveryFilter{Line: theLine, Way: bridge.WayWebhook, Count: 9})
			n = len(list)
			return err
		})
		return err == nil && n == 0
	})
	if n := len(c.all()); n != 2 {
		t.Errorf("%d were posted", n)
	}
}
