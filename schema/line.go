package schema

// LineState is where a line's WhatsApp session stands.
type LineState string

// Line states.
const (
	LineUnlinked     LineState = "unlinked"     // no WhatsApp account yet: link it by QR
	LineLinking      LineState = "linking"      // a QR code is being shown
	LineConnecting   LineState = "connecting"   // first connection since start
	LineConnected    LineState = "connected"    // messages flow
	LineReconnecting LineState = "reconnecting" // the connection dropped; it is tried again by itself
	LineReplaced     LineState = "replaced"     // another program uses this session: nothing is sent until someone acts
	LineLoggedOut    LineState = "logged_out"   // the phone unlinked this device: link again
	LineBanned       LineState = "banned"       // WhatsApp refuses this account
)

// Linked reports whether a WhatsApp account stands behind the line.
func (s LineState) Linked() bool {
	switch s {
	case LineConnecting, LineConnected, LineReconnecting, LineReplaced:
		return true
	}
	return false
}

// Line is one linked WhatsApp account, or the place for one.
type Line struct {
	Stamp
	ID     LineID    `json:"id" en:"Line" ru:"Линия"`
	Name   string    `json:"name" en:"Name" ru:"Название"`
	State  LineState `json:"state" en:"State" ru:"Состояние"`
	Phone  string    `json:"phone,omitempty" en:"Phone number" ru:"Номер телефона"` // E.164, when linked
	LID    string    `json:"lid,omitempty"`
	Region string    `json:"region,omitempty" en:"Country for numbers without +" ru:"Страна для номеров без +"`
	// Detail says, in the caller's language, what the state means now and what to do.
	Detail string `json:"detail,omitempty"`
	// Trouble is why, where that is known. Server is WhatsApp's own number of it,
	// Until when WhatsApp says that it ends.
	Trouble   LineTrouble `json:"trouble,omitempty"`
	Server    int         `json:"server,omitempty"`
	Until     *Time       `json:"until,omitempty"`
	Since     Time        `json:"since"` // when this state was entered
	CreatedAt Time        `json:"createdAt"`
	Waiting   int         `json:"waiting"` // open asks
	Queued    int         `json:"queued"`  // messages not sent yet
	// Waits says what the queued messages wait for; those about to go are in none.
	Waits []WaitCount `json:"waits,omitempty"`
	Pace  Pace        `json:"pace"`
	// Renderings are tried in this order where a call leaves it open; see SendButtonsRequest.
	Renderings []Rendering `json:"renderings" en:"Preferred ways" ru:"Предпочтения показа"`
	// Window is what the line does about the 24-hour window.
	Window WindowPolicy `json:"window" en:"24-hour window" ru:"24-часовое окно"`
	// UndeliveredSeconds as in LineUpdateRequest; 0: never.
	UndeliveredSeconds int `json:"undeliveredSeconds" en:"Undelivered after, seconds" ru:"Не доставлено через, секунд"`
	// Paused: nothing is sent, everything is received.
	Paused       bool   `json:"paused" en:"Paused" ru:"Приостановлена"`
	PausedAt     *Time  `json:"pausedAt,omitempty"`
	PausedReason string `json:"pausedReason,omitempty"`
}

// WaitCount is how many of a line's messages wait for one thing.
type WaitCount struct {
	Kind  WaitKind `json:"kind"`
	Count int      `json:"count"`
	Text  string   `json:"text"` // a sentence in the caller's language
}

// PaceMode turns a line's pace on or off.
type PaceMode string

// Pace modes.
const (
	PaceOn  PaceMode = "on"
	PaceOff PaceMode = "off"
)

// Pace spreads a line's messages. After a rest Burst messages may go at once, then
// one in so many milliseconds; the same for each recipient by itself. Waits are
// made longer at random by up to a quarter. Messages of a dialogue take their share
// of the line's pace and do not wait for it.
type Pace struct {
	Mode           PaceMode `json:"mode,omitempty" validate:"omitempty,oneof=on off" en:"Pace" ru:"Темп"`
	LineMs         int      `json:"lineMs,omitempty" validate:"omitempty,min=1,max=3600000" en:"One message per, milliseconds" ru:"Одно сообщение за, миллисекунд"`
	LineBurst      int      `json:"lineBurst,omitempty" validate:"omitempty,min=1,max=10000" en:"At once" ru:"Сразу"`
	RecipientMs    int      `json:"recipientMs,omitempty" validate:"omitempty,min=1,max=3600000" en:"One message to a recipient per, milliseconds" ru:"Одно сообщение получателю за, миллисекунд"`
	RecipientBurst int      `json:"recipientBurst,omitempty" validate:"omitempty,min=1,max=10000" en:"At once to a recipient" ru:"Сразу одному получателю"`
}

