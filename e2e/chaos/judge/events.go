package judge

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/nodeline/nodeline/schema"
)

// entry is a place in a line's log.
type entry struct {
	line   schema.LineID
	cursor int64
}

// heard is an incoming message as hosts know it.
type heard struct {
	line schema.LineID
	id   schema.MessageID
}

// events: each line's log is one, without gaps, the same for every host and in
// every life, and holds every incoming message once.
func (j *bench) events() {
	log := map[entry]Event{}
	messages := map[heard]Event{}
	for _, host := range slices.Sorted(maps.Keys(j.records.Events)) {
		list := j.records.Events[host]
		got := map[heard]Event{}
		newest := map[schema.LineID]int64{}
		seen := map[entry]bool{}
		for _, e := range list {
			at := entry{e.Line, e.Cursor}
			if first, ok := log[at]; ok && first != e {
				j.note(EventIDs, false, string(e.ID), "cursor %d of %s is %+v, and was %+v", e.Cursor, e.Line, e, first)
			}
			log[at], seen[at] = e, true
			newest[e.Line] = max(newest[e.Line], e.Cursor)
			if e.Message == "" {
				continue
			}
			m := heard{e.Line, e.Message}
			if first, ok := messages[m]; ok && first.ID != e.ID {
				j.note(EventIDs, false, string(e.Message), "one message is the event %s, and %s", first.ID, e.ID)
			}
			messages[m], got[m] = e, e
		}
		if j.records.Some[host] {
			newest = nil // it cannot tell what was left out
		}
		for _, line := range slices.Sorted(maps.Keys(newest)) {
			for cursor := int64(1); cursor <= newest[line]; cursor++ {
				if !seen[entry{line, cursor}] {
					j.note(Gap, true, fmt.Sprintf("%s %s", host, line), "cursor %d was left out", cursor)
				}
			}
		}
		j.listen(host, got)
	}
}

// listen: a host was given every message that customers wrote.
func (j *bench) listen(host schema.HostID, got map[heard]Event) {
	for _, w := range j.records.Written {
		e, ok := got[heard{w.Line, w.ID}]
		switch {
		case !ok:
			j.note(Unheard, true, string(w.ID), "%s was never given %q from %s on %s", host, w.Text, w.Phone, w.Line)
		case e.Text != w.Text:
			j.note(Unheard, false, string(w.ID), "%s was given %q in place of %q", host, e.Text, w.Text)
		}
	}
}

// Reordered counts incoming messages that a chat's customer wrote before one
// whose event came first. WhatsApp itself does not promise this order: a message
// that could not be read comes again later.
func Reordered(r *Records) int {
	places := map[heard]int64{}
	for _, list := range r.Events {
		for _, e := range list {
			if e.Message != "" {
				places[heard{e.Line, e.Message}] = e.Cursor
			}
		}
	}
	count := 0
	newest := map[Chat]int64{}
	for _, w := range r.Written {
		at, ok := places[heard{w.Line, w.ID}]
		if ok && at < newest[w.Chat] {
			count++
		}
		newest[w.Chat] = max(newest[w.Chat], at)
	}
	return count
}

// Sorted puts violations in an order that a reader can use, the worst first.
func Sorted(list []Violation) []Violation {
	order := []Rule{Lost, Doubled, Ghost, TwoIDs, Outcomes, Outcome, Silent, Unheard, EventIDs, Gap, Forgotten, Unsettled, Bytes, Changed, TakenBack, Order, Died}
	return slices.SortedStableFunc(slices.Values(list), func(a, b Violation) int {
		if c := cmp.Compare(slices.Index(order, a.Rule), slices.Index(order, b.Rule)); c != 0 {
			return c
		}
		return cmp.Compare(a.What, b.What)
	})
}
