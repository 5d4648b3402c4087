package line

import (
	"reflect"
	"testing"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

func TestPlacesAndContactsGoOut(t *testing.T) {
	m := encoded(t, bridge.Content{Location: &bridge.Location{Latitude: -33.5, Longitude: 151.25}, Quote: &bridge.Quote{ID: "Q", Text: "где?"}})
	if l := m.GetLocationMessage(); l.GetDegreesLatitude() != -33.5 || l.GetDegreesLongitude() != 151.25 || l.Name != nil || l.Address != nil || l.GetContextInfo().GetStanzaID() != "Q" {
		t.Errorf("%v", m)
	}
	one := encoded(t, bridge.Content{Contacts: []bridge.Contacted{{Name: "Анна", VCard: "card"}}})
	if one.GetContactMessage().GetDisplayName() != "Анна" || one.GetContactMessage().GetVcard() != "card" {
		t.Errorf("%v", one)
	}
	two := encoded(t, bridge.Content{Contacts: []bridge.Contacted{{Name: "Анна"}, {Name: "Борис", VCard: "card"}}})
	if a := two.GetContactsArrayMessage(); len(a.GetContacts()) != 2 || a.GetDisplayName() != "Анна +1" || a.GetContacts()[1].GetVcard() != "card" {
		t.Errorf("%v", two)
	}
}

func TestPlacesAndContactsComeIn(t *testing.T) {
	var in bridge.Incoming
	place(&in, &waE2E.Message{LocationMessage: &waE2E.LocationMessage{DegreesLatitude: proto.Float64(55.755826), DegreesLongitude: proto.Float64(-37.5), Address: proto.String("Москва")}})
	if want := (schema.Place{Latitude: "55.755826", Longitude: "-37.5", Address: "Москва"}); in.Kind != schema.ContentLocation || in.Place == nil || *in.Place != want || in.Text != "55.755826, -37.5" {
		t.Errorf("%+v", in)
	}
	in = bridge.Incoming{}
	place(&in, &waE2E.Message{ContactsArrayMessage: &waE2E.ContactsArrayMessage{Contacts: []*waE2E.ContactMessage{
		{DisplayName: proto.String("x"), Vcard: proto.String("BEGIN:VCARD\r\nFN:Анна\\, Север\r\nORG:Клиника;\r\nitem1.TEL;waid=7912:+7 912\r\nTEL:+7 495\r\nEMAIL:a@b.c\r\nEND:VCARD")},
		{DisplayName: proto.String("Борис"), Vcard: proto.String("")}}}})
	want := []schema.ContactCard{{Name: "Анна, Север", Phones: []string{"+7 912", "+7 495"}, Organisation: "Клиника", Email: "a@b.c"}, {Name: "Борис", Phones: []string{}}}
	if in.Kind != schema.ContentContact || !reflect.DeepEqual(in.Contacts, want) || in.Text != "Анна, Север, Борис" {
		t.Errorf("%+v", in)
	}
	in = bridge.Incoming{Kind: schema.ContentUnsupported}
	if place(&in, &waE2E.Message{StickerMessage: &waE2E.StickerMessage{}}); in.Kind != schema.ContentUnsupported || in.Text != "" {
		t.Errorf("%+v", in)
	}
}
