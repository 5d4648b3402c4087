package crash_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
	"github.com/nodeline/nodeline/sidecar/sandbox"
)

// doomed is the real store with a point on both sides of every commit:
//
//	before  the transaction is undone, as if the machine had stopped in the middle of it
//	after   it is on disk, and nobody is told: no hook runs, the call does not come back
type doomed struct {
	bridge.Store
	fate *fate
}

func (d doomed) Write(ctx context.Context, fn func(bridge.Tx) error) error {
	if d.fate.stopped() {
		return errOver
	}
	var name string
	err := d.Store.Write(ctx, func(tx bridge.Tx) error {
		tx.AfterCommit(func() { d.fate.pass("after " + name) })
		w := &watched{Tx: tx, fate: d.fate}
		if err := fn(w); err != nil {
			return err
		}
		name = w.name()
		if d.fate.pass("before " + name) {
			return errOver
		}
		return nil
	})
	if d.fate.stopped() {
		return errOver
	}
	return err
}

func (d doomed) Read(ctx context.Context, fn func(bridge.View) error) error {
	if d.fate.stopped() {
		return errOver
	}
	return d.Store.Read(ctx, fn)
}

// watched names a transaction by what it does.
type watched struct {
	bridge.Tx
	fate  *fate
	deeds []string
}

func (w *watched) did(format string, args ...any) {
	if deed := fmt.Sprintf(format, args...); !slices.Contains(w.deeds, deed) {
		w.deeds = append(w.deeds, deed)
	}
}

func (w *watched) name() string {
	if len(w.deeds) == 0 {
		return "nothing"
	}
	slices.Sort(w.deeds)
	return strings.Join(w.deeds, " + ")
}

func (w *watched) AfterCommit(fn func()) {
	w.Tx.AfterCommit(func() {
		if !w.fate.ended() {
			fn()
		}
	})
}

func (w *watched) UpdateLine(r bridge.LineRecord) error {
	w.did("line %s", r.State)
	return w.Tx.UpdateLine(r)
}

// lower are the reasons of a form that went after one that was refused.
var lower = []bridge.Reason{bridge.ReasonNativeRefused, bridge.ReasonNativeThenPoll, bridge.ReasonPollRefused, bridge.ReasonRepeatRefused}

func (w *watched) InsertMessage(r *bridge.MessageRecord) error {
	w.did("new message")
	return w.Tx.InsertMessage(r)
}

func (w *watched) UpdateMessage(was, r bridge.MessageRecord) error {
	what := string(r.Status)
	switch {
	case r.Status == schema.StatusQueued && slices.Contains(lower, r.Reason):
		what += " as " + string(r.Rendering)
	case r.Stage != "":
		what += " to " + string(r.Stage)
	}
	w.did("message %s%s", what, map[bool]string{true: ", settled"}[r.Settled])
	return w.Tx.UpdateMessage(was, r)
}

func (w *watched) Begin(line schema.LineID, keys []schema.Key) error {
	w.did("begun")
	return w.Tx.Begin(line, keys)
}

func (w *watched) Admit(r bridge.MessageRecord) error {
	w.did("admitted")
	return w.Tx.Admit(r)
}

func (w *watched) InsertFile(r bridge.FileRecord) (bridge.FileRecord, error) {
	w.did("file")
	return w.Tx.InsertFile(r)
}

func (w *watched) InsertAsk(r bridge.AskRecord) error {
	w.did("new ask")
	return w.Tx.InsertAsk(r)
}

func (w *watched) UpdateAsk(r bridge.AskRecord) error {
	w.did("ask %s", r.State)
	return w.Tx.UpdateAsk(r)
}

func (w *watched) AppendEvent(e schema.Event) (schema.Event, error) {
	w.did("event %s", e.Kind)
	return w.Tx.AppendEvent(e)
}

func (w *watched) InsertDelivery(r bridge.DeliveryRecord) (bridge.DeliveryRecord, error) {
	w.did("delivery")
	return w.Tx.InsertDelivery(r)
}

func (w *watched) Acknowledge(line schema.LineID, host schema.HostID, ids []schema.DeliveryID) (int, error) {
	w.did("acknowledged")
	return w.Tx.Acknowledge(line, host, ids)
}

func (w *watched) Delivered(id schema.DeliveryID) error {
	w.did("delivered")
	return w.Tx.Delivered(id)
}

func (w *watched) UpdateWebhook(r bridge.WebhookRecord) error {
	w.did("webhook")
	return w.Tx.UpdateWebhook(r)
}

func (w *watched) Attempted(id schema.DeliveryID, attempt int) error {
	w.did("attempt")
	return w.Tx.Attempted(id, attempt)
}

func (w *watched) PutContact(r bridge.ContactRecord) error {
	w.did("contact")
	return w.Tx.PutContact(r)
}

