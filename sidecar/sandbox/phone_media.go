package sandbox

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"mime"
	"strings"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/proto/waMmsRetry"
	"google.golang.org/protobuf/proto"

	"github.com/nodeline/nodeline/sidecar/sandbox/chat"
)

var (
	errNoFile   = errors.New("there is no file in this message")
	errFileGone = errors.New("the file is not there any more")
	errFileAs   = errors.New("only sound can be a voice note")
	errFileSize = fmt.Errorf("a file has 1 to %d bytes", maxUpload)
)

// upload keeps a sealed file and gives its place.
func (n *Network) upload(body []byte) (path string) {
	name := make([]byte, 18)
	_, _ = rand.Read(name)
	path = "/v/" + base64.RawURLEncoding.EncodeToString(name)
	n.media.put(path, body)
	return path + "?ccb=1" // clients append more parameters with "&"
}

// uploaded gives a file's sealed bytes.
func (n *Network) uploaded(directPath string) ([]byte, bool) {
	path, _, _ := strings.Cut(directPath, "?")
	return n.media.get(path)
}

// SendFile sends a file into the chat with a number, or into a group, as what its
// type says: a picture, a video, sound (audio/ogg with opus as a voice note), a
// sticker (image/webp), or a document. It returns the message's id.
func (p *Phone) SendFile(to, name, mimeType, caption string, body []byte) (string, error) {
	return p.SendFileAs("", to, name, mimeType, caption, body)
}

// What a person chooses to send a file as.
const (
	asDocument = "document" // any file
	asVoice    = "voice"    // sound
)

// SendFileAs is SendFile for a file that is sent as "document" or "voice"; "" is what
// its type says.
func (p *Phone) SendFileAs(as, to, name, mimeType, caption string, body []byte) (string, error) {
	if len(body) == 0 || len(body) > maxUpload {
		return "", errFileSize
	}
	if len(caption) > maxText {
		return "", checkText(caption)
	}
	kind, params, err := mime.ParseMediaType(mimeType)
	if err != nil {
		kind = "application/octet-stream"
	}
	key := make([]byte, 32)
	_, _ = rand.Read(key)
	if as != "" && as != asDocument && (as != asVoice || !strings.HasPrefix(kind, "audio/")) {
		return "", errFileAs
	}
	message := fileMessage(as, kind, params["codecs"], name, caption, key)
	a, _, _, info := chat.Attachment(message)
	sealed, err := sealMedia(key, info, body)
	if err != nil {
		return "", fmt.Errorf("seal file: %w", err)
	}
	plainSum, sealedSum := sha256.Sum256(body), sha256.Sum256(sealed)
	place(a, p.account.net.upload(sealed), plainSum[:], sealedSum[:], uint64(len(body)))
	p.keepFile(message)
	return p.write(to, message)
}

func fileMessage(as, kind, codecs, name, caption string, key []byte) *waE2E.Message {
	said := func(s string) *string {
		if s == "" {
			return nil
		}
		return &s
	}
	family, _, _ := strings.Cut(kind, "/")
	switch {
	case as == asDocument:
	case kind == "image/webp":
		return &waE2E.Message{StickerMessage: &waE2E.StickerMessage{Mimetype: &kind, MediaKey: key}}
	case kind == "image/jpeg", kind == "image/png":
		return &waE2E.Message{ImageMessage: &waE2E.ImageMessage{Mimetype: &kind, Caption: said(caption), MediaKey: key}}
	case family == "video":
		return &waE2E.Message{VideoMessage: &waE2E.VideoMessage{Mimetype: &kind, Caption: said(caption), MediaKey: key}}
	case family == "audio":
		if codecs != "" {
			kind += "; codecs=" + codecs
		}
		return &waE2E.Message{AudioMessage: &waE2E.AudioMessage{Mimetype: &kind, PTT: proto.Bool(as == asVoice || codecs == "opus"), MediaKey: key}}
	}
	document := &waE2E.Message{DocumentMessage: &waE2E.DocumentMessage{Mimetype: &kind, FileName: &name, Title: &name, Caption: said(caption), MediaKey: key}}
	if caption != "" {
		return &waE2E.Message{DocumentWithCaptionMessage: &waE2E.FutureProofMessage{Message: document}}
	}
	return document
}

