package fuel_test

import (
	"bytes"
	"encoding/hex"
	"slices"
	"strings"
	"testing"

	"github.com/nodeline/nodeline/plugin/fuel"
)

func section(id byte, body ...byte) []byte { return append([]byte{id, byte(len(body))}, body...) }

// code reads instructions in hex, with comments after a semicolon.
func code(t *testing.T, text string) []byte {
	t.Helper()
	var digits strings.Builder
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, ";")
		digits.WriteString(strings.Join(strings.Fields(line), ""))
	}
	b, err := hex.DecodeString(digits.String())
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// moduleOf has functions (i32) -> () of these bodies, locals and all, and a global
// of its own where that is asked for.
func moduleOf(global bool, bodies ...[]byte) []byte {
	n := byte(len(bodies))
	out := slices.Concat([]byte("\x00asm\x01\x00\x00\x00"), section(1, 1, 0x60, 1, 0x7f, 0), section(3, append([]byte{n}, make([]byte, n)...)...), section(5, 1, 0, 1))
	if global {
		out = append(out, section(6, 1, 0x7f, 1, 0x41, 5, 0x0b)...)
	}
	out = append(out, section(7, 1, 1, 'f', 0, 0)...)
	all := []byte{n}
	for _, b := range bodies {
		all = append(append(all, byte(len(b))), b...)
	}
	return append(out, section(10, all...)...)
}

const charge1 = `23 01 45 04 40 00 0b 23 01 41 7f 6a 24 01 ; the module has a global 0`

func TestWhatIsChargedFor(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"nothing in a function that only counts": {`00 20 00 1a 0b`, `00 20 00 1a 0b`},
		"each turn of a loop": {`00 03 40 20 00 0d 00 0b 0b`,
			`00 03 40 ` + charge1 + "\n" + ` 20 00 0d 00 0b 0b`},
		"the call of one that calls": {`00 20 00 10 00 0b`, `00 ` + charge1 + "\n" + ` 20 00 10 00 0b`},
		"one that calls by a table":  {`00 20 00 41 00 11 00 00 0b`, `00 ` + charge1 + "\n" + ` 20 00 41 00 11 00 00 0b`},
		"the loop at the entry instead": {`00 02 40 03 40 20 00 10 00 0b 0b 0b`,
			`00 02 40 03 40 ` + charge1 + "\n" + ` 20 00 10 00 0b 0b 0b`},
		"both where the loop may be passed by": {`00 02 40 20 00 0d 00 03 40 0b 0b 20 00 10 00 0b`,
			`00 ` + charge1 + "\n" + ` 02 40 20 00 0d 00 03 40 ` + charge1 + "\n" + ` 0b 0b 20 00 10 00 0b`},
		"the length of a copy": {`01 02 7e 20 00 20 00 20 00 fc 0a 00 00 0b`, `02 02 7e 01 7f 20 00 20 00 20 00
			21 03                          ; to the new local, behind one parameter and two locals
			23 01 20 03 41 08 76 49 04 40  ; fuel < length>>8
			41 00 24 01 00 0b              ; none is left
			23 01 20 03 41 08 76 6b 24 01
			20 03 fc 0a 00 00 0b`},
		"the length of a fill": {`00 20 00 20 00 20 00 fc 0b 00 0b`, `01 01 7f 20 00 20 00 20 00 21 01 23 01 20 01 41 08 76 49 04 40
			41 00 24 01 00 0b 23 01 20 01 41 08 76 6b 24 01 20 01 fc 0b 00 0b`},
		"nothing of what only looks like it": {
			`00 42 83 90 8c 8c 80 01 1a       ; i64.const with a loop's byte in it
			43 03 40 03 40 1a 44 03 40 03 40 03 40 03 40 1a
			41 83 c0 00 28 02 03 1a           ; i32.load at 3
			20 00 fc 03 1a 20 00 c0 1a 3f 00 1a 41 00 41 00 20 00 1b 1a
			02 40 20 00 0e 02 00 00 00 0b 0b`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			in := code(t, c.in)
			want := in
			if c.want != "" {
				want = code(t, c.want)
			}
			got, err := fuel.Meter(moduleOf(true, in), 300)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.HasSuffix(got, slices.Concat([]byte{1}, []byte{byte(len(want))}, want)) {
				t.Errorf("got  %x\nwant %x at its end", got, want)
			}
		})
	}
}

// The whole of a module, with its own global and without one.
func TestModuleWithItsGlobals(t *testing.T) {
	body := code(t, `00 03 40 0c 00 0b 0b`)
	exports := func(first byte) []byte {
		return slices.Concat([]byte{3, 1, 'f', 0, 0, 4}, []byte("fuel"), []byte{3, first, 10}, []byte("fuel_limit"), []byte{3, first + 1})
	}
	for own, want := range map[bool][][]byte{
		true: {section(6, 3, 0x7f, 1, 0x41, 5, 0x0b, 0x7f, 1, 0x41, 0xac, 2, 0x0b, 0x7f, 0, 0x41, 0xac, 2, 0x0b), section(7, exports(1)...)},
		false: {section(5, 1, 0, 1), section(6, 2, 0x7f, 1, 0x41, 0xac, 2, 0x0b, 0x7f, 0, 0x41, 0xac, 2, 0x0b), section(7, exports(0)...),
			section(10, append([]byte{1, 21}, code(t, `00 03 40 23 00 45 04 40 00 0b 23 00 41 7f 6a 24 00 0c 00 0b 0b`)...)...)},
	} {
		got, err := fuel.Meter(moduleOf(own, body), 300)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(got, slices.Concat(want...)) {
			t.Errorf("own global %t:\n%x\nlacks\n%x", own, got, slices.Concat(want...))
		}
	}
}

func TestWhatIsNotUnderstoodIsRefused(t *testing.T) {
	whole := moduleOf(true, code(t, `00 0b`))
	metered, err := fuel.Meter(whole, 1)
	if err != nil {
		t.Fatal(err)
	}
	header := []byte("\x00asm\x01\x00\x00\x00")
	for name, c := range map[string]struct {
		module []byte
		want   string
	}{
		"a tail call":             {moduleOf(true, code(t, `00 20 00 12 00 0b`)), "0x12"},
		"a typed select":          {moduleOf(true, code(t, `00 1c 01 7f 0b`)), "0x1c"},
		"memory.init":             {moduleOf(true, code(t, `00 fc 08 00 00 0b`)), "0xfc 0x8"},
		"a vector":                {moduleOf(true, code(t, `00 fd 0c 0b`)), "0xfd"},
		"code after the end":      {moduleOf(true, code(t, `00 0b 0b`)), "follows the end"},
		"no end":                  {moduleOf(true, code(t, `00 02 40 0b`)), "ends too early"},
		"metered already":         {metered, "already"},
		"an imported global":      {slices.Concat(header, section(2, 1, 1, 'm', 1, 'g', 3, 0x7f, 0)), "kind 3"},
		"a type of no known form": {slices.Concat(header, section(1, 1, 0x5f, 0)), "0x5f"},
		"a function of no type":   {slices.Concat(header, section(3, 1, 0)), "no type"},
		"more bodies":             {slices.Concat(header, section(10, 1, 2, 0, 0x0b)), "more bodies"},
		"no module":               {[]byte("<!doctype html>"), "no WebAssembly"},
		"half a module":           {whole[:len(whole)-1], "ends too early"},
	} {
		got, err := fuel.Meter(c.module, 1)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %x, %v; want an error with %q", name, got, err, c.want)
		}
	}
}
