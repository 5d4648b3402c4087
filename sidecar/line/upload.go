package line

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// How long a file may take on its way: a start, and what the slowest connection
// that is worth waiting for needs.
const (
	transferStart = time.Minute
	transferRate  = 32 << 10 // bytes a second
)

func transferTime(size int64) time.Duration {
	return transferStart + time.Duration(size/transferRate)*time.Second
}

// Upload implements bridge.Sessions. It does not wait for the line's sends. A file
// that is at WhatsApp already is not uploaded again; see reuse.go.
func (s *Sessions) Upload(ctx context.Context, line schema.LineID, c bridge.Content, file bridge.File, from *os.File) ([]byte, error) {
	o, client, err := s.online(line)
	if err != nil {
		return nil, err
	}
	kind := file.Kind
	if c.Media != nil && c.Media.As == schema.AsDocument {
		kind = schema.ContentDocument
	}
	ctx, cancel := context.WithTimeout(ctx, transferTime(file.Size))
	defer cancel()
	at, err := o.once(ctx, uploadKey{file.Sum, mediaType(kind)}, func() (whatsmeow.UploadResponse, error) {
		return client.UploadReader(ctx, from, nil, mediaType(kind))
	})
	if err != nil {
		return nil, s.uploadError(ctx, client, err)
	}
	message := mediaMessage(kind, c.Body, file, at)
	if err = decorate(message, c); err != nil {
		return nil, &bridge.SendError{Certain: true, Err: fmt.Errorf("encode message: %w", err)}
	}
	if message.DocumentMessage.GetCaption() != "" {
		// Phones draw a document's caption only inside this envelope.
		message = &waE2E.Message{DocumentWithCaptionMessage: &waE2E.FutureProofMessage{Message: message}}
	}
	payload, err := proto.MarshalOptions{Deterministic: true}.Marshal(message)
	if err != nil {
		return nil, &bridge.SendError{Certain: true, Err: fmt.Errorf("encode message: %w", err)}
	}
	return payload, nil
}

// online gives a line and its connected client, or why there is none.
func (s *Sessions) online(line schema.LineID) (*owner, *whatsmeow.Client, error) {
	o, err := s.find(line)
	if err != nil {
		return nil, nil, &bridge.SendError{Certain: true, Err: err}
	}
	client := o.up.Load()
	switch {
	case client != nil:
		return o, client, nil
	case !o.linked.Load():
		return nil, nil, &bridge.SendError{Certain: true, Err: bridge.ErrNotLinked}
	}
	return nil, nil, &bridge.SendError{Certain: true, Retry: true, Err: bridge.ErrOffline}
}

// uploadError says whether trying again can help. The host and the leave to
// upload are asked for anew: they are what a refusal is mostly about.
func (s *Sessions) uploadError(ctx context.Context, client *whatsmeow.Client, err error) error {
	status := uploadStatus(err)
	if status != 0 {
		//lint:ignore SA1019 whatsmeow keeps the leave until it is over, refused or not
		_, _ = client.DangerousInternals().RefreshMediaConn(ctx, true)
	}
	if errors.Is(err, whatsmeow.ErrNotConnected) {
		err = fmt.Errorf("%w: %w", bridge.ErrOffline, err)
	}
	return &bridge.SendError{Certain: true, Retry: status != 413 && status != 415, Server: status, Err: err}
}

// uploadStatus reads the number out of "upload failed with status code 410".
func uploadStatus(err error) int {
	_, number, ok := strings.Cut(err.Error(), "upload failed with status code ")
	if !ok {
		return 0
	}
	status, _ := strconv.Atoi(number)
	return status
}

// mediaType is how WhatsApp seals a kind: stickers as pictures, voice notes as sound.
func mediaType(kind schema.ContentKind) whatsmeow.MediaType {
	switch kind {
	case schema.ContentImage, schema.ContentSticker:
		return whatsmeow.MediaImage
	case schema.ContentVideo:
		return whatsmeow.MediaVideo
	case schema.ContentAudio, schema.ContentVoice:
		return whatsmeow.MediaAudio
	}
	return whatsmeow.MediaDocument
}

// mediaMessage is the message of an uploaded file.
func mediaMessage(kind schema.ContentKind, caption string, f bridge.File, at uploaded) *waE2E.Message {
	since := proto.Int64(at.since.Unix())
	switch kind {
	case schema.ContentImage:
		return &waE2E.Message{ImageMessage: &waE2E.ImageMessage{Mimetype: &f.Mime, Caption: optional(caption), Width: size32(f.Width), Height: size32(f.Height), JPEGThumbnail: f.Thumb,
			URL: &at.URL, DirectPath: &at.DirectPath, MediaKey: at.MediaKey, FileEncSHA256: at.FileEncSHA256, FileSHA256: at.FileSHA256, FileLength: &at.FileLength, MediaKeyTimestamp: since}}
	case schema.ContentVideo:
		return &waE2E.Message{VideoMessage: &waE2E.VideoMessage{Mimetype: &f.Mime, Caption: optional(caption), Seconds: size32(f.Seconds), Width: size32(f.Width), Height: size32(f.Height),
			URL: &at.URL, DirectPath: &at.DirectPath, MediaKey: at.MediaKey, FileEncSHA256: at.FileEncSHA256, FileSHA256: at.FileSHA256, FileLength: &at.FileLength, MediaKeyTimestamp: since}}
	case schema.ContentAudio, schema.ContentVoice:
		return &waE2E.Message{AudioMessage: &waE2E.AudioMessage{Mimetype: &f.Mime, PTT: proto.Bool(kind == schema.ContentVoice), Seconds: size32(f.Seconds),
			URL: &at.URL, DirectPath: &at.DirectPath, MediaKey: at.MediaKey, FileEncSHA256: at.FileEncSHA256, FileSHA256: at.FileSHA256, FileLength: &at.FileLength, MediaKeyTimestamp: since}}
	case schema.ContentSticker:
		return &waE2E.Message{StickerMessage: &waE2E.StickerMessage{Mimetype: &f.Mime, Width: size32(f.Width), Height: size32(f.Height),
			URL: &at.URL, DirectPath: &at.DirectPath, MediaKey: at.MediaKey, FileEncSHA256: at.FileEncSHA256, FileSHA256: at.FileSHA256, FileLength: &at.FileLength, MediaKeyTimestamp: since}}
	}
	return &waE2E.Message{DocumentMessage: &waE2E.DocumentMessage{Mimetype: &f.Mime, Caption: optional(caption), FileName: &f.Name, Title: &f.Name,
		URL: &at.URL, DirectPath: &at.DirectPath, MediaKey: at.MediaKey, FileEncSHA256: at.FileEncSHA256, FileSHA256: at.FileSHA256, FileLength: &at.FileLength, MediaKeyTimestamp: since}}
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func size32(n int) *uint32 {
	if n <= 0 {
		return nil
	}
	return proto.Uint32(uint32(n))
}
