package binary_test

import (
	"slices"
	"testing"

	"github.com/nodeline/nodeline/internal/wait"
	"github.com/nodeline/nodeline/schema"
)

const neighbourPhone = "+79210001122"

// A group through the whole product: picked from a list, asked, answered by the
// person who is asked, and what happens there as events.
func TestAQuestionInAGroup(t *testing.T) {
	w := linked(t)
	h := w.attach()
	var made struct{ JID string }
	w.sandboxPost("/api/groups", map[string]any{"by": w.customer, "subject": "Соседи", "members": []string{w.owner, neighbourPhone}}, &made)
	var groups schema.GroupListResult
	wait.Until(t, "the group", func() bool {
		w.must("group.list", schema.GroupListRequest{Line: clinic, Query: "сосед", MaxAge: 1}, &groups)
		return len(groups.Groups) == 1
	})
	group := groups.Groups[0]
	if group.Chat.JID != made.JID || group.Subject != "Соседи" || group.Members != 3 || !groups.Sandbox {
		t.Fatalf("the groups are %+v", groups)
	}
	r := ask(schema.RenderNative)
	r.Chat, r.AnswerFrom, r.AskedPerson = group.Chat.JID, schema.AnswerAsked, w.customer
	var a schema.Ask
	w.must("message.ask", r, &a)
	if a.Chat.JID != made.JID || a.State != schema.AskWaiting {
		t.Fatalf("the ask is %+v", a)
	}
	for _, phone := range []string{neighbourPhone, w.customer} {
		wait.Until(t, "the question on a phone", func() bool {
			var shown struct{ Messages []message }
			w.phoneGet("/api/phones/"+phone[1:]+"/chats/"+made.JID, &shown)
			for _, m := range shown.Messages {
				if m.ID == string(a.MessageID) {
					return m.Visible && len(m.Buttons) == 2
				}
			}
			return false
		})
		w.phonePost(phone, "/tap", map[string]string{"chat": made.JID, "message": string(a.MessageID), "button": "no"}, nil)
	}
	d := h.outcome(r.ID)
	if o := d.Ask.Outcome; o.Kind != schema.OutcomeButton || o.Answer.ID != "no" || o.Answer.From.Phone != w.customer || o.Answer.From.LID == "" {
		t.Errorf("the outcome is %+v, %+v", o, o.Answer)
	}
	h.ack(d)
	w.phonePost(w.customer, "/react", map[string]string{"chat": made.JID, "message": string(a.MessageID), "emoji": "👍"}, nil)
	var events schema.EventListResult
	wait.Until(t, "the reaction", func() bool {
		w.must("event.list", schema.EventListRequest{Line: clinic, Filter: &schema.EventFilter{Chat: made.JID},
			Kinds: []schema.EventKind{schema.EventGroup, schema.EventMessage, schema.EventReaction}}, &events)
		return len(events.Events) == 4
	})
	first, other, tap, reaction := events.Events[0], events.Events[1], events.Events[2], events.Events[3]
	if first.Group == nil || !first.Group.Entered || len(first.Group.Joined) != 3 || first.Group.By.Phone != w.customer {
		t.Errorf("the group is told as %+v", first.Group)
	}
	if other.Message.Ask != "" || other.Message.From.Phone != neighbourPhone || tap.Message.Ask != r.ID {
		t.Errorf("the taps are told as %+v and %+v", other.Message, tap.Message)
	}
	if reaction.Reaction == nil || reaction.Reaction.ID != a.MessageID || reaction.Reaction.Emoji != "👍" {
		t.Errorf("the reaction is told as %+v", reaction.Reaction)
	}
	var failed schema.SendResult
	w.must("message.sendText", schema.SendTextRequest{Line: clinic, Key: "nowhere", Chat: "120363999999999999@g.us", Text: "?"}, &failed)
	if failed.Status != schema.StatusFailed || failed.Error == nil || failed.Error.Code != schema.CodeNotInGroup {
		t.Errorf("a message to a group that the account is not in is %+v", failed)
	}
}

// A vote is an answer in a group, too: of the person asked alone.
func TestAVoteInAGroup(t *testing.T) {
	w := linked(t)
	h := w.attach()
	var made struct{ JID string }
	w.sandboxPost("/api/groups", map[string]any{"by": w.customer, "subject": "Соседи", "members": []string{w.owner, neighbourPhone}}, &made)
	r := ask(schema.RenderPoll)
	r.Chat, r.AnswerFrom, r.AskedPerson = made.JID, schema.AnswerAsked, w.customer
	var a schema.Ask
	w.must("message.ask", r, &a)
	for _, phone := range []string{neighbourPhone, w.customer} {
		wait.Until(t, "the poll on a phone", func() bool {
			var shown struct{ Messages []message }
			w.phoneGet("/api/phones/"+phone[1:]+"/chats/"+made.JID, &shown)
			return slices.ContainsFunc(shown.Messages, func(m message) bool { return m.ID == string(a.MessageID) && m.Visible })
		})
		w.phonePost(phone, "/vote", map[string]any{"chat": made.JID, "message": string(a.MessageID), "options": []string{"Не приду"}}, nil)
	}
	d := h.outcome(r.ID)
	if o := d.Ask.Outcome; o.Kind != schema.OutcomeButton || o.Answer.ID != "no" || o.Answer.From.Phone != w.customer || o.Answer.From.LID == "" {
		t.Errorf("the outcome is %+v, %+v", o, o.Answer)
	}
	h.ack(d)
	var events schema.EventListResult
	w.must("event.list", schema.EventListRequest{Line: clinic, Kinds: []schema.EventKind{schema.EventMessage}}, &events)
	if len(events.Events) != 2 || events.Events[0].Message.Ask != "" || events.Events[0].Message.From.Phone != neighbourPhone || events.Events[1].Message.Ask != r.ID {
		t.Errorf("the votes are told as %+v", events.Events)
	}
}
