package fuel

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
)

// Section ids and types of https://webassembly.github.io/spec/core/binary/modules.html.
const (
	customSection   = 0
	typeSection     = 1
	importSection   = 2
	functionSection = 3
	globalSection   = 6
	exportSection   = 7
	codeSection     = 10
	countSection    = 12 // stands between the elements, 9, and the code

	typeI32     = 0x7f
	typeFunc    = 0x60
	kindFunc    = 0
	kindGlobal  = 3
	headerBytes = 8
)

type section struct {
	id   byte
	body []byte
}

type module struct {
	header   []byte
	sections []section
}

func split(wasm []byte) (*module, error) {
	if !bytes.HasPrefix(wasm, []byte("\x00asm\x01\x00\x00\x00")) {
		return nil, errors.New("it is no WebAssembly module of version 1")
	}
	m := &module{header: wasm[:headerBytes]}
	r := &reader{buf: wasm[headerBytes:]}
	for !r.done() {
		id := r.byte()
		m.sections = append(m.sections, section{id, r.bytes(r.u32())})
	}
	return m, r.err
}

func (m *module) join() []byte {
	out := slices.Clone(m.header)
	for _, s := range m.sections {
		out = append(out, s.id)
		out = append(unsigned(out, uint32(len(s.body))), s.body...)
	}
	return out
}

// find gives the section of an id, nil if the module has none.
func (m *module) find(id byte) *section {
	for i := range m.sections {
		if m.sections[i].id == id {
			return &m.sections[i]
		}
	}
	return nil
}

// place is where a section stands among the others.
func place(id byte) int {
	if id == countSection {
		return 2*codeSection - 1
	}
	return 2 * int(id)
}

// entries gives a section without its count, and the count.
func (m *module) entries(id byte) (body []byte, count uint32, err error) {
	s := m.find(id)
	if s == nil {
		return nil, 0, nil
	}
	r := &reader{buf: s.body}
	count = r.u32()
	return r.buf, count, r.err
}

// replace sets a section's entries; one that is missing is put in its place.
func (m *module) replace(id byte, count uint32, entries []byte) {
	body := append(unsigned(nil, count), entries...)
	if s := m.find(id); s != nil {
		s.body = body
		return
	}
	at := slices.IndexFunc(m.sections, func(s section) bool { return s.id != customSection && place(s.id) > place(id) })
	if at < 0 {
		at = len(m.sections)
	}
	m.sections = slices.Insert(m.sections, at, section{id, body})
}

// add puts entries behind those that a section has. The section was read before.
func (m *module) add(id byte, count uint32, entries []byte) {
	have, n, _ := m.entries(id)
	m.replace(id, n+count, slices.Concat(have, entries))
}

// importsFunctionsOnly keeps the numbering of globals simple.
func (m *module) importsFunctionsOnly() error {
	body, count, err := m.entries(importSection)
	r := &reader{buf: body, err: err}
	for range count {
		r.bytes(r.u32())
		r.bytes(r.u32())
		if kind := r.byte(); r.err == nil && kind != kindFunc {
			return fmt.Errorf("an import is of kind %d, not a function", kind)
		}
		r.u32()
	}
	return r.err
}

// params gives how many parameters each function of the module has.
func (m *module) params() ([]uint32, error) {
	body, count, err := m.entries(typeSection)
	r := &reader{buf: body, err: err}
	var types []uint32
	for range count {
		if form := r.byte(); r.err == nil && form != typeFunc {
			return nil, fmt.Errorf("a type is of form %#x, not a function", form)
		}
		n := r.u32()
		types = append(types, n)
		r.bytes(n)
		r.bytes(r.u32())
		if r.err != nil {
			return nil, r.err
		}
	}
	body, count, err = m.entries(functionSection)
	r = &reader{buf: body, err: err}
	var params []uint32
	for range count {
		t := r.u32()
		if r.err != nil || t >= uint32(len(types)) {
			return nil, errors.Join(r.err, errors.New("a function has no type"))
		}
		params = append(params, types[t])
	}
	return params, r.err
}

func exportNames(entries []byte) (names []string) {
	for r := (&reader{buf: entries}); !r.done(); r.u32() {
		names = append(names, string(r.bytes(r.u32())))
		r.byte()
	}
	return names
}

func export(name string, global uint32) []byte {
	out := append(unsigned(nil, uint32(len(name))), name...)
	return unsigned(append(out, kindGlobal), global)
}
