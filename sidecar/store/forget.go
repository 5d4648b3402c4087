package store

import (
	"fmt"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// Space that rows leave is used for new ones, and the file does not shrink. SQLite
// could give it back (auto_vacuum), at the price of a map of all pages that every
// write keeps up to date, and of pages moved about at each commit; and a file that
// was once as large gets so again. A backup is compact, so restoring one makes
// the file small.

// forgetting deletes from all lines rows older than ?1, ?2 at most.
var forgetting = []struct {
	table, query string
	horizon      func(bridge.Horizon) int64
}{
	{"delivery", "delete from delivery where seq in (select seq from delivery where acked < ?1 limit ?2)", messages},
	{"dead delivery", "delete from delivery where seq in (select seq from delivery indexed by delivery_died where acked is null and dead < ?1 limit ?2)", messages},
	{"webhook", `delete from webhook where id in (select id from webhook as w where gone is not null
		and not exists (select 1 from delivery where webhook = w.id and acked is null and webhook is not null)
		and not exists (select 1 from delivery where w.host <> '' and line = w.line and host = w.host and seq <= w.gone and acked is null and dead is null) limit ?2)`, messages},
	{"message_seen", "delete from message_seen where (line, chat, sender, id) in (select line, chat, sender, id from message_seen where at < ?1 limit ?2)", seen},
	{"allowance", "delete from allowance where (line, name) in (select line, name from allowance where until < ?1 limit ?2)", messages},
	{"contact", "delete from contact where (line, asked) in (select line, asked from contact indexed by contact_old where at < ?1 limit ?2)", messages},
	// The bytes go with the next sweep; see bridge.
	{"media", `delete from media where (line, id) in (select line, id from media as f indexed by media_old where until < ?1
		and not exists (select 1 from outbox indexed by outbox_file where line = f.line and file = f.id and settled = 0 and file is not null) limit ?2)`, files},
	// An open ask is found by either of a person's names.
	{"person", `delete from person where (line, lid) in (select line, lid from person as p indexed by person_old where at < ?1
		and not exists (select 1 from ask indexed by ask_by_lid where line = p.line and chat_lid = p.lid and open = 1)
		and not exists (select 1 from ask indexed by ask_by_phone where line = p.line and chat_phone = p.phone and open = 1) limit ?2)`, messages},
	{"code", "delete from oauth_code where hash in (select hash from oauth_code indexed by oauth_code_old where expires < ?1 limit ?2)", grants},
	{"oauth token", "delete from oauth_token where hash in (select hash from oauth_token indexed by oauth_token_old where expires < ?1 limit ?2)", grants},
	{"grant", "delete from grant_token where id in (select id from grant_token where until < ?1 limit ?2)", grants},
}

func messages(h bridge.Horizon) int64 { return h.Messages.UnixMilli() }
func seen(h bridge.Horizon) int64     { return h.Seen.UnixMilli() }
func files(h bridge.Horizon) int64    { return h.Files.UnixMilli() }
func grants(h bridge.Horizon) int64   { return h.Grants.UnixMilli() }

// forgettingOfLine deletes from line ?3. Its rows are in the order of time, so no
// index is kept for it, the outbox and the events being written at every send:
// ?4 is the last row that can be old enough. A message goes with its ask, and
// only once that has its outcome.
var forgettingOfLine = []struct {
	table, moment, query string
	horizon              func(bridge.Horizon) int64
}{
	{"outbox", "created", `delete from outbox where line = ?3 and seq in (select seq from outbox as m where line = ?3 and seq <= ?4 and settled = 1 and receipt_due is null and created < ?1
		and not exists (select 1 from ask where ask.line = ?3 and ask.seq = m.seq and (ask.open = 1 or ask.deadline >= ?1)) order by seq limit ?2)`, messages},
	{"event", "at", "delete from event where line = ?3 and seq in (select seq from event where line = ?3 and seq <= ?4 and at < ?1 order by seq limit ?2)",
		func(h bridge.Horizon) int64 { return h.Events.UnixMilli() }},
}

func (t *tx) Forget(before bridge.Horizon, count int) (more bool, err error) {
	lines, err := t.Lines()
	if err != nil {
		return false, err
	}
	expired, err := t.expire(before.Messages, count)
	if err != nil {
		return false, err
	}
	more = expired == count
	for _, f := range forgetting {
		n, err := t.exec("forget "+f.table, f.query, f.horizon(before), count)
		if err != nil {
			return false, err
		}
		more = more || n == count
	}
	for _, f := range forgettingOfLine {
		for _, l := range lines {
			last, err := t.lastBefore(f.table, f.moment, l.ID, f.horizon(before))
			if err != nil {
				return false, err
			}
			n, err := t.exec("forget "+f.table, f.query, f.horizon(before), count, l.ID, last)
			if err != nil {
				return false, err
			}
			more = more || n == count
		}
	}
	return more, nil
}

// lastBefore finds by halving the last row of a line that is older than a moment,
// 0 if there is none. A clock that was set back makes it a guess, on the safe side.
func (t *tx) lastBefore(table, moment string, line schema.LineID, at int64) (int64, error) {
	low, err := t.number("find oldest", fmt.Sprintf("select ifnull(min(seq), 1) from %s where line = ?", table), line)
	if err != nil {
		return 0, err
	}
	high, err := t.number("find newest", fmt.Sprintf("select ifnull(max(seq), 0) from %s where line = ?", table), line)
	if err != nil {
		return 0, err
	}
	for query := fmt.Sprintf("select %s from %s where line = ? and seq >= ? order by seq limit 1", moment, table); low <= high; {
		middle := low + (high-low)/2
		when, err := t.number("find old", query, line, middle)
		if err != nil {
			return 0, err
		}
		if when < at {
			low = middle + 1
		} else {
			high = middle - 1
		}
	}
	return high, nil
}
