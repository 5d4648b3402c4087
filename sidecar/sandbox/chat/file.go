package chat

import "go.mau.fi/whatsmeow/proto/waE2E"

// File is an attachment as a phone shows it.
type File struct {
	Kind    string `json:"kind"` // image, video, audio, voice, sticker or document
	Mime    string `json:"mime"`
	Name    string `json:"name"`
	Size    int64  `json:"size"`    // bytes
	Seconds int    `json:"seconds"` // of sound and video, 0: not said
	Width   int    `json:"width"`   // of a picture, a sticker or a video, 0: not said
	Height  int    `json:"height"`
}

// Attached is what each kind of attachment has.
type Attached interface {
	GetDirectPath() string
	GetMediaKey() []byte
	GetFileSHA256() []byte
	GetFileEncSHA256() []byte
	GetMimetype() string
	GetFileLength() uint64
	GetContextInfo() *waE2E.ContextInfo
}

// Attachment finds a message's file. info names its kind where it is sealed.
func Attachment(message *waE2E.Message) (a Attached, f File, caption, info string) {
	message = unwrap(message)
	switch {
	case message.GetImageMessage() != nil:
		m := message.GetImageMessage()
		a, f, caption, info = m, File{Kind: "image", Width: int(m.GetWidth()), Height: int(m.GetHeight())}, m.GetCaption(), "WhatsApp Image Keys"
	case message.GetStickerMessage() != nil:
		m := message.GetStickerMessage()
		a, f, info = m, File{Kind: "sticker", Width: int(m.GetWidth()), Height: int(m.GetHeight())}, "WhatsApp Image Keys"
	case message.GetVideoMessage() != nil:
		m := message.GetVideoMessage()
		a, f, caption, info = m, File{Kind: "video", Seconds: int(m.GetSeconds()), Width: int(m.GetWidth()), Height: int(m.GetHeight())}, m.GetCaption(), "WhatsApp Video Keys"
	case message.GetAudioMessage() != nil:
		m := message.GetAudioMessage()
		a, f, info = m, File{Kind: "audio", Seconds: int(m.GetSeconds())}, "WhatsApp Audio Keys"
		if m.GetPTT() {
			f.Kind = "voice"
		}
	case message.GetDocumentMessage() != nil:
		m := message.GetDocumentMessage()
		a, f, caption, info = m, File{Kind: "document", Name: m.GetFileName()}, m.GetCaption(), "WhatsApp Document Keys"
	default:
		return nil, f, "", ""
	}
	f.Mime, f.Size = a.GetMimetype(), int64(a.GetFileLength())
	return a, f, caption, info
}

const noteCaption = "A real phone does not show this document's caption: it is not inside a DocumentWithCaptionMessage."

// media reads a message that is a file; ok is false for any other.
func media(message *waE2E.Message, enveloped bool) (c Content, ok bool) {
	a, f, caption, _ := Attachment(message)
	if a == nil {
		return c, false
	}
	c = Content{Kind: KindFile, Body: caption, File: &f, Visible: true}
	switch {
	case a.GetDirectPath() == "" || len(a.GetMediaKey()) != 32 || len(a.GetFileSHA256()) != 32 || len(a.GetFileEncSHA256()) != 32:
		c.Visible, c.Note = false, noteNoFile
	case f.Kind == "document" && caption != "" && !enveloped:
		c.Note = noteCaption
	}
	return quoting(c, a.GetContextInfo()), true
}
