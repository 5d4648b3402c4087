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
	Line(schema.LineID) (rec LineRecord, ok bool, err error)
	Lines() ([]LineRecord, error) // by creation
	// Counts are a line's open asks and its messages that are not settled.
	Counts(schema.LineID) (waiting, queued int, err error)

	Message(schema.LineID, schema.Key) (rec MessageRecord, ok bool, err error)
	MessageByID(schema.LineID, schema.MessageID) (rec MessageRecord, ok bool, err error)
	// Unsettled are the messages that still have to be sent, in order.
	Unsettled(schema.LineID) ([]MessageRecord, error)

	Ask(schema.LineID, schema.Key) (rec AskRecord, ok bool, err error)
	AskByMessage(schema.LineID, schema.MessageID) (rec AskRecord, ok bool, err error)
	// OpenAsks are a chat's asks without an outcome, newest first.
	OpenAsks(schema.LineID, schema.Address) ([]AskRecord, error)
	// LastAsk is a chat's newest ask, open or not.
	LastAsk(schema.LineID, schema.Address) (rec AskRecord, ok bool, err error)
	// Asks lists a line's asks, newest first.
	Asks(schema.LineID, AskFilter) ([]AskRecord, error)
	// Due are open asks of a line by their deadlines, earliest first: those whose
	// deadline is not after now, or not after heard where the ask is waiting.
	Due(line schema.LineID, now, heard time.Time, count int) ([]schema.Key, error)
	// NextDeadline is the earliest deadline, of a line's open asks, that is after a moment.
	NextDeadline(line schema.LineID, after time.Time) (at time.Time, ok bool, err error)

	// Events are a line's events after a cursor, oldest first.
	Events(line schema.LineID, after int64, count int) ([]schema.Event, error)
	// Cursor is the newest event's cursor, 0 if there is none.
	Cursor(schema.LineID) (int64, error)

	// Deliveries are open ones after a sequence number, oldest first; node "" is every node.
	Deliveries(line schema.LineID, host schema.HostID, node string, after int64, count int) ([]DeliveryRecord, error)
	// OpenDeliveries counts; line "" counts every line, host "" every host.
	OpenDeliveries(schema.LineID, schema.HostID) (int, error)

	// Contact is what WhatsApp said of a phone when it was last asked.
	Contact(line schema.LineID, phone string) (rec ContactRecord, ok bool, err error)
	// Complete fills in the phone or LID of a person where the other is known.
	Complete(schema.LineID, schema.Address) (schema.Address, error)
}

// Tx reads and writes one transaction.
type Tx interface {
	View

	InsertLine(LineRecord) error // a line of that id: ErrExists
	UpdateLine(LineRecord) error
	// DeleteLine forgets a line and all that belongs to it but its open
	// deliveries, and revokes its tokens.
	DeleteLine(schema.LineID) error

	// InsertMessage sets Seq. A message of that key: ErrExists.
	InsertMessage(*MessageRecord) error
	UpdateMessage(MessageRecord) error

	// InsertAsk keeps an ask; its message is inserted before it.
	InsertAsk(AskRecord) error
	UpdateAsk(AskRecord) error

	// AppendEvent gives the event its ID and the line's next cursor.
	AppendEvent(schema.Event) (schema.Event, error)
	// InsertDelivery gives the delivery its ID and sequence number.
	InsertDelivery(DeliveryRecord) (DeliveryRecord, error)
	// Acknowledge ends deliveries and says how many of them were open.
	Acknowledge(schema.LineID, schema.HostID, []schema.DeliveryID) (int, error)
	// Attempted records how often a delivery was pushed.
	Attempted(id schema.DeliveryID, attempt int) error

	// Seen remembers an incoming message; fresh is false for a repeat.
	Seen(line schema.LineID, chat, sender string, id schema.MessageID, at time.Time) (fresh bool, err error)
	PutContact(ContactRecord) error
	// Learn remembers that a phone and a LID are one person; an address without both is ignored.
	Learn(schema.LineID, schema.Address) error

	// Forget deletes what ended before a moment: settled messages, asks with an
	// outcome, events, acknowledged deliveries and the memory of incoming
	// messages. At most count rows of each; more says that some are left.
	Forget(before time.Time, count int) (more bool, err error)

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
	Content Content        // of native buttons, for the day they are refused; else empty
	Payload []byte

	Rendering schema.Rendering
	Reason    Reason
	Status    schema.MessageStatus
	StatusAt  time.Time
	Code      schema.Code // with failed and unknown
	Server    int
	Settled   bool // there will be no more tries
	// SentAt is when WhatsApp took it, by WhatsApp's own clock; zero: not known.
	SentAt  time.Time
	Created time.Time
}

// AskRecord is one stored ask.
type AskRecord struct {
	Line      schema.LineID
	ID        schema.Key
	MessageID schema.MessageID
	Chat      schema.Address
	Buttons   []schema.Button
	State     schema.AskState
	Lang      schema.Lang // of the sentences in its outcome
	Created   time.Time
	// Asked is when the question was sent, by this machine's clock; zero: not yet,
	// or not known.
	Asked    time.Time
	Deadline time.Time
	Reply    *schema.Reply
	Context  json.RawMessage
	Outcome  *schema.Outcome
	// Message is read with the ask and never written with it.
	Message MessageRecord
}

// AskFilter limits a list of asks.
type AskFilter struct {
	State  schema.AskState // "" : any
	Node   string          // "" : any
	Before int64           // message sequence number; 0: from the newest
	Count  int
}

// DeliveryRecord is one stored delivery.
type DeliveryRecord struct {
	Seq      int64
	Delivery schema.Delivery // Attempt: pushes so far
}

// ContactRecord is WhatsApp's answer about a phone.
type ContactRecord struct {
	Line    schema.LineID
	Contact Contact
	At      time.Time
}
