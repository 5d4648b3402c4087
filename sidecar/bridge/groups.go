package bridge

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/nodeline/nodeline/schema"
)

// groupsFor is how long a list of groups is believed where the caller does not say.
const groupsFor = time.Hour

// groupList is what WhatsApp said of a line's groups when it was last asked. Its
// place in asking is taken while it is: who asks at the same time gets the same answer.
type groupList struct {
	asking chan struct{} // cap 1

	mu      sync.Mutex
	list    []schema.Group
	at      time.Time // zero: nothing is known
	account string    // whose groups they are

	subjects map[string]string // by JID, what was learnt last
}

// call remembers what a group is called.
func (g *groupList) call(jid, subject string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.subjects == nil {
		g.subjects = map[string]string{}
	}
	g.subjects[jid] = subject
}

// subject is what a group is called, "" where that is not known.
func (g *groupList) subject(jid string) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.subjects[jid]
}

// entitle gives a group that is listed as a chat its subject.
func entitle(tx Tx, line schema.LineID, group schema.Address, subject string) error {
	rec, ok, err := tx.Chat(line, group)
	if err != nil || !ok || rec.Title == subject {
		return err
	}
	rec.Title = subject
	return tx.PutChat(rec)
}

// forget has WhatsApp asked anew: something has changed.
func (g *groupList) forget() {
	g.mu.Lock()
	g.at = time.Time{}
	g.mu.Unlock()
}

func (g *groupList) known(account string) ([]schema.Group, time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.account != account {
		g.at = time.Time{}
	}
	return g.list, g.at
}

// GroupList implements API.
func (b *Bridge) GroupList(ctx context.Context, c Caller, r schema.GroupListRequest) (schema.GroupListResult, error) {
	o, err := b.owner(r.Line, c.Lang)
	if err != nil {
		return schema.GroupListResult{}, err
	}
	if rec := o.line(); rec.State == schema.LineReplaced || !rec.State.Linked() {
		return schema.GroupListResult{}, refusal(rec, c.Lang)
	}
	skip, err := pageBefore(r.Before, c.Lang)
	if err != nil {
		return schema.GroupListResult{}, err
	}
	limited, cancel := within(ctx, r.TimeLimit)
	defer cancel()
	list, at, err := b.groups(limited, o, cmp.Or(seconds(r.MaxAge), groupsFor))
	if err != nil {
		return schema.GroupListResult{}, b.timedOut(ctx, limited, c.Lang, b.checkFailed("list groups", c.Lang, err))
	}
	out := schema.GroupListResult{Groups: []schema.Group{}, CheckedAt: at}
	want := strings.ToLower(r.Query)
	for _, g := range list {
		if strings.Contains(strings.ToLower(g.Subject), want) || g.Chat.JID == want {
			out.Groups = append(out.Groups, g)
		}
	}
	out.Groups = out.Groups[min(int(skip), len(out.Groups)):]
	if count := pageSize(r.Count); len(out.Groups) > count {
		out.Groups, out.Next = out.Groups[:count], strconv.FormatInt(skip+int64(count), 10)
	}
	return out, nil
}

// groups lists a line's groups by subject, from memory where that is new enough.
func (b *Bridge) groups(ctx context.Context, o *owner, age time.Duration) ([]schema.Group, time.Time, error) {
	g := &o.groups
	select {
	case g.asking <- struct{}{}:
		defer func() { <-g.asking }()
	case <-ctx.Done():
		return nil, time.Time{}, fmt.Errorf("list groups: %w", ctx.Err())
	}
	account := o.line().Account
	if list, at := g.known(account); !at.IsZero() && b.now().Sub(at) < age {
		return list, at, nil
	}
	if !o.until(ctx, b.timing.FirstTry, func() bool { return o.rec.State == schema.LineConnected }) {
		return nil, time.Time{}, ErrOffline
	}
	g.mu.Lock()
	before := b.now()
	g.at, g.account = before, account // forget tells below that something changed while WhatsApp was asked
	g.mu.Unlock()
	list, err := b.sessions.Groups(ctx, o.id)
	if err != nil {
		g.forget()
		return nil, time.Time{}, err
	}
	slices.SortFunc(list, func(a, b schema.Group) int {
		return cmp.Or(strings.Compare(strings.ToLower(a.Subject), strings.ToLower(b.Subject)), strings.Compare(a.Chat.JID, b.Chat.JID))
	})
	g.mu.Lock()
	g.list = list
	g.mu.Unlock()
	for _, group := range list {
		g.call(group.Chat.JID, group.Subject)
	}
	if err := b.entitleAll(ctx, o.id, list); err != nil {
		b.log.Error("write subjects of groups", "line", o.id, "error", err)
	}
	return list, before, nil
}

// entitleAll gives those groups that are listed as chats their subjects.
func (b *Bridge) entitleAll(ctx context.Context, line schema.LineID, list []schema.Group) error {
	var changed []schema.Group
	err := b.store.Read(ctx, func(v View) error {
		for _, g := range list {
			rec, ok, err := v.Chat(line, g.Chat)
			if err != nil {
				return err
			}
			if ok && rec.Title != g.Subject {
				changed = append(changed, g)
			}
		}
		return nil
	})
	if err != nil || len(changed) == 0 {
		return err
	}
	return b.store.Write(ctx, func(tx Tx) error {
		for _, g := range changed {
			if err := entitle(tx, line, g.Chat, g.Subject); err != nil {
				return err
			}
		}
		return nil
	})
}
