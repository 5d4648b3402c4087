package schema

// EventKind names an event.
type EventKind string

// Event kinds.
const (
	EventMessage EventKind = "message.incoming" // somebody wrote to the line
	EventStatus  EventKind = "message.status"   // one of our messages went further, or failed
	// EventUndelivered: no phone has confirmed a message that was sent; see LineUpdateRequest.
	EventUndelivered EventKind = "message.undelivered"
	EventLineState   EventKind = "line.state"
	EventEdited      EventKind = "message.edited"
	EventDeleted     EventKind = "message.deleted"
	EventReaction    EventKind = "message.reaction"
	EventCall        EventKind = "call.incoming"
	EventGroup       EventKind = "group.changed"
	EventNumber      EventKind = "number.changed"
)

// ContentKind says what an incoming message is.
type ContentKind string

// Content kinds beside those of attachments. Unsupported kinds are reported, never dropped.
const (
	ContentText        ContentKind = "text"
	ContentButton      ContentKind = "button" // a tap on a button
	ContentList        ContentKind = "list"   // a choice in a list
	ContentVote        ContentKind = "vote"   // a vote in a poll of this line
	ContentLocation    ContentKind = "location"
	ContentContact     ContentKind = "contact"
	ContentPoll        ContentKind = "poll" // a poll of somebody else; Text is its question
	ContentUnsupported ContentKind = "unsupported"
)

// IncomingMessage is what somebody wrote.
type IncomingMessage struct {
	ID     MessageID   `json:"id"`
	Chat   Address     `json:"chat"`
	From   Address     `json:"from"`
	FromMe bool        `json:"fromMe,omitempty"` // written on the line's own phone
	Kind   ContentKind `json:"kind"`
	Text   string      `json:"text,omitempty"`
	// Media is the attachment; Text is its caption then.
	Media *Media `json:"media,omitempty"`
	// Place is set for the kind location; Text sums it up.
	Place *Place `json:"place,omitempty"`
	// Contacts are set for the kind contact; Text has their names.
	Contacts []ContactCard `json:"contacts,omitempty"`
	// ButtonID is the id of the tapped button or the chosen row.
	ButtonID string `json:"buttonId,omitempty"`
	// Vote is set for the kind vote; QuotedID is the poll's then, and Text what was chosen.
	Vote     *Vote     `json:"vote,omitempty"`
	QuotedID MessageID `json:"quotedId,omitempty"`
	At       Time      `json:"at"`
	// Ask names the ask that this message answers, or came too late for.
	Ask Key `json:"ask,omitempty"`
	// Late is true when the ask already had its outcome.
	Late bool `json:"late,omitempty"`
}

// MessageStatusChange says how far one of our messages went, or has not gone: with the
// kind message.undelivered Status is sent.
type MessageStatusChange struct {
	Key       Key           `json:"key"`
	MessageID MessageID     `json:"messageId"`
	Chat      Address       `json:"chat"`
	Status    MessageStatus `json:"status"`
	Error     *Error        `json:"error,omitempty"`
}

// Event is one entry of a line's log. Exactly one of those from Message on is set, by Kind.
type Event struct {
	Stamp
	ID     EventID   `json:"id"`
	Cursor int64     `json:"cursor"` // grows by one per event of the line
	Line   LineID    `json:"line"`
	Kind   EventKind `json:"kind"`
	At     Time      `json:"at"`
	// Subscription is the name of the event.subscribe that this was pushed for, where it has one.
	Subscription SubscriptionID `json:"subscription,omitempty"`

	Message *IncomingMessage     `json:"message,omitempty"`
	Status  *MessageStatusChange `json:"status,omitempty"`
	State   *Line                `json:"state,omitempty"`

	Edited   *MessageEdit     `json:"edited,omitempty"`
	Deleted  *MessageDeletion `json:"deleted,omitempty"`
	Reaction *MessageReaction `json:"reaction,omitempty"`
	Call     *IncomingCall    `json:"call,omitempty"`
	Group    *GroupChange     `json:"group,omitempty"`
	Number   *NumberChange    `json:"number,omitempty"`
}

// EventListRequest reads a line's events after a cursor, oldest first.
// A cursor beyond the newest is of another log (the line was made again, or the
// store restored): this one is then read from its start. event.subscribe too.
// Of a filtered list a page may be short, or empty, before the end: read on until
// the cursor stays.
type EventListRequest struct {
	Line  LineID `json:"line" validate:"required,lineid" en:"Line" ru:"Линия"`
	After int64  `json:"after,omitempty" validate:"omitempty,min=0" default:"0" en:"Cursor" ru:"Курсор"`
	Count int    `json:"count,omitempty" validate:"omitempty,min=1,max=200" default:"50" en:"How many" ru:"Сколько"`
	// Kinds absent: all.
	Kinds  []EventKind  `json:"kinds,omitempty" validate:"omitempty,max=20,dive,oneof=message.incoming message.edited message.deleted message.reaction message.status message.undelivered call.incoming group.changed number.changed line.state" en:"Kinds" ru:"Виды"`
	Filter *EventFilter `json:"filter,omitempty" validate:"omitempty" en:"Filter" ru:"Фильтр"`
}

// EventListResult is one page; pass Cursor as the next After.
type EventListResult struct {
	Stamp
	Events []Event `json:"events"`
	Cursor int64   `json:"cursor"`
}

// EventSubscribeRequest has the connection pushed every event after a cursor, as
// notifications named "event". Websocket only. A connection may have several
// subscriptions of a line, told apart by their names, each with a cursor, kinds and
// a filter of its own, 256 in all. A second one of the same name, or without one,
// takes the place of the first: nothing of that is pushed after the answer. They end
// with the connection, or by event.unsubscribe.
type EventSubscribeRequest struct {
	Line LineID `json:"line" validate:"required,lineid" en:"Line" ru:"Линия"`
	// Subscription is a name that each event pushed for it carries, unique on the connection and line.
	Subscription SubscriptionID `json:"subscription,omitempty" validate:"omitempty,key" en:"Subscription" ru:"Подписка"`
	// After -1: only what comes from now on.
	After int64 `json:"after,omitempty" validate:"omitempty,min=-1" default:"0" en:"Cursor" ru:"Курсор"`
	// Kinds and Filter as in EventListRequest.
	Kinds  []EventKind  `json:"kinds,omitempty" validate:"omitempty,max=20,dive,oneof=message.incoming message.edited message.deleted message.reaction message.status message.undelivered call.incoming group.changed number.changed line.state" en:"Kinds" ru:"Виды"`
	Filter *EventFilter `json:"filter,omitempty" validate:"omitempty" en:"Filter" ru:"Фильтр"`
}

// EventSubscribeResult confirms.
type EventSubscribeResult struct {
	Stamp
	Cursor int64 `json:"cursor"` // the newest at this moment
}

// EventUnsubscribeRequest ends a subscription of this connection: nothing of it is
// pushed after the answer. Websocket only.
type EventUnsubscribeRequest struct {
	Line LineID `json:"line" validate:"required,lineid" en:"Line" ru:"Линия"`
	// Subscription absent: the one without a name.
	Subscription SubscriptionID `json:"subscription,omitempty" validate:"omitempty,key" en:"Subscription" ru:"Подписка"`
}

// EventUnsubscribeResult confirms.
type EventUnsubscribeResult struct {
	Stamp
	Ended bool `json:"ended"` // false: there was none
}
