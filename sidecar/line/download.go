package line

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/proto/waMmsRetry"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// remote is all that it takes to have a received file: what the message said of
// it, and which message it was, should the phone have to upload it again.
type remote struct {
	Message []byte          `json:"message"` // waE2E.Message with the attachment alone
	ID      types.MessageID `json:"id"`
	Chat    types.JID       `json:"chat"`
	Sender  types.JID       `json:"sender"`
	FromMe  bool            `json:"fromMe,omitempty"`
	Group   bool            `json:"group,omitempty"`
}

// attachable is what each kind of attachment has.
type attachable interface {
	whatsmeow.DownloadableMessage
	GetMimetype() string
	GetFileLength() uint64
	GetContextInfo() *waE2E.ContextInfo
}

// attachment reads a message that is a file; ok is false for any other.
func attachment(m *waE2E.Message) (a attachable, f bridge.File, caption string, ok bool) {
	switch {
	case m.GetImageMessage() != nil:
		i := m.GetImageMessage()
		a, caption = i, i.GetCaption()
		f = bridge.File{Kind: schema.ContentImage, Width: int(i.GetWidth()), Height: int(i.GetHeight())}
	case m.GetVideoMessage() != nil:
		v := m.GetVideoMessage()
		a, caption = v, v.GetCaption()
		f = bridge.File{Kind: schema.ContentVideo, Width: int(v.GetWidth()), Height: int(v.GetHeight()), Seconds: int(v.GetSeconds())}
	case m.GetAudioMessage() != nil:
		s := m.GetAudioMessage()
		a, f = s, bridge.File{Kind: schema.ContentAudio, Seconds: int(s.GetSeconds())}
		if s.GetPTT() {
			f.Kind = schema.ContentVoice
		}
	case m.GetStickerMessage() != nil:
		s := m.GetStickerMessage()
		a, f = s, bridge.File{Kind: schema.ContentSticker, Width: int(s.GetWidth()), Height: int(s.GetHeight())}
	case m.GetDocumentMessage() != nil:
		d := m.GetDocumentMessage()
		a, caption = d, d.GetCaption()
		f = bridge.File{Kind: schema.ContentDocument, Name: d.GetFileName()}
		if f.Name == "" {
			f.Name = d.GetTitle()
		}
	case m.GetDocumentWithCaptionMessage().GetMessage() != nil:
		return attachment(m.GetDocumentWithCaptionMessage().GetMessage())
	default:
		return nil, f, "", false
	}
	f.Mime, f.Size = a.GetMimetype(), int64(a.GetFileLength())
	return a, f, caption, true
}

// attach fills in what is known of a message's attachment.
func attach(in *bridge.Incoming, e *events.Message) {
	a, f, caption, ok := attachment(e.Message)
	if !ok {
		return
	}
	in.Kind, in.Text, in.QuotedID = f.Kind, caption, quoted(a.GetContextInfo())
	message, err := proto.Marshal(e.Message)
	if err != nil || a.GetDirectPath() == "" {
		return // without a way to have it there is only the word that it came
	}
	kept, err := json.Marshal(remote{Message: message, ID: e.Info.ID, Chat: e.Info.Chat, Sender: e.Info.Sender, FromMe: e.Info.IsFromMe, Group: e.Info.IsGroup})
	if err != nil {
		return
	}
	in.File, in.Remote = &f, kept
}

