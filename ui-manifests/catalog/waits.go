package catalog

import (
	"slices"

	"github.com/nodeline/nodeline/schema"
)

// Fields of a question that waits.
var (
	askDeadline = Field{Path: "deadlineSeconds", As: "deadline", Control: Duration, Label: label("Wait at most", "Ждать не дольше"), Help: text(
		"Then the flow leaves by No answer.", "Затем срабатывает выход «Нет ответа».")}
	askReminders = Field{Path: "reminders", Control: Group, More: true, Help: text(
		"More messages to a customer who has not answered, each later than the one before.",
		"Ещё сообщения клиенту, который не ответил, каждое позже предыдущего."), Fields: []Field{
		{Path: "afterSeconds", As: "after", Control: Duration, Start: "3600", Label: label("After", "Через"), Help: text("Counted from the question.", "Считая от вопроса.")},
		{Path: "text", Control: TextArea, Label: label("Text", "Текст"), Example: "Are you still there?", Help: text("What is sent.", "Что отправится.")},
	}}
	askCancelWords = Field{Path: "cancelWords", Control: Texts, More: true, Example: "stop", Help: text(
		"An answer of these words ends the wait: it leaves by Cancelled. Comma-separated.",
		"Ответ такими словами завершает ожидание: выход «Отменено». Через запятую.")}
	askSupersede = Field{Path: "supersede", Control: Select, More: true, Options: []Option{
		{Value: string(schema.SupersedeParallel), Label: text("Ask at once", "Спросить сразу"), Help: text(
			"An answer is for the question that it quotes, else for the newest.", "Ответ относится к процитированному вопросу, иначе к новейшему.")},
		{Value: string(schema.SupersedeQueue), Label: text("Ask afterwards", "Спросить потом"), Help: text(
			"Asked once the others have their outcomes; the deadline counts from then.", "Задаётся, когда у других будет итог; срок считается оттуда.")},
		{Value: string(schema.SupersedeReplace), Label: text("Ask in their place", "Спросить вместо них"), Help: text(
			"The others end as cancelled.", "Другие завершаются как отменённые.")},
	}, Help: text("What to do while another question to this chat is open.", "Что делать, пока в этом диалоге открыт другой вопрос.")}
	askAnswerFrom = Field{Path: "answerFrom", Control: Select, More: true, Options: []Option{
		{Value: string(schema.AnswerAnyone), Label: text("Anyone", "Любой"), Help: text("Whoever answers first.", "Кто ответит первым.")},
		{Value: string(schema.AnswerAsked), Label: text("Only who is asked", "Только кого спрашивают"), Help: text("Named in Who is asked.", "Указан в поле «Кого спрашивают».")},
	}, Help: text("Whose answer counts in a group.", "Чей ответ засчитывается в группе.")}
	askPerson = Field{Path: "askedPerson", Control: Phone, More: true, Example: examplePhone, Help: text(
		"In a group, with Only who is asked.", "В группе, с «Только кого спрашивают».")}
	// askOptions are the options of every way to ask.
	askOptions = []Field{askReminders, askCancelWords, askSupersede, entryQuote, askAnswerFrom, askPerson, entryPriority, entryTimeLimit}
)

// Fields of an answer in the customer's own words.
var (
	answerKind = Field{Path: "answer.kind", As: "answerKind", Control: Select, Start: string(schema.AnswerText), Options: []Option{
		{Value: string(schema.AnswerText), Label: text("Any text", "Любой текст"), Help: text("Whatever is typed.", "Всё, что набрано.")},
		{Value: string(schema.AnswerDate), Label: text("Date", "Дата"), Help: text("As in 01.03.2026; the value is 2026-03-01.", "Как 01.03.2026; значение 2026-03-01.")},
		{Value: string(schema.AnswerEmail), Label: text("Email", "Почта"), Help: text("An email address.", "Адрес электронной почты.")},
		{Value: string(schema.AnswerNumber), Label: text("Number", "Число"), Help: text("With a comma or a point; the value is 1234.5.", "С запятой или точкой; значение 1234.5.")},
		{Value: string(schema.AnswerOneOf), Label: text("One of a list", "Одно из списка"), Help: text("By its words or its number.", "Словами или номером.")},
		{Value: string(schema.AnswerPattern), Label: text("Pattern", "Выражение"), Help: text("A regular expression that the whole answer matches.", "Регулярное выражение, которому подходит весь ответ.")},
		{Value: string(schema.AnswerPhone), Label: text("Phone number", "Номер телефона"), Help: text("In any usual form; the value is with + and the country.", "В любой привычной записи; значение с + и кодом страны.")},
	}, Help: text("What the answer has to be. For one that does not fit the customer is asked again.", "Каким должен быть ответ. Если он не подходит, клиента спрашивают снова.")}
	answerPattern = Field{Path: "answer.pattern", As: "answerPattern", Control: Line1, Example: `\d{4}`, When: onlyFor(schema.AnswerPattern), Help: text(
		"An RE2 expression.", "Выражение RE2.")}
	answerOptions = Field{Path: "answer.options", As: "answerOptions", Control: Texts, ByLine: true, Example: "Morning", When: onlyFor(schema.AnswerOneOf), Help: text(
		"What can be answered, each on a line of its own.", "Что можно ответить, каждый вариант на своей строке.")}
	answerMin = Field{Path: "answer.min", As: "answerMin", Control: Line1, Example: "1", When: onlyFor(schema.AnswerNumber, schema.AnswerDate, schema.AnswerText), Help: text(
		"The least number, the earliest date, or how many characters at least.", "Наименьшее число, самая ранняя дата или сколько знаков не меньше.")}
	answerMax = Field{Path: "answer.max", As: "answerMax", Control: Line1, Example: "100", When: onlyFor(schema.AnswerNumber, schema.AnswerDate, schema.AnswerText), Help: text(
		"The greatest number, the latest date, or how many characters at most.", "Наибольшее число, самая поздняя дата или сколько знаков не больше.")}
	answerRetry = Field{Path: "answer.retryText", As: "retryText", Control: TextArea, More: true, Example: "Please type a date, as in 01.03.2026", Help: text(
		"Sent after an answer that does not fit. Empty: a sentence that says what is wanted.", "Отправляется после неподходящего ответа. Пусто: фраза о том, что нужно.")}
	answerTries = Field{Path: "answer.tries", As: "tries", Control: Number, More: true, Help: text(
		"How many answers are read before the flow leaves by Other answer.", "Сколько ответов читать до выхода «Другой ответ».")}
)

