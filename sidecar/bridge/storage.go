package bridge

import (
	"context"
	"encoding/json"
	"time"

	"github.com/nodeline/nodeline/schema"
)

// Store holds all state. It is implemented by store and used by bridge and deliver.
// Times are kept in milliseconds.
type Store interface {
	// Write runs fn alone, all of it or nothing, and returns once it is on disk; only
	// one under WithoutFlush does not wait for the disk. fn may run more than once, so
	// its results are assigned and never appended. An error of fn undoes everything
	// and is returned as it is. Writes run in the order in which Queued was called for them.
	Write(ctx context.Context, fn func(Tx) error) error
	// Read runs fn on one snapshot, beside any writer. Where fn asked for Events or
	// Cursor it returns once what they gave is on disk: a cursor that a host was
	// shown never stands for another event after a power cut.
	Read(ctx context.Context, fn func(View) error) error
}

// View reads one snapshot. A missing row is ok false, never an error.
type View interface {
	FileView
	TemplateView

	Line(schema.LineID) (rec LineRecord, ok bool, err error)
	Lines() ([]LineRecord, error) // by creation
	// Counts are a line's open asks and its messages that are not settled.
	Counts(schema.LineID) (waiting, queued int, err error)

	Message(schema.LineID, schema.Key) (rec MessageRecord, ok bool, err error)
	MessageByID(schema.LineID, schema.MessageID) (rec MessageRecord, ok bool, err error)
	// Unsettled are the messages that still have to be sent and are not Held, in order, without
	// Content, Payload and Hash: there can be very many.
	Unsettled(schema.LineID) ([]MessageRecord, error)
	// Messages lists a line's messages, newest first, as Unsettled gives them.
	Messages(schema.LineID, MessageFilter) ([]MessageRecord, error)
	// Expired are messages of a line to be sent, those that are Held left out, that expire not after now, earliest first.
	Expired(line schema.LineID, now time.Time, count int) ([]schema.Key, error)
	// NextExpiry is the earliest expiry, of a line's messages to be sent and not Held, that is after a moment.
	NextExpiry(line schema.LineID, after time.Time) (at time.Time, ok bool, err error)
	// NoReceipt are a line's messages whose ReceiptDue is not after now, earliest first.
	NoReceipt(line schema.LineID, now time.Time, count int) ([]schema.Key, error)
	// NextReceipt is the earliest ReceiptDue of a line's messages that is after a moment.
	NextReceipt(line schema.LineID, after time.Time) (at time.Time, ok bool, err error)
	// Heard says when direct chats wrote to a line, those after a moment, by the
	// chat's names (phone, LID).
	Heard(line schema.LineID, after time.Time) (map[string]time.Time, error)
	// Allowances are a line's that are used up to later than a moment, by the
	// recipient's name; "" is the line's own.
	Allowances(line schema.LineID, after time.Time) (map[string]time.Time, error)

	Ask(schema.LineID, schema.Key) (rec AskRecord, ok bool, err error)
	AskByMessage(schema.LineID, schema.MessageID) (rec AskRecord, ok bool, err error)
	// OpenAsks are a chat's asks without an outcome, newest first.
	OpenAsks(schema.LineID, schema.Address) ([]AskRecord, error)
	// OpenAsksAbout are an item's asks without an outcome, oldest first.
	OpenAsksAbout(line schema.LineID, item string) ([]AskRecord, error)
	// OpenAsksTo are OpenAsks, and those that were addressed to a number and whose chat
	// is not known yet.
	OpenAsksTo(line schema.LineID, chat schema.Address, phone string) ([]AskRecord, error)
	// AsksBehind are the open asks that wait for one to end, oldest first.
	AsksBehind(line schema.LineID, ask schema.Key) ([]AskRecord, error)
	// LastAsk is a chat's newest ask, open or not.
	LastAsk(schema.LineID, schema.Address) (rec AskRecord, ok bool, err error)
	// Asks lists a line's asks, newest first.
	Asks(schema.LineID, AskFilter) ([]AskRecord, error)
	// Due are open asks of a line that are behind none, by their deadlines, earliest first: those whose
	// deadline is not after now, or not after heard where the ask is waiting.
	Due(line schema.LineID, now, heard time.Time, count int) ([]schema.Key, error)
	// NextDeadline is the earliest deadline, of a line's open asks that are behind none, that is after a moment.
	NextDeadline(line schema.LineID, after time.Time) (at time.Time, ok bool, err error)

	// DueReminders are open asks of a line with a planned reminder whose time is not
	// after now, by that time, earliest first.
	DueReminders(line schema.LineID, now time.Time, count int) ([]schema.Key, error)
	// NextReminder is the earliest time, of a line's planned reminders each ask's
	// earliest, that is after a moment.
	NextReminder(line schema.LineID, after time.Time) (at time.Time, ok bool, err error)

	// Events are a line's events after a cursor, oldest first.
	Events(line schema.LineID, after int64, count int) ([]schema.Event, error)
	// Cursor is the newest event's cursor, 0 if there is none.
	Cursor(schema.LineID) (int64, error)

	// EventOf is the event of an incoming message by WhatsApp's id of it, the newest,
	// with what PutPayload kept.
	EventOf(schema.LineID, schema.MessageID) (e schema.Event, payload []byte, ok bool, err error)

	// NextEvent is a line's oldest event after a cursor of one of the kinds.
	NextEvent(line schema.LineID, after int64, kinds []schema.EventKind) (e schema.Event, ok bool, err error)

	// Deliveries lists, oldest first.
	Deliveries(DeliveryFilter) ([]DeliveryRecord, error)
	// OpenDeliveries counts; line "" counts every line, host "" every host.
	OpenDeliveries(schema.LineID, schema.HostID) (int, error)
	// DeadDeliveries counts those of every line.
	DeadDeliveries() (int, error)
	// Unacknowledged are a host's open deliveries (WayHost) that come after one
	// sequence number and not after another: how many, and the first of them (0: none).
	Unacknowledged(line schema.LineID, host schema.HostID, after, upTo int64) (count int, first int64, err error)
	// ReplyTargets are the places (scheme and host) that reply URLs with open
	// deliveries lead to, each with the moment when the first of them is due.
	ReplyTargets() ([]ReplyTarget, error)
	// DueReplies are a place's open deliveries that are due, the longest due first.
	// Those that are due only after far are due too: the clock was set back.
	DueReplies(target string, now, far time.Time, count int) ([]DeliveryRecord, error)

	Webhook(schema.WebhookID) (rec WebhookRecord, ok bool, err error)
	// Webhooks lists by creation, without those whose line was removed; line "" is
	// every line, and those too.
	Webhooks(schema.LineID) ([]WebhookRecord, error)
	// NextDelivery is the oldest open delivery of a webhook: an event that was put
	// aside for it, or an outcome of its host.
	NextDelivery(WebhookRecord) (rec DeliveryRecord, ok bool, err error)
	// WebhookCounts are what a webhook still has to deliver, counted up to most,
	// and what it gave up.
	WebhookCounts(w WebhookRecord, most int) (waiting, dead int, err error)

	// Chat is a chat by any of its names.
	Chat(schema.LineID, schema.Address) (rec ChatRecord, ok bool, err error)
	// Chats lists by the last message, newest first.
	Chats(schema.LineID, ChatFilter) ([]ChatRecord, error)

	// Contact is what WhatsApp said of a phone when it was last asked.
	Contact(line schema.LineID, phone string) (rec ContactRecord, ok bool, err error)
	// Complete fills in the phone or LID of a person where the other is known.
	Complete(schema.LineID, schema.Address) (schema.Address, error)
}

