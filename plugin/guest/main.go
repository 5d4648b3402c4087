// Package main is the WebAssembly validator: a wasip1 reactor that judges one
// request at a time by the rules of schema, without reflection.
//
// ABI: alloc(n) gives the address of n bytes, 0 when n is over the cap. There the
// host writes
//
//	{"method":"...","lang":"en|ru","params":{...}}
//
// in this order, without white space before the params, and calls validate(n),
// which returns address<<32 | length of the verdict
//
//	{"ok":bool,"issues":[Issue],"warnings":[Issue]}
//
// with schema.Issue's fields. Params over 64 KB are never handed over: oversize(n,
// ru) gives the verdict for them. A verdict lives until the next call. Before each
// the host sets the global fuel to fuel_limit, which bounds it (plugin/fuel). A call
// that traps leaves the instance unusable: the host closes it and makes another.
//
// It is built as plugin/host/dist/README.md says.
package main

func main() {}
