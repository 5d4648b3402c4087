package line

import (
	"context"
	"errors"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/types"
)

// A network can die without a word: the connection stays open and nothing goes
// through. whatsmeow notices by keepalives, after a minute or more. A send or a
// keepalive that got no answer asks at once whether anybody is there:
//
//	no answer -> probe: ping -> answered: nothing, the answer alone was lost
//	                            silence for Timing.Probe: hang up, and dial again

type (
	// doubted says that something on a client's connection was not answered.
	doubted struct{ client *whatsmeow.Client }
	probed  struct {
		epoch  int
		silent bool
	}
)

// probe asks WhatsApp for a sign of life, unless a probe is under way.
func (o *owner) probe() {
	client, epoch := o.client, o.epoch
	if client == nil || o.probing == epoch {
		return
	}
	o.probing = epoch
	o.ended.Go(func() {
		ctx, cancel := context.WithTimeout(o.ctx, o.s.timing.Probe)
		defer cancel()
		//lint:ignore SA1019 whatsmeow offers no other way to ping
		_, err := client.DangerousInternals().SendIQ(ctx, whatsmeow.DangerousInfoQuery{
			Namespace: "w:p", Type: "get", To: types.ServerJID, NoRetry: true,
		})
		// Any other error is of a connection that has ended by itself.
		o.post(probed{epoch, errors.Is(err, context.DeadlineExceeded)})
	})
}

func (o *owner) probed(silent bool) {
	o.probing = 0
	if silent && o.up.Load() != nil {
		o.log.Warn("WhatsApp does not answer, connecting again")
		o.cut()
	}
}