func onlyFor(kinds ...schema.AnswerKind) *When {
	w := &When{Name: "answerKind"}
	for _, k := range kinds {
		w.Values = append(w.Values, string(k))
	}
	return w
}

// Outcomes.
var (
	outError     = Outcome{ID: string(schema.OutcomeError), Label: schema.Text{En: "Error", Ru: "Ошибка"}}
	outButton    = Outcome{ID: string(schema.OutcomeButton), Label: schema.Text{En: "Button {n}", Ru: "Кнопка {n}"}, PerButton: true}
	outOther     = Outcome{ID: string(schema.OutcomeOther), Label: schema.Text{En: "Other answer", Ru: "Другой ответ"}}
	outNoAnswer  = Outcome{ID: string(schema.OutcomeNoAnswer), Label: schema.Text{En: "No answer", Ru: "Нет ответа"}}
	outCancelled = Outcome{ID: string(schema.OutcomeCancelled), Label: schema.Text{En: "Cancelled", Ru: "Отменено"}}
	outChoice    = Outcome{ID: string(schema.OutcomeButton), Label: text("Choice {n}", "Вариант {n}"), PerButton: true}
	outAnswered  = Outcome{ID: string(schema.OutcomeAnswered), Label: text("Answered", "Получен ответ")}
	// outPicked is one way out for whatever was chosen: the choices are known only later.
	outPicked = Outcome{ID: string(schema.OutcomeButton), Label: text("Answered", "Получен ответ")}
)

// asks are the five ways to ask. First and last are what an activity or a robot adds
// before the message and among the options.
func asks(first []Field, last []Field, fixed map[string]string) []Way {
	free := []Field{entryHeader, entryFooter}
	shown := []Field{entryRendering, entryRenderings}
	way := func(id string, title, help schema.Text, choices []Field, options []Field, outs ...Outcome) Way {
		return Way{ID: id, Title: title, Help: help, Minted: []string{"id", "reply", "context"}, Fixed: fixed,
			Fields:   slices.Concat(first, choices, []Field{askDeadline}, options, askOptions, last, []Field{entrySaveTo}),
			Outcomes: slices.Concat([]Outcome{outNoAnswer}, outs, []Outcome{outOther, outCancelled})}
	}
	return []Way{
		way("buttons", text("Buttons", "Кнопки"), text("Up to three buttons.", "До трёх кнопок."),
			[]Field{entryBody, entryButtons}, slices.Concat(free, shown, []Field{entryMentions}), outButton),
		way("list", text("List", "Список"), text("Up to ten rows.", "До десяти строк."),
			[]Field{entryBody, entryRows}, slices.Concat([]Field{entryListButton}, free, shown), outChoice),
		way("poll", text("Poll", "Опрос"), text("Two to twelve options, of which one can be chosen.", "От двух до двенадцати вариантов, выбирается один."),
			[]Field{entryBody, entryOptions}, nil, outChoice),
		way("text", text("Free text", "Свободный текст"), text("The customer's own words, checked by a rule.", "Слова клиента с проверкой по правилу."),
			[]Field{withHelp(entryBody, "The question.", "Вопрос."), answerKind, answerPattern, answerOptions, answerMin, answerMax},
			[]Field{answerRetry, answerTries, entryMentions}, outAnswered),
		way("template", text("Template", "Шаблон"), text("An approved template; its quick replies are the choices.", "Одобренный шаблон; варианты - его быстрые ответы."),
			[]Field{entryTemplate, entryVariables}, slices.Concat([]Field{entryHeaderURL}, shown), outPicked),
	}
}

