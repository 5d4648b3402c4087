package line

import (
	"strconv"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"

	"github.com/nodeline/nodeline/sidecar/bridge"
)

// placeMessage makes a place on the map, or contacts.
func placeMessage(c bridge.Content) *waE2E.Message {
	if l := c.Location; l != nil {
		place := &waE2E.LocationMessage{DegreesLatitude: proto.Float64(l.Latitude), DegreesLongitude: proto.Float64(l.Longitude)}
		if l.Name != "" {
			place.Name = proto.String(l.Name)
		}
		if l.Address != "" {
			place.Address = proto.String(l.Address)
		}
		return &waE2E.Message{LocationMessage: place}
	}
	cards := make([]*waE2E.ContactMessage, len(c.Contacts))
	for i, contact := range c.Contacts {
		cards[i] = &waE2E.ContactMessage{DisplayName: proto.String(contact.Name), Vcard: proto.String(contact.VCard)}
	}
	if len(cards) == 1 {
		return &waE2E.Message{ContactMessage: cards[0]}
	}
	return &waE2E.Message{ContactsArrayMessage: &waE2E.ContactsArrayMessage{
		DisplayName: proto.String(strconv.Itoa(len(cards)) + " contacts"), Contacts: cards,
	}}
}
