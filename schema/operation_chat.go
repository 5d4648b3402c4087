package schema

var chatOperations = []Operation{
	{Method: "chat.list", Scope: ScopeRead, Request: ChatListRequest{}, Result: ChatListResult{}, Errors: []Code{CodeLineNotFound, CodeTimedOut},
		Title: Text{"List chats", "Список диалогов"},
		Help:  Text{"Who wrote to a line, the last to write first.", "Кто писал линии, последние первыми."}},
	{Method: "chat.window", Scope: ScopeRead, Request: ChatWindowRequest{}, Result: ChatWindowResult{}, Errors: []Code{CodeLineNotFound, CodeInvalidPhone},
		Title: Text{"24-hour window", "24-часовое окно"},
		Help:  Text{"Whether a chat's 24-hour window is open, and until when. The rule is ours: WhatsApp does not check it on a linked device.", "Открыто ли 24-часовое окно диалога и до какого времени. Правило наше: на привязанном устройстве WhatsApp его не проверяет."}},
	{Method: "chat.markRead", Scope: ScopeLine, Request: ChatMarkReadRequest{}, Result: ChatMarkReadResult{}, Errors: append(lineErrors, CodeInvalidPhone, CodeMessageUnknown, CodeUnfit, CodeUnreachable, CodeTimedOut),
		Title: Text{"Mark as read", "Отметить прочитанным"},
		Help:  Text{"Shows the customer that messages were read.", "Показывает клиенту, что сообщения прочитаны."}},
	{Method: "chat.typing", Scope: ScopeLine, Request: ChatTypingRequest{}, Result: ChatTypingResult{}, Errors: append(lineErrors, CodeInvalidPhone, CodeNotOnWhatsApp, CodeUnreachable, CodeRateLimited, CodeTimedOut),
		Title: Text{"Show typing", "Показать набор текста"},
		Help:  Text{"Shows in a chat that the line is typing, for some seconds.", "Показывает в диалоге, что линия печатает, несколько секунд."}},
}
