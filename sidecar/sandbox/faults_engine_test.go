package sandbox_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	waBinary "go.mau.fi/whatsmeow/binary"

	"github.com/nodeline/nodeline/internal/wait"
	"github.com/nodeline/nodeline/sidecar/sandbox"
)

// pinger is a raw client, logged in, that says pings and hears which of them
// are answered, in which order.
func pinger(t *testing.T) (*sandbox.Network, *raw) {
	t.Helper()
	network := open(t, sandbox.Config{})
	return network, active(t, network, linkRaw(t, network))
}

func ping(id, xmlns string) waBinary.Node {
	return waBinary.Node{Tag: "iq", Attrs: waBinary.Attrs{"id": id, "type": "get", "xmlns": xmlns, "to": "s.whatsapp.net"}}
}

// answers says count pings and lists the numbers of the answers that came
// before that to a last question, of another kind.
func (r *raw) answers(count int) []int {
	r.t.Helper()
	for i := range count {
		r.say(ping("p"+strconv.Itoa(i), "w:p"))
	}
	r.say(ping("end", "urn:xmpp:ping"))
	out := []int{}
	for {
		node := r.hearTag("iq")
		id, _ := node.Attrs["id"].(string)
		if id == "end" {
			return out
		}
		if number, ok := strings.CutPrefix(id, "p"); ok {
			n, err := strconv.Atoi(number)
			if err != nil {
				r.t.Fatalf("answer to %q", id)
			}
			out = append(out, n)
		}
	}
}

// pings is a fault of pings on their way up.
func pings(do sandbox.Deed) sandbox.Fault {
	return sandbox.Fault{Way: sandbox.Up, Tag: "iq", XMLNS: "w:p", Do: do}
}

func same(t testing.TB, what string, got any, want any) {
	t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%s: %v, not %v", what, got, want)
	}
}

func TestChanceIsDrawnFromTheSeed(t *testing.T) {
	network, r := pinger(t)
	half := pings(sandbox.FaultDrop)
	half.Chance = 0.5
	run := func(seed uint64) []int {
		network.ClearFaults()
		network.SetSeed(seed)
		// Another rule's dice are its own: with it or without, this one's fall the same.
		strike(t, network, sandbox.Fault{Way: sandbox.Up, Tag: "iq", Type: "set", Do: sandbox.FaultDrop, Chance: 0.5})
		strike(t, network, half)
		left := r.answers(40)
		f := network.Faults()
		if f[0].ID != 1 || f[1].Seen != 40 || f[1].Hits != 40-len(left) || f[0].Seen != 0 {
			t.Errorf("with %d answers the faults are %+v", len(left), f)
		}
		return left
	}
	first := run(7)
	if len(first) < 8 || len(first) > 32 {
		t.Errorf("%d of 40 came through", len(first))
	}
	same(t, "the same seed", run(7), first)
	if slices.Equal(run(8), first) {
		t.Error("another seed strikes in the same places")
	}
	// New dice for what is in force: as if it had been added now.
	network.SetSeed(7)
	same(t, "seed set afterwards", r.answers(40), first)
}

func TestAfterAndTimes(t *testing.T) {
	network, r := pinger(t)
	f := pings(sandbox.FaultDrop)
	f.After, f.Times = 2, 3
	strike(t, network, f)
	same(t, "answered", r.answers(8), []int{0, 1, 5, 6, 7})
	if now := network.Faults()[0]; !now.Over || now.Hits != 3 || now.Seen != 8 {
		t.Errorf("the fault is %+v", now)
	}
}

func TestForSomeTime(t *testing.T) {
	network, r := pinger(t)
	f := pings(sandbox.FaultDrop)
	f.ForMS = 150
	strike(t, network, f)
	same(t, "while it is in force", r.answers(2), []int{})
	wait.Until(t, "the end of the fault", func() bool { return network.Faults()[0].Over })
	same(t, "afterwards", r.answers(2), []int{0, 1})
}

