package store

import (
	"slices"
	"strings"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

const chatColumns = "line, phone, lid, jid, title, heard, unread"

func scanChat(r scanner) (rec bridge.ChatRecord, err error) {
	var (
		chat   address
		heard  int64
		unread string
	)
	if err := r.Scan(&rec.Line, &chat.phone, &chat.lid, &chat.jid, &rec.Title, &heard, &unread); err != nil {
		return rec, err
	}
	rec.Chat, rec.Heard = chat.value(), moment(heard)
	return rec, parse("unread messages", unread, &rec.Unread)
}

// chatNames are what a chat's row can be found under, the best name first.
func chatNames(a schema.Address) []string {
	return slices.DeleteFunc([]string{a.Phone, a.LID, a.JID}, func(s string) bool { return s == "" })
}

func (v *view) Chat(line schema.LineID, a schema.Address) (rec bridge.ChatRecord, ok bool, err error) {
	names := chatNames(a)
	if len(names) == 0 {
		return rec, false, nil
	}
	// Always the text with three names, so that it is compiled once.
	last := names[len(names)-1]
	for len(names) < 3 {
		names = append(names, last)
	}
	return one(v, "read chat", scanChat, "select "+chatColumns+` from chat where line = ?1 and name in (?2, ?3, ?4)
		order by case name when ?2 then 0 when ?3 then 1 else 2 end limit 1`, line, names[0], names[1], names[2])
}

func (v *view) Chats(line schema.LineID, f bridge.ChatFilter) ([]bridge.ChatRecord, error) {
	return all(v, "list chats", scanChat, "select "+chatColumns+` from chat indexed by chat_heard
		where line = ?1 and (?2 = '' or instr(folded, ?2) > 0) order by heard desc, name limit ?3 offset ?4`, line, f.Query, f.Count, f.Skip)
}

func (t *tx) PutChat(rec bridge.ChatRecord) error {
	names := chatNames(rec.Chat)
	for _, name := range names[1:] {
		if _, err := t.exec("move chat", "delete from chat where line = ? and name = ?", rec.Line, name); err != nil {
			return err
		}
	}
	unread, err := text("unread messages", append([]bridge.Unread{}, rec.Unread...))
	if err != nil {
		return err
	}
	folded := strings.ToLower(strings.Join(append([]string{rec.Title}, names...), "\n"))
	_, err = t.exec("put chat", `insert into chat (line, name, phone, lid, jid, title, folded, heard, unread) values (?,?,?,?,?,?,?,?,?)
		on conflict (line, name) do update set phone = excluded.phone, lid = excluded.lid, jid = excluded.jid, title = excluded.title,
		folded = excluded.folded, heard = excluded.heard, unread = excluded.unread`,
		rec.Line, names[0], blank(rec.Chat.Phone), blank(rec.Chat.LID), blank(rec.Chat.JID), rec.Title, folded, rec.Heard.UnixMilli(), unread)
	return err
}
