package fuel

import "errors"

var errShort = errors.New("it ends too early")

// reader reads the binary format. After an error it gives zeros.
type reader struct {
	buf []byte
	err error
}

func (r *reader) done() bool { return r.err != nil || len(r.buf) == 0 }

func (r *reader) bytes(n uint32) []byte {
	if r.err != nil || uint64(n) > uint64(len(r.buf)) {
		r.fail(errShort)
		return nil
	}
	b := r.buf[:n]
	r.buf = r.buf[n:]
	return b
}

func (r *reader) byte() byte {
	if b := r.bytes(1); r.err == nil {
		return b[0]
	}
	return 0
}

func (r *reader) fail(err error) {
	if r.err == nil {
		r.err = err
	}
}

// leb skips an integer of at most so many bytes and gives its low 32 bits.
func (r *reader) leb(most int) (n uint32) {
	for i := range most {
		b := r.byte()
		if i < 5 {
			n |= uint32(b&0x7f) << (7 * i)
		}
		if b&0x80 == 0 {
			return n
		}
	}
	r.fail(errors.New("an integer is too long"))
	return 0
}

func (r *reader) u32() uint32 { return r.leb(5) }

// unsigned appends an integer in LEB128.
func unsigned(out []byte, n uint32) []byte {
	for n >= 0x80 {
		out = append(out, byte(n)|0x80)
		n >>= 7
	}
	return append(out, byte(n))
}

// signed appends an integer in signed LEB128.
func signed(out []byte, n int32) []byte {
	for {
		b := byte(n) & 0x7f
		n >>= 7
		if n == 0 && b&0x40 == 0 || n == -1 && b&0x40 != 0 {
			return append(out, b)
		}
		out = append(out, b|0x80)
	}
}
