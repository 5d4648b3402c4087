package bridge_test

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

const theGroup = "120363041234567890@g.us"

// happens has something come in that is no message.
func (r *rig) happens(from string, h bridge.Happening, change ...func(*bridge.Incoming)) bridge.Incoming {
	r.t.Helper()
	in := r.net.incoming(from, "", append(change, func(in *bridge.Incoming) { in.Happening = &h })...)
	if err := r.Receive(r.ctx(), in); err != nil {
		r.t.Fatal(err)
	}
	return in
}

func inGroup(in *bridge.Incoming) { in.Group, in.Chat = true, schema.Address{JID: theGroup} }

// Whatever comes twice is told once, and in its place among the rest.
func TestWhatHappensIsToldOnceAndInOrder(t *testing.T) {
	r := linkedRig(t, quick)
	r.says(anna, "в семь")
	target := schema.MessageID("3A01")
	subject, description := "Дом 5", ""
	var all []bridge.Incoming
	all = append(all,
		r.happens(anna, bridge.Happening{Kind: schema.EventEdited, Target: target}, func(in *bridge.Incoming) { in.Text = "в восемь" }),
		r.happens(anna, bridge.Happening{Kind: schema.EventReaction, Target: target}, inGroup, func(in *bridge.Incoming) { in.Text = "👍" }),
		r.happens(anna, bridge.Happening{Kind: schema.EventDeleted, Target: target}, func(in *bridge.Incoming) { in.FromMe = true }),
		r.happens(boris, bridge.Happening{Kind: schema.EventCall, Video: true}),
		r.happens(anna, bridge.Happening{Kind: schema.EventGroup, Group: &schema.GroupChange{Subject: &subject, Description: &description,
			Joined: []schema.Address{{LID: lidOf(boris), JID: lidOf(boris)}}, Left: []schema.Address{{LID: "7@lid", JID: "7@lid"}}}}, inGroup),
	)
	for _, in := range all {
		if err := r.Receive(r.ctx(), in); err != nil {
			t.Fatal(err)
		}
	}
	r.says(anna, "конец")
	list, err := r.EventList(r.ctx(), admin, schema.EventListRequest{Line: theLine})
	if err != nil {
		t.Fatal(err)
	}
	var kinds []schema.EventKind
	byKind := map[schema.EventKind]schema.Event{}
	for _, e := range list.Events {
		if e.Kind != schema.EventLineState {
			kinds = append(kinds, e.Kind)
			byKind[e.Kind] = e
		}
	}
	want := []schema.EventKind{schema.EventMessage, schema.EventEdited, schema.EventReaction, schema.EventDeleted, schema.EventCall, schema.EventGroup, schema.EventMessage}
	if !slices.Equal(kinds, want) {
		t.Fatalf("the events are %v", kinds)
	}
	at := func(i int) time.Time { return all[i].At.UTC().Truncate(time.Millisecond) }
	by := address(anna)
	for what, pair := range map[string][2]any{
		"edit":     {byKind[schema.EventEdited].Edited, &schema.MessageEdit{ID: target, Chat: by, From: by, Kind: schema.ContentText, Text: "в восемь", At: at(0)}},
		"reaction": {byKind[schema.EventReaction].Reaction, &schema.MessageReaction{ID: target, Chat: schema.Address{JID: theGroup}, From: by, Emoji: "👍", At: at(1)}},
		"deletion": {byKind[schema.EventDeleted].Deleted, &schema.MessageDeletion{ID: target, Chat: by, From: by, FromMe: true, At: at(2)}},
		"call":     {byKind[schema.EventCall].Call, &schema.IncomingCall{ID: string(all[3].ID), Chat: address(boris), From: address(boris), Video: true, At: at(3)}},
		// Boris is known by now: he has called.
		"group": {byKind[schema.EventGroup].Group, &schema.GroupChange{Group: schema.Address{JID: theGroup}, By: &by, Subject: &subject, Description: &description,
			Joined: []schema.Address{address(boris)}, Left: []schema.Address{{LID: "7@lid", JID: "7@lid"}}, At: at(4)}},
	} {
		if !reflect.DeepEqual(pair[0], pair[1]) {
			t.Errorf("the %s is %+v, not %+v", what, pair[0], pair[1])
		}
	}
}

