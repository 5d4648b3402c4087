package catalog

import (
	"slices"

	"github.com/nodeline/nodeline/schema"
)

var robotNodes = []PaletteNode{
	{
		Type: "nodeline-check-number", Category: Robots, Title: text("check number", "проверить номер"), Help: text(
			"Finds out whether a phone number is on WhatsApp. A check that could not be made leaves by Error, never by No.",
			"Узнаёт, есть ли номер в WhatsApp. Если проверить не удалось, срабатывает выход «Ошибка», а не «Нет»."),
		Cases: []Case{checks()},
	},
	{
		Type: "nodeline-robot-message", Category: Robots, Title: text("robot: send message", "робот: сообщение"), Help: text(
			"Sends one text message about an item.", "Отправляет одно текстовое сообщение об элементе."),
		Cases: []Case{once(robotText, redSent)},
	},
	{
		Type: "nodeline-robot-file", Category: Robots, Title: text("robot: send file", "робот: файл"), Help: text(
			"Sends files about an item.", "Отправляет файлы об элементе."),
		Cases: []Case{once(robotFile, redSent)},
	},
	{
		Type: "nodeline-robot-ask", Category: Robots, Title: text("robot: ask and wait", "робот: спросить"), Help: robotAsk.Help,
		Chooser: &Chooser{Param: WaysOf.Name(), Label: *WaysOf.Label, Help: WaysOf.Help},
		Cases: []Case{
			asked("buttons"), asked("list"), asked("poll"), asked("text"), asked("template"),
		},
	},
	{
		Type: "nodeline-stage-changed", Category: Robots, Title: text("stage changed", "стадия изменилась"), Help: robotMoved.Help,
		Cases: []Case{once(robotMoved, redDone)},
	},
}

// checks is the case of a check that decides.
func checks() Case {
	c := once(robotCheck, redResult)
	c.Outcomes = append(slices.Clone(robotCheck.Ways[0].Outcomes[:2]), outError)
	return c
}

// asked is a robot's question in one of its ways.
func asked(way string) Case {
	c := waits(robotAsk, way)
	c.ID, c.On = way, false
	return c
}

// waitForReply chooses between a question and a message.
func waitForReply(start bool) *Switch {
	return &Switch{Name: "wait", Default: start, Label: text("Wait for reply", "Ожидать ответ"), Help: text(
		"Yes: one output per answer. No: the flow goes on as soon as the message is sent.",
		"Да: у каждого ответа свой выход. Нет: поток идёт дальше сразу после отправки.")}
}

// askOrSend are the cases of a switch: a question in one way, or a message.
func askOrSend(way string, send Entry) []Case {
	sends := once(send, redSent)
	sends.Help = text("Sends it and goes on at once.", "Отправляет и сразу идёт дальше.")
	for i, f := range sends.Fields {
		if f.Path == "question" {
			sends.Fields[i].As = "body" // what is asked stays when the switch is turned
		}
	}
	return []Case{waits(activityAsk, way), sends}
}

