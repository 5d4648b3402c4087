// Package gen holds the documents made from schema by `go run ./schema/generate`.
package gen

import _ "embed"

// OpenRPC is the OpenRPC 1.3 document of every method: what rpc.discover answers.
//
//go:embed openrpc.json
var OpenRPC []byte

// JSONSchema is every request, result, event and error as JSON Schema 2020-12.
//
//go:embed schema.json
var JSONSchema []byte
