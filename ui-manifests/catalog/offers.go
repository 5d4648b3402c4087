package catalog

import (
	"slices"

	"github.com/nodeline/nodeline/schema"
)

var entryMaxAge = Field{Path: "maxAge", Control: Duration, More: true, Start: "3600", Help: text(
	"How old a remembered answer may be. An older one is asked for anew.",
	"Каким старым может быть запомненный ответ. Более старый запрашивается заново.")}

var entryPhone = Field{Path: "phone", Control: Phone, Example: examplePhone, Help: text(
	"A phone number in any usual form. Without + it is read in the line's country.",
	"Номер телефона в любой привычной записи. Номер без + читается по стране линии.")}

var entryPhones = Field{Path: "phones", Control: Texts, More: true, Example: examplePhone, Help: text(
	"Numbers of many people, checked at once; the result has numbers. Comma-separated.",
	"Номера многих людей, проверяются разом; в результате будет numbers. Через запятую.")}

var numberOffer = Offer{
	ID:    "number",
	Title: text("Number", "Номер"),
	Help:  text("Find out whether a phone number is on WhatsApp.", "Узнать, есть ли номер в WhatsApp."),
	Entries: []Entry{{
		ID: "check", Operation: "number.check",
		Title: text("Check", "Проверить"), Phrase: text("Check a number", "Проверить, есть ли номер в WhatsApp"),
		Help: text("Whether a phone number is on WhatsApp: Y or N, and an error when it could not be checked.", "Есть ли номер в WhatsApp: Y или N; если проверить не удалось, то ошибка."),
		Ways: one(nil, entryLine, entryPhone, entryPhones, entryMaxAge, callTimeLimit),
	}},
}

var chatOffer = Offer{
	ID:    "chat",
	Title: text("Chat", "Диалог"),
	Help:  text("Who wrote to the line, and what the customer sees.", "Кто писал линии и что видит клиент."),
	Entries: []Entry{
		{
			ID: "markRead", Operation: "chat.markRead",
			Title: text("Mark as read", "Отметить прочитанным"), Phrase: text("Mark a chat as read", "Отметить диалог прочитанным"),
			Help: text("Shows the customer that messages were read.", "Показывает клиенту, что сообщения прочитаны."),
			Ways: one(nil, entryLine, entryChat, Field{Path: "message", As: "messageId", Control: Message, More: true, Help: text(
				"One message in place of the whole chat: its ID, or what came with it.", "Одно сообщение вместо всего диалога: его номер или то, с чем оно пришло.")}, callTimeLimit),
		},
		{
			ID: "typing", Operation: "chat.typing",
			Title: text("Show typing", "Показать набор текста"), Phrase: text("Show that the line is typing", "Показать, что линия печатает"),
			Help: text("Shows in a chat that the line is typing, for some seconds.", "Показывает в диалоге, что линия печатает, несколько секунд."),
			Ways: one(nil, entryLine, entryChat,
				Field{Path: "seconds", Control: Number, More: true, Label: label("Seconds", "Секунд"), Help: text("After how many seconds typing ends by itself.", "Через сколько секунд набор закончится сам.")},
				Field{Path: "state", Control: Select, More: true, Options: []Option{
					{Value: string(schema.TypingOn), Label: text("Typing", "Печатает"), Help: text("The customer sees that the line is typing.", "Клиент видит, что линия печатает.")},
					{Value: string(schema.TypingOff), Label: text("No longer typing", "Больше не печатает"), Help: text("Typing ends now.", "Набор закончен.")},
				}, Help: text("What the customer sees.", "Что видит клиент.")}, callTimeLimit),
		},
		{
			ID: "window", Operation: "chat.window",
			Title: text("Get 24-hour window", "24-часовое окно"), Phrase: text("Get the 24 hour window of a chat", "Узнать 24-часовое окно диалога"),
			Help: text("Whether a chat's 24-hour window is open, and until when.", "Открыто ли 24-часовое окно диалога и до какого времени."),
			Ways: one(nil, entryLine, entryChat),
		},
		{
			ID: "list", Operation: "chat.list",
			Title: text("Get many", "Список"), Phrase: text("Get many chats", "Список диалогов"),
			Help: text("Who wrote to a line, the last to write first.", "Кто писал линии, последние первыми."),
			Ways: one(nil, entryLine, searchField("Anna", "A part of the name, the number or the LID. Empty: all.", "Часть имени, номера или LID. Пусто: все."), entryCount, entryBefore, callTimeLimit),
		},
	},
}

func searchField(example, en, ru string) Field {
	return Field{Path: "query", Control: Line1, Example: example, Help: text(en, ru)}
}