// Tx reads and writes one transaction.
type Tx interface {
	View
	FileTx
	TemplateTx

	InsertLine(LineRecord) error // a line of that id: ErrExists
	UpdateLine(LineRecord) error
	// DeleteLine forgets a line and all that belongs to it but its deliveries, and
	// revokes its tokens. Its webhooks live on, Gone, until they have nothing left
	// to deliver: the events that they still had to get become deliveries.
	DeleteLine(schema.LineID) error

	// InsertMessage sets Seq. A message of that key: ErrExists.
	InsertMessage(*MessageRecord) error
	// UpdateMessage writes what differs from the record as it was read in this transaction.
	// It leaves Key, Hash, Phones, Content, Window, Priority, Expires and Begun as they are.
	UpdateMessage(was, m MessageRecord) error
	// Admit ends the wait of a message that is Held, and writes when it expires.
	Admit(MessageRecord) error
	// Begin marks messages that are not settled as begun: from here on they may have gone.
	Begin(schema.LineID, []schema.Key) error
	// PutAllowance remembers up to when an allowance is used up; see Allowances.
	PutAllowance(line schema.LineID, name string, until time.Time) error

	// InsertAsk keeps an ask; its message is inserted before it.
	InsertAsk(AskRecord) error
	UpdateAsk(AskRecord) error

	// AppendEvent gives the event its ID and the line's next cursor.
	AppendEvent(schema.Event) (schema.Event, error)
	// PutPayload keeps the network's own bytes of an incoming message with its event.
	PutPayload(line schema.LineID, cursor int64, payload []byte) error
	// InsertDelivery gives the delivery its sequence number, and an ID where it has none.
	InsertDelivery(DeliveryRecord) (DeliveryRecord, error)
	// UpdateDelivery writes how the tries of a delivery went, unless it was
	// acknowledged meanwhile.
	UpdateDelivery(DeliveryRecord) error
	// Delivered ends a delivery that was sent by POST.
	Delivered(id schema.DeliveryID) error
	// Replay opens dead deliveries again and says how many: those of the filter, and
	// of the ids where there are any. Dead ones whose webhook was removed stay dead.
	Replay(f DeliveryFilter, ids []schema.DeliveryID, now time.Time) (int, error)
	// Acknowledge ends deliveries and says how many of them were open.
	Acknowledge(schema.LineID, schema.HostID, []schema.DeliveryID) (int, error)
	// Attempted records how often a delivery was pushed.
	Attempted(id schema.DeliveryID, attempt int) error

	InsertWebhook(WebhookRecord) error
	UpdateWebhook(WebhookRecord) error
	// DeleteWebhook forgets a webhook and the events that were put aside for it.
	DeleteWebhook(schema.WebhookID) error

	// Seen remembers an incoming message; fresh is false for a repeat.
	Seen(line schema.LineID, chat, sender string, id schema.MessageID, at time.Time) (fresh bool, err error)
	PutContact(ContactRecord) error
	// PutChat keeps a chat under the first of its names and nowhere else.
	PutChat(ChatRecord) error
	// Learn remembers that a phone and a LID are one person; an address without both is ignored.
	Learn(schema.LineID, schema.Address) error

	// Forget deletes what ended before a horizon: settled messages, asks with an
	// outcome, events, acknowledged and dead deliveries, webhooks of removed lines
	// that have nothing left, codes and tokens that have expired, the memory of incoming messages, allowances that were
	// used up to before it, and what is known of phones and people that nothing used
	// since. What an open ask, a message that is not settled or one whose receipt
	// is due needs stays. A
	// delivery that its host did not fetch since then becomes dead, and so does an
	// event that was put aside for a webhook and is still there. At most count
	// rows of each; more says that some are left.
	Forget(before Horizon, count int) (more bool, err error)

	// AfterCommit has fn run once this transaction is written, before Write
	// returns. Such functions run one at a time, in the order of commit.
	AfterCommit(fn func())
}

