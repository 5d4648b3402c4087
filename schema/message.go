package schema

// Rendering is how an ask's choices reach the customer.
type Rendering string

// Renderings. Auto picks the one that surely shows: numbered text.
const (
	RenderAuto     Rendering = "auto"
	RenderNative   Rendering = "native"
	RenderNumbered Rendering = "numbered"
)

// MessageStatus says how far a message went. Unknown is never shown as sent.
type MessageStatus string

// Message statuses, in the order a message usually passes them.
const (
	StatusQueued    MessageStatus = "queued"    // stored; the line will send it
	StatusSending   MessageStatus = "sending"   // handed to WhatsApp, no answer yet
	StatusSent      MessageStatus = "sent"      // WhatsApp's server took it; nothing says that a phone has it
	StatusDelivered MessageStatus = "delivered" // a delivery receipt came
	StatusRead      MessageStatus = "read"      // a read receipt came
	StatusFailed    MessageStatus = "failed"    // certainly not sent
	StatusUnknown   MessageStatus = "unknown"   // may have gone: resolved by a receipt, or sent again under the same id
)

// Address is a chat or a person: phone and LID where known. An empty field is not known yet.
type Address struct {
	Phone string `json:"phone,omitempty" en:"Phone number" ru:"Номер телефона"` // E.164 with '+'
	LID   string `json:"lid,omitempty"`                                         // hidden id, "123@lid"
	JID   string `json:"jid,omitempty"`                                         // the address used on the network
}

// Stamp is part of every result: it says whether it came from a sandbox.
type Stamp struct {
	Sandbox bool `json:"sandbox" en:"Sandbox" ru:"Песочница"`
}

// SetSandbox is called by rpc on every result.
func (s *Stamp) SetSandbox(on bool) { s.Sandbox = on }

// Button is one choice offered to the customer.
type Button struct {
	// ID is the host's stable name for the button, so that a wire stays on it
	// when buttons are dragged. Absent: "b1", "b2", ... by place.
	ID   string `json:"id,omitempty" validate:"omitempty,max=256" norm:"trim" default:"b{n}" en:"Button {n} id" ru:"Идентификатор кнопки {n}"`
	Text string `json:"text" validate:"required,max=20" norm:"trim" en:"Button {n}" ru:"Кнопка {n}"`
}

// SendTextRequest asks for one text message.
type SendTextRequest struct {
	Line LineID `json:"line" validate:"required,lineid" en:"Line" ru:"Линия"`
	Key  Key    `json:"key" validate:"required,key" en:"Idempotency key" ru:"Ключ повтора"`
	Chat string `json:"chat" validate:"required,chatform" norm:"trim" en:"Phone number or chat" ru:"Номер телефона или диалог"`
	Text string `json:"text" validate:"required,notblank,max=4096" en:"Message" ru:"Сообщение"`
}

// SendButtonsRequest asks for one message with buttons and does not wait for the answer.
type SendButtonsRequest struct {
	Line      LineID    `json:"line" validate:"required,lineid" en:"Line" ru:"Линия"`
	Key       Key       `json:"key" validate:"required,key" en:"Idempotency key" ru:"Ключ повтора"`
	Chat      string    `json:"chat" validate:"required,chatform" norm:"trim" en:"Phone number or chat" ru:"Номер телефона или диалог"`
	Header    string    `json:"header,omitempty" validate:"omitempty,max=60" norm:"trim" en:"Header" ru:"Заголовок"`
	Body      string    `json:"body" validate:"required,notblank,max=1024" en:"Message" ru:"Сообщение"`
	Footer    string    `json:"footer,omitempty" validate:"omitempty,max=60" norm:"trim" en:"Footer" ru:"Подпись"`
	Buttons   []Button  `json:"buttons" validate:"required,min=1,max=3,labels,ids,dive" norm:"dropblank" en:"Buttons" ru:"Кнопки"`
	Rendering Rendering `json:"rendering,omitempty" validate:"omitempty,oneof=auto native numbered" default:"auto" en:"How buttons are shown" ru:"Как показать кнопки"`
}

// SendResult is the state of one message.
type SendResult struct {
	Stamp
	Line      LineID        `json:"line"`
	Key       Key           `json:"key"`
	MessageID MessageID     `json:"messageId"`
	Chat      Address       `json:"chat"`
	Status    MessageStatus `json:"status"`
	// Rendering is the form that went out; empty for plain text.
	Rendering Rendering `json:"rendering,omitempty"`
	// Reason says why this rendering was chosen, in the caller's language.
	Reason    string `json:"reason,omitempty"`
	Timestamp Time   `json:"timestamp"` // when the status was reached
	// Error is set when Status is failed or unknown.
	Error *Error `json:"error,omitempty"`
}

// MessageGetRequest finds a message by its key: what a caller does that lost its connection.
type MessageGetRequest struct {
	Line LineID `json:"line" validate:"required,lineid" en:"Line" ru:"Линия"`
	Key  Key    `json:"key" validate:"required,key" en:"Idempotency key" ru:"Ключ повтора"`
}
