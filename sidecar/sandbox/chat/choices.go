package chat

import (
	"encoding/json"

	"go.mau.fi/whatsmeow/proto/waE2E"
)

// flowParams are the parameters of a native flow button, of every kind that is drawn.
//
// Rests on tulir/whatsmeow pull request 1235 for quick_reply; for the others on
// reports of peers who send them.
type flowParams struct {
	Text     string `json:"display_text"`
	ID       string `json:"id"`
	URL      string `json:"url"`
	Phone    string `json:"phone_number"`
	Title    string `json:"title"`
	Sections []struct {
		Title string `json:"title"`
		Rows  []struct {
			ID          string `json:"id"`
			Title       string `json:"title"`
			Description string `json:"description"`
		} `json:"rows"`
	} `json:"sections"`
}

// interactive reads native flow buttons, or a list.
func interactive(m *waE2E.InteractiveMessage, full bool) Content {
	c := Content{Kind: KindButtons, Header: m.GetHeader().GetTitle(), Body: m.GetBody().GetText(), Footer: m.GetFooter().GetText(), Visible: true}
	for _, button := range m.GetNativeFlowMessage().GetButtons() {
		var params flowParams
		if err := json.Unmarshal([]byte(button.GetButtonParamsJSON()), &params); err != nil || !c.draw(button.GetName(), params) {
			c.Visible, c.Note = false, noteButton
		}
	}
	if len(c.Buttons) == 0 && c.Visible {
		c.Visible, c.Note = false, noteNoButton
	}
	if !full {
		c.Visible, c.Note = false, noteNoBiz
	}
	return quoting(c, m.GetContextInfo())
}

// draw adds what a native flow button shows; false where its parameters are not whole.
// Kinds that are not known show nothing.
func (c *Content) draw(name string, p flowParams) bool {
	switch name {
	case "quick_reply":
		c.Buttons = append(c.Buttons, Button{ID: p.ID, Text: p.Text})
		return p.Text != "" && p.ID != ""
	case "cta_url":
		c.Buttons = append(c.Buttons, Button{Text: p.Text, URL: p.URL})
		return p.Text != "" && p.URL != ""
	case "cta_call":
		c.Buttons = append(c.Buttons, Button{Text: p.Text, Phone: p.Phone})
		return p.Text != "" && p.Phone != ""
	case "single_select":
		c.Kind, c.ListButton = KindList, p.Title
		whole := p.Title != ""
		for _, section := range p.Sections {
			for _, row := range section.Rows {
				c.Buttons = append(c.Buttons, Button{ID: row.ID, Text: row.Title, Description: row.Description, Section: section.Title})
				whole = whole && row.ID != "" && row.Title != ""
			}
		}
		return whole
	}
	return true
}

// legacyList reads the retired list; that phones show it no more than they show the
// retired buttons is assumed.
func legacyList(m *waE2E.ListMessage) Content {
	c := Content{Kind: KindList, Header: m.GetTitle(), Body: m.GetDescription(), Footer: m.GetFooterText(), ListButton: m.GetButtonText(), Note: noteList}
	for _, section := range m.GetSections() {
		for _, row := range section.GetRows() {
			c.Buttons = append(c.Buttons, Button{ID: row.GetRowID(), Text: row.GetTitle(), Description: row.GetDescription(), Section: section.GetTitle()})
		}
	}
	return quoting(c, m.GetContextInfo())
}

// pollOf finds a poll in any of the forms that it had.
func pollOf(m *waE2E.Message) *waE2E.PollCreationMessage {
	for _, p := range []*waE2E.PollCreationMessage{m.PollCreationMessage, m.PollCreationMessageV2, m.PollCreationMessageV3} {
		if p != nil {
			return p
		}
	}
	return nil
}

// Options that a poll has; WhatsApp's own apps let no other be made.
const (
	optionsMin = 2
	optionsMax = 12
)

// poll reads a poll. That phones show no other than their own app could have made is
// assumed; that votes are sealed with the message's secret rests on whatsmeow's msgsecret.go.
func poll(m *waE2E.PollCreationMessage, info *waE2E.MessageContextInfo) Content {
	c := Content{Kind: KindPoll, Body: m.GetName(), Multiple: m.GetSelectableOptionsCount() != 1, Visible: true}
	seen := map[string]bool{}
	for _, option := range m.GetOptions() {
		text := option.GetOptionName()
		seen[text] = true
		c.Buttons = append(c.Buttons, Button{ID: text, Text: text})
	}
	if n := len(c.Buttons); n < optionsMin || n > optionsMax || len(seen) != n || seen[""] || len(info.GetMessageSecret()) != 32 {
		c.Visible, c.Note = false, notePoll
	}
	return quoting(c, m.GetContextInfo())
}

// VoteOf finds a vote, nil in any other message.
func VoteOf(m *waE2E.Message) *waE2E.PollUpdateMessage {
	if vote := unwrap(m).GetPollUpdateMessage(); vote.GetVote() != nil {
		return vote
	}
	return nil
}

// SecretOf is what votes in a poll are sealed with.
func SecretOf(m *waE2E.Message) []byte { return unwrap(m).GetMessageContextInfo().GetMessageSecret() }

// Untyped is a poll whose stanza does not say that it is one; that phones want it said,
// as their own apps and whatsmeow do, is assumed. Other content stays as it is.
func Untyped(c Content) Content {
	if c.Kind == KindPoll {
		c.Visible, c.Note = false, notePollType
	}
	return c
}
