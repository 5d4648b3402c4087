package schema

// EventFilter picks events by what is in them. An absent field picks all.
type EventFilter struct {
	// Chat picks one chat, or several: numbers, a LID or a group. Events of no chat,
	// as line.state, are let through.
	Chat string `json:"chat,omitempty" validate:"omitempty,chatform" norm:"trim" en:"Filter: phone number or chat" ru:"Фильтр: номер телефона или диалог"`
	// Content picks kinds of incoming and edited messages; other events are let through.
	Content []ContentKind `json:"content,omitempty" validate:"omitempty,max=20,dive,oneof=text button list vote image video audio voice document sticker location contact poll unsupported" en:"Filter: kinds of messages" ru:"Фильтр: виды сообщений"`
	// Text is a regular expression (RE2: https://github.com/google/re2/wiki/Syntax) that
	// the text of incoming and edited messages has to match somewhere; (?i) at its
	// start ignores case. Other events are let through.
	Text string `json:"text,omitempty" validate:"omitempty,max=200" en:"Filter: text matches" ru:"Фильтр: текст подходит под"`
}
