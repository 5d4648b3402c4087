package schema

import "encoding/json"

// AskState is where an ask stands: sending -> waiting -> one of the four ends.
type AskState string

// Ask states. The last four are final and reached once.
const (
	AskSending   AskState = "sending"
	AskWaiting   AskState = "waiting"
	AskAnswered  AskState = "answered"
	AskNoAnswer  AskState = "no_answer"
	AskCancelled AskState = "cancelled"
	AskFailed    AskState = "failed"
)

// Final reports whether the ask has its outcome.
func (s AskState) Final() bool {
	return s == AskAnswered || s == AskNoAnswer || s == AskCancelled || s == AskFailed
}

// OutcomeKind is what leaves a waiting node. Hosts order their outputs; the ids are these.
type OutcomeKind string

// Outcomes. A button outcome names its button in Answer.
const (
	OutcomeButton    OutcomeKind = "button"
	OutcomeAnswered  OutcomeKind = "answered" // an answer that fits AskRequest.Answer
	OutcomeOther     OutcomeKind = "other"
	OutcomeNoAnswer  OutcomeKind = "no_answer"
	OutcomeCancelled OutcomeKind = "cancelled"
	OutcomeError     OutcomeKind = "error"
)

// ReplyMode says which answer of a reply URL acknowledges an outcome.
type ReplyMode string

// Reply modes.
const (
	// ReplyStatus: any 2xx, as for webhooks; 410 refuses for good.
	ReplyStatus ReplyMode = "status"
	// ReplyN8N: only JSON {"resumed":true}, the answer of a waiting n8n node. 409 is
	// n8n still saving the execution, a page of HTML with 2xx one that is over.
	ReplyN8N ReplyMode = "n8n"
)

// Reply says where the outcome goes: to the host's websocket or webhook, or,
// where URL is given, there.
type Reply struct {
	Host HostID `json:"host" validate:"required,key" en:"Host" ru:"Система"`
	// Node is the flow editor's id of the node that asked.
	Node string `json:"node,omitempty" validate:"omitempty,max=128" en:"Node" ru:"Узел"`
	// URL is http or https, and a secret: results show only where it leads
	// ("https://flows.example.com/..."). The outcome is sent by POST until Mode is met.
	URL string `json:"url,omitempty" validate:"omitempty,max=2048" norm:"trim" secret:"true" en:"Reply URL" ru:"Адрес ответа"`
	// Mode absent: status.
	Mode ReplyMode `json:"mode,omitempty" validate:"omitempty,oneof=status n8n" en:"Which answer counts" ru:"Какой ответ засчитать"`
}

// AnswerFrom says whose answer counts in a group.
type AnswerFrom string

// Who may answer.
const (
	AnswerAnyone AnswerFrom = "anyone" // whoever answers first
	AnswerAsked  AnswerFrom = "asked"  // only the person who is asked
)

// Reminder is one more text message to a customer who has not answered. It is sent
// while the ask is waiting, and only if the question was sent before the reminder's
// time. Of several whose time passed while the line was away, the newest is sent.
// An answer to the reminder, quoted or typed, is an answer to the ask.
type Reminder struct {
	// AfterSeconds counts from the moment the ask is stored, as its deadline does.
	AfterSeconds int    `json:"afterSeconds" validate:"required,min=1,max=2591999" en:"Reminder {n} after, seconds" ru:"Напоминание {n} через, секунд"`
	Text         string `json:"text" validate:"required,notblank,max=1024" limit:"cloud" en:"Reminder {n}" ru:"Напоминание {n}"`
}

// ReminderState is where a reminder stands.
type ReminderState string

// Reminder states.
const (
	ReminderPlanned ReminderState = "planned" // its time has not come, or the line is away
	ReminderQueued  ReminderState = "queued"  // it is a message; Status says how far that went
	ReminderSkipped ReminderState = "skipped" // it is not sent: the ask had ended, the question went out later, or another reminder stands for it
)

