package sandbox_test

import (
	"context"
	"testing"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"

	"github.com/nodeline/nodeline/internal/wait"
	"github.com/nodeline/nodeline/sidecar/sandbox"
	"github.com/nodeline/nodeline/sidecar/sandbox/chat"
)

func strike(t testing.TB, network *sandbox.Network, f sandbox.Fault) {
	t.Helper()
	if _, err := network.AddFault(f); err != nil {
		t.Fatal(err)
	}
}

// The ack is lost and the same id is sent again: two ciphertexts, one bubble.
func TestRepeatedIDIsDropped(t *testing.T) {
	network, line, _ := linked(t)
	const id = "3EB0AABBCCDDEEFF001122"
	hello := &waE2E.Message{Conversation: proto.String("один раз")}
	strike(t, network, sandbox.Fault{Way: sandbox.Down, Tag: "ack", Class: "message", Do: sandbox.FaultDrop, Times: 1})
	if _, err := line.SendMessage(context.Background(), jid(anna), hello, whatsmeow.SendRequestExtra{ID: id, Timeout: 300 * time.Millisecond}); err == nil {
		t.Fatal("the ack was not lost")
	}
	if _, err := line.SendMessage(context.Background(), jid(anna), hello, whatsmeow.SendRequestExtra{ID: id}); err != nil {
		t.Fatal(err)
	}
	wait.Until(t, "repeat", func() bool { return network.Phone(anna).Info().Repeats == 1 })
	if m := network.Phone(anna).Messages(owner); len(m) != 1 {
		t.Errorf("customer sees %+v", m)
	}
	// The owner's phone gets its copy twice as well.
	wait.Until(t, "repeats", func() bool { return network.Stats().Repeats == 2 })
}

// The connection ends after the server took the message: the client sends the
// very same bytes again.
func TestCutBeforeTheAck(t *testing.T) {
	network, line, _ := linked(t)
	if _, err := line.text(anna, "для начала"); err != nil {
		t.Fatal(err)
	}
	strike(t, network, sandbox.Fault{Way: sandbox.Up, Tag: "message", Do: sandbox.FaultCutAfter, Times: 1})
	if _, err := line.text(anna, "ещё раз"); err != nil {
		t.Fatal(err)
	}
	wait.Until(t, "repeat", func() bool { return network.Phone(anna).Info().Repeats == 1 })
	if m := network.Phone(anna).Messages(owner); len(m) != 2 {
		t.Errorf("customer sees %+v", m)
	}
}

func TestCutBeforeTheMessage(t *testing.T) {
	network, line, _ := linked(t)
	strike(t, network, sandbox.Fault{Way: sandbox.Up, Tag: "message", Do: sandbox.FaultCutBefore, Times: 1})
	if _, err := line.text(anna, "дойдёт"); err != nil {
		t.Fatal(err)
	}
	shown(t, network.Phone(anna), says("дойдёт"))
	if s := network.Stats(); s.Repeats != 0 {
		t.Errorf("%d repeats", s.Repeats)
	}
}

func TestLostOnTheWayDown(t *testing.T) {
	network, line, device := linked(t)
	strike(t, network, sandbox.Fault{Way: sandbox.Down, Tag: "message", Do: sandbox.FaultDrop, Times: 1})
	if _, err := network.Phone(anna).Text(owner, "потерялось"); err != nil {
		t.Fatal(err)
	}
	network.Kick(owner, device)
	line.awaitText("потерялось")
}

func TestDelayedAck(t *testing.T) {
	network, line, _ := linked(t)
	strike(t, network, sandbox.Fault{Way: sandbox.Down, Tag: "ack", Class: "message", Do: sandbox.FaultDelay, DelayMS: 150, Times: 1})
	start := time.Now()
	if _, err := line.text(anna, "не спеша"); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(start); took < 150*time.Millisecond {
		t.Errorf("acknowledged after %v", took)
	}
}

