package bridge_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// While native buttons are being refused, their ask or their message is cancelled:
// nobody wants the numbered form any more.
func TestButtonsThatAreRefusedAfterACancelAreNotSentAsNumbers(t *testing.T) {
	for name, ask := range map[string]bool{"ask": true, "message": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { refusedAfterCancel(t, ask) })
		})
	}
}

func refusedAfterCancel(t *testing.T, ask bool) {
	r := linkedRig(t, bridge.Timing{})
	answer := make(chan struct{})
	r.net.set(func(n *network) {
		n.script = func(_ int, out bridge.Outgoing) error {
			if out.Rendering == schema.RenderNative {
				<-answer
				return &bridge.SendError{Certain: true, Server: 479, Err: errors.New("refused")}
			}
			return nil
		}
	})
	var err error
	go func() {
		if ask {
			_, _ = r.Ask(context.Background(), admin, askRequest("q", func(q *schema.AskRequest) { q.Rendering = schema.RenderNative }))
			return
		}
		_, _ = r.SendButtons(context.Background(), admin, schema.SendButtonsRequest{Line: theLine, Key: "q", Chat: anna, Body: "Придёте?",
			Buttons: []schema.Button{{Text: "Да"}}, Rendering: schema.RenderNative})
	}()
	synctest.Wait()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if ask {
			_, err = r.AskCancel(context.Background(), admin, schema.AskCancelRequest{Line: theLine, ID: "q"})
			return
		}
		_, err = r.MessageCancel(context.Background(), admin, schema.MessageCancelRequest{Line: theLine, Key: "q"})
	}()
	synctest.Wait()
	close(answer)
	<-ended
	synctest.Wait()
	if err != nil {
		t.Fatal(err)
	}
	if n := len(r.net.sent()); n != 1 {
		t.Errorf("%d sends, want the native one alone", n)
	}
	if m := r.message("q"); m.Status != schema.StatusFailed {
		t.Errorf("the message is %s", m.Status)
	}
}
