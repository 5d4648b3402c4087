package crash_test

import (
	"bytes"
	"slices"
	"strings"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/sandbox"
)

// judge looks at the phones and at the host, not at the sidecar, once a last
// message has come: a second copy of an earlier one would have come before it.
func (r *run) judge() {
	r.t.Helper()
	if err := r.text("last"); err != nil {
		r.t.Errorf("the line does not send any more: %v", err)
		return
	}
	if _, err := r.shown("last"); err != nil {
		r.t.Error(err)
		return
	}
	r.judgeMessages()
	for _, look := range r.looks {
		if err := look(); err != nil {
			r.t.Error(err)
		}
	}
	r.judgeOutcomes()
	r.judgeEvents()
}

// judgeMessages: each request is one visible message in one form, and they are in order.
func (r *run) judgeMessages() {
	r.t.Helper()
	list := r.customer.Messages(r.h.owner.Number())
	before := -1
	for _, m := range r.sent {
		var places []int
		for i, shown := range list {
			if m.is(shown) {
				places = append(places, i)
			}
		}
		if len(places) == 0 && (m.maybe || m.never || m.gone || m.quiet) {
			continue
		}
		if m.never || m.gone || m.quiet || len(places) != 1 || !list[places[0]].Visible {
			r.t.Errorf("the customer has %s %d times: %+v", m.key, len(places), list)
			continue
		}
		if kind := list[places[0]].Kind; m.kind != "" && kind != m.kind {
			r.t.Errorf("the customer has %s as %s, not as %s", m.key, kind, m.kind)
		}
		if m.file != nil {
			r.judgeFile(m, list[places[0]])
		}
		if places[0] < before {
			r.t.Errorf("%s came before its turn", m.key)
		}
		before = places[0]
		r.judgeAnswer(m, list[places[0]])
	}
}

// is reports whether the customer's phone shows this message here.
func (m message) is(shown sandbox.Message) bool {
	return !shown.FromMe && (strings.Contains(shown.Body, m.mark) || shown.File != nil && strings.Contains(shown.File.Name, m.mark))
}

// judgeFile: the customer opens the bytes that were sent.
func (r *run) judgeFile(m message, shown sandbox.Message) {
	r.t.Helper()
	got, _, err := r.customer.File(r.h.owner.Number(), shown.ID)
	if err != nil || !bytes.Equal(got, m.file) {
		r.t.Errorf("the file of %s has %d bytes, sent were %d: %v", m.key, len(got), len(m.file), err)
	}
}

// judgeAnswer: what the host was told of a message is true.
func (r *run) judgeAnswer(m message, shown sandbox.Message) {
	r.t.Helper()
	is, err := r.l.MessageGet(r.ctx, admin, schema.MessageGetRequest{Line: clinic, Key: m.key})
	if err != nil {
		r.t.Errorf("%s was forgotten: %v", m.key, err)
		return
	}
	if string(is.MessageID) != shown.ID && !m.maybe {
		r.t.Errorf("%s is said to be %s, on the phone it is %s", m.key, is.MessageID, shown.ID)
	}
	r.h.host.mu.Lock()
	was, known := r.h.host.answered[m.key]
	r.h.host.mu.Unlock()
	if known {
		r.forward(was, is)
	}
}

// judgeOutcomes: each ask has one outcome, the host has it, and ask.get says the same.
func (r *run) judgeOutcomes() {
	r.t.Helper()
	for _, m := range r.sent {
		r.h.host.mu.Lock()
		was, asked := r.h.host.asked[m.key]
		r.h.host.mu.Unlock()
		if !asked {
			continue
		}
		list := r.h.host.outcomes(m.key)
		if len(list) != 1 {
			r.t.Errorf("the host has %d outcomes of %s: %s", len(list), m.key, text(list))
			continue
		}
		is, err := r.l.AskGet(r.ctx, admin, schema.AskGetRequest{Line: clinic, ID: m.key})
		if err != nil || text(is.Outcome) != text(list[0].Ask.Outcome) {
			r.t.Errorf("the host has %s, ask.get says %s (%v)", text(list[0].Ask.Outcome), text(is.Outcome), err)
		}
		if was.Outcome != nil && text(was.Outcome) != text(is.Outcome) {
			r.t.Errorf("the host was told %s, now it is %s", text(was.Outcome), text(is.Outcome))
		}
	}
	r.h.host.mu.Lock()
	defer r.h.host.mu.Unlock()
	for _, change := range r.h.host.changed {
		r.t.Errorf("a delivery changed between two pushes: %s", change)
	}
}

// judgeEvents: every message that came has one event, and no cursor was left out
// or used twice.
func (r *run) judgeEvents() {
	r.t.Helper()
	for _, id := range r.inbound {
		var cursors []int64
		for _, e := range r.h.host.seen(id) {
			if !slices.Contains(cursors, e.Cursor) {
				cursors = append(cursors, e.Cursor)
			}
		}
		if len(cursors) != 1 {
			r.t.Errorf("the incoming message %s has the events %v", id, cursors)
		}
	}
	posted := r.h.host.posted()
	for i, cursor := range posted {
		if i > 0 && cursor != posted[i-1]+1 {
			r.t.Fatalf("after the event %d the webhook got %d", posted[i-1], cursor)
		}
	}
	r.h.host.mu.Lock()
	defer r.h.host.mu.Unlock()
	for i, e := range r.h.host.events {
		if e.Cursor != int64(i+1) {
			r.t.Fatalf("event %d has the cursor %d", i+1, e.Cursor)
		}
	}
}
