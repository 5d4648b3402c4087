package line

import (
	"context"
	"errors"
	"fmt"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/types"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// Groups implements bridge.Sessions. Errors are those of Lookup.
func (s *Sessions) Groups(ctx context.Context, line schema.LineID) ([]schema.Group, error) {
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
	list, err := client.GetJoinedGroups(ctx)
	switch {
	case errors.Is(err, whatsmeow.ErrIQRateOverLimit):
		return nil, fmt.Errorf("%w: %w", bridge.ErrRateLimited, err)
	case err != nil:
		return nil, fmt.Errorf("%w: list groups: %w", bridge.ErrOffline, err)
	}
	groups := make([]schema.Group, len(list))
	for i, g := range list {
		groups[i] = schema.Group{Chat: address(ctx, nil, g.JID, types.EmptyJID), Subject: g.Name, Description: g.Topic, Members: len(g.Participants)}
	}
	return groups, nil
}
