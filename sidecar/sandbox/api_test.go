package sandbox_test

import (
	"bufio"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"go.mau.fi/whatsmeow"

	"github.com/nodeline/nodeline/internal/wait"
	"github.com/nodeline/nodeline/sidecar/sandbox"
)

// ask calls the interface and decodes the answer into out (nil: not looked at).
func ask(t testing.TB, network *sandbox.Network, method, path, body string, status int, out any) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, "http://"+network.Addr()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != status {
		t.Fatalf("%s %s: %d %s, not %d", method, path, response.StatusCode, raw, status)
	}
	if status >= 400 {
		var failure struct{ Error string }
		if err := json.Unmarshal(raw, &failure); err != nil || failure.Error == "" {
			t.Fatalf("%s %s: error without a sentence: %s", method, path, raw)
		}
	}
	if out != nil {
		if err := json.Unmarshal(raw, out); err != nil {
			t.Fatalf("%s %s: %v in %s", method, path, err, raw)
		}
	}
}

// linkByHTTP links a client by the interface alone: first by a ref whose secret
// nobody showed, which is refused, then by one that was held before the camera.
func linkByHTTP(t *testing.T, network *sandbox.Network) (*client, int) {
	t.Helper()
	c := newClient(t, network)
	codes, err := c.GetQRChannel(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Connect(); err != nil {
		t.Fatal(err)
	}
	item := <-codes
	var waiting struct{ Codes []sandbox.Code }
	ask(t, network, "GET", "/api/codes", "", 200, &waiting)
	if len(waiting.Codes) != 1 || waiting.Codes[0].Client != "whatsmeow" {
		t.Fatalf("codes %+v", waiting)
	}
	ref := waiting.Codes[0].Ref
	ask(t, network, "POST", "/api/phones/79000000001/link", `{"ref":"`+ref+`"}`, 409, nil)
	ask(t, network, "POST", "/api/codes", `{"qr":"`+item.Code+`"}`, 200, nil)
	var linked struct{ Device int }
	ask(t, network, "POST", "/api/phones/79000000001/link", `{"ref":"`+ref+`"}`, 200, &linked)
	for item := range codes {
		if item == whatsmeow.QRChannelSuccess {
			break
		}
	}
	wait.Until(t, "line is there", func() bool {
		info := network.Phone(owner).Info()
		return len(info.Devices) == 1 && info.Devices[0].Online && network.Backlog(owner, 1) == 0
	})
	return c, linked.Device
}

// The whole of a tester's day by HTTP alone.
func TestInterface(t *testing.T) {
	network := open(t, sandbox.Config{})
	var trust struct{ Root string }
	ask(t, network, "GET", "/trust", "", 200, &trust)
	if root := network.Root(); trust.Root != hex.EncodeToString(root[:]) {
		t.Errorf("root %s", trust.Root)
	}
	var phones struct{ Phones []sandbox.PhoneInfo }
	ask(t, network, "GET", "/api/phones", "", 200, &phones)
	if len(phones.Phones) != 3 || phones.Phones[0].Phone != owner || phones.Phones[1].Name != "Анна Петрова" || !phones.Phones[2].Online {
		t.Errorf("phones %+v", phones)
	}
	var made sandbox.PhoneInfo
	ask(t, network, "POST", "/api/phones", `{"phone":"79995550011","name":"Вера"}`, 201, &made)
	if made.Phone != "+79995550011" || made.Devices == nil || made.Chats == nil || !strings.HasSuffix(made.LID, "@lid") {
		t.Errorf("made %+v", made)
	}

	c, device := linkByHTTP(t, network)

	var sent struct{ ID string }
	ask(t, network, "POST", "/api/phones/+79123456789/send", `{"to":"+79000000001","text":"привет"}`, 200, &sent)
	c.awaitText("привет")
	reply, err := c.text(anna, "и вам")
	if err != nil {
		t.Fatal(err)
	}
	shown(t, network.Phone(anna), says("и вам"))
	ask(t, network, "POST", "/api/phones/79123456789/send", `{"to":"79000000001","text":"цитата","quote":"`+reply.ID+`"}`, 200, nil)
	c.awaitText("цитата")
	var chat struct{ Messages []sandbox.Message }
	ask(t, network, "GET", "/api/phones/79123456789/chats/79000000001", "", 200, &chat)
	if len(chat.Messages) != 3 || chat.Messages[0].ID != sent.ID || chat.Messages[2].Quoted == nil || chat.Messages[2].Quoted.Text != "и вам" {
		t.Errorf("chat %+v", chat)
	}
	ask(t, network, "POST", "/api/phones/79123456789/read", `{"chat":"+79000000001"}`, 200, nil)
	var info sandbox.PhoneInfo
	ask(t, network, "POST", "/api/phones/79123456789/online", `{"online":false}`, 200, &info)
	if info.Online || len(info.Chats) != 1 || info.Chats[0].Unread != 0 || info.Chats[0].With != owner || info.Chats[0].Last != "цитата" || !strings.Contains(info.Chats[0].Name, "Клиника «Север»") {
		t.Errorf("phone %+v", info)
	}
	var stats sandbox.Stats
	ask(t, network, "GET", "/api/stats", "", 200, &stats)
	if stats.Messages < 3 || stats.Repeats != 0 || stats.Unhandled == nil {
		t.Errorf("stats %+v", stats)
	}
	// Away: told of it, the client would clear what a goroutine of its own, which notes
	// names and which nothing waits for, may still read.
	c.Disconnect()
	ask(t, network, "DELETE", fmt.Sprintf("/api/phones/79000000001/devices/%d", device), "", 200, nil)
	if devices := network.Phone(owner).Devices(); len(devices) != 0 {
		t.Errorf("devices %+v", devices)
	}
}

func TestInterfaceRulesAndFaults(t *testing.T) {
	network := open(t, sandbox.Config{})
	var rules sandbox.Rules
	ask(t, network, "GET", "/api/rules", "", 200, &rules)
	if want := sandbox.Realistic(); fmt.Sprint(rules) != fmt.Sprint(want) {
		t.Errorf("rules %+v", rules)
	}
	// What is not named stays as it is.
	ask(t, network, "PUT", "/api/rules", `{"queryRate":false,"limited":["79000000001"]}`, 200, &rules)
	if rules.QueryRate || !rules.LegacyButtons || len(rules.Limited) != 1 || rules.Limited[0] != owner {
		t.Errorf("rules %+v", rules)
	}
	ask(t, network, "PUT", "/api/rules", `{"limited":["+79990000000"]}`, 404, nil)
	ask(t, network, "PUT", "/api/rules", `{"everything":true}`, 400, nil)
	if now := network.Rules(); now.QueryRate || len(now.Limited) != 1 {
		t.Errorf("after errors the rules are %+v", now)
	}
	var fault struct{ ID int }
	ask(t, network, "POST", "/api/faults", `{"way":"up","tag":"message","do":"drop","times":1}`, 201, &fault)
	var faults struct{ Faults []sandbox.Fault }
	ask(t, network, "GET", "/api/faults", "", 200, &faults)
	if len(faults.Faults) != 1 || faults.Faults[0].ID != fault.ID || faults.Faults[0].Do != sandbox.FaultDrop {
		t.Errorf("faults %+v", faults)
	}
	for _, bad := range []string{
		`{"do":"drop"}`, `{"way":"up","do":"explode"}`, `{"way":"up","do":"delay"}`, `{"way":"down","do":"refuse","code":1}`,
		`{"way":"up","do":"refuse"}`, `{"way":"up","do":"drop","times":-1}`, `{"way":"up","do":"drop","phone":"x"}`,
	} {
		ask(t, network, "POST", "/api/faults", bad, 400, nil)
	}
	ask(t, network, "DELETE", "/api/faults", "", 200, nil)
	if left := network.Faults(); len(left) != 0 {
		t.Errorf("faults %+v", left)
	}
}

func TestInterfaceRefusals(t *testing.T) {
	network := open(t, sandbox.Config{})
	network.Phone(boris).SetOnline(false)
	for _, c := range []struct {
		method, path, body string
		status             int
	}{
		{"GET", "/api/phones/+79990000000", "", 404},
		{"POST", "/api/phones", `{"phone":"+79123456789","name":"ещё одна"}`, 409},
		{"POST", "/api/phones", `{"phone":"12345","name":"короткий"}`, 400},
		{"POST", "/api/phones", `{"phone":"+79123456789"`, 400},
		{"POST", "/api/phones", `{"phone":"+79991112233"} {}`, 400},
		{"POST", "/api/phones", `{"telephone":"+79991112233"}`, 400},
		{"POST", "/api/phones", `{"phone":"+79991112233","name":"` + strings.Repeat("x", 1<<18) + `"}`, 413},
		{"GET", "/api/phones/79123456789/chats/nobody", "", 400},
		{"POST", "/api/phones/79123456789/send", `{"to":"+79000000001","text":"  "}`, 400},
		{"POST", "/api/phones/79123456789/send", `{"to":"+79990000000","text":"есть кто?"}`, 404},
		{"POST", "/api/phones/79123456789/send", `{"to":"+79123456789","text":"себе"}`, 400},
		{"POST", "/api/phones/79123456789/send", `{"to":"+79000000001","text":"на что?","quote":"nothing"}`, 404},
		{"POST", "/api/phones/79123456789/tap", `{"chat":"+79000000001","message":"nothing","button":"y"}`, 404},
		{"POST", "/api/phones/79123456789/online", `{}`, 400},
		{"POST", "/api/phones/79123456789/link", `{}`, 400},
		{"POST", "/api/phones/79123456789/link", `{"qr":"nonsense"}`, 400},
		{"POST", "/api/phones/79123456789/link", `{"ref":"2@unknown"}`, 404},
		{"POST", "/api/phones/79210001122/link", `{"qr":"nonsense"}`, 409},
		{"POST", "/api/codes", `{"qr":"nonsense"}`, 400},
		{"DELETE", "/api/phones/79123456789/devices/1", "", 404},
		{"DELETE", "/api/phones/79123456789/devices/0", "", 404},
		{"DELETE", "/api/phones/79123456789/devices/x", "", 404},
		{"GET", "/api/updates?since=x", "", 400},
		{"GET", "/api/nothing", "", 404},
		{"PATCH", "/api/phones", "", 404},
	} {
		ask(t, network, c.method, c.path, c.body, c.status, nil)
	}
}

// Only this machine's own page may call: a name from elsewhere that resolves to
// loopback, and another site's page, are refused.
func TestInterfaceIsLocal(t *testing.T) {
	network := open(t, sandbox.Config{})
	for _, path := range []string{"/api/phones", "/trust", "/", "/api/updates"} {
		for name, change := range map[string]func(*http.Request){
			"foreign name":   func(r *http.Request) { r.Host = "rebound.example:80" },
			"foreign origin": func(r *http.Request) { r.Header.Set("Origin", "https://example.org") },
			"other port":     func(r *http.Request) { r.Header.Set("Origin", "http://127.0.0.1:1") },
		} {
			request, err := http.NewRequestWithContext(t.Context(), "GET", "http://"+network.Addr()+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			change(request)
			response, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			_ = response.Body.Close()
			if response.StatusCode != http.StatusForbidden {
				t.Errorf("%s, %s: %d", path, name, response.StatusCode)
			}
		}
	}
	// The page is served, and its own requests are let through.
	request, err := http.NewRequestWithContext(t.Context(), "GET", "http://"+network.Addr()+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Origin", "http://"+network.Addr())
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != 200 || !strings.HasPrefix(response.Header.Get("Content-Type"), "text/html") {
		t.Errorf("page: %d %s", response.StatusCode, response.Header.Get("Content-Type"))
	}
}

// stream reads updates from a number on.
func stream(t *testing.T, network *sandbox.Network, query string) func() sandbox.Update {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), "GET", "http://"+network.Addr()+"/api/updates"+query, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = response.Body.Close() })
	if kind := response.Header.Get("Content-Type"); kind != "text/event-stream" {
		t.Fatalf("content type %q", kind)
	}
	lines := bufio.NewScanner(response.Body)
	return func() sandbox.Update {
		t.Helper()
		var id string
		for lines.Scan() {
			if rest, ok := strings.CutPrefix(lines.Text(), "id: "); ok {
				id = rest
			}
			if rest, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				var u sandbox.Update
				if err := json.Unmarshal([]byte(rest), &u); err != nil {
					t.Fatal(err)
				}
				if fmt.Sprint(u.Seq) != id {
					t.Errorf("id %s for %+v", id, u)
				}
				return u
			}
		}
		t.Fatalf("the stream ended: %v", lines.Err())
		return sandbox.Update{}
	}
}

