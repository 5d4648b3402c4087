package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/nodeline/nodeline/e2e/chaos/judge"
	"github.com/nodeline/nodeline/schema"
)

// stillFor: when so long nothing was heard, or nothing got better, nothing will.
const stillFor = 40 * time.Second

// chaos is one run, from the first process to the last word.
func chaos(ctx context.Context, o options) (good bool, err error) {
	r := &run{opt: o, calls: map[schema.Key]*call{}, net: &network{news: map[string]chan struct{}{}, sums: map[string]string{}}, ledger: newLedger(), chats: map[judge.Chat]string{}, faults: map[string]int{}}
	r.say("seed %d: again with  just chaos --seed %d --seconds %g --lines %d --hosts %d --phones %d", o.seed, o.seed, o.length.Seconds(), o.lines, o.hosts, o.phones)
	logs, err := filepath.Abs(filepath.Join(o.logs, fmt.Sprintf("seed-%d", o.seed)))
	if err == nil {
		err = os.RemoveAll(logs)
	}
	if err == nil {
		err = os.MkdirAll(filepath.Join(logs, "disk"), 0o700)
	}
	if err != nil {
		return false, err
	}
	r.dir = logs
	if r.log, err = os.Create(filepath.Join(logs, "sidecar.log")); err != nil {
		return false, err
	}
	defer func() { _ = r.log.Close() }()
	r.disk, r.small = newDisk(filepath.Join(logs, "disk"))
	defer r.disk.close()
	if r.hooks, err = newHooks(r); err != nil {
		return false, err
	}
	defer r.hooks.close()
	sandbox, l, err := r.prepare(ctx)
	defer func() {
		for _, p := range []*life{l, sandbox} {
			if p != nil {
				p.kill()
			}
		}
	}()
	if err != nil {
		return false, err
	}
	if l, err = r.storm(ctx, l); err != nil {
		return false, err
	}
	found, last, err := r.verdict(ctx, l)
	l = last
	if err != nil {
		return false, err
	}
	repeats, err := r.net.repeats(ctx)
	if err != nil {
		return false, err
	}
	r.report(repeats)
	return r.close(found), nil
}

// storm has everybody talk while everything breaks, then waits for what is under way.
func (r *run) storm(ctx context.Context, l *life) (*life, error) {
	all, end := context.WithCancel(ctx) // hosts and watchers live until the end of ctx: see verdict
	r.stopAll = end
	for _, h := range r.hosts {
		go h.run(all)
	}
	go func() {
		for all.Err() == nil {
			_ = r.net.watch(all, r.happened)
			r.net.wake("")
		}
	}()
	storm, over := context.WithTimeout(ctx, r.opt.length)
	defer over()
	var sky sync.WaitGroup
	sky.Go(func() { r.weather(storm) })
	sky.Go(func() { r.holders(storm) })
	sky.Go(func() { r.hooks.rotate(storm) })
	sky.Go(func() { r.pauses(storm) })
	go r.progress(storm)
	drain, enough := context.WithCancel(ctx)
	defer enough()
	var talks sync.WaitGroup
	for _, t := range r.talks {
		talks.Go(func() { t.loop(storm, drain) })
	}
	l, err := r.lives(storm, l)
	if err != nil {
		return l, err
	}
	sky.Wait()
	if ctx.Err() != nil {
		return l, ctx.Err()
	}
	r.say("the storm is over; what is under way comes to its end")
	r.calm.Store(true)
	r.clear(ctx)
	for _, t := range r.talks {
		r.online(ctx, t.chat.Phone, true)
	}
	if l, err = r.rebirth(ctx, l); err != nil {
		return l, err
	}
	for _, line := range r.lines {
		r.resume(ctx, line.id)
	}
	began := time.Now()
	ended := make(chan struct{})
	go func() {
		talks.Wait()
		close(ended)
	}()
	if r.ledger.still(ctx, ended, stillFor) && ctx.Err() == nil {
		r.say("nothing happens any more, and some talks wait for their end")
	}
	enough()
	<-ended
	r.say("all talks ended after %s", time.Since(began).Round(time.Millisecond))
	return l, ctx.Err()
}

// rebirth kills a life and starts the next one in peace. Its clock is as far
// ahead as any was, so that no deadline is left that a wrong clock has set.
func (r *run) rebirth(ctx context.Context, l *life) (*life, error) {
	l.kill()
	r.count.kills.Add(1)
	clock := ""
	if r.opt.clockBinary != "" {
		clock = fmt.Sprintf("0:%d", clockSpan.Milliseconds())
	}
	l, err := r.start(clock)
	if err != nil {
		return l, err
	}
	if !r.ready(ctx, l) {
		return l, fmt.Errorf("the sidecar does not start any more: %v", l.err)
	}
	return l, nil
}

func (r *run) progress(ctx context.Context) {
	for ctx.Err() == nil {
		wait(ctx, 10*time.Second)
		t := r.ledger.tally()
		r.say("%d kills, %d messages, %d asks, %d incoming, %d events", r.count.kills.Load(), t.messages, t.asks, r.count.inbound.Load(), t.events)
	}
}

