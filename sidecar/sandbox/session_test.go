package sandbox_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"github.com/nodeline/nodeline/internal/wait"
	"github.com/nodeline/nodeline/sidecar/sandbox"
	"github.com/nodeline/nodeline/sidecar/sandbox/chat"
)

func TestLinkingByQR(t *testing.T) {
	network := open(t, sandbox.Config{})
	c := newClient(t, network)
	codes, err := c.GetQRChannel(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Connect(); err != nil {
		t.Fatal(err)
	}
	item := <-codes
	waiting := network.Codes()
	if len(waiting) != 1 || !strings.Contains(item.Code, waiting[0].Ref) || waiting[0].Ready {
		t.Fatalf("waiting codes %+v for %s", waiting, item.Code)
	}
	if life := time.Until(waiting[0].ExpiresAt); life < 50*time.Second || life > 60*time.Second {
		t.Errorf("the first code lives %v", life)
	}
	phone := network.Phone(owner)
	if _, err := phone.LinkRef(context.Background(), waiting[0].Ref); err == nil {
		t.Error("linked by a ref whose secret nobody showed")
	}
	if _, err := phone.Link(context.Background(), "https://wa.me/settings/linked_devices#nonsense"); err == nil {
		t.Error("nonsense was linked")
	}
	fields := strings.Split(item.Code, ",")
	fields[2] = fields[1] // the Noise key in the identity's place
	if _, err := phone.Link(context.Background(), strings.Join(fields, ",")); err == nil {
		t.Error("a code with another identity was linked")
	}
	if _, err := network.Offer(item.Code); err != nil {
		t.Fatal(err)
	}
	device, err := phone.LinkRef(context.Background(), waiting[0].Ref)
	if err != nil {
		t.Fatal(err)
	}
	paired := await[*events.PairSuccess](c, "pair success", nil)
	if paired.ID.User != jid(owner).User || int(paired.ID.Device) != device || paired.LID.ToNonAD().String() != phone.LID() {
		t.Errorf("paired as %+v", paired)
	}
	await[*events.Connected](c, "connection", nil)
	await(c, "name", func(e *events.AppStateSyncComplete) bool { return e.Name == "critical_block" })
	if c.Store.PushName != phone.Name() {
		t.Errorf("name %q", c.Store.PushName)
	}
	await[*events.HistorySync](c, "history", nil)
	if err := c.SendPresence(context.Background(), types.PresenceAvailable); err != nil {
		t.Error(err)
	}
	if devices := phone.Devices(); len(devices) != 1 || devices[0].ID != device || !devices[0].Online {
		t.Errorf("devices %+v", devices)
	}
	if len(network.Codes()) != 0 {
		t.Errorf("codes wait still: %+v", network.Codes())
	}
}

// The secret in the code is the client's proof that this phone saw it.
func TestLinkingWithAFalseSecret(t *testing.T) {
	network := open(t, sandbox.Config{})
	c := newClient(t, network)
	codes, err := c.GetQRChannel(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Connect(); err != nil {
		t.Fatal(err)
	}
	fields := strings.Split((<-codes).Code, ",")
	fields[3] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
	_, err = network.Phone(owner).Link(context.Background(), strings.Join(fields, ","))
	if err == nil || !strings.Contains(err.Error(), "hmac-mismatch") {
		t.Errorf("linking ended in %v", err)
	}
	if devices := network.Phone(owner).Devices(); len(devices) != 0 {
		t.Errorf("devices %+v", devices)
	}
}

func TestLinkingByCode(t *testing.T) {
	network := open(t, sandbox.Config{})
	c := newClient(t, network)
	if err := c.Connect(); err != nil {
		t.Fatal(err)
	}
	await[*events.QR](c, "codes", nil)
	phone := network.Phone(owner)
	if _, err := phone.LinkCode(context.Background(), "ABCD-EFGH"); err == nil {
		t.Error("linked though no device asked")
	}
	code, err := c.PairPhone(context.Background(), owner, true, whatsmeow.PairClientChrome, "Chrome (Linux)")
	if err != nil {
		t.Fatal(err)
	}
	if waiting := network.Codes(); len(waiting) != 1 || waiting[0].Phone != owner {
		t.Errorf("the phone tells its owner of %+v", waiting)
	}
	if _, err := network.Phone(anna).LinkCode(context.Background(), code); err == nil {
		t.Error("linked to another phone")
	}
	device, err := phone.LinkCode(context.Background(), strings.ToLower(code))
	if err != nil {
		t.Fatal(err)
	}
	await[*events.Connected](c, "connection", nil)
	if devices := phone.Devices(); len(devices) != 1 || devices[0].ID != device {
		t.Errorf("devices %+v", devices)
	}
}

// What WhatsApp refuses to give a code for, and what the phone does not speak of.
func TestCodesThatAreNotGiven(t *testing.T) {
	network := open(t, sandbox.Config{})
	c := newClient(t, network)
	if err := c.Connect(); err != nil {
		t.Fatal(err)
	}
	await[*events.QR](c, "codes", nil)
	for name, want := range map[string]error{"Nodeline": whatsmeow.ErrIQBadRequest, "Chrome": whatsmeow.ErrIQBadRequest, "Chrome (Linux)": nil} {
		if _, err := c.PairPhone(context.Background(), owner, false, whatsmeow.PairClientChrome, name); !errors.Is(err, want) {
			t.Errorf("%q is answered with %v", name, err)
		}
	}
	if _, err := c.PairPhone(context.Background(), "+79990000000", true, whatsmeow.PairClientChrome, "Chrome (Linux)"); !errors.Is(err, whatsmeow.ErrIQNotFound) {
		t.Errorf("a number that is not there is answered with %v", err)
	}
	if waiting := network.Codes(); len(waiting) != 1 || waiting[0].Phone != "" {
		t.Errorf("the phone tells its owner of %+v", waiting)
	}
}

func TestLinkingByAFalseCode(t *testing.T) {
	network := open(t, sandbox.Config{})
	c := newClient(t, network)
	if err := c.Connect(); err != nil {
		t.Fatal(err)
	}
	await[*events.QR](c, "codes", nil)
	if _, err := c.PairPhone(context.Background(), owner, true, whatsmeow.PairClientChrome, "Chrome (Linux)"); err != nil {
		t.Fatal(err)
	}
	if _, err := network.Phone(owner).LinkCode(context.Background(), "WRONGONE"); err == nil || !strings.Contains(err.Error(), "not the one that the device shows") {
		t.Errorf("ended in %v", err)
	}
	if devices := network.Phone(owner).Devices(); len(devices) != 0 {
		t.Errorf("devices %+v", devices)
	}
}

func TestCodesRunOut(t *testing.T) {
	network := open(t, sandbox.Config{FirstCode: 200 * time.Millisecond, NextCode: 50 * time.Millisecond})
	c := newClient(t, network)
	if err := c.Connect(); err != nil {
		t.Fatal(err)
	}
	codes := await[*events.QR](c, "codes", nil).Codes
	if len(codes) != 6 {
		t.Errorf("%d codes", len(codes))
	}
	await[*events.Disconnected](c, "close after the last code", nil)
	if _, err := network.Phone(owner).Link(context.Background(), codes[0]); err == nil {
		t.Error("a code that ran out was linked")
	}
	if waiting := network.Codes(); len(waiting) != 0 {
		t.Errorf("codes wait still: %+v", waiting)
	}
}

func TestBacklogAfterAbsence(t *testing.T) {
	network, line, device := linked(t)
	if _, err := line.text(anna, "раз"); err != nil {
		t.Fatal(err)
	}
	line.Disconnect()
	wait.Until(t, "line is away", func() bool { return !network.Phone(owner).Devices()[0].Online })
	for _, text := range []string{"пишу вам", "и ещё"} {
		if _, err := network.Phone(anna).Text(owner, text); err != nil {
			t.Fatal(err)
		}
	}
	back := clientOn(t, network, line.db)
	if err := back.Connect(); err != nil {
		t.Fatal(err)
	}
	preview := await[*events.OfflineSyncPreview](back, "preview", nil)
	if preview.Messages != 2 {
		t.Errorf("preview %+v", preview)
	}
	one, two := back.awaitText("пишу вам"), back.awaitText("и ещё")
	if one.Info.Timestamp.After(two.Info.Timestamp) {
		t.Error("backlog out of order")
	}
	await[*events.OfflineSyncCompleted](back, "end of backlog", nil)
	// What was confirmed does not come again.
	wait.Until(t, "all is confirmed", func() bool { return network.Backlog(owner, device) == 0 })
	back.Disconnect()
	wait.Until(t, "line is away", func() bool { return !network.Phone(owner).Devices()[0].Online })
	again := clientOn(t, network, line.db)
	if err := again.Connect(); err != nil {
		t.Fatal(err)
	}
	if preview := await[*events.OfflineSyncPreview](again, "preview", nil); preview.Messages != 0 {
		t.Errorf("second preview %+v", preview)
	}
}

func TestUnlinkFromThePhone(t *testing.T) {
	network, line, device := linked(t)
	if err := network.Phone(owner).Unlink(device); err != nil {
		t.Fatal(err)
	}
	if out := await[*events.LoggedOut](line, "logout", nil); out.OnConnect {
		t.Errorf("logged out %+v", out)
	}
	if err := network.Phone(owner).Unlink(device); err == nil {
		t.Error("unlinked twice")
	}
}

// What a device wrote before it was unlinked is still read.
func TestLastWordsOfAnUnlinkedDevice(t *testing.T) {
	network, line, device := linked(t)
	network.Phone(anna).SetOnline(false)
	if _, err := line.text(anna, "последнее"); err != nil {
		t.Fatal(err)
	}
	if err := network.Phone(owner).Unlink(device); err != nil {
		t.Fatal(err)
	}
	network.Phone(anna).SetOnline(true)
	shown(t, network.Phone(anna), says("последнее"))
}

func TestUnlinkedWhileAway(t *testing.T) {
	network, line, device := linked(t)
	line.Disconnect()
	if err := network.Phone(owner).Unlink(device); err != nil {
		t.Fatal(err)
	}
	back := clientOn(t, network, line.db)
	if err := back.Connect(); err != nil {
		t.Fatal(err)
	}
	if out := await[*events.LoggedOut](back, "logout", nil); !out.OnConnect || out.Reason != events.ConnectFailureLoggedOut {
		t.Errorf("logged out %+v", out)
	}
}

func TestLogoutFromTheClient(t *testing.T) {
	network := open(t, sandbox.Config{})
	line := newClient(t, network)
	// The client answers the history from a goroutine that nothing waits for, and which
	// reads what a logout clears: it has to have answered. This fault only counts.
	answers := sandbox.Fault{Way: sandbox.Up, Tag: "receipt", Type: "hist_sync", Do: sandbox.FaultDrop, After: 1 << 20}
	if _, err := network.AddFault(answers); err != nil {
		t.Fatal(err)
	}
	line.link(network.Phone(owner))
	wait.Until(t, "the client's word on its history", func() bool { return network.Faults()[0].Seen == 1 })
	if err := line.Logout(context.Background()); err != nil {
		t.Fatal(err)
	}
	if devices := network.Phone(owner).Devices(); len(devices) != 0 {
		t.Errorf("devices %+v", devices)
	}
}

func TestNewestConnectionWins(t *testing.T) {
	network, line, _ := linked(t)
	second := clientOn(t, network, line.db)
	if err := second.Connect(); err != nil {
		t.Fatal(err)
	}
	await[*events.Connected](second, "connection", nil)
	await[*events.StreamReplaced](line, "replacement", nil)
	if _, err := second.text(anna, "я новее"); err != nil {
		t.Fatal(err)
	}
}

func TestEndsOfConnections(t *testing.T) {
	network, line, device := linked(t)
	for _, code := range []string{"503", "515"} {
		if !network.StreamError(owner, device, code, "") {
			t.Fatal("no connection")
		}
		await[*events.Connected](line, "reconnection after "+code, nil)
	}
	if !network.Kick(owner, device) {
		t.Fatal("no connection")
	}
	await[*events.Connected](line, "reconnection after a cut", nil)
	line.Disconnect()
	if err := network.FailNextLogin(owner, device, "402", map[string]string{"code": "101", "expire": "3600"}); err != nil {
		t.Fatal(err)
	}
	if err := line.Connect(); err != nil {
		t.Fatal(err)
	}
	if ban := await[*events.TemporaryBan](line, "ban", nil); ban.Expire != time.Hour {
		t.Errorf("ban %+v", ban)
	}
}

func TestOfflinePhone(t *testing.T) {
	network, line, _ := linked(t)
	customer := network.Phone(anna)
	customer.SetOnline(false)
	sent, err := line.text(anna, "Вы тут?")
	if err != nil {
		t.Fatal(err)
	}
	id, err := customer.Text(owner, "из метро")
	if err != nil {
		t.Fatal(err)
	}
	if m := customer.Messages(owner); len(m) != 1 || m[0].Status != chat.StatusPending {
		t.Errorf("offline the customer sees %+v", m)
	}
	delivered := func(e *events.Receipt) bool { return e.MessageIDs[0] == sent.ID }
	if count(line, delivered) > 0 {
		t.Error("delivered to a phone that is off")
	}
	if _, err := customer.Link(context.Background(), "x"); err == nil {
		t.Error("an offline phone linked a device")
	}
	customer.SetOnline(true)
	await(line, "delivery", delivered)
	line.awaitText("из метро")
	shown(t, customer, says("Вы тут?"))
	shown(t, customer, func(m sandbox.Message) bool { return m.ID == id && m.Status != chat.StatusPending })
}
