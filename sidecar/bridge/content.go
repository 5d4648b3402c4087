package bridge

import (
	"time"

	"github.com/nodeline/nodeline/schema"
)

// Quote is the message that another one answers.
type Quote struct {
	ID   schema.MessageID
	From string // JID of who wrote it
	Chat string // JID of its chat where that is another than the answer's, else ""
	// Payload is the quoted message as it was sent or came; without one it is Text.
	Payload []byte
	Text    string
}

// Forwarded has a message carry the mark of a forwarded one. Payload is what it was;
// without one it is the content's Body.
type Forwarded struct {
	Payload []byte
}

// Target is a message that another one changes or reacts to.
type Target struct {
	// Key is of a message in the outbox that was not settled yet: the rest is found
	// out before the try. "": the rest is known.
	Key    schema.Key
	ID     schema.MessageID
	Chat   string // JID
	From   string // JID of who wrote it
	FromMe bool   // the line's account wrote it
	// Until is when it is too late, Late what the message fails with then; zero: never.
	Until time.Time
	Late  schema.Code
}

// Reaction sets the line's reaction to a message; Emoji "" takes it back.
type Reaction struct {
	Target Target
	Emoji  string
}

// Edit replaces a message's text.
type Edit struct {
	Target Target
	Text   string
}

// Revoke deletes a message for everyone.
type Revoke struct {
	Target Target
}

// Location is a place on the map, in decimal degrees.
type Location struct {
	Latitude, Longitude float64
	Name, Address       string
}

// Contacted is a contact card: a name to show and a vCard 3.0.
type Contacted struct {
	Name, VCard string
}

// aimed is the content about another target.
func (c Content) aimed(t Target) Content {
	switch {
	case c.Reaction != nil:
		c.Reaction = &Reaction{t, c.Reaction.Emoji}
	case c.Edit != nil:
		c.Edit = &Edit{t, c.Edit.Text}
	case c.Revoke != nil:
		c.Revoke = &Revoke{t}
	}
	return c
}

// target is the message that the content is about; nil for one that stands alone.
func (c *Content) target() *Target {
	switch {
	case c.Reaction != nil:
		return &c.Reaction.Target
	case c.Edit != nil:
		return &c.Edit.Target
	case c.Revoke != nil:
		return &c.Revoke.Target
	}
	return nil
}
