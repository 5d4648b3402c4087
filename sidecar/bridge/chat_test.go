package bridge_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

func (n *network) tellings() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.said)
}

func (r *rig) chats(change ...func(*schema.ChatListRequest)) schema.ChatListResult {
	r.t.Helper()
	q := schema.ChatListRequest{Line: theLine}
	for _, fn := range change {
		fn(&q)
	}
	list, err := r.ChatList(r.ctx(), admin, q)
	if err != nil {
		r.t.Fatal(err)
	}
	return list
}

func named(name string) func(*bridge.Incoming) {
	return func(in *bridge.Incoming) { in.Name = name }
}

// A group is called what was told of it last, before or after somebody wrote in it.
func TestGroupsAreListedByTheirSubject(t *testing.T) {
	r := linkedRig(t, quick)
	name := func() string {
		t.Helper()
		list := r.chats().Chats
		if len(list) != 1 {
			t.Fatalf("%+v", list)
		}
		return list[0].Name
	}
	call := func(subject string) {
		t.Helper()
		r.happens(anna, bridge.Happening{Kind: schema.EventGroup, Group: &schema.GroupChange{Subject: &subject}}, inGroup)
	}
	call("Соседи")
	if len(r.chats().Chats) != 0 {
		t.Fatal("nobody wrote in it")
	}
	r.says(anna, "раз", named("Анна П"), inGroup)
	if got := name(); got != "Соседи" {
		t.Errorf("called %q", got)
	}
	call("Дом 5")
	if got := name(); got != "Дом 5" {
		t.Errorf("called %q", got)
	}
	if found := r.chats(func(q *schema.ChatListRequest) { q.Query = "ДОМ" }).Chats; len(found) != 1 {
		t.Errorf("found %+v", found)
	}
	r = r.restart(quick)
	r.says(anna, "два", named("Анна П"), inGroup)
	if got := name(); got != "Дом 5" {
		t.Errorf("after a restart called %q", got)
	}
	r.net.set(func(n *network) {
		n.groups = []schema.Group{{Chat: schema.Address{JID: theGroup}, Subject: "Дом 7"}}
	})
	if _, err := r.GroupList(t.Context(), admin, schema.GroupListRequest{Line: theLine}); err != nil {
		t.Fatal(err)
	}
	if got := name(); got != "Дом 7" {
		t.Errorf("after a list called %q", got)
	}
}

func TestWhoWroteIsListed(t *testing.T) {
	r := linkedRig(t, quick)
	group := schema.Address{JID: "120363000000000001@g.us"}
	at := time.Now().UTC().Truncate(time.Millisecond)
	r.says(anna, "раз", named("Анна П"), func(in *bridge.Incoming) { in.At = at })
	r.says(boris, "два", named("Boris"), func(in *bridge.Incoming) { in.At = at.Add(time.Second) })
	r.says(anna, "в группе", named("Анна П"), func(in *bridge.Incoming) { in.Chat, in.Group, in.At = group, true, at.Add(2*time.Second) })
	r.says(anna, "три", named("Анна Петрова"), func(in *bridge.Incoming) { in.At = at.Add(3 * time.Second) })
	r.says(anna, "своё", func(in *bridge.Incoming) { in.FromMe, in.At = true, at.Add(time.Minute) })
	list := r.chats()
	if len(list.Chats) != 3 || list.Next != "" {
		t.Fatalf("%+v", list)
	}
	if c := list.Chats[0]; c.Name != "Анна Петрова" || c.Chat != address(anna) || !c.HeardAt.Equal(at.Add(3*time.Second)) || c.Unread != 2 {
		t.Errorf("%+v", c)
	}
	if c := list.Chats[1]; c.Name != "" || c.Chat != group || c.Unread != 1 {
		t.Errorf("a group of which nothing was told: %+v", c)
	}
	r.net.set(func(n *network) {
		n.groups = []schema.Group{{Chat: group, Subject: "Дом 5"}, {Chat: schema.Address{JID: "2@g.us"}, Subject: "Дом 6"}}
	})
	if _, err := r.GroupList(t.Context(), admin, schema.GroupListRequest{Line: theLine}); err != nil {
		t.Fatal(err)
	}
	if c := r.chats().Chats[1]; c.Name != "Дом 5" || c.Chat != group || c.Unread != 1 || !c.HeardAt.Equal(at.Add(2*time.Second)) {
		t.Errorf("a group that was listed: %+v", c)
	}
	for query, want := range map[string]string{"ПЕТРОВ": anna, "9210001": boris, "boris": boris, lidOf(boris)[:8]: boris} {
		if found := r.chats(func(q *schema.ChatListRequest) { q.Query = query }).Chats; len(found) != 1 || found[0].Chat.Phone != want {
			t.Errorf("%q finds %+v", query, found)
		}
	}
	first := r.chats(func(q *schema.ChatListRequest) { q.Count = 2 })
	rest := r.chats(func(q *schema.ChatListRequest) { q.Count, q.Before = 2, first.Next })
	if len(first.Chats) != 2 || len(rest.Chats) != 1 || rest.Chats[0].Chat.Phone != boris || rest.Next != "" {
		t.Errorf("pages %+v, %+v", first, rest)
	}
}

