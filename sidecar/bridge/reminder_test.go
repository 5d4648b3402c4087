package bridge_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// reminding asks with reminders after so many minutes each.
func reminding(minutes ...int) func(*schema.AskRequest) {
	return func(q *schema.AskRequest) {
		for _, n := range minutes {
			q.Reminders = append(q.Reminders, schema.Reminder{AfterSeconds: n * 60, Text: fmt.Sprintf("Ждём ответа, прошло минут: %d", n)})
		}
	}
}

// reminded are the reminders that were handed to the network, by their minutes.
func (r *rig) reminded() string {
	var list []string
	for _, out := range r.net.sent() {
		if _, minutes, ok := strings.Cut(string(out.Payload), "прошло минут: "); ok {
			list = append(list, strings.TrimRight(strings.SplitN(minutes, `"`, 2)[0], "\n"))
		}
	}
	return strings.Join(list, " ")
}

func (r *rig) wantReminders(id schema.Key, sent string, states ...schema.ReminderState) []schema.AskReminder {
	r.t.Helper()
	synctest.Wait()
	if got := r.reminded(); got != sent {
		r.t.Fatalf("reminders sent: %q, want %q", got, sent)
	}
	list := r.getAsk(id).Reminders
	if len(list) != len(states) {
		r.t.Fatalf("%d reminders: %+v", len(list), list)
	}
	for i, want := range states {
		if list[i].State != want {
			r.t.Fatalf("reminder %d is %s, want %s: %+v", i+1, list[i].State, want, list)
		}
	}
	return list
}

const (
	planned = schema.ReminderPlanned
	queued  = schema.ReminderQueued
	skipped = schema.ReminderSkipped
)

func TestRemindersGoOutAtTheirTimesUntilTheAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		a := r.ask("q1", reminding(10, 60, 120))
		if len(a.Reminders) != 3 || a.Reminders[1].DueAt.Sub(a.CreatedAt) != time.Hour {
			t.Fatalf("ask %+v", a)
		}
		time.Sleep(10*time.Minute - time.Second)
		r.wantReminders("q1", "", planned, planned, planned)
		time.Sleep(2 * time.Second)
		list := r.wantReminders("q1", "10", queued, planned, planned)
		if list[0].Status != schema.StatusSent || list[0].SentAt == nil || list[0].MessageID == "" || list[0].MessageID == a.MessageID {
			t.Errorf("the first: %+v", list[0])
		}
		sent := r.net.sent()[1]
		if sent.To != a.Chat.JID || sent.ID != list[0].MessageID {
			t.Errorf("sent %+v", sent)
		}
		time.Sleep(50 * time.Minute)
		r.wantReminders("q1", "10 60", queued, queued, planned)
		r.says(anna, "2")
		r.wantReminders("q1", "10 60", queued, queued, skipped)
		if got := r.outcomes(); len(got) != 1 || len(got[0].Ask.Reminders) != 3 || got[0].Ask.Reminders[2].State != skipped {
			t.Errorf("outcome %+v", got)
		}
		time.Sleep(time.Hour * 24)
		r.wantReminders("q1", "10 60", queued, queued, skipped)
	})
}

func TestAReplyToAReminderAnswersTheAsk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		r.ask("q1", reminding(10))
		r.ask("q2")
		time.Sleep(11 * time.Minute)
		reminder := r.wantReminders("q1", "10", queued)[0]
		r.says(boris, "1", quoting(reminder.MessageID)) // not whom it was sent to
		r.wantState("q1", schema.AskWaiting)
		r.says(anna, "Да, приду", quoting(reminder.MessageID))
		if a := r.wantState("q1", schema.AskAnswered); a.Outcome.Answer.ID != "yes" || a.Reminders[0].Status != schema.StatusDelivered {
			t.Errorf("ask %+v", a)
		}
		r.wantState("q2", schema.AskWaiting)
		// Once more: late, and of the same ask.
		r.says(anna, "нет", quoting(reminder.MessageID))
		events := r.events(schema.EventMessage)
		if last := events[len(events)-1].Message; last.Ask != "q1" || !last.Late {
			t.Errorf("event %+v", last)
		}
		r.wantState("q2", schema.AskWaiting)
	})
}

func TestAQuestionSentLaterThanItsReminderHasNone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		r.net.report(theLine, schema.LineReconnecting, "acc:1")
		r.ask("q1", reminding(10, 30))
		time.Sleep(15 * time.Minute)
		r.wantReminders("q1", "", planned, planned)
		r.hears(true)
		r.wantState("q1", schema.AskWaiting)
		r.hears(false)
		r.wantReminders("q1", "", skipped, planned)
		time.Sleep(15 * time.Minute)
		r.wantReminders("q1", "30", skipped, queued)
	})
}

