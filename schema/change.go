package schema

// MessageReactRequest sets the line's one reaction to a message, its own or one that
// came. A reaction, an edit or a deletion is a message to WhatsApp: it is stored, goes
// after what waits in the chat, and SendResult tells how far it came. One that points
// at a message which still waits goes after that, and fails as target_not_sent where
// that fails.
type MessageReactRequest struct {
	Line    LineID      `json:"line" validate:"required,lineid" en:"Line" ru:"Линия"`
	Key     Key         `json:"key" validate:"required,key" en:"Idempotency key" ru:"Ключ повтора"`
	Message *MessageRef `json:"message" validate:"required" en:"Message" ru:"Сообщение"`
	// Emoji is one emoji; absent, the reaction is taken back.
	Emoji    string   `json:"emoji,omitempty" validate:"omitempty,emoji" norm:"trim" en:"Emoji" ru:"Эмодзи"`
	Priority Priority `json:"priority,omitempty" validate:"omitempty,oneof=dialogue normal broadcast" default:"normal" en:"Priority" ru:"Приоритет"`
	// TimeLimit as in SendTextRequest.
	TimeLimit int `json:"timeLimit,omitempty" validate:"omitempty,min=1,max=2592000" en:"Time limit, seconds" ru:"Лимит времени, секунд"`
}

// MessageEditRequest replaces the text of a message that the line wrote. WhatsApp
// takes it for 20 minutes after the message was sent, and for text alone.
type MessageEditRequest struct {
	Line     LineID      `json:"line" validate:"required,lineid" en:"Line" ru:"Линия"`
	Key      Key         `json:"key" validate:"required,key" en:"Idempotency key" ru:"Ключ повтора"`
	Message  *MessageRef `json:"message" validate:"required" en:"Message" ru:"Сообщение"`
	Text     string      `json:"text" validate:"required,notblank,max=4096" limit:"cloud" en:"New text" ru:"Новый текст"`
	Priority Priority    `json:"priority,omitempty" validate:"omitempty,oneof=dialogue normal broadcast" default:"normal" en:"Priority" ru:"Приоритет"`
	// TimeLimit as in SendTextRequest.
	TimeLimit int `json:"timeLimit,omitempty" validate:"omitempty,min=1,max=2592000" en:"Time limit, seconds" ru:"Лимит времени, секунд"`
}

// MessageDeleteRequest deletes a message that the line wrote, for everyone. WhatsApp
// takes it for about 2.5 days after the message was sent.
type MessageDeleteRequest struct {
	Line     LineID      `json:"line" validate:"required,lineid" en:"Line" ru:"Линия"`
	Key      Key         `json:"key" validate:"required,key" en:"Idempotency key" ru:"Ключ повтора"`
	Message  *MessageRef `json:"message" validate:"required" en:"Message" ru:"Сообщение"`
	Priority Priority    `json:"priority,omitempty" validate:"omitempty,oneof=dialogue normal broadcast" default:"normal" en:"Priority" ru:"Приоритет"`
	// TimeLimit as in SendTextRequest.
	TimeLimit int `json:"timeLimit,omitempty" validate:"omitempty,min=1,max=2592000" en:"Time limit, seconds" ru:"Лимит времени, секунд"`
}

// MessageForwardRequest sends a message on, the line's own or one that came, with the
// mark of a forwarded one. Buttons, polls and asks cannot be forwarded.
type MessageForwardRequest struct {
	Line     LineID      `json:"line" validate:"required,lineid" en:"Line" ru:"Линия"`
	Key      Key         `json:"key" validate:"required,key" en:"Idempotency key" ru:"Ключ повтора"`
	Chat     string      `json:"chat" validate:"required,chatform" norm:"trim" en:"Phone number or chat" ru:"Номер телефона или диалог"`
	Message  *MessageRef `json:"message" validate:"required" en:"Message" ru:"Сообщение"`
	Priority Priority    `json:"priority,omitempty" validate:"omitempty,oneof=dialogue normal broadcast" default:"normal" en:"Priority" ru:"Приоритет"`
	// TimeLimit as in SendTextRequest.
	TimeLimit int `json:"timeLimit,omitempty" validate:"omitempty,min=1,max=2592000" en:"Time limit, seconds" ru:"Лимит времени, секунд"`
}