// verdict judges until nothing gets better any more, then looks every key up,
// kills the sidecar once more, and looks and judges again.
func (r *run) verdict(ctx context.Context, l *life) ([]judge.Violation, *life, error) {
	defer r.stopAll()
	found, err := r.settle(ctx, nil)
	if err != nil {
		return nil, l, err
	}
	for range 2 {
		kept, err := r.lookups(ctx)
		if err != nil {
			return nil, l, err
		}
		if found, err = r.settle(ctx, kept); err != nil || len(found) > 0 {
			return found, l, err
		}
		if l, err = r.rebirth(ctx, l); err != nil {
			return nil, l, err
		}
	}
	return found, l, nil
}

// settle judges again and again while it gets better.
func (r *run) settle(ctx context.Context, kept map[schema.Key]judge.Answer) (found []judge.Violation, err error) {
	fewest, since := -1, time.Now()
	for {
		shown, err := r.net.shown(ctx, r.chats)
		if err != nil {
			return nil, err
		}
		found = r.ledger.judge(shown, kept)
		if len(found) == 0 {
			return nil, nil
		}
		if fewest < 0 || len(found) < fewest {
			fewest, since = len(found), time.Now()
		}
		if time.Since(since) > stillFor || !curable(found) {
			return found, nil
		}
		wait(ctx, 500*time.Millisecond)
		if kept != nil {
			if kept, err = r.lookups(ctx); err != nil {
				return nil, err
			}
		}
	}
}

func curable(found []judge.Violation) bool {
	for _, v := range found {
		if v.Curable {
			return true
		}
	}
	return false
}

// lookups asks for every key that was accepted.
func (r *run) lookups(ctx context.Context) (map[schema.Key]judge.Answer, error) {
	kept := map[schema.Key]judge.Answer{}
	r.ledger.mu.Lock()
	todo := append([]*judge.Request(nil), r.ledger.records.Requests...)
	r.ledger.mu.Unlock()
	var (
		mu    sync.Mutex
		all   sync.WaitGroup
		wrong error
		next  = make(chan *judge.Request)
	)
	for range 8 {
		all.Go(func() {
			for q := range next {
				a, ok, err := r.lookUp(ctx, q)
				mu.Lock()
				if err != nil {
					wrong = err
				} else if ok {
					kept[q.Key] = a
				}
				mu.Unlock()
				if r.calls[q.Key] == nil || err != nil || !ok {
					continue
				}
				parts, err := r.lookUpParts(ctx, *r.calls[q.Key])
				mu.Lock()
				if err != nil {
					wrong = err
				}
				maps.Copy(kept, parts)
				mu.Unlock()
			}
		})
	}
	for _, q := range todo {
		if len(q.Answers) > 0 && q.Whole == nil {
			next <- q
		}
	}
	close(next)
	all.Wait()
	return kept, wrong
}

func (r *run) lookUp(ctx context.Context, q *judge.Request) (judge.Answer, bool, error) {
	c := lookup(q)
	for tries := 0; ; tries++ {
		var out json.RawMessage
		err := r.post(ctx, c.method, c.params, &out)
		if err == nil {
			a, err := read(q, out)
			if err == nil && q.Kind == judge.Ask && a.Status == schema.StatusUnknown {
				a.Server = r.refusal(ctx, q)
			}
			return a, true, err
		}
		if said, ok := err.(*refused); ok && (said.Data.Code == schema.CodeMessageNotFound || said.Data.Code == schema.CodeAskNotFound) {
			return judge.Answer{}, false, nil
		}
		if tries == 50 || ctx.Err() != nil {
			return judge.Answer{}, false, err
		}
		wait(ctx, 100*time.Millisecond)
	}
}

// refusal is WhatsApp's number for an ask's message; asks do not show it.
func (r *run) refusal(ctx context.Context, q *judge.Request) int {
	var m schema.SendResult
	err := r.post(ctx, "message.get", schema.MessageGetRequest{Line: q.Line, Key: q.Key}, &m)
	if err != nil || m.Error == nil {
		return 0
	}
	return m.Error.Server
}

// close prints the last word, and keeps logs and data of a bad run.
func (r *run) close(found []judge.Violation) bool {
	lost, doubled := 0, 0
	for _, v := range found {
		l, d := v.Rule.Count()
		if l {
			lost++
		}
		if d {
			doubled++
		}
	}
	t := r.ledger.tally()
	totals := fmt.Sprintf("seed=%d kills=%d messages=%d lost=%d doubled=%d unknown=%d", r.opt.seed, r.count.kills.Load(), t.messages+int(r.count.inbound.Load()), lost, doubled, len(t.doubts))
	if len(found) == 0 {
		if r.opt.keep {
			r.save(t)
		} else {
			_ = os.RemoveAll(r.dir)
		}
		_, _ = fmt.Fprintln(r.opt.out, "chaos: ok "+totals)
		return true
	}
	for i, v := range found {
		if i == 40 {
			r.say("... and %d more", len(found)-i)
			break
		}
		r.say("%s: %s: %s", v.Rule, v.What, v.Detail)
	}
	r.save(t)
	_, _ = fmt.Fprintf(r.opt.out, "chaos: FAILED %s violations=%d logs=%s\n", totals, len(found), r.dir)
	return false
}

// save keeps the sidecar's data, and the story of each message that stayed unknown.
func (r *run) save(t tally) {
	if err := r.disk.save(filepath.Join(r.dir, "saved")); err != nil {
		r.say("keep the data: %v", err)
	}
	if err := os.WriteFile(filepath.Join(r.dir, "unknown.txt"), []byte(stories(t.doubts)), 0o600); err != nil {
		r.say("keep what stayed unknown: %v", err)
	}
}