// AskReminder is a reminder of an ask and how far it went.
type AskReminder struct {
	DueAt Time          `json:"dueAt"`
	State ReminderState `json:"state"`
	// The rest is of its message, with the state queued. The message's key, in
	// events, is the ask's id, '#' and the reminder's place.
	MessageID MessageID     `json:"messageId,omitempty"`
	Status    MessageStatus `json:"status,omitempty"`
	SentAt    *Time         `json:"sentAt,omitempty"` // by WhatsApp's clock
}

// AskRequest sends a message with buttons, a list, a poll, a template or a plain
// question and waits for the customer's answer.
// The call returns when the message is stored and its first try has ended (or
// after a few seconds on a line that is away); the outcome is delivered to Reply.
// The same ID again returns the same ask; with a different body it is refused.
type AskRequest struct {
	Line   LineID `json:"line" validate:"required,lineid" en:"Line" ru:"Линия"`
	ID     Key    `json:"id" validate:"required,key" en:"Ask id" ru:"Номер вопроса"`
	Chat   string `json:"chat" validate:"required,chatform" norm:"trim" en:"Phone number or chat" ru:"Номер телефона или диалог"`
	Header string `json:"header,omitempty" validate:"omitempty,max=60,alone=template" norm:"trim" limit:"cloud" en:"Header" ru:"Заголовок"`
	// Body is the question, or Template is.
	Body   string `json:"body,omitempty" validate:"orelse=template,omitempty,notblank,max=1024,alone=template" limit:"cloud" en:"Message" ru:"Сообщение"`
	Footer string `json:"footer,omitempty" validate:"omitempty,max=60,alone=template" norm:"trim" limit:"cloud" en:"Footer" ru:"Подпись"`
	// Template asks with an approved template, whose quick replies are the choices.
	Template *TemplateUse `json:"template,omitempty" validate:"omitempty" en:"Template" ru:"Шаблон"`
	// Buttons, Rows or Options: one of them holds the choices. With Answer there need
	// not be any.
	Buttons []Button `json:"buttons,omitempty" validate:"alone=rows options template,orelse=rows options template answer,omitempty,min=1,max=3,labels,ids,dive" norm:"dropblank" limit:"cloud" en:"Buttons" ru:"Кнопки"`
	// Rows are the choices of a list.
	Rows []ListRow `json:"rows,omitempty" validate:"omitempty,alone=options template,min=1,max=10,labels,ids,dive" norm:"dropblank" limit:"cloud" en:"Rows" ru:"Строки"`
	// ListButton as in SendListRequest.
	ListButton string `json:"listButton,omitempty" validate:"omitempty,max=20" norm:"trim" limit:"cloud" en:"List button" ru:"Кнопка списка"`
	// Options are the choices of a poll of which one can be chosen.
	Options   []PollOption `json:"options,omitempty" validate:"omitempty,alone=template,min=2,max=12,labels,ids,dive" norm:"dropblank" limit:"apps" en:"Options" ru:"Варианты"`
	Rendering Rendering    `json:"rendering,omitempty" validate:"omitempty,oneof=auto native poll numbered" default:"auto" en:"How buttons are shown" ru:"Как показать кнопки"`
	// Renderings as in SendButtonsRequest.
	Renderings []Rendering `json:"renderings,omitempty" validate:"omitempty,max=3,dive,oneof=native poll numbered" en:"Preferred ways" ru:"Предпочтения показа"`
	// Answer asks for an answer in the customer's own words. Beside choices those come
	// first: "2" is then the second of them.
	Answer *AnswerRule `json:"answer,omitempty" validate:"omitempty" en:"Answer" ru:"Ответ"`
	// CancelWords end the ask as cancelled, with the reason customer_cancelled. They
	// are compared as the buttons' labels are; a choice of the same words comes first.
	CancelWords []string `json:"cancelWords,omitempty" validate:"omitempty,max=10,dive,required,notblank,max=100" en:"Words that cancel" ru:"Слова отмены"`
	// DeadlineSeconds counts from the moment the ask is stored.
	DeadlineSeconds int      `json:"deadlineSeconds,omitempty" validate:"omitempty,min=1,max=2592000" default:"86400" en:"Wait for reply, seconds" ru:"Ожидать ответ, секунд"`
	Priority        Priority `json:"priority,omitempty" validate:"omitempty,oneof=dialogue normal broadcast" default:"normal" en:"Priority" ru:"Приоритет"`
	// TimeLimit as in SendTextRequest: a question that did not begin to go by then
	// ends the ask with an error.
	TimeLimit int `json:"timeLimit,omitempty" validate:"omitempty,min=1,max=2592000" en:"Time limit, seconds" ru:"Лимит времени, секунд"`
	// Reminders go out while the customer has not answered, each later than the one
	// before and before the deadline.
	Reminders []Reminder `json:"reminders,omitempty" validate:"omitempty,max=3,growing,intime=86400,dive" en:"Reminders" ru:"Напоминания"`
	// Quote and Mentions as in SendTextRequest; Mentions are of the question's text.
	Quote    *MessageRef `json:"quote,omitempty" validate:"omitempty" en:"Quote" ru:"Цитата"`
	Mentions []string    `json:"mentions,omitempty" validate:"omitempty,max=50,dive,required,chatform" en:"Mentions" ru:"Упоминания"`
	// AnswerFrom says whose answer counts in a group, where an answer is a tap or a
	// reply that quotes the question. In a chat of two there is one person to answer.
	AnswerFrom AnswerFrom `json:"answerFrom,omitempty" validate:"omitempty,oneof=anyone asked" default:"anyone" en:"Who may answer in a group" ru:"Кто может ответить в группе"`
	// AskedPerson is who is asked, by phone or LID, with AnswerFrom asked. Of several
	// numbers each counts.
	AskedPerson string `json:"askedPerson,omitempty" validate:"omitempty,chatform" norm:"trim" en:"Who is asked" ru:"Кого спрашивают"`
	// Item is what the question is about, in the host's words: a deal, a ticket, a task.
	Item string `json:"item,omitempty" validate:"omitempty,max=128" norm:"trim" en:"Item" ru:"Элемент"`
	// Stage is where the item stands when the question is asked.
	Stage string `json:"stage,omitempty" validate:"omitempty,max=128" norm:"trim" en:"Stage" ru:"Стадия"`
	// Kind robot needs Item and Stage; see item.moved.
	Kind AskKind `json:"kind,omitempty" validate:"omitempty,oneof=robot activity" default:"activity" en:"Robot or activity" ru:"Робот или активность"`
	// Supersede says what the question does while an earlier one of the chat is open.
	Supersede Supersede `json:"supersede,omitempty" validate:"omitempty,oneof=parallel queue replace" default:"parallel" en:"While another question is open" ru:"Пока открыт другой вопрос"`
	// Reply absent: the outcome is only kept, and read with ask.get.
	Reply *Reply `json:"reply,omitempty" validate:"omitempty" en:"Reply to" ru:"Куда ответить"`
	// Context travels with the ask and comes back with its outcome, unread.
	Context json.RawMessage `json:"context,omitempty" validate:"-" opaque:"262144" en:"Context" ru:"Контекст"`
}