var activityNodes = []PaletteNode{
	{
		Type: "nodeline-send-buttons", Category: Activities, Title: text("send buttons", "отправить кнопки"), Help: text(
			"Sends a message with up to three buttons. Waiting, the flow goes on by the button that the customer chose, tapped or typed.",
			"Отправляет сообщение с кнопками (до трёх). С ожиданием поток продолжается по кнопке, которую клиент нажал или написал."),
		Switch: waitForReply(true), Cases: askOrSend("buttons", action("message", "sendButtons")),
	},
	{
		Type: "nodeline-send-list", Category: Activities, Title: text("send list", "отправить список"), Help: text(
			"Sends a message with a list of up to ten rows. Waiting, the flow goes on by the row that the customer chose.",
			"Отправляет сообщение со списком (до десяти строк). С ожиданием поток продолжается по строке, которую выбрал клиент."),
		Switch: waitForReply(true), Cases: askOrSend("list", action("message", "sendList")),
	},
	{
		Type: "nodeline-send-poll", Category: Activities, Title: text("send poll", "отправить опрос"), Help: text(
			"Sends a poll with two to twelve options. Waiting, the flow goes on by the option that the customer voted for.",
			"Отправляет опрос (от двух до двенадцати вариантов). С ожиданием поток продолжается по варианту, за который проголосовал клиент."),
		Switch: waitForReply(true), Cases: askOrSend("poll", action("message", "sendPoll")),
	},
	{
		Type: "nodeline-ask-text", Category: Activities, Title: text("ask a question", "задать вопрос"), Help: text(
			"Asks a question, waits for an answer in the customer's own words and checks it by a rule: a number, a date, an email.",
			"Задаёт вопрос, ждёт ответа своими словами и проверяет его по правилу: число, дата, почта."),
		Cases: []Case{plainly(waits(activityAsk, "text"))},
	},
	{
		Type: "nodeline-template", Category: Activities, Title: text("template", "шаблон"), Help: text(
			"Fills in an approved template and sends it. Waiting, the flow goes on by the template's quick reply that the customer chose.",
			"Заполняет одобренный шаблон и отправляет его. С ожиданием поток продолжается по быстрому ответу шаблона, который выбрал клиент."),
		Switch: waitForReply(false), Cases: askOrSend("template", action("message", "sendTemplate")),
	},
	{
		Type: "nodeline-cancel-waits", Category: Activities, Title: text("cancel waits", "отменить ожидания"), Help: text(
			"Ends open questions as cancelled: the nodes that wait go on by their output Cancelled. The result says how many ended.",
			"Завершает открытые вопросы как отменённые: ждущие узлы идут дальше по выходу «Отменено». В результате сказано, сколько завершено."),
		Chooser: &Chooser{Param: "scope", Label: text("Which waits", "Какие ожидания"), Help: text(
			"What is answered, or not asked any more, stays as it is.", "Что уже отвечено или завершено, остаётся как есть.")},
		Cases: []Case{
			cancelsOne(),
			cancels("chat", text("Every open wait of a chat", "Все открытые ожидания диалога"),
				text("The questions to this person or group, whoever asked them.", "Вопросы этому человеку или в эту группу, кто бы их ни задал."), inMessage(alone(entryChat, "Phone number or chat", "Номер телефона или диалог"), "phone")),
			cancels("item", text("Every open wait about an item", "Все открытые ожидания по элементу"),
				text("The questions about this deal, ticket or task, whoever asked them.", "Вопросы по этой сделке, заявке или задаче, кто бы их ни задал."), alone(withHelp(entryItem,
					"The deal, ticket or task that they are about.", "Сделка, заявка или задача, к которой они относятся."), "Item", "Элемент")),
			cancels("nodes", text("Every open wait of some nodes", "Все открытые ожидания выбранных узлов"),
				text("The questions that these nodes ask.", "Вопросы, которые задают эти узлы."), ownNodes),
			cancels("line", text("Every open wait of this Node-RED on the line", "Все открытые ожидания этого Node-RED на линии"),
				text("Everything that its flows wait for there.", "Всё, чего там ждут его потоки.")),
		},
	},
}

// ownNodes are picked of the flows' own nodes that wait.
var ownNodes = Field{Path: "waitNodes", Control: Select, Own: true, Needed: true, Label: label("Nodes", "Узлы"), Help: text(
	"The nodes whose waits end.", "Узлы, ожидания которых завершатся.")}

// alone has the node act on a field by itself.
func alone(f Field, en, ru string) Field {
	f.Own, f.Needed, f.Label = true, true, label(en, ru)
	return f
}

// plainly is for a case of a node without a switch.
func plainly(c Case) Case { c.On = false; return c }

// cancels is a case that ends several waits: the node lists them, and ends each.
func cancels(id string, title, help schema.Text, fields ...Field) Case {
	one := chosen(id, action("ask", "cancel"), redDone)
	for _, f := range one.Fields {
		if f.Path == "reason" {
			f.Own, f.Label = true, label("Reason", "Причина")
		}
		if f.Path != entryAskID.Path {
			fields = append(fields, f)
		}
	}
	return Case{ID: id, Title: title, Help: help, Fields: fields, Outcomes: one.Outcomes, Result: CancelResult{}}
}

func cancelsOne() Case {
	c := chosen("one", action("ask", "cancel"), redDone)
	c.Result = CancelResult{}
	return c
}

