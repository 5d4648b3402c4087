package line

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// Encode builds WhatsApp's protobuf of a message. The bytes are stored and
// every try sends the same ones, random parts included.
//
// Plain text (and a numbered rendering, which bridge has already written out as
// text) goes as Conversation; the native rendering as an InteractiveMessage with
// native flow buttons; the poll rendering as a PollCreationMessage. An empty body, or
// a rendering without choices, is an error.
func (s *Sessions) Encode(c bridge.Content) ([]byte, error) {
	message, err := messageOf(c)
	if err == nil {
		err = decorate(message, c)
	}
	if err != nil {
		return nil, fmt.Errorf("encode message: %w", err)
	}
	payload, err := proto.MarshalOptions{Deterministic: true}.Marshal(message)
	if err != nil {
		return nil, fmt.Errorf("encode message: %w", err)
	}
	return payload, nil
}

// messageOf makes the message itself, without what can stand beside any.
func messageOf(c bridge.Content) (*waE2E.Message, error) {
	switch {
	case c.Reaction != nil, c.Edit != nil, c.Revoke != nil:
		return changeMessage(c)
	case c.Location != nil, len(c.Contacts) > 0:
		return placeMessage(c), nil
	case c.Forwarded != nil && c.Forwarded.Payload != nil:
		return forwardedMessage(c.Forwarded.Payload)
	case c.Body == "":
		return nil, errors.New("empty body")
	case c.Rendering == schema.RenderNative:
		interactive, err := nativeMessage(c)
		return &waE2E.Message{InteractiveMessage: interactive, MessageContextInfo: secret()}, err
	case c.Rendering == schema.RenderPoll:
		creation, err := pollMessage(c)
		return &waE2E.Message{PollCreationMessage: creation, MessageContextInfo: secret()}, err
	}
	return &waE2E.Message{Conversation: proto.String(c.Body)}, nil
}

// secret is what votes are encrypted with; phones put it into every interactive message too.
func secret() *waE2E.MessageContextInfo {
	random := make([]byte, 32)
	_, _ = rand.Read(random)
	return &waE2E.MessageContextInfo{MessageSecret: random}
}

// pollMessage is a poll of which one option, or any number of them, can be chosen.
func pollMessage(c bridge.Content) (*waE2E.PollCreationMessage, error) {
	if len(c.Buttons) == 0 {
		return nil, errors.New("poll without options")
	}
	message := &waE2E.PollCreationMessage{Name: proto.String(c.Body), SelectableOptionsCount: proto.Uint32(1)}
	if c.Poll != nil && c.Poll.Multiple {
		message.SelectableOptionsCount = proto.Uint32(0) // no limit
	}
	for _, b := range c.Buttons {
		message.Options = append(message.Options, &waE2E.PollCreationMessage_Option{OptionName: proto.String(b.Text)})
	}
	return message, nil
}

// Names of native flow buttons.
const (
	flowReply = "quick_reply"
	flowList  = "single_select"
	flowURL   = "cta_url"
	flowCall  = "cta_call"
)

// The parameters of native flow buttons.
type (
	// quickReply is also what a tap sends back.
	quickReply struct {
		Text string `json:"display_text,omitempty"`
		ID   string `json:"id"`
	}
	singleSelect struct {
		Title    string        `json:"title"`
		Sections []listSection `json:"sections"`
	}
	listSection struct {
		Title string    `json:"title"`
		Rows  []listRow `json:"rows"`
	}
	listRow struct {
		ID          string `json:"id"`
		Title       string `json:"title"`
		Description string `json:"description,omitempty"`
	}
	openURL struct {
		Text     string `json:"display_text"`
		URL      string `json:"url"`
		Merchant string `json:"merchant_url"`
	}
	callPhone struct {
		Text  string `json:"display_text"`
		Phone string `json:"phone_number"`
	}
)

// flowButtons gives the names and parameters of a message's native flow buttons.
func flowButtons(c bridge.Content) (names []string, params []any) {
	add := func(name string, param any) { names, params = append(names, name), append(params, param) }
	switch {
	case c.List != nil:
		add(flowList, sections(c))
	default:
		for _, b := range c.Buttons {
			add(flowReply, quickReply{Text: b.Text, ID: b.ID})
		}
	}
	if c.Link != nil {
		for _, link := range append([]schema.LinkButton{*c.Link}, c.Links...) {
			add(flowURL, openURL{Text: link.Text, URL: link.URL, Merchant: link.URL})
		}
	}
	if c.Call != nil {
		add(flowCall, callPhone{Text: c.Call.Text, Phone: c.Call.Phone})
	}
	return names, params
}

