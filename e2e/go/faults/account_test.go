package faults_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nodeline/nodeline/internal/wait"
	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
	"github.com/nodeline/nodeline/sidecar/sandbox"
)

// told fails if the line does not say the words, in both languages.
func (w *world) told(en, ru string) {
	w.t.Helper()
	for _, c := range []struct {
		caller bridge.Caller
		words  string
	}{{english, en}, {russian, ru}} {
		if l := w.line(c.caller); !strings.Contains(l.Detail, c.words) {
			w.t.Errorf("the line does not say %q: %s", c.words, l.Detail)
		}
	}
}

// The session is gone: sends are refused with the reason and what to do, and
// after linking again everything works.
func TestTheAccountIsLost(t *testing.T) {
	for _, c := range []struct {
		preset  string
		state   schema.LineState
		trouble schema.LineTrouble
		server  int
		code    schema.Code
		en, ru  string
	}{
		{"device_removed", schema.LineLoggedOut, "", 0, schema.CodeLineLoggedOut, "Scan a new QR code", "Отсканируйте новый QR-код"},
		{"locked", schema.LineLoggedOut, schema.TroubleLocked, 403, schema.CodeLineLoggedOut, "logged this account out", "вышел из аккаунта"},
		{"banned", schema.LineBanned, schema.TroubleBanned, 406, schema.CodeLineBanned, "has banned", "забанил"},
	} {
		t.Run(c.preset, func(t *testing.T) {
			w := linked(t)
			waiting := w.ask("Ждём ответа?", schema.RenderNumbered)
			w.shown("Ждём ответа?")
			w.preset(c.preset)
			l := w.state(c.state)
			if l.Trouble != c.trouble || l.Server != c.server || l.Phone != "" {
				t.Errorf("the line is %+v", l)
			}
			w.told(c.en, c.ru)
			_, _, failed := w.send("Не уйдёт")
			if failed == nil || failed.Code != c.code || failed.Server != c.server || failed.Hint == "" {
				t.Errorf("the caller is told %+v", failed)
			}
			network.ClearFaults()
			w.link()
			if l := w.line(english); l.Trouble != "" || l.Server != 0 {
				t.Errorf("linked again the line is %+v", l)
			}
			// The ask from before is still open, and its answer still counts.
			if err := answerTo(w, "Ждём ответа?", "2"); err != nil {
				t.Fatal(err)
			}
			w.answered(waiting.ID, "no")
			w.fine("Ждём ответа?")
		})
	}
}

// answerTo quotes a question and answers it.
func answerTo(w *world, start, text string) error {
	m := w.shown(start)
	_, err := w.customer.Reply(w.owner.Number(), m.ID, text)
	return err
}

// A temporary ban says why and until when, and ends by itself.
func TestTemporaryBan(t *testing.T) {
	for code, words := range map[int][2]string{101: {"in their contacts", "в контактах"}, 106: {"broadcast list", "списку рассылки"}} {
		t.Run(words[0], func(t *testing.T) {
			w := linked(t)
			w.presetOf(sandbox.Fault{Preset: "temporary_ban", Code: code, ForMS: 3000}) // what follows is said while it lasts
			l := w.state(schema.LineBanned)
			if l.Trouble != schema.TroubleTemporaryBan || l.Server != code || l.Until == nil || time.Until(*l.Until) > 5*time.Second || time.Until(*l.Until) < -2*time.Second {
				t.Errorf("the line is %+v", l)
			}
			w.told(words[0], words[1])
			w.told(" until 20", " до 20")
			if _, _, failed := w.send("Не уйдёт"); failed == nil || failed.Code != schema.CodeLineBanned || failed.Server != code || !strings.Contains(failed.Hint, words[0]) {
				t.Errorf("the caller is told %+v", failed)
			}
			w.fine()
			if l := w.line(english); l.Trouble != "" || l.Until != nil {
				t.Errorf("afterwards the line is %+v", l)
			}
		})
	}
}

// A ban that is an hour long says so.
func TestALongBan(t *testing.T) {
	w := linked(t)
	w.preset("temporary_ban")
	l := w.state(schema.LineBanned)
	if l.Until == nil || time.Until(*l.Until) < 59*time.Minute || time.Until(*l.Until) > 61*time.Minute {
		t.Errorf("the line is %+v", l)
	}
}

