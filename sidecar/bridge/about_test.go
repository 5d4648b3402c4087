package bridge_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

func (r *rig) react(key schema.Key, to schema.MessageRef, emoji string) (schema.SendResult, error) {
	return r.MessageReact(r.ctx(), admin, schema.MessageReactRequest{Line: theLine, Key: key, Message: &to, Emoji: emoji})
}

func (r *rig) edit(key schema.Key, of schema.MessageRef, text string) (schema.SendResult, error) {
	return r.MessageEdit(r.ctx(), admin, schema.MessageEditRequest{Line: theLine, Key: key, Message: &of, Text: text})
}

func (r *rig) remove(key schema.Key, of schema.MessageRef) (schema.SendResult, error) {
	return r.MessageDelete(r.ctx(), admin, schema.MessageDeleteRequest{Line: theLine, Key: key, Message: &of})
}

func (r *rig) forward(key schema.Key, chat string, of schema.MessageRef) (schema.SendResult, error) {
	return r.MessageForward(r.ctx(), admin, schema.MessageForwardRequest{Line: theLine, Key: key, Chat: chat, Message: &of})
}

func (r *rig) last() bridge.Outgoing {
	list := r.net.sent()
	return list[len(list)-1]
}

func TestAReactionAnEditAndADeletionAreMessages(t *testing.T) {
	r := linkedRig(t, quick)
	first, err := r.text("k1", anna, "Первое")
	if err != nil {
		t.Fatal(err)
	}
	got, err := r.react("r1", asRef(t, first), "👍")
	if err != nil || got.Status != schema.StatusSent || got.Chat.Phone != anna || got.MessageID == first.MessageID {
		t.Fatalf("%+v, %v", got, err)
	}
	if c := content(t, r.last()).Reaction; c == nil || c.Emoji != "👍" || c.Target.ID != first.MessageID || !c.Target.FromMe || c.Target.Chat != lidOf(anna) || r.last().To != lidOf(anna) {
		t.Errorf("reaction %+v to %s", c, r.last().To)
	}
	again, err := r.react("r1", asRef(t, first), "👍")
	if err != nil || again != got || len(r.net.sent()) != 2 {
		t.Errorf("the same again: %+v, %v", again, err)
	}
	_, err = r.react("r1", asRef(t, first), "👎")
	wantCode(t, err, schema.CodeConflict)

	edited, err := r.edit("e1", asRef(t, first), "Второе")
	if err != nil || edited.Status != schema.StatusSent {
		t.Fatalf("%+v, %v", edited, err)
	}
	if c := content(t, r.last()).Edit; c == nil || c.Text != "Второе" || c.Target.ID != first.MessageID {
		t.Errorf("edit %+v", c)
	}
	// The result of an edit stands for the message that was edited.
	if _, err := r.edit("e2", asRef(t, edited), "Третье"); err != nil {
		t.Fatal(err)
	}
	if c := content(t, r.last()).Edit; c.Target.ID != first.MessageID {
		t.Errorf("an edit of an edit aims at %s, not at %s", c.Target.ID, first.MessageID)
	}
	if _, err := r.remove("d1", asRef(t, edited)); err != nil {
		t.Fatal(err)
	}
	if c := content(t, r.last()).Revoke; c == nil || c.Target.ID != first.MessageID {
		t.Errorf("deletion %+v", c)
	}
	_, err = r.react("r2", asRef(t, got), "👍")
	if e := wantCode(t, err, schema.CodeUnfit); e.Field != "message" {
		t.Errorf("field %q", e.Field)
	}
}

func TestWhatCameIsReactedToAndNotChanged(t *testing.T) {
	r := linkedRig(t, quick)
	group := schema.Address{JID: "120363000000000001@g.us"}
	r.says(anna, "Привет", func(in *bridge.Incoming) { in.ID, in.Chat, in.Group = "IN1", group, true })
	r.says(anna, "с телефона", func(in *bridge.Incoming) { in.ID, in.FromMe = "OWN1", true })
	events := r.events(schema.EventMessage)
	if _, err := r.react("r1", asRef(t, events[0]), "❤️"); err != nil {
		t.Fatal(err)
	}
	if c := content(t, r.last()).Reaction; c.Target.FromMe || c.Target.From != lidOf(anna) || c.Target.Chat != group.JID || r.last().To != group.JID {
		t.Errorf("%+v", c)
	}
	_, err := r.edit("e1", asRef(t, events[0]), "чужое")
	wantCode(t, err, schema.CodeNotOwn)
	_, err = r.remove("d1", asRef(t, events[0]))
	wantCode(t, err, schema.CodeNotOwn)
	// What was written on the line's phone is the line's own.
	if _, err := r.edit("e2", asRef(t, events[1]), "исправлено"); err != nil {
		t.Error(err)
	}
	if c := content(t, r.last()).Edit; c == nil || c.Target.ID != "OWN1" || !c.Target.FromMe {
		t.Errorf("%+v", c)
	}
	_, err = r.react("r3", schema.MessageRef{MessageID: "NEVER"}, "👍")
	wantCode(t, err, schema.CodeMessageUnknown)
}

