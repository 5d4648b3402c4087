package bridge

import (
	"strconv"
	"strings"

	"github.com/nodeline/nodeline/schema"
)

// withIDs gives every button an id: its own, or "b" and its place. An id made
// here that another button has already is made longer, so that all differ.
func withIDs(buttons []schema.Button) []schema.Button {
	taken := map[string]bool{}
	for _, btn := range buttons {
		taken[btn.ID] = true
	}
	out := make([]schema.Button, len(buttons))
	for i, btn := range buttons {
		if btn.ID == "" {
			for btn.ID = "b" + strconv.Itoa(i+1); taken[btn.ID]; {
				btn.ID += "_"
			}
		}
		taken[btn.ID] = true
		out[i] = btn
	}
	return out
}

// drawn is a message as the sessions encode it: a numbered one is the plain text
// that it is, a poll a question with its options.
func drawn(c Content) Content {
	switch c.Rendering {
	case schema.RenderNumbered:
		return Content{Body: written(c), Quote: c.Quote, Mentions: c.Mentions}
	case schema.RenderPoll:
		poll := Content{Rendering: schema.RenderPoll, Body: question(c), Poll: &Poll{}, Quote: c.Quote, Mentions: c.Mentions}
		if c.Poll != nil {
			poll.Poll = c.Poll
		}
		for i, btn := range c.Buttons {
			poll.Buttons = append(poll.Buttons, schema.Button{ID: btn.ID, Text: optionText(c, i)})
		}
		return poll
	}
	return c
}

// written is a message with a header, a footer or choices as plain text.
func written(c Content) string {
	var text strings.Builder
	if c.Header != "" {
		text.WriteString(mark(c.Header, "*") + "\n")
	}
	text.WriteString(c.Body + "\n")
	if c.choices() {
		text.WriteString("\n")
	}
	for i, btn := range c.Buttons {
		if c.List != nil && c.List.Rows[i].Section != "" {
			if i > 0 {
				text.WriteString("\n")
			}
			text.WriteString(mark(c.List.Rows[i].Section, "*") + "\n")
		}
		text.WriteString(strconv.Itoa(i+1) + ". " + btn.Text + describe(c, i) + "\n")
	}
	if c.Link != nil {
		for _, link := range append([]schema.LinkButton{*c.Link}, c.Links...) {
			text.WriteString(link.Text + ": " + link.URL + "\n")
		}
	}
	if c.Call != nil {
		text.WriteString(c.Call.Text + ": " + c.Call.Phone + "\n")
	}
	if c.Footer != "" {
		text.WriteString("\n" + mark(c.Footer, "_"))
	}
	return strings.TrimRight(text.String(), "\n")
}

// question is the one text that a poll has room for.
func question(c Content) string {
	lines := []string{}
	for _, text := range []string{c.Header, c.Body, c.Footer} {
		if text != "" {
			lines = append(lines, text)
		}
	}
	return strings.Join(lines, "\n")
}

// optionText is how a poll shows a choice; votes name it by this text.
func optionText(c Content, i int) string { return c.Buttons[i].Text + describe(c, i) }

// describe is what stands behind a row's title.
func describe(c Content, i int) string {
	if c.List == nil || c.List.Rows[i].Description == "" {
		return ""
	}
	return " — " + c.List.Rows[i].Description
}

// mark sets each line in WhatsApp's bold or italic. Text that holds the sign
// itself stays plain: signs inside signs show as signs.
func mark(s, sign string) string {
	if strings.Contains(s, sign) {
		return s
	}
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		if t := strings.TrimSpace(l); t != "" {
			lines[i] = sign + t + sign
		}
	}
	return strings.Join(lines, "\n")
}
