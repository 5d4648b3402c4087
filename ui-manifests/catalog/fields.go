package catalog

import "github.com/nodeline/nodeline/schema"

func text(en, ru string) schema.Text { return schema.Text{En: en, Ru: ru} }

func label(en, ru string) *schema.Text { return &schema.Text{En: en, Ru: ru} }

// examplePhone is of a range that nobody has.
const examplePhone = "+7 900 000-00-02"

// Fields of many entries.
var (
	entryLine = Field{Path: "line", Control: LinePicker, Example: "clinic", Help: text(
		"The WhatsApp account that acts. Empty: the one that the credential was linked with.",
		"Аккаунт WhatsApp, от имени которого выполняется действие. Пусто: тот, к которому привязаны учётные данные.")}
	entryChat = Field{Path: "chat", Control: Chat, Example: examplePhone, Help: text(
		"A phone number in any usual form, or a person or group from the list. Without + it is read in the line's country.",
		"Номер телефона в любой привычной записи либо человек или группа из списка. Номер без + читается по стране линии.")}
	entryPriority = withMore(priority)
	entryQuote    = Field{Path: "quote", Control: Message, More: true, Help: text(
		"The message that this one answers: its ID, or what came with it.",
		"Сообщение, на которое это отвечает: его номер или то, с чем оно пришло.")}
	entryMentions = Field{Path: "mentions", Control: Texts, More: true, Example: examplePhone, Help: text(
		"Phone numbers of people whom the text names by @ and the number's digits. Comma-separated.",
		"Номера людей, которых текст называет через @ и цифры номера. Через запятую.")}
	entryTimeLimit = Field{Path: "timeLimit", Control: Duration, More: true, Start: "3600", Help: text(
		"What did not begin to go by then is not sent any more.",
		"Что не начало уходить к этому времени, уже не отправляется.")}
	callTimeLimit = Field{Path: "timeLimit", Control: Duration, More: true, Start: "30", Help: text(
		"How long WhatsApp may take; then it is an error.",
		"Сколько ждать ответа WhatsApp; затем ошибка.")}
	entryHeader = Field{Path: "header", Control: Line1, More: true, Example: "Your visit", Help: text(
		"Shown above the message.", "Показывается над сообщением.")}
	entryFooter = Field{Path: "footer", Control: Line1, More: true, Example: "The clinic", Help: text(
		"Shown small, below the message.", "Показывается мелко под сообщением.")}
	entryRendering = Field{Path: "rendering", Control: Select, More: true, Options: renderings, Help: text(
		"The answer is understood either way: a tap, a vote, the number or the words typed by hand.",
		"Ответ понятен в любом виде: нажатие, голос, номер или слова, набранные вручную.")}
	entryRenderings = Field{Path: "renderings", Control: Select, More: true, Options: renderings[1:], Help: text(
		"What Automatic tries, the first that fits; numbered text is always the last. Empty: as the line is set.",
		"Что пробует «Автоматически», по порядку; последним всегда пронумерованный текст. Пусто: как настроено для линии.")}
	entryText = Field{Path: "text", Control: TextArea, Example: "Hello! Your order is ready.", Help: text(
		"WhatsApp's own marks work: *bold*, _italic_, ~struck~.",
		"Работает разметка WhatsApp: *жирный*, _курсив_, ~зачёркнутый~.")}
	// entryBody is called message: n8n's human review fills in a field of that name.
	entryBody = Field{Path: "body", As: "message", Control: TextArea, Example: "Will you come tomorrow at 10:30?", Help: text(
		"The text above the choices.", "Текст над вариантами ответа.")}
	entryMessage = Field{Path: "message", As: "messageId", Control: Message, Example: "3EB0BF0C805BBB99EE8931", Help: text(
		"Which message: its ID, or what a trigger, a send or a wait gave.",
		"Какое сообщение: его номер или то, что дали триггер, отправка или ожидание.")}
	entryCount = Field{Path: "count", Control: Number, More: true, Help: text(
		"How many to return at most.", "Сколько вернуть, не больше.")}
	entryBefore = Field{Path: "before", Control: Line1, More: true, Example: "12", Help: text(
		"Continues a list: next of the result before.", "Продолжает список: next предыдущего результата.")}
	entryKey = Field{Path: "key", Control: Line1, Example: "visit-1-text", Help: text(
		"The key in the result of the send.", "Ключ из результата отправки.")}
	// entrySaveTo is of every entry that gives a result.
	entrySaveTo = Field{Path: "saveTo", Control: Line1, Own: true, Example: "whatsapp.sent",
		Label: label("Save result to", "Сохранить в"), Help: text(
			"Field of the item that takes the result; the rest of the item is kept. Dots nest. Empty: the result takes the item's place.",
			"Поле элемента для результата; остальное в элементе сохраняется. Точки вкладывают. Пусто: результат заменяет элемент.")}
	// Fields of things that can be chosen. A blank item is left out.
	choiceText = Field{Path: "text", Control: Line1, Label: label("Text", "Текст"), Example: "Yes", Help: text(
		"What the customer reads and chooses.", "Что клиент видит и выбирает.")}
	choiceID = Field{Path: "id", Control: Line1, Label: label("ID", "Идентификатор"), Example: "yes", Help: text(
		"Comes back as the ID of the answer. Empty: b1, b2 and so on by place.",
		"Возвращается как идентификатор ответа. Пусто: b1, b2 и так далее по месту.")}
	entryButtons = Field{Path: "buttons", Control: Group, Fields: []Field{choiceText, choiceID}, Help: text(
		"The answers to choose from. A blank one is left out.", "Варианты ответа. Пустые пропускаются.")}
	entryRows = Field{Path: "rows", Control: Group, Help: text("The answers to choose from. A blank one is left out.", "Варианты ответа. Пустые пропускаются."),
		Fields: []Field{choiceText,
			{Path: "description", Control: Line1, Label: label("Description", "Описание"), Example: "Second floor", Help: text("Shown small, beside the row.", "Показывается мелко рядом со строкой.")},
			{Path: "section", Control: Line1, Label: label("Section", "Раздел"), Example: "First visit", Help: text(
				"Begins a section under this title. Empty: the section of the row before.", "Начинает раздел с этим названием. Пусто: раздел предыдущей строки.")},
			choiceID}}
	entryListButton = Field{Path: "listButton", Control: Line1, More: true, Example: "Doctors", Help: text(
		"Opens the list. Empty: Choose.", "Открывает список. Пусто: «Выбрать».")}
	entryOptions = Field{Path: "options", As: "pollOptions", Control: Group, Fields: []Field{choiceText, choiceID}, Help: text(
		"What can be voted for. A blank one is left out.", "За что можно голосовать. Пустые пропускаются.")}
	entryFiles = Field{Path: "attachments", Control: Files, Help: text(
		"Files to send, each a message of its own.", "Файлы для отправки, каждый отдельным сообщением."), Fields: []Field{
		{Path: "url", Control: Line1, Example: "https://files.example.com/price.pdf", Help: text(
			"Gives the file itself, not a page about it.", "Ведёт на сам файл, а не на страницу о нём.")},
		{Path: "mediaId", Control: Line1, Example: "med_mrwuzqucxpajkr6b4ost2vwswm", Help: text(
			"ID of a file that came with a message or was uploaded.", "Номер файла, который пришёл с сообщением или был загружен.")},
		{Path: "title", Control: Line1, Example: "Price list.pdf", Help: text(
			"As the customer sees it. Empty: the name that the file comes with.", "Как его видит клиент. Пусто: имя самого файла.")},
	}}
	entryAs = Field{Path: "as", As: "sendAs", Control: Select, More: true, Options: []Option{
		{Value: string(schema.AsMedia), Label: text("Media", "Медиа"), Help: text(
			"Pictures, videos and sound as such, anything else as a document.", "Изображения, видео и звук как есть, остальное документом.")},
		{Value: string(schema.AsDocument), Label: text("Document", "Документ"), Help: text(
			"Every file as a document, untouched.", "Каждый файл документом, без изменений.")},
	}, Help: text("How files reach the customer.", "Как файлы приходят клиенту.")}
	entryTemplate  = templatePicker("template", "template")
	pickedTemplate = templatePicker("", "template")
	entryVariables = Field{Path: "template.variables", Control: Group, Help: variablesHelp, Fields: templateValue}
	templateValue  = []Field{
		{Path: "name", Control: Line1, Label: label("Variable", "Переменная"), Example: "1", Help: text("Without braces.", "Без скобок.")},
		{Path: "value", Control: Line1, Label: label("Value", "Значение"), Example: "Anna", Help: text("What stands in its place.", "Что встанет на её место.")},
	}
	variablesHelp  = text("What stands in place of {{1}}, {{name}} and so on.", "Что встанет на место {{1}}, {{name}} и так далее.")
	entryHeaderURL = Field{Path: "template.headerUrl", Control: Line1, More: true, Example: "https://files.example.com/map.png", Help: text(
		"Sent in place of the header's picture, video or document.", "Отправляется вместо картинки, видео или документа заголовка.")}
	entryItem = Field{Path: "item", Control: Line1, Example: "deal-17", Help: text(
		"What it is about: a deal, a ticket, a task.", "К чему относится: сделка, заявка, задача.")}
	entryStage = Field{Path: "stage", Control: Line1, Example: "offer", Help: text(
		"Where the item stands now. When it is told of another stage, the wait ends.", "Где элемент сейчас. Когда станет известно о другой стадии, ожидание завершится.")}
)

