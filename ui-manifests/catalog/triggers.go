package catalog

import (
	"slices"

	"github.com/nodeline/nodeline/schema"
)

// Filters of events.
var (
	filterChat = Field{Path: "filter.chat", As: "fromChat", Control: Phone, More: true, Label: label("Only from", "Только от"), Example: examplePhone, Help: text(
		"A phone number, several, or a group's address. Empty: everybody.", "Номер телефона, несколько номеров или адрес группы. Пусто: все.")}
	filterContent = Field{Path: "filter.content", As: "content", Control: Select, More: true, Options: contentKinds, Label: label("Only kinds of messages", "Только виды сообщений"), Help: text(
		"Of incoming and edited messages; other events are let through. Empty: all.", "Для входящих и изменённых сообщений; другие события проходят. Пусто: все.")}
	filterText = Field{Path: "filter.text", As: "matching", Control: Line1, More: true, Label: label("Only text that matches", "Только текст, подходящий под"), Example: "(?i)price|order", Help: text(
		"A regular expression (RE2) that the text of incoming and edited messages has to match somewhere; (?i) at its start ignores case.",
		"Регулярное выражение (RE2), которому где-то подходит текст входящего или изменённого сообщения; (?i) в начале не различает регистр.")}
)

func eventKinds(path string) Field {
	return Field{Path: path, As: "events", Control: Select, Start: string(schema.EventMessage), Label: label("Events", "События"), Help: text(
		"What to be told of.", "О чём сообщать."), Options: []Option{
		event(schema.EventMessage, text("Message received", "Пришло сообщение"), text("Somebody wrote to the line.", "Кто-то написал линии.")),
		event(schema.EventEdited, text("Message edited", "Сообщение изменено"), text("Somebody changed what they had written.", "Кто-то изменил написанное.")),
		event(schema.EventDeleted, text("Message deleted", "Сообщение удалено"), text("Somebody deleted a message for everyone.", "Кто-то удалил сообщение у всех.")),
		event(schema.EventReaction, text("Reaction", "Реакция"), text("Somebody put an emoji on a message, or took theirs off.", "Кто-то поставил реакцию или снял свою.")),
		event(schema.EventStatus, text("Message status", "Состояние сообщения"), text("One of the line's messages went further, or failed.", "Сообщение линии продвинулось или не отправлено.")),
		event(schema.EventUndelivered, text("Message not delivered", "Сообщение не доставлено"), text("No phone has confirmed a message that was sent.", "Отправленное сообщение не подтвердил ни один телефон.")),
		event(schema.EventCall, text("Incoming call", "Входящий звонок"), text("Somebody calls the line.", "Кто-то звонит линии.")),
		event(schema.EventGroup, text("Group changed", "Группа изменилась"), text("Somebody changed a group, joined or left.", "Кто-то изменил группу, вошёл или вышел.")),
		event(schema.EventNumber, text("Number changed", "Номер изменился"), text("A person goes by another number.", "У человека другой номер.")),
		event(schema.EventLineState, text("Line state", "Состояние линии"), text("The line connects, drops or is unlinked.", "Линия подключается, теряет связь или отвязана.")),
	}}
}

func event(k schema.EventKind, label, help schema.Text) Option {
	return Option{Value: string(k), Label: label, Help: help}
}

var contentKinds = []Option{
	content(schema.ContentText, text("Text", "Текст")),
	content(schema.ContentButton, text("Button tap", "Нажатие кнопки")),
	content(schema.ContentList, text("List choice", "Выбор в списке")),
	content(schema.ContentVote, text("Poll vote", "Голос в опросе")),
	content(schema.ContentImage, text("Image", "Изображение")),
	content(schema.ContentVideo, text("Video", "Видео")),
	content(schema.ContentAudio, text("Audio", "Звук")),
	content(schema.ContentVoice, text("Voice note", "Голосовое")),
	content(schema.ContentDocument, text("Document", "Документ")),
	content(schema.ContentSticker, text("Sticker", "Стикер")),
	content(schema.ContentLocation, text("Location", "Место")),
	content(schema.ContentContact, text("Contact", "Контакт")),
	content(schema.ContentPoll, text("Poll", "Опрос")),
	content(schema.ContentUnsupported, text("Anything else", "Другое")),
}

func content(k schema.ContentKind, label schema.Text) Option {
	return Option{Value: string(k), Label: label}
}

var eventsTrigger = Entry{
	ID: "events", Operation: "webhook.create",
	Title: text("On WhatsApp events", "При событиях WhatsApp"), Phrase: text("When something happens on the line", "Когда что-то происходит на линии"),
	Help: text("Starts the flow when somebody writes, reacts, calls, or a message goes further.", "Запускает поток, когда кто-то пишет, ставит реакцию, звонит или сообщение продвигается."),
	Ways: []Way{{
		Fields: []Field{entryLine, eventKinds("events"), filterChat, filterContent, filterText, ownFiles, ownOnce},
		Minted: []string{"name", "url"},
	}},
}

