package chat

import (
	"strconv"
	"strings"

	"go.mau.fi/whatsmeow/proto/waE2E"
)

// Place is a location on the map.
type Place struct {
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
	Name      string  `json:"name"`
	Address   string  `json:"address"`
}

// Contact is a card that can be saved.
type Contact struct {
	Name   string   `json:"name"`
	Phones []string `json:"phones"`
	About  string   `json:"about"` // organisation and e-mail
}

// Preview is the card of a link.
type Preview struct {
	URL         string `json:"url"`
	Title       string `json:"title"`
	Description string `json:"description"`
}

const notePlace = "A real phone shows nothing: the location is not on the globe."

// placed reads places and contacts; ok is false for any other message.
func placed(message *waE2E.Message) (c Content, ok bool) {
	switch {
	case message.LocationMessage != nil:
		m := message.GetLocationMessage()
		c = Content{Kind: KindLocation, Visible: true, Body: m.GetName(),
			Place: &Place{m.GetDegreesLatitude(), m.GetDegreesLongitude(), m.GetName(), m.GetAddress()}}
		if c.Body == "" {
			c.Body = coordinate(c.Place.Latitude) + ", " + coordinate(c.Place.Longitude)
		}
		if c.Place.Latitude < -90 || c.Place.Latitude > 90 || c.Place.Longitude < -180 || c.Place.Longitude > 180 {
			c.Visible, c.Note = false, notePlace
		}
		return quoting(c, m.GetContextInfo()), true
	case message.ContactMessage != nil:
		m := message.GetContactMessage()
		return quoting(contacts(m), m.GetContextInfo()), true
	case message.ContactsArrayMessage != nil:
		m := message.GetContactsArrayMessage()
		return quoting(contacts(m.GetContacts()...), m.GetContextInfo()), true
	}
	return c, false
}

func coordinate(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }

func contacts(cards ...*waE2E.ContactMessage) Content {
	c := Content{Kind: KindContact, Visible: true, Contacts: []Contact{}}
	var names []string
	for _, card := range cards {
		contact := readCard(card.GetVcard())
		if contact.Name == "" {
			contact.Name = card.GetDisplayName()
		}
		c.Contacts = append(c.Contacts, contact)
		names = append(names, contact.Name)
	}
	c.Body = strings.Join(names, ", ")
	if len(cards) == 0 {
		c.Visible, c.Note = false, noteEmpty
	}
	return c
}

// fromCard takes the escapes of a vCard's values off (RFC 2426, section 5).
var fromCard = strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\N`, "\n", `\,`, ",", `\;`, ";")

// readCard reads what a phone shows of a vCard.
func readCard(card string) Contact {
	c := Contact{Phones: []string{}}
	var about []string
	for line := range strings.Lines(card) {
		name, value, _ := strings.Cut(strings.TrimRight(line, "\r\n"), ":")
		name, _, _ = strings.Cut(name, ";")
		switch strings.ToUpper(name) {
		case "FN":
			c.Name = fromCard.Replace(value)
		case "TEL":
			c.Phones = append(c.Phones, fromCard.Replace(value))
		case "ORG":
			about = append(about, fromCard.Replace(strings.TrimSuffix(value, ";")))
		case "EMAIL":
			about = append(about, fromCard.Replace(value))
		}
	}
	c.About = strings.Join(about, ", ")
	return c
}

// preview reads a link's card. One without a title is none.
func preview(m *waE2E.ExtendedTextMessage) *Preview {
	if m.GetTitle() == "" || !strings.Contains(m.GetText(), m.GetMatchedText()) || m.GetMatchedText() == "" {
		return nil
	}
	return &Preview{m.GetMatchedText(), m.GetTitle(), m.GetDescription()}
}