func TestOneFaultIsCleared(t *testing.T) {
	network, r := pinger(t)
	strike(t, network, sandbox.Fault{Way: sandbox.Up, Tag: "iq", Type: "set", Do: sandbox.FaultDrop})
	id, err := network.AddFault(pings(sandbox.FaultDrop))
	if err != nil {
		t.Fatal(err)
	}
	same(t, "struck", r.answers(1), []int{})
	if err := network.ClearFault(id); err != nil {
		t.Fatal(err)
	}
	same(t, "cleared", r.answers(1), []int{0})
	if left := network.Faults(); len(left) != 1 || left[0].ID == id {
		t.Errorf("the faults are %+v", left)
	}
	if err := network.ClearFault(id); err == nil {
		t.Error("cleared twice")
	}
}

func TestReorder(t *testing.T) {
	network, r := pinger(t)
	up := pings(sandbox.FaultReorder)
	up.Pass, up.Times, up.DelayMS = 2, 1, int(patience.Milliseconds())
	strike(t, network, up)
	same(t, "on the way up", r.answers(4), []int{1, 2, 0, 3})
	network.ClearFaults()
	strike(t, network, sandbox.Fault{Way: sandbox.Down, Tag: "iq", Type: "result", Do: sandbox.FaultReorder, Times: 1, DelayMS: int(patience.Milliseconds())})
	same(t, "on the way down", r.answers(3), []int{1, 0, 2})
	network.ClearFaults()
	// With nothing behind it, what is held comes after its time.
	up.Pass, up.DelayMS = 100, 100
	strike(t, network, up)
	r.say(ping("p9", "w:p"))
	if node := r.hearTag("iq"); node.Attrs["id"] != "p9" {
		t.Errorf("came %s", node.String())
	}
}

func TestReplace(t *testing.T) {
	network, r := pinger(t)
	strike(t, network, sandbox.Fault{Way: sandbox.Down, Tag: "iq", StanzaID: "p0", Do: sandbox.FaultReplace, Attrs: map[string]string{"id": "p7", "from": "", "was": "{id} of {from}"}})
	r.say(ping("p0", "w:p"))
	node := r.hearTag("iq")
	same(t, "attributes", node.String(), `<iq id="p7" type="result" was="p0 of s.whatsapp.net"/>`)
	network.ClearFaults()
	strike(t, network, sandbox.Fault{Way: sandbox.Down, Tag: "iq", StanzaID: "p1", Do: sandbox.FaultReplace, With: &sandbox.Element{
		Tag: "iq", Attrs: map[string]string{"id": "{id}", "type": "error", "from": "s.whatsapp.net"},
		Children: []sandbox.Element{{Tag: "error", Attrs: map[string]string{"code": "500"}, Text: "sorry"}},
	}})
	r.say(ping("p1", "w:p"))
	failure := r.hearTag("iq")
	if e := failure.GetChildByTag("error"); failure.Attrs["id"] != "p1" || failure.Attrs["type"] != "error" || e.Attrs["code"] != "500" || string(e.Content.([]byte)) != "sorry" {
		t.Errorf("came %s", failure.String())
	}
	network.ClearFaults()
	strike(t, network, sandbox.Fault{Way: sandbox.Up, Tag: "iq", StanzaID: "p2", Do: sandbox.FaultReplace, Attrs: map[string]string{"id": "p3"}})
	r.say(ping("p2", "w:p"))
	if node := r.hearTag("iq"); node.Attrs["id"] != "p3" {
		t.Errorf("a changed question is answered with %s", node.String())
	}
	// The last word of a connection ends it.
	strike(t, network, sandbox.Fault{Way: sandbox.Down, Tag: "iq", Do: sandbox.FaultReplace, With: &sandbox.Element{Tag: "stream:error", Attrs: map[string]string{"code": "515"}}})
	r.say(ping("p4", "w:p"))
	if node := r.hearTag("stream:error"); node.Attrs["code"] != "515" {
		t.Errorf("the last word is %s", node.String())
	}
	r.ends()
}

func TestChildAndJitter(t *testing.T) {
	network, r := pinger(t)
	strike(t, network, sandbox.Fault{Way: sandbox.Up, Child: "active", Do: sandbox.FaultDrop})
	strike(t, network, sandbox.Fault{Way: sandbox.Up, Tag: "iq", XMLNS: "passive", Do: sandbox.FaultRefuse, Code: 500})
	if node := r.ask("b", "set", "passive", waBinary.Node{Tag: "passive"}); node.Attrs["type"] != "error" {
		t.Errorf("another child is struck: %s", node.String())
	}
	network.ClearFaults()
	strike(t, network, sandbox.Fault{Way: sandbox.Down, Tag: "iq", Do: sandbox.FaultDelay, DelayMS: 80, DelayMaxMS: 120, Times: 1})
	start := time.Now()
	r.ask("c", "get", "w:p")
	if took := time.Since(start); took < 80*time.Millisecond {
		t.Errorf("answered after %v", took)
	}
}