func TestOfRemindersMissedOnlyTheNewestIsSent(t *testing.T) {
	for name, miss := range map[string]func(*rig) *rig{
		"the sidecar was down": func(r *rig) *rig {
			r.stop()
			time.Sleep(45 * time.Minute)
			return startRig(r.t, r.dir, r.net, bridge.Timing{})
		},
		"the line was away": func(r *rig) *rig {
			r.net.report(theLine, schema.LineReconnecting, "acc:1")
			time.Sleep(45 * time.Minute)
			r.hears(true)
			synctest.Wait()
			if got := r.reminded(); got != "" {
				r.t.Errorf("sent before all was heard: %s", got)
			}
			r.hears(false)
			return r
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := linkedRig(t, bridge.Timing{})
				r.ask("q1", reminding(10, 40, 60))
				r = miss(r)
				r.wantReminders("q1", "40", skipped, queued, planned)
				time.Sleep(16 * time.Minute)
				r.wantReminders("q1", "40 60", skipped, queued, queued)
			})
		})
	}
}

func TestAnAnswerThatWaitedAtWhatsAppComesBeforeTheReminder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		r.ask("q1", reminding(10))
		r.net.report(theLine, schema.LineReconnecting, "acc:1")
		time.Sleep(15 * time.Minute)
		r.hears(true)
		r.says(anna, "1")
		r.hears(false)
		r.wantReminders("q1", "", skipped)
	})
}

func TestAReminderPastTheDeadlineIsNotSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		r.pace(off)
		const many = 120 // more than end in one go
		for i := range many {
			r.ask(schema.Key(fmt.Sprintf("q%d", i)), reminding(10), in(20*60))
		}
		r.net.report(theLine, schema.LineReconnecting, "acc:1")
		time.Sleep(25 * time.Minute)
		r.net.linked(theLine)
		for i := range many {
			id := schema.Key(fmt.Sprintf("q%d", i))
			r.wantState(id, schema.AskNoAnswer)
			r.wantReminders(id, "", skipped)
		}
	})
}

// The line is busy with another message when the ask ends: the reminder behind it
// is taken back, whatever ended the ask.
func TestAReminderInTheQueueIsTakenBackWhenTheAskEnds(t *testing.T) {
	for name, end := range map[string]func(*rig){
		"answer": func(r *rig) { r.says(anna, "1") },
		"cancel": func(r *rig) {
			if _, err := r.AskCancel(r.ctx(), admin, schema.AskCancelRequest{Line: theLine, ID: "q1"}); err != nil {
				r.t.Fatal(err)
			}
		},
		"deadline": func(*rig) { time.Sleep(10 * time.Minute) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := linkedRig(t, bridge.Timing{Try: time.Hour})
				r.ask("q1", reminding(10), in(20*60))
				door := make(chan struct{})
				r.net.set(func(n *network) { n.hold = door })
				var calls sync.WaitGroup
				calls.Go(func() { _, _ = r.text("k1", anna, "Привет") })
				time.Sleep(11 * time.Minute)
				r.wantReminders("q1", "", queued)
				end(r)
				synctest.Wait()
				close(door)
				list := r.wantReminders("q1", "", queued)
				if list[0].Status != schema.StatusFailed {
					t.Errorf("reminder %+v", list[0])
				}
				calls.Wait()
				if got := len(r.net.sent()); got != 2 {
					t.Errorf("%d sends, want the question and the text", got)
				}
			})
		})
	}
}

// A write that fails lets go of what it held.
func TestAFailedCancelLetsTheReminderGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{Try: time.Hour})
		r.ask("q1", reminding(10))
		r.Stop()
		disk := &full{Store: r.store}
		b := bridge.New(bridge.Config{Store: disk, Log: quiet(), Timing: bridge.Timing{Try: time.Hour}})
		r.net.use(b)
		b.UseSessions(r.net)
		if err := b.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		defer b.Stop()
		r.Bridge = b
		door := make(chan struct{})
		r.net.set(func(n *network) { n.hold = door })
		go func() { _, _ = r.text("k1", anna, "Привет") }()
		time.Sleep(11 * time.Minute)
		r.wantReminders("q1", "", queued)
		undone := errors.New("no")
		disk.after = func() error { return undone }
		err := b.Receive(t.Context(), r.net.incoming(anna, "1"))
		if !errors.Is(err, undone) {
			t.Fatal(err)
		}
		disk.after = nil
		close(door)
		r.wantReminders("q1", "10", queued)
	})
}

