package sandbox_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types/events"

	"github.com/nodeline/nodeline/internal/wait"
	"github.com/nodeline/nodeline/sidecar/sandbox"
)

// rows are the troubles that the network is known for; each has a preset.
var rows = []string{
	"lost_ack", "cut_before", "cut_after", "lost_message", "duplicated", "reordered", "garbled", "retry_receipts",
	"device_removed", "locked", "temporary_ban", "client_outdated", "banned", "client_rejected", "unavailable", "restarts", "replaced",
	"reachout_refused", "reachout_timelock", "invalid_stanza", "buttons_refused", "buttons_invalid", "buttons_hidden", "too_many_messages", "too_many_questions",
	"expired_qr", "late_scan", "wrong_secret", "passkey", "media_gone", "slow_upload", "offline_day", "lid_change", "prekeys_used_up",
	"half_open", "slow_network", "polls_refused", "votes_unreadable", "votes_as_number",
}

func preset(t testing.TB, network *sandbox.Network, name string) {
	t.Helper()
	if _, err := network.AddPreset(sandbox.Fault{Preset: name, Phone: owner}); err != nil {
		t.Fatal(err)
	}
}

func TestEveryTroubleHasAPreset(t *testing.T) {
	network := open(t, sandbox.Config{})
	var list struct{ Presets []sandbox.Preset }
	ask(t, network, "GET", "/api/presets", "", 200, &list)
	known := map[string]bool{}
	for _, p := range list.Presets {
		if known[p.Name] || !regexp.MustCompile(`^[a-z_]+$`).MatchString(p.Name) || p.Rests == "" || p.Group == "" {
			t.Errorf("the preset %+v", p)
		}
		known[p.Name] = true
		for _, w := range []sandbox.Words{p.Title, p.Effect} {
			if !strings.ContainsFunc(w.Ru, func(r rune) bool { return unicode.Is(unicode.Cyrillic, r) }) || w.En == "" || strings.ContainsFunc(w.En, func(r rune) bool { return unicode.Is(unicode.Cyrillic, r) }) {
				t.Errorf("%s says %+v", p.Name, w)
			}
		}
		var added struct{ IDs []int }
		ask(t, network, "POST", "/api/faults", fmt.Sprintf(`{"preset":%q,"phone":%q}`, p.Name, anna), 201, &added)
		for _, f := range network.Faults() {
			if f.Preset != p.Name {
				t.Errorf("the fault of %s is %+v", p.Name, f)
			}
		}
		if len(added.IDs) != len(network.Faults()) || len(added.IDs) == 0 {
			t.Errorf("%s added %v", p.Name, added.IDs)
		}
		ask(t, network, "DELETE", "/api/faults?preset="+p.Name, "", 200, nil)
		if left := network.Faults(); len(left) != 0 {
			t.Fatalf("after %s: %+v", p.Name, left)
		}
	}
	page, err := os.ReadFile("../../docs/sandbox.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range rows {
		if !known[name] {
			t.Errorf("%s has no preset", name)
		}
		if !strings.Contains(string(page), "| `"+name+"` |") {
			t.Errorf("docs/sandbox.md does not tell of %s", name)
		}
	}
	if len(rows) != len(known) {
		t.Errorf("%d presets, %d rows", len(known), len(rows))
	}
}

