package sandbox_test

import (
	"context"
	"strings"
	"testing"

	"go.mau.fi/whatsmeow"
	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"

	"github.com/nodeline/nodeline/sidecar/sandbox"
	"github.com/nodeline/nodeline/sidecar/sandbox/chat"
)

// question is a message with native quick replies.
func question(body string, buttons ...sandbox.Button) *waE2E.Message {
	var list []*waE2E.InteractiveMessage_NativeFlowMessage_NativeFlowButton
	for _, b := range buttons {
		list = append(list, &waE2E.InteractiveMessage_NativeFlowMessage_NativeFlowButton{
			Name: proto.String("quick_reply"), ButtonParamsJSON: proto.String(`{"display_text":"` + b.Text + `","id":"` + b.ID + `"}`),
		})
	}
	return &waE2E.Message{InteractiveMessage: &waE2E.InteractiveMessage{
		Header: &waE2E.InteractiveMessage_Header{Title: proto.String("Запись")},
		Body:   &waE2E.InteractiveMessage_Body{Text: &body},
		Footer: &waE2E.InteractiveMessage_Footer{Text: proto.String("Клиника")},
		InteractiveMessage: &waE2E.InteractiveMessage_NativeFlowMessage_{
			NativeFlowMessage: &waE2E.InteractiveMessage_NativeFlowMessage{Buttons: list, MessageVersion: proto.Int32(1)},
		},
	}}
}

// biz is the node beside a message with native buttons; children of interactive vary.
func biz(flow ...waBinary.Node) *[]waBinary.Node {
	return &[]waBinary.Node{{Tag: "biz", Content: []waBinary.Node{{
		Tag: "interactive", Attrs: waBinary.Attrs{"type": "native_flow", "v": "1"}, Content: flow,
	}}}}
}

var mixed = waBinary.Node{Tag: "native_flow", Attrs: waBinary.Attrs{"v": "9", "name": "mixed"}}

var yesNo = []sandbox.Button{{ID: "y", Text: "Да, приду"}, {ID: "n", Text: "Нет"}}

func TestTapOnNativeButtons(t *testing.T) {
	network, line, _ := linked(t)
	customer := network.Phone(anna)
	sent, err := line.SendMessage(context.Background(), jid(anna), question("Придёте?", yesNo...), whatsmeow.SendRequestExtra{AdditionalNodes: biz(mixed)})
	if err != nil {
		t.Fatal(err)
	}
	got := shown(t, customer, says("Придёте?"))
	if got.Kind != chat.KindButtons || !got.Visible || got.Header != "Запись" || got.Footer != "Клиника" || len(got.Buttons) != 2 || got.Buttons[0] != yesNo[0] || got.Buttons[1] != yesNo[1] {
		t.Fatalf("customer sees %+v", got)
	}
	if _, err := customer.Tap(owner, got.ID, "other"); err == nil {
		t.Error("a button that is not there was tapped")
	}
	id, err := customer.Tap(owner, got.ID, "n")
	if err != nil {
		t.Fatal(err)
	}
	answer := await(line, "tap", func(e *events.Message) bool { return e.Info.ID == id })
	response := answer.Message.GetInteractiveResponseMessage()
	if response.GetBody().GetText() != "Нет" || response.GetContextInfo().GetStanzaID() != sent.ID {
		t.Errorf("line got %v", response)
	}
	if flow := response.GetNativeFlowResponseMessage(); flow.GetName() != "quick_reply" || !strings.Contains(flow.GetParamsJSON(), `"id":"n"`) {
		t.Errorf("line got %v", flow)
	}
	if response.GetContextInfo().GetParticipant() != network.Phone(owner).LID() {
		t.Errorf("the quoted message's author is %q", response.GetContextInfo().GetParticipant())
	}
	shown(t, customer, func(m sandbox.Message) bool { return m.ID == got.ID && m.Answered == "n" })
	shown(t, network.Phone(owner), func(m sandbox.Message) bool {
		return m.ID == id && m.Kind == chat.KindAnswer && m.Body == "Нет" && m.Quoted != nil && m.Quoted.FromMe
	})
	shown(t, network.Phone(owner), func(m sandbox.Message) bool { return m.ID == got.ID && m.Answered == "n" })
}

// Accepted, delivered, and nobody sees it: what the field calls success.
func TestButtonsWithoutBizAreNotSeen(t *testing.T) {
	network, line, _ := linked(t)
	sent, err := line.SendMessage(context.Background(), jid(anna), question("Придёте?", yesNo...))
	if err != nil {
		t.Fatal(err)
	}
	await(line, "delivery", func(e *events.Receipt) bool { return e.MessageIDs[0] == sent.ID })
	got := shown(t, network.Phone(anna), says("Придёте?"))
	if got.Visible || got.Note == "" {
		t.Errorf("customer sees %+v", got)
	}
	if _, err := network.Phone(anna).Tap(owner, got.ID, "y"); err == nil {
		t.Error("a button that nobody sees was tapped")
	}
	rules := network.Rules()
	rules.ButtonsNeedBiz = false
	if err := network.SetRules(rules); err != nil {
		t.Fatal(err)
	}
	if _, err := line.SendMessage(context.Background(), jid(anna), question("А завтра?", yesNo...)); err != nil {
		t.Fatal(err)
	}
	if got := shown(t, network.Phone(anna), says("А завтра?")); !got.Visible {
		t.Errorf("with the rule off the customer sees %+v", got)
	}
}

