package schema

// ListRow is one choice of a list.
type ListRow struct {
	// ID is the host's stable name for the row. Absent: "b1", "b2", ... by place.
	ID   string `json:"id,omitempty" validate:"omitempty,max=200" norm:"trim" default:"b{n}" limit:"cloud" en:"Row {n} id" ru:"Идентификатор строки {n}"`
	Text string `json:"text" validate:"required,max=24" norm:"trim" limit:"cloud" en:"Row {n}" ru:"Строка {n}"`
	// Description is shown small, beside the row.
	Description string `json:"description,omitempty" validate:"omitempty,max=72" norm:"trim" limit:"cloud" en:"Row {n} description" ru:"Описание строки {n}"`
	// Section begins a section under this title. Absent: the row belongs to the
	// section of the row before it.
	Section string `json:"section,omitempty" validate:"omitempty,max=24" norm:"trim" limit:"cloud" en:"Row {n} section" ru:"Раздел строки {n}"`
}

// PollOption is one choice of a poll.
type PollOption struct {
	// ID is the host's stable name for the option. Absent: "b1", "b2", ... by place.
	ID   string `json:"id,omitempty" validate:"omitempty,max=256" norm:"trim" default:"b{n}" en:"Option {n} id" ru:"Идентификатор варианта {n}"`
	Text string `json:"text" validate:"required,max=100" norm:"trim" limit:"apps" en:"Option {n}" ru:"Вариант {n}"`
}

// LinkButton opens a page. Nothing comes back when it is tapped.
type LinkButton struct {
	Text string `json:"text" validate:"required,notblank,max=20" norm:"trim" limit:"cloud" en:"Link button" ru:"Кнопка-ссылка"`
	URL  string `json:"url" validate:"required,max=2000,weburl" norm:"trim" limit:"cloud" en:"Link address" ru:"Адрес ссылки"`
}

// CallButton calls a number. Nothing comes back when it is tapped.
type CallButton struct {
	Text string `json:"text" validate:"required,notblank,max=20" norm:"trim" limit:"cloud" en:"Call button" ru:"Кнопка звонка"`
	// Phone is in international form, with +; what stands between its digits is
	// forgiven. It is sent as E.164.
	Phone string `json:"phone" validate:"required,max=40,callform" norm:"trim" en:"Number to call" ru:"Номер для звонка"`
}

// SendListRequest asks for one message with a list to choose from, and does not
// wait for the answer. Meta Cloud API's limits: a list has at most 10 rows in at
// most 10 sections.
type SendListRequest struct {
	Line   LineID `json:"line" validate:"required,lineid" en:"Line" ru:"Линия"`
	Key    Key    `json:"key" validate:"required,key" en:"Idempotency key" ru:"Ключ повтора"`
	Chat   string `json:"chat" validate:"required,chatform" norm:"trim" en:"Phone number or chat" ru:"Номер телефона или диалог"`
	Header string `json:"header,omitempty" validate:"omitempty,max=60" norm:"trim" limit:"cloud" en:"Header" ru:"Заголовок"`
	Body   string `json:"body" validate:"required,notblank,max=4096" limit:"cloud" en:"Message" ru:"Сообщение"`
	Footer string `json:"footer,omitempty" validate:"omitempty,max=60" norm:"trim" limit:"cloud" en:"Footer" ru:"Подпись"`
	// ListButton opens the list. Absent: "Choose", in the caller's language.
	ListButton string    `json:"listButton,omitempty" validate:"omitempty,max=20" norm:"trim" limit:"cloud" en:"List button" ru:"Кнопка списка"`
	Rows       []ListRow `json:"rows" validate:"required,min=1,max=10,labels,ids,dive" norm:"dropblank" limit:"cloud" en:"Rows" ru:"Строки"`
	Rendering  Rendering `json:"rendering,omitempty" validate:"omitempty,oneof=auto native poll numbered" default:"auto" en:"How the list is shown" ru:"Как показать список"`
	// Renderings as in SendButtonsRequest.
	Renderings []Rendering `json:"renderings,omitempty" validate:"omitempty,max=3,dive,oneof=native poll numbered" en:"Preferred ways" ru:"Предпочтения показа"`
	Priority   Priority    `json:"priority,omitempty" validate:"omitempty,oneof=dialogue normal broadcast" default:"normal" en:"Priority" ru:"Приоритет"`
	// Quote as in SendTextRequest.
	Quote *MessageRef `json:"quote,omitempty" validate:"omitempty" en:"Quote" ru:"Цитата"`
	// TimeLimit as in SendTextRequest.
	TimeLimit int `json:"timeLimit,omitempty" validate:"omitempty,min=1,max=2592000" en:"Time limit, seconds" ru:"Лимит времени, секунд"`
}

// SendPollRequest asks for one poll and does not wait for votes: each comes as an
// event. A poll that WhatsApp surely refuses goes as numbered text.
type SendPollRequest struct {
	Line     LineID       `json:"line" validate:"required,lineid" en:"Line" ru:"Линия"`
	Key      Key          `json:"key" validate:"required,key" en:"Idempotency key" ru:"Ключ повтора"`
	Chat     string       `json:"chat" validate:"required,chatform" norm:"trim" en:"Phone number or chat" ru:"Номер телефона или диалог"`
	Question string       `json:"question" validate:"required,notblank,max=255" norm:"trim" limit:"apps" en:"Question" ru:"Вопрос"`
	Options  []PollOption `json:"options" validate:"required,min=2,max=12,labels,ids,dive" norm:"dropblank" limit:"apps" en:"Options" ru:"Варианты"`
	// Multiple lets a voter choose several options.
	Multiple bool     `json:"multiple,omitempty" en:"Several answers" ru:"Несколько ответов"`
	Priority Priority `json:"priority,omitempty" validate:"omitempty,oneof=dialogue normal broadcast" default:"normal" en:"Priority" ru:"Приоритет"`
	// Quote as in SendTextRequest.
	Quote *MessageRef `json:"quote,omitempty" validate:"omitempty" en:"Quote" ru:"Цитата"`
	// TimeLimit as in SendTextRequest.
	TimeLimit int `json:"timeLimit,omitempty" validate:"omitempty,min=1,max=2592000" en:"Time limit, seconds" ru:"Лимит времени, секунд"`
}

// Vote is what somebody chose in a poll of this line. A vote can be changed: each
// change is a message of its own, and holds the whole new choice.
type Vote struct {
	// Options are the chosen ones, in the order the voter saw; none: the vote was withdrawn.
	Options []VoteOption `json:"options"`
	// Unreadable: it could not be decrypted, or chooses what this line did not offer.
	// What was chosen is not known.
	Unreadable bool `json:"unreadable,omitempty"`
}

// VoteOption is one chosen option of a poll.
type VoteOption struct {
	ID    string `json:"id"`
	Text  string `json:"text"`
	Index int    `json:"index"` // from 1, in the order the voter saw
}
