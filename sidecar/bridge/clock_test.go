package bridge_test

import (
	"context"
	"database/sql"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// fill writes count asks that wait, with their messages, into the stopped rig's
// file, much faster than asking does. Their deadlines are from, from + step, ...
func (r *rig) fill(count int, from time.Time, step time.Duration) {
	r.t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(r.dir, "nodeline.db"))
	if err != nil {
		r.t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	ms := from.UnixMilli()
	for _, q := range []string{
		`create temp table n as with recursive n(i) as (select 1 union all select i + 1 from n where i < ?1) select i from n`,
		`insert into outbox (line, seq, key, hash, wa_id, ask, phones, chat_phone, chat_lid, chat_jid, payload, rendering, reason,
			status, status_at, code, server, settled, created, sent_at)
			select 'clinic', i, 'q' || i, x'00', '3EB0' || i, 1, '', '+7' || (9000000000 + i), i || '@lid', i || '@lid', x'00', 'numbered', 'auto',
			'sent', ?2, '', 0, 1, ?2, ?2 from n`,
		`insert into ask (line, seq, id, wa_id, chat_phone, chat_lid, chat_jid, buttons, state, open, lang, created, deadline, host, node, asked)
			select 'clinic', i, 'q' || i, '3EB0' || i, '+7' || (9000000000 + i), i || '@lid', i || '@lid', '[{"id":"b1","text":"Да"}]', 'waiting', 1, 'ru',
			?2, ?3 + ?4 * i, 'red', 'n1', ?2 from n`,
		`update line set out_seq = ?1`,
	} {
		if _, err := db.Exec(q, count, ms, ms, step.Milliseconds()); err != nil {
			r.t.Fatal(err)
		}
	}
}

// counting is a store that counts its transactions.
type counting struct {
	bridge.Store
	reads, writes atomic.Int64
}

func (c *counting) Read(ctx context.Context, fn func(bridge.View) error) error {
	c.reads.Add(1)
	return c.Store.Read(ctx, fn)
}

func (c *counting) Write(ctx context.Context, fn func(bridge.Tx) error) error {
	c.writes.Add(1)
	return c.Store.Write(ctx, fn)
}

// counted starts a bridge of its own on the rig's store.
func (r *rig) counted(now func() time.Time) (*bridge.Bridge, *counting) {
	r.t.Helper()
	r.Stop()
	st := &counting{Store: r.store}
	b := bridge.New(bridge.Config{Store: st, Log: quiet(), Now: now})
	r.net.use(b)
	b.UseSessions(r.net)
	if err := b.Start(r.ctx()); err != nil {
		r.t.Fatal(err)
	}
	return b, st
}

func TestManyOpenAsksAreRowsAndNothingElse(t *testing.T) {
	const many, due = 20_000, 1_000
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		r.stop()
		began := time.Now()
		few := runtime.NumGoroutine()
		r.fill(many, began.Add(time.Hour), time.Millisecond)
		r = startRig(t, r.dir, r.net, bridge.Timing{})
		synctest.Wait()
		if n := runtime.NumGoroutine(); n > few+20 {
			t.Errorf("%d goroutines with %d open asks, %d without store", n, many, few)
		}
		time.Sleep(time.Until(began.Add(time.Hour + due*time.Millisecond)))
		synctest.Wait()
		list := r.outcomes()
		for i := range list[1:] {
			if !list[i].Ask.Deadline.Before(list[i+1].Ask.Deadline) {
				t.Fatalf("%s ended before %s", list[i].Ask.ID, list[i+1].Ask.ID)
			}
		}
		if n, err := r.DeliveryCounts(t.Context()); n.Open != due || err != nil {
			t.Errorf("%d outcomes, %v; %d are due", n, err, due)
		}
	})
}

func TestTheClockLeavesTheStoreAloneUntilSomethingIsDue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		r.ask("day")
		var apart atomic.Int64
		b, st := r.counted(func() time.Time { return time.Now().Add(time.Duration(apart.Load())) })
		defer b.Stop()
		time.Sleep(2 * time.Minute) // past the first forgetting
		synctest.Wait()
		before := st.reads.Load() + st.writes.Load()
		time.Sleep(50 * time.Minute) // less than the pause between two forgettings
		if n := st.reads.Load() + st.writes.Load() - before; n != 0 {
			t.Errorf("%d transactions while nothing was due", n)
		}
		// A clock that was set back has nothing to do either, however often it looks.
		apart.Store(int64(-time.Hour))
		time.Sleep(5 * time.Minute)
		if n := st.reads.Load() + st.writes.Load() - before; n != 0 {
			t.Errorf("%d transactions after the clock was set back", n)
		}
	})
}

// A line whose asks wait for it to come back holds up no other line's.
func TestALineThatIsAwayHoldsUpItsOwnDeadlinesOnly(t *testing.T) {
	const other = schema.LineID("other")
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		if _, err := r.LineCreate(t.Context(), admin, schema.LineCreateRequest{ID: other, Name: "Other", Region: "RU"}); err != nil {
			t.Fatal(err)
		}
		r.net.linked(other)
		r.ask("q1", in(60))
		if _, err := r.Ask(t.Context(), admin, askRequest("q1", in(61), func(q *schema.AskRequest) { q.Line = other })); err != nil {
			t.Fatal(err)
		}
		r.net.report(theLine, schema.LineReconnecting, "acc:1")
		time.Sleep(62 * time.Second)
		r.wantState("q1", schema.AskWaiting)
		got, err := r.AskGet(t.Context(), admin, schema.AskGetRequest{Line: other, ID: "q1"})
		if err != nil || got.State != schema.AskNoAnswer {
			t.Errorf("%+v, %v", got, err)
		}
		if _, err := r.LineRemove(t.Context(), admin, schema.LineRequest{Line: theLine}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour) // what is known of a line goes with it
	})
}
