package media_test

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"

	"github.com/nodeline/nodeline/schema"
)

// box is a part of an MP4 file.
func box(kind string, body ...[]byte) []byte {
	all := slices.Concat(body...)
	return slices.Concat(binary.BigEndian.AppendUint32(nil, uint32(8+len(all))), []byte(kind), all)
}

// longBox is a box whose size takes eight bytes.
func longBox(kind string, body []byte) []byte {
	return slices.Concat([]byte{0, 0, 0, 1}, []byte(kind), binary.BigEndian.AppendUint64(nil, uint64(16+len(body))), body)
}

func be(n uint32) []byte { return binary.BigEndian.AppendUint32(nil, n) }

// movieHeader is of version 0 or 1.
func movieHeader(version byte, scale uint32, ticks uint64) []byte {
	if version == 1 {
		return box("mvhd", []byte{1, 0, 0, 0}, make([]byte, 16), be(scale), binary.BigEndian.AppendUint64(nil, ticks), make([]byte, 80))
	}
	return box("mvhd", make([]byte, 4), make([]byte, 8), be(scale), be(uint32(ticks)), make([]byte, 80))
}

func track(width, height uint32) []byte {
	return box("trak", box("tkhd", make([]byte, 76), be(width<<16), be(height<<16)), box("mdia", make([]byte, 40)))
}

var ftyp = box("ftyp", []byte("mp42\x00\x00\x00\x00mp42isom"))

func TestFilmsAndStickersAreMeasured(t *testing.T) {
	m4a := box("ftyp", []byte("M4A \x00\x00\x00\x00M4A mp42isom"))
	for _, c := range []struct {
		name                   string
		body                   []byte
		kind                   schema.ContentKind
		seconds, width, height int
	}{
		{"a film, its header first", slices.Concat(ftyp, box("moov", movieHeader(0, 600, 4201), track(0, 0), track(1280, 720)), box("mdat", make([]byte, 500))), schema.ContentVideo, 8, 1280, 720},
		{"its header last, behind a long box", slices.Concat(ftyp, longBox("mdat", make([]byte, 5000)), box("free"), box("moov", movieHeader(1, 90000, 90000*61), track(640, 360))), schema.ContentVideo, 61, 640, 360},
		{"data to the end", slices.Concat(ftyp, box("moov", movieHeader(0, 1000, 3000)), []byte{0, 0, 0, 0}, []byte("mdat"), make([]byte, 99)), schema.ContentVideo, 3, 0, 0},
		{"a header that does not know", slices.Concat(ftyp, box("moov", movieHeader(1, 1000, 1<<64-1), track(2, 4))), schema.ContentVideo, 0, 2, 4},
		{"no ticks a second", slices.Concat(ftyp, box("moov", movieHeader(0, 0, 10))), schema.ContentVideo, 0, 0, 0},
		{"no header", slices.Concat(ftyp, box("mdat", make([]byte, 40))), schema.ContentVideo, 0, 0, 0},
		{"a box larger than the file", slices.Concat(ftyp, []byte{0x7f, 0xff, 0xff, 0xff}, []byte("moov"), make([]byte, 40)), schema.ContentVideo, 0, 0, 0},
		{"a long box that is not", slices.Concat(ftyp, []byte{0, 0, 0, 1}, []byte("moov"), bytes.Repeat([]byte{0xff}, 8), make([]byte, 40)), schema.ContentVideo, 0, 0, 0},
		{"sound", slices.Concat(m4a, box("moov", movieHeader(0, 44100, 44100*30))), schema.ContentAudio, 30, 0, 0},
		{"a lossy sticker", []byte("RIFF\x24\x00\x00\x00WEBPVP8 \x18\x00\x00\x00\x30\x01\x00\x9d\x01\x2a\x00\x02\x00\x41\x00\x00\x00\x00"), schema.ContentSticker, 0, 512, 256},
		{"a lossless sticker", []byte("RIFF\x24\x00\x00\x00WEBPVP8L\x18\x00\x00\x00\x2f\xff\xc1\x7f\x00\x00\x00\x00\x00\x00\x00\x00\x00"), schema.ContentSticker, 0, 512, 512},
		{"a moving sticker", []byte("RIFF\x24\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x02\x00\x00\x00\xff\x01\x00\x3f\x01\x00"), schema.ContentSticker, 0, 512, 320},
		{"a sticker cut short", []byte("RIFF\x24\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x02"), schema.ContentSticker, 0, 0, 0},
		{"a sticker that begins in the middle", []byte("RIFF\x24\x00\x00\x00WEBPVP8 \x18\x00\x00\x00\x31\x01\x00\x9d\x01\x2a\x00\x02\x00\x41\x00\x00\x00\x00"), schema.ContentSticker, 0, 0, 0},
	} {
		got, err := files(t).Keep(t.Context(), bytes.NewReader(c.body), "", "", 1<<20)
		if err != nil || got.Kind != c.kind || got.Seconds != c.seconds || got.Width != c.width || got.Height != c.height {
			t.Errorf("%s: %+v, %v", c.name, got, err)
		}
	}
}

// What was cut anywhere is measured as far as it goes, and never more.
func TestAFilmCutAnywhereIsNoTrouble(t *testing.T) {
	whole := slices.Concat(ftyp, box("moov", movieHeader(0, 600, 4200), track(1280, 720)))
	f := files(t)
	for n := len(ftyp); n <= len(whole); n++ {
		got, err := f.Keep(t.Context(), bytes.NewReader(whole[:n]), "", "", 1<<20)
		if err != nil || got.Seconds != 0 && got.Seconds != 7 || got.Width != 0 && got.Width != 1280 || n == len(whole) && got.Height != 720 {
			t.Fatalf("%d bytes: %+v, %v", n, got, err)
		}
	}
}
