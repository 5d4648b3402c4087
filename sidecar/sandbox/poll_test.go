package sandbox_test

import (
	"context"
	"crypto/sha256"
	"slices"
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

// sendPoll has the line ask Anna, and gives the poll as her phone shows it.
func sendPoll(t *testing.T, network *sandbox.Network, line *client, many bool) sandbox.Message {
	t.Helper()
	most := 1
	if many {
		most = 0
	}
	sent, err := line.SendMessage(context.Background(), jid(anna), line.BuildPollCreation("Когда удобно?", []string{"Утром", "Днём", "Вечером"}, most))
	if err != nil {
		t.Fatal(err)
	}
	return shown(t, network.Phone(anna), func(m sandbox.Message) bool { return m.ID == sent.ID })
}

// vote waits for a vote and opens it with whatsmeow's own hands.
func vote(line *client, id string) ([]string, error) {
	e := await(line, "vote", func(e *events.Message) bool { return e.Info.ID == id })
	opened, err := line.DecryptPollVote(context.Background(), e)
	if err != nil {
		return nil, err
	}
	var chosen []string
	for _, text := range []string{"Утром", "Днём", "Вечером"} {
		sum := sha256.Sum256([]byte(text))
		if slices.ContainsFunc(opened.GetSelectedOptions(), func(s []byte) bool { return string(s) == string(sum[:]) }) {
			chosen = append(chosen, text)
		}
	}
	return chosen, nil
}

func TestAPollIsVotedOnAndTheVoteIsChanged(t *testing.T) {
	network, line, _ := linked(t)
	customer := network.Phone(anna)
	poll := sendPoll(t, network, line, false)
	if poll.Kind != chat.KindPoll || !poll.Visible || poll.Multiple || len(poll.Buttons) != 3 || poll.Body != "Когда удобно?" {
		t.Fatalf("customer sees %+v", poll)
	}
	if _, err := customer.Vote(owner, poll.ID, "Ночью"); err == nil {
		t.Error("an option that is not there was chosen")
	}
	if _, err := customer.Vote(owner, poll.ID, "Утром", "Днём"); err == nil {
		t.Error("two options of one were chosen")
	}
	if _, err := customer.Vote(owner, "nothing", "Утром"); err == nil {
		t.Error("a poll that is not there was voted on")
	}
	for _, numbers := range []bool{false, true} {
		customer.UseNumbers(numbers)
		for _, want := range [][]string{{"Днём"}, {"Вечером"}, nil} {
			id, err := customer.Vote(owner, poll.ID, want...)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := vote(line, id); err != nil || !slices.Equal(got, want) {
				t.Errorf("numbers %t: the line reads %v, %v, not %v", numbers, got, err, want)
			}
			count := func(m sandbox.Message) bool {
				if m.ID != poll.ID || len(m.Votes) != min(len(want), 1) {
					return false
				}
				return want == nil || m.Votes[0].From == anna && slices.Equal(m.Votes[0].Options, want)
			}
			shown(t, customer, count)
			shown(t, network.Phone(owner), count)
		}
	}
}

func TestAPollOfSeveralAnswers(t *testing.T) {
	network, line, _ := linked(t)
	poll := sendPoll(t, network, line, true)
	if !poll.Multiple {
		t.Fatalf("customer sees %+v", poll)
	}
	var answer struct{ ID string }
	ask(t, network, "POST", "/api/phones/79123456789/vote", `{"chat":"79000000001","message":"`+poll.ID+`","options":["Вечером","Утром"]}`, 200, &answer)
	if got, err := vote(line, answer.ID); err != nil || !slices.Equal(got, []string{"Утром", "Вечером"}) {
		t.Errorf("the line reads %v, %v", got, err)
	}
	ask(t, network, "POST", "/api/phones/79123456789/vote", `{"chat":"79000000001","message":"`+poll.ID+`","options":["Ночью"]}`, 404, nil)
}

// What the field reports of votes: they come, and cannot be opened.
func TestVotesThatCannotBeOpened(t *testing.T) {
	for _, name := range []string{"votes_unreadable", "votes_as_number"} {
		t.Run(name, func(t *testing.T) {
			network, line, _ := linked(t)
			poll := sendPoll(t, network, line, false)
			if _, err := network.AddPreset(sandbox.Fault{Preset: name, Phone: anna}); err != nil {
				t.Fatal(err)
			}
			id, err := network.Phone(anna).Vote(owner, poll.ID, "Утром")
			if err != nil {
				t.Fatal(err)
			}
			if got, err := vote(line, id); err == nil || !strings.Contains(err.Error(), "message authentication failed") {
				t.Errorf("the line reads %v, %v", got, err)
			}
		})
	}
}

func TestPollsAreRefusedByPreset(t *testing.T) {
	network, line, _ := linked(t)
	preset(t, network, "polls_refused")
	if _, err := line.SendMessage(context.Background(), jid(anna), line.BuildPollCreation("Когда?", []string{"Утром", "Днём"}, 1)); err == nil || !strings.HasSuffix(err.Error(), "405") {
		t.Errorf("answered %v", err)
	}
	if _, err := line.text(anna, "Текст проходит"); err != nil {
		t.Error(err)
	}
}

// A row of a list is chosen as a button is tapped.
func TestARowOfAListIsChosen(t *testing.T) {
	network, line, _ := linked(t)
	customer := network.Phone(anna)
	list := question("Что выбрать?")
	list.InteractiveMessage.GetNativeFlowMessage().Buttons = []*waE2E.InteractiveMessage_NativeFlowMessage_NativeFlowButton{{
		Name:             proto.String("single_select"),
		ButtonParamsJSON: proto.String(`{"title":"Открыть","sections":[{"title":"Сегодня","rows":[{"id":"a","title":"Осмотр"},{"id":"b","title":"Прививка"}]}]}`),
	}}
	sent, err := line.SendMessage(context.Background(), jid(anna), list, whatsmeow.SendRequestExtra{AdditionalNodes: biz(mixed)})
	if err != nil {
		t.Fatal(err)
	}
	got := shown(t, customer, says("Что выбрать?"))
	if got.Kind != chat.KindList || !got.Visible || got.ListButton != "Открыть" || len(got.Buttons) != 2 {
		t.Fatalf("customer sees %+v", got)
	}
	id, err := customer.Tap(owner, got.ID, "b")
	if err != nil {
		t.Fatal(err)
	}
	answer := await(line, "choice", func(e *events.Message) bool { return e.Info.ID == id }).Message.GetInteractiveResponseMessage()
	if answer.GetBody().GetText() != "Прививка" || answer.GetContextInfo().GetStanzaID() != sent.ID || !strings.Contains(answer.GetNativeFlowResponseMessage().GetParamsJSON(), `"id":"b"`) {
		t.Errorf("the line got %v", answer)
	}
}

// Links and calls answer nothing.
func TestALinkIsNotTapped(t *testing.T) {
	network, line, _ := linked(t)
	message := question("Запись подтверждена")
	message.InteractiveMessage.GetNativeFlowMessage().Buttons = []*waE2E.InteractiveMessage_NativeFlowMessage_NativeFlowButton{{
		Name: proto.String("cta_url"), ButtonParamsJSON: proto.String(`{"display_text":"Открыть","url":"https://example.com"}`),
	}}
	if _, err := line.SendMessage(context.Background(), jid(anna), message, whatsmeow.SendRequestExtra{AdditionalNodes: biz(mixed)}); err != nil {
		t.Fatal(err)
	}
	got := shown(t, network.Phone(anna), says("Запись подтверждена"))
	if !got.Visible || len(got.Buttons) != 1 || got.Buttons[0].URL != "https://example.com" {
		t.Fatalf("customer sees %+v", got)
	}
	if _, err := network.Phone(anna).Tap(owner, got.ID, ""); err == nil {
		t.Error("a link was tapped for an answer")
	}
}

func TestTheRetiredListIsRefused(t *testing.T) {
	network, line, _ := linked(t)
	list := &waE2E.Message{ListMessage: &waE2E.ListMessage{
		Description: proto.String("Что выбрать?"), ButtonText: proto.String("Открыть"), ListType: waE2E.ListMessage_SINGLE_SELECT.Enum(),
		Sections: []*waE2E.ListMessage_Section{{Title: proto.String("Сегодня"), Rows: []*waE2E.ListMessage_Row{{Title: proto.String("Осмотр"), RowID: proto.String("a")}}}},
	}}
	extra := whatsmeow.SendRequestExtra{AdditionalNodes: &[]waBinary.Node{}}
	if _, err := line.SendMessage(context.Background(), jid(anna), list, extra); err == nil || !strings.HasSuffix(err.Error(), "405") {
		t.Fatalf("answered %v", err)
	}
	rules := network.Rules()
	rules.LegacyLists = false
	if err := network.SetRules(rules); err != nil {
		t.Fatal(err)
	}
	sent, err := line.SendMessage(context.Background(), jid(anna), list, extra)
	if err != nil {
		t.Fatal(err)
	}
	if got := shown(t, network.Phone(anna), func(m sandbox.Message) bool { return m.ID == sent.ID }); got.Visible {
		t.Errorf("customer sees %+v", got)
	}
}
