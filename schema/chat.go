package schema

// ChatMarkReadRequest shows the customer that messages were read: one, or all of a
// chat that came since the last time (the newest 100).
type ChatMarkReadRequest struct {
	Line LineID `json:"line" validate:"required,lineid" en:"Line" ru:"Линия"`
	Chat string `json:"chat,omitempty" validate:"orelse=message,omitempty,chatform" norm:"trim" en:"Phone number or chat" ru:"Номер телефона или диалог"`
	// Message is the one that was read; its chat is known by it.
	Message *MessageRef `json:"message,omitempty" validate:"omitempty" en:"Message" ru:"Сообщение"`
	// TimeLimit as in NumberCheckRequest.
	TimeLimit int `json:"timeLimit,omitempty" validate:"omitempty,min=1,max=2592000" en:"Time limit, seconds" ru:"Лимит времени, секунд"`
}

// ChatMarkReadResult says how many messages were marked. WhatsApp does not confirm it.
type ChatMarkReadResult struct {
	Stamp
	Chat     Address `json:"chat"`
	Messages int     `json:"messages" en:"Messages" ru:"Сообщений"`
}

// TypingState is what the customer sees of the line.
type TypingState string

// Typing states.
const (
	TypingOn  TypingState = "composing"
	TypingOff TypingState = "paused"
)

// ChatTypingRequest shows in a chat that the line is typing, or no longer.
type ChatTypingRequest struct {
	Line LineID `json:"line" validate:"required,lineid" en:"Line" ru:"Линия"`
	Chat string `json:"chat" validate:"required,chatform" norm:"trim" en:"Phone number or chat" ru:"Номер телефона или диалог"`
	// State absent: composing.
	State TypingState `json:"state,omitempty" validate:"omitempty,oneof=composing paused" default:"composing" en:"State" ru:"Состояние"`
	// For is after how many seconds composing ends by itself.
	For int `json:"seconds,omitempty" validate:"omitempty,min=1,max=60" default:"10" en:"For, seconds" ru:"В течение, секунд"`
	// TimeLimit as in NumberCheckRequest.
	TimeLimit int `json:"timeLimit,omitempty" validate:"omitempty,min=1,max=2592000" en:"Time limit, seconds" ru:"Лимит времени, секунд"`
}

// ChatTypingResult confirms that WhatsApp was told; it does not answer.
type ChatTypingResult struct {
	Stamp
	Chat  Address     `json:"chat"`
	State TypingState `json:"state"`
}

// ChatListRequest lists who wrote to a line, the last to write first; for pickers.
type ChatListRequest struct {
	Line LineID `json:"line" validate:"required,lineid" en:"Line" ru:"Линия"`
	// Query is a part of the name in any case, or of the number or LID.
	Query string `json:"query,omitempty" validate:"omitempty,max=100" norm:"trim" en:"Search" ru:"Поиск"`
	Count int    `json:"count,omitempty" validate:"omitempty,min=1,max=200" default:"50" en:"How many" ru:"Сколько"`
	// Before continues a list: the Next of the page before.
	Before string `json:"before,omitempty" validate:"omitempty,max=64" en:"Page" ru:"Страница"`
	// TimeLimit as in NumberCheckRequest.
	TimeLimit int `json:"timeLimit,omitempty" validate:"omitempty,min=1,max=2592000" en:"Time limit, seconds" ru:"Лимит времени, секунд"`
}

// Chat is somebody who wrote to the line, or a group where somebody did.
type Chat struct {
	Chat Address `json:"chat"`
	// Name is what the person calls himself in WhatsApp. Of a group it is the subject
	// that group.list or an event told last; empty where none did.
	Name    string `json:"name,omitempty" en:"Name" ru:"Имя"`
	HeardAt Time   `json:"heardAt"` // when a message last came
	Unread  int    `json:"unread"`  // messages that chat.markRead would mark
}

// ChatListResult is one page.
type ChatListResult struct {
	Stamp
	Chats []Chat `json:"chats"`
	Next  string `json:"next,omitempty"` // empty on the last page
}
