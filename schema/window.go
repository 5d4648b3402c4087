package schema

// WindowPolicy is what a line does about the 24-hour window. The policy is ours:
// the Meta Cloud API refuses what it calls outside the window, and on a linked
// device WhatsApp checks nothing of the kind.
type WindowPolicy string

// Window policies.
const (
	WindowOff     WindowPolicy = "off"     // nothing
	WindowWarn    WindowPolicy = "warn"    // a message outside the window goes, with a warning in its result
	WindowEnforce WindowPolicy = "enforce" // only templates go outside the window
)

// WindowState is where a chat's window stands.
type WindowState string

// Window states. A message or a call from the customer opens the window, or opens it anew.
const (
	WindowOpen   WindowState = "open"
	WindowClosed WindowState = "closed" // the customer was heard, more than 24 hours ago
	WindowNever  WindowState = "never"  // the customer was never heard: a first contact
	WindowGroup  WindowState = "group"  // groups have no window: it counts as open
)

// WarningCode is the stable name of what a flow builder should know of a message that
// goes all the same.
type WarningCode string

// Warnings of a send outside the window.
const (
	WarnWindowClosed WarningCode = "window_closed"
	WarnFirstContact WarningCode = "first_contact"
)

// ChatWindowRequest asks for a chat's window.
type ChatWindowRequest struct {
	Line LineID `json:"line" validate:"required,lineid" en:"Line" ru:"Линия"`
	// Chat with several numbers: the first that was heard.
	Chat string `json:"chat" validate:"required,chatform" norm:"trim" en:"Phone number or chat" ru:"Номер телефона или диалог"`
}

// ChatWindowResult is where the window stands.
type ChatWindowResult struct {
	Stamp
	Open   bool         `json:"open" en:"Open" ru:"Открыто"`
	State  WindowState  `json:"state"`
	Policy WindowPolicy `json:"policy"` // of the line
	// HeardAt is when the customer wrote or called last, ClosesAt 24 hours later.
	HeardAt  *Time  `json:"heardAt,omitempty"`
	ClosesAt *Time  `json:"closesAt,omitempty"`
	Text     string `json:"text"` // all this as sentences in the caller's language
}