func templatePicker(path, as string) Field {
	return Field{Path: path, As: as, Control: Template, Label: label("Template", "Шаблон"), Example: "visit_reminder/en", Help: text(
		"An approved message template, in one of its languages.", "Одобренный шаблон сообщения на одном из его языков.")}
}

func withMore(f Field) Field { f.More = true; return f }

func withHelp(f Field, en, ru string) Field { f.Help = text(en, ru); return f }

func withExample(f Field, example string) Field { f.Example = example; return f }

var priority = Field{Path: "priority", Control: Select, Options: []Option{
	{
		Value: string(schema.PriorityDialogue),
		Label: schema.Text{En: "Dialogue", Ru: "Диалог"},
		Help: schema.Text{
			En: "Goes first: somebody waits for it. What a customer wrote in the last 15 minutes is answered so by itself.",
			Ru: "Уходит первым: этого ответа ждут. Ответ тому, кто писал в последние 15 минут, и так считается диалогом.",
		},
	},
	{
		Value: string(schema.PriorityNormal),
		Label: schema.Text{En: "Normal", Ru: "Обычный"},
		Help:  schema.Text{En: "Before a broadcast, after a dialogue, at the line's pace.", Ru: "Раньше рассылки, позже диалога, в темпе линии."},
	},
	{
		Value: string(schema.PriorityBroadcast),
		Label: schema.Text{En: "Broadcast", Ru: "Рассылка"},
		Help: schema.Text{
			En: "One of many: lets everything else go first, and is spread at the line's pace.",
			Ru: "Одно из многих: пропускает остальные вперёд и идёт в темпе линии.",
		},
	},
}, Help: schema.Text{
	En: "What goes first when several messages wait. In one chat nothing overtakes.",
	Ru: "Что уйдёт раньше, когда ждут несколько сообщений. В одном диалоге порядок не меняется.",
}}

