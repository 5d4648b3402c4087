// Package fuel bounds how long a WebAssembly module may run, whatever runs it.
//
// Meter rewrites a module once, when it is built. Every turn of a loop and every
// call of a function that calls others costs one unit of a global, and when none is
// left the module traps. Code between two such places is as long as it is written,
// so nothing can run without end. A copy or a fill of memory costs a unit for every
// 256 bytes beside that.
//
// The module then exports two globals (i32, unsigned):
//
//	fuel        what is left; the host sets it before each call
//	fuel_limit  what to set it to; fuel has it from the start, for _initialize
//
// so the bound is a property of the file, and a host needs nothing but to set one
// global. After the trap fuel is 0, and the instance is of no use any more.
package fuel

import (
	"errors"
	"fmt"
	"slices"
)

// The names of the exported globals.
const (
	Global = "fuel"
	Limit  = "fuel_limit"
)

// PerCall is the limit of validator.wasm. The most expensive input of 64 KB that is
// known, a list of 32,000 numbers, takes 9 million with the collector's work; an
// endless loop of nothing else is ended after some 40 ms, one that allocates after 300.
const PerCall = 40_000_000

// Meter gives the module with its loops and calls metered. Errors name what is
// not understood: a module is metered whole or not at all.
func Meter(module []byte, limit uint32) ([]byte, error) {
	m, err := split(module)
	if err != nil {
		return nil, fmt.Errorf("read module: %w", err)
	}
	if err := m.meter(limit); err != nil {
		return nil, fmt.Errorf("meter module: %w", err)
	}
	return m.join(), nil
}

func (m *module) meter(limit uint32) error {
	if err := m.importsFunctionsOnly(); err != nil {
		return err
	}
	exports, _, err := m.entries(exportSection)
	if err != nil {
		return err
	}
	if slices.Contains(exportNames(exports), Global) {
		return errors.New("it has been metered already")
	}
	_, globals, err := m.entries(globalSection)
	if err != nil {
		return err
	}
	params, err := m.params()
	if err != nil {
		return err
	}
	bodies, _, err := m.entries(codeSection)
	if err != nil {
		return err
	}
	if bodies, err = meterBodies(bodies, params, globals); err != nil {
		return err
	}
	m.replace(codeSection, uint32(len(params)), bodies)
	start := append(signed([]byte{opI32Const}, int32(limit)), opEnd)
	m.add(globalSection, 2, slices.Concat([]byte{typeI32, 1}, start, []byte{typeI32, 0}, start))
	m.add(exportSection, 2, slices.Concat(export(Global, globals), export(Limit, globals+1)))
	return nil
}