// WhatsApp lets nobody in for a while: the line says why, messages wait, and
// arrive once, in order, when it is over.
func TestKeptOut(t *testing.T) {
	for _, c := range []struct {
		preset  string
		trouble schema.LineTrouble
		server  int
		en, ru  string
	}{
		{"client_outdated", schema.TroubleClientOutdated, 405, "newer version", "более новую версию"},
		{"client_rejected", schema.TroubleClientRejected, 409, "(409)", "(409)"},
		{"unavailable", "", 0, "tried again by itself", "повторяется само"},
	} {
		t.Run(c.preset, func(t *testing.T) {
			w := linked(t)
			w.preset(c.preset)
			l := w.standing("the trouble", func(l schema.Line) bool { return l.State == schema.LineReconnecting && l.Trouble == c.trouble })
			if l.Server != c.server || l.Phone != w.owner.Number() {
				t.Errorf("the line is %+v", l)
			}
			w.told(c.en, c.ru)
			one, _, failed := w.send("Первое ждёт")
			if failed != nil || w.message(one).Status != schema.StatusQueued {
				t.Errorf("on a line that is kept out the message is %+v (%v)", w.message(one), failed)
			}
			w.send("Второе ждёт")
			wait.Until(t, "the third refused login", func() bool { return network.Faults()[0].Hits > 2 })
			// What is known is not forgotten at each try.
			told := 0
			for _, l := range w.states() {
				if l.State == schema.LineReconnecting && l.Trouble == c.trouble {
					told++
				}
			}
			if told != 1 {
				t.Errorf("the trouble is told %d times", told)
			}
			network.ClearFaults()
			w.fine("Первое ждёт", "Второе ждёт")
		})
	}
}

// states lists what the line's events say of it.
func (w *world) states() (out []schema.Line) {
	w.t.Helper()
	list, err := w.EventList(w.t.Context(), english, schema.EventListRequest{Line: north, Count: 200})
	if err != nil {
		w.t.Fatal(err)
	}
	for _, e := range list.Events {
		if e.State != nil {
			out = append(out, *e.State)
		}
	}
	return out
}

// Another program has the session: nothing is sent until someone acts.
func TestReplaced(t *testing.T) {
	w := linked(t)
	w.preset("replaced")
	w.state(schema.LineReplaced)
	w.told("Another program", "другая программа")
	if _, _, failed := w.send("Не уйдёт"); failed == nil || failed.Code != schema.CodeLineReplaced {
		t.Errorf("the caller is told %+v", failed)
	}
	network.ClearFaults()
	w.follow("the link", false, func(r schema.LineLinkResult) bool { return r.State == schema.LinkLinked })
	w.fine()
}

// WhatsApp says that the account may not write first: the line says so and goes
// on, who wrote is answered, others are refused with 463.
func TestReachoutTimelock(t *testing.T) {
	w := linked(t)
	friend, stranger := w.customer, phone(t, "Борис")
	w.writes("здравствуйте")
	wait.Until(t, "the greeting", func() bool { return w.heard("здравствуйте") == 1 })
	w.preset("reachout_timelock")
	l := w.standing("the notice", func(l schema.Line) bool { return l.Trouble == schema.TroubleReachout })
	if l.State != schema.LineConnected || l.Until == nil || time.Until(*l.Until) < 6*24*time.Hour {
		t.Errorf("the line is %+v", l)
	}
	w.told("write first until 20", "писать первым до 20")
	// It is still known after the line has connected again.
	network.Kick(w.owner.Number(), w.device)
	wait.Until(t, "the cut", func() bool {
		return slices.ContainsFunc(w.states(), func(l schema.Line) bool { return l.State == schema.LineReconnecting })
	})
	if l := w.state(schema.LineConnected); l.Trouble != schema.TroubleReachout {
		t.Errorf("connected again the line is %+v", l)
	}
	w.customer = stranger
	key, _, _ := w.send("Незнакомцу")
	if m := w.becomes(key, schema.StatusFailed); m.Error.Code != schema.CodeRefused || m.Error.Server != 463 || !strings.Contains(m.Error.Hint, "463") {
		t.Errorf("the caller is told %+v", m.Error)
	}
	w.customer = friend
	key, _, _ = w.send("Знакомому")
	w.becomes(key, schema.StatusDelivered)
	network.ClearFaults()
	w.standing("the end", func(l schema.Line) bool { return l.Trouble == "" })
	w.fine("Знакомому")
}
