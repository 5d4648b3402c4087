package line

import (
	"context"
	"fmt"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/types"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// MarkRead implements bridge.Sessions.
func (s *Sessions) MarkRead(ctx context.Context, line schema.LineID, chat, from string, ids []schema.MessageID) error {
	return s.tell(ctx, line, chat, func(_ *owner, client *whatsmeow.Client, to types.JID) error {
		writer, err := jid(from)
		if err != nil {
			return err
		}
		list := make([]types.MessageID, len(ids))
		for i, id := range ids {
			list[i] = types.MessageID(id)
		}
		return client.MarkRead(ctx, list, time.Now(), to, writer)
	})
}

// Typing implements bridge.Sessions. WhatsApp shows it only of who is there, so the
// line is, for as long as it types.
func (s *Sessions) Typing(ctx context.Context, line schema.LineID, chat string, on bool) error {
	return s.tell(ctx, line, chat, func(o *owner, client *whatsmeow.Client, to types.JID) error {
		if !o.named.Load() {
			return whatsmeow.ErrNoPushName
		}
		if !on {
			if err := client.SendChatPresence(ctx, to, types.ChatPresencePaused, types.ChatPresenceMediaText); err != nil {
				return err
			}
			return client.SendPresence(ctx, types.PresenceUnavailable)
		}
		if err := client.SendPresence(ctx, types.PresenceAvailable); err != nil {
			return err
		}
		return client.SendChatPresence(ctx, to, types.ChatPresenceComposing, types.ChatPresenceMediaText)
	})
}

// tell says something of a chat that nothing answers.
func (s *Sessions) tell(ctx context.Context, line schema.LineID, chat string, say func(*owner, *whatsmeow.Client, types.JID) error) error {
	o, err := s.find(line)
	if err != nil {
		return err
	}
	to, err := jid(chat)
	if err != nil {
		return err
	}
	client := o.up.Load()
	if client == nil {
		if !o.linked.Load() {
			return bridge.ErrNotLinked
		}
		return bridge.ErrOffline
	}
	if err := say(o, client, to); err != nil {
		return fmt.Errorf("%w: %w", bridge.ErrOffline, err)
	}
	return ctx.Err()
}
