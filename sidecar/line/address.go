package line

import (
	"context"

	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"

	"github.com/nodeline/nodeline/schema"
)

// address tells who a JID is: phone and LID where known. alt is the other name
// that came with the stanza; where there is none, the store's map is asked.
// A group, or an address that nothing is known of, has its JID only.
func address(ctx context.Context, lids store.LIDStore, jid, alt types.JID) schema.Address {
	jid, alt = jid.ToNonAD(), alt.ToNonAD()
	out := schema.Address{JID: jid.String()}
	if jid.Server != types.DefaultUserServer && jid.Server != types.HiddenUserServer {
		return out
	}
	if alt.IsEmpty() && lids != nil {
		// An error here costs the second name, not the message.
		if jid.Server == types.HiddenUserServer {
			alt, _ = lids.GetPNForLID(ctx, jid)
		} else {
			alt, _ = lids.GetLIDForPN(ctx, jid)
		}
	}
	for _, name := range []types.JID{jid, alt} {
		switch {
		case name.User == "":
		case name.Server == types.DefaultUserServer:
			out.Phone = "+" + name.User
		case name.Server == types.HiddenUserServer:
			out.LID = name.ToNonAD().String()
		}
	}
	return out
}

// phoneOf writes a phone JID as E.164; "" for any other.
func phoneOf(jid types.JID) string {
	if jid.Server != types.DefaultUserServer || jid.User == "" {
		return ""
	}
	return "+" + jid.User
}

// lidOf writes a LID without its device; "" for any other JID.
func lidOf(jid types.JID) string {
	if jid.Server != types.HiddenUserServer || jid.User == "" {
		return ""
	}
	return jid.ToNonAD().String()
}
