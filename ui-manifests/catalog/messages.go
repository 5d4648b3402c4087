package catalog

import (
	"slices"

	"github.com/nodeline/nodeline/schema"
)

// one is the only way of an entry. What it shows among the options comes last.
func one(minted []string, fields ...Field) []Way {
	return []Way{{Fields: append(fields, entrySaveTo), Minted: minted}}
}

// Minted fields: a send has an idempotency key.
var keyed = []string{"key"}

// sending are the options of everything that is sent.
var sending = []Field{entryQuote, entryPriority, entryTimeLimit}

// sent is the way of an entry that sends: its own fields, then those of every send.
func sent(fields ...Field) []Way { return one(keyed, slices.Concat(fields, sending)...) }

var messageOffer = Offer{
	ID:    "message",
	Title: text("Message", "Сообщение"),
	Help:  text("Send messages, change them and see how far they went.", "Отправить сообщения, изменить их и узнать их состояние."),
	Entries: []Entry{
		{
			ID: "sendText", Operation: "message.sendText",
			Title: text("Send text", "Отправить текст"), Phrase: text("Send a text message", "Отправить текстовое сообщение"),
			Help: text("Sends one text message to a person or a group.", "Отправляет одно текстовое сообщение человеку или в группу."),
			Ways: sent(entryLine, entryChat, entryText, linkPreview, entryMentions),
		},
		{
			ID: "sendMedia", Operation: "message.sendMedia",
			Title: text("Send files", "Отправить файлы"), Phrase: text("Send files", "Отправить файлы"),
			Help: text("Sends pictures, videos, sound, voice notes, stickers and documents: by link, or from the flow.", "Отправляет изображения, видео, звук, голосовые, стикеры и документы: по ссылке или из потока."),
			Ways: sent(entryLine, entryChat, entryFiles, Field{Path: "caption", Control: TextArea, Example: "Our prices", Help: text(
				"Goes with the first file.", "Уходит с первым файлом.")}, entryAs),
		},
		{
			ID: "send", Operation: "message.send",
			Title: text("Send text and files", "Отправить текст и файлы"), Phrase: text("Send a text with files", "Отправить текст с файлами"),
			Help: text("Sends text, files, or both: the text is the first file's caption where WhatsApp shows one.", "Отправляет текст, файлы или всё вместе: текст становится подписью первого файла, если WhatsApp её показывает."),
			Ways: sent(entryLine, entryChat, entryText, entryFiles, entryAs, entryMentions),
		},
		{
			ID: "sendButtons", Operation: "message.sendButtons",
			Title: text("Send buttons", "Отправить кнопки"), Phrase: text("Send a message with buttons", "Отправить сообщение с кнопками"),
			Help: text("Sends a message with up to three buttons, or with a link and a call button, and does not wait. To wait for the answer, use WhatsApp Activity.", "Отправляет сообщение с кнопками (до трёх) или с кнопкой-ссылкой и кнопкой звонка и не ждёт. Чтобы ждать ответа, нужна активность."),
			Ways: sent(entryLine, entryChat, entryBody, entryButtons, linkButton, callButton, entryHeader, entryFooter, entryRendering, entryRenderings),
		},
		{
			ID: "sendList", Operation: "message.sendList",
			Title: text("Send list", "Отправить список"), Phrase: text("Send a list to choose from", "Отправить список вариантов"),
			Help: text("Sends a message with a list of up to ten choices and does not wait. To wait for the answer, use WhatsApp Activity.", "Отправляет сообщение со списком (до десяти строк) и не ждёт. Чтобы ждать ответа, нужна активность."),
			Ways: sent(entryLine, entryChat, entryBody, entryRows, entryListButton, entryHeader, entryFooter, entryRendering, entryRenderings),
		},
		{
			ID: "sendPoll", Operation: "message.sendPoll",
			Title: text("Send poll", "Отправить опрос"), Phrase: text("Send a poll", "Отправить опрос"),
			Help: text("Sends a poll with two to twelve options; votes come by the trigger.", "Отправляет опрос (от двух до двенадцати вариантов); голоса приходят триггером."),
			Ways: sent(entryLine, entryChat, Field{Path: "question", Control: Line1, Example: "What time suits you?", Help: text(
				"The text above the options.", "Текст над вариантами.")}, entryOptions,
				Field{Path: "multiple", Control: YesNo, Help: text("Whether one person may choose several options.", "Может ли один человек выбрать несколько вариантов.")}),
		},
		{
			ID: "sendTemplate", Operation: "message.sendTemplate",
			Title: text("Send template", "Отправить шаблон"), Phrase: text("Send a template message", "Отправить сообщение по шаблону"),
			Help: text("Fills in an approved template and sends it.", "Заполняет одобренный шаблон и отправляет его."),
			Ways: sent(entryLine, entryChat, entryTemplate, entryVariables, entryHeaderURL, entryRendering, entryRenderings),
		},
		{
			ID: "sendLocation", Operation: "message.sendLocation",
			Title: text("Send location", "Отправить место"), Phrase: text("Send a location", "Отправить место на карте"),
			Help: text("Sends a place on the map.", "Отправляет место на карте."),
			Ways: sent(entryLine, entryChat, degrees("latitude", "59.9386"), degrees("longitude", "30.3141"),
				Field{Path: "name", As: "placeName", Control: Line1, Example: "The clinic", Help: text("The name of the place.", "Название места.")},
				Field{Path: "address", Control: Line1, Example: "Nevsky prospect, 1", Help: text("The address in words.", "Адрес словами.")}),
		},
		{
			ID: "sendContact", Operation: "message.sendContact",
			Title: text("Send contacts", "Отправить контакты"), Phrase: text("Send contact cards", "Отправить карточки контактов"),
			Help: text("Sends one or several contact cards.", "Отправляет одну или несколько карточек контактов."),
			Ways: sent(entryLine, entryChat, contactCards),
		},
		{
			ID: "forward", Operation: "message.forward",
			Title: text("Forward", "Переслать"), Phrase: text("Forward a message", "Переслать сообщение"),
			Help: text("Sends a message on, with the mark of a forwarded one.", "Пересылает сообщение с пометкой «Переслано»."),
			Ways: one(keyed, entryLine, entryMessage, entryChat, entryPriority, entryTimeLimit),
		},
		{
			ID: "react", Operation: "message.react",
			Title: text("React", "Поставить реакцию"), Phrase: text("React to a message", "Поставить реакцию на сообщение"),
			Help: text("Sets the line's reaction to a message, or takes it back.", "Ставит реакцию линии на сообщение или снимает её."),
			Ways: one(keyed, entryLine, entryMessage, Field{Path: "emoji", Control: Line1, Example: "👍", Help: text(
				"One emoji. Empty: the reaction is taken back.", "Один эмодзи. Пусто: реакция снимается.")}, entryPriority, entryTimeLimit),
		},
		{
			ID: "edit", Operation: "message.edit",
			Title: text("Edit", "Изменить"), Phrase: text("Edit a message", "Изменить сообщение"),
			Help: text("Replaces the text of a message within 20 minutes.", "Заменяет текст сообщения в течение 20 минут."),
			Ways: one(keyed, entryLine, entryMessage, withExample(entryText, "We are waiting for you at 11:00."), entryPriority, entryTimeLimit),
		},
		{
			ID: "delete", Operation: "message.delete",
			Title: text("Delete for everyone", "Удалить у всех"), Phrase: text("Delete a message for everyone", "Удалить сообщение у всех"),
			Help: text("Deletes a message for everyone within about 2.5 days.", "Удаляет сообщение у всех в течение примерно 2,5 суток."),
			Ways: one(keyed, entryLine, entryMessage, entryPriority, entryTimeLimit),
		},
		{
			ID: "get", Operation: "message.get",
			Title: text("Get", "Найти"), Phrase: text("Get the state of a message", "Узнать состояние сообщения"),
			Help: text("How far a message went, found by its key.", "Состояние сообщения по его ключу."),
			Ways: one(nil, entryLine, entryKey),
		},
		{
			ID: "list", Operation: "message.list",
			Title: text("Get many", "Список"), Phrase: text("Get many messages", "Список сообщений"),
			Help: text("A line's own messages, newest first.", "Сообщения линии, новые первыми."),
			Ways: one(nil, entryLine, Field{Path: "status", Control: Select, More: true, Options: messageStatuses, Help: text(
				"Only messages that came as far. Empty: all.", "Только сообщения в этом состоянии. Пусто: все.")}, entryCount, entryBefore),
		},
		{
			ID: "cancel", Operation: "message.cancel",
			Title: text("Cancel", "Отозвать"), Phrase: text("Cancel a message that has not gone", "Отозвать неотправленное сообщение"),
			Help: text("Takes a message back that has not gone yet.", "Отзывает сообщение, которое ещё не ушло."),
			Ways: one(nil, entryLine, entryKey),
		},
	},
}

