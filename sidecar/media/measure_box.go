package media

import (
	"encoding/binary"
	"io"

	"github.com/nodeline/nodeline/sidecar/bridge"
)

// boxesMax bounds how many parts of a file are looked at: a film has a handful.
const boxesMax = 1000

// section is a part of a file, without its header.
type section struct {
	r        io.ReaderAt
	at, size int64
}

// read gives count bytes from an offset; nil where the section has fewer.
func (s section) read(offset int64, count int) []byte {
	if offset < 0 || offset+int64(count) > s.size {
		return nil
	}
	b := make([]byte, count)
	if n, _ := s.r.ReadAt(b, s.at+offset); n < count {
		return nil
	}
	return b
}

// boxes gives the boxes of a section until found says that it has seen enough
// (ISO/IEC 14496-12, section 4.2).
func (s section) boxes(found func(kind string, box section) (enough bool)) {
	at := int64(0)
	for range boxesMax {
		head := s.read(at, 8)
		if head == nil {
			return
		}
		size, header := int64(binary.BigEndian.Uint32(head)), int64(8)
		switch size {
		case 0: // to the end
			size = s.size - at
		case 1:
			long := s.read(at+8, 8)
			if long == nil {
				return
			}
			size, header = int64(binary.BigEndian.Uint64(long)), 16
		}
		if size < header || size > s.size-at {
			return
		}
		if found(string(head[4:]), section{s.r, s.at + at + header, size - header}) {
			return
		}
		at += size
	}
}

// film reads how long an MP4 plays, and how large its picture is.
func film(file *bridge.File, r io.ReaderAt) {
	section{r, 0, file.Size}.boxes(func(kind string, movie section) bool {
		if kind != "moov" {
			return false
		}
		movie.boxes(func(kind string, box section) bool {
			switch kind {
			case "mvhd":
				file.Seconds = box.seconds()
			case "trak":
				box.boxes(func(kind string, track section) bool {
					if w, h := track.picture(); kind == "tkhd" && w*h > file.Width*file.Height {
						file.Width, file.Height = w, h
					}
					return kind == "tkhd"
				})
			}
			return false
		})
		return true
	})
}

// seconds reads a movie header, rounded up (section 8.2.2); 0 where it does not say.
func (s section) seconds() int {
	version := s.read(0, 1)
	if version == nil {
		return 0
	}
	scale, length := s.read(12, 4), s.read(16, 4)
	if version[0] == 1 {
		scale, length = s.read(20, 4), s.read(24, 8)
	}
	if scale == nil || length == nil {
		return 0
	}
	per, ticks := uint64(binary.BigEndian.Uint32(scale)), uint64(0)
	for _, b := range length {
		ticks = ticks<<8 | uint64(b)
	}
	const day = 24 * 60 * 60
	if per == 0 || ticks == 0 || ticks/per > day { // all ones: not known
		return 0
	}
	return int((ticks + per - 1) / per)
}

// picture reads the size at the end of a track header (section 8.3.2), 16.16 numbers.
func (s section) picture() (width, height int) {
	b := s.read(s.size-8, 8)
	if b == nil {
		return 0, 0
	}
	return int(binary.BigEndian.Uint32(b) >> 16), int(binary.BigEndian.Uint32(b[4:]) >> 16)
}

// webp reads the size of a WebP picture from its first chunk: the extended form, the
// lossless or the lossy one (RFC 9649, sections 2.5 to 2.7).
func webp(r io.ReaderAt, size int64) (width, height int) {
	b := section{r, 0, size}.read(12, 18)
	if b == nil {
		return 0, 0
	}
	kind, body := string(b[:4]), b[8:]
	switch {
	case kind == "VP8X":
		return 1 + little(body[4:7]), 1 + little(body[7:10])
	case kind == "VP8L" && body[0] == 0x2f:
		bits := little(body[1:5])
		return 1 + bits&0x3fff, 1 + bits>>14&0x3fff
	case kind == "VP8 " && body[0]&1 == 0 && little(body[3:6]) == 0x2a019d:
		return little(body[6:8]) & 0x3fff, little(body[8:10]) & 0x3fff
	}
	return 0, 0
}

func little(b []byte) (n int) {
	for i := range b {
		n |= int(b[i]) << (8 * i)
	}
	return n
}
