package line_test

import (
	"crypto/sha256"
	"slices"
	"testing"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
	"github.com/nodeline/nodeline/sidecar/sandbox"
)

var aPoll = bridge.Content{Rendering: schema.RenderPoll, Body: "Когда удобно?", Poll: &bridge.Poll{},
	Buttons: []schema.Button{{ID: "am", Text: "Утром"}, {ID: "pm", Text: "Вечером"}}}

// polled sends a poll and gives it as the customer's phone shows it.
func polled(t *testing.T, r *rig, customer *sandbox.Phone) (schema.MessageID, sandbox.Message) {
	t.Helper()
	id := r.send(customer, aPoll)
	return id, shown(t, customer, "the poll", func(m sandbox.Message) bool { return m.ID == string(id) })
}

func (r *rig) vote() bridge.Incoming {
	r.t.Helper()
	return r.inbox.message(r.t, "the vote", func(in bridge.Incoming) bool { return in.Kind == schema.ContentVote })
}

func sumOf(text string) []byte {
	sum := sha256.Sum256([]byte(text))
	return sum[:]
}

func TestAPollIsShownAndItsVoteIsRead(t *testing.T) {
	r, owner, customer, _, _ := pair(t)
	id, m := polled(t, r, customer)
	if !m.Visible || m.Body != aPoll.Body || m.Multiple || len(m.Buttons) != 2 || m.Buttons[1].Text != "Вечером" {
		t.Fatalf("the phone shows %+v", m)
	}
	voted, err := customer.Vote(owner.Number(), m.ID, "Вечером")
	if err != nil {
		t.Fatal(err)
	}
	in := r.vote()
	if string(in.ID) != voted || in.QuotedID != id || in.From.Phone != customer.Number() || in.FromMe || in.Vote.Unreadable ||
		len(in.Vote.Chosen) != 1 || !slices.Equal(in.Vote.Chosen[0], sumOf("Вечером")) {
		t.Errorf("the vote came as %+v, %+v", in, in.Vote)
	}
}

func TestAPollOfSeveralAnswersTakesThem(t *testing.T) {
	r, owner, customer, _, _ := pair(t)
	many := aPoll
	many.Poll = &bridge.Poll{Multiple: true}
	id := r.send(customer, many)
	shown(t, customer, "the poll", func(m sandbox.Message) bool { return m.ID == string(id) && m.Multiple })
	if _, err := customer.Vote(owner.Number(), string(id), "Утром", "Вечером"); err != nil {
		t.Fatal(err)
	}
	if in := r.vote(); len(in.Vote.Chosen) != 2 {
		t.Errorf("the vote came as %+v", in.Vote)
	}
}

// tulir/whatsmeow: a vote by a number on a poll sent to a LID fails with "message
// authentication failed". The voter's other name opens it.
func TestAVoteSealedForTheOtherNameIsRead(t *testing.T) {
	r, owner, customer, _, _ := pair(t)
	_, m := polled(t, r, customer)
	fault(t, sandbox.Fault{Way: sandbox.Account, Do: sandbox.FaultVoteAsNumber, Phone: customer.Number()})
	if _, err := customer.Vote(owner.Number(), m.ID, "Утром"); err != nil {
		t.Fatal(err)
	}
	if in := r.vote(); in.Vote.Unreadable || len(in.Vote.Chosen) != 1 || !slices.Equal(in.Vote.Chosen[0], sumOf("Утром")) {
		t.Errorf("the vote came as %+v", in.Vote)
	}
	if hits := network.Faults()[0].Hits; hits != 1 {
		t.Errorf("the fault struck %d times", hits)
	}
}

func TestAVoteThatCannotBeReadIsReported(t *testing.T) {
	r, owner, customer, _, _ := pair(t)
	id, m := polled(t, r, customer)
	fault(t, sandbox.Fault{Way: sandbox.Account, Do: sandbox.FaultSealVotes, Phone: customer.Number()})
	if _, err := customer.Vote(owner.Number(), m.ID, "Утром"); err != nil {
		t.Fatal(err)
	}
	if in := r.vote(); !in.Vote.Unreadable || len(in.Vote.Chosen) != 0 || in.QuotedID != id {
		t.Errorf("the vote came as %+v, %+v", in, in.Vote)
	}
}

// A phone that cannot decrypt a poll asks again, and gets one that it can vote in.
func TestAPollIsShownAfterARetry(t *testing.T) {
	r, owner, customer, _, _ := pair(t)
	r.send(customer, text("hello"))
	shown(t, customer, "the greeting", says("hello"))
	id := r.goes(r.faulty(customer, aPoll, garbled))
	shown(t, customer, "the poll", func(m sandbox.Message) bool { return m.ID == string(id) && m.Body == aPoll.Body && m.Visible })
	if _, err := customer.Vote(owner.Number(), string(id), "Утром"); err != nil {
		t.Fatal(err)
	}
	if in := r.vote(); in.Vote.Unreadable {
		t.Errorf("the vote came as %+v", in.Vote)
	}
}

