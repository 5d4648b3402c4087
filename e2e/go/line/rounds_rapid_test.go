package line_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/nodeline/nodeline/internal/wait"
	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
	"github.com/nodeline/nodeline/sidecar/line"
	"github.com/nodeline/nodeline/sidecar/sandbox"
)

// linking is one line through all that people and WhatsApp do to it: rounds of
// codes, scans, cuts, refusals, unlinking on either side, restarts.
type linking struct {
	t     *testing.T
	r     *rig
	owner *sandbox.Phone
}

// roundTimes are short, so that a round can expire.
func roundTimes() line.Timing {
	times := timing()
	times.FirstCode, times.NextCode = 300*time.Millisecond, 20*time.Millisecond
	return times
}

// session is the newest news, as bridge has it stored.
func (l *linking) session() bridge.Session {
	l.r.inbox.mu.Lock()
	defer l.r.inbox.mu.Unlock()
	if len(l.r.inbox.sessions) == 0 {
		return bridge.Session{State: schema.LineUnlinked}
	}
	return l.r.inbox.sessions[len(l.r.inbox.sessions)-1]
}

func (l *linking) link(rt *rapid.T) {
	if err := l.r.Link(north, rapid.Bool().Draw(rt, "restart")); err != nil {
		rt.Fatal(err)
	}
}

// scan has the phone scan the code of the round under way; it may be too late.
func (l *linking) scan(*rapid.T) {
	ctx, cancel := context.WithTimeout(l.t.Context(), patience)
	defer cancel()
	n := l.r.LinkNews(ctx, north, 0)
	for n.State == schema.LinkWaiting && ctx.Err() == nil {
		n = l.r.LinkNews(ctx, north, n.Seq)
	}
	if n.State == schema.LinkCode {
		_, _ = l.owner.Link(ctx, n.QR)
	}
}

// typed has the owner ask for a code and type it on the phone; it may be too late.
func (l *linking) typed(rt *rapid.T) {
	if err := l.r.LinkPhone(north, l.owner.Number(), rapid.Bool().Draw(rt, "restart")); err != nil {
		rt.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(l.t.Context(), patience)
	defer cancel()
	n := l.r.LinkNews(ctx, north, 0)
	for running(n.State) && n.PhoneCode == "" && ctx.Err() == nil {
		n = l.r.LinkNews(ctx, north, n.Seq)
	}
	if n.PhoneCode != "" {
		_, _ = l.owner.LinkCode(ctx, n.PhoneCode)
	}
}

// outwait lets the codes of the round under way run out.
func (l *linking) outwait(*rapid.T) {
	wait.Until(l.t, "the end of the round", func() bool {
		return !running(l.r.LinkNews(context.Background(), north, 0).State)
	})
}

// running: a round is under way.
func running(s schema.LinkState) bool {
	return s == schema.LinkWaiting || s == schema.LinkCode || s == schema.LinkScanned
}

func (l *linking) device() int {
	if list := l.owner.Devices(); len(list) > 0 {
		return list[len(list)-1].ID
	}
	return 0
}

func (l *linking) network(rt *rapid.T) {
	device := l.device()
	if device == 0 {
		return
	}
	switch rapid.SampledFrom([]string{"cut", "replaced", "402", "403", "406", "503", "unlinked"}).Draw(rt, "network") {
	case "cut":
		network.Kick(l.owner.Number(), device)
	case "replaced":
		network.StreamError(l.owner.Number(), device, "", "replaced")
	case "402":
		l.refuse(rt, device, "402", map[string]string{"code": "101"})
	case "403":
		l.refuse(rt, device, "403", nil)
	case "406":
		l.refuse(rt, device, "406", nil)
	case "503":
		l.refuse(rt, device, "503", nil)
	case "unlinked":
		_ = l.owner.Unlink(device)
	}
}

func (l *linking) refuse(rt *rapid.T, device int, reason string, more map[string]string) {
	if err := network.FailNextLogin(l.owner.Number(), device, reason, more); err != nil {
		rt.Fatal(err)
	}
	network.Kick(l.owner.Number(), device)
}

func (l *linking) unlink(rt *rapid.T) {
	ctx, cancel := context.WithTimeout(l.t.Context(), patience)
	defer cancel()
	_ = l.r.Unlink(ctx, north)
}

// restart opens the files again with the account that was stored.
func (l *linking) restart(rt *rapid.T) {
	account := l.session().Account
	l.r.stop()
	l.r = rigOn(l.t, l.r.dir, roundTimes())
	if err := l.r.Start(north, account); err != nil {
		rt.Fatal(err)
	}
}

// walk is a test that fails with the steps that led there.
type walk struct {
	testing.TB
	rt *rapid.T
	at func() string
}

func (w walk) Helper() { w.rt.Helper() }

func (w walk) Fatalf(format string, args ...any) {
	w.rt.Helper()
	w.rt.Fatalf(format+"; %s", append(args, w.at())...)
}

// check waits until the line rests, and holds where it rests to what the phone has.
func (l *linking) check(rt *rapid.T) {
	var s bridge.Session
	var n bridge.LinkNews
	at := func() string {
		return fmt.Sprintf("%+v, the round %s, the phone has %+v", s, n.State, l.owner.Devices())
	}
	wait.Until(walk{l.t, rt, at}, "the line at rest", func() bool {
		s, n = l.session(), l.r.LinkNews(context.Background(), north, 0)
		return l.rests(s, n)
	})
}

func (l *linking) rests(s bridge.Session, n bridge.LinkNews) bool {
	online := false
	for _, d := range l.owner.Devices() {
		online = online || d.Online
	}
	round := running(n.State)
	switch s.State {
	case schema.LineConnected:
		return s.Account != "" && online && !round && l.r.heard.done()
	case schema.LineUnlinked, schema.LineLoggedOut:
		return s.Account == "" && !online && !round
	case schema.LineReplaced, schema.LineBanned:
		return !online && !round
	case schema.LineLinking:
		return round
	}
	return false // connecting and reconnecting are on their way
}

// TestRounds: whatever happens, the line comes to rest where the phone has it too,
// by ways that docs/states.md has, and can be linked.
func TestRounds(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		l := &linking{t: t, r: newRig(t, roundTimes()), owner: phone(t, "North Clinic")}
		defer func() { l.r.stop() }()
		if err := l.r.Start(north, ""); err != nil {
			rt.Fatal(err)
		}
		steps := map[string]func(*rapid.T){"link": l.link, "scan": l.scan, "typed": l.typed, "outwait": l.outwait, "network": l.network, "unlink": l.unlink, "restart": l.restart}
		names := []string{"link", "link", "scan", "typed", "outwait", "network", "network", "network", "unlink", "restart"}
		if rapid.Bool().Draw(rt, "linked") {
			l.relink(rt)
		}
		for range rapid.IntRange(1, 8).Draw(rt, "steps") {
			steps[rapid.SampledFrom(names).Draw(rt, "step")](rt)
			l.check(rt)
		}
		l.relink(rt)
	})
}

// relink has a person try until the line is linked.
func (l *linking) relink(rt *rapid.T) {
	for deadline := time.Now().Add(patience); l.session().State != schema.LineConnected; {
		if err := l.r.Link(north, true); err != nil {
			rt.Fatal(err)
		}
		l.scan(rt)
		l.check(rt)
		if time.Now().After(deadline) {
			rt.Fatalf("it cannot be linked: %+v", l.session())
		}
	}
}
