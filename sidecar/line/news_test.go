package line

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// ending is an Inbox whose store is being closed.
type ending struct{ bridge.Inbox }

func (ending) Session(ctx context.Context, _ bridge.Session) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return bridge.ErrStorageFull
}

// News that cannot be stored is an error, unless it is because the sidecar ends.
func TestNewsThatTheEndCutsShortIsNoError(t *testing.T) {
	var said bytes.Buffer
	o := newOwner(&Sessions{inbox: ending{}, log: slog.New(slog.NewTextHandler(&said, nil)), timing: Timing{RetryMin: time.Hour}}, "clinic")
	news := bridge.Session{Line: "clinic", State: schema.LineConnected}
	if o.report(news) || !strings.Contains(said.String(), "level=ERROR") {
		t.Errorf("a full store: %q", said.String())
	}
	said.Reset()
	o.cancel()
	if o.report(news) || said.Len() > 0 {
		t.Errorf("the end: %q", said.String())
	}
}
