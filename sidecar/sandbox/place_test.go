package sandbox_test

import (
	"slices"
	"testing"

	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"github.com/nodeline/nodeline/internal/wait"
	"github.com/nodeline/nodeline/sidecar/sandbox"
	"github.com/nodeline/nodeline/sidecar/sandbox/chat"
)

// What a person sends by the interface reaches the other phone and a client.
func TestAPersonSendsPlacesAndContacts(t *testing.T) {
	network, c, group := crowd(t)
	path := "/api/phones/" + anna[1:]
	var made struct{ ID string }
	ask(t, network, "POST", path+"/location", `{"to":"`+owner+`","latitude":55.5,"longitude":37.5,"name":"Я здесь"}`, 200, &made)
	place := await(c, "the place", func(e *events.Message) bool { return e.Message.GetLocationMessage() != nil })
	if l := place.Message.GetLocationMessage(); place.Info.ID != made.ID || l.GetDegreesLatitude() != 55.5 || l.GetDegreesLongitude() != 37.5 || l.GetName() != "Я здесь" || l.Address != nil {
		t.Errorf("%+v", place)
	}
	if m := shown(t, network.Phone(owner), func(m sandbox.Message) bool { return m.ID == made.ID }); m.Kind != chat.KindLocation || m.Place.Name != "Я здесь" || m.Body != "Я здесь" {
		t.Errorf("%+v", m)
	}
	ask(t, network, "POST", path+"/contact", `{"to":"`+group.String()+`","name":"Борис","phones":["+79210001122"]}`, 200, &made)
	card := await(c, "the contact", func(e *events.Message) bool { return e.Message.GetContactMessage() != nil })
	if card.Info.ID != made.ID || card.Info.Chat != group || card.Info.MediaType != "vcard" || card.Message.GetContactMessage().GetDisplayName() != "Борис" {
		t.Errorf("%+v", card)
	}
	if m := shown(t, network.Phone(owner), func(m sandbox.Message) bool { return m.ID == made.ID }); len(m.Contacts) != 1 || !slices.Equal(m.Contacts[0].Phones, []string{"+79210001122"}) {
		t.Errorf("%+v", m)
	}
	for what, body := range map[string]string{"location": `{"to":"` + owner + `","latitude":91,"longitude":0}`, "contact": `{"to":"` + owner + `","name":" "}`} {
		ask(t, network, "POST", path+"/"+what, body, 400, nil)
	}
}

func TestPhonesSeeTyping(t *testing.T) {
	network, c, group := crowd(t)
	a := network.Phone(anna)
	for _, to := range []types.JID{types.NewJID(anna[1:], types.DefaultUserServer), group} {
		with := owner
		if to == group {
			with = group.String()
		}
		for _, state := range []types.ChatPresence{types.ChatPresenceComposing, types.ChatPresencePaused} {
			if err := c.SendChatPresence(t.Context(), to, state, types.ChatPresenceMediaText); err != nil {
				t.Fatal(err)
			}
			wait.Until(t, string(state)+" in "+with, func() bool { return a.Typing(with) == (state == types.ChatPresenceComposing) })
		}
	}
}
