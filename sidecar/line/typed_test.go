package line

import (
	"testing"
	"time"
)

// A code that WhatsApp would end soon helps nobody: who asks late is given a round
// of its own, and who joins is not.
func TestACodeToTypeAskedForLate(t *testing.T) {
	const asked, other = "+79000000001", "+79000000002"
	now := time.Now()
	for name, c := range map[string]struct {
		round round
		phone string
		late  bool
	}{
		"nobody asks":                 {round{codes: []string{"q"}, end: now.Add(time.Second), life: time.Hour}, "", false},
		"early":                       {round{codes: []string{"q"}, end: now.Add(time.Hour), life: time.Hour}, asked, false},
		"past the half":               {round{codes: []string{"q"}, end: now.Add(29 * time.Minute), life: time.Hour}, asked, true},
		"the code is there":           {round{codes: []string{"q"}, end: now.Add(time.Second), life: time.Hour, typed: typed{phone: asked}}, asked, false},
		"a code for another phone is": {round{codes: []string{"q"}, end: now.Add(time.Second), life: time.Hour, typed: typed{phone: other}}, asked, true},
		"WhatsApp gave no codes yet":  {round{}, asked, false},
		"a passkey was asked for":     {round{codes: []string{"q"}, end: now.Add(time.Hour), life: time.Hour, passkey: true}, asked, true},
		"the phone has taken a code":  {round{codes: []string{"q"}, end: now.Add(time.Second), life: time.Hour, paired: true}, asked, false},
	} {
		if got := c.round.late(c.phone); got != c.late {
			t.Errorf("%s: late is %t", name, got)
		}
	}
}

// The code's end is WhatsApp's: 160 s for the six QR codes of a first connection,
// which show the first for longer.
func TestACodeToTypeEndsWithTheLastQRCode(t *testing.T) {
	times := Timing{}.withDefaults()
	stopped := false
	codes := []string{"1", "2", "3", "4", "5", "6"}
	r := round{fresh: true, typed: typed{phone: "+79000000001", code: "ABCD-EFGH", asking: true, turn: 1, stop: func() { stopped = true }}}
	r.begun(codes, times)
	if left := time.Until(r.end).Round(time.Second); left != 160*time.Second {
		t.Errorf("the first connection's codes last %s", left)
	}
	if was := r.typed; was.phone != "+79000000001" || was.code != "" || was.turn != 2 || !was.asking || !stopped {
		t.Errorf("of the connection before there is %+v", was)
	}
	r.fresh = false
	r.begun(codes, times)
	if left := time.Until(r.end).Round(time.Second); left != 120*time.Second {
		t.Errorf("another connection's codes last %s", left)
	}
}
