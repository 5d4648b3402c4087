package chat

import (
	"encoding/json"
	"fmt"
	"strings"

	"go.mau.fi/whatsmeow/proto/waE2E"
)

// Content is a decrypted message as a phone understands it.
type Content struct {
	Kind                 Kind
	Header, Body, Footer string
	Buttons              []Button
	Answer               string // id of the tapped button
	QuotedID             string
	QuotedText           string
	Visible              bool
	Note                 string
	ListButton           string // of a list
	Multiple             bool   // of a poll
	Place                *Place
	Contacts             []Contact
	Preview              *Preview
	Forwarded            bool
	Mentions             []string // JIDs
	File                 *File

	// Silent is a message that makes no bubble. Edits, Revokes and Reacts then name
	// the message that it changes; Emoji is the reaction, empty to take it off.
	Silent  bool
	Edits   string
	Revokes string
	Reacts  string
	Emoji   string
}

// Notes for the tester, where a real phone shows nothing.
const (
	noteNoBiz    = "A real phone shows nothing: the stanza has no full <biz><interactive type=\"native_flow\"><native_flow name=\"mixed\"/></interactive></biz>."
	noteLegacy   = "A real phone shows nothing: this is the retired ButtonsMessage."
	noteButton   = "A real phone shows nothing: a button's parameters are not {\"display_text\":…,\"id\":…}."
	noteList     = "A real phone shows nothing: this is the retired ListMessage."
	notePollType = "A real phone shows nothing: the stanza does not say that it is a poll (type=\"poll\" and <meta polltype=\"creation\"/>)."
	notePoll     = "A real phone shows nothing: a poll has 2 to 12 different options and a secret."
	noteNoFile   = "A real phone shows nothing: the attachment has no place, key or sums."
	noteOther    = "This page does not draw %s."
	noteRevoked  = "Deleted for everyone."
	noteEmpty    = "A real phone shows nothing: the message is empty."
	noteNoButton = "A real phone shows nothing: the interactive message has no buttons that it knows."
)

// Render reads a message. full says that the stanza has the whole <biz> node
// that native flow buttons need; a phone that judges leniently passes true.
//
// Rests on tulir/whatsmeow pull request 1235: without <biz> a native flow is
// accepted and nothing renders.
func Render(message *waE2E.Message, full bool) Content {
	if message == nil {
		message = &waE2E.Message{}
	}
	enveloped := message.GetDocumentWithCaptionMessage() != nil || message.GetDeviceSentMessage().GetMessage().GetDocumentWithCaptionMessage() != nil
	message = unwrap(message)
	if c, ok := media(message, enveloped); ok {
		return c
	}
	if c, ok := placed(message); ok {
		return c
	}
	switch {
	case message.Conversation != nil:
		return text(message.GetConversation(), nil)
	case message.ExtendedTextMessage != nil:
		m := message.GetExtendedTextMessage()
		c := text(m.GetText(), m.GetContextInfo())
		c.Preview = preview(m)
		return c
	case message.InteractiveMessage != nil:
		return interactive(message.GetInteractiveMessage(), full)
	case message.ButtonsMessage != nil:
		return legacy(message.GetButtonsMessage())
	case message.ListMessage != nil:
		return legacyList(message.GetListMessage())
	case pollOf(message) != nil:
		return poll(pollOf(message), message.GetMessageContextInfo())
	case message.InteractiveResponseMessage != nil:
		return answer(message.GetInteractiveResponseMessage())
	case message.ButtonsResponseMessage != nil:
		m := message.GetButtonsResponseMessage()
		return quoting(Content{Kind: KindAnswer, Body: m.GetSelectedDisplayText(), Answer: m.GetSelectedButtonID(), Visible: true}, m.GetContextInfo())
	case message.TemplateButtonReplyMessage != nil:
		m := message.GetTemplateButtonReplyMessage()
		return quoting(Content{Kind: KindAnswer, Body: m.GetSelectedDisplayText(), Answer: m.GetSelectedID(), Visible: true}, m.GetContextInfo())
	case message.ProtocolMessage != nil:
		return protocol(message.GetProtocolMessage())
	case message.ReactionMessage != nil:
		m := message.GetReactionMessage()
		return Content{Silent: true, Reacts: m.GetKey().GetID(), Emoji: m.GetText()}
	case message.EncReactionMessage != nil, message.PollUpdateMessage != nil:
		return Content{Silent: true}
	default:
		return unsupported(message)
	}
}

