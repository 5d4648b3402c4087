package judge

import "slices"

// What changes a message, and what an ask sends beside its question.

// mark is that of the body, or of a file's name.
func (s Shown) mark() string {
	if mark := MarkOf(s.Body); mark != "" {
		return mark
	}
	return MarkOf(s.Name)
}

// change reports what is known of one: that WhatsApp has it, or that it surely does not.
func (j *bench) change(q *Request) (has, never bool) {
	last, ok := j.last(q)
	if !ok {
		return false, q.Refused != ""
	}
	return reached(last.Status), last.Status == "failed"
}

// mayBeDeleted: somebody asked for that, and it is not known to have failed.
func (j *bench) mayBeDeleted(q *Request) bool {
	return slices.ContainsFunc(j.changes[q], func(c *Request) bool {
		_, never := j.change(c)
		return c.Kind == Delete && !never
	})
}

// deleted: what is gone is what somebody deleted.
func (j *bench) deleted(chat Chat, s Shown) {
	for q, changes := range j.changes {
		if q.Chat == chat && len(changes) > 0 && j.mayBeDeleted(q) && j.hasID(q, s) {
			return
		}
	}
	j.note(Ghost, false, string(s.ID), "the phone %s shows it as deleted, which nobody asked for", chat.Phone)
}

func (j *bench) hasID(q *Request, s Shown) bool {
	return slices.ContainsFunc(q.Answers, func(a Answer) bool { return a.ID == s.ID }) || j.records.Kept[q.Key].ID == s.ID
}

// changed: the message shows as the last change left it that WhatsApp took, or as a
// later one of which that is not known.
func (j *bench) changed(q *Request) {
	if len(j.places[q]) != 1 {
		return
	}
	shown := j.places[q][0].shown
	for kind, says := range map[Kind]string{Edit: shown.Body, React: shown.Emoji} {
		newest := true // of those still to be looked at
		for _, c := range slices.Backward(j.changes[q]) {
			has, never := j.change(c)
			if c.Kind != kind {
				continue
			}
			if c.Says == says && (says != "" || !never) {
				if never {
					j.say(Ghost, false, c, "the host was told that it failed, and the message shows it")
				}
				newest = false
				break
			}
			if has && newest {
				j.say(Changed, true, c, "WhatsApp took it, and the message shows as %q", says)
				newest = false
			}
		}
	}
	for _, c := range j.changes[q] {
		if has, _ := j.change(c); has && c.Kind == Delete {
			j.say(Changed, true, c, "WhatsApp took it, and the message shows")
		}
	}
}

// beside: a reminder shows once at the most, and a question is asked again as often
// as an answer did not fit.
func (j *bench) beside(q *Request) {
	misses := 0
	for _, act := range q.Acts {
		if !act.Fits && !act.Stops && act.Index == 0 {
			misses++
		}
	}
	kept, known := j.records.Kept[q.Key]
	for aside, count := range j.asides[q] {
		allowed := 1
		if aside == Again {
			if allowed = misses; known {
				allowed = kept.Misses
			}
		}
		if count > allowed {
			j.say(Doubled, false, q, "%q shows %d times, there may be %d", aside, count, allowed)
		}
	}
	if known && q.Tries > 0 && kept.Misses > misses {
		j.say(Outcome, false, q, "%d answers did not fit, and %d are counted", misses, kept.Misses)
	}
	if q.Early && !j.failed(q.Behind) {
		j.say(Order, false, q, "it showed while %s, which it waits for, had no end", q.Behind.Key)
	}
}

// failed reports whether an ask ended by itself.
func (j *bench) failed(q *Request) bool {
	return slices.ContainsFunc(j.acts[q.Key], func(d Delivery) bool { return d.Outcome.Kind == "error" })
}