func TestRefusedStanzas(t *testing.T) {
	legacy := &waE2E.Message{ButtonsMessage: &waE2E.ButtonsMessage{
		ContentText: proto.String("Придёте?"), HeaderType: waE2E.ButtonsMessage_EMPTY.Enum(),
		Buttons: []*waE2E.ButtonsMessage_Button{{
			ButtonID: proto.String("y"), Type: waE2E.ButtonsMessage_Button_RESPONSE.Enum(),
			ButtonText: &waE2E.ButtonsMessage_Button_ButtonText{DisplayText: proto.String("Да")},
		}},
	}}
	network, line, _ := linked(t)
	for _, c := range []struct {
		name    string
		code    string
		message *waE2E.Message
		nodes   *[]waBinary.Node
		off     func(*sandbox.Rules)
	}{
		{"legacy buttons", "405", legacy, nil, func(r *sandbox.Rules) { r.LegacyButtons = false }},
		{"bare interactive", "479", question("Придёте?", yesNo...), biz(), func(r *sandbox.Rules) { r.BareInteractive = false }},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := network.SetRules(sandbox.Realistic()); err != nil {
				t.Fatal(err)
			}
			extra := whatsmeow.SendRequestExtra{AdditionalNodes: c.nodes}
			_, err := line.SendMessage(context.Background(), jid(anna), c.message, extra)
			if err == nil || !strings.HasSuffix(err.Error(), c.code) {
				t.Fatalf("answered %v, not %s", err, c.code)
			}
			rules := network.Rules()
			c.off(&rules)
			if err := network.SetRules(rules); err != nil {
				t.Fatal(err)
			}
			sent, err := line.SendMessage(context.Background(), jid(anna), c.message, extra)
			if err != nil {
				t.Fatal(err)
			}
			// Past the server, the phone still does not show it.
			got := shown(t, network.Phone(anna), func(m sandbox.Message) bool { return m.ID == sent.ID })
			if got.Visible {
				t.Errorf("customer sees %+v", got)
			}
		})
	}
}

func TestUnknownNumbers(t *testing.T) {
	network, line, _ := linked(t)
	const stranger = "+79990001122"
	answers, err := line.IsOnWhatsApp(context.Background(), []string{anna, stranger})
	if err != nil {
		t.Fatal(err)
	}
	if len(answers) != 2 || !answers[0].IsIn || answers[1].IsIn {
		t.Fatalf("answered %+v", answers)
	}
	if answers[0].PhoneNumber != jid(anna) || answers[0].JID.String() != network.Phone(anna).LID() || answers[0].Query != anna || answers[1].Query != stranger {
		t.Errorf("answered %+v", answers)
	}
	if _, err := line.text(stranger, "Есть кто?"); err == nil {
		t.Error("a message to nobody was accepted")
	}
	rules := network.Rules()
	rules.UnknownNumbers = false
	if err := network.SetRules(rules); err != nil {
		t.Fatal(err)
	}
	if _, err := line.text(stranger, "Есть кто?"); err != nil {
		t.Fatal(err)
	}
	shown(t, network.Phone(stranger), says("Есть кто?"))
}

func TestQueryRate(t *testing.T) {
	network, line, _ := linked(t)
	many := make([]string, 61)
	for i := range many {
		many[i] = anna
	}
	if _, err := line.IsOnWhatsApp(context.Background(), many); err == nil || !strings.Contains(err.Error(), "429") {
		t.Fatalf("answered %v", err)
	}
	if _, err := line.IsOnWhatsApp(context.Background(), many[:60]); err != nil {
		t.Fatalf("within the burst: %v", err)
	}
	if _, err := line.IsOnWhatsApp(context.Background(), many[:30]); err == nil {
		t.Fatal("the burst is not used up")
	}
	rules := network.Rules()
	rules.QueryRate = false
	if err := network.SetRules(rules); err != nil {
		t.Fatal(err)
	}
	if _, err := line.IsOnWhatsApp(context.Background(), many); err != nil {
		t.Fatalf("with the rule off: %v", err)
	}
}

func TestReachOutTimelock(t *testing.T) {
	network, line, _ := linked(t)
	rules := network.Rules()
	rules.Limited = []string{owner}
	if err := network.SetRules(rules); err != nil {
		t.Fatal(err)
	}
	told := await[*events.NotifyAccountReachoutTimelock](line, "timelock", nil)
	if !told.IsActive {
		t.Errorf("told %+v", told)
	}
	if _, err := line.text(anna, "Холодное письмо"); err == nil || !strings.HasSuffix(err.Error(), "463") {
		t.Fatalf("answered %v", err)
	}
	// Who has written may be answered.
	if _, err := network.Phone(boris).Text(owner, "Здравствуйте"); err != nil {
		t.Fatal(err)
	}
	line.awaitText("Здравствуйте")
	if _, err := line.text(boris, "Добрый день"); err != nil {
		t.Fatal(err)
	}
	rules.Limited = nil
	if err := network.SetRules(rules); err != nil {
		t.Fatal(err)
	}
	if _, err := line.text(anna, "Теперь можно"); err != nil {
		t.Fatal(err)
	}
}
