package crash_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/nodeline/nodeline/internal/wait"
	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
	"github.com/nodeline/nodeline/sidecar/sandbox"
	"github.com/nodeline/nodeline/sidecar/sandbox/chat"
)

// Stories of polls, files, changes of messages, and asks that follow each other. Lives
// end where these differ from the stories before.
var operations = []scenario{
	{name: "ask answered by a vote", few: true, least: 8, needs: []string{"poll leaving", "poll lost", "poll taken", "poll answered",
		"before session message_secrets", "after session message_secrets", "before ask answered", "after ask answered"},
		play: func(r *run) error {
			if err := r.ask("q", schema.RenderPoll, 0); err != nil {
				return err
			}
			if err := r.votes("q", "Нет"); err != nil {
				return err
			}
			return r.outcome("q", schema.OutcomeButton)
		}},
	{name: "ask whose buttons and poll are refused", few: true, least: 12, refuse: always,
		needs: []string{"native lost", "native answered", "before ask sending + message queued as poll", "after ask sending + message queued as poll", "poll leaving", "poll lost", "poll answered",
			"before ask sending + message queued as numbered", "after ask sending + message queued as numbered", "numbered lost", "numbered taken", "numbered answered"},
		play: func(r *run) error {
			err := r.askWith("q", func(q *schema.AskRequest) {
				q.Renderings = []schema.Rendering{schema.RenderNative, schema.RenderPoll}
			})
			if err != nil {
				return err
			}
			if _, err := r.shown("q"); err != nil {
				return err
			}
			if err := r.writes("2"); err != nil {
				return err
			}
			return r.outcome("q", schema.OutcomeButton)
		}},
	{name: "poll that is refused when it is repeated", few: true, least: 4, refuse: later,
		needs: []string{"poll leaving", "poll lost", "poll taken", "poll answered"},
		play: func(r *run) error {
			if err := r.ask("q", schema.RenderPoll, 0); err != nil {
				return err
			}
			m, err := r.shown("q")
			if err != nil {
				return err
			}
			if m.Kind == chat.KindPoll {
				err = r.votes("q", "Нет")
			} else {
				err = r.writes("2")
			}
			if err != nil {
				return err
			}
			return r.outcome("q", schema.OutcomeButton)
		}},
	{name: "files", few: true, least: 16, needs: []string{"keep taken", "before file", "after file", "fetch taken", "before file + new message", "after file + new message",
		"upload leaving", "upload answered", "before message queued", "after message queued", "text leaving", "text lost", "text taken", "text answered"},
		play: func(r *run) error { return r.files("f") }},
	{name: "messages that are edited, deleted and reacted to", few: true, least: 30,
		needs: []string{"after new message", "text lost", "text taken", "text answered",
			"before event message.status + message sent, settled", "after event message.status + message sent, settled"},
		play: func(r *run) error { return r.changes() }},
	{name: "question that waits for another, whose item moves", few: true, least: 8,
		needs: []string{"before admitted + ask cancelled + ask sending + delivery", "after admitted + ask cancelled + ask sending + delivery",
			"before new ask + new message", "after new ask + new message", "numbered lost", "numbered taken"},
		play: func(r *run) error { return r.turns() }},
	{name: "question that is asked again", few: true, least: 6,
		needs: []string{"before ask waiting + event message.incoming + new message", "after ask waiting + event message.incoming + new message",
			"text lost", "text taken", "text answered", "before ask answered + delivery", "after ask answered + delivery"},
		play: func(r *run) error { return r.missed() }},
}

// refusedButtons has the host send buttons, and the customer see them once.
func (r *run) refusedButtons(kind chat.Kind) error {
	if err := r.buttons("b", schema.RenderNative); err != nil {
		return err
	}
	r.sent[0].kind = kind
	_, err := r.shown("b")
	return err
}

// askWith is ask for a question that is more than its buttons.
func (r *run) askWith(name string, change func(*schema.AskRequest)) error {
	key, mark := r.expect(name, false)
	q := schema.AskRequest{Line: clinic, ID: key, Chat: r.customer.Number(), Body: "Придёте? " + mark, Buttons: choices, Reply: &schema.Reply{Host: flows, Node: "n1"}}
	change(&q)
	a, err := r.l.Ask(r.ctx, admin, q)
	return r.answeredAsk(a, err)
}

