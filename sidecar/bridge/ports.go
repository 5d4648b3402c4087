package bridge

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/nodeline/nodeline/schema"
)

// API is what rpc, link and the terminal call. Requests have passed the
// validator: fields are normalised and in form. Every error is a *schema.Error
// in the caller's language.
type API interface {
	LineAPI
	ChatAPI
	MessageAPI
	MediaAPI
	PollAPI
	TemplateAPI
	AskAPI
	FeedAPI
	WebhookAPI
}

// Caller is who calls: what the token allows and the language of answers.
type Caller struct {
	Grant Grant
	Lang  schema.Lang
}

// Grant is what a token allows.
type Grant struct {
	ID      string        // shown in lists; not secret
	Name    string        // who uses it, for people
	Scope   schema.Scope  // admin, line or read
	Line    schema.LineID // line tokens, and read tokens of one line
	Created time.Time
}

// Grants keeps tokens, hashed at rest.
type Grants interface {
	// Create makes a token and is the only time that its text is seen.
	Create(ctx context.Context, g Grant) (token string, saved Grant, err error)
	// Find answers for a token's text; ok is false for one that is unknown or revoked.
	Find(ctx context.Context, token string) (g Grant, ok bool, err error)
	List(ctx context.Context) ([]Grant, error)
	Revoke(ctx context.Context, id string) error
}

// Pusher pushes to one host connection. It returns once the message is written
// (or an error: the connection is gone), and is called by one goroutine at a time.
type Pusher func(ctx context.Context, notification string, params any) error

// Feeds push what is stored to whoever is connected, until acknowledged. It is
// implemented by deliver and used by rpc.
type Feeds interface {
	// Attach pushes a host's open deliveries and all that come, in order, until
	// detach or until a newer Attach of the same host. After a pause that grows it
	// goes back to the oldest that is not acknowledged, and on from there.
	Attach(ctx context.Context, line schema.LineID, host schema.HostID, push Pusher) (open int, detach func(), err error)
	// Follow pushes a line's events after a cursor (-1: from now on) that a filter picks.
	Follow(ctx context.Context, line schema.LineID, after int64, picks Filter, push Pusher) (cursor int64, stop func(), err error)
}

// Courier sends by POST; implemented by deliver.
type Courier interface {
	// Refuses says why nothing would be sent to a URL, as far as its text tells: an
	// address that is not public and was not allowed. Nil: it may be tried.
	Refuses(url string) error
	// Test sends a delivery to a webhook, now and once.
	Test(context.Context, WebhookRecord, schema.Delivery) Posted
}

// Posted is what came back from a POST.
type Posted struct {
	Delivered bool
	// Final: it can never succeed, so trying again is no use.
	Final  bool
	Status int // of the answer, 0 without one
	Why    Why // it was not delivered
}

// Causes that Sessions name in their errors; test with errors.Is.
var (
	ErrNotLinked     = errors.New("line is not linked")
	ErrOffline       = errors.New("line is not connected to WhatsApp")
	ErrNotOnWhatsApp = errors.New("number is not on WhatsApp")
	ErrNotInGroup    = errors.New("the account is not in the group")
	ErrRateLimited   = errors.New("WhatsApp asks to slow down")
	ErrPasskey       = errors.New("WhatsApp asks for a passkey")
)