func TestHalfOpen(t *testing.T) {
	network, r := pinger(t)
	id, err := network.AddFault(sandbox.Fault{Way: sandbox.Socket, Phone: owner, Do: sandbox.FaultHalfOpen})
	if err != nil {
		t.Fatal(err)
	}
	r.say(ping("p0", "w:p"))
	if _, err := network.Phone(anna).Text(owner, "сквозь тишину"); err != nil {
		t.Fatal(err)
	}
	heard := make(chan string, 10)
	go func() {
		defer close(heard)
		for {
			node, err := r.next()
			if err != nil {
				return
			}
			// The phone greets its new device too, by peer messages.
			if node.Tag == "message" && node.Attrs["category"] == nil || node.Attrs["id"] == "p0" {
				heard <- node.Tag
			}
		}
	}()
	select {
	case tag := <-heard:
		t.Fatalf("%s came through", tag)
	case <-time.After(200 * time.Millisecond):
	}
	if err := network.ClearFault(id); err != nil {
		t.Fatal(err)
	}
	got := []string{<-heard, <-heard}
	slices.Sort(got)
	same(t, "after clearing", got, []string{"iq", "message"})
}

func TestHalfOpenForATime(t *testing.T) {
	network, r := pinger(t)
	start := time.Now() // it lasts from the strike on
	strike(t, network, sandbox.Fault{Way: sandbox.Socket, Do: sandbox.FaultHalfOpen, LastMS: 150, Times: 1})
	same(t, "answered", r.answers(2), []int{0, 1})
	if took := time.Since(start); took < 150*time.Millisecond {
		t.Errorf("answered after %v", took)
	}
	if f := network.Faults()[0]; f.Hits != 1 || !f.Over {
		t.Errorf("the fault is %+v", f)
	}
}

// A device that comes back while its old connection is stuck is served on the
// new one, and what is stuck in the old one is lost.
func TestANewConnectionBesideAStuckOne(t *testing.T) {
	network := open(t, sandbox.Config{})
	keys := linkRaw(t, network)
	stuck := active(t, network, keys)
	strike(t, network, sandbox.Fault{Way: sandbox.Socket, Phone: owner, Do: sandbox.FaultHalfOpen, Times: 1})
	stuck.say(ping("p0", "w:p"))
	fresh := active(t, network, keys)
	same(t, "on the new connection", fresh.answers(2), []int{0, 1})
	stuck.ends()
}

// What is on its way when a connection ends does not arrive: neither what a
// silence holds back nor what is still under way.
func TestWhatIsStuckIsLostWithItsConnection(t *testing.T) {
	for _, f := range []sandbox.Fault{
		{Do: sandbox.FaultHalfOpen},
		{Do: sandbox.FaultSlow, LatencyMS: int(time.Hour / time.Millisecond)},
	} {
		network := open(t, sandbox.Config{})
		r := active(t, network, linkRaw(t, network))
		f.Way, f.Phone = sandbox.Socket, owner
		strike(t, network, f)
		// The server would name what it does not know.
		r.say(waBinary.Node{Tag: "stuck"})
		r.say(waBinary.Node{Tag: "behind"})
		strike(t, network, sandbox.Fault{Way: sandbox.Socket, Phone: owner, Do: sandbox.FaultCut, DelayMS: 100})
		r.ends()
		wait.Until(t, "the end of the connection", func() bool { return !network.Phone(owner).Devices()[0].Online })
		same(t, fmt.Sprintf("arrived through %s", f.Do), network.Unhandled(), map[string]int{})
	}
}