// Killed in every gap of a reminder's way, the customer sees it exactly once.
func TestAReminderIsSeenOnceWhateverIsKilled(t *testing.T) {
	for name, gap := range map[string]func(*rig) *rig{
		"before it is due": func(r *rig) *rig {
			r = r.kill(bridge.Timing{})
			time.Sleep(11 * time.Minute)
			return r
		},
		"due, not queued": func(r *rig) *rig {
			r.net.report(theLine, schema.LineReconnecting, "acc:1")
			time.Sleep(11 * time.Minute)
			return r.kill(bridge.Timing{})
		},
		"queued, not sent": func(r *rig) *rig {
			r.net.set(func(n *network) {
				n.script = func(int, bridge.Outgoing) error {
					return &bridge.SendError{Certain: true, Retry: true, Err: errors.New("cut")}
				}
			})
			time.Sleep(10*time.Minute + time.Second)
			r.net.set(func(n *network) { n.script = nil })
			return r.kill(bridge.Timing{})
		},
		"sent, not known": func(r *rig) *rig {
			r.net.set(func(n *network) {
				n.script = func(int, bridge.Outgoing) error { return &bridge.SendError{Err: errors.New("no ack")} }
			})
			time.Sleep(10*time.Minute + time.Second)
			r.net.set(func(n *network) { n.script = nil })
			return r.kill(bridge.Timing{})
		},
		"sent": func(r *rig) *rig {
			time.Sleep(11 * time.Minute)
			return r.kill(bridge.Timing{})
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := linkedRig(t, bridge.Timing{})
				r.ask("q1", reminding(10))
				r = gap(r)
				time.Sleep(time.Minute)
				reminder := r.getAsk("q1").Reminders[0]
				seen := map[schema.MessageID]bool{}
				for _, out := range r.net.sent()[1:] {
					seen[out.ID] = true
				}
				if reminder.Status != schema.StatusSent || len(seen) != 1 || !seen[reminder.MessageID] {
					t.Errorf("reminder %+v, ids %v", reminder, seen)
				}
			})
		})
	}
}

// Two reminders in one queue would come as a burst: one stands for both.
func TestAReminderBehindOneThatWaitsIsSkipped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{Try: time.Hour})
		r.ask("q1", reminding(10, 20))
		door := make(chan struct{})
		r.net.set(func(n *network) { n.hold = door })
		go func() {
			_, _ = r.SendText(context.Background(), admin, schema.SendTextRequest{Line: theLine, Key: "k1", Chat: anna, Text: "Привет"})
		}()
		time.Sleep(21 * time.Minute)
		close(door)
		r.wantReminders("q1", "10", queued, skipped)
	})
}

func TestTheSameAskWithOtherRemindersIsAnother(t *testing.T) {
	r := linkedRig(t, quick)
	r.ask("q1", reminding(10))
	r.ask("q1", reminding(10))
	_, err := r.Ask(t.Context(), admin, askRequest("q1", reminding(20)))
	wantCode(t, err, schema.CodeConflict)
}

// The deadline has passed and is not judged yet: an answer may be on its way, and
// a reminder would come too late.
func TestAReminderInTheQueueGoesNoMoreAfterTheDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		r.ask("q1", reminding(10), in(20*60))
		r.pause("lunch")
		time.Sleep(11 * time.Minute)
		r.wantReminders("q1", "", queued)
		r.net.report(theLine, schema.LineReconnecting, "acc:1")
		r.resume()
		time.Sleep(10 * time.Minute)
		r.hears(true)
		r.wantState("q1", schema.AskWaiting)
		if list := r.wantReminders("q1", "", queued); list[0].Status != schema.StatusFailed {
			t.Errorf("reminder %+v", list[0])
		}
	})
}

func TestAReminderIsAsUrgentAsItsQuestion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		r.ask("q1", reminding(10), func(q *schema.AskRequest) { q.Priority = schema.PriorityBroadcast })
		time.Sleep(11 * time.Minute)
		r.wantReminders("q1", "10", queued)
		list, err := r.MessageList(t.Context(), admin, schema.MessageListRequest{Line: theLine})
		if err != nil || len(list.Messages) != 2 {
			t.Fatalf("%+v, %v", list, err)
		}
		if m := list.Messages[0]; m.Key != "q1#1" || m.Priority != schema.PriorityBroadcast || m.ExpiresAt == nil || !m.ExpiresAt.Equal(r.getAsk("q1").Deadline) {
			t.Errorf("reminder %+v", m)
		}
	})
}
