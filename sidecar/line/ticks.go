package line

import (
	"context"
	"fmt"
	"time"

	"go.mau.fi/whatsmeow"
	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types/events"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// whatsmeow hands over one stanza at a time and waits. A commit for every
// receipt would hold up the messages behind them: after a burst of sends a tap
// would wait for all their ticks. So receipts are queued, committed together
// and acknowledged here:
//
//	handle -> queue (false: whatsmeow does not acknowledge) -> tickLoop -> Inbox, once for all that wait
//	                                                              nil: acknowledged to the server, each
//	                                                              error: none; the owner reconnects

// ticksMax is how many receipts share a commit, and how many may wait for one.
const ticksMax = 256

// ticksPause is from one commit of receipts to the next, at the least. The first
// after a quiet moment is committed at once; in a burst of sends one commit for
// each receipt would hold up the commits that a send waits for.
const ticksPause = 10 * time.Millisecond

// tick is a receipt and what acknowledges it.
type tick struct {
	epoch   int
	client  *whatsmeow.Client
	receipt bridge.Receipt
	ack     waBinary.Node
}

// queueTick takes a receipt that can be acknowledged later; false: it must be
// committed now. It waits while the queue is full.
func (o *owner) queueTick(c *whatsmeow.Client, epoch int, r bridge.Receipt, e *events.Receipt) bool {
	ack, ok := ackOf(e)
	if !ok {
		return false
	}
	select {
	case o.ticks <- tick{epoch, c, r, ack}:
	case <-o.ctx.Done():
	}
	return true
}

// hostedDevice is the number of devices whose stanzas whatsmeow renames.
const hostedDevice = 99

// ackOf builds the acknowledgement that whatsmeow would send (its receipt.go).
// ok is false where the event does not tell enough: several receipts in one
// stanza, as groups have, and hosted devices.
func ackOf(e *events.Receipt) (ack waBinary.Node, ok bool) {
	if e.IsGroup || e.Sender.Device == hostedDevice || len(e.MessageIDs) == 0 {
		return ack, false
	}
	attrs := waBinary.Attrs{"class": "receipt", "id": e.MessageIDs[0], "to": e.Sender}
	if e.Type != "" {
		attrs["type"] = string(e.Type)
	}
	if !e.MessageSender.IsEmpty() {
		attrs["recipient"] = e.MessageSender
	}
	return waBinary.Node{Tag: "ack", Attrs: attrs}, true
}

func (o *owner) tickLoop() {
	var next time.Time
	for {
		select {
		case t := <-o.ticks:
			o.commitTicks(o.gather(t, time.Until(next)))
			next = time.Now().Add(ticksPause)
		case <-o.ctx.Done():
			return
		}
	}
}

// gather takes what waits behind the first, and what comes for a while.
func (o *owner) gather(first tick, d time.Duration) []tick {
	batch, end := []tick{first}, time.NewTimer(d)
	defer end.Stop()
	for waits := true; len(batch) < ticksMax; {
		select {
		case t := <-o.ticks:
			batch = append(batch, t)
			continue
		default:
		}
		if !waits {
			break
		}
		select {
		case t := <-o.ticks:
			batch = append(batch, t)
		case <-end.C:
			waits = false
		case <-o.ctx.Done():
			return batch
		}
	}
	return batch
}

func (o *owner) commitTicks(batch []tick) {
	err := guard(func() error {
		for _, r := range together(batch) {
			if err := o.s.inbox.Receipt(o.ctx, r); err != nil {
				return fmt.Errorf("receipt: %w", err)
			}
		}
		return nil
	})
	if err != nil {
		// The newest is of the connection that is there, if any is.
		o.post(notTaken{batch[len(batch)-1].epoch, err})
		return
	}
	o.refused.Store(0)
	for _, t := range batch {
		// An error: the connection is gone, and the receipt comes once more.
		//lint:ignore SA1019 whatsmeow offers no other way to acknowledge later
		_ = t.client.DangerousInternals().SendNode(o.ctx, t.ack)
	}
}

// together makes one receipt of all with the same status, in the order of status.
func together(batch []tick) (out []bridge.Receipt) {
	for _, status := range []schema.MessageStatus{schema.StatusSent, schema.StatusDelivered, schema.StatusRead, schema.StatusPlayed} {
		var all bridge.Receipt
		for _, t := range batch {
			if t.receipt.Status != status {
				continue
			}
			ids := append(all.IDs, t.receipt.IDs...)
			all = t.receipt
			all.IDs = ids
		}
		if len(all.IDs) > 0 {
			out = append(out, all)
		}
	}
	return out
}

// commitReceipt commits one receipt at once.
func (o *owner) commitReceipt(epoch int, r bridge.Receipt) bool {
	return o.commit(epoch, func(ctx context.Context) error { return o.s.inbox.Receipt(ctx, r) })
}
