package crash_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nodeline/nodeline/internal/wait"
	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
	"github.com/nodeline/nodeline/sidecar/sandbox"
	"github.com/nodeline/nodeline/sidecar/sandbox/chat"
)

// patience is how long a life of a run may take, and every wait in it. All scenarios
// begin at once: a few dozen lines are linked and make 812 keys each, beside the other
// packages' tests.
const patience = 90 * time.Second

// run is one story told to its end, in as many lives as it takes. What people do
// they do once; what the host calls it calls again in a life after a crash.
type run struct {
	t        testing.TB
	h        *house
	id       string
	customer *sandbox.Phone
	l        *life // the present one
	ctx      context.Context
	done     map[string]bool
	sent     []message
	inbound  []string
	uploaded map[string]schema.MediaID // files that the host brought, as it was told
	looks    []func() error            // what the customer must see beside the messages
}

// message is one that the customer must see once, in this order.
type message struct {
	key   schema.Key
	mark  string    // a text that is in this message and no other
	maybe bool      // it can be taken back before it went
	never bool      // it is taken back before it can go
	gone  bool      // it is deleted once it is there
	quiet bool      // it changes another message, and is none itself
	kind  chat.Kind // how the customer must see it; "": in any way
	file  []byte    // what it holds, nil for none
}

func newRun(t testing.TB, h *house, id string) *run {
	r := &run{t: t, h: h, id: id, customer: addPhone(t, "Анна"), done: map[string]bool{}, uploaded: map[string]schema.MediaID{}}
	// Every other customer writes by number, as older phones do, and not by LID.
	digits := r.customer.Number()
	r.customer.UseNumbers(digits[len(digits)-1]%2 == 1)
	return r
}

// tell tells the story in one life, and judges where it ended well. The error is
// errOver if the life ended first.
func (r *run) tell(l *life, play func(*run) error) error {
	ctx, cancel := context.WithTimeout(l.ctx, patience)
	defer cancel()
	r.l, r.ctx = l, ctx
	err := play(r)
	if err == nil {
		err = r.quiet()
	}
	if l.fate.ended() {
		return errOver
	}
	if err != nil {
		return err
	}
	// What follows is the judge's and no part of the story.
	if l.fate.look(); l.fate.ended() {
		return errOver
	}
	r.judge()
	return nil
}

func (r *run) key(name string) schema.Key { return schema.Key(r.id + "-" + name) }

// expect notes a message that the customer must see.
func (r *run) expect(name string, maybe bool) (schema.Key, string) {
	key := r.key(name)
	mark := "«" + string(key) + "»"
	if !slices.ContainsFunc(r.sent, func(m message) bool { return m.key == key }) {
		r.sent = append(r.sent, message{key: key, mark: mark, maybe: maybe})
	}
	return key, mark
}

// text has the host send a text.
func (r *run) text(name string) error {
	key, mark := r.expect(name, false)
	res, err := r.l.SendText(r.ctx, admin, schema.SendTextRequest{Line: clinic, Key: key, Chat: r.customer.Number(), Text: "Здравствуйте! " + mark})
	return r.answered(res, err)
}

// held has the host send a text on a line that it has paused.
func (r *run) held(name string, seconds int) error {
	if _, err := r.l.LinePause(r.ctx, admin, schema.LinePauseRequest{Line: clinic, Reason: "holidays"}); err != nil {
		return err
	}
	key, mark := r.expect(name, false)
	r.sent[len(r.sent)-1].never = true
	res, err := r.l.SendText(r.ctx, admin, schema.SendTextRequest{Line: clinic, Key: key, Chat: r.customer.Number(), Text: mark, TimeLimit: seconds})
	return r.answered(res, err)
}