// Answer is what the customer chose or typed.
type Answer struct {
	// Text is the configured label even if "1" was typed or voted for; the typed text
	// for answered, other and cancelled.
	Text string `json:"text"`
	// Index counts from 1 in the order the customer saw, or in AnswerRule.Options; else 0.
	Index int `json:"index"`
	// ID is the id of the button, row or option; else empty.
	ID string `json:"id"`
	// Raw is what came: the typed text, or the tapped button's label.
	Raw string `json:"raw"`
	// Value is the answer as AnswerRule reads it, with answered.
	Value string `json:"value,omitempty"`
	// From is who answered.
	From      Address   `json:"from"`
	MessageID MessageID `json:"messageId"`
	At        Time      `json:"at"`
}

// Outcome is the one end of an ask.
type Outcome struct {
	Kind   OutcomeKind `json:"kind"`
	Answer *Answer     `json:"answer,omitempty"` // button, answered, other, and cancelled by the customer
	Reason string      `json:"reason,omitempty"` // cancelled: who or what ended it, a Reason... or the words of ask.cancel
	Error  *Error      `json:"error,omitempty"`  // error
	// Undelivered, with no_answer: no phone had confirmed the question by then, so the
	// customer may never have seen it.
	Undelivered bool `json:"undelivered,omitempty" en:"Not delivered" ru:"Не доставлено"`
	At          Time `json:"at"`
}

