package line

import (
	"bytes"
	"compress/zlib"
	"context"
	"errors"
	"io"
	"log/slog"
	"testing"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/proto/waHistorySync"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"

	"github.com/nodeline/nodeline/sidecar/bridge"
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

// listening is an Inbox that takes a line's news.
type listening struct{ bridge.Inbox }

func (listening) Session(context.Context, bridge.Session) error { return nil }

// alone is a line whose connections come to nothing.
func alone(t *testing.T) *owner {
	t.Helper()
	o := newOwner(&Sessions{log: slog.New(slog.DiscardHandler), inbox: listening{}, timing: Timing{}.withDefaults()}, "clinic")
	t.Cleanup(func() {
		o.cancel()
		o.ended.Wait()
	})
	o.client = whatsmeow.NewClient(&store.Device{Deleted: true}, nil)
	return o
}

// whatsmeow says Connected after some questions, even where a cut has answered them.
// A line that believed it called its next try off, and said for ever that it was there.
func TestConnectedIsNotBelievedOfAConnectionThatWasCutInItsLogin(t *testing.T) {
	o := alone(t)
	_, o.hold = newHold()
	o.dialing = true
	o.hear(&events.Connected{})
	if o.up.Load() != nil || !o.dialing {
		t.Error("it is believed while the next connection is not let in yet")
	}
	ctx, h := newHold()
	o.hold = h
	if _, err := (logins{&store.NoopStore{Error: errors.New("no store")}}).UploadedPreKeyCount(ctx); err == nil {
		t.Error("the store was not asked")
	}
	o.again()
	o.hear(&events.Connected{})
	if o.up.Load() != nil || o.alarm.what != dialAgain {
		t.Errorf("it is believed while the next try waits: %q", o.alarm.what)
	}
	o.wake(nothing, 0)
	o.hear(&events.Connected{})
	if o.up.Load() != o.client {
		t.Error("it is not believed of the connection that is there")
	}
}

// What was not stored comes on the next connection, whatever that is for: the cut
// that was to bring it would strike the new one in its login.
func TestADialLeavesNothingToCutFor(t *testing.T) {
	o := alone(t)
	o.comeAgain(errors.New("the disk is full"))
	if !o.resets {
		t.Fatal("nothing is going to be cut")
	}
	o.dial()
	if o.resets || o.reset.Stop() {
		t.Error("the new connection is going to be cut")
	}
}
