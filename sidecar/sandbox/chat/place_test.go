package chat_test

import (
	"reflect"
	"testing"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"

	"github.com/nodeline/nodeline/sidecar/sandbox/chat"
)

func TestPlacesAndContactsAreDrawn(t *testing.T) {
	place := chat.Render(&waE2E.Message{LocationMessage: &waE2E.LocationMessage{DegreesLatitude: proto.Float64(55.75), DegreesLongitude: proto.Float64(-37.5), Address: proto.String("Москва")}}, true)
	if place.Kind != chat.KindLocation || !place.Visible || place.Body != "55.75, -37.5" || *place.Place != (chat.Place{Latitude: 55.75, Longitude: -37.5, Address: "Москва"}) {
		t.Errorf("%+v", place)
	}
	if lost := chat.Render(&waE2E.Message{LocationMessage: &waE2E.LocationMessage{DegreesLatitude: proto.Float64(91)}}, true); lost.Visible || lost.Note == "" {
		t.Errorf("beyond the pole: %+v", lost)
	}
	card := &waE2E.ContactMessage{DisplayName: proto.String("shown"), Vcard: proto.String("BEGIN:VCARD\r\nFN:Анна\\; \\\\1\r\nORG:Клиника\\, Север;\r\nTEL;type=CELL;waid=7912:+7912\r\nEMAIL;type=INTERNET:a@b.c\r\nEND:VCARD")}
	one := chat.Render(&waE2E.Message{ContactMessage: card}, true)
	if want := []chat.Contact{{Name: `Анна; \1`, Phones: []string{"+7912"}, About: "Клиника, Север, a@b.c"}}; one.Kind != chat.KindContact || !reflect.DeepEqual(one.Contacts, want) || one.Body != `Анна; \1` {
		t.Errorf("%+v", one)
	}
	two := chat.Render(&waE2E.Message{ContactsArrayMessage: &waE2E.ContactsArrayMessage{Contacts: []*waE2E.ContactMessage{card, {DisplayName: proto.String("Борис")}}}}, true)
	if len(two.Contacts) != 2 || two.Contacts[1].Name != "Борис" || two.Body != `Анна; \1, Борис` {
		t.Errorf("%+v", two)
	}
	if none := chat.Render(&waE2E.Message{ContactsArrayMessage: &waE2E.ContactsArrayMessage{}}, true); none.Visible {
		t.Errorf("%+v", none)
	}
}

func TestMarksOfAMessage(t *testing.T) {
	text := &waE2E.ExtendedTextMessage{Text: proto.String("@7912 https://a.b/c"), MatchedText: proto.String("https://a.b/c"), Title: proto.String("A"), Description: proto.String("B"),
		ContextInfo: &waE2E.ContextInfo{IsForwarded: proto.Bool(true), MentionedJID: []string{"7912@s.whatsapp.net"}}}
	c := chat.Render(&waE2E.Message{ExtendedTextMessage: text}, true)
	if !c.Forwarded || len(c.Mentions) != 1 || c.Preview == nil || *c.Preview != (chat.Preview{URL: "https://a.b/c", Title: "A", Description: "B"}) {
		t.Errorf("%+v", c)
	}
	text.Text = proto.String("another")
	if c = chat.Render(&waE2E.Message{ExtendedTextMessage: text}, true); c.Preview != nil {
		t.Errorf("a card of a link that the text does not hold: %+v", c.Preview)
	}
}
