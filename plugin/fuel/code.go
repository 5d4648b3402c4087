package fuel

import (
	"errors"
	"fmt"
)

// Opcodes of https://webassembly.github.io/spec/core/binary/instructions.html.
const (
	opUnreachable  = 0x00
	opNop          = 0x01
	opBlock        = 0x02
	opLoop         = 0x03
	opIf           = 0x04
	opElse         = 0x05
	opEnd          = 0x0b
	opBr           = 0x0c
	opBrIf         = 0x0d
	opBrTable      = 0x0e
	opReturn       = 0x0f
	opCall         = 0x10
	opCallIndirect = 0x11
	opDrop         = 0x1a
	opSelect       = 0x1b
	opLocalGet     = 0x20
	opLocalSet     = 0x21
	opGlobalGet    = 0x23
	opGlobalSet    = 0x24
	opLoad         = 0x28 // the first of the loads and stores
	opStore        = 0x3e // the last
	opMemorySize   = 0x3f
	opMemoryGrow   = 0x40
	opI32Const     = 0x41
	opI64Const     = 0x42
	opF32Const     = 0x43
	opF64Const     = 0x44
	opI32Eqz       = 0x45 // the first of those without immediates
	opI32LtU       = 0x49
	opI32Add       = 0x6a
	opI32Sub       = 0x6b
	opI32ShrU      = 0x76
	opExtend       = 0xc4 // the last
	opMore         = 0xfc // another opcode follows

	moreTruncLast = 7
	moreCopy      = 10
	moreFill      = 11

	blockEmpty = 0x40
	copyShift  = 8 // a unit for so many bytes, as a power of two
)

// body rewrites one function.
type body struct {
	r     reader
	out   []byte
	fuel  uint32 // the global
	local uint32 // a local of our own, for the length of copies

	depth    int
	straight bool // nothing could have left the way from the entry so far
	covered  bool // every way from the entry meets a loop before a call
	calls    bool
	copies   bool
}

func meterBodies(entries []byte, params []uint32, fuel uint32) ([]byte, error) {
	var out []byte
	r := &reader{buf: entries}
	for i, n := range params {
		code, err := meterBody(r.bytes(r.u32()), n, fuel)
		if err = errors.Join(r.err, err); err != nil {
			return nil, fmt.Errorf("function %d of the module: %w", i, err)
		}
		out = append(unsigned(out, uint32(len(code))), code...)
	}
	if !r.done() || r.err != nil {
		return nil, errors.Join(r.err, errors.New("there are more bodies than functions"))
	}
	return out, nil
}

func meterBody(code []byte, params, fuel uint32) ([]byte, error) {
	b := &body{r: reader{buf: code}, fuel: fuel, local: params, depth: 1, straight: true}
	groups := b.r.u32()
	start := b.r.buf
	for range groups {
		b.local += b.r.u32()
		b.r.byte()
		if b.r.err != nil {
			return nil, b.r.err
		}
	}
	locals := start[:len(start)-len(b.r.buf)]
	for b.depth > 0 {
		if err := b.instruction(); err != nil {
			return nil, err
		}
	}
	if len(b.r.buf) > 0 {
		return nil, errors.New("code follows the end")
	}
	if b.copies {
		groups, locals = groups+1, append(locals[:len(locals):len(locals)], 1, typeI32)
	}
	out := append(unsigned(nil, groups), locals...)
	if b.calls && !b.covered {
		out = b.charge(out)
	}
	return append(out, b.out...), nil
}

// instruction copies one, with what is charged for it.
func (b *body) instruction() error {
	at := b.r.buf
	op := b.r.byte()
	if err := b.immediates(op); err != nil {
		return err
	}
	text := at[:len(at)-len(b.r.buf)]
	switch op {
	case opMore:
		if kind := text[1]; kind == moreCopy || kind == moreFill {
			b.chargeCopy()
		}
	case opBlock, opIf, opLoop:
		b.depth++
	case opEnd:
		b.depth--
	case opCall, opCallIndirect:
		b.calls = true
	}
	b.out = append(b.out, text...)
	switch op {
	case opLoop:
		b.out = b.charge(b.out)
		b.covered = b.covered || b.straight
	case opIf, opElse, opBr, opBrIf, opBrTable, opReturn, opUnreachable, opCall, opCallIndirect:
		b.straight = false
	}
	return nil
}

// immediates reads past an instruction's immediates.
func (b *body) immediates(op byte) error {
	r := &b.r
	switch {
	case op == opBlock, op == opLoop, op == opIf:
		r.leb(5)
	case op == opBr, op == opBrIf, op == opCall, opLocalGet <= op && op <= opGlobalSet:
		r.u32()
	case op == opBrTable:
		for range r.u32() {
			if r.u32(); r.err != nil {
				return r.err
			}
		}
		r.u32()
	case op == opCallIndirect, opLoad <= op && op <= opStore:
		r.u32()
		r.u32()
	case op == opMemorySize, op == opMemoryGrow:
		r.byte()
	case op == opI32Const:
		r.leb(5)
	case op == opI64Const:
		r.leb(10)
	case op == opF32Const:
		r.bytes(4)
	case op == opF64Const:
		r.bytes(8)
	case op == opMore:
		return b.immediatesMore()
	case op == opUnreachable, op == opNop, op == opElse, op == opEnd, op == opReturn, op == opDrop, op == opSelect,
		opI32Eqz <= op && op <= opExtend:
	default:
		return fmt.Errorf("instruction %#x is not known", op)
	}
	return r.err
}

func (b *body) immediatesMore() error {
	kind := b.r.byte()
	switch {
	case kind <= moreTruncLast:
	case kind == moreCopy:
		b.r.bytes(2)
	case kind == moreFill:
		b.r.byte()
	default:
		return fmt.Errorf("instruction %#x %#x is not known", opMore, kind)
	}
	return b.r.err
}

// charge takes one unit, or traps:
//
//	if fuel == 0 { unreachable }
//	fuel--
func (b *body) charge(out []byte) []byte {
	out = append(b.op(out, opGlobalGet, b.fuel), opI32Eqz, opIf, blockEmpty, opUnreachable, opEnd)
	out = append(b.op(out, opGlobalGet, b.fuel), opI32Const, 0x7f, opI32Add) // -1
	return b.op(out, opGlobalSet, b.fuel)
}

// chargeCopy takes units for the length on the stack, or traps:
//
//	if fuel < length>>copyShift { fuel = 0; unreachable }
//	fuel -= length>>copyShift
func (b *body) chargeCopy() {
	b.copies = true
	cost := append(b.op(b.op(nil, opGlobalGet, b.fuel), opLocalGet, b.local), opI32Const, copyShift, opI32ShrU)
	out := b.op(b.out, opLocalSet, b.local)
	out = append(append(out, cost...), opI32LtU, opIf, blockEmpty, opI32Const, 0)
	out = append(b.op(out, opGlobalSet, b.fuel), opUnreachable, opEnd)
	out = append(append(out, cost...), opI32Sub)
	b.out = b.op(b.op(out, opGlobalSet, b.fuel), opLocalGet, b.local)
}

func (b *body) op(out []byte, op byte, index uint32) []byte { return unsigned(append(out, op), index) }
