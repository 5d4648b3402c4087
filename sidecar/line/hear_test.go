package line

import (
	"bytes"
	"compress/zlib"
	"context"
	"io"
	"log/slog"
	"testing"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/proto/waHistorySync"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/proto"
)

// saltStore keeps the key that an account's first messages to strangers are made with.
type saltStore struct {
	store.NCTSaltStore
	salt []byte
}

func (s *saltStore) PutNCTSalt(_ context.Context, salt []byte) error {
	s.salt = salt
	return nil
}

// Without the salt from the first history WhatsApp answers 463 to cold sends.
// Larger history stays where it is.
func TestTheInlineHistoryIsRead(t *testing.T) {
	history, err := proto.Marshal(&waHistorySync.HistorySync{
		SyncType: waHistorySync.HistorySync_INITIAL_BOOTSTRAP.Enum(), NctSalt: []byte("salt")})
	if err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	_, _ = z.Write(history)
	_ = z.Close()
	for name, c := range map[string]struct {
		payload []byte
		fromMe  bool
		want    string
	}{
		"from the own phone": {packed.Bytes(), true, "salt"},
		"from a stranger":    {packed.Bytes(), false, ""},
		"too large":          {append(packed.Bytes(), make([]byte, inlineMax)...), true, ""},
		"broken":             {[]byte("x"), true, ""},
	} {
		kept := &saltStore{}
		client := whatsmeow.NewClient(&store.Device{NCTSalt: kept}, nil)
		o := &owner{ctx: t.Context(), log: slog.New(slog.NewTextHandler(io.Discard, nil))}
		e := event(types.MessageSource{Chat: ownPN, Sender: ownPN, IsFromMe: c.fromMe}, &waE2E.Message{ProtocolMessage: &waE2E.ProtocolMessage{
			HistorySyncNotification: &waE2E.HistorySyncNotification{InitialHistBootstrapInlinePayload: c.payload}}})
		if !o.handle(client, 0, e) {
			t.Errorf("%s: not acknowledged", name)
		}
		if string(kept.salt) != c.want {
			t.Errorf("%s: the salt is %q", name, kept.salt)
		}
	}
}
