package schema

// GroupListRequest searches the groups that the line's account is in, for pickers.
type GroupListRequest struct {
	Line LineID `json:"line" validate:"required,lineid" en:"Line" ru:"Линия"`
	// Query is part of a subject, whatever its case, or a group's address; absent: all.
	Query string `json:"query,omitempty" validate:"omitempty,max=100" norm:"trim" en:"Search" ru:"Поиск"`
	// MaxAge is how old the list may be, in seconds: an older one is asked for anew. A
	// change that WhatsApp tells of is in it at once.
	MaxAge int `json:"maxAge,omitempty" validate:"omitempty,min=1,max=86400" default:"3600" en:"Not older than, seconds" ru:"Не старше, секунд"`
	Count  int `json:"count,omitempty" validate:"omitempty,min=1,max=200" default:"50" en:"How many" ru:"Сколько"`
	// TimeLimit bounds the call: it fails as timed_out then. Absent: what WhatsApp takes.
	TimeLimit int `json:"timeLimit,omitempty" validate:"omitempty,min=1,max=2592000" en:"Time limit, seconds" ru:"Лимит времени, секунд"`
	// Before continues a list: the Next of the page before.
	Before string `json:"before,omitempty" validate:"omitempty,max=64" en:"Page" ru:"Страница"`
}

// Group is a group chat. Chat.JID goes into any field that takes a chat.
type Group struct {
	Chat        Address `json:"chat"`
	Subject     string  `json:"subject" en:"Group" ru:"Группа"`
	Description string  `json:"description,omitempty"`
	Members     int     `json:"members" en:"Members" ru:"Участников"` // how many, the line's account among them
}

// GroupListResult is one page, by subject.
type GroupListResult struct {
	Stamp
	Groups    []Group `json:"groups"`
	CheckedAt Time    `json:"checkedAt"`      // when WhatsApp was asked
	Next      string  `json:"next,omitempty"` // empty on the last page
}
