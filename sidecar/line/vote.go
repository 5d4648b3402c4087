package line

import (
	"context"
	"fmt"
	"strings"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"github.com/nodeline/nodeline/sidecar/bridge"
)

// readVote opens a vote. It is sealed with the poll's secret and the voter's address:
// where the voter used the one of the two that the message did not come from,
// whatsmeow's first try fails ("message authentication failed"), and the other name is
// tried. What stays sealed is unreadable, and never dropped. An error is the session
// database's: the vote is not acknowledged then, and comes again.
func readVote(ctx context.Context, c *whatsmeow.Client, e *events.Message) (bridge.Vote, error) {
	for _, voter := range voters(ctx, c, e.Info) {
		as := *e
		as.Info.Sender = voter
		vote, err := c.DecryptPollVote(ctx, &as)
		switch {
		case err == nil:
			return bridge.Vote{Chosen: vote.GetSelectedOptions()}, nil
		case strings.HasPrefix(err.Error(), "failed to decrypt poll vote: failed to get original message secret key"):
			return bridge.Vote{}, fmt.Errorf("read vote: %w", err)
		}
	}
	return bridge.Vote{Unreadable: true}, nil
}

// voters are the addresses that the one who voted may have used.
func voters(ctx context.Context, c *whatsmeow.Client, info types.MessageInfo) []types.JID {
	list := []types.JID{info.Sender}
	alt := info.SenderAlt
	if alt.IsEmpty() {
		// An error here costs the second try, not the vote.
		switch info.Sender.Server {
		case types.HiddenUserServer:
			alt, _ = c.Store.LIDs.GetPNForLID(ctx, info.Sender)
		case types.DefaultUserServer:
			alt, _ = c.Store.LIDs.GetLIDForPN(ctx, info.Sender)
		}
	}
	if !alt.IsEmpty() {
		list = append(list, alt)
	}
	return list
}
