package media

import (
	"bytes"
	"mime"
	"path"
	"strings"

	"github.com/gabriel-vasile/mimetype"

	"github.com/nodeline/nodeline/schema"
)

// headMax is how many bytes of a file's start tell what it is.
const headMax = 4 << 10

// sniff says what a file is by its content. What was said of it (declared, name)
// counts only where the content does not tell one kind of text, or of nothing
// known, from another. ending is a name's usual one (".pdf").
func sniff(head []byte, declared, name string) (mimeType string, kind schema.ContentKind, ending string) {
	found := mimetype.Detect(head)
	mimeType, _, _ = mime.ParseMediaType(found.String())
	ending = found.Extension()
	if vague(mimeType) {
		if said := said(declared, name); said != "" {
			mimeType = said
			if known := mimetype.Lookup(said); known != nil {
				ending = known.Extension()
			}
		}
	}
	switch mimeType {
	case "image/jpeg", "image/png":
		kind = schema.ContentImage
	case "image/webp":
		kind = schema.ContentSticker
	case "video/mp4", "video/3gpp":
		kind = schema.ContentVideo
	case "audio/mpeg", "audio/aac", "audio/amr", "audio/mp4", "audio/x-m4a":
		kind = schema.ContentAudio
	case "audio/ogg", "application/ogg":
		mimeType, kind = "audio/ogg", schema.ContentAudio
		if isOpus(head) {
			mimeType, kind = "audio/ogg; codecs=opus", schema.ContentVoice
		}
	default:
		kind = schema.ContentDocument
	}
	return mimeType, kind, ending
}

// vague types are what a content is called that could be many things.
func vague(mimeType string) bool {
	return mimeType == "" || mimeType == "application/octet-stream" || mimeType == "text/plain" || mimeType == "application/zip"
}

// said is what a file was said to be, where that may be true of a vague content:
// a picture would have been seen as one, and a page is not taken for a file's word.
func said(declared, name string) string {
	for _, candidate := range []string{declared, mime.TypeByExtension(strings.ToLower(path.Ext(name)))} {
		t, _, err := mime.ParseMediaType(candidate)
		if err != nil || vague(t) || t == "text/html" {
			continue
		}
		if family, _, _ := strings.Cut(t, "/"); family == "text" || family == "application" {
			return t
		}
	}
	return ""
}

// isPage reports whether a content is HTML.
func isPage(head []byte) bool {
	found := mimetype.Detect(head)
	return found.Is("text/html") || found.Is("application/xhtml+xml")
}

// isOpus: an Ogg stream's first page names its codec (RFC 7845, section 5.1).
func isOpus(head []byte) bool {
	return len(head) >= 36 && bytes.Equal(head[28:36], []byte("OpusHead"))
}