// LineRecord is a stored line.
type LineRecord struct {
	ID      schema.LineID
	Name    string
	Region  string // "" : the country of Phone
	Secret  []byte // mints message ids
	Account string // what Sessions.Start wants; "" when not linked
	Phone   string
	LID     string
	State   schema.LineState
	Trouble string // see Trouble.String
	Since   time.Time
	Created time.Time
	Pace    *schema.Pace // nil: the sidecar's
	// Renderings are tried in this order where a call says auto; none: numbered alone.
	Renderings []schema.Rendering
	Window     schema.WindowPolicy // "": warn
	// Undelivered is how long after it was sent a message without a receipt is
	// reported; 0: never.
	Undelivered time.Duration
	// PausedAt is zero for a line that is not paused.
	PausedAt     time.Time
	PausedReason string
}

// MessageRecord is one message of the outbox.
type MessageRecord struct {
	Line schema.LineID
	Seq  int64 // grows by one per message of the line
	Key  schema.Key
	Hash []byte // of the request
	ID   schema.MessageID
	Ask  bool // an ask of the same key waits for its answer

	Phones  []string       // E.164 candidates, the first on WhatsApp is taken; none: Chat is known
	Chat    schema.Address // JID empty until it is resolved
	Content Content        // of native buttons and polls, for a refusal and for votes, of a file's message, and of what is about another; else empty
	Payload []byte         // empty while Stage is set, and of what is about a message that has not gone
	// Stage is what is still to be done before the first try; "": nothing.
	Stage Stage
	File  schema.MediaID // of a file's message, once the file is here

	Rendering schema.Rendering
	Reason    Reason
	Status    schema.MessageStatus
	StatusAt  time.Time
	Code      schema.Code // with failed and unknown
	Server    int
	Detail    string             // of Code; see Detail
	Warning   schema.WarningCode // given when it was accepted, or before its first try; ""
	Window    time.Time          // from when on the first try has its chat's 24-hour window judged again; zero: never
	Settled   bool               // there will be no more tries
	Priority  schema.Priority
	Expires   time.Time // zero: never
	Held      bool      // its ask is behind another: it is not to be sent yet
	// Begun: a try may have begun, in this life or an earlier one. It is on disk
	// before the first byte leaves, so a message without it surely has not gone.
	Begun bool
	// SentAt is when WhatsApp took it, by WhatsApp's own clock; zero: not known.
	SentAt  time.Time
	Created time.Time
	// ReceiptDue is when the message is reported as undelivered; zero: it is not to be,
	// or it was, at Undelivered. A receipt ends both.
	ReceiptDue  time.Time
	Undelivered time.Time
}

