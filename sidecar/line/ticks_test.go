package line

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

func TestAcknowledgementsOfReceipts(t *testing.T) {
	sender := annaLID
	sender.Device = 2
	e := &events.Receipt{MessageSource: types.MessageSource{Chat: annaLID, Sender: sender}, MessageIDs: []string{"A", "B"}, Type: types.ReceiptTypeRead}
	ack, ok := ackOf(e)
	if !ok || ack.Tag != "ack" || ack.Attrs["class"] != "receipt" || ack.Attrs["id"] != "A" || ack.Attrs["to"] != sender || ack.Attrs["type"] != "read" {
		t.Errorf("a read receipt is acknowledged with %v, %t", ack, ok)
	}
	e.Type = types.ReceiptTypeDelivered
	if ack, _ := ackOf(e); ack.Attrs["type"] != nil || ack.Attrs["recipient"] != nil {
		t.Errorf("a delivery receipt is acknowledged with %v", ack)
	}
	e.MessageSender = ownPN
	if ack, _ := ackOf(e); ack.Attrs["recipient"] != ownPN {
		t.Errorf("with a recipient: %v", ack)
	}
	e.IsGroup = true
	if _, ok := ackOf(e); ok {
		t.Error("a group's receipt is acknowledged later")
	}
	e.IsGroup, e.Sender.Device = false, hostedDevice
	if _, ok := ackOf(e); ok {
		t.Error("a hosted device's receipt is acknowledged later")
	}
}

// refusing is an Inbox that takes no receipt.
type refusing struct{ bridge.Inbox }

func (refusing) Receipt(context.Context, bridge.Receipt) error { return errors.New("the disk is full") }

// Receipts of two connections can wait together. Those of the one that is there
// come again only on another.
func TestReceiptsThatAreNotTakenAreOfTheConnectionThatIsThere(t *testing.T) {
	o := newOwner(&Sessions{log: slog.New(slog.DiscardHandler), inbox: refusing{}}, "clinic")
	defer o.cancel()
	o.commitTicks([]tick{{epoch: 1, receipt: bridge.Receipt{IDs: []schema.MessageID{"1"}, Status: schema.StatusRead}}, {epoch: 3}})
	if got, ok := (<-o.mail).(notTaken); !ok || got.epoch != 3 {
		t.Errorf("%+v", got)
	}
}

func TestReceiptsGoTogether(t *testing.T) {
	batch := []tick{}
	for _, r := range []bridge.Receipt{
		{IDs: []schema.MessageID{"1"}, Status: schema.StatusRead},
		{IDs: []schema.MessageID{"2", "3"}, Status: schema.StatusDelivered},
		{IDs: []schema.MessageID{"1"}, Status: schema.StatusDelivered},
		{IDs: []schema.MessageID{"4"}, Status: schema.StatusSent},
	} {
		batch = append(batch, tick{receipt: r})
	}
	got := together(batch)
	want := [][]schema.MessageID{{"4"}, {"2", "3", "1"}, {"1"}}
	if len(got) != len(want) {
		t.Fatalf("%+v", got)
	}
	for i, r := range got {
		if !slices.Equal(r.IDs, want[i]) {
			t.Errorf("%s: %v, not %v", r.Status, r.IDs, want[i])
		}
	}
	if !slices.Equal(batch[1].receipt.IDs, []schema.MessageID{"2", "3"}) {
		t.Error("the batch itself was changed")
	}
}

// timed is an Inbox that notes when how many receipts came, and takes none.
type timed struct {
	bridge.Inbox
	start time.Time
	got   []string
}

func (i *timed) Receipt(_ context.Context, r bridge.Receipt) error {
	i.got = append(i.got, fmt.Sprintf("%d at %s", len(r.IDs), time.Since(i.start)))
	return errors.New("the disk is full")
}

func TestReceiptsOfABurstShareCommits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inbox := &timed{start: time.Now()}
		o := newOwner(&Sessions{log: slog.New(slog.DiscardHandler), inbox: inbox}, "clinic")
		go o.tickLoop()
		come := func(n int) {
			for range n {
				o.ticks <- tick{receipt: bridge.Receipt{IDs: []schema.MessageID{"1"}, Status: schema.StatusDelivered}}
			}
			synctest.Wait()
		}
		come(1)
		time.Sleep(ticksPause / 2)
		come(2)
		time.Sleep(ticksPause / 4)
		come(1)
		time.Sleep(ticksPause / 4)
		come(0)
		time.Sleep(2 * ticksPause) // quiet
		come(1)
		come(ticksMax + 1) // as many as one commit takes do not wait
		time.Sleep(ticksPause)
		o.cancel()
		synctest.Wait()
		want := []string{"1 at 0s", "3 at 10ms", "1 at 30ms", "256 at 30ms", "1 at 40ms"}
		if !slices.Equal(inbox.got, want) {
			t.Errorf("receipts were committed %q, not %q", inbox.got, want)
		}
	})
}
