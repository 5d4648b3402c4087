package schema

// MessageRef points at a message. It takes, as they are, the result of a send, an
// ask, an incoming message and its event: members that it does not name are let
// through. A key finds a message of this line's own even where WhatsApp's id
// changed since; a message id alone will do for any message that the line has stored.
type MessageRef struct {
	_ struct{} `open:"true"`
	// MessageID is WhatsApp's id of the message, in results.
	MessageID MessageID `json:"messageId,omitempty" validate:"omitempty,max=128" en:"Message id" ru:"Номер сообщения"`
	// ID is WhatsApp's id of an incoming message; beside MessageID it is an ask's.
	ID  string `json:"id,omitempty" validate:"omitempty,max=128" en:"Message id" ru:"Номер сообщения"`
	Key Key    `json:"key,omitempty" validate:"omitempty,max=140" en:"Idempotency key" ru:"Ключ повтора"`
	// From is who wrote it, of an incoming message.
	From *RefAddress `json:"from,omitempty" validate:"omitempty" en:"From" ru:"От кого"`
	// Message is the message of an event.
	Message *EventRef `json:"message,omitempty" validate:"omitempty" en:"Message" ru:"Сообщение"`
}

// EventRef is the incoming message within an event.
type EventRef struct {
	_    struct{}    `open:"true"`
	ID   string      `json:"id,omitempty" validate:"omitempty,max=128" en:"Message id" ru:"Номер сообщения"`
	From *RefAddress `json:"from,omitempty" validate:"omitempty" en:"From" ru:"От кого"`
}

// RefAddress is an Address of which more may be said.
type RefAddress struct {
	_     struct{} `open:"true"`
	Phone string   `json:"phone,omitempty" en:"Phone number" ru:"Номер телефона"`
	LID   string   `json:"lid,omitempty" en:"LID" ru:"LID"`
	JID   string   `json:"jid,omitempty" en:"JID" ru:"JID"`
}

// Plain gives a reference one form: MessageID is WhatsApp's id, ID an ask's, and
// what came in an event stands outside it.
func (r MessageRef) Plain() MessageRef {
	if r.Message != nil {
		r = MessageRef{ID: r.Message.ID, From: r.Message.From}
	}
	if r.MessageID == "" {
		r.MessageID, r.ID = MessageID(r.ID), ""
	}
	return r
}
