package rpc_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/nodeline/nodeline/schema"
)

// subscribe is a call, with more params as they are written: `"after":-1`.
func subscribe(name, more string) string {
	if name != "" {
		more = `"subscription":"` + name + `",` + more
	}
	return `{"jsonrpc":"2.0","id":"sub-` + name + `","method":"event.subscribe","params":{"line":"demo",` + more + `}}`
}

func unsubscribe(name string) string {
	params := `{"line":"demo"}`
	if name != "" {
		params = `{"line":"demo","subscription":"` + name + `"}`
	}
	return `{"jsonrpc":"2.0","id":"unsub-` + name + `","method":"event.unsubscribe","params":` + params + `}`
}

// event reads what has to be a pushed event.
func (s *socket) event() (e schema.Event) {
	s.w.t.Helper()
	a := s.w.parse(s.read())
	if a.Method != "event" || json.Unmarshal(a.Params, &e) != nil {
		s.w.t.Fatalf("got %+v, not an event", a)
	}
	return e
}

// call asks, and reads on past what is pushed meanwhile.
func (s *socket) call(text string) (a answer, pushed []schema.Event) {
	s.w.t.Helper()
	s.send(text)
	for {
		a := s.w.parse(s.read())
		if a.Method == "" {
			return a, pushed
		}
		var e schema.Event
		if err := json.Unmarshal(a.Params, &e); err != nil {
			s.w.t.Fatal(err)
		}
		pushed = append(pushed, e)
	}
}

func (s *socket) must(text string) (pushed []schema.Event) {
	s.w.t.Helper()
	a, pushed := s.call(text)
	if a.Error != nil {
		s.w.t.Fatalf("%s: %+v", text, a.Error)
	}
	return pushed
}

// Each subscription of a connection has its own kinds, filter and cursor, and its
// events say whose they are.
func TestSubscriptionsOfOneConnection(t *testing.T) {
	w := start(t)
	w.answers("IN0", "+79123456789", "раньше")
	s := w.dial("read", "")
	s.must(subscribe("", `"after":-1`))
	s.must(subscribe("anna", `"after":-1,"filter":{"chat":"+79123456789"}`))
	s.must(subscribe("price", `"after":-1,"kinds":["message.incoming"],"filter":{"text":"(?i)цена"}`))
	s.must(subscribe("calls", `"after":-1,"kinds":["call.incoming"]`))
	w.answers("IN1", "+79210001122", "Цена?")
	w.answers("IN2", "+79123456789", "да")
	got := map[string]int{}
	for range 4 {
		e := s.event()
		got[fmt.Sprint(e.Subscription, " ", e.Message.Text)]++
	}
	want := map[string]int{" Цена?": 1, " да": 1, "anna да": 1, "price Цена?": 1}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("pushed %v, want %v", got, want)
	}
	old := s.must(subscribe("all", `"kinds":["message.incoming"]`))
	for len(old) < 3 {
		old = append(old, s.event())
	}
	if old[0].Message.Text != "раньше" || old[0].Subscription != "all" {
		t.Errorf("from the start comes %+v first", old[0])
	}
	// Read without a subscription, an event has none.
	_, text := w.post("read", `{"jsonrpc":"2.0","id":1,"method":"event.list","params":{"line":"demo","kinds":["message.incoming"]}}`)
	var list schema.EventListResult
	if err := json.Unmarshal(w.parse(text).Result, &list); err != nil || len(list.Events) != 3 || list.Events[0].Subscription != "" {
		t.Errorf("listed %s: %v", text, err)
	}
}

// Nothing of a subscription that ended, or that a newer one replaced, comes after the
// answer, however much of it was on its way.
func TestNothingComesOfAnEndedSubscription(t *testing.T) {
	w := start(t)
	for i := range 300 {
		w.answers(schema.MessageID(fmt.Sprint("OLD", i)), "+79123456789", "раньше")
	}
	for name, end := range map[string]string{
		"replaced": subscribe("a", `"after":-1`), "replaced without a name": subscribe("", `"after":-1`),
		"ended": unsubscribe("a"), "ended without a name": unsubscribe(""),
	} {
		t.Run(name, func(t *testing.T) {
			w := *w
			w.t = t
			s := w.dial("read", "")
			s.must(subscribe("new", `"after":-1`))
			for i := range 5 {
				s.must(subscribe("a", `"after":0`))
				s.must(subscribe("", `"after":0`))
				// Of what was on its way, something is written already, and more is coming.
				s.event()
				s.must(end)
				checkQuiet(s, name, i)
				s.must(unsubscribe("a"))
				s.must(unsubscribe(""))
			}
		})
	}
}

