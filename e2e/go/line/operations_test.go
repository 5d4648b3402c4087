package line_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/nodeline/nodeline/internal/wait"
	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
	"github.com/nodeline/nodeline/sidecar/sandbox"
	"github.com/nodeline/nodeline/sidecar/sandbox/chat"
)

func withID(id schema.MessageID, more func(sandbox.Message) bool) func(sandbox.Message) bool {
	return func(m sandbox.Message) bool { return m.ID == string(id) && more(m) }
}

func whatever(sandbox.Message) bool { return true }

// own points at a message that the line has sent to a customer.
func own(to *sandbox.Phone, id schema.MessageID) bridge.Target {
	return bridge.Target{ID: id, Chat: jidOf(to), FromMe: true}
}

func TestPlacesContactsAndCardsAreShown(t *testing.T) {
	r, _, customer, _, _ := pair(t)
	id := r.send(customer, bridge.Content{Location: &bridge.Location{Latitude: 55.7558, Longitude: 37.6173, Name: "Клиника", Address: "Тверская, 1"}})
	if m := shown(t, customer, "the place", withID(id, whatever)); m.Kind != chat.KindLocation || *m.Place != (chat.Place{Latitude: 55.7558, Longitude: 37.6173, Name: "Клиника", Address: "Тверская, 1"}) {
		t.Errorf("%+v", m)
	}
	card := "BEGIN:VCARD\nVERSION:3.0\nFN:Анна\nTEL;type=CELL;waid=7912:+7912\nEND:VCARD"
	id = r.send(customer, bridge.Content{Contacts: []bridge.Contacted{{Name: "Анна", VCard: card}, {Name: "Борис", VCard: card}}})
	if m := shown(t, customer, "the contacts", withID(id, whatever)); m.Kind != chat.KindContact || len(m.Contacts) != 2 || !slices.Equal(m.Contacts[0].Phones, []string{"+7912"}) {
		t.Errorf("%+v", m)
	}
	mention := jidOf(customer)
	user, _, _ := strings.Cut(mention, "@")
	id = r.send(customer, bridge.Content{Body: "@" + user + " https://shop.example/a", Mentions: []string{mention}, Preview: &schema.Preview{URL: "https://shop.example/a", Title: "Магазин"}})
	if m := shown(t, customer, "the text", withID(id, whatever)); m.Body != "@"+customer.Name()+" https://shop.example/a" || m.Preview == nil || m.Preview.Title != "Магазин" {
		t.Errorf("%+v", m)
	}
}

func TestAMessageIsQuotedEditedReactedToAndDeleted(t *testing.T) {
	r, owner, customer, _, session := pair(t)
	first := bridge.Content{Body: "Встреча в 10"}
	id := r.send(customer, first)
	shown(t, customer, "the text", withID(id, whatever))
	payload, err := r.Encode(first)
	if err != nil {
		t.Fatal(err)
	}
	if kind := r.Kind(payload); kind != schema.ContentText {
		t.Errorf("a text is %s", kind)
	}
	answer := r.send(customer, bridge.Content{Body: "Напоминаем", Quote: &bridge.Quote{ID: id, From: session.LID, Payload: payload}})
	if m := shown(t, customer, "the quote", withID(answer, whatever)); m.Quoted == nil || m.Quoted.ID != string(id) || m.Quoted.Text != "Встреча в 10" || m.Quoted.FromMe {
		t.Errorf("%+v", m.Quoted)
	}
	r.send(customer, bridge.Content{Edit: &bridge.Edit{Target: own(customer, id), Text: "Встреча в 11"}})
	shown(t, customer, "the edit", withID(id, func(m sandbox.Message) bool { return m.Edited && m.Body == "Встреча в 11" }))
	r.send(customer, bridge.Content{Reaction: &bridge.Reaction{Target: own(customer, id), Emoji: "👍"}})
	shown(t, customer, "the reaction", withID(id, func(m sandbox.Message) bool {
		return slices.Equal(m.Reactions, []chat.Reaction{{From: owner.Number(), Emoji: "👍"}})
	}))
	r.send(customer, bridge.Content{Reaction: &bridge.Reaction{Target: own(customer, id)}})
	shown(t, customer, "no reaction", withID(id, func(m sandbox.Message) bool { return len(m.Reactions) == 0 }))
	r.send(customer, bridge.Content{Revoke: &bridge.Revoke{Target: own(customer, id)}})
	shown(t, customer, "the deletion", withID(id, func(m sandbox.Message) bool { return m.Body == "" }))

	theirs, err := customer.Text(owner.Number(), "Спасибо")
	if err != nil {
		t.Fatal(err)
	}
	in := r.inbox.text(t, "Спасибо")
	if in.Name != customer.Name() {
		t.Errorf("the sender is called %q, not %q", in.Name, customer.Name())
	}
	r.send(customer, bridge.Content{Reaction: &bridge.Reaction{Target: bridge.Target{ID: in.ID, Chat: in.Chat.JID, From: in.From.JID}, Emoji: "❤️"}})
	shown(t, customer, "the reaction to the customer's words", withID(schema.MessageID(theirs), func(m sandbox.Message) bool { return len(m.Reactions) == 1 }))
}