func TestPresetsByHTTP(t *testing.T) {
	network := open(t, sandbox.Config{})
	ask(t, network, "POST", "/api/faults", `[{"preset":"lost_ack","phone":"79000000001","times":2,"chance":0.5,"after":3,"forMs":60000},{"preset":"media_gone","phone":"79000000001"},{"way":"up","do":"drop","tag":"presence"}]`, 201, nil)
	f := network.Faults()
	if len(f) != 3 || f[0].Phone != owner || f[0].Times != 2 || f[0].Chance != 0.5 || f[0].After != 3 || f[0].ForMS != 60000 || f[1].Phone != "" || f[2].Preset != "" {
		t.Errorf("faults %+v", f)
	}
	network.ClearPreset("lost_ack")
	if f := network.Faults(); len(f) != 2 {
		t.Errorf("faults %+v", f)
	}
	network.ClearFaults()
	ask(t, network, "POST", "/api/faults", `{"preset":"temporary_ban","code":104,"forMs":7200000}`, 201, nil)
	if f := network.Faults()[0]; f.Attrs["code"] != "104" || f.ForMS != 7200000 || f.Code != 402 {
		t.Errorf("the ban is %+v", f)
	}
	network.ClearFaults()
	for body, status := range map[string]int{
		`{"preset":"nonsense"}`: 404, `{"preset":"lid_change"}`: 400, `{"preset":"lost_ack","way":"up"}`: 400, `{"preset":"lost_ack","code":5}`: 400,
		`{"preset":"temporary_ban","code":105}`: 400, `{"preset":"lost_ack","chance":0}`: 400, `{"preset":"lost_ack","phone":"x"}`: 400,
		`{"preset":"lost_ack","attrs":{"a":"b"}}`: 400, `{"preset":"lost_ack","latencyMs":5}`: 400, `{"preset":"lid_change","phone":"79990000009"}`: 404,
	} {
		ask(t, network, "POST", "/api/faults", body, status, nil)
	}
	if f := network.Faults(); len(f) != 0 {
		t.Errorf("after errors the faults are %+v", f)
	}
}

func TestMediaGoneAndSlow(t *testing.T) {
	network, line, _ := linked(t)
	uploaded, err := line.Upload(context.Background(), []byte("картинка"), whatsmeow.MediaImage)
	if err != nil {
		t.Fatal(err)
	}
	get := func() error {
		_, err := line.Download(context.Background(), &waE2E.ImageMessage{
			URL: &uploaded.URL, DirectPath: &uploaded.DirectPath, MediaKey: uploaded.MediaKey,
			FileEncSHA256: uploaded.FileEncSHA256, FileSHA256: uploaded.FileSHA256, FileLength: &uploaded.FileLength,
		})
		return err
	}
	preset(t, network, "media_gone")
	if err := get(); !errors.Is(err, whatsmeow.ErrMediaDownloadFailedWith410) {
		t.Errorf("the file is not gone: %v", err)
	}
	network.ClearFaults()
	if err := get(); err != nil {
		t.Error(err)
	}
	strike(t, network, sandbox.Fault{Way: sandbox.Download, Do: sandbox.FaultCutBefore, Times: 1})
	if err := get(); err != nil {
		t.Errorf("one cut is not survived: %v", err)
	}
	preset(t, network, "slow_upload")
	start := time.Now()
	if _, err := line.Upload(context.Background(), make([]byte, 4000), whatsmeow.MediaImage); err != nil {
		t.Error(err)
	}
	if took := time.Since(start); took < 700*time.Millisecond {
		t.Errorf("4 KB at 16 KB a second, half a second late: %v", took)
	}
}

func TestTimelockNotice(t *testing.T) {
	network, line, _ := linked(t)
	preset(t, network, "reachout_timelock")
	if e := await[*events.NotifyAccountReachoutTimelock](line, "the notice", nil); !e.IsActive {
		t.Errorf("the notice is %+v", e)
	}
	if _, err := line.text(anna, "первым"); err == nil || !strings.Contains(err.Error(), "463") {
		t.Errorf("a cold send ended with %v", err)
	}
	if f := network.Faults()[0]; f.Hits != 1 {
		t.Errorf("the fault is %+v", f)
	}
	// A change of the rules does not lift it.
	if err := network.SetRules(sandbox.Realistic()); err != nil {
		t.Fatal(err)
	}
	if _, err := line.text(anna, "первым"); err == nil {
		t.Error("lifted by the rules")
	}
	network.ClearFaults()
	if e := await[*events.NotifyAccountReachoutTimelock](line, "the end", nil); e.IsActive {
		t.Errorf("the notice is %+v", e)
	}
	if _, err := line.text(anna, "теперь можно"); err != nil {
		t.Error(err)
	}
}

func TestTimelockEndsByItself(t *testing.T) {
	network, line, _ := linked(t)
	if _, err := network.AddPreset(sandbox.Fault{Preset: "reachout_timelock", Phone: owner, ForMS: 200}); err != nil {
		t.Fatal(err)
	}
	await(line, "the end", func(e *events.NotifyAccountReachoutTimelock) bool { return !e.IsActive })
}

