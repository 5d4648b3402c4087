// Package judge decides whether anything was lost or doubled, from what the
// phones show and what the hosts were told. It never asks the sidecar's store.
//
// Everything is found again by marks: each request carries a text of its own
// that no other one holds, so that a phone's bubble names the request it is of,
// whatever its message id.
package judge

import (
	"time"

	"github.com/nodeline/nodeline/schema"
)

// Kind says what a request asks for.
type Kind string

// The kinds of requests.
const (
	Text    Kind = "text"
	Buttons Kind = "buttons"
	Ask     Kind = "ask"
	File    Kind = "file"   // one of a call's files
	Edit    Kind = "edit"   // of Target, as are the next two; none of them shows by itself
	Delete  Kind = "delete" // of the whole message
	React   Kind = "react"
)

// Chat is the talk of one line with one customer.
type Chat struct {
	Line  schema.LineID
	Phone string // the customer's, E.164
}

// Request is one message that hosts asked for, however often they called.
type Request struct {
	Chat
	Kind  Kind
	Key   schema.Key
	Mark  string // in the body, or in the file's name; of this request alone
	Begun time.Time
	// Answers are all that was ever said of it, in the order it was heard.
	Answers []Answer
	// Refused is the code of an error after which nothing was accepted; "" for none.
	// Of several callers one may be refused, at RefusedCall's start, and another not.
	Refused     schema.Code
	RefusedCall time.Time

	// Priority is what it was asked with; "" is normal.
	Priority schema.Priority
	// Expires: it was asked for with a time by which it has to begin to go.
	Expires bool
	// Cancels are the calls of message.cancel for it, answered or not.
	Cancels []Cancel

	// Pipe and Place: calls written one after the other to one connection, without
	// waiting for their answers. Pipe 0: none. Alone: answered by that very call.
	Pipe, Place int
	Alone       bool

	// Of a file: the SHA-256 of what was sent, and the call's first file where this is a later one.
	Sum   string
	Whole *Request

	// Of what changes another request's message: that, and what it says then (React:
	// the emoji, each another one). The changes of a message are asked for one after the other.
	Target *Request
	Says   string

	// Of an ask.
	Choices  []schema.Button
	Tries    int             // how many answers in the customer's own words are read; 0: any
	Asides   map[string]bool // messages that it sends beside the question, marked "mark~aside": Again, and reminders
	Early    bool            // it was seen before the one that it waits for had an end
	Behind   *Request        // that one; nil: none
	Host     schema.HostID
	Acts     []Act
	Cancel   string    // the reason its ask was cancelled with; "" for not
	Deadline time.Time // zero: too far to come
}

// Answer is what one call said of a request.
type Answer struct {
	At     time.Time
	ID     schema.MessageID
	Status schema.MessageStatus
	Code   schema.Code // why it failed or is unknown
	Server int         // WhatsApp's own error number
	// Waits is what it waits for before it is tried (again); "": no try is to come.
	Waits schema.WaitKind
	// Priority as the sidecar told it; "" for asks, which do not say.
	Priority schema.Priority
	Form     schema.Rendering // "" for plain text
	State    schema.AskState  // of asks
	Misses   int              // of asks
	Outcome  *schema.Outcome
}

// Cancel is one call that took a message back. What it told is in the request's Answers too.
type Cancel struct {
	Begun time.Time
	At    time.Time // of its answer; zero: none came
	// Status is what it told of the message; "" with a Code.
	Status schema.MessageStatus
	Code   schema.Code // of its refusal
	Behind bool        // written to the same connection after the request, without waiting
}

// Act is what the customer did about a question.
type Act struct {
	ID   schema.MessageID // of the customer's own message
	Text string           // typed, or the label tapped
	// Index is the choice that it means, from 1; 0: none of them.
	Index int
	Fits  bool // it is an answer in the customer's own words that fits
	Stops bool // it is a word that cancels
}

// Again is the aside of a question that is asked again after an answer that does not fit.
const Again = "again"

// Shown is one bubble of a customer's phone, as it came from the line.
type Shown struct {
	ID      schema.MessageID
	Body    string
	Visible bool
	Note    string
	Name    string // of a file
	Sum     string // SHA-256 of a file, "" where it could not be opened
	Deleted bool
	Emoji   string // the line's reaction to it, "" for none
}

// Written is a message that a customer sent and no ask waited for.
type Written struct {
	Chat
	ID   schema.MessageID
	Text string
}

// Delivery is one push of an outcome to a host.
type Delivery struct {
	Host    schema.HostID // that it was pushed to
	ID      schema.DeliveryID
	Line    schema.LineID
	Ask     schema.Key
	Outcome schema.Outcome
	Context string
}

// Event is an entry of a line's log as a host was given it.
type Event struct {
	Line    schema.LineID
	Cursor  int64
	ID      schema.EventID
	Message schema.MessageID // of an incoming message; else ""
	Text    string
}

// Records are everything that the judge looks at.
type Records struct {
	Requests []*Request
	// Never are marks that must not show: requests that were refused for their key.
	Never []string
	Shown map[Chat][]Shown // oldest first
	// Written are the customers' own messages, of Acts too.
	Written    []Written
	Deliveries []Delivery
	// Events by host: each host follows every line from its start.
	Events map[schema.HostID][]Event
	// Some are the hosts that are given some kinds of events only.
	Some map[schema.HostID]bool
	// Kept is what each key gives at the end; nil: it was not asked yet.
	Kept map[schema.Key]Answer
	Now  time.Time
}

// Violation is a promise that was not kept.
type Violation struct {
	Rule   Rule
	What   string // ids, for the logs
	Detail string
	// Curable: more time may put it right, so only its last word counts.
	Curable bool
}

// Rule names a promise.
type Rule string

// The rules.
const (
	Lost      Rule = "lost"       // accepted, and not on the phone
	Doubled   Rule = "doubled"    // more than once on the phone
	Ghost     Rule = "ghost"      // on the phone, though nobody may have sent it
	TwoIDs    Rule = "two_ids"    // one request under two message ids
	Order     Rule = "order"      // not in the order of acceptance
	Outcome   Rule = "outcome"    // not what the customer did
	Silent    Rule = "no_outcome" // the customer did something, or time did, and no outcome came
	Outcomes  Rule = "outcomes"   // more than one
	Unheard   Rule = "unheard"    // an incoming message that a host was not given
	EventIDs  Rule = "event_ids"  // one event under two ids or cursors
	Gap       Rule = "gap"        // a cursor was left out
	Forgotten Rule = "forgotten"  // acknowledged, and not found by its key, or found otherwise
	TakenBack Rule = "taken_back" // a cancel or an expiry that said what cannot be
	Bytes     Rule = "bytes"      // a file that is not what was sent
	Changed   Rule = "changed"    // it does not show as the last edit, deletion or reaction left it
	Died      Rule = "died"       // the sidecar ended by itself
	Unsettled Rule = "unsettled"  // still neither sent nor failed
)

// Count says which of a run's two totals a violation belongs to.
func (r Rule) Count() (lost, doubled bool) {
	switch r {
	case Lost, Silent, Unheard, Gap, Forgotten, Unsettled, Bytes, Changed:
		return true, false
	case Doubled, Ghost, TwoIDs, Outcomes, EventIDs:
		return false, true
	}
	return false, false
}