// Sessions are the WhatsApp sessions; implemented by line. One goroutine owns each line.
type Sessions interface {
	// Start brings a line's session up and returns at once; news comes by Inbox.Session.
	// account is the stored Account of a linked line, "" for one that is not linked.
	Start(line schema.LineID, account string) error
	// Stop takes the session down and keeps it stored.
	Stop(line schema.LineID)
	// Unlink logs out at WhatsApp where it can be reached, and forgets the session.
	Unlink(ctx context.Context, line schema.LineID) error
	// Link starts a round of QR codes, or joins the one under way (restart: always a new one).
	Link(line schema.LineID, restart bool) error
	// LinkPhone does the same and asks for a code to type on a phone (E.164) beside them.
	// A code that the round has for that phone stays; where the round has little time
	// left, a new one begins.
	LinkPhone(line schema.LineID, phone string, restart bool) error
	// LinkNews waits until the line's link state is newer than since, or ctx ends,
	// and returns the newest either way.
	LinkNews(ctx context.Context, line schema.LineID, since int) LinkNews

	// Encode builds the network's own bytes of a message once, so that every try
	// sends the same ones.
	Encode(Content) ([]byte, error)
	// Kind says what an encoded message is; unsupported for one without a kind of
	// its own, as a reaction.
	Kind(payload []byte) schema.ContentKind
	// Upload brings a file to WhatsApp and builds the bytes of its message. Its
	// errors are those of a send, all certain.
	Upload(ctx context.Context, line schema.LineID, c Content, file File, bytes *os.File) ([]byte, error)
	// Download writes a received file; remote is from Incoming.Remote. ErrMediaGone:
	// WhatsApp does not have it, and neither does the phone that it came from.
	Download(ctx context.Context, line schema.LineID, remote []byte, to *os.File) error
	// Send makes one try and returns when WhatsApp's server has answered, or with
	// a *SendError. It sends for one line in the order it is called.
	Send(ctx context.Context, line schema.LineID, out Outgoing) (Sent, error)
	// Lookup asks WhatsApp which phones (E.164) are there. Same order, same length.
	Lookup(ctx context.Context, line schema.LineID, phones []string) ([]Contact, error)
	// MarkRead tells who wrote messages of a chat (JIDs) that they were read. Nothing
	// answers.
	MarkRead(ctx context.Context, line schema.LineID, chat, from string, ids []schema.MessageID) error
	// Typing shows in a chat (JID) that the line is typing, or no more. Nothing answers.
	Typing(ctx context.Context, line schema.LineID, chat string, on bool) error
	// Groups asks WhatsApp which groups the line's account is in.
	Groups(ctx context.Context, line schema.LineID) ([]schema.Group, error)
}

// Inbox is what the sessions report; implemented by bridge. A nil error means
// that the report is committed: only then is WhatsApp acknowledged.
type Inbox interface {
	Receive(ctx context.Context, in Incoming) error
	Receipt(ctx context.Context, r Receipt) error
	Session(ctx context.Context, s Session) error
	// Recall gives the payload and the chat of a message that was sent, for a device
	// that could not read it and asks again; nil for one that is not known.
	Recall(ctx context.Context, line schema.LineID, id schema.MessageID) (payload []byte, chat schema.Address, err error)
}

// Session is a line's session as the network sees it.
type Session struct {
	Line    schema.LineID
	State   schema.LineState
	Account string // what Start wants next time, "" when not linked
	Phone   string // E.164 with '+'
	LID     string
	// Behind: the line is connected, and WhatsApp still delivers what came while it was away.
	Behind bool
	// Trouble is what is known of why, for people and programs.
	Trouble Trouble
	// Detail is for logs.
	Detail string
	At     time.Time
}

// LinkNews is where linking stands; see schema.LineLinkResult.
type LinkNews struct {
	Seq       int
	State     schema.LinkState
	QR        string
	ExpiresAt time.Time
	// PhoneFor is whom a code to type was asked for, E.164; PhoneCode is the code.
	PhoneFor, PhoneCode string
	PhoneCodeEnds       time.Time
	Phone               string
	// Err is why it failed, or why there is no code to type while the QR code stays.
	Err error
}