// What the adapter of a trigger does by itself.
var (
	ownFiles = Field{Path: "download", Control: YesNo, Own: true, More: true, Start: "true", Label: label("Download files", "Скачивать файлы"), Help: text(
		"Whether to fetch the file of a message, beside its link.", "Скачивать ли файл сообщения, а не только ссылку.")}
	ownOnce = Field{Path: "dropRepeated", Control: YesNo, Own: true, More: true, Start: "true", Label: label("Drop repeated events", "Отбрасывать повторы"), Help: text(
		"Whether to drop an event that came before: events are sent again until they are acknowledged.", "Отбрасывать ли событие, которое уже приходило: события отправляются снова, пока их не подтвердят.")}
)

// What a trigger of Node-RED does by itself: it hears of events over a connection, and
// remembers how far it got.
var (
	redMissed = Field{Path: "missed", Control: Select, Own: true, Start: "all", Label: label("Deliver missed", "Передать пропущенное"), Help: text(
		"What came while this flow did not run. A new node begins with what comes from now on.",
		"Что пришло, пока поток не работал. Новый узел начинает с того, что придёт дальше."), Options: []Option{
		{Value: "all", Label: text("All", "Всё"), Help: text("Everything, in order.", "Всё, по порядку.")},
		{Value: "recent", Label: text("Only the last", "Только последнее"), Help: text("What is not older than the time below.", "Что не старше указанного ниже времени.")},
		{Value: "none", Label: text("Nothing", "Ничего"), Help: text("Only what comes while the flow runs.", "Только то, что приходит, пока поток работает.")},
	}}
	redMissedFor = Field{Path: "missedSeconds", As: "missedFor", Control: Duration, Own: true, Start: "900", Label: label("Not older than", "Не старше"),
		When: &When{Name: "missed", Values: []string{"recent"}}, Help: text("What is older is passed over.", "Что старше, пропускается.")}
	redDownload = Field{Path: "download", Control: YesNo, Own: true, More: true, Label: ownFiles.Label, Help: text(
		"Whether to put the file itself into the message, beside its link.", "Положить ли в сообщение сам файл, а не только ссылку.")}
)

// someKinds offers only these events.
func someKinds(start schema.EventKind, kinds ...schema.EventKind) Field {
	f := eventKinds("kinds")
	f.Start = string(start)
	f.Options = slices.DeleteFunc(slices.Clone(f.Options), func(o Option) bool { return !slices.Contains(kinds, schema.EventKind(o.Value)) })
	return f
}

// hears is the case of a trigger: its filters, then what it does by itself.
func hears(help schema.Text, out schema.Text, kinds []schema.EventKind, fields ...Field) []Case {
	return []Case{{Operation: "event.subscribe", Title: help, Help: help, Kinds: kinds, Minted: []string{"after", "subscription"},
		Fields: inNodeRED(append(fields, redMissed, redMissedFor)), Outcomes: []Outcome{{ID: "result", Label: out}}}}
}

var everyKind = func() Field {
	f := withHelp(eventKinds("kinds"), "What to be told of. Empty: everything.", "О чём сообщать. Пусто: обо всём.")
	f.Start = ""
	return f
}()

var triggerNodes = []PaletteNode{
	{
		Type: "nodeline-on-message", Category: Triggers, Title: text("incoming message", "входящее сообщение"), Help: text(
			"Starts the flow when somebody writes to the line.", "Запускает поток, когда кто-то пишет на линию."),
		Cases: hears(text("When somebody writes", "Когда кто-то пишет"), text("Message", "Сообщение"), nil,
			someKinds(schema.EventMessage, schema.EventMessage, schema.EventEdited, schema.EventDeleted, schema.EventReaction),
			filterChat, filterContent, filterText, redDownload),
	},
	{
		Type: "nodeline-on-receipt", Category: Triggers, Title: text("receipt", "доставка и прочтение"), Help: text(
			"Starts the flow when one of the line's messages is sent, delivered or read, or fails.",
			"Запускает поток, когда сообщение линии отправлено, доставлено, прочитано или не отправлено."),
		Cases: hears(text("When a message goes further", "Когда сообщение продвигается"), text("Receipt", "Состояние"), nil,
			someKinds(schema.EventStatus, schema.EventStatus, schema.EventUndelivered), filterChat),
	},
	{
		Type: "nodeline-on-line-state", Category: Triggers, Title: text("line state", "состояние линии"), Help: text(
			"Starts the flow when the line connects, drops or is unlinked.", "Запускает поток, когда линия подключается, теряет связь или отвязана."),
		Cases: hears(text("When the line's state changes", "Когда меняется состояние линии"), text("State", "Состояние"), []schema.EventKind{schema.EventLineState}),
	},
	{
		Type: "nodeline-on-event", Category: Triggers, Title: text("any event", "любое событие"), Help: text(
			"Starts the flow on any event of the line: calls, groups and changed numbers, too.",
			"Запускает поток при любом событии линии: и при звонке, и при изменении группы или номера."),
		Cases: hears(text("When something happens", "Когда что-то происходит"), text("Event", "Событие"), nil,
			everyKind, filterChat, filterContent, filterText, redDownload),
	},
}