var (
	linkPreview = Field{Path: "preview", Control: Group, More: true, Help: text("A card of a link, shown above the text.", "Карточка ссылки над текстом."), Fields: []Field{
		{Path: "url", Control: Line1, Label: label("Link", "Ссылка"), Example: "https://example.com/visit", Help: text("A link that the text holds, letter for letter.", "Ссылка, которая есть в тексте, буква в букву.")},
		{Path: "title", Control: Line1, Label: label("Title", "Заголовок"), Example: "Your visit", Help: text("The first line of the card.", "Первая строка карточки.")},
		{Path: "description", Control: Line1, Label: label("Description", "Описание"), Example: "How to find us", Help: text("The small text of the card.", "Мелкий текст карточки.")},
	}}
	linkButton = Field{Path: "link", Control: Group, More: true, Help: text("A button that opens a page. In place of answers.", "Кнопка, которая открывает страницу. Вместо ответов."), Fields: []Field{
		{Path: "text", Control: Line1, Label: label("Text", "Текст"), Example: "Our site", Help: text("What stands on the button.", "Что написано на кнопке.")},
		{Path: "url", Control: Line1, Label: label("Link", "Ссылка"), Example: "https://example.com", Help: text("The page that it opens.", "Страница, которую она открывает.")},
	}}
	callButton = Field{Path: "call", Control: Group, More: true, Help: text("A button that calls a number. In place of answers.", "Кнопка, которая звонит по номеру. Вместо ответов."), Fields: []Field{
		{Path: "text", Control: Line1, Label: label("Text", "Текст"), Example: "Call us", Help: text("What stands on the button.", "Что написано на кнопке.")},
		{Path: "phone", Control: Line1, Label: label("Phone number", "Номер телефона"), Example: examplePhone, Help: text("With + and the country.", "С + и кодом страны.")},
	}}
	contactCards = Field{Path: "contacts", Control: Group, Help: text("People or offices, each a card.", "Люди или организации, каждый отдельной карточкой."), Fields: []Field{
		{Path: "name", Control: Line1, Label: label("Name", "Имя"), Example: "Front desk", Help: text("Shown on the card.", "Показывается на карточке.")},
		{Path: "phones", Control: Texts, Label: label("Phone numbers", "Номера телефонов"), Example: examplePhone, Help: text("In any usual form. Comma-separated.", "В любой привычной записи. Через запятую.")},
		{Path: "organisation", Control: Line1, Label: label("Organisation", "Организация"), Example: "The clinic", Help: text("Where the person works.", "Где работает человек.")},
		{Path: "email", Control: Line1, Label: label("Email", "Почта"), Example: "name@example.com", Help: text("An email address.", "Адрес электронной почты.")},
	}}
)