// PaceDefault is gentle: a live dialogue goes at once, a broadcast is spread. The
// recipient's part is what Meta allows business accounts for one pair of numbers.
var PaceDefault = Pace{Mode: PaceOn, LineMs: 1000, LineBurst: 60, RecipientMs: 6000, RecipientBurst: 45}

// With gives the pace with the fields of another that are not zero.
func (p Pace) With(change Pace) Pace {
	if change.Mode != "" {
		p.Mode = change.Mode
	}
	for _, f := range []struct {
		to   *int
		from int
	}{{&p.LineMs, change.LineMs}, {&p.LineBurst, change.LineBurst}, {&p.RecipientMs, change.RecipientMs}, {&p.RecipientBurst, change.RecipientBurst}} {
		if f.from != 0 {
			*f.to = f.from
		}
	}
	return p
}

// LineCreateRequest makes a place for an account.
type LineCreateRequest struct {
	// ID absent: made from random characters.
	ID   LineID `json:"id,omitempty" validate:"omitempty,lineid" en:"Line" ru:"Линия"`
	Name string `json:"name" validate:"required,notblank,max=60" norm:"trim" en:"Name" ru:"Название"`
	// Region reads numbers typed without '+'. Absent: the country of the linked phone.
	Region string `json:"region,omitempty" validate:"omitempty,region" norm:"trim" en:"Country for numbers without +" ru:"Страна для номеров без +"`
}

// LineUpdateRequest changes a line. An absent field stays as it is.
type LineUpdateRequest struct {
	Line   LineID `json:"line" validate:"required,lineid" en:"Line" ru:"Линия"`
	Name   string `json:"name,omitempty" validate:"omitempty,notblank,max=60" norm:"trim" en:"Name" ru:"Название"`
	Region string `json:"region,omitempty" validate:"omitempty,region" norm:"trim" en:"Country for numbers without +" ru:"Страна для номеров без +"`
	// Pace belongs to the line from then on; before, it follows the sidecar's setting.
	Pace *Pace `json:"pace,omitempty" validate:"omitempty" en:"Pace" ru:"Темп"`
	// Renderings are what auto tries, in this order; numbered text is always the last.
	// A new line has numbered text alone, which surely shows.
	Renderings []Rendering `json:"renderings,omitempty" validate:"omitempty,min=1,max=3,dive,oneof=native poll numbered" en:"Preferred ways" ru:"Предпочтения показа"`
	// Window is a rule of ours about chats whose customer was not heard for 24 hours;
	// WhatsApp does not check it on a linked device. A new line warns.
	Window WindowPolicy `json:"window,omitempty" validate:"omitempty,oneof=off warn enforce" en:"24-hour window" ru:"24-часовое окно"`
	// UndeliveredSeconds is how long after it was sent a message without a delivery
	// receipt is reported by the event message.undelivered; 0: never. It counts for
	// what is sent from then on. A new line has 86400.
	UndeliveredSeconds *int `json:"undeliveredSeconds,omitempty" validate:"omitempty,min=0,max=2592000" en:"Undelivered after, seconds" ru:"Не доставлено через, секунд"`
}

// LinePauseRequest has a line send nothing until it is resumed. A line that is
// paused already keeps its first moment and takes the new reason.
type LinePauseRequest struct {
	Line   LineID `json:"line" validate:"required,lineid" en:"Line" ru:"Линия"`
	Reason string `json:"reason,omitempty" validate:"omitempty,max=200" norm:"trim" en:"Reason" ru:"Причина"`
}

// LineRequest names one line.
type LineRequest struct {
	Line LineID `json:"line" validate:"required,lineid" en:"Line" ru:"Линия"`
}