var groupOffer = Offer{
	ID:    "group",
	Title: text("Group", "Группа"),
	Help:  text("The groups that the line's account is in.", "Группы, в которых состоит аккаунт линии."),
	Entries: []Entry{{
		ID: "list", Operation: "group.list",
		Title: text("Get many", "Список"), Phrase: text("Get many groups", "Список групп"),
		Help: text("The groups that the line's account is in, by subject.", "Группы, в которых состоит аккаунт линии, по названию."),
		Ways: one(nil, entryLine, searchField("Patients", "A part of the subject, or a group's address. Empty: all.", "Часть названия или адрес группы. Пусто: все."), entryMaxAge, entryCount, entryBefore, callTimeLimit),
	}},
}

var templateOffer = Offer{
	ID:    "template",
	Title: text("Template", "Шаблон"),
	Help:  text("Messages written beforehand.", "Сообщения, написанные заранее."),
	Entries: []Entry{
		{
			ID: "get", Operation: "template.get",
			Title: text("Get", "Прочитать"), Phrase: text("Get a template", "Прочитать шаблон"),
			Help: text("A template, or an older version of it.", "Шаблон или его прежняя версия."),
			Ways: one(nil, pickedTemplate, Field{Path: "version", Control: Number, More: true, Start: "1", Help: text("An older version. Empty: the newest.", "Прежняя версия. Пусто: новейшая.")}),
		},
		{
			ID: "preview", Operation: "template.preview",
			Title: text("Preview", "Посмотреть"), Phrase: text("Preview a template", "Посмотреть шаблон"),
			Help: text("A template filled in, and sent to nobody.", "Заполненный шаблон; никому не отправляется."),
			Ways: one(nil, pickedTemplate, Field{Path: "variables", Control: Group, Help: variablesHelp, Fields: templateValue}),
		},
		{
			ID: "export", Operation: "template.export",
			Title: text("Export", "Экспортировать"), Phrase: text("Export a template as tags", "Экспортировать шаблон в теги"),
			Help: text("A template as a text with BPMSoft's tags, and what they cannot carry.", "Шаблон текстом с тегами BPMSoft и перечень того, что теги не передают."),
			Ways: one(nil, pickedTemplate),
		},
		{
			ID: "list", Operation: "template.list",
			Title: text("Get many", "Список"), Phrase: text("Get many templates", "Список шаблонов"),
			Help: text("Every template, by name and language.", "Все шаблоны по названию и языку."),
			Ways: one(nil, Field{Path: "status", As: "templateStatus", Control: Select, More: true, Help: text("Only these. Empty: all.", "Только такие. Пусто: все."), Options: []Option{
				{Value: string(schema.TemplateDraft), Label: text("Draft", "Черновик"), Help: text("Being written, or changed and not approved anew.", "Пишется, либо изменён и не одобрен заново.")},
				{Value: string(schema.TemplateApproved), Label: text("Approved", "Одобрен"), Help: text("Only this one sends.", "Только такой отправляется.")},
				{Value: string(schema.TemplatePaused), Label: text("Paused", "Приостановлен"), Help: text("Held back for a while.", "Временно не отправляется.")},
				{Value: string(schema.TemplateDisabled), Label: text("Disabled", "Отключён"), Help: text("Of no use any more.", "Больше не нужен.")},
			}}),
		},
	},
}

var entryAskID = Field{Path: "id", As: "askId", Control: Line1, Example: "visit-1-ask", Help: text(
	"The ID in the result of the wait.", "Номер из результата ожидания.")}

var askOffer = Offer{
	ID:    "ask",
	Title: text("Ask", "Вопрос"),
	Help:  text("Questions that wait for an answer. WhatsApp Activity and WhatsApp Robot ask them.", "Вопросы, которые ждут ответа. Их задают активность и робот."),
	Entries: []Entry{
		{
			ID: "get", Operation: "ask.get",
			Title: text("Get", "Найти"), Phrase: text("Get an ask with its outcome", "Найти вопрос и его итог"),
			Help: text("One ask with its outcome.", "Вопрос и его итог."),
			Ways: one(nil, entryLine, entryAskID),
		},
		{
			ID: "cancel", Operation: "ask.cancel",
			Title: text("Cancel", "Отменить"), Phrase: text("Cancel an open ask", "Отменить открытый вопрос"),
			Help: text("Ends an open ask as cancelled: the flow that waits goes on.", "Завершает открытый вопрос как отменённый: ждущий поток идёт дальше."),
			Ways: one(nil, entryLine, entryAskID, Field{Path: "reason", Control: Line1, Example: "The visit was moved", Help: text("Comes back with the outcome.", "Возвращается с итогом.")}),
		},
		{
			ID: "list", Operation: "ask.list",
			Title: text("Get many", "Список"), Phrase: text("Get many asks", "Список вопросов"),
			Help: text("A line's asks, newest first.", "Вопросы линии, новые первыми."),
			Ways: one(nil, entryLine,
				Field{Path: "state", As: "askState", Control: Select, More: true, Options: askStates, Help: text("Only asks that stand so. Empty: all.", "Только вопросы в этом состоянии. Пусто: все.")},
				withMore(withHelp(entryItem, "Only asks about this item.", "Только вопросы об этом элементе.")),
				Field{Path: "chat", As: "askChat", Control: Chat, More: true, Example: examplePhone, Help: text("Only asks in this chat.", "Только вопросы в этом диалоге.")},
				Field{Path: "node", Control: Line1, More: true, Help: text("Only asks of the node with this ID.", "Только вопросы узла с этим номером.")},
				entryCount, entryBefore),
		},
	},
}