// Chaos, seed 100: a sidecar was killed in a silence that held its logins back.
// They arrived when the silence ended, and took the place of its successor's.
func TestWhatIsStuckIsLostWithItsClient(t *testing.T) {
	network := open(t, sandbox.Config{})
	r := active(t, network, linkRaw(t, network))
	strike(t, network, sandbox.Fault{Way: sandbox.Socket, Phone: owner, Do: sandbox.FaultHalfOpen})
	r.say(waBinary.Node{Tag: "stuck"})
	_ = r.ws.Close()
	wait.Until(t, "the end of the connection", func() bool { return !network.Phone(owner).Devices()[0].Online })
	network.ClearFaults()
	same(t, "arrived", network.Unhandled(), map[string]int{})
}

// Chaos, seed 102: a message of a sidecar that was killed was under way until its
// successor had sent the next one, and showed below it.
func TestWhatIsLateIsNotHeardBesideANewConnection(t *testing.T) {
	network := open(t, sandbox.Config{})
	keys := linkRaw(t, network)
	r := active(t, network, keys)
	strike(t, network, sandbox.Fault{Way: sandbox.Up, Tag: "late", Do: sandbox.FaultDelay, DelayMS: int(time.Hour / time.Millisecond)})
	r.say(waBinary.Node{Tag: "late"})
	wait.Until(t, "the delay", func() bool { return network.Faults()[0].Hits > 0 })
	connect(t, network, keys, login(ownerUser, 1), nil).hearTag("success")
	r.ends()
	network.Close() // after all that its connections do
	same(t, "heard", network.Unhandled(), map[string]int{})
}

func TestSlow(t *testing.T) {
	network, r := pinger(t)
	strike(t, network, sandbox.Fault{Way: sandbox.Socket, Do: sandbox.FaultSlow, LatencyMS: 30, BytesPerSecond: 2000})
	start := time.Now()
	r.ask("a", "get", "w:p")
	// Up and down: twice the latency, and some bytes.
	if took := time.Since(start); took < 75*time.Millisecond {
		t.Errorf("answered after %v", took)
	}
}

func TestCutAtARandomTime(t *testing.T) {
	network := open(t, sandbox.Config{})
	keys := linkRaw(t, network)
	strike(t, network, sandbox.Fault{Way: sandbox.Socket, Phone: owner, Do: sandbox.FaultCut, DelayMS: 20, DelayMaxMS: 60, Times: 2,
		With: &sandbox.Element{Tag: "stream:error", Attrs: map[string]string{"code": "503"}}})
	for range 2 {
		r := active(t, network, keys)
		if node := r.hearTag("stream:error"); node.Attrs["code"] != "503" {
			t.Errorf("the last word is %s", node.String())
		}
		r.ends()
	}
	same(t, "the third connection", active(t, network, keys).answers(1), []int{0})
}

func TestLoginRefused(t *testing.T) {
	network := open(t, sandbox.Config{})
	keys := linkRaw(t, network)
	strike(t, network, sandbox.Fault{Way: sandbox.Login, Phone: owner, Do: sandbox.FaultRefuse, Code: 402, ForMS: 3600_000, Times: 1,
		Attrs: map[string]string{"code": "103", "expire": "{left}"}})
	r := connect(t, network, keys, login(79000000001, 1), nil)
	failure := r.hearTag("failure")
	left, err := strconv.Atoi(fmt.Sprint(failure.Attrs["expire"]))
	if failure.Attrs["reason"] != "402" || failure.Attrs["code"] != "103" || err != nil || left < 3590 || left > 3600 {
		t.Errorf("refused with %s", failure.String())
	}
	r.ends()
	if devices := network.Phone(owner).Devices(); devices[0].Online {
		t.Error("the device is said to be online")
	}
	same(t, "the next login", active(t, network, keys).answers(1), []int{0})
}

func TestLoginCutAndDelayed(t *testing.T) {
	network := open(t, sandbox.Config{})
	keys := linkRaw(t, network)
	strike(t, network, sandbox.Fault{Way: sandbox.Login, Do: sandbox.FaultCutBefore, Times: 1})
	connect(t, network, keys, login(79000000001, 1), nil).ends()
	strike(t, network, sandbox.Fault{Way: sandbox.Login, Do: sandbox.FaultDelay, DelayMS: 80, Times: 1})
	start := time.Now()
	connect(t, network, keys, login(79000000001, 1), nil).hearTag("success")
	if took := time.Since(start); took < 80*time.Millisecond {
		t.Errorf("logged in after %v", took)
	}
}

