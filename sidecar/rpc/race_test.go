package rpc_test

import (
	"context"
	"sync"
	"testing"

	"github.com/gorilla/websocket"

	"github.com/nodeline/nodeline/sidecar/bridge"
	"github.com/nodeline/nodeline/sidecar/rpc"
)

// late finds tokens, and has something happen between the find and its answer.
type late struct {
	bridge.Grants
	once sync.Once
	then func(bridge.Grant)
}

func (l *late) Find(ctx context.Context, token string) (bridge.Grant, bool, error) {
	g, ok, err := l.Grants.Find(ctx, token)
	if ok && g.Name == "line" {
		l.once.Do(func() { l.then(g) })
	}
	return g, ok, err
}

// A token that is revoked while its connection is being opened opens none.
func TestTokenRevokedWhileConnecting(t *testing.T) {
	grants := &late{}
	w := start(t, func(o *rpc.Options) { grants.Grants, o.Grants = o.Grants, grants })
	grants.then = func(g bridge.Grant) {
		_, text := w.post("admin", `{"jsonrpc":"2.0","id":1,"method":"token.revoke","params":{"id":"`+g.ID+`"}}`)
		if a := w.parse(text); a.Error != nil {
			t.Error(text)
		}
	}
	if code := w.dial("line", "").closed(); code != websocket.ClosePolicyViolation {
		t.Errorf("closed with %d", code)
	}
}