func TestAnotherLID(t *testing.T) {
	network, line, _ := linked(t)
	phone := network.Phone(anna)
	if _, err := phone.Text(owner, "до"); err != nil {
		t.Fatal(err)
	}
	line.awaitText("до")
	before := phone.LID()
	if _, err := network.AddPreset(sandbox.Fault{Preset: "lid_change", Phone: anna}); err != nil {
		t.Fatal(err)
	}
	if phone.LID() == before || network.Faults()[0].Hits != 1 || !network.Faults()[0].Over {
		t.Errorf("the LID is %s as before; %+v", phone.LID(), network.Faults())
	}
	if _, err := phone.Text(owner, "после"); err != nil {
		t.Fatal(err)
	}
	if e := line.awaitText("после"); e.Info.Sender.ToNonAD().String() != phone.LID() || e.Info.SenderAlt.User != jid(anna).User {
		t.Errorf("it came from %s, %s", e.Info.Sender, e.Info.SenderAlt)
	}
}

func TestPrekeysUsedUp(t *testing.T) {
	network, line, _ := linked(t)
	preset(t, network, "prekeys_used_up")
	// The phones begin sessions with the line all the same, and the line with a
	// phone whose keys are used up.
	if _, err := network.AddPreset(sandbox.Fault{Preset: "prekeys_used_up", Phone: anna}); err != nil {
		t.Fatal(err)
	}
	if _, err := network.Phone(boris).Text(owner, "без ключа"); err != nil {
		t.Fatal(err)
	}
	line.awaitText("без ключа")
	if _, err := line.text(anna, "и обратно"); err != nil {
		t.Fatal(err)
	}
	shown(t, network.Phone(anna), says("и обратно"))
	for _, f := range network.Faults() {
		if f.Hits == 0 {
			t.Errorf("nobody took a bundle: %+v", f)
		}
	}
}

func TestOfflineForADay(t *testing.T) {
	network, line, device := linked(t)
	preset(t, network, "offline_day")
	await[*events.Disconnected](line, "the end of the connection", nil)
	if _, err := network.Phone(anna).Text(owner, "вчерашнее"); err != nil {
		t.Fatal(err)
	}
	wait.Until(t, "a refused login", func() bool { return network.Faults()[0].Hits > 0 })
	if network.Phone(owner).Devices()[0].Online || network.Backlog(owner, device) == 0 {
		t.Error("the line is there")
	}
	network.ClearFaults()
	e := line.awaitText("вчерашнее")
	if age := time.Since(e.Info.Timestamp); age < 24*time.Hour || age > 25*time.Hour {
		t.Errorf("it is %v old", age)
	}
	if _, err := network.Phone(anna).Text(owner, "сегодняшнее"); err != nil {
		t.Fatal(err)
	}
	if e := line.awaitText("сегодняшнее"); time.Since(e.Info.Timestamp) > time.Hour {
		t.Errorf("it is of %s", e.Info.Timestamp)
	}
}

// A preset of one phone leaves the others alone.
func TestAPresetOfOnePhone(t *testing.T) {
	network, line, _ := linked(t)
	if _, err := network.AddPreset(sandbox.Fault{Preset: "unavailable", Phone: anna}); err != nil {
		t.Fatal(err)
	}
	if _, err := line.text(anna, "без помех"); err != nil {
		t.Fatal(err)
	}
	if !line.IsConnected() || count(line, func(*events.Disconnected) bool { return true }) > 0 {
		t.Error("the line was cut")
	}
}

// One that is about logins ends the connections that are there.
func TestAPresetShowsAtOnce(t *testing.T) {
	network, line, _ := linked(t)
	ask(t, network, "POST", "/api/faults", `{"preset":"unavailable","phone":"79000000001"}`, 201, nil)
	await[*events.Disconnected](line, "the end of the connection", nil)
	wait.Until(t, "a refused login", func() bool { return network.Faults()[0].Hits > 0 })
}
