// Package chat is what a simulated phone shows: messages as they are rendered,
// chats, ticks, and the ids that it has already seen.
package chat

import (
	"slices"
	"time"
)

// Kind says how a message is drawn.
type Kind string

// The kinds of messages.
const (
	KindText        Kind = "text"
	KindButtons     Kind = "buttons"
	KindList        Kind = "list" // Buttons are its rows
	KindPoll        Kind = "poll" // Buttons are its options, whose ids are their texts
	KindFile        Kind = "file" // File says which
	KindLocation    Kind = "location"
	KindContact     Kind = "contact"
	KindAnswer      Kind = "answer"      // a tapped button or a chosen row
	KindNotice      Kind = "notice"      // what somebody did in a group: Body names it, Header says with what or whom
	KindUnsupported Kind = "unsupported" // a real phone shows it, this one only says what it is
)

// Status is how far a message went. For received messages it is delivered, or
// read once the chat was opened.
type Status string

// The steps of a message, in order.
const (
	StatusPending   Status = "pending" // written while the phone was offline
	StatusSent      Status = "sent"
	StatusDelivered Status = "delivered"
	StatusRead      Status = "read"
)

var steps = map[Status]int{StatusPending: 1, StatusSent: 2, StatusDelivered: 3, StatusRead: 4}

// Button is a choice under a message. One that opens a link or calls a number has no
// id: nothing is answered by it.
type Button struct {
	ID   string `json:"id"`
	Text string `json:"text"`
	// Of a list's row.
	Description string `json:"description,omitempty"`
	Section     string `json:"section,omitempty"` // title of its section
	// What it opens or calls.
	URL   string `json:"url,omitempty"`
	Phone string `json:"phone,omitempty"`
}

// Ballot is what somebody chose in a poll, as the newest vote says.
type Ballot struct {
	From    string   `json:"from"`    // E.164
	Options []string `json:"options"` // ids
}

// Quote is the message that another one answers.
type Quote struct {
	ID     string `json:"id"`
	Text   string `json:"text"`
	FromMe bool   `json:"fromMe"`
}

// Message is one bubble.
type Message struct {
	ID       string    `json:"id"`
	Chat     string    `json:"chat"` // the other side's phone, E.164, or the group's address
	From     string    `json:"from"` // E.164
	FromMe   bool      `json:"fromMe"`
	At       time.Time `json:"at"`
	Kind     Kind      `json:"kind"`
	Header   string    `json:"header"`
	Body     string    `json:"body"`
	Footer   string    `json:"footer"`
	Buttons  []Button  `json:"buttons"`
	Answered string    `json:"answered"` // id of the button that was tapped
	// Of a list: what opens it.
	ListButton string `json:"listButton,omitempty"`
	// Of a poll.
	Multiple bool     `json:"multiple,omitempty"` // several options may be chosen
	Votes    []Ballot `json:"votes,omitempty"`
	// Of a file; Body is its caption.
	File *File `json:"file,omitempty"`
	// Of a place and of contacts; Body sums them up.
	Place    *Place    `json:"place,omitempty"`
	Contacts []Contact `json:"contacts,omitempty"`
	// Preview is the card of a link in the text.
	Preview   *Preview `json:"preview,omitempty"`
	Forwarded bool     `json:"forwarded,omitempty"`

	Quoted *Quote `json:"quoted"`
	Status Status `json:"status"`
	// Visible is false for what a real phone would not show; Note then says why.
	Visible bool   `json:"visible"`
	Note    string `json:"note"`
	Edited  bool   `json:"edited"`
	// Reactions are the emoji on the message, one for each person, the oldest first.
	Reactions []Reaction `json:"reactions"`
}

// Reaction is one person's emoji on a message.
type Reaction struct {
	From  string `json:"from"` // E.164
	Emoji string `json:"emoji"`
}

// React puts a person's emoji on the message in place of the one before, or takes
// it off ("").
func (m *Message) React(from, emoji string) {
	list := slices.DeleteFunc(slices.Clone(m.Reactions), func(r Reaction) bool { return r.From == from })
	if emoji != "" {
		list = append(list, Reaction{from, emoji})
	}
	m.Reactions = list
}

// Summary is a line in the list of chats.
type Summary struct {
	With   string `json:"with"`
	Name   string `json:"name"`
	Unread int    `json:"unread"`
	// Members is how many a group has, 0 for a chat of two.
	Members int       `json:"members"`
	Last    string    `json:"last"`
	At      time.Time `json:"at"`
	// Typing: the other side, or somebody of the group, is.
	Typing bool `json:"typing,omitempty"`
}
