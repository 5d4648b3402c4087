package bridge

import (
	"context"
	"io"
	"os"

	"github.com/nodeline/nodeline/schema"
)

// MediaAPI is the part of API about attachments.
type MediaAPI interface {
	SendMessage(context.Context, Caller, schema.SendRequest) (schema.SendMediaResult, error)
	SendMedia(context.Context, Caller, schema.SendMediaRequest) (schema.SendMediaResult, error)
	MediaGet(context.Context, Caller, schema.MediaGetRequest) (schema.MediaGetResult, error)
	// MediaUpload keeps an uploaded file of a line.
	MediaUpload(ctx context.Context, c Caller, line schema.LineID, name, mime string, r io.Reader) (schema.MediaGetResult, error)
	// MediaOpen reads a file by its link: until (Unix seconds) and sig are the link's.
	// One that WhatsApp still has is fetched first, which may take a while.
	MediaOpen(ctx context.Context, lang schema.Lang, line schema.LineID, id schema.MediaID, until int64, sig string) (FileRecord, *os.File, error)
}
