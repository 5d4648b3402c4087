package bridge

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/nodeline/nodeline/schema"
)

// SendLocation implements API.
func (b *Bridge) SendLocation(ctx context.Context, c Caller, r schema.SendLocationRequest) (schema.SendResult, error) {
	plain := r
	plain.Quote, plain.Priority = plainRef(r.Quote), plainPriority(r.Priority)
	place := &Location{Name: r.Name, Address: r.Address}
	for _, f := range []struct {
		text string
		to   *float64
	}{{r.Latitude, &place.Latitude}, {r.Longitude, &place.Longitude}} {
		n, err := strconv.ParseFloat(strings.Replace(f.text, ",", ".", 1), 64)
		if err != nil {
			return schema.SendResult{}, b.fail("read degrees", c.Lang, err)
		}
		*f.to = n
	}
	return b.sendAbout(ctx, c, "location", plain, draft{line: r.Line, key: r.Key, chat: r.Chat, content: Content{Location: place},
		quote: r.Quote, priority: r.Priority, expires: seconds(r.TimeLimit)})
}

// SendContact implements API.
func (b *Bridge) SendContact(ctx context.Context, c Caller, r schema.SendContactRequest) (schema.SendResult, error) {
	plain := r
	plain.Quote, plain.Priority = plainRef(r.Quote), plainPriority(r.Priority)
	return b.sendAbout(ctx, c, "contact", plain, draft{line: r.Line, key: r.Key, chat: r.Chat, cards: r.Contacts,
		quote: r.Quote, priority: r.Priority, expires: seconds(r.TimeLimit)})
}

// readCards makes the vCards of a draft.
func readCards(rec LineRecord, lang schema.Lang, cards []schema.ContactCard) ([]Contacted, error) {
	var list []Contacted
	for i, card := range cards {
		var phones []string
		for j, s := range card.Phones {
			found, _, err := readChat(s, regionOf(rec))
			if err == nil && len(found) == 0 {
				err = fmt.Errorf("read contact: %w", errNotPhone)
			}
			if err != nil {
				return nil, invalidPhone(fmt.Sprintf("contacts[%d].phones[%d]", i, j), lang, err)
			}
			phones = append(phones, found...)
		}
		if _, ok := readEmail(card.Email); card.Email != "" && !ok {
			return nil, invalidField(fmt.Sprintf("contacts[%d].email", i), schema.Text{En: "this is not an e-mail address.", Ru: "это не адрес электронной почты."}, "email",
				schema.Text{En: fmt.Sprintf("Contact %d: e-mail", i+1), Ru: fmt.Sprintf("Контакт %d: почта", i+1)}, lang)
		}
		list = append(list, Contacted{Name: card.Name, VCard: vCard(card, phones)})
	}
	return list, nil
}

// inCard escapes a value of a vCard (RFC 2426, section 5).
var inCard = strings.NewReplacer(`\`, `\\`, "\r\n", `\n`, "\n", `\n`, "\r", `\n`, ",", `\,`, ";", `\;`)

// vCard writes a contact as WhatsApp's apps do: waid makes the number one to write to.
func vCard(c schema.ContactCard, phones []string) string {
	lines := []string{"BEGIN:VCARD", "VERSION:3.0", "N:;" + inCard.Replace(c.Name) + ";;;", "FN:" + inCard.Replace(c.Name)}
	if c.Organisation != "" {
		lines = append(lines, "ORG:"+inCard.Replace(c.Organisation)+";")
	}
	for _, phone := range phones {
		lines = append(lines, "TEL;type=CELL;waid="+strings.TrimPrefix(phone, "+")+":"+phone)
	}
	if c.Email != "" {
		lines = append(lines, "EMAIL;type=INTERNET:"+inCard.Replace(c.Email))
	}
	return strings.Join(append(lines, "END:VCARD"), "\n")
}