var askStates = []Option{
	askState(schema.AskSending, text("Sending", "Отправляется"), text("The question is on its way.", "Вопрос в пути.")),
	askState(schema.AskWaiting, text("Waiting", "Ждёт"), text("The customer has not answered.", "Клиент не ответил.")),
	askState(schema.AskAnswered, text("Answered", "Отвечен"), text("There is an answer.", "Ответ получен.")),
	askState(schema.AskNoAnswer, text("No answer", "Нет ответа"), text("The deadline passed.", "Срок истёк.")),
	askState(schema.AskCancelled, text("Cancelled", "Отменён"), text("Ended before an answer.", "Завершён до ответа.")),
	askState(schema.AskFailed, text("Failed", "Ошибка"), text("The question was not sent.", "Вопрос не отправлен.")),
}

func askState(s schema.AskState, label, help schema.Text) Option {
	return Option{Value: string(s), Label: label, Help: help}
}

var eventOffer = Offer{
	ID:    "event",
	Title: text("Event", "Событие"),
	Help:  text("What happened on a line.", "Что произошло на линии."),
	Entries: []Entry{{
		ID: "list", Operation: "event.list",
		Title: text("Get many", "Список"), Phrase: text("Get many events", "Список событий"),
		Help: text("A line's events after a cursor, oldest first.", "События линии после курсора, старые первыми."),
		Ways: one(nil, entryLine, Field{Path: "after", Control: Number, More: true, Help: text(
			"The cursor of the result before. Empty: from the start.", "Курсор предыдущего результата. Пусто: с начала.")},
			withMore(eventKinds("kinds")), filterChat, filterContent, filterText, entryCount),
	}},
}

var fileOffer = Offer{
	ID:    "media",
	Title: text("File", "Файл"),
	Help:  text("Files that came with messages.", "Файлы, которые пришли с сообщениями."),
	Entries: []Entry{{
		ID: "get", Operation: "media.get",
		Title: text("Get", "Получить"), Phrase: text("Get a file that came", "Получить пришедший файл"),
		Help: text("What is known of a file, a new link to it, and the file itself.", "Сведения о файле, новая ссылка на него и сам файл."),
		Ways: one(nil, entryLine, Field{Path: "mediaId", Control: Line1, Label: label("File ID", "Номер файла"), Example: "med_mrwuzqucxpajkr6b4ost2vwswm", Help: text(
			"As in the incoming message.", "Номер из входящего сообщения.")}, ownDownload),
	}},
}

// ownDownload has the adapter fetch the file itself.
var ownDownload = Field{Path: "download", Control: YesNo, Own: true, Start: "true", Label: label("Download", "Скачать"), Help: text(
	"Whether to fetch the file itself, beside its link.", "Скачать ли сам файл, а не только ссылку.")}