// unwrap takes off the envelopes that change nothing about what is shown.
func unwrap(message *waE2E.Message) *waE2E.Message {
	for {
		var inner *waE2E.Message
		switch {
		case message.GetDeviceSentMessage().GetMessage() != nil:
			inner = message.GetDeviceSentMessage().GetMessage()
		case message.GetEphemeralMessage().GetMessage() != nil:
			inner = message.GetEphemeralMessage().GetMessage()
		case message.GetViewOnceMessage().GetMessage() != nil:
			inner = message.GetViewOnceMessage().GetMessage()
		case message.GetViewOnceMessageV2().GetMessage() != nil:
			inner = message.GetViewOnceMessageV2().GetMessage()
		case message.GetDocumentWithCaptionMessage().GetMessage() != nil:
			inner = message.GetDocumentWithCaptionMessage().GetMessage()
		case message.GetEditedMessage().GetMessage() != nil:
			inner = message.GetEditedMessage().GetMessage()
		default:
			return message
		}
		message = inner
	}
}

func text(body string, context *waE2E.ContextInfo) Content {
	c := Content{Kind: KindText, Body: body, Visible: true}
	if strings.TrimSpace(body) == "" {
		c.Visible, c.Note = false, noteEmpty
	}
	return quoting(c, context)
}

func quoting(c Content, context *waE2E.ContextInfo) Content {
	c.Forwarded, c.Mentions = context.GetIsForwarded(), context.GetMentionedJID()
	if context.GetStanzaID() != "" {
		c.QuotedID = context.GetStanzaID()
		if context.GetQuotedMessage() != nil {
			c.QuotedText = Render(context.GetQuotedMessage(), true).Body
		}
	}
	return c
}

func legacy(m *waE2E.ButtonsMessage) Content {
	c := Content{Kind: KindButtons, Header: m.GetText(), Body: m.GetContentText(), Footer: m.GetFooterText(), Note: noteLegacy}
	for _, button := range m.GetButtons() {
		c.Buttons = append(c.Buttons, Button{ID: button.GetButtonID(), Text: button.GetButtonText().GetDisplayText()})
	}
	return c
}

func answer(m *waE2E.InteractiveResponseMessage) Content {
	var params struct {
		ID   string `json:"id"`
		Text string `json:"display_text"`
	}
	// Other native flows answer with other fields; then the text is all there is.
	_ = json.Unmarshal([]byte(m.GetNativeFlowResponseMessage().GetParamsJSON()), &params)
	body := m.GetBody().GetText()
	if body == "" {
		body = params.Text
	}
	return quoting(Content{Kind: KindAnswer, Body: body, Answer: params.ID, Visible: true}, m.GetContextInfo())
}

func protocol(m *waE2E.ProtocolMessage) Content {
	switch m.GetType() {
	case waE2E.ProtocolMessage_MESSAGE_EDIT:
		c := Render(m.GetEditedMessage(), true)
		c.Silent, c.Edits = true, m.GetKey().GetID()
		return c
	case waE2E.ProtocolMessage_REVOKE:
		return Content{Silent: true, Revokes: m.GetKey().GetID(), Note: noteRevoked}
	default:
		return Content{Silent: true}
	}
}

func unsupported(message *waE2E.Message) Content {
	c := Content{Kind: KindUnsupported, Visible: true}
	what := ""
	switch {
	case message.TemplateMessage != nil:
		what = "templates"
	case message.SenderKeyDistributionMessage != nil:
		return Content{Silent: true}
	default:
		c.Visible, c.Note = false, noteEmpty
		return c
	}
	c.Note = fmt.Sprintf(noteOther, what)
	return c
}