// resume has the host end the pause, and wait until the line is connected: else
// the story can end before it is, or after.
func (r *run) resume() error {
	if _, err := r.l.LineResume(r.ctx, admin, schema.LineRequest{Line: clinic}); err != nil {
		return err
	}
	// A life that finds the line as the one before it told has nothing new to tell the host.
	return wait.For(r.ctx, func() error {
		if state := r.l.state(); state != schema.LineConnected {
			return fmt.Errorf("the line is %s", state)
		}
		return nil
	})
}

// reminded has the host ask with a reminder, and the customer answer to that.
func (r *run) reminded() error {
	key, mark := r.expect("q", false)
	reminder := r.key("q#1")
	if len(r.sent) == 1 {
		// A question that went out after its reminder's time has none.
		r.sent = append(r.sent, message{key: reminder, mark: "«" + string(reminder) + "»", maybe: true})
	}
	a, err := r.l.Ask(r.ctx, admin, schema.AskRequest{Line: clinic, ID: key, Chat: r.customer.Number(), Body: "Придёте? " + mark, Buttons: choices,
		Reminders: []schema.Reminder{{AfterSeconds: 1, Text: "Ждём ответа «" + string(reminder) + "»"}}, Reply: &schema.Reply{Host: flows, Node: "n1"}})
	if err := r.answeredAsk(a, err); err != nil {
		return err
	}
	if _, err := r.shown("q"); err != nil {
		return err
	}
	err = wait.For(r.ctx, func() error {
		a, err := r.l.AskGet(r.ctx, admin, schema.AskGetRequest{Line: clinic, ID: key})
		if err != nil || a.Reminders[0].State == schema.ReminderSkipped || steps[a.Reminders[0].Status] >= steps[schema.StatusSent] {
			return err
		}
		return fmt.Errorf("the reminder is %+v", a.Reminders[0])
	})
	if err != nil {
		return err
	}
	if err := r.writes("2"); err != nil {
		return err
	}
	return r.outcome("q", schema.OutcomeButton)
}

// unconfirmed has the host send to a phone that is off, and that is on again once the
// host has read so. The host must be told once, in whatever lives.
func (r *run) unconfirmed() error {
	wait := 1
	if _, err := r.l.LineUpdate(r.ctx, admin, schema.LineUpdateRequest{Line: clinic, UndeliveredSeconds: &wait}); err != nil {
		return err
	}
	if err := r.once("off", func() error { r.customer.SetOnline(false); return nil }); err != nil {
		return err
	}
	if err := r.text("m"); err != nil {
		return err
	}
	told := func() int { return r.h.host.undelivered(r.key("m")) }
	if err := r.h.host.wait(r.ctx, func() bool { return told() > 0 }); err != nil {
		return fmt.Errorf("nobody says that it was not delivered: %w", err)
	}
	if err := r.once("on", func() error { r.customer.SetOnline(true); return nil }); err != nil {
		return err
	}
	if err := r.status("m", schema.StatusDelivered); err != nil {
		return err
	}
	if n := told(); n != 1 {
		r.t.Errorf("the host was told %d times that it was not delivered", n)
	}
	return nil
}

// buttons has the host send buttons and wait for nothing.
func (r *run) buttons(name string, rendering schema.Rendering) error {
	key, mark := r.expect(name, false)
	res, err := r.l.SendButtons(r.ctx, admin, schema.SendButtonsRequest{Line: clinic, Key: key, Chat: r.customer.Number(),
		Body: "Придёте? " + mark, Buttons: choices, Rendering: rendering})
	return r.answered(res, err)
}

var choices = []schema.Button{{ID: "yes", Text: "Да"}, {ID: "no", Text: "Нет"}}

// ask has the host ask; it waits at its websocket. seconds is the deadline, 0 for the default.
func (r *run) ask(name string, rendering schema.Rendering, seconds int) error {
	return r.askTo(schema.Reply{Host: flows, Node: "n1"}, name, rendering, seconds)
}