// Nothing that is no message answers an ask, whatever it says.
func TestWhatHappensAnswersNothing(t *testing.T) {
	r := linkedRig(t, quick)
	a := r.ask("q1")
	r.happens(anna, bridge.Happening{Kind: schema.EventEdited, Target: a.MessageID}, func(in *bridge.Incoming) { in.Text, in.QuotedID = "Нет", a.MessageID })
	r.happens(anna, bridge.Happening{Kind: schema.EventReaction, Target: a.MessageID}, func(in *bridge.Incoming) { in.Text = "1" })
	if got := r.getAsk("q1"); got.State != schema.AskWaiting {
		t.Errorf("the ask is %s", got.State)
	}
}

func TestAChangeOfNumberIsTold(t *testing.T) {
	r := linkedRig(t, quick)
	under := func(phone, lid string) func(*bridge.Incoming) {
		return func(in *bridge.Incoming) {
			in.Chat = schema.Address{Phone: phone, LID: lid, JID: lid}
			in.From = in.Chat
		}
	}
	r.says(anna, "раз")
	r.says(anna, "два")
	if n := len(r.events(schema.EventNumber)); n != 0 {
		t.Fatalf("%d changes before any", n)
	}
	r.says(anna, "новый LID", under(anna, newLID))
	r.says(anna, "тот же", under(anna, newLID))
	r.says(boris, "новый телефон", under(boris, newLID))
	list := r.events(schema.EventNumber)
	want := []schema.NumberChange{
		{Before: schema.Address{Phone: anna, LID: lidOf(anna), JID: lidOf(anna)}, After: schema.Address{Phone: anna, LID: newLID, JID: newLID}},
		{Before: schema.Address{Phone: anna, LID: newLID, JID: newLID}, After: schema.Address{Phone: boris, LID: newLID, JID: newLID}},
	}
	if len(list) != len(want) {
		t.Fatalf("%d changes", len(list))
	}
	for i, e := range list {
		if *e.Number != want[i] {
			t.Errorf("change %d is %+v, not %+v", i, *e.Number, want[i])
		}
	}
}

