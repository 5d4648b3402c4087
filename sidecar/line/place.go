package line

import (
	"strconv"
	"strings"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"

	"github.com/nodeline/nodeline/schema"
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
		DisplayName: proto.String(c.Contacts[0].Name + " +" + strconv.Itoa(len(cards)-1)), Contacts: cards,
	}}
}

// place reads a place or contacts that came; any other message stays as it is.
func place(in *bridge.Incoming, m *waE2E.Message) {
	cards := m.GetContactsArrayMessage().GetContacts()
	if m.ContactMessage != nil {
		cards = []*waE2E.ContactMessage{m.ContactMessage}
	}
	switch {
	case m.LocationMessage != nil:
		l := m.GetLocationMessage()
		in.Kind = schema.ContentLocation
		in.Place = &schema.Place{Latitude: degrees(l.GetDegreesLatitude()), Longitude: degrees(l.GetDegreesLongitude()), Name: l.GetName(), Address: l.GetAddress()}
		in.Text = l.GetName()
		if in.Text == "" {
			in.Text = in.Place.Latitude + ", " + in.Place.Longitude
		}
	case len(cards) > 0:
		in.Kind = schema.ContentContact
		var names []string
		for _, card := range cards {
			contact := readCard(card.GetVcard())
			if contact.Name == "" {
				contact.Name = card.GetDisplayName()
			}
			in.Contacts = append(in.Contacts, contact)
			names = append(names, contact.Name)
		}
		in.Text = strings.Join(names, ", ")
	}
}

func degrees(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }

// fromCard takes the escapes of a vCard's values off (RFC 2426, section 5).
var fromCard = strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\N`, "\n", `\,`, ",", `\;`, ";")

// readCard reads the fields of a vCard that a request has too.
func readCard(card string) schema.ContactCard {
	c := schema.ContactCard{Phones: []string{}}
	for line := range strings.Lines(card) {
		name, value, _ := strings.Cut(strings.TrimRight(line, "\r\n"), ":")
		name, _, _ = strings.Cut(name, ";")
		if _, property, grouped := strings.Cut(name, "."); grouped { // "item1.TEL", as iPhones write
			name = property
		}
		switch strings.ToUpper(name) {
		case "FN":
			c.Name = fromCard.Replace(value)
		case "TEL":
			c.Phones = append(c.Phones, fromCard.Replace(value))
		case "ORG":
			c.Organisation = fromCard.Replace(strings.TrimRight(value, ";"))
		case "EMAIL":
			c.Email = fromCard.Replace(value)
		}
	}
	return c
}