var actionNodes = []PaletteNode{
	{
		Type: "nodeline-send-text", Category: Actions, Title: text("send text", "отправить текст"), Help: action("message", "sendText").Help,
		Cases: []Case{once(action("message", "sendText"), redSent)},
	},
	{
		Type: "nodeline-send-files", Category: Actions, Title: text("send files", "отправить файлы"), Help: action("message", "sendMedia").Help,
		Chooser: whatToDo, Cases: []Case{
			chosen("sendMedia", action("message", "sendMedia"), redSent),
			chosen("send", action("message", "send"), redSent),
		},
	},
	{
		Type: "nodeline-send-location", Category: Actions, Title: text("send location", "отправить место"), Help: action("message", "sendLocation").Help,
		Cases: []Case{once(action("message", "sendLocation"), redSent)},
	},
	{
		Type: "nodeline-send-contact", Category: Actions, Title: text("send contacts", "отправить контакты"), Help: action("message", "sendContact").Help,
		Cases: []Case{once(action("message", "sendContact"), redSent)},
	},
	{
		Type: "nodeline-change-message", Category: Actions, Title: text("change message", "изменить сообщение"), Help: text(
			"Forwards a message, reacts to it, edits it, deletes it for everyone, or takes back one that has not gone yet.",
			"Пересылает сообщение, ставит реакцию, изменяет его, удаляет у всех или отзывает то, что ещё не ушло."),
		Chooser: whatToDo, Cases: []Case{
			chosen("react", action("message", "react"), redDone),
			forwards(),
			changes("edit"),
			changes("delete"),
			chosen("cancel", action("message", "cancel"), redDone),
		},
	},
	{
		Type: "nodeline-chat", Category: Actions, Title: text("chat", "диалог"), Help: text(
			"Shows the customer that the line is typing or has read, or tells whether the chat's 24-hour window is open.",
			"Показывает клиенту, что линия печатает или прочитала, либо узнаёт, открыто ли 24-часовое окно диалога."),
		Chooser: whatToDo, Cases: []Case{
			chosen("typing", action("chat", "typing"), redDone),
			chosen("markRead", action("chat", "markRead"), redDone),
			chosen("window", action("chat", "window"), redResult),
		},
	},
	{
		Type: "nodeline-get-file", Category: Actions, Title: text("get file", "получить файл"), Help: action("media", "get").Help,
		Cases: []Case{once(action("media", "get"), redResult)},
	},
	{
		Type: "nodeline-look-up", Category: Actions, Title: text("look up", "найти"), Help: text(
			"Finds messages, numbers, chats, groups, templates, questions and events, and changes nothing.",
			"Находит сообщения, номера, диалоги, группы, шаблоны, вопросы и события; ничего не меняет."),
		Chooser: &Chooser{Param: "operation", Label: text("What to find", "Что найти"), Help: whatToDo.Help},
		Cases: []Case{
			found("message", "get"), found("message", "list"), checksMany(), found("chat", "list"), found("group", "list"),
			found("template", "get"), found("template", "preview"), found("template", "export"), found("template", "list"),
			found("ask", "get"), found("ask", "list"), found("event", "list"),
		},
	},
	{
		Type: "nodeline-line-control", Category: Actions, Title: text("line", "линия"), Help: text(
			"Tells how a line stands, pauses it, resumes it or changes its settings.",
			"Узнаёт состояние линии, приостанавливает её, возобновляет или меняет её настройки."),
		Chooser: whatToDo, Cases: []Case{
			chosen("status", action("line", "status"), redResult),
			chosen("list", action("line", "list"), redResult),
			chosen("pause", action("line", "pause"), redDone),
			chosen("resume", action("line", "resume"), redDone),
			chosen("update", action("line", "update"), redDone),
		},
	},
}

// found is a case that looks something up.
func found(offer, id string) Case { return chosen(offer+"."+id, action(offer, id), redResult) }

// forwards has to be told to whom: the message's own sender is not meant.
func forwards() Case {
	c := chosen("forward", action("message", "forward"), redSent)
	for i, f := range c.Fields {
		if f.Path == entryChat.Path {
			c.Fields[i].Start, c.Fields[i].StartIn = "", ""
		}
	}
	return c
}

// changes is a case about a message that the line itself sent.
func changes(id string) Case {
	c := chosen(id, action("message", id), redDone)
	for i, f := range c.Fields {
		if f.Path == redSentMessage.Path {
			c.Fields[i] = redSentMessage
		}
	}
	return c
}

// checksMany checks numbers at once; of one there is a node that decides.
func checksMany() Case {
	c := found("number", "check")
	c.Title = text("Check many numbers", "Проверить много номеров")
	c.Help = text("Which of several phone numbers are on WhatsApp.", "Какие из нескольких номеров есть в WhatsApp.")
	fields := []Field{{Path: entryPhones.Path, Control: entryPhones.Control, Example: entryPhones.Example, Needed: true, Help: entryPhones.Help}}
	for _, f := range c.Fields {
		if f.Path != entryPhone.Path && f.Path != entryPhones.Path {
			fields = append(fields, f)
		}
	}
	c.Fields = fields
	return c
}
