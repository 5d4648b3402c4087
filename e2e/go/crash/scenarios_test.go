// Package crash_test ends the sidecar at every point at which it can end, and
// looks whether anything was lost or doubled.
//
// Everything is real (SQLite files, bridge, deliver, whatsmeow unchanged, the
// sandbox network with its phones) and in one process. Between the parts stand
// doors that count: both sides of every commit of both databases, four places of
// every send, both sides of everything that is pushed to a host. A life that
// comes to its point writes, sends and pushes nothing more; the next one opens
// the same files, and the host repeats its calls with the same keys.
//
//	a life that ends at no point ── the points that it passed ──┐
//	      ┌─────────────────────────────────────────────────────┘
//	for each: a life that ends there ─ a life that finishes ─ judge: phones and host
//	      └── points that were not known ── more to do
package crash_test

import (
	"fmt"
	"os"
	"slices"
	"testing"

	"github.com/nodeline/nodeline/e2e/go/cast"
	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/sandbox"
	"github.com/nodeline/nodeline/sidecar/sandbox/chat"
)

// network is one for all tests: a process trusts one network. Each run has phones
// of its own.
var network *sandbox.Network

func TestMain(m *testing.M) {
	var err error
	if network, err = sandbox.Listen(sandbox.Config{Empty: true}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	rules := network.Rules()
	rules.QueryRate = false // every run has a customer of its own to ask for
	if err := network.SetRules(rules); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	network.Close()
	os.Exit(code)
}

func addPhone(t testing.TB, name string) *sandbox.Phone {
	t.Helper()
	return cast.Phone(t, network, name)
}

// Points that every story with a sent message must have been ended at.
var sending = []string{"before new message", "after new message", "before contact", "after contact",
	"before message queued", "after message queued", "text leaving", "text lost", "text taken", "text answered",
	"before event message.status + message sent, settled", "after event message.status + message sent, settled",
	"before session sessions", "after session sessions", "event leaving", "event pushed"}

var scenarios = []scenario{
	{name: "text", least: 36, needs: sending,
		play: func(r *run) error {
			if err := r.text("m"); err != nil {
				return err
			}
			_, err := r.shown("m")
			return err
		}},
	{name: "two texts in one chat", least: 46, needs: sending,
		play: func(r *run) error { return r.both("m1", "m2") }},
	{name: "native buttons that are refused", least: 36, refuse: always,
		needs: []string{"before message queued", "after message queued", "native leaving", "native lost", "native answered",
			"before message queued as numbered", "after message queued as numbered", "numbered leaving", "numbered lost", "numbered taken", "numbered answered"},
		play: func(r *run) error { return r.refusedButtons(chat.KindText) }},
	{name: "native buttons that are refused when they are repeated", least: 36, refuse: later,
		needs: []string{"before message queued", "after message queued", "native leaving", "native lost", "native taken", "native answered",
			"before event message.status + message sent, settled", "after event message.status + message sent, settled"},
		play: func(r *run) error { return r.refusedButtons("") }},
	{name: "ask answered by a tap", least: 56, needs: asking,
		play: func(r *run) error {
			if err := r.ask("q", schema.RenderNative, 0); err != nil {
				return err
			}
			m, err := r.shown("q")
			if err != nil {
				return err
			}
			err = r.once("tap", func() error {
				id, err := r.customer.Tap(r.h.owner.Number(), m.ID, "no")
				r.inbound = append(r.inbound, id)
				return err
			})
			if err != nil {
				return err
			}
			return r.outcome("q", schema.OutcomeButton)
		}},
	{name: "ask answered by its number", least: 56, needs: asking,
		play: func(r *run) error {
			return r.answeredBy(schema.Reply{Host: flows, Node: "n1"})
		}},
	{name: "ask that nobody answers", least: 46, lanes: 12,
		needs: []string{"before new ask + new message", "after new ask + new message", "delivery leaving", "delivery pushed", "before acknowledged", "after acknowledged",
			"before ask no_answer + delivery", "after ask no_answer + delivery"},
		play: func(r *run) error {
			if err := r.ask("q", schema.RenderAuto, 1); err != nil {
				return err
			}
			return r.outcome("q", schema.OutcomeNoAnswer)
		}},
	{name: "ask that is cancelled", least: 46,
		needs: []string{"before ask cancelled + delivery", "after ask cancelled + delivery", "delivery leaving", "delivery pushed", "before acknowledged", "after acknowledged"},
		play: func(r *run) error {
			if err := r.ask("q", schema.RenderAuto, 0); err != nil {
				return err
			}
			if _, err := r.shown("q"); err != nil {
				return err
			}
			if err := r.cancel("q"); err != nil {
				return err
			}
			return r.outcome("q", schema.OutcomeCancelled)
		}},
	{name: "ask whose outcome goes to a URL", least: 46, needs: []string{"post arrived", "post taken", "before delivered", "after delivered"},
		play: func(r *run) error {
			reply := schema.Reply{Host: flows, URL: r.h.host.server.URL + "/webhook-waiting/1", Mode: schema.ReplyN8N}
			return r.answeredBy(reply)
		}},
	{name: "webhook", least: 56, hook: true, needs: []string{"post arrived", "post taken", "before webhook", "after webhook",
		"before delivered + webhook", "after delivered + webhook"},
		play: func(r *run) error { return r.answeredBy(schema.Reply{Host: hooked}) }},
	{name: "text that is cancelled", least: 16, needs: []string{"before event line.state + line connected", "after event line.state + line connected",
		"before event message.status + message failed, settled", "after event message.status + message failed, settled"},
		play: func(r *run) error {
			if err := r.held("m", 0); err != nil {
				return err
			}
			res, err := r.l.MessageCancel(r.ctx, admin, schema.MessageCancelRequest{Line: clinic, Key: r.key("m")})
			if err := r.answered(res, err); err != nil {
				return err
			}
			return r.resume()
		}},
	{name: "text that expires", least: 16, lanes: 8, needs: []string{"before event message.status + message failed, settled", "after event message.status + message failed, settled"},
		play: func(r *run) error {
			if err := r.held("m", 1); err != nil {
				return err
			}
			if err := r.status("m", schema.StatusFailed); err != nil {
				return err
			}
			return r.resume()
		}},
	{name: "ask with a reminder", least: 66, lanes: 10, needs: []string{"numbered taken", "text leaving", "text lost", "text taken", "text answered"},
		play: func(r *run) error { return r.reminded() }},
	{name: "incoming message", least: 15,
		needs: []string{"before event message.incoming", "after event message.incoming", "event leaving", "event pushed"},
		play:  func(r *run) error { return r.writes("Здравствуйте") }},
	{name: "receipts", least: 36,
		needs: []string{"before event message.status + message delivered, settled", "after event message.status + message delivered, settled",
			"before event message.status + message read, settled", "after event message.status + message read, settled"},
		play: func(r *run) error {
			if err := r.text("m"); err != nil {
				return err
			}
			if _, err := r.shown("m"); err != nil {
				return err
			}
			if err := r.once("read", func() error { return r.customer.Read(r.h.owner.Number()) }); err != nil {
				return err
			}
			return r.status("m", schema.StatusRead)
		}},
	{name: "text that no phone confirms for long", least: 36, lanes: 8,
		needs: []string{"before event message.undelivered + message sent, settled", "after event message.undelivered + message sent, settled",
			"before event message.status + message delivered, settled", "after event message.status + message delivered, settled"},
		play: func(r *run) error { return r.unconfirmed() }},
}

var asking = []string{"before new ask + new message", "after new ask + new message", "delivery leaving", "delivery pushed",
	"before acknowledged", "after acknowledged", "event leaving", "event pushed"}

func TestEveryPoint(t *testing.T) {
	for _, s := range slices.Concat(scenarios, operations) {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			s.explore(t)
		})
	}
}