func TestGroupList(t *testing.T) {
	r := linkedRig(t, quick)
	group := func(jid, subject string) schema.Group {
		return schema.Group{Chat: schema.Address{JID: jid}, Subject: subject, Members: 3}
	}
	r.net.set(func(n *network) {
		n.groups = []schema.Group{group("3@g.us", "Ясли"), group("1@g.us", "дом 5"), group("2@g.us", "Дом 4")}
	})
	list := func(change ...func(*schema.GroupListRequest)) schema.GroupListResult {
		t.Helper()
		req := schema.GroupListRequest{Line: theLine}
		for _, fn := range change {
			fn(&req)
		}
		got, err := r.GroupList(r.ctx(), admin, req)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	subjects := func(got schema.GroupListResult) (s []string) {
		for _, g := range got.Groups {
			s = append(s, g.Subject)
		}
		return s
	}
	first := list()
	if !slices.Equal(subjects(first), []string{"Дом 4", "дом 5", "Ясли"}) || first.CheckedAt.IsZero() || first.Next != "" || first.Groups[0].Members != 3 {
		t.Errorf("the list is %+v", first)
	}
	if got := subjects(list(func(q *schema.GroupListRequest) { q.Query = "ДОМ" })); !slices.Equal(got, []string{"Дом 4", "дом 5"}) {
		t.Errorf("a search finds %v", got)
	}
	if got := subjects(list(func(q *schema.GroupListRequest) { q.Query = "3@g.us" })); !slices.Equal(got, []string{"Ясли"}) {
		t.Errorf("a search by address finds %v", got)
	}
	page := list(func(q *schema.GroupListRequest) { q.Count = 2 })
	rest := list(func(q *schema.GroupListRequest) { q.Count, q.Before = 2, page.Next })
	if len(page.Groups) != 2 || !slices.Equal(subjects(rest), []string{"Ясли"}) || rest.Next != "" {
		t.Errorf("the pages are %+v and %+v", page, rest)
	}
	asked := func(want int, why string) {
		t.Helper()
		r.net.mu.Lock()
		defer r.net.mu.Unlock()
		if r.net.listed != want {
			t.Errorf("WhatsApp was asked %d times, %d expected: %s", r.net.listed, want, why)
		}
	}
	asked(1, "what is new enough is remembered")
	eventually(t, "a second", func() bool {
		return list(func(q *schema.GroupListRequest) { q.MaxAge = 1 }).CheckedAt.After(first.CheckedAt)
	})
	asked(2, "what is older than the caller wants is asked for")
	r.happens(anna, bridge.Happening{Kind: schema.EventGroup, Group: &schema.GroupChange{}}, inGroup)
	list()
	asked(3, "a change is asked for")
	r.net.report(theLine, schema.LineConnected, "acc:2")
	list()
	asked(4, "another account has other groups")

	r.net.set(func(n *network) { n.lookup = bridge.ErrRateLimited })
	list() // remembered
	r.happens(anna, bridge.Happening{Kind: schema.EventGroup, Group: &schema.GroupChange{}}, inGroup)
	_, err := r.GroupList(r.ctx(), admin, schema.GroupListRequest{Line: theLine})
	wantCode(t, err, schema.CodeRateLimited)
	r.net.set(func(n *network) { n.lookup = nil })
	list()
	asked(6, "what failed is not remembered")
	_, err = r.GroupList(r.ctx(), admin, schema.GroupListRequest{Line: theLine, Before: "x"})
	wantCode(t, err, schema.CodeInvalidRequest)
}

func TestGroupListOfALineThatIsAway(t *testing.T) {
	r := newRig(t, bridge.Timing{FirstTry: 10 * time.Millisecond})
	if _, err := r.LineCreate(r.ctx(), admin, schema.LineCreateRequest{ID: theLine, Name: "Clinic"}); err != nil {
		t.Fatal(err)
	}
	_, err := r.GroupList(r.ctx(), admin, schema.GroupListRequest{Line: theLine})
	wantCode(t, err, schema.CodeLineNotLinked)
	r.net.report(theLine, schema.LineReconnecting, "acc:1")
	_, err = r.GroupList(context.WithoutCancel(r.ctx()), admin, schema.GroupListRequest{Line: theLine})
	if e := wantCode(t, err, schema.CodeUnreachable); !errors.Is(e.Cause, bridge.ErrOffline) {
		t.Errorf("the cause is %v", e.Cause)
	}
}

// A call that is bounded ends in time, and so does one that waits for its answer.
func TestGroupListInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		looking := make(chan struct{})
		r.net.set(func(n *network) { n.looking = looking })
		var calls sync.WaitGroup
		for range 2 {
			calls.Go(func() {
				began := time.Now()
				_, err := r.GroupList(t.Context(), admin, schema.GroupListRequest{Line: theLine, TimeLimit: 3})
				if wantCode(t, err, schema.CodeTimedOut); time.Since(began) != 3*time.Second {
					t.Errorf("it took %s", time.Since(began))
				}
			})
		}
		calls.Wait()
		close(looking)
		if _, err := r.GroupList(t.Context(), admin, schema.GroupListRequest{Line: theLine}); err != nil {
			t.Error(err)
		}
	})
}

// Who is known by several LIDs goes by the newest.
func TestTheNewestLIDCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		for _, lid := range []string{"5@lid", "1@lid", "9@lid"} {
			r.says(anna, lid, func(in *bridge.Incoming) {
				in.Chat = schema.Address{Phone: anna, LID: lid, JID: lid}
				in.From = in.Chat
			})
			time.Sleep(time.Second)
		}
		r.says(anna, "?", func(in *bridge.Incoming) {
			in.Chat = schema.Address{Phone: anna, JID: anna[1:] + "@s.whatsapp.net"}
			in.From = in.Chat
		})
		list := r.events(schema.EventMessage)
		if last := list[len(list)-1].Message; last.From.LID != "9@lid" {
			t.Errorf("it came from %+v", last.From)
		}
		if n := len(r.events(schema.EventNumber)); n != 2 {
			t.Errorf("%d changes were told", n)
		}
	})
}