// place says where a file is.
func place(a chat.Attached, path string, sum, sealedSum []byte, size uint64) {
	url := "https://mmg.whatsapp.net" + path
	switch m := a.(type) {
	case *waE2E.ImageMessage:
		m.URL, m.DirectPath, m.FileSHA256, m.FileEncSHA256, m.FileLength = &url, &path, sum, sealedSum, &size
	case *waE2E.StickerMessage:
		m.URL, m.DirectPath, m.FileSHA256, m.FileEncSHA256, m.FileLength = &url, &path, sum, sealedSum, &size
	case *waE2E.VideoMessage:
		m.URL, m.DirectPath, m.FileSHA256, m.FileEncSHA256, m.FileLength = &url, &path, sum, sealedSum, &size
	case *waE2E.AudioMessage:
		m.URL, m.DirectPath, m.FileSHA256, m.FileEncSHA256, m.FileLength = &url, &path, sum, sealedSum, &size
	case *waE2E.DocumentMessage:
		m.URL, m.DirectPath, m.FileSHA256, m.FileEncSHA256, m.FileLength = &url, &path, sum, sealedSum, &size
	}
}

// keptFiles is how many files a phone keeps for itself.
const keptFiles = 8

// keepFile has the phone keep a message's file, as phones do that load it at once.
func (p *Phone) keepFile(message *waE2E.Message) {
	a, _, _, _ := chat.Attachment(message)
	if a == nil {
		return
	}
	body, ok := p.account.net.uploaded(a.GetDirectPath())
	if !ok {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.kept = append(p.kept, keptFile{string(a.GetFileEncSHA256()), body})
	if len(p.kept) > keptFiles {
		p.kept = p.kept[1:]
	}
}

// keptFile is a sealed file by the sum of its bytes.
type keptFile struct {
	sum  string
	body []byte
}

func (p *Phone) sealedFile(a chat.Attached) ([]byte, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, f := range p.kept {
		if f.sum == string(a.GetFileEncSHA256()) {
			return f.body, true
		}
	}
	return p.account.net.uploaded(a.GetDirectPath())
}

// File opens the file of a message in the chat with a number, or in a group. Its
// sums must be what the message says.
func (p *Phone) File(with, id string) (body []byte, f chat.File, err error) {
	r, err := p.room(with)
	if err != nil {
		return nil, f, err
	}
	_, original, ok := p.book.Get(r.key(), id)
	if !ok {
		return nil, f, errNoMessage
	}
	a, f, _, info := chat.Attachment(original)
	if a == nil {
		return nil, f, errNoFile
	}
	sealed, ok := p.sealedFile(a)
	if !ok {
		return nil, f, errFileGone
	}
	if sum := sha256.Sum256(sealed); string(sum[:]) != string(a.GetFileEncSHA256()) {
		return nil, f, errSealed
	}
	if body, err = openMedia(a.GetMediaKey(), info, sealed); err != nil {
		return nil, f, err
	}
	if sum := sha256.Sum256(body); string(sum[:]) != string(a.GetFileSHA256()) || int64(len(body)) != f.Size {
		return nil, f, errSealed
	}
	return body, f, nil
}

// uploadAgain answers a device that wants a file which WhatsApp has thrown away.
//
// Rests on whatsmeow's mediaretry.go: the request is sealed with the message's own
// media key, and so is the answer, which names the new place.
func (p *Phone) uploadAgain(from *Device, s *stanza) {
	id := attr(s, "id")
	rmr, _ := child(s, "rmr")
	r := p.roomAt(attrJID(&rmr, "jid"))
	if r.none() {
		return
	}
	_, original, _ := p.book.Get(r.key(), id)
	answer := &waMmsRetry.MediaRetryNotification{StanzaID: &id, Result: waMmsRetry.MediaRetryNotification_NOT_FOUND.Enum()}
	a, _, _, _ := chat.Attachment(original)
	if a == nil {
		return
	}
	encrypted, _ := child(s, "encrypt")
	seal, err := retrySeal(a.GetMediaKey())
	if err != nil {
		return
	}
	if _, err := seal.Open(nil, bytesAt(&encrypted, "enc_iv"), bytesAt(&encrypted, "enc_p"), []byte(id)); err != nil {
		return // not from who has the message
	}
	if body, ok := p.sealedFile(a); ok {
		answer.DirectPath, answer.Result = proto.String(p.account.net.upload(body)), waMmsRetry.MediaRetryNotification_SUCCESS.Enum()
	}
	plain, err := proto.Marshal(answer)
	if err != nil {
		return
	}
	iv := make([]byte, seal.NonceSize())
	_, _ = rand.Read(iv)
	note := p.account.net.notification("mediaretry", p.account.pn,
		stanza{Tag: "encrypt", Content: []stanza{{Tag: "enc_p", Content: seal.Seal(nil, iv, plain, []byte(id))}, {Tag: "enc_iv", Content: iv}}}, rmr)
	note.Attrs["id"] = id
	from.deliver(note)
}
