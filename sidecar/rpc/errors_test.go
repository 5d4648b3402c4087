package rpc

import (
	"testing"

	"github.com/creachadair/jrpc2"

	"github.com/nodeline/nodeline/schema"
)

// Chaos, seed 100: a call that ended with its connection was answered "not a
// JSON-RPC request", which says that nothing was done. Its message was sent.
func TestACallThatEndsWithItsConnectionIsNotRefused(t *testing.T) {
	for code, want := range map[jrpc2.Code]schema.Code{
		jrpc2.Cancelled:        schema.CodeShuttingDown,
		jrpc2.DeadlineExceeded: schema.CodeShuttingDown,
		jrpc2.InternalError:    schema.CodeInternal,
		jrpc2.SystemError:      schema.CodeInternal,
		jrpc2.MethodNotFound:   schema.CodeMethodNotFound,
		jrpc2.InvalidRequest:   schema.CodeInvalidRPC,
		jrpc2.ParseError:       schema.CodeInvalidRPC,
	} {
		if got := fromLibrary(&jrpc2.Error{Code: code, Message: "x"}, schema.English); got.Code != want {
			t.Errorf("jrpc2's %d is %s, want %s", code, got.Code, want)
		}
	}
}