func degrees(path, example string) Field {
	return Field{Path: path, Control: Line1, Example: example, Help: text(
		"Decimal degrees, with a point or a comma.", "Градусы десятичной дробью, с точкой или запятой.")}
}

var messageStatuses = []Option{
	status(schema.StatusQueued, text("Queued", "В очереди"), text("Stored; the line will send it.", "Сохранено; линия отправит.")),
	status(schema.StatusSent, text("Sent", "Отправлено"), text("WhatsApp took it; nothing says that a phone has it.", "WhatsApp принял; дошло ли до телефона, неизвестно.")),
	status(schema.StatusDelivered, text("Delivered", "Доставлено"), text("A phone has it.", "Дошло до телефона.")),
	status(schema.StatusRead, text("Read", "Прочитано"), text("The customer read it.", "Клиент прочитал.")),
	status(schema.StatusPlayed, text("Played", "Прослушано"), text("The customer played it.", "Клиент прослушал.")),
	status(schema.StatusFailed, text("Failed", "Не отправлено"), text("Certainly not sent.", "Точно не отправлено.")),
	status(schema.StatusUnknown, text("Unknown", "Неизвестно"), text("It may have gone.", "Возможно, ушло.")),
}

func status(s schema.MessageStatus, label, help schema.Text) Option {
	return Option{Value: string(s), Label: label, Help: help}
}