// LineListRequest has no fields.
type LineListRequest struct{}

// LineListResult is every line that the token may see.
type LineListResult struct {
	Stamp
	Lines []Line `json:"lines"`
}

// LinkState is where linking stands.
type LinkState string

// Link states. A round of codes starts with waiting and ends in linked, expired or failed.
const (
	LinkWaiting LinkState = "waiting" // connecting to WhatsApp, no code yet
	LinkCode    LinkState = "code"    // QR holds a code to scan, PhoneCode one to type where it was asked for
	LinkScanned LinkState = "scanned" // the phone has taken a code; WhatsApp is finishing
	LinkPasskey LinkState = "passkey" // WhatsApp wants a passkey, which a linked program does not have
	LinkLinked  LinkState = "linked"
	LinkExpired LinkState = "expired" // the codes were not used in time: ask for others
	LinkFailed  LinkState = "failed"  // Error says why
)

// LineLinkRequest starts or follows linking. It answers at once, or, with Since
// and WaitMs, as soon as something newer than Since is known: a long poll.
type LineLinkRequest struct {
	Line LineID `json:"line" validate:"required,lineid" en:"Line" ru:"Линия"`
	// Phone asks for a code to type on this phone, beside the QR code. It may be written
	// in any form; the line's country reads one without '+'. It is read where a round
	// is begun or joined: with Restart, or where Since is 0.
	Phone string `json:"phone,omitempty" validate:"omitempty,chatform" norm:"trim" en:"Phone number" ru:"Номер телефона"`
	// Restart asks for a new round of codes, whatever the last one ended in.
	Restart bool `json:"restart,omitempty" en:"New code" ru:"Новый код"`
	// Since is the Seq of the last answer seen. 0: answer at once.
	Since int `json:"since,omitempty" validate:"omitempty,min=0" en:"Since" ru:"После"`
	// WaitMs is how long to wait for news, milliseconds.
	WaitMs int `json:"waitMs,omitempty" validate:"omitempty,min=0,max=30000" default:"0" en:"Wait" ru:"Ждать"`
}

// LineLinkResult is the state of linking.
type LineLinkResult struct {
	Stamp
	Line  LineID    `json:"line"`
	Seq   int       `json:"seq"` // grows with every change
	State LinkState `json:"state"`
	// QR is the text of the code, QRImage the same as a PNG data URL.
	QR      string `json:"qr,omitempty" secret:"true"`
	QRImage string `json:"qrImage,omitempty" secret:"true"`
	// ExpiresAt is when this code stops working; SecondsLeft the same from now,
	// for clocks that disagree.
	ExpiresAt   *Time `json:"expiresAt,omitempty"`
	SecondsLeft int   `json:"secondsLeft,omitempty"`
	// PhoneFor is the phone that a code to type was asked for, E.164. PhoneCode is that
	// code, "ABCD-EFGH", for WhatsApp, Linked devices, Link with phone number instead;
	// until it is there WhatsApp is being asked, or Error says why there is none. The
	// QR code stays beside it.
	PhoneFor  string `json:"phoneFor,omitempty"`
	PhoneCode string `json:"phoneCode,omitempty" secret:"true"`
	// PhoneCodeExpiresAt is when PhoneCode stops working, PhoneCodeSecondsLeft the same
	// from now: WhatsApp ends it with the last QR code of the round.
	PhoneCodeExpiresAt   *Time `json:"phoneCodeExpiresAt,omitempty"`
	PhoneCodeSecondsLeft int   `json:"phoneCodeSecondsLeft,omitempty"`
	// PhonesURL is set beside QR in a sandbox: the page of the simulated phones.
	// Opened with "#/code/" and the QR's text (URL-encoded) it has one of them scan it.
	PhonesURL string `json:"phonesUrl,omitempty"`
	// Phone is set when linked, E.164.
	Phone string `json:"phone,omitempty"`
	// Token is bound to this line. It is given to an admin that saw this link
	// round through, and is not stored readable; who links with the line's own
	// token goes on with that one.
	Token  string `json:"token,omitempty" secret:"true"`
	Detail string `json:"detail,omitempty"` // what to do now, in the caller's language
	Error  *Error `json:"error,omitempty"`
}
