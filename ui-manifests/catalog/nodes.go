package catalog

import "github.com/nodeline/nodeline/schema"

// Outcomes that several nodes share.
var (
	outSent      = Outcome{ID: "sent", Label: schema.Text{En: "Sent", Ru: "Отправлено"}}
	outError     = Outcome{ID: string(schema.OutcomeError), Label: schema.Text{En: "Error", Ru: "Ошибка"}}
	outButton    = Outcome{ID: string(schema.OutcomeButton), Label: schema.Text{En: "Button {n}", Ru: "Кнопка {n}"}, PerButton: true}
	outOther     = Outcome{ID: string(schema.OutcomeOther), Label: schema.Text{En: "Other answer", Ru: "Другой ответ"}}
	outNoAnswer  = Outcome{ID: string(schema.OutcomeNoAnswer), Label: schema.Text{En: "No answer", Ru: "Нет ответа"}}
	outCancelled = Outcome{ID: string(schema.OutcomeCancelled), Label: schema.Text{En: "Cancelled", Ru: "Отменено"}}
)

// Fields that several nodes share.
var (
	fieldLine = Field{Path: "line", Control: LinePicker, Help: schema.Text{
		En: "The linked WhatsApp account that acts.",
		Ru: "Привязанный аккаунт WhatsApp, от имени которого выполняется действие.",
	}}
	fieldChat = Field{Path: "chat", Control: Phone, Help: schema.Text{
		En: "A phone number in any usual form, or a chat's address. Without + it is read in the line's country.",
		Ru: "Номер телефона в любой привычной записи или адрес диалога. Номер без + читается по стране линии.",
	}}
)

