package line

import (
	"context"
	"fmt"

	"go.mau.fi/whatsmeow"
	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// unlink logs out where WhatsApp can be reached, and forgets the session anyway.
func (o *owner) unlink(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, o.s.timing.Logout)
	defer cancel()
	if client := o.up.Load(); client != nil {
		if err := logout(ctx, client, o.account.jid); err != nil {
			o.log.Warn("WhatsApp did not confirm the logout", "error", mask(err))
		}
	}
	o.drop()
	if err := o.forget(o.account.jid); err != nil {
		o.again()
		return err
	}
	o.account = account{}
	o.rest(schema.LineUnlinked, "")
	o.board.show(bridge.LinkNews{})
	return nil
}

// logout is the request of Client.Logout, without the Disconnect in it (see drop).
func logout(ctx context.Context, c *whatsmeow.Client, jid string) error {
	id, err := types.ParseJID(jid)
	if err != nil {
		return err
	}
	//lint:ignore SA1019 whatsmeow offers no other way to send an iq of one's own
	_, err = c.DangerousInternals().SendIQ(ctx, whatsmeow.DangerousInfoQuery{
		Namespace: "md",
		Type:      "set",
		To:        types.ServerJID,
		NoRetry:   true,
		Content: []waBinary.Node{{
			Tag:   "remove-companion-device",
			Attrs: waBinary.Attrs{"jid": id, "reason": "user_initiated"},
		}},
	})
	return err
}

// forget deletes an account's keys.
func (o *owner) forget(jid string) error {
	id, err := types.ParseJID(jid)
	if jid == "" || err != nil {
		return nil
	}
	device, err := o.s.devices.GetDevice(o.ctx, id)
	if err == nil && device != nil {
		err = device.Delete(o.ctx)
	}
	if err != nil {
		return fmt.Errorf("delete session: %w", err)
	}
	return nil
}
