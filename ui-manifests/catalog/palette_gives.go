package catalog

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/nodeline/nodeline/schema"
)

// Part is what a node puts into the message beside a result.
type Part struct {
	Name string // property of the message
	Help schema.Text
	Of   any // zero value of what it holds; nil: a text; bytes: a Buffer; raw JSON: anything
	// Hidden are members of Of that do not come with it.
	Hidden []string
}

// WaitState is msg.nodeline behind a node that waits.
type WaitState struct {
	Outcome     schema.OutcomeKind `json:"outcome"`
	Reason      string             `json:"reason,omitempty"`
	Undelivered bool               `json:"undelivered,omitempty"`
	At          schema.Time        `json:"at"`
	Sandbox     bool               `json:"sandbox"`
}

// Waits reports whether the case asks, and goes on by the answer.
func (c Case) Waits() bool { return c.Operation == "message.ask" }

// HasResult reports whether the case puts a result where Save result to says: a trigger
// and a question do not.
func (c Case) HasResult() bool { return c.Operation != "event.subscribe" && !c.Waits() }

// Gives are the parts of a message that leaves a case, beside its result.
func (c Case) Gives() []Part {
	switch {
	case c.Operation == "event.subscribe":
		return c.triggerGives()
	case c.Waits():
		return waitGives
	case c.Operation == "media.get":
		return fileGives
	}
	return nil
}

var fileGives = []Part{{Name: "payload", Of: []byte(nil), Help: text("The file itself, where it is downloaded; 50 MB at most.", "Сам файл, если он скачивается; не больше 50 МБ.")}}

var triggerGives = []Part{
	{Name: "payload", Of: json.RawMessage(nil), Help: text("The text of a message; of another event its own part.", "Текст сообщения; у другого события его собственная часть.")},
	{Name: "phone", Help: text("The number of who wrote, or of the chat: a send behind this node answers.", "Номер того, кто написал, или диалога: отправка после этого узла ответит ему.")},
	{Name: "chat", Of: schema.Address{}, Help: text("The person or group.", "Человек или группа.")},
	{Name: "topic", Help: text("The kind of the event.", "Вид события.")},
	{Name: "event", Of: schema.Event{}, Hidden: []string{"subscription"}, Help: text("The whole event.", "Событие целиком.")},
	{Name: "eventId", Help: text("The same when an event comes again.", "Одинаков, если событие пришло снова.")},
	{Name: "sandbox", Of: true, Help: text("Whether it happened in the sandbox.", "Произошло ли это в песочнице.")},
}

var triggerFile = Part{Name: "file", Of: schema.Media{}, Help: text(
	"The file of a message. With Download files, data is the file itself, a Buffer; error tells why it is not there.",
	"Файл сообщения. Если выбрано «Скачивать файлы», в data сам файл (Buffer); error говорит, почему его нет.")}

// eventParts are the members of an event that are of some kinds alone.
var eventParts = map[string][]schema.EventKind{
	"message": {schema.EventMessage}, "edited": {schema.EventEdited}, "deleted": {schema.EventDeleted}, "reaction": {schema.EventReaction},
	"status": {schema.EventStatus, schema.EventUndelivered}, "state": {schema.EventLineState}, "call": {schema.EventCall},
	"group": {schema.EventGroup}, "number": {schema.EventNumber},
}

// triggerGives leaves out of the event what none of the case's kinds has.
func (c Case) triggerGives() []Part {
	kinds := c.Kinds
	for _, f := range c.Fields {
		if f.Path == "kinds" {
			for _, o := range f.Options {
				kinds = append(kinds, schema.EventKind(o.Value))
			}
		}
	}
	parts := slices.Clone(triggerGives)
	if slices.ContainsFunc(c.Fields, func(f Field) bool { return f.Path == redDownload.Path }) {
		parts = append(parts, triggerFile)
	}
	at := slices.IndexFunc(parts, func(p Part) bool { return p.Name == "event" })
	for _, name := range slices.Sorted(maps.Keys(eventParts)) {
		if !slices.ContainsFunc(eventParts[name], func(k schema.EventKind) bool { return slices.Contains(kinds, k) }) {
			parts[at].Hidden = append(slices.Clone(parts[at].Hidden), name)
		}
	}
	return parts
}