// Ask is an operation that waits.
type Ask struct {
	Stamp
	ID        Key           `json:"id"`
	Line      LineID        `json:"line"`
	Chat      Address       `json:"chat"`
	State     AskState      `json:"state"`
	MessageID MessageID     `json:"messageId"`
	Status    MessageStatus `json:"status"`
	Timestamp Time          `json:"timestamp"` // when the status was reached
	Rendering Rendering     `json:"rendering"`
	Reason    string        `json:"reason,omitempty"` // why this rendering
	Note      string        `json:"note,omitempty"`   // as in SendResult
	// UndeliveredAt as in SendResult, of the question.
	UndeliveredAt *Time    `json:"undeliveredAt,omitempty"`
	Buttons       []Button `json:"buttons"` // the choices, those of a list or a poll too
	CreatedAt     Time     `json:"createdAt"`
	// Deadline of a question that waits for the chat's earlier ones is the earliest
	// that it can be: it is counted anew when its turn comes.
	Deadline  Time          `json:"deadline"`
	Reminders []AskReminder `json:"reminders,omitempty"`
	// Misses counts the answers that did not fit AskRequest.Answer.
	Misses  int      `json:"misses,omitempty"`
	Item    string   `json:"item,omitempty"`
	Stage   string   `json:"stage,omitempty"`
	Kind    AskKind  `json:"kind,omitempty"` // absent: activity
	Reply   *Reply   `json:"reply,omitempty"`
	Outcome *Outcome `json:"outcome,omitempty"`
	// Warning and WarningText as in SendResult.
	Warning     WarningCode `json:"warning,omitempty"`
	WarningText string      `json:"warningText,omitempty"`
	// WaitsFor says why the question was not sent yet; as in SendResult.
	WaitsFor *Wait `json:"waitsFor,omitempty"`
}

// AskGetRequest reads one ask.
type AskGetRequest struct {
	Line LineID `json:"line" validate:"required,lineid" en:"Line" ru:"Линия"`
	ID   Key    `json:"id" validate:"required,key" en:"Ask id" ru:"Номер вопроса"`
}

// AskListRequest reads a line's asks, newest first.
type AskListRequest struct {
	Line  LineID   `json:"line" validate:"required,lineid" en:"Line" ru:"Линия"`
	State AskState `json:"state,omitempty" validate:"omitempty,oneof=sending waiting answered no_answer cancelled failed" en:"State" ru:"Состояние"`
	// Node limits the list to one node of the flow editor.
	Node string `json:"node,omitempty" validate:"omitempty,max=128" en:"Node" ru:"Узел"`
	// Item limits the list to one item.
	Item string `json:"item,omitempty" validate:"omitempty,max=128" norm:"trim" en:"Item" ru:"Элемент"`
	// Chat limits the list to one chat. Of several numbers each counts.
	Chat  string `json:"chat,omitempty" validate:"omitempty,chatform" norm:"trim" en:"Phone number or chat" ru:"Номер телефона или диалог"`
	Count int    `json:"count,omitempty" validate:"omitempty,min=1,max=200" default:"50" en:"How many" ru:"Сколько"`
	// Before continues a list: the Next of the page before.
	Before string `json:"before,omitempty" validate:"omitempty,max=64" en:"Page" ru:"Страница"`
}

// AskListResult is one page.
type AskListResult struct {
	Stamp
	Asks []Ask  `json:"asks"`
	Next string `json:"next,omitempty"` // empty on the last page
}

// AskCancelRequest ends an open ask as cancelled. An ask that already has its outcome keeps it.
type AskCancelRequest struct {
	Line   LineID `json:"line" validate:"required,lineid" en:"Line" ru:"Линия"`
	ID     Key    `json:"id" validate:"required,key" en:"Ask id" ru:"Номер вопроса"`
	Reason string `json:"reason,omitempty" validate:"omitempty,max=200" norm:"trim" en:"Reason" ru:"Причина"`
}