// A person who wrote as a LID alone is one chat once the phone is known.
func TestAChatKeepsItsPlaceWhenItsPhoneComesToLight(t *testing.T) {
	r := linkedRig(t, quick)
	hidden := schema.Address{LID: lidOf(anna), JID: lidOf(anna)}
	r.says(anna, "раз", named("Анна"), func(in *bridge.Incoming) { in.Chat, in.From = hidden, hidden })
	if list := r.chats().Chats; len(list) != 1 || list[0].Chat != hidden {
		t.Fatalf("%+v", list)
	}
	r.says(anna, "два")
	if list := r.chats().Chats; len(list) != 1 || list[0].Chat != address(anna) || list[0].Name != "Анна" || list[0].Unread != 2 {
		t.Errorf("%+v", list)
	}
}

func TestReadMessagesAreToldOnce(t *testing.T) {
	r := linkedRig(t, quick)
	group := schema.Address{JID: "120363000000000001@g.us"}
	for i, id := range []schema.MessageID{"A1", "A2", "A3"} {
		r.says(anna, "x", func(in *bridge.Incoming) { in.ID, in.At = id, time.Now().Add(time.Duration(i)*time.Second) })
	}
	r.says(anna, "x", func(in *bridge.Incoming) { in.ID, in.Chat, in.Group = "G1", group, true })
	read := func(q schema.ChatMarkReadRequest) schema.ChatMarkReadResult {
		t.Helper()
		q.Line = theLine
		got, err := r.ChatMarkRead(t.Context(), admin, q)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	event := r.events(schema.EventMessage)[1]
	one := asRef(t, event)
	if got := read(schema.ChatMarkReadRequest{Message: &one}); got.Messages != 1 || got.Chat.Phone != anna {
		t.Errorf("%+v", got)
	}
	if got := read(schema.ChatMarkReadRequest{Chat: "8 912 345-67-89"}); got.Messages != 2 || got.Chat != address(anna) {
		t.Errorf("%+v", got)
	}
	if got := read(schema.ChatMarkReadRequest{Chat: lidOf(anna)}); got.Messages != 0 {
		t.Errorf("marked again: %+v", got)
	}
	if got := read(schema.ChatMarkReadRequest{Chat: group.JID}); got.Messages != 1 {
		t.Errorf("%+v", got)
	}
	if got := read(schema.ChatMarkReadRequest{Chat: boris}); got.Messages != 0 {
		t.Errorf("%+v", got)
	}
	a := lidOf(anna)
	if want := []string{"read " + a + " " + a + " A2", "read " + a + " " + a + " A1", "read " + a + " " + a + " A3", "read " + group.JID + " " + a + " G1"}; !slices.Equal(r.net.tellings(), want) {
		t.Errorf("told %q", r.net.tellings())
	}
	own, err := r.text("k1", anna, "моё")
	if err != nil {
		t.Fatal(err)
	}
	mine := asRef(t, own)
	_, err = r.ChatMarkRead(t.Context(), russian, schema.ChatMarkReadRequest{Line: theLine, Message: &mine})
	if e := wantCode(t, err, schema.CodeUnfit); e.Field != "message" || !strings.Contains(e.Hint, "только входящее сообщение") {
		t.Errorf("%+v", e)
	}
	_, err = r.ChatMarkRead(t.Context(), admin, schema.ChatMarkReadRequest{Line: theLine, Message: &mine})
	wantCode(t, err, schema.CodeUnfit)
	// What could not be told stays unread.
	r.says(anna, "x", func(in *bridge.Incoming) { in.ID = "A4" })
	r.net.set(func(n *network) { n.lookup = errors.New("away") })
	_, err = r.ChatMarkRead(t.Context(), admin, schema.ChatMarkReadRequest{Line: theLine, Chat: anna})
	wantCode(t, err, schema.CodeUnreachable)
	if c := r.chats(func(q *schema.ChatListRequest) { q.Query = anna }).Chats; c[0].Unread != 1 {
		t.Errorf("%+v", c)
	}
}

func TestTypingEndsByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		on, off := "typing "+lidOf(anna)+" true", "typing "+lidOf(anna)+" false"
		typing := func(state schema.TypingState, seconds int) {
			t.Helper()
			got, err := r.ChatTyping(t.Context(), admin, schema.ChatTypingRequest{Line: theLine, Chat: anna, State: state, For: seconds})
			if err != nil || got.Chat.Phone != anna {
				t.Fatalf("%+v, %v", got, err)
			}
		}
		said := func(want ...string) {
			t.Helper()
			synctest.Wait()
			if got := r.net.tellings(); !slices.Equal(got, want) {
				t.Errorf("%q, want %q", got, want)
			}
		}
		typing("", 5)
		time.Sleep(4 * time.Second)
		typing(schema.TypingOn, 5) // from here anew
		time.Sleep(4 * time.Second)
		said(on, on)
		time.Sleep(2 * time.Second)
		said(on, on, off)
		typing(schema.TypingOn, 0)
		typing(schema.TypingOff, 0)
		time.Sleep(time.Minute)
		said(on, on, off, on, off)
		r.net.set(func(n *network) { n.absent[boris] = true })
		_, err := r.ChatTyping(t.Context(), admin, schema.ChatTypingRequest{Line: theLine, Chat: boris})
		wantCode(t, err, schema.CodeNotOnWhatsApp)
		r.net.report(theLine, schema.LineReconnecting, "acc:1")
		_, err = r.ChatTyping(t.Context(), admin, schema.ChatTypingRequest{Line: theLine, Chat: anna, TimeLimit: 2})
		wantCode(t, err, schema.CodeTimedOut)
		_, err = r.ChatTyping(t.Context(), admin, schema.ChatTypingRequest{Line: theLine, Chat: anna})
		wantCode(t, err, schema.CodeUnreachable)
	})
}