// Content is a message before it is encoded.
type Content struct {
	Header, Body, Footer string
	Buttons              []schema.Button  // the choices; none: plain text in Body
	Rendering            schema.Rendering // native, poll or numbered; "" for plain text
	// Ladder are the renderings from the first that is tried to the last.
	Ladder []schema.Rendering `json:",omitempty"`

	// Each of these is set where the message has or is one.
	List *List              `json:",omitempty"` // Buttons are its rows
	Poll *Poll              `json:",omitempty"` // Buttons are its options
	Link *schema.LinkButton `json:",omitempty"`
	// Links are a template's beside Link, which it has then.
	Links []schema.LinkButton `json:",omitempty"`
	Call  *schema.CallButton  `json:",omitempty"`

	// Beside any of the above and below, where WhatsApp has a place for it.
	Quote     *Quote
	Mentions  []string // JIDs
	Preview   *schema.Preview
	Forwarded *Forwarded

	// At most one of these, in place of the above.
	Location *Location
	Contacts []Contacted
	Reaction *Reaction
	Edit     *Edit
	Revoke   *Revoke
	// Media: the message is a file, and Body its caption.
	Media *Media `json:",omitempty"`
}

// List is what a list has beside its choices.
type List struct {
	Button string // opens it
	Rows   []schema.ListRow
}

// Poll is what a poll has beside its options.
type Poll struct {
	Multiple bool // several options may be chosen
}

// Outgoing is one try of one stored message.
type Outgoing struct {
	ID      schema.MessageID
	To      string // JID
	Payload []byte // from Encode
	// Rendering as in Content: the native form needs nodes beside the payload.
	Rendering schema.Rendering
}

// Sent is WhatsApp's server's word that it took a message.
type Sent struct {
	At time.Time
}

// SendError is a try that did not end in Sent.
type SendError struct {
	// Certain: the message surely did not go. Otherwise it may have.
	Certain bool
	// Retry: trying again, with the same id, can help (the connection was away).
	Retry bool
	// Server is WhatsApp's error number, 0 if there was none.
	Server int
	Err    error
}

func (e *SendError) Error() string {
	return fmt.Sprintf("send (certain %t, server %d): %v", e.Certain, e.Server, e.Err)
}

// Unwrap gives the cause.
func (e *SendError) Unwrap() error { return e.Err }

// Contact is what WhatsApp says of a phone.
type Contact struct {
	Asked   string // E.164
	Exists  bool
	Address schema.Address
}

// Incoming is a message that came to a line.
type Incoming struct {
	Line     schema.LineID
	ID       schema.MessageID
	Chat     schema.Address
	From     schema.Address
	FromMe   bool
	Group    bool
	Kind     schema.ContentKind
	Text     string           // text, or the label of the tapped button
	ButtonID string           // id of the tapped button
	QuotedID schema.MessageID // the message that a reply quotes, or whose button was tapped
	Vote     *Vote            // in the poll QuotedID
	At       time.Time
	Place    *schema.Place        // of the kind location
	Contacts []schema.ContactCard // of the kind contact
	// Name is what the sender calls himself, "" where that is not known.
	Name string
	// Payload is the network's own bytes of a message that is more than its Text, to
	// quote and forward it; nil for others.
	Payload []byte
	// File is what is known of an attachment, its bytes not being here: Sum is "". nil: none.
	File *File
	// Remote has Sessions.Download find the attachment.
	Remote []byte
	// Happening: it is no message, but this.
	Happening *Happening
}

// Happening is what came to a line that is no message. The message that it is
// about is Target, what an edited one says now is the Incoming's Kind and Text, a
// reaction's emoji Text. A call's id, and a name that a change of a group gets, is the
// Incoming's ID.
type Happening struct {
	Kind   schema.EventKind // edited, deleted, reaction, call, group
	Target schema.MessageID
	Video  bool                // of a call
	Group  *schema.GroupChange // of a group
}

// Vote is a vote as it came.
type Vote struct {
	// Chosen are the SHA-256 sums of the chosen options' texts, as poll messages name them.
	Chosen [][]byte
	// Unreadable: it could not be decrypted.
	Unreadable bool
}

// Receipt says that messages went further.
type Receipt struct {
	Line   schema.LineID
	IDs    []schema.MessageID
	Status schema.MessageStatus // sent (a late ack), delivered, read or played; in a group: at one of its members at least
	At     time.Time
}
