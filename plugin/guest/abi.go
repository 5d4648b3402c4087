//go:build wasip1

package main

import "unsafe"

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

//go:wasmexport validate
func validate(n uint32) uint64 {
	output = run(input[:n]).verdict(output[:0])
	return uint64(address(output))<<32 | uint64(len(output))
}

func address(b []byte) uint32 { return uint32(uintptr(unsafe.Pointer(&b[0]))) }
