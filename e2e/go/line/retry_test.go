package line_test

import (
	"fmt"
	"testing"

	"github.com/nodeline/nodeline/internal/wait"
	"github.com/nodeline/nodeline/sidecar/sandbox"
	"github.com/nodeline/nodeline/sidecar/store"
)

// Chaos, seed 1: a message was told delivered and did not show. whatsmeow seals
// the answer to a retry receipt beside the next message, both under one place of
// the ratchet, and a phone takes the second for a copy of the first.
func TestARetryAndTheNextMessageDoNotTakeOnePlace(t *testing.T) {
	r, owner, customer, _, _ := pair(t)
	r.send(customer, text("hello"))
	fault(t, sandbox.Fault{Way: sandbox.Up, Tag: "message", Fresh: true, Do: sandbox.FaultGarble, Chance: 0.9})
	const count = 400
	for i := range count {
		r.send(customer, text(fmt.Sprintf("message %d", i)))
	}
	network.ClearFaults()
	for i := range count {
		body := fmt.Sprintf("message %d", i)
		shown(t, customer, body, says(body))
		if n := copies(customer, owner, body); n != 1 {
			t.Errorf("%q shows %d times", body, n)
		}
	}
}

// whatsmeow leaves out a device that it cannot seal a message for and sends it to
// the others: WhatsApp takes it, and the customer never sees it. For the
// customer's own phone that is a send that has failed.
func TestAMessageThatCannotBeSealedForTheCustomersPhoneIsNotSent(t *testing.T) {
	r, owner, customer, _, _ := pair(t)
	fault(t, sandbox.Fault{Way: sandbox.Up, Tag: "iq", XMLNS: "encrypt", Do: sandbox.FaultRefuse, Code: 500, Times: 1})
	out := r.outgoing(customer, text("first contact"))
	failed := r.notSent(out)
	if !failed.Certain || !failed.Retry {
		t.Errorf("the send ended with %+v", failed)
	}
	r.goes(out)
	shown(t, customer, "the message", says("first contact"))
	if n := copies(customer, owner, "first contact"); n != 1 {
		t.Errorf("it shows %d times", n)
	}
}

// Chaos, seed 71: the copy that answers a retry receipt did not arrive, and
// nobody noticed: the customer's phone waits for it for ever.
func TestACopyThatDoesNotArriveIsSentAgain(t *testing.T) {
	for name, f := range map[string]sandbox.Fault{
		"refused": {Way: sandbox.Up, Tag: "message", Do: sandbox.FaultRefuse, Code: 503, Times: 2},
		// Chaos, seed 503: the copy alone was refused; the message stayed sent and unseen.
		"invalid": {Way: sandbox.Up, Tag: "message", Do: sandbox.FaultRefuse, Code: 479, Times: 2},
		"lost":    {Way: sandbox.Up, Tag: "message", Do: sandbox.FaultDrop, Times: 1},
		"cut":     {Way: sandbox.Up, Tag: "message", Do: sandbox.FaultCutBefore, Times: 1},
	} {
		t.Run(name, func(t *testing.T) {
			r, owner, customer, _, _ := pair(t)
			r.send(customer, text("hello"))
			out := r.faulty(customer, text("copied"), garbled)
			f.StanzaID = string(out.ID)
			fault(t, f)
			r.goes(out)
			shown(t, customer, "the copy", says("copied"))
			if n := copies(customer, owner, "copied"); n != 1 {
				t.Errorf("it shows %d times", n)
			}
		})
	}
}

// Chaos, seed 100: two phones could not read a message, the customer's and the
// account's own. whatsmeow knows WhatsApp's word by the message's id alone: the
// word on the one's copy was taken for the word on the other's, which was lost.
func TestCopiesForTwoPhonesHaveTheirOwnWords(t *testing.T) {
	r, owner, customer, _, _ := pair(t)
	r.send(customer, text("hello"))
	out := r.faulty(customer, text("copied"), garbled) // for both
	id := string(out.ID)
	fault(t, sandbox.Fault{Way: sandbox.Down, Tag: "ack", Class: "message", StanzaID: id, Do: sandbox.FaultDelay, DelayMS: 300, After: 1})
	fault(t, sandbox.Fault{Way: sandbox.Up, Tag: "message", StanzaID: id, Do: sandbox.FaultDrop, After: 1, Times: 1}) // the second copy
	r.goes(out)
	shown(t, customer, "the customer's copy", says("copied"))
	shown(t, owner, "the own phone's copy", func(m sandbox.Message) bool { return m.Body == "copied" && m.FromMe })
}

