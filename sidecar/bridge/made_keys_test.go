package bridge_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// The keys that events show of what follows a question find it.
func TestWhatFollowsAQuestionIsFoundByItsKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		r.ask("q", in(600), func(q *schema.AskRequest) {
			q.Buttons, q.Answer = nil, &schema.AnswerRule{Kind: schema.AnswerNumber}
			q.Reminders = []schema.Reminder{{AfterSeconds: 60, Text: "Ждём ответа"}}
		})
		r.says(anna, "сто")
		time.Sleep(61 * time.Second)
		synctest.Wait()
		var keys []schema.Key
		for _, e := range r.events(schema.EventStatus) {
			m := r.message(e.Status.Key)
			if m.MessageID != e.Status.MessageID {
				t.Errorf("%s is %s, in the event %s", m.Key, m.MessageID, e.Status.MessageID)
			}
			keys = append(keys, m.Key)
		}
		if len(keys) != 3 || keys[0] != "q" || keys[1] != "q!1" || keys[2] != "q#1" {
			t.Errorf("keys %v", keys)
		}
	})
}

// hanging is a store that reads nothing until it is given up on.
type hanging struct {
	bridge.Store
	on atomic.Bool
}

func (h *hanging) Read(ctx context.Context, fn func(bridge.View) error) error {
	if h.on.Load() {
		<-ctx.Done()
		return ctx.Err()
	}
	return h.Store.Read(ctx, fn)
}

func TestAListOfChatsKeepsItsTimeLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		r.Stop()
		st := &hanging{Store: r.store}
		b := bridge.New(bridge.Config{Store: st, Log: quiet()})
		r.net.use(b)
		b.UseSessions(r.net)
		if err := b.Start(r.ctx()); err != nil {
			t.Fatal(err)
		}
		defer b.Stop()
		synctest.Wait()
		st.on.Store(true)
		began := time.Now()
		_, err := b.ChatList(r.ctx(), admin, schema.ChatListRequest{Line: theLine, TimeLimit: 3})
		wantCode(t, err, schema.CodeTimedOut)
		if took := time.Since(began); took != 3*time.Second {
			t.Errorf("it took %s", took)
		}
		st.on.Store(false)
		if _, err := b.ChatList(r.ctx(), admin, schema.ChatListRequest{Line: theLine, TimeLimit: 3}); err != nil {
			t.Error(err)
		}
	})
}
