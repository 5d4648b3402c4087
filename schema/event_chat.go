package schema

// MessageEdit says that somebody changed what they had written.
type MessageEdit struct {
	ID     MessageID   `json:"id"` // of the message that was changed
	Chat   Address     `json:"chat"`
	From   Address     `json:"from"`
	FromMe bool        `json:"fromMe,omitempty"` // on the line's own phone
	Kind   ContentKind `json:"kind"`
	Text   string      `json:"text,omitempty"` // as it is now
	At     Time        `json:"at"`
}

// MessageDeletion says that somebody deleted a message for everyone.
type MessageDeletion struct {
	ID     MessageID `json:"id"` // of the message that is gone
	Chat   Address   `json:"chat"`
	From   Address   `json:"from"` // who deleted it: its author, or an admin of the group
	FromMe bool      `json:"fromMe,omitempty"`
	At     Time      `json:"at"`
}

// MessageReaction says that somebody put an emoji on a message, or took theirs off.
type MessageReaction struct {
	ID     MessageID `json:"id"` // of the message with the reaction
	Chat   Address   `json:"chat"`
	From   Address   `json:"from"`
	FromMe bool      `json:"fromMe,omitempty"`
	Emoji  string    `json:"emoji"` // empty: the reaction was taken off
	At     Time      `json:"at"`
}

// IncomingCall says that somebody calls the line. The sidecar neither answers nor
// rejects it: the phone rings.
type IncomingCall struct {
	ID    string  `json:"id"`
	Chat  Address `json:"chat"` // the caller, or the group that is called
	From  Address `json:"from"`
	Video bool    `json:"video,omitempty"`
	At    Time    `json:"at"`
}

// GroupChange says what somebody did in a group. Only what changed is set.
type GroupChange struct {
	Group       Address   `json:"group"`
	By          *Address  `json:"by,omitempty"` // absent: not known
	Subject     *string   `json:"subject,omitempty"`
	Description *string   `json:"description,omitempty"` // empty: it was taken away
	Joined      []Address `json:"joined,omitempty"`
	Left        []Address `json:"left,omitempty"` // went, or were removed: By tells
	// Entered: the line's account is in the group from now on; Joined are all its members.
	Entered bool `json:"entered,omitempty"`
	At      Time `json:"at"`
}

// NumberChange says that a person goes by another LID, or by another phone number.
type NumberChange struct {
	Before Address `json:"before"`
	After  Address `json:"after"`
}