// sendAndWait is the name of a question that waits: n8n knows a wait by it.
const sendAndWait = "sendAndWait"

var activityAsk = Entry{
	ID: sendAndWait, Operation: "message.ask",
	Title: text("Ask and wait for reply", "Спросить и ждать ответа"), Phrase: text("Ask and wait for the reply", "Спросить и ждать ответа"),
	Help: text("Sends a message with buttons, a list, a poll, a template or a plain question, waits for the customer's answer in the chat and goes on by it.",
		"Отправляет сообщение с кнопками, списком, опросом, шаблоном или простым вопросом, ждёт ответа клиента в диалоге и идёт дальше по нему."),
	Ways: asks([]Field{entryLine, entryChat}, []Field{withMore(entryItem)}, nil),
}

// The item and stage of robots that do not wait come back with the result.
var (
	ownItem  = own(withHelp(entryItem, "What it is about: a deal, a ticket, a task. It comes back with the result.", "К чему относится: сделка, заявка, задача. Возвращается с результатом."))
	ownStage = own(withHelp(entryStage, "Where the item stands now. It comes back with the result.", "Где элемент сейчас. Возвращается с результатом."))
)

// needed is for a robot's question, which is refused without its item and stage.
func needed(f Field) Field { f.Needed = true; return f }

func own(f Field) Field {
	f.Own, f.More = true, true
	f.Label = label(map[string]string{"item": "Item", "stage": "Stage"}[f.Path], map[string]string{"item": "Элемент", "stage": "Стадия"}[f.Path])
	return f
}

var robotCheck = Entry{
	ID: "checkNumber", Operation: "number.check",
	Title: text("Check number", "Проверить номер"), Phrase: text("Check number and branch", "Проверить номер и разветвить"),
	Help: text("Finds out whether a phone number is on WhatsApp and goes on by Yes or No. A check that could not be made is an error, never No.",
		"Узнаёт, есть ли номер в WhatsApp, и идёт дальше по «Да» или «Нет». Если проверить не удалось, это ошибка, а не «Нет»."),
	Ways: []Way{{
		Fields: []Field{entryLine, entryPhone, entryMaxAge, callTimeLimit, ownItem, ownStage, entrySaveTo},
		Outcomes: []Outcome{
			{ID: "yes", Label: text("Yes", "Да")},
			{ID: "no", Label: text("No", "Нет")},
			// Where a host goes on after errors without an output for them: neither is true.
			{ID: "unchecked", Label: text("Not checked", "Не проверено")},
		},
	}},
}

var robotText = Entry{
	ID: "sendMessage", Operation: "message.sendText",
	Title: text("Send message", "Отправить сообщение"), Phrase: text("Send a message", "Отправить сообщение"),
	Help: text("Sends one text message.", "Отправляет одно текстовое сообщение."),
	Ways: sent(entryLine, entryChat, entryText, ownItem, ownStage),
}

var robotFile = Entry{
	ID: "sendFile", Operation: "message.sendMedia",
	Title: text("Send file", "Отправить файл"), Phrase: text("Send a file", "Отправить файл"),
	Help: text("Sends files: by direct link, or from the flow.", "Отправляет файлы: по прямой ссылке или из потока."),
	Ways: sent(entryLine, entryChat, entryFiles, Field{Path: "caption", Control: TextArea, Example: "Our prices", Help: text(
		"Goes with the first file.", "Уходит с первым файлом.")}, entryAs, ownItem, ownStage),
}

var robotAsk = Entry{
	ID: sendAndWait, Operation: "message.ask",
	Title: text("Send buttons and wait", "Отправить кнопки и ждать"), Phrase: text("Send buttons and wait for the reply", "Отправить кнопки и ждать ответа"),
	Help: text("Asks the customer about an item, waits for the answer in the chat and goes on by it. The wait ends when the item moves to another stage.",
		"Спрашивает клиента об элементе, ждёт ответа в диалоге и идёт дальше по нему. Ожидание завершается, когда элемент переходит на другую стадию."),
	Ways: asks([]Field{entryLine, entryChat, needed(entryItem), needed(entryStage)}, nil, map[string]string{"kind": string(schema.AskRobot)}),
}

var robotMoved = Entry{
	ID: "stageChanged", Operation: "item.moved",
	Title: text("Stage changed", "Стадия изменилась"), Phrase: text("Tell that an item changed its stage", "Сообщить о новой стадии элемента"),
	Help: text("Ends the open waits of robots that were made for the item at another stage. Those of activities go on.",
		"Завершает открытые ожидания роботов, начатые для элемента на другой стадии. Ожидания активностей продолжаются."),
	Ways: one(nil, entryLine, entryItem, withHelp(entryStage, "Where the item stands now. Empty: the item is gone, and every robot's wait ends.",
		"Где элемент сейчас. Пусто: элемента больше нет, и ожидания всех роботов завершаются.")),
}