func TestFaultsByHTTP(t *testing.T) {
	network, r := pinger(t)
	var seed struct{ Seed uint64 }
	ask(t, network, "PUT", "/api/faults/seed", `{"seed":99}`, 200, &seed)
	var added struct {
		ID  int
		IDs []int
	}
	ask(t, network, "POST", "/api/faults", `[{"way":"up","tag":"iq","xmlns":"w:p","do":"drop","times":1},{"way":"socket","do":"slow","latencyMs":1,"chance":0.25}]`, 201, &added)
	same(t, "ids", added.IDs, []int{1, 2})
	same(t, "answered", r.answers(2), []int{1})
	var faults struct {
		Seed   uint64
		Faults []sandbox.Fault
	}
	ask(t, network, "GET", "/api/faults", "", 200, &faults)
	if faults.Seed != 99 || network.Seed() != 99 || faults.Faults[0].Hits != 1 || !faults.Faults[0].Over || faults.Faults[1].Chance != 0.25 || faults.Faults[0].Chance != 1 {
		t.Errorf("faults %+v", faults)
	}
	ask(t, network, "DELETE", "/api/faults/1", "", 200, nil)
	ask(t, network, "DELETE", "/api/faults/1", "", 404, nil)
	ask(t, network, "DELETE", "/api/faults/x", "", 404, nil)
	for _, bad := range []string{
		`[]`, `[{"way":"up","do":"drop"},{"way":"up"}]`, `{"way":"up","do":"drop","chance":0}`, `{"way":"up","do":"drop","chance":1.5}`, `{"way":"up","do":"drop","chance":-1}`,
		`{"way":"up","do":"delay","delayMs":5,"delayMaxMs":4}`, `{"way":"up","do":"replace"}`, `{"way":"up","do":"replace","with":{"attrs":{}}}`,
		`{"way":"socket","do":"drop"}`, `{"way":"socket","do":"slow"}`, `{"way":"socket","tag":"iq","do":"cut"}`, `{"way":"account","do":"new_lid"}`,
		`{"way":"account","do":"age"}`, `{"way":"upload","do":"refuse","code":410,"phone":"79000000001"}`, `{"way":"sideways","do":"drop"}`, `{"way":"up","do":"drop","surprise":1}`,
		`{"way":"socket","do":"cut","with":{"tag":"a","children":[{"attrs":{}}]}}`, `{"way":"up","do":"drop","after":-1}`,
	} {
		ask(t, network, "POST", "/api/faults", bad, 400, nil)
	}
	ask(t, network, "POST", "/api/faults", `{"way":"account","do":"limit","phone":"79990000009"}`, 404, nil)
	if left := network.Faults(); len(left) != 1 || left[0].ID != 2 {
		t.Errorf("after errors the faults are %+v", left)
	}
	ask(t, network, "PUT", "/api/faults/seed", `{}`, 400, nil)
	ask(t, network, "PUT", "/api/faults/seed", `{"seed":-1}`, 400, nil)
}

func TestTheClockIsOff(t *testing.T) {
	network := open(t, sandbox.Config{})
	var clock struct {
		OffsetMS int64
		Now      time.Time
	}
	ask(t, network, "PUT", "/api/clock", `{"offsetMs":-86400000}`, 200, &clock)
	if off := time.Since(clock.Now); clock.OffsetMS != -86400000 || off < 24*time.Hour || off > 25*time.Hour {
		t.Errorf("the clock is %+v", clock)
	}
	if _, err := network.Phone(anna).Text(boris, "вчера"); err != nil {
		t.Fatal(err)
	}
	if at := network.Phone(anna).Messages(boris)[0].At; time.Since(at) < 24*time.Hour {
		t.Errorf("the message is of %s", at)
	}
	ask(t, network, "PUT", "/api/clock", `{"offsetMs":0}`, 200, nil)
	ask(t, network, "GET", "/api/clock", "", 200, &clock)
	if clock.OffsetMS != 0 || time.Since(clock.Now).Abs() > time.Minute {
		t.Errorf("the clock is %+v", clock)
	}
	ask(t, network, "PUT", "/api/clock", `{}`, 400, nil)
	ask(t, network, "PUT", "/api/clock", `{"offsetMs":999999999999999}`, 400, nil)
}
