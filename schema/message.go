package schema

// Rendering is how an ask's choices reach the customer.
type Rendering string

// Renderings. Auto follows a list of preferences: the call's, else the line's, else
// numbered text alone, which surely shows.
const (
	RenderAuto     Rendering = "auto"
	RenderNative   Rendering = "native"   // WhatsApp's own buttons or list
	RenderPoll     Rendering = "poll"     // a poll, answered by a vote
	RenderNumbered Rendering = "numbered" // text with the choices written out
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
	StatusPlayed    MessageStatus = "played"    // a voice note or video was played
	StatusFailed    MessageStatus = "failed"    // certainly not sent
	StatusUnknown   MessageStatus = "unknown"   // may have gone: resolved by a receipt, or sent again under the same id
)

// Priority says how urgent a message is. A chat's queue takes the priority of
// its most urgent message, so nothing overtakes within a chat.
type Priority string

// Priorities, the most urgent first. A normal message to somebody who wrote to the
// line in the last 15 minutes counts as dialogue by itself.
const (
	PriorityDialogue  Priority = "dialogue"  // an answer to somebody who waits for it
	PriorityNormal    Priority = "normal"    // any other message
	PriorityBroadcast Priority = "broadcast" // one of many: goes when nothing else waits, and now and then between
)

// WaitKind is what a message that was not sent yet waits for.
type WaitKind string

// Kinds of waiting.
const (
	WaitLine          WaitKind = "line"           // the line is not connected
	WaitPause         WaitKind = "pause"          // the line is paused
	WaitEarlier       WaitKind = "earlier"        // a message before it in the chat
	WaitRecipientPace WaitKind = "recipient_pace" // the pace of messages to one recipient
	WaitLinePace      WaitKind = "line_pace"      // the pace of the line's messages
	WaitReceipt       WaitKind = "receipt"        // an earlier try may have gone: its receipt, then the next try
	WaitRetry         WaitKind = "retry"          // the pause before the next try
)

// Wait says what a message waits for.
type Wait struct {
	Kind WaitKind `json:"kind"`
	// Until is when it ends, as far as is known: not before. Absent: nobody knows.
	Until *Time  `json:"until,omitempty"`
	Text  string `json:"text"` // a sentence in the caller's language
}

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
	Text string `json:"text" validate:"required,max=20" norm:"trim" limit:"cloud" en:"Button {n}" ru:"Кнопка {n}"`
}

// SendTextRequest asks for one text message.
type SendTextRequest struct {
	Line LineID `json:"line" validate:"required,lineid" en:"Line" ru:"Линия"`
	Key  Key    `json:"key" validate:"required,key" en:"Idempotency key" ru:"Ключ повтора"`
	Chat string `json:"chat" validate:"required,chatform" norm:"trim" en:"Phone number or chat" ru:"Номер телефона или диалог"`
	Text string `json:"text" validate:"required,notblank,max=4096" limit:"cloud" en:"Message" ru:"Сообщение"`
	// Quote is the message that this one answers.
	Quote *MessageRef `json:"quote,omitempty" validate:"omitempty" en:"Quote" ru:"Цитата"`
	// Mentions are people whom the text names by '@' and their number's digits
	// ("@79123456789"), or by '@' and the digits of their LID.
	Mentions []string `json:"mentions,omitempty" validate:"omitempty,max=50,dive,required,chatform" en:"Mentions" ru:"Упоминания"`
	// Preview is shown as a card above the text. Nothing is fetched for it.
	Preview  *Preview `json:"preview,omitempty" validate:"omitempty" en:"Link preview" ru:"Карточка ссылки"`
	Priority Priority `json:"priority,omitempty" validate:"omitempty,oneof=dialogue normal broadcast" default:"normal" en:"Priority" ru:"Приоритет"`
	// TimeLimit counts from the moment the message is stored: one that did not
	// begin to go by then fails as message_expired. One that may have gone stays
	// unknown and never goes again under another id. Absent: no limit.
	TimeLimit int `json:"timeLimit,omitempty" validate:"omitempty,min=1,max=2592000" en:"Time limit, seconds" ru:"Лимит времени, секунд"`
}

// Preview is the card of a link in a text.
type Preview struct {
	// URL is a link that the text holds, letter for letter.
	URL         string `json:"url" validate:"required,max=2048" norm:"trim" en:"Preview: link" ru:"Карточка: ссылка"`
	Title       string `json:"title" validate:"required,notblank,max=300" norm:"trim" en:"Preview: title" ru:"Карточка: заголовок"`
	Description string `json:"description,omitempty" validate:"omitempty,max=1000" norm:"trim" en:"Preview: description" ru:"Карточка: описание"`
}

