package bridge_test

import (
	"encoding/json"
	"slices"
	"testing/synctest"

	"pgregory.net/rapid"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// memory is what an earlier check saw.
type memory struct {
	walks    *walks
	cursor   int64                    // of the newest event that was looked at
	status   map[schema.Key]string    // of each message, by its events
	events   map[schema.MessageID]int // of incoming messages
	message  map[schema.Key]bridge.MessageRecord
	ask      map[schema.Key]bridge.AskRecord
	outcomes map[schema.Key]schema.DeliveryID
	settled  map[schema.Key]int // tries when it was settled first
}

func newMemory() memory {
	return memory{status: map[schema.Key]string{}, events: map[schema.MessageID]int{}, message: map[schema.Key]bridge.MessageRecord{},
		ask: map[schema.Key]bridge.AskRecord{}, outcomes: map[schema.Key]schema.DeliveryID{}, settled: map[schema.Key]int{}}
}

// stored reads a message as it is kept.
func (m *machines) stored(key schema.Key) (rec bridge.MessageRecord, ok bool, err error) {
	err = m.r.store.Read(m.tb.Context(), func(v bridge.View) (err error) {
		rec, ok, err = v.Message(theLine, key)
		return err
	})
	if err != nil {
		m.tb.Fatal(err)
	}
	return rec, ok, err
}

// Check holds what is stored to what was stored, and to what the phones have.
func (m *machines) Check(t *rapid.T) {
	synctest.Wait()
	m.checkEvents()
	tries := m.sky.tries()
	for _, q := range m.asked {
		if rec, ok, _ := m.stored(q.key); ok {
			m.checkMessage(q, rec, tries)
			m.checkTold(q, rec)
		}
	}
	m.checkOrder(tries)
	m.checkAsks()
	m.checkLine()
}

// rank is the order in which a message's status may move; bridge has its own.
var rank = map[schema.MessageStatus]int{schema.StatusQueued: 0, schema.StatusSending: 1, schema.StatusUnknown: 2,
	schema.StatusFailed: 3, schema.StatusSent: 4, schema.StatusDelivered: 5, schema.StatusRead: 6, schema.StatusPlayed: 7}

func (m *machines) checkMessage(q request, rec bridge.MessageRecord, tries []schema.Key) {
	was, known := m.seen.message[q.key]
	m.seen.message[q.key] = rec
	switch {
	case known && rank[rec.Status] < rank[was.Status]:
		m.tb.Fatalf("%s was %s and is %s", q.key, was.Status, rec.Status)
	case known && was.Settled && !rec.Settled:
		m.tb.Fatalf("%s was settled and is not", q.key)
	case known && was.ID != rec.ID && was.Rendering == rec.Rendering:
		m.tb.Fatalf("%s was %s and is %s", q.key, was.ID, rec.ID)
	case rank[rec.Status] >= rank[schema.StatusSent] && !m.sky.has(rec.ID):
		m.tb.Fatalf("%s is %s, and no phone has it", q.key, rec.Status)
	case rec.Status == schema.StatusFailed && m.sky.has(rec.ID):
		m.tb.Fatalf("%s is failed, and a phone has it", q.key)
	case was.ID != "" && was.ID != rec.ID && m.sky.has(was.ID):
		m.tb.Fatalf("%s has a second id, and a phone has the first", q.key)
	case m.seen.status[q.key] != "" && m.seen.status[q.key] != string(rec.Status):
		m.tb.Fatalf("%s is %s, its events say %s", q.key, rec.Status, m.seen.status[q.key])
	}
	made := count(tries, q.key)
	if before, ok := m.seen.settled[q.key]; ok && before != made {
		m.tb.Fatalf("%s was tried again after it was settled as %s", q.key, rec.Status)
	}
	if rec.Settled {
		m.seen.settled[q.key] = made
	}
}

func count(list []schema.Key, key schema.Key) (n int) {
	for _, k := range list {
		if k == key {
			n++
		}
	}
	return n
}

// checkTold: what a host was told is not taken back.
func (m *machines) checkTold(q request, rec bridge.MessageRecord) {
	m.mu.Lock()
	told, ok := m.told[q.key]
	m.mu.Unlock()
	if ok && (rank[rec.Status] < rank[told.Status] && told.Status != schema.StatusSending || told.MessageID != rec.ID && told.Rendering == rec.Rendering) {
		m.tb.Fatalf("the host was told %+v, and it is %+v", told, rec)
	}
}

// checkOrder: in a chat no message is tried before an earlier one was.
func (m *machines) checkOrder(tries []schema.Key) {
	last := map[string]bridge.MessageRecord{}
	var begun []schema.Key
	for _, key := range tries {
		if slices.Contains(begun, key) {
			continue
		}
		begun = append(begun, key)
		rec := m.seen.message[key]
		i := slices.IndexFunc(m.asked, func(q request) bool { return q.key == key })
		if i < 0 || m.asked[i].supersede == schema.SupersedeQueue {
			continue // a question once more; one whose turn came later
		}
		if before := last[m.asked[i].chat]; before.Seq > rec.Seq {
			m.tb.Fatalf("%s was tried after %s, in one chat", key, before.Key)
		}
		last[m.asked[i].chat] = rec
	}
}

func (m *machines) checkAsks() {
	open := map[schema.Key][]schema.Delivery{}
	for _, d := range m.r.outcomes() {
		open[d.Ask.ID] = append(open[d.Ask.ID], d)
	}
	for _, q := range m.asked {
		if !q.ask {
			continue
		}
		var rec bridge.AskRecord
		var ok bool
		if err := m.r.store.Read(m.tb.Context(), func(v bridge.View) (err error) {
			rec, ok, err = v.Ask(theLine, q.key)
			return err
		}); err != nil {
			m.tb.Fatal(err)
		}
		if ok {
			m.checkAsk(q.key, rec, open[q.key])
		}
	}
	for _, q := range m.asked {
		if rec := m.seen.ask[q.key]; rec.ID != "" {
			m.checkTurn(q, rec)
		}
	}
}

// checkTurn: what is behind another waits for one that is open and of before, and
// is not tried; what took the place of others left none of them open.
func (m *machines) checkTurn(q request, rec bridge.AskRecord) {
	earlier := map[schema.Key]bool{}
	for _, other := range m.asked {
		if a := m.seen.ask[other.key]; other.ask && other.chat == q.chat && a.ID != "" && !a.State.Final() && a.Message.Seq < rec.Message.Seq {
			earlier[other.key] = true
		}
	}
	switch {
	case rec.Behind != "" && !rec.State.Final() && (!earlier[rec.Behind] || !rec.Message.Held || count(m.sky.tries(), q.key) > 0):
		m.tb.Fatalf("%s is behind %s, held %t; open before it: %v", q.key, rec.Behind, rec.Message.Held, earlier)
	case rec.Behind == "" && rec.Message.Held:
		m.tb.Fatalf("%s is behind none, and its message is held", q.key)
	case q.supersede == schema.SupersedeReplace && len(earlier) > 0:
		m.tb.Fatalf("%s took the place of those before it, and %v are open", q.key, earlier)
	case q.rule == nil && rec.Misses > 0, rec.Misses >= 2:
		m.tb.Fatalf("%s counts %d misses", q.key, rec.Misses)
	}
	if rec.Misses > 0 {
		if _, ok, _ := m.stored(q.key + "!1"); !ok {
			m.tb.Fatalf("%s counts a miss, and does not ask again", q.key)
		}
	}
}

func (m *machines) checkAsk(key schema.Key, rec bridge.AskRecord, deliveries []schema.Delivery) {
	was, known := m.seen.ask[key]
	m.seen.ask[key] = rec
	if !known {
		was.State = schema.AskSending
	}
	m.seen.walks.step("Ask", string(was.State), string(rec.State))
	switch {
	case was.State.Final() && (rec.State != was.State || asJSON(rec.Outcome) != asJSON(was.Outcome)):
		m.tb.Fatalf("the end of %s was %s %s and is %s %s", key, was.State, asJSON(was.Outcome), rec.State, asJSON(rec.Outcome))
	case was.State == schema.AskWaiting && rec.State == schema.AskSending:
		m.tb.Fatalf("%s waited and is sending again", key)
	case rec.State.Final() != (rec.Outcome != nil), rec.State.Final() != (len(deliveries) == 1), len(deliveries) > 1:
		m.tb.Fatalf("%s is %s with the outcome %s and %d deliveries", key, rec.State, asJSON(rec.Outcome), len(deliveries))
	case m.want[key] && !rec.State.Final():
		m.tb.Fatalf("%s is still %s", key, rec.State)
	case rec.State == schema.AskFailed && rec.Message.Status != schema.StatusFailed:
		m.tb.Fatalf("%s is failed, its message %s", key, rec.Message.Status)
	case rec.State == schema.AskWaiting && (!rec.Message.Settled || rec.Message.Status == schema.StatusFailed):
		m.tb.Fatalf("%s is waiting, its message %s", key, rec.Message.Status)
	}
	if !rec.State.Final() {
		return
	}
	d := deliveries[0]
	if first, ok := m.seen.outcomes[key]; ok && first != d.ID {
		m.tb.Fatalf("%s has the deliveries %s and %s", key, first, d.ID)
	}
	m.seen.outcomes[key] = d.ID
	if asJSON(d.Ask.Outcome) != asJSON(rec.Outcome) {
		m.tb.Fatalf("%s: its delivery says %s, it is %s", key, asJSON(d.Ask.Outcome), asJSON(rec.Outcome))
	}
}

func asJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// checkEvents reads what is new in the log.
func (m *machines) checkEvents() {
	for {
		page, err := m.r.EventList(m.tb.Context(), admin, schema.EventListRequest{Line: theLine, After: m.seen.cursor, Count: 200})
		if err != nil {
			m.tb.Fatal(err)
		}
		if len(page.Events) == 0 {
			break
		}
		for _, e := range page.Events {
			if e.Cursor != m.seen.cursor+1 {
				m.tb.Fatalf("after the event %d comes %d", m.seen.cursor, e.Cursor)
			}
			m.seen.cursor = e.Cursor
			m.checkEvent(e)
		}
	}
	for _, l := range m.came {
		if n := m.seen.events[l.in.ID]; n != 1 {
			m.tb.Fatalf("%s has %d events", l.in.ID, n)
		}
	}
}

func (m *machines) checkEvent(e schema.Event) {
	switch e.Kind {
	case schema.EventMessage:
		m.seen.events[e.Message.ID]++
	case schema.EventStatus:
		was := m.seen.status[e.Status.Key]
		if was == "" {
			was = string(schema.StatusQueued)
		}
		is := string(e.Status.Status)
		if rank[schema.MessageStatus(was)] >= rank[e.Status.Status] {
			m.tb.Fatalf("an event says that %s is %s, after %s", e.Status.Key, is, was)
		}
		m.seen.status[e.Status.Key] = is
		m.seen.walks.step("Message", was, is)
	}
}

// checkLine: the line is where the network said it is.
func (m *machines) checkLine() {
	l, err := m.r.LineStatus(m.tb.Context(), admin, schema.LineRequest{Line: theLine})
	if err != nil {
		m.tb.Fatal(err)
	}
	if l.State != m.line {
		m.tb.Fatalf("the line is %s, the network said %s", l.State, m.line)
	}
}

// checkEnd: after a day of fine weather nothing is left to do.
func (m *machines) checkEnd() {
	for _, q := range m.asked {
		rec, ok, _ := m.stored(q.key)
		if !ok {
			continue
		}
		if !rec.Settled {
			m.tb.Fatalf("%s is still %s", q.key, rec.Status)
		}
		if a := m.seen.ask[q.key]; q.ask && !a.State.Final() {
			m.tb.Fatalf("%s is still %s", q.key, a.State)
		}
	}
}
