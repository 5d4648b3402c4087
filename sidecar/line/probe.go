package line

import (
	"context"
	"errors"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/types"
)

// A network can die without a word: the connection stays open and nothing goes
// through. whatsmeow notices by keepalives, after a minute or more, and waits 75 s
// for an answer. So a send or a question that takes longer than Timing.Ack, and a
// keepalive that was not answered, have it asked at once whether anybody is there:
//
//	no answer -> probe: ping -> answered: nothing, the answer alone was lost
//	                            silence for Timing.Probe: hang up, and dial again
//
// What waits for an answer then ends or is said again by whatsmeow.

type (
	// doubted says that something on a client's connection was not answered.
	doubted struct{ client *whatsmeow.Client }
	probed  struct {
		epoch  int
		silent bool
	}
)

// watch has a client probed if what follows takes long. The caller calls the
// function that it returns when that has ended.
func (o *owner) watch(client *whatsmeow.Client) (done func()) {
	// A little early, so that a send that gives up has been doubted.
	timer := time.AfterFunc(o.s.timing.Ack*9/10, func() { o.post(doubted{client}) })
	return func() { timer.Stop() }
}

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
