package media

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	_ "image/png" // to read its size and make its small picture
	"io"
	"os"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

const (
	pixelsMax  = 50_000_000 // of a picture that is unpacked for its small one: 200 MB of memory
	thumbSide  = 72         // pixels, as WhatsApp's own small pictures
	opusRate   = 48_000     // ticks a second of an Ogg Opus stream (RFC 7845, section 4)
	oggTailMax = 64 << 10   // a page of Ogg is smaller
)

// fill adds what a file's content tells beside its kind. A file that does not
// tell is sent all the same.
func fill(file *bridge.File, from *os.File) {
	switch file.Kind {
	case schema.ContentImage:
		size, _, err := image.DecodeConfig(io.NewSectionReader(from, 0, file.Size))
		if err != nil {
			return
		}
		file.Width, file.Height = size.Width, size.Height
		if size.Width*size.Height <= pixelsMax && size.Width > 0 && size.Height > 0 {
			file.Thumb = thumb(io.NewSectionReader(from, 0, file.Size))
		}
	case schema.ContentSticker:
		file.Width, file.Height = webp(from, file.Size)
	case schema.ContentVideo:
		film(file, from)
	case schema.ContentAudio:
		if file.Mime == "audio/mp4" || file.Mime == "audio/x-m4a" {
			film(file, from)
		}
	case schema.ContentVoice:
		file.Seconds = opusSeconds(from, file.Size)
	}
}

// thumb is a small JPEG of a picture; nil for one that cannot be read.
func thumb(r io.Reader) []byte {
	full, _, err := image.Decode(r)
	if err != nil {
		return nil
	}
	b := full.Bounds()
	long := max(b.Dx(), b.Dy())
	w, h := max(1, b.Dx()*thumbSide/long), max(1, b.Dy()*thumbSide/long)
	small := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			// Transparent parts show on white, as in a chat.
			r, g, bl, a := full.At(b.Min.X+(2*x+1)*b.Dx()/(2*w), b.Min.Y+(2*y+1)*b.Dy()/(2*h)).RGBA()
			white := 0xffff - a
			small.SetRGBA(x, y, color.RGBA{uint8((r + white) >> 8), uint8((g + white) >> 8), uint8((bl + white) >> 8), 255})
		}
	}
	var out bytes.Buffer
	if jpeg.Encode(&out, small, &jpeg.Options{Quality: 60}) != nil {
		return nil
	}
	return out.Bytes()
}

// opusSeconds reads how long an Ogg Opus file plays: the position in its last
// page's header, in ticks (RFC 3533, section 6). 0 where it does not say.
func opusSeconds(from *os.File, size int64) int {
	tail := make([]byte, min(size, oggTailMax))
	if _, err := from.ReadAt(tail, size-int64(len(tail))); err != nil && err != io.EOF {
		return 0
	}
	at := bytes.LastIndex(tail, []byte("OggS"))
	if at < 0 || len(tail) < at+14 {
		return 0
	}
	ticks := int64(binary.LittleEndian.Uint64(tail[at+6:]))
	if ticks <= 0 {
		return 0
	}
	return int((ticks + opusRate - 1) / opusRate)
}
