package schema

import "slices"

// Scope is what a token must allow.
type Scope string

// Scopes, widest first. A line token is bound to one line; read sees and never sends.
const (
	ScopeAdmin Scope = "admin"
	ScopeLine  Scope = "line"
	ScopeRead  Scope = "read"
)

// Operation is one method of the RPC.
type Operation struct {
	Method  string
	Title   Text
	Help    Text
	Scope   Scope // the least that suffices
	Socket  bool  // needs a websocket: it has the connection pushed something
	Request any   // zero value of the request struct
	Result  any   // zero value of the result struct
	Errors  []Code
}

// Operations lists every method, in the order documents show them.
var Operations = slices.Concat(
	lineOperations,
	numberOperations,
	chatOperations,
	groupOperations,
	messageOperations,
	mediaOperations,
	pollOperations,
	templateOperations,
	askOperations,
	eventOperations,
	webhookOperations,
	tokenOperations,
)

// AnyCall are the errors that may befall every call.
var AnyCall = []Code{CodeInvalidRequest, CodeUnauthorized, CodeForbidden, CodeTooLarge,
	CodeRateLimited, CodeShuttingDown, CodeStorageFull, CodeStorageDamaged, CodeStorageFailed, CodeInternal}

// Errors of calls that need a linked line, and of those that send. Clipped, so that
// appending to them copies.
var (
	lineErrors = slices.Clip([]Code{CodeLineNotFound, CodeLineNotLinked, CodeLineLoggedOut, CodeLineReplaced, CodeLineBanned})
	sendErrors = slices.Clip(slices.Concat(lineErrors, []Code{CodeInvalidPhone, CodeConflict, CodeWindowClosed}))
)

// OperationOf finds a method.
func OperationOf(method string) (Operation, bool) {
	for _, op := range Operations {
		if op.Method == method {
			return op, true
		}
	}
	return Operation{}, false
}