// Chaos, seed 100: WhatsApp took a message, the connection was cut, whatsmeow
// repeated it by itself, and the repeat was refused. That says nothing of the first.
func TestARefusedRepeatIsNotCertain(t *testing.T) {
	r, _, customer, _, _ := pair(t)
	r.send(customer, text("hello"))
	out := r.faulty(customer, text("twice"), cutAfter)
	fault(t, sandbox.Fault{Way: sandbox.Up, Tag: "message", StanzaID: string(out.ID), Do: sandbox.FaultRefuse, Code: 479, Times: 1})
	failed := r.notSent(out)
	if failed.Certain || failed.Server != 479 {
		t.Errorf("the send ended with %+v", failed)
	}
	shown(t, customer, "the message", says("twice"))
}

// Chaos, seed 102: a message could not be read, and while the line asked for it
// again the customer's LID changed: the request was to nobody, and the message lost.
func TestAMessageIsAskedForAgainThoughItsSendersLIDHasChanged(t *testing.T) {
	r, owner, customer, _, _ := pair(t)
	if _, err := customer.Text(owner.Number(), "before"); err != nil {
		t.Fatal(err)
	}
	r.inbox.text(t, "before")
	owner.SetOnline(false) // it is asked too
	defer owner.SetOnline(true)
	fault(t, sandbox.Fault{Way: sandbox.Up, Tag: "receipt", Type: "retry", Phone: owner.Number(), Do: sandbox.FaultDelay, DelayMS: 500, Times: 1})
	fault(t, sandbox.Fault{Way: sandbox.Down, Tag: "message", Phone: owner.Number(), Do: sandbox.FaultGarble, Times: 1})
	if _, err := customer.Text(owner.Number(), "unreadable"); err != nil {
		t.Fatal(err)
	}
	wait.Until(t, "the request for another copy", func() bool { return network.Faults()[0].Hits > 0 })
	was := customer.LID()
	fault(t, sandbox.Fault{Way: sandbox.Account, Phone: customer.Number(), Do: sandbox.FaultNewLID})
	if customer.LID() == was {
		t.Fatal("the LID has not changed")
	}
	r.inbox.text(t, "unreadable")
	if n := r.inbox.count("unreadable"); n != 1 {
		t.Errorf("it came %d times", n)
	}
}

// The same the other way: the customer's phone asks for a copy under a LID that
// is not its own any more when it is answered, or was not yet when the message went.
func TestACopyFollowsACustomerWhoseLIDHasChanged(t *testing.T) {
	lid := func(p *sandbox.Phone) {
		fault(t, sandbox.Fault{Way: sandbox.Account, Phone: p.Number(), Do: sandbox.FaultNewLID})
	}
	t.Run("before it asks", func(t *testing.T) {
		r, _, customer, _, _ := pair(t)
		r.send(customer, text("hello"))
		shown(t, customer, "the greeting", says("hello"))
		customer.SetOnline(false)
		r.goes(r.faulty(customer, text("followed"), garbled))
		lid(customer)
		customer.SetOnline(true)
		shown(t, customer, "the copy", says("followed"))
	})
	t.Run("before it is answered", func(t *testing.T) {
		r, owner, customer, _, session := pair(t)
		r.send(customer, text("hello"))
		shown(t, customer, "the greeting", says("hello"))
		fault(t, sandbox.Fault{Way: sandbox.Down, Tag: "receipt", Type: "retry", Phone: owner.Number(), Do: sandbox.FaultDrop})
		r.goes(r.faulty(customer, text("followed"), garbled))
		wait.Until(t, "the requests for other copies", func() bool { return network.Faults()[0].Hits == 2 })
		r.stop()
		network.ClearFaults()
		lid(customer)
		again := rigOn(t, r.dir, timing())
		again.inbox.sent = r.inbox.sent
		if err := again.Start(north, session.Account); err != nil {
			t.Fatal(err)
		}
		shown(t, customer, "the copy", says("followed"))
	})
}

// Chaos, seed 100: the disk was full while the customer's phone asked for a copy,
// which it does once. It may stay full for longer than a copy is tried otherwise.
func TestACopyOutlivesAFullDisk(t *testing.T) {
	r, owner, customer, _, _ := pair(t)
	r.send(customer, text("hello"))
	shown(t, customer, "the greeting", says("hello"))
	db, err := store.OpenSessions(r.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	do := func(statement string) {
		t.Helper()
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	customer.SetOnline(false)
	owner.SetOnline(false)
	r.goes(r.faulty(customer, text("copied"), garbled))
	for _, what := range []string{"insert", "update"} {
		do("create trigger full_" + what + " before " + what + " on whatsmeow_sessions begin select raise(abort, 'full'); end")
	}
	fault(t, sandbox.Fault{Way: sandbox.Up, Tag: "iq", XMLNS: "encrypt", Do: sandbox.FaultDelay, DelayMS: 1}) // counts
	customer.SetOnline(true)
	wait.Until(t, "tries", func() bool { return network.Faults()[1].Hits >= 8 })
	do("drop trigger full_insert")
	do("drop trigger full_update")
	shown(t, customer, "the copy", says("copied"))
	if n := copies(customer, owner, "copied"); n != 1 {
		t.Errorf("it shows %d times", n)
	}
}