func TestANativeListIsShownAndARowComesBack(t *testing.T) {
	r, owner, customer, _, _ := pair(t)
	list := bridge.Content{Rendering: schema.RenderNative, Header: "Клиника", Body: "Что выбрать?", Footer: "До 18:00",
		Buttons: []schema.Button{{ID: "exam", Text: "Осмотр"}, {ID: "shot", Text: "Прививка"}, {ID: "teeth", Text: "Зубы"}},
		List: &bridge.List{Button: "Услуги", Rows: []schema.ListRow{
			{Text: "Осмотр", Description: "30 минут", Section: "Сегодня"}, {Text: "Прививка"}, {Text: "Зубы", Section: "Завтра"}}}}
	id := r.send(customer, list)
	m := shown(t, customer, "the list", func(m sandbox.Message) bool { return m.ID == string(id) })
	want := []sandbox.Button{{ID: "exam", Text: "Осмотр", Description: "30 минут", Section: "Сегодня"}, {ID: "shot", Text: "Прививка", Section: "Сегодня"}, {ID: "teeth", Text: "Зубы", Section: "Завтра"}}
	if !m.Visible || m.Header != list.Header || m.Footer != list.Footer || m.ListButton != "Услуги" || !slices.Equal(m.Buttons, want) {
		t.Fatalf("the phone shows %+v", m)
	}
	if _, err := customer.Tap(owner.Number(), m.ID, "shot"); err != nil {
		t.Fatal(err)
	}
	in := r.inbox.message(t, "the choice", func(in bridge.Incoming) bool { return in.Kind == schema.ContentList })
	if in.ButtonID != "shot" || in.Text != "Прививка" || in.QuotedID != id {
		t.Errorf("the choice came as %+v", in)
	}
}

func TestNativeLinkAndCallAreShown(t *testing.T) {
	r, _, customer, _, _ := pair(t)
	id := r.send(customer, bridge.Content{Rendering: schema.RenderNative, Body: "Запись подтверждена",
		Link: &schema.LinkButton{Text: "Открыть", URL: "https://example.com/v/1"}, Call: &schema.CallButton{Text: "Позвонить", Phone: "+78124381678"}})
	m := shown(t, customer, "the message", func(m sandbox.Message) bool { return m.ID == string(id) })
	want := []sandbox.Button{{Text: "Открыть", URL: "https://example.com/v/1"}, {Text: "Позвонить", Phone: "+78124381678"}}
	if !m.Visible || !slices.Equal(m.Buttons, want) {
		t.Errorf("the phone shows %+v", m)
	}
}

func TestChoicesWithoutAnyAreNotBuilt(t *testing.T) {
	r := newRig(t, timing())
	if _, err := r.Encode(bridge.Content{Rendering: schema.RenderPoll, Body: "When?"}); err == nil {
		t.Error("a poll without options was built")
	}
	if _, err := r.Encode(bridge.Content{Rendering: schema.RenderNative, Body: "When?"}); err == nil {
		t.Error("native buttons without buttons were built")
	}
}

func TestAPollInAGroupTellsWhoVoted(t *testing.T) {
	r, owner, customer, neighbour, group := crowd(t)
	id := r.goes(r.outTo(group, aPoll))
	for _, p := range []*sandbox.Phone{customer, neighbour} {
		m := shown(t, p, "the poll", func(m sandbox.Message) bool { return m.ID == string(id) })
		if !m.Visible || m.Chat != group || len(m.Buttons) != 2 {
			t.Errorf("%s shows %+v", p.Name(), m)
		}
	}
	if _, err := neighbour.Vote(group, string(id), "Вечером"); err != nil {
		t.Fatal(err)
	}
	in := r.vote()
	if !in.Group || in.Chat.JID != group || in.From.Phone != neighbour.Number() || in.From.LID != neighbour.LID() || in.QuotedID != id || in.Vote.Unreadable ||
		len(in.Vote.Chosen) != 1 || !slices.Equal(in.Vote.Chosen[0], sumOf("Вечером")) {
		t.Errorf("the vote came as %+v, %+v", in, in.Vote)
	}
	for _, p := range []*sandbox.Phone{owner, customer} {
		shown(t, p, "the neighbour's vote", func(m sandbox.Message) bool {
			return m.ID == string(id) && len(m.Votes) == 1 && m.Votes[0].From == neighbour.Number()
		})
	}
}

// whatsmeow keeps the polls' secrets by device: those of before are in the outbox.
func TestAVoteIsReadAfterTheLineWasLinkedAnew(t *testing.T) {
	r, owner, customer, _, _ := pair(t)
	_, m := polled(t, r, customer)
	if err := r.Unlink(t.Context(), north); err != nil {
		t.Fatal(err)
	}
	r.link(north, owner)
	if _, err := customer.Vote(owner.Number(), m.ID, "Утром"); err != nil {
		t.Fatal(err)
	}
	if in := r.vote(); in.Vote.Unreadable || len(in.Vote.Chosen) != 1 || !slices.Equal(in.Vote.Chosen[0], sumOf("Утром")) {
		t.Errorf("the vote came as %+v", in.Vote)
	}
}
