package faults_test

import (
	"testing"
	"time"

	"github.com/nodeline/nodeline/internal/wait"
	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/sandbox"
)

// The network falls silent while the line works. The line notices by itself,
// says that it is away, and what was sent into the silence arrives once.
func TestHalfOpen(t *testing.T) {
	w := linked(t)
	a := w.ask("До тишины?", schema.RenderNumbered)
	w.shown("До тишины?")
	w.preset("half_open")
	w.writes("1")
	key, result, failed := w.send("В тишину")
	if result.Status != schema.StatusUnknown || failed == nil || failed.Code != schema.CodeUnknown {
		t.Errorf("the caller is told %s, %+v", result.Status, failed)
	}
	w.state(schema.LineReconnecting)
	later, _, _ := w.send("После тишины")
	if n := len(w.seen()); n != 1 {
		t.Errorf("the phone shows %q through the silence", w.seen())
	}
	network.ClearFaults()
	w.answered(a.ID, "yes")
	w.becomes(key, schema.StatusDelivered)
	w.becomes(later, schema.StatusDelivered)
	if n := w.heard("1"); n != 1 {
		t.Errorf("the answer is in the events %d times", n)
	}
	network.ClearFaults()
	b := w.ask("Всё в порядке?", schema.RenderNumbered)
	w.once("До тишины?", "В тишину", "После тишины", "Всё в порядке?")
	w.writes("Нет")
	w.answered(b.ID, "no")
}

// Only the connection that is there dies; the line is back on another one
// without anybody's help.
func TestOneConnectionDies(t *testing.T) {
	w := linked(t)
	w.presetOf(sandbox.Fault{Preset: "half_open", Times: 1})
	key, _, _ := w.send("Дойдёт сама")
	w.becomes(key, schema.StatusDelivered)
	w.fine("Дойдёт сама")
}

// The line is away for a day: what customers wrote meanwhile comes once, with
// its own time, and what the flow sent meanwhile goes once.
func TestOfflineForADay(t *testing.T) {
	w := linked(t)
	// The question is of yesterday, by WhatsApp's clock.
	network.SetShift(-25 * time.Hour)
	t.Cleanup(func() { network.SetShift(0) })
	a := w.ask("Вчерашний вопрос?", schema.RenderNumbered)
	w.shown("Вчерашний вопрос?")
	network.SetShift(0)
	w.preset("offline_day")
	w.state(schema.LineReconnecting)
	w.writes("1")
	w.writes("и ещё кое-что")
	key, _, _ := w.send("Отправлено в отсутствие")
	if m := w.message(key); m.Status != schema.StatusQueued {
		t.Errorf("on a line that is away the message is %+v", m)
	}
	network.ClearFaults()
	w.answered(a.ID, "yes")
	w.becomes(key, schema.StatusDelivered)
	wait.Until(t, "the rest", func() bool { return w.heard("и ещё кое-что") == 1 })
	if n := w.heard("1"); n != 1 {
		t.Errorf("the answer is in the events %d times", n)
	}
	outcome := w.outcomes(a.ID)[0]
	if age := time.Since(outcome.Answer.At); age < 23*time.Hour || age > 26*time.Hour {
		t.Errorf("the answer is dated %s", outcome.Answer.At)
	}
	b := w.ask("Сегодняшний?", schema.RenderNumbered)
	w.once("Вчерашний вопрос?", "Отправлено в отсутствие", "Сегодняшний?")
	w.writes("Нет")
	w.answered(b.ID, "no")
}
