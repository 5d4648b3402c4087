package line

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/types"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// Lookup implements bridge.Sessions. Errors wrap bridge.ErrNotLinked, ErrOffline
// or ErrRateLimited. A phone that WhatsApp said nothing of is an error too:
// never "does not exist".
func (s *Sessions) Lookup(ctx context.Context, line schema.LineID, phones []string) ([]bridge.Contact, error) {
	o, err := s.find(line)
	if err != nil {
		return nil, err
	}
	client := o.up.Load()
	if client == nil {
		if !o.linked.Load() {
			return nil, bridge.ErrNotLinked
		}
		return nil, bridge.ErrOffline
	}
	defer o.watch(client)()
	answers, err := client.IsOnWhatsApp(ctx, phones)
	switch {
	case errors.Is(err, whatsmeow.ErrIQRateOverLimit):
		return nil, fmt.Errorf("%w: %w", bridge.ErrRateLimited, err)
	case err != nil:
		return nil, fmt.Errorf("%w: look up phones: %w", bridge.ErrOffline, err)
	}
	byPhone := make(map[string]types.IsOnWhatsAppResponse, len(answers))
	for _, a := range answers {
		byPhone[digits(a.Query)] = a
		if _, taken := byPhone[a.PhoneNumber.User]; !taken && a.Query == "" {
			byPhone[a.PhoneNumber.User] = a
		}
	}
	contacts := make([]bridge.Contact, len(phones))
	for i, phone := range phones {
		a, ok := byPhone[digits(phone)]
		if !ok {
			return nil, fmt.Errorf("%w: WhatsApp did not answer for one of the phones", bridge.ErrOffline)
		}
		contacts[i] = bridge.Contact{Asked: phone, Exists: a.IsIn}
		if a.IsIn {
			contacts[i].Address = address(ctx, client.Store.LIDs, a.JID, a.PhoneNumber)
		}
	}
	return contacts, nil
}

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}