var waitGives = []Part{
	{Name: "answer", Of: schema.Answer{}, Help: text("What the customer answered; absent where nobody did.", "Что ответил клиент; нет, если никто не ответил.")},
	{Name: "ask", Of: schema.Ask{}, Hidden: []string{"reply", "outcome"}, Help: text("What was asked.", "О чём спросили.")},
	{Name: "eventId", Help: text("The same when the outcome comes again after a crash.", "Одинаков, если после сбоя итог пришёл снова.")},
	{Name: "nodeline", Of: WaitState{}, Help: text("How it ended.", "Чем закончилось.")},
}

// ErrorGives is the part of a message that leaves by the error output.
var ErrorGives = Part{Name: "error", Of: schema.Error{}, Help: text(
	"By the error output alone. With nothing wired there the error goes to Catch nodes.",
	"Только на выходе «Ошибка». Если к нему ничего не подключено, ошибку получают узлы Catch.")}

// CancelResult is the result of a node that ends questions.
type CancelResult struct {
	Cancelled int      `json:"cancelled"`
	Ended     int      `json:"ended"`
	Asks      []string `json:"asks"`
	Reason    string   `json:"reason,omitempty"`
}

// Means says what it is that leaves by an output.
func (c Case) Means(o Outcome) schema.Text {
	switch {
	case c.Operation == "event.subscribe":
		return text("One message for each event, in order.", "Одно сообщение на каждое событие, по порядку.")
	case o.ID == redSent.ID && o.Label == redSent.Label:
		return text("WhatsApp's server has taken the message. Whether a phone has it, the trigger for receipts tells.",
			"Сервер WhatsApp принял сообщение. Дошло ли оно до телефона, скажет триггер доставки.")
	case o.ID == redDone.ID && o.Label == redDone.Label:
		return text("It is done.", "Сделано.")
	case o.ID == outError.ID && c.Waits():
		return text("The question was not sent. With nothing wired here the error goes to Catch nodes.",
			"Вопрос не отправлен. Если сюда ничего не подключено, ошибку получают узлы Catch.")
	case o.ID == outError.ID && len(c.Minted) > 0:
		return text("It was not sent, or it is not known whether it was. With nothing wired here the error goes to Catch nodes.",
			"Не отправлено, либо неизвестно, отправлено ли. Если сюда ничего не подключено, ошибку получают узлы Catch.")
	}
	return outputMeanings[o.ID]
}

var outputMeanings = map[string]schema.Text{
	redResult.ID: text("This is what was found.", "Вот что нашлось."),
	"yes":        text("The number is on WhatsApp.", "Номер есть в WhatsApp."),
	"no":         text("It is not.", "Номера там нет."),
	outError.ID: text("It could not be done. With nothing wired here the error goes to Catch nodes.",
		"Сделать не удалось. Если сюда ничего не подключено, ошибку получают узлы Catch."),
	outButton.ID:    text("The customer chose it: tapped it, voted for it, or typed its number or its words.", "Клиент выбрал его: нажал, проголосовал, написал номер или слова."),
	outAnswered.ID:  text("The customer's answer, and it fits the rule.", "Ответ клиента, и он подходит правилу."),
	outOther.ID:     text("The customer answered something else. Also for a choice that was removed meanwhile.", "Клиент ответил что-то другое. Сюда же уходит вариант, который за это время удалили."),
	outNoAnswer.ID:  text("The time is up.", "Время вышло."),
	outCancelled.ID: text("The question was taken back, or the customer cancelled it.", "Вопрос отозвали, либо клиент отменил его."),
}
