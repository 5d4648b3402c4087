package schema

import "fmt"

// Code is the stable name of an error. Hosts branch on it; it never changes meaning.
type Code string

// Error codes.
const (
	CodeParse           Code = "parse_error"
	CodeInvalidRPC      Code = "invalid_rpc"
	CodeMethodNotFound  Code = "method_not_found"
	CodeInvalidRequest  Code = "invalid_request" // Issues says which fields
	CodeTooLarge        Code = "too_large"
	CodeUnauthorized    Code = "unauthorized"
	CodeForbidden       Code = "forbidden"
	CodeLineNotFound    Code = "line_not_found"
	CodeLineExists      Code = "line_exists"
	CodeLineNotLinked   Code = "line_not_linked"
	CodeLineLoggedOut   Code = "line_logged_out"
	CodeLineReplaced    Code = "line_replaced"
	CodeLineBanned      Code = "line_banned"
	CodeLinkFailed      Code = "link_failed"
	CodeInvalidPhone    Code = "invalid_phone"
	CodeNotOnWhatsApp   Code = "not_on_whatsapp"
	CodeMessageNotFound Code = "message_not_found"
	CodeAskNotFound     Code = "ask_not_found"
	CodeAskEnded        Code = "ask_ended"
	CodeTokenNotFound   Code = "token_not_found"
	CodeWebhookNotFound Code = "webhook_not_found"
	CodeTargetRefused   Code = "target_refused" // this sidecar does not send to that address
	CodeConflict        Code = "idempotency_conflict"
	CodeUnreachable     Code = "whatsapp_unreachable"
	CodeRefused         Code = "whatsapp_refused" // certainly not sent; Server holds WhatsApp's number
	CodeUnknown         Code = "send_unknown"     // may have gone
	CodeRateLimited     Code = "rate_limited"
	CodeNeedsSocket     Code = "needs_websocket"
	CodeExpired         Code = "message_expired"   // certainly not sent: its time was over
	CodeCancelled       Code = "message_cancelled" // certainly not sent: it was taken back
	CodeMessageOfAsk    Code = "message_of_ask"    // ask.cancel ends an ask and its message
	CodeShuttingDown    Code = "shutting_down"
	CodeStorageFull     Code = "storage_full"
	CodeStorageDamaged  Code = "storage_damaged"
	CodeStorageFailed   Code = "storage_failed"
	CodeInternal        Code = "internal"
)

// Issue is one field that a rule refuses, or warns of.
type Issue struct {
	Field   string `json:"field"` // path on the wire: "buttons[1].text"
	Label   string `json:"label"` // the field's label in the caller's language
	Rule    string `json:"rule"`  // required, notblank, max, labels, unknown_field, type, ...
	Limit   int    `json:"limit,omitempty"`
	Actual  int    `json:"actual,omitempty"`
	Message string `json:"message"` // a sentence in the caller's language
}

// FileLink is where a file's link leads. The link itself is not told: it may hold a secret.
type FileLink struct {
	Host string `json:"host"` // with its port, where the link names one
	// Answered is the host's HTTP status, absent where it gave none.
	Answered int         `json:"answered,omitempty"`
	Trouble  FileTrouble `json:"trouble,omitempty"`
}

// FileTrouble is why a host gave no answer; absent: it is not known.
type FileTrouble string

// File troubles.
const (
	FileNoHost      FileTrouble = "no_host"     // there is no host of that name
	FileCertificate FileTrouble = "certificate" // its certificate is not valid for it
	FileRedirects   FileTrouble = "redirects"   // it leads on and on
)

// Error is the one error type that leaves the sidecar.
type Error struct {
	Code    Code      `json:"code"`
	Message string    `json:"message"` // a sentence that a flow builder understands
	Hint    string    `json:"hint,omitempty"`
	Field   string    `json:"field,omitempty"`
	Issues  []Issue   `json:"issues,omitempty"`
	Server  int       `json:"server,omitempty"` // WhatsApp's own error number
	Link    *FileLink `json:"link,omitempty"`   // of an error about a file's link
	// Retry is true when the same request may succeed later, unchanged.
	Retry bool `json:"retry,omitempty"`
	// Cause is for logs; it never leaves the process.
	Cause error `json:"-"`
}

func (e *Error) Error() string {
	if e.Cause != nil {
		return fmt.Sprintf("%s: %s: %v", e.Code, e.Message, e.Cause)
	}
	return fmt.Sprintf("%s: %s", e.Code, e.Message)
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }

// CodeInfo is what documents and the wire know of a code.
type CodeInfo struct {
	Code    Code
	RPC     int // JSON-RPC error number
	HTTP    int // status of the HTTP answer where the error ends it
	Retry   bool
	Message Text
	Hint    Text
}

// NewError makes an error of a known code with its sentence and hint in lang.
func NewError(code Code, lang Lang, cause error) *Error {
	info := InfoOf(code)
	return &Error{Code: code, Message: info.Message.In(lang), Hint: info.Hint.In(lang), Retry: info.Retry, Cause: cause}
}

// InfoOf describes a code; an unknown code is internal.
func InfoOf(code Code) CodeInfo {
	for _, i := range Codes {
		if i.Code == code {
			return i
		}
	}
	return InfoOf(CodeInternal)
}