// Download implements bridge.Sessions. Where WhatsApp has thrown the file away the
// phone that has it is asked to upload it again.
func (s *Sessions) Download(ctx context.Context, line schema.LineID, kept []byte, to *os.File) error {
	_, client, err := s.online(line)
	if err != nil {
		return err
	}
	var r remote
	message := &waE2E.Message{}
	if err := json.Unmarshal(kept, &r); err != nil {
		return fmt.Errorf("read remote file: %w", err)
	}
	if err := proto.Unmarshal(r.Message, message); err != nil {
		return fmt.Errorf("read remote file: %w", err)
	}
	a, f, _, ok := attachment(message)
	if !ok {
		return errors.New("read remote file: no attachment")
	}
	ctx, cancel := context.WithTimeout(ctx, transferTime(f.Size))
	defer cancel()
	err = client.DownloadToFile(ctx, a, to)
	if !gone(err) {
		return downloadError(err)
	}
	path, err := s.askPhone(ctx, client, line, r, a.GetMediaKey())
	if err != nil {
		return err
	}
	setPath(a, path)
	if _, err := to.Seek(0, 0); err != nil {
		return fmt.Errorf("download: %w", err)
	}
	if err := to.Truncate(0); err != nil {
		return fmt.Errorf("download: %w", err)
	}
	err = client.DownloadToFile(ctx, a, to)
	if gone(err) {
		return fmt.Errorf("%w: %w", bridge.ErrMediaGone, err)
	}
	return downloadError(err)
}

// gone: the hosts do not have the file any more.
func gone(err error) bool {
	return errors.Is(err, whatsmeow.ErrMediaDownloadFailedWith403) || errors.Is(err, whatsmeow.ErrMediaDownloadFailedWith404) || errors.Is(err, whatsmeow.ErrMediaDownloadFailedWith410)
}

func downloadError(err error) error {
	if err == nil {
		return nil
	}
	return &bridge.SendError{Certain: true, Retry: true, Err: fmt.Errorf("download: %w", err)}
}

// askPhone has the line's own phone upload a file again, and gives its new place.
func (s *Sessions) askPhone(ctx context.Context, client *whatsmeow.Client, line schema.LineID, r remote, key []byte) (path string, err error) {
	o, err := s.find(line)
	if err != nil {
		return "", err
	}
	answer := make(chan *events.MediaRetry, 1)
	o.reuploads.Store(r.ID, answer)
	defer o.reuploads.CompareAndDelete(r.ID, answer)
	info := &types.MessageInfo{ID: r.ID, MessageSource: types.MessageSource{Chat: r.Chat, Sender: r.Sender, IsFromMe: r.FromMe, IsGroup: r.Group}}
	if err := client.SendMediaRetryReceipt(ctx, info, key); err != nil {
		return "", downloadError(err)
	}
	timer := time.NewTimer(s.timing.Reupload)
	defer timer.Stop()
	select {
	case e := <-answer:
		said, err := whatsmeow.DecryptMediaRetryNotification(e, key)
		if err != nil || said.GetResult() != waMmsRetry.MediaRetryNotification_SUCCESS || said.GetDirectPath() == "" {
			return "", fmt.Errorf("%w: the phone answered %v (%v)", bridge.ErrMediaGone, said.GetResult(), err)
		}
		return said.GetDirectPath(), nil
	case <-timer.C:
		return "", fmt.Errorf("%w: the phone did not answer", bridge.ErrMediaGone)
	case <-ctx.Done():
		return "", ctx.Err()
	case <-o.ctx.Done():
		return "", &bridge.SendError{Certain: true, Retry: true, Err: bridge.ErrOffline}
	}
}

// reuploaded gives a phone's answer to whoever asked it.
func (o *owner) reuploaded(e *events.MediaRetry) {
	if waiting, ok := o.reuploads.LoadAndDelete(e.MessageID); ok {
		waiting.(chan *events.MediaRetry) <- e
	}
}

// setPath puts a file's new place into its message.
func setPath(a attachable, path string) {
	switch m := a.(type) {
	case *waE2E.ImageMessage:
		m.DirectPath = &path
	case *waE2E.VideoMessage:
		m.DirectPath = &path
	case *waE2E.AudioMessage:
		m.DirectPath = &path
	case *waE2E.StickerMessage:
		m.DirectPath = &path
	case *waE2E.DocumentMessage:
		m.DirectPath = &path
	}
}