// askTo is ask for a host that waits elsewhere.
func (r *run) askTo(reply schema.Reply, name string, rendering schema.Rendering, seconds int) error {
	key, mark := r.expect(name, seconds > 0)
	a, err := r.l.Ask(r.ctx, admin, schema.AskRequest{Line: clinic, ID: key, Chat: r.customer.Number(), Body: "Придёте? " + mark,
		Buttons: choices, Rendering: rendering, DeadlineSeconds: seconds, Reply: &reply})
	return r.answeredAsk(a, err)
}

// answeredBy has a host ask, and the customer choose by number.
func (r *run) answeredBy(reply schema.Reply) error {
	if err := r.askTo(reply, "q", schema.RenderNumbered, 0); err != nil {
		return err
	}
	if _, err := r.shown("q"); err != nil {
		return err
	}
	if err := r.writes("2"); err != nil {
		return err
	}
	return r.outcome("q", schema.OutcomeButton)
}

func (r *run) cancel(name string) error {
	a, err := r.l.AskCancel(r.ctx, admin, schema.AskCancelRequest{Line: clinic, ID: r.key(name), Reason: "stage changed"})
	return r.answeredAsk(a, err)
}

// heard is false when the host did not get an answer: the life ended before.
func (r *run) heard(err error) (bool, error) {
	if r.l.fate.ended() {
		return false, errOver
	}
	return err == nil, err
}

// answered keeps what the host was told, which must never be taken back.
func (r *run) answered(res schema.SendResult, err error) error {
	if ok, err := r.heard(err); !ok {
		return err
	}
	r.h.host.mu.Lock()
	was, known := r.h.host.answered[res.Key]
	r.h.host.answered[res.Key] = res
	r.h.host.mu.Unlock()
	if known {
		r.forward(was, res)
	}
	return nil
}

// forward complains where what was said of a message before is taken back.
func (r *run) forward(was, is schema.SendResult) {
	if steps[is.Status] < steps[was.Status] || was.MessageID != is.MessageID && was.Rendering == is.Rendering {
		r.t.Errorf("the host was told %+v, and later %+v", was, is)
	}
}

// steps order what a host may be told, one after the other.
var steps = map[schema.MessageStatus]int{schema.StatusQueued: 0, schema.StatusSending: 0, schema.StatusUnknown: 1,
	schema.StatusFailed: 2, schema.StatusSent: 3, schema.StatusDelivered: 4, schema.StatusRead: 5}

func (r *run) answeredAsk(a schema.Ask, err error) error {
	if ok, err := r.heard(err); !ok {
		return err
	}
	r.h.host.mu.Lock()
	was, known := r.h.host.asked[a.ID]
	r.h.host.asked[a.ID] = a
	r.h.host.mu.Unlock()
	if known && was.State.Final() && text(was.Outcome) != text(a.Outcome) {
		r.t.Errorf("the outcome was %s, and later %s", text(was.Outcome), text(a.Outcome))
	}
	return nil
}

// shown waits until the customer sees a message.
func (r *run) shown(name string) (sandbox.Message, error) {
	mark := "«" + string(r.key(name)) + "»"
	m, err := r.customer.Wait(r.ctx, func(m sandbox.Message) bool { return !m.FromMe && m.Visible && strings.Contains(m.Body, mark) })
	if err != nil {
		return m, fmt.Errorf("the customer does not see %s: %w", name, err)
	}
	return m, nil
}

// once has somebody do something that is not done again in a later life.
func (r *run) once(what string, fn func() error) error {
	if r.done[what] {
		return nil
	}
	r.done[what] = true
	return fn()
}

// writes has the customer write to the line, once.
func (r *run) writes(text string) error {
	return r.once("write "+text, func() error {
		id, err := r.customer.Text(r.h.owner.Number(), text)
		r.inbound = append(r.inbound, id)
		return err
	})
}