// votes waits for a poll and has the customer vote in it.
func (r *run) votes(name, option string) error {
	m, err := r.shown(name)
	if err != nil {
		return err
	}
	return r.once("vote "+name, func() error {
		id, err := r.customer.Vote(r.h.owner.Number(), m.ID, option)
		r.inbound = append(r.inbound, id)
		return err
	})
}

// fileOf is the content of a file by its name; each has its own.
func fileOf(name string) []byte {
	return bytes.Repeat([]byte("Договор "+name+"\n"), 2000)
}

// shelf is the real files with a point behind each that was taken.
type shelf struct {
	bridge.Files
	fate *fate
}

func (s shelf) Fetch(ctx context.Context, url string, as schema.SendAs, progress func(bridge.Progress)) (bridge.File, error) {
	f, err := s.Files.Fetch(ctx, url, as, progress)
	if s.fate.pass("fetch taken") {
		return bridge.File{}, errOver
	}
	return f, err
}

// files has the host bring one file, and send it and one by its address.
func (r *run) files(name string) error {
	key, mark := r.expect(name, false)
	second := key + "#2"
	if len(r.sent) == 1 {
		r.sent = append(r.sent, message{key: second, mark: "«" + string(second) + "»"})
	}
	r.sent[0].file, r.sent[1].file = fileOf("brought"), fileOf(string(key))
	if r.uploaded[name] == "" {
		f, err := r.l.MediaUpload(r.ctx, admin, clinic, "договор.txt", "text/plain", bytes.NewReader(fileOf("brought")))
		if r.l.fate.pass("keep taken") || err != nil {
			_, err = r.heard(err)
			return err
		}
		r.uploaded[name] = f.ID
	}
	res, err := r.l.SendMedia(r.ctx, admin, schema.SendMediaRequest{Line: clinic, Key: key, Chat: r.customer.Number(), As: schema.AsDocument, Caption: "Ваши файлы " + mark,
		Attachments: []schema.Attachment{{MediaID: r.uploaded[name]}, {URL: r.h.host.server.URL + "/files/" + string(key), Title: "«" + string(second) + "»"}}})
	if err != nil || r.l.fate.ended() {
		_, err = r.heard(err)
		return err
	}
	for _, part := range res.Messages {
		if err := r.answered(part, nil); err != nil {
			return err
		}
	}
	for _, m := range r.sent {
		if _, err := r.customer.Wait(r.ctx, m.is); err != nil {
			return fmt.Errorf("the customer does not see the file of %s: %w", m.key, err)
		}
	}
	return nil
}

// change has the host change a message.
func (r *run) change(name, target string, fn func(ref *schema.MessageRef, key schema.Key) (schema.SendResult, error)) error {
	key, _ := r.expect(name, false)
	r.sent[slices.IndexFunc(r.sent, func(m message) bool { return m.key == key })].quiet = true
	return r.answered(fn(&schema.MessageRef{Key: r.key(target)}, key))
}

func (r *run) edit(name, target, text string) error {
	return r.change(name, target, func(ref *schema.MessageRef, key schema.Key) (schema.SendResult, error) {
		return r.l.MessageEdit(r.ctx, admin, schema.MessageEditRequest{Line: clinic, Key: key, Message: ref, Text: text})
	})
}

func (r *run) react(name, target, emoji string) error {
	return r.change(name, target, func(ref *schema.MessageRef, key schema.Key) (schema.SendResult, error) {
		return r.l.MessageReact(r.ctx, admin, schema.MessageReactRequest{Line: clinic, Key: key, Message: ref, Emoji: emoji})
	})
}

