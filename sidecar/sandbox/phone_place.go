package sandbox

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"

	"github.com/nodeline/nodeline/sidecar/sandbox/chat"
)

var errNoPlace = errors.New("a location has a latitude from -90 to 90 and a longitude from -180 to 180")

// Location sends a place on the map and returns the message's id.
func (p *Phone) Location(to string, place chat.Place) (string, error) {
	message := &waE2E.Message{LocationMessage: &waE2E.LocationMessage{DegreesLatitude: &place.Latitude, DegreesLongitude: &place.Longitude,
		Name: optional(place.Name), Address: optional(place.Address)}}
	if !chat.Render(message, true).Visible {
		return "", errNoPlace
	}
	return p.write(to, message)
}

// Contact sends a contact card and returns the message's id.
func (p *Phone) Contact(to, name string, phones ...string) (string, error) {
	if err := checkText(name); err != nil {
		return "", err
	}
	lines := []string{"BEGIN:VCARD", "VERSION:3.0", "FN:" + name}
	for _, phone := range phones {
		lines = append(lines, "TEL;type=CELL;waid="+strings.TrimPrefix(phone, "+")+":"+phone)
	}
	card := strings.Join(append(lines, "END:VCARD"), "\n")
	return p.write(to, &waE2E.Message{ContactMessage: &waE2E.ContactMessage{DisplayName: &name, Vcard: &card}})
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return proto.String(s)
}

// withNames writes the people that a text mentions by their names.
func (p *Phone) withNames(body string, mentions []string) string {
	for _, mention := range mentions {
		if a := p.account.net.account(parseJID(mention)); a != nil {
			user, _, _ := strings.Cut(mention, "@")
			body = strings.ReplaceAll(body, "@"+user, "@"+a.pushName())
		}
	}
	return body
}

// sees notes that somebody types in a chat, or no more.
//
// Rests on whatsmeow's SendChatPresence. Phones show it until a message comes or
// for some seconds (left out: who types says when it is over).
func (p *Phone) sees(r room, s *stanza) {
	_, typing := child(s, "composing")
	p.mu.Lock()
	was := slices.Contains(p.types, r.key())
	p.types = slices.DeleteFunc(p.types, func(key string) bool { return key == r.key() })
	if typing {
		p.types = append(p.types, r.key())
	}
	p.mu.Unlock()
	if was != typing {
		p.note(UpdatePhone, r.key(), "")
	}
}

// Typing reports whether the other side of a chat is typing.
func (p *Phone) Typing(with string) bool {
	r, err := p.room(with)
	if err != nil {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Contains(p.types, r.key())
}

func (n *Network) apiLocation(r *http.Request) (int, any, error) {
	var in struct {
		To string `json:"to"`
		chat.Place
	}
	return n.sendFrom(r, &in, func(p *Phone) (string, error) { return p.Location(in.To, in.Place) })
}

func (n *Network) apiContact(r *http.Request) (int, any, error) {
	var in struct {
		To     string   `json:"to"`
		Name   string   `json:"name"`
		Phones []string `json:"phones"`
	}
	return n.sendFrom(r, &in, func(p *Phone) (string, error) { return p.Contact(in.To, in.Name, in.Phones...) })
}

// sendFrom reads a request into in and has a phone send.
func (n *Network) sendFrom(r *http.Request, in any, send func(*Phone) (string, error)) (int, any, error) {
	p, err := n.pathPhone(r)
	if err == nil {
		err = read(r, in)
	}
	if err != nil {
		return 0, nil, err
	}
	id, err := send(p)
	if err != nil {
		return 0, nil, err
	}
	return 0, idAnswer{id}, nil
}
