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
// one quick_reply per button. An empty body, or native without buttons, is an error.
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
	case c.Forwarded != nil && c.Forwarded.Payload != nil:
		return forwardedMessage(c.Forwarded.Payload)
	case c.Body == "":
		return nil, errors.New("empty body")
	case c.Rendering != schema.RenderNative:
		return &waE2E.Message{Conversation: proto.String(c.Body)}, nil
	}
	interactive, err := nativeMessage(c)
	if err != nil {
		return nil, err
	}
	secret := make([]byte, 32) // as phones put into every interactive message
	_, _ = rand.Read(secret)
	return &waE2E.Message{
		InteractiveMessage: interactive,
		MessageContextInfo: &waE2E.MessageContextInfo{MessageSecret: secret},
	}, nil
}

// quickReply is a native flow button's parameters, and what a tap sends back.
type quickReply struct {
	Text string `json:"display_text,omitempty"`
	ID   string `json:"id"`
}

// nativeMessage is the one shape of buttons that WhatsApp still renders for a
// linked device, and only with bizNode beside it (tulir/whatsmeow pull request 1235).
func nativeMessage(c bridge.Content) (*waE2E.InteractiveMessage, error) {
	if len(c.Buttons) == 0 {
		return nil, errors.New("native rendering without buttons")
	}
	flow := &waE2E.InteractiveMessage_NativeFlowMessage{
		MessageParamsJSON: proto.String("{}"),
		MessageVersion:    proto.Int32(1),
	}
	for _, b := range c.Buttons {
		params, err := json.Marshal(quickReply{Text: b.Text, ID: b.ID})
		if err != nil {
			return nil, fmt.Errorf("encode button: %w", err)
		}
		flow.Buttons = append(flow.Buttons, &waE2E.InteractiveMessage_NativeFlowMessage_NativeFlowButton{
			Name:             proto.String("quick_reply"),
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
	if inner := m.GetDeviceSentMessage().GetMessage(); inner != nil {
		m = inner
	}
	return m.GetInteractiveMessage().GetNativeFlowMessage() != nil
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