// SendButtonsRequest asks for one message with buttons and does not wait for the answer.
type SendButtonsRequest struct {
	Line   LineID `json:"line" validate:"required,lineid" en:"Line" ru:"Линия"`
	Key    Key    `json:"key" validate:"required,key" en:"Idempotency key" ru:"Ключ повтора"`
	Chat   string `json:"chat" validate:"required,chatform" norm:"trim" en:"Phone number or chat" ru:"Номер телефона или диалог"`
	Header string `json:"header,omitempty" validate:"omitempty,max=60" norm:"trim" limit:"cloud" en:"Header" ru:"Заголовок"`
	Body   string `json:"body" validate:"required,notblank,max=1024" limit:"cloud" en:"Message" ru:"Сообщение"`
	Footer string `json:"footer,omitempty" validate:"omitempty,max=60" norm:"trim" limit:"cloud" en:"Footer" ru:"Подпись"`
	// Buttons are quick replies. A message has these, or Link and Call: never both kinds.
	Buttons []Button `json:"buttons,omitempty" validate:"alone=link call,orelse=link call,omitempty,min=1,max=3,labels,ids,dive" norm:"dropblank" limit:"cloud" en:"Buttons" ru:"Кнопки"`
	// Link and Call, native or not, bring no answer. As text they are lines of their own: "label: address".
	Link *LinkButton `json:"link,omitempty" validate:"omitempty" en:"Link button" ru:"Кнопка-ссылка"`
	Call *CallButton `json:"call,omitempty" validate:"omitempty" en:"Call button" ru:"Кнопка звонка"`
	// Rendering other than auto goes out as chosen, and as numbered text where that is surely refused.
	Rendering Rendering `json:"rendering,omitempty" validate:"omitempty,oneof=auto native poll numbered" default:"auto" en:"How buttons are shown" ru:"Как показать кнопки"`
	// Renderings are the ways that auto tries, the first that can hold the message
	// first; what WhatsApp surely refuses goes out the next way. Numbered text is
	// always the last. Absent: the line's.
	Renderings []Rendering `json:"renderings,omitempty" validate:"omitempty,max=3,dive,oneof=native poll numbered" en:"Preferred ways" ru:"Предпочтения показа"`
	Priority   Priority    `json:"priority,omitempty" validate:"omitempty,oneof=dialogue normal broadcast" default:"normal" en:"Priority" ru:"Приоритет"`
	// Quote as in SendTextRequest.
	Quote *MessageRef `json:"quote,omitempty" validate:"omitempty" en:"Quote" ru:"Цитата"`
	// TimeLimit as in SendTextRequest.
	TimeLimit int `json:"timeLimit,omitempty" validate:"omitempty,min=1,max=2592000" en:"Time limit, seconds" ru:"Лимит времени, секунд"`
}

// SendResult is the state of one message.
type SendResult struct {
	Stamp
	Line      LineID    `json:"line"`
	Key       Key       `json:"key"`
	MessageID MessageID `json:"messageId"`
	Chat      Address   `json:"chat"`
	// Asked is the number as it was understood, where WhatsApp knows it under another
	// form (Brazil, Mexico): Chat.Phone is WhatsApp's. Of several numbers, all.
	Asked  string        `json:"asked,omitempty" en:"Asked number" ru:"Запрошенный номер"`
	Status MessageStatus `json:"status"`
	// Rendering is the form that went out; empty for plain text.
	Rendering Rendering `json:"rendering,omitempty"`
	// Reason says why this rendering was chosen, in the caller's language.
	Reason string `json:"reason,omitempty"`
	// Note is set while Status is sent: the message is not delivered yet, and may
	// never be. A sentence in the caller's language.
	Note string `json:"note,omitempty"`
	// UndeliveredAt is when it was reported that no phone had confirmed the message;
	// absent: it was not, or one has confirmed it since.
	UndeliveredAt *Time `json:"undeliveredAt,omitempty"`
	Timestamp     Time  `json:"timestamp"` // when the status was reached
	// Error is set when Status is failed or unknown.
	Error    *Error   `json:"error,omitempty"`
	Priority Priority `json:"priority"`
	// ExpiresAt is when it is no longer tried; absent: never.
	ExpiresAt *Time `json:"expiresAt,omitempty"`
	// Warning was given when the message was accepted, or when it went; WarningText is its sentence in
	// the caller's language.
	Warning     WarningCode `json:"warning,omitempty"`
	WarningText string      `json:"warningText,omitempty"`
	// WaitsFor says why the message was not sent yet; absent once it is being sent or settled.
	WaitsFor *Wait `json:"waitsFor,omitempty"`
}

// MessageGetRequest finds a message by its key: what a caller does that lost its connection.
type MessageGetRequest struct {
	Line LineID `json:"line" validate:"required,lineid" en:"Line" ru:"Линия"`
	// Key is a caller's, or one that was made of it and that events show: of an ask's
	// reminder ("q1#1") or repeated question ("q1!1"), of one of several files ("m1#2").
	Key Key `json:"key" validate:"required,notblank,max=140" en:"Idempotency key" ru:"Ключ повтора"`
}

// MessageCancelRequest takes a message back. One that surely has not gone fails
// as message_cancelled. One that may have gone is not tried again and keeps its
// state, unknown until a receipt tells. Cancelling twice is harmless.
type MessageCancelRequest struct {
	Line LineID `json:"line" validate:"required,lineid" en:"Line" ru:"Линия"`
	// Key as in MessageGetRequest.
	Key Key `json:"key" validate:"required,notblank,max=140" en:"Idempotency key" ru:"Ключ повтора"`
}

// MessageListRequest reads a line's messages, newest first; those of asks too.
type MessageListRequest struct {
	Line   LineID        `json:"line" validate:"required,lineid" en:"Line" ru:"Линия"`
	Status MessageStatus `json:"status,omitempty" validate:"omitempty,oneof=queued sent delivered read played failed unknown" en:"State" ru:"Состояние"`
	Count  int           `json:"count,omitempty" validate:"omitempty,min=1,max=200" default:"50" en:"How many" ru:"Сколько"`
	// Before continues a list: the Next of the page before.
	Before string `json:"before,omitempty" validate:"omitempty,max=64" en:"Page" ru:"Страница"`
}

// MessageListResult is one page.
type MessageListResult struct {
	Stamp
	Messages []SendResult `json:"messages"`
	Next     string       `json:"next,omitempty"` // empty on the last page
}
