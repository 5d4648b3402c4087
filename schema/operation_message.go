package schema

var messageOperations = []Operation{
	{Method: "message.sendText", Scope: ScopeLine, Request: SendTextRequest{}, Result: SendResult{}, Errors: sendErrors,
		Title: Text{"Send text", "Отправить текст"},
		Help:  Text{"Sends one text message.", "Отправляет одно текстовое сообщение."}},
	{Method: "message.sendButtons", Scope: ScopeLine, Request: SendButtonsRequest{}, Result: SendResult{}, Errors: sendErrors,
		Title: Text{"Send buttons", "Отправить кнопки"},
		Help:  Text{"Sends a message with up to three buttons, or with a link and a call button, and does not wait.", "Отправляет сообщение с кнопками (до трёх) или с кнопкой-ссылкой и кнопкой звонка и не ждёт ответа."}},
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
