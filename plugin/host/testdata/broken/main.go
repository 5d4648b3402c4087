// Package main is a guest that fails on command: the method says how. It shows
// that the host survives a guest that panics, hangs, grows or lies.
package main

import (
	"strings"
	"unsafe"
)

var (
	input  = make([]byte, 66048)
	output []byte
	hoard  [][]byte
)

func main() {}

//go:wasmexport alloc
func alloc(uint32) uint32 { return address(input) }

//go:wasmexport validate
func validate(n uint32) uint64 {
	in := string(input[:n])
	answer := `{"ok":true,"issues":[],"warnings":[]}`
	switch {
	case strings.Contains(in, "panic"):
		panic("on command")
	case strings.Contains(in, "hang"):
		for {
			output = output[:0]
		}
	case strings.Contains(in, "grow"):
		for {
			hoard = append(hoard, make([]byte, 1<<20))
		}
	case strings.Contains(in, "outside"):
		return 1<<63 | 100
	case strings.Contains(in, "garbage"):
		answer = `{"ok":tru`
	case strings.Contains(in, "lie"):
		answer = `{"ok":true,"issues":[{"field":"x","label":"","rule":"max","message":""}],"warnings":[]}`
	case strings.Contains(in, "empty"):
		answer = `{}`
	}
	output = append(output[:0], answer...)
	return uint64(address(output))<<32 | uint64(len(output))
}

func address(b []byte) uint32 { return uint32(uintptr(unsafe.Pointer(&b[0]))) }