// changes has the host edit and delete, and react twice.
func (r *run) changes() error {
	if err := r.text("m"); err != nil {
		return err
	}
	mark := "«" + string(r.key("m")) + "»"
	first, last := "Исправлено "+mark, "Исправлено ещё раз "+mark
	for _, step := range []func() error{
		func() error { return r.edit("e1", "m", first) },
		func() error { return r.react("r1", "m", "👍") },
		func() error { return r.text("d") },
		func() error {
			return r.change("x", "d", func(ref *schema.MessageRef, key schema.Key) (schema.SendResult, error) {
				return r.l.MessageDelete(r.ctx, admin, schema.MessageDeleteRequest{Line: clinic, Key: key, Message: ref})
			})
		},
		func() error { return r.edit("e2", "m", last) },
		func() error { return r.react("r2", "m", "❤️") },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	for i := range r.sent {
		r.sent[i].gone = r.sent[i].key == r.key("d")
	}
	look := func() error {
		for _, m := range r.customer.Messages(r.h.owner.Number()) {
			if !m.FromMe && strings.Contains(m.Body, mark) {
				if m.Body == last && m.Edited && len(m.Reactions) == 1 && m.Reactions[0].Emoji == "❤️" {
					return nil
				}
				return fmt.Errorf("the message shows as %q with %v", m.Body, m.Reactions)
			}
		}
		return fmt.Errorf("%s does not show", mark)
	}
	r.looks = []func() error{look}
	return wait.For(r.ctx, look)
}

// turns has the host ask a robot's question and one behind it, and move the item.
func (r *run) turns() error {
	if err := r.askWith("q1", func(q *schema.AskRequest) { q.Kind, q.Item, q.Stage = schema.AskRobot, r.id, "new" }); err != nil {
		return err
	}
	if err := r.askWith("q2", func(q *schema.AskRequest) { q.Supersede = schema.SupersedeQueue }); err != nil {
		return err
	}
	if _, err := r.shown("q1"); err != nil {
		return err
	}
	if !r.done["moved"] && r.sees("q2") {
		return errors.New("the second question shows, and the first is open")
	}
	r.done["moved"] = true
	if _, err := r.l.ItemMoved(r.ctx, admin, schema.ItemMovedRequest{Line: clinic, Item: r.id, Stage: "won"}); err != nil || r.l.fate.ended() {
		_, err = r.heard(err)
		return err
	}
	if err := r.outcome("q1", schema.OutcomeCancelled); err != nil {
		return err
	}
	if _, err := r.shown("q2"); err != nil {
		return err
	}
	if err := r.writes("1"); err != nil {
		return err
	}
	return r.outcome("q2", schema.OutcomeButton)
}

// sees reports whether the customer has a message now.
func (r *run) sees(name string) bool {
	mark := "«" + string(r.key(name)) + "»"
	return slices.ContainsFunc(r.customer.Messages(r.h.owner.Number()), func(m sandbox.Message) bool { return !m.FromMe && strings.Contains(m.Body, mark) })
}

// missed has the host ask for a number; the customer misses once, and is asked again.
func (r *run) missed() error {
	again := r.key("q!1")
	retry := "Напишите числом «" + string(again) + "»"
	err := r.askWith("q", func(q *schema.AskRequest) {
		q.Buttons, q.Answer = nil, &schema.AnswerRule{Kind: schema.AnswerNumber, Tries: 3, RetryText: retry}
	})
	if err != nil {
		return err
	}
	if len(r.sent) == 1 {
		r.sent = append(r.sent, message{key: again, mark: "«" + string(again) + "»"})
	}
	if _, err := r.shown("q"); err != nil {
		return err
	}
	if err := r.writes("много"); err != nil {
		return err
	}
	if _, err := r.shown("q!1"); err != nil {
		return err
	}
	if err := r.writes("12,5"); err != nil {
		return err
	}
	if err := r.outcome("q", schema.OutcomeAnswered); err != nil {
		return err
	}
	a, err := r.l.AskGet(r.ctx, admin, schema.AskGetRequest{Line: clinic, ID: r.key("q")})
	if err == nil && (a.Misses != 1 || a.Outcome.Answer == nil || a.Outcome.Answer.Value != "12.5") {
		err = fmt.Errorf("one answer missed and one fits; the ask says %s", text(a))
	}
	return err
}