func TestRefusedByFault(t *testing.T) {
	network, line, _ := linked(t)
	strike(t, network, sandbox.Fault{Way: sandbox.Up, Tag: "iq", XMLNS: "usync", Do: sandbox.FaultRefuse, Code: 429, Times: 1})
	if _, err := line.IsOnWhatsApp(context.Background(), []string{anna}); err == nil {
		t.Error("not refused")
	}
	if _, err := line.IsOnWhatsApp(context.Background(), []string{anna}); err != nil {
		t.Error(err)
	}
	if f := network.Faults(); len(f) != 1 || f[0].Hits != 1 {
		t.Errorf("faults %+v", f)
	}
	network.ClearFaults()
	if f := network.Faults(); len(f) != 0 {
		t.Errorf("faults %+v", f)
	}
}

func TestSameStanzaTwice(t *testing.T) {
	network, line, _ := linked(t)
	strike(t, network, sandbox.Fault{Way: sandbox.Down, Tag: "message", Do: sandbox.FaultDuplicate, Times: 1})
	if _, err := network.Phone(anna).Text(owner, "дважды"); err != nil {
		t.Fatal(err)
	}
	line.awaitText("дважды")
	if _, err := network.Phone(anna).Text(owner, "конец"); err != nil {
		t.Fatal(err)
	}
	line.awaitText("конец")
	if n := count(line, func(e *events.Message) bool { return textOf(e) == "дважды" }); n != 0 {
		t.Errorf("%d more copies", n)
	}
}

// The client cannot read a message and asks the phone for another copy.
func TestPhoneSendsAgain(t *testing.T) {
	network, line, _ := linked(t)
	strike(t, network, sandbox.Fault{Way: sandbox.Down, Tag: "message", Do: sandbox.FaultGarble, Times: 2})
	if _, err := network.Phone(anna).Text(owner, "повторите"); err != nil {
		t.Fatal(err)
	}
	await[*events.UndecryptableMessage](line, "unreadable message", nil)
	if e := line.awaitText("повторите"); e.RetryCount != 2 {
		t.Errorf("came at retry %d", e.RetryCount)
	}
	if _, err := network.Phone(anna).Text(owner, "дальше"); err != nil {
		t.Fatal(err)
	}
	line.awaitText("дальше")
}

// A message that was sealed well is not spoilt on its second way: a client that
// read it and did not acknowledge would take it for one that it has dealt with.
func TestWhatIsDeliveredAgainIsNotGarbled(t *testing.T) {
	network, line, device := linked(t)
	strike(t, network, sandbox.Fault{Way: sandbox.Down, Tag: "message", Do: sandbox.FaultDrop, Times: 1})
	if _, err := network.Phone(anna).Text(owner, "ещё раз"); err != nil {
		t.Fatal(err)
	}
	strike(t, network, sandbox.Fault{Way: sandbox.Down, Tag: "message", Do: sandbox.FaultGarble})
	network.Kick(owner, device)
	if e := line.awaitText("ещё раз"); e.RetryCount != 0 {
		t.Errorf("came at retry %d", e.RetryCount)
	}
}

// The phone cannot read a message and asks the client for another copy.
func TestPhoneAsksAgain(t *testing.T) {
	network, line, _ := linked(t)
	if _, err := line.text(anna, "сессия есть"); err != nil {
		t.Fatal(err)
	}
	shown(t, network.Phone(anna), says("сессия есть"))
	strike(t, network, sandbox.Fault{Way: sandbox.Up, Tag: "message", Do: sandbox.FaultGarble, Times: 2})
	sent, err := line.text(anna, "не разобрать")
	if err != nil {
		t.Fatal(err)
	}
	got := shown(t, network.Phone(anna), says("не разобрать"))
	if got.ID != sent.ID || got.Kind != chat.KindText || !got.Visible {
		t.Errorf("customer sees %+v", got)
	}
	await(line, "delivery", func(e *events.Receipt) bool { return e.MessageIDs[0] == sent.ID && e.Type == "" })
	if n := network.Phone(anna).Info(); len(n.Chats) != 1 || n.Chats[0].Unread != 2 {
		t.Errorf("chats %+v", n.Chats)
	}
}