func TestForwardedMessagesAreMarked(t *testing.T) {
	r, owner, customer, _, _ := pair(t)
	place := bridge.Content{Location: &bridge.Location{Latitude: 1, Longitude: 2}}
	payload, err := r.Encode(place)
	if err != nil {
		t.Fatal(err)
	}
	id := r.send(customer, bridge.Content{Forwarded: &bridge.Forwarded{Payload: payload}})
	if m := shown(t, customer, "the place", withID(id, whatever)); !m.Forwarded || m.Place == nil || m.Place.Longitude != 2 {
		t.Errorf("%+v", m)
	}
	// What a customer sends can be sent on as it came.
	if _, err := customer.Location(owner.Number(), chat.Place{Latitude: 55.5, Longitude: 37.5, Name: "Я здесь"}); err != nil {
		t.Fatal(err)
	}
	in := r.inbox.text(t, "Я здесь")
	if in.Kind != schema.ContentLocation || in.Place == nil || in.Place.Latitude != "55.5" || in.Place.Name != "Я здесь" || r.Kind(in.Payload) != schema.ContentLocation {
		t.Fatalf("%+v", in)
	}
	id = r.send(customer, bridge.Content{Forwarded: &bridge.Forwarded{Payload: in.Payload}})
	if m := shown(t, customer, "the customer's place", withID(id, whatever)); !m.Forwarded || m.Place.Name != "Я здесь" {
		t.Errorf("%+v", m)
	}
	if _, err := customer.Contact(owner.Number(), "Борис", "+79210001122"); err != nil {
		t.Fatal(err)
	}
	in = r.inbox.text(t, "Борис")
	if in.Kind != schema.ContentContact || len(in.Contacts) != 1 || in.Contacts[0].Name != "Борис" || !slices.Equal(in.Contacts[0].Phones, []string{"+79210001122"}) {
		t.Errorf("%+v", in)
	}
}

func TestReadingAndTypingAreSeen(t *testing.T) {
	r, owner, customer, _, _ := pair(t)
	id, err := customer.Text(owner.Number(), "Вы тут?")
	if err != nil {
		t.Fatal(err)
	}
	in := r.inbox.text(t, "Вы тут?")
	if err := r.MarkRead(t.Context(), north, in.Chat.JID, in.From.JID, []schema.MessageID{in.ID}); err != nil {
		t.Fatal(err)
	}
	shown(t, customer, "the read ticks", withID(schema.MessageID(id), func(m sandbox.Message) bool { return m.Status == chat.StatusRead }))
	// The line may say that it is there once its name has come.
	wait.Until(t, "typing", func() bool {
		return r.Typing(t.Context(), north, in.Chat.JID, true) == nil && customer.Typing(owner.Number())
	})
	if err := r.Typing(t.Context(), north, in.Chat.JID, false); err != nil {
		t.Fatal(err)
	}
	wait.Until(t, "no typing", func() bool { return !customer.Typing(owner.Number()) })
	if err := r.Typing(t.Context(), "nobody", in.Chat.JID, true); err == nil {
		t.Error("a line that is not there types")
	}
}