var renderings = []Option{
	{
		Value: string(schema.RenderAuto),
		Label: schema.Text{En: "Automatic", Ru: "Автоматически"},
		Help: schema.Text{
			En: "As the line is set; a new line sends numbered text, which surely shows.",
			Ru: "Как настроено для линии; новая линия отправляет пронумерованный текст, который точно виден.",
		},
	},
	{
		Value: string(schema.RenderNumbered),
		Label: schema.Text{En: "Numbered text", Ru: "Пронумерованный текст"},
		Help:  schema.Text{En: "Every phone shows it; the customer types the number.", Ru: "Видно на любом телефоне; клиент пишет номер."},
	},
	{
		Value: string(schema.RenderPoll),
		Label: schema.Text{En: "Poll", Ru: "Опрос"},
		Help: schema.Text{
			En: "Every phone shows it; the customer votes. It takes two buttons or more and a short text; else numbered text is sent.",
			Ru: "Видно на любом телефоне; клиент голосует. Нужно не меньше двух кнопок и короткий текст, иначе уходит пронумерованный текст.",
		},
	},
	{
		Value: string(schema.RenderNative),
		Label: schema.Text{En: "WhatsApp buttons", Ru: "Кнопки WhatsApp"},
		Help: schema.Text{
			En: "Not certain: WhatsApp does not promise buttons to linked devices, and may stop showing them any day.",
			Ru: "Без гарантии: WhatsApp не обещает кнопки связанным устройствам и может перестать их показывать в любой день.",
		},
	},
}
