//go:build wasip1

package main

import (
	"runtime"
	"unsafe"

	"github.com/nodeline/nodeline/plugin/sentence"
)

// Both buffers are reused, so that a call does not grow the memory.
var input, output []byte

//go:wasmexport alloc
func alloc(n uint32) uint32 {
	if n > maxBytes+envelopeBytes {
		return 0
	}
	if uint32(cap(input)) < max(n, 1) {
		input = make([]byte, max(n, 4096))
	}
	input = input[:n]
	return address(input[:1])
}

// collectFrom is the length of input, in bytes, before which garbage is collected.
// The collector's own goroutines hardly run between two calls: after a few large
// inputs it would not keep up, and the memory's limit would end a sound request.
const collectFrom = 8 << 10

//go:wasmexport validate
func validate(n uint32) uint64 {
	if n >= collectFrom {
		runtime.GC()
	}
	output = run(input[:n]).verdict(output[:0])
	return uint64(address(output))<<32 | uint64(len(output))
}

// oversize is the verdict for params of n bytes, too many to be handed over;
// ru is 1 for Russian.
//
//go:wasmexport oversize
func oversize(n, ru uint32) uint64 {
	c := &checker{lang: "en"}
	if ru == 1 {
		c.lang = "ru"
	}
	c.refuse("", sentence.Fact{Rule: sentence.TooLarge, Limit: maxBytes, Actual: int64(n)})
	output = c.verdict(output[:0])
	return uint64(address(output))<<32 | uint64(len(output))
}

func address(b []byte) uint32 { return uint32(uintptr(unsafe.Pointer(&b[0]))) }
