package bridge_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

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

// The customer types an answer while native buttons are still being refused. The
// question goes out all the same, and who taps on it later is understood.
func TestAnAnsweredAskFollowsTheIDThatItsQuestionWentOutUnder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
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
		go func() {
			_, _ = r.Ask(context.Background(), admin, askRequest("q", func(q *schema.AskRequest) { q.Rendering = schema.RenderNative }))
		}()
		synctest.Wait()
		r.says(anna, "Нет")
		close(answer)
		synctest.Wait()
		m, a := r.message("q"), r.getAsk("q")
		if a.State != schema.AskAnswered || m.Rendering != schema.RenderNumbered || m.Status != schema.StatusSent {
			t.Fatalf("the ask is %s, its message %s and %s", a.State, m.Rendering, m.Status)
		}
		if a.MessageID != m.MessageID {
			t.Errorf("the ask knows its question as %s, it went out as %s", a.MessageID, m.MessageID)
		}
		r.says(anna, "1", quoting(m.MessageID))
		events := r.events(schema.EventMessage)
		if last := events[len(events)-1].Message; last.Ask != "q" || !last.Late {
			t.Errorf("the late answer is %+v", last)
		}
	})
}

// Chaos, seed 100: the buttons had gone, WhatsApp's word on them was lost, and when
// they were repeated it refused them. The customer got the question twice, with
// buttons and with numbers. The numbers go under the buttons' id, so that a phone which
// has those drops them, and one which has not shows them.
func TestButtonsThatMayHaveGoneAreSentAsNumbersUnderTheirID(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		r.net.set(func(n *network) {
			tries := 0
			n.script = func(_ int, out bridge.Outgoing) error {
				if tries++; tries == 1 {
					return &bridge.SendError{Retry: true, Err: errors.New("no word")}
				}
				if out.Rendering == schema.RenderNative {
					return &bridge.SendError{Certain: true, Server: 479, Err: errors.New("refused")}
				}
				return nil
			}
		})
		a := r.ask("q", func(q *schema.AskRequest) { q.Rendering = schema.RenderNative })
		time.Sleep(time.Minute)
		synctest.Wait()
		var forms []schema.Rendering
		for _, out := range r.net.sent() {
			if forms = append(forms, out.Rendering); out.ID != a.MessageID {
				t.Errorf("%s went as %s, the first as %s", out.Rendering, out.ID, a.MessageID)
			}
		}
		if want := []schema.Rendering{schema.RenderNative, schema.RenderNative, schema.RenderNumbered}; !slices.Equal(forms, want) {
			t.Errorf("sent as %v, want %v", forms, want)
		}
		if m := r.message("q"); m.Status != schema.StatusSent || m.Rendering != schema.RenderNumbered || m.MessageID != a.MessageID {
			t.Errorf("the message is %+v", m)
		}
		r.says(anna, "Нет", tapping(a.MessageID, "no"))
		if got := r.getAsk("q"); got.State != schema.AskAnswered {
			t.Errorf("a tap on the buttons, which had gone, leaves the ask %s", got.State)
		}
	})
}

// What is refused when it is repeated has no next form where it is known by then that
// the first went, or where nobody wants it any more.
func TestButtonsOfWhichAReceiptCameStayButtons(t *testing.T) {
	for name, meanwhile := range map[string]func(r *rig, id schema.MessageID){
		"a receipt": func(r *rig, id schema.MessageID) {
			_ = r.Receipt(context.Background(), bridge.Receipt{Line: theLine, IDs: []schema.MessageID{id}, Status: schema.StatusDelivered})
		},
		"a cancel": func(r *rig, _ schema.MessageID) {
			_, _ = r.MessageCancel(context.Background(), admin, schema.MessageCancelRequest{Line: theLine, Key: "q"})
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := linkedRig(t, bridge.Timing{})
				door := make(chan struct{})
				r.net.set(func(n *network) {
					tries := 0
					n.script = func(int, bridge.Outgoing) error {
						if tries++; tries == 1 {
							return &bridge.SendError{Retry: true, Err: errors.New("no word")}
						}
						<-door
						return &bridge.SendError{Certain: true, Server: 479, Err: errors.New("refused")}
					}
				})
				res, err := r.SendButtons(r.ctx(), admin, schema.SendButtonsRequest{Line: theLine, Key: "q", Chat: anna, Body: "Придёте?",
					Buttons: []schema.Button{{Text: "Да"}}, Rendering: schema.RenderNative})
				if err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Minute)
				synctest.Wait() // the repeat is under way
				go meanwhile(r, res.MessageID)
				synctest.Wait()
				close(door)
				synctest.Wait()
				if n := len(r.net.sent()); n != 2 {
					t.Errorf("%d sends, want the native ones alone", n)
				}
				if m := r.message("q"); m.Rendering != schema.RenderNative || m.Status == schema.StatusFailed {
					t.Errorf("the message is %s and %s", m.Rendering, m.Status)
				}
			})
		})
	}
}