var fieldPriority = Field{Path: "priority", Control: Select, Options: []Option{
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

// Nodes lists every node, in the order editors show them.
var Nodes = []Node{
	{
		ID: "check-number", Kind: Action,
		Title: schema.Text{En: "Check number", Ru: "Проверить номер"},
		Help: schema.Text{
			En: "Finds out whether a phone number is on WhatsApp. A check that could not be made leaves by Error, never by No.",
			Ru: "Узнаёт, есть ли номер в WhatsApp. Если проверить не удалось, срабатывает выход «Ошибка», а не «Нет».",
		},
		Fields: []Field{fieldLine, {Path: "phone", Control: Phone, Help: schema.Text{
			En: "A phone number in any usual form. Without + it is read in the line's country.",
			Ru: "Номер телефона в любой привычной записи. Номер без + читается по стране линии.",
		}}},
		Variants: []Variant{{
			Operation: "number.check",
			Fields:    []string{"line", "phone"},
			Outcomes: []Outcome{
				{ID: "yes", Label: schema.Text{En: "Yes", Ru: "Да"}},
				{ID: "no", Label: schema.Text{En: "No", Ru: "Нет"}},
				outError,
			},
		}},
	},
	{
		ID: "send-text", Kind: Action,
		Title: schema.Text{En: "Send text", Ru: "Отправить текст"},
		Help: schema.Text{
			En: "Sends one text message.",
			Ru: "Отправляет одно текстовое сообщение.",
		},
		Fields: []Field{fieldLine, fieldChat, {Path: "text", Control: TextArea, Help: schema.Text{
			En: "WhatsApp's own marks work: *bold*, _italic_, ~struck~.",
			Ru: "Работает разметка WhatsApp: *жирный*, _курсив_, ~зачёркнутый~.",
		}}, fieldPriority},
		Variants: []Variant{{
			Operation: "message.sendText",
			Fields:    []string{"line", "chat", "text", "priority"},
			Minted:    []string{"key"},
			Outcomes:  []Outcome{outSent, outError},
		}},
	},
	sendButtons,
	{
		ID: "incoming-message", Kind: Trigger, Event: schema.EventMessage,
		Title: schema.Text{En: "Incoming message", Ru: "Входящее сообщение"},
		Help: schema.Text{
			En: "Starts the flow when somebody writes to the line.",
			Ru: "Запускает поток, когда кто-то пишет на линию.",
		},
		Fields: []Field{fieldLine},
		Variants: []Variant{{
			Operation: "event.subscribe",
			Fields:    []string{"line"},
			Minted:    []string{"after"},
			Outcomes:  []Outcome{{ID: "message", Label: schema.Text{En: "Message", Ru: "Сообщение"}}},
		}},
	},
	{
		ID: "line-state", Kind: Trigger, Event: schema.EventLineState,
		Title: schema.Text{En: "Line state", Ru: "Состояние линии"},
		Help: schema.Text{
			En: "Starts the flow when the line connects, drops or is unlinked.",
			Ru: "Запускает поток, когда линия подключается, теряет связь или отвязана.",
		},
		Fields: []Field{fieldLine},
		Variants: []Variant{{
			Operation: "event.subscribe",
			Fields:    []string{"line"},
			Minted:    []string{"after"},
			Outcomes:  []Outcome{{ID: "state", Label: schema.Text{En: "State", Ru: "Состояние"}}},
		}},
	},
}

// sendButtons asks and waits, or only sends.
var sendButtons = Node{
	ID: "send-buttons", Kind: Activity,
	Title: schema.Text{En: "Send buttons", Ru: "Отправить кнопки"},
	Help: schema.Text{
		En: "Sends a message with up to three buttons. Waiting, the flow goes on by the button that the customer chose, tapped or typed.",
		Ru: "Отправляет сообщение с кнопками (до трёх). С ожиданием поток продолжается по кнопке, которую клиент нажал или написал.",
	},
	Switch: &Switch{
		Name: "wait", Default: true,
		Label: schema.Text{En: "Wait for reply", Ru: "Ожидать ответ"},
		Help: schema.Text{
			En: "Yes: one output per button. No: the flow goes on as soon as the message is sent.",
			Ru: "Да: у каждой кнопки свой выход. Нет: поток идёт дальше сразу после отправки.",
		},
	},
	Fields: []Field{
		fieldLine, fieldChat,
		{Path: "header", Control: Line1, Help: schema.Text{En: "Shown above the message.", Ru: "Показывается над сообщением."}},
		{Path: "body", Control: TextArea, Help: schema.Text{En: "The question itself.", Ru: "Сам вопрос."}},
		{Path: "footer", Control: Line1, Help: schema.Text{En: "Shown small, below the message.", Ru: "Показывается мелко под сообщением."}},
		{Path: "buttons", Control: Buttons, Help: schema.Text{
			En: "One to three answers. A blank one is left out.",
			Ru: "От одного до трёх ответов. Пустые пропускаются.",
		}},
		{Path: "rendering", Control: Select, Options: renderings, Help: schema.Text{
			En: "The answer is understood either way: a tap, the number or the text typed by hand.",
			Ru: "Ответ понятен в любом виде: нажатие, номер или текст, набранный вручную.",
		}},
		{Path: "deadlineSeconds", Control: Duration,
			Label: &schema.Text{En: "Wait at most", Ru: "Ждать не дольше"},
			Help:  schema.Text{En: "Then the flow leaves by No answer.", Ru: "Затем срабатывает выход «Нет ответа»."}},
		{Path: "reminders", Control: Reminder,
			Label: &schema.Text{En: "Reminder", Ru: "Напоминание"},
			Help: schema.Text{
				En: "One more message to a customer who has not answered by then. Blank: none.",
				Ru: "Ещё одно сообщение клиенту, который к этому времени не ответил. Пусто: не напоминать.",
			}},
		fieldPriority,
	},
	Variants: []Variant{
		{
			On:        true,
			Operation: "message.ask",
			Fields:    []string{"line", "chat", "header", "body", "footer", "buttons", "rendering", "priority", "deadlineSeconds", "reminders"},
			Minted:    []string{"id", "reply", "context"},
			Outcomes:  []Outcome{outButton, outOther, outNoAnswer, outCancelled, outError},
		},
		{
			Operation: "message.sendButtons",
			Fields:    []string{"line", "chat", "header", "body", "footer", "buttons", "rendering", "priority"},
			Minted:    []string{"key"},
			Outcomes:  []Outcome{outSent, outError},
		},
	},
}

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