func TestOnlyWordsAreEdited(t *testing.T) {
	r := linkedRig(t, quick)
	ask := r.ask("a1")
	_, err := r.edit("e1", asRef(t, ask), "другое")
	wantCode(t, err, schema.CodeUnfit)
	place, err := r.SendLocation(t.Context(), admin, schema.SendLocationRequest{Line: theLine, Key: "l1", Chat: anna, Latitude: "55,75", Longitude: "-37.61", Name: "Клиника"})
	if err != nil {
		t.Fatal(err)
	}
	if c := content(t, r.last()).Location; c == nil || c.Latitude != 55.75 || c.Longitude != -37.61 || c.Name != "Клиника" {
		t.Errorf("location %+v", c)
	}
	_, err = r.edit("e2", asRef(t, place), "другое")
	wantCode(t, err, schema.CodeUnfit)
	if _, err := r.remove("d1", asRef(t, ask)); err != nil {
		t.Errorf("a question is not deleted: %v", err)
	}
}

func TestItCanBeTooLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, quick)
		first, err := r.text("k1", anna, "Первое")
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(20*time.Minute - time.Second)
		if _, err := r.edit("e1", asRef(t, first), "Второе"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Second)
		_, err = r.edit("e2", asRef(t, first), "Третье")
		wantCode(t, err, schema.CodeEditTooLate)
		// A call that was accepted in time is answered as it was.
		if got, err := r.edit("e1", asRef(t, first), "Второе"); err != nil || got.Status != schema.StatusSent {
			t.Errorf("%+v, %v", got, err)
		}
		time.Sleep(59 * time.Hour)
		r.net.report(theLine, schema.LineReconnecting, "acc:1")
		if _, err := r.remove("d1", asRef(t, first)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		_, err = r.remove("d2", asRef(t, first))
		wantCode(t, err, schema.CodeDeleteTooLate)
		// The line was away for so long that it is too late for what was accepted.
		r.net.linked(theLine)
		synctest.Wait()
		if got := r.message("d1"); got.Status != schema.StatusFailed || got.Error.Code != schema.CodeDeleteTooLate {
			t.Errorf("%+v", got)
		}
		if n := len(r.net.sent()); n != 2 {
			t.Errorf("%d were sent", n)
		}
	})
}

// What is about a message that waits goes after it, with the id that it went under.
func TestAMessageThatWaitsIsChangedAfterIt(t *testing.T) {
	r := linkedRig(t, bridge.Timing{FirstTry: time.Millisecond, RetryMin: time.Millisecond, RetryMax: 4 * time.Millisecond, ReceiptWait: time.Minute})
	r.net.script = func(n int, out bridge.Outgoing) error {
		if out.Rendering == schema.RenderNative {
			return &bridge.SendError{Certain: true, Server: 405, Err: errors.New("no buttons")}
		}
		return nil
	}
	if _, err := r.LinePause(t.Context(), admin, schema.LinePauseRequest{Line: theLine}); err != nil {
		t.Fatal(err)
	}
	native, err := r.SendButtons(t.Context(), admin, schema.SendButtonsRequest{Line: theLine, Key: "b1", Chat: anna, Body: "Да?", Buttons: []schema.Button{{Text: "Да"}}, Rendering: schema.RenderNative})
	if err != nil || native.Status != schema.StatusQueued {
		t.Fatalf("%+v, %v", native, err)
	}
	if _, err := r.react("r1", asRef(t, native), "👍"); err != nil {
		t.Fatal(err)
	}
	text, err := r.text("k1", anna, "Текст")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.edit("e1", asRef(t, text), "Новый"); err != nil {
		t.Fatal(err)
	}
	r.net.absent[boris] = true
	nobody, err := r.text("k2", boris, "Никому")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.remove("d2", asRef(t, nobody)); err != nil {
		t.Fatal(err)
	}
	r = r.restart(bridge.Timing{RetryMin: time.Millisecond, RetryMax: 4 * time.Millisecond, ReceiptWait: time.Minute})
	if _, err := r.LineResume(t.Context(), admin, schema.LineRequest{Line: theLine}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "all to end", func() bool {
		return r.message("e1").Status == schema.StatusSent && r.message("d2").Status == schema.StatusFailed && r.message("r1").Status == schema.StatusSent
	})
	if got := r.message("d2"); got.Error.Code != schema.CodeTargetNotSent {
		t.Errorf("%+v", got.Error)
	}
	var order []string
	for _, out := range r.net.sent() {
		switch c := content(t, out); {
		case c.Reaction != nil:
			order = append(order, "react to "+string(targetID(c)))
		case c.Edit != nil:
			order = append(order, "edit "+string(targetID(c)))
		case out.Rendering == schema.RenderNative:
		default:
			order = append(order, string(out.ID))
		}
	}
	shown := r.message("b1").MessageID
	if want := []string{string(shown), "react to " + string(shown), string(text.MessageID), "edit " + string(text.MessageID)}; strings.Join(order, ", ") != strings.Join(want, ", ") || shown == native.MessageID {
		t.Errorf("%v, want %v (first %s)", order, want, native.MessageID)
	}
}