// sender is the real sessions with four points at every send:
//
//	leaving   the stanza stays here
//	lost      it left, and WhatsApp's server never saw it
//	taken     the server has it, and its word did not come back
//	answered  the word came back, and nothing is written of it yet
type sender struct {
	bridge.Sessions
	t     testing.TB
	fate  *fate
	cable *cable
	// refuses: the network refuses native buttons and polls.
	refuses bool
	refused *refusals
}

// refusal is the number of an error that refuses buttons.
const refusal = 479

// refusals are the ids of messages that the network was told to refuse in a form.
type refusals struct {
	mu  sync.Mutex
	ids map[string]bool
}

// once reports whether it is told of an id and its form for the first time.
func (r *refusals) once(out bridge.Outgoing) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	form := string(out.ID) + string(out.Rendering)
	known := r.ids[form]
	if r.ids == nil {
		r.ids = map[string]bool{}
	}
	r.ids[form] = true
	return !known
}

func (s *sender) Start(line schema.LineID, account string) error {
	if s.fate.ended() {
		return errOver
	}
	return s.Sessions.Start(line, account)
}

func (s *sender) Send(ctx context.Context, line schema.LineID, out bridge.Outgoing) (bridge.Sent, error) {
	what := "text"
	if out.Rendering != "" {
		what = string(out.Rendering)
	}
	if s.fate.pass(what + " leaving") {
		return bridge.Sent{}, errOver
	}
	refused := s.refuse(out)
	if s.fate.passDying(what + " lost") {
		return s.last(ctx, line, out, sandbox.FaultCutBefore)
	}
	// What is refused is not taken; its answer lost is a stanza lost.
	if !refused && s.fate.passDying(what+" taken") {
		return s.last(ctx, line, out, sandbox.FaultCutAfter)
	}
	sent, err := s.send(ctx, line, out)
	if s.fate.pass(what + " answered") {
		return bridge.Sent{}, errOver
	}
	return sent, err
}

// refuse has the network refuse this form of a message from now on.
func (s *sender) refuse(out bridge.Outgoing) bool {
	form := sandbox.Fault{Do: sandbox.FaultRefuse, Code: refusal}
	switch {
	case !s.refuses:
		return false
	case out.Rendering == schema.RenderNative:
		form.Child = "biz"
	case out.Rendering == schema.RenderPoll:
		form.Type = "poll"
	default:
		return false
	}
	if s.fate.target.name != string(out.Rendering)+" lost" && s.refused.once(out) {
		s.fault(form, out.ID, 0)
	}
	return true
}

// Upload has a point on both sides.
func (s *sender) Upload(ctx context.Context, line schema.LineID, c bridge.Content, f bridge.File, from *os.File) ([]byte, error) {
	if s.fate.pass("upload leaving") {
		return nil, errOver
	}
	payload, err := s.Sessions.Upload(ctx, line, c, f, from)
	if s.fate.pass("upload answered") {
		return nil, errOver
	}
	return payload, err
}

func (s *sender) fault(f sandbox.Fault, id schema.MessageID, times int) int {
	f.Way, f.Tag, f.StanzaID, f.Times = sandbox.Up, "message", string(id), times
	number, err := network.AddFault(f)
	if err != nil {
		s.t.Error(err)
	}
	return number
}

// send does not wait for whatsmeow once the life is over: it holds a send whose
// connection was cut for 5 s.
func (s *sender) send(ctx context.Context, line schema.LineID, out bridge.Outgoing) (bridge.Sent, error) {
	type end struct {
		sent bridge.Sent
		err  error
	}
	ended := make(chan end, 1)
	go func() {
		sent, err := s.Sessions.Send(ctx, line, out)
		ended <- end{sent, err}
	}()
	select {
	case e := <-ended:
		return e.sent, e.err
	case <-s.fate.gone:
		return bridge.Sent{}, errOver
	}
}

// last is the last send of a life: the stanza leaves over the connection that
// there is, and the cut falls where the fault says.
func (s *sender) last(ctx context.Context, line schema.LineID, out bridge.Outgoing, cut sandbox.Deed) (bridge.Sent, error) {
	defer s.fate.bury()
	s.cable.seal()
	number := s.fault(sandbox.Fault{Do: cut}, out.ID, 1)
	go func() { _, _ = s.Sessions.Send(context.WithoutCancel(ctx), line, out) }()
	if !s.cable.wait(patience) || hits(number) == 0 {
		s.t.Errorf("the cut of %s did not fall", out.ID)
	}
	return bridge.Sent{}, errOver
}

func hits(number int) int {
	for _, f := range network.Faults() {
		if f.ID == number {
			return f.Hits
		}
	}
	return 0
}