func TestUpdates(t *testing.T) {
	network := open(t, sandbox.Config{})
	next := stream(t, network, "?since=0") // from the first on: the seeded phones
	for _, phone := range []string{owner, anna, boris} {
		if u := next(); u.Kind != sandbox.UpdatePhone || u.Phone != phone {
			t.Errorf("update %+v", u)
		}
	}
	id, err := network.Phone(anna).Text(boris, "привет")
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]bool{}
	var last int64
	for !kinds["+79123456789 message"] || !kinds["+79210001122 message"] || !kinds["+79123456789 status"] {
		u := next()
		if u.Message != id || u.Seq <= last {
			t.Errorf("update %+v after %d", u, last)
		}
		last = u.Seq
		kinds[u.Phone+" "+string(u.Kind)] = true
	}
	// Who comes back says what it has; what was missed comes first.
	network.Phone(boris).SetOnline(false)
	again := stream(t, network, fmt.Sprintf("?since=%d", last))
	for {
		if u := again(); u.Kind == sandbox.UpdatePhone {
			if u.Phone != boris {
				t.Errorf("update %+v", u)
			}
			break
		}
	}
	// A number that this network never gave: everything has to be read again.
	if u := stream(t, network, "?since=999999")(); u.Kind != sandbox.UpdateReset || u.Seq <= 0 {
		t.Errorf("update %+v", u)
	}
}