// checkQuiet has something happen, and looks for what no longer may come before it:
// of the name that was ended or replaced, nothing old.
func checkQuiet(s *socket, name string, round int) {
	s.w.t.Helper()
	gone := schema.SubscriptionID("a")
	if name == "replaced without a name" || name == "ended without a name" {
		gone = ""
	}
	text := fmt.Sprint("сейчас ", name, round)
	s.w.answers(schema.MessageID(fmt.Sprint("NEW-", len(name), "-", round)), "+79123456789", text)
	for {
		e := s.event()
		switch {
		case e.Subscription == "new" && e.Message.Text == text:
			return
		case e.Subscription == gone && e.Message.Text != text:
			s.w.t.Fatalf("%s, and %q (cursor %d) comes of it", name, e.Message.Text, e.Cursor)
		}
	}
}

// What takes another's place comes whole and in order, after all that came of that.
func TestAReplacementComesAfterTheReplaced(t *testing.T) {
	w := start(t)
	const all = 300
	for i := range all {
		w.answers(schema.MessageID(fmt.Sprint("OLD", i)), "+79123456789", "раньше")
	}
	s := w.dial("read", "")
	messages := `,"kinds":["message.incoming"]`
	for range 10 {
		s.must(subscribe("a", `"after":100`+messages))
		next := int64(0) // of the replacement, once it has begun
		pushed := s.must(subscribe("a", `"after":0`+messages))
		for next < all {
			for len(pushed) == 0 {
				pushed = append(pushed, s.event())
			}
			cursor := pushed[0].Cursor
			pushed = pushed[1:]
			if next > 0 && cursor != next+1 {
				t.Fatalf("after cursor %d of the replacement comes %d", next, cursor)
			}
			if next > 0 || cursor <= 100 {
				next = cursor
			}
		}
		s.must(unsubscribe("a"))
	}
}

func TestUnsubscribe(t *testing.T) {
	w := start(t)
	s := w.dial("read", "")
	ended := func(name string) bool {
		t.Helper()
		a, _ := s.call(unsubscribe(name))
		var result schema.EventUnsubscribeResult
		if a.Error != nil || json.Unmarshal(a.Result, &result) != nil || !result.Sandbox {
			t.Fatalf("unsubscribe: %+v", a)
		}
		return result.Ended
	}
	s.must(subscribe("a", `"after":-1`))
	if ended("") || ended("b") || !ended("a") || ended("a") {
		t.Error("what ends is not what was there")
	}
	s.must(subscribe("a", `"after":-1`))
	w.answers("IN1", "+79123456789", "снова")
	if e := s.event(); e.Subscription != "a" || e.Message.Text != "снова" {
		t.Errorf("after a new subscription of the name comes %+v", e)
	}
	_, text := w.post("line", unsubscribe("a"))
	w.fails(w.parse(text), schema.CodeNeedsSocket)
	w.fails(w.dial("line", "").ask(`{"jsonrpc":"2.0","id":1,"method":"event.unsubscribe","params":{"line":"other"}}`), schema.CodeForbidden)
}

// A connection holds so many subscriptions, hosts aside; one that takes another's
// place needs no room.
func TestSubscriptionsAreBounded(t *testing.T) {
	w := start(t)
	s := w.dial("admin", "")
	s.must(attach("one"))
	s.must(subscribe("", `"after":-1`))
	for i := range schema.SubscriptionsMax - 1 {
		s.must(subscribe(fmt.Sprint("s", i), `"after":-1`))
	}
	refused, _ := s.call(subscribe("more", `"after":-1`))
	w.fails(refused, schema.CodeRateLimited)
	s.must(subscribe("s7", `"after":-1,"kinds":["call.incoming"]`))
	s.must(attach("two"))
	s.must(unsubscribe("s8"))
	s.must(subscribe("more", `"after":-1`))
	if a := w.dial("admin", "").ask(subscribe("another", `"after":-1`)); a.Error != nil {
		t.Errorf("another connection suffers: %+v", a.Error)
	}
}
