package line

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// readVote opens a vote. It is sealed with the poll's secret and the voter's address:
// where the voter used the one of the two that the message did not come from,
// whatsmeow's first try fails ("message authentication failed"), and the other name is
// tried. What stays sealed is unreadable, and never dropped. An error is the session
// database's: the vote is not acknowledged then, and comes again.
func (o *owner) readVote(c *whatsmeow.Client, e *events.Message) (bridge.Vote, error) {
	for _, voter := range voters(o.ctx, c, e.Info) {
		as := *e
		as.Info.Sender = voter
		vote, err := c.DecryptPollVote(o.ctx, &as)
		if errors.Is(err, whatsmeow.ErrOriginalMessageSecretNotFound) && o.recallSecret(c, e) {
			vote, err = c.DecryptPollVote(o.ctx, &as)
		}
		switch {
		case err == nil:
			return bridge.Vote{Chosen: vote.GetSelectedOptions()}, nil
		case strings.HasPrefix(err.Error(), "failed to decrypt poll vote: failed to get original message secret key"):
			return bridge.Vote{}, fmt.Errorf("read vote: %w", err)
		}
	}
	return bridge.Vote{Unreadable: true}, nil
}

// recallSecret gives whatsmeow back the secret of a poll that was sent before the line
// was linked anew: it keeps secrets by device. False: the poll is not in the outbox.
func (o *owner) recallSecret(c *whatsmeow.Client, e *events.Message) bool {
	id := e.Message.GetPollUpdateMessage().GetPollCreationMessageKey().GetID()
	payload, _, err := o.s.inbox.Recall(o.ctx, o.id, schema.MessageID(id))
	poll := &waE2E.Message{}
	if err != nil || payload == nil || proto.Unmarshal(payload, poll) != nil {
		return false
	}
	secret := poll.GetMessageContextInfo().GetMessageSecret()
	if len(secret) == 0 {
		return false
	}
	err = c.Store.MsgSecrets.PutMessageSecret(o.ctx, e.Info.Chat, c.Store.GetLID(), id, secret)
	if err != nil {
		o.log.Warn("secret of a poll not kept", "id", id, "error", mask(err))
	}
	return err == nil
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