var lineOffer = Offer{
	ID:    "line",
	Title: text("Line", "Линия"),
	Help:  text("The linked WhatsApp account.", "Привязанный аккаунт WhatsApp."),
	Entries: []Entry{
		{
			ID: "status", Operation: "line.status",
			Title: text("Get", "Состояние"), Phrase: text("Get the state of a line", "Узнать состояние линии"),
			Help: text("How one line stands and what to do.", "Состояние линии и что делать дальше."),
			Ways: one(nil, entryLine),
		},
		{
			ID: "list", Operation: "line.list",
			Title: text("Get many", "Список"), Phrase: text("Get many lines", "Список линий"),
			Help: text("The lines that the token may see.", "Линии, доступные токену."),
			Ways: one(nil),
		},
		{
			ID: "pause", Operation: "line.pause",
			Title: text("Pause", "Приостановить"), Phrase: text("Pause a line", "Приостановить линию"),
			Help: text("Sends nothing until the line is resumed; messages wait, and everything is received.", "Ничего не отправляет, пока линию не возобновят; сообщения ждут, приём продолжается."),
			Ways: one(nil, entryLine, Field{Path: "reason", Control: Line1, Example: "Closed for the holidays", Help: text("Shown beside the line.", "Показывается рядом с линией.")}),
		},
		{
			ID: "resume", Operation: "line.resume",
			Title: text("Resume", "Возобновить"), Phrase: text("Resume a line", "Возобновить линию"),
			Help: text("Sends again, what waits first.", "Снова отправляет, сначала то, что ждёт."),
			Ways: one(nil, entryLine),
		},
		{
			ID: "update", Operation: "line.update",
			Title: text("Update", "Изменить"), Phrase: text("Update a line", "Изменить линию"),
			Help: text("Changes a line's name, country, pace, preferred ways to show choices, 24-hour window or when a message counts as undelivered. What is not given stays.", "Меняет название, страну, темп, предпочтения показа, 24-часовое окно или срок, после которого сообщение считается недоставленным. Что не задано, остаётся."),
			Ways: one(nil, slices.Concat([]Field{entryLine, lineName, lineRegion}, linePace, []Field{lineRenderings, lineUndelivered, lineWindow})...),
		},
	},
}

var (
	lineName        = Field{Path: "name", As: "lineName", Control: Line1, More: true, Example: "Clinic", Help: text("Shown in lists.", "Показывается в списках.")}
	lineRegion      = Field{Path: "region", Control: Line1, More: true, Example: "RU", Help: text("Two letters. Numbers typed without + are read in this country.", "Две буквы. Номера без + читаются по этой стране.")}
	lineUndelivered = Field{Path: "undeliveredSeconds", Control: Duration, More: true, Start: "86400", Help: text(
		"When a message that no phone has confirmed is reported. 0: never.", "Когда сообщать о сообщении, которое не подтвердил ни один телефон. 0: никогда.")}
	lineRenderings = withHelp(entryRenderings, "What Automatic tries, the first that fits; numbered text is always the last.",
		"Что пробует «Автоматически», по порядку; последним всегда пронумерованный текст.")
	lineWindow = Field{Path: "window", Control: Select, More: true, Options: []Option{
		{Value: string(schema.WindowOff), Label: text("Off", "Выключено"), Help: text("Nothing is checked.", "Ничего не проверяется.")},
		{Value: string(schema.WindowWarn), Label: text("Warn", "Предупреждать"), Help: text("A message outside the window goes with a warning.", "Сообщение вне окна уходит с предупреждением.")},
		{Value: string(schema.WindowEnforce), Label: text("Enforce", "Запрещать"), Help: text("A message outside the window is refused, unless it is a template.", "Сообщение вне окна отклоняется, если это не шаблон.")},
	}, Help: text("What becomes of messages to customers who were not heard for 24 hours.", "Что делать с сообщениями тем, кто не писал 24 часа.")}
	linePace = []Field{
		{Path: "pace.mode", As: "pace", Control: Select, More: true, Options: []Option{
			{Value: string(schema.PaceOn), Label: text("On", "Включён"), Help: text("Messages are spread.", "Сообщения распределяются.")},
			{Value: string(schema.PaceOff), Label: text("Off", "Выключен"), Help: text("Everything goes at once.", "Всё уходит сразу.")},
		}, Help: text("How the line's messages are spread.", "Как распределяются сообщения линии.")},
		paceField("lineMs", text("Pace: milliseconds per message", "Темп: миллисекунд на сообщение"), "1000", "Time between two messages of the line.", "Время между двумя сообщениями линии."),
		paceField("lineBurst", text("Pace: messages at once", "Темп: сообщений сразу"), "60", "How many may go at once after a rest.", "Сколько может уйти сразу после отдыха."),
		paceField("recipientMs", text("Pace: milliseconds per message to one recipient", "Темп: миллисекунд на сообщение одному получателю"), "6000", "Time between two messages to one recipient.", "Время между двумя сообщениями одному получателю."),
		paceField("recipientBurst", text("Pace: messages to one recipient at once", "Темп: сообщений одному получателю сразу"), "45", "How many may go to one recipient at once after a rest.", "Сколько может уйти одному получателю сразу после отдыха."),
	}
)

func paceField(name string, label schema.Text, start, en, ru string) Field {
	return Field{Path: "pace." + name, Control: Number, More: true, Start: start, Label: &label, Help: text(en, ru)}
}