// sections puts rows under the titles that they name; one without belongs to the row before it.
func sections(c bridge.Content) singleSelect {
	list := singleSelect{Title: c.List.Button}
	for i, b := range c.Buttons {
		row := c.List.Rows[i]
		if i == 0 || row.Section != "" {
			list.Sections = append(list.Sections, listSection{Title: row.Section})
		}
		last := &list.Sections[len(list.Sections)-1]
		last.Rows = append(last.Rows, listRow{ID: b.ID, Title: b.Text, Description: row.Description})
	}
	return list
}

// nativeMessage is the one shape of buttons that WhatsApp still renders for a
// linked device, and only with bizNode beside it (tulir/whatsmeow pull request 1235).
func nativeMessage(c bridge.Content) (*waE2E.InteractiveMessage, error) {
	names, list := flowButtons(c)
	if len(names) == 0 {
		return nil, errors.New("native rendering without buttons")
	}
	flow := &waE2E.InteractiveMessage_NativeFlowMessage{
		MessageParamsJSON: proto.String("{}"),
		MessageVersion:    proto.Int32(1),
	}
	for i, name := range names {
		params, err := json.Marshal(list[i])
		if err != nil {
			return nil, fmt.Errorf("encode button: %w", err)
		}
		flow.Buttons = append(flow.Buttons, &waE2E.InteractiveMessage_NativeFlowMessage_NativeFlowButton{
			Name:             proto.String(name),
			ButtonParamsJSON: proto.String(string(params)),
		})
	}
	message := &waE2E.InteractiveMessage{
		Body: &waE2E.InteractiveMessage_Body{Text: proto.String(c.Body)},
		InteractiveMessage: &waE2E.InteractiveMessage_NativeFlowMessage_{
			NativeFlowMessage: flow,
		},
	}
	if c.Header != "" {
		message.Header = &waE2E.InteractiveMessage_Header{
			Title:              proto.String(c.Header),
			HasMediaAttachment: proto.Bool(false),
		}
	}
	if c.Footer != "" {
		message.Footer = &waE2E.InteractiveMessage_Footer{Text: proto.String(c.Footer)}
	}
	return message, nil
}

// native reports whether a message needs bizNode, also where a retry has
// wrapped it for the account's own devices.
func native(m *waE2E.Message) bool {
	return unwrapped(m).GetInteractiveMessage().GetNativeFlowMessage() != nil
}

// poll reports a poll, wrapped or not.
func poll(m *waE2E.Message) bool { return unwrapped(m).GetPollCreationMessage() != nil }

func unwrapped(m *waE2E.Message) *waE2E.Message {
	if inner := m.GetDeviceSentMessage().GetMessage(); inner != nil {
		return inner
	}
	return m
}

// bizNode is what the server wants beside an interactive message. Without it
// nothing renders, and with less of it the server answers 479 (tulir/whatsmeow
// pull request 1235).
func bizNode() waBinary.Node {
	decision := make([]byte, 20)
	_, _ = rand.Read(decision)
	return waBinary.Node{
		Tag: "biz",
		Attrs: waBinary.Attrs{
			"actual_actors":   "2",
			"host_storage":    "2",
			"privacy_mode_ts": strconv.FormatInt(time.Now().Unix(), 10),
		},
		Content: []waBinary.Node{
			{
				Tag:   "interactive",
				Attrs: waBinary.Attrs{"type": "native_flow", "v": "1"},
				Content: []waBinary.Node{{
					Tag:   "native_flow",
					Attrs: waBinary.Attrs{"v": "9", "name": "mixed"},
				}},
			},
			{
				Tag:   "quality_control",
				Attrs: waBinary.Attrs{"decision_id": hex.EncodeToString(decision), "source_type": "third_party"},
				Content: []waBinary.Node{{
					Tag:   "decision_source",
					Attrs: waBinary.Attrs{"value": "df"},
				}},
			},
		},
	}
}
