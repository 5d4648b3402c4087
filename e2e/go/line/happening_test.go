package line_test

import (
	"errors"
	"testing"

	"github.com/nodeline/nodeline/internal/wait"
	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

func happened(kind schema.EventKind) func(bridge.Incoming) bool {
	return func(in bridge.Incoming) bool { return in.Happening != nil && in.Happening.Kind == kind }
}

func TestEditsDeletionsAndReactionsComeIn(t *testing.T) {
	r, owner, customer, _, group := crowd(t)
	for _, with := range []string{owner.Number(), group} {
		name := "in " + with + " at "
		id, err := customer.Text(with, name+"семь")
		if err != nil {
			t.Fatal(err)
		}
		r.inbox.text(t, name+"семь")
		check := func(kind schema.EventKind, text string, act func() (string, error)) {
			t.Helper()
			own, err := act()
			if err != nil {
				t.Fatal(err)
			}
			in := r.inbox.message(t, string(kind), func(in bridge.Incoming) bool { return in.ID == schema.MessageID(own) })
			if !happened(kind)(in) || in.Happening.Target != schema.MessageID(id) || in.Text != text || in.From.Phone != customer.Number() || in.FromMe || in.Group != (with == group) || in.At.IsZero() {
				t.Errorf("%s came as %+v, %+v", kind, in, in.Happening)
			}
			if kind == schema.EventEdited && in.Kind != schema.ContentText {
				t.Errorf("what was edited is now %s", in.Kind)
			}
		}
		check(schema.EventReaction, "👍", func() (string, error) { return customer.React(with, id, "👍") })
		check(schema.EventReaction, "", func() (string, error) { return customer.React(with, id, "") })
		check(schema.EventEdited, "восемь", func() (string, error) { return customer.Edit(with, id, "восемь") })
		check(schema.EventDeleted, "", func() (string, error) { return customer.Delete(with, id) })
	}
	for mime, kind := range map[string]schema.ContentKind{"image/png": schema.ContentImage, "video/mp4": schema.ContentVideo, "application/pdf": schema.ContentDocument} {
		id, err := customer.SendFile(owner.Number(), "схема", mime, "как пройти", []byte("bytes"))
		if err != nil {
			t.Fatal(err)
		}
		edit, err := customer.Edit(owner.Number(), id, "как проехать")
		if err != nil {
			t.Fatal(err)
		}
		in := r.inbox.message(t, "an edited caption", func(in bridge.Incoming) bool { return in.ID == schema.MessageID(edit) })
		if !happened(schema.EventEdited)(in) || in.Happening.Target != schema.MessageID(id) || in.Kind != kind || in.Text != "как проехать" || in.File != nil {
			t.Errorf("an edited caption of %s came as %+v, %+v", mime, in, in.Happening)
		}
	}
	voice, err := customer.SendFile(owner.Number(), "", "audio/ogg; codecs=opus", "", []byte("bytes"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := customer.Edit(owner.Number(), voice, "слова"); err == nil {
		t.Error("a phone edits a voice note")
	}
	id, err := owner.Text(customer.Number(), "с телефона")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := owner.Delete(customer.Number(), id); err != nil {
		t.Fatal(err)
	}
	in := r.inbox.message(t, "the own deletion", func(in bridge.Incoming) bool {
		return in.Happening != nil && in.Happening.Target == schema.MessageID(id)
	})
	if !in.FromMe || in.Chat.Phone != customer.Number() {
		t.Errorf("the own phone's deletion came as %+v", in)
	}
}

func TestPlayedComesIn(t *testing.T) {
	r, owner, customer, _, _ := pair(t)
	id := r.send(customer, text("послушайте"))
	shown(t, customer, "the text", says("послушайте"))
	if err := customer.Play(owner.Number(), string(id)); err != nil {
		t.Fatal(err)
	}
	r.inbox.receipt(t, id, schema.StatusPlayed)
}

// whatsmeow acknowledges a call whatever is answered: it is held up until stored.
func TestACallIsStoredBeforeItIsAcknowledged(t *testing.T) {
	r, owner, customer, device, _ := pair(t)
	tried := 0
	refuse := func() error {
		tried++
		if network.Backlog(owner.Number(), device) == 0 {
			t.Error("it was acknowledged before it was stored")
		}
		return errors.New("the disk is full")
	}
	r.inbox.mu.Lock()
	r.inbox.refuse = []func() error{refuse, refuse}
	r.inbox.mu.Unlock()
	id, err := customer.Call(owner.Number(), true)
	if err != nil {
		t.Fatal(err)
	}
	in := r.inbox.message(t, "the call", happened(schema.EventCall))
	if string(in.ID) != id || !in.Happening.Video || in.From.Phone != customer.Number() || in.From.LID != customer.LID() || in.Chat != in.From || in.At.IsZero() || in.Line != north {
		t.Errorf("it came as %+v", in)
	}
	if tried != 2 {
		t.Errorf("it was refused %d times", tried)
	}
	wait.Until(t, "the acknowledgement", func() bool { return network.Backlog(owner.Number(), device) == 0 })
}

func TestChangesOfGroupsComeIn(t *testing.T) {
	r, owner, customer, neighbour, group := crowd(t)
	in := r.inbox.message(t, "the group", happened(schema.EventGroup))
	if g := in.Happening.Group; !g.Entered || *g.Subject != "Соседи" || len(g.Joined) != 3 || in.Chat.JID != group || in.From.Phone != customer.Number() || in.FromMe {
		t.Errorf("the group came as %+v, %+v", in, g)
	}
	change := func(what string, err error, match func(schema.GroupChange) bool) bridge.Incoming {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		in := r.inbox.message(t, what, func(in bridge.Incoming) bool {
			return in.Happening != nil && in.Happening.Group != nil && !in.Happening.Group.Entered && match(*in.Happening.Group)
		})
		if in.Chat.JID != group || in.ID == "" || in.At.IsZero() {
			t.Errorf("%s came as %+v", what, in)
		}
		return in
	}
	first := change("the subject", customer.SetSubject(group, "Дом 5"), func(g schema.GroupChange) bool { return g.Subject != nil && *g.Subject == "Дом 5" })
	if first.From.Phone != customer.Number() || first.From.LID != customer.LID() {
		t.Errorf("the subject was changed by %+v", first.From)
	}
	change("the description", customer.SetDescription(group, "о доме"), func(g schema.GroupChange) bool { return g.Description != nil && *g.Description == "о доме" })
	newcomer := phone(t, "Вера")
	change("a newcomer", customer.AddMembers(group, newcomer.Number()), func(g schema.GroupChange) bool {
		return len(g.Joined) == 1 && g.Joined[0].Phone == newcomer.Number() && g.Joined[0].LID == newcomer.LID()
	})
	change("somebody who left", neighbour.RemoveMembers(group, neighbour.Number()), func(g schema.GroupChange) bool {
		return len(g.Left) == 1 && g.Left[0].Phone == neighbour.Number()
	})
	last := change("the owner's own", owner.SetSubject(group, "Мы"), func(g schema.GroupChange) bool { return g.Subject != nil && *g.Subject == "Мы" })
	if !last.FromMe || last.ID == first.ID {
		t.Errorf("the owner's change came as %+v", last)
	}
}

// What was not stored comes again, under the same name.
func TestAChangeOfAGroupComesAgain(t *testing.T) {
	r, _, customer, _, group := crowd(t)
	r.inbox.message(t, "the group", happened(schema.EventGroup))
	var lost schema.MessageID
	r.inbox.mu.Lock()
	r.inbox.refuse = []func() error{func() error { return errors.New("the disk is full") }}
	r.inbox.lost = func(in bridge.Incoming) { lost = in.ID }
	r.inbox.mu.Unlock()
	if err := customer.SetSubject(group, "Дом 5"); err != nil {
		t.Fatal(err)
	}
	in := r.inbox.message(t, "the subject", func(in bridge.Incoming) bool {
		return in.Happening != nil && in.Happening.Group != nil && in.Happening.Group.Subject != nil && *in.Happening.Group.Subject == "Дом 5"
	})
	if lost == "" || in.ID != lost {
		t.Errorf("it came as %s after %s was refused", in.ID, lost)
	}
}

func TestGroupsAreListed(t *testing.T) {
	r, _, customer, _, group := crowd(t)
	if err := customer.SetDescription(group, "о доме"); err != nil {
		t.Fatal(err)
	}
	groups, err := r.Groups(t.Context(), north)
	if err != nil || len(groups) != 1 {
		t.Fatalf("%+v, %v", groups, err)
	}
	if g := groups[0]; g.Chat != (schema.Address{JID: group}) || g.Subject != "Соседи" || g.Description != "о доме" || g.Members != 3 {
		t.Errorf("the group is %+v", g)
	}
	_, err = r.Groups(t.Context(), "nowhere")
	mustBe(t, err, bridge.ErrNotLinked)
}
