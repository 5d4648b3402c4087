package bridge

import (
	"context"

	"github.com/nodeline/nodeline/schema"
)

// EventList implements API.
func (b *Bridge) EventList(ctx context.Context, c Caller, r schema.EventListRequest) (schema.EventListResult, error) {
	o, err := b.owner(r.Line, c.Lang)
	if err != nil {
		return schema.EventListResult{}, err
	}
	picks, err := readFilter(o.line(), r.Kinds, r.Filter, c.Lang)
	if err != nil {
		return schema.EventListResult{}, err
	}
	out := schema.EventListResult{}
	err = b.store.Read(ctx, func(v View) error {
		newest, err := v.Cursor(r.Line)
		if err != nil {
			return err
		}
		out.Events, out.Cursor, err = page(v, r.Line, From(r.After, newest), picks, pageSize(r.Count))
		return err
	})
	if err != nil {
		return schema.EventListResult{}, b.fail("list events", c.Lang, err)
	}
	if out.Events == nil {
		out.Events = []schema.Event{}
	}
	for i := range out.Events {
		out.Events[i] = Translate(out.Events[i], c.Lang)
	}
	return out, nil
}

// lookMax is how many events a page looks at: a filter that picks few gives the
// cursor that it came to.
const lookMax = 2000

// page reads events that a filter picks, and the cursor of the last one it looked at.
func page(v View, line schema.LineID, after int64, picks Filter, count int) (list []schema.Event, cursor int64, err error) {
	for looked := 0; looked < lookMax; {
		some, err := v.Events(line, after, count)
		if err != nil {
			return nil, after, err
		}
		for _, e := range some {
			after = e.Cursor
			if picks.Passes(e) {
				if list = append(list, e); len(list) == count {
					return list, after, nil
				}
			}
		}
		if looked += len(some); len(some) < count {
			break
		}
	}
	return list, after, nil
}

// From is where a reader goes on that has seen events up to after (-1: only what
// comes). A cursor that was never reached is of another log, of a line that was
// removed and made again or of a store that was restored: that log is new to it.
func From(after, newest int64) int64 {
	switch {
	case after < 0:
		return newest
	case after > newest:
		return 0
	}
	return after
}

// Translate says an event's sentences, stored in English, in another language.
func Translate(e schema.Event, lang schema.Lang) schema.Event {
	if e.State != nil {
		state := *e.State
		troubleOf(state).tell(&state, lang)
		e.State = &state
	}
	if e.Status != nil && e.Status.Error != nil {
		status := *e.Status
		status.Error = inLang(status.Error, lang)
		e.Status = &status
	}
	return e
}