func targetID(c bridge.Content) schema.MessageID {
	if c.Edit != nil {
		return c.Edit.Target.ID
	}
	return c.Reaction.Target.ID
}

func TestForwarding(t *testing.T) {
	r := linkedRig(t, quick)
	place, err := r.SendLocation(t.Context(), admin, schema.SendLocationRequest{Line: theLine, Key: "l1", Chat: anna, Latitude: "55,75", Longitude: "37.61"})
	if err != nil {
		t.Fatal(err)
	}
	r.says(anna, "Переслать это", func(in *bridge.Incoming) { in.ID = "IN1" })
	r.says(anna, "", func(in *bridge.Incoming) {
		in.ID, in.Kind, in.Payload = "IN2", schema.ContentLocation, r.net.sent()[0].Payload
	})
	r.says(anna, "", func(in *bridge.Incoming) { in.ID, in.Kind, in.Payload = "IN3", schema.ContentUnsupported, []byte(`{}`) })
	if got, err := r.forward("f1", boris, asRef(t, place)); err != nil || got.Chat.Phone != boris {
		t.Fatalf("%+v, %v", got, err)
	}
	if c := content(t, r.last()); c.Forwarded == nil || string(c.Forwarded.Payload) != string(r.net.sent()[0].Payload) {
		t.Errorf("%+v", c)
	}
	if _, err := r.forward("f2", boris, schema.MessageRef{ID: "IN1"}); err != nil {
		t.Fatal(err)
	}
	if c := content(t, r.last()); c.Forwarded == nil || c.Forwarded.Payload != nil || c.Body != "Переслать это" {
		t.Errorf("%+v", c)
	}
	if _, err := r.forward("f3", boris, schema.MessageRef{ID: "IN2"}); err != nil {
		t.Error(err)
	}
	native, err := r.SendButtons(t.Context(), admin, schema.SendButtonsRequest{Line: theLine, Key: "b1", Chat: anna, Body: "Да?", Buttons: []schema.Button{{Text: "Да"}}, Rendering: schema.RenderNative})
	if err != nil {
		t.Fatal(err)
	}
	for _, of := range []schema.MessageRef{{ID: "IN3"}, asRef(t, native)} {
		_, err = r.forward("f4", boris, of)
		wantCode(t, err, schema.CodeUnfit)
	}
}

func TestContactsAreCards(t *testing.T) {
	r := linkedRig(t, quick)
	req := schema.SendContactRequest{Line: theLine, Key: "c1", Chat: anna, Contacts: []schema.ContactCard{
		{Name: `Анна; "Север", \1`, Phones: []string{"8 921 000-11-22", "+7 495 123-45-67"}, Organisation: "Клиника, Север", Email: "anna@example.com"},
		{Name: "Борис", Phones: []string{boris}}}}
	if _, err := r.SendContact(t.Context(), admin, req); err != nil {
		t.Fatal(err)
	}
	cards := content(t, r.last()).Contacts
	want := "BEGIN:VCARD\nVERSION:3.0\nN:;Анна\\; \"Север\"\\, \\\\1;;;\nFN:Анна\\; \"Север\"\\, \\\\1\nORG:Клиника\\, Север;\n" +
		"TEL;type=CELL;waid=79210001122:+79210001122\nTEL;type=CELL;waid=74951234567:+74951234567\nEMAIL;type=INTERNET:anna@example.com\nEND:VCARD"
	if len(cards) != 2 || cards[0].VCard != want || cards[1].Name != "Борис" || strings.Contains(cards[1].VCard, "ORG") {
		t.Errorf("%+v\nwant %s", cards, want)
	}
	req.Key, req.Contacts[1].Phones = "c2", []string{boris, "123456@lid"}
	_, err := r.SendContact(t.Context(), admin, req)
	if e := wantCode(t, err, schema.CodeInvalidPhone); e.Field != "contacts[1].phones[1]" {
		t.Errorf("field %q", e.Field)
	}
	req.Contacts[1].Phones, req.Contacts[1].Email = []string{boris}, "boris at example.com"
	_, err = r.SendContact(t.Context(), admin, req)
	if e := wantCode(t, err, schema.CodeInvalidRequest); len(e.Issues) != 1 || e.Issues[0].Field != "contacts[1].email" || e.Issues[0].Message != "“Contact 2: e-mail”: this is not an e-mail address." {
		t.Errorf("%+v", e.Issues)
	}
}
