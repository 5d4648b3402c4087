// Package rpc answers JSON-RPC 2.0 on /rpc, by websocket and by HTTP POST, and
// the status of the sidecar beside it.
//
// One call passes, in this order:
//
//	token -> rate -> method -> scope          session.handle
//	-> opaque fields lifted out               lift
//	-> validator (WebAssembly) -> native      Server.judge
//	-> the token's own line                   session.handle
//	-> its turn, for what sends               turn.wait
//	-> bridge (or a feed, or the tokens)      handlers
//	-> "sandbox" stamped on the result        stamp
//
// What a method takes and gives is schema.Operations and nothing else: New
// refuses a table with a method too few, too many or of another type.
//
// # Transport
//
// A request may be a single call or a batch; the calls of a batch, like those
// that a websocket sends without waiting, run side by side; only messages are
// taken in the order in which they came (turn.go). A notification (no id, or
// null) runs and is not answered. A call that changes something goes on
// when its caller disconnects; its result is found by its key.
//
// Over HTTP the answer's status is 200 whenever the request was a JSON-RPC
// request, errors included; 400 for malformed JSON, 401 without a token, 403
// for a strange Host or Origin, 413 over schema.RequestMaxBytes, 204 when there
// was nothing to answer. Every body is a JSON-RPC object.
//
// Over a websocket a message beyond the limit closes with 1009; a client that
// does not read is disconnected rather than buffered for.
package rpc