// outcome waits until the host has an ask's outcome, which must be this one.
func (r *run) outcome(name string, want schema.OutcomeKind) error {
	err := r.h.host.wait(r.ctx, func() bool { return len(r.h.host.outcomes(r.key(name))) > 0 })
	if err != nil {
		return fmt.Errorf("the host has no outcome of %s: %w", name, err)
	}
	if got := r.h.host.outcomes(r.key(name))[0].Ask.Outcome; got == nil || got.Kind != want {
		return fmt.Errorf("the outcome of %s is %s", name, text(got))
	}
	return nil
}

// status waits until a message has come so far; each step is an event.
func (r *run) status(name string, want schema.MessageStatus) (err error) {
	var res schema.SendResult
	waited := r.h.host.wait(r.ctx, func() bool {
		res, err = r.l.MessageGet(r.ctx, admin, schema.MessageGetRequest{Line: clinic, Key: r.key(name)})
		return err != nil || res.Status == want
	})
	if waited != nil {
		return fmt.Errorf("%s is %s, not %s: %w", name, res.Status, want, waited)
	}
	return err
}

// both has the host send two texts without waiting for the first one's answer:
// it makes the second call once the first has its place.
func (r *run) both(first, second string) error {
	r.expect(first, false)
	placed := make(chan struct{})
	ended := make(chan error, 1)
	var once sync.Once
	before := *r
	before.ctx = bridge.OnQueued(r.ctx, func() { once.Do(func() { close(placed) }) })
	go func() {
		err := before.text(first)
		once.Do(func() { close(placed) })
		ended <- err
	}()
	<-placed
	err := r.text(second)
	return errors.Join(<-ended, err)
}

// quiet waits until nothing is under way any more. Of what the network still has
// to hear, and of what was posted, nobody tells.
func (r *run) quiet() error {
	if err := wait.For(r.ctx, r.missing); err != nil {
		return fmt.Errorf("it did not become quiet: %w", err)
	}
	return nil
}

// missing says what is still to come.
func (r *run) missing() error {
	for _, m := range r.sent {
		res, err := r.l.MessageGet(r.ctx, admin, schema.MessageGetRequest{Line: clinic, Key: m.key})
		if known, ok := errors.AsType[*schema.Error](err); ok && m.maybe && known.Code == schema.CodeMessageNotFound {
			continue
		}
		if err != nil {
			return err
		}
		if m.never && res.Status == schema.StatusFailed {
			continue
		}
		if steps[res.Status] < steps[schema.StatusDelivered] && (!m.maybe || steps[res.Status] < steps[schema.StatusUnknown]) {
			return fmt.Errorf("%s is %s", m.key, res.Status)
		}
	}
	if err := r.owed(); err != nil {
		return err
	}
	if n := network.Backlog(r.h.owner.Number(), r.h.device); n > 0 {
		return fmt.Errorf("%d stanzas are not acknowledged", n)
	}
	for _, id := range r.inbound {
		if len(r.h.host.seen(id)) == 0 {
			return errors.New("an incoming message has no event")
		}
	}
	events, err := r.l.EventList(r.ctx, admin, schema.EventListRequest{Line: clinic, After: r.h.host.cursor()})
	if err != nil {
		return err
	}
	if n := len(events.Events); n > 0 {
		return fmt.Errorf("%d events are not read", n)
	}
	return nil
}

// owed says what the host has not acknowledged yet.
func (r *run) owed() error {
	open, err := r.l.DeliveryList(r.ctx, admin, schema.DeliveryListRequest{Line: clinic, Host: flows})
	if err != nil {
		return err
	}
	if n := len(open.Deliveries); n > 0 {
		return fmt.Errorf("%d deliveries are open", n)
	}
	hooks, err := r.l.WebhookList(r.ctx, admin, schema.WebhookListRequest{Line: clinic})
	if err != nil {
		return err
	}
	for _, hook := range hooks.Webhooks {
		if hook.Waiting > 0 || hook.Dead > 0 {
			return fmt.Errorf("%d deliveries wait for the webhook, %d are dead", hook.Waiting, hook.Dead)
		}
	}
	return nil
}
