package schema

import "slices"

// Errors of messages that may quote another, and of those about another. Clipped, so
// that appending to them copies.
var (
	withQuote    = slices.Clip(slices.Concat(sendErrors, []Code{CodeMessageUnknown, CodeUnfit, CodeTargetNotSent}))
	changeErrors = slices.Clip(slices.Concat(lineErrors, []Code{CodeConflict, CodeMessageUnknown, CodeUnfit, CodeTargetNotSent}))
)

var messageOperations = []Operation{
	{Method: "message.sendText", Scope: ScopeLine, Request: SendTextRequest{}, Result: SendResult{}, Errors: append(withQuote, CodePreviewLink),
		Title: Text{"Send text", "Отправить текст"},
		Help:  Text{"Sends one text message.", "Отправляет одно текстовое сообщение."}},
	{Method: "message.sendButtons", Scope: ScopeLine, Request: SendButtonsRequest{}, Result: SendResult{}, Errors: withQuote,
		Title: Text{"Send buttons", "Отправить кнопки"},
		Help:  Text{"Sends a message with up to three buttons, or with a link and a call button, and does not wait.", "Отправляет сообщение с кнопками (до трёх) или с кнопкой-ссылкой и кнопкой звонка и не ждёт ответа."}},
	{Method: "message.sendLocation", Scope: ScopeLine, Request: SendLocationRequest{}, Result: SendResult{}, Errors: withQuote,
		Title: Text{"Send a location", "Отправить место"},
		Help:  Text{"Sends a place on the map.", "Отправляет место на карте."}},
	{Method: "message.sendContact", Scope: ScopeLine, Request: SendContactRequest{}, Result: SendResult{}, Errors: withQuote,
		Title: Text{"Send contacts", "Отправить контакты"},
		Help:  Text{"Sends one or several contact cards.", "Отправляет одну или несколько карточек контактов."}},
	{Method: "message.forward", Scope: ScopeLine, Request: MessageForwardRequest{}, Result: SendResult{}, Errors: append(changeErrors, CodeInvalidPhone, CodeWindowClosed),
		Title: Text{"Forward a message", "Переслать сообщение"},
		Help:  Text{"Sends a message on, with the mark of a forwarded one.", "Пересылает сообщение с пометкой «Переслано»."}},
	{Method: "message.react", Scope: ScopeLine, Request: MessageReactRequest{}, Result: SendResult{}, Errors: changeErrors,
		Title: Text{"React to a message", "Поставить реакцию"},
		Help:  Text{"Sets the line's reaction to a message, or takes it back.", "Ставит реакцию линии на сообщение или снимает её."}},
	{Method: "message.edit", Scope: ScopeLine, Request: MessageEditRequest{}, Result: SendResult{}, Errors: append(changeErrors, CodeNotOwn, CodeEditTooLate),
		Title: Text{"Edit a message", "Изменить сообщение"},
		Help:  Text{"Replaces the text of a message within 20 minutes.", "Заменяет текст сообщения в течение 20 минут."}},
	{Method: "message.delete", Scope: ScopeLine, Request: MessageDeleteRequest{}, Result: SendResult{}, Errors: append(changeErrors, CodeNotOwn, CodeDeleteTooLate),
		Title: Text{"Delete a message", "Удалить сообщение"},
		Help:  Text{"Deletes a message for everyone within about 2.5 days.", "Удаляет сообщение у всех в течение примерно 2,5 суток."}},
	{Method: "message.get", Scope: ScopeRead, Request: MessageGetRequest{}, Result: SendResult{}, Errors: []Code{CodeLineNotFound, CodeMessageNotFound},
		Title: Text{"Get a message", "Найти сообщение"},
		Help:  Text{"How far a message went, found by its key.", "Состояние сообщения по его ключу."}},
	{Method: "message.cancel", Scope: ScopeLine, Request: MessageCancelRequest{}, Result: SendResult{}, Errors: []Code{CodeLineNotFound, CodeMessageNotFound, CodeMessageOfAsk},
		Title: Text{"Cancel a message", "Отозвать сообщение"},
		Help:  Text{"Takes a message back that has not gone yet.", "Отзывает сообщение, которое ещё не ушло."}},
	{Method: "message.list", Scope: ScopeRead, Request: MessageListRequest{}, Result: MessageListResult{}, Errors: []Code{CodeLineNotFound},
		Title: Text{"List messages", "Список сообщений"},
		Help:  Text{"A line's messages, newest first.", "Сообщения линии, новые первыми."}},
}
