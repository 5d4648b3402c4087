package bridge

import (
	"fmt"
	"time"

	"github.com/nodeline/nodeline/schema"
)

// moment is how long a call waits, at the most, for a message that waits for its pace.
const moment = time.Second

var waitTexts = map[schema.WaitKind]schema.Text{
	schema.WaitLine: {
		En: "The line is not connected to WhatsApp; the message goes when it is.",
		Ru: "Линия не подключена к WhatsApp; сообщение уйдёт, когда она подключится."},
	schema.WaitPause: {
		En: "The line is paused; the message goes when it is resumed.",
		Ru: "Линия приостановлена; сообщение уйдёт, когда её возобновят."},
	schema.WaitAsk: {
		En: "An earlier question in the same chat has no outcome yet; this one is asked after it.",
		Ru: "У предыдущего вопроса в этом диалоге ещё нет итога; этот будет задан после него."},
	schema.WaitEarlier: {
		En: "A message before it in the same chat goes first.",
		Ru: "Сначала уйдёт предыдущее сообщение в этот диалог."},
	schema.WaitRecipientPace: {
		En: "The pace of messages to one recipient, which keeps the account from being blocked.",
		Ru: "Темп сообщений одному получателю: он бережёт аккаунт от блокировки."},
	schema.WaitLinePace: {
		En: "The pace of the line's messages, which keeps the account from being blocked.",
		Ru: "Темп сообщений линии: он бережёт аккаунт от блокировки."},
	schema.WaitReceipt: {
		En: "An earlier try may have gone: a receipt is waited for, then it is tried again under the same id.",
		Ru: "Прежняя попытка могла удаться: ожидается подтверждение, затем повтор под тем же номером."},
	schema.WaitFile: {
		En: "Its file is being fetched, or uploaded to WhatsApp.",
		Ru: "Файл загружается или передаётся в WhatsApp."},
	schema.WaitRetry: {
		En: "The last try did not succeed; the next one follows.",
		Ru: "Последняя попытка не удалась; скоро будет следующая."},
}

// waitsOf says what a stored message waits for; nil: nothing.
func (o *owner) waitsOf(m MessageRecord, lang schema.Lang) *schema.Wait {
	if m.Held && !m.Settled {
		return &schema.Wait{Kind: schema.WaitAsk, Text: waitTexts[schema.WaitAsk].In(lang)}
	}
	return o.waits(m.Key, lang)
}

// waits says what a message waits for; nil: nothing, or nothing any more.
func (o *owner) waits(key schema.Key, lang schema.Lang) *schema.Wait {
	o.mu.Lock()
	defer o.mu.Unlock()
	p := o.live[key]
	if p == nil {
		return nil
	}
	kind, until := o.waiting(p, time.Now())
	if kind == "" {
		return nil
	}
	w := &schema.Wait{Kind: kind, Text: waitTexts[kind].In(lang)}
	if at := p.progress; kind == schema.WaitFile && at.Total > 0 {
		w.Text += schema.Text{En: fmt.Sprintf(" %.1f of %.1f MB.", megabytes(at.Done), megabytes(at.Total)),
			Ru: fmt.Sprintf(" %.1f из %.1f МБ.", megabytes(at.Done), megabytes(at.Total))}.In(lang)
	}
	if !until.IsZero() {
		until = until.UTC().Truncate(time.Millisecond)
		w.Until = &until
	}
	return w
}

// waiting is what a message waits for, and not before when that ends, zero if that
// is not known. The caller holds mu.
func (o *owner) waiting(p *pending, now time.Time) (kind schema.WaitKind, until time.Time) {
	c := p.chat
	switch {
	case c == nil || p.trying || p.rec.Settled:
		return "", until
	case !o.rec.PausedAt.IsZero():
		return schema.WaitPause, until
	case o.rec.State != schema.LineConnected:
		return schema.WaitLine, until
	case c.queue[0] != p:
		return schema.WaitEarlier, until
	case p.rec.Stage != "":
		return schema.WaitFile, until
	case c.heap == &o.chats.waiting && c.at.After(now):
		_, kind = o.opens(c, now)
		return kind, c.at
	case o.brake.After(now):
		return schema.WaitRetry, o.brake
	case c.class() != dialogue:
		if open := o.pace.lineOpen(); open.After(now) {
			return schema.WaitLinePace, open
		}
	}
	return "", until
}

// slow reports whether a message will not be tried within a moment because of its
// pace or a pause, so that nobody should wait for it.
func (o *owner) slow(p *pending) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	now := time.Now()
	if p.chat == nil {
		return false
	}
	kind, until := o.waiting(p, now)
	switch kind {
	case schema.WaitPause:
		return true
	case schema.WaitEarlier:
		head := p.chat.queue[0]
		kind, until = o.waiting(head, now)
		return (kind == schema.WaitRecipientPace || kind == schema.WaitLinePace) && until.Sub(now) > moment
	case schema.WaitRecipientPace:
		return until.Sub(now) > moment
	case "", schema.WaitLinePace:
		if p.chat.class() == dialogue || !o.pace.on || p.trying {
			return false
		}
		// Every chat before it takes the line's pace once.
		before := 0
		for k := dialogue; k <= p.chat.class(); k++ {
			before += o.chats.ready[k].Len()
		}
		at := o.pace.lineOpen().Add(time.Duration(max(before-1, 0)) * o.pace.line.every)
		return at.Sub(now) > moment
	}
	return false
}

// waitCounts counts a line's messages by what they wait for, in the order of the kinds.
func (o *owner) waitCounts(lang schema.Lang) []schema.WaitCount {
	o.mu.Lock()
	counts, now := map[schema.WaitKind]int{}, time.Now()
	seen := map[*chat]bool{}
	for _, c := range o.chats.byName {
		if seen[c] || len(c.queue) == 0 {
			continue
		}
		seen[c] = true
		kind, _ := o.waiting(c.queue[0], now)
		counts[kind]++
		rest, _ := o.waiting(c.queue[len(c.queue)-1], now)
		counts[rest] += len(c.queue) - 1
	}
	o.mu.Unlock()
	var list []schema.WaitCount
	for _, kind := range []schema.WaitKind{schema.WaitLine, schema.WaitPause, schema.WaitEarlier, schema.WaitRecipientPace,
		schema.WaitLinePace, schema.WaitReceipt, schema.WaitRetry, schema.WaitFile} {
		if counts[kind] > 0 {
			list = append(list, schema.WaitCount{Kind: kind, Count: counts[kind], Text: waitTexts[kind].In(lang)})
		}
	}
	return list
}

func megabytes(n int64) float64 { return float64(n) / (1 << 20) }