// MessageFilter limits a list of messages.
type MessageFilter struct {
	Status schema.MessageStatus // "" : any
	Before int64                // sequence number; 0: from the newest
	Count  int
}

// AskRecord is one stored ask.
type AskRecord struct {
	Line      schema.LineID
	ID        schema.Key
	MessageID schema.MessageID
	Chat      schema.Address
	Buttons   []schema.Button
	Persons   []schema.Address // who may answer in a group; none: anyone
	Item      string           // what it is about; "" for nothing
	Phone     string           // the first number that it was addressed to; "" for a chat that was known
	Behind    schema.Key       // the ask of the chat that must end before it is sent; "" for none
	Terms     AskTerms
	Misses    int // answers that did not fit Terms.Answer
	State     schema.AskState
	Lang      schema.Lang // of the sentences in its outcome
	Created   time.Time
	// Asked is when the question was sent, by this machine's clock; zero: not yet,
	// or not known.
	Asked     time.Time
	Deadline  time.Time
	Reminders []ReminderRecord
	Reply     *schema.Reply
	Context   json.RawMessage
	Outcome   *schema.Outcome
	// Message is read with the ask and never written with it.
	Message MessageRecord
}

// AskTerms are what a host said of the answer to an ask, and of its item.
type AskTerms struct {
	Answer      *schema.AnswerRule `json:"answer,omitempty"`
	CancelWords []string           `json:"cancelWords,omitempty"`
	Supersede   schema.Supersede   `json:"supersede,omitempty"` // "" is parallel
	Stage       string             `json:"stage,omitempty"`
	Kind        schema.AskKind     `json:"kind,omitempty"` // "" is an activity
}

// ReminderRecord is one stored reminder of an ask.
type ReminderRecord struct {
	Due   time.Time
	Text  string
	State schema.ReminderState
	// Message is read with the ask where State is queued, and never written with it.
	Message MessageRecord
}

// AskFilter limits a list of asks.
type AskFilter struct {
	State schema.AskState // "" : any
	Node  string          // "" : any
	Item  string          // "" : any
	// Phones and Chat limit the list to one chat: what was asked at one of the numbers,
	// or in the chat of a LID or a JID. None: any.
	Phones []string
	Chat   schema.Address
	Before int64 // message sequence number; 0: from the newest
	Count  int
}

// ChatRecord is somebody who wrote to a line, or a group where somebody did.
type ChatRecord struct {
	Line   schema.LineID
	Chat   schema.Address
	Title  string // as a person calls himself; a group's subject, "" where it is not known
	Heard  time.Time
	Unread []Unread // oldest first
}

// Unread is a message that the line was not seen to read.
type Unread struct {
	ID   schema.MessageID `json:"id"`
	From string           `json:"from"` // JID
}

// ChatFilter limits a list of chats.
type ChatFilter struct {
	Query       string // a part of the title, phone or LID, in lower case; "": any
	Skip, Count int
}

// ContactRecord is WhatsApp's answer about a phone.
type ContactRecord struct {
	Line    schema.LineID
	Contact Contact
	At      time.Time
}
